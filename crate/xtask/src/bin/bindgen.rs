//! The program wasm-bindgen, of the version that the module is made with: so nobody has to install it. (rustc refuses its own name.)

fn main() -> anyhow::Result<()> {
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}

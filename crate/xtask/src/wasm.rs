//! The WebAssembly module: compiled, bound to JavaScript, and made small.

use std::fs;
use std::path::{Path, PathBuf};

use crate::node;
use crate::sh::{self, Error, Result, cargo, command, run};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
/// The package of the module for npm.
pub(crate) const NPM: &str = "crate/wasm/npm";
/// What the module is compiled with beyond the profile `wasm`. Nobody reads what a panic would print: a trap is a trap, and
/// the package makes an error of it. Little is hashed, so that SHA-2 is as short as it can be.
const FLAGS: &str = "-Cpanic=immediate-abort -Zunstable-options -Zlocation-detail=none -Zfmt-debug=none --cfg sha2_backend_soft=\"compact\"";
/// The standard library is compiled anew, for size and without what panics print: 8 % less. Cargo calls that unstable.
const STD: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
/// What LLVM writes for this target, which binaryen has to be told.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-mutable-globals",
    "--enable-multivalue",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds the module and its glue into `folder`: `repin_bg.wasm` and `repin.js`.
pub(crate) fn build(folder: &Path, features: &[&str]) -> Result<()> {
    let bound = bind(&compile(features)?)?;
    fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, &error))?;
    let glue = bound.join("repin.js");
    let text = fs::read_to_string(&glue).map_err(|error| Error::io("read", &glue, &error))?;
    let target = folder.join("repin.js");
    fs::write(&target, guarded(&text)?).map_err(|error| Error::io("write", &target, &error))?;
    // The wrapper is checked against the glue's types; people get the wrapper's.
    sh::copy(&bound.join("repin.d.ts"), &sh::root().join(NPM).join("src/repin.d.ts"))?;
    sh::copy(&smaller(&bound.join("repin_bg.wasm"))?, &folder.join("repin_bg.wasm"))
}

/// Runs the module's tests where it runs: in Node, in a page of Chromium, and in a worker there; and those of its tools.
pub(crate) fn test() -> Result<()> {
    run(cargo(["test", "--quiet", "--package", "xtask", "--features", "bindgen", "--bin", "likeness"]))?;
    let runner = program("bindgen-test-runner")?;
    for place in [None, Some("WASM_BINDGEN_USE_BROWSER"), Some("WASM_BINDGEN_USE_DEDICATED_WORKER")] {
        let mut test = cargo(["test", "--package", "repin-wasm", "--target", TARGET, "--test", "web"]);
        test.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner);
        test.env("CHROMEDRIVER", "chromedriver");
        if let Some(place) = place {
            test.env(place, "1");
        }
        run(test)?;
    }
    Ok(())
}

/// One of the programs that wasm-bindgen brings, built.
pub(crate) fn program(name: &str) -> Result<PathBuf> {
    run(cargo(["build", "--quiet", "--package", "xtask", "--features", "bindgen", "--bin", name]))?;
    Ok(sh::target().join("debug").join(name))
}

/// The module as the compiler writes it.
fn compile(features: &[&str]) -> Result<PathBuf> {
    sh::rustup_target(TARGET)?;
    sh::rustup_component("rust-src", "lib/rustlib/src/rust/library/Cargo.toml")?;
    let target = sh::target().join("wasm");
    let mut build = cargo(["build", "--quiet", "--package", "repin-wasm", "--profile", "wasm", "--target", TARGET]);
    build.args(STD).arg("--features").arg(features.join(",")).arg("--target-dir").arg(&target);
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS);
    run(build)?;
    Ok(target.join(TARGET).join("wasm/repin_wasm.wasm"))
}

/// The module with the names of its functions, which nobody is sent.
pub(crate) fn named() -> Result<PathBuf> {
    Ok(bind(&compile(&[])?)?.join("repin_bg.wasm"))
}

/// The module with its glue, and the names of its functions.
fn bind(module: &Path) -> Result<PathBuf> {
    let folder = sh::target().join("wasm/bound");
    let mut bind = command(program("bindgen")?, [module]);
    bind.args(["--target", "web", "--out-name", "repin", "--omit-default-module-path"]);
    bind.args(["--remove-producers-section", "--experimental-reset-state-function"]);
    bind.arg("--out-dir").arg(&folder);
    run(bind)?;
    Ok(folder)
}

/// The glue, with the package's own `queueMicrotask`: see `npm/src/guard.ts`.
fn guarded(glue: &str) -> Result<String> {
    if !glue.contains("queueMicrotask(") {
        return Err(Error::new("the module's glue has no queueMicrotask any more: see crate/wasm/npm/src/guard.ts"));
    }
    Ok(format!("import {{ queueMicrotask }} from \"./guard.js\";\n{glue}"))
}

/// What makes the packed module small. `-Oz` makes it larger than it was (597 kB of 558 kB): its way with local variables leaves
/// less that repeats.
const PASSES: [&str; 15] = [
    "--vacuum",
    "--remove-unused-brs",
    "--remove-unused-names",
    "--merge-blocks",
    "--optimize-instructions",
    "--precompute",
    "--duplicate-function-elimination",
    "--remove-unused-module-elements",
    "--rse",
    "--dce",
    "--vacuum",
    "--code-folding",
    "--reorder-locals",
    "--strip-debug",
    "--strip-target-features",
];

/// The module as small as binaryen makes it. That takes a while, so a module that was seen before is not made again.
fn smaller(module: &Path) -> Result<PathBuf> {
    let bytes = fs::read(module).map_err(|error| Error::io("read", module, &error))?;
    let (seen, small) = (module.with_extension("seen"), module.with_extension("small"));
    if fs::read(&seen).is_ok_and(|seen| seen == bytes) && small.exists() {
        return Ok(small);
    }
    node::install(NPM)?;
    let (passed, named) = (module.with_extension("passed"), module.with_extension("named"));
    optimise(&PASSES, module, &passed)?;
    // gzip looks back no further than 32 kB: functions that are alike have to lie near each other, which gains 7 %.
    run(command(program("likeness")?, [&passed, &named]))?;
    optimise(&["--reorder-functions-by-name", "--strip-debug"], &named, &small)?;
    fs::write(&seen, bytes).map_err(|error| Error::io("write", &seen, &error))?;
    Ok(small)
}

/// Runs passes of binaryen's.
fn optimise(passes: &[&str], from: &Path, to: &Path) -> Result<()> {
    let mut opt = command("node", [format!("{NPM}/node_modules/binaryen/bin/wasm-opt")]);
    opt.args(FEATURES).args(passes).arg(from).arg("-o").arg(to);
    run(opt)
}

//! The WebAssembly module: how large it is and why, how long it takes to load, what crossing into JavaScript costs.

use crate::node;
use crate::sandbox::Sandbox;
use crate::sh::{self, Result, command, run};
use crate::wasm::{self, NPM};

/// How long the history is that crosses.
const COMMITS: usize = 10_000;

/// Prints the tables.
pub(super) fn bench(runs: usize) -> Result<()> {
    println!("\n## The WebAssembly module\n");
    let dist = sh::root().join("dist/npm");
    crate::dist::package()?;
    let script = |name: &str| command("node", [sh::root().join(NPM).join("bench").join(name)]);
    let runs = runs.to_string();

    let mut sizes = script("sizes.mjs");
    sizes.arg(&dist);
    run(sizes)?;
    println!();
    run(command(wasm::program("weigh")?, [wasm::named()?]))?;
    println!();
    node::install(NPM)?;
    let mut instantiate = script("instantiate.mjs");
    instantiate.arg(&dist).arg(&runs);
    run(instantiate)?;
    println!();

    let module = sh::target().join("bench/module");
    wasm::build(&module, &["bench"])?;
    // What the glue imports, and so on.
    for name in ["guard.js", "module.js", "error.js"] {
        sh::copy(&dist.join(name), &module.join(name))?;
    }
    // What is measured runs in Node alone.
    let [_, sandbox] = sh::build_both(&[])?;
    let sandbox = Sandbox::start(&sandbox, &["--long", &COMMITS.to_string()])?;
    let mut crossing = script("crossing.mjs");
    crossing.arg(&module).args([sandbox.says("long"), &runs]);
    run(crossing)
}

//! `cargo xtask test`: everything that a change has to pass.

use std::time::Instant;

use crate::clients;
use crate::install;
use crate::node;
use crate::sh::{self, Error, Result, cargo, command, run, succeeds};
use crate::wasm;

/// What to run.
pub(crate) struct Options {
    filter: Option<String>,
    quick: bool,
}

impl Options {
    pub(crate) fn parse(args: &mut lexopt::Parser) -> std::result::Result<Self, lexopt::Error> {
        use lexopt::ValueExt as _;
        let mut options = Self { filter: None, quick: false };
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("quick") => options.quick = true,
                lexopt::Arg::Value(filter) if options.filter.is_none() => options.filter = Some(filter.string()?),
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

type Step = (&'static str, fn() -> Result<()>);

const STEPS: &[Step] = &[
    ("set-up", set_up),
    ("format", || run(cargo(["fmt", "--all", "--check"]))),
    ("lints", lints),
    // Unit, integration and property tests, and the seeds of the fuzz targets.
    ("tests", || tests(None)),
];

const MORE_STEPS: &[Step] = &[
    ("documentation tests", || run(cargo(["test", "--quiet", "--workspace", "--features", sh::ALL, "--doc"]))),
    ("documentation", documentation),
    ("demo", crate::demo::check),
    ("other clients", || clients::install().and_then(|()| clients::walk())),
    ("module: lints", module_lints),
    ("module: in Node, a page and a worker", wasm::test),
    ("package and page", page),
    ("extension", crate::extension::check),
    ("browsers", browsers),
];

pub(crate) fn test(options: &Options) -> Result<()> {
    if let Some(filter) = &options.filter {
        return tests(Some(filter));
    }
    let more = if options.quick { &[] } else { MORE_STEPS };
    let mut failed = Vec::new();
    let mut times = Vec::new();
    for (name, step) in STEPS.iter().chain(more) {
        println!("\n── {name}");
        let start = Instant::now();
        let result = step();
        let seconds = start.elapsed().as_secs_f64();
        println!("── {name}: {} in {seconds:.1} s", if result.is_ok() { "passed" } else { "FAILED" });
        times.push(format!("{seconds:8.1} s  {name}"));
        if let Err(error) = result {
            eprintln!("{error}");
            failed.push((name, error));
            // Without what it installs, everything after it would fail for one reason.
            if *name == "set-up" {
                break;
            }
        }
    }
    println!("\n{}", times.join("\n"));
    for (name, error) in &failed {
        println!("\nFAILED: {name}\n{error}");
    }
    println!("\nsteps: {} passed, {} failed", times.len() - failed.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { Err(Error::new("not all checks passed")) }
}

/// Installs what is missing where it can be installed without asking, and says how to get the rest.
fn set_up() -> Result<()> {
    install::programs()?;
    for (component, works) in [("rustfmt", ["fmt", "--version"]), ("clippy", ["clippy", "--version"])] {
        if !succeeds(cargo(works)) {
            run(command("rustup", ["component", "add", component]))?;
        }
    }
    sh::rustup_target(wasm::TARGET)
}

/// Every check has the servers' feature, as the tests do: so the dependencies are looked at once.
fn lints() -> Result<()> {
    let clippy = ["clippy", "--quiet", "--workspace", "--all-targets", "--features", sh::ALL];
    run(cargo([&clippy[..], &["--", "-D", "warnings"]].concat()))
}

/// The same for what only WebAssembly has.
fn module_lints() -> Result<()> {
    for package in [&["repin-forge", "--lib"][..], &["repin-wasm", "--lib", "--tests"]] {
        let clippy = ["clippy", "--quiet", "--target", wasm::TARGET, "--package"];
        run(cargo([&clippy[..], package, &["--", "-D", "warnings"]].concat()))?;
    }
    Ok(())
}

/// Builds what people install, and looks at the package and the page in Node.
fn page() -> Result<()> {
    crate::dist::page()?;
    sh::build_for_tests()?;
    for folder in [wasm::NPM, WWW] {
        for script in ["lint", "check", "test"] {
            node::script(folder, script, &[])?;
        }
    }
    Ok(())
}

const WWW: &str = "www";
const E2E: &str = "tests/e2e";

/// Uses the page as people do, in Chromium and Firefox.
fn browsers() -> Result<()> {
    node::install(E2E)?;
    for script in ["lint", "check", "test"] {
        node::script(E2E, script, &[])?;
    }
    Ok(())
}

/// By nextest, which runs tests beside each other, if that is installed; else by cargo itself.
fn tests(filter: Option<&String>) -> Result<()> {
    let runner: &[&str] = if succeeds(cargo(["nextest", "--version"])) {
        &["nextest", "run", "--no-fail-fast", "--status-level", "slow", "--final-status-level", "slow"]
    } else {
        &["test", "--no-fail-fast", "--lib", "--bins", "--tests"]
    };
    let options = ["--cargo-quiet", "--workspace", "--features", sh::ALL];
    let options = if runner.contains(&"nextest") { &options[..] } else { &options[1..] };
    run(cargo(runner.iter().copied().chain(options.iter().copied()).chain(filter.map(String::as_str))))
}

fn documentation() -> Result<()> {
    // Libraries only: the command and the core have one name, and their pages would lie in one folder.
    let mut doc = cargo(["doc", "--quiet", "--workspace", "--no-deps", "--lib", "--features", sh::ALL]);
    doc.env("RUSTDOCFLAGS", "-D warnings");
    run(doc)
}

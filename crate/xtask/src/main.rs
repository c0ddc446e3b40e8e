//! `cargo xtask`: the project's own tasks.
#![forbid(unsafe_code)]

mod bench;
mod clients;
mod demo;
mod dist;
mod extension;
mod install;
mod measure;
mod node;
mod sandbox;
mod sh;
mod test;
mod wasm;

use std::ffi::OsString;
use std::process::ExitCode;

use lexopt::{Arg, Parser, ValueExt as _};

const HELP: &str = "\
The project's own tasks.

Usage: cargo xtask <TASK> [OPTIONS]

Tasks:
  demo               Make a sample project, resolve commits of it, draw its history; then serve it
                     as a GitLab would, with a Renku over it, and resolve commits through that
      --once           end after the answers
      --browser        start Chromium with the extension on a project of that Renku
      --record         also store what it printed as what `test` expects
  test [FILTER]      Run every check; with a filter, only the tests whose names contain it
      --quick          format, lints and tests only
  build              Put what people install into dist/
      --page           only the npm package and the page
      --extension      only the npm package and the browser extension
      --test-host URL...
                       also the extension with permission for these hosts from the start, for
                       tests: dist/chrome-test and dist/firefox-test
  bench              Measure against git and globset, and print tables
      --repo PATH      a clone of git/git (default: target/bench/git)
      --generated N    a generated history of N commits in its place
      --recipe         only what recipes of an image job build and miss, on a generated story of 300 pushes
      --retag          only what another tag for an image costs, beside a copy and a push
      --gitlab N       only what answers cost over the API of a GitLab, on a generated history
                       of N commits (without it: with all else, and 5000)
      --module         only the WebAssembly module: its size, what weighs in it, how long it takes to
                       load, and what it costs that a history crosses into JavaScript
      --runs N         runs of each command, of which the fastest counts (default: 7)

Examples:
  cargo xtask demo --once
  cargo xtask demo --browser
  cargo xtask build --extension --test-host http://localhost http://127.0.0.1
  cargo xtask test
  cargo xtask test merge
  cargo xtask bench --repo ../git
  cargo xtask bench --gitlab 100000
  cargo xtask bench --generated 1000000 --runs 3
";

enum Failure {
    /// The command line is wrong.
    Usage(lexopt::Error),
    /// The task failed.
    Task(sh::Error),
}

impl<E: Into<lexopt::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Usage(error.into())
    }
}

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(error)) => {
            eprintln!("xtask: {error}\n\n{HELP}");
            ExitCode::from(2)
        }
        Err(Failure::Task(error)) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Parser) -> Result<(), Failure> {
    let task = match args.next()? {
        Some(Arg::Value(task)) => task.string()?,
        Some(Arg::Short('h') | Arg::Long("help")) => return help(),
        Some(other) => return Err(other.unexpected().into()),
        None => return Err("which task?".into()),
    };
    let rest: Vec<OsString> = args.raw_args()?.collect();
    if rest.iter().any(|arg| arg == "--help" || arg == "-h") {
        return help();
    }
    let mut args = Parser::from_args(rest);
    let done = match task.as_str() {
        "demo" => demo::demo(&demo::Options::parse(&mut args)?),
        "test" => test::test(&test::Options::parse(&mut args)?),
        "build" => dist::build(&dist::Options::parse(&mut args)?),
        "bench" => bench::bench(&bench::Options::parse(&mut args)?),
        other => return Err(format!("there is no task {other}").into()),
    };
    done.map_err(Failure::Task)
}

#[expect(clippy::unnecessary_wraps, reason = "it ends the reading of the command line")]
fn help() -> Result<(), Failure> {
    print!("{HELP}");
    Ok(())
}

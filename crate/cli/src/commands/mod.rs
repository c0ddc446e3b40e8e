//! One file for each command; each writes its answer and returns the exit code.

use crate::args::{Args, Command};
use crate::error::Failure;

mod annotate;
mod attempt;
mod build_needed;
mod cache;
mod check;
mod ci;
mod completions;
mod history;
mod inputs;
mod man;
mod pin;
mod resolve;
mod retag;
mod verify;

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<u8, Failure> {
    match args.command {
        Command::Resolve(options) => match &options.verify {
            Some(file) => verify::run(&options, file, args.color),
            None => resolve::run(&options, args.color),
        },
        Command::History(options) => history::run(&options, args.color),
        Command::Inputs(options) => inputs::run(&options, args.color),
        Command::Check(options) => check::run(&options, args.color),
        Command::Pin(options) => pin::run(&options, args.color),
        Command::Ci(options) => ci::run(&options, args.color),
        Command::BuildNeeded(options) => build_needed::run(&options, args.color),
        Command::Attempt(options) => attempt::run(&options, args.color),
        Command::Annotate(options) => annotate::run(&options, args.color),
        Command::Retag(options) => retag::run(&options, args.color),
        Command::Cache { what } => cache::run(what, args.color),
        Command::Completions { shell } => completions::run(shell),
        Command::Man { output } => man::run(output.as_deref()),
    }
}

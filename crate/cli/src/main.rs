//! The command `repin`: which container image, already built, is right for a commit.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser as _;

mod args;
mod attempts;
mod commands;
mod error;
mod files;
mod job;
mod line_ends;
mod login;
mod output;
mod progress;
mod project;
mod registry;
mod rules;
mod source;
mod token;
mod uncommitted;
mod watched;
mod way;

fn main() -> ExitCode {
    error::explain_panics();
    let args = args::Args::parse();
    let color = args.color;
    match commands::run(args) {
        Ok(code) => ExitCode::from(code),
        Err(error) => error.report(color),
    }
}

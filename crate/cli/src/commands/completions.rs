//! `repin completions`

use std::io::Write as _;

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Args;
use crate::error::Failure;
use crate::output::raw_stdout;

/// Prints the script. It is made in memory first, since clap_complete panics where it cannot write.
pub(crate) fn run(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "repin", &mut script);
    let mut out = raw_stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(0)
}

//! `repin man`

use std::io::{self, Write as _};
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::args::Args;
use crate::error::Failure;
use crate::output::raw_stdout;

/// Prints the page of `repin`, or writes one for each command into the folder.
pub(crate) fn run(folder: Option<&Path>) -> Result<u8, Failure> {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    let Some(folder) = folder else {
        let mut out = raw_stdout();
        Man::new(command).render(&mut out)?;
        out.flush()?;
        return Ok(0);
    };
    write(&command, folder).map_err(|error| {
        Failure::new(format!("the manual pages cannot be written into {}", folder.display()))
            .because(&error)
            .hint("give a folder that you may write into with --output")
    })?;
    Ok(0)
}

fn write(command: &clap::Command, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let commands = command.get_subcommands().filter(|command| !command.is_hide_set());
    for command in commands.chain([command]) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        let mut page = Vec::new();
        Man::new(command.clone()).render(&mut page)?;
        std::fs::write(folder.join(format!("{name}.1")), page)?;
    }
    Ok(())
}

//! `repin retag`

use clap::ArgAction;
use repin::reference::is_tag;

use super::{Asked, Format, Registry};

pub(super) const HELP: &str = "\
Exit status:
  0  the image has the tags (or would have them: --dry-run)
  1  error; where another image has a tag, nothing was changed
  2  wrong usage
  3  missing: no image is right
  4  building or failed
  5  unknown: not enough could be found out

Examples:
  repin retag
  repin retag --dry-run
  repin retag --commit v1.2 --tag v1.2
  repin retag https://gitlab.com/group/name --commit main
  image=$(repin retag | head -n 1)";

/// `repin retag`.
#[derive(Debug, clap::Args)]
pub(crate) struct Retag {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) registry: Registry,
    /// A further tag for the image, beside the one that a build of the commit would get; repeatable
    #[arg(long, value_name = "TAG", action = ArgAction::Append, value_parser = tag)]
    pub(crate) tag: Vec<String>,
    /// Take a tag from the image that has it
    #[arg(long)]
    pub(crate) force: bool,
    /// Change nothing; say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not write down in a git note (refs/notes/repin) what the image was built from
    #[arg(long)]
    pub(crate) no_note: bool,
    /// Refused: see the message
    #[arg(long, hide = true, value_name = "GLOB")]
    pub(crate) inputs: Vec<String>,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

fn tag(text: &str) -> Result<String, String> {
    if is_tag(text) {
        return Ok(text.to_owned());
    }
    Err("a tag is at most 128 letters, digits, `_`, `.` and `-`, and neither `.` nor `-` first".to_owned())
}

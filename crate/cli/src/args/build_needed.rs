//! `repin build-needed`

use std::path::PathBuf;

use clap::ValueHint;

use super::{Asked, Format, Registry};

pub(super) const HELP: &str = "\
Lines:
  REPIN_BUILD    1: build the image; 0: a right one is there
  REPIN_IMAGE    the right image: to use (0), or to build and push (1)
  REPIN_TAG      the commit's own tag
  REPIN_OWN      the image of that name, whether it is there or not
  REPIN_SOURCE   the image that is right already; empty if there is none
  REPIN_RETAG    1: that one may be given the commit's own tag; 0: not, as .repin.toml or --inputs
                 narrows what is compared, and a tag would say for ever that the image is the commit's
  REPIN_OTHERS   ids of other commits to build, with a comma between them

Exit status:
  0  whatever the answer is, also where something went wrong: then it says build
  2  wrong usage

Examples:
  repin build-needed --dotenv repin.env && . ./repin.env
  repin build-needed --others 5 --dotenv repin.env
  repin build-needed --tags tags.txt --image registry.example.org/group/name";

/// `repin build-needed`.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildNeeded {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) registry: Registry,
    /// Also name up to N ancestors (50 at most) that have no image and the same recipe, one for each environment, newest first; those whose build was begun before (`repin attempt`) come last, and not at once
    #[arg(long, value_name = "N", default_value = "0")]
    pub(crate) others: String,
    /// Write the lines to this file, too; it has all of them or is not touched
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) dotenv: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

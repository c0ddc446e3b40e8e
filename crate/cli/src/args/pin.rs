//! `repin pin`

use clap::ValueEnum;

use super::{Asked, Format, Registry};

pub(super) const HELP: &str = "\
Exit status:
  0  the pin is right, or was written
  1  error
  2  wrong usage
  3  --check: the pin is stale, foreign, floating, gone or absent; else: missing, no image is right
  4  no image is right yet: one is being built, or its build failed
  5  unknown: not enough could be found out

Examples:
  repin pin
  repin pin --by digest
  repin pin --check
  repin pin --dry-run --tags tags.txt --image registry.example.org/group/name
  repin pin --from-pinned                          in a fork that takes its images from its parent";

/// `repin pin`.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Pin {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) registry: Registry,
    /// How to name the image: by its tag or by its digest, which no one can move [default: tag; digest with --from-pinned]
    ///
    /// Without it, a right pin of either form stays. Renku takes a tag or a digest, but not both in one name.
    #[arg(long, value_enum, hide_default_value = true)]
    pub(crate) by: Option<By>,
    /// Take the images of the repository that the pin names now, such as the parent's of a fork
    #[arg(long, conflicts_with = "image")]
    pub(crate) from_pinned: bool,
    /// Write nothing; say by the exit status whether the pin is right
    #[arg(long)]
    pub(crate) check: bool,
    /// Write nothing; say what would be written
    #[arg(long, conflicts_with = "check")]
    pub(crate) dry_run: bool,
    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// What names an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// `name:tag`
    Tag,
    /// `name@sha256:…`
    Digest,
}

//! `repin ci`

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::{ValueEnum, ValueHint};

pub(super) const HELP: &str = "\
Exit status:
  0  shown or written, or the CI file is up to date
  1  error, or a job that cannot be changed safely
  2  wrong usage
  3  --check: the CI file is not up to date

Examples:
  repin ci
  repin ci --write
  repin ci --variant kaniko --write
  repin ci --print > new.yml
  repin ci --check";

/// `repin ci`.
#[derive(Debug, clap::Args)]
pub(crate) struct Ci {
    /// The project: a folder
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) project: PathBuf,

    /// The image job [default: the one that builds the image; image_build for a new one]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) job: Option<String>,

    /// What a new job builds with [default: docker]; a job that is there goes on with its own
    #[arg(long, value_enum)]
    pub(crate) variant: Option<Variant>,

    /// Write the file
    #[arg(long, conflicts_with_all = ["check", "print"])]
    pub(crate) write: bool,

    /// Only say whether the file is up to date
    #[arg(long, conflicts_with = "print")]
    pub(crate) check: bool,

    /// Print the whole file as it would be
    #[arg(long)]
    pub(crate) print: bool,
}

/// What builds the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Variant {
    /// docker, with its service
    Docker,
    /// docker buildx, with docker's service
    Buildx,
    /// kaniko, without privileges
    Kaniko,
    /// buildah, without privileges
    Buildah,
}

impl From<Variant> for repin::ci::recipe::Variant {
    fn from(variant: Variant) -> Self {
        match variant {
            Variant::Docker => Self::Docker,
            Variant::Buildx => Self::Buildx,
            Variant::Kaniko => Self::Kaniko,
            Variant::Buildah => Self::Buildah,
        }
    }
}

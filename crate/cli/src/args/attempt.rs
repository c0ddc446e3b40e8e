//! `repin attempt`

use super::{Asked, Registry};

pub(super) const HELP: &str = "\
The record is the tag repin-attempts in the repository of the images: an image without layers. A build of the
same commit waits an hour after the first attempt, and six times as long after each further one. Delete the
tag, and nothing is known to have failed.

Exit status:
  0  the build may begin, and that is written down
  1  error: it cannot be written down, so the build should not begin
  2  wrong usage
  3  not now: one was begun not long ago

Examples:
  repin attempt --commit 4c0e36a && docker build …";

/// `repin attempt`.
#[derive(Debug, clap::Args)]
pub(crate) struct Attempt {
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// The registry repository of the images, without a tag [default: CI_REGISTRY_IMAGE, else from the remote]
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,
}

impl Attempt {
    /// It is the registry that is asked.
    pub(crate) fn registry(&self) -> Registry {
        Registry { tags: None, ask: true, image: self.image.clone(), no_notes: true }
    }
}

//! Projects to develop and test Repin against, over real git repositories.
//!
//! - [`Git`] makes a history with the real git, of fixed authors and dates, so that its commit ids are the same everywhere;
//! - [`course()`] is one whole Renku project with its registry: the sample of `cargo xtask demo`;
//! - [`pipelines`] says what GitLab makes of pushes: pipelines, jobs, images;
//! - [`generated()`] is a long history, for measurements;
//! - [`hostile()`] is a project whose texts try to be more than texts.
//!
//! With the feature `server` also:
//! - `gitlab`: a GitLab stand-in over such repositories;
//! - `registry`: a real registry, by Debian's `docker-registry`, and the tokens of a GitLab for it;
//! - `renku`: a Renku stand-in over the GitLab's projects, with the anchors of the real interfaces;
//! - `site`: a folder of static files, as a web server has it.
//!
//! Nothing here needs a network or a configured git.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod course;
mod error;
mod generated;
mod git;
#[cfg(feature = "server")]
pub mod gitlab;
mod hostile;
#[cfg(feature = "server")]
mod listen;
pub mod pipelines;
#[cfg(feature = "server")]
pub mod registry;
#[cfg(feature = "server")]
pub mod renku;
#[cfg(feature = "server")]
pub mod site;

pub use course::{Course, Moment, REGISTRY, course};
pub use error::{Error, Result};
pub use generated::{GENERATED_INPUTS, generated};
pub use git::{ADA, Author, BEN, Git};
pub use hostile::{Hostile, hostile};

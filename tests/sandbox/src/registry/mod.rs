//! A real registry beside the GitLab stand-in: Debian's `docker-registry`, with GitLab's way of letting people in.
//!
//! [`Registry::start`] runs the program on a free loopback port; it takes tokens that a [`Signer`] signs. GitLab's `/jwt/auth`
//! is [`Signer::authorize`], which the stand-in's route calls. Images are tiny and real: a layer, a configuration with a
//! creation date, a manifest; so tags, digests and dates are a registry's own.
//!
//! ```no_run
//! use repin_sandbox::registry::Registry;
//! let registry = Registry::start("http://127.0.0.1:8080/jwt/auth")?;
//! let digest = registry.push("group/name", "0a1b2c3", 1_709_539_200)?;
//! registry.retag("group/name", "0a1b2c3", "v1.0")?;
//! assert_eq!(registry.tags("group/name")?, ["0a1b2c3", "v1.0"]);
//! assert_eq!(registry.image("group/name", "v1.0")?.map(|image| image.digest), Some(digest));
//! # Ok::<(), repin_sandbox::Error>(())
//! ```

mod client;
mod image;
mod process;
mod token;

pub use client::Stored;
pub(crate) use image::date;
pub use process::Registry;
pub use token::{Account, Reply, SERVICE, Signer};

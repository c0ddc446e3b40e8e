//! The registry client over a real registry, with the tokens of a GitLab stand-in; and over servers that lie.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod access;
mod interrupted;
mod lies;
mod made;
mod mounts;
mod read;
mod record;
mod retag;
mod tool;
mod wire;
mod world;

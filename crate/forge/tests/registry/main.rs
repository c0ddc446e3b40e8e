//! The registry client over a real registry, with the tokens of a GitLab stand-in; and over servers that lie.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod access;
mod lies;
mod read;
mod wire;
mod world;

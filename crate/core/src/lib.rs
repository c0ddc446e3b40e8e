//! Which container image, already built, is right for a commit?
//!
//! Two commits whose *image inputs* are identical can share an image. This crate holds the rules of that sentence and
//! nothing else: it does no I/O, reads no clock, starts no runtime, and compiles for `wasm32-unknown-unknown`.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod check;
pub mod ci;
pub mod config;
pub mod dockerfile;
pub mod dockerignore;
pub mod environment;
pub mod glob;
pub mod graph;
pub mod history;
pub mod inputs;
mod oid;
pub mod pin;
mod probe;
mod question;
pub mod reference;
mod relate;
pub mod remote;
pub mod renku_ini;
pub mod resolution;
pub mod resolve;
pub mod scheme;
pub mod select;
pub mod source;
pub mod tree;

pub use oid::{Oid, OidMap, OidSet, ParseOidError};
pub use question::{Question, expected_tag};
pub use resolution::Resolution;

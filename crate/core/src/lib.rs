//! Which container image, already built, is right for a commit?
//!
//! Two commits whose *image inputs* are identical can share an image. This crate holds the rules of that sentence and
//! nothing else: it does no I/O, reads no clock, starts no runtime, and compiles for `wasm32-unknown-unknown`.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod ci;
pub mod glob;
mod oid;
pub mod resolution;
pub mod scheme;

pub use oid::{Oid, ParseOidError};
pub use resolution::Resolution;

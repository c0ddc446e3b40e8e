//! Repin for JavaScript: what `repin` and `repin-forge` answer, in browsers, workers, extensions and Node.
//!
//! This crate only converts. Its exports are not what people call: the npm package `repin` (in `npm/`) wraps them, loads the
//! module, makes errors of what they throw and keeps their promises if the module breaks down.
#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![allow(clippy::missing_errors_doc, reason = "what these functions throw is a `Failure`, of any code")]

pub mod failure;

#[cfg(target_arch = "wasm32")]
pub mod ask;
#[cfg(target_arch = "wasm32")]
mod cross;
#[cfg(target_arch = "wasm32")]
pub mod glob;
#[cfg(target_arch = "wasm32")]
pub mod history;
#[cfg(target_arch = "wasm32")]
pub mod host;
#[cfg(target_arch = "wasm32")]
mod options;
#[cfg(target_arch = "wasm32")]
pub mod retag;
#[cfg(target_arch = "wasm32")]
mod store;
#[cfg(target_arch = "wasm32")]
mod told;

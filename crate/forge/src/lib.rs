//! Where commits and images come from: the sources that `repin`'s resolver runs on.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

#[cfg(not(target_arch = "wasm32"))]
pub mod local;
pub mod tags;

//! Where commits and images come from: the sources that `repin`'s resolver runs on.
#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![allow(async_fn_in_trait, reason = "the futures run where they are made: in a browser, or blocked on by a command")]

pub mod cache;
pub mod gitlab;
pub mod http;
#[cfg(not(target_arch = "wasm32"))]
pub mod local;
pub mod registry;
pub mod tags;

//! The command, run on small repositories that real git made. What it prints is kept as snapshots.
#![allow(missing_docs, clippy::unwrap_used, reason = "these are tests, which fail by panicking")]

mod annotate;
mod build_needed;
mod cache;
mod check;
mod ci;
mod errors;
mod gitlab;
mod help;
mod history;
mod inputs;
mod pin;
#[cfg(unix)]
mod recipe;
mod registry;
mod repository;
mod resolve;
mod retag;
mod verify;

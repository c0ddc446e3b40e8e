//! The GitLab source over a GitLab stand-in: what it costs, and what it says where a clone cannot.
#![allow(clippy::unwrap_used)]
#![cfg(unix)]

mod access;
mod again;
mod budget;
mod builds;
mod faults;
mod forks;
#[path = "../local/git.rs"]
mod git;
mod histories;
#[path = "../../../core/tests/memory/mod.rs"]
mod memory;
#[path = "../served/mod.rs"]
mod served;

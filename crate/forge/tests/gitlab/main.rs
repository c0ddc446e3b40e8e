//! The GitLab source over a GitLab stand-in: what it costs, and what it says where a clone cannot.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_pass_by_value, reason = "a revision is an id or a name, and both are short to give")]
#![cfg(unix)]

mod access;
mod again;
mod budget;
mod builds;
mod comments;
mod faults;
mod forks;
#[path = "../local/git.rs"]
mod git;
mod histories;
#[path = "../../../core/tests/memory/mod.rs"]
mod memory;
#[path = "../served/mod.rs"]
mod served;

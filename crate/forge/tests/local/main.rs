//! Local repositories, made by real git: one test for each situation, and histories made by chance.
#![allow(clippy::unwrap_used)]
#![allow(clippy::needless_pass_by_value, reason = "a revision is an id or a name, and both are short to give")]
// A command for Windows would be tested there; these tests make links, modes and names that Windows does not have.
#![cfg(unix)]

mod drafts;
mod git;
mod histories;
mod inputs;
#[path = "../../../core/tests/memory/mod.rs"]
mod memory;
mod notes;
mod packs;
mod places;
mod random;
#[path = "../served/mod.rs"]
mod served;
mod tags;

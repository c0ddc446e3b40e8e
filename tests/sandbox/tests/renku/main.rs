//! The Renku stand-in answers and refuses as Renku does.

#[path = "../gitlab/client.rs"]
#[allow(dead_code, reason = "the GitLab's tests use more of it")]
mod client;
mod control;
mod fixture;
mod launchers;
mod legacy;
mod pages;
mod sample;
mod sessions;

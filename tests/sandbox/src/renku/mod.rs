//! A Renku stand-in, on loopback, over the projects of the [GitLab stand-in](crate::gitlab).
//!
//! [`Renku`] serves two: Renku 2 as its interface 4.29.0 knows it, and the legacy interface as of 3.59.1. Each has an API, which
//! keeps what is done to it, and pages of our own that carry the anchors of the real ones and behave as they do. What is answered
//! and refused, and in which words, follows renku-data-services at e81895b and renku-notebooks 1.31.1 (facts/renku.md).
//!
//! One person uses it, `ada`, who is signed in without a cookie. She has access to all of her own projects on the GitLab.

mod api;
mod control;
mod error;
mod fault;
mod fields;
mod files;
mod images;
mod legacy;
mod log;
mod model;
mod pages;
mod rules;
mod sample;
mod server;
mod state;

pub use sample::{SPRING, projects};
pub use server::Renku;

pub(crate) use control::answer as control;

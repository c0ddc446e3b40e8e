//! GitLab, through its API.

pub mod location;
pub mod token;

//! The GitLab stand-in is what the documentation says of GitLab, and what git says of the repository.

mod access;
mod client;
mod clone;
mod comments;
mod control;
mod faults;
mod fixture;
mod graphql;
mod history;
mod rest;

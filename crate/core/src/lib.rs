//! Which container image, already built, is right for a commit?
//!
//! Two commits whose *image inputs* are identical can share an image. This crate holds the rules of that sentence and
//! nothing else: it does no I/O, reads no clock, starts no runtime, and compiles for `wasm32-unknown-unknown`.
//!
//! A reader can follow the data:
//!
//! | step | module | its rules |
//! |---|---|---|
//! | a project | [`source`] | what a local repository, GitLab or a test has to answer |
//! | inputs | [`inputs`] | which files count: from the caller, [`config`], or the recipe, read by [`ci`], [`dockerfile`] and [`dockerignore`]; patterns are those of [`glob`] |
//! | environments | [`environment`] | the inputs as they are at one commit, and their key |
//! | images | [`scheme`], [`mod@reference`] | which tag stands for which commit |
//! | the choice | [`resolve`](mod@resolve), [`history`](mod@history) | the best image, or why there is none; [`graph`] says how far apart two commits are |
//! | the answer | [`resolution`] | its form, in Rust and as JSON |
//!
//! Beside it, [`mod@recipe`] says what an image is built from, [`pin`] what became of an image that was named by hand, and [`check`](mod@check) what is wrong with a
//! recipe, [`needed`] whether a CI job has to build at all, and [`attempts`] what it remembers; [`picture`] draws a history; [`cleanup`] says which tags a clean-up policy deletes, [`retag`] which tags would be false; [`note`] is how a repository itself remembers which image a commit was given; [`mod@verify`] looks an old answer over.
//!
//! ```
//! use repin::dockerfile::{BuildOptions, Dockerfile};
//! use repin::dockerignore::Dockerignore;
//!
//! // What the image of this Dockerfile is built from:
//! let dockerfile = Dockerfile::parse(b"FROM python:3.12\nCOPY requirements.txt src /app/\nRUN pip install -r requirements.txt\n")?;
//! let used = dockerfile.context_use(&BuildOptions::default());
//! let ignore = Dockerignore::parse(b"src/**/*.md\n");
//! let counts = |path: &[u8]| used.sources.iter().any(|source| source.reads(path)) && !ignore.excludes(path);
//! assert!(counts(b"requirements.txt"));
//! assert!(counts(b"src/main.py"));
//! assert!(!counts(b"src/docs/notes.md"), "it is never sent to the builder");
//! assert!(!counts(b"README.md"), "no instruction reads it: two commits that differ only here share an image");
//! # Ok::<(), repin::dockerfile::DockerfileError>(())
//! ```
#![deny(missing_docs)]
#![forbid(unsafe_code)]

pub mod attempts;
pub mod check;
mod choose;
pub mod ci;
pub mod cleanup;
pub mod config;
pub mod dockerfile;
pub mod dockerignore;
pub mod environment;
pub mod glob;
pub mod graph;
pub mod history;
pub mod inputs;
pub mod needed;
pub mod note;
mod noted;
mod oid;
pub mod picture;
pub mod pin;
mod probe;
mod question;
pub mod recipe;
pub mod reference;
mod relate;
pub mod remote;
pub mod renku_ini;
pub mod resolution;
pub mod resolve;
pub mod retag;
pub mod scheme;
pub mod select;
mod shared;
pub mod source;
pub mod text;
pub mod tree;
pub mod verify;

pub use oid::{Oid, OidMap, OidSet, ParseOidError};
pub use question::{Question, expected_tag};
pub use resolution::Resolution;

//! Where commits, environments and images come from.
//!
//! [`resolve`](crate::resolve) and [`history`](crate::history) run on a [`Source`] and nothing else. A local
//! repository, GitLab and the tests' in-memory project implement it.
#![allow(async_fn_in_trait, reason = "the futures run where they are made: in a browser, or blocked on by a command")]

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::Oid;
use crate::environment::Snapshot;
use crate::graph::{Graph, Near};
use crate::inputs::Spec;
use crate::scheme::Named;
use crate::tree::Entry;

/// Why a source could not answer.
#[derive(Debug)]
pub enum SourceError {
    /// The project has no such revision.
    UnknownRevision {
        /// As it was given.
        revision: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The project holds no commit yet.
    Empty,
    /// An object or a history is not all there: a shallow or partial clone, an answer that was cut off.
    Incomplete(String),
    /// Anything else: what was tried, and why it failed.
    Failed {
        /// What was tried.
        what: String,
        /// Why it failed.
        cause: Box<dyn Error + Send + Sync>,
    },
}

impl SourceError {
    /// That `what` failed because of `cause`.
    pub fn failed(what: impl Into<String>, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed { what: what.into(), cause: cause.into() }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownRevision { revision, hint } => {
                write!(f, "there is no revision `{revision}`")?;
                hint.as_ref().map_or(Ok(()), |hint| write!(f, ": {hint}"))
            }
            Self::Empty => f.write_str("the repository has no commit yet"),
            Self::Incomplete(what) | Self::Failed { what, .. } => f.write_str(what),
        }
    }
}

impl Error for SourceError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed { cause, .. } => Some(&**cause),
            _ => None,
        }
    }
}

/// What is known of a project before anything is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// Its path, `group/name`.
    pub path: Option<String>,
    /// The registry repository of its images, `registry.example.org/group/name`.
    pub image: Option<String>,
    /// Whether its history is cut off somewhere (a shallow clone).
    pub shallow: bool,
}

/// A commit, as far as an answer speaks of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// The first line of its message.
    pub title: String,
    /// The committer's date, in seconds since 1970.
    pub seconds: i64,
    /// The same, as ISO 8601 with the committer's own offset (git's `%cI`).
    pub date: String,
    /// The name under which it was asked for, where that was a branch's.
    pub branch: Option<String>,
}

/// The tags of the registry repository that the image job pushes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// The tags.
    pub tags: Vec<Tag>,
    /// Why the list is not complete, if it is not.
    pub cut_off: Option<String>,
}

/// A tag of a registry repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// The digest of its manifest, where known.
    pub digest: Option<String>,
    /// When the image was made (RFC 3339), where known.
    pub created_at: Option<String>,
}

impl From<&str> for Tag {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// A line of first parents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The commits, newest first.
    pub commits: Vec<Oid>,
    /// What comes after the last of them.
    pub end: LineEnd,
}

/// What comes after the last commit of a [`Line`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineEnd {
    /// More commits.
    More,
    /// Nothing: it has no parents.
    Root,
    /// Commits that this source does not have.
    Cut,
}

/// A project's commits, environments and images.
pub trait Source {
    /// What is known of the project.
    fn project(&self) -> Project;

    /// The commit that a revision names; `None` asks for the project's own head.
    ///
    /// # Errors
    /// There is no such revision, or the source failed.
    async fn commit(&self, revision: Option<&str>) -> Result<Commit, SourceError>;

    /// Commits by their ids, in the order of `ids`.
    ///
    /// # Errors
    /// One of them is not there, or the source failed.
    async fn commits(&self, ids: &[Oid]) -> Result<Vec<Commit>, SourceError>;

    /// The names of the git tags that point to a commit, in order.
    ///
    /// # Errors
    /// The source failed.
    async fn git_tags(&self, commit: Oid) -> Result<Vec<String>, SourceError>;

    /// The content of a file at a commit; `None` if there is none.
    ///
    /// # Errors
    /// The source failed, or the file is larger than any that Repin reads.
    async fn read(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError>;

    /// What commits are built from under `spec`, in the order of `commits`. A commit that is not all there is no error,
    /// but a snapshot that says so.
    ///
    /// # Errors
    /// The source failed.
    async fn snapshots(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError>;

    /// The inputs of a commit, and the files, sorted by the bytes of their paths; none where the commit is not all there.
    ///
    /// # Errors
    /// The source failed.
    async fn files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError>;

    /// At most `count` first parents, from `start` on and with it.
    ///
    /// # Errors
    /// The source failed.
    async fn first_parents(&self, start: Oid, count: usize) -> Result<Line, SourceError>;

    /// All commits of the project that each of these names stands for; none where the project does not have one.
    ///
    /// # Errors
    /// The source failed.
    async fn named(&self, names: &[Named]) -> Result<Vec<Vec<Oid>>, SourceError>;

    /// The project's image tags; `None` if there is no registry to ask.
    ///
    /// # Errors
    /// The source failed.
    async fn images(&self) -> Result<Option<Images>, SourceError>;

    /// Those of `images` that are nearest to `commit`.
    ///
    /// # Errors
    /// The source failed.
    async fn nearest(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError>;

    /// How many commits came after `ancestor` up to `commit`, as `git rev-list --count ancestor..commit` counts them, if
    /// that can be told at a glance. `ancestor` must be one.
    ///
    /// # Errors
    /// The source failed.
    async fn distance(&self, commit: Oid, ancestor: Oid) -> Result<Option<u64>, SourceError>;

    /// The history of `tips`, all of it, or at least the `limit` newest commits.
    ///
    /// # Errors
    /// The source failed.
    async fn graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError>;
}

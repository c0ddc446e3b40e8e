//! Where commits, environments and images come from.
//!
//! [`resolve`](crate::resolve) and [`history`](crate::history) run on a [`Source`] and nothing else. A local
//! repository, GitLab and the tests' in-memory project implement it.
#![allow(async_fn_in_trait, reason = "the futures run where they are made: in a browser, or blocked on by a command")]

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::Oid;
use crate::cleanup::{CleanupPolicy, Dated};
use crate::environment::{Fingerprint, Snapshot};
use crate::graph::{Graph, Near};
use crate::inputs::Spec;
use crate::note::Notes;
use crate::resolution::{Cost, Reason, Status};
use crate::scheme::{Named, TagScheme};
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
    /// Where its CI file is, if the project says so (GitLab's `ci_config_path`).
    pub ci_path: Option<String>,
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
    /// The name under which it was asked for, where that may be a branch's: [`Source::is_branch`] says.
    pub branch: Option<String>,
}

/// The tags of the registry repository that the image job pushes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Images {
    /// The tags.
    pub tags: Vec<Tag>,
    /// Why the list is not complete, if it is not.
    pub cut_off: Option<Reason>,
    /// The registry repository that has them, where nobody named one and the source found it.
    pub repository: Option<String>,
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

/// A tag of the registry, and what its name may stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The tag.
    pub tag: Tag,
    /// What it may stand for: commits by their ids where it has a form of the scheme, and the git tag of its name.
    pub names: Vec<Named>,
    /// Whether it has a form of the scheme.
    pub has_form: bool,
}

impl Candidate {
    /// Whether it names a commit by its id.
    pub fn names_id(&self) -> bool {
        self.names.iter().any(|name| matches!(name, Named::Commit { .. }))
    }

    /// The tags as candidates under a scheme, each once, in the order of their names.
    pub fn of(scheme: &TagScheme, tags: &[Tag]) -> Vec<Self> {
        let mut candidates: Vec<Self> = tags
            .iter()
            .map(|tag| {
                let mut names: Vec<Named> = scheme.read(&tag.name).into_iter().collect();
                let has_form = !names.is_empty();
                let git_tag = Named::GitTag(tag.name.clone());
                if !names.contains(&git_tag) {
                    names.push(git_tag);
                }
                Self { tag: tag.clone(), names, has_form }
            })
            .collect();
        candidates.sort_by(|a, b| a.tag.name.cmp(&b.tag.name));
        candidates.dedup_by(|a, b| a.tag.name == b.tag.name);
        candidates
    }
}

/// What is asked of candidates: whether they have this environment.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The commit asked about.
    pub commit: Oid,
    /// What it is looked at under.
    pub spec: &'a Arc<Spec>,
    /// Its environment.
    pub environment: Fingerprint,
    /// Its files, sorted by the bytes of their paths.
    pub files: &'a [Entry],
}

/// What comparing a candidate gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It names no commit that the project has.
    Stranger,
    /// It names a commit that could not be looked at, for this reason.
    Unseen(String),
    /// A commit that it names has another environment: at least so many files differ.
    Differs(usize),
    /// All commits that it names have the environment, these.
    Same(Vec<Oid>),
    /// Not compared now: one before it is right, or no more may be asked.
    Left,
}

/// What became of the build of an environment that no image is there for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// [`Status::Building`], [`Status::Failed`], or [`Status::Missing`] where it is known why nothing was built.
    pub status: Status,
    /// What is known of it.
    pub reason: Reason,
}

/// What is known of the clean-up that deletes image tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// There is nobody to ask.
    Unasked,
    /// Whether there is a policy is not shown to whoever asks.
    Hidden,
    /// The project's policy.
    Known {
        /// The policy.
        policy: CleanupPolicy,
        /// The tags that were asked about, in their order, each with the time when its image was made.
        tags: Vec<Dated>,
        /// The time, in seconds since 1970.
        now: i64,
    },
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

    /// Whether the project has a branch of this name.
    ///
    /// # Errors
    /// The source failed.
    async fn is_branch(&self, name: &str) -> Result<bool, SourceError>;

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

    /// All commits of the project that each of these names stands for; none where the project does not have one. That
    /// no other commit shares the beginning of an id is certain only after [`Source::confirm`].
    ///
    /// # Errors
    /// The source failed.
    async fn named(&self, names: &[Named]) -> Result<Vec<Vec<Oid>>, SourceError>;

    /// The image tags of a registry repository; where none is named, of the project's only one, else of the one that has
    /// the project's name. `None` if there is no registry to ask.
    ///
    /// # Errors
    /// The source failed.
    async fn images(&self, repository: Option<&str>) -> Result<Option<Images>, SourceError>;

    /// Which candidates to compare next, as positions in `open`: none of the others can be better than a right one
    /// among them. Empty: the source compares no more of them.
    ///
    /// A source that can compare all at no cost names them all; another one names at most `most` where it knows their
    /// order.
    ///
    /// # Errors
    /// The source failed.
    async fn next(&self, _commit: Oid, open: &[Candidate], _most: usize) -> Result<Vec<usize>, SourceError> {
        Ok((0..open.len()).collect())
    }

    /// Compares candidates with what is wanted, in the order of `candidates`.
    ///
    /// # Errors
    /// The source failed.
    async fn compare(&self, wanted: Wanted<'_>, candidates: &[Candidate]) -> Result<Vec<Compared>, SourceError> {
        compare_all(self, wanted, candidates).await
    }

    /// Looks once more at the image that is about to be named, and says what more is known of its tag; `None` if it
    /// is not right after all. `commit` is one that it stands for.
    ///
    /// # Errors
    /// The source failed.
    async fn confirm(
        &self,
        _wanted: Option<Wanted<'_>>,
        candidate: &Candidate,
        _commit: Oid,
    ) -> Result<Option<Tag>, SourceError> {
        Ok(Some(candidate.tag.clone()))
    }

    /// What became of the build of the environment wanted, where no image of it is there. `job` is the image job's
    /// name at the commit asked about. `None`: the source knows nothing of builds.
    ///
    /// # Errors
    /// The source failed.
    async fn build(&self, _wanted: Wanted<'_>, _job: Option<&str>) -> Result<Option<Build>, SourceError> {
        Ok(None)
    }

    /// Goes over to the images of the project that this one is a fork of, which it returns: from then on candidates are
    /// that project's. `None`: there is none, or it may not be seen.
    ///
    /// # Errors
    /// The source failed.
    async fn fork_parent(&self) -> Result<Option<Project>, SourceError> {
        Ok(None)
    }

    /// The notes on commits that say which images they were given; empty where the source has none, or would have to ask
    /// for them.
    ///
    /// # Errors
    /// They are there, and cannot be read.
    async fn image_notes(&self) -> Result<Arc<Notes>, SourceError> {
        Ok(Arc::default())
    }

    /// What deletes the project's image tags, and how old these are.
    ///
    /// # Errors
    /// The source failed.
    async fn cleanup(&self, _tags: &[Tag]) -> Result<Cleanup, SourceError> {
        Ok(Cleanup::Unasked)
    }

    /// Whether every look costs a request: then no more of a history is read than was asked for.
    fn is_costly(&self) -> bool {
        false
    }

    /// What a person should know of how this answer was found.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// What the source's answers cost so far; `None` for one without a network.
    fn cost(&self) -> Option<Cost> {
        None
    }

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

/// Compares candidates by looking at every commit that they name.
///
/// # Errors
/// The source failed.
pub async fn compare_all<S: Source + ?Sized>(
    source: &S,
    wanted: Wanted<'_>,
    candidates: &[Candidate],
) -> Result<Vec<Compared>, SourceError> {
    let stands_for = commits_of(source, candidates).await?;
    let mut commits: Vec<Oid> = stands_for.iter().flatten().copied().collect();
    commits.sort_unstable();
    commits.dedup();
    let snapshots = source.snapshots(wanted.spec, &commits).await?;
    let compare = |stands_for: Vec<Oid>| {
        let seen = stands_for.iter().filter_map(|commit| snapshots.get(commits.binary_search(commit).ok()?));
        if let Some(why) = seen.clone().find_map(|snapshot| snapshot.unseen.clone()) {
            return Compared::Unseen(why);
        }
        match stands_for.len() {
            0 => Compared::Stranger,
            _ if seen.clone().all(|snapshot| snapshot.environment == Some(wanted.environment)) => {
                Compared::Same(stands_for)
            }
            _ => Compared::Differs(1),
        }
    };
    Ok(stands_for.into_iter().map(compare).collect())
}

/// All commits that each candidate stands for, by any of its names, in the order of their ids.
///
/// # Errors
/// The source failed.
pub async fn commits_of<S: Source + ?Sized>(
    source: &S,
    candidates: &[Candidate],
) -> Result<Vec<Vec<Oid>>, SourceError> {
    let mut names: Vec<Named> = candidates.iter().flat_map(|candidate| candidate.names.iter().cloned()).collect();
    names.sort_unstable();
    names.dedup();
    let commits = source.named(&names).await?;
    let of = |candidate: &Candidate| {
        let known = candidate.names.iter().filter_map(|name| commits.get(names.binary_search(name).ok()?));
        let mut stands_for: Vec<Oid> = known.flatten().copied().collect();
        stands_for.sort_unstable();
        stands_for.dedup();
        stands_for
    };
    Ok(candidates.iter().map(of).collect())
}

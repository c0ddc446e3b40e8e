//! Pushes, the pipelines and jobs that GitLab makes of them, and the images that follow.
//!
//! [`Event`] says what happens to a project; `simulate` (feature `server`) gives what GitLab would have made of it,
//! by the rules in GitLab's own sources:
//!
//! - one pipeline for each ref that a push moves, at its new commit; none for the fifth ref and later ones of one push
//!   (`PIPELINE_PROCESS_LIMIT`), none for a deleted ref, none without a CI file or where CI is switched off;
//! - `changes:` is compared with the difference of the two trees before and after the push, however many commits lie between;
//!   for new branches, tags and pipelines that no push started there is no difference, and `changes:` always holds;
//! - `[skip ci]` in the message of the push's last commit, or the push option `ci.skip`, gives a pipeline that is `skipped`
//!   and has no jobs; a pipeline none of whose jobs would run is not made at all;
//! - a newer pipeline of a ref cancels an older one in which nothing has begun that must not be interrupted;
//! - a job that pushes an image and succeeds adds its tags to the registry.
//!
//! Not simulated: `needs:`, child pipelines, `rules:changes:compare_to`, merged-results pipelines and the rules of a CI
//! file's remote parts. Where a job depends on what is not known, the simulation is an error and not a guess.

mod event;
mod shelf;

#[cfg(feature = "server")]
mod paths;
#[cfg(feature = "server")]
mod plan;
#[cfg(feature = "server")]
mod run;
#[cfg(feature = "server")]
mod simulate;
#[cfg(feature = "server")]
mod stages;
#[cfg(all(feature = "server", unix))]
mod trial;

pub use event::{Build, Cause, Event, Outcome, RegistryChange, RegistryEvent, RunSource, Update, ZERO};
pub use shelf::{Held, shelf};
#[cfg(feature = "server")]
pub use simulate::{Settings, simulate};
#[cfg(all(feature = "server", unix))]
pub use trial::{Outcomes, Ran, Rehearsal, table, trial};

/// A pipeline. Times are in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// The number in the whole server.
    pub id: u64,
    /// The number in the project, from 1.
    pub iid: u64,
    /// The commit it runs for.
    pub sha: String,
    /// The short name of the branch or tag; `refs/merge-requests/1/head` for a merge request.
    pub ref_name: String,
    /// `push`, `schedule`, `web`, `api`, `trigger`, `merge_request_event`.
    pub source: String,
    /// Of its jobs together: `success`, `failed`, `canceled`, `skipped`, `running`, `pending`, `manual`, `created`.
    pub status: String,
    /// The ref's commit before the push; zeros where there is none.
    pub before_sha: String,
    /// When it was made.
    pub created_at: u64,
    /// When something last happened to it.
    pub updated_at: u64,
    /// When its first job started.
    pub started_at: Option<u64>,
    /// When its last job ended.
    pub finished_at: Option<u64>,
    /// Whether it runs for a git tag.
    pub tag: bool,
    /// Why the CI file cannot be used; then there are no jobs.
    pub yaml_errors: Option<String>,
    /// Its jobs, in the order of the stages.
    pub jobs: Vec<Job>,
}

impl Pipeline {
    /// Its page, below the project's.
    pub fn web_url(&self, project_url: &str) -> String {
        format!("{project_url}/-/pipelines/{}", self.id)
    }
}

/// A job. Times are in seconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// The number in the whole server.
    pub id: u64,
    /// Its name in the CI file.
    pub name: String,
    /// Its stage.
    pub stage: String,
    /// `created`, `pending`, `running`, `success`, `failed`, `canceled`, `skipped`, `manual`.
    pub status: String,
    /// Why it failed, in GitLab's words.
    pub failure_reason: Option<String>,
    /// Whether the pipeline goes on without it.
    pub allow_failure: bool,
    /// When it was made.
    pub created_at: u64,
    /// When a runner took it.
    pub started_at: Option<u64>,
    /// When it ended.
    pub finished_at: Option<u64>,
    /// Whether a newer job of this name took its place.
    pub retried: bool,
}

impl Job {
    /// Its page, below the project's.
    pub fn web_url(&self, project_url: &str) -> String {
        format!("{project_url}/-/jobs/{}", self.id)
    }
}

/// An image that a job pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The repository: what follows the project's path, empty for the root.
    pub repository: String,
    /// The tag.
    pub tag: String,
    /// The commit that it was built from.
    pub sha: String,
    /// The job's id.
    pub job: u64,
    /// When the job ended, in seconds since 1970.
    pub at: u64,
}

/// What GitLab made of a list of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulated {
    /// The pipelines, oldest first.
    pub pipelines: Vec<Pipeline>,
    /// The images that were pushed to the project's registry, in the order of the pushes. A tag can be there twice.
    pub images: Vec<Image>,
}

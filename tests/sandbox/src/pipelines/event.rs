//! What happens to a project: pushes, pipelines that somebody starts, and what is done to the registry by hand.

/// The id that stands for *no commit*: what a new branch was before, and what a deleted one is after.
pub const ZERO: &str = "0000000000000000000000000000000000000000";

/// Something that can make GitLab run a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When, in seconds since 1970.
    pub at: u64,
    /// What.
    pub cause: Cause,
    /// What becomes of the jobs, if it has any.
    pub build: Build,
}

/// What makes GitLab run a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A push, by whatever way: commits through the API, the web editor and the merge button are pushes too.
    Push {
        /// The refs that it moves, in the order in which git sent them.
        updates: Vec<Update>,
        /// `git push -o`: `ci.skip`, `ci.no_pipeline`.
        options: Vec<String>,
    },
    /// A pipeline that no push started.
    Run {
        /// What started it.
        source: RunSource,
        /// The branch or tag, in full: `refs/heads/main`.
        reference: String,
        /// Its commit.
        sha: String,
    },
    /// A merge request that is opened, or whose source branch moves. Its pipeline is the detached one, of the source's head.
    MergeRequest {
        /// The number in the project.
        iid: u64,
        /// The short name of the source branch.
        source_branch: String,
        /// The source branch's head.
        head: String,
        /// The target branch's head.
        target: String,
    },
}

/// A ref that a push moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// The ref, in full: `refs/heads/main`, `refs/tags/v1.0`.
    pub reference: String,
    /// Its commit before, or [`ZERO`].
    pub before: String,
    /// Its commit now, or [`ZERO`].
    pub after: String,
}

/// What starts a pipeline that is of no push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunSource {
    /// A schedule.
    Schedule,
    /// *Run pipeline* in the web interface.
    Web,
    /// `POST /projects/:id/pipeline`.
    Api,
    /// A trigger token.
    Trigger,
}

impl RunSource {
    /// GitLab's word for it: `CI_PIPELINE_SOURCE`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Web => "web",
            Self::Api => "api",
            Self::Trigger => "trigger",
        }
    }
}

/// What becomes of a pipeline's jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// How the jobs that push an image end; of a file in which none can be recognised, every job.
    pub outcome: Outcome,
    /// How jobs of certain names end; the others succeed.
    pub others: Vec<(String, Outcome)>,
    /// Whether somebody starts the jobs that wait for a person.
    pub started_by_hand: bool,
    /// How often the jobs that push an image failed and were retried before.
    pub retries: u32,
    /// Seconds until a runner takes the first job.
    pub waits: u64,
    /// Seconds that each job takes.
    pub takes: u64,
}

impl Build {
    /// A build that ends so, with a runner at hand, in six minutes.
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome, others: Vec::new(), started_by_hand: false, retries: 0, waits: 5, takes: 360 }
    }
}

/// A build that succeeds.
impl Default for Build {
    fn default() -> Self {
        Self::new(Outcome::Success)
    }
}

/// How a job ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeds.
    Success,
    /// It fails, for a reason in GitLab's words: `script_failure`, `job_execution_timeout`, `runner_system_failure`, …
    Failed(String),
    /// Somebody cancels it while it runs.
    Canceled,
    /// It has not ended yet.
    Running,
    /// No runner has taken it yet.
    Pending,
}

impl Outcome {
    /// A script that fails.
    pub fn failed() -> Self {
        Self::Failed("script_failure".to_owned())
    }
}

/// Something that is done to the project's registry, and not by a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryEvent {
    /// When, in seconds since 1970.
    pub at: u64,
    /// The repository: what follows the project's path, empty for the root.
    pub repository: String,
    /// What.
    pub change: RegistryChange,
}

/// What is done to a repository of the registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryChange {
    /// The image of one tag gets another one as well.
    Retag {
        /// The tag that is there.
        from: String,
        /// The tag that is added, or moved.
        to: String,
    },
    /// A tag is deleted, by clean-up or by hand.
    Delete(String),
}

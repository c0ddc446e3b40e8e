//! What GitLab tells a job about its pipeline (GitLab's "Predefined CI/CD variables").

use std::time::{SystemTime, UNIX_EPOCH};

use repin::Oid;
use repin::needed::Ref;
use repin_forge::gitlab::seconds;

use crate::project::variable;

/// The pipeline's commit, and what it runs for.
pub(crate) struct Job {
    commit: Option<String>,
    ref_name: Option<String>,
    git_tag: Option<String>,
    /// When the job began, in seconds since 1970; outside of a job, the time.
    pub(crate) now: i64,
}

impl Job {
    /// From the variables; outside of a job there are none.
    pub(crate) fn read() -> Self {
        Self {
            commit: variable("CI_COMMIT_SHA"),
            ref_name: variable("CI_COMMIT_REF_NAME"),
            git_tag: variable("CI_COMMIT_TAG"),
            now: variable("CI_JOB_STARTED_AT").and_then(|date| seconds(&date)).unwrap_or_else(now),
        }
    }

    /// What the pipeline says of a commit: it is about its own and no other.
    pub(crate) fn place(&self, commit: Oid) -> Ref<'_> {
        if self.commit.as_deref() != Some(commit.to_string().as_str()) {
            return Ref::default();
        }
        Ref { name: self.ref_name.as_deref(), git_tag: self.git_tag.as_deref() }
    }
}

/// The time, in seconds since 1970.
pub(crate) fn now() -> i64 {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

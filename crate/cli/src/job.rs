//! What GitLab tells a job about its pipeline (GitLab's "Predefined CI/CD variables").

use repin::Oid;
use repin::needed::{Others, Ref};

use crate::project::variable;

/// The pipeline's commit, and what it runs for.
pub(crate) struct Job {
    commit: Option<String>,
    ref_name: Option<String>,
    git_tag: Option<String>,
    /// The pipeline's number.
    turn: Option<u64>,
    /// Whether it runs because of a push.
    is_push: bool,
}

impl Job {
    /// From the variables; outside of a job there are none.
    pub(crate) fn read() -> Self {
        Self {
            commit: variable("CI_COMMIT_SHA"),
            ref_name: variable("CI_COMMIT_REF_NAME"),
            git_tag: variable("CI_COMMIT_TAG"),
            turn: variable("CI_PIPELINE_IID").and_then(|number| number.parse().ok()),
            is_push: variable("CI_PIPELINE_SOURCE").is_some_and(|source| source == "push"),
        }
    }

    /// What the pipeline says of a commit: it is about its own and no other.
    pub(crate) fn place(&self, commit: Oid) -> Ref<'_> {
        if self.commit.as_deref() != Some(commit.to_string().as_str()) {
            return Ref::default();
        }
        Ref { name: self.ref_name.as_deref(), git_tag: self.git_tag.as_deref() }
    }

    /// Which other commits its job may build.
    pub(crate) fn others(&self, most: u8) -> Others {
        Others { most: usize::from(most), turn: self.turn, by_age: self.is_push }
    }
}

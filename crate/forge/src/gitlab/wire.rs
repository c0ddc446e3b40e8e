//! What is read of GitLab's answers. Fields that Repin does not need are passed over, those that can be null or absent
//! in some version are optional (facts/gitlab.md, 2).

use repin::Oid;
use repin::cleanup::CleanupPolicy;
use repin::source::Commit;

use super::read::read;

read! {
    ProjectReply {
        id, path_with_namespace, default_branch, ci_config_path, container_registry_image_prefix,
        container_registry_access_level, container_registry_enabled, forked_from_project, builds_access_level,
        jobs_enabled, archived [default], container_expiration_policy
    }
    ForkedFrom { id, path_with_namespace }
    CommitReply { id, parent_ids [default], title, committed_date }
    TreeReply { id, name, path, mode }
    GitTagReply { name, commit }
    BranchReply { name }
    IdReply { id }
    RefReply { kind ["type"], name }
    RepositoryReply { id, path [default], location, tags_count, tags }
    TagReply { name, digest, created_at }
    PipelineReply { id, sha, status [default], source, created_at, web_url }
    JobReply { id [default], name, status [default], failure_reason, web_url }
}

/// `GET /projects/:id`
#[derive(Clone, Debug)]
pub(super) struct ProjectReply {
    pub(super) id: u64,
    pub(super) path_with_namespace: String,
    pub(super) default_branch: Option<String>,
    pub(super) ci_config_path: Option<String>,
    pub(super) container_registry_image_prefix: Option<String>,
    pub(super) container_registry_access_level: Option<String>,
    pub(super) container_registry_enabled: Option<bool>,
    pub(super) forked_from_project: Option<ForkedFrom>,
    pub(super) builds_access_level: Option<String>,
    pub(super) jobs_enabled: Option<bool>,
    pub(super) archived: bool,
    pub(super) container_expiration_policy: Option<CleanupPolicy>,
}

/// The parent of a fork.
#[derive(Clone, Debug)]
pub(super) struct ForkedFrom {
    pub(super) id: u64,
    pub(super) path_with_namespace: String,
}

/// An element of `GET /projects/:id/repository/commits`
#[derive(Clone, Debug)]
pub(super) struct CommitReply {
    pub(super) id: Oid,
    pub(super) parent_ids: Vec<Oid>,
    pub(super) title: Option<String>,
    pub(super) committed_date: String,
}

impl CommitReply {
    /// As answers speak of it; `None` if its date is none.
    pub(super) fn commit(self) -> Option<Commit> {
        let (seconds, date) = super::date::parse(&self.committed_date)?;
        Some(Commit {
            id: self.id,
            parents: self.parent_ids,
            title: self.title.unwrap_or_default(),
            seconds,
            date,
            branch: None,
        })
    }
}

/// An element of `GET /projects/:id/repository/tree`
#[derive(Clone, Debug)]
pub(super) struct TreeReply {
    pub(super) id: Oid,
    pub(super) name: String,
    pub(super) path: String,
    pub(super) mode: String,
}

/// An element of `GET /projects/:id/repository/tags`
#[derive(Clone, Debug)]
pub(super) struct GitTagReply {
    pub(super) name: String,
    pub(super) commit: Option<IdReply>,
}

/// `GET /projects/:id/repository/branches/:name`
#[derive(Clone, Debug)]
pub(super) struct BranchReply {
    pub(super) name: String,
}

/// Something with a commit's id.
#[derive(Clone, Debug)]
pub(super) struct IdReply {
    pub(super) id: Oid,
}

/// An element of `GET /projects/:id/repository/commits/:sha/refs`
#[derive(Clone, Debug)]
pub(super) struct RefReply {
    pub(super) kind: String,
    pub(super) name: String,
}

/// An element of `GET /projects/:id/registry/repositories`, or `GET /registry/repositories/:rid`
#[derive(Clone, Debug)]
pub(super) struct RepositoryReply {
    pub(super) id: u64,
    pub(super) path: String,
    pub(super) location: String,
    pub(super) tags_count: Option<u64>,
    pub(super) tags: Option<Vec<TagReply>>,
}

/// An element of `GET /projects/:id/registry/repositories/:rid/tags`, or one tag.
#[derive(Clone, Debug)]
pub(super) struct TagReply {
    pub(super) name: String,
    pub(super) digest: Option<String>,
    pub(super) created_at: Option<String>,
}

/// An element of `GET /projects/:id/pipelines`
#[derive(Clone, Debug)]
pub(super) struct PipelineReply {
    pub(super) id: u64,
    pub(super) sha: Oid,
    pub(super) status: String,
    pub(super) source: Option<String>,
    pub(super) created_at: Option<String>,
    pub(super) web_url: Option<String>,
}

impl PipelineReply {
    /// When it was made, in seconds since 1970.
    pub(super) fn made(&self) -> Option<i64> {
        super::date::parse(self.created_at.as_deref()?).map(|(seconds, _)| seconds)
    }

    /// Whether a push started it, as far as is known.
    pub(super) fn is_of_push(&self) -> bool {
        self.source.as_deref().is_none_or(|source| source == "push")
    }
}

/// An element of `GET /projects/:id/pipelines/:pid/jobs`
#[derive(Clone, Debug)]
pub(super) struct JobReply {
    pub(super) id: u64,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) failure_reason: Option<String>,
    pub(super) web_url: Option<String>,
}

impl JobReply {
    /// Whether it is the job of this name in the CI file, or one of those that `parallel:` makes of it.
    pub(super) fn is(&self, name: &str) -> bool {
        let rest = self.name.strip_prefix(name);
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with(": [") || rest.starts_with(' ') && rest.contains('/')
        })
    }
}

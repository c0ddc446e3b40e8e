//! What the stand-in serves beside the repositories: the caller's data.

use std::path::PathBuf;

use crate::pipelines::Pipeline;

/// Which GitLab the stand-in is: what its APIs have and have not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 15.11: GraphQL has blobs, trees, pipelines, container repositories and their tags, and no commits.
    V15,
    /// 17.4: GraphQL has `Repository.commits(ref:)` too.
    V17,
    /// 19.4: GraphQL has `commit(ref:)`, `lastCommit(path:, ref:)` and `commits(path:, firstParent:, ...)`; a tree of a path that is
    /// not there is a 404.
    #[default]
    V19,
}

impl Version {
    /// The version as GitLab says it.
    pub fn text(self) -> &'static str {
        match self {
            Self::V15 => "15.11.13-ee",
            Self::V17 => "17.4.2-ee",
            Self::V19 => "19.4.0-pre",
        }
    }

    /// The first number.
    pub fn major(self) -> u32 {
        match self {
            Self::V15 => 15,
            Self::V17 => 17,
            Self::V19 => 19,
        }
    }
}

/// How the server is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The relative root, as `/gitlab`; empty for none.
    pub path: String,
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Which GitLab it is at first.
    pub version: Version,
    /// The registry's host, as it is in image names.
    pub registry: String,
    /// Whether an attached registry is reached below the server's own address and, with `/jwt/auth`, answers pages of other
    /// sites. Neither does as it comes (facts, 4: CORS): an administrator's proxy makes it so.
    pub open_registry: bool,
    /// Whether the registry has a metadata database, which keyset paging of tags needs.
    pub registry_database: bool,
    /// Where lists of differences stop.
    pub diff_limits: DiffLimits,
    /// Whether answers are compressed for clients that say they can read it.
    pub gzip: bool,
    /// The greatest complexity of an anonymous GraphQL query and of a user's.
    pub complexity: (u64, u64),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: String::new(),
            port: 0,
            version: Version::default(),
            registry: "registry.example.org".to_owned(),
            open_registry: false,
            registry_database: true,
            diff_limits: DiffLimits::default(),
            gzip: true,
            complexity: (200, 250),
        }
    }
}

/// Where lists of differences stop. GitLab's own numbers are 1000 files and 200 kB a patch; these are small enough to be met in a test.
#[derive(Clone, Copy, Debug)]
pub struct DiffLimits {
    /// The list ends after this many files, without a word. From a tenth of it on the patches are left out (`collapsed`).
    pub files: usize,
    /// A longer patch is left out (`too_large`); from a tenth of it on it is `collapsed`.
    pub patch_bytes: usize,
}

impl Default for DiffLimits {
    fn default() -> Self {
        Self { files: 100, patch_bytes: 20_000 }
    }
}

/// Who may see a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Visibility {
    /// Everybody.
    #[default]
    Public,
    /// Everybody with a valid token.
    Internal,
    /// Tokens whose [`Reach`] has the project.
    Private,
}

/// Who may use a part of a project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Whoever sees the project.
    #[default]
    Enabled,
    /// Its members: tokens whose [`Reach`] has the project.
    Private,
    /// Nobody.
    Disabled,
}

/// A project.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// `group/name`.
    pub path: String,
    /// Where its repository is: bare or with a work tree.
    pub repository: PathBuf,
    /// The default branch; empty for `main`.
    pub default_branch: String,
    /// Who sees it.
    pub visibility: Visibility,
    /// Where its CI file is, if not `.gitlab-ci.yml`.
    pub ci_config_path: Option<String>,
    /// The number of the project that this one is a fork of.
    pub forked_from: Option<u64>,
    /// Who sees its container registry.
    pub container_registry: Access,
    /// Who sees its pipelines and jobs.
    pub builds: Access,
    /// The repositories of its container registry.
    pub images: Vec<Repository>,
    /// `container_expiration_policy`, as the API gives it; `None`: it is off.
    pub cleanup_policy: Option<serde_json::Value>,
    /// Its pipelines, in any order.
    pub pipelines: Vec<Pipeline>,
    /// Paths that it had before: they answer with a 301.
    pub moved_from: Vec<String>,
    /// Whether it is archived.
    pub archived: bool,
}

/// One repository of a project's container registry.
#[derive(Clone, Debug, Default)]
pub struct Repository {
    /// Its number; 0 to be given one.
    pub id: u64,
    /// Its name below the project's path; empty for the root.
    pub name: String,
    /// Its tags, in any order.
    pub tags: Vec<RegistryTag>,
    /// When it was made; empty for a fixed day.
    pub created_at: String,
}

/// A tag of a container repository.
#[derive(Clone, Debug, Default)]
pub struct RegistryTag {
    /// The tag.
    pub name: String,
    /// The manifest's digest, `sha256:...`; empty for one that is made from the name.
    pub digest: String,
    /// When the image was made, if it says so.
    pub created_at: Option<String>,
    /// The digest of the image's configuration, in hex alone. `None` for one that is made from the manifest's; empty for an
    /// index, which has none.
    pub revision: Option<String>,
    /// The bytes of its layers and its configuration.
    pub total_size: Option<u64>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A person's access token: `PRIVATE-TOKEN` or `Authorization: Bearer`.
    Personal,
    /// A project's access token: as [`Kind::Personal`].
    Project,
    /// `Authorization: Bearer` only.
    OAuth,
    /// `CI_JOB_TOKEN`: `JOB-TOKEN` only, on few endpoints.
    Job,
}

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    Api,
    /// Every GET and every GraphQL query.
    ReadApi,
    /// Git over HTTP and the files API.
    ReadRepository,
    /// Pull from the container registry.
    ReadRegistry,
    /// Push to the container registry.
    WriteRegistry,
    /// Who the token's user is.
    ReadUser,
}

impl Scope {
    /// The scope as GitLab writes it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::ReadApi => "read_api",
            Self::ReadRepository => "read_repository",
            Self::ReadRegistry => "read_registry",
            Self::WriteRegistry => "write_registry",
            Self::ReadUser => "read_user",
        }
    }
}

/// Of which projects a token's user is a member.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Of all.
    #[default]
    All,
    /// Of those with these numbers. A job token's own project is the first.
    Only(Vec<u64>),
}

/// A token.
#[derive(Clone, Debug)]
pub struct Token {
    /// What is sent.
    pub secret: String,
    /// What it is.
    pub kind: Kind,
    /// What it may do; a job token needs none.
    pub scopes: Vec<Scope>,
    /// Which projects it may see.
    pub projects: Reach,
    /// Whether its time is over.
    pub expired: bool,
}

/// A comment on a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its number; 0 where it has none yet.
    pub id: u64,
    /// The project's number.
    pub project: u64,
    /// The commit's id.
    pub commit: String,
    /// The number of the user who wrote it; Ada is 1.
    pub author: u64,
    /// The text, in Markdown.
    pub body: String,
}

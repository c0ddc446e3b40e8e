//! Which project of which GitLab an address means, in every form that people paste.
//!
//! ```
//! use repin_forge::gitlab::location::{Location, ProjectRef, RevisionHint};
//!
//! let location = Location::parse("https://gitlab.com/group/sub/name/-/commit/1a916aa?view=parallel#note_7")?;
//! assert_eq!(location.base, "https://gitlab.com");
//! assert_eq!(location.project, ProjectRef::Path("group/sub/name".to_owned()));
//! assert_eq!(location.revision, Some(RevisionHint::Commit("1a916aa".to_owned())));
//! # Ok::<(), repin_forge::gitlab::location::LocationError>(())
//! ```
//!
//! What an address alone cannot say has several readings, see [`Location::alternatives`]: whether a GitLab is below a path
//! of its host (`https://example.org/gitlab/group/name`), where a ref ends and a path begins (`tree/a/b`), and where the
//! project ends in an address from before GitLab put `/-/` there. Names that no project can have (GitLab's
//! lib/gitlab/path_regex.rb) decide where they can. From ssh addresses a path of the web server cannot be known.

use std::fmt;

mod address;
mod page;

use address::{is_web_without_scheme, of_remote, of_web};

/// A project, and perhaps a revision of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Where the GitLab is: `https://host`, perhaps with a port and a path, without a slash at the end. It is `http` only
    /// where the address says so.
    pub base: String,
    /// The project there.
    pub project: ProjectRef,
    /// What the address says of a revision.
    pub revision: Option<RevisionHint>,
    others: Vec<Location>,
}

/// A project's name for GitLab's API.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectRef {
    /// `group/name`, with all groups.
    Path(String),
    /// Its number.
    Id(u64),
}

impl ProjectRef {
    /// As GitLab's REST API takes it for `:id`: the number, or the path with its slashes escaped.
    pub fn api_id(&self) -> String {
        match self {
            Self::Path(path) => path.replace('/', "%2F"),
            Self::Id(id) => id.to_string(),
        }
    }
}

impl fmt::Display for ProjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => f.write_str(path),
            Self::Id(id) => write!(f, "{id}"),
        }
    }
}

/// What an address says of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevisionHint {
    /// A commit's id, whole or abbreviated.
    Commit(String),
    /// A ref. Where a path may follow it in the address, the refs that it can be, in the order to try.
    Refs(Vec<String>),
    /// A git tag.
    Tag(String),
    /// The newest commit of a merge request, by its number in the project.
    MergeRequest(u64),
}

impl RevisionHint {
    /// The revisions that it can be, in the order to try: the first that exists is meant. Of branches alone no two can
    /// exist, since git cannot have both `a` and `a/b`.
    pub fn revisions(&self) -> Vec<String> {
        match self {
            Self::Commit(id) => vec![id.clone()],
            Self::Refs(refs) => refs.clone(),
            Self::Tag(name) => vec![format!("refs/tags/{name}")],
            Self::MergeRequest(number) => vec![format!("refs/merge-requests/{number}/head")],
        }
    }
}

/// Why an address names no project. It does not repeat the address, which may have a token in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LocationError {
    /// It is no address, or its host is none.
    NoHost,
    /// GitLab is not reached by that.
    Scheme(String),
    /// The path after the host is no project's.
    NoProject {
        /// The host.
        host: String,
    },
}

impl fmt::Display for LocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoHost => {
                f.write_str("this is no address of a project; one looks like https://gitlab.com/group/name")
            }
            Self::Scheme(scheme) => {
                write!(f, "GitLab is not reached by {scheme}://; give the https:// address of the project")
            }
            Self::NoProject { host } => {
                write!(f, "this address on {host} names no project; one looks like https://{host}/group/name")
            }
        }
    }
}

impl std::error::Error for LocationError {}

impl Location {
    /// A project of a GitLab, without a revision.
    pub fn new(base: impl Into<String>, project: ProjectRef) -> Self {
        let base = base.into().trim_end_matches('/').to_owned();
        Self { base, project, revision: None, others: Vec::new() }
    }

    /// Reads the address of a project: of one of its pages, of a clone by https or ssh, or of GitLab's API. A user name and
    /// a password or token in it are left out.
    ///
    /// # Errors
    /// It names no host or no project.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        let text = text.trim();
        let text = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
        if text.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
            return Err(LocationError::NoHost);
        }
        let readings = match text.split_once("://") {
            Some((scheme, rest)) => match &*scheme.to_ascii_lowercase() {
                "https" => of_web("https", rest)?,
                "http" => of_web("http", rest)?,
                "ssh" | "git+ssh" | "ssh+git" | "git" => of_remote(text)?,
                other if other.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                    return Err(LocationError::Scheme(other.to_owned()));
                }
                _ => return Err(LocationError::NoHost),
            },
            None if is_web_without_scheme(text) => of_web("https", text)?,
            None => of_remote(text)?,
        };
        let mut readings = readings.into_iter();
        let mut first = readings.next().expect("who finds no reading gives an error");
        first.others = readings.collect();
        Ok(first)
    }

    /// The project of the CI job that this runs in, by the job's variables: `CI_API_V4_URL` or `CI_SERVER_URL`, and
    /// `CI_PROJECT_ID` or `CI_PROJECT_PATH`; the revision is `CI_COMMIT_SHA`. `None` outside of a job.
    pub fn from_ci_job(env: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let get = |name: &str| env(name).filter(|value| !value.is_empty());
        let api =
            get("CI_API_V4_URL").and_then(|url| Some(url.trim_end_matches('/').strip_suffix("/api/v4")?.to_owned()));
        let base = api.or_else(|| get("CI_SERVER_URL"))?;
        crate::http::Origin::of(&base)?;
        let id = get("CI_PROJECT_ID").and_then(|id| id.parse().ok()).map(ProjectRef::Id);
        let project = id.or_else(|| get("CI_PROJECT_PATH").map(ProjectRef::Path))?;
        let revision = get("CI_COMMIT_SHA").map(RevisionHint::Commit);
        Some(Self { revision, ..Self::new(base, project) })
    }

    /// All readings of the address in the order to try, this one first. The right one is the first whose project exists.
    pub fn alternatives(&self) -> Vec<Self> {
        let first = Self { others: Vec::new(), ..self.clone() };
        std::iter::once(first).chain(self.others.iter().cloned()).collect()
    }

    /// Where the REST API is.
    pub fn api(&self) -> String {
        format!("{}/api/v4", self.base)
    }
}

/// The project as people know it: without a revision.
impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.project {
            ProjectRef::Path(path) => write!(f, "{}/{path}", self.base),
            ProjectRef::Id(id) => write!(f, "{}/projects/{id}", self.base),
        }
    }
}

#[cfg(test)]
mod tests;

//! The answer: what [`resolve`](crate::resolve) returns, and what every edge of Repin shows or prints.
//!
//! Serialised, it is the JSON of schema `repin/resolution/1`; every field is always present, `null` where it does not
//! apply.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Oid;

/// The value of [`Resolution::schema`].
pub const SCHEMA: &str = "repin/resolution/1";

/// Which image is right for a commit, and why; or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Resolution {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The project's path, `group/name`, where it is known.
    pub project: Option<String>,
    /// The commit asked about.
    pub commit: Oid,
    /// What its image is built from.
    pub inputs: InputsSummary,
    /// The image inputs as they are at the commit; `None` where they cannot be known or are no recipe.
    pub environment: Option<EnvironmentSummary>,
    /// The answer in a word.
    pub status: Status,
    /// Why there is no image, or no certain one.
    pub reason: Option<Reason>,
    /// The right image; for [`Status::Predicted`] the one that a CI which builds on change would have made.
    pub image: Option<Image>,
    /// The tag that a build of this very commit would get; `None` where its job gives tags that name no commit.
    pub expected_tag: Option<String>,
    /// Where no image is right: the one that differs least.
    pub nearest: Option<Nearest>,
    /// What a person should know beside the answer.
    pub notes: Vec<String>,
    /// What the answer cost over the network; `None` for a local source.
    pub cost: Option<Cost>,
}

/// What an image is built from, for display.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InputsSummary {
    /// Who said so.
    pub source: InputsSource,
    /// The patterns; those of [`InputsSource::Dockerfile`] are for display.
    pub patterns: Vec<String>,
    /// Whether every tracked file counts: only commits with identical trees are then equal.
    pub whole_tree: bool,
    /// What a person should know about the inputs.
    pub notes: Vec<String>,
}

/// Where the inputs were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum InputsSource {
    /// The caller gave patterns (`--inputs`).
    Option,
    /// `.repin.toml` gave patterns.
    Config,
    /// The recipe, and the `changes:` list of its job.
    Ci,
    /// The recipe.
    Dockerfile,
    /// Renku's own set of files: there is neither a Dockerfile nor an image job.
    Default,
    /// Renku's build from code.
    Build,
}

/// The environment of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct EnvironmentSummary {
    /// 64 lower-case hexadecimal digits: see [`environment::key`](crate::environment::key).
    pub key: String,
    /// The files, sorted by the bytes of their paths.
    pub files: Vec<InputFile>,
}

/// One image input at one commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct InputFile {
    /// Its path; bytes that are not UTF-8 as `%XX`, and a literal `%` as `%25`.
    pub path: String,
    /// Its mode in six octal digits, as in a git tree.
    pub mode: String,
    /// Its blob id; of a submodule, the commit id.
    pub oid: Oid,
}

/// The answer in a word. The order of the variants is the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The registry holds a right image.
    Found,
    /// None yet; a pipeline of a commit with this environment is building one.
    Building,
    /// None; the last build of this environment failed or was cancelled.
    Failed,
    /// None, and every tag was compared.
    Missing,
    /// Nobody asked a registry.
    Predicted,
    /// The environment cannot be known, or not every tag could be compared.
    Unknown,
}

impl Status {
    /// The exit code of the command for this answer.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Found => 0,
            Self::Missing => 3,
            Self::Building | Self::Failed => 4,
            Self::Predicted | Self::Unknown => 5,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Found => "found",
            Self::Building => "building",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Predicted => "predicted",
            Self::Unknown => "unknown",
        })
    }
}

/// Why there is no image, or no certain one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Reason {
    /// A stable word for programs: `no-recipe`, `no-access`, `search-limit`, `shallow`, `partial`, ….
    pub code: String,
    /// A sentence for people.
    pub message: String,
    /// Where to look further.
    pub url: Option<String>,
}

impl Reason {
    /// A reason without an address.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: message.into(), url: None }
    }
}

/// An image, and how its commit relates to the one asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Image {
    /// The whole reference, where the registry is known.
    pub reference: Option<String>,
    /// The project whose registry holds it, where known.
    pub project: Option<String>,
    /// Its tag.
    pub tag: String,
    /// The commit that the tag stands for.
    pub commit: Oid,
    /// How that commit relates to the one asked about.
    pub relation: Relation,
    /// The commits between the two, as `git rev-list --count` counts them; `None` for
    /// [`Relation::SameEnvironment`], or where a history is cut off.
    pub distance: Option<u64>,
    /// The digest of its manifest, where the registry said it.
    pub digest: Option<String>,
    /// When the registry says it was made (RFC 3339).
    pub created_at: Option<String>,
    /// Whether the registry, or a list of its tags, was seen to hold it.
    pub verified: bool,
}

/// How the commit of an image relates to the one asked about, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It is the commit itself.
    Exact,
    /// It came before.
    Ancestor,
    /// It came after.
    Descendant,
    /// Neither, but its image inputs are identical.
    SameEnvironment,
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exact => "exact",
            Self::Ancestor => "ancestor",
            Self::Descendant => "descendant",
            Self::SameEnvironment => "same-environment",
        })
    }
}

/// Where no image is right: the image whose inputs differ in the fewest files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Nearest {
    /// Its tag.
    pub tag: String,
    /// The commit that the tag stands for.
    pub commit: Oid,
    /// What changed from that image's inputs to those of the commit asked about.
    pub changed: Vec<Changed>,
}

/// One difference between two environments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Changed {
    /// Its path, written as [`InputFile::path`].
    pub path: String,
    /// What happened to it.
    pub change: Change,
}

/// What happened to an input between an image's commit and the one asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Only the commit asked about has it.
    Added,
    /// Only the image's commit has it.
    Removed,
    /// Both have it, with other content or another mode.
    Modified,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
        })
    }
}

/// What an answer cost over the network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Cost {
    /// Requests sent.
    pub requests: u64,
    /// Requests that had to wait for another's answer, plus one.
    pub rounds: u64,
    /// Bytes received.
    pub bytes: u64,
}

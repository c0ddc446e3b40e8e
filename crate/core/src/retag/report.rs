//! What giving an image further tags did, or would do.

use serde::Serialize;

use super::Plan;
use crate::Oid;

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "repin/retag/1";

/// What became of the tags. Serialised, it is the JSON of schema `repin/retag/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Retag"))]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The commit that gets its tag.
    pub commit: Oid,
    /// The image that is right for it.
    pub source: Tagged,
    /// The tags; the commit's own first.
    pub tags: Vec<Given>,
    /// The git note of what the image was built from; `None` where none was written or looked for.
    pub note: Option<Noted>,
    /// What may go wrong with the tags.
    pub warnings: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// The image that is tagged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "RetagSource"))]
pub struct Tagged {
    /// `registry.example.org/group/name:tag`
    pub reference: String,
    /// `sha256:…`
    pub digest: String,
    /// The commit that its tag stands for.
    pub commit: Oid,
}

/// A tag that an image was to get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "RetagTag"))]
pub struct Given {
    /// `registry.example.org/group/name:tag`
    pub reference: String,
    /// `tag`
    pub tag: String,
    /// The digest of the image that has it, or would have it.
    pub digest: String,
    /// What was done for it.
    pub done: Done,
    /// The digest of the image that had it before, if that was another.
    pub instead_of: Option<String>,
}

/// What was done for a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "RetagDone"))]
#[serde(rename_all = "kebab-case")]
pub enum Done {
    /// The image has it now.
    Tagged,
    /// The image had it.
    Already,
    /// Nothing: it was only looked at.
    WouldTag,
}

/// A note that was written, or was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "RetagNote"))]
pub struct Noted {
    /// The ref that has it: `refs/notes/repin`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The commit that the image was built from.
    pub built_from: Oid,
    /// Lines that were not there before.
    pub added: usize,
}

impl Report {
    /// That of a plan which was carried out: the image's digest, and what was done for each tag.
    pub fn new(plan: &Plan, digest: &str, tags: impl IntoIterator<Item = (String, Done, Option<String>)>) -> Self {
        let given = |(tag, done, instead_of): (String, Done, Option<String>)| Given {
            reference: plan.reference(&tag),
            tag,
            digest: digest.to_owned(),
            done,
            instead_of,
        };
        Self {
            schema: SCHEMA.to_owned(),
            commit: plan.commit,
            source: Tagged { reference: plan.source.to_string(), digest: digest.to_owned(), commit: plan.of },
            tags: tags.into_iter().map(given).collect(),
            note: None,
            warnings: Vec::new(),
            notes: Vec::new(),
        }
    }
}

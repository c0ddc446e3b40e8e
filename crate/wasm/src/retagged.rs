//! What giving a commit its own tag did, or would do: the JSON of schema `repin/retag/1`.

use repin::Oid;
use repin_forge::registry::{Done, Retagged};
use serde::Serialize;

/// What became of a commit's own tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Retag {
    /// Always `repin/retag/1`.
    pub schema: String,
    /// The commit that gets the tag.
    pub commit: Oid,
    /// The image that is right for it.
    pub source: RetagSource,
    /// The tags: the commit's own.
    pub tags: Vec<RetagTag>,
}

/// The image that is tagged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RetagSource {
    /// `registry.example.org/group/name:tag`
    pub reference: String,
    /// `sha256:…`
    pub digest: String,
    /// The commit that its tag stands for.
    pub commit: Oid,
}

/// A tag that an image was to get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RetagTag {
    /// `registry.example.org/group/name:tag`
    pub reference: String,
    /// `tag`
    pub tag: String,
    /// The digest of the image that has it, or would have it.
    pub digest: String,
    /// What was done for it.
    #[cfg_attr(feature = "typescript", ts(type = "\"tagged\" | \"already\" | \"would-tag\""))]
    pub done: Done,
}

impl Retag {
    /// Of tags in the repository `name`.
    pub fn new(commit: Oid, name: &str, source: RetagSource, done: Retagged) -> Self {
        let tag = |tagged: repin_forge::registry::Tagged| RetagTag {
            reference: format!("{name}:{}", tagged.tag),
            tag: tagged.tag,
            digest: done.digest.clone(),
            done: tagged.done,
        };
        let source = RetagSource { digest: done.digest.clone(), ..source };
        let tags = done.tags.into_iter().map(tag).collect();
        Self { schema: "repin/retag/1".to_owned(), commit, source, tags }
    }
}

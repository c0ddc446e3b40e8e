//! Whether a further tag would say something wrong of an image.
//!
//! A tag that has a form of the project's tag scheme, or is the name of a git tag, stands for a commit: whoever finds it
//! takes the image for that commit's own, for ever. So an image may be given the names of those commits only that have the
//! environment it was built from.

use crate::Oid;
use crate::question::Question;
use crate::source::{Candidate, Source, SourceError, Tag, commits_of};

/// A tag that stands for a commit which the image is not right for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FalseName {
    /// The tag.
    pub tag: String,
    /// The commit.
    pub commit: Oid,
}

/// Those of `tags` that stand for a commit whose environment is not that of `commit`, or not known to be.
///
/// # Errors
/// The source failed.
pub async fn false_names<S: Source>(
    source: &S,
    question: &Question,
    commit: Oid,
    tags: &[String],
) -> Result<Vec<FalseName>, SourceError> {
    let (spec, _) = question.spec_at(source, commit).await?;
    let (snapshot, _) = source.files(&spec, commit).await?;
    let tags: Vec<Tag> = tags.iter().map(|tag| Tag::from(tag.as_str())).collect();
    let candidates = Candidate::of(&snapshot.inputs.scheme, &tags);
    let mut names = Vec::new();
    for (candidate, commits) in candidates.iter().zip(commits_of(source, &candidates).await?) {
        names.extend(commits.into_iter().filter(|other| *other != commit).map(|other| (&candidate.tag.name, other)));
    }
    let others: Vec<Oid> = names.iter().map(|(_, other)| *other).collect();
    let snapshots = source.snapshots(&spec, &others).await?;
    // Where only the commit's own image can be right, no other commit may have it.
    let environment = snapshot.environment.filter(|_| snapshot.inputs.exact_only.is_none());
    let is_false = |other: &crate::environment::Snapshot| environment.is_none() || other.environment != environment;
    let found = names.into_iter().zip(&snapshots).filter(|(_, other)| is_false(other));
    Ok(found.map(|((tag, commit), _)| FalseName { tag: tag.clone(), commit }).collect())
}

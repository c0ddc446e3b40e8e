//! Whether a further tag would say something wrong of an image.
//!
//! A tag that has a form of the project's tag scheme, is the beginning of a commit's id or the name of a git tag stands for a
//! commit: whoever finds it
//! takes the image for that commit's own, for ever. So an image may be given the names of those commits only that have the
//! environment it was built from.
//!
//! For ever is longer than `.repin.toml` says the same: it narrows the inputs, and need not be one itself. An image that is
//! right by the file of today may be wrong by that of tomorrow, which would yet find it under the tags of today's commits. So
//! where it gives patterns, a commit's tag is for the commit's own image alone; where it says how the image is built, the
//! commits have to be equal without its word, too.

use std::fmt;
use std::sync::Arc;

mod plan;
mod report;

pub use plan::{Plan, Refusal};
pub use report::{Done, Given, Noted, Report, SCHEMA, Tagged};

use crate::Oid;
use crate::config::Config;
use crate::environment::Snapshot;
use crate::inputs::{CONFIG_PATH, Spec};
use crate::question::Question;
use crate::resolution::{InputsSource, Relation, Resolution};
use crate::scheme::Named;
use crate::source::{Candidate, Source, SourceError, Tag, commits_of};

/// An image that is right for a commit as long as somebody narrows its inputs, and so must not have the commit's tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Narrowed {
    /// The commit.
    pub commit: Oid,
    /// The image, by its reference where that is known.
    pub image: String,
    /// Who says what counts: `.repin.toml`, or the caller.
    by: &'static str,
}

impl fmt::Display for Narrowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { commit, image, by } = self;
        let commit = commit.abbreviated(7);
        write!(
            f,
            "{image} is right for {commit} by what {by} counts, and a tag lasts longer: the image would pass as the one that {commit} was built into, whatever counts later"
        )
    }
}

impl std::error::Error for Narrowed {}

/// The image of an answer, if it must not have the commit's tag: the inputs are narrowed, and it is not the commit's own.
///
/// # Errors
/// The source failed.
pub async fn narrowed<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
) -> Result<Option<Narrowed>, SourceError> {
    let Some(image) = answer.image.as_ref().filter(|image| image.relation != Relation::Exact) else { return Ok(None) };
    let by = match narrowed_by(answer.inputs.source) {
        None if equal_by_recipe(source, question, answer.commit, &[image.commit]).await? == [true] => return Ok(None),
        by => by.unwrap_or(CONFIG_PATH),
    };
    let image = image.reference.clone().unwrap_or_else(|| image.tag.clone());
    Ok(Some(Narrowed { commit: answer.commit, image, by }))
}

/// Of each of `others`, whether it has the environment of `commit` by the recipe alone, too: without what `.repin.toml` says
/// of how the image is built.
async fn equal_by_recipe<S: Source>(
    source: &S,
    question: &Question,
    commit: Oid,
    others: &[Oid],
) -> Result<Vec<bool>, SourceError> {
    let (spec, _) = question.spec_at(source, commit).await?;
    let names = Config { image: spec.config.image.clone(), tag: spec.config.tag.clone(), ..Config::default() };
    if names == spec.config {
        return Ok(vec![true; others.len()]);
    }
    let spec = Arc::new(Spec { config: names, ..Spec::clone(&spec) });
    let (snapshot, _) = source.files(&spec, commit).await?;
    let environment = snapshot.environment.filter(|_| snapshot.inputs.exact_only.is_none());
    let snapshots = source.snapshots(&spec, others).await?;
    Ok(snapshots.iter().map(|other| environment.is_some() && other.environment == environment).collect())
}

fn narrowed_by(source: InputsSource) -> Option<&'static str> {
    match source {
        InputsSource::Option => Some("the caller"),
        InputsSource::Config => Some(CONFIG_PATH),
        InputsSource::Ci | InputsSource::Dockerfile | InputsSource::Default | InputsSource::Build => None,
    }
}

/// A tag that stands for a commit which the image is not right for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FalseName {
    /// The tag.
    pub tag: String,
    /// The commit.
    pub commit: Oid,
}

impl fmt::Display for FalseName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tag, commit } = self;
        write!(f, "the tag {tag} stands for the commit {}, which this image is not right for", commit.abbreviated(7))
    }
}

/// The commit of a tag that is the beginning of an id, whatever the scheme: people read it so, and Renku looks for seven
/// digits in every project.
fn as_id(tag: &str) -> Option<Named> {
    let is_id = (7..=40).contains(&tag.len()) && tag.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_id.then(|| Named::Commit { prefix: tag.to_owned() })
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
    let mut candidates = Candidate::of(&snapshot.inputs.scheme, &tags);
    for candidate in &mut candidates {
        let name = &candidate.tag.name;
        candidate.names.extend(snapshot.inputs.scheme.read_all(name));
        candidate.names.extend(as_id(name));
    }
    let mut names = Vec::new();
    for (candidate, commits) in candidates.iter().zip(commits_of(source, &candidates).await?) {
        names.extend(commits.into_iter().filter(|other| *other != commit).map(|other| (&candidate.tag.name, other)));
    }
    let others: Vec<Oid> = names.iter().map(|(_, other)| *other).collect();
    let snapshots = source.snapshots(&spec, &others).await?;
    // Where only the commit's own image can be right, or another's for a while only, no other commit may have it.
    let inputs = &snapshot.inputs;
    let is_for_others = inputs.exact_only.is_none() && narrowed_by(inputs.source).is_none();
    let environment = snapshot.environment.filter(|_| is_for_others);
    let equal = equal_by_recipe(source, question, commit, &others).await?;
    let is_right = |other: &Snapshot| environment.is_some() && other.environment == environment;
    let right = snapshots.iter().zip(equal).map(|(other, is_equal)| is_equal && is_right(other));
    let found = names.into_iter().zip(right).filter(|(_, is_right)| !is_right);
    Ok(found.map(|((tag, commit), _)| FalseName { tag: tag.clone(), commit }).collect())
}

//! Pins: an image named by hand, in `.renku/renku.ini` or elsewhere, and what has become of it.
//!
//! A pin is *right* if the commit that its tag stands for has the environment of the commit that is looked at, *stale*
//! if that differs, *foreign* if it is no image of this project, *floating* if its tag moves.

use serde::{Deserialize, Serialize};

use crate::environment::{Fingerprint, Snapshot};
use crate::inputs::Spec;
use crate::question::Question;
use crate::reference::{Reference, is_floating_tag};
use crate::renku_ini::{self, RenkuIni};
use crate::resolution::Changed;
use crate::resolve::difference;
use crate::source::{Commit, LineEnd, Source, SourceError};
use crate::tree::Entry;
use crate::{Oid, scheme::Named};
use std::sync::Arc;

mod advice;
mod registry;

pub use advice::{Advice, By, Verdict, advise};
pub use registry::{audit_registry, is_there};

/// A pin at one commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PinAudit {
    /// The image as it is written.
    pub image: String,
    /// The file that pins it; `None` where the caller named it.
    pub path: Option<String>,
    /// The line there, counted from 1.
    pub line: Option<usize>,
    /// What has become of it.
    pub state: PinState,
}

/// What has become of a pin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum PinState {
    /// The image was built from the very inputs of the commit that is looked at.
    Right {
        /// The commit that its tag stands for.
        commit: Oid,
    },
    /// The inputs have changed since the image was built.
    Stale {
        /// The commit that its tag stands for.
        commit: Oid,
        /// What changed from then to now.
        changed: Vec<Changed>,
        /// The first commit, along first parents, from which on the inputs differ; `None` if none of them has the
        /// image's inputs, or the history is cut off.
        since: Option<Oid>,
        /// How many commits of the line of first parents came after `since`; `None` as that.
        ago: Option<usize>,
    },
    /// It is not one of this project's images.
    Foreign {
        /// The registry repository that it belongs to.
        repository: String,
        /// The project's own, where it is known.
        own: Option<String>,
    },
    /// Its tag names no commit but moves: what it stands for can change at any time.
    Floating {
        /// The tag; `None` where there is none, which means `latest`.
        tag: Option<String>,
    },
    /// Nothing certain can be said.
    Unknown {
        /// Why.
        why: String,
    },
}

/// Looks at the pin of the commit asked about; `None` if it pins no image.
///
/// # Errors
/// The revision is unknown, or the source failed.
pub async fn audit<S: Source>(source: &S, question: &Question) -> Result<Option<PinAudit>, SourceError> {
    match audit_briefly(source, question).await? {
        Some(pin) => dated(source, question, pin).await.map(Some),
        None => Ok(None),
    }
}

/// The same, but not since when a pin is stale, which takes most of the work.
pub(crate) async fn audit_briefly<S: Source>(source: &S, question: &Question) -> Result<Option<PinAudit>, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let Some(text) = source.read(commit.id, renku_ini::PATH).await? else { return Ok(None) };
    // A file that Renku itself cannot read pins nothing; `check` reports it.
    let Ok(ini) = RenkuIni::parse(&text) else { return Ok(None) };
    let Some(pin) = ini.pin() else { return Ok(None) };
    let state = state_of(source, question, &commit, &pin.image).await?;
    let (path, line) = (Some(renku_ini::PATH.to_owned()), Some(pin.line));
    Ok(Some(PinAudit { image: pin.image.clone(), path, line, state }))
}

/// Looks at an image as if the commit asked about pinned it.
///
/// # Errors
/// The revision is unknown, or the source failed.
pub async fn audit_image<S: Source>(source: &S, question: &Question, image: &str) -> Result<PinAudit, SourceError> {
    let pin = audit_image_briefly(source, question, image).await?;
    dated(source, question, pin).await
}

/// The same, but not since when it is stale.
pub(crate) async fn audit_image_briefly<S: Source>(
    source: &S,
    question: &Question,
    image: &str,
) -> Result<PinAudit, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let state = state_of(source, question, &commit, image).await?;
    Ok(PinAudit { image: image.to_owned(), path: None, line: None, state })
}

/// The audit with the commit since which a pin is stale, where the history says it and may still be looked at.
pub(crate) async fn dated_if_possible<S: Source>(
    source: &S,
    question: &Question,
    pin: PinAudit,
) -> Result<PinAudit, SourceError> {
    match dated(source, question, pin.clone()).await {
        Err(SourceError::Incomplete(_)) => Ok(pin),
        dated => dated,
    }
}

async fn dated<S: Source>(source: &S, question: &Question, mut pin: PinAudit) -> Result<PinAudit, SourceError> {
    if let PinState::Stale { commit, since, ago, .. } = &mut pin.state {
        let now = source.commit(question.revision.as_deref()).await?;
        let (spec, _) = question.spec_at(source, now.id).await?;
        let old = source.snapshots(&spec, &[*commit]).await?.pop();
        if let Some(old) = old.and_then(|old| old.environment) {
            (*since, *ago) = self::since(source, &spec, now.id, old).await?.unzip();
        }
    }
    Ok(pin)
}

async fn state_of<S: Source>(
    source: &S,
    question: &Question,
    commit: &Commit,
    image: &str,
) -> Result<PinState, SourceError> {
    let (spec, _) = question.spec_at(source, commit.id).await?;
    let (snapshot, files) = source.files(&spec, commit.id).await?;
    let repository = question.repository(&source.project(), &spec, &snapshot.inputs);
    let look = Look { source, spec: &spec, commit, snapshot: &snapshot, files: &files };
    match Reference::parse_lenient(image) {
        Err(error) => Ok(PinState::Unknown { why: format!("`{image}` is no image: {error}") }),
        Ok(image) => look.state(&image, repository.as_deref()).await,
    }
}

struct Look<'a, S> {
    source: &'a S,
    spec: &'a Arc<Spec>,
    commit: &'a Commit,
    snapshot: &'a Snapshot,
    files: &'a [Entry],
}

impl<S: Source> Look<'_, S> {
    async fn state(&self, image: &Reference, own: Option<&str>) -> Result<PinState, SourceError> {
        let own = own.and_then(|own| Reference::parse_lenient(own).ok());
        let is_own = match &own {
            Some(own) => Some(own.same_repository(image)),
            // Where the registry is not known, the project's path still is the end of its images' names.
            None => self.source.project().path.map(|path| image.repository() == path.to_lowercase()),
        };
        if is_own == Some(false) {
            return Ok(PinState::Foreign { repository: image.name(), own: own.map(|own| own.name()) });
        }
        // With a digest, a tag beside it is for people: what is pulled is what the digest says.
        if image.digest().is_some() {
            let why = "it is pinned by digest, which only the registry can match to a commit".into();
            return Ok(PinState::Unknown { why });
        }
        let Some(tag) = image.tag() else { return Ok(PinState::Floating { tag: None }) };
        if is_floating_tag(tag) {
            return Ok(PinState::Floating { tag: Some(tag.to_owned()) });
        }
        let names: Vec<Named> =
            self.snapshot.inputs.scheme.read(tag).into_iter().chain([Named::GitTag(tag.to_owned())]).collect();
        let mut commits: Vec<Oid> = self.source.named(&names).await?.into_iter().flatten().collect();
        commits.sort_unstable();
        commits.dedup();
        let Some(&first) = commits.first() else {
            let is_branch = self.source.is_branch(tag).await?;
            return Ok(if is_branch {
                PinState::Floating { tag: Some(tag.to_owned()) }
            } else if names.len() > 1 {
                PinState::Unknown { why: format!("its tag {tag} names a commit that is not here") }
            } else {
                PinState::Unknown {
                    why: format!(
                        "its tag {tag} does not have the form {} of this project's images",
                        self.snapshot.inputs.scheme
                    ),
                }
            });
        };
        let Some(environment) = self.snapshot.environment else {
            return Ok(if commits == [self.commit.id] {
                PinState::Right { commit: first }
            } else {
                PinState::Unknown { why: "what this commit's image is built from cannot be known".into() }
            });
        };
        let snapshots = self.source.snapshots(self.spec, &commits).await?;
        if let Some(why) = snapshots.iter().find_map(|snapshot| snapshot.unseen.clone()) {
            return Ok(PinState::Unknown { why });
        }
        let differing = commits.iter().zip(&snapshots).find(|(_, snapshot)| snapshot.environment != Some(environment));
        let Some((&commit, _)) = differing else {
            return Ok(PinState::Right { commit: first });
        };
        let (_, files) = self.source.files(self.spec, commit).await?;
        let changed = difference(&files, self.files, usize::MAX).unwrap_or_default();
        Ok(PinState::Stale { commit, changed, since: None, ago: None })
    }
}

/// The first commit of the line of first parents up to `commit` after the last one that had the environment `old`, and how
/// many came after it.
async fn since<S: Source>(
    source: &S,
    spec: &Arc<Spec>,
    commit: Oid,
    old: Fingerprint,
) -> Result<Option<(Oid, usize)>, SourceError> {
    let mut child = commit;
    let mut ago = 0;
    let mut count = 32;
    loop {
        let line = source.first_parents(child, count).await?;
        let parents = line.commits.get(1..).unwrap_or_default();
        for (parent, snapshot) in parents.iter().zip(source.snapshots(spec, parents).await?) {
            if snapshot.environment == Some(old) {
                return Ok(Some((child, ago)));
            }
            child = *parent;
            ago += 1;
        }
        if line.end != LineEnd::More {
            return Ok(None);
        }
        count = (count * 2).min(4096);
    }
}

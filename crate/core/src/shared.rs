//! Tags that are one image.
//!
//! A tag says which commit it is for, not what its image was built from: somebody may have given the tag to an image that
//! was there. Tags of one digest are one image, so it is right only where all their commits have the environment, or where a
//! [note](crate::note) names the commit that it was built from: then it counts for that commit's environment alone.
//!
//! Only digests that are known anyway count: nobody is asked for one.

use std::collections::HashMap;

use crate::Oid;
use crate::environment::{Fingerprint, key};
use crate::note::{Note, Notes};
use crate::resolve::Chooser;
use crate::scheme::Named;
use crate::source::{Candidate, Compared, Source, SourceError, Tag, Wanted, commits_of};

/// Which of the tags listed are one image.
#[derive(Default)]
pub(crate) struct Shared(HashMap<String, Vec<Candidate>>);

impl Shared {
    pub(crate) fn new(candidates: &[Candidate]) -> Self {
        let mut of: HashMap<String, Vec<Candidate>> = HashMap::new();
        for candidate in candidates {
            if let Some(digest) = &candidate.tag.digest {
                of.entry(digest.clone()).or_default().push(candidate.clone());
            }
        }
        of.retain(|_, candidates| candidates.len() > 1);
        Self(of)
    }

    /// The other tags of the image that `tag` is.
    fn others(&self, tag: &Tag) -> Vec<Candidate> {
        let all = tag.digest.as_ref().and_then(|digest| self.0.get(digest));
        all.into_iter().flatten().filter(|other| other.tag.name != tag.name).cloned().collect()
    }
}

/// What the image of a tag may have been built from beside the tag's commit.
#[derive(Default)]
pub(crate) struct Origins {
    /// Commits of which each must have the same environment.
    pub(crate) commits: Vec<Oid>,
    /// The keys that notes have for commits which are not here.
    keys: Vec<Option<String>>,
    /// Whether there is one that cannot be known.
    unknown: bool,
}

impl Origins {
    /// Those of each candidate, of which `stands_for` are the commits.
    pub(crate) async fn of(
        source: &impl Source,
        candidates: &[Candidate],
        stands_for: &[Vec<Oid>],
        repository: Option<&str>,
    ) -> Result<Vec<Self>, SourceError> {
        // An answer without them is as good as notes that are not there.
        let notes = source.image_notes().await.unwrap_or_default();
        let mut all = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            let mut origins = Self::default();
            let image = repository.map(|repository| format!("{repository}:{}", candidate.tag.name));
            for note in notes_of(&notes, &candidate.tag, image.as_ref()) {
                if is_here(source, note.built_from).await? {
                    origins.commits.push(note.built_from);
                } else {
                    origins.keys.push(note.environment.clone());
                }
            }
            if origins.commits.is_empty() && origins.keys.is_empty() && candidate.tag.digest.is_some() {
                let others = candidates.iter().zip(stands_for).filter(|(other, _)| {
                    other.tag.digest == candidate.tag.digest && other.tag.name != candidate.tag.name
                });
                for (other, commits) in others {
                    origins.commits.extend(commits);
                    origins.unknown |= commits.is_empty() && other.has_form;
                }
            }
            all.push(origins);
        }
        Ok(all)
    }

    /// Whether all of them have this environment, which is that of `commits`; where it has none, whether they are the same.
    pub(crate) fn agree(
        &self,
        commits: &[Oid],
        wanted: Option<Fingerprint>,
        environment: impl Fn(Oid) -> Option<Fingerprint>,
    ) -> bool {
        let same = |commit: &Oid| commits == [*commit] || (wanted.is_some() && environment(*commit) == wanted);
        let is_key = |key: &Option<String>| key.is_some() && *key == wanted.and_then(|wanted| wanted.key());
        !self.unknown && self.commits.iter().all(same) && self.keys.iter().all(is_key)
    }
}

/// The notes of the image of a tag, whose reference is `image`. A digest that is known says more than the one that the tag
/// had when the note was written.
fn notes_of<'n>(notes: &'n Notes, tag: &Tag, image: Option<&String>) -> impl Iterator<Item = &'n Note> {
    notes.iter().map(|(_, note)| note).filter(move |note| match &tag.digest {
        Some(digest) => note.digest == *digest,
        None => Some(&note.image) == image,
    })
}

/// Whether the project has this commit.
pub(crate) async fn is_here(source: &impl Source, commit: Oid) -> Result<bool, SourceError> {
    let named = source.named(&[Named::Commit { prefix: commit.to_string() }]).await?;
    Ok(named.first().is_some_and(|commits| commits == &[commit]))
}

/// Why the image of a tag may not be right, though the tag's commit is.
pub(crate) enum Doubt {
    /// It was built from this commit, which has another environment.
    BuiltFrom(Oid),
    /// It has this tag as well, whose commit has another environment or none that can be known.
    Shared(String),
}

impl Doubt {
    /// What is wrong with the image of `tag`, for people.
    pub(crate) fn message(&self, tag: &str) -> String {
        match self {
            Self::BuiltFrom(commit) => format!(
                "the image of the tag {tag} was built from {}, as its note says, and that commit has other inputs",
                commit.abbreviated(7)
            ),
            Self::Shared(other) => format!(
                "the tags {tag} and {other} are one image, but their commits have different inputs or {other} could not be compared: which of them it was built from is not known"
            ),
        }
    }
}

impl<S: Source> Chooser<'_, S> {
    /// Whether the image of a tag, whose commit is right, may be that of a commit that is not.
    pub(crate) async fn doubt(
        &self,
        wanted: Option<Wanted<'_>>,
        tag: &Tag,
        shared: &Shared,
        notes: &Notes,
    ) -> Result<Option<Doubt>, SourceError> {
        let image = self.reference(&tag.name);
        let mut is_noted = false;
        for note in notes_of(notes, tag, image.as_ref()) {
            is_noted = true;
            if !self.is_right_source(wanted, note).await? {
                return Ok(Some(Doubt::BuiltFrom(note.built_from)));
            }
        }
        if is_noted { Ok(None) } else { self.shared(wanted, tag, shared).await }
    }

    /// The same of an image that no note is about.
    pub(crate) async fn shared(
        &self,
        wanted: Option<Wanted<'_>>,
        tag: &Tag,
        shared: &Shared,
    ) -> Result<Option<Doubt>, SourceError> {
        // To compare those as well costs requests where every look does.
        if self.source.is_costly() {
            return Ok(None);
        }
        let others = shared.others(tag);
        let only_own = self.asked.inputs.exact_only.is_some() || wanted.is_none();
        for (other, commits) in others.iter().zip(commits_of(self.source, &others).await?) {
            let compared = match wanted {
                _ if only_own && !commits.is_empty() && commits != [self.commit.id] => Compared::Differs(1),
                Some(wanted) => {
                    let compared = self.source.compare(wanted, std::slice::from_ref(other)).await?;
                    compared.into_iter().next().unwrap_or(Compared::Left)
                }
                None if commits.is_empty() => Compared::Stranger,
                None => Compared::Same(commits),
            };
            match compared {
                Compared::Same(_) => {}
                // `latest` and branches have the image of the day.
                Compared::Stranger if !other.has_form => {}
                _ => return Ok(Some(Doubt::Shared(other.tag.name.clone()))),
            }
        }
        Ok(None)
    }

    /// Whether the commit that a note says an image was built from has the environment wanted. Of one that is not here, the
    /// note has to be believed.
    pub(crate) async fn is_right_source(&self, wanted: Option<Wanted<'_>>, note: &Note) -> Result<bool, SourceError> {
        if note.built_from == self.commit.id {
            return Ok(true);
        }
        let Some(wanted) = wanted.filter(|_| self.asked.inputs.exact_only.is_none()) else { return Ok(false) };
        if !is_here(self.source, note.built_from).await? {
            return Ok(note.environment.as_ref() == Some(&key(wanted.files)));
        }
        let snapshot = self.source.snapshots(wanted.spec, &[note.built_from]).await?.pop();
        Ok(snapshot.is_some_and(|snapshot| snapshot.environment == Some(wanted.environment)))
    }
}

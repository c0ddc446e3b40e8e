//! The answer that notes give where no registry does.

use crate::Oid;
use crate::environment::key;
use crate::note::{NOTES_REF, Note, Notes};
use crate::question::expected_tag;
use crate::reference::Reference;
use crate::resolution::{Image, Reason, Resolution, Status};
use crate::resolve::Chooser;
use crate::scheme::Named;
use crate::shared::is_here;
use crate::source::{Source, SourceError, Wanted};

/// A note whose image is right.
struct Right<'n> {
    note: &'n Note,
    image: Reference,
    /// The commit that the image's tag stands for.
    commit: Oid,
}

impl<S: Source> Chooser<'_, S> {
    /// The best of the images that notes name, as an answer for want of a better one, `why`; whether there is one. What a
    /// note says of an environment is not believed: the commit of the image and the one that it was built from are looked at.
    pub(crate) async fn noted(&self, notes: &Notes, why: &str, answer: &mut Resolution) -> Result<bool, SourceError> {
        let Some(wanted) = self.wanted() else { return Ok(false) };
        let mut right = self.right(wanted, notes).await?;
        let is_own = |right: &Right<'_>| self.repository.as_ref() == Some(&right.image.name());
        if right.iter().any(is_own) {
            right.retain(is_own);
        }
        if right.is_empty() {
            return Ok(false);
        }
        let mut commits: Vec<Oid> = right.iter().map(|right| right.commit).collect();
        commits.sort_unstable();
        commits.dedup();
        let near = self.source.nearest(self.commit.id, &commits).await?;
        let best = self.newest(&near.commits).await?;
        let expected = expected_tag(self.source, &self.asked.inputs.scheme, &best).await?;
        right.retain(|right| right.commit == best.id);
        right.sort_by_key(|right| (right.image.tag() != expected.as_deref(), right.note));
        let Some(Right { note, image, .. }) = right.first() else { return Ok(false) };
        let mut digest = Some(note.digest.clone());
        if right.iter().any(|other| other.note.image == note.image && other.note.digest != note.digest) {
            answer.notes.push(format!("the notes below {NOTES_REF} do not agree on the digest of {}", note.image));
            digest = None;
        }
        let message = format!("a note below {NOTES_REF} names this image; whether it still exists is not known: {why}");
        answer.status = Status::Predicted;
        answer.reason = Some(Reason::new("noted", message));
        answer.nearest = None;
        answer.image = Some(Image {
            reference: Some(note.image.clone()),
            project: self.project.path.clone().filter(|_| self.repository.as_ref() == Some(&image.name())),
            tag: image.tag().unwrap_or_default().to_owned(),
            commit: best.id,
            relation: near.relation,
            distance: near.distance,
            digest,
            created_at: None,
            verified: false,
        });
        Ok(true)
    }

    /// The notes whose images are right.
    async fn right<'n>(&self, wanted: Wanted<'_>, notes: &'n Notes) -> Result<Vec<Right<'n>>, SourceError> {
        let key = key(wanted.files);
        let mut right = Vec::new();
        // The key that a note has tells which ones are worth a look.
        for (annotated, note) in notes.iter().filter(|(_, note)| note.environment.as_ref() == Some(&key)) {
            let Some(image) = note.reference() else { continue };
            let commit = self.commit_of(annotated, note, &image).await?;
            if !is_here(self.source, commit).await? || !self.is_right_source(Some(wanted), note).await? {
                continue;
            }
            let is_right = if commit == self.commit.id {
                true
            } else if self.asked.inputs.exact_only.is_some() {
                false
            } else {
                let snapshot = self.source.snapshots(wanted.spec, &[commit]).await?.pop();
                snapshot.is_some_and(|snapshot| snapshot.environment == Some(wanted.environment))
            };
            if is_right {
                right.push(Right { note, image, commit });
            }
        }
        Ok(right)
    }

    /// The commit that the tag of a note's image stands for: the one that was annotated, unless the tag names the one that
    /// the image was built from.
    async fn commit_of(&self, annotated: Oid, note: &Note, image: &Reference) -> Result<Oid, SourceError> {
        let read = image.tag().and_then(|tag| self.asked.inputs.scheme.read(tag));
        let is_of = |commit: Oid| matches!(&read, Some(Named::Commit { prefix }) if commit.starts_with(prefix));
        let is_source = !is_of(annotated) && is_of(note.built_from) && is_here(self.source, note.built_from).await?;
        Ok(if is_source { note.built_from } else { annotated })
    }
}

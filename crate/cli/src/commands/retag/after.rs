//! What is done and said once the image has its tags: the note of what it was built from, and what may take the tags away.

use repin::Oid;
use repin::cleanup::{Dated, Fate};
use repin::note::{NOTES_REF, Note};
use repin::resolution::{Image, Resolution};
use repin::retag::{Noted, Plan};
use repin::source::SourceError;
use repin::text::count;
use repin_forge::gitlab::seconds;
use repin_forge::local::Local;
use repin_forge::registry::{Done, Retagged};

use crate::args::Retag;
use crate::job::now;
use crate::project::Project;
use crate::source::Named;

/// What there is to say.
#[derive(Clone, Default)]
pub(super) struct After {
    /// What became of the note.
    pub(super) note: Option<Noted>,
    /// What may go wrong with the tags.
    pub(super) warnings: Vec<String>,
    /// What else a person should know.
    pub(super) notes: Vec<String>,
}

/// Writes the note, and looks at the clean-up policy.
pub(super) fn look(options: &Retag, project: &Project, resolution: &Resolution, plan: &Plan, done: &Retagged) -> After {
    let mut after = After::default();
    let Some(image) = &resolution.image else { return after };
    if let Named::Local(folder) = &project.named
        && !options.no_note
        && !options.dry_run
    {
        match notes(&folder.local, resolution, image, plan, done) {
            Ok(notes) => match write(&folder.local, &notes) {
                Ok(note) => after.note = note,
                Err(error) => after.warnings.push(format!(
                    "the image has its tags, but the note of what it was built from could not be written: {error}; where that is mended, write it down with: {}",
                    by_hand(&notes)
                )),
            },
            Err(error) => after.warnings.push(format!(
                "the image has its tags, but what it was built from is not written down, since the notes below {NOTES_REF} cannot be read: {error}; `git fsck` says what is wrong with them"
            )),
        }
    }
    clean_up(options, project, resolution, image, done, &mut after);
    after
}

/// One line for each tag that the image was given. The tag that it was built under needs none.
fn notes(
    local: &Local,
    resolution: &Resolution,
    image: &Image,
    plan: &Plan,
    done: &Retagged,
) -> Result<Vec<(Oid, Note)>, SourceError> {
    let given = done.tags.iter().filter(|tagged| !(plan.has_already(&tagged.tag) && image.commit == resolution.commit));
    // The tag that it was found by may have been given to it as well.
    let known = local.notes()?;
    let earlier = known.of(image.commit).iter().find(|note| {
        note.digest == done.digest && image.reference.as_ref().is_none_or(|reference| note.image == *reference)
    });
    let built_from = earlier.map_or(image.commit, |note| note.built_from);
    let environment = resolution.environment.as_ref().map(|environment| environment.key.clone());
    let note = |tag: &str| Note {
        image: plan.reference(tag),
        digest: done.digest.clone(),
        built_from,
        environment: environment.clone(),
    };
    Ok(given.map(|tagged| (resolution.commit, note(&tagged.tag))).collect())
}

fn write(local: &Local, notes: &[(Oid, Note)]) -> Result<Option<Noted>, SourceError> {
    let Some((_, first)) = notes.first() else { return Ok(None) };
    let written = local.write_notes(notes)?;
    Ok(Some(Noted { reference: NOTES_REF.to_owned(), built_from: first.built_from, added: written.added }))
}

/// The command that writes them without Repin. References, digests and ids have no quotes in them.
fn by_hand(notes: &[(Oid, Note)]) -> String {
    let lines = notes.iter().map(|(_, note)| format!(" -m '{}'", note.line()));
    let commit = notes.first().map_or_else(String::new, |(commit, _)| commit.to_string());
    format!("git notes --ref={NOTES_REF} append{} {commit}", lines.collect::<String>())
}

/// Whether the project's clean-up policy may delete the tags.
fn clean_up(
    options: &Retag,
    project: &Project,
    resolution: &Resolution,
    image: &Image,
    done: &Retagged,
    after: &mut After,
) {
    if done.tags.iter().all(|tagged| tagged.done == Done::Already) {
        return;
    }
    let policy = match project.cleanup_policy(&options.asked, resolution.project.as_deref()) {
        Some(Ok(Some(policy))) => policy,
        Some(Ok(None)) => {
            after.notes.push("GitLab does not show whether a clean-up policy may delete the tag".to_owned());
            return;
        }
        None => {
            after.notes.push("GitLab was not asked whether a clean-up policy may delete the tag".to_owned());
            return;
        }
        Some(Err(error)) => {
            after.notes.push(format!("whether a clean-up policy may delete the tag is not known: {error}"));
            return;
        }
    };
    // An image is no older than what it was built from.
    let created = image.created_at.as_deref().and_then(seconds);
    let created = created.or_else(|| Some(project.commit(image.commit).seconds).filter(|seconds| *seconds > 0));
    let now = now();
    for tagged in done.tags.iter().filter(|tagged| tagged.done != Done::Already) {
        let when = match policy.fate(&Dated { name: tagged.tag.clone(), created }, None, now) {
            Fate::Stays(_) => continue,
            Fate::Goes => "at its next run".to_owned(),
            Fate::GoesAt(at) => {
                let days = usize::try_from(at.saturating_sub(now) / 86_400).unwrap_or(0);
                format!("in {}", count(days, "day", "days"))
            }
        };
        after.warnings.push(format!(
            "the project's clean-up policy may delete the tag {} {when}: it goes by the age of the image, not of the tag; \
             a pattern of tags to keep (Settings, Packages and registries) saves it",
            tagged.tag
        ));
    }
}

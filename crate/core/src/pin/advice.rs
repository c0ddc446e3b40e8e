//! What a project should pin.

use serde::{Deserialize, Serialize};

use super::{PinAudit, PinState, audit_image_briefly, audit_registry, dated_if_possible, is_there};
use crate::Oid;
use crate::question::Question;
use crate::reference::Reference;
use crate::renku_ini::{self, IniError, RenkuIni};
use crate::resolution::{Image, Resolution, Status};
use crate::resolve::resolve;
use crate::source::{Source, SourceError};

/// What names an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// `name:tag`.
    Tag,
    /// `name@sha256:…`. Renku knows no name with both (`parse_image_name` of renku-notebooks).
    Digest,
}

/// Whether a pin is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is, and the registry has the image.
    Right,
    /// It is stale, foreign, floating or gone.
    Wrong,
    /// Nothing is pinned.
    Absent,
    /// That cannot be known.
    Unknown,
}

/// A pin, and what should be in its place.
#[derive(Clone, Debug)]
pub struct Advice {
    /// The pin as it is; `None` where nothing is pinned.
    pub pin: Option<PinAudit>,
    /// Whether the registry has the pinned tag; `None` where nobody could say.
    pub is_there: Option<bool>,
    /// Whether the pin is right.
    pub verdict: Verdict,
    /// The image that is right for the commit asked about.
    pub answer: Resolution,
    /// The reference to pin, where an image is right: the one that is pinned already, if it will do.
    pub image: Option<String>,
    /// Why there is none, though an image is right.
    pub no_reference: Option<&'static str>,
    /// Where this project's registry has no right image and the pin names another one that has: that image, by digest.
    pub offer: Option<String>,
    /// Whether the image is built from the very file that pins it.
    pub is_input: bool,
}

/// What is right in the place of the pin of `text`, a `renku.ini` (`None`: there is no such file), at the commit asked about.
///
/// A right pin stays, unless it should have another form than it has. Where the right image is another project's, it is
/// named by digest, since nobody here can keep its tag from moving.
///
/// The inner error: Renku, and so nobody, can tell what the file pins.
///
/// # Errors
/// As for [`resolve`].
pub async fn advise<S: Source>(
    source: &S,
    question: &Question,
    text: Option<&[u8]>,
    by: Option<By>,
) -> Result<Result<Advice, IniError>, SourceError> {
    let ini = match RenkuIni::parse(text.unwrap_or_default()) {
        Ok(ini) => ini,
        Err(error) => return Ok(Err(error)),
    };
    if let Some(problem) = ini.problems().first() {
        return Ok(Err(problem.clone()));
    }
    let mut pin = None;
    let mut there = None;
    if let Some(found) = ini.pin() {
        let audit =
            audit_registry(source, question, audit_image_briefly(source, question, &found.image).await?).await?;
        pin = Some(PinAudit { path: Some(renku_ini::PATH.to_owned()), line: Some(found.line), ..audit });
        there = is_there(source, question, &found.image).await?;
    }
    // Only now: to find a right image, the source may go over to the images of a fork's parent.
    let project = source.project().path;
    let answer = resolve(source, question).await?;
    if source.project().path == project
        && let Some(audit) = pin.take()
    {
        pin = Some(dated_if_possible(source, question, audit).await?);
    }
    let verdict = pin.as_ref().map_or(Verdict::Absent, |pin| judge(pin, there, &answer));
    let right = answer.image.as_ref().filter(|_| answer.status == Status::Found);
    let pinned = pin.as_ref().filter(|_| verdict == Verdict::Right).map(|pin| pin.image.clone());
    let has_form = pinned.as_ref().is_some_and(|image| by.is_none() || by == form_of(image));
    let (image, no_reference) = match (pinned, right) {
        (Some(pinned), _) if has_form => (Some(pinned), None),
        (_, Some(right)) => {
            let by = by.unwrap_or(if right.project == answer.project { By::Tag } else { By::Digest });
            match named(right, by) {
                Ok(image) => (Some(image), None),
                Err(why) => (None, Some(why)),
            }
        }
        _ => (None, None),
    };
    let offer = match &pin {
        Some(PinAudit { state: PinState::Foreign { repository, .. }, .. }) if right.is_none() => {
            of_pinned(source, question, repository).await?
        }
        _ => None,
    };
    let commit = source.commit(question.revision.as_deref()).await?;
    let is_input = is_input(source, question, commit.id).await?;
    Ok(Ok(Advice { pin, is_there: there, verdict, answer, image, no_reference, offer, is_input }))
}

fn judge(pin: &PinAudit, there: Option<bool>, answer: &Resolution) -> Verdict {
    let is_answer = |image: &Image| {
        let by_digest = named(image, By::Digest).ok();
        answer.status == Status::Found
            && (image.reference.as_deref() == Some(&*pin.image) || by_digest.as_deref() == Some(&*pin.image))
    };
    match &pin.state {
        PinState::Foreign { .. } if answer.image.as_ref().is_some_and(is_answer) => Verdict::Right,
        PinState::Stale { .. } | PinState::Foreign { .. } | PinState::Floating { .. } => Verdict::Wrong,
        _ if there == Some(false) => Verdict::Wrong,
        // A digest was found in the registry.
        PinState::Right { .. } if there == Some(true) || form_of(&pin.image) == Some(By::Digest) => Verdict::Right,
        PinState::Right { .. } | PinState::Unknown { .. } => Verdict::Unknown,
    }
}

fn form_of(image: &str) -> Option<By> {
    let image = Reference::parse_lenient(image).ok()?;
    Some(if image.digest().is_some() { By::Digest } else { By::Tag })
}

fn named(image: &Image, by: By) -> Result<String, &'static str> {
    let reference =
        image.reference.as_deref().ok_or("the registry of the images is not known: name it with --image")?;
    if by == By::Tag {
        return Ok(reference.to_owned());
    }
    let digest = image.digest.as_deref().ok_or("its digest is not known: only the registry can tell it")?;
    let name = Reference::parse(reference).map_err(|_| "it has no name that can be read")?.name();
    Ok(format!("{name}@{digest}"))
}

/// The right image of the repository that a pin names, by digest.
async fn of_pinned<S: Source>(
    source: &S,
    question: &Question,
    repository: &str,
) -> Result<Option<String>, SourceError> {
    let question = Question { image: Some(repository.to_owned()), ..question.clone() };
    match resolve(source, &question).await {
        Ok(answer) => {
            let image = answer.image.filter(|_| answer.status == Status::Found);
            Ok(image.and_then(|image| named(&image, By::Digest).ok()))
        }
        // Somebody else's registry owes nothing: what was found without it stands.
        Err(_) => Ok(None),
    }
}

async fn is_input<S: Source>(source: &S, question: &Question, commit: Oid) -> Result<bool, SourceError> {
    let (spec, _) = question.spec_at(source, commit).await?;
    let (snapshot, _) = source.files(&spec, commit).await?;
    Ok(snapshot.inputs.selection.contains(renku_ini::PATH.as_bytes()))
}

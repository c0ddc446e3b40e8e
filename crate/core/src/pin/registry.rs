//! What the registry says of a pin.

use super::{PinAudit, PinState};
use crate::environment::Fingerprint;
use crate::question::Question;
use crate::reference::Reference;
use crate::resolve::{Asked, Chooser, difference};
use crate::shared::{Doubt, Shared, is_here};
use crate::source::{Candidate, Compared, Source, SourceError, Tag, Wanted, commits_of};

/// As many tags as are asked for their digests one by one.
const MOST: usize = 16;

/// Whether the registry still has the tag of an image that is one of the project's own. `None`: it is pinned by digest, is
/// another project's, or nobody could be asked.
///
/// # Errors
/// The revision is unknown, or the source failed.
pub async fn is_there<S: Source>(source: &S, question: &Question, image: &str) -> Result<Option<bool>, SourceError> {
    let Ok(image) = Reference::parse_lenient(image) else { return Ok(None) };
    if image.digest().is_some() {
        return Ok(None);
    }
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, _) = question.spec_at(source, commit.id).await?;
    let (snapshot, _) = source.files(&spec, commit.id).await?;
    let is_own = |own: &str| Reference::parse_lenient(own).is_ok_and(|own| own.same_repository(&image));
    let project = source.project();
    if question.repository(&project, &spec, &snapshot.inputs).is_some_and(|own| !is_own(&own)) {
        return Ok(None);
    }
    let (images, repository) = question.images(source, &project, &spec, &snapshot.inputs).await?;
    let (Some(images), true) = (images, repository.is_some_and(|own| is_own(&own))) else { return Ok(None) };
    let tag = image.tag().unwrap_or("latest");
    if images.tags.iter().any(|known| known.name == tag) {
        return Ok(Some(true));
    }
    Ok(images.cut_off.is_none().then_some(false))
}

/// What the registry and notes add to an audit. An image of the project's own that is pinned by digest is found among the
/// tags; and a right one that was, or may have been, built from other inputs than its tag says is not right.
///
/// For a digest the tags whose digests are known are looked at, and of those that have the environment of the commit asked
/// about some are asked for it.
///
/// # Errors
/// The revision is unknown, or the source failed.
pub async fn audit_registry<S: Source>(
    source: &S,
    question: &Question,
    pin: PinAudit,
) -> Result<PinAudit, SourceError> {
    let pin = by_digest(source, question, pin).await?;
    doubted(source, question, pin).await
}

/// The audit of a right image as it is, unless it is known that it was, or may have been, built from other inputs.
async fn doubted<S: Source>(source: &S, question: &Question, pin: PinAudit) -> Result<PinAudit, SourceError> {
    let (PinState::Right { .. }, Ok(image)) = (&pin.state, Reference::parse_lenient(&pin.image)) else {
        return Ok(pin);
    };
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, problem) = question.spec_at(source, commit.id).await?;
    let asked = Asked::look(source, &spec, &commit, problem).await?;
    let project = source.project();
    // Notes that cannot be read are as good as none, as for an answer.
    let notes = source.image_notes().await.unwrap_or_default();
    let (images, repository) = question.images(source, &project, &spec, &asked.inputs).await?;
    let tags = images.map(|images| images.tags).unwrap_or_default();
    let candidates = Candidate::of(&asked.inputs.scheme, &tags);
    let chooser = Chooser { source, spec: &spec, commit: &commit, asked: &asked, repository, project };
    let mut tag = match (image.digest(), image.tag()) {
        (Some(digest), _) => tags.iter().find(|tag| tag.digest.as_deref() == Some(digest)).cloned().unwrap_or(Tag {
            name: String::new(),
            digest: Some(digest.to_owned()),
            created_at: None,
        }),
        (None, Some(name)) => tags.iter().find(|tag| tag.name == name).cloned().unwrap_or_else(|| Tag::from(name)),
        (None, None) => return Ok(pin),
    };
    // Notes are of digests, and most lists have none.
    let candidate = candidates.iter().find(|candidate| candidate.tag.name == tag.name);
    if let (None, false, false, Some(candidate)) = (&tag.digest, notes.is_empty(), source.is_costly(), candidate)
        && let Some(confirmed) = source.confirm(chooser.wanted(), candidate, commit.id).await?
    {
        tag = confirmed;
    }
    let doubt = chooser.doubt(chooser.wanted(), &tag, &Shared::new(&candidates), &notes).await?;
    let state = match doubt {
        None => return Ok(pin),
        Some(Doubt::BuiltFrom(of)) if is_here(source, of).await? => {
            let (_, then) = source.files(&spec, of).await?;
            let (_, now) = source.files(&spec, commit.id).await?;
            let changed = difference(&then, &now, usize::MAX).unwrap_or_default();
            PinState::Stale { commit: of, changed, since: None, ago: None }
        }
        Some(doubt) => PinState::Unknown { why: doubt.message(&tag.name) },
    };
    Ok(PinAudit { state, ..pin })
}

async fn by_digest<S: Source>(source: &S, question: &Question, pin: PinAudit) -> Result<PinAudit, SourceError> {
    let PinState::Unknown { .. } = pin.state else { return Ok(pin) };
    let Ok(image) = Reference::parse_lenient(&pin.image) else { return Ok(pin) };
    let Some(digest) = image.digest() else { return Ok(pin) };
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, _) = question.spec_at(source, commit.id).await?;
    let (snapshot, files) = source.files(&spec, commit.id).await?;
    let Some(environment) = snapshot.environment else { return Ok(pin) };
    let (images, own) = question.images(source, &source.project(), &spec, &snapshot.inputs).await?;
    let own = own.and_then(|own| Reference::parse_lenient(&own).ok());
    let (Some(images), true) = (images, own.is_some_and(|own| own.same_repository(&image))) else { return Ok(pin) };
    let wanted = Wanted { commit: commit.id, spec: &spec, environment, files: &files };
    let candidates = Candidate::of(&snapshot.inputs.scheme, &images.tags);
    let of_digest = |candidate: &Candidate| candidate.tag.digest.as_deref() == Some(digest);
    let known: Vec<Candidate> = candidates.iter().filter(|candidate| of_digest(candidate)).cloned().collect();
    // One image can have several tags: it is right only if all of them are.
    if !known.is_empty() {
        return Ok(PinAudit { state: of_tags(source, wanted, &known).await?.unwrap_or(pin.state), ..pin });
    }
    if source.is_costly() {
        return Ok(pin);
    }
    let compared = source.compare(wanted, &candidates).await?;
    let same = candidates.iter().zip(compared).filter_map(|(candidate, compared)| match compared {
        Compared::Same(commits) => Some((candidate, commits)),
        _ => None,
    });
    for (candidate, commits) in same.take(MOST) {
        let Some(&commit) = commits.first() else { continue };
        let tag = source.confirm(Some(wanted), candidate, commit).await?;
        if tag.is_some_and(|tag| tag.digest.as_deref() == Some(digest)) {
            return Ok(PinAudit { state: PinState::Right { commit }, ..pin });
        }
    }
    Ok(pin)
}

/// The state of an image that has these tags.
async fn of_tags<S: Source>(
    source: &S,
    wanted: Wanted<'_>,
    tags: &[Candidate],
) -> Result<Option<PinState>, SourceError> {
    let mut commits: Vec<_> = commits_of(source, tags).await?.into_iter().flatten().collect();
    commits.sort_unstable();
    commits.dedup();
    let snapshots = source.snapshots(wanted.spec, &commits).await?;
    let is_same = |environment: Option<Fingerprint>| environment == Some(wanted.environment);
    let right = commits.first().filter(|_| snapshots.iter().all(|snapshot| is_same(snapshot.environment)));
    Ok(right.map(|commit| PinState::Right { commit: *commit }))
}

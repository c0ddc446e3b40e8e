//! Whether an answer that was given earlier still is true: the record of which image a result was made in.
//!
//! A record is the JSON of a [`Resolution`]. Nothing in it is believed: the commit and its environment are looked up in the
//! repository, under the options that the record says it was found with, and the image in its registry.

use serde::Serialize;

use crate::Oid;
use crate::environment::key;
use crate::question::Question;
use crate::reference::Reference;
use crate::resolution::{Image, InputsSource, Resolution};
use crate::resolve::{Asked, Chooser};
use crate::shared::{Shared, is_here};
use crate::source::{Candidate, Source, SourceError, Tag, commits_of};
use crate::text::count;
use crate::tree::{Entry, display_path};

/// The value of [`Verification::schema`].
pub const SCHEMA: &str = "repin/verification/1";

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// Always [`SCHEMA`].
    pub schema: &'static str,
    /// What it is about.
    pub record: Record,
    /// What was looked at, in this order: `commit`, `environment`, `image-commit`, `tag`, `digest`.
    pub checks: Vec<Check>,
    /// All of it in a word. A tag that moved does not matter as long as its registry still has the recorded digest.
    pub result: Outcome,
}

/// The commit and the image of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The commit that was asked about.
    pub commit: Oid,
    /// The image that was named.
    pub reference: Option<String>,
    /// Its digest then.
    pub digest: Option<String>,
}

/// One thing that a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which: a stable word.
    pub name: &'static str,
    /// Whether it is so.
    pub result: Outcome,
    /// A sentence for people.
    pub message: String,
}

/// Whether something is as it was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It is.
    Holds,
    /// It is not.
    Fails,
    /// That cannot be known.
    Unknown,
}

impl Outcome {
    /// The exit code of the command.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Holds => 0,
            Self::Fails => 3,
            Self::Unknown => 5,
        }
    }
}

/// What a registry says of a tag or a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is there, with this digest.
    There(String),
    /// It is there, and nobody said its digest.
    Named,
    /// It is not there.
    Gone,
    /// That cannot be known, for this reason.
    Unknown(String),
}

/// Looks at everything that a record says. `ask` asks the registry of a repository for a tag or a digest, and `tags` are those
/// that are known anyway; `question` is how the project is asked now, of which the record's own commit and options take the
/// place.
///
/// # Errors
/// The source failed.
pub async fn verify<S: Source>(
    source: &S,
    question: &Question,
    record: &Resolution,
    tags: &[Tag],
    ask: impl AsyncFn(&Reference, &str) -> Seen,
) -> Result<Verification, SourceError> {
    let image = record.image.as_ref();
    let mut checks = Vec::new();
    repository(source, question, record, tags, &mut checks).await?;
    if let Some(image) = image {
        registry(image, ask, &mut checks).await;
    }
    let result = outcome(&checks);
    let (reference, digest) = image.map_or((None, None), |image| (image.reference.clone(), image.digest.clone()));
    let record = Record { commit: record.commit, reference, digest };
    Ok(Verification { schema: SCHEMA, record, checks, result })
}

fn outcome(checks: &[Check]) -> Outcome {
    let holds = |name: &str| checks.iter().any(|check| check.name == name && check.result == Outcome::Holds);
    let is_pinned = holds("digest");
    let counts = |check: &&Check| check.name != "tag" || !is_pinned;
    let is = |result: Outcome| checks.iter().filter(counts).any(|check| check.result == result);
    if is(Outcome::Fails) {
        Outcome::Fails
    } else if is(Outcome::Unknown) {
        Outcome::Unknown
    } else {
        Outcome::Holds
    }
}

fn check(name: &'static str, result: Outcome, message: impl Into<String>) -> Check {
    Check { name, result, message: message.into() }
}

/// The commit, its environment and that of the image's commit.
async fn repository<S: Source>(
    source: &S,
    question: &Question,
    record: &Resolution,
    tags: &[Tag],
    checks: &mut Vec<Check>,
) -> Result<(), SourceError> {
    let short = record.commit.abbreviated(7);
    if !is_here(source, record.commit).await? {
        let (result, why) = if source.project().shallow {
            (Outcome::Unknown, "this is a shallow clone, which may lack it")
        } else {
            (Outcome::Fails, "the repository does not have it")
        };
        checks.push(check("commit", result, format!("{short}: {why}")));
        let message = format!("without {short} it cannot be looked at");
        checks.push(check("environment", Outcome::Unknown, message.clone()));
        checks.push(check("image-commit", Outcome::Unknown, message));
        return Ok(());
    }
    checks.push(check("commit", Outcome::Holds, format!("the repository has {short}")));
    let question = of_record(question, record);
    let (spec, problem) = question.spec_at(source, record.commit).await?;
    let commit = source.commit(question.revision.as_deref()).await?;
    let asked = Asked::look(source, &spec, &commit, problem).await?;
    let (result, message) = match (&record.environment, &asked.environment, &asked.problem) {
        (_, None, Some(why)) if why.code == "partial" => (Outcome::Unknown, why.message.clone()),
        (Some(known), Some((_, files)), _) if known.key == key(files) => {
            (Outcome::Holds, format!("{} as recorded", count(files.len(), "image input is", "image inputs are")))
        }
        (Some(known), Some((_, files)), _) => (Outcome::Fails, other_inputs(&known.files, files)),
        (Some(_), None, _) => {
            (Outcome::Fails, format!("the record has image inputs, but {short} has none that can be known"))
        }
        (None, _, _) => (Outcome::Unknown, "the record does not say what the image was built from".to_owned()),
    };
    checks.push(check("environment", result, message));
    if let Some(image) = &record.image {
        let project = source.project();
        let own = question.repository(&project, &spec, &asked.inputs);
        let foreign = foreign(source, image, own.as_deref()).await?;
        let now = Chooser { source, spec: &spec, commit: &commit, asked: &asked, repository: own, project };
        checks.push(match foreign {
            Some(why) => check("image-commit", Outcome::Unknown, why),
            None => image_commit(&now, image, tags).await?,
        });
    }
    Ok(())
}

/// Why tags of the image's repository say nothing of this project's commits: it is neither `own` nor that of a fork's parent.
async fn foreign<S: Source>(source: &S, image: &Image, own: Option<&str>) -> Result<Option<String>, SourceError> {
    let parsed = |name: Option<&str>| name.and_then(|name| Reference::parse_lenient(name).ok());
    let (Some(image), Some(own)) = (parsed(image.reference.as_deref()), parsed(own)) else { return Ok(None) };
    if own.same_repository(&image) {
        return Ok(None);
    }
    let parent = source.fork_parent().await?.and_then(|parent| parent.image);
    if parsed(parent.as_deref()).is_some_and(|parent| parent.same_repository(&image)) {
        return Ok(None);
    }
    Ok(Some(format!(
        "this project's images are {}, and nobody said that {} has images of it: if it has, say so with --image",
        own.name(),
        image.name()
    )))
}

/// Whether the image's commit, and the one that a note says it was built from, have the environment that `now` is about. Where
/// no note says that, so must the commits of the other tags that it is known to have.
async fn image_commit<S: Source>(now: &Chooser<'_, S>, image: &Image, tags: &[Tag]) -> Result<Check, SourceError> {
    const NAME: &str = "image-commit";
    let (source, commit, scheme) = (now.source, now.commit.id, &now.asked.inputs.scheme);
    let tag = Tag { name: image.tag.clone(), digest: image.digest.clone(), created_at: None };
    let named = commits_of(source, &Candidate::of(scheme, std::slice::from_ref(&tag))).await?;
    let named: Vec<Oid> = named.into_iter().flatten().collect();
    let short = image.commit.abbreviated(7);
    if !named.is_empty() && !named.contains(&image.commit) {
        let message = format!("the tag {} stands for {}, and not for {short}", image.tag, named[0].abbreviated(7));
        return Ok(check(NAME, Outcome::Fails, message));
    }
    let notes = source.image_notes().await.unwrap_or_default();
    let built_from = image.digest.as_ref().map(|digest| notes.sources(digest)).unwrap_or_default();
    if named.is_empty() && built_from.is_empty() {
        let message =
            format!("the tag {} names no commit of this project, so nobody can tell whose image it is", image.tag);
        return Ok(check(NAME, Outcome::Unknown, message));
    }
    let is_noted = !built_from.is_empty();
    for of in std::iter::once(image.commit).chain(built_from) {
        let short = of.abbreviated(7);
        if of == commit {
            continue;
        }
        if now.asked.inputs.exact_only.is_some() {
            let message = format!("the image is of {short}, and only the commit's own can be right");
            return Ok(check(NAME, Outcome::Fails, message));
        }
        if !is_here(source, of).await? {
            return Ok(check(
                NAME,
                Outcome::Unknown,
                format!("the repository does not have {short}, the image's commit"),
            ));
        }
        let (snapshot, files) = source.files(now.spec, of).await?;
        if let Some(why) = snapshot.unseen {
            return Ok(check(NAME, Outcome::Unknown, why));
        }
        if now.asked.environment.as_ref().is_none_or(|(_, now)| key(&files) != key(now)) {
            let message = format!("the image is of {short}, which has other inputs than {}", commit.abbreviated(7));
            return Ok(check(NAME, Outcome::Fails, message));
        }
    }
    if !is_noted {
        // A tag that is listed with another digest by now has moved on; the record is about the image.
        let known: Vec<Tag> = tags.iter().filter(|known| known.name != tag.name).chain([&tag]).cloned().collect();
        let shared = Shared::new(&Candidate::of(scheme, &known));
        if let Some(doubt) = now.shared(now.wanted(), &tag, &shared).await? {
            return Ok(check(NAME, Outcome::Unknown, doubt.message(&tag.name)));
        }
    }
    let message = if image.commit == commit {
        "the image is the commit's own".to_owned()
    } else {
        format!("{short}, whose image it is, has the same inputs")
    };
    Ok(check(NAME, Outcome::Holds, message))
}

/// The question that the record answers.
fn of_record(question: &Question, record: &Resolution) -> Question {
    let inputs = match record.inputs.source {
        InputsSource::Option => record.inputs.patterns.clone(),
        _ => Vec::new(),
    };
    let build = (record.inputs.source == InputsSource::Build).then(|| {
        let folder = record.inputs.patterns.first().and_then(|pattern| pattern.strip_suffix("/**"));
        folder.filter(|_| !record.inputs.whole_tree).unwrap_or(".").to_owned()
    });
    Question {
        revision: Some(record.commit.to_string()),
        inputs,
        build,
        image: question.image.clone(),
        ci_path: question.ci_path.clone(),
    }
}

/// Which inputs are others.
fn other_inputs(recorded: &[crate::resolution::InputFile], files: &[Entry]) -> String {
    let is_recorded = |file: &Entry| {
        let path = display_path(&file.path);
        recorded.iter().any(|known| known.path == path && known.oid == file.oid && known.mode == file.mode.to_string())
    };
    let other: Vec<String> =
        files.iter().filter(|file| !is_recorded(file)).map(|file| display_path(&file.path)).collect();
    let is_there = |path: &str| files.iter().any(|file| display_path(&file.path) == path);
    let gone = recorded.iter().filter(|known| !is_there(&known.path)).map(|known| known.path.clone());
    let all: Vec<String> = other.into_iter().chain(gone).collect();
    match &all[..] {
        [] => "the recorded key is not that of the recorded inputs".to_owned(),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!("the commit's image inputs are others than the recorded ones: {first}{more}")
        }
    }
}

/// The tag and the digest.
async fn registry(image: &Image, ask: impl AsyncFn(&Reference, &str) -> Seen, checks: &mut Vec<Check>) {
    let parsed = image.reference.as_deref().map(Reference::parse);
    let Some(Ok(reference)) =
        parsed.filter(|parsed| parsed.as_ref().is_ok_and(|reference| reference.tag() == Some(image.tag.as_str())))
    else {
        let message = "the record does not say in which registry the image is";
        checks.push(check("tag", Outcome::Unknown, message));
        checks.push(check("digest", Outcome::Unknown, message));
        return;
    };
    let tag = &image.tag;
    let seen = ask(&reference, tag).await;
    let (result, message) = match (&seen, &image.digest) {
        (Seen::There(now), Some(digest)) if now == digest => (Outcome::Holds, format!("{tag} still has this digest")),
        (Seen::There(now), Some(_)) => (Outcome::Fails, format!("{tag} is another image now, {now}")),
        (Seen::Named, Some(_)) => (Outcome::Unknown, format!("{tag} is there, but nobody said its digest")),
        (Seen::There(_) | Seen::Named, None) => (Outcome::Holds, format!("{tag} is there")),
        (Seen::Gone, _) => (Outcome::Fails, format!("{tag} is gone")),
        (Seen::Unknown(why), _) => (Outcome::Unknown, why.clone()),
    };
    checks.push(check("tag", result, message));
    let Some(digest) = &image.digest else {
        let message = "the record has no digest, so nobody can tell whether the tag still is that image";
        checks.push(check("digest", Outcome::Unknown, message));
        return;
    };
    let seen = if result == Outcome::Holds { seen } else { ask(&reference, digest).await };
    let (result, message) = match seen {
        Seen::There(now) if now == *digest => {
            (Outcome::Holds, format!("the image can be pulled: {}@{digest}", reference.name()))
        }
        Seen::There(now) => (Outcome::Fails, format!("the registry answers with another digest, {now}")),
        Seen::Gone => (Outcome::Fails, format!("the registry no longer has {digest}")),
        Seen::Named => (Outcome::Unknown, "nobody said whether the registry has it".to_owned()),
        Seen::Unknown(why) => (Outcome::Unknown, why),
    };
    checks.push(check("digest", result, message));
}

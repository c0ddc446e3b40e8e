//! The answer of `resolve` for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use repin::resolution::{Change, Cost, Image, Nearest, Relation, Resolution, Status};
use repin::resolve::distance_in_words;
use repin::source::Commit;
use repin::text::{count, day, safe};

use super::Screen;

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const UNSURE: Style = AnsiColor::Yellow.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The commits that an answer speaks of.
pub(crate) struct Around {
    /// The one asked about.
    pub(crate) commit: Commit,
    /// The image's, where it is another one.
    pub(crate) image: Option<Commit>,
    /// That of the nearest image, where none is right.
    pub(crate) nearest: Option<Commit>,
    /// Whether the tags that exist are known.
    pub(crate) has_tags: bool,
    /// Whether the project is one of a GitLab.
    pub(crate) is_remote: bool,
    /// What it cost to ask, where that was over the network.
    pub(crate) cost: Option<Cost>,
}

/// Writes the reference and the evidence for it; or why there is none, and what to do.
pub(crate) fn write(out: &mut Screen<'_>, resolution: &Resolution, around: &Around) -> io::Result<()> {
    match &resolution.image {
        Some(image) => evidence(out, resolution, image, around)?,
        None => reason(out, resolution, around)?,
    }
    for note in resolution.inputs.notes.iter().chain(&resolution.notes) {
        writeln!(out, "{DIM}note:{DIM:#} {}", safe(note))?;
    }
    Ok(())
}

fn evidence(out: &mut impl Write, resolution: &Resolution, image: &Image, around: &Around) -> io::Result<()> {
    let reference = image.reference.as_deref().unwrap_or(&image.tag);
    writeln!(out, "{BOLD}{}{BOLD:#}", safe(reference))?;
    let style = if resolution.status == Status::Found { GOOD } else { UNSURE };
    write!(out, "  {style}{}{style:#} · ", resolution.status)?;
    match (&around.image, image.relation) {
        (Some(commit), relation) => {
            writeln!(out, "the image of {}, {}", shown(commit), distance_in_words(relation, image.distance))?;
        }
        (None, _) => writeln!(out, "the image of this very commit, {}", shown(&around.commit))?,
    }
    if let Some(parent) = image.project.as_deref().filter(|_| image.project != resolution.project) {
        writeln!(out, "  it is in the registry of {}, which this project is a fork of", safe(parent))?;
    }
    match &resolution.reason {
        _ if image.verified => {}
        // A note names it, and the reason says so.
        Some(reason) => writeln!(out, "  {}", safe(&reason.message))?,
        None => writeln!(out, "  no registry was asked; a CI that builds on change would have built it there")?,
    }
    if let Some(environment) = &resolution.environment {
        let same = match (image.relation, environment.files.len()) {
            (Relation::Exact, files) => format!("built from {}", count(files, "file", "files")),
            (_, 1) => format!("the one image input is identical in {}", shown(&around.commit)),
            (_, files) => format!("all {files} image inputs are identical in {}", shown(&around.commit)),
        };
        writeln!(out, "  {same}")?;
        writeln!(out, "  {DIM}environment {}{DIM:#}", environment.key)?;
    } else {
        let why = resolution.reason.as_ref().map_or("they could not be read", |reason| &reason.message);
        writeln!(out, "  its image inputs are not known: {}", safe(why))?;
    }
    if let Some(digest) = &image.digest {
        writeln!(out, "  {DIM}digest {}{DIM:#}", safe(digest))?;
    }
    if let Some(created) = &image.created_at {
        writeln!(out, "  {DIM}made {}{DIM:#}", safe(created))?;
    }
    spent(out, around)?;
    Ok(())
}

fn reason(out: &mut impl Write, resolution: &Resolution, around: &Around) -> io::Result<()> {
    let style = if resolution.status == Status::Missing { BAD } else { UNSURE };
    let status = resolution.status;
    let right = if status == Status::Unknown { "known to be right" } else { "right" };
    writeln!(out, "{style}{status}{style:#} · no image is {right} for {}", shown(&around.commit))?;
    if let Some(reason) = &resolution.reason {
        writeln!(out, "  {}", safe(&reason.message))?;
        if let Some(url) = &reason.url {
            writeln!(out, "  {}", safe(url))?;
        }
    }
    if let (Some(nearest), Some(commit)) = (&resolution.nearest, &around.nearest) {
        differs(out, nearest, commit)?;
    }
    if let Some(environment) = &resolution.environment {
        writeln!(out, "  {DIM}environment {}{DIM:#}", environment.key)?;
    }
    spent(out, around)?;
    if let Some(next) = next(resolution, around) {
        writeln!(out, "next: {}", safe(&next))?;
    }
    Ok(())
}

/// More changes than that are counted, not listed.
const MAX_CHANGES: usize = 20;

fn differs(out: &mut impl Write, nearest: &Nearest, commit: &Commit) -> io::Result<()> {
    let differs = count(nearest.changed.len(), "input differs", "inputs differ");
    writeln!(out, "  nearest: {BOLD}{}{BOLD:#}, the image of {}; {differs}:", safe(&nearest.tag), shown(commit))?;
    for changed in nearest.changed.iter().take(MAX_CHANGES) {
        let style = match changed.change {
            Change::Added => AnsiColor::Green,
            Change::Removed => AnsiColor::Red,
            Change::Modified => AnsiColor::Yellow,
        }
        .on_default();
        writeln!(out, "    {style}{:8}{style:#}  {}", changed.change.to_string(), safe(&changed.path))?;
    }
    if nearest.changed.len() > MAX_CHANGES {
        writeln!(out, "    and {} more", nearest.changed.len() - MAX_CHANGES)?;
    }
    Ok(())
}

/// What to do where there is no image.
fn next(resolution: &Resolution, around: &Around) -> Option<String> {
    let code = resolution.reason.as_ref().map_or("", |reason| &reason.code);
    let build = match &resolution.expected_tag {
        Some(tag) => format!("run the image job for this commit; its image gets the tag {tag}"),
        None => "run the image job for this commit".to_owned(),
    };
    Some(match (code, resolution.status) {
        ("no-recipe", _) => {
            "say what the image is built from: with a Dockerfile, `--inputs GLOB`, or `inputs` in .repin.toml".to_owned()
        }
        ("bad-config", _) => "mend .repin.toml, or pass it over with `--inputs GLOB`".to_owned(),
        ("no-access", _) if !around.is_remote => {
            "log in to the registry (`docker login`, or REPIN_REGISTRY_USER and REPIN_REGISTRY_PASSWORD), or give the tags with `--tags FILE`"
                .to_owned()
        }
        ("no-access", _) => {
            "give a token of somebody who may read the registry (GITLAB_TOKEN or --token-file), or the tags with `--tags FILE`"
                .to_owned()
        }
        ("no-answer", _) => "ask again later, or give the tags with `--tags FILE`".to_owned(),
        ("search-limit", _) => "allow more requests, with `--max-requests N` or `--max-requests none`".to_owned(),
        ("partial" | "shallow", _) if around.is_remote => {
            "ask again; where requests were used up, allow more with `--max-requests N`".to_owned()
        }
        ("shared-digest", _) => {
            "build the image again for its own commit, or say in a note which commit it was built from (`repin annotate --help`)"
                .to_owned()
        }
        ("never-scheduled", _) => {
            let tag = resolution.expected_tag.as_ref().map_or_else(String::new, |tag| format!("; its image gets the tag {tag}"));
            format!(
                "start the image job, or a new pipeline on a branch or git tag that ends at this commit: it builds whatever was changed{tag}"
            )
        }
        ("deleted", _) => "retry that job, which builds the image again".to_owned(),
        ("build-failed", _) => "see in the job's log why, and retry it there".to_owned(),
        ("build-skipped", _) => "retry the job that failed before it".to_owned(),
        ("shallow", _) => "fetch the whole history (git fetch --unshallow), and ask again".to_owned(),
        ("partial", _) => "fetch what is missing (git fetch --all --tags), and ask again".to_owned(),
        ("no-scheme", _) if around.has_tags || around.is_remote => {
            "let the image job push a tag with the commit's id, such as $CI_COMMIT_SHORT_SHA, or say `tag` in .repin.toml"
                .to_owned()
        }
        ("no-scheme", _) => "say how images are tagged: `tag` in .repin.toml".to_owned(),
        (_, Status::Missing | Status::Failed) => build,
        (_, Status::Building) => "wait for the pipeline, and ask again".to_owned(),
        _ => return None,
    })
}

/// `4 requests, 3 rounds, 18 kB`
fn spent(out: &mut impl Write, around: &Around) -> io::Result<()> {
    let Some(cost) = around.cost else { return Ok(()) };
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let requests = count(number(cost.requests), "request", "requests");
    let rounds = count(number(cost.rounds), "round", "rounds");
    writeln!(out, "  {DIM}{requests}, {rounds}, {} kB{DIM:#}", cost.bytes.div_ceil(1000))
}

/// A commit in a sentence: `a1b2c3d ("Add numpy", 2024-05-01)`.
pub(crate) fn shown(commit: &Commit) -> String {
    // Nothing but its id is known.
    if commit.date.is_empty() {
        return commit.id.abbreviated(7);
    }
    format!("{} (\"{}\", {})", commit.id.abbreviated(7), safe(&commit.title), day(&commit.date))
}

//! `repin resolve --verify`

use std::fs::File;
use std::io::{self, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use repin::reference::Reference;
use repin::resolution::SCHEMA;
use repin::source::{Images, SourceError};
use repin::text::safe;
use repin::verify::{Outcome, Seen, Verification, verify};
use repin::{Question, Resolution};

use crate::args::{Color, Format, Registry, Resolve};
use crate::error::Failure;
use crate::output::{Screen, json_stdout};
use crate::project::{Project, limits, read_tags};

const HINT: &str = "--verify takes what `repin resolve --format json` printed";

/// No record is as long as that.
const LONGEST: u64 = 64 << 20;

/// Looks an earlier answer over.
pub(crate) fn run(options: &Resolve, file: &Path, color: Color) -> Result<u8, Failure> {
    let record = read(file)?;
    let tags = options.registry.tags.as_deref().map(read_tags).transpose()?;
    // The tags are read, and the registry is asked for two of its names alone.
    let registry = Registry { tags: None, ask: tags.is_none(), ..options.registry.clone() };
    let project = Project::open(&options.asked, &[], Some(&registry), color)?;
    let mut question = project.question.clone();
    question.revision = Some(record.commit.to_string());
    let verification = project.wait(async {
        // Which project is meant an address may leave open until it is asked for a commit; without this one, for its head.
        let source = match project.named.find(&question).await {
            Ok((source, _)) => source,
            Err(error) if !matches!(error, SourceError::UnknownRevision { .. }) => return Err(error),
            Err(_) => project.named.find(&Question { revision: None, ..question.clone() }).await?.0,
        };
        let registries = project.registries_within(&options.asked, limits(&options.asked.gitlab));
        let ask = async |reference: &Reference, name: &str| match &tags {
            Some(tags) => listed(tags, name),
            None => registries.seen(reference, name).await,
        };
        let known = tags.as_ref().map_or(&[][..], |images| &images.tags);
        verify(&source, &question, &record, known, ask).await
    })?;
    match options.format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &verification)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => text(&verification, color)?,
    }
    Ok(verification.result.exit_code())
}

/// What a list of tags says.
fn listed(images: &Images, name: &str) -> Seen {
    match images.tags.iter().find(|tag| tag.name == name) {
        Some(tag) => tag.digest.clone().map_or(Seen::Named, Seen::There),
        None if images.tags.iter().any(|tag| tag.digest.as_deref() == Some(name)) => Seen::There(name.to_owned()),
        None if name.contains(':') => {
            Seen::Unknown("a list of tags does not say which digests the registry has".to_owned())
        }
        None => Seen::Gone,
    }
}

fn read(file: &Path) -> Result<Resolution, Failure> {
    let is_stdin = file == Path::new("-");
    let name = if is_stdin { "standard input".to_owned() } else { file.display().to_string() };
    let mut text = Vec::new();
    let done = if is_stdin {
        let stdin = io::stdin().lock();
        if stdin.is_terminal() {
            eprintln!("reading the record from the terminal; end with Ctrl-D");
        }
        stdin.take(LONGEST).read_to_end(&mut text)
    } else {
        File::open(file).and_then(|open| open.take(LONGEST).read_to_end(&mut text))
    };
    done.map_err(|error| Failure::new(format!("the record in {name} cannot be read")).because(&error).hint(HINT))?;
    let record: Resolution = serde_json::from_slice(&text)
        .map_err(|error| Failure::new(format!("{name} has no record of an answer")).because(&error).hint(HINT))?;
    if record.schema != SCHEMA {
        let what = format!("{name} has the schema {}, and this repin reads {SCHEMA}", record.schema);
        return Err(Failure::new(what).hint(HINT));
    }
    if record.image.is_none() {
        let what = format!("the record in {name} names no image: it says `{}`", record.status);
        return Err(Failure::new(what).hint("make a new one, with `repin resolve --format json`"));
    }
    Ok(record)
}

fn text(verification: &Verification, color: Color) -> Result<(), Failure> {
    let style = |outcome: Outcome| -> Style {
        match outcome {
            Outcome::Holds => AnsiColor::Green,
            Outcome::Fails => AnsiColor::Red,
            Outcome::Unknown => AnsiColor::Yellow,
        }
        .on_default()
        .bold()
    };
    let word = |outcome: Outcome| match outcome {
        Outcome::Holds => "holds",
        Outcome::Fails => "fails",
        Outcome::Unknown => "unknown",
    };
    let mut screen = Screen::stdout(color);
    let result = style(verification.result);
    let image = verification.record.reference.as_deref().unwrap_or("an image of an unknown registry");
    let commit = verification.record.commit.abbreviated(7);
    writeln!(screen, "{result}{}{result:#} · {} for {commit}", word(verification.result), safe(image))?;
    for check in &verification.checks {
        let style = style(check.result);
        let name = format!("{}:", check.name);
        writeln!(screen, "  {style}{:7}{style:#}  {name:13}  {}", word(check.result), safe(&check.message))?;
    }
    screen.flush()?;
    Ok(())
}

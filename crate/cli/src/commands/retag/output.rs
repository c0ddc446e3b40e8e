//! What was done, for people and for programs.

use std::io::Write as _;

use repin::resolution::Resolution;
use repin::resolve::distance_in_words;
use repin::retag::{Plan, Report};
use repin::text::safe;
use repin_forge::registry::{Done, Retagged};

use super::after::After;
use crate::args::{Color, Format, Retag};
use crate::error::Failure;
use crate::output::answer::{BOLD, DIM, shown};
use crate::output::{Screen, json_stdout};
use crate::project::Project;

pub(super) fn write(
    options: &Retag,
    color: Color,
    project: &Project,
    resolution: &Resolution,
    plan: &Plan,
    done: &Retagged,
    after: &After,
) -> Result<(), Failure> {
    match options.format {
        Format::Json => json(plan, done, after),
        Format::Text => text(&mut Screen::stdout(color), project, resolution, plan, done, after),
    }
}

fn json(plan: &Plan, done: &Retagged, after: &After) -> Result<(), Failure> {
    let After { note, warnings, notes } = after.clone();
    let report = Report { note, warnings, notes, ..done.report(plan) };
    let mut out = json_stdout();
    serde_json::to_writer_pretty(&mut out, &report)?;
    writeln!(out)?;
    out.flush()?;
    Ok(())
}

fn text(
    out: &mut Screen<'_>,
    project: &Project,
    resolution: &Resolution,
    plan: &Plan,
    done: &Retagged,
    after: &After,
) -> Result<(), Failure> {
    if let Some(first) = done.tags.first() {
        writeln!(out, "{BOLD}{}{BOLD:#}", safe(&plan.reference(&first.tag)))?;
    }
    if let Some(image) = &resolution.image {
        let commit = shown(&project.commit(resolution.commit));
        if image.commit == resolution.commit {
            writeln!(out, "  the image of {commit}")?;
        } else {
            let of = shown(&project.commit(image.commit));
            let distance = distance_in_words(image.relation, image.distance);
            writeln!(out, "  the image of {of}, {distance}, is right for {commit}")?;
        }
    }
    if plan.of_parent {
        writeln!(out, "  it is {}, of the project that this one is a fork of", safe(&plan.source.to_string()))?;
    }
    for tagged in &done.tags {
        let what = match tagged.done {
            Done::Tagged => "tagged",
            Done::Already => "it has this tag already",
            Done::WouldTag => "it would get this tag (--dry-run)",
        };
        write!(out, "  {} · {what}", safe(&tagged.tag))?;
        match &tagged.instead_of {
            Some(other) => writeln!(out, ", instead of {}", safe(other))?,
            None => writeln!(out)?,
        }
    }
    writeln!(out, "  {DIM}digest {}{DIM:#}", safe(&done.digest))?;
    if let Some(note) = &after.note {
        let what = if note.added > 0 { "written down" } else { "written down before" };
        writeln!(out, "  {what} in a git note: built from {}", note.built_from.abbreviated(7))?;
    }
    out.flush()?;
    for warning in &after.warnings {
        eprintln!("warning: {}", safe(warning));
    }
    for note in after.notes.iter().chain(&resolution.inputs.notes).chain(&resolution.notes) {
        eprintln!("note: {}", safe(note));
    }
    Ok(())
}

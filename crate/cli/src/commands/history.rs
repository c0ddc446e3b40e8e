//! `repin history`

use std::io::{self, Write};
use std::num::NonZero;

use repin::history::{HistoryEntry, history};
use repin::picture::{Heading, svg};
use repin::source::Source as _;

use crate::args::{Color, History, HistoryFormat};
use crate::error::Failure;
use crate::output::{Screen, json_stdout, raw_stdout, table};
use crate::project::Project;
use repin::text::safe;

/// As many commits as a picture shows if nobody says how many.
const PICTURE: usize = 200;

/// Answers for every commit of a history.
pub(crate) fn run(options: &History, color: Color) -> Result<u8, Failure> {
    let project = Project::open(&options.asked, &options.patterns.inputs, Some(&options.registry), color)?;
    let mut limit = options.limit.map(NonZero::get);
    let by_default = limit.is_none() && options.format == HistoryFormat::Svg;
    if by_default {
        limit = Some(PICTURE + 1);
    }
    let mut entries = project.ask(async |source, question| history(source, question, limit).await)?.entries;
    let cut = by_default && entries.len() > PICTURE;
    if cut {
        entries.truncate(PICTURE);
    }
    match options.format {
        HistoryFormat::Json => {
            let mut out = json_stdout();
            json(&mut out, &entries)?;
            out.flush()?;
        }
        HistoryFormat::Text => {
            let mut screen = Screen::stdout(color);
            table::write(&mut screen, &entries)?;
            screen.flush()?;
            if !project.has_tags() {
                eprintln!(
                    "note: nobody asked a registry: these are the images that a CI which builds on change would have made; --tags FILE compares with those that exist"
                );
            }
        }
        HistoryFormat::Svg => {
            let heading = Heading { project: project.named.source().project().path, verified: project.has_tags() };
            let mut out = raw_stdout();
            out.write_all(svg(&entries, &heading).as_bytes())?;
            out.flush()?;
            if cut {
                eprintln!("note: the picture ends after {PICTURE} commits; --limit N shows more");
            }
        }
    }
    for note in project.notes_on_images() {
        eprintln!("note: {}", safe(&note));
    }
    Ok(0)
}

/// One array, newest first, one entry a line.
fn json(out: &mut impl Write, entries: &[HistoryEntry]) -> io::Result<()> {
    out.write_all(b"[")?;
    for (at, entry) in entries.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, entry)?;
    }
    out.write_all(b"\n]\n")
}

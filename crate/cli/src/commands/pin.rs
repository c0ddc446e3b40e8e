//! `repin pin`

use std::io::{self, Write};

use anstyle::AnsiColor;
use repin::pin::{self, Advice, PinAudit, PinState, Verdict, advise};
use repin::renku_ini::{self, set_image};
use repin::resolution::{Reason, Resolution, Status};
use repin::source::Source as _;
use repin::text::safe;
use serde::Serialize;

use super::resolve;
use crate::args::{By, Color, Format, Pin};
use crate::error::Failure;
use crate::files::Target;
use crate::output::answer::{BOLD, DIM};
use crate::output::{Screen, json_stdout};
use crate::project::Project;

/// Exit codes: those of a check, and that of what nobody knows.
const WRONG: u8 = 3;
const UNKNOWN: u8 = 5;

/// What became of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Done {
    /// It pins the image already.
    Already,
    Written,
    WouldWrite,
    /// There is nothing to write.
    Nothing,
}

/// The JSON, schema `repin/pin/1`.
#[derive(Serialize)]
struct Json<'a> {
    schema: &'static str,
    project: Option<&'a str>,
    commit: repin::Oid,
    pin: Option<&'a PinAudit>,
    in_registry: Option<bool>,
    verdict: Verdict,
    status: Status,
    reason: Option<&'a Reason>,
    image: Option<&'a str>,
    offer: Option<&'a str>,
    done: Done,
    notes: Vec<String>,
}

/// Writes the right image into `.renku/renku.ini`, or says whether it is there.
pub(crate) fn run(options: &Pin, color: Color) -> Result<u8, Failure> {
    let mut project = Project::open(&options.asked, &[], Some(&options.registry.by_default()), color)?;
    let commit = project.ask(async |source, question| source.commit(question.revision.as_deref()).await)?;
    let file = file(options, &project)?;
    let text = match &file {
        Some(file) => file.content.clone(),
        None => project.committed(commit.id, renku_ini::PATH),
    };
    if options.from_pinned {
        project.question.image = Some(pinned_repository(text.as_deref())?);
    }
    let by = match options.by {
        Some(By::Tag) => Some(pin::By::Tag),
        Some(By::Digest) => Some(pin::By::Digest),
        // Nobody here can keep another project's tag from moving.
        None if options.from_pinned => Some(pin::By::Digest),
        None => None,
    };
    let advice = project.ask(async |source, question| advise(source, question, text.as_deref(), by).await)?;
    let advice = advice.map_err(|error| {
        Failure::new(format!("Renku cannot read {}: {error}", renku_ini::PATH))
            .hint("mend the file first; until then it pins nothing")
    })?;
    let done = deed(options, &advice, text.as_deref(), file.as_ref())?;
    let notes = notes(&project, &advice, done);
    match options.format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &json(&advice, done, notes))?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text if options.check => {
            let mut screen =
                if advice.verdict == Verdict::Right { Screen::stdout(color) } else { Screen::stderr(color) };
            checked(&mut screen, &advice, &notes)?;
            screen.flush()?;
        }
        Format::Text => written(&project, &advice, done, &notes, color)?,
    }
    Ok(match (options.check, advice.verdict) {
        (true, Verdict::Right) => 0,
        (true, Verdict::Wrong | Verdict::Absent) => WRONG,
        (true, Verdict::Unknown) => UNKNOWN,
        (false, _) if done != Done::Nothing => 0,
        (false, _) if advice.no_reference.is_some() => UNKNOWN,
        (false, _) => advice.answer.status.exit_code(),
    })
}

/// The file to look at and to write: `None` where it is only looked at, and the commit's own is meant.
fn file(options: &Pin, project: &Project) -> Result<Option<Target>, Failure> {
    let writes = !options.check && !options.dry_run;
    let folder = if writes { project.folder() } else { project.work_dir() };
    match folder {
        Some(folder) => Target::open(&folder, renku_ini::PATH).map(Some),
        None if writes => Err(Failure::new(format!(
            "{} cannot be written: this project has no folder that is worked in",
            renku_ini::PATH
        ))
        .hint("run it in a clone; --dry-run and --check need none")),
        None => Ok(None),
    }
}

/// The repository of the image that is pinned now.
fn pinned_repository(text: Option<&[u8]>) -> Result<String, Failure> {
    let none = || {
        Failure::new(format!("{} pins no image whose repository could be taken", renku_ini::PATH))
            .hint("name the repository with --image")
    };
    let pin = renku_ini::read(text.unwrap_or_default()).ok().flatten().ok_or_else(none)?;
    let image = repin::reference::Reference::parse_lenient(&pin.image).map_err(|error| none().because(&error))?;
    Ok(image.name())
}

fn deed(options: &Pin, advice: &Advice, text: Option<&[u8]>, file: Option<&Target>) -> Result<Done, Failure> {
    let Some(image) = &advice.image else { return Ok(Done::Nothing) };
    if advice.pin.as_ref().is_some_and(|pin| pin.image == *image) {
        return Ok(Done::Already);
    }
    let new = set_image(text.unwrap_or_default(), image)
        .map_err(|error| Failure::new(format!("{image} cannot be pinned")).because(&error))?;
    match file.filter(|_| !options.check && !options.dry_run) {
        None => Ok(Done::WouldWrite),
        Some(file) => file.write(&new).map(|()| Done::Written),
    }
}

fn notes(project: &Project, advice: &Advice, done: Done) -> Vec<String> {
    let mut notes = project.notes_on_images();
    if done == Done::Written {
        notes.push(format!("{} is changed, not committed: sessions start from what is committed", renku_ini::PATH));
    }
    if advice.is_input && done != Done::Already {
        notes.push(format!(
            "the image is built from {} too, so with another pin another image is right: let .dockerignore leave out .renku, \
             or narrow the inputs in .repin.toml",
            renku_ini::PATH
        ));
    }
    if let Some(why) = advice.no_reference {
        notes.push(format!("an image is right, but {why}"));
    }
    notes
}

fn json(advice: &Advice, done: Done, notes: Vec<String>) -> Json<'_> {
    let Resolution { project, commit, status, reason, .. } = &advice.answer;
    Json {
        schema: "repin/pin/1",
        project: project.as_deref(),
        commit: *commit,
        pin: advice.pin.as_ref(),
        in_registry: advice.is_there,
        verdict: advice.verdict,
        status: *status,
        reason: reason.as_ref(),
        image: advice.image.as_deref(),
        offer: advice.offer.as_deref(),
        done,
        notes,
    }
}

/// Whether the pin is right, and what would be.
fn checked(out: &mut Screen<'_>, advice: &Advice, notes: &[String]) -> io::Result<()> {
    let style = match advice.verdict {
        Verdict::Right => AnsiColor::Green.on_default().bold(),
        Verdict::Unknown => AnsiColor::Yellow.on_default().bold(),
        Verdict::Wrong | Verdict::Absent => AnsiColor::Red.on_default().bold(),
    };
    let name = match advice.verdict {
        Verdict::Right => "right",
        Verdict::Unknown => "unknown",
        Verdict::Wrong => "wrong",
        Verdict::Absent => "absent",
    };
    writeln!(out, "{style}{name}{style:#} · {}", safe(&as_it_is(advice)))?;
    if advice.verdict != Verdict::Right {
        match &advice.image {
            Some(image) => writeln!(out, "next: pin {BOLD}{}{BOLD:#}, as `repin pin` does", safe(image))?,
            None => {
                if let Some(reason) = &advice.answer.reason {
                    writeln!(out, "  and no image is known to be right: {}", safe(&reason.message))?;
                }
                offer(out, "next", advice)?;
            }
        }
    }
    write_notes(out, notes)
}

/// What was done; where there is nothing to write, why, as `repin resolve` says it.
fn written(project: &Project, advice: &Advice, done: Done, notes: &[String], color: Color) -> Result<(), Failure> {
    let Some(image) = advice.image.as_ref().filter(|_| done != Done::Nothing) else {
        let mut screen = Screen::stderr(color);
        if advice.no_reference.is_none() {
            resolve::text(project, &advice.answer, &mut screen)?;
        }
        offer(&mut screen, "or", advice)?;
        write_notes(&mut screen, notes)?;
        screen.flush()?;
        return Ok(());
    };
    let mut screen = Screen::stdout(color);
    writeln!(screen, "{BOLD}{}{BOLD:#}", safe(image))?;
    let deed = match done {
        Done::Already => "is right, and pinned",
        Done::WouldWrite => "would be pinned",
        Done::Written | Done::Nothing => "is pinned now",
    };
    writeln!(screen, "  {deed} in {}", renku_ini::PATH)?;
    if done != Done::Already {
        writeln!(screen, "  {DIM}before:{DIM:#} {}", safe(&as_it_is(advice)))?;
    }
    write_notes(&mut screen, notes)?;
    screen.flush()?;
    Ok(())
}

fn write_notes(out: &mut impl Write, notes: &[String]) -> io::Result<()> {
    notes.iter().try_for_each(|note| writeln!(out, "{DIM}note:{DIM:#} {}", safe(note)))
}

/// The image of another repository that would be right.
fn offer(out: &mut impl Write, word: &str, advice: &Advice) -> io::Result<()> {
    let Some(offer) = &advice.offer else { return Ok(()) };
    writeln!(out, "{word}: {} is right, and `repin pin --from-pinned` pins it", safe(offer))
}

/// The pin in words.
fn as_it_is(advice: &Advice) -> String {
    let Some(pin) = &advice.pin else { return format!("{} pins no image", renku_ini::PATH) };
    let image = &pin.image;
    let gone = if advice.is_there == Some(false) { "; the registry does not have it" } else { "" };
    match &pin.state {
        PinState::Right { .. } if advice.verdict == Verdict::Unknown => {
            format!("{image} has the right inputs; whether the registry has it nobody could say")
        }
        PinState::Right { commit } => {
            format!("{image}, built from {}, has the right inputs{gone}", commit.abbreviated(7))
        }
        PinState::Stale { commit, changed, .. } => {
            let paths: Vec<&str> = changed.iter().take(3).map(|changed| changed.path.as_str()).collect();
            let more = if changed.len() > 3 { format!(" and {} more", changed.len() - 3) } else { String::new() };
            format!(
                "{image} is stale: built from {}, but {}{more} changed{gone}",
                commit.abbreviated(7),
                paths.join(", ")
            )
        }
        PinState::Foreign { .. } if advice.verdict == Verdict::Right => {
            format!("{image} is another project's, and right")
        }
        PinState::Foreign { own: Some(own), .. } => format!("{image} is foreign: this project's images are {own}"),
        PinState::Foreign { own: None, .. } => format!("{image} is foreign: it is not one of this project's images"),
        PinState::Floating { tag } => {
            format!("{image} is floating: the tag {} moves{gone}", tag.as_deref().unwrap_or("latest"))
        }
        PinState::Unknown { why } => format!("{image}: {why}{gone}"),
    }
}

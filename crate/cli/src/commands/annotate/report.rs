//! What was said of which commit.

use std::io::Write as _;

use repin::Oid;
use repin::resolution::{Resolution, Status};
use repin::resolve::distance_in_words;
use repin::text::{count, safe};
use repin_forge::gitlab::comments::{Became, MOST};
use serde::Serialize;

use crate::args::{Color, Format};
use crate::error::Failure;
use crate::output::{Screen, json_stdout};

/// What became of a commit's note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Noted {
    /// It has a new line.
    Added,
    /// The line was there.
    There,
    /// There is an image, but nobody said its digest.
    NoDigest,
    /// There is nothing to note, or no notes are written.
    Not,
}

/// One commit.
pub(super) struct Done {
    pub(super) commit: Oid,
    pub(super) answer: Resolution,
    pub(super) noted: Noted,
    pub(super) comment: Option<Became>,
    /// Whether the comment does not name the image, since its project is not public.
    pub(super) is_secret: bool,
}

/// All commits, as far as they are done.
pub(super) struct Report {
    format: Format,
    dry_run: bool,
    color: Color,
    commits: Vec<Row>,
    /// The remote that has the notes now.
    pub(super) pushed: Option<String>,
    /// How to go on, and with how many commits.
    pub(super) rest: Option<String>,
    pub(super) left: usize,
}

/// One commit for programs.
#[derive(Serialize)]
struct Row {
    commit: Oid,
    status: Status,
    image: Option<String>,
    digest: Option<String>,
    note: Noted,
    comment: Option<&'static str>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    dry_run: bool,
    commits: &'a [Row],
    pushed: Option<&'a str>,
    left: usize,
    rest: Option<&'a str>,
}

impl Report {
    pub(super) fn new(format: Format, dry_run: bool, color: Color) -> Self {
        Self { format, dry_run, color, commits: Vec::new(), pushed: None, rest: None, left: 0 }
    }

    /// Adds a commit; people see it at once.
    pub(super) fn add(&mut self, done: Done) -> Result<(), Failure> {
        if self.format == Format::Text {
            let mut screen = Screen::stdout(self.color);
            writeln!(screen, "{}", self.line(&done))?;
            screen.flush()?;
        }
        let image = done.answer.image.filter(|image| image.verified);
        let (reference, digest) =
            image.map_or((None, None), |image| (image.reference.or(Some(image.tag)), image.digest));
        self.commits.push(Row {
            commit: done.commit,
            status: done.answer.status,
            image: reference,
            digest,
            note: done.noted,
            comment: done.comment.map(word),
        });
        Ok(())
    }

    /// `2c5c1f9  registry.example.org/ada/course:2c5c1f9, 2 commits ago · note added · comment created`
    fn line(&self, done: &Done) -> String {
        let commit = done.commit.abbreviated(7);
        let mut parts = Vec::new();
        match &done.answer.image {
            Some(image) if image.verified => {
                let reference = image.reference.as_deref().unwrap_or(&image.tag);
                parts.push(format!("{}, {}", safe(reference), distance_in_words(image.relation, image.distance)));
            }
            _ => parts.push(match &done.answer.reason {
                Some(reason) => format!("{}: {}", done.answer.status, safe(&reason.message)),
                None => done.answer.status.to_string(),
            }),
        }
        let would = if self.dry_run { "to be " } else { "" };
        parts.extend(match done.noted {
            Noted::Added => Some(format!("note {would}added")),
            Noted::There => Some("note there".to_owned()),
            Noted::NoDigest => Some("no note: nobody said its digest".to_owned()),
            Noted::Not => None,
        });
        parts.extend(match done.comment {
            None | Some(Became::Absent) => None,
            Some(Became::PassedOver) => Some(format!(
                "comment left alone: there are more than {MOST} on the commit, and ours may be among those that were not read"
            )),
            Some(Became::Unchanged) => Some("comment there".to_owned()),
            Some(became) => Some(format!("comment {would}{}", word(became))),
        });
        if done.is_secret {
            parts.push("which does not name the image: its project is not public".to_owned());
        }
        format!("{commit}  {}", parts.join(" · "))
    }

    /// Says what came of it all.
    pub(super) fn end(&self) -> Result<(), Failure> {
        if self.format == Format::Json {
            let document = Document {
                schema: "repin/annotation/1",
                dry_run: self.dry_run,
                commits: &self.commits,
                pushed: self.pushed.as_deref(),
                left: self.left,
                rest: self.rest.as_deref(),
            };
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &document)?;
            writeln!(out)?;
            out.flush()?;
        }
        let digests = self.commits.iter().filter(|row| row.note == Noted::NoDigest).count();
        if digests > 0 {
            let images = count(digests, "image has", "images have");
            eprintln!(
                "note: {images} no digest in the list of tags, and a note needs one: leave --tags out, and the registry is asked"
            );
        }
        if let Some(remote) = &self.pushed {
            eprintln!("pushed to {}", safe(remote));
        }
        if self.left > 0 {
            let left = count(self.left, "commit is", "commits are");
            match &self.rest {
                Some(rest) => eprintln!("{left} left; go on with {}", safe(rest)),
                None => eprintln!("{left} left; the same command goes on: what is said already costs little"),
            }
        }
        Ok(())
    }

    /// 5 where it is not known of some commits which image is right, or whether a comment says so.
    pub(super) fn exit_code(&self) -> u8 {
        let is_open = |row: &Row| {
            matches!(row.status, Status::Unknown | Status::Predicted) || row.comment == Some(word(Became::PassedOver))
        };
        if self.commits.iter().any(is_open) { Status::Unknown.exit_code() } else { 0 }
    }
}

fn word(became: Became) -> &'static str {
    match became {
        Became::Created => "created",
        Became::Edited => "edited",
        Became::Unchanged => "unchanged",
        Became::Absent => "absent",
        Became::PassedOver => "passed-over",
    }
}

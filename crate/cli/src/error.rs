//! What a person is told when something goes wrong.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use repin::source::SourceError;

use crate::args::Color;
use repin::text::safe;

mod gitlab;
mod registry;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// An error for people: what, where, why, and what to do about it.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    /// Nobody reads our output any more: no error, and nobody to tell.
    unread: bool,
}

impl Failure {
    /// What went wrong, and where.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), hint: None, unread: false }
    }

    /// Why.
    pub(crate) fn because(mut self, cause: &(dyn Error + 'static)) -> Self {
        let mut next = Some(cause);
        while let Some(cause) = next {
            let text = cause.to_string();
            // Some libraries end their chain in the bare name of a kind of error, which says nothing to people.
            let is_said = self.message.contains(&text) || self.causes.iter().any(|known| known.contains(&text));
            if text.contains(' ') && !is_said {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }

    /// What to do about it.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What went wrong, for a sentence that goes on.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Tells it, and gives the exit code.
    pub(crate) fn report(&self, color: Color) -> ExitCode {
        if self.unread {
            return ExitCode::SUCCESS;
        }
        let mut stderr = anstream::AutoStream::new(io::stderr().lock(), color.into());
        // If standard error cannot be written to, there is nobody left to tell.
        let _ = writeln!(stderr, "{ERROR}error:{ERROR:#} {}", safe(&self.message));
        for cause in &self.causes {
            let _ = writeln!(stderr, "  because: {}", safe(cause));
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(stderr, "{HINT}hint:{HINT:#} {}", safe(hint));
        }
        ExitCode::FAILURE
    }

    /// What a source could not answer about `project`.
    pub(crate) fn of_source(error: &SourceError, project: impl Display) -> Self {
        match error {
            SourceError::UnknownRevision { revision, hint } => {
                Self::new(format!("{project} has no revision `{revision}`")).hint(hint.clone().unwrap_or_else(|| {
                    "give a branch, a tag or a commit id; `git fetch` gets those that are new".to_owned()
                }))
            }
            SourceError::Empty => Self::new(format!("{project} has no commit yet"))
                .hint("commit something first, or name a commit with --commit"),
            SourceError::Incomplete(what) => Self::new(format!("{project}: {what}")),
            SourceError::Failed { what, cause } => Self::new(what.clone()).because(&**cause),
        }
    }
}

/// In a line, for lists.
impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        self.causes.iter().try_for_each(|cause| write!(f, ": {cause}"))?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// Output that could not be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let unread = error.kind() == io::ErrorKind::BrokenPipe;
        Self { unread, ..Self::new("the answer could not be written").because(&error) }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        io::Error::from(error).into()
    }
}

/// Tells of a mistake in Repin itself in a person's words, and leaves with the exit code of an error.
pub(crate) fn explain_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| format!(" ({}:{})", place.file(), place.line()));
        let payload = panic.payload();
        let what = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(|s| &**s));
        let what = what.unwrap_or("no more is known");
        let _ = Failure::new(format!("repin made a mistake of its own{place}: {what}"))
            .hint("please report it, with the command line that led to it")
            .report(Color::Auto);
        std::process::exit(1);
    }));
}

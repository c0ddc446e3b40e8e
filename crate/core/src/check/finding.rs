//! What was found, and what would mend it.

use serde::{Deserialize, Serialize};

use super::rules::{EXPIRING_IMAGE, LOST_BUILD, Rule};
use crate::Oid;

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// No image can be right as things are.
    Error,
    /// Sessions can start in a wrong image, or builds are lost.
    Warning,
    /// Worth knowing.
    Info,
}

/// Something that is wrong, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Finding {
    /// The rule's name, for programs and for looking it up.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what follows from it.
    pub message: String,
    /// The file that it is about.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What to do about it.
    pub help: Option<String>,
    /// The page that explains the rule, such as `rules/lost-build.md`.
    pub page: String,
    /// What would mend it, where that is certain.
    pub fix: Option<Fix>,
    /// The commits that it is true of, newest first: the one that was looked at, or those of the range. None of files that
    /// are not committed yet.
    pub commits: Vec<Oid>,
}

impl Finding {
    pub(super) fn new(rule: &Rule, message: impl Into<String>) -> Self {
        Self {
            rule: rule.name.to_owned(),
            severity: rule.severity,
            message: message.into(),
            path: None,
            line: None,
            help: None,
            page: rule.page(),
            fix: None,
            commits: Vec::new(),
        }
    }

    /// Whether it is about the image of the commit, and not about its files.
    pub fn is_of_image(&self) -> bool {
        [LOST_BUILD, EXPIRING_IMAGE].iter().any(|rule| rule.name == self.rule)
    }

    pub(super) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(super) fn at(mut self, path: &str, line: Option<usize>) -> Self {
        self.path = Some(path.to_owned());
        self.line = line;
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// Whether both say the same, of whichever commits.
    pub(super) fn says_what(&self, other: &Self) -> bool {
        (&self.rule, &self.message, &self.path, self.line) == (&other.rule, &other.message, &other.path, other.line)
    }
}

/// A change of files that mends a [`Finding`] and nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Fix {
    /// What it does, for people.
    pub description: String,
    /// The changes. Those of several findings can be applied together.
    pub edits: Vec<Edit>,
}

/// A change of one place in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Edit {
    /// The file, as it is where it was looked at. A file that is not there counts as empty.
    pub path: String,
    /// The first byte that is replaced, counted from 0.
    pub start: usize,
    /// The first byte behind what is replaced; `start` where text is only put in.
    pub end: usize,
    /// What takes its place.
    pub text: String,
}

impl Edit {
    /// What makes `new` of `old`, as one change.
    pub fn between(path: &str, old: &[u8], new: &str) -> Self {
        let start = new.as_bytes().iter().zip(old).take_while(|(a, b)| a == b).count();
        let start = (0..=start).rev().find(|at| new.is_char_boundary(*at)).unwrap_or(0);
        let most = old.len().min(new.len()) - start;
        let same = new.bytes().rev().zip(old.iter().rev().copied()).take(most).take_while(|(a, b)| a == b).count();
        let same = (0..=same).rev().find(|same| new.is_char_boundary(new.len() - same)).unwrap_or(0);
        let text = new.get(start..new.len() - same).unwrap_or_default().to_owned();
        Self { path: path.to_owned(), start, end: old.len() - same, text }
    }
}

/// A file with all of these edits that are its own. `None`: they do not fit it, or one another.
///
/// ```
/// use repin::check::{Edit, apply};
/// let put = |at, text: &str| Edit { path: "a".to_owned(), start: at, end: at, text: text.to_owned() };
/// let edits = [put(1, "x"), put(0, "y"), put(1, "z"), Edit { path: "b".to_owned(), ..put(9, "") }];
/// assert_eq!(apply("a", b"12", &edits).as_deref(), Some(&b"y1xz2"[..]));
/// assert_eq!(apply("b", b"12", &edits), None);
/// ```
pub fn apply<'e>(path: &str, old: &[u8], edits: impl IntoIterator<Item = &'e Edit>) -> Option<Vec<u8>> {
    let mut edits: Vec<&Edit> = edits.into_iter().filter(|edit| edit.path == path).collect();
    // In the order of the findings where they are at one place.
    edits.sort_by_key(|edit| (edit.start, edit.end));
    edits.dedup();
    let mut new = Vec::with_capacity(old.len());
    let mut at = 0;
    for edit in edits {
        new.extend_from_slice(old.get(at..edit.start)?);
        new.extend_from_slice(edit.text.as_bytes());
        old.get(edit.start..edit.end)?;
        at = edit.end;
    }
    new.extend_from_slice(old.get(at..)?);
    Some(new)
}

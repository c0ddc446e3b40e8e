//! The lines of a CI file, and what becomes of them.

use super::outline::Node;

/// Lines that others take the place of.
#[derive(Debug)]
struct Edit {
    /// The first line that is replaced.
    from: usize,
    /// The first that is not: the same where nothing is.
    to: usize,
    lines: Vec<String>,
    /// Which comes first at one place.
    turn: Turn,
}

/// What is added to the end of a list comes before what is put before the next key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Append,
    Insert,
    Replace,
}

/// The file's lines, how they end, and what becomes of them.
pub(super) struct Page<'t> {
    pub(super) lines: Vec<&'t str>,
    newline: &'static str,
    edits: Vec<Edit>,
    pub(super) notes: Vec<String>,
}

impl<'t> Page<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { lines: text.split_inclusive('\n').collect(), newline, edits: Vec::new(), notes: Vec::new() }
    }

    /// A line without its end.
    pub(super) fn line(&self, at: usize) -> &'t str {
        self.lines.get(at).map_or("", |line| line.trim_end_matches(['\n', '\r']))
    }

    pub(super) fn replace(&mut self, from: usize, to: usize, lines: Vec<String>) {
        self.edits.push(Edit { from, to, lines, turn: Turn::Replace });
    }

    /// Before this line.
    pub(super) fn insert(&mut self, at: usize, indentation: usize, lines: &[&str]) {
        let lines = lines.iter().map(|line| format!("{}{line}", " ".repeat(indentation))).collect();
        self.edits.push(Edit { from: at, to: at, lines, turn: Turn::Insert });
    }

    /// After the last line of a collection, as one more item of it.
    pub(super) fn append(&mut self, to: &Node, lines: &[&str]) {
        let lines = lines.iter().map(|line| format!("{}{line}", " ".repeat(to.column))).collect();
        self.edits.push(Edit { from: to.last + 1, to: to.last + 1, lines, turn: Turn::Append });
    }

    /// The whole text, changed.
    pub(super) fn text(mut self) -> String {
        // Those of one place stay in the order in which they were made.
        self.edits.sort_by_key(|edit| (edit.from, edit.turn));
        let mut text = String::new();
        let mut at = 0;
        for edit in self.edits {
            text.extend(self.lines.get(at..edit.from).unwrap_or_default().iter().copied());
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str(self.newline);
            }
            for line in edit.lines {
                text.push_str(&line);
                text.push_str(self.newline);
            }
            at = edit.to.max(at);
        }
        text.extend(self.lines.get(at..).unwrap_or_default().iter().copied());
        text
    }
}

//! The image that a Renku project pins, from its `.renku/renku.ini`.
//!
//! # The language
//! Renku reads the file with Python's `configparser.RawConfigParser` (renku-python 2.9, `renku/core/config.py`), and so
//! does this module:
//!
//! - A line whose first character other than white space is `#` or `;` is a comment. What looks like a comment behind a
//!   value is part of the value.
//! - `[name]` begins a section. The name is everything up to the first `]` (since Python 3.10, up to the line's last one;
//!   Renku's service ran on earlier ones), its case and its spaces count, and what follows the `]` is ignored.
//! - `key = value` or `key: value`, whichever of `=` and `:` comes first. Keys have no case; both sides are trimmed.
//! - A line indented deeper than the key's line continues its value, be it a `[section]` or a `key = value` by its look.
//!   Empty lines within are part of the value, those at its end are not.
//! - `%` has no meaning: Renku chose the raw parser for that.
//! - Lines end with LF, CRLF or CR.
//!
//! # Which pin counts
//! The section is `[interactive]`, or `[renku "interactive"]` in older projects. Renku moves the latter over the former:
//! if there is a `[renku "interactive"]`, nothing in `[interactive]` counts, even if only the latter has an `image`. (The
//! web interface once read the file itself and preferred `[interactive]`; since it asks the core service, that one's
//! order holds.) Whichever it is, it inherits `image` from `[DEFAULT]`, as every section does in Python. An empty value
//! pins nothing.
//!
//! # What Renku would refuse
//! Python refuses a file that has a section or a key twice, a line that is neither a key nor a section, or a byte order
//! mark. What such a file pins still can be told (the last of several keys wins), so here these are
//! [problems](RenkuIni::problems) beside the pins. Where it cannot be told it is an error: a key before the first
//! section, or text that is not UTF-8.
//!
//! ```
//! use repin::renku_ini;
//!
//! let text = b"[interactive]\ndefault_url = /lab\nimage = registry.example.org/group/name:abc1234\n";
//! let pin = renku_ini::read(text)?.expect("the project pins an image");
//! assert_eq!(pin.image, "registry.example.org/group/name:abc1234");
//! assert_eq!(pin.line, 3);
//! assert_eq!(&text[pin.span], b"registry.example.org/group/name:abc1234");
//! # Ok::<(), renku_ini::IniError>(())
//! ```

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

mod set;

pub use set::{SetError, set_image};

use set::Body;

/// The file's path in a repository.
pub const PATH: &str = ".renku/renku.ini";

/// The key that pins an image.
const KEY: &str = "image";
/// What Windows' editors put before UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// A section that can pin an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// `[interactive]`
    Interactive,
    /// `[renku "interactive"]`, the name in older projects.
    RenkuInteractive,
    /// `[DEFAULT]`, from which the other two inherit.
    Default,
}

impl Section {
    const ALL: [Self; 3] = [Self::Interactive, Self::RenkuInteractive, Self::Default];

    /// The name, as it stands in the brackets.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::RenkuInteractive => "renku \"interactive\"",
            Self::Default => "DEFAULT",
        }
    }
}

/// The section's header.
impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.name())
    }
}

/// An `image` key with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The value as Python has it: trimmed, with line feeds where it has several lines. Not necessarily a reference.
    pub image: String,
    /// The section that the key is in.
    pub section: Section,
    /// The line of the key, from 1.
    pub line: usize,
    /// The bytes of the value in the file, from its first character to its last one other than white space; for an empty
    /// value, where it would begin. Comments between its lines are inside.
    pub span: Range<usize>,
    /// Where the value begins on the key's own line, or would begin there.
    begin: usize,
}

/// What a `renku.ini` says about the image.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RenkuIni {
    pins: Vec<Pin>,
    has_renku_interactive: bool,
    problems: Vec<IniError>,
    bodies: Vec<Body>,
}

impl RenkuIni {
    /// Reads the file.
    ///
    /// # Errors
    /// The text is not UTF-8, or something other than a comment precedes the first section.
    pub fn parse(text: &[u8]) -> Result<Self, IniError> {
        let text = std::str::from_utf8(text).map_err(|error| {
            // Something stands for the wrong byte, so that its line counts even if nothing precedes it there.
            let before = String::from_utf8_lossy(text.get(..error.valid_up_to()).unwrap_or(text)) + "?";
            IniError { line: lines(&before).count(), kind: IniErrorKind::NotUtf8 }
        })?;
        Reader::default().read(text)
    }

    /// The pin that counts in Renku, if any.
    pub fn pin(&self) -> Option<&Pin> {
        let pin = self.pin_in(self.section()).or_else(|| self.pin_in(Section::Default));
        pin.filter(|pin| !pin.image.is_empty())
    }

    /// The section that counts, whether or not the file has it.
    fn section(&self) -> Section {
        if self.has_renku_interactive { Section::RenkuInteractive } else { Section::Interactive }
    }

    /// The pin in this section, whether or not it counts; its value may be empty.
    pub fn pin_in(&self, section: Section) -> Option<&Pin> {
        self.pins.iter().find(|pin| pin.section == section)
    }

    /// What Renku would refuse, in the order of the lines. It reads none of a file that has such a line.
    pub fn problems(&self) -> &[IniError] {
        &self.problems
    }
}

/// The pin that counts in Renku, if any: [`RenkuIni::pin`].
///
/// # Errors
/// As [`RenkuIni::parse`].
pub fn read(text: &[u8]) -> Result<Option<Pin>, IniError> {
    RenkuIni::parse(text).map(|ini| ini.pin().cloned())
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IniError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: IniErrorKind,
}

/// What can be wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IniErrorKind {
    /// The line's bytes are not UTF-8.
    NotUtf8,
    /// The line precedes the first section.
    NoSection,
    /// The file begins with a byte order mark.
    ByteOrderMark,
    /// The line is neither a section nor a key with a value.
    NotAKey,
    /// The section has begun before. Both are read as one.
    DuplicateSection(String),
    /// The section has the key, here in lower case, already. The last one counts.
    DuplicateKey(String),
}

impl fmt::Display for IniError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

impl fmt::Display for IniErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("the text is not UTF-8"),
            Self::NoSection => f.write_str("there is no section above it, such as [interactive]"),
            Self::ByteOrderMark => f.write_str("the file begins with a byte order mark, which Renku cannot read"),
            Self::NotAKey => f.write_str("neither a [section] nor a `key = value`"),
            Self::DuplicateSection(name) => write!(f, "the section [{name}] has begun before"),
            Self::DuplicateKey(key) => write!(f, "the section has the key `{key}` already"),
        }
    }
}

impl std::error::Error for IniError {}

/// The value that lines are being added to.
struct Value {
    section: Option<Section>,
    is_image: bool,
    line: usize,
    /// The columns before its key: a line with more continues it.
    indent: usize,
    text: String,
    span: Range<usize>,
    begin: usize,
}

/// The state between two lines.
#[derive(Default)]
struct Reader {
    found: RenkuIni,
    /// The name of the section that the line is in.
    section: Option<String>,
    sections: HashSet<String>,
    keys: HashSet<(String, String)>,
    value: Option<Value>,
}

impl Reader {
    fn read(mut self, text: &str) -> Result<RenkuIni, IniError> {
        if text.starts_with(BYTE_ORDER_MARK) {
            self.problem(1, IniErrorKind::ByteOrderMark);
        }
        for (number, (start, line)) in (1..).zip(lines(text)) {
            self.line(number, start, line)?;
        }
        self.finish_value();
        Ok(self.found)
    }

    fn line(&mut self, number: usize, start: usize, line: &str) -> Result<(), IniError> {
        let text = line.trim_matches(is_space);
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.is_empty() {
            if let Some(value) = &mut self.value {
                value.text.push('\n');
            }
            return Ok(());
        }
        let before = line.trim_end_matches(is_space).len() - text.len();
        let start = start + before;
        let indent = line.chars().take_while(|&c| is_space(c)).count();
        if let Some(value) = self.value.as_mut().filter(|value| indent > value.indent) {
            value.text.push('\n');
            value.text.push_str(text);
            if value.span.is_empty() {
                value.span.start = start;
            }
            value.span.end = start + text.len();
            self.body_ends(start + text.len());
            return Ok(());
        }
        if let Some(name) = header(text) {
            self.finish_value();
            self.begin_section(number, name, start + text.len());
            return Ok(());
        }
        let Some(section) = self.section.clone() else {
            return Err(IniError { line: number, kind: IniErrorKind::NoSection });
        };
        let Some((key, value)) = text.split_once(['=', ':']) else {
            // Deeper lines below still continue the value above, but from this indentation on.
            if let Some(value) = &mut self.value {
                value.indent = indent;
            }
            self.problem(number, IniErrorKind::NotAKey);
            return Ok(());
        };
        self.finish_value();
        let key = key.trim_end_matches(is_space).to_lowercase();
        let value = value.trim_start_matches(is_space);
        if key.is_empty() {
            self.problem(number, IniErrorKind::NotAKey);
            return Ok(());
        }
        let end = start + text.len();
        self.value = Some(Value {
            section: Section::ALL.into_iter().find(|known| known.name() == section),
            is_image: key == KEY,
            line: number,
            indent,
            text: value.to_owned(),
            span: end - value.len()..end,
            begin: end - value.len(),
        });
        self.body_ends(end);
        if let Some(body) = self.found.bodies.last_mut() {
            body.key = Some(start - before..end - value.len());
        }
        if !self.keys.insert((section, key.clone())) {
            self.problem(number, IniErrorKind::DuplicateKey(key));
        }
        Ok(())
    }

    fn begin_section(&mut self, number: usize, name: &str, end: usize) {
        self.found.bodies.push(Body { name: name.to_owned(), end, key: None });
        self.found.has_renku_interactive |= name == Section::RenkuInteractive.name();
        // [DEFAULT] may come twice: Python does not count it as a section.
        if !self.sections.insert(name.to_owned()) && name != Section::Default.name() {
            self.problem(number, IniErrorKind::DuplicateSection(name.to_owned()));
        }
        self.section = Some(name.to_owned());
    }

    /// The section that the line is in ends there, as far as is known.
    fn body_ends(&mut self, end: usize) {
        if let Some(body) = self.found.bodies.last_mut() {
            body.end = end;
        }
    }

    /// Keeps the value that has ended, if it is a pin, instead of an earlier one of its section.
    fn finish_value(&mut self) {
        let Some(value) = self.value.take().filter(|value| value.is_image) else { return };
        let Some(section) = value.section else { return };
        self.found.pins.retain(|pin| pin.section != section);
        self.found.pins.push(Pin {
            image: value.text.trim_end_matches(is_space).to_owned(),
            section,
            line: value.line,
            span: value.span,
            begin: value.begin,
        });
    }

    fn problem(&mut self, line: usize, kind: IniErrorKind) {
        self.found.problems.push(IniError { line, kind });
    }
}

/// The name in a `[name]`, which has at least one character.
fn header(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('[')?.split_once(']')?;
    (!name.is_empty()).then_some(name)
}

/// Each line without its end and without a byte order mark, and where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let start = text.len() - rest.len();
        let (line, after) = rest.split_once(['\n', '\r']).unwrap_or((rest, ""));
        let is_crlf = text.get(start + line.len()..).is_some_and(|end| end.starts_with("\r\n"));
        rest = if is_crlf { after.strip_prefix('\n').unwrap_or(after) } else { after };
        Some((start, line))
    })
}

/// What Python strips: Unicode's white space, and four separators that Unicode does not count.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

#[cfg(test)]
mod set_tests;
#[cfg(test)]
mod tests;

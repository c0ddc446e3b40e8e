//! Writing a pin, and nothing else of the file.

use std::fmt;
use std::ops::Range;

use super::{BYTE_ORDER_MARK, IniError, Pin, RenkuIni, is_space, lines};

/// A section, as far as it takes to add a key to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Body {
    /// The name in the brackets.
    pub(super) name: String,
    /// Where the text of its last line that says something ends.
    pub(super) end: usize,
    /// Its last key: the bytes from the beginning of the line up to the value.
    pub(super) key: Option<Range<usize>>,
}

/// Why a pin was not written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SetError {
    /// Renku reads none of the file for this reason, so a pin in it would say nothing.
    Unreadable(IniError),
    /// The image has white space or control characters, or is empty: it would not be read back as it is.
    Image(String),
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(error) => write!(f, "Renku cannot read the file: {error}"),
            Self::Image(image) => write!(f, "`{image}` cannot be the name of an image"),
        }
    }
}

impl std::error::Error for SetError {}

/// The file with `image` as the pin that counts in Renku. All else stays as it is, byte for byte: comments, order,
/// spacing, line ends.
///
/// - Where the section that counts has the key, its value is replaced; of one over several lines, the comments between
///   them stay.
/// - Where it has not, the key is added behind the section's last one and looks like that. What `[DEFAULT]` has is left
///   alone, since every section inherits it.
/// - Where there is no such section, `[interactive]` is added at the end.
///
/// # Errors
/// Renku would refuse the file, or `image` is not one word.
///
/// ```
/// use repin::renku_ini::set_image;
///
/// let text = b"; ours\n[interactive]\ndefault_url = /lab\n";
/// let pinned = set_image(text, "registry.example.org/group/name:abc1234")?;
/// assert_eq!(pinned, b"; ours\n[interactive]\ndefault_url = /lab\nimage = registry.example.org/group/name:abc1234\n");
/// assert_eq!(set_image(b"", "a/b:c")?, b"[interactive]\nimage = a/b:c\n");
/// # Ok::<(), repin::renku_ini::SetError>(())
/// ```
pub fn set_image(text: &[u8], image: &str) -> Result<Vec<u8>, SetError> {
    if image.is_empty() || image.chars().any(|c| is_space(c) || c.is_control() || c == BYTE_ORDER_MARK) {
        return Err(SetError::Image(image.to_owned()));
    }
    let ini = RenkuIni::parse(text).map_err(SetError::Unreadable)?;
    if let Some(problem) = ini.problems().first() {
        return Err(SetError::Unreadable(problem.clone()));
    }
    if ini.pin().is_some_and(|pin| pin.image == image) {
        return Ok(text.to_vec());
    }
    let text = String::from_utf8_lossy(text);
    let section = ini.section();
    let body = ini.bodies.iter().find(|body| body.name == section.name());
    let (range, new) = match (ini.pin_in(section), body) {
        (Some(pin), _) => (pin.begin..pin.span.end, replaced(&text, pin, image)),
        (None, Some(body)) => {
            let rest = text.get(body.end..).unwrap_or_default();
            // Where the line ends, white space and all.
            let at = body.end + rest.find(['\n', '\r']).unwrap_or(rest.len());
            (at..at, added(&text, body, image))
        }
        (None, None) => {
            let end = line_end(&text);
            let last = if text.is_empty() || text.ends_with(['\n', '\r']) { "" } else { end };
            let empty = if text.is_empty() { "" } else { end };
            (text.len()..text.len(), format!("{last}{empty}{section}{end}image = {image}{end}"))
        }
    };
    let mut pinned = text.into_owned();
    pinned.replace_range(range, &new);
    Ok(pinned.into_bytes())
}

/// What stands in the place of a value.
fn replaced(text: &str, pin: &Pin, image: &str) -> String {
    let old = text.get(pin.begin..pin.span.end).unwrap_or_default();
    // `image =` has nothing behind it, `image = ` mostly neither.
    let gap = text.get(..pin.begin).is_some_and(|before| before.ends_with(" =") || before.ends_with(" :"));
    let mut new = if gap { format!(" {image}") } else { image.to_owned() };
    // What is behind the first line is the value's other lines, and comments.
    let mut end = 0;
    for (start, line) in lines(old) {
        if start > 0 && line.trim_matches(is_space).starts_with(['#', ';']) {
            new.push_str(old.get(end..start).map_or("\n", |between| last_line_end(between)));
            new.push_str(line);
        }
        end = start + line.len();
    }
    new
}

/// The key as a line behind the last one of a section.
fn added(text: &str, body: &Body, image: &str) -> String {
    let end = line_end(text);
    let key = body.key.clone().and_then(|key| text.get(key));
    let Some(key) = key else {
        // A header that is indented would continue a key that is not.
        let after = text.get(body.end..).unwrap_or_default();
        let next = lines(after).map(|(_, line)| line).find(|line| {
            let line = line.trim_matches(is_space);
            !line.is_empty() && !line.starts_with(['#', ';'])
        });
        let indent: String = next.into_iter().flat_map(|line| line.chars().take_while(|&c| is_space(c))).collect();
        return format!("{end}{indent}image = {image}");
    };
    let indent: String = key.chars().take_while(|&c| is_space(c)).collect();
    let name = key.trim_matches(is_space).trim_end_matches(['=', ':']).trim_end_matches(is_space);
    let separator = key.get(indent.len() + name.len()..).filter(|text| text.contains(['=', ':'])).unwrap_or(" = ");
    // Of an empty value nothing is behind the `=`.
    let gap = if separator.ends_with(['=', ':']) && separator.starts_with(is_space) { " " } else { "" };
    format!("{end}{indent}image{separator}{gap}{image}")
}

/// How the file's lines end.
fn line_end(text: &str) -> &str {
    let at = text.find(['\n', '\r']).unwrap_or(text.len());
    match text.get(at..) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// The line end that a text of line ends and white lines ends in.
fn last_line_end(text: &str) -> &str {
    let at = text.rfind(['\n', '\r']).unwrap_or(0);
    let at = if text.get(..at).is_some_and(|before| before.ends_with('\r')) && text.get(at..=at) == Some("\n") {
        at - 1
    } else {
        at
    };
    text.get(at..).filter(|end| !end.is_empty()).unwrap_or("\n")
}

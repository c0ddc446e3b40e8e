//! Lists of tags that somebody else made.

use std::fmt;

use repin::source::Tag;
use serde::Deserialize;

/// The text is no list of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagListError {
    /// The line where it stops to be one (1-based); of JSON, where it stops to be JSON.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl fmt::Display for TagListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

impl std::error::Error for TagListError {}

/// What `skopeo list-tags` prints. The `tags/list` of a registry has a small `tags`, and `null` where there is none.
#[derive(Deserialize)]
struct Listing {
    #[serde(alias = "tags", rename = "Tags")]
    tags: Option<Vec<String>>,
}

/// A tag by its name, or with what is known of it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "it takes the names of tags, or objects with `name`")]
enum Listed {
    Name(String),
    Tag { name: String, digest: Option<String>, created_at: Option<String> },
}

impl From<Listed> for Tag {
    fn from(listed: Listed) -> Self {
        match listed {
            Listed::Name(name) => Self::from(name.as_str()),
            Listed::Tag { name, digest, created_at } => Self { name, digest, created_at },
        }
    }
}

/// Reads a list of tags: one a line (blank lines and lines that begin with `#` are passed over), or the JSON of
/// `skopeo list-tags` or of a registry's `tags/list`, or a JSON array of names, or of tags with their digests as GitLab has
/// them (`name`, `digest`, `created_at`).
///
/// ```
/// let tags = repin_forge::tags::parse(b"abc1234\nlatest\n")?;
/// assert_eq!(tags[0].name, "abc1234");
/// assert_eq!(repin_forge::tags::parse(br#"{"Repository": "x", "Tags": ["abc1234", "latest"]}"#)?, tags);
/// # Ok::<(), repin_forge::tags::TagListError>(())
/// ```
///
/// # Errors
/// A line that cannot be a tag, or JSON of another shape.
pub fn parse(text: &[u8]) -> Result<Vec<Tag>, TagListError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text).trim_ascii();
    let tags: Vec<Listed> = match text.first() {
        Some(b'{') => {
            let listing: Listing = serde_json::from_slice(text).map_err(|error| not_json(&error))?;
            listing.tags.unwrap_or_default().into_iter().map(Listed::Name).collect()
        }
        Some(b'[') => serde_json::from_slice(text).map_err(|error| not_json(&error))?,
        _ => return lines(text),
    };
    Ok(tags.into_iter().map(Tag::from).collect())
}

fn not_json(error: &serde_json::Error) -> TagListError {
    TagListError { line: error.line(), problem: error.to_string() }
}

fn lines(text: &[u8]) -> Result<Vec<Tag>, TagListError> {
    let mut tags = Vec::new();
    for (at, line) in text.split(|&byte| byte == b'\n').enumerate() {
        let line = String::from_utf8_lossy(line);
        let name = line.trim();
        if name.is_empty() || name.starts_with('#') {
            continue;
        }
        if !repin::reference::is_tag(name) {
            let shown: String = name.chars().take(40).collect();
            let problem = format!(
                "`{shown}` cannot be a tag; a list of tags has one a line, or is the JSON of `skopeo list-tags`"
            );
            return Err(TagListError { line: at + 1, problem });
        }
        tags.push(Tag::from(name));
    }
    Ok(tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Result<Vec<String>, TagListError> {
        Ok(parse(text.as_bytes())?.into_iter().map(|tag| tag.name).collect())
    }

    #[test]
    fn lists_are_read() {
        for (text, expected) in [
            ("", &[][..]),
            ("\n\n", &[]),
            ("a\nb\n", &["a", "b"]),
            ("a\r\nb", &["a", "b"]),
            ("  a  \n# comment\n\nb", &["a", "b"]),
            ("\u{feff}a", &["a"]),
            (r#"{"Repository":"r","Tags":["a","b"]}"#, &["a", "b"]),
            (r#"{"name":"r","tags":["a"]}"#, &["a"]),
            (r#"{"name":"r","tags":null}"#, &[]),
            (r#"["a"]"#, &["a"]),
            (r#"[{"name":"a","path":"g/n:a","digest":"sha256:0"},"b"]"#, &["a", "b"]),
            ("[]", &[]),
        ] {
            assert_eq!(
                names(text).as_deref(),
                Ok(&expected.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
                "{text}"
            );
        }
    }

    #[test]
    fn digests_are_read_where_they_are() {
        let tags = parse(br#"[{"name":"a","digest":"sha256:0","created_at":null},{"name":"b"}]"#);
        let digests = tags.map(|tags| tags.into_iter().map(|tag| tag.digest).collect::<Vec<_>>());
        assert_eq!(digests, Ok(vec![Some("sha256:0".to_owned()), None]));
    }

    #[test]
    fn what_is_no_list_is_refused_with_its_line() {
        for (text, line) in [("a\nb c\n", 2), ("-a", 1), ("a\n\u{e9}", 2), ("{", 1), ("{\n\"Tags\": 3}", 2), ("[1]", 1)]
        {
            assert_eq!(names(text).map_err(|error| error.line), Err(line), "{text}");
        }
    }
}

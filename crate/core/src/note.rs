//! Notes on commits: which image a commit was given, and what that image was really built from.
//!
//! They are git notes below [`NOTES_REF`]: they go where the repository goes, whatever becomes of the forge. The note of a
//! commit is lines, one JSON object each, so that git's own strategy `cat_sort_uniq` merges what two people wrote. There
//! are no dates in it: to write the same twice changes nothing. Lines of others stay as they are.
//!
//! ```
//! use repin::note::Note;
//! let text = br#"{"schema":"repin/note/1","image":"registry.example.org/ada/course:2c5c1f9","digest":"sha256:ee2706f4a199f7f6d5a0a4e0e71dda644590fe37273810b6ee7f1cfb8fa33bc6","built_from":"2c5c1f9a0c2f3b1c3f7a9d7be0a1f2e3d4c5b6a7","environment":null}
//! a line that a person wrote
//! "#;
//! let notes = Note::parse_all(text);
//! assert_eq!(notes.len(), 1);
//! assert!(text.starts_with(notes[0].line().as_bytes()));
//! ```

use serde::{Deserialize, Serialize};

use crate::reference::Reference;
use crate::{Oid, OidMap};

/// The ref that the notes are below, in every repository.
pub const NOTES_REF: &str = "refs/notes/repin";

/// The value of `schema` in each line.
const SCHEMA: &str = "repin/note/1";

/// One line: an image that the commit was given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    /// The image by its tag, `registry.example.org/group/name:abc1234`.
    pub image: String,
    /// The digest that the tag had then.
    pub digest: String,
    /// The commit that the image was built from, which the tag need not name: it may have been given to the image later.
    pub built_from: Oid,
    /// The [key](crate::environment::key) of that commit's environment; `None` where it has none.
    pub environment: Option<String>,
}

/// A line as it is written: the order of the fields is the order of the keys.
#[derive(Serialize, Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    schema: std::borrow::Cow<'a, str>,
    image: String,
    digest: String,
    built_from: Oid,
    environment: Option<String>,
}

impl Note {
    /// Its line, without the line's end.
    ///
    /// ```
    /// # use repin::note::Note;
    /// let note = Note {
    ///     image: "registry.example.org/g/n:abc1234".to_owned(),
    ///     digest: format!("sha256:{}", "0".repeat(64)),
    ///     built_from: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse()?,
    ///     environment: None,
    /// };
    /// assert_eq!(Note::parse_all(note.line().as_bytes()), [note]);
    /// # Ok::<(), repin::ParseOidError>(())
    /// ```
    pub fn line(&self) -> String {
        let line = Line {
            schema: SCHEMA.into(),
            image: self.image.clone(),
            digest: self.digest.clone(),
            built_from: self.built_from,
            environment: self.environment.clone(),
        };
        serde_json::to_string(&line).expect("texts and ids are JSON")
    }

    /// The notes among the lines of a text. What is no note of this schema, or has no image by tag, no digest or no key
    /// where one belongs, is somebody else's line.
    pub fn parse_all(text: &[u8]) -> Vec<Self> {
        text.split(|&byte| byte == b'\n').filter_map(Self::parse).collect()
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let line: Line<'_> = serde_json::from_slice(line.trim_ascii()).ok()?;
        let Line { schema, image, digest, built_from, environment } = line;
        let is_key = |key: &String| key.len() == 64 && key.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        if schema != SCHEMA || !environment.iter().all(is_key) {
            return None;
        }
        let whole = Reference::parse(&format!("{image}@{digest}")).ok()?;
        // An image that has a digest of its own would hide the one that is said.
        let is_tagged = whole.tag().is_some() && whole.digest() == Some(digest.as_str()) && !image.contains('@');
        is_tagged.then_some(Self { image, digest, built_from, environment })
    }

    /// The image's repository and tag.
    pub fn reference(&self) -> Option<Reference> {
        Reference::parse(&self.image).ok()
    }
}

/// Adds the line of `note` to the text of a commit's note, after its own lines, unless one of them says the same; whether it
/// was added.
///
/// ```
/// # use repin::note::{Note, add};
/// # let note = Note { image: "r.example.org/g/n:abc1234".to_owned(), digest: format!("sha256:{}", "0".repeat(64)),
/// #     built_from: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse()?, environment: None };
/// let mut text = b"by hand".to_vec();
/// assert!(add(&mut text, &note));
/// assert!(!add(&mut text, &note));
/// assert_eq!(text, format!("by hand\n{}\n", note.line()).into_bytes());
/// # Ok::<(), repin::ParseOidError>(())
/// ```
pub fn add(text: &mut Vec<u8>, note: &Note) -> bool {
    if Note::parse_all(text).contains(note) {
        return false;
    }
    join(text, note.line().as_bytes());
    text.push(b'\n');
    true
}

/// Adds lines to a text, whose last line may lack its end.
pub fn join(text: &mut Vec<u8>, more: &[u8]) {
    if !text.is_empty() && !text.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(more);
}

/// The notes of a repository, by their commits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes(OidMap<Vec<Note>>);

impl Notes {
    /// The notes of one commit, in the order of their lines.
    pub fn of(&self, commit: Oid) -> &[Note] {
        self.0.get(&commit).map_or(&[], Vec::as_slice)
    }

    /// All notes with their commits, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (Oid, &Note)> {
        self.0.iter().flat_map(|(commit, notes)| notes.iter().map(|note| (*commit, note)))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The commits that images of this digest were built from, as far as notes say, each once, in the order of their ids.
    pub fn sources(&self, digest: &str) -> Vec<Oid> {
        let mut sources: Vec<Oid> =
            self.iter().filter(|(_, note)| note.digest == digest).map(|(_, note)| note.built_from).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }
}

impl FromIterator<(Oid, Note)> for Notes {
    fn from_iter<T: IntoIterator<Item = (Oid, Note)>>(notes: T) -> Self {
        let mut of: OidMap<Vec<Note>> = OidMap::default();
        for (commit, note) in notes {
            let known = of.entry(commit).or_default();
            if !known.contains(&note) {
                known.push(note);
            }
        }
        Self(of)
    }
}

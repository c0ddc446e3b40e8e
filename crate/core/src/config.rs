//! `.repin.toml`, by which a project says what its image is built from.
//!
//! The file lies at the root of the repository and is read at the commit asked about. All of its keys are optional, and
//! a project needs it only where what Repin finds by itself (the CI file, the Dockerfile, what that copies) is wrong or
//! cannot be known. `crate/core/schema/example.repin.toml` is an example with every key; editors that know JSON Schema
//! can check the file against `crate/core/schema/repin.schema.json`.
//!
//! | key | value | meaning |
//! |---|---|---|
//! | `inputs` | array of patterns | the image inputs: these and nothing else |
//! | `dockerfile` | path | the file that the image is built from |
//! | `context` | path | the folder that the build sees, `.` for the whole repository |
//! | `target` | name | the stage to build, where it is not the last one |
//! | `args` | table of strings | values of the build arguments |
//! | `job` | name | the CI job that builds the image |
//! | `image` | name | the registry repository that the job pushes to, without tag |
//! | `tag` | template | what the job makes a commit's tag of |
//!
//! - Patterns mean what they mean in GitLab's `changes:`, over full paths, so they neither begin with
//!   `/` or `./` nor contain `..`. An empty array is an error: without inputs every commit would equal every other.
//! - Paths are relative to the root of the repository and are kept without `.`, `..` and doubled slashes.
//! - A template is kept as it is written: `$CI_COMMIT_SHORT_SHA`, `${CI_COMMIT_SHA:0:7}`, `v-$CI_COMMIT_SHA`.
//! - A key that is not in the table is an error, since a mistyped one would silently change the answer.
//!
//! ```
//! use repin::config::Config;
//!
//! let config = Config::parse(br#"
//! inputs = ["docker/**/*", "requirements.txt"]
//! dockerfile = "docker/Dockerfile"
//! args = { PYTHON = "3.12" }
//! image = "registry.example.org/group/name"
//! tag = "$CI_COMMIT_SHORT_SHA"
//! "#)?;
//! assert_eq!(config.dockerfile.as_deref(), Some("docker/Dockerfile"));
//! assert_eq!(config.args["PYTHON"], "3.12");
//!
//! let error = Config::parse(b"input = ['Dockerfile']").unwrap_err();
//! assert_eq!(error.to_string(), "line 1: unknown key `input`; did you mean `inputs`?");
//! # Ok::<(), repin::config::ConfigError>(())
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::reference::{Reference, ReferenceError};

/// The file's path in a repository.
pub const PATH: &str = ".repin.toml";

/// Every key, in the order of the documentation. A test holds the schema to it.
pub const KEYS: [&str; 8] = ["inputs", "dockerfile", "context", "target", "args", "job", "image", "tag"];

/// What a `.repin.toml` says. `None`, or no arguments, where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Config {
    /// The patterns of the image inputs; at least one.
    pub inputs: Option<Vec<String>>,
    /// The Dockerfile's path from the root of the repository.
    pub dockerfile: Option<String>,
    /// The build context's path from the root of the repository; `.` is the root itself.
    pub context: Option<String>,
    /// The name of the stage that is built.
    pub target: Option<String>,
    /// The values of build arguments, by their names.
    pub args: BTreeMap<String, String>,
    /// The name of the CI job that builds the image.
    pub job: Option<String>,
    /// The repository of the images; it has neither tag nor digest.
    pub image: Option<Reference>,
    /// The template of the tags, as it is written.
    pub tag: Option<String>,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// The first thing in the file that is wrong, and its line.
    pub fn parse(text: &[u8]) -> Result<Self, ConfigError> {
        let text = std::str::from_utf8(text).map_err(|error| {
            let before = text.get(..error.valid_up_to()).unwrap_or(text);
            ConfigError { line: line_of(before, before.len()), kind: ConfigErrorKind::NotUtf8 }
        })?;
        // Windows' editors put a byte order mark before UTF-8.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let error = |(span, kind): Fault| ConfigError { line: line_of(text.as_bytes(), span.start), kind };

        let table = DeTable::parse(text).map_err(|wrong| {
            error((wrong.span().unwrap_or_default(), ConfigErrorKind::Syntax(wrong.message().to_owned())))
        })?;
        let mut entries: Vec<_> = table.get_ref().iter().collect();
        // So that the first thing wrong is the first in the file.
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut config = Self::default();
        for (key, value) in entries {
            config.set(key, value).map_err(error)?;
        }
        Ok(config)
    }

    fn set(&mut self, key: &Spanned<std::borrow::Cow<'_, str>>, value: &Spanned<DeValue<'_>>) -> Result<(), Fault> {
        match key.get_ref().as_ref() {
            "inputs" => self.inputs = Some(patterns(value)?),
            "dockerfile" => {
                let path = path("dockerfile", value)?;
                if path == "." || text("dockerfile", value)?.ends_with('/') {
                    return Err(fault(
                        value,
                        ConfigErrorKind::Path { key: "dockerfile", problem: PathProblem::Folder },
                    ));
                }
                self.dockerfile = Some(path);
            }
            "context" => self.context = Some(path("context", value)?),
            "target" => self.target = Some(text("target", value)?.to_owned()),
            "args" => self.args = arguments(value)?,
            "job" => self.job = Some(text("job", value)?.to_owned()),
            "image" => self.image = Some(image(value)?),
            "tag" => self.tag = Some(text("tag", value)?.to_owned()),
            unknown => {
                let kind = ConfigErrorKind::UnknownKey { key: unknown.to_owned(), nearest: nearest(unknown) };
                return Err((key.span(), kind));
            }
        }
        Ok(())
    }
}

/// Why a `.repin.toml` cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub kind: ConfigErrorKind,
}

/// What is wrong in a `.repin.toml`. Keys of `args` are `args.NAME`, elements of `inputs` are `inputs[0]`, and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigErrorKind {
    /// The text is not UTF-8.
    NotUtf8,
    /// The text is not TOML, in the words of the TOML parser.
    Syntax(String),
    /// There is no such key.
    UnknownKey {
        /// The key as written.
        key: String,
        /// The key that is most like it.
        nearest: &'static str,
    },
    /// The value has another type.
    WrongType {
        /// The key.
        key: String,
        /// What its value should be.
        expected: &'static str,
        /// What its value is.
        found: &'static str,
    },
    /// The text is empty, or white space alone.
    Empty(String),
    /// `inputs` is an empty array.
    NoInputs,
    /// A path or a pattern cannot be one in the repository.
    Path {
        /// The key.
        key: &'static str,
        /// What is wrong with its value.
        problem: PathProblem,
    },
    /// `image` is not a reference.
    Image(ReferenceError),
    /// `image` has a tag or a digest.
    ImageWithTag,
}

/// What is wrong with a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathProblem {
    /// It begins with `/`.
    Absolute,
    /// It leads out of the repository by `..`; in a pattern, it contains `..` at all.
    Outside,
    /// It is a pattern that begins with `./`, as no path does.
    Dot,
    /// It names a folder where a file is meant.
    Folder,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

impl fmt::Display for ConfigErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotUtf8 => f.write_str("the text is not UTF-8"),
            Self::Syntax(message) => write!(f, "not TOML: {message}"),
            Self::UnknownKey { key, nearest } => write!(f, "unknown key `{key}`; did you mean `{nearest}`?"),
            Self::WrongType { key, expected, found } => write!(f, "`{key}` must be {expected}, and is {found}"),
            Self::Empty(key) => write!(f, "`{key}` is empty: give it a value, or leave it out"),
            Self::NoInputs => f.write_str(
                "`inputs` is empty, which would make every commit equal: name the files, or leave the key out",
            ),
            Self::Path { key, problem } => write!(f, "`{key}` {problem}"),
            Self::Image(error) => write!(f, "`image`: {error}"),
            Self::ImageWithTag => f.write_str(
                "`image` names a repository: leave out its tag or digest; `tag` has the template of the tags",
            ),
        }
    }
}

impl fmt::Display for PathProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Absolute => "begins with `/`: write it from the root of the repository, without the `/`",
            Self::Outside => "leads out of the repository by `..`",
            Self::Dot => "begins with `./`: patterns match paths from the root of the repository, without the `./`",
            Self::Folder => "names a folder, not a file",
        })
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ConfigErrorKind::Image(error) => Some(error),
            _ => None,
        }
    }
}

/// What is wrong, and the bytes of the file that are.
type Fault = (Range<usize>, ConfigErrorKind);

fn fault(value: &Spanned<DeValue<'_>>, kind: ConfigErrorKind) -> Fault {
    (value.span(), kind)
}

fn wrong_type(key: &str, value: &Spanned<DeValue<'_>>, expected: &'static str) -> Fault {
    let found = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    };
    fault(value, ConfigErrorKind::WrongType { key: key.to_owned(), expected, found })
}

/// A string that is not empty.
fn text<'a>(key: &str, value: &'a Spanned<DeValue<'_>>) -> Result<&'a str, Fault> {
    let text = value.get_ref().as_str().ok_or_else(|| wrong_type(key, value, "a string"))?;
    if text.trim().is_empty() {
        return Err(fault(value, ConfigErrorKind::Empty(key.to_owned())));
    }
    Ok(text)
}

fn patterns(value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Fault> {
    let array = value.get_ref().as_array().ok_or_else(|| wrong_type("inputs", value, "an array of strings"))?;
    if array.is_empty() {
        return Err(fault(value, ConfigErrorKind::NoInputs));
    }
    let pattern = |(index, element)| {
        let pattern = text(&format!("inputs[{index}]"), element)?;
        let problem = if pattern.starts_with('/') {
            PathProblem::Absolute
        } else if pattern.starts_with("./") {
            PathProblem::Dot
        } else if pattern.split('/').any(|component| component == "..") {
            PathProblem::Outside
        } else {
            return Ok(pattern.to_owned());
        };
        Err(fault(element, ConfigErrorKind::Path { key: "inputs", problem }))
    };
    array.iter().enumerate().map(pattern).collect()
}

/// A path without `.`, `..` and doubled slashes; `.` alone is the root.
fn path(key: &'static str, value: &Spanned<DeValue<'_>>) -> Result<String, Fault> {
    let wrong = |problem| fault(value, ConfigErrorKind::Path { key, problem });
    let written = text(key, value)?;
    if written.starts_with('/') {
        return Err(wrong(PathProblem::Absolute));
    }
    let mut components = Vec::new();
    for component in written.split('/') {
        match component {
            "" | "." => {}
            ".." => {
                components.pop().ok_or_else(|| wrong(PathProblem::Outside))?;
            }
            name => components.push(name),
        }
    }
    Ok(if components.is_empty() { ".".to_owned() } else { components.join("/") })
}

fn arguments(value: &Spanned<DeValue<'_>>) -> Result<BTreeMap<String, String>, Fault> {
    let table = value.get_ref().as_table().ok_or_else(|| wrong_type("args", value, "a table of strings"))?;
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    let argument = |(name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>)| {
        let key = format!("args.{}", name.get_ref());
        if name.get_ref().trim().is_empty() {
            return Err((name.span(), ConfigErrorKind::Empty(key)));
        }
        // An empty value is one that a build can be given.
        let text = value.get_ref().as_str().ok_or_else(|| wrong_type(&key, value, "a string (in quotes)"))?;
        Ok((name.get_ref().to_string(), text.to_owned()))
    };
    entries.into_iter().map(argument).collect()
}

fn image(value: &Spanned<DeValue<'_>>) -> Result<Reference, Fault> {
    let image = Reference::parse(text("image", value)?).map_err(|error| fault(value, ConfigErrorKind::Image(error)))?;
    if image.tag().is_some() || image.digest().is_some() {
        return Err(fault(value, ConfigErrorKind::ImageWithTag));
    }
    Ok(image)
}

/// The line, from 1, of the byte at `position`.
fn line_of(text: &[u8], position: usize) -> usize {
    1 + text.iter().take(position).filter(|&&byte| byte == b'\n').count()
}

/// The known key that takes the fewest edits to make of `key`; of several, the first.
fn nearest(key: &str) -> &'static str {
    let key = key.to_lowercase();
    KEYS.into_iter().min_by_key(|known| edits(&key, known)).expect("there are keys")
}

/// How many letters to add, remove or replace to make `to` of `from`.
fn edits(from: &str, to: &str) -> usize {
    // The distances from what has been read of `from` to every beginning of `to`.
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut last = index + 1;
        let mut next = vec![last];
        for ((other, replace), remove) in to.chars().zip(&row).zip(row.iter().skip(1)) {
            last = (replace + usize::from(letter != other)).min(remove + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;

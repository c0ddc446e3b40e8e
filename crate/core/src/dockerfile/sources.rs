//! Where an instruction reads the context, and which files that are (BuildKit's `dockerfile2llb/convert_copy.go`, which
//! prepares a copy, and fsutil's `copy/copy.go`, which does it).

use std::sync::Arc;

use crate::dockerignore::{Pattern, Rules, clean, prefixes};

/// One place in a Dockerfile at which the build reads files of its context.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ContextSource {
    /// The line on which the instruction begins, counted from 1.
    pub line: usize,
    /// `COPY`, `ADD`, `RUN --mount`, or `FROM` where only the base image says what is read.
    pub instruction: &'static str,
    /// The source as it is written: a word of COPY or ADD, the value of a `--mount`.
    pub text: String,
    /// What it reads.
    pub path: SourcePath,
    /// The folder from which `--exclude` patterns count. A wildcard finds its own.
    pub(super) root: String,
    pub(super) excludes: Arc<Excludes>,
}

/// What a source reads.
#[derive(Clone, Debug)]
pub enum SourcePath {
    /// This file, or this folder and all that is below. Relative to the root of the context and cleaned; `""` is the whole
    /// context.
    Literal(String),
    /// What matches a pattern, and all that is below what matches.
    Wildcard(WildcardPattern),
    /// Any file: the path cannot be known.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// The patterns of `--exclude`, as written and compiled.
#[derive(Debug, Default)]
pub(super) struct Excludes {
    pub(super) texts: Vec<String>,
    rules: Rules,
}

impl Excludes {
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let texts: Vec<String> = texts.map(str::to_owned).collect();
        Self { rules: Rules::new(&texts), texts }
    }
}

/// A source with wildcards.
///
/// `COPY a/b*/*.txt` looks for paths that Go's `filepath.Match` finds below its [`literal_folder`](Self::literal_folder); `**` has
/// no special meaning there. With `--parents` the source is a pattern of moby's `patternmatcher`, in which it has, and a `/./` in
/// the source separates the folder to search (found by `filepath.Match`) from that pattern.
#[derive(Clone, Debug)]
pub struct WildcardPattern {
    /// Where the search begins.
    folder: String,
    /// Which paths below it are taken, or searched with `include`; `None` is the folder itself.
    found: Option<Pattern>,
    /// With `--parents`: which paths below what is found are taken.
    include: Option<Pattern>,
    /// The folders before the first wildcard.
    literal: String,
}

impl WildcardPattern {
    /// The folders before the first wildcard, `""` if there are none: nothing outside of them is read.
    ///
    /// ```
    /// # use repin::dockerfile::{Dockerfile, SourcePath};
    /// let dockerfile = Dockerfile::parse(b"FROM scratch\nCOPY conf/env/*.yml /")?;
    /// let used = dockerfile.context_use(&Default::default());
    /// let SourcePath::Wildcard(pattern) = &used.sources[0].path else { panic!() };
    /// assert_eq!(pattern.literal_folder(), "conf/env");
    /// # Ok::<(), repin::dockerfile::DockerfileError>(())
    /// ```
    pub fn literal_folder(&self) -> &str {
        &self.literal
    }

    /// Whether the pattern takes the file at `path`: it matches the path, or a folder that the path is in.
    pub fn matches(&self, path: &[u8]) -> bool {
        self.taken_below(path).is_some()
    }

    /// What of `path` is below the file or folder that the copy begins at, if the path is taken.
    fn taken_below<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        let rest = below(path, &self.folder)?;
        let Some(pattern) = &self.found else {
            return self.includes(rest).then_some(rest);
        };
        // A folder that matches is not searched for more.
        let found = prefixes(rest).find(|prefix| pattern.matches(prefix))?;
        let rest = rest.get(found.len()..).unwrap_or_default();
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        self.includes(rest).then_some(rest)
    }

    /// Whether `--parents` lets it through; what was found itself always is.
    fn includes(&self, rest: &[u8]) -> bool {
        let include = self.include.as_ref();
        rest.is_empty() || include.is_none_or(|include| prefixes(rest).any(|prefix| include.matches(prefix)))
    }

    /// The part of the folder `dir` that is below what the copy begins at: `Err(false)` if nothing below `dir` can be found,
    /// `Err(true)` if something may be found there that is not found yet.
    fn dir_below<'p>(&self, dir: &'p [u8]) -> Result<&'p [u8], bool> {
        let Some(rest) = below(dir, &self.folder) else {
            return Err(below(self.folder.as_bytes(), &String::from_utf8_lossy(dir)).is_some());
        };
        let Some(pattern) = &self.found else { return Ok(rest) };
        match prefixes(rest).find(|prefix| pattern.matches(prefix)) {
            Some(found) => {
                let rest = rest.get(found.len()..).unwrap_or_default();
                Ok(rest.strip_prefix(b"/").unwrap_or(rest))
            }
            None => Err(pattern.may_match_below(rest)),
        }
    }
}

impl ContextSource {
    /// The patterns of its `--exclude` flags, as written: moby's `patternmatcher` over paths below what is copied.
    pub fn excludes(&self) -> &[String] {
        &self.excludes.texts
    }

    /// The same place, reading the file or folder that a link on the way leads to.
    pub(crate) fn led_to(&self, path: &str) -> Self {
        Self { path: SourcePath::Literal(path.to_owned()), root: path.to_owned(), ..self.clone() }
    }

    /// Whether it reads the file or folder at `path`, relative to the root of the context, without `.`, `..` or a `/` at either
    /// end. `.dockerignore` is not considered. An unknown source may read everything, and so is said to.
    ///
    /// A file that is itself the source is read whatever `--exclude` says: fsutil compares the patterns only with what is below
    /// the source.
    pub fn reads(&self, path: &[u8]) -> bool {
        let rest = match &self.path {
            SourcePath::Literal(literal) => below(path, literal).and_then(|_| below(path, &self.root)),
            SourcePath::Wildcard(pattern) => pattern.taken_below(path),
            SourcePath::Unknown { .. } => return true,
        };
        rest.is_some_and(|rest| !self.excludes.rules.matches(rest))
    }

    /// Whether it can read anything below the folder `dir` (`""` is the root of the context); false is certain.
    pub fn may_read_below(&self, dir: &[u8]) -> bool {
        let rest = match &self.path {
            SourcePath::Unknown { .. } => return true,
            SourcePath::Literal(literal) => match below(dir, literal) {
                Some(_) => below(dir, &self.root),
                None => return dir.is_empty() || below(literal.as_bytes(), &String::from_utf8_lossy(dir)).is_some(),
            },
            SourcePath::Wildcard(pattern) => match pattern.dir_below(dir) {
                Err(may) => return may,
                Ok(rest) => match &pattern.include {
                    Some(include) if !pattern.includes(rest) || rest.is_empty() => {
                        return include.may_match_below(rest) && self.excludes.rules.may_miss_below(rest);
                    }
                    _ => Some(rest),
                },
            },
        };
        rest.is_some_and(|rest| self.excludes.rules.may_miss_below(rest))
    }

    /// Whether it reads everything below the folder `dir` (`""` is the root of the context); true is certain.
    pub fn reads_all_below(&self, dir: &[u8]) -> bool {
        let rest = match &self.path {
            SourcePath::Unknown { .. } => None,
            SourcePath::Literal(literal) => below(dir, literal).and_then(|_| below(dir, &self.root)),
            SourcePath::Wildcard(pattern) => match pattern.dir_below(dir) {
                Ok(rest) if pattern.include.is_none() || (!rest.is_empty() && pattern.includes(rest)) => Some(rest),
                _ => None,
            },
        };
        rest.is_some_and(|rest| !self.excludes.rules.may_match_below(rest))
    }
}

/// What of `path` is below `folder`; `""` for the folder itself, `None` if it is neither.
fn below<'p>(path: &'p [u8], folder: &str) -> Option<&'p [u8]> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder.as_bytes())?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}

/// A path from the root of the context, as docker cleans it: `..` ends at the root, `""` is the root.
fn from_root(path: &str) -> String {
    clean(&format!("/{path}")).trim_start_matches('/').to_owned()
}

/// The source of a bind mount, in which nothing is a wildcard.
pub(super) fn mounted(path: &str) -> SourcePath {
    SourcePath::Literal(from_root(path))
}

/// The source of a COPY or ADD, and the folder its excludes count from.
pub(super) fn copied(path: &str) -> (SourcePath, String) {
    let path = from_root(path);
    let (folder, pattern) = split_wildcards(&path);
    if pattern.is_empty() {
        return (SourcePath::Literal(path.clone()), path);
    }
    let literal = folder.clone();
    let path = match Pattern::go(&pattern) {
        Ok(found) => SourcePath::Wildcard(WildcardPattern { folder, found: Some(found), include: None, literal }),
        Err(error) => SourcePath::Unknown { why: format!("the pattern is broken: {error}") },
    };
    (path, String::new())
}

/// The source of a `COPY --parents`, and the folder its excludes count from.
pub(super) fn copied_with_parents(path: &str) -> (SourcePath, String) {
    let (root, pattern) = path.split_once("/./").unwrap_or(("", path));
    let root = from_root(root);
    let pattern = from_root(pattern);
    let (folder, wildcards) = split_wildcards(&root);
    if pattern.is_empty() {
        // BuildKit makes no pattern of this, and then copies nothing; other builders copy the folder.
        return copied(&root);
    }
    let found = match wildcards.as_str() {
        "" => Ok(None),
        _ => Pattern::go(&wildcards).map(Some),
    };
    let include = match pattern.strip_prefix('!') {
        // An exception to nothing: BuildKit copies no file for it.
        Some(_) => return (SourcePath::Unknown { why: "with --parents, a ! is no part of a name".to_owned() }, root),
        None => Pattern::moby(&pattern),
    };
    let path = match (found, include) {
        (Ok(None), Ok(include)) if include.is_exact() => {
            let separator = if root.is_empty() { "" } else { "/" };
            return (SourcePath::Literal(format!("{root}{separator}{pattern}")), root);
        }
        (Ok(found), Ok(include)) => {
            let mut literal = folder.clone();
            if found.is_none() {
                for part in pattern.split('/').take_while(|part| !part.contains(['*', '?', '[', ']', '\\'])) {
                    if !literal.is_empty() {
                        literal.push('/');
                    }
                    literal.push_str(part);
                }
            }
            SourcePath::Wildcard(WildcardPattern { folder, found, include: Some(include), literal })
        }
        (Err(error), _) | (_, Err(error)) => SourcePath::Unknown { why: format!("the pattern is broken: {error}") },
    };
    (path, String::new())
}

/// The folders before the first part with a wildcard, taken as they are, and the rest (`splitWildcards` of `copy.go`).
fn split_wildcards(path: &str) -> (String, String) {
    let parts: Vec<&str> = path.split('/').collect();
    let first = parts.iter().position(|part| has_wildcard(part)).unwrap_or(parts.len());
    let (literal, pattern) = parts.split_at(first);
    (literal.join("/"), pattern.join("/"))
}

fn has_wildcard(part: &str) -> bool {
    let mut chars = part.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' | '?' | '[' => return true,
            '\\' => _ = chars.next(),
            _ => {}
        }
    }
    false
}

/// Whether the source of an ADD is fetched from elsewhere, judged by how it begins (`dfgitutil.ParseGitRef`, `isHTTPSource`).
pub(super) fn is_remote(source: &str) -> bool {
    if let Some((scheme, _)) = source.split_once("://") {
        return ["http", "https", "git", "ssh"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    }
    // user@host:path
    source.split_once('@').is_some_and(|(user, rest)| {
        let word = |text: &str, other: &str| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || other.contains(c))
        };
        word(user, "-_") && rest.split_once(':').is_some_and(|(host, _)| word(host, "-."))
    })
}

/// Whether the address names one commit, so that what it serves cannot change.
pub(super) fn is_fixed(source: &str) -> bool {
    let hex = |text: &str| matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let fragment = source.split_once('#').map_or("", |(_, fragment)| fragment);
    let query = source.split_once('?').map_or("", |(_, query)| query.split('#').next().unwrap_or_default());
    hex(fragment.split(':').next().unwrap_or_default())
        || query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .any(|(key, value)| matches!(key, "checksum" | "commit") && hex(value))
}

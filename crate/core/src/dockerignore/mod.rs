//! `.dockerignore`: which files of a build context docker never sees.
//!
//! # The language
//! One pattern a line (moby's `ignorefile.go`):
//! - a byte order mark at the start is dropped; a line that begins with `#` is a comment, one with a space before its `#` is not;
//! - white space around a pattern is dropped, also behind `!`; blank lines say nothing;
//! - a path is cleaned as Go's `filepath.Clean` does (`./a//b/../c/` is `a/c`); a `/` at the start is dropped; `.` says nothing;
//! - `!` makes a pattern an exception: what it matches is in the context again.
//!
//! In a pattern (moby's `patternmatcher.go`) `*` and `?` match anything but `/`, `[a-z]` and `[^a-z]` a class, `\` takes the next
//! character as it is, and `**` any number of folders: `**/a` matches `a` and `x/y/a`, `a/**` all below `a`. A pattern is matched
//! against whole paths from the root of the context: `*.pyc` matches only at the top.
//!
//! # What is excluded
//! The last pattern that matches a file, or a folder that it is in, decides. Docker walks the tree from the top and carries along
//! which patterns have matched a folder (`MatchesUsingParentResults`, called from fsutil's `filter.go`); on the way it skips the
//! patterns that could not change the folder's own fate. Both are followed here, because the outcome differs: with the patterns
//! `**`, `!a/b/c`, `a` the file `a/b/c` is in the context, since `a` was not looked at when it would have matched.
//!
//! ```
//! use repin::dockerignore::Dockerignore;
//! let ignore = Dockerignore::parse(b"# data stays out\ndata\n!data/README.md\n**/*.pyc\n");
//! assert!(ignore.excludes(b"data/big.csv"));
//! assert!(!ignore.excludes(b"data/README.md"));
//! assert!(ignore.excludes(b"src/lib/x.pyc"));
//! ```

mod pattern;

use std::borrow::Cow;

pub(crate) use pattern::Pattern;
pub use pattern::PatternError;

/// The patterns of a `.dockerignore` file. The default has none and excludes nothing.
#[derive(Clone, Debug, Default)]
pub struct Dockerignore {
    rules: Rules,
    problems: Vec<Problem>,
}

/// A line of a `.dockerignore` that cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its number, counted from 1.
    pub line: usize,
    /// The pattern, and what is wrong with it.
    pub message: String,
}

/// A pattern that keeps something out of the context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decider<'i> {
    /// Its line, counted from 1.
    pub line: usize,
    /// The pattern, cleaned.
    pub text: &'i str,
}

impl Dockerignore {
    /// Reads a `.dockerignore` file.
    ///
    /// A pattern that docker refuses (it then builds nothing) is left out and listed in [`problems`](Self::problems). So is one
    /// that docker takes but reads by an accident that is not followed here, like `[a*]`; if it is an exception (`!`), it then
    /// counts as one for every path: rather a file too many than one too few.
    pub fn parse(text: &[u8]) -> Self {
        let mut ignore = Self::default();
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        for (line, bytes) in (1..).zip(text.split(|&byte| byte == b'\n')) {
            if bytes.starts_with(b"#") {
                continue;
            }
            let text = String::from_utf8_lossy(bytes);
            let text = text.trim();
            let (negated, path) = text.strip_prefix('!').map_or((false, text), |path| (true, path.trim()));
            if text.is_empty() {
                continue;
            }
            let cleaned = if path.is_empty() { Cow::Borrowed("") } else { clean(path) };
            let path = cleaned.strip_prefix('/').filter(|path| !path.is_empty()).unwrap_or(&cleaned);
            if let Err(error) = ignore.rules.push(negated, path, line) {
                ignore.problems.push(Problem { line, message: format!("{text:?}: {error}") });
            }
        }
        ignore
    }

    /// Whether the file or folder at `path` stays out of the context. `path` is relative to the context's root, without `.`, `..`
    /// or a `/` at either end. The root itself is never excluded.
    pub fn excludes(&self, path: &[u8]) -> bool {
        self.rules.matches(path)
    }

    /// The pattern for which the file or folder at `path` stays out of the context; `None` where it is in it.
    ///
    /// ```
    /// # use repin::dockerignore::Dockerignore;
    /// let ignore = Dockerignore::parse(b"# big\ndata\n*.md\n!data/a\n");
    /// let by = ignore.decider(b"data/b").expect("it is excluded");
    /// assert_eq!((by.line, by.text), (2, "data"));
    /// assert_eq!(ignore.decider(b"data/a"), None);
    /// ```
    pub fn decider(&self, path: &[u8]) -> Option<Decider<'_>> {
        let rule = self.rules.decider(path)?;
        Some(Decider { line: rule.line, text: &rule.text })
    }

    /// Whether anything below the folder `dir` can be in the context; false is certain. `""` is the root.
    pub fn may_include_below(&self, dir: &[u8]) -> bool {
        self.rules.may_miss_below(dir)
    }

    /// Whether anything below the folder `dir` can be excluded; false is certain. `""` is the root.
    pub fn may_exclude_below(&self, dir: &[u8]) -> bool {
        self.rules.may_match_below(dir)
    }

    /// The patterns in force, cleaned, exceptions with their `!`.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.rules.0.iter().map(|rule| rule.text.as_str())
    }

    /// The lines that were not followed.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

/// Whether one pattern of a `.dockerignore` or of `COPY --exclude` matches `path` or a folder that it is in.
///
/// # Errors
/// If docker refuses the pattern, or reads it by an accident that is not followed here.
///
/// ```
/// use repin::dockerignore::pattern_matches;
/// assert!(pattern_matches("**/*.txt", b"docs/a/b.txt")?);
/// assert!(pattern_matches("docs", b"docs/a/b.txt")?, "a matched folder goes with all that is below");
/// assert!(!pattern_matches("*.txt", b"docs/b.txt")?);
/// assert!(pattern_matches("[", b"a").is_err());
/// # Ok::<(), repin::dockerignore::PatternError>(())
/// ```
pub fn pattern_matches(pattern: &str, path: &[u8]) -> Result<bool, PatternError> {
    let pattern = Pattern::moby(&clean(pattern.trim()))?;
    Ok(prefixes(path).any(|path| pattern.matches(path)))
}

/// The path and the folders it is in, from the top.
pub(crate) fn prefixes(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = path.iter().enumerate().filter_map(|(at, &byte)| (byte == b'/').then_some(at));
    ends.chain((!path.is_empty()).then_some(path.len())).filter_map(|end| path.get(..end))
}

/// `path` as Go's `path.Clean` returns it: no `//`, no `.`, `..` resolved where something is before it.
pub(crate) fn clean(path: &str) -> Cow<'_, str> {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => _ = parts.pop(),
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => Cow::Owned(format!("/{joined}")),
        (false, true) => Cow::Borrowed("."),
        (false, false) => Cow::Owned(joined),
    }
}

#[derive(Clone, Debug)]
struct Rule {
    /// `None` matches everything.
    pattern: Option<Pattern>,
    negated: bool,
    text: String,
    /// Its line in the file, counted from 1.
    line: usize,
}

impl Rule {
    fn matches(&self, path: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.matches(path))
    }

    fn may_match_below(&self, dir: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.may_match_below(dir))
    }
}

/// A list of patterns of which the last that matches decides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

impl Rules {
    /// The rules of patterns as `COPY --exclude` takes them: trimmed and cleaned, but a `/` at the start stays and then matches
    /// nothing (`patternmatcher.New`). A pattern that is broken is left out.
    pub(crate) fn new<'p>(patterns: impl IntoIterator<Item = &'p String>) -> Self {
        let mut rules = Self::default();
        for pattern in patterns {
            let pattern = pattern.trim();
            if !pattern.is_empty() {
                let cleaned = clean(pattern);
                let (negated, path) = cleaned.strip_prefix('!').map_or((false, &*cleaned), |path| (true, path));
                // What is wrong with it would stop the build: there is no image then that this could lose.
                _ = rules.push(negated, path, 0);
            }
        }
        rules
    }

    fn push(&mut self, negated: bool, path: &str, line: usize) -> Result<(), PatternError> {
        let text = if negated { format!("!{path}") } else { path.to_owned() };
        let pattern = if path.is_empty() {
            Err(PatternError { message: "an exception without a pattern", unsupported: false })
        } else {
            Pattern::moby(path)
        };
        match pattern {
            Ok(pattern) => self.0.push(Rule { pattern: Some(pattern), negated, text, line }),
            Err(error) => {
                if error.unsupported && negated {
                    self.0.push(Rule { pattern: None, negated, text, line });
                }
                return Err(error);
            }
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `path` is matched by the rules, walked to from the top.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        self.decider(path).is_some()
    }

    /// The rule by which `path` is matched, if it is.
    fn decider(&self, path: &[u8]) -> Option<&Rule> {
        let mut seen = vec![false; self.0.len()];
        let mut decider = None;
        if self.is_empty() {
            return None;
        }
        for path in prefixes(path) {
            decider = None;
            for (rule, seen) in self.0.iter().zip(&mut seen) {
                if !*seen {
                    if rule.negated != decider.is_some() {
                        continue;
                    }
                    *seen = rule.matches(path);
                }
                if *seen {
                    decider = (!rule.negated).then_some(rule);
                }
            }
        }
        decider
    }

    /// Whether anything below `dir` can be matched; false is certain.
    pub(crate) fn may_match_below(&self, dir: &[u8]) -> bool {
        // Below a folder that is not matched, only a pattern that matches there anew can change that.
        self.matches(dir) || self.0.iter().any(|rule| !rule.negated && rule.may_match_below(dir))
    }

    /// Whether anything below `dir` can be left unmatched; false is certain.
    pub(crate) fn may_miss_below(&self, dir: &[u8]) -> bool {
        !self.matches(dir) || self.0.iter().any(|rule| rule.negated && rule.may_match_below(dir))
    }
}

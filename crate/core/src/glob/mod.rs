//! Path patterns, with the meaning GitLab gives to those of a `changes:` list.
//!
//! GitLab asks Ruby, for every pattern and every changed path:
//! `File.fnmatch?(pattern, path, FNM_PATHNAME | FNM_DOTMATCH | FNM_EXTGLOB)`, in its
//! `lib/gitlab/ci/build/policy/changes.rb` for `only` and `except`, in its
//! `lib/gitlab/ci/build/rules/rule/clause/changes.rb` for `rules`. This module answers as Ruby does (`fnmatch`,
//! `fnmatch_helper`, `bracket` and `ruby_brace_expand` in its `dir.c`): any other reading of a pattern finds another
//! image than the one that the project's CI builds.
//!
//! # The language
//!
//! A pattern is compared with the *whole* path, from the root of the repository, as a string: nothing is normalised, so
//! `./a`, `/a` and `a//b` match no path of a repository, and `docker/` matches no file. A character is a UTF-8
//! character; a byte that is not part of one counts as one character. Case matters. A leading dot is ordinary.
//!
//! **Braces** come first: a pattern stands for all texts that come from taking, for each pair of braces, one of the
//! alternatives between them, and matches what one of those texts matches.
//!
//! | | |
//! |---|---|
//! | `{a,b}` | `a` or `b`; may be nested, and alternatives may be empty. Not a range: `{a..c}` is the text `a..c` |
//! | `{a` | a brace that is not closed: the whole pattern matches nothing |
//! | `}` `,` | outside braces, themselves |
//!
//! **Then**, in each text:
//!
//! | | |
//! |---|---|
//! | `?` | one character except `/` |
//! | `*` | any number of characters except `/`; several in a row are the same as one |
//! | `**/` | at the start of a path segment, exactly so: any number of whole segments, also none |
//! | `**` | anywhere else, also at the end, `*`: `docker/**` matches `docker/a`, but not `docker/a/b` |
//! | `[abc]` | one of these characters; never `/`, even if it is named |
//! | `[a-c]` | one from this range of code points. Upside down (`[c-a]`) only its two ends. A `-` at the end stands for itself |
//! | `[!a]` `[^a]` | one that is not in the set, except `/` |
//! | `[]` | the empty set, which matches nothing; so `[]a]` is that, and not a set with `]`. `[!]` matches any one |
//! | `[a` | a set that is not closed: this text matches nothing |
//! | `\x` | the character `x` itself, also inside braces and sets; `\/` is a `/`, a backslash at the end is nothing |
//!
//! Where Ruby raises an error, this module answers: a NUL in a pattern makes it match nothing, and a byte that is no
//! character is in no range.
//!
//! # How it is matched
//!
//! [globset] does the matching wherever its language says the same or the pattern can be rewritten in it;
//! what it cannot say (or not for this path, such as `?` before an `é`) is matched by a small machine of our own. That
//! machine takes work in proportion to the length of the pattern and of the path, whatever the pattern, and never
//! writes braces out; up to 1,000 alternatives a pattern are written out for globset's sake. Which one matches never
//! changes the answer.

mod literals;
mod machine;
mod matcher;
mod parse;
mod plain;
#[cfg(test)]
mod recorded;
mod set;
#[cfg(test)]
mod tests;

use matcher::Matcher;

/// One pattern of a `changes:` list.
///
/// ```
/// use repin::glob::Glob;
///
/// let glob = Glob::new("{Dockerfile,docker/**/*.sh}");
/// assert!(glob.matches("docker/install/r.sh"));
/// assert!(!glob.matches("old/Dockerfile"));
/// // One level only, as in GitLab.
/// assert!(!Glob::new("docker/**").matches("docker/install/r.sh"));
/// ```
#[derive(Clone, Debug)]
pub struct Glob {
    pattern: String,
    matcher: Matcher,
}

impl Glob {
    /// Reads a pattern. Every text is one: as in Ruby, a broken pattern matches nothing.
    ///
    /// ```
    /// # use repin::glob::Glob;
    /// assert!(!Glob::new("{a,b").matches("a"));
    /// ```
    pub fn new(pattern: &str) -> Glob {
        Glob { pattern: pattern.to_owned(), matcher: Matcher::new([pattern]) }
    }

    /// Whether the pattern matches this whole path.
    pub fn matches(&self, path: &str) -> bool {
        self.matches_bytes(path.as_bytes())
    }

    /// Whether the pattern matches this whole path, which need not be UTF-8, as git's paths need not.
    ///
    /// ```
    /// # use repin::glob::Glob;
    /// assert!(Glob::new("?.R").matches_bytes(b"\xff.R"));
    /// assert!(Glob::new("?.R").matches_bytes("é.R".as_bytes()));
    /// ```
    pub fn matches_bytes(&self, path: &[u8]) -> bool {
        self.matcher.is_match(path)
    }

    /// The pattern as it was given.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// All paths that the pattern can match, each once and in its order, if none of its texts has a wildcard
    /// (`*`, `?`, `[`); `Some` and empty if it is broken. `None` if they are not a finite list, or one of more than
    /// about 1,000 paths.
    ///
    /// ```
    /// # use repin::glob::Glob;
    /// let paths = |pattern| Glob::new(pattern).literals();
    /// assert_eq!(paths(r"{a,b}/c\*"), Some(vec!["a/c*".to_owned(), "b/c*".to_owned()]));
    /// assert_eq!(paths("{a"), Some(vec![]));
    /// assert_eq!(paths("{a,*.yml}"), None);
    /// ```
    pub fn literals(&self) -> Option<Vec<String>> {
        self.matcher.literals()
    }
}

/// Several patterns at once: a path matches if one of them matches it.
///
/// ```
/// use repin::glob::Globs;
///
/// let inputs = Globs::new(["Dockerfile", "*.yml", "docker/**/*"]);
/// assert!(inputs.matches("docker/r/install.sh"));
/// assert!(!inputs.matches("src/environment.yml"));
/// ```
#[derive(Clone, Debug)]
pub struct Globs {
    patterns: Vec<String>,
    matcher: Matcher,
}

impl Globs {
    /// Reads patterns; a broken one matches nothing and leaves the others as they are.
    pub fn new<S: AsRef<str>>(patterns: impl IntoIterator<Item = S>) -> Globs {
        let patterns: Vec<String> = patterns.into_iter().map(|pattern| pattern.as_ref().to_owned()).collect();
        let matcher = Matcher::new(patterns.iter().map(String::as_str));
        Globs { patterns, matcher }
    }

    /// Whether a pattern matches this whole path.
    pub fn matches(&self, path: &str) -> bool {
        self.matches_bytes(path.as_bytes())
    }

    /// Whether a pattern matches this whole path, which need not be UTF-8.
    pub fn matches_bytes(&self, path: &[u8]) -> bool {
        self.matcher.is_match(path)
    }

    /// Whether there may be paths below this folder that match: false only if there can be none. The folder is given
    /// without a `/` at the end; the root is empty.
    ///
    /// It is what keeps a walk over a tree out of folders:
    ///
    /// ```
    /// # use repin::glob::Globs;
    /// let inputs = Globs::new(["Dockerfile", "docker/**/*.sh"]);
    /// assert!(inputs.may_match_below(b"docker/r"));
    /// assert!(!inputs.may_match_below(b"src"));
    /// ```
    pub fn may_match_below(&self, dir: &[u8]) -> bool {
        self.matcher.may_match_below(dir)
    }

    /// The patterns as they were given.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(String::as_str)
    }

    /// All paths that the patterns can match, each once, as [`Glob::literals`] has them; `None` if one of the patterns
    /// has none.
    pub fn literals(&self) -> Option<Vec<String>> {
        self.matcher.literals()
    }
}

//! Tag schemes: which tags of a registry repository name a commit, and which one.
//!
//! A job pushes an image under one or more tags. Each tag has a [`Form`]: text, the commit's id or the beginning of it,
//! the name of a git tag or of a branch. A form that holds the commit's id or is made of a git tag's name *names* a
//! commit; every other one (`latest`, a branch's name, a pipeline's number) is *floating*: the next build moves it.
//!
//! ```
//! use repin::scheme::{Named, TagScheme};
//!
//! let scheme: TagScheme = "v$CI_COMMIT_SHORT_SHA-dev".parse()?;
//! assert_eq!(scheme.read("v0a1b2c3d-dev"), Some(Named::Commit { prefix: "0a1b2c3d".into() }));
//! assert_eq!(scheme.read("v0A1B2C3D-dev"), None, "tags are compared exactly");
//! assert_eq!(scheme.read("0a1b2c3d"), None);
//! # Ok::<(), repin::scheme::ParseFormError>(())
//! ```

use std::fmt;
use std::str::FromStr;

use crate::Oid;

/// The greatest length of a tag (OCI distribution specification: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`).
pub const MAX_TAG: usize = 128;

/// A part of a tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Part {
    /// These characters.
    Literal(String),
    /// The commit's id, cut to so many hexadecimal digits. `min` and `max` differ where git itself chooses the length
    /// (`git rev-parse --short`).
    Sha {
        /// The fewest digits.
        min: usize,
        /// The most digits, at most 40.
        max: usize,
    },
    /// The name of a git tag (`CI_COMMIT_TAG`).
    GitTag,
    /// The name of the branch or tag (`CI_COMMIT_REF_NAME`).
    RefName,
    /// The name of the branch or tag as it can stand in a host name (`CI_COMMIT_REF_SLUG`).
    RefSlug,
    /// Something that the CI file does not decide, as it is written there.
    Unknown(String),
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Literal(text) | Part::Unknown(text) => f.write_str(text),
            Part::Sha { min: 40, .. } => f.write_str("$CI_COMMIT_SHA"),
            Part::Sha { min, max } if min == max => write!(f, "$CI_COMMIT_SHA[0..{min}]"),
            Part::Sha { min, max } => write!(f, "$CI_COMMIT_SHA[0..{min}-{max}]"),
            Part::GitTag => f.write_str("$CI_COMMIT_TAG"),
            Part::RefName => f.write_str("$CI_COMMIT_REF_NAME"),
            Part::RefSlug => f.write_str("$CI_COMMIT_REF_SLUG"),
        }
    }
}

impl Part {
    /// How many bytes of a tag this part can be, and which.
    fn accepts(&self) -> (usize, usize, fn(u8) -> bool) {
        let tag: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        match self {
            Part::Literal(text) => (text.len(), text.len(), |_| true),
            Part::Sha { min, max } => (*min, *max, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            Part::RefSlug => (1, 63, |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-')),
            Part::GitTag | Part::RefName => (1, MAX_TAG, tag),
            Part::Unknown(_) => (0, MAX_TAG, tag),
        }
    }
}

/// What one tag looks like: its parts in order.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct Form {
    parts: Vec<Part>,
}

impl Form {
    /// The form with these parts; neighbouring literals become one.
    ///
    /// ```
    /// use repin::scheme::{Form, Part};
    /// let form = Form::new([Part::Literal("sha-".into()), Part::Sha { min: 7, max: 7 }]);
    /// assert_eq!(form.to_string(), "sha-$CI_COMMIT_SHA[0..7]");
    /// assert!(form.names_commits());
    /// ```
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut form = Self::default();
        for part in parts {
            match (form.parts.last_mut(), part) {
                (_, Part::Literal(text)) if text.is_empty() => {}
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => form.parts.push(part),
            }
        }
        form
    }

    /// Its parts.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether a tag of this form names a commit: it holds the commit's id, or it is made of nothing but text and a
    /// git tag's name.
    pub fn names_commits(&self) -> bool {
        self.has_sha()
            || (self.parts.contains(&Part::GitTag)
                && self.parts.iter().all(|part| matches!(part, Part::GitTag | Part::Literal(_))))
    }

    fn has_sha(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Sha { .. }))
    }

    /// The commit that a tag names, if the tag has this form and can be read in one way only.
    ///
    /// ```
    /// use repin::scheme::{Form, Named};
    /// let form: Form = "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHA[0..7]".parse()?;
    /// assert_eq!(form.read("main-0a1b2c3"), Some(Named::Commit { prefix: "0a1b2c3".into() }));
    /// assert_eq!(form.read("0a1b2c3"), None);
    /// # Ok::<(), repin::scheme::ParseFormError>(())
    /// ```
    pub fn read(&self, tag: &str) -> Option<Named> {
        if !self.names_commits() || tag.is_empty() || tag.len() > MAX_TAG || self.parts.len() > MAX_TAG {
            return None;
        }
        // The digits are in the part that holds the most of them; without one, the git tag's name is what matters.
        let digits = |part: &Part| if let Part::Sha { max, .. } = part { Some(*max) } else { None };
        let (at, part) = self.parts.iter().enumerate().rev().max_by_key(|(_, part)| match part {
            Part::GitTag => 0,
            part => digits(part).map_or(-1, |max| i32::try_from(max).unwrap_or(i32::MAX)),
        })?;
        let found = self.only_reading(tag, at)?.to_owned();
        match part {
            Part::Sha { .. } => Some(Named::Commit { prefix: found }),
            _ => Some(Named::GitTag(found)),
        }
    }

    /// The text that part number `at` has in `tag`, if every way to read the tag gives the same one.
    fn only_reading<'t>(&self, tag: &'t str, at: usize) -> Option<&'t str> {
        let (before, rest) = self.parts.split_at_checked(at)?;
        let (part, after) = rest.split_first()?;
        let starts = reach(before.iter(), tag.as_bytes(), false);
        let ends = reach(after.iter().rev(), tag.as_bytes(), true);
        let mut found: Option<&str> = None;
        for (start, _) in starts.iter().enumerate().filter(|(_, reached)| **reached) {
            for (end, _) in ends.iter().enumerate().skip(start).filter(|(_, reached)| **reached) {
                let Some(text) = tag.get(start..end) else { continue };
                let (min, max, legal) = part.accepts();
                if (min..=max).contains(&text.len()) && text.bytes().all(legal) {
                    if found.is_some_and(|other| other != text) {
                        return None;
                    }
                    found = Some(text);
                }
            }
        }
        found
    }

    /// The tag of this form for a commit; `None` where a part is not known, or the result is no legal tag.
    pub fn fill(&self, commit: &CommitNames<'_>) -> Option<String> {
        let mut tag = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => tag.push_str(text),
                Part::Sha { min, .. } => tag.push_str(&commit.id.abbreviated(*min)),
                Part::GitTag => tag.push_str(commit.git_tag?),
                Part::RefName => tag.push_str(commit.ref_name?),
                Part::RefSlug => tag.push_str(&slug(commit.ref_name?)),
                Part::Unknown(_) => return None,
            }
        }
        is_tag(&tag).then_some(tag)
    }
}

/// Which positions of `tag` can be reached from one of its ends with these parts.
fn reach<'p>(parts: impl Iterator<Item = &'p Part>, tag: &[u8], backwards: bool) -> Vec<bool> {
    let mut reached = vec![false; tag.len() + 1];
    if let Some(first) = if backwards { reached.last_mut() } else { reached.first_mut() } {
        *first = true;
    }
    for part in parts {
        let (min, max, legal) = part.accepts();
        let mut next = vec![false; tag.len() + 1];
        for from in (0..=tag.len()).filter(|&from| reached.get(from) == Some(&true)) {
            for length in min..=max {
                let range = if backwards {
                    from.checked_sub(length).map(|start| start..from)
                } else {
                    Some(from..from + length)
                };
                let Some((range, text)) = range.and_then(|range| Some((range.clone(), tag.get(range)?))) else { break };
                let fits = match part {
                    Part::Literal(literal) => literal.as_bytes() == text,
                    _ => text.iter().all(|&byte| legal(byte)),
                };
                let to = if backwards { range.start } else { range.end };
                if fits && let Some(to) = next.get_mut(to) {
                    *to = true;
                }
            }
        }
        reached = next;
    }
    reached
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| part.fmt(f))
    }
}

/// The text is no form of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseFormError {
    text: String,
}

impl fmt::Display for ParseFormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no form of a tag: write text and variables, as in `v$CI_COMMIT_SHORT_SHA`", self.text)
    }
}

impl std::error::Error for ParseFormError {}

/// Reads a form as it stands in a CI file, or as [`Display`](fmt::Display) writes it: text with `$NAME`, `${NAME}`,
/// `${CI_COMMIT_SHA:0:7}` and `$CI_COMMIT_SHA[0..7]`. Other variables are [`Part::Unknown`].
impl FromStr for Form {
    type Err = ParseFormError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).filter(|form| !form.parts.is_empty()).ok_or_else(|| ParseFormError { text: text.to_owned() })
    }
}

fn parse(text: &str) -> Option<Form> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        parts.push(Part::Literal(before.to_owned()));
        let (name, range, tail) = if let Some(braced) = after.strip_prefix('{') {
            let (inner, tail) = braced.split_once('}')?;
            let (name, range) = inner.split_once(':').map_or((inner, None), |(name, range)| (name, Some(range)));
            let length = match range {
                Some(range) => Some(range.strip_prefix("0:").or_else(|| range.strip_prefix(':'))?.to_owned()),
                None => None,
            };
            (name, length, tail)
        } else {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            let (name, tail) = after.split_at_checked(end)?;
            match tail.strip_prefix("[0..").and_then(|tail| tail.split_once(']')) {
                Some((range, tail)) => (name, Some(range.to_owned()), tail),
                None => (name, None, tail),
            }
        };
        let legal = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let digits = match range.as_deref().map(|range| range.split_once('-').unwrap_or((range, range))) {
            None => None,
            Some((min, max)) => Some((min.parse::<usize>().ok()?, max.parse::<usize>().ok()?)),
        };
        let sha = |length: usize| match digits {
            None => Some(Part::Sha { min: length, max: length }),
            Some((min, max)) if (1..=max).contains(&min) => {
                Some(Part::Sha { min: min.min(length), max: max.min(length) })
            }
            Some(_) => None,
        };
        parts.push(match name {
            _ if !legal => return None,
            "CI_COMMIT_SHA" => sha(40)?,
            "CI_COMMIT_SHORT_SHA" => sha(8)?,
            _ if digits.is_some() => return None,
            "CI_COMMIT_TAG" => Part::GitTag,
            "CI_COMMIT_REF_NAME" | "CI_COMMIT_BRANCH" => Part::RefName,
            "CI_COMMIT_REF_SLUG" => Part::RefSlug,
            name => Part::Unknown(format!("${name}")),
        });
        rest = tail;
    }
    parts.push(Part::Literal(rest.to_owned()));
    let legal = |part: &Part| match part {
        Part::Literal(text) => text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)),
        _ => true,
    };
    parts.iter().all(legal).then(|| Form::new(parts))
}

/// What a tag says about the commit of its image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Named {
    /// The commit whose id begins with these digits.
    Commit {
        /// 1 to 40 lower-case hexadecimal digits.
        prefix: String,
    },
    /// The commit that the git tag of this name stands for.
    GitTag(String),
}

/// The names of a commit that a tag can be made of.
#[derive(Clone, Copy, Debug)]
pub struct CommitNames<'a> {
    /// The commit's id.
    pub id: Oid,
    /// The git tag that the pipeline would run for.
    pub git_tag: Option<&'a str>,
    /// The branch or tag that the pipeline would run for.
    pub ref_name: Option<&'a str>,
}

/// The tags that an image job pushes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TagScheme {
    forms: Vec<Form>,
    floating: Vec<Form>,
}

/// Renku's: the first seven digits of the commit's id.
///
/// ```
/// use repin::scheme::{Named, TagScheme};
/// assert_eq!(TagScheme::default().to_string(), "$CI_COMMIT_SHA[0..7]");
/// assert_eq!(TagScheme::default().read("latest"), None);
/// ```
impl Default for TagScheme {
    fn default() -> Self {
        Self::new([Form::new([Part::Sha { min: 7, max: 7 }])])
    }
}

impl TagScheme {
    /// The scheme of these forms, in their order and each once; those that name no commit are kept apart.
    pub fn new(forms: impl IntoIterator<Item = Form>) -> Self {
        let mut scheme = Self { forms: Vec::new(), floating: Vec::new() };
        for form in forms {
            let list = if form.names_commits() { &mut scheme.forms } else { &mut scheme.floating };
            if !list.contains(&form) {
                list.push(form);
            }
        }
        scheme
    }

    /// The scheme of a template, as `.repin.toml` gives it; see [`Form`]. What is no form of a tag is a scheme that
    /// names no commits.
    ///
    /// ```
    /// use repin::scheme::TagScheme;
    /// assert!(TagScheme::parse("v${CI_COMMIT_SHA:0:7}").names_commits());
    /// assert!(!TagScheme::parse("not a tag").names_commits());
    /// ```
    pub fn parse(template: &str) -> Self {
        template.parse().unwrap_or_else(|_| Self::new([Form::new([Part::Unknown(template.to_owned())])]))
    }

    /// The forms that name a commit, in the order in which they are pushed.
    pub fn forms(&self) -> &[Form] {
        &self.forms
    }

    /// The forms that name none: candidates never have them.
    pub fn floating(&self) -> &[Form] {
        &self.floating
    }

    /// Whether any tag of this scheme names a commit.
    pub fn names_commits(&self) -> bool {
        !self.forms.is_empty()
    }

    /// Whether a tag of this scheme can depend on the name of the branch.
    pub fn uses_ref(&self) -> bool {
        self.forms.iter().any(|form| form.parts.iter().any(|part| matches!(part, Part::RefName | Part::RefSlug)))
    }

    /// The commit that a tag names; `None` if the tag has none of the forms. Where a tag can be read as a commit's id
    /// and as a git tag's name, the id counts.
    pub fn read(&self, tag: &str) -> Option<Named> {
        self.read_all(tag).into_iter().min()
    }

    /// Every commit that a tag can name, each once: more than one where it fits several forms.
    pub fn read_all(&self, tag: &str) -> Vec<Named> {
        let mut all: Vec<Named> = Vec::new();
        for named in self.forms.iter().filter_map(|form| form.read(tag)) {
            if !all.contains(&named) {
                all.push(named);
            }
        }
        all
    }

    /// The tag that a build of this commit would get: the first form for which everything is known.
    ///
    /// ```
    /// use repin::scheme::{CommitNames, TagScheme};
    /// let id = "4b825dc642cb6eb9a060e54bf8d69288fbee4904".parse()?;
    /// let commit = CommitNames { id, git_tag: None, ref_name: Some("main") };
    /// assert_eq!(TagScheme::default().expected(&commit).as_deref(), Some("4b825dc"));
    /// # Ok::<(), repin::ParseOidError>(())
    /// ```
    pub fn expected(&self, commit: &CommitNames<'_>) -> Option<String> {
        self.forms.iter().find_map(|form| form.fill(commit))
    }
}

impl fmt::Display for TagScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, form) in self.forms.iter().chain(&self.floating).enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            form.fmt(f)?;
        }
        Ok(())
    }
}

/// Reads one form; see [`Form`].
impl FromStr for TagScheme {
    type Err = ParseFormError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::new([text.parse::<Form>()?]))
    }
}

/// A ref's name as `CI_COMMIT_REF_SLUG`: lower-case, 63 bytes, everything but `0-9a-z` as `-`, none at the ends.
pub(crate) fn slug(name: &str) -> String {
    let slug: String = name
        .chars()
        .map(|c| c.to_ascii_lowercase())
        .map(|c| if c.is_ascii_digit() || c.is_ascii_lowercase() { c } else { '-' })
        .take(63)
        .collect();
    slug.trim_matches('-').to_owned()
}

fn is_tag(text: &str) -> bool {
    (1..=MAX_TAG).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const ID: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567";

    /// `id:PREFIX`, `tag:NAME` or `-`.
    fn read(form: &str, tag: &str) -> String {
        match form.parse::<TagScheme>().unwrap().read(tag) {
            Some(Named::Commit { prefix }) => format!("id:{prefix}"),
            Some(Named::GitTag(name)) => format!("tag:{name}"),
            None => "-".into(),
        }
    }

    fn expected(form: &str, git_tag: Option<&str>, ref_name: Option<&str>) -> Option<String> {
        form.parse::<TagScheme>().unwrap().expected(&CommitNames { id: ID.parse().unwrap(), git_tag, ref_name })
    }

    macro_rules! read {
        ($($name:ident: $form:expr, $tag:expr => $want:expr;)*) => { $(#[test] fn $name() { assert_eq!(read($form, $tag), $want); })* };
    }

    read! {
        sha7: "$CI_COMMIT_SHA[0..7]", "0a1b2c3" => "id:0a1b2c3";
        sha7_slice_of_shell: "${CI_COMMIT_SHA:0:7}", "0a1b2c3" => "id:0a1b2c3";
        sha7_short_slice_of_shell: "${CI_COMMIT_SHA::7}", "0a1b2c3" => "id:0a1b2c3";
        sha7_too_short: "$CI_COMMIT_SHA[0..7]", "0a1b2c" => "-";
        sha7_too_long: "$CI_COMMIT_SHA[0..7]", "0a1b2c3d" => "-";
        sha7_not_hexadecimal: "$CI_COMMIT_SHA[0..7]", "0a1b2cg" => "-";
        sha7_upper_case: "$CI_COMMIT_SHA[0..7]", "0A1B2C3" => "-";
        sha7_not_ascii: "$CI_COMMIT_SHA[0..7]", "0a1b2é3" => "-";
        sha7_space: "$CI_COMMIT_SHA[0..7]", " 0a1b2c3" => "-";
        sha7_digits_only: "$CI_COMMIT_SHA[0..7]", "1234567" => "id:1234567";
        empty_tag: "$CI_COMMIT_SHA[0..7]", "" => "-";
        short_sha: "$CI_COMMIT_SHORT_SHA", "0a1b2c3d" => "id:0a1b2c3d";
        short_sha_cut: "${CI_COMMIT_SHORT_SHA:0:7}", "0a1b2c3" => "id:0a1b2c3";
        full_sha: "$CI_COMMIT_SHA", ID => format!("id:{ID}");
        any_length_seven: "$CI_COMMIT_SHA[0..7-40]", "0a1b2c3" => "id:0a1b2c3";
        any_length_nine: "$CI_COMMIT_SHA[0..7-40]", "0a1b2c3d4" => "id:0a1b2c3d4";
        any_length_six: "$CI_COMMIT_SHA[0..7-40]", "0a1b2c" => "-";
        literal_touches_the_sha: "v$CI_COMMIT_SHORT_SHA-dev", "v0a1b2c3d-dev" => "id:0a1b2c3d";
        literal_of_hexadecimal_digits: "abc${CI_COMMIT_SHA:0:7}", "abcabcabca" => "id:abcabca";
        literal_after_any_length_is_ambiguous_only_if_it_is: "$CI_COMMIT_SHA[0..7-40]-x", "0a1b2c3d-x" => "id:0a1b2c3d";
        slug_and_sha: "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA", "my-branch-0a1b2c3d" => "id:0a1b2c3d";
        slug_and_sha_without_slug: "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA", "-0a1b2c3d" => "-";
        slug_is_lower_case: "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA", "Main-0a1b2c3d" => "-";
        name_and_sha: "$CI_COMMIT_REF_NAME-$CI_COMMIT_SHORT_SHA", "Main_1.0-0a1b2c3d" => "id:0a1b2c3d";
        slug_touches_the_sha: "$CI_COMMIT_REF_SLUG${CI_COMMIT_SHA:0:7}", "abcdef0a1b2c3" => "id:0a1b2c3";
        slug_touches_a_sha_of_any_length: "$CI_COMMIT_REF_SLUG$CI_COMMIT_SHA[0..7-40]", "abcdef0a1b2c3" => "-";
        unknown_and_sha: "$VERSION-$CI_COMMIT_SHORT_SHA", "1.2-0a1b2c3d" => "id:0a1b2c3d";
        unknown_may_be_empty: "$SUFFIX$CI_COMMIT_SHORT_SHA", "0a1b2c3d" => "id:0a1b2c3d";
        git_tag: "$CI_COMMIT_TAG", "1.2.3" => "tag:1.2.3";
        git_tag_with_text: "v$CI_COMMIT_TAG-gpu", "v1.2.3-gpu" => "tag:1.2.3";
        git_tag_with_text_missing: "v$CI_COMMIT_TAG-gpu", "1.2.3-gpu" => "-";
        git_tag_and_sha: "$CI_COMMIT_TAG-${CI_COMMIT_SHA:0:7}", "1.2-0a1b2c3" => "id:0a1b2c3";
        git_tag_and_unknown_names_nothing: "$CI_COMMIT_TAG-$X", "1.2-x" => "-";
        pure_slug_names_nothing: "$CI_COMMIT_REF_SLUG", "main" => "-";
        pure_name_names_nothing: "$CI_COMMIT_REF_NAME", "0a1b2c3" => "-";
        latest_names_nothing: "latest", "latest" => "-";
        pipeline_names_nothing: "$CI_PIPELINE_IID", "17" => "-";
        two_shas: "${CI_COMMIT_SHA:0:7}-$CI_COMMIT_SHA", &*format!("0a1b2c3-{ID}") => format!("id:{ID}");
        too_long: "$CI_COMMIT_TAG", &*"a".repeat(129) => "-";
    }

    macro_rules! expected {
        ($($name:ident: $form:expr, $git_tag:expr, $ref_name:expr => $want:expr;)*) => {
            $(#[test] fn $name() { assert_eq!(expected($form, $git_tag, $ref_name).as_deref(), $want); })*
        };
    }

    expected! {
        expect_sha7: "$CI_COMMIT_SHA[0..7]", None, None => Some("0a1b2c3");
        expect_sha: "$CI_COMMIT_SHA", None, None => Some(ID);
        expect_any_length: "$CI_COMMIT_SHA[0..7-40]", None, None => Some("0a1b2c3");
        expect_git_tag: "$CI_COMMIT_TAG", Some("1.0"), None => Some("1.0");
        expect_no_git_tag: "$CI_COMMIT_TAG", None, Some("main") => None;
        expect_slug: "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA", None, Some("Feature/A_b") => Some("feature-a-b-0a1b2c3d");
        expect_name: "$CI_COMMIT_REF_NAME-$CI_COMMIT_SHORT_SHA", None, Some("main") => Some("main-0a1b2c3d");
        expect_no_tag_from_a_name_with_a_slash: "$CI_COMMIT_REF_NAME-$CI_COMMIT_SHORT_SHA", None, Some("a/b") => None;
        expect_unknown: "$X-$CI_COMMIT_SHORT_SHA", None, None => None;
        expect_floating: "latest", None, None => None;
    }

    macro_rules! shown {
        ($($name:ident: $form:expr => $want:expr;)*) => {
            $(#[test] fn $name() { assert_eq!($form.parse::<Form>().map(|form| form.to_string()).ok().as_deref(), $want); })*
        };
    }

    shown! {
        show_slice: "${CI_COMMIT_SHA:0:7}" => Some("$CI_COMMIT_SHA[0..7]");
        show_itself: "v$CI_COMMIT_SHA[0..7]-x" => Some("v$CI_COMMIT_SHA[0..7]-x");
        show_range: "$CI_COMMIT_SHA[0..7-40]" => Some("$CI_COMMIT_SHA[0..7-40]");
        show_short: "$CI_COMMIT_SHORT_SHA" => Some("$CI_COMMIT_SHA[0..8]");
        show_full: "${CI_COMMIT_SHA}" => Some("$CI_COMMIT_SHA");
        parse_empty: "" => None;
        parse_space: "a b" => None;
        parse_open_brace: "${CI_COMMIT_SHA" => None;
        parse_dollar: "a$" => None;
        parse_zero_length: "${CI_COMMIT_SHA:0:0}" => None;
        parse_not_from_the_beginning: "${CI_COMMIT_SHA:1:7}" => None;
        parse_slice_of_a_name: "${CI_COMMIT_TAG:0:3}" => None;
    }

    #[test]
    fn floating_forms_are_kept_apart() {
        let scheme = TagScheme::new(["latest", "$CI_COMMIT_SHA[0..7]", "latest"].map(|form| form.parse().unwrap()));
        assert_eq!(scheme.forms().len(), 1);
        assert_eq!(scheme.floating().len(), 1);
        assert_eq!(scheme.to_string(), "$CI_COMMIT_SHA[0..7], latest");
    }

    #[test]
    fn a_commit_counts_before_a_git_tag() {
        let scheme = TagScheme::new(["$CI_COMMIT_TAG", "$CI_COMMIT_SHA[0..7]"].map(|form| form.parse().unwrap()));
        assert_eq!(scheme.read("0a1b2c3"), Some(Named::Commit { prefix: "0a1b2c3".into() }));
        assert_eq!(scheme.read_all("0a1b2c3").len(), 2);
        assert_eq!(scheme.read("1.0"), Some(Named::GitTag("1.0".into())));
    }

    proptest::proptest! {
        #[test]
        fn what_is_expected_is_read(git_tag in "[a-z0-9.]{1,20}", form in 0usize..6) {
            let form = ["$CI_COMMIT_SHA", "$CI_COMMIT_SHORT_SHA", "v${CI_COMMIT_SHA:0:7}-dev", "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA",
                "$CI_COMMIT_TAG-$CI_COMMIT_SHA", "$CI_COMMIT_SHA[0..7-40]"][form];
            if let Some(tag) = expected(form, Some(&git_tag), Some(&git_tag)) {
                let Some(Named::Commit { prefix }) = form.parse::<TagScheme>().unwrap().read(&tag) else { panic!("{tag}") };
                assert!(ID.starts_with(&prefix));
            }
        }

        #[test]
        fn nothing_panics(form in ".{0,40}", tag in ".{0,140}") {
            if let Ok(scheme) = form.parse::<TagScheme>() {
                scheme.read(&tag);
            }
        }
    }
}

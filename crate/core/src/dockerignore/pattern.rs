//! One matcher for three pattern languages that look alike and are not the same:
//!
//! - Go's `filepath.Match`, by which a COPY finds its sources (`path/match.go` of Go);
//! - moby's `patternmatcher`, which adds `**` and serves `.dockerignore`, `COPY --exclude` and `COPY --parents`
//!   (`patternmatcher.go`: the pattern becomes a regular expression of Go, with the accidents that this brings);
//! - the shell patterns of `${NAME#pattern}` (`frontend/dockerfile/shell/lex.go` of BuildKit).
//!
//! A pattern is a row of tokens; matching follows all the tokens that a prefix of the text can have reached at once, so its
//! cost is at most tokens × characters, whatever the pattern.

use std::fmt;
use std::iter;

/// A pattern that docker refuses, or whose meaning is an accident that Repin does not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    pub(super) message: &'static str,
    /// Docker takes the pattern, only Repin does not know what it matches.
    pub(super) unsupported: bool,
}

impl PatternError {
    fn broken(message: &'static str) -> Self {
        Self { message, unsupported: false }
    }

    fn unsupported(message: &'static str) -> Self {
        Self { message, unsupported: true }
    }
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for PatternError {}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// This character.
    Char(char),
    /// `?`: one character that is not `/`.
    One,
    /// `*`: any number of characters that are not `/`.
    Star,
    /// A class in brackets. As in Go, it can match `/`.
    Class { negated: bool, ranges: Vec<(char, char)> },
    /// Go's `.`: one character that is not a newline.
    Any,
    /// Go's `.*`.
    All,
    /// Go's `(.*/)?` is this token, which is passed without a character, and then [`Token::Inside`].
    Folders,
    /// The inside of `(.*/)?`, left by a `/`.
    Inside,
}

impl Token {
    fn takes(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::One | Self::Star => c != '/',
            Self::Class { negated, ranges } => ranges.iter().any(|&(low, high)| low <= c && c <= high) != *negated,
            Self::Any | Self::All | Self::Inside => c != '\n',
            Self::Folders => false,
        }
    }
}

/// What a pattern compiles to. The first three are what moby's matcher, too, compares without a regular expression.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Exact(String),
    /// `name**`.
    Prefix(String),
    /// `**name`, and `**/name` with its slash.
    Suffix(String),
    Tokens(Vec<Token>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern(Kind);

impl Pattern {
    /// A pattern of Go's `filepath.Match` on a system whose separator is `/`. The one difference: where a class in brackets
    /// could match `/`, Go looks only at the leftmost place, this at all of them.
    pub(crate) fn go(pattern: &str) -> Result<Self, PatternError> {
        Ok(Self(Kind::Tokens(go_tokens(pattern)?)))
    }

    /// A pattern of moby's `patternmatcher`, cleaned and without its `!`.
    pub(crate) fn moby(pattern: &str) -> Result<Self, PatternError> {
        // Docker asks filepath.Match whether a pattern is well-formed, and then reads it in its own way.
        go_tokens(pattern)?;
        let mut kind = Moby::Exact;
        let mut caret = false;
        let mut tokens = Vec::new();
        let mut chars = pattern.chars().peekable();
        let mut first = true;
        while let Some(c) = chars.next() {
            match c {
                '*' if chars.next_if_eq(&'*').is_some() => {
                    chars.next_if_eq(&'/');
                    if chars.peek().is_some() {
                        tokens.extend([Token::Folders, Token::Inside]);
                        kind = Moby::Tokens;
                    } else {
                        tokens.push(Token::All);
                        kind = if kind == Moby::Exact { Moby::Prefix } else { Moby::Tokens };
                    }
                    if first {
                        kind = Moby::Suffix;
                    }
                }
                '*' => {
                    tokens.push(Token::Star);
                    kind = Moby::Tokens;
                }
                '?' => {
                    tokens.push(Token::One);
                    kind = Moby::Tokens;
                }
                '[' => {
                    tokens.push(moby_class(&mut chars)?);
                    kind = Moby::Tokens;
                }
                ']' => {
                    tokens.push(Token::Char(c));
                    kind = Moby::Tokens;
                }
                '\\' => {
                    if let Some(c) = chars.next() {
                        tokens.push(Token::Char(plain_escape(c)?));
                    }
                    kind = Moby::Tokens;
                }
                _ => {
                    caret |= c == '^';
                    tokens.push(Token::Char(c));
                }
            }
            first = false;
        }
        let text = |range: Option<&str>| range.unwrap_or_default().to_owned();
        Ok(Self(match kind {
            Moby::Exact => Kind::Exact(pattern.to_owned()),
            Moby::Prefix => Kind::Prefix(text(pattern.strip_suffix("**"))),
            Moby::Suffix => Kind::Suffix(text(pattern.strip_prefix("**"))),
            Moby::Tokens if caret => {
                return Err(PatternError::unsupported("docker reads a ^ beside a wildcard as an anchor"));
            }
            Moby::Tokens => Kind::Tokens(tokens),
        }))
    }

    /// A shell pattern of a substitution: `*` and `?`, and `\` before these and itself.
    pub(crate) fn shell(pattern: impl Iterator<Item = char>) -> Result<Self, PatternError> {
        let mut tokens = Vec::new();
        let mut chars = pattern.peekable();
        while let Some(c) = chars.next() {
            tokens.push(match c {
                '*' => Token::All,
                '?' => Token::Any,
                '\\' => match chars.next() {
                    Some(c @ ('*' | '?' | '\\' | '}' | '/')) => Token::Char(c),
                    _ => return Err(PatternError::broken("a backslash that escapes nothing")),
                },
                _ => Token::Char(c),
            });
        }
        Ok(Self(Kind::Tokens(tokens)))
    }

    /// Whether the pattern is a plain name: nothing but itself matches it.
    pub(crate) fn is_exact(&self) -> bool {
        matches!(self.0, Kind::Exact(_))
    }

    /// Whether the pattern matches all of `path`.
    pub(crate) fn matches(&self, path: &[u8]) -> bool {
        match &self.0 {
            Kind::Exact(name) => name.as_bytes() == path,
            Kind::Prefix(name) => path.starts_with(name.as_bytes()),
            Kind::Suffix(name) => {
                path.ends_with(name.as_bytes()) || name.strip_prefix('/').is_some_and(|name| name.as_bytes() == path)
            }
            Kind::Tokens(tokens) => {
                // Most patterns end in plain text, most paths do not end in it.
                let plain = tokens.iter().rev().map_while(|token| match token {
                    Token::Char(c) if c.is_ascii() => Some(*c),
                    _ => None,
                });
                if !plain.zip(path.iter().rev()).all(|(c, &byte)| c == char::from(byte)) {
                    return false;
                }
                let mut states = States::new(tokens);
                runes(path).all(|c| states.step(c)) && states.accept()
            }
        }
    }

    /// Whether a path below the folder `dir` can match: false is certain.
    pub(crate) fn may_match_below(&self, dir: &[u8]) -> bool {
        if dir.is_empty() {
            return true;
        }
        let slash = || dir.iter().copied().chain(iter::once(b'/'));
        match &self.0 {
            Kind::Exact(name) => name.len() > dir.len() + 1 && slash().eq(name.bytes().take(dir.len() + 1)),
            Kind::Prefix(name) => slash().zip(name.bytes()).all(|(a, b)| a == b),
            Kind::Suffix(_) => true,
            Kind::Tokens(tokens) => {
                let mut states = States::new(tokens);
                // Every token but the end can be satisfied by some text, so a token that is reached can lead to a match.
                runes(dir).chain(iter::once('/')).all(|c| states.step(c)) && states.unfinished()
            }
        }
    }

    /// How many characters the shortest and the longest prefix of `text` that matches have.
    pub(crate) fn prefixes(&self, text: &[char]) -> Option<(usize, usize)> {
        let Kind::Tokens(tokens) = &self.0 else { return None };
        let mut states = States::new(tokens);
        let mut found = states.accept().then_some((0, 0));
        for (at, &c) in text.iter().enumerate() {
            if !states.step(c) {
                break;
            }
            if states.accept() {
                found = Some((found.map_or(at + 1, |(shortest, _)| shortest), at + 1));
            }
        }
        found
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moby {
    Exact,
    Prefix,
    Suffix,
    Tokens,
}

/// The characters of a path; each byte that is not UTF-8 is one U+FFFD, as in Go.
fn runes(path: &[u8]) -> impl Iterator<Item = char> {
    path.utf8_chunks().flat_map(|chunk| {
        chunk.valid().chars().chain(iter::repeat_n(char::REPLACEMENT_CHARACTER, chunk.invalid().len()))
    })
}

/// Which tokens come next after some text; the last place stands for the end of the pattern.
struct States<'t> {
    tokens: &'t [Token],
    now: Vec<bool>,
    next: Vec<bool>,
}

impl<'t> States<'t> {
    fn new(tokens: &'t [Token]) -> Self {
        let mut states = Self { tokens, now: vec![false; tokens.len() + 1], next: vec![false; tokens.len() + 1] };
        states.now[0] = true;
        states.pass_empty();
        states
    }

    /// Adds what is reached without a character. Tokens only lead forward, so one pass is enough.
    fn pass_empty(&mut self) {
        for (at, token) in self.tokens.iter().enumerate() {
            if self.now[at] {
                match token {
                    Token::Star | Token::All => self.now[at + 1] = true,
                    Token::Folders => {
                        self.now[at + 1] = true;
                        // `Inside` always follows, so there is a place behind it.
                        self.now[at + 2] = true;
                    }
                    _ => {}
                }
            }
        }
    }

    /// Takes one character; false if nothing can match any more.
    fn step(&mut self, c: char) -> bool {
        self.next.fill(false);
        for (at, token) in self.tokens.iter().enumerate() {
            if self.now[at] && token.takes(c) {
                match token {
                    Token::Star | Token::All => self.next[at] = true,
                    Token::Inside => {
                        self.next[at] = true;
                        self.next[at + 1] |= c == '/';
                    }
                    _ => self.next[at + 1] = true,
                }
            }
        }
        std::mem::swap(&mut self.now, &mut self.next);
        self.pass_empty();
        self.now.contains(&true)
    }

    fn accept(&self) -> bool {
        self.now.last() == Some(&true)
    }

    fn unfinished(&self) -> bool {
        self.now.iter().rev().skip(1).any(|&reached| reached)
    }
}

type Chars<'p> = iter::Peekable<std::str::Chars<'p>>;

fn go_tokens(pattern: &str) -> Result<Vec<Token>, PatternError> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        tokens.push(match c {
            '*' => Token::Star,
            '?' => Token::One,
            '[' => class(&mut chars, |_| Ok(()))?,
            '\\' => Token::Char(chars.next().ok_or(PatternError::broken("a backslash at the end"))?),
            _ => Token::Char(c),
        });
    }
    Ok(tokens)
}

/// A class, after its `[`: `[ '^' ] { low [ '-' high ] } ']'` with at least one range. `inspect` sees what is not escaped.
fn class(chars: &mut Chars, inspect: impl Fn(char) -> Result<(), PatternError>) -> Result<Token, PatternError> {
    const OPEN: PatternError = PatternError { message: "a [ without its ]", unsupported: false };
    let bound = |chars: &mut Chars| match chars.next() {
        None => Err(OPEN),
        Some('-' | ']') => Err(PatternError::broken("a - or ] in brackets that bounds no range")),
        Some('\\') => chars.next().ok_or(OPEN),
        Some(c) => inspect(c).map(|()| c),
    };
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && chars.next_if_eq(&']').is_some() {
            return Ok(Token::Class { negated, ranges });
        }
        let low = bound(chars)?;
        let high = if chars.next_if_eq(&'-').is_some() { bound(chars)? } else { low };
        ranges.push((low, high));
    }
}

/// A class as Go's regular expressions read it, where moby has put it without looking inside.
fn moby_class(chars: &mut Chars) -> Result<Token, PatternError> {
    let mut ahead = chars.clone();
    ahead.next_if_eq(&'^');
    let mut before = '[';
    while let Some(c) = ahead.next() {
        match c {
            ']' => break,
            '\\' => _ = ahead.next().map(plain_escape).transpose()?,
            ':' if before == '[' => {
                return Err(PatternError::unsupported("docker reads [: in brackets as a named class"));
            }
            _ => {}
        }
        before = c;
    }
    let class = class(chars, |c| match c {
        '*' | '?' => Err(PatternError::unsupported("docker reads a * or ? in brackets as another pair of brackets")),
        _ => Ok(()),
    })?;
    match &class {
        Token::Class { ranges, .. } if ranges.iter().any(|(low, high)| low > high) => {
            Err(PatternError::broken("a range in brackets that runs backwards"))
        }
        _ => Ok(class),
    }
}

/// The character after a `\`, which a regular expression takes literally only if it is no letter or digit.
fn plain_escape(c: char) -> Result<char, PatternError> {
    match c {
        _ if c.is_ascii_alphanumeric() => Err(PatternError::unsupported(
            "docker reads a backslash before a letter or digit as a regular expression does",
        )),
        _ if c.is_ascii() => Ok(c),
        _ => Err(PatternError::broken("a backslash before a character that needs none")),
    }
}

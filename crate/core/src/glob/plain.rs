//! One alternative of a pattern, rewritten for globset where that can be exact.

use super::parse::Token;
use std::fmt::Write as _;

/// What an alternative is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// This very path.
    Literal(String),
    /// This pattern of globset's. `ascii`: only for paths in ASCII, since globset's `?` and `[!…]` take a byte where
    /// Ruby's take a character.
    Plain { glob: String, ascii: bool },
    /// Something that globset cannot say.
    Odd,
    /// Nothing: it has a set that never ends or is empty.
    Never,
}

/// The shape of an alternative (facts: gitlab.md 1.6, the list of differences).
pub(super) fn shape(text: &[Token]) -> Shape {
    let (mut literal, mut glob) = (String::new(), String::new());
    let (mut wild, mut ascii, mut odd) = (false, false, false);
    let mut rest = text;
    let mut start = true;
    while let [token, behind @ ..] = rest {
        let at_start = std::mem::replace(&mut start, false);
        rest = behind;
        match *token {
            // globset reads `**` at the end, or at the start of a segment, as "any depth"; Ruby only before a `/`.
            Token::Bare('*') => {
                wild = true;
                if let (true, [Token::Bare('*'), Token::Bare('/'), behind @ ..]) = (at_start, rest) {
                    rest = behind;
                    start = true;
                    if !glob.ends_with("**/") {
                        glob.push_str("**/");
                    }
                    // `**/` at the end matches what ends in `/`; for globset it matches everything.
                    odd |= rest.is_empty();
                } else {
                    while let [Token::Bare('*'), behind @ ..] = rest {
                        rest = behind;
                    }
                    glob.push('*');
                }
            }
            Token::Bare('?') => {
                (wild, ascii) = (true, true);
                glob.push('?');
            }
            Token::Bare('[') => {
                let Some((set, behind)) = Set::read(rest).filter(|(set, _)| !set.is_empty()) else {
                    return Shape::Never;
                };
                rest = behind;
                wild = true;
                ascii |= set.not;
                match set.glob() {
                    Some(set) => glob.push_str(&set),
                    None => odd = true,
                }
            }
            Token::Bare(c) | Token::Escaped(c) => {
                start = c == '/';
                literal.push(c);
                if matches!(c, '?' | '*' | '[' | ']' | '{' | '}' | ',' | '\\') {
                    glob.push('\\');
                }
                glob.push(c);
            }
        }
    }
    match (wild, odd) {
        (false, _) => Shape::Literal(literal),
        (true, false) => Shape::Plain { glob, ascii },
        (true, true) => Shape::Odd,
    }
}

/// A set: `[a-c]`, `[!a-c]`.
struct Set {
    not: bool,
    ranges: Vec<(char, char)>,
}

impl Set {
    /// Reads a set, from behind its `[`, and what is behind its `]`; `None` if it never ends.
    fn read(text: &[Token]) -> Option<(Set, &[Token])> {
        let (not, mut rest) = match text {
            [Token::Bare('!' | '^'), rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let mut ranges = Vec::new();
        loop {
            let (range, behind) = match *rest {
                [] => return None,
                [Token::Bare(']'), ref behind @ ..] => return Some((Set { not, ranges }, behind)),
                [Token::Bare(low) | Token::Escaped(low), Token::Bare('-'), high, ref behind @ ..]
                    if high != Token::Bare(']') =>
                {
                    let (Token::Bare(high) | Token::Escaped(high)) = high;
                    ((low, high), behind)
                }
                [Token::Bare(c) | Token::Escaped(c), ref behind @ ..] => ((c, c), behind),
            };
            rest = behind;
            // A set never takes a `/`, named or not.
            if range != ('/', '/') {
                ranges.push(range);
            }
        }
    }

    /// Whether no character is in it.
    fn is_empty(&self) -> bool {
        !self.not && self.ranges.is_empty()
    }

    /// It in globset's words, unless a character means something else to globset inside a set or is not ASCII.
    fn glob(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '@' | ' ');
        if self.ranges.is_empty() {
            return Some("?".to_owned());
        }
        let mut glob = String::from(if self.not { "[!" } else { "[" });
        for &(low, high) in &self.ranges {
            if !plain(low) || !plain(high) {
                return None;
            }
            // Upside down it is an error to globset, and its two ends to Ruby.
            let dash = if low <= high { "-" } else { "" };
            write!(glob, "{low}{dash}{high}").expect("writing to a string cannot fail");
        }
        glob.push(']');
        Some(glob)
    }
}

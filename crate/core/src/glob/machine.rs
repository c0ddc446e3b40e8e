//! Our own matcher: every pattern, every path, in bounded time.
//!
//! It decides what `fnmatch` in Ruby's dir.c decides, by another way. Ruby writes each brace alternative out and walks
//! pattern and path together, going back to the last `*` of a segment and to the last `**/` of the pattern; here all
//! positions that the pattern could have reached are kept while the path is read once (Thompson's simulation). A brace
//! is then only one more choice, so nothing is ever written out: the work is at most the length of the path times the
//! length of the pattern times the [modes](Mode), and a hostile pattern (`*a*a*a*a*b`, `{a,b}{a,b}{a,b}…`) costs no
//! more than that. Because braces come first, a `**/` or a set may be put together from several alternatives; that is
//! why what was read of one is part of a state.

use super::parse::{Op, Token};

/// Patterns, matched as an OR.
#[derive(Clone, Debug, Default)]
pub(super) struct Machine {
    ops: Vec<Op>,
    starts: Vec<usize>,
}

/// How the next character of the pattern is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Inside a segment.
    Text,
    /// At the start of a segment, of the pattern's as well as of the path's.
    Start,
    /// Behind one `*`, or two, at the start of a segment: it may be a `**/`. The reading as plain stars goes on beside
    /// this one; what it matches, `**/` matches too.
    Star,
    StarStar,
    /// Behind a `**/`, inside a path segment that it swallows.
    Skip,
    /// Behind a `[`.
    Open,
    /// Where a member of a set or its end is due. `hit`: a member was the path's character.
    Member {
        not: bool,
        hit: bool,
    },
    /// Behind a member, which a `-` makes the low end of a range. `above`: the path's character is not below it.
    Low {
        not: bool,
        hit: bool,
        above: bool,
    },
    /// Behind that `-`.
    Dash {
        not: bool,
        hit: bool,
        above: bool,
    },
}

impl Mode {
    /// A bit of its own for each mode.
    fn bit(self) -> u32 {
        let number = match self {
            Mode::Text => 0,
            Mode::Start => 1,
            Mode::Star => 2,
            Mode::StarStar => 3,
            Mode::Skip => 4,
            Mode::Open => 5,
            Mode::Member { not, hit } => 6 + u32::from(not) + 2 * u32::from(hit),
            Mode::Low { not, hit, above } => 10 + u32::from(not) + 2 * u32::from(hit) + 4 * u32::from(above),
            Mode::Dash { not, hit, above } => 18 + u32::from(not) + 2 * u32::from(hit) + 4 * u32::from(above),
        };
        1 << number
    }
}

/// What is next in the path: one character, as Ruby takes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Slash,
    Char(char),
    /// A byte that is not part of a UTF-8 sequence.
    Byte,
    End,
}

impl Unit {
    /// Whether `*`, `?` and sets may take it.
    fn is_name(self) -> bool {
        matches!(self, Unit::Char(_) | Unit::Byte)
    }

    fn is(self, c: char) -> bool {
        self == if c == '/' { Unit::Slash } else { Unit::Char(c) }
    }

    /// Whether it is `low` or higher. A byte that is no character is in no range.
    fn at_least(self, low: char) -> bool {
        matches!(self, Unit::Char(c) if c >= low)
    }

    fn at_most(self, high: char) -> bool {
        matches!(self, Unit::Char(c) if c <= high)
    }
}

/// The units of a path, without the end.
fn units(path: &[u8]) -> impl Iterator<Item = Unit> {
    path.utf8_chunks().flat_map(|chunk| {
        let chars = chunk.valid().chars().map(|c| if c == '/' { Unit::Slash } else { Unit::Char(c) });
        chars.chain(chunk.invalid().iter().map(|_| Unit::Byte))
    })
}

/// A set of states: positions in the program, each with a mode.
struct States {
    list: Vec<(usize, Mode)>,
    seen: Vec<u32>,
}

impl States {
    fn new(ops: usize) -> States {
        States { list: Vec::with_capacity(ops.min(64)), seen: vec![0; ops] }
    }

    fn push(&mut self, at: usize, mode: Mode) {
        if self.seen[at] & mode.bit() == 0 {
            self.seen[at] |= mode.bit();
            self.list.push((at, mode));
        }
    }

    fn clear(&mut self) {
        for (at, _) in self.list.drain(..) {
            self.seen[at] = 0;
        }
    }
}

impl Machine {
    /// Adds the program of a pattern.
    pub(super) fn add(&mut self, ops: &[Op]) {
        let base = self.ops.len();
        self.starts.push(base);
        self.ops.extend(ops.iter().map(|op| match op {
            Op::Fork(alternatives) => Op::Fork(alternatives.iter().map(|at| at + base).collect()),
            Op::Jump(at) => Op::Jump(at + base),
            Op::Text(_) | Op::End => op.clone(),
        }));
    }

    /// Adds one alternative of a pattern.
    pub(super) fn add_text(&mut self, text: &[Token]) {
        self.starts.push(self.ops.len());
        self.ops.extend(text.iter().map(|&token| Op::Text(token)));
        self.ops.push(Op::End);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    pub(super) fn is_match(&self, path: &[u8]) -> bool {
        let Some(mut now) = self.read(units(path)) else { return false };
        self.advance(&mut now, Unit::End, &mut States::new(0))
    }

    /// Whether some pattern could match `dir/` with something behind it: false only if none can.
    pub(super) fn may_match_below(&self, dir: &[u8]) -> bool {
        let slash = (!dir.is_empty()).then_some(Unit::Slash);
        self.read(units(dir).chain(slash)).is_some()
    }

    /// The states behind this beginning of a path, or `None` if nothing that begins so can match.
    fn read(&self, path: impl Iterator<Item = Unit>) -> Option<States> {
        let (mut now, mut next) = (States::new(self.ops.len()), States::new(self.ops.len()));
        for &start in &self.starts {
            now.push(start, Mode::Start);
        }
        for unit in path {
            if now.list.is_empty() {
                return None;
            }
            self.advance(&mut now, unit, &mut next);
            now.clear();
            std::mem::swap(&mut now, &mut next);
        }
        (!now.list.is_empty()).then_some(now)
    }

    /// Follows every state over `unit`, into `next`; at the end of the path the answer is whether one is at the end of
    /// a pattern.
    fn advance(&self, now: &mut States, unit: Unit, next: &mut States) -> bool {
        let mut done = 0;
        while let Some(&(at, mode)) = now.list.get(done) {
            done += 1;
            match (&self.ops[at], mode) {
                (_, Mode::Skip) => {
                    if unit != Unit::End {
                        next.push(at, Mode::Skip);
                    }
                    if unit == Unit::Slash {
                        next.push(at, Mode::Start);
                    }
                }
                (Op::Fork(alternatives), _) => alternatives.iter().for_each(|&other| now.push(other, mode)),
                (Op::Jump(target), _) => now.push(*target, mode),
                (Op::End, Mode::Text | Mode::Start) if unit == Unit::End => return true,
                (Op::End, _) => {}
                (Op::Text(token), Mode::Text | Mode::Start) => {
                    if mode == Mode::Start && *token == Token::Bare('*') {
                        now.push(at + 1, Mode::Star);
                    }
                    read_text(*token, at, unit, now, next);
                }
                (Op::Text(token), Mode::Star) => {
                    if *token == Token::Bare('*') {
                        now.push(at + 1, Mode::StarStar);
                    }
                }
                (Op::Text(token), Mode::StarStar) => {
                    if *token == Token::Bare('/') {
                        now.push(at + 1, Mode::Start);
                        now.push(at + 1, Mode::Skip);
                    }
                }
                (Op::Text(token), _) => read_set(*token, at, mode, unit, now, next),
            }
        }
        false
    }
}

/// A token outside sets.
fn read_text(token: Token, at: usize, unit: Unit, now: &mut States, next: &mut States) {
    match token {
        Token::Bare('*') => {
            now.push(at + 1, Mode::Text);
            if unit.is_name() {
                next.push(at, Mode::Text);
            }
        }
        Token::Bare('?') if unit.is_name() => next.push(at + 1, Mode::Text),
        Token::Bare('[') if unit.is_name() => now.push(at + 1, Mode::Open),
        Token::Bare('?' | '[') => {}
        Token::Bare(c) | Token::Escaped(c) if unit.is(c) => {
            next.push(at + 1, if c == '/' { Mode::Start } else { Mode::Text });
        }
        Token::Bare(_) | Token::Escaped(_) => {}
    }
}

/// A token inside a set. All of a set is read while the path stays at one character; the `]` takes it.
fn read_set(token: Token, at: usize, mode: Mode, unit: Unit, now: &mut States, next: &mut States) {
    let (Token::Bare(c) | Token::Escaped(c)) = token;
    match mode {
        Mode::Open => match token {
            Token::Bare('!' | '^') => now.push(at + 1, Mode::Member { not: true, hit: false }),
            _ => now.push(at, Mode::Member { not: false, hit: false }),
        },
        Mode::Member { not, hit } => match token {
            Token::Bare(']') if hit != not => next.push(at + 1, Mode::Text),
            Token::Bare(']') => {}
            _ => now.push(at + 1, Mode::Low { not, hit: hit || unit.is(c), above: unit.at_least(c) }),
        },
        Mode::Low { not, hit, above } => match token {
            Token::Bare('-') => now.push(at + 1, Mode::Dash { not, hit, above }),
            _ => now.push(at, Mode::Member { not, hit }),
        },
        Mode::Dash { not, hit, above } => match token {
            Token::Bare(']') => now.push(at, Mode::Member { not, hit: hit || unit.is('-') }),
            // The high end counts even if the range is upside down: Ruby compares both ends before the order.
            _ => now.push(at + 1, Mode::Member { not, hit: hit || unit.is(c) || (above && unit.at_most(c)) }),
        },
        Mode::Text | Mode::Start | Mode::Star | Mode::StarStar | Mode::Skip => {}
    }
}

//! Braces: from the text of a pattern to a small program, and from there to the list of its alternatives.
//!
//! Ruby expands braces textually, before it looks at anything else, so `{*,x}*/y` does contain a `**/` and `[{a,b}]`
//! is two sets. Nothing here therefore interprets `*`, `?` or `[`: a program is text with jumps in it.

/// One character of a pattern's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// As written: it may be special.
    Bare(char),
    /// Behind a backslash: it stands for itself.
    Escaped(char),
}

/// One step of a program; indices are those of its operations.
#[derive(Clone, Debug)]
pub(super) enum Op {
    /// Text; the next operation follows.
    Text(Token),
    /// A `{`: any of these may follow.
    Fork(Vec<usize>),
    /// The end of an alternative: what is behind the `}` follows.
    Jump(usize),
    /// The end of the pattern.
    End,
}

/// A `{` that is still open.
struct Group {
    fork: usize,
    alternatives: Vec<usize>,
    jumps: Vec<usize>,
}

/// The program of a pattern, or `None` if it is broken: a `{` without its `}`, or a NUL.
///
/// A `}` and a `,` outside braces stand for themselves. A backslash at the very end stands for nothing.
pub(super) fn parse(pattern: &str) -> Option<Vec<Op>> {
    let mut ops = Vec::with_capacity(pattern.len() + 1);
    let mut open: Vec<Group> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, open.last_mut()) {
            ('\0', _) => return None,
            ('\\', _) => match chars.next() {
                Some('\0') => return None,
                Some(c) => ops.push(Op::Text(Token::Escaped(c))),
                None => {}
            },
            ('{', _) => {
                open.push(Group { fork: ops.len(), alternatives: vec![ops.len() + 1], jumps: Vec::new() });
                ops.push(Op::Fork(Vec::new()));
            }
            (',', Some(group)) => {
                group.jumps.push(ops.len());
                group.alternatives.push(ops.len() + 1);
                ops.push(Op::Jump(0));
            }
            ('}', Some(_)) => {
                let group = open.pop().expect("there is a last group");
                let behind = ops.len();
                ops[group.fork] = Op::Fork(group.alternatives);
                for jump in group.jumps {
                    ops[jump] = Op::Jump(behind);
                }
            }
            (c, _) => ops.push(Op::Text(Token::Bare(c))),
        }
    }
    ops.push(Op::End);
    open.is_empty().then_some(ops)
}

/// At most so many alternatives of one pattern are written out …
pub(super) const MAX_ALTERNATIVES: usize = 1_000;
/// … and at most so many characters. What exceeds either is matched from its program: slower, with the same answer.
pub(super) const MAX_TEXT: usize = 1 << 18;

/// Every alternative of a program as plain text, in the order in which Ruby tries them, or `None` if there are too
/// many of them.
pub(super) fn expand(ops: &[Op]) -> Option<Vec<Vec<Token>>> {
    let mut done: Vec<Vec<Token>> = Vec::new();
    let mut todo = vec![(0, Vec::new())];
    let mut written = 0;
    while let Some((mut at, mut text)) = todo.pop() {
        loop {
            match &ops[at] {
                Op::Text(token) => {
                    text.push(*token);
                    written += 1;
                    at += 1;
                }
                Op::Fork(alternatives) => {
                    written += text.len() * (alternatives.len() - 1);
                    if written > MAX_TEXT || done.len() + todo.len() + alternatives.len() > MAX_ALTERNATIVES {
                        return None;
                    }
                    todo.extend(alternatives[1..].iter().rev().map(|&other| (other, text.clone())));
                    at = alternatives[0];
                }
                Op::Jump(target) => at = *target,
                Op::End => break,
            }
            if written > MAX_TEXT {
                return None;
            }
        }
        done.push(text);
    }
    Some(done)
}

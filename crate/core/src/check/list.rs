//! The `changes:` list of a job as it stands in its file, so that one entry can be changed and nothing else.

use std::collections::BTreeMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput};

use super::finding::Edit;
use crate::ci::CiFile;

/// The deepest nesting that is followed.
const MAX_DEPTH: usize = 100;

/// The only `changes:` list that starts a job, where the job itself spells it out.
pub(super) struct List {
    path: String,
    job: String,
    text: String,
    items: Vec<Item>,
    /// Whether it stands in brackets.
    flow: bool,
}

/// An entry.
#[derive(Clone)]
struct Item {
    pattern: String,
    /// Its bytes, quotes included.
    span: Range<usize>,
    line: usize,
    style: ScalarStyle,
}

impl List {
    /// Finds it; `None` where there is another one, where an anchor or another file shares in it, or where a place cannot
    /// be told.
    pub(super) fn find(path: &str, job: &str, text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?;
        let root = Reader::read(text)?;
        let job_node = root.get(job)?;
        let policy = job_node.get("only").and_then(|only| only.get("changes"));
        let rules = match job_node.get("rules") {
            Some(Node::Seq { items, .. }) => items.as_slice(),
            _ => &[],
        };
        let is_negative =
            |rule: &&Node| matches!(rule.get("when"), Some(Node::Scalar(item)) if item.pattern == "never");
        let of_rules = rules.iter().filter(|rule| !is_negative(rule)).filter_map(|rule| {
            let changes = rule.get("changes")?;
            Some(changes.get("paths").unwrap_or(changes))
        });
        let mut lists = policy.into_iter().chain(of_rules);
        let (Some(Node::Seq { items, flow, shared: false }), None) = (lists.next(), lists.next()) else { return None };
        let item = |node: &Node| match node {
            Node::Scalar(item) => Some(item.clone()),
            _ => None,
        };
        let items: Vec<Item> = items.iter().map(item).collect::<Option<_>>()?;
        let list = Self { path: path.to_owned(), job: job.to_owned(), text: text.to_owned(), items, flow: *flow };
        // What is read here has to be what decides about builds.
        (list.patterns_of(text)? == list.items.iter().map(|item| item.pattern.clone()).collect::<Vec<_>>())
            .then_some(list)
    }

    /// The line of a pattern.
    pub(super) fn line(&self, pattern: &str) -> Option<usize> {
        self.items.iter().find(|item| item.pattern == pattern).map(|item| item.line)
    }

    /// What puts these patterns behind the last one.
    pub(super) fn add(&self, patterns: &[String]) -> Option<Vec<Edit>> {
        let last = self.items.last()?;
        let mut text = String::new();
        let at = if self.flow {
            for pattern in patterns {
                text.push_str(", ");
                text.push_str(&written(pattern, last.style)?);
            }
            last.span.end
        } else {
            let start = self.text.get(..last.span.start)?.rfind(['\n', '\r']).map_or(0, |end| end + 1);
            let before = self.text.get(start..last.span.start)?;
            if before.trim() != "-" {
                return None;
            }
            let rest = self.text.get(last.span.end..)?;
            // A comment behind it stays on its line.
            let end = last.span.end + rest.find(['\n', '\r']).unwrap_or(rest.len());
            let first = self.text.find('\n').unwrap_or(0);
            let newline = if self.text.get(..first).is_some_and(|line| line.ends_with('\r')) { "\r\n" } else { "\n" };
            for pattern in patterns {
                text.push_str(newline);
                text.push_str(before);
                text.push_str(&written(pattern, last.style)?);
            }
            end
        };
        let mut wanted: Vec<String> = self.items.iter().map(|item| item.pattern.clone()).collect();
        wanted.extend_from_slice(patterns);
        self.checked(Edit { path: self.path.clone(), start: at, end: at, text }, &wanted)
    }

    /// What writes `new` in the place of a pattern.
    pub(super) fn replace(&self, old: &str, new: &str) -> Option<Vec<Edit>> {
        let at = self.items.iter().position(|item| item.pattern == old)?;
        let item = self.items.get(at)?;
        let text = written(new, item.style)?;
        let mut wanted: Vec<String> = self.items.iter().map(|item| item.pattern.clone()).collect();
        new.clone_into(wanted.get_mut(at)?);
        self.checked(Edit { path: self.path.clone(), start: item.span.start, end: item.span.end, text }, &wanted)
    }

    /// The edit, if the file reads as wanted with it.
    fn checked(&self, edit: Edit, wanted: &[String]) -> Option<Vec<Edit>> {
        let mut text = self.text.clone();
        text.replace_range(edit.start..edit.end, &edit.text);
        (self.patterns_of(&text)? == wanted).then(|| vec![edit])
    }

    /// The patterns that start the job, as the file alone says it.
    fn patterns_of(&self, text: &str) -> Option<Vec<String>> {
        let mut files = BTreeMap::from([(self.path.clone(), text.as_bytes().to_vec())]);
        let Ok(ci) = CiFile::load(&self.path, &mut files);
        let job = ci.image_job(Some(&self.job))?;
        let mut lists = job.changes.into_iter().filter(|changes| !changes.negative);
        match (lists.next(), lists.next()) {
            (Some(changes), None) => Some(changes.patterns),
            _ => None,
        }
    }
}

/// A pattern as YAML, quoted as its neighbour is or as it has to be.
fn written(pattern: &str, style: ScalarStyle) -> Option<String> {
    if pattern.chars().any(char::is_control) {
        return None;
    }
    let escapes = pattern.contains(['"', '\\']);
    Some(match style {
        ScalarStyle::Plain if is_plain(pattern) => pattern.to_owned(),
        ScalarStyle::DoubleQuoted if !escapes => format!("\"{pattern}\""),
        ScalarStyle::Literal | ScalarStyle::Folded => return None,
        _ => format!("'{}'", pattern.replace('\'', "''")),
    })
}

/// Whether a text means itself without quotes, in a list with and without brackets.
fn is_plain(text: &str) -> bool {
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".inf", ".nan"];
    text.trim_start_matches(['.', '_']).starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-/*+".contains(&byte))
        && !words.contains(&text.to_ascii_lowercase().as_str())
}

/// As much of YAML as it takes, with places.
enum Node {
    Scalar(Item),
    Seq {
        items: Vec<Node>,
        flow: bool,
        shared: bool,
    },
    Map(Vec<(String, Node)>),
    /// An alias, or anything that an alias can stand for.
    Shared,
}

impl Node {
    /// The value of a key; of several the last one, as GitLab takes it.
    fn get(&self, key: &str) -> Option<&Node> {
        match self {
            Node::Map(pairs) => pairs.iter().rev().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }
}

struct Reader<'t> {
    text: &'t str,
    parser: Parser<'t, StrInput<'t>>,
    /// Where each character begins, since the parser counts in characters; `None` where each is a byte.
    bytes: Option<Vec<usize>>,
    /// What precedes the text that the parser sees: a byte order mark.
    offset: usize,
}

impl<'t> Reader<'t> {
    /// The configuration: the first document, or what follows the header.
    fn read(text: &'t str) -> Option<Node> {
        let body = text.trim_start_matches('\u{feff}');
        let ends = || body.char_indices().map(|(at, _)| at).chain([body.len()]).collect();
        let bytes = (!body.is_ascii()).then(ends);
        let mut reader = Reader { text, parser: Parser::new_from_str(body), bytes, offset: text.len() - body.len() };
        let mut first = None;
        loop {
            match reader.parser.next()?.ok()?.0 {
                Event::StreamEnd => return first,
                Event::DocumentStart(_) => {
                    let (event, span) = reader.parser.next()?.ok()?;
                    let node = reader.node(event, span, 0)?;
                    match &first {
                        Some(Node::Map(pairs)) if matches!(&pairs[..], [(name, _)] if name == "spec") => {
                            return Some(node);
                        }
                        Some(_) => return first,
                        None => first = Some(node),
                    }
                }
                _ => {}
            }
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Option<Node> {
        if depth > MAX_DEPTH {
            return None;
        }
        Some(match event {
            Event::Scalar(text, style, anchor, _) => {
                let bytes = self.byte(span.start.index())?..self.byte(span.end.index())?;
                // The parser counts white space behind a quoted scalar as its own.
                let white = self.text.get(bytes.clone())?;
                let bytes = bytes.start..bytes.end - (white.len() - white.trim_end().len());
                let item = Item { pattern: text.into_owned(), span: bytes, line: span.start.line(), style };
                if anchor == 0 && self.holds(&item) { Node::Scalar(item) } else { Node::Shared }
            }
            Event::SequenceStart(anchor, _) => {
                let start = self.byte(span.start.index())?;
                let flow = self.text.get(start..)?.starts_with('[');
                let mut items = Vec::new();
                loop {
                    match self.parser.next()?.ok()? {
                        (Event::SequenceEnd, _) => break Node::Seq { items, flow, shared: anchor > 0 },
                        (event, span) => items.push(self.node(event, span, depth + 1)?),
                    }
                }
            }
            Event::MappingStart(anchor, _) => {
                let mut pairs = Vec::new();
                loop {
                    let key = match self.parser.next()?.ok()? {
                        (Event::MappingEnd, _) if anchor > 0 => break Node::Shared,
                        (Event::MappingEnd, _) => break Node::Map(pairs),
                        (Event::Scalar(key, ..), _) => key.into_owned(),
                        (event, span) => {
                            self.node(event, span, depth + 1)?;
                            String::new()
                        }
                    };
                    let (event, span) = self.parser.next()?.ok()?;
                    pairs.push((key, self.node(event, span, depth + 1)?));
                }
            }
            _ => Node::Shared,
        })
    }

    /// The byte at which a character begins, or the text ends.
    fn byte(&self, index: usize) -> Option<usize> {
        let at = self.bytes.as_ref().map_or(Some(index), |bytes| bytes.get(index).copied())?;
        Some(at + self.offset)
    }

    /// Whether the bytes are the whole scalar on one line, so that others can take their place.
    fn holds(&self, item: &Item) -> bool {
        let Some(written) = self.text.get(item.span.clone()) else { return false };
        match item.style {
            ScalarStyle::Plain => written == item.pattern,
            ScalarStyle::SingleQuoted => is_between(written, '\''),
            ScalarStyle::DoubleQuoted => is_between(written, '"'),
            _ => false,
        }
    }
}

fn is_between(text: &str, quote: char) -> bool {
    text.len() >= 2 && text.starts_with(quote) && text.ends_with(quote) && !text.contains(['\n', '\r'])
}

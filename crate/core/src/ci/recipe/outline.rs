//! Where things stand in a YAML file: each node's lines, so that some can be changed and all others left as they are.

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A node, and its place. Lines are counted from 0, columns in characters.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) column: usize,
    /// The last line that has something of it.
    pub(super) last: usize,
    /// The column after it on its last line, where it ends within one.
    pub(super) end: Option<usize>,
    /// Whether it has an anchor or a tag: others can depend on it, or it is not what it looks like.
    pub(super) is_marked: bool,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Scalar { text: String, is_block: bool },
    Alias,
    Seq { items: Vec<Node>, is_flow: bool },
    Map { pairs: Vec<(Node, Node)>, is_flow: bool },
}

impl Node {
    /// The value of a key, and the key.
    pub(super) fn pair(&self, key: &str) -> Option<&(Node, Node)> {
        let Kind::Map { pairs, .. } = &self.kind else { return None };
        pairs.iter().find(|(name, _)| name.text() == Some(key))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.pair(key).map(|(_, value)| value)
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether it is a collection with an item or a pair on each line.
    pub(super) fn is_block(&self) -> bool {
        matches!(self.kind, Kind::Seq { is_flow: false, .. } | Kind::Map { is_flow: false, .. })
    }

    /// The items of a list, or the one thing that stands for a list of one.
    pub(super) fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq { items, .. } => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// A key that a map in it has twice: which of the two counts, programs disagree.
    pub(super) fn repeated(&self) -> Option<&Node> {
        match &self.kind {
            Kind::Scalar { .. } | Kind::Alias => None,
            Kind::Seq { items, .. } => items.iter().find_map(Node::repeated),
            Kind::Map { pairs, .. } => {
                let mut keys: Vec<&Node> = pairs.iter().map(|(key, _)| key).collect();
                keys.sort_by_key(|key| (key.text(), key.line));
                let twice = keys.windows(2).find_map(|pair| match pair {
                    [a, b] if a.text() == b.text() => Some(*b),
                    _ => None,
                });
                twice.or_else(|| pairs.iter().find_map(|(_, value)| value.repeated()))
            }
        }
    }

    /// Whether something in it is written elsewhere: an alias, a merge key, or a `!reference`.
    pub(super) fn borrows(&self) -> bool {
        match &self.kind {
            Kind::Alias => true,
            Kind::Scalar { .. } => false,
            Kind::Seq { items, .. } => self.is_marked || items.iter().any(Node::borrows),
            Kind::Map { pairs, .. } => pairs.iter().any(|(key, value)| key.text() == Some("<<") || value.borrows()),
        }
    }
}

/// The documents of a file that can be parsed; none otherwise.
pub(super) fn documents(text: &str) -> Vec<Node> {
    let mut reader =
        Reader { lines: text.lines().collect(), text: text.chars().collect(), open: Vec::new(), done: Vec::new() };
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { return Vec::new() };
        reader.event(event, span);
    }
    reader.done
}

struct Reader<'t> {
    lines: Vec<&'t str>,
    text: Vec<char>,
    /// Collections that are not complete, with the key that waits for its value.
    open: Vec<(Node, Option<Node>)>,
    done: Vec<Node>,
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let mut node = self.node(span, Kind::Scalar { text: text.into_owned(), is_block });
                node.is_marked = anchor > 0 || tag.is_some();
                if is_block {
                    node.last = self.end_of_block(&node);
                    node.end = None;
                }
                self.place(node);
            }
            Event::Alias(_) => {
                let node = self.node(span, Kind::Alias);
                self.place(node);
            }
            Event::SequenceStart(anchor, tag) => {
                let kind = Kind::Seq { items: Vec::new(), is_flow: self.opens(span, '[') };
                self.begin(span, kind, anchor > 0 || tag.is_some());
            }
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Map { pairs: Vec::new(), is_flow: self.opens(span, '{') };
                self.begin(span, kind, anchor > 0 || tag.is_some());
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some((mut node, _)) = self.open.pop() else { return };
                let is_flow = matches!(node.kind, Kind::Seq { is_flow: true, .. } | Kind::Map { is_flow: true, .. });
                if is_flow {
                    node.last = span.end.line().saturating_sub(1);
                    node.end = Some(span.end.col());
                }
                self.place(node);
            }
            _ => {}
        }
    }

    fn node(&self, span: Span, kind: Kind) -> Node {
        let (line, last) = (span.start.line().saturating_sub(1), span.end.line().saturating_sub(1));
        Node {
            line,
            column: span.start.col(),
            last: last.min(self.lines.len()),
            end: Some(span.end.col()),
            is_marked: false,
            kind,
        }
    }

    fn begin(&mut self, span: Span, kind: Kind, is_marked: bool) {
        let mut node = self.node(span, kind);
        (node.last, node.end, node.is_marked) = (node.line, None, is_marked);
        self.open.push((node, None));
    }

    fn opens(&self, span: Span, bracket: char) -> bool {
        self.text.get(span.start.index()..span.end.index()).is_some_and(|text| text.contains(&bracket))
    }

    /// The last line of a block scalar: what follows is indented less, or blank to the next thing.
    fn end_of_block(&self, node: &Node) -> usize {
        let mut last = node.line;
        for (at, line) in self.lines.iter().enumerate().skip(node.line) {
            let indentation = line.chars().take_while(|c| *c == ' ').count();
            let is_blank = line.trim().is_empty();
            if !is_blank && indentation < node.column {
                break;
            }
            if !is_blank {
                last = at;
            }
        }
        last
    }

    fn place(&mut self, node: Node) {
        let Some((open, key)) = self.open.last_mut() else { return self.done.push(node) };
        open.last = open.last.max(node.last);
        match &mut open.kind {
            Kind::Seq { items, .. } => items.push(node),
            Kind::Map { pairs, .. } => match key.take() {
                None => *key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
            Kind::Scalar { .. } | Kind::Alias => {}
        }
    }
}

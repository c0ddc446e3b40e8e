//! YAML as GitLab reads it: composed from the parser's events, with the reading of Psych (Ruby's YAML).
//!
//! - Scalars stay text; only whether they mean *null* is decided here.
//! - A merge key `<<` takes effect where it stands, as in Psych: keys written after it win over it, and it wins over
//!   keys written before it. Of a list of maps the first one wins. A key that is written twice has its last value.
//! - An alias shares the value of its anchor, so an alias bomb costs no memory; it counts with the size it would
//!   have, and a document of more than [`MAX_NODES`] nodes or [`MAX_DEPTH`] levels is refused.
//! - Of several documents the first is a header if it is a map with the key `spec`; the configuration is the next.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

/// The greatest number of nodes of a document, aliases counted with the size of what they stand for.
const MAX_NODES: usize = 1_000_000;
/// The greatest depth of a document.
const MAX_DEPTH: usize = 100;
/// The greatest size of a file in bytes: GitLab's own default limit.
const MAX_BYTES: usize = 2 << 20;

/// A YAML value. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Text(Arc<str>),
    Seq(Arc<Vec<Value>>),
    Map(Arc<Vec<(Arc<str>, Value)>>),
    /// `!reference [job, key, …]`.
    Reference(Arc<Vec<Arc<str>>>),
}

impl Value {
    /// The value of a key of a map.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.entries().iter().find(|(name, _)| &**name == key).map(|(_, value)| value)
    }

    /// The value of a key, where it is something.
    pub(super) fn some(&self, key: &str) -> Option<&Value> {
        self.get(key).filter(|value| !matches!(value, Value::Null))
    }

    /// The pairs of a map; nothing for any other value.
    pub(super) fn entries(&self) -> &[(Arc<str>, Value)] {
        match self {
            Value::Map(map) => map,
            _ => &[],
        }
    }

    /// The items of a list; the value itself where it is no list; nothing for null.
    pub(super) fn items(&self) -> &[Value] {
        match self {
            Value::Seq(items) => items,
            Value::Null => &[],
            other => std::slice::from_ref(other),
        }
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self, Value::Map(_))
    }

    /// The texts of a list or of a single scalar, nested lists flattened.
    pub(super) fn texts(&self) -> Vec<String> {
        let mut texts = Vec::new();
        self.collect_texts(&mut texts);
        texts
    }

    fn collect_texts(&self, texts: &mut Vec<String>) {
        for item in self.items() {
            match item {
                Value::Text(text) => texts.push(text.to_string()),
                Value::Seq(_) => item.collect_texts(texts),
                _ => {}
            }
        }
    }

    /// This map merged under `over`: maps deeply, everything else replaced (Ruby's `deep_merge`).
    pub(super) fn deep_merge(&self, over: &Value) -> Value {
        let (Value::Map(base), Value::Map(top)) = (self, over) else { return over.clone() };
        if Arc::ptr_eq(base, top) || top.is_empty() {
            return self.clone();
        }
        let mut merged = Map::from(base.as_ref().clone());
        for (key, value) in top.iter() {
            let value = merged.get(key).map_or_else(|| value.clone(), |old| old.deep_merge(value));
            merged.insert(key.clone(), value);
        }
        merged.into_value()
    }

    /// This map without some of its keys.
    pub(super) fn without(&self, keys: &[&str]) -> Value {
        Value::Map(Arc::new(self.entries().iter().filter(|(key, _)| !keys.contains(&&**key)).cloned().collect()))
    }
}

/// A map under construction: in the order of insertion, with an index so that big maps stay quick.
#[derive(Default)]
pub(super) struct Map {
    pairs: Vec<(Arc<str>, Value)>,
    index: HashMap<Arc<str>, usize>,
}

impl From<Vec<(Arc<str>, Value)>> for Map {
    fn from(pairs: Vec<(Arc<str>, Value)>) -> Self {
        let index = pairs.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
        Self { pairs, index }
    }
}

impl Map {
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.index.get(key).and_then(|&at| self.pairs.get(at)).map(|(_, value)| value)
    }

    pub(super) fn insert(&mut self, key: Arc<str>, value: Value) {
        if let Some(pair) = self.index.get(&key).and_then(|&at| self.pairs.get_mut(at)) {
            pair.1 = value;
        } else {
            self.index.insert(key.clone(), self.pairs.len());
            self.pairs.push((key, value));
        }
    }

    pub(super) fn into_value(self) -> Value {
        Value::Map(Arc::new(self.pairs))
    }
}

/// A file: its optional header (`spec:`) and its configuration.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) header: Option<Value>,
    pub(super) config: Value,
}

/// Why a file is no YAML that GitLab would take.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    /// Counted from 1; 0 where the whole file is meant.
    pub(super) line: usize,
    pub(super) message: String,
}

impl YamlError {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// Reads the documents of a file.
pub(super) fn parse(bytes: &[u8]) -> Result<Documents, YamlError> {
    if bytes.len() > MAX_BYTES {
        return Err(YamlError::new(0, "the file is too large (GitLab's limit is 2 MiB)"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        YamlError::new(before.split(|&byte| byte == b'\n').count(), "not UTF-8")
    })?;
    let mut documents = Composer::default().compose(text.trim_start_matches('\u{feff}'))?.into_iter();
    let first = documents.next().unwrap_or(Value::Null);
    let is_header = first.entries().len() == 1 && first.get("spec").is_some();
    match documents.next() {
        Some(config) if is_header => Ok(Documents { header: Some(first), config }),
        _ => Ok(Documents { header: None, config: first }),
    }
}

/// A collection that is not yet complete.
struct Open {
    anchor: usize,
    /// The nodes in it so far, itself included.
    size: usize,
    reference: bool,
    kind: Kind,
}

enum Kind {
    Seq(Vec<Value>),
    Map {
        map: Map,
        /// The key that waits for its value; `merge` if it is a plain `<<`.
        key: Option<(Arc<str>, bool)>,
    },
}

#[derive(Default)]
struct Composer {
    anchors: HashMap<usize, (Value, usize)>,
    open: Vec<Open>,
    total: usize,
    done: Vec<Value>,
}

impl Composer {
    fn compose(mut self, text: &str) -> Result<Vec<Value>, YamlError> {
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| YamlError::new(error.marker().line(), error.info()))?;
            let line = span.start.line();
            match event {
                Event::Scalar(text, style, anchor, tag) => {
                    // Long texts count for more, so that aliases cannot multiply them either.
                    let size = 1 + text.len() / 64;
                    let plain = style == ScalarStyle::Plain && tag.is_none();
                    let value = if plain && matches!(&*text, "" | "~" | "null" | "Null" | "NULL") {
                        Value::Null
                    } else {
                        Value::Text(Arc::from(&*text))
                    };
                    self.place(value, size, anchor, plain && text == "<<", line)?;
                }
                Event::Alias(anchor) => {
                    let Some((value, size)) = self.anchors.get(&anchor).cloned() else {
                        return Err(YamlError::new(line, "an alias has no anchor before it"));
                    };
                    self.place(value, size, 0, false, line)?;
                }
                Event::SequenceStart(anchor, tag) => self.start(anchor, tag.as_deref(), Kind::Seq(Vec::new()), line)?,
                Event::MappingStart(anchor, tag) => {
                    self.start(anchor, tag.as_deref(), Kind::Map { map: Map::default(), key: None }, line)?;
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(line)?,
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
            }
            // The header and the configuration; what follows has no meaning.
            if self.done.len() == 2 {
                break;
            }
        }
        Ok(self.done)
    }

    fn start(&mut self, anchor: usize, tag: Option<&Tag>, kind: Kind, line: usize) -> Result<(), YamlError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(YamlError::new(line, format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let reference = tag.is_some_and(|tag| tag.handle == "!" && tag.suffix == "reference");
        self.open.push(Open { anchor, size: 1, reference, kind });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), YamlError> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.kind {
            Kind::Seq(items) if open.reference => {
                let path = Value::Seq(Arc::new(items)).texts();
                Value::Reference(Arc::new(path.into_iter().map(Arc::from).collect()))
            }
            Kind::Seq(items) => Value::Seq(Arc::new(items)),
            Kind::Map { map, .. } => map.into_value(),
        };
        // Its parts were counted when they were placed.
        self.total = self.total.saturating_sub(open.size);
        self.place(value, open.size, open.anchor, false, line)
    }

    /// Puts a complete value where it belongs.
    fn place(&mut self, value: Value, size: usize, anchor: usize, merge: bool, line: usize) -> Result<(), YamlError> {
        self.total = self.total.saturating_add(size);
        if self.total > MAX_NODES {
            return Err(YamlError::new(line, "too large once its aliases are followed"));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.done.push(value);
            return Ok(());
        };
        open.size = open.size.saturating_add(size);
        match &mut open.kind {
            Kind::Seq(items) => items.push(value),
            Kind::Map { map, key } => match key.take() {
                None => *key = Some((key_text(&value), merge)),
                Some((_, true)) if value.is_map() => merge_into(map, &value),
                Some((_, true)) if matches!(&value, Value::Seq(items) if items.iter().all(Value::is_map)) => {
                    value.items().iter().rev().for_each(|part| merge_into(map, part));
                }
                Some((name, _)) => map.insert(name, value),
            },
        }
        Ok(())
    }
}

fn merge_into(map: &mut Map, from: &Value) {
    for (key, value) in from.entries() {
        map.insert(key.clone(), value.clone());
    }
}

/// Keys that are collections have no meaning in a CI file: they are kept apart under a name that no keyword has.
fn key_text(value: &Value) -> Arc<str> {
    match value {
        Value::Text(text) => text.clone(),
        Value::Null => Arc::from(""),
        _ => Arc::from("\u{0}"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::format_push_string, reason = "tests")]
mod tests {
    use super::*;

    /// A value in one line.
    fn show(value: &Value) -> String {
        match value {
            Value::Null => "~".into(),
            Value::Text(text) => text.to_string(),
            Value::Seq(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
            Value::Map(map) => {
                let pairs: Vec<_> = map.iter().map(|(key, value)| format!("{key}: {}", show(value))).collect();
                format!("{{{}}}", pairs.join(", "))
            }
            Value::Reference(path) => format!("!{}", path.join(".")),
        }
    }

    fn read(text: &str) -> String {
        match parse(text.as_bytes()) {
            Ok(documents) => show(&documents.config),
            Err(error) => format!("{}: {}", error.line, error.message),
        }
    }

    macro_rules! cases {
        ($($name:ident: $text:expr => $value:expr;)*) => { $(#[test] fn $name() { assert_eq!(read($text), $value); })* };
    }

    cases! {
        empty: "" => "~";
        only_a_comment: "# nothing" => "~";
        scalars: "[a, 1, true, ~, null, '~', \"null\"]" => "[a, 1, true, ~, ~, ~, null]";
        map_in_order: "b: 1\na: 2" => "{b: 1, a: 2}";
        duplicate_key_last_wins: "a: 1\nb: 2\na: 3" => "{a: 3, b: 2}";
        anchor_and_alias: "a: &x [1, 2]\nb: *x" => "{a: [1, 2], b: [1, 2]}";
        later_anchor_of_the_same_name: "a: &x 1\nb: *x\nc: &x 2\nd: *x" => "{a: 1, b: 1, c: 2, d: 2}";
        merge_key: "a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 9" => "{a: {k: 1, l: 2}, b: {k: 9, l: 2}}";
        merge_after_a_key_wins_as_in_psych: "a: &x {k: 1}\nb:\n  k: 9\n  <<: *x" => "{a: {k: 1}, b: {k: 1}}";
        merge_of_a_list_first_wins: "a: &x {k: 1}\nb: &y {k: 2, l: 3}\nc:\n  <<: [*x, *y]" => "{a: {k: 1}, b: {k: 2, l: 3}, c: {k: 1, l: 3}}";
        quoted_merge_key_is_a_key: "a: {'<<': {k: 1}}" => "{a: {<<: {k: 1}}}";
        merge_of_a_scalar_is_a_key: "a:\n  <<: text" => "{a: {<<: text}}";
        reference_tag: "a: [!reference [.setup, script], x]" => "{a: [!.setup.script, x]}";
        literal_block: "a: |\n  x\n  y\n" => "{a: x\ny\n}";
        folded_block: "a: >-\n  x\n  y\n" => "{a: x y}";
        header_document: "spec:\n  inputs: {}\n---\na: 1" => "{a: 1}";
        second_document_is_ignored: "a: 1\n---\nb: 2" => "{a: 1}";
        other_tags_are_dropped: "a: !!str 1\nb: !mine {x: y}" => "{a: 1, b: {x: y}}";
        byte_order_mark: "\u{feff}a: 1" => "{a: 1}";
        unknown_alias: "a: *x" => "1: while parsing node, found unknown anchor";
        tab_indentation: "a:\n\tb: 1" => "2: tabs disallowed within this context (block indentation)";
    }

    #[test]
    fn alias_bomb_is_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let row = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{row}]\n"));
        }
        assert!(read(&text).contains("too large"), "{}", read(&text));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let text = (0..5_000).map(|_| "- ").collect::<String>();
        assert!(read(&text).contains("nested deeper"), "{}", read(&text));
        assert!(parse("[".repeat(100_000).as_bytes()).is_err());
    }

    #[test]
    fn not_utf8_names_the_line() {
        assert_eq!(parse(b"a: 1\nb: \xff").unwrap_err().line, 2);
    }

    #[test]
    fn deep_merge_is_deep_and_replaces_lists() {
        let value = |text: &str| parse(text.as_bytes()).unwrap().config;
        let merged = value("a: {k: 1, l: [1]}\nb: 2").deep_merge(&value("a: {l: [2], m: 3}\nc: 4"));
        assert_eq!(show(&merged), "{a: {k: 1, l: [2], m: 3}, b: 2, c: 4}");
    }
}

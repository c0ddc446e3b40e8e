//! Words: quotes, escapes and variables, as BuildKit's `frontend/dockerfile/shell/lex.go` reads them.

use std::iter::Peekable;
use std::str::Chars;

use super::substitute::{modify, replace};

/// Longer values can be no path, and a value that doubles at every line must end somewhere.
pub(super) const LONGEST: usize = 4096;

/// `${a:-${b:-…}}` goes no deeper.
const DEEPEST: usize = 64;

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Known(String),
    /// Surely not set.
    Unset,
    /// Set or not, to what cannot be known; why, for people.
    Unknown(String),
}

/// Text in which variables were replaced. If one of them is unknown, `known` is what stands before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) known: String,
    pub(super) unknown: Option<String>,
}

impl Text {
    pub(super) fn unknown(why: String) -> Self {
        Self { known: String::new(), unknown: Some(why) }
    }

    pub(super) fn push(&mut self, text: &str, longest: usize) {
        if self.unknown.is_none() {
            if self.known.len() + text.len() > longest {
                self.unknown = Some(format!("a value of more than {longest} bytes"));
            } else {
                self.known.push_str(text);
            }
        }
    }

    fn append(&mut self, text: Self, longest: usize) {
        self.push(&text.known, longest);
        if self.unknown.is_none() {
            self.unknown = text.unknown;
        }
    }

    /// The value of a variable that is set to this.
    pub(super) fn into_value(self) -> Value {
        match self.unknown {
            None => Value::Known(self.known),
            Some(why) => Value::Unknown(why),
        }
    }
}

impl From<String> for Text {
    fn from(known: String) -> Self {
        Self { known, unknown: None }
    }
}

/// Replaces the variables of a word and takes off its quotes and escapes (`Lex.ProcessWord`).
///
/// # Errors
/// What docker would refuse the word for.
pub(super) fn expand(word: &str, escape: char, env: &dyn Fn(&str) -> Value) -> Result<Text, &'static str> {
    Lexer { escape, env: Some(env), ..Lexer::new(word) }.until(None, None, 0)
}

/// The names of the here-documents that a line of COPY, ADD or RUN opens, and whether the tabs before their lines go
/// (`heredocsFromLine` of BuildKit's `parser.go`). A line that cannot be lexed opens none.
pub(super) fn here_documents(line: &str) -> Vec<(String, bool)> {
    let lexer = Lexer { raw_quotes: true, raw_escapes: true, ..Lexer::new(line) };
    lexer.words().unwrap_or_default().iter().filter_map(|word| here_document(word)).collect()
}

/// The here-document that one word opens: `^(\d*)<<(-?)\s*([^<]*)$`, of which the last part is one word.
pub(super) fn here_document(word: &str) -> Option<(String, bool)> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    let rest = rest.trim_start();
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    match Lexer::new(rest).words().ok()?.as_slice() {
        [name] => Some((name.clone(), tabs)),
        _ => None,
    }
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    escape: char,
    raw_quotes: bool,
    raw_escapes: bool,
    /// `None` leaves variables as they are written.
    env: Option<&'a dyn Fn(&str) -> Value>,
}

/// The words of a line, if it is to be split: white space that is not quoted or escaped ends one.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    current: String,
}

impl Words {
    fn add(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.current.push(c);
            } else if !self.current.is_empty() {
                self.done.push(std::mem::take(&mut self.current));
            }
        }
    }
}

const MISSING_BRACE: &str = "a ${ without its }";

impl<'a> Lexer<'a> {
    fn new(text: &'a str) -> Self {
        Self { chars: text.chars().peekable(), escape: '\\', raw_quotes: false, raw_escapes: false, env: None }
    }

    fn longest(&self) -> usize {
        if self.env.is_some() { LONGEST } else { usize::MAX }
    }

    fn words(mut self) -> Result<Vec<String>, &'static str> {
        let mut words = Words::default();
        self.until(None, Some(&mut words), 0)?;
        words.add(" ");
        Ok(words.done)
    }

    /// Reads up to `stop`, or to the end.
    fn until(&mut self, stop: Option<char>, mut words: Option<&mut Words>, depth: usize) -> Result<Text, &'static str> {
        let longest = self.longest();
        let mut text = Text::default();
        if depth > DEEPEST {
            return Err("substitutions nested too deeply");
        }
        while let Some(&c) = self.chars.peek() {
            if Some(c) == stop {
                self.chars.next();
                return Ok(text);
            }
            match c {
                '$' => {
                    let part = self.dollar(depth)?;
                    if let Some(words) = &mut words {
                        words.add(&part.known);
                    }
                    text.append(part, longest);
                    continue;
                }
                '\'' | '"' | '<' => {
                    let part = match c {
                        '\'' => self.single_quoted()?.into(),
                        '"' => self.double_quoted(depth)?,
                        _ => self.less_than().into(),
                    };
                    if let Some(words) = &mut words {
                        words.current.push_str(&part.known);
                    }
                    text.append(part, longest);
                    continue;
                }
                _ => {}
            }
            self.chars.next();
            let mut part = c.to_string();
            let escaped = c == self.escape;
            if escaped {
                if !self.raw_escapes {
                    part.clear();
                }
                let Some(next) = self.chars.next() else {
                    text.push(&part, longest);
                    break;
                };
                part.push(next);
            }
            if let Some(words) = &mut words {
                if escaped { words.current.push_str(&part) } else { words.add(&part) }
            }
            text.push(&part, longest);
        }
        if stop.is_some() { Err(MISSING_BRACE) } else { Ok(text) }
    }

    /// A word inside of `${…}`, whose escapes stay if they belong to a pattern.
    fn operand(&mut self, stop: char, raw_escapes: bool, depth: usize) -> Result<Text, &'static str> {
        let outer = std::mem::replace(&mut self.raw_escapes, raw_escapes);
        let text = self.until(Some(stop), None, depth + 1);
        self.raw_escapes = outer;
        text
    }

    fn single_quoted(&mut self) -> Result<String, &'static str> {
        let mut text = String::new();
        self.chars.next();
        if self.raw_quotes {
            text.push('\'');
        }
        for c in self.chars.by_ref() {
            if c == '\'' {
                if self.raw_quotes {
                    text.push(c);
                }
                return Ok(text);
            }
            text.push(c);
        }
        Err("a ' without its pair")
    }

    fn double_quoted(&mut self, depth: usize) -> Result<Text, &'static str> {
        let longest = self.longest();
        let mut text = Text::default();
        let quote = self.chars.next().filter(|_| self.raw_quotes).map_or("", |_| "\"");
        text.push(quote, longest);
        loop {
            match self.chars.peek() {
                None => return Err("a \" without its pair"),
                Some('"') => {
                    self.chars.next();
                    text.push(quote, longest);
                    return Ok(text);
                }
                Some('$') => {
                    let part = self.dollar(depth)?;
                    text.append(part, longest);
                }
                Some(&c) => {
                    self.chars.next();
                    let mut part = String::from(c);
                    if c == self.escape {
                        // Only these can be escaped here; the escape stays before anything else.
                        match self.chars.next_if(|&next| next == '"' || next == '$' || next == self.escape) {
                            Some(next) => {
                                if !self.raw_escapes {
                                    part.clear();
                                }
                                part.push(next);
                            }
                            // BuildKit's lexer writes the escape twice where it keeps escapes.
                            None if self.raw_escapes => part.push(c),
                            None => {}
                        }
                    }
                    text.push(&part, longest);
                }
            }
        }
    }

    /// `<`, or `<<` and the white space that may stand between it and its word.
    fn less_than(&mut self) -> String {
        let mut text = String::from("<");
        self.chars.next();
        if self.chars.next_if_eq(&'<').is_some() {
            text.push('<');
            while let Some(space) = self.chars.next_if(|&c| matches!(c, ' ' | '\t' | '\r')) {
                text.push(space);
            }
        }
        text
    }

    /// A name: letters, digits and `_`; digits alone; or one special parameter.
    fn name(&mut self) -> String {
        let mut name = String::new();
        if self.chars.peek().is_some_and(|c| c.is_numeric()) {
            while let Some(digit) = self.chars.next_if(|c| c.is_numeric()) {
                name.push(digit);
            }
        } else if let Some(special) = self.chars.next_if(|&c| "@*#?-$!".contains(c)) {
            name.push(special);
        } else {
            while let Some(c) = self.chars.next_if(|&c| c.is_alphanumeric() || c == '_') {
                name.push(c);
            }
        }
        name
    }

    fn dollar(&mut self, depth: usize) -> Result<Text, &'static str> {
        self.chars.next();
        if self.chars.next_if_eq(&'{').is_none() {
            let name = self.name();
            let Some(env) = self.env else { return Ok(format!("${name}").into()) };
            return Ok(match name.as_str() {
                "" => Text::from("$".to_owned()),
                _ => value(env(&name)),
            });
        }
        match self.chars.peek() {
            None => return Err(MISSING_BRACE),
            Some('{' | '}' | ':') => return Err("a bad substitution"),
            Some(_) => {}
        }
        let name = self.name();
        let mut operator = self.chars.next().ok_or(MISSING_BRACE)?;
        let empty_is_unset = operator == ':';
        if empty_is_unset {
            operator = self.chars.next().ok_or(MISSING_BRACE)?;
        }
        match operator {
            '}' if !empty_is_unset => {
                Ok(self.env.map_or_else(|| format!("${{{name}}}").into(), |env| value(env(&name))))
            }
            '/' if !empty_is_unset => {
                let all = self.chars.next_if_eq(&'/').is_some();
                let pattern = self.operand('/', true, depth)?;
                let replacement = self.operand('}', true, depth)?;
                match self.env {
                    // What a variable is replaced by matters only where there are variables.
                    None => Ok(format!("${{{name}/{}/{}}}", pattern.known, replacement.known).into()),
                    Some(env) => replace(env(&name), pattern, replacement, all),
                }
            }
            '#' | '%' if empty_is_unset => Err("an unknown modifier in a substitution"),
            // Where variables stay as they are, BuildKit returns before it looks at the modifier.
            _ if empty_is_unset && self.env.is_none() => {
                let word = self.operand('}', false, depth)?;
                Ok(format!("${{{name}:{operator}{}}}", word.known).into())
            }
            '+' | '-' | '?' | '#' | '%' => {
                let word = self.operand('}', matches!(operator, '#' | '%'), depth)?;
                match self.env {
                    None => Ok(format!("${{{name}{operator}{}}}", word.known).into()),
                    Some(env) => modify(env(&name), operator, empty_is_unset, word),
                }
            }
            _ => Err("an unknown modifier in a substitution"),
        }
    }
}

fn value(value: Value) -> Text {
    match value {
        Value::Known(text) => text.into(),
        Value::Unset => Text::default(),
        Value::Unknown(why) => Text::unknown(why),
    }
}

//! A script, followed command by command: variables, the current folder, and the commands that build, name and push.
//!
//! Both sides of an `if` are followed, and a variable that they set differently has both values afterwards; loops run
//! once with every value of their variable; functions run where they are called.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::assemble::Job;
use super::build::Invocation;
use super::eval::{Here, Scope};
use super::shell::{self, Part, Token, Word};
use super::value::{self, Atom, Sym, Values};

/// The greatest script that is followed, in bytes.
const MAX_SCRIPT: usize = 256 << 10;
/// How many commands are followed, how deep they may be nested, and how many branches may be taken.
const MAX_COMMANDS: usize = 20_000;
pub(super) const MAX_NESTING: usize = 64;
const MAX_BRANCHES: usize = 1_000;
const MAX_VARIABLES: usize = 2_000;

/// What a job's scripts do with images.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) builds: Vec<Invocation>,
    /// `docker tag A B`.
    pub(super) renames: Vec<(Sym, Sym)>,
    pub(super) pushes: Vec<Push>,
    /// Commands that may build an image out of sight.
    pub(super) opaque: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// A reference that is pushed.
#[derive(Debug)]
pub(super) struct Push {
    pub(super) to: Sym,
    /// The image that gets this name, where it is another.
    pub(super) from: Option<Sym>,
    /// `docker push --all-tags`.
    pub(super) all_tags: bool,
}

/// Follows the scripts of a job.
pub(super) fn run(job: &Job) -> Found {
    let scope = Scope::new(job);
    let kaniko = job.image.as_deref().is_some_and(|image| image.contains("kaniko"));
    let mut found = Found::default();
    for lines in [&job.script, &job.after_script] {
        let script = lines.join("\n");
        if script.len() > MAX_SCRIPT {
            found.notes.push(format!("The script of the job {} is too large: it is not read.", job.name));
            continue;
        }
        let mut run = Run::new(&scope, kaniko, found);
        run.tokens(&shell::lex(&script));
        if run.commands >= MAX_COMMANDS || run.branches >= MAX_BRANCHES {
            run.found.notes.push(format!("The script of the job {} is too long: its end is not read.", job.name));
        }
        found = run.found;
    }
    found
}

#[derive(Clone, Debug, Default)]
pub(super) struct State {
    pub(super) set: Arc<BTreeMap<String, Values>>,
    pub(super) folder: Sym,
    /// The folders of `pushd`; the first is the one before `cd`, for `cd -`.
    pub(super) folders: Vec<Sym>,
}

pub(super) enum Frame {
    Branch {
        entry: State,
        outcomes: Vec<State>,
        complete: bool,
    },
    /// `pattern`: the next words are a pattern.
    Case {
        entry: State,
        outcomes: Vec<State>,
        complete: bool,
        pattern: bool,
    },
    Loop {
        entry: State,
    },
    Subshell {
        entry: State,
    },
    Brace,
}

pub(super) struct Run<'s, 'j> {
    scope: &'s Scope<'j>,
    pub(super) kaniko: bool,
    pub(super) state: State,
    pub(super) frames: Vec<Frame>,
    pub(super) functions: HashMap<String, Arc<Vec<Token>>>,
    pub(super) found: Found,
    commands: usize,
    branches: usize,
    pub(super) calls: usize,
    /// Whether the commands of this `&&`/`||` chain may not run.
    pub(super) conditional: bool,
    pub(super) last_was_test: bool,
}

impl<'s, 'j> Run<'s, 'j> {
    fn new(scope: &'s Scope<'j>, kaniko: bool, found: Found) -> Self {
        Self {
            scope,
            kaniko,
            state: State::default(),
            frames: Vec::new(),
            functions: HashMap::new(),
            found,
            commands: 0,
            branches: 0,
            calls: 0,
            conditional: false,
            last_was_test: false,
        }
    }

    pub(super) fn values(&self, word: &Word) -> Values {
        self.scope.word(word, &Here { set: &self.state.set, folder: &self.state.folder }, 0)
    }

    pub(super) fn variable(&self, name: &str) -> Values {
        self.scope.variable(name, &Here { set: &self.state.set, folder: &self.state.folder }, 0)
    }

    pub(super) fn tokens(&mut self, tokens: &[Token]) {
        let mut words: Vec<&Word> = Vec::new();
        let mut rest = tokens.iter();
        while let Some(token) = rest.next() {
            if self.commands >= MAX_COMMANDS || self.branches >= MAX_BRANCHES || self.frames.len() > MAX_NESTING {
                return;
            }
            match token {
                Token::Word(word) => words.push(word),
                Token::Redirect | Token::HereString => drop(rest.next()),
                Token::End => {
                    self.command(&words);
                    words.clear();
                    self.conditional = false;
                    self.last_was_test = false;
                }
                Token::EndCase => {
                    self.command(&words);
                    words.clear();
                    self.conditional = false;
                    self.end_arm();
                }
                Token::And => {
                    self.command(&words);
                    words.clear();
                    self.conditional |= self.last_was_test;
                }
                Token::Or => {
                    self.command(&words);
                    words.clear();
                    self.conditional = true;
                }
                Token::Pipe => {
                    if !self.in_pattern() {
                        self.command(&words);
                    }
                    words.clear();
                }
                Token::Open => {
                    if self.in_pattern() {
                        continue;
                    }
                    if let Some(name) = function_name(&words) {
                        words.clear();
                        let body = function_body(&mut rest);
                        self.functions.insert(name, Arc::new(body));
                        continue;
                    }
                    self.command(&words);
                    words.clear();
                    self.frames.push(Frame::Subshell { entry: self.state.clone() });
                }
                Token::Close => {
                    if let Some(Frame::Case { entry, pattern: pattern @ true, complete, .. }) = self.frames.last_mut() {
                        *pattern = false;
                        *complete |= words.iter().any(|word| word.bare() == Some("*"));
                        self.state = entry.clone();
                        words.clear();
                        continue;
                    }
                    self.command(&words);
                    words.clear();
                    if let Some(Frame::Subshell { .. }) = self.frames.last()
                        && let Some(Frame::Subshell { entry }) = self.frames.pop()
                    {
                        self.state = entry;
                    }
                }
            }
        }
        self.command(&words);
    }

    fn in_pattern(&self) -> bool {
        matches!(self.frames.last(), Some(Frame::Case { pattern: true, .. }))
    }

    fn end_arm(&mut self) {
        if let Some(Frame::Case { entry, outcomes, pattern, .. }) = self.frames.last_mut() {
            outcomes.push(std::mem::replace(&mut self.state, entry.clone()));
            *pattern = true;
        }
    }

    /// The state after one of several ways through.
    fn merge(&self, mut outcomes: Vec<State>) -> State {
        let Some(first) = outcomes.pop() else { return self.state.clone() };
        let mut merged = first;
        for other in outcomes {
            if !Arc::ptr_eq(&merged.set, &other.set) {
                let mut all: BTreeMap<String, Values> = BTreeMap::new();
                let names = merged.set.keys().chain(other.set.keys());
                for name in names {
                    if all.contains_key(name) {
                        continue;
                    }
                    let mut values = Vec::new();
                    for side in [&other, &merged] {
                        match side.set.get(name) {
                            Some(set) => values.extend(set.iter().cloned()),
                            // Not set on this side: what the CI file says, if it does.
                            None if self.scope.sets(name) => {
                                let empty = BTreeMap::new();
                                let here = Here { set: &empty, folder: &side.folder };
                                values.extend(self.scope.variable(name, &here, 0));
                            }
                            None => {}
                        }
                    }
                    all.insert(name.clone(), value::unique(values));
                }
                merged.set = Arc::new(all);
            }
            merged.folder = value::single(&value::unique([other.folder, merged.folder]));
        }
        merged
    }

    /// Counts a branch: for more where there is much to merge after it.
    fn branch(&mut self) {
        self.branches += 1 + self.state.set.len() / 50;
    }

    /// One command: keywords, assignments, then what it does.
    fn command(&mut self, words: &[&Word]) {
        let mut words = words;
        if words.is_empty() {
            return;
        }
        self.commands += 1;
        while let Some((first, rest)) = words.split_first() {
            match first.bare() {
                Some("if") => {
                    self.branch();
                    self.frames.push(Frame::Branch {
                        entry: self.state.clone(),
                        outcomes: Vec::new(),
                        complete: false,
                    });
                }
                Some("elif" | "else") => {
                    if let Some(Frame::Branch { entry, outcomes, complete }) = self.frames.last_mut() {
                        outcomes.push(std::mem::replace(&mut self.state, entry.clone()));
                        *complete |= first.bare() == Some("else");
                    }
                }
                Some("while" | "until") => {
                    self.branch();
                    self.frames.push(Frame::Loop { entry: self.state.clone() });
                }
                Some("for") => {
                    self.branch();
                    self.frames.push(Frame::Loop { entry: self.state.clone() });
                    return self.for_words(rest);
                }
                Some("case") => {
                    self.branch();
                    let entry = self.state.clone();
                    self.frames.push(Frame::Case { entry, outcomes: Vec::new(), complete: false, pattern: true });
                    return;
                }
                Some("fi" | "done" | "esac" | "}") => self.end_block(),
                Some("{") => self.frames.push(Frame::Brace),
                // `function name { … }`, without parentheses, is followed where it stands.
                Some("function") => {
                    words = rest.get(1..).unwrap_or_default();
                    continue;
                }
                Some("then" | "do" | "!" | "time" | "exec" | "command" | "nohup" | "builtin") => {}
                _ => break,
            }
            words = rest;
        }
        while let Some((first, rest)) = words.split_first()
            && let Some((name, append, value)) = assignment(first)
        {
            // Before a command the value is for that command alone.
            if rest.iter().all(|word| assignment(word).is_some()) {
                let values = self.values(&value);
                self.assign(name, values, append);
            }
            words = rest;
        }
        if !words.is_empty() {
            self.simple(words);
        }
    }

    fn end_block(&mut self) {
        let state = self.state.clone();
        self.state = match self.frames.pop() {
            Some(
                Frame::Branch { entry, mut outcomes, complete }
                | Frame::Case { entry, mut outcomes, complete, pattern: false },
            ) => {
                outcomes.push(state);
                if !complete {
                    outcomes.push(entry);
                }
                self.merge(outcomes)
            }
            // After `;;` the state is the entry again.
            Some(Frame::Case { entry, mut outcomes, complete, pattern: true }) => {
                if !complete {
                    outcomes.push(entry);
                }
                self.merge(outcomes)
            }
            Some(Frame::Loop { entry }) => self.merge(vec![state, entry]),
            Some(Frame::Subshell { .. } | Frame::Brace) | None => state,
        };
    }

    fn for_words(&mut self, words: &[&Word]) {
        let Some((name, rest)) = words.split_first() else { return };
        let Some(name) = name.bare().map(str::to_owned) else { return };
        let values = match rest.split_first() {
            Some((word, items)) if word.bare() == Some("in") => {
                let items: Vec<Values> = items.iter().flat_map(|word| self.fields(word)).collect();
                value::unique(items.into_iter().flatten())
            }
            _ => Vec::new(),
        };
        let values = if values.is_empty() { vec![Sym::unknown(format!("${name}"), true)] } else { values };
        self.set(name, values);
    }

    pub(super) fn set(&mut self, name: String, values: Values) {
        if self.state.set.len() < MAX_VARIABLES || self.state.set.contains_key(&name) {
            Arc::make_mut(&mut self.state.set).insert(name, values);
        }
    }

    pub(super) fn assign(&mut self, name: String, values: Values, append: bool) {
        let values = if append { value::concat(&[self.variable(&name), values], &format!("${name}")) } else { values };
        let known = self.state.set.contains_key(&name) || self.scope.sets(&name);
        let values = if self.conditional && known {
            value::unique(self.variable(&name).into_iter().chain(values))
        } else {
            values
        };
        self.set(name, values);
    }

    /// The words that one word becomes: what an unquoted variable holds is split at blanks, and nothing is no word.
    pub(super) fn fields(&self, word: &Word) -> Vec<Values> {
        let values = self.values(word);
        let splits = word
            .parts
            .iter()
            .any(|part| matches!(part, Part::Variable { quoted: false, .. } | Part::Command { quoted: false, .. }));
        let [sym] = values.as_slice() else { return vec![values] };
        if !splits {
            return vec![values];
        }
        let mut fields = Vec::new();
        let mut field = Sym::default();
        for atom in &sym.0 {
            match atom {
                Atom::Text(text) => {
                    for (index, piece) in text.split(char::is_whitespace).enumerate() {
                        if index > 0 && !field.0.is_empty() {
                            fields.push(vec![std::mem::take(&mut field)]);
                        }
                        field.push(Atom::Text(piece.to_owned()));
                    }
                }
                atom => field.push(atom.clone()),
            }
        }
        if !field.0.is_empty() {
            fields.push(vec![field]);
        }
        fields
    }
}

/// `NAME=value` or `NAME+=value`.
pub(super) fn assignment(word: &Word) -> Option<(String, bool, Word)> {
    let Some(Part::Text { text, quoted: false }) = word.parts.first() else { return None };
    let name = shell::name_of(text);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let rest = text.get(name.len()..)?;
    let (append, value) = match rest.strip_prefix("+=") {
        Some(value) => (true, value),
        None => (false, rest.strip_prefix('=')?),
    };
    let mut parts = vec![Part::Text { text: value.to_owned(), quoted: false }];
    parts.extend(word.parts.get(1..).unwrap_or_default().iter().cloned());
    let raw = word.raw.split_once('=').map_or("", |(_, raw)| raw).to_owned();
    Some((name.to_owned(), append, Word { parts, raw }))
}

/// The name of a function whose `()` follows: `name` or `function name`.
fn function_name(words: &[&Word]) -> Option<String> {
    let (last, before) = words.split_last()?;
    let name = last.bare()?;
    let legal = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c))
        && !matches!(name, "if" | "then" | "else" | "do" | "while" | "until" | "!" | "time" | "elif" | "{");
    let alone = before.iter().all(|word| word.bare() == Some("function"));
    (legal && alone).then(|| name.to_owned())
}

/// The tokens of a function's body, from its `)` on.
fn function_body(rest: &mut std::slice::Iter<'_, Token>) -> Vec<Token> {
    let mut body = Vec::new();
    let mut depth = 0_usize;
    for token in rest {
        let bare = if let Token::Word(word) = token { word.bare() } else { None };
        match (bare, token) {
            (Some("{"), _) => depth += 1,
            (Some("}"), _) => depth = depth.saturating_sub(1),
            (_, Token::Close) if depth == 0 => continue,
            _ => {}
        }
        if depth == 0 && bare == Some("}") {
            break;
        }
        if depth > 0 && !(depth == 1 && bare == Some("{")) {
            body.push(token.clone());
        }
    }
    body
}

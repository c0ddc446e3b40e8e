//! A script, followed command by command: variables, the current folder, and the commands that build, name and push.
//!
//! Both sides of an `if` are followed, and a variable that they set differently has both values afterwards; loops run
//! once with every value of their variable; functions run where they are called.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::assemble::Job;
use super::build::{self, Arguments, Invocation, Tool};
use super::eval::{Here, Scope};
use super::shell::{self, Part, Token, Word};
use super::value::{self, Atom, Sym, Values};

/// The greatest script that is followed, in bytes.
const MAX_SCRIPT: usize = 256 << 10;
/// How many commands are followed, how deep they may be nested, and how many branches may be taken.
const MAX_COMMANDS: usize = 20_000;
const MAX_NESTING: usize = 64;
const MAX_BRANCHES: usize = 1_000;
const MAX_CALLS: usize = 8;
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
    let scope = Scope::new(&job.variables, &job.matrix);
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
struct State {
    set: Arc<BTreeMap<String, Values>>,
    folder: Sym,
    /// The folders of `pushd`; the first is the one before `cd`, for `cd -`.
    folders: Vec<Sym>,
}

enum Frame {
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

struct Run<'s, 'j> {
    scope: &'s Scope<'j>,
    kaniko: bool,
    state: State,
    frames: Vec<Frame>,
    functions: HashMap<String, Arc<Vec<Token>>>,
    found: Found,
    commands: usize,
    branches: usize,
    calls: usize,
    /// Whether the commands of this `&&`/`||` chain may not run.
    conditional: bool,
    last_was_test: bool,
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

    fn values(&self, word: &Word) -> Values {
        self.scope.word(word, &Here { set: &self.state.set, folder: &self.state.folder }, 0)
    }

    fn variable(&self, name: &str) -> Values {
        self.scope.variable(name, &Here { set: &self.state.set, folder: &self.state.folder }, 0)
    }

    fn tokens(&mut self, tokens: &[Token]) {
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
                            None if self.scope.yaml.contains_key(name) => {
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
                    self.branches += 1;
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
                    self.branches += 1;
                    self.frames.push(Frame::Loop { entry: self.state.clone() });
                }
                Some("for") => {
                    self.branches += 1;
                    self.frames.push(Frame::Loop { entry: self.state.clone() });
                    return self.for_words(rest);
                }
                Some("case") => {
                    self.branches += 1;
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

    fn set(&mut self, name: String, values: Values) {
        if self.state.set.len() < MAX_VARIABLES || self.state.set.contains_key(&name) {
            Arc::make_mut(&mut self.state.set).insert(name, values);
        }
    }

    fn assign(&mut self, name: String, values: Values, append: bool) {
        let values = if append { value::concat(&[self.variable(&name), values], &format!("${name}")) } else { values };
        let known = self.state.set.contains_key(&name) || self.scope.yaml.contains_key(&name);
        let values = if self.conditional && known {
            value::unique(self.variable(&name).into_iter().chain(values))
        } else {
            values
        };
        self.set(name, values);
    }

    /// The words that one word becomes: what an unquoted variable holds is split at blanks, and nothing is no word.
    fn fields(&self, word: &Word) -> Vec<Values> {
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

    /// A command without keywords and assignments.
    fn simple(&mut self, words: &[&Word]) {
        let args: Vec<Values> = words.iter().flat_map(|word| self.fields(word)).collect();
        let Some((name, args)) = args.split_first() else { return };
        let name = value::single(name).known().unwrap_or_default().to_owned();
        let base = name.rsplit('/').next().unwrap_or_default();
        let text = |at: usize| args.get(at).and_then(|values| value::single(values).known().map(str::to_owned));
        self.last_was_test = matches!(base, "[" | "[[" | "test" | "grep" | "which" | "true" | "false");
        match base {
            "sudo" | "env" | "nice" | "timeout" | "retry" | "xvfb-run" | "chronic" => {
                let skip = words.iter().skip(1).position(|word| {
                    word.literal().is_none_or(|text| {
                        !text.starts_with('-') && !text.contains('=') && !text.starts_with(|c: char| c.is_ascii_digit())
                    })
                });
                if let Some(rest) = skip.and_then(|skip| words.get(skip + 1..)) {
                    self.simple(rest);
                }
            }
            "export" | "declare" | "local" | "readonly" | "typeset" => {
                for word in words.iter().skip(1) {
                    if let Some((name, append, value)) = assignment(word) {
                        let values = self.values(&value);
                        self.assign(name, values, append);
                    }
                }
            }
            "unset" => {
                for name in args.iter().filter_map(|arg| value::single(arg).known().map(str::to_owned)) {
                    self.set(name, vec![Sym::default()]);
                }
            }
            "read" => {
                for name in args.iter().filter_map(|arg| value::single(arg).known().map(str::to_owned)) {
                    if !name.starts_with('-') {
                        let values = vec![Sym::unknown(format!("${name}"), true)];
                        self.set(name, values);
                    }
                }
            }
            "cd" | "pushd" => {
                self.change_folder(base, args.iter().map(value::single).find(|arg| arg.known() != Some("--")))
            }
            "popd" => {
                if self.state.folders.len() > 1
                    && let Some(folder) = self.state.folders.pop()
                {
                    self.state.folder = folder;
                }
            }
            "eval" | "bash" | "sh" | "ash" => self.script(base, words, text(0).as_deref()),
            "source"
            | "."
            | "make"
            | "docker-compose"
            | "skaffold"
            | "earthly"
            | "jupyter-repo2docker"
            | "repo2docker"
            | "s2i"
            | "pack"
            | "just"
            | "task" => {
                self.opaque(words);
            }
            "docker" | "nerdctl" => self.docker(words, args),
            "buildx" | "docker-buildx" => self.docker_like(Tool::Buildx, words, args),
            "buildah" => self.docker_like(Tool::Buildah, words, args),
            "podman" => self.docker_like(Tool::Podman, words, args),
            "img" => self.docker_like(Tool::Img, words, args),
            "executor" if self.kaniko || name.contains("kaniko") => self.build(Tool::Kaniko, args),
            "kaniko" => self.build(Tool::Kaniko, args),
            "skopeo" | "crane" | "regctl" | "oras" => self.copy(base, args),
            _ => match self.functions.get(&name).cloned() {
                Some(body) => self.call(&body, args),
                None if name.ends_with(".sh") || name.starts_with("./") => self.opaque(words),
                None => {}
            },
        }
    }

    fn call(&mut self, body: &[Token], args: &[Values]) {
        if self.calls >= MAX_CALLS {
            return;
        }
        self.calls += 1;
        let before: Vec<Option<Values>> =
            (1..=9).map(|at: usize| self.state.set.get(&at.to_string()).cloned()).collect();
        for at in 1..=9 {
            let value = args.get(at - 1).cloned().unwrap_or_else(|| vec![Sym::default()]);
            self.set(at.to_string(), value);
        }
        let (conditional, frames) = (self.conditional, std::mem::take(&mut self.frames));
        self.tokens(body);
        (self.conditional, self.frames) = (conditional, frames);
        for (at, value) in (1..=9).zip(before) {
            match value {
                Some(value) => self.set(at.to_string(), value),
                None => drop(Arc::make_mut(&mut self.state.set).remove(&at.to_string())),
            }
        }
        self.calls -= 1;
    }

    fn opaque(&mut self, words: &[&Word]) {
        let text = words.iter().map(|word| word.raw.as_str()).collect::<Vec<_>>().join(" ");
        if self.found.opaque.len() < 20 {
            self.found.opaque.push(Sym::unknown(text, true).display());
        }
    }

    /// `bash -c '…'`, `eval "…"`, `sh build.sh`.
    fn script(&mut self, shell: &str, words: &[&Word], first: Option<&str>) {
        let inner = match (shell, first) {
            ("eval", _) => words.get(1),
            (_, Some(option)) if option.starts_with('-') && option.ends_with('c') => words.get(2),
            _ => None,
        };
        let Some(inner) = inner else { return self.opaque(words) };
        if self.calls >= MAX_CALLS {
            return;
        }
        // Single-quoted text is the script itself; in double quotes the variables are the same on both sides.
        let raw = inner.raw.as_str();
        let quoted = |quote| raw.strip_prefix(quote).and_then(|raw| raw.strip_suffix(quote));
        let source = inner.literal().or_else(|| quoted('"').map(|raw| raw.replace("\\\"", "\"").replace("\\$", "$")));
        let Some(source) = source else { return self.opaque(words) };
        self.calls += 1;
        let (entry, frames) = (self.state.clone(), std::mem::take(&mut self.frames));
        self.tokens(&shell::lex(&source));
        self.frames = frames;
        if shell != "eval" {
            self.state = entry;
        }
        self.calls -= 1;
    }

    fn change_folder(&mut self, command: &str, to: Option<Sym>) {
        let now = self.state.folder.clone();
        let next = match to {
            None => Sym::unknown("~", false),
            Some(to) if to.known() == Some("-") => self.state.folders.first().cloned().unwrap_or_default(),
            Some(to) => build::resolve(&now, &to),
        };
        self.state.folder = next;
        match self.state.folders.first_mut() {
            Some(before) => *before = now.clone(),
            None => self.state.folders.push(now.clone()),
        }
        if command == "pushd" && self.state.folders.len() < MAX_NESTING {
            self.state.folders.push(now);
        }
    }

    fn docker(&mut self, words: &[&Word], args: &[Values]) {
        let global = [
            "config",
            "c",
            "context",
            "H",
            "host",
            "l",
            "log-level",
            "tlscacert",
            "tlscert",
            "tlskey",
            "n",
            "namespace",
            "a",
            "address",
        ];
        let args = skip_options(args, &global);
        let name = |at: usize| {
            args.get(at).and_then(|values| value::single(values).known().map(str::to_owned)).unwrap_or_default()
        };
        match (name(0).as_str(), name(1).as_str()) {
            ("buildx", _) => self.docker_like(Tool::Buildx, words, args.get(1..).unwrap_or_default()),
            ("image" | "builder", "build" | "push" | "tag") => {
                self.docker_like(Tool::Docker, words, args.get(1..).unwrap_or_default())
            }
            ("compose", _) => self.opaque(words),
            _ => self.docker_like(Tool::Docker, words, args),
        }
    }

    fn docker_like(&mut self, tool: Tool, words: &[&Word], args: &[Values]) {
        let global = [
            "builder",
            "connection",
            "url",
            "identity",
            "log-level",
            "root",
            "runroot",
            "runtime",
            "storage-driver",
            "storage-opt",
            "tmpdir",
            "registries-conf",
            "registries-conf-dir",
            "cgroup-manager",
            "events-backend",
            "backend",
            "b",
            "state",
            "s",
            "c",
        ];
        let args = skip_options(args, &global);
        let Some((command, args)) = args.split_first() else { return };
        match (tool, value::single(command).known().unwrap_or_default()) {
            (Tool::Buildah, "bud" | "build" | "build-using-dockerfile") | (_, "build") => self.build(tool, args),
            (Tool::Buildx, "b") => self.build(tool, args),
            (Tool::Buildx, "bake" | "f") => self.opaque(words),
            (Tool::Buildx, "imagetools") => {
                let parsed = Arguments::parse(args, |name| {
                    matches!(name, "t" | "tag" | "f" | "file" | "builder" | "progress" | "annotation")
                });
                let from = parsed.positional.get(1).map(value::single);
                for to in parsed.all(&["t", "tag"]).flatten() {
                    self.found.pushes.push(Push { to: to.clone(), from: from.clone(), all_tags: false });
                }
            }
            (Tool::Buildah | Tool::Podman | Tool::Docker, "manifest") => {
                if let Some((command, args)) = args.split_first()
                    && value::single(command).known() == Some("push")
                {
                    self.push(tool, args);
                }
            }
            (Tool::Podman | Tool::Docker, "image") => self.docker_like(tool, words, args),
            (_, "push") => self.push(tool, args),
            (_, "tag") => {
                let parsed = Arguments::parse(args, |_| false);
                if let Some((from, names)) = parsed.positional.split_first() {
                    for from in from {
                        let names = names.iter().flatten().cloned();
                        self.found.renames.extend(names.map(|name| (from.clone(), name)));
                    }
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, tool: Tool, args: &[Values]) {
        let parsed = Arguments::parse(args, |name| {
            matches!(
                name,
                "authfile"
                    | "cert-dir"
                    | "creds"
                    | "f"
                    | "format"
                    | "digestfile"
                    | "sign-by"
                    | "signature-policy"
                    | "compression-format"
                    | "compression-level"
                    | "encryption-key"
                    | "encrypt-layer"
                    | "retry"
                    | "retry-delay"
                    | "platform"
                    | "backend"
            )
        });
        let all_tags = parsed.has(&["a", "all-tags"]) && tool == Tool::Docker;
        let mut positional = parsed.positional.iter();
        let (Some(first), second) = (positional.next(), positional.next()) else { return };
        let from = second.map(|_| value::single(first));
        for to in second.unwrap_or(first) {
            let to = to.strip_prefix("docker://").unwrap_or_else(|| to.clone());
            self.found.pushes.push(Push { to, from: from.clone(), all_tags });
        }
    }

    /// `skopeo copy A B` and its kin.
    fn copy(&mut self, tool: &str, args: &[Values]) {
        let parsed = Arguments::parse(args, |name| {
            matches!(
                name,
                "src-creds"
                    | "dest-creds"
                    | "src-tls-verify"
                    | "dest-tls-verify"
                    | "authfile"
                    | "src-authfile"
                    | "dest-authfile"
                    | "format"
                    | "f"
                    | "platform"
                    | "retry-times"
                    | "override-os"
                    | "override-arch"
                    | "multi-arch"
            )
        });
        let plain = |values: &Values| {
            let sym = value::single(values);
            sym.strip_prefix("docker://").unwrap_or(sym)
        };
        let words: Vec<Sym> = parsed.positional.iter().map(plain).collect();
        let names: Vec<&str> = words.iter().map(|word| word.known().unwrap_or_default()).collect();
        match (tool, names.as_slice(), words.as_slice()) {
            (_, ["copy" | "cp", _, _], [_, from, to])
            | ("regctl", ["image", "copy" | "cp", _, _], [_, _, from, to]) => {
                self.found.pushes.push(Push { to: to.clone(), from: Some(from.clone()), all_tags: false });
            }
            ("crane", ["tag", _, _], [_, from, tag]) => {
                let mut to = from.reference().0;
                to.push(Atom::Text(":".into()));
                to.extend(tag);
                self.found.pushes.push(Push { to, from: Some(from.clone()), all_tags: false });
            }
            ("crane", ["push", _, _], [_, _, to]) => {
                self.found.pushes.push(Push { to: to.clone(), from: None, all_tags: false });
            }
            _ => {}
        }
    }

    fn build(&mut self, tool: Tool, args: &[Values]) {
        let help = |values: &Values| matches!(value::single(values).known(), Some("--help" | "version"));
        if self.found.builds.len() >= 100 || args.iter().any(help) {
            return;
        }
        let invocation = build::invocation(tool, args, &self.state.folder, &|name| self.variable(name));
        self.found.builds.push(invocation);
    }
}

/// The arguments from the subcommand on.
fn skip_options<'a>(args: &'a [Values], with_value: &[&str]) -> &'a [Values] {
    let mut rest = args;
    while let Some((first, after)) = rest.split_first() {
        let sym = value::single(first);
        let text = match sym.0.first() {
            Some(Atom::Text(text)) if text.starts_with('-') => text.clone(),
            _ => break,
        };
        let takes = !text.contains('=') && with_value.contains(&text.trim_start_matches('-'));
        rest = if takes { after.get(1..).unwrap_or_default() } else { after };
    }
    rest
}

/// `NAME=value` or `NAME+=value`.
fn assignment(word: &Word) -> Option<(String, bool, Word)> {
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

//! Words to values: variables, `${…}` and the few command substitutions that CI files build tags with.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::assemble::{Job, Variable};
use super::shell::{self, Op, Part, Token, Word};
use super::value::{self, Atom, Sym, Values};

/// How deep values refer to one another.
const MAX_DEPTH: usize = 12;
/// How many words and variables may be looked at for one job.
const BUDGET: usize = 100_000;

/// Where names get their values.
pub(super) struct Scope<'a> {
    job: &'a Job,
    budget: Cell<usize>,
}

/// What the script has set so far, and where it is.
pub(super) struct Here<'a> {
    pub(super) set: &'a BTreeMap<String, Values>,
    /// The current folder below the repository's root.
    pub(super) folder: &'a Sym,
}

impl<'a> Scope<'a> {
    pub(super) fn new(job: &'a Job) -> Self {
        Self { job, budget: Cell::new(BUDGET) }
    }

    /// Whether the CI file gives a variable a value, always or by a rule.
    pub(super) fn sets(&self, name: &str) -> bool {
        let Job { variables, by_rules, matrix, .. } = self.job;
        variables.contains_key(name)
            || by_rules.iter().any(|(set, _)| set == name)
            || matrix.iter().any(|set| set == name)
    }

    /// Whether there is anything left to spend on this job.
    fn spend(&self, depth: usize) -> bool {
        self.budget.set(self.budget.get().saturating_sub(1));
        self.budget.get() > 0 && depth < MAX_DEPTH
    }

    /// Counts long values for more.
    fn charge(&self, parts: &[Values]) {
        let atoms: usize = parts.iter().flatten().map(|value| value.0.len()).sum();
        self.budget.set(self.budget.get().saturating_sub(atoms / 4));
    }

    /// The values of a word.
    pub(super) fn word(&self, word: &Word, here: &Here<'_>, depth: usize) -> Values {
        if !self.spend(depth) {
            return vec![Sym::unknown(word.raw.clone(), true)];
        }
        let parts: Vec<Values> = word.parts.iter().map(|part| self.part(part, here, depth)).collect();
        self.charge(&parts);
        value::concat(&parts, &word.raw)
    }

    fn part(&self, part: &Part, here: &Here<'_>, depth: usize) -> Values {
        match part {
            Part::Text { text, .. } => vec![Sym::text(text.clone())],
            Part::Command { source, .. } => self.command(source, here, depth + 1),
            Part::Variable { name, op, .. } => {
                let written = format!("${{{name}…}}");
                match op {
                    Op::Nothing => self.variable(name, here, depth + 1),
                    Op::Slice { from, length } => {
                        let range = length.map_or(format!("{from}"), |length| format!("{from}:{length}"));
                        let written = format!("${{{name}:{range}}}");
                        let values = self.variable(name, here, depth + 1);
                        value::unique(values.iter().map(|value| value.slice(*from, *length, &written)))
                    }
                    Op::Lower => {
                        let values = self.variable(name, here, depth + 1);
                        value::unique(values.iter().map(|value| value.lower(&format!("${{{name},,}}"))))
                    }
                    Op::Default(default) => self.default(name, default, here, depth),
                    Op::Instead(instead) => {
                        let mut values = self.word(&shell::lex_word(instead), here, depth + 1);
                        if self.may_be_unset(name, here) {
                            values.push(Sym::default());
                        }
                        value::unique(values)
                    }
                    Op::Other => {
                        let per_commit = self.variable(name, here, depth + 1).iter().any(Sym::per_commit);
                        vec![Sym::unknown(written, per_commit)]
                    }
                }
            }
        }
    }

    /// `${NAME:-DEFAULT}`: a git tag's name is there in pipelines of tags only, so both can be.
    fn default(&self, name: &str, default: &str, here: &Here<'_>, depth: usize) -> Values {
        let default = || self.word(&shell::lex_word(default), here, depth + 1);
        if let Some(known) = here.set.get(name).or(self.in_yaml(name, here, depth).as_ref()) {
            let (empty, mut values): (Values, Values) = known.iter().cloned().partition(|value| value.0.is_empty());
            if !empty.is_empty() || values.iter().any(|value| value.0 == [Atom::GitTag]) {
                values.extend(default());
            }
            return value::unique(values);
        }
        match value::predefined(name) {
            Some(value)
                if !matches!(name, "CI_COMMIT_TAG" | "CI_BUILD_TAG" | "CI_COMMIT_BRANCH")
                    && !name.starts_with("CI_MERGE_REQUEST_") =>
            {
                vec![value]
            }
            Some(value) => value::unique([value].into_iter().chain(default())),
            // Set in the project's settings or not: the default is what the file itself says.
            None => default(),
        }
    }

    fn may_be_unset(&self, name: &str, here: &Here<'_>) -> bool {
        match here.set.get(name) {
            Some(values) => values.iter().any(|value| value.0.is_empty()),
            None => !self.sets(name),
        }
    }

    /// The values of a variable.
    pub(super) fn variable(&self, name: &str, here: &Here<'_>, depth: usize) -> Values {
        if !self.spend(depth) {
            return vec![Sym::unknown(format!("${name}"), true)];
        }
        if let Some(values) = here.set.get(name) {
            return values.clone();
        }
        self.in_yaml(name, here, depth).unwrap_or_else(|| vec![outside(name, here)])
    }

    fn in_yaml(&self, name: &str, here: &Here<'_>, depth: usize) -> Option<Values> {
        if self.job.matrix.iter().any(|set| set == name) {
            return Some(vec![Sym::unknown(format!("${name}"), false)]);
        }
        let by_rules = self.job.by_rules.iter().filter(|(set, _)| set == name).map(|(_, variable)| variable);
        let all: Vec<Values> = self
            .job
            .variables
            .get(name)
            .into_iter()
            .chain(by_rules)
            .map(|variable| self.expand(name, variable, here, depth + 1))
            .collect();
        if all.is_empty() { None } else { Some(value::unique(all.into_iter().flatten())) }
    }

    /// A value of `variables:` with `$NAME` and `${NAME}` replaced; `$$` is a dollar.
    fn expand(&self, name: &str, variable: &Variable, here: &Here<'_>, depth: usize) -> Values {
        if !variable.expand {
            return vec![Sym::text(variable.value.clone())];
        }
        if !self.spend(depth) {
            return vec![Sym::unknown(format!("${name}"), true)];
        }
        let mut parts = Vec::new();
        let mut rest = variable.value.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            parts.push(vec![Sym::text(before)]);
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let (inner, tail) = match braced {
                Some((inner, tail)) if shell::name_of(inner) == inner && !inner.is_empty() => (inner, tail),
                _ => {
                    let inner = shell::name_of(after);
                    (inner, after.get(inner.len()..).unwrap_or_default())
                }
            };
            if inner.is_empty() {
                parts.push(vec![Sym::text("$")]);
                rest = after.strip_prefix('$').unwrap_or(after);
                continue;
            }
            // The script's own variables are not there yet; one of the same name comes from outside.
            let found = if inner == name { None } else { self.in_yaml(inner, here, depth + 1) };
            parts.push(found.unwrap_or_else(|| vec![outside(inner, here)]));
            rest = tail;
        }
        parts.push(vec![Sym::text(rest)]);
        self.charge(&parts);
        value::concat(&parts, &variable.value)
    }

    /// What `$(source)` prints.
    fn command(&self, source: &str, here: &Here<'_>, depth: usize) -> Values {
        let unknown = |scope: &Self| vec![scope.derived(source, here, depth)];
        self.budget.set(self.budget.get().saturating_sub(source.len() / 16));
        if !self.spend(depth) {
            return vec![Sym::unknown(format!("$({})", source.trim()), true)];
        }
        // The stages of a pipeline; anything more is not understood.
        let mut stages: Vec<Vec<Word>> = vec![Vec::new()];
        let mut input = None;
        let mut tokens = shell::lex(source.trim()).into_iter();
        while let Some(token) = tokens.next() {
            match token {
                Token::Word(word) => stages.last_mut().into_iter().for_each(|stage| stage.push(word.clone())),
                Token::Pipe => stages.push(Vec::new()),
                Token::Redirect => drop(tokens.next()),
                Token::HereString => match tokens.next() {
                    Some(Token::Word(word)) => input = Some(self.word(&word, here, depth + 1)),
                    _ => return unknown(self),
                },
                _ => return unknown(self),
            }
        }
        let mut stages = stages.iter();
        let mut values = match input {
            Some(values) => values,
            None => match stages.next().and_then(|stage| self.printed(stage, here, depth)) {
                Some(values) => values,
                None => return unknown(self),
            },
        };
        for stage in stages {
            let words: Vec<String> = stage
                .iter()
                .filter_map(|word| value::single(&self.word(word, here, depth + 1)).known().map(str::to_owned))
                .collect();
            if words.len() != stage.len() {
                return unknown(self);
            }
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let written = format!("$({})", source.trim());
            let filtered: Option<Values> = values.iter().map(|value| filter(&words, value, &written)).collect();
            match filtered {
                Some(filtered) => values = value::unique(filtered),
                None => return unknown(self),
            }
        }
        values
    }

    /// What a command prints that is not a filter.
    fn printed(&self, words: &[Word], here: &Here<'_>, depth: usize) -> Option<Values> {
        let (command, args) = words.split_first()?;
        let evaluated: Vec<Values> = args.iter().map(|word| self.word(word, here, depth + 1)).collect();
        let texts: Vec<Option<String>> =
            evaluated.iter().map(|values| value::single(values).known().map(str::to_owned)).collect();
        let text = |at: usize| texts.get(at).and_then(Option::as_deref);
        match command.literal()?.as_str() {
            "echo" => {
                let skip = texts.iter().take_while(|text| matches!(text.as_deref(), Some("-n" | "-e" | "-ne"))).count();
                Some(joined(evaluated.get(skip..)?))
            }
            "printf" => match (text(0)?, evaluated.get(1)) {
                ("%s" | "%s\\n", Some(value)) if evaluated.len() == 2 => Some(value.clone()),
                ("--" | "%s" | "%s\\n", _) => None,
                (format, None) if !format.contains(['%', '\\']) => Some(vec![Sym::text(format)]),
                _ => None,
            },
            "pwd" => Some(vec![outside("PWD", here)]),
            "git" => git(&texts, &evaluated).map(|sym| vec![sym]),
            _ => None,
        }
    }

    /// An unknown for what a command prints. It is taken to differ by commit unless nothing in it can: a command reads
    /// files, the history, the clock.
    fn derived(&self, source: &str, here: &Here<'_>, depth: usize) -> Sym {
        const SAME: [&str; 14] = [
            "echo", "printf", "cut", "tr", "sed", "head", "tail", "awk", "nproc", "uname", "arch", "whoami", "id",
            "basename",
        ];
        let mut at_start = true;
        let mut per_commit = false;
        for token in shell::lex(source.trim()) {
            match token {
                Token::Word(word) => {
                    if at_start && !word.literal().is_some_and(|name| SAME.contains(&name.as_str())) {
                        per_commit = true;
                    }
                    at_start = false;
                    per_commit |= self.word(&word, here, depth + 1).iter().any(Sym::per_commit);
                }
                Token::Redirect => per_commit |= source.contains('<'),
                _ => at_start = true,
            }
        }
        Sym::unknown(format!("$({})", source.trim()), per_commit)
    }
}

/// A variable that the CI file does not set.
fn outside(name: &str, here: &Here<'_>) -> Sym {
    match name {
        "PWD" => {
            let mut folder = Sym::atom(Atom::Env("CI_PROJECT_DIR".into()));
            if !here.folder.0.is_empty() {
                folder.push(Atom::Text("/".into()));
                folder.extend(here.folder);
            }
            folder
        }
        _ if name.chars().all(|c| c.is_ascii_digit() || "@*#?!-".contains(c)) => Sym::unknown(format!("${name}"), true),
        _ => value::predefined(name).unwrap_or_else(|| Sym::atom(Atom::Env(name.to_owned()))),
    }
}

/// What a git command prints.
fn git(texts: &[Option<String>], evaluated: &[Values]) -> Option<Sym> {
    let words: Vec<&str> = texts.iter().map(|text| text.as_deref().unwrap_or("\u{0}")).collect();
    let head = |at: usize| match (words.get(at), evaluated.get(at).map(Vec::as_slice)) {
        (Some(&"HEAD"), _) => true,
        (_, Some([Sym(atoms)])) => matches!(atoms.as_slice(), [Atom::Sha { .. }]),
        _ => false,
    };
    let sha = |min, max| Some(Sym::atom(Atom::Sha { min, max }));
    match words.as_slice() {
        ["rev-parse", "--show-toplevel"] => Some(Sym::atom(Atom::Env("CI_PROJECT_DIR".into()))),
        ["rev-parse", "--verify", _] if head(2) => sha(40, 40),
        ["rev-parse", _] if head(1) => sha(40, 40),
        // Git chooses the length: at least what is asked for, more where that is ambiguous.
        ["rev-parse", "--short", "--verify", _] | ["rev-parse", "--verify", "--short", _] if head(3) => sha(7, 40),
        ["rev-parse", "--short", _] if head(2) => sha(7, 40),
        ["rev-parse", option, _] if head(2) => {
            let digits: usize = option.strip_prefix("--short=")?.parse().ok()?;
            let digits = digits.clamp(4, 40);
            sha(digits, digits)
        }
        ["log" | "show", options @ ..] => {
            let mut formats = options
                .iter()
                .filter_map(|option| option.strip_prefix("--format=").or_else(|| option.strip_prefix("--pretty=")));
            match formats.next_back()?.trim_start_matches("format:").trim_start_matches("tformat:") {
                "%H" => sha(40, 40),
                "%h" => match options.iter().find_map(|option| option.strip_prefix("--abbrev=")) {
                    Some(digits) => {
                        digits.parse().ok().and_then(|digits: usize| sha(digits.clamp(4, 40), digits.clamp(4, 40)))
                    }
                    None => sha(7, 40),
                },
                _ => None,
            }
        }
        _ => None,
    }
}

/// Words with a space between them.
fn joined(words: &[Values]) -> Values {
    let space = vec![Sym::text(" ")];
    let mut parts = Vec::new();
    for word in words {
        if !parts.is_empty() {
            parts.push(space.clone());
        }
        parts.push(word.clone());
    }
    value::concat(&parts, "$(echo …)")
}

/// What a filter makes of its input; `None` if it is not known here.
fn filter(words: &[&str], input: &Sym, written: &str) -> Option<Sym> {
    let first = |length: &str| length.parse().ok().map(|length: usize| input.slice(0, Some(length), written));
    match words {
        ["cut", option] => {
            let range = ["--characters=", "--bytes=", "-c", "-b"].iter().find_map(|flag| option.strip_prefix(flag))?;
            cut(range, input, written)
        }
        ["cut", "-c" | "-b" | "--characters" | "--bytes", range] => cut(range, input, written),
        ["head", "-c" | "--bytes", length] => first(length),
        ["head", option] => match option.strip_prefix("--bytes=").or_else(|| option.strip_prefix("-c")) {
            Some(length) => first(length),
            None => matches!(*option, "-1" | "-n1").then(|| input.clone()),
        },
        ["head", "-n", "1"] | ["xargs" | "cat"] | ["tr", "-d", "\n" | "\\n" | "\r\n" | " " | "[:space:]"] => {
            Some(input.clone())
        }
        ["tr", "A-Z" | "[A-Z]" | "[:upper:]", "a-z" | "[a-z]" | "[:lower:]"] => Some(input.lower(written)),
        ["awk", program] => {
            let program: String = program.chars().filter(|c| !c.is_whitespace()).collect();
            let inner = program.strip_prefix("{print")?.trim_end_matches([';', '}']);
            let range =
                inner.strip_prefix("substr($0,").or_else(|| inner.strip_prefix("substr($1,"))?.strip_suffix(')')?;
            let (from, length) = range.split_once(',')?;
            // awk counts from 1, and takes 0 for the place before it.
            match from {
                "1" => first(length),
                "0" => first(&length.parse::<usize>().ok()?.saturating_sub(1).to_string()),
                _ => None,
            }
        }
        _ => None,
    }
}

fn cut(range: &str, input: &Sym, written: &str) -> Option<Sym> {
    let (from, to) = range.split_once('-')?;
    let from: usize = if from.is_empty() { 1 } else { from.parse().ok()? };
    let from = from.checked_sub(1)?;
    if to.is_empty() {
        return Some(input.slice(from, None, written));
    }
    Some(input.slice(from, Some(to.parse::<usize>().ok()?.checked_sub(from)?), written))
}

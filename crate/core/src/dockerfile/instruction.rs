//! One instruction: its flags and arguments (BuildKit's `split_command.go`, `line_parsers.go`, `instructions/parse.go`,
//! `instructions/bflag.go`, `instructions/commands_runmount.go`).

use super::error::DockerfileErrorKind;
use super::words;

/// An instruction, read as far as the files of the context, the stages and the variables depend on it.
#[derive(Clone, Debug)]
pub(super) struct Instruction {
    /// The line it begins on.
    pub(super) line: usize,
    /// The whole of it, continued lines joined.
    pub(super) text: String,
    /// `--name=value`, without quotes.
    pub(super) flags: Vec<String>,
    pub(super) command: Command,
    /// The lines of its here-documents.
    pub(super) bodies: String,
}

#[derive(Clone, Debug)]
pub(super) enum Command {
    From { image: String, name: Option<String> },
    Arg(Vec<(String, Option<String>)>),
    Env(Vec<(String, String)>),
    Copy { add: bool, json: bool, sources: Vec<String> },
    Run { json: bool },
    OnBuild(Box<Instruction>),
    Label,
    Other(&'static str),
}

/// Instructions that neither read the context nor set a variable.
const OTHERS: [&str; 10] =
    ["CMD", "ENTRYPOINT", "EXPOSE", "HEALTHCHECK", "MAINTAINER", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"];

/// White space as the parser separates arguments by it.
const SPACE: [char; 5] = ['\t', '\u{B}', '\u{C}', '\r', ' '];

impl Instruction {
    pub(super) fn parse(line: usize, text: String, escape: char) -> Result<Self, DockerfileErrorKind> {
        let trimmed = text.trim();
        let (keyword, rest) = trimmed.split_once(SPACE).unwrap_or((trimmed, ""));
        let (flags, rest) = split_flags(rest, escape);
        let command = Command::parse(keyword, rest.trim(), line, escape)?;
        Ok(Self { line, flags, command, bodies: String::new(), text })
    }

    pub(super) fn keyword(&self) -> &'static str {
        match self.command {
            Command::From { .. } => "FROM",
            Command::Arg(_) => "ARG",
            Command::Env(_) => "ENV",
            Command::Copy { add: true, .. } => "ADD",
            Command::Copy { add: false, .. } => "COPY",
            Command::Run { .. } => "RUN",
            Command::OnBuild(_) => "ONBUILD",
            Command::Label => "LABEL",
            Command::Other(keyword) => keyword,
        }
    }

    /// Whether `<<NAME` in it begins a here-document.
    pub(super) fn takes_here_documents(&self) -> bool {
        match &self.command {
            Command::Copy { json, .. } | Command::Run { json } => !json && self.text.contains("<<"),
            Command::OnBuild(trigger) => trigger.takes_here_documents(),
            _ => false,
        }
    }

    /// The value of a flag that is given once; `Some("")` if it has none.
    pub(super) fn flag(&self, name: &str) -> Option<&str> {
        self.flag_values(name).next()
    }

    /// The values of a flag that can be given several times.
    pub(super) fn flag_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.flags.iter().filter_map(move |flag| {
            let (key, value) = flag.split_once('=').unwrap_or((flag, ""));
            (key.strip_prefix("--") == Some(name)).then_some(value)
        })
    }

    /// Whether a flag without a value, or with `=true`, is given.
    pub(super) fn switch(&self, name: &str) -> bool {
        self.flag(name).is_some_and(|value| value.is_empty() || value.eq_ignore_ascii_case("true"))
    }

    /// The first flag that is none of these.
    pub(super) fn flag_beside(&self, known: &[&str]) -> Option<&str> {
        self.flags
            .iter()
            .map(|flag| flag.split_once('=').map_or(&**flag, |(key, _)| key))
            .find(|key| !known.iter().any(|known| key.strip_prefix("--") == Some(known)))
    }
}

impl Command {
    fn parse(keyword: &str, rest: &str, line: usize, escape: char) -> Result<Self, DockerfileErrorKind> {
        let keyword = keyword.to_ascii_uppercase();
        let none = |keyword, takes| Err(DockerfileErrorKind::Arguments(keyword, takes));
        match keyword.as_str() {
            "FROM" => from(rest),
            "ARG" => {
                let pair = |word: String| match word.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                    None => (word, None),
                };
                let pairs: Vec<_> = split_words(rest, escape).into_iter().map(pair).collect();
                if pairs.is_empty() { none("ARG", "at least one name") } else { Ok(Self::Arg(pairs)) }
            }
            "ENV" => env(rest, escape).map_or_else(|| none("ENV", "a name and a value"), |pairs| Ok(Self::Env(pairs))),
            "ADD" | "COPY" => {
                let keyword = if keyword == "ADD" { "ADD" } else { "COPY" };
                let (json, mut sources) = match json_strings(rest) {
                    Some(words) => (true, words),
                    None => (false, rest.split(SPACE).filter(|word| !word.is_empty()).map(str::to_owned).collect()),
                };
                match sources.pop() {
                    Some(target) if sources.is_empty() || words::here_document(&target).is_some() => {
                        none(keyword, "at least one source and a target")
                    }
                    Some(_) => Ok(Self::Copy { add: keyword == "ADD", json, sources }),
                    None => none(keyword, "at least one source and a target"),
                }
            }
            "RUN" => Ok(Self::Run { json: json_strings(rest).is_some() }),
            "LABEL" => Ok(Self::Label),
            "ONBUILD" => {
                let trigger = Instruction::parse_trigger(line, rest, escape)?;
                Ok(Self::OnBuild(Box::new(trigger)))
            }
            _ => match OTHERS.iter().find(|other| **other == keyword) {
                Some(other) => Ok(Self::Other(other)),
                None => Err(DockerfileErrorKind::UnknownInstruction(keyword)),
            },
        }
    }
}

impl Instruction {
    fn parse_trigger(line: usize, text: &str, escape: char) -> Result<Self, DockerfileErrorKind> {
        let keyword = text.split(SPACE).next().unwrap_or_default();
        // Checked before it is parsed: a chain of ONBUILDs must not be followed.
        for refused in ["ONBUILD", "FROM", "MAINTAINER"] {
            if keyword.eq_ignore_ascii_case(refused) {
                return Err(DockerfileErrorKind::Trigger(refused));
            }
        }
        if keyword.is_empty() {
            return Err(DockerfileErrorKind::Arguments("ONBUILD", "an instruction"));
        }
        Self::parse(line, text.to_owned(), escape)
    }
}

fn from(rest: &str) -> Result<Command, DockerfileErrorKind> {
    let words: Vec<&str> = rest.split(SPACE).filter(|word| !word.is_empty()).take(4).collect();
    match *words.as_slice() {
        [image] => Ok(Command::From { image: image.to_owned(), name: None }),
        [image, word, name] if word.eq_ignore_ascii_case("as") => {
            let lower = name.to_lowercase();
            let valid = lower.starts_with(|c: char| c.is_ascii_lowercase())
                && lower.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'));
            if valid {
                Ok(Command::From { image: image.to_owned(), name: Some(lower) })
            } else {
                Err(DockerfileErrorKind::StageName(name.to_owned()))
            }
        }
        _ => Err(DockerfileErrorKind::Arguments("FROM", "an image, or an image AS a name")),
    }
}

/// `ENV a=b c=d`, or the old `ENV a b`, in which everything after the name is the value.
fn env(rest: &str, escape: char) -> Option<Vec<(String, String)>> {
    let words = split_words(rest, escape);
    if words.first()?.contains('=') {
        let pair = |word: &String| word.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
        words.iter().map(pair).collect()
    } else {
        let (name, value) = rest.split_once(SPACE)?;
        Some(vec![(name.to_owned(), value.trim_start_matches(SPACE).to_owned())])
    }
}

/// Takes the `--flags` from the start of the arguments; a lone `--` ends them.
fn split_flags(rest: &str, escape: char) -> (Vec<String>, &str) {
    let mut flags = Vec::new();
    let mut rest = rest.trim_start();
    while rest.starts_with("--") {
        let mut word = String::new();
        let mut quote = None;
        let mut end = rest.len();
        let mut chars = rest.char_indices();
        while let Some((at, c)) = chars.next() {
            if quote.is_none() && c.is_whitespace() {
                end = at;
                break;
            } else if quote == Some(c) {
                quote = None;
            } else if quote.is_none() && matches!(c, '\'' | '"') {
                quote = Some(c);
            } else if c == escape {
                word.extend(chars.next().map(|(_, c)| c));
            } else {
                word.push(c);
            }
        }
        rest = rest.get(end..).unwrap_or_default().trim_start();
        if word == "--" {
            break;
        }
        flags.push(word);
    }
    (flags, rest)
}

/// Words separated by white space, quotes and escapes kept (`parseWords`).
fn split_words(rest: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    // An empty pair of quotes is a word too.
    let mut started = false;
    let mut quote = None;
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        if quote.is_none() && c.is_whitespace() {
            if started {
                words.push(std::mem::take(&mut word));
            }
            started = false;
            continue;
        }
        if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '\'' | '"') {
            quote = Some(c);
        } else if c == escape && quote != Some('\'') {
            // At the very end of the line the escape says nothing.
            if let Some(next) = chars.next() {
                started = true;
                word.extend([c, next]);
            }
            continue;
        }
        started = true;
        word.push(c);
    }
    if started {
        words.push(word);
    }
    words
}

/// The strings of a JSON array that has nothing else in it; anything else is no JSON form.
fn json_strings(text: &str) -> Option<Vec<String>> {
    let mut chars = text.trim_matches([' ', '\t', '\r', '\n']).strip_prefix('[')?.chars().peekable();
    let mut strings = Vec::new();
    let skip = |chars: &mut std::iter::Peekable<std::str::Chars>| {
        while chars.next_if(|c| matches!(c, ' ' | '\t' | '\r' | '\n')).is_some() {}
    };
    skip(&mut chars);
    if chars.next_if_eq(&']').is_none() {
        loop {
            skip(&mut chars);
            chars.next_if_eq(&'"')?;
            strings.push(json_string(&mut chars)?);
            skip(&mut chars);
            match chars.next()? {
                ',' => {}
                ']' => break,
                _ => return None,
            }
        }
    }
    chars.next().is_none().then_some(strings)
}

/// A JSON string after its first quote.
fn json_string(chars: &mut std::iter::Peekable<std::str::Chars>) -> Option<String> {
    let mut units: Vec<u16> = Vec::new();
    let mut string = String::new();
    // Escaped surrogates make one character only side by side.
    let flush = |units: &mut Vec<u16>, string: &mut String| {
        string.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    };
    loop {
        let c = chars.next()?;
        if c == '\\' && chars.next_if_eq(&'u').is_some() {
            let mut unit = 0;
            for _ in 0..4 {
                unit = unit * 16 + u16::try_from(chars.next()?.to_digit(16)?).ok()?;
            }
            units.push(unit);
            continue;
        }
        flush(&mut units, &mut string);
        string.push(match c {
            '"' => return Some(string),
            '\\' => match chars.next()? {
                c @ ('"' | '\\' | '/') => c,
                'b' => '\u{8}',
                'f' => '\u{C}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                _ => return None,
            },
            c if c < ' ' => return None,
            c => c,
        });
    }
}

/// A `--mount` of RUN, its values as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Mount {
    pub(super) kind: Option<String>,
    pub(super) from: Option<String>,
    pub(super) source: String,
}

impl Mount {
    pub(super) fn parse(text: &str) -> Self {
        let mut mount = Self::default();
        for field in csv_fields(text) {
            let Some((key, value)) = field.split_once('=') else { continue };
            match key.to_ascii_lowercase().as_str() {
                "type" => mount.kind = Some(value.to_owned()),
                "from" => mount.from = Some(value.to_owned()).filter(|from| !from.is_empty()),
                "source" | "src" => value.clone_into(&mut mount.source),
                _ => {}
            }
        }
        mount
    }

    /// Whether it surely has nothing of another stage, an image or the context in it.
    pub(super) fn is_apart(&self) -> bool {
        self.kind
            .as_deref()
            .is_some_and(|kind| ["secret", "ssh", "tmpfs"].iter().any(|apart| kind.eq_ignore_ascii_case(apart)))
    }
}

/// The fields of one line of CSV: a field in double quotes may have commas in it, and `""` for a quote.
fn csv_fields(text: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let Some(field) = fields.last_mut() else { break };
        match c {
            '"' if !quoted && field.is_empty() => quoted = true,
            '"' if quoted && chars.next_if_eq(&'"').is_some() => field.push('"'),
            '"' if quoted => quoted = false,
            ',' if !quoted => fields.push(String::new()),
            _ => field.push(c),
        }
    }
    fields
}

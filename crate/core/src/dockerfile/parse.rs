//! From bytes to instructions: lines, continuations, comments, parser directives and here-documents
//! (BuildKit's `frontend/dockerfile/parser/parser.go`, `directives.go`).

use super::error::{DockerfileError, DockerfileErrorKind};
use super::instruction::{Command, Instruction};
use super::words;

/// The instructions of a Dockerfile and the character that escapes in it.
pub(super) struct Parsed {
    pub(super) instructions: Vec<Instruction>,
    pub(super) escape: char,
}

pub(super) fn parse(text: &[u8]) -> Result<Parsed, DockerfileError> {
    let text = String::from_utf8_lossy(text);
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(&text);
    // A here-document keeps its line ends, everything else loses them.
    let mut lines = (1..).zip(text.split_inclusive('\n'));
    let mut directives = Directives::default();
    let mut instructions = Vec::new();
    while let Some((start, raw)) = lines.next() {
        let line = bare(raw).trim_start();
        directives.line(line).map_err(|kind| DockerfileError { line: start, kind })?;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut logical = String::new();
        let mut open = push(&mut logical, line, directives.escape);
        while open && let Some((_, raw)) = lines.next() {
            let line = bare(raw);
            let text = line.trim_start();
            if !text.is_empty() && !text.starts_with('#') {
                open = push(&mut logical, line, directives.escape);
            }
        }
        if logical.trim().is_empty() {
            continue;
        }
        let failed = |kind| DockerfileError { line: start, kind };
        let mut instruction = Instruction::parse(start, logical, directives.escape).map_err(failed)?;
        if instruction.takes_here_documents() {
            for (name, tabs) in words::here_documents(&instruction.text) {
                let mut closed = false;
                for (_, raw) in lines.by_ref() {
                    let line = bare(raw);
                    if name == if tabs { line.trim_start_matches('\t') } else { line } {
                        closed = true;
                        break;
                    }
                    instruction.bodies.push_str(raw);
                }
                if !closed {
                    return Err(failed(DockerfileErrorKind::OpenHereDocument(name)));
                }
            }
        }
        instructions.push(instruction);
    }
    match instructions.iter().find(|instruction| !matches!(instruction.command, Command::Arg(_))) {
        None => Err(DockerfileError { line: 1, kind: DockerfileErrorKind::NoStage }),
        Some(first) if !matches!(first.command, Command::From { .. }) => {
            Err(DockerfileError { line: first.line, kind: DockerfileErrorKind::BeforeFrom(first.keyword()) })
        }
        Some(_) => Ok(Parsed { instructions, escape: directives.escape }),
    }
}

/// A line without its line end.
fn bare(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}

/// Appends a line; true if it says that it goes on: its last character is the escape, and not itself escaped.
fn push(logical: &mut String, line: &str, escape: char) -> bool {
    let trimmed = line.trim_end_matches([' ', '\t']);
    match trimmed.strip_suffix(escape) {
        Some(rest) if !rest.ends_with(escape) => {
            logical.push_str(rest);
            true
        }
        _ => {
            logical.push_str(line);
            false
        }
    }
}

/// `# name=value` at the top of the file, as long as nothing else has been seen.
struct Directives {
    escape: char,
    seen: Vec<String>,
    done: bool,
}

impl Default for Directives {
    fn default() -> Self {
        Self { escape: '\\', seen: Vec::new(), done: false }
    }
}

impl Directives {
    fn line(&mut self, line: &str) -> Result<(), DockerfileErrorKind> {
        if self.done {
            return Ok(());
        }
        let Some((name, value)) = directive(line) else {
            self.done = true;
            return Ok(());
        };
        if name == "escape" {
            self.escape = match value {
                "\\" => '\\',
                "`" => '`',
                _ => return Err(DockerfileErrorKind::Directive(format!("escape={value}"))),
            };
        }
        if self.seen.contains(&name) {
            return Err(DockerfileErrorKind::Directive(format!("a second {name}")));
        }
        self.seen.push(name);
        Ok(())
    }
}

fn directive(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
    (matches!(name.as_str(), "syntax" | "escape" | "check") && !value.is_empty()).then_some((name, value))
}

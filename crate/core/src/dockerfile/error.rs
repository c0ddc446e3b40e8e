use std::fmt;

/// A Dockerfile that docker does not build, or that cannot be read: where and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DockerfileError {
    /// The line on which the instruction begins, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: DockerfileErrorKind,
}

/// What is wrong with a Dockerfile.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DockerfileErrorKind {
    /// There is no FROM.
    NoStage,
    /// This instruction stands before the first FROM, where only ARG may.
    BeforeFrom(&'static str),
    /// No instruction has this name.
    UnknownInstruction(String),
    /// This instruction lacks arguments, or has too many: what it takes.
    Arguments(&'static str, &'static str),
    /// A stage cannot have this name.
    StageName(String),
    /// A parser directive at the top of the file that docker refuses.
    Directive(String),
    /// The file ends before the line with this name, which closes a here-document.
    OpenHereDocument(String),
    /// ONBUILD takes no ONBUILD, FROM or MAINTAINER.
    Trigger(&'static str),
}

impl fmt::Display for DockerfileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.kind)
    }
}

impl fmt::Display for DockerfileErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStage => f.write_str("the Dockerfile has no FROM"),
            Self::BeforeFrom(instruction) => write!(f, "{instruction} stands before the first FROM"),
            Self::UnknownInstruction(name) => write!(f, "{name:?} is no instruction of a Dockerfile"),
            Self::Arguments(instruction, takes) => write!(f, "{instruction} takes {takes}"),
            Self::StageName(name) => write!(f, "a build stage cannot be called {name:?}"),
            Self::Directive(text) => write!(f, "the parser directive {text:?} is not allowed"),
            Self::OpenHereDocument(name) => write!(f, "the here-document is not closed by a line {name:?}"),
            Self::Trigger(instruction) => write!(f, "ONBUILD takes no {instruction}"),
        }
    }
}

impl std::error::Error for DockerfileError {}

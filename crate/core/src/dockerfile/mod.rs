//! Dockerfiles: which files of the build context an image is built from.
//!
//! # What is read
//! A stage reads the context through `COPY` and `ADD` without `--from`, and through `RUN --mount` of the type `bind`, which is the
//! type of a mount that names none. Only the stages count that the target needs: the target (the last stage, unless the build
//! names another), what it is built `FROM`, and what its stages copy or mount `from`; so on from there.
//!
//! Not the context: a source with `--from` (a stage by name or number, an image, a named context), a here-document, what `ADD`
//! fetches from a URL or a git repository, and mounts of the types `cache`, `tmpfs`, `secret` and `ssh`.
//!
//! # Paths
//! Paths are relative to the root of the context and cleaned as docker does: a `/` at the start or end, `//`, `.` and `..` go, and
//! `..` ends at the root. What a source names is read with all that is below it. `*`, `?`, `[…]` and `\` are those of Go's
//! `filepath.Match`; with `COPY --parents` those of moby's `patternmatcher`, in which `**` is any number of folders. `--exclude`
//! takes away what is below the source. In a source the shell's quotes and escapes come first: `COPY a\*b /` has the
//! wildcard `a*b`.
//!
//! # Variables
//! `$X`, `${X}`, `${X:-a}`, `${X-a}`, `${X:+a}`, `${X+a}`, `${X:?a}`, `${X?a}`, `${X#p}`, `${X##p}`, `${X%p}`, `${X%%p}`,
//! `${X/p/r}`, `${X//p/r}`, as BuildKit replaces them. `ARG` and `ENV` are one list, in which the later wins; a build argument of
//! the job wins over a default; a stage sees an `ARG` from before the first `FROM` once it declares it, and inherits both kinds
//! from a stage it is built from. A variable that the file does not set may be set by the base image, an `ARG` without a value by
//! the job, and the platform arguments (`TARGETARCH`, …) by the machine: a path with one of these is [`SourcePath::Unknown`].
//!
//! # Where this is from
//! BuildKit's Dockerfile frontend, of which each file here names its counterparts, and
//! <https://docs.docker.com/reference/dockerfile/>. What docker refuses to build need not be refused here: there is no image then
//! that could be the wrong one.
//!
//! ```
//! use repin::dockerfile::{BuildOptions, Dockerfile, SourcePath};
//!
//! let dockerfile = Dockerfile::parse(
//!     br#"ARG VERSION=0.25.0
//! FROM renku/renkulab-py:3.10-${VERSION} AS builder
//! FROM renku/renkulab-py:3.10-${VERSION}
//! COPY requirements.txt environment.yml /tmp/
//! RUN pip install -r /tmp/requirements.txt
//! COPY --from=builder /home/rstudio/.renku/venv /home/rstudio/.renku/venv
//! "#,
//! )?;
//! let used = dockerfile.context_use(&BuildOptions::default());
//! assert_eq!(used.sources.len(), 2);
//! assert_eq!((used.sources[1].line, used.sources[1].instruction), (4, "COPY"));
//! assert!(used.sources[1].reads(b"environment.yml"));
//! assert_eq!(used.base_images[0].name, "renku/renkulab-py:3.10-0.25.0");
//! # Ok::<(), repin::dockerfile::DockerfileError>(())
//! ```

mod context_use;
mod error;
mod instruction;
mod parse;
mod scope;
mod sources;
mod stages;
mod substitute;
mod words;
#[cfg(test)]
mod words_test;

pub use error::{DockerfileError, DockerfileErrorKind};
pub use sources::{ContextSource, SourcePath, WildcardPattern};

use instruction::{Command, Instruction};
use stages::Stage;

/// A Dockerfile, read.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The ARGs before the first FROM.
    args: Vec<Instruction>,
    stages: Vec<Stage>,
    escape: char,
}

/// What the command that builds says beside the Dockerfile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildOptions {
    /// `--target`: the name of a stage, in any case, or its number. Default: the last one.
    pub target: Option<String>,
    /// `--build-arg`: names and values. The last of a name counts.
    pub args: Vec<(String, ArgValue)>,
    /// The names given by `--build-context NAME=…`.
    pub named_contexts: Vec<String>,
}

/// The value of a build argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArgValue {
    /// This text.
    Known(String),
    /// The job gives one that the repository does not show.
    Unknown,
}

/// What a build reads.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ContextUse {
    /// Where it reads the context, by stage in the order of the file. What ONBUILD adds stands in the first stage it acts in.
    pub sources: Vec<ContextSource>,
    /// The named contexts it reads, as [`BuildOptions::named_contexts`] has them.
    pub named_context_uses: Vec<String>,
    /// The images it is built from, each once.
    pub base_images: Vec<BaseImage>,
    /// For each build argument of the job, where it is used.
    pub args_used: Vec<ArgUse>,
    /// What can change the image though no file changes, and what could not be followed; for people.
    pub notes: Vec<String>,
}

/// An image that a build takes something from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseImage {
    /// The line of the first instruction that names it, counted from 1.
    pub line: usize,
    /// `FROM`, `COPY --from` or `RUN --mount`.
    pub instruction: &'static str,
    /// Its name with variables replaced; as it is written if one of them is not known.
    pub name: String,
    /// Whether a digest fixes what it is.
    pub pinned: bool,
}

/// Where a build argument is used for more than a LABEL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgUse {
    /// The argument's name.
    pub name: String,
    /// The lines of the instructions that use it, rising, each once.
    pub lines: Vec<usize>,
}

impl Dockerfile {
    /// Reads a Dockerfile.
    ///
    /// Bytes that are not UTF-8 are read as U+FFFD, as BuildKit's lexer does.
    ///
    /// # Errors
    /// What makes the instructions unreadable: an unknown instruction, an open here-document, a missing FROM or argument, a
    /// refused parser directive.
    pub fn parse(text: &[u8]) -> Result<Self, DockerfileError> {
        let parsed = parse::parse(text)?;
        let mut args = Vec::new();
        let mut stages: Vec<Stage> = Vec::new();
        for instruction in parsed.instructions {
            match (&instruction.command, stages.last_mut()) {
                (Command::From { image, name }, _) => {
                    let (image, name) = (image.clone(), name.clone());
                    stages.push(Stage { from: instruction, image, name, instructions: Vec::new() });
                }
                (_, Some(stage)) => stage.instructions.push(instruction),
                (_, None) => args.push(instruction),
            }
        }
        Ok(Self { args, stages, escape: parsed.escape })
    }

    /// What a build with these options reads of its context.
    pub fn context_use(&self, options: &BuildOptions) -> ContextUse {
        context_use::context_use(self, options)
    }

    /// The lines on which a build with these options uses the build argument `name` for more than a LABEL, rising.
    ///
    /// A use is `$NAME` or `${NAME…}` in any instruction but LABEL, of a stage that the target needs, where `ARG NAME` has been
    /// declared and no `ENV NAME` has come since; or in a FROM or another ARG, after `ARG NAME` before the first FROM. A RUN
    /// gets its arguments as environment variables: there the bare name counts, also in a here-document. What a program reads
    /// from its environment without the name standing in the Dockerfile is not seen.
    ///
    /// ```
    /// # use repin::dockerfile::Dockerfile;
    /// let dockerfile = Dockerfile::parse(b"FROM alpine\nARG COMMIT\nLABEL commit=$COMMIT\nRUN echo $COMMIT > /commit")?;
    /// assert_eq!(dockerfile.arg_uses(&Default::default(), "COMMIT"), [4]);
    /// # Ok::<(), repin::dockerfile::DockerfileError>(())
    /// ```
    pub fn arg_uses(&self, options: &BuildOptions, name: &str) -> Vec<usize> {
        context_use::arg_uses(self, options, name)
    }
}

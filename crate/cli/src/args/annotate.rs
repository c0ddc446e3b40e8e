//! `repin annotate`

use std::num::NonZero;
use std::path::PathBuf;

use clap::ValueHint;
use clap::builder::NonEmptyStringValueParser;

use super::{Asked, Format, Gitlab, MaxRequests, Registry};

pub(super) const HELP: &str = "\
Exit status:
  0  everything that there is to say is said
  1  error: what was done until then stays, and the same command goes on
  2  wrong usage
  5  of some commits it is not known which image is right, or whether a comment says so

Examples:
  repin annotate                                 a note on the commit that is checked out
  repin annotate --range v1.0..main --push       notes on many commits, for everybody
  git log --notes=repin                          to see them
  repin annotate --limit 20 --comments --notes   comments on GitLab as well
  repin annotate https://gitlab.com/group/name --limit 20 --comments --dry-run
  git fetch origin refs/notes/repin:refs/notes/repin
                                                 the notes of others; `repin resolve` then uses them";

/// `repin annotate`.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub(crate) struct Annotate {
    /// The project: a folder in a git repository, a bare repository, or an address of a GitLab project
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) project: String,

    /// The commit: anything that `git rev-parse` understands; of a GitLab project a branch, a tag or an id [default: HEAD]
    #[arg(long, value_name = "REV", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) commit: Option<String>,

    /// The commits that B has and A has not, newest first; without A or B the head is meant, as in git
    #[arg(long, value_name = "A..B", conflicts_with_all = ["commit", "limit"])]
    pub(crate) range: Option<String>,

    /// The N newest commits up to --commit
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZero<usize>>,

    /// Write git notes below refs/notes/repin [default for a folder, unless --comments is given]
    #[arg(long)]
    pub(crate) notes: bool,

    /// Keep one comment on each commit of the GitLab project
    ///
    /// It needs a token of the scope api. The comment is made, edited where another image is right by now, and left alone where
    /// it says so already; nobody else's is touched. A commit without an image gets none, and one that has more than 2,000
    /// comments is passed over. An image of a fork's parent is named only where that project is public.
    #[arg(long)]
    pub(crate) comments: bool,

    /// Push the notes to a remote, with git [default: that of the branch, or origin]
    #[arg(long, value_name = "REMOTE", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) push: Option<String>,

    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,

    #[command(flatten)]
    pub(crate) registry: Registry,

    /// How to print what was done
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,

    /// The file that has the token for GitLab; `-` reads standard input
    ///
    /// Without it, it is looked for as `repin resolve --help` says. To comment it needs the scope api.
    #[arg(help_heading = "GitLab", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) token_file: Option<PathBuf>,

    /// Send no more than N requests to each server [default: as many as it takes]
    ///
    /// Where they are used up, what is done is done, and what is left is said.
    #[arg(help_heading = "GitLab", long, value_name = "N", default_value = "none", hide_default_value = true)]
    pub(crate) max_requests: MaxRequests,

    /// Neither use nor keep what is known from earlier questions
    #[arg(help_heading = "GitLab", long)]
    pub(crate) no_cache: bool,
}

impl Annotate {
    /// The project, as other commands are asked about it.
    pub(crate) fn asked(&self) -> Asked {
        let gitlab =
            Gitlab { token_file: self.token_file.clone(), max_requests: self.max_requests, no_cache: self.no_cache };
        Asked { project: self.project.clone(), commit: self.commit.clone(), gitlab }
    }

    /// Which images exist: the registry itself is asked, unless the tags are given.
    pub(crate) fn images(&self) -> Registry {
        Registry { ask: self.registry.tags.is_none(), ..self.registry.clone() }
    }
}

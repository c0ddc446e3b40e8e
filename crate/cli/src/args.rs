//! The options.

use std::num::NonZero;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::NonEmptyStringValueParser;
use clap::{ArgAction, Parser, Subcommand, ValueEnum, ValueHint};

mod annotate;
mod attempt;
mod build_needed;
mod check;
mod ci;
mod pin;
mod retag;

pub(crate) use annotate::Annotate;
pub(crate) use attempt::Attempt;
pub(crate) use build_needed::BuildNeeded;
pub(crate) use check::Check;
pub(crate) use ci::Ci;
pub(crate) use pin::{By, Pin};
pub(crate) use retag::Retag;

/// Which container image, already built, is right for a git commit?
///
/// Two commits whose image inputs are identical can share an image. Repin finds out from the recipe in the repository
/// (the CI file, the Dockerfile, .dockerignore, .repin.toml) which files those are, and looks for an image among the
/// tags that exist.
#[derive(Debug, Parser)]
#[command(name = "repin", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
#[command(disable_help_subcommand = true)]
pub(crate) struct Args {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colour: NO_COLOR and CLICOLOR_FORCE count too
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t, hide_possible_values = true)]
    #[arg(help = "When to use colour: auto, always or never [auto: on a terminal; NO_COLOR and CLICOLOR_FORCE count]")]
    #[arg(hide_default_value = true, display_order = 100)]
    pub(crate) color: Color,
}

const EXAMPLES: &str = "\
Examples:
  repin resolve                                    the image for the commit that is checked out
  skopeo list-tags docker://HOST/GROUP/NAME | repin resolve --tags -
                                                   the same, among the images that exist
  repin history --tags tags.txt --format svg > history.svg
  repin inputs                                     which files count, and why
  repin resolve https://gitlab.com/GROUP/NAME --commit main
                                                   the same from GitLab, without a clone

Run `repin COMMAND --help` for more.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Name the image that is right for a commit, and say why
    ///
    /// The reference alone is the first line of standard output, the evidence follows. Where there is no right image,
    /// standard output stays empty and standard error has the reason, the nearest image and what to do next.
    ///
    /// Of a GitLab project's images its registry is asked. Of a folder's nobody is, without --tags: the answer is then a
    /// prediction of what a CI that builds on change would have built.
    #[command(after_help = RESOLVE_HELP)]
    Resolve(Resolve),

    /// List the right image for every commit of a history
    ///
    /// Commits with the same environment have the same letter and the same colour: they can share an image. Which of
    /// several right images is the nearest, `repin resolve` says.
    #[command(after_help = HISTORY_HELP)]
    History(History),

    /// Show which files an image is built from, and why each counts
    #[command(after_help = INPUTS_HELP)]
    Inputs(Inputs),

    /// Say what is wrong with the recipe: copies that start no build, lost builds, stale or foreign pins
    ///
    /// Each finding names its rule; `--explain RULE` has a page about it. What is wrong for certain and can be mended without
    /// a doubt, --fix mends.
    #[command(after_help = check::HELP)]
    Check(Check),

    /// Write the image that is right for a commit into .renku/renku.ini, or check what is there
    ///
    /// Only an image that a registry has is written. A pin that is right stays as it is, also where a newer image is right,
    /// too: else each commit with a new pin would ask for another one.
    #[command(after_help = pin::HELP)]
    Pin(Pin),

    /// Write the image job: it builds only where no right image exists, and tags the right one otherwise
    ///
    /// Without --write nothing is changed: what would be is shown. Only the image job is changed, and its own script stays
    /// in it; what cannot be changed safely is refused, with a job to put there by hand.
    #[command(after_help = ci::HELP)]
    Ci(Ci),

    /// Say whether a CI job has to build the image of its commit; for the job's script
    ///
    /// Standard output has lines `NAME=value`, which a shell and GitLab's dotenv reports read alike; the evidence goes to
    /// standard error. It says build wherever it does not know, and so it never fails a job.
    #[command(name = "build-needed", after_help = build_needed::HELP)]
    BuildNeeded(BuildNeeded),

    /// Write down in the registry that a CI job begins to build another commit's image; for the job's script
    ///
    /// Some commits can never be built, and nothing else says which: so that no job tries them with every push, each try is
    /// written down before it begins, and the next one waits longer.
    #[command(after_help = attempt::HELP)]
    Attempt(Attempt),

    /// Tell each commit's image where people look: in git notes and in comments on GitLab
    ///
    /// A note (refs/notes/repin, see git-notes(1)) says which image the commit was given, its digest and what it was built from.
    /// It goes where the repository goes, also away from GitLab, and `repin resolve` reads it where no registry is asked.
    /// To do it again changes nothing.
    #[command(after_help = annotate::HELP)]
    Annotate(Annotate),

    /// Give the image that is right for a commit that commit's own tag, without building or pulling it
    ///
    /// The registry gets the image's manifest once more, under another name; no layer is moved, and both tags are one image.
    /// A tag that another image has stays there. The new reference is the first line of standard output. Of a folder, a git
    /// note (refs/notes/repin) keeps what the image was built from.
    ///
    /// In a fork that takes its parent's image, the image is made known to the fork's own repository of the registry.
    #[command(after_help = retag::HELP)]
    Retag(Retag),

    /// Show or clear what is kept of GitLab projects for the next question
    ///
    /// Parents, files and environments of commits never change, so repin asks GitLab for them once. Refs, tags and tokens are
    /// not kept. The cache is in the folder for caches ($XDG_CACHE_HOME, or ~/.cache), and what was not used for longest
    /// goes when it is full.
    #[command(after_help = CACHE_HELP)]
    Cache {
        /// What to do with it.
        #[command(subcommand)]
        what: Cache,
    },

    /// Print a script that completes repin's options in a shell
    #[command(after_help = "Example:\n  repin completions bash > ~/.local/share/bash-completion/completions/repin")]
    Completions {
        /// The shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },

    /// Print the manual page, or write one for each command into a folder
    #[command(after_help = "Examples:\n  repin man | man -l -\n  repin man --output ~/.local/share/man/man1")]
    Man {
        /// The folder to write repin.1, repin-resolve.1, … into
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        output: Option<PathBuf>,
    },
}

/// What to do with the cache.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Cache {
    /// Say where it is and how much it has
    Info,
    /// Forget everything
    Clear,
}

const CACHE_HELP: &str = "\
Examples:
  repin cache info
  repin cache clear";

const RESOLVE_HELP: &str = "\
Exit status:
  0  found: the image exists and is right
  1  error
  2  wrong usage
  3  missing: every tag was compared, and no image is right
  4  building or failed
  5  predicted (nobody asked a registry) or unknown
With --verify: 0 the record holds, 3 it fails, 5 that cannot be known

Examples:
  repin resolve
  repin resolve --commit v1.2 --tags tags.txt --image registry.example.org/group/name
  skopeo list-tags docker://registry.example.org/group/name | repin resolve --tags -
  image=$(repin resolve --tags tags.txt | head -n 1)
  repin resolve https://gitlab.com/group/name/-/merge_requests/7
  repin resolve \"$CI_PROJECT_URL\" --commit \"$CI_COMMIT_SHA\"
  pass show gitlab | repin resolve https://gitlab.example.org/group/name --token-file -
  repin resolve --inputs Dockerfile --inputs 'requirements*.txt' --format json
  repin resolve --registry --format json > image.json
  repin resolve --verify image.json";

const HISTORY_HELP: &str = "\
Examples:
  repin history --limit 30
  repin history --tags tags.txt --format svg > history.svg
  repin history https://gitlab.com/group/name --limit 30
  repin history --format json | jq -r '.[] | select(.tag == null) | .commit'";

const INPUTS_HELP: &str = "\
Examples:
  repin inputs
  repin inputs https://gitlab.com/group/name/-/merge_requests/7
  repin inputs --commit main~3 --format json | jq -r '.environment.files[].path'";

/// Which commit of which project is meant.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// The project: a folder in a git repository, a bare repository, or an address of a GitLab project
    ///
    /// An address can be that of any page of the project; where the page shows a commit, a branch, a tag or a merge request,
    /// that is the commit, if --commit names no other.
    #[arg(value_name = "PROJECT", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(crate) project: String,

    /// The commit: anything that `git rev-parse` understands; of a GitLab project a branch, a tag or an id [default: HEAD]
    #[arg(long, value_name = "REV", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) commit: Option<String>,

    #[command(flatten)]
    pub(crate) gitlab: Gitlab,
}

/// How GitLab is asked, where the project is there.
#[derive(Debug, clap::Args)]
pub(crate) struct Gitlab {
    /// The file that has the token for GitLab; `-` reads standard input
    ///
    /// Without it, the first of these that has one for the host: GITLAB_TOKEN (if GITLAB_HOST is set, for that host alone),
    /// CI_JOB_TOKEN within a CI job, glab's configuration, git's credential store. The scope read_api is enough. A token is
    /// never sent without encryption, except to this machine.
    #[arg(help_heading = "GitLab", long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) token_file: Option<PathBuf>,

    /// Send no more than N requests for one answer; `none` sends as many as it takes [default: 30]
    ///
    /// Where N is not enough, the answer is made of what is known by then, and says so.
    #[arg(help_heading = "GitLab", long, value_name = "N", default_value = "30", hide_default_value = true)]
    pub(crate) max_requests: MaxRequests,

    /// Neither use nor keep what is known from earlier questions
    #[arg(help_heading = "GitLab", long)]
    pub(crate) no_cache: bool,
}

/// How many requests one answer may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MaxRequests {
    /// So many.
    Number(NonZero<u64>),
    /// Any number.
    Any,
}

impl FromStr for MaxRequests {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            // Zero is what other programs call it.
            "none" | "0" => Ok(Self::Any),
            _ => text.parse().map(Self::Number).map_err(|_| "it takes a number, or `none`"),
        }
    }
}

/// What the image is built from, where the caller says it.
#[derive(Debug, clap::Args)]
pub(crate) struct Patterns {
    /// Take the files that match this pattern for the image's inputs, and nothing else; repeatable
    ///
    /// Patterns are GitLab's (`rules: changes`): `*` stays within a folder, `**/` crosses folders, `{a,b}` is either.
    #[arg(long, value_name = "GLOB", action = ArgAction::Append, value_parser = NonEmptyStringValueParser::new())]
    pub(crate) inputs: Vec<String>,
}

/// Which images exist, and where.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Registry {
    /// The tags that exist, one a line or as `skopeo list-tags` prints them; `-` reads standard input. GitLab is then not
    /// asked for them
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) tags: Option<PathBuf>,

    /// Ask the registry itself which images of a folder's project exist; GitLab is asked anyway for those of an address
    ///
    /// The login is the first of these that there is for the registry: REPIN_REGISTRY_USER and REPIN_REGISTRY_PASSWORD (if
    /// REPIN_REGISTRY_HOST is set, for that host alone), those of a CI job, docker's configuration and its credential
    /// helpers, the token for the project's GitLab. A login is sent to no other server (but REPIN_REGISTRY_REALM permits one
    /// more), and never without encryption, except to this machine.
    #[arg(long = "registry", conflicts_with = "tags")]
    pub(crate) ask: bool,

    /// The registry repository of the images, without a tag [default: what GitLab says; of a folder CI_REGISTRY_IMAGE, else from the remote]
    #[arg(long, value_name = "NAME")]
    pub(crate) image: Option<String>,

    /// Leave out what git notes (refs/notes/repin) say of images
    ///
    /// They say which image a commit was given, what it was built from, and, where nobody asks a registry, which image is likely
    /// there.
    #[arg(long)]
    pub(crate) no_notes: bool,
}

impl Registry {
    /// The same for a command that asks the registry wherever no tags are given.
    pub(crate) fn by_default(&self) -> Self {
        Self { ask: self.tags.is_none(), ..self.clone() }
    }
}

/// `repin resolve`.
#[derive(Debug, clap::Args)]
pub(crate) struct Resolve {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) patterns: Patterns,
    #[command(flatten)]
    pub(crate) registry: Registry,
    /// Look an earlier answer over: the JSON that `repin resolve --format json` printed; `-` reads standard input
    ///
    /// The commit, its image inputs and those of the image's commit are looked up in the project, under the options that the
    /// answer was found with; the tag and the digest in the registry, which is asked unless --tags is given. A tag that moved
    /// does not matter while the registry has the digest. An image of another repository than the project's own is believed only
    /// where --image names that.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["commit", "inputs"])]
    pub(crate) verify: Option<PathBuf>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `repin history`.
#[derive(Debug, clap::Args)]
pub(crate) struct History {
    #[command(flatten)]
    pub(crate) asked: Asked,
    /// Only the N newest commits [default: all; 200 for svg]
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<NonZero<usize>>,
    #[command(flatten)]
    pub(crate) patterns: Patterns,
    #[command(flatten)]
    pub(crate) registry: Registry,
    /// How to print the history
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: HistoryFormat,
}

/// `repin inputs`.
#[derive(Debug, clap::Args)]
pub(crate) struct Inputs {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) patterns: Patterns,
    /// How to print the files
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// How to print an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// How to print a history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum HistoryFormat {
    /// A table, for people
    #[default]
    Text,
    /// One array, newest first, for programs
    Json,
    /// A picture
    Svg,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<Color> for anstream::ColorChoice {
    fn from(color: Color) -> Self {
        match color {
            Color::Auto => Self::Auto,
            Color::Always => Self::Always,
            Color::Never => Self::Never,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn options_do_not_contradict_each_other() {
        super::Args::command().debug_assert();
    }
}

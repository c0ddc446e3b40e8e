//! `repin check`

use clap::builder::NonEmptyStringValueParser;

use super::{Asked, Format, Registry};

pub(super) const HELP: &str = "\
Exit status:
  0  nothing is wrong (there may be remarks)
  1  error of repin itself
  2  wrong usage
  3  there are errors or warnings
  5  there are none, but not everything could be looked at

Examples:
  repin check
  repin check --fix
  repin check --rev v1.0..main --tags tags.txt
  repin check --explain lost-build
  repin check https://gitlab.com/group/name
  repin check --tags tags.txt --image registry.example.org/group/name
  repin check --format json | jq -r '.findings[] | select(.severity == \"error\") | .message'";

/// `repin check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) asked: Asked,
    #[command(flatten)]
    pub(crate) registry: Registry,
    /// Look at every commit of a range: A..B, or REV with all that leads to it
    ///
    /// A..B are the commits that B has and A has not; without A or B the head is meant, as in git. Each finding then has the commits that it is true of. At most 20,000 commits are looked at, the newest; through the
    /// API 200.
    #[arg(long, value_name = "RANGE", conflicts_with = "commit", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) rev: Option<String>,
    /// Mend in the folder what is certain; a file with uncommitted changes is left alone
    ///
    /// Nothing is committed. The files are looked at again as they are then, and what is left is reported.
    #[arg(long, conflicts_with_all = ["commit", "rev"])]
    pub(crate) fix: bool,
    /// Print the page about a rule, or without RULE a list of all
    #[arg(long, value_name = "RULE", num_args = 0..=1, default_missing_value = "", conflicts_with_all = ["fix", "rev"])]
    pub(crate) explain: Option<String>,
    /// How to print the findings
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

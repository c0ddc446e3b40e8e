//! The rules, by name.

use super::Severity;

/// Something that [`check`](super::check()) looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which never changes.
    pub name: &'static str,
    /// How bad it is, as a rule: where less is certain, a finding says less.
    pub severity: Severity,
    /// What it finds, in a line.
    pub finds: &'static str,
}

impl Rule {
    const fn new(name: &'static str, severity: Severity, finds: &'static str) -> Self {
        Self { name, severity, finds }
    }

    /// The page that explains it, from the folder of the command's sources.
    pub fn page(&self) -> String {
        format!("rules/{}.md", self.name)
    }
}

macro_rules! rules {
    ($($constant:ident: $name:literal, $severity:ident, $finds:literal;)+) => {
        $(pub(super) const $constant: &Rule = &Rule::new($name, Severity::$severity, $finds);)+
        /// All of them, worst first.
        pub const RULES: &[&Rule] = &[$($constant),+];
    };
}

rules! {
    CONFIG: "config", Error, "`.repin.toml` cannot be read";
    NO_RECIPE: "no-recipe", Error, "there is nothing that an image could be built from";
    UNCOVERED_COPY: "uncovered-copy", Warning, "the image is built from a file that the job's `changes:` list lacks";
    DEAD_PATTERN: "dead-pattern", Warning, "a pattern of the `changes:` list can match no file";
    IGNORED_COPY: "ignored-copy", Warning, "`.dockerignore` hides what the Dockerfile copies";
    LOST_BUILD: "lost-build", Warning, "the registry has no image of a commit's inputs";
    EXPIRING_IMAGE: "expiring-image", Warning, "the project's clean-up may delete the image that is right";
    LATEST_ONLY: "latest-only", Warning, "no tag of the job's images names a commit";
    EXACT_ONLY: "exact-only", Warning, "a build argument differs by commit: no image can be shared";
    PIN_GONE: "pin-gone", Warning, "the registry does not have the pinned image";
    PIN_STALE: "pin-stale", Warning, "the inputs have changed since the pinned image was built";
    PIN_FLOATING: "pin-floating", Warning, "the pinned tag moves";
    PIN_FOREIGN: "pin-foreign", Warning, "the pinned image is another project's";
    PIN_UNKNOWN: "pin-unknown", Info, "whether the pinned image is right cannot be known";
    RENKU_INI: "renku-ini", Warning, "Renku cannot read `.renku/renku.ini`";
    WHOLE_TREE: "whole-tree", Info, "every file counts as an input";
    UNPINNED_BASE: "unpinned-base", Info, "a base image can change without a commit";
    NOTE: "note", Info, "what else the recipe leaves open";
}

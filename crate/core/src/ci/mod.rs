//! CI files: the job that builds the image, what it builds from, which tags it pushes, and when it runs.
//!
//! [`CiFile::load`] reads a `.gitlab-ci.yml` as it is at one commit, with the local files that it includes, and never
//! fails on what they say: what cannot be read becomes a note. [`CiFile::image_job`] finds the job that builds the
//! image by following the jobs' scripts as a shell would, with what GitLab sets kept as symbols: `$CI_COMMIT_SHA` cut
//! to seven characters is still the beginning of the commit's id, however it was cut.
//!
//! The image job is the one of the given name; else `image_build` (Renku's name for it); else the first one that builds
//! an image and pushes it to the project's registry; else the first one that builds an image.
//!
//! ```
//! use std::collections::BTreeMap;
//! use repin::ci::{CiFile, Text};
//!
//! let mut files = BTreeMap::from([(".gitlab-ci.yml".to_owned(), br#"
//! image_build:
//!   script: |
//!     CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)
//!     docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .
//!     docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7
//! "#.to_vec())]);
//! let ci = CiFile::load(".gitlab-ci.yml", &mut files).unwrap_or_else(|never| match never {});
//! let job = ci.image_job(None).expect("a job builds the image");
//! assert_eq!(job.name, "image_build");
//! assert_eq!(job.scheme.to_string(), "$CI_COMMIT_SHA[0..7]");
//! assert_eq!(job.build.context, Text::Known(String::new()));
//! assert_eq!(job.build.dockerfiles(), [Text::Known("Dockerfile".into())]);
//! ```
//!
//! [`recipe`] writes an image job that builds only where no right image exists.
//!
//! Limits keep hostile files harmless: their sizes, nesting and everything that multiplies is bounded (see each
//! file of this module); beyond a limit there is a note.

mod arguments;
mod assemble;
mod build;
mod command;
mod eval;
mod expression;
mod image;
mod include;
mod inputs;
pub(crate) mod pattern;
pub mod recipe;
mod rule;
mod run;
mod shell;
mod trigger;
mod value;
mod yaml;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::convert::Infallible;

pub use build::{ArgValue, Build, BuildArg, Text, Tool};
pub use image::{ImageJob, PushedImage, Repository};
pub use trigger::{Changes, Decision, Keyword, PipelineFacts, RefKind, Runs, Triggers};

/// The files of one commit. Paths have no leading `/`.
///
/// A source that fetches can answer with an error that says *not yet*: the files of one `include:` are all asked for
/// before the error is passed on.
pub trait Files {
    /// Why a file cannot be read now.
    type Error;

    /// The content of a file; `None` where the commit has none at this path.
    ///
    /// # Errors
    /// The source cannot say.
    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Self::Error>;

    /// The paths that match an include with wildcards: `*` inside a folder, `**` across folders. They are read in the
    /// order of their bytes, and those that do not end in `.yml` or `.yaml` are left out.
    ///
    /// # Errors
    /// The source cannot say.
    fn list(&mut self, pattern: &str) -> Result<Vec<String>, Self::Error>;
}

/// Files in memory, by path.
impl Files for BTreeMap<String, Vec<u8>> {
    type Error = Infallible;

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.get(path).cloned())
    }

    fn list(&mut self, pattern: &str) -> Result<Vec<String>, Infallible> {
        Ok(self.keys().filter(|path| include_matches(pattern, path)).cloned().collect())
    }
}

/// Whether a path matches an include with wildcards: `*` is anything inside a folder, `**` anything at all, the rest is
/// as it is written (GitLab's `search_files_by_wildcard_path`, which is not the language of `changes:`).
///
/// ```
/// use repin::ci::include_matches;
/// assert!(include_matches("ci/*.yml", "ci/a.yml"));
/// assert!(!include_matches("ci/*.yml", "ci/x/a.yml"));
/// assert!(include_matches("ci/**.yml", "ci/a.yml") && include_matches("ci/**.yml", "ci/x/a.yml"));
/// assert!(include_matches("ci/**/*.yml", "ci/x/a.yml"));
/// assert!(!include_matches("ci/**/*.yml", "ci/a.yml"), "only in folders below");
/// assert!(!include_matches("ci/**", "ci/a.txt"), "only .yml and .yaml");
/// ```
pub fn include_matches(pattern: &str, path: &str) -> bool {
    if !include::is_yaml(path) || pattern.len() > 1_000 {
        return false;
    }
    // The lengths of the path's beginnings that the pattern so far matches.
    let mut reached = vec![false; path.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    let mut rest = pattern.bytes().peekable();
    while let Some(byte) = rest.next() {
        let crosses = byte == b'*' && rest.next_if_eq(&b'*').is_some();
        let mut next = vec![false; path.len() + 1];
        let mut open = false;
        for (at, here) in path.bytes().map(Some).chain([None]).enumerate() {
            let before = reached.get(at) == Some(&true);
            open |= before;
            let (to, matches) = if byte == b'*' { (at, open) } else { (at + 1, before && here == Some(byte)) };
            if matches && let Some(to) = next.get_mut(to) {
                *to = true;
            }
            open &= crosses || here != Some(b'/');
        }
        reached = next;
    }
    reached.last() == Some(&true)
}

/// A CI file with everything local that it includes.
#[derive(Clone, Debug)]
pub struct CiFile {
    exists: bool,
    files: Vec<String>,
    patterns: Vec<String>,
    notes: Vec<String>,
    /// What is included and cannot be read from the commit.
    unseen: Vec<String>,
    /// Whether `workflow: rules:` has `changes:`.
    pipelines_by_changes: bool,
    jobs: Vec<image::Candidate>,
}

impl CiFile {
    /// Reads the CI file at `path` (`ci_config_path` of the project, or `.gitlab-ci.yml`).
    ///
    /// # Errors
    /// Only those of `files`. A file that is missing or broken is a note, and defines no jobs.
    pub fn load<F: Files>(path: &str, files: &mut F) -> Result<CiFile, F::Error> {
        let loaded = include::load(path, files)?;
        let mut notes = loaded.notes;
        let mut jobs = Vec::new();
        let mut pipelines_by_changes = false;
        if let Some(config) = &loaded.config {
            let assembled = assemble::assemble(config);
            notes.extend(assembled.notes);
            jobs = image::candidates(&assembled.jobs, assembled.workflow.as_ref());
            let rules = assembled.workflow.as_ref().map(rule::Rule::parse_all).unwrap_or_default();
            pipelines_by_changes = rules.iter().any(|rule| rule.changes.is_some());
        }
        Ok(CiFile {
            exists: loaded.exists,
            files: loaded.files,
            patterns: loaded.patterns,
            notes,
            unseen: loaded.unseen,
            pipelines_by_changes,
            jobs,
        })
    }

    /// Whether the commit has the file.
    pub fn exists(&self) -> bool {
        self.exists
    }

    /// The CI file, then every local file that it includes, directly or not, each once and without leading `/`; those
    /// that are missing too.
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The includes with wildcards: a new file that matches one changes the configuration. See [`include_matches`].
    pub fn include_patterns(&self) -> &[String] {
        &self.patterns
    }

    /// What could not be read, and what that means.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The names of the jobs, in file order, hidden ones left out.
    pub fn jobs(&self) -> impl Iterator<Item = &str> {
        self.jobs.iter().map(image::Candidate::name)
    }

    /// The job that builds the image: the one called `wanted`, if that is given, whatever it does; else the one that
    /// can be recognised.
    pub fn image_job(&self, wanted: Option<&str>) -> Option<ImageJob> {
        image::choose(&self.jobs, wanted)
    }

    /// Why [`CiFile::image_job`] without a name finds no job, for people: which jobs may build an image out of sight.
    pub fn no_image_job(&self) -> Option<String> {
        if self.image_job(None).is_some() { None } else { Some(image::why_none(&self.jobs, self.exists)) }
    }
}

//! Which jobs a pipeline has: the CI file at its commit, asked through the core.

use std::collections::BTreeMap;

use repin::ci::{
    CiFile, Files, ImageJob, Keyword, PipelineFacts, PushedImage, RefKind, Repository, Runs, include_matches,
};
use repin::scheme::Form;

use super::paths::Changed;
use super::stages::Keys;
use super::{Settings, ZERO};
use crate::{Error, Git, Result};

/// What a pipeline would run for.
pub(super) struct Facts<'a> {
    pub(super) sha: &'a str,
    pub(super) before: &'a str,
    pub(super) source: &'a str,
    /// `CI_COMMIT_REF_NAME`.
    pub(super) ref_name: &'a str,
    pub(super) kind: RefKind,
    pub(super) changed: Changed,
    /// The push option `ci.skip`.
    pub(super) skip: bool,
}

/// What GitLab makes of the CI file.
#[derive(Debug)]
pub(super) enum Plan {
    /// No pipeline.
    Nothing,
    /// A pipeline that is skipped.
    Skipped,
    /// A pipeline that failed, for this error in the file.
    Invalid(String),
    /// A pipeline with these jobs, in the order of their stages; never none.
    Jobs(Vec<Planned>),
}

/// A job of a pipeline that is to be.
#[derive(Debug)]
pub(super) struct Planned {
    pub(super) name: String,
    pub(super) stage: String,
    /// Jobs of one place run beside each other.
    pub(super) place: usize,
    /// Whether a person has to start it.
    pub(super) manual: bool,
    pub(super) allow_failure: bool,
    pub(super) interruptible: bool,
    /// The project's repositories that it pushes to, and the forms of the tags.
    pub(super) images: Vec<(String, Form)>,
}

/// The files of one commit.
struct Tree<'g> {
    git: &'g Git,
    sha: &'g str,
    paths: Vec<String>,
}

impl Files for Tree<'_> {
    type Error = Error;

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>> {
        if !self.paths.iter().any(|there| there == path) {
            return Ok(None);
        }
        self.git.bytes(&["cat-file", "blob", &format!("{}:{path}", self.sha)]).map(Some)
    }

    fn list(&mut self, pattern: &str) -> Result<Vec<String>> {
        Ok(self.paths.iter().filter(|path| include_matches(pattern, path)).cloned().collect())
    }
}

/// The plan of a pipeline.
///
/// # Errors
/// git fails, or it depends on what is not known whether a job runs.
pub(super) fn plan(git: &Git, settings: &Settings, facts: &Facts<'_>) -> Result<Plan> {
    let paths = git.bytes(&["ls-tree", "-r", "-z", "--name-only", facts.sha])?;
    let paths = paths.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let paths = paths.map(|path| String::from_utf8_lossy(path).into_owned()).collect();
    let mut tree = Tree { git, sha: facts.sha, paths };
    let Some(text) = tree.read(&settings.ci_config_path)? else { return Ok(Plan::Nothing) };

    let message = git.run(&["show", "--no-patch", "--format=%B", facts.sha])?;
    // Pipelines that somebody starts run all the same. The push option is the push's, and so not a merge request's.
    let may_skip = matches!(facts.source, "push" | "merge_request_event");
    if may_skip && (skips(&message) || (facts.skip && facts.source == "push")) {
        return Ok(Plan::Skipped);
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let keys = match Keys::read(&text) {
        Ok(keys) => keys,
        Err(error) => return Ok(Plan::Invalid(error)),
    };
    let file = CiFile::load(&settings.ci_config_path, &mut tree)?;
    if file.jobs().next().is_none() {
        return Ok(Plan::Invalid("jobs config should contain at least one visible job".to_owned()));
    }
    let known = known(settings, facts);
    let mut jobs = Vec::new();
    for name in file.jobs() {
        let Some(job) = file.image_job(Some(name)) else { continue };
        let pipeline = PipelineFacts {
            source: facts.source,
            ref_name: facts.ref_name,
            kind: facts.kind,
            project_path: Some(&settings.path),
            default_branch: Some(&settings.default_branch),
            changed_paths: changed(&job, &facts.changed),
            files: Some(&tree.paths),
            variables: Some(&known),
            message: Some(&message),
        };
        let decision = job.triggers.decide(&pipeline);
        let manual = match decision.runs {
            Runs::Yes => false,
            Runs::Manual => true,
            Runs::No => continue,
            Runs::Unknown => {
                let (sha, why) = (facts.sha, decision.why);
                return Err(Error::new(format!("whether the job {name} runs at {sha} is not known: {why}")));
            }
        };
        jobs.push(planned(&keys, &job, manual, file.image_job(None).is_some_and(|image| image.name == name)));
    }
    jobs.sort_by_key(|job| job.place);
    Ok(if jobs.is_empty() { Plan::Nothing } else { Plan::Jobs(jobs) })
}

fn planned(keys: &Keys<'_>, job: &ImageJob, manual: bool, is_image_job: bool) -> Planned {
    let said = keys.job(&job.name);
    let mut images: Vec<_> = job.images.iter().filter_map(pushed).collect();
    // The image job of which no push can be read is taken to push by its scheme.
    if job.images.is_empty() && is_image_job {
        images.extend(job.scheme.forms().iter().map(|form| (String::new(), form.clone())));
    }
    Planned {
        name: job.name.clone(),
        place: keys.place(&said.stage),
        stage: said.stage,
        manual,
        // A job's own `when: manual` lets the pipeline go on; that of a rule does not.
        allow_failure: said.allow_failure.unwrap_or(manual && !said.rules),
        interruptible: said.interruptible,
        images,
    }
}

fn pushed(image: &PushedImage) -> Option<(String, Form)> {
    match &image.repository {
        Repository::Project(below) => Some((below.clone(), image.tag.clone())),
        Repository::Named(_) | Repository::Unknown { .. } => None,
    }
}

/// `only` and `except` look at other paths than `rules`.
fn changed<'c>(job: &ImageJob, changed: &'c Changed) -> Option<&'c [String]> {
    let policies = job.changes.iter().any(|changes| changes.keyword != Keyword::Rules);
    if policies { changed.policies.as_deref() } else { changed.rules.as_deref() }
}

/// The variables whose values the pipeline gives, over those of the project.
fn known(settings: &Settings, facts: &Facts<'_>) -> BTreeMap<String, String> {
    let mut known = settings.variables.clone();
    known.insert("CI_COMMIT_SHA".into(), facts.sha.into());
    known.insert("CI_COMMIT_SHORT_SHA".into(), facts.sha.chars().take(8).collect());
    let before = if facts.source == "push" { facts.before } else { ZERO };
    known.insert("CI_COMMIT_BEFORE_SHA".into(), before.into());
    known
}

/// GitLab's `SKIP_PATTERN`, `/\[(ci[ _-]skip|skip[ _-]ci)\]/i`.
fn skips(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    [' ', '_', '-'].iter().any(|between| {
        message.contains(&format!("[ci{between}skip]")) || message.contains(&format!("[skip{between}ci]"))
    })
}

#[cfg(test)]
mod tests {
    use super::skips;

    #[test]
    fn a_message_skips_ci_wherever_it_says_so() {
        for message in ["[skip ci]", "Fix [CI Skip]", "Fix\n\n[ci_skip]", "[skip-ci] now", "a[ci-skip]b"] {
            assert!(skips(message), "{message}");
        }
        for message in ["skip ci", "[skip  ci]", "[no ci]", "[skip ci", ""] {
            assert!(!skips(message), "{message}");
        }
    }
}

//! The recipe: an image job that builds only where no right image exists, written into a CI file or brought up to date.
//!
//! Only the image job is changed, and of it only what the recipe is made of (and REPIN_VERSION, where the file has it for
//! all jobs); everything else stays byte for byte. Its own script stays, too, as a function: the recipe calls it where a build is needed. What cannot be changed safely is
//! [refused](Refusal), with what to do instead. The result is read again: it must have the same image job, which builds
//! from the same Dockerfile, with the same context, arguments and tags, and there must be nothing left to change in it.

use std::fmt;

use super::{CiFile, Files, ImageJob, Tool};

mod alone;
mod change;
mod keys;
mod lines;
mod outline;
mod page;
mod script;

pub use script::Variant;

/// What is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The image job's name; of a new job, too. `None`: the one that is recognised, or `image_build`.
    pub job: Option<String>,
    /// How a new job builds; an existing one goes on as it does.
    pub variant: Option<Variant>,
}

/// A CI file with the recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Which file: the CI file, or the one that it includes for the recipe.
    pub path: String,
    /// The whole file.
    pub text: String,
    /// The image job.
    pub job: String,
    /// What a person should know.
    pub notes: Vec<String>,
    /// Where the job is a new one: what the file includes from elsewhere, so that there may be an image job already.
    pub unseen: Vec<String>,
}

/// Why a CI file is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is in the way, and where.
    pub message: String,
    /// What to do.
    pub next: String,
    /// A job to put there by hand.
    pub snippet: Option<String>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.message, self.next)
    }
}

impl std::error::Error for Refusal {}

/// The name of a new job: Renku's.
const NEW_JOB: &str = "image_build";

/// Writes the recipe into the CI file at `path`, which need not exist; where it includes the recipe from a file of the
/// same project, into that file.
///
/// # Errors
/// Only those of `files`.
pub fn write<F: Files>(path: &str, files: &mut F, wish: &Wish) -> Result<Result<Written, Refusal>, F::Error> {
    let refuse = |message: String, next: &str| Refusal { message, next: next.to_owned(), snippet: None };
    let old = files.read(path)?.unwrap_or_default();
    let Ok(text) = String::from_utf8(old) else {
        return Ok(Err(refuse(format!("{path} is not UTF-8"), "save it as UTF-8")));
    };
    if let Err(error) = super::yaml::parse(text.as_bytes()) {
        let place = if error.line > 0 { format!("{path}:{}", error.line) } else { path.to_owned() };
        return Ok(Err(refuse(format!("{place}: {}", error.message), "mend it first: GitLab refuses it, too")));
    }
    let ci = CiFile::load(path, files)?;
    let job = ci.image_job(wish.job.as_deref());
    let included = job.as_ref().map(|job| included(path, &text, &ci, job, files)).transpose()?.flatten();
    let is_included = included.is_some();
    let (place, text) = included.unwrap_or_else(|| (path.to_owned(), text));
    let changed = match &job {
        Some(job) => change::of_job(&place, &text, is_included, &ci, job, wish),
        None => change::of_file(path, &text, wish),
    };
    let mut written = match changed {
        Ok(written) => written,
        Err(refusal) => return Ok(Err(refusal)),
    };
    if ci.pipelines_by_changes {
        written.notes.push(BY_CHANGES.to_owned());
    }
    if job.is_none() && !ci.unseen.is_empty() {
        written.notes.push(format!(
            "the file includes {}, which is not in this repository: if the image job is there, do not write this one",
            ci.unseen.join(" and ")
        ));
        written.unseen = ci.unseen;
    }
    let mut overlay = Overlay { files, path: &place, text: &written.text };
    let ci = CiFile::load(path, &mut overlay)?;
    let after = ci.image_job(wish.job.as_deref());
    let is_last = |job: &ImageJob| change::of_job(&place, &written.text, is_included, &ci, job, wish);
    let what = difference(job.as_ref(), after.as_ref(), &written).or_else(|| match after.as_ref().map(is_last) {
        Some(Ok(again)) if again.text == written.text => None,
        // Such a file only looks as if it could be taken apart.
        _ => Some("the file"),
    });
    Ok(match what {
        None => Ok(written),
        Some(what) => Err(Refusal {
            message: format!("{place}: with the recipe, {what} would be another"),
            next: "put the recipe into the job by hand".to_owned(),
            snippet: Some(script::snippet(&written.job, wish.variant.unwrap_or_default())),
        }),
    })
}

/// What no job can do anything about.
const BY_CHANGES: &str = "`workflow: rules:` has `changes:`: for other pushes there is no pipeline at all, so that a build \
    that failed or was skipped is not made up for; take `changes:` out of there, and into the rules of the jobs that need it";

/// The file that has the recipe, and its text, where the CI file includes it and gives the job no other script.
fn included<F: Files>(
    path: &str,
    text: &str,
    ci: &CiFile,
    job: &ImageJob,
    files: &mut F,
) -> Result<Option<(String, String)>, F::Error> {
    if change::has_script(text, &job.name) {
        return Ok(None);
    }
    // Of several, GitLab takes what comes last.
    for other in ci.files.iter().rev().filter(|other| *other != path) {
        let Some(text) = files.read(other)?.and_then(|bytes| String::from_utf8(bytes).ok()) else { continue };
        if change::has_script(&text, &job.name) {
            return Ok(change::has_recipe(&text, &job.name).then(|| (other.clone(), text)));
        }
    }
    Ok(None)
}

/// What of the image job the change would make another; `None`: nothing that matters.
fn difference(before: Option<&ImageJob>, after: Option<&ImageJob>, written: &Written) -> Option<&'static str> {
    let Some(after) = after.filter(|after| after.name == written.job) else { return Some("the image job") };
    let Some(before) = before else {
        return (after.others > 0 || after.repository().is_none()).then_some("the new job");
    };
    match () {
        () if before.build != after.build => Some("what the job builds from"),
        () if before.scheme != after.scheme => Some("the form of its tags"),
        () if (&before.images, &before.pushes_to) != (&after.images, &after.pushes_to) => Some("what it pushes to"),
        () if after.others > 0 => Some("the number of its images"),
        () => None,
    }
}

/// Files of which one is as it would be.
struct Overlay<'a, F> {
    files: &'a mut F,
    path: &'a str,
    text: &'a str,
}

impl<F: Files> Files for Overlay<'_, F> {
    type Error = F::Error;

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, F::Error> {
        if path == self.path { Ok(Some(self.text.as_bytes().to_vec())) } else { self.files.read(path) }
    }

    fn list(&mut self, pattern: &str) -> Result<Vec<String>, F::Error> {
        self.files.list(pattern)
    }
}

impl Variant {
    fn of(tool: Tool) -> Option<Self> {
        match tool {
            Tool::Docker => Some(Self::Docker),
            Tool::Buildx => Some(Self::Buildx),
            Tool::Kaniko => Some(Self::Kaniko),
            Tool::Buildah => Some(Self::Buildah),
            Tool::Podman | Tool::Img => None,
        }
    }
}

//! From options to a source and a question.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use repin::Question;
use repin::reference::Reference;
use repin::remote::parse_remote;
use repin::source::{Commit, Images, Source as _, SourceError};
use repin_forge::local::Local;

use crate::args::{Asked, Color, Registry};
use crate::error::Failure;
use crate::progress::Progress;

/// A project that can be asked, and what is asked.
pub(crate) struct Project {
    pub(crate) source: Local,
    pub(crate) question: Question,
    pub(crate) progress: Progress,
    /// As the caller named it.
    name: String,
    /// Whether the tags that exist are known.
    pub(crate) has_tags: bool,
}

impl Project {
    pub(crate) fn open(
        asked: &Asked,
        inputs: &[String],
        registry: Option<&Registry>,
        color: Color,
    ) -> Result<Self, Failure> {
        let image = registry.and_then(|registry| registry.image.as_deref()).map(image_option).transpose()?;
        let mut source = open(&asked.project)?.with_image_repository(image_variable()?);
        let tags = registry.and_then(|registry| registry.tags.as_deref());
        if let Some(tags) = tags {
            source = source.with_images(read_tags(tags)?);
        }
        let progress = Progress::new(color);
        if let Some(callback) = progress.callback() {
            source = source.with_progress(callback);
        }
        let question = Question {
            revision: asked.commit.clone(),
            inputs: inputs.to_vec(),
            ci_path: variable("CI_CONFIG_PATH").filter(|path| is_local_ci_path(path)),
            image,
        };
        Ok(Self { source, question, progress, name: asked.project.clone(), has_tags: tags.is_some() })
    }

    /// The answer of work that may take a while.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, SourceError>>) -> Result<T, Failure> {
        let answer = pollster::block_on(work);
        self.progress.clear();
        answer.map_err(|error| Failure::of_source(&error, self.shown_name()))
    }

    /// One commit of the project.
    pub(crate) fn commit(&self, id: repin::Oid) -> Result<Commit, Failure> {
        let mut commits = self.wait(self.source.commits(&[id]))?;
        commits.pop().ok_or_else(|| Failure::new(format!("{} lacks the commit {id}", self.shown_name())))
    }

    /// The content of a file at a commit. One that cannot be read (it is too large) counts as empty: it is there.
    pub(crate) fn committed(&self, id: repin::Oid, path: &str) -> Option<Vec<u8>> {
        pollster::block_on(self.source.read(id, path)).unwrap_or_else(|_| Some(Vec::new()))
    }

    /// The folder whose files can differ from the commit asked about: it is the one that is checked out there.
    pub(crate) fn work_dir(&self) -> Option<PathBuf> {
        let at_head = matches!(self.question.revision.as_deref(), None | Some("HEAD" | "@"));
        if at_head { self.source.work_dir() } else { None }
    }

    /// The project's name, for sentences.
    pub(crate) fn shown_name(&self) -> String {
        if self.name == "." { "this repository".to_owned() } else { format!("the repository {}", self.name) }
    }
}

fn open(project: &str) -> Result<Local, Failure> {
    let path = Path::new(project);
    let exists = path.exists();
    if !exists && (project.contains("://") || parse_remote(project).is_some()) {
        return Err(Failure::new(format!("{project} is the URL of a project, and this version does not ask GitLab"))
            .hint(format!("use a clone: git clone --bare {project} DIR, then give DIR")));
    }
    if !exists {
        return Err(Failure::new(format!("there is no folder {project}"))
            .hint("give a folder in a git repository, or run repin inside of one"));
    }
    if path.is_file() {
        return Err(Failure::new(format!("{project} is a file, not a folder"))
            .hint("give the folder of a git repository; a commit is named with --commit"));
    }
    // An error should name the folder, not a dot.
    let here = if project == "." { std::env::current_dir().ok() } else { None };
    Local::open(here.as_deref().unwrap_or(path)).map_err(|error| {
        Failure::of_source(&error, project).hint("give a folder in a git repository, or run repin inside of one")
    })
}

/// The repository that `--image` names.
fn image_option(text: &str) -> Result<String, Failure> {
    let image = Reference::parse_lenient(text).map_err(|error| {
        Failure::new(format!("--image {text} is not the name of an image"))
            .because(&error)
            .hint("it looks like registry.example.org/group/name")
    })?;
    if image.tag().is_some() || image.digest().is_some() {
        let part = if image.digest().is_some() { "digest" } else { "tag" };
        return Err(Failure::new(format!("--image {text} has a {part}, but finding the tag is what repin is for"))
            .hint(format!("give the repository alone: --image {}", image.name())));
    }
    Ok(image.name())
}

/// The repository of the project's images, in a CI job.
fn image_variable() -> Result<Option<String>, Failure> {
    let Some(text) = variable("CI_REGISTRY_IMAGE") else { return Ok(None) };
    let image = Reference::parse_lenient(&text).map_err(|error| {
        Failure::new(format!("the environment variable CI_REGISTRY_IMAGE={text} is not the name of an image"))
            .because(&error)
            .hint("unset it, or give --image")
    })?;
    Ok(Some(image.name()))
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether `CI_CONFIG_PATH` means a file of this project: `path@group/project` and a URL mean one elsewhere.
fn is_local_ci_path(path: &str) -> bool {
    !path.contains('@') && !path.contains("://")
}

fn read_tags(path: &Path) -> Result<Images, Failure> {
    let (name, content) = if path == Path::new("-") {
        let mut content = Vec::new();
        let mut stdin = io::stdin().lock();
        if stdin.is_terminal() {
            eprintln!("reading tags from the terminal, one a line; end with Ctrl-D");
        }
        ("standard input".to_owned(), stdin.read_to_end(&mut content).map(|_| content))
    } else {
        (path.display().to_string(), std::fs::read(path))
    };
    let content = content.map_err(|error| {
        Failure::new(format!("the tags in {name} cannot be read"))
            .because(&error)
            .hint("--tags takes a file with one tag a line, or `-` for standard input")
    })?;
    let tags = repin_forge::tags::parse(&content).map_err(|error| {
        Failure::new(format!("{name}:{}: {}", error.line, error.problem))
            .hint("--tags takes one tag a line, or what `skopeo list-tags` prints, or `-` for standard input")
    })?;
    Ok(Images { tags, cut_off: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_files_elsewhere_are_no_local_paths() {
        for (path, local) in [
            (".gitlab-ci.yml", true),
            ("ci/main.yml", true),
            ("ci.yml@group/project", false),
            ("https://example.org/ci.yml", false),
        ] {
            assert_eq!(is_local_ci_path(path), local, "{path}");
        }
    }
}

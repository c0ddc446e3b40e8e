//! From options to a source and a question.

use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use repin::Question;
use repin::cleanup::CleanupPolicy;
use repin::reference::Reference;
use repin::source::{Commit, Images, Source as _, SourceError};
use repin_forge::gitlab::Given;
use repin_forge::gitlab::location::{Location, LocationError, ProjectRef};
use repin_forge::http::Limits;
use repin_forge::local::Local;

use crate::args::{self as options, Asked, Color, MaxRequests, Registry};
use crate::error::Failure;
use crate::login::{Around, Own};
use crate::progress::Progress;
use crate::registry::Registries;
use crate::source::{AnySource, Folder, Named};
use crate::way::Way;

/// A project that can be asked, and what is asked.
pub(crate) struct Project {
    pub(crate) named: Named,
    pub(crate) question: Question,
    pub(crate) progress: Progress,
    /// As the caller named it.
    name: String,
    /// Whether the caller gave the tags that exist.
    given_tags: bool,
    /// How the GitLab is asked, where the project is there.
    pub(crate) way: Option<Way>,
}

impl Project {
    pub(crate) fn open(
        asked: &Asked,
        inputs: &[String],
        registry: Option<&Registry>,
        color: Color,
    ) -> Result<Self, Failure> {
        let image = registry.and_then(|registry| registry.image.as_deref()).map(image_option).transpose()?;
        let tags = registry.and_then(|registry| registry.tags.as_deref());
        let uses_notes = !registry.is_some_and(|registry| registry.no_notes);
        let stdin = Path::new("-");
        if tags == Some(stdin) && asked.gitlab.token_file.as_deref() == Some(stdin) {
            return Err(Failure::new("--tags and --token-file cannot both read standard input")
                .hint("put one of them into a file"));
        }
        let progress = Progress::new(color);
        let (named, way, ci_path) = match place(&asked.project)? {
            Place::Folder(path) => {
                let mut folder = local(&asked.project, &path, tags, uses_notes, &progress)?;
                if registry.is_some_and(|registry| registry.ask) && tags.is_none() {
                    folder.registries = Some(Rc::new(registries(asked, &folder, image.as_deref(), &progress)));
                }
                (Named::Local(folder), None, variable("CI_CONFIG_PATH"))
            }
            Place::Address(location) => {
                let job = Job::of(&location);
                let way = remote(asked, &location, &job, tags, &progress)?;
                (Named::Remote(Box::new(way.remote())), Some(way), job.ci_path)
            }
        };
        let question = Question {
            revision: asked.commit.clone(),
            inputs: inputs.to_vec(),
            ci_path: ci_path.filter(|path| is_local_ci_path(path)),
            image,
            build: None,
        };
        Ok(Self { named, question, progress, name: asked.project.clone(), given_tags: tags.is_some(), way })
    }

    /// What becomes of work that may take a while and shows its progress.
    pub(crate) fn finish<T>(&self, work: impl Future<Output = T>) -> T {
        let answer = pollster::block_on(work);
        self.progress.clear();
        answer
    }

    /// The answer of a source.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = Result<T, SourceError>>) -> Result<T, Failure> {
        self.finish(work).map_err(|error| match self.named.remote() {
            Some(remote) => self.failed(&error, &remote.location()),
            None => Failure::of_source(&error, self.shown_name()),
        })
    }

    /// What the GitLab at `location` could not answer.
    pub(crate) fn failed(&self, error: &SourceError, location: &Location) -> Failure {
        let place = self.way.as_ref().and_then(|way| way.token_place.as_deref());
        Failure::of_gitlab(error, location, place)
    }

    /// The same of a question to the project, and what was learnt is kept for the next one where that costs requests.
    pub(crate) fn ask<T>(
        &self,
        work: impl AsyncFnOnce(&AnySource, &Question) -> Result<T, SourceError>,
    ) -> Result<T, Failure> {
        self.wait(async {
            let (source, question) = self.named.find(&self.question).await?;
            let answer = work(&source, &question).await?;
            if let AnySource::Remote(remote) = &source {
                remote.remember().await;
            }
            Ok(answer)
        })
    }

    /// What a person should know of the list of images.
    pub(crate) fn notes_on_images(&self) -> Vec<String> {
        self.named.remote().map(|remote| remote.source().notes_on_images()).unwrap_or_default()
    }

    /// Whether it is known which tags exist, once the question is answered.
    pub(crate) fn has_tags(&self) -> bool {
        self.given_tags
            || match &self.named {
                Named::Local(folder) => folder.registries.is_some(),
                Named::Remote(remote) => remote.source().has_images(),
            }
    }

    /// One commit of the project, as an answer speaks of it. Of one that cannot be asked for any more, the id has to do.
    pub(crate) fn commit(&self, id: repin::Oid) -> Commit {
        let commits = self.finish(self.named.source().commits(&[id]));
        commits.ok().and_then(|mut commits| commits.pop()).unwrap_or_else(|| Commit {
            id,
            parents: Vec::new(),
            title: String::new(),
            seconds: 0,
            date: String::new(),
            branch: None,
        })
    }

    /// The content of a file at a commit. One that cannot be read (it is too large) counts as empty: it is there.
    pub(crate) fn committed(&self, id: repin::Oid, path: &str) -> Option<Vec<u8>> {
        pollster::block_on(self.named.source().read(id, path)).unwrap_or_else(|_| Some(Vec::new()))
    }

    /// The folder whose files can differ from the commit asked about: it is the one that is checked out there.
    pub(crate) fn work_dir(&self) -> Option<PathBuf> {
        let Named::Local(folder) = &self.named else { return None };
        let at_head = matches!(self.question.revision.as_deref(), None | Some("HEAD" | "@"));
        if at_head { folder.local.work_dir() } else { None }
    }

    /// The folder that is worked in, whichever commit is asked about.
    pub(crate) fn folder(&self) -> Option<PathBuf> {
        match &self.named {
            Named::Local(folder) => folder.local.work_dir(),
            Named::Remote(_) => None,
        }
    }

    /// Those that were asked for the images of a folder's project.
    pub(crate) fn registries(&self) -> Option<Rc<Registries>> {
        match &self.named {
            Named::Local(folder) => folder.registries.clone(),
            Named::Remote(_) => None,
        }
    }

    /// Registries that may be asked for the project's images, with other limits.
    pub(crate) fn registries_within(&self, asked: &Asked, limits: Limits) -> Registries {
        let project = self.named.source().project();
        let server = match &self.named {
            Named::Local(folder) => folder.local.server().map(str::to_owned),
            Named::Remote(remote) => Some(remote.location().base),
        };
        // Whatever only a file of the repository names is not among them.
        let named = self.question.image.iter().chain(&project.image).filter_map(|name| Reference::parse(name).ok());
        let hosts = named.map(|name| name.registry().to_owned()).collect();
        let (token_file, token) = (asked.gitlab.token_file.clone(), self.way.as_ref().and_then(Way::found));
        let own = Own { hosts, server, path: project.path, token_file, token };
        Registries::new(own, Around::of_process(), limits, self.progress.callback())
    }

    /// The clean-up policy of the project at this path of its GitLab. The first `None`: GitLab may not be asked, since
    /// there is none, or no token for it.
    pub(crate) fn cleanup_policy(
        &self,
        asked: &Asked,
        path: Option<&str>,
    ) -> Option<Result<Option<CleanupPolicy>, SourceError>> {
        let project = ProjectRef::Path(path?.to_owned());
        let gitlab = match (&self.named, &self.way) {
            (Named::Remote(remote), Some(way)) => way.project(&Location::new(remote.location().base, project)),
            (Named::Remote(_), None) => return None,
            (Named::Local(folder), _) => {
                let at = Location::new(folder.local.server()?, project);
                let way = Way::new(&asked.gitlab, &at, Given::default(), limits(&asked.gitlab), &self.progress).ok()?;
                way.found()?;
                way.project(&at)
            }
        };
        Some(self.finish(gitlab.cleanup_policy()))
    }

    /// The project's name, for sentences.
    fn shown_name(&self) -> String {
        if self.name == "." { "this repository".to_owned() } else { format!("the repository {}", self.name) }
    }
}

/// What PROJECT names.
enum Place {
    Folder(PathBuf),
    Address(Location),
}

/// A folder that exists, else an address.
fn place(project: &str) -> Result<Place, Failure> {
    let path = Path::new(project);
    if path.is_file() {
        return Err(Failure::new(format!("{project} is a file, not a folder"))
            .hint("give the folder of a git repository; a commit is named with --commit"));
    }
    if path.exists() {
        // An error should name the folder, not a dot.
        let here = if project == "." { std::env::current_dir().ok() } else { None };
        return Ok(Place::Folder(here.unwrap_or_else(|| path.to_owned())));
    }
    match Location::parse(project) {
        Ok(location) => Ok(Place::Address(location)),
        // What is given may have a token in it, and is not repeated.
        Err(error) if project.contains("://") || !matches!(error, LocationError::NoHost) => {
            Err(Failure::new(format!("PROJECT cannot be read: {error}")))
        }
        Err(_) => Err(Failure::new(format!("there is no folder {project}")).hint(
            "give a folder in a git repository, run repin inside of one, or give the https:// address of a GitLab project",
        )),
    }
}

fn local(
    name: &str,
    path: &Path,
    tags: Option<&Path>,
    uses_notes: bool,
    progress: &Progress,
) -> Result<Folder, Failure> {
    let mut source = Local::open(path)
        .map_err(|error| {
            Failure::of_source(&error, name).hint("give a folder in a git repository, or run repin inside of one")
        })?
        .with_image_repository(image_variable()?);
    if let Some(tags) = tags {
        source = source.with_images(read_tags(tags)?);
    }
    if !uses_notes {
        source = source.without_notes();
    }
    if let Some(callback) = progress.callback() {
        source = source.with_progress(callback);
    }
    Ok(Folder { local: Rc::new(source), registries: None })
}

/// Whoever holds the images of a folder's project. `image` is the repository that the caller named.
fn registries(asked: &Asked, folder: &Folder, image: Option<&str>, progress: &Progress) -> Registries {
    let project = folder.local.project();
    let hosts = image.into_iter().chain(project.image.as_deref());
    let own = Own {
        hosts: hosts.filter_map(|name| Reference::parse(name).ok()).map(|name| name.registry().to_owned()).collect(),
        server: folder.local.server().map(str::to_owned),
        path: project.path,
        token_file: asked.gitlab.token_file.clone(),
        token: None,
    };
    Registries::new(own, Around::of_process(), limits(&asked.gitlab), progress.callback())
}

fn remote(
    asked: &Asked,
    location: &Location,
    job: &Job,
    tags: Option<&Path>,
    progress: &Progress,
) -> Result<Way, Failure> {
    let given = Given {
        images: tags.map(read_tags).transpose()?,
        repository: if job.is_own { image_variable()? } else { None },
        anew: false,
    };
    Way::new(&asked.gitlab, location, given, limits(&asked.gitlab), progress)
}

pub(crate) fn limits(options: &options::Gitlab) -> Limits {
    match options.max_requests {
        MaxRequests::Any => Limits::any_number(),
        MaxRequests::Number(number) => Limits { max_requests: Some(number.get()), ..Limits::default() },
    }
}

/// What the variables of a CI job say of a project. They are about the job's own and no other.
struct Job {
    is_own: bool,
    ci_path: Option<String>,
}

impl Job {
    fn of(location: &Location) -> Self {
        let is_own = location.alternatives().iter().any(|reading| is_of_job(reading, &variable));
        Self { is_own, ci_path: variable("CI_CONFIG_PATH").filter(|_| is_own) }
    }
}

/// Whether it is the project whose job this is.
fn is_of_job(location: &Location, env: &dyn Fn(&str) -> Option<String>) -> bool {
    let api = env("CI_API_V4_URL").map(|url| url.trim_end_matches('/').trim_end_matches("/api/v4").to_owned());
    let server = api.or_else(|| env("CI_SERVER_URL"));
    let is_server = server.is_some_and(|server| server.trim_end_matches('/').eq_ignore_ascii_case(&location.base));
    let is = |name: &str, value: &str| env(name).is_some_and(|known| known.eq_ignore_ascii_case(value));
    is_server
        && match &location.project {
            ProjectRef::Path(path) => is("CI_PROJECT_PATH", path),
            ProjectRef::Id(id) => is("CI_PROJECT_ID", &id.to_string()),
        }
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

/// A variable of the environment, if it has a value.
pub(crate) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether `CI_CONFIG_PATH` means a file of this project: `path@group/project` and a URL mean one elsewhere.
pub(crate) fn is_local_ci_path(path: &str) -> bool {
    !path.contains('@') && !path.contains("://")
}

pub(crate) fn read_tags(path: &Path) -> Result<Images, Failure> {
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
    Ok(Images { tags, ..Images::default() })
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

    #[test]
    fn a_jobs_variables_are_about_its_own_project() {
        let variables = [
            ("CI_API_V4_URL", "https://gitlab.example.org/git/api/v4"),
            ("CI_PROJECT_PATH", "Ada/Course"),
            ("CI_PROJECT_ID", "42"),
        ];
        let env = |name: &str| variables.iter().find(|known| known.0 == name).map(|known| known.1.to_owned());
        for (address, own) in [
            ("https://gitlab.example.org/git/ada/course", true),
            ("https://gitlab.example.org/git/ada/course/-/tree/main", true),
            ("https://gitlab.example.org/git/api/v4/projects/42", true),
            ("https://gitlab.example.org/git/api/v4/projects/43", false),
            ("https://gitlab.example.org/git/ada/other", false),
            ("https://gitlab.example.org/ada/course", false),
            ("https://gitlab.com/ada/course", false),
        ] {
            let location = Location::parse(address).expect("it is one");
            let is_own = location.alternatives().iter().any(|reading| is_of_job(reading, &env));
            assert_eq!(is_own, own, "{address}");
            assert!(!is_of_job(&location, &|_| None), "{address}");
        }
    }
}

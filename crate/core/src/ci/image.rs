//! The image job: which job it is, which of its builds makes the image, and under which names it is pushed.

use std::fmt;

use super::assemble::Job;
use super::build::{Build, Invocation};
use super::run::{self, Found};
use super::trigger::{Changes, Triggers};
use super::value::{self, Sym};
use super::yaml::Value;
use crate::scheme::{Form, Part, TagScheme};

/// The name that Renku gives the job.
const RENKU_JOB: &str = "image_build";

/// The job that builds the image.
#[derive(Clone, Debug)]
pub struct ImageJob {
    /// Its name.
    pub name: String,
    /// What it builds from. Where the job was asked for by name and no build command can be read in it, there is a
    /// note, and this is the default: `docker build .`.
    pub build: Build,
    /// The names under which the image is pushed, in their order.
    pub images: Vec<PushedImage>,
    /// The forms of the tags that the build itself gives.
    pub(super) built_as: Vec<Form>,
    /// The repository that counts: the project's own root, else the first below it, else the first of all. `None`
    /// where no push can be read.
    pub pushes_to: Option<Repository>,
    /// The tags that are pushed to that repository; Renku's where none can be read.
    pub scheme: TagScheme,
    /// Its `changes:` lists.
    pub changes: Vec<Changes>,
    /// When it runs.
    pub triggers: Triggers,
    /// How many other images it builds, which are left out.
    pub others: usize,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

impl ImageJob {
    /// The repository that counts, as the job writes it: `$CI_REGISTRY_IMAGE/base`, `registry.example.org/group/name`.
    pub fn repository(&self) -> Option<String> {
        self.pushes_to.as_ref().map(Repository::to_string)
    }
}

/// A name under which an image is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushedImage {
    /// The whole reference, for people.
    pub reference: String,
    /// The repository.
    pub repository: Repository,
    /// The form of the tag.
    pub tag: Form,
}

/// A repository of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Repository {
    /// Of this project: what follows `$CI_REGISTRY_IMAGE/`; empty for the root.
    Project(String),
    /// Spelled out, `registry.example.org/group/name` or `group/name` (of Docker Hub).
    Named(String),
    /// Not decided by the repository's files.
    Unknown {
        /// For people: the words of the script.
        text: String,
    },
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repository::Project(below) if below.is_empty() => f.write_str("$CI_REGISTRY_IMAGE"),
            Repository::Project(below) => write!(f, "$CI_REGISTRY_IMAGE/{below}"),
            Repository::Named(name) | Repository::Unknown { text: name } => f.write_str(name),
        }
    }
}

impl From<&Sym> for Repository {
    fn from(sym: &Sym) -> Self {
        if let Some(below) = value::below_project(sym)
            && let Some(below) = below.known()
        {
            return Repository::Project(below.to_owned());
        }
        match sym.known() {
            Some(name) => Repository::Named(name.to_owned()),
            None => Repository::Unknown { text: sym.display() },
        }
    }
}

impl PushedImage {
    fn new(reference: &Sym) -> Self {
        let (repository, tag) = reference.reference();
        let tag = tag.map_or_else(|| Form::new([Part::Literal("latest".into())]), |tag| tag.form());
        Self { reference: reference.display(), repository: Repository::from(&repository), tag }
    }
}

/// A job and what its scripts do.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    job: ImageJob,
    /// How well it fits: 2 builds and pushes to the project, 1 builds, 0 does neither.
    rank: u8,
    opaque: Vec<String>,
}

impl Candidate {
    pub(super) fn name(&self) -> &str {
        &self.job.name
    }
}

/// How many bytes of scripts are followed in one CI file.
const MAX_SCRIPTS: usize = 4 << 20;

/// Follows the scripts of every job.
pub(super) fn candidates(jobs: &[Job], workflow: Option<&Value>) -> Vec<Candidate> {
    let mut left = MAX_SCRIPTS;
    let follow = |job: &Job| {
        left = left.saturating_sub(job.script.iter().chain(&job.after_script).map(String::len).sum());
        if left > 0 {
            return candidate(job, run::run(job), workflow);
        }
        let note = format!("The CI file's scripts are too large together: the job {} is not read.", job.name);
        candidate(job, Found { notes: vec![note], ..Found::default() }, workflow)
    };
    jobs.iter().map(follow).collect()
}

fn candidate(job: &Job, found: Found, workflow: Option<&Value>) -> Candidate {
    let Found { builds, renames, pushes, opaque, mut notes } = found;
    let triggers = Triggers::new(job, workflow);
    // All names of each build.
    let named: Vec<Vec<Sym>> = builds.iter().map(|build| names(build, &renames)).collect();
    let mut pushed: Vec<(usize, Sym)> = Vec::new();
    let mut others: Vec<Sym> = Vec::new();
    for (index, build) in builds.iter().enumerate().filter(|(_, build)| build.pushes) {
        pushed.extend(build.tags.iter().map(|tag| (index, tag.clone())));
    }
    for push in &pushes {
        let from = push.from.as_ref().unwrap_or(&push.to);
        let fits =
            |name: &&Sym| if push.all_tags { name.reference().0 == from.reference().0 } else { same(name, from) };
        let owner = named.iter().enumerate().find_map(|(index, names)| {
            let found: Vec<Sym> = names.iter().filter(fits).cloned().collect();
            (!found.is_empty()).then_some((index, found))
        });
        match owner {
            Some((index, found)) if push.all_tags => pushed.extend(found.into_iter().map(|name| (index, name))),
            Some((index, _)) => pushed.push((index, push.to.clone())),
            None => others.push(push.to.clone()),
        }
    }
    if builds.len() == 1 && pushed.is_empty() {
        // The one build is what is pushed, by whatever name; a name that says nothing of the project or the commit
        // is no better than those that the build gives.
        let telling = |name: &Sym| {
            let image = PushedImage::new(name);
            matches!(image.repository, Repository::Project(_)) || image.tag.names_commits()
        };
        pushed.extend(others.into_iter().filter(telling).map(|name| (0, name)));
    }
    let rank_of = |repository: &Repository| match repository {
        Repository::Project(below) if below.is_empty() => 0,
        Repository::Project(_) => 1,
        Repository::Named(_) | Repository::Unknown { .. } => 2,
    };
    let images: Vec<(usize, PushedImage)> =
        pushed.iter().map(|(index, name)| (*index, PushedImage::new(name))).collect();
    let best = images.iter().min_by_key(|(_, image)| rank_of(&image.repository));
    let chosen = best.map_or(0, |(index, _)| *index);
    let repository = best.map(|(_, image)| image.repository.clone());
    let mut images: Vec<PushedImage> =
        images.into_iter().filter(|(index, _)| *index == chosen).map(|(_, image)| image).collect();
    images.dedup();
    if triggers.only_git_tags() {
        for image in &mut images {
            image.tag = of_git_tags(&image.tag);
        }
    }
    let others =
        builds.iter().filter(|other| builds.get(chosen).is_some_and(|build| build.build != other.build)).count();
    if others > 0 {
        notes.push(format!(
            "The job {} also builds {others} other image{}: they are left out.",
            job.name,
            if others == 1 { "" } else { "s" }
        ));
    }
    let build = builds.into_iter().nth(chosen);
    let scheme = scheme(&job.name, &mut images, repository.as_ref(), build.as_ref(), &mut notes);
    notes.extend(build.iter().flat_map(|build| build.notes.iter().cloned()));
    let rank = match (&build, &repository) {
        (Some(_), Some(Repository::Project(_))) => 2,
        (Some(_), _) => 1,
        (None, _) => 0,
    };
    let changes = triggers.changes();
    if build.is_none() {
        let called = if opaque.is_empty() {
            String::new()
        } else {
            format!(" (it calls `{}`, which is not followed)", opaque.join("`, `"))
        };
        notes.push(format!("The job {} runs no build command that can be read{called}.", job.name));
    }
    let built_as = build.iter().flat_map(|build| &build.tags).map(|name| PushedImage::new(name).tag).collect();
    let build = build.map(|build| build.build).unwrap_or_default();
    let job = ImageJob {
        name: job.name.clone(),
        build,
        images,
        built_as,
        pushes_to: repository,
        scheme,
        changes,
        triggers,
        others,
        notes,
    };
    Candidate { job, rank, opaque }
}

/// The scheme of the tags in the repository that counts.
fn scheme(
    job: &str,
    images: &mut Vec<PushedImage>,
    repository: Option<&Repository>,
    build: Option<&Invocation>,
    notes: &mut Vec<String>,
) -> TagScheme {
    let in_it = |images: &[PushedImage], repository: &Repository| -> Vec<Form> {
        images.iter().filter(|image| image.repository == *repository).map(|image| image.tag.clone()).collect()
    };
    if let Some(repository) = repository {
        return TagScheme::new(in_it(images, repository));
    }
    let Some(build) = build else { return TagScheme::default() };
    // Named but not pushed within sight: the names are the best there is.
    *images = build.tags.iter().map(PushedImage::new).collect();
    let first = images.iter().find(|image| matches!(image.repository, Repository::Project(_))).or(images.first());
    let Some(repository) = first.map(|image| image.repository.clone()) else {
        notes.push(format!(
            "The job {job} gives its image no name that can be read: Renku's tags ({}) are assumed.",
            TagScheme::default()
        ));
        return TagScheme::default();
    };
    notes.push(format!(
        "No push of the image can be read in the job {job}: the names that its build gives are assumed."
    ));
    TagScheme::new(in_it(images, &repository))
}

/// The names that a build's image has in the job.
fn names(build: &Invocation, renames: &[(Sym, Sym)]) -> Vec<Sym> {
    let mut names = build.tags.clone();
    // Renames stand in the order in which they run; one pass follows chains of them.
    for (from, to) in renames.iter().take(500) {
        if names.len() < 200 && names.iter().any(|name| same(name, from)) && !names.contains(to) {
            names.push(to.clone());
        }
    }
    names
}

/// Whether two references are the same one: without a tag it is `latest`.
fn same(a: &Sym, b: &Sym) -> bool {
    if a == b {
        return true;
    }
    let parts = |sym: &Sym| {
        let (repository, tag) = sym.reference();
        let below = value::below_project(&repository);
        (below.clone(), below.is_none().then_some(repository), tag.unwrap_or_else(|| Sym::text("latest")))
    };
    parts(a) == parts(b)
}

/// In pipelines of git tags the ref's name is the tag's.
fn of_git_tags(form: &Form) -> Form {
    Form::new(form.parts().iter().map(|part| if *part == Part::RefName { Part::GitTag } else { part.clone() }))
}

/// The image job among the candidates.
pub(super) fn choose(candidates: &[Candidate], wanted: Option<&str>) -> Option<ImageJob> {
    let found = if let Some(wanted) = wanted {
        candidates.iter().find(|candidate| candidate.job.name == wanted)
    } else {
        let builds = |rank: u8| candidates.iter().find(move |candidate| candidate.rank >= rank);
        let renku = candidates.iter().find(|candidate| candidate.job.name == RENKU_JOB && candidate.rank > 0);
        renku.or_else(|| builds(2)).or_else(|| builds(1))
    };
    let mut job = found?.job.clone();
    // Only now: conditions are costly to read, and other jobs' do not matter.
    job.notes.extend(job.triggers.notes());
    Some(job)
}

/// Why there is no image job.
pub(super) fn why_none(candidates: &[Candidate], exists: bool) -> String {
    if !exists {
        return "There is no CI file.".into();
    }
    let opaque: Vec<String> = candidates
        .iter()
        .filter_map(|Candidate { job, opaque, .. }| {
            let call = opaque.iter().find(|call| speaks_of_images(call) || speaks_of_images(&job.name))?;
            Some(format!("{} calls `{call}`", job.name))
        })
        .take(3)
        .collect();
    let tail = if opaque.is_empty() {
        String::new()
    } else {
        format!(" Jobs may build one out of sight: {}.", opaque.join("; "))
    };
    format!("No job of the CI file runs a command that builds an image.{tail}")
}

/// Whether a command or a name sounds like the building of an image: other scripts are not worth a word.
fn speaks_of_images(text: &str) -> bool {
    let text = text.to_lowercase();
    ["docker", "image", "contain", "kaniko", "buildah", "compose", "bake", "build"]
        .iter()
        .any(|word| text.contains(word))
}

//! Whether a CI job has to build the image of its commit, or a right one is there; and which other commits have none.
//!
//! A build is needed wherever it is not certain that a right image exists: a build too many costs time, a wrong image
//! costs results.
//!
//! The *others* are ancestors that no job was run for: they were in the middle of a push, under `[skip ci]`, or their
//! build failed or was cancelled. The job that runs now can build them by its own recipe, and so only those whose recipe
//! is the same, file by file. Of commits that share an environment the newest stands for all. Some can never be built:
//! [`Attempts`] remembers which were tried, so that they neither hide the rest nor cost a build for each push.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::Oid;
use crate::attempts::Attempts;
use crate::history::history;
use crate::inputs::Inputs;
use crate::question::Question;
use crate::resolution::{Resolution, Status};
use crate::resolve::resolve;
use crate::retag::narrowed;
use crate::scheme::{CommitNames, TagScheme};
use crate::source::{Source, SourceError};
use crate::tree::Mode;

/// How many commits are looked at for others: one push seldom brings more, and what is older had its chance.
const MAX_LOOKED_AT: usize = 1_000;
/// In how many folders of inputs attributes are looked for.
const MAX_FOLDERS: usize = 1_000;
/// What a CI file has in it whose job builds others: another job would not know what to do for them.
const CALL: &str = "build-needed";

/// What the pipeline says of the job's commit.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ref<'a> {
    /// The branch or tag that the pipeline runs for (`CI_COMMIT_REF_NAME`).
    pub name: Option<&'a str>,
    /// The git tag, in the pipeline of one (`CI_COMMIT_TAG`).
    pub git_tag: Option<&'a str>,
}

impl Ref<'_> {
    /// The tag that a job of this pipeline gives the image of the commit of `answer`; `None` where it cannot be told.
    fn tag(self, scheme: &TagScheme, answer: &Resolution) -> Option<String> {
        let names = CommitNames { id: answer.commit, git_tag: self.git_tag, ref_name: self.name };
        scheme.expected(&names).or_else(|| answer.expected_tag.clone())
    }
}

/// The tag that a job of the pipeline at `place` gives the image of the commit of an answer to `question`; `None` where it
/// cannot be told.
///
/// # Errors
/// The source failed.
pub async fn own_tag<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
    place: Ref<'_>,
) -> Result<Option<String>, SourceError> {
    let (spec, _) = question.spec_at(source, answer.commit).await?;
    let (snapshot, _) = source.files(&spec, answer.commit).await?;
    Ok(place.tag(&snapshot.inputs.scheme, answer))
}

/// The registry repository that a commit's job pushes its image to, where known.
///
/// # Errors
/// The source failed.
pub async fn repository<S: Source>(
    source: &S,
    question: &Question,
    commit: Oid,
) -> Result<Option<String>, SourceError> {
    let (spec, _) = question.spec_at(source, commit).await?;
    let (snapshot, _) = source.files(&spec, commit).await?;
    Ok(question.repository(&source.project(), &spec, &snapshot.inputs))
}

/// Which other commits are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// How many at most.
    pub most: usize,
    /// What was tried before.
    pub attempts: &'a Attempts,
    /// The time, in seconds since 1970.
    pub now: i64,
}

/// Whether the image of a commit has to be built.
#[derive(Clone, Debug)]
pub struct Needed {
    /// What the registry has for the commit.
    pub resolution: Resolution,
    /// Whether to build: no right image is known.
    pub build: bool,
    /// The registry repository of the images, where known.
    pub repository: Option<String>,
    /// The commit's own tag; `None` where it does not follow from the commit and its ref.
    pub tag: Option<String>,
    /// The reference of the image that is right already; `None` exactly if a build is needed.
    pub source: Option<String>,
    /// Whether the commit's own tag may be given to that image: not where somebody [narrowed] the inputs.
    pub may_tag: bool,
}

/// Says whether the image of the commit asked about has to be built.
///
/// # Errors
/// The revision is unknown, or the source failed.
pub async fn needed<S: Source>(source: &S, question: &Question, place: Ref<'_>) -> Result<Needed, SourceError> {
    let resolution = resolve(source, question).await?;
    let (spec, _) = question.spec_at(source, resolution.commit).await?;
    let (snapshot, _) = source.files(&spec, resolution.commit).await?;
    let inputs = &*snapshot.inputs;
    let (_, repository) = question.images(source, &source.project(), &spec, inputs).await?;
    let tag = place.tag(&inputs.scheme, &resolution);
    let found = (resolution.status == Status::Found).then_some(resolution.image.as_ref()).flatten();
    let right = found.and_then(|image| image.reference.clone());
    let may_tag = narrowed(source, question, &resolution).await?.is_none();
    Ok(Needed { build: right.is_none(), repository, tag, source: right, may_tag, resolution })
}

/// Ancestors of an answer's commit that have no image and can be built beside it, those first that were tried least often, the
/// newest of them first; or why none is looked for.
///
/// # Errors
/// The source failed.
pub async fn others<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
    wanted: Wanted<'_>,
) -> Result<Result<Vec<Oid>, &'static str>, SourceError> {
    if source.project().shallow {
        return Ok(Err("in a shallow clone their history is not all there"));
    }
    let (spec, _) = question.spec_at(source, answer.commit).await?;
    let (snapshot, _) = source.files(&spec, answer.commit).await?;
    let inputs = &*snapshot.inputs;
    let (images, _) = question.images(source, &source.project(), &spec, inputs).await?;
    // Tags of commits that are gone (a branch was deleted, or rebased) do not matter here: nobody resolves to them.
    if images.is_none_or(|images| images.cut_off.is_some()) {
        return Ok(Err("it is not known which images exist"));
    }
    if answer.environment.is_none() {
        return Ok(Err("it is not known what the image is built from"));
    }
    if inputs.exact_only.is_some() {
        return Ok(Err("every commit needs an image of its own"));
    }
    let recipe = Recipe::at(source, inputs, answer.commit).await?;
    if !recipe.files.iter().flatten().any(|text| text.windows(CALL.len()).any(|part| part == CALL.as_bytes())) {
        return Ok(Err("no CI file of the repository calls `repin build-needed`"));
    }
    let asked = Question { revision: Some(answer.commit.to_string()), ..question.clone() };
    let history = history(source, &asked, Some(MAX_LOOKED_AT)).await?;
    let own = answer.environment.as_ref().map(|environment| environment.key.as_str());
    let with_image: HashSet<_> =
        history.entries.iter().filter(|entry| entry.tag.is_some()).map(|entry| &entry.key).collect();
    // The commits of each environment, newest first.
    let mut without: Vec<Vec<Oid>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for entry in &history.entries {
        let is_own = entry.commit == answer.commit || entry.key.as_deref() == own;
        if let Some(key) = entry.key.as_deref().filter(|_| !is_own && !with_image.contains(&entry.key)) {
            let place = *places.entry(key).or_insert(without.len());
            match without.get_mut(place) {
                Some(commits) => commits.push(entry.commit),
                None => without.push(vec![entry.commit]),
            }
        }
    }
    without.retain(|commits| wanted.attempts.permit(commits, wanted.now));
    // What was never tried is not kept waiting by what failed.
    without.sort_by_key(|commits| wanted.attempts.count(commits));
    let mut others = Vec::new();
    for commits in &without {
        if others.len() == wanted.most {
            break;
        }
        for commit in commits {
            if recipe == Recipe::at(source, inputs, *commit).await?
                && can_be_built(source, question, inputs, *commit).await?
            {
                others.push(*commit);
                break;
            }
        }
    }
    Ok(Ok(others))
}

/// The files that say how the image is built, beside the Dockerfile, which is the build's own input.
#[derive(PartialEq, Eq)]
struct Recipe {
    config: Option<Vec<u8>>,
    files: Vec<Option<Vec<u8>>>,
}

impl Recipe {
    /// Of a commit, as far as the files of these inputs go: a CI file that includes others is another file.
    async fn at(source: &impl Source, inputs: &Inputs, commit: Oid) -> Result<Self, SourceError> {
        let mut files = Vec::new();
        for path in &inputs.ci_files {
            files.push(source.read(commit, path).await?);
        }
        Ok(Self { config: source.read(commit, crate::inputs::CONFIG_PATH).await?, files })
    }
}

/// Whether a plain checkout has all that the commit's image is built from, and its CI file includes no more than the one
/// whose job runs. Submodules and files in Git LFS would have to be fetched first.
async fn can_be_built(
    source: &impl Source,
    question: &Question,
    inputs: &Inputs,
    commit: Oid,
) -> Result<bool, SourceError> {
    let (spec, _) = question.spec_at(source, commit).await?;
    let (snapshot, files) = source.files(&spec, commit).await?;
    if snapshot.inputs.ci_files != inputs.ci_files || files.iter().any(|file| file.mode == Mode::SUBMODULE) {
        return Ok(false);
    }
    let mut folders = BTreeSet::from([""]);
    for file in &files {
        let Ok(mut path) = str::from_utf8(&file.path) else { return Ok(false) };
        while let Some((folder, _)) = path.rsplit_once('/') {
            if !folders.insert(folder) {
                break;
            }
            path = folder;
        }
    }
    if folders.len() > MAX_FOLDERS {
        return Ok(false);
    }
    for folder in folders {
        let path = if folder.is_empty() { ".gitattributes".to_owned() } else { format!("{folder}/.gitattributes") };
        let text = source.read(commit, &path).await?.unwrap_or_default();
        if text.windows(10).any(|part| part == b"filter=lfs") {
            return Ok(false);
        }
    }
    Ok(true)
}

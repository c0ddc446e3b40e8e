//! Whether a CI job has to build the image of its commit, or a right one is there; and which other commits have none.
//!
//! A build is needed wherever it is not certain that a right image exists: a build too many costs time, a wrong image
//! costs results.
//!
//! The *others* are ancestors that no job was run for: they were in the middle of a push, under `[skip ci]`, or their
//! build failed or was cancelled. The job that runs now can build them by its own recipe, and so only those whose recipe
//! is the same, file by file. Of commits that share an environment the newest stands for all.

use std::collections::{BTreeSet, HashSet};

use crate::Oid;
use crate::history::history;
use crate::inputs::Inputs;
use crate::question::Question;
use crate::resolution::{Resolution, Status};
use crate::resolve::resolve;
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
    /// Further commits to build, newest first.
    pub others: Vec<Oid>,
    /// What a person should know of them.
    pub notes: Vec<String>,
}

/// Says whether the image of the commit asked about has to be built, and of at most `most` other commits, which.
///
/// # Errors
/// The revision is unknown, or the source failed. That others could not be looked for is a note.
pub async fn needed<S: Source>(
    source: &S,
    question: &Question,
    place: Ref<'_>,
    most: usize,
) -> Result<Needed, SourceError> {
    let resolution = resolve(source, question).await?;
    let (spec, _) = question.spec_at(source, resolution.commit).await?;
    let (snapshot, _) = source.files(&spec, resolution.commit).await?;
    let inputs = &*snapshot.inputs;
    let (images, repository) = question.images(source, &source.project(), &spec, inputs).await?;
    let tag = place.tag(&inputs.scheme, &resolution);
    let found = (resolution.status == Status::Found).then_some(resolution.image.as_ref()).flatten();
    let right = found.and_then(|image| image.reference.clone());
    let mut needed = Needed {
        build: right.is_none(),
        repository,
        tag,
        source: right,
        others: Vec::new(),
        notes: Vec::new(),
        resolution,
    };
    if most > 0 {
        let are_known = images.is_some_and(|images| images.cut_off.is_none());
        match others(source, question, &needed.resolution, inputs, are_known, most).await {
            Ok(Ok(others)) => needed.others = others,
            Ok(Err(why)) => needed.notes.push(format!("no other commit is looked for: {why}")),
            Err(error) => needed.notes.push(format!("which other commits have no image is not known: {error}")),
        }
    }
    Ok(needed)
}

/// At most `most` ancestors without an image; or why none is looked for.
async fn others<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
    inputs: &Inputs,
    are_known: bool,
    most: usize,
) -> Result<Result<Vec<Oid>, &'static str>, SourceError> {
    if source.project().shallow {
        return Ok(Err("in a shallow clone their history is not all there"));
    }
    // Tags of commits that are gone (a branch was deleted, or rebased) do not matter here: nobody resolves to them.
    if !are_known {
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
    let mut seen: HashSet<_> =
        history.entries.iter().filter(|entry| entry.tag.is_some()).map(|entry| &entry.key).collect();
    let mut others = Vec::new();
    for entry in &history.entries {
        let is_own = entry.commit == answer.commit || entry.key.as_deref() == own;
        if others.len() == most || is_own || entry.key.is_none() || seen.contains(&entry.key) {
            continue;
        }
        if recipe == Recipe::at(source, inputs, entry.commit).await?
            && can_be_built(source, question, inputs, entry.commit).await?
        {
            seen.insert(&entry.key);
            others.push(entry.commit);
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

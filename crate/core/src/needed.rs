//! Whether a CI job has to build the image of its commit, or a right one is there; and which other commits have none.
//!
//! A build is needed wherever it is not certain that a right image exists: a build too many costs time, a wrong image
//! costs results.
//!
//! The *others* are ancestors that no job was run for: they were in the middle of a push, under `[skip ci]`, or their
//! build failed or was cancelled. The job that runs now can build them by its own recipe, and so only those whose recipe
//! is the same, file by file. Of commits that share an environment the newest stands for all. Some can never be built, and
//! nobody remembers which: so that they do not hide the rest, each pipeline begins at another place of the list; and so that
//! they do not cost a build for each push, the further back a commit is, the less often its turn comes.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::Oid;
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
/// How many of the newest commits have their turn in every pipeline.
const OFTEN: usize = 5;
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

/// Which other commits are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Others {
    /// How many at most.
    pub most: usize,
    /// The pipeline's number (`CI_PIPELINE_IID`), by which their turn comes; without one the newest are first.
    pub turn: Option<u64>,
    /// Whether older ones come less often, as in the pipeline of a push. One that somebody starts looks at all.
    pub by_age: bool,
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
    /// Further commits to build, in the order of their turns.
    pub others: Vec<Oid>,
    /// What a person should know of them.
    pub notes: Vec<String>,
}

/// Says whether the image of the commit asked about has to be built, and which other commits' images.
///
/// # Errors
/// The revision is unknown, or the source failed. That others could not be looked for is a note.
pub async fn needed<S: Source>(
    source: &S,
    question: &Question,
    place: Ref<'_>,
    wanted: Others,
) -> Result<Needed, SourceError> {
    let resolution = resolve(source, question).await?;
    let (spec, _) = question.spec_at(source, resolution.commit).await?;
    let (snapshot, _) = source.files(&spec, resolution.commit).await?;
    let inputs = &*snapshot.inputs;
    let (images, repository) = question.images(source, &source.project(), &spec, inputs).await?;
    let tag = place.tag(&inputs.scheme, &resolution);
    let found = (resolution.status == Status::Found).then_some(resolution.image.as_ref()).flatten();
    let right = found.and_then(|image| image.reference.clone());
    let may_tag = narrowed(source, question, &resolution).await?.is_none();
    let mut needed = Needed {
        build: right.is_none(),
        repository,
        tag,
        source: right,
        may_tag,
        others: Vec::new(),
        notes: Vec::new(),
        resolution,
    };
    if wanted.most > 0 {
        let are_known = images.is_some_and(|images| images.cut_off.is_none());
        match others(source, question, &needed.resolution, inputs, are_known, wanted).await {
            Ok(Ok(others)) => needed.others = others,
            Ok(Err(why)) => needed.notes.push(format!("no other commit is looked for: {why}")),
            Err(error) => needed.notes.push(format!("which other commits have no image is not known: {error}")),
        }
    }
    Ok(needed)
}

/// Ancestors without an image; or why none is looked for.
async fn others<S: Source>(
    source: &S,
    question: &Question,
    answer: &Resolution,
    inputs: &Inputs,
    are_known: bool,
    wanted: Others,
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
    let with_image: HashSet<_> =
        history.entries.iter().filter(|entry| entry.tag.is_some()).map(|entry| &entry.key).collect();
    // The commits of each environment, newest first.
    let mut without: Vec<Vec<Oid>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    let turn = wanted.turn.filter(|_| wanted.by_age);
    for (age, entry) in history.entries.iter().enumerate() {
        let is_own = entry.commit == answer.commit || entry.key.as_deref() == own;
        if let Some(key) = entry.key.as_deref().filter(|_| !is_own && !with_image.contains(&entry.key)) {
            if !places.contains_key(key) && turn.is_some_and(|turn| !has_turn(turn, age)) {
                continue;
            }
            let place = *places.entry(key).or_insert(without.len());
            match without.get_mut(place) {
                Some(commits) => commits.push(entry.commit),
                None => without.push(vec![entry.commit]),
            }
        }
    }
    let first = wanted.turn.map_or(0, |turn| place_of(turn, without.len()));
    let mut others = Vec::new();
    for commits in without.iter().skip(first).chain(without.iter().take(first)) {
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

/// Whether a commit with so many newer ones has its turn in the pipeline of this number: those of a push have it in every
/// one, and what can never be built is tried a number of times that grows with the logarithm of the pipelines.
fn has_turn(turn: u64, age: usize) -> bool {
    place_of(turn.wrapping_add(u64::try_from(age).unwrap_or(u64::MAX)), 1 + age / OFTEN) == 0
}

/// Where the pipeline of this number begins in a list. Pipelines of one branch can have any numbers, odd ones only, say: so
/// these are spread (Fibonacci hashing).
fn place_of(turn: u64, length: usize) -> usize {
    let spread = turn.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let length = u64::try_from(length).unwrap_or(u64::MAX).max(1);
    usize::try_from(spread % length).unwrap_or(0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_turn() {
        for (first, step) in [(1, 1), (1, 2), (2, 2), (7, 5), (1_000, 6)] {
            for length in 1..12 {
                let places: BTreeSet<usize> = (0..120).map(|n| place_of(first + n * step, length)).collect();
                assert_eq!(places, (0..length).collect(), "from {first} by {step}, of {length}");
            }
        }
        assert_eq!(place_of(9, 0), 0);
    }

    #[test]
    fn older_commits_have_their_turn_less_often() {
        for (age, at_least, at_most) in [(0, 300, 300), (4, 300, 300), (5, 140, 160), (49, 25, 35), (299, 3, 7)] {
            let turns = (1..=300).filter(|turn| has_turn(*turn, age)).count();
            assert!((at_least..=at_most).contains(&turns), "{age}: {turns}");
        }
        // One commit more with each pipeline.
        let tries = (0..900).filter(|n| has_turn(1 + *n, usize::try_from(*n).unwrap_or(0))).count();
        assert!((15..45).contains(&tries), "{tries}");
    }
}

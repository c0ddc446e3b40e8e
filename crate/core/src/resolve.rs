//! Choosing the image.
//!
//! Among the tags whose commit has the environment of the commit asked about, the best: the commit's own; else the
//! nearest ancestor's; else the nearest descendant's; else any other. Ties go to the newest committer date, then to
//! the greatest commit id. If there is none, the answer says why, and which image differs least.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::Oid;
use crate::environment::{Fingerprint, key};
use crate::inputs::{Inputs, Spec};
use crate::question::{Candidate, Candidates, Question, expected_tag};
use crate::resolution::{
    Change, Changed, EnvironmentSummary, Image, InputFile, Nearest, Reason, Relation, Resolution, SCHEMA, Status,
};
use crate::source::{Commit, Images, LineEnd, Project, Source, SourceError};
use crate::tree::{Entry, display_path};

/// Answers the question.
///
/// # Errors
/// The revision is unknown, the project is empty, or the source failed. That something could not be seen is no error
/// but an answer: [`Status::Unknown`].
pub async fn resolve<S: Source>(source: &S, question: &Question) -> Result<Resolution, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, problem) = question.spec_at(source, commit.id).await?;
    let project = source.project();
    let asked = Asked::look(source, &spec, &commit, problem).await?;
    let expected = expected_tag(source, &asked.inputs.scheme, &commit).await?;
    let mut answer = Resolution {
        schema: SCHEMA.to_owned(),
        project: project.path.clone(),
        commit: commit.id,
        inputs: asked.summary(),
        environment: asked.summary_of_files(),
        status: Status::Unknown,
        reason: None,
        image: None,
        expected_tag: expected,
        nearest: None,
        notes: Vec::new(),
        cost: None,
    };
    let repository = question.repository(&project, &spec, &asked.inputs);
    let chooser = Chooser { source, spec: &spec, commit: &commit, asked: &asked, repository, project };
    match source.images().await? {
        Some(images) => chooser.verified(&images, &mut answer).await?,
        None => chooser.predicted(&mut answer).await?,
    }
    Ok(answer)
}

/// What the commit asked about is built from.
struct Asked {
    inputs: Arc<Inputs>,
    environment: Option<(Fingerprint, Vec<Entry>)>,
    /// Why there is no environment.
    problem: Option<Reason>,
}

impl Asked {
    async fn look<S: Source>(
        source: &S,
        spec: &Arc<Spec>,
        commit: &Commit,
        problem: Option<String>,
    ) -> Result<Self, SourceError> {
        let (snapshot, files) = source.files(spec, commit.id).await?;
        if let Some(what) = snapshot.unseen {
            return Ok(Self {
                inputs: snapshot.inputs,
                environment: None,
                problem: Some(Reason::new("partial", what)),
            });
        }
        let problem = match (problem, snapshot.environment) {
            (Some(problem), _) if spec.patterns.is_empty() => Some(Reason::new("bad-config", problem)),
            (_, Some(_)) => None,
            (_, None) => {
                let why = snapshot.inputs.no_recipe.clone();
                let why =
                    why.unwrap_or_else(|| "no file of this commit is one that the image is built from".to_owned());
                Some(Reason::new("no-recipe", why))
            }
        };
        let environment = match &problem {
            None => snapshot.environment.map(|environment| (environment, files)),
            Some(_) => None,
        };
        Ok(Self { inputs: snapshot.inputs, environment, problem })
    }

    fn summary(&self) -> crate::resolution::InputsSummary {
        let mut summary = self.inputs.summary();
        if let Some((_, files)) = &self.environment {
            let uncovered = self.inputs.uncovered(files);
            if let Some(first) = uncovered.first() {
                let more = match uncovered.len() {
                    1 => String::new(),
                    count => format!(" and {} more", count - 1),
                };
                summary.notes.push(format!(
                    "the job's `changes:` list lacks {}{more}: a change of it starts no build",
                    display_path(&first.path)
                ));
            }
        }
        summary
    }

    fn summary_of_files(&self) -> Option<EnvironmentSummary> {
        self.environment.as_ref().map(|(_, files)| EnvironmentSummary {
            key: key(files),
            files: files
                .iter()
                .map(|file| InputFile { path: display_path(&file.path), mode: file.mode.to_string(), oid: file.oid })
                .collect(),
        })
    }
}

struct Chooser<'a, S> {
    source: &'a S,
    spec: &'a Arc<Spec>,
    commit: &'a Commit,
    asked: &'a Asked,
    repository: Option<String>,
    project: Project,
}

impl<S: Source> Chooser<'_, S> {
    /// The answer from a list of tags.
    async fn verified(&self, images: &Images, answer: &mut Resolution) -> Result<(), SourceError> {
        let mut candidates = Candidates::among(self.source, &self.asked.inputs.scheme, &images.tags).await?;
        let mut right: Vec<Candidate> =
            candidates.known.iter().filter(|candidate| candidate.commits == [self.commit.id]).cloned().collect();
        if let (true, Some((environment, files))) = (right.is_empty(), &self.asked.environment) {
            let looked = self.look(&mut candidates).await?;
            right = self.right(&candidates, &looked, *environment);
            if right.is_empty() {
                answer.nearest = self.nearest(&candidates, &looked, *environment, files).await?;
            }
        }
        if right.is_empty() {
            (answer.status, answer.reason) = self.why_none(images, &candidates);
        } else {
            answer.status = Status::Found;
            answer.image = Some(self.best(&right, &mut answer.notes).await?);
        }
        Ok(())
    }

    /// The environments of all that the candidates stand for. Candidates that cannot be looked at become strangers.
    async fn look(&self, candidates: &mut Candidates) -> Result<HashMap<Oid, Option<Fingerprint>>, SourceError> {
        let commits = candidates.commits();
        let snapshots = self.source.snapshots(self.spec, &commits).await?;
        let looked: HashMap<Oid, Option<Fingerprint>> = commits
            .into_iter()
            .zip(snapshots)
            .filter(|(_, snapshot)| snapshot.unseen.is_none())
            .map(|(commit, snapshot)| (commit, snapshot.environment))
            .collect();
        let seen = |candidate: &Candidate| candidate.commits.iter().all(|commit| looked.contains_key(commit));
        let (known, unseen) = std::mem::take(&mut candidates.known).into_iter().partition(seen);
        candidates.known = known;
        candidates.strangers.extend(unseen.into_iter().map(|candidate: Candidate| candidate.tag.name));
        candidates.strangers.sort_unstable();
        Ok(looked)
    }

    /// The candidates all of whose commits have this environment: of tags that several commits share, those of the
    /// commit asked about come before all others.
    fn right(
        &self,
        candidates: &Candidates,
        looked: &HashMap<Oid, Option<Fingerprint>>,
        environment: Fingerprint,
    ) -> Vec<Candidate> {
        let same = |candidate: &&Candidate| {
            candidate.commits.iter().all(|commit| looked.get(commit) == Some(&Some(environment)))
        };
        let right: Vec<&Candidate> = candidates.known.iter().filter(same).collect();
        let own = right.iter().filter(|candidate| candidate.commits.contains(&self.commit.id));
        let own: Vec<Candidate> = own.map(|candidate| (*candidate).clone()).collect();
        if !own.is_empty() || self.asked.inputs.exact_only.is_some() {
            return own;
        }
        right.into_iter().cloned().collect()
    }

    /// The best of the right ones.
    async fn best(&self, right: &[Candidate], notes: &mut Vec<String>) -> Result<Image, SourceError> {
        let mut commits: Vec<Oid> = right.iter().flat_map(|candidate| candidate.commits.iter().copied()).collect();
        commits.sort_unstable();
        commits.dedup();
        let near = self.source.nearest(self.commit.id, &commits).await?;
        if near.cut {
            notes.push(
                "the history is cut off here: this image is right, but another one may be nearer (git fetch --unshallow shows it)"
                    .to_owned(),
            );
        }
        let best = self.newest(&near.commits).await?;
        let mut tags: Vec<&Candidate> = right.iter().filter(|candidate| candidate.commits.contains(&best.id)).collect();
        let expected = expected_tag(self.source, &self.asked.inputs.scheme, &best).await?;
        tags.sort_by_key(|candidate| (Some(&candidate.tag.name) != expected.as_ref(), &candidate.tag.name));
        let tag = tags.first().expect("the nearest is one of the right ones").tag.clone();
        Ok(Image {
            reference: self.reference(&tag.name),
            project: self.project.path.clone(),
            tag: tag.name,
            commit: best.id,
            relation: near.relation,
            distance: near.distance,
            digest: tag.digest,
            created_at: tag.created_at,
            verified: true,
        })
    }

    fn reference(&self, tag: &str) -> Option<String> {
        self.repository.as_ref().map(|repository| format!("{repository}:{tag}"))
    }

    /// The newest by committer date, then the one with the greatest id.
    async fn newest(&self, commits: &[Oid]) -> Result<Commit, SourceError> {
        let commits = self.source.commits(commits).await?;
        let newest = commits.into_iter().max_by_key(|commit| (commit.seconds, commit.id));
        newest.ok_or_else(|| SourceError::Incomplete("the commits of the images could not be read".to_owned()))
    }

    fn why_none(&self, images: &Images, candidates: &Candidates) -> (Status, Option<Reason>) {
        if let Some(problem) = &self.asked.problem {
            return (Status::Unknown, Some(problem.clone()));
        }
        if let Some(cut_off) = &images.cut_off {
            return (Status::Unknown, Some(Reason::new("partial", cut_off.clone())));
        }
        if !self.asked.inputs.scheme.names_commits() {
            let message = "the image job gives its images tags that name no commit, so none can be matched to one";
            return (Status::Unknown, Some(Reason::new("no-scheme", message)));
        }
        if let Some(why) = &self.asked.inputs.exact_only {
            let message = format!("only the commit's own image can be right, and there is none: {why}");
            return (Status::Missing, Some(Reason::new("exact-only", message)));
        }
        if let Some(first) = candidates.strangers.first() {
            let message = match candidates.strangers.len() {
                1 => format!("the tag {first} names a commit that is not here, so it could not be compared"),
                count => {
                    format!("{count} tags ({first}, …) name commits that are not here, so they could not be compared")
                }
            };
            let code = if self.project.shallow { "shallow" } else { "partial" };
            return (Status::Unknown, Some(Reason::new(code, message)));
        }
        let message = match candidates.known.len() {
            0 => "no tag names a commit of this project".to_owned(),
            1 => "the one image there is has other inputs".to_owned(),
            count => format!("none of the {count} images was built from these inputs"),
        };
        (Status::Missing, Some(Reason::new("no-image", message)))
    }

    /// The image whose inputs differ in the fewest files.
    async fn nearest(
        &self,
        candidates: &Candidates,
        looked: &HashMap<Oid, Option<Fingerprint>>,
        environment: Fingerprint,
        files: &[Entry],
    ) -> Result<Option<Nearest>, SourceError> {
        // A tag that several commits share stands for none of them here.
        let single: BTreeMap<Oid, &Candidate> = candidates
            .known
            .iter()
            .rev()
            .filter_map(|candidate| match candidate.commits[..] {
                [commit] => Some((commit, candidate)),
                _ => None,
            })
            .collect();
        // Where only the commit's own image can be right, another one with the same inputs differs in no file.
        let differs = |other: &Fingerprint| *other != environment || self.asked.inputs.exact_only.is_some();
        let mut by_environment: BTreeMap<Fingerprint, Vec<Oid>> = BTreeMap::new();
        for &commit in single.keys() {
            if let Some(other) = looked.get(&commit).copied().flatten().filter(differs) {
                by_environment.entry(other).or_default().push(commit);
            }
        }
        let mut least: Vec<(Oid, Vec<Changed>)> = Vec::new();
        let mut equally: Vec<Oid> = Vec::new();
        for commits in by_environment.into_values() {
            let (_, others) = self.source.files(self.spec, commits[0]).await?;
            let most = least.first().map_or(usize::MAX, |(_, changed)| changed.len());
            let Some(changed) = difference(&others, files, most) else { continue };
            if changed.len() < most {
                least.clear();
                equally.clear();
            }
            least.extend(commits.iter().map(|commit| (*commit, changed.clone())));
            equally.extend(commits);
        }
        if equally.is_empty() {
            return Ok(None);
        }
        let near = self.source.nearest(self.commit.id, &equally).await?;
        let best = self.newest(&near.commits).await?;
        let changed = least.into_iter().find(|(commit, _)| *commit == best.id).map(|(_, changed)| changed);
        let tag = single.get(&best.id).map(|candidate| candidate.tag.name.clone());
        Ok(changed.zip(tag).map(|(changed, tag)| Nearest { tag, commit: best.id, changed }))
    }

    /// The answer that nobody asked a registry for.
    async fn predicted(&self, answer: &mut Resolution) -> Result<(), SourceError> {
        let Some((environment, _)) = &self.asked.environment else {
            answer.reason.clone_from(&self.asked.problem);
            return Ok(());
        };
        let began = if self.asked.inputs.exact_only.is_some() {
            answer.notes.extend(
                self.asked
                    .inputs
                    .exact_only
                    .iter()
                    .map(|why| format!("only the commit's own image can be right: {why}")),
            );
            Some(self.commit.id)
        } else {
            began(self.source, self.spec, self.commit.id, *environment).await?
        };
        let Some(began) = began else {
            let message = "the history is cut off before this environment began, so where it was built cannot be known";
            answer.reason = Some(Reason::new("shallow", message));
            return Ok(());
        };
        let commit = self.source.commits(&[began]).await?.pop();
        let commit = commit.ok_or_else(|| SourceError::Incomplete(format!("the commit {began} could not be read")))?;
        let tag = if commit.id == self.commit.id {
            answer.expected_tag.clone()
        } else {
            expected_tag(self.source, &self.asked.inputs.scheme, &commit).await?
        };
        let Some(tag) = tag else {
            let message = "the image job gives its images tags that cannot be told from the commit";
            answer.reason = Some(Reason::new("no-scheme", message));
            return Ok(());
        };
        let exact = began == self.commit.id;
        let distance = if exact { Some(0) } else { self.source.distance(self.commit.id, began).await? };
        answer.status = Status::Predicted;
        answer.image = Some(Image {
            reference: self.reference(&tag),
            project: self.project.path.clone(),
            tag,
            commit: began,
            relation: if exact { Relation::Exact } else { Relation::Ancestor },
            distance,
            digest: None,
            created_at: None,
            verified: false,
        });
        Ok(())
    }
}

/// How many first parents are looked at first; each further look takes twice as many.
const FIRST_LOOK: usize = 8;
const LARGEST_LOOK: usize = 4096;

/// Where the environment of `commit` began along first parents; `None` if the history is cut off before.
pub(crate) async fn began<S: Source>(
    source: &S,
    spec: &Arc<Spec>,
    commit: Oid,
    environment: Fingerprint,
) -> Result<Option<Oid>, SourceError> {
    let mut began = commit;
    let mut count = FIRST_LOOK;
    loop {
        let line = source.first_parents(began, count + 1).await?;
        let parents = line.commits.get(1..).unwrap_or_default();
        for (parent, snapshot) in parents.iter().zip(source.snapshots(spec, parents).await?) {
            if snapshot.environment != Some(environment) {
                return Ok(Some(began));
            }
            began = *parent;
        }
        match line.end {
            LineEnd::More => count = (count * 2).min(LARGEST_LOOK),
            LineEnd::Root => return Ok(Some(began)),
            LineEnd::Cut => return Ok(None),
        }
    }
}

/// What changed from `image` to `commit`, both sorted by path; `None` if more than `most` files.
pub fn difference(image: &[Entry], commit: &[Entry], most: usize) -> Option<Vec<Changed>> {
    let (mut left, mut right) = (image.iter().peekable(), commit.iter().peekable());
    let mut changed = Vec::new();
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => return Some(changed),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(old), Some(new)) => old.path.cmp(&new.path),
        };
        let old = if order.is_le() { left.next() } else { None };
        let new = if order.is_ge() { right.next() } else { None };
        let (path, change) = match (old, new) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(_), Some(new)) => (&new.path, Change::Modified),
            (Some(old), None) => (&old.path, Change::Removed),
            (None, Some(new)) => (&new.path, Change::Added),
            (None, None) => return Some(changed),
        };
        if changed.len() == most {
            return None;
        }
        changed.push(Changed { path: display_path(path), change });
    }
}

/// How an image relates to a commit, for people: "14 commits ago".
pub fn distance_in_words(relation: Relation, distance: Option<u64>) -> String {
    let commits = |count: u64| if count == 1 { "1 commit".to_owned() } else { format!("{count} commits") };
    match (relation, distance) {
        (Relation::Exact, _) => "this very commit".to_owned(),
        (Relation::Ancestor, Some(count)) => format!("{} ago", commits(count)),
        (Relation::Ancestor, None) => "an earlier commit".to_owned(),
        (Relation::Descendant, Some(count)) => format!("{} later", commits(count)),
        (Relation::Descendant, None) => "a later commit".to_owned(),
        (Relation::SameEnvironment, _) => "on another line of history".to_owned(),
    }
}

//! Choosing the image.
//!
//! Among the tags whose commit has the environment of the commit asked about, the best: the commit's own; else the
//! nearest ancestor's; else the nearest descendant's; else any other. Ties go to the newest committer date, then to
//! the greatest commit id. If there is none, the answer says why, and which image differs least.

use std::sync::Arc;

use crate::Oid;
use crate::environment::{Fingerprint, key};
use crate::inputs::{Inputs, Spec};
use crate::question::{Question, expected_tag};
use crate::resolution::{
    Change, Changed, EnvironmentSummary, Image, InputFile, Reason, Relation, Resolution, SCHEMA, Status,
};
use crate::source::{Commit, LineEnd, Project, Source, SourceError};
use crate::tree::{Entry, display_path};

/// Answers the question.
///
/// # Errors
/// The revision is unknown, the project is empty, or the source failed. That something could not be seen is no error
/// but an answer: [`Status::Unknown`].
pub async fn resolve<S: Source>(source: &S, question: &Question) -> Result<Resolution, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, problem) = question.spec_at(source, commit.id).await?;
    let asked = Asked::look(source, &spec, &commit, problem).await?;
    let project = source.project();
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
    let (images, repository) = question.images(source, &project, &spec, &asked.inputs).await?;
    let chooser = Chooser { source, spec: &spec, commit: &commit, asked: &asked, repository, project };
    // The answer stands without them.
    let notes = source.image_notes().await.unwrap_or_else(|error| {
        answer.notes.push(format!("{error}: they were left out"));
        Arc::default()
    });
    match images {
        Some(images) => {
            chooser.verified(&images, &notes, &mut answer).await?;
            if let (None, Some(cut_off)) = (&answer.image, &images.cut_off) {
                chooser.noted(&notes, &cut_off.message, &mut answer).await?;
            }
            let is_own = question.image.is_some() || spec.config.image.is_some();
            let has_none = matches!(answer.status, Status::Missing | Status::Building | Status::Failed);
            if has_none
                && !is_own
                && let Some(parent) = source.fork_parent().await?
            {
                let (images, repository) = question.images(source, &parent, &spec, &asked.inputs).await?;
                if let Some(images) = images {
                    Chooser { repository, project: parent, ..chooser }.of_parent(&images, &notes, &mut answer).await?;
                }
            }
        }
        None => {
            if !chooser.noted(&notes, "no registry was asked", &mut answer).await? {
                chooser.predicted(&mut answer).await?;
            }
        }
    }
    answer.notes.extend(source.notes());
    answer.cost = source.cost();
    Ok(answer)
}

/// What the commit asked about is built from.
pub(crate) struct Asked {
    pub(crate) inputs: Arc<Inputs>,
    pub(crate) environment: Option<(Fingerprint, Vec<Entry>)>,
    /// Why there is no environment.
    pub(crate) problem: Option<Reason>,
}

impl Asked {
    pub(crate) async fn look<S: Source>(
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

    pub(crate) fn summary(&self) -> crate::resolution::InputsSummary {
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

    pub(crate) fn summary_of_files(&self) -> Option<EnvironmentSummary> {
        self.environment.as_ref().map(|(_, files)| EnvironmentSummary {
            key: key(files),
            files: files
                .iter()
                .map(|file| InputFile { path: display_path(&file.path), mode: file.mode.to_string(), oid: file.oid })
                .collect(),
        })
    }
}

/// What the choice is made for.
pub(crate) struct Chooser<'a, S> {
    pub(crate) source: &'a S,
    pub(crate) spec: &'a Arc<Spec>,
    pub(crate) commit: &'a Commit,
    pub(crate) asked: &'a Asked,
    pub(crate) repository: Option<String>,
    pub(crate) project: Project,
}

impl<S: Source> Chooser<'_, S> {
    pub(crate) fn reference(&self, tag: &str) -> Option<String> {
        self.repository.as_ref().map(|repository| format!("{repository}:{tag}"))
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

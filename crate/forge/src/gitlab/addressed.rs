//! A project of a GitLab, by whatever address people give.
//!
//! An address can have several readings, of the project and of the revision (see [`Location`]). Which one is meant is found
//! out when the commit is asked for: it is the first that exists. All readings share one budget.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use repin::environment::Snapshot;
use repin::graph::{Graph, Near};
use repin::inputs::Spec;
use repin::resolution::{Cost, Reason, Resolution};
use repin::scheme::Named;
use repin::source::{Build, Candidate, Commit, Compared, Images, Line, Project, Source, SourceError, Tag, Wanted};
use repin::tree::Entry;
use repin::{Oid, Question};

use super::location::Location;
use super::token::Token;
use super::{ApiError, GitLab};
use crate::cache::Stores;
use crate::http::{Limits, Transport};

/// One reading of the address.
type Asked<T, C> = GitLab<T, <C as Stores>::Store>;

/// A project of a GitLab, named by an address, as a source.
pub struct Addressed<T, C: Stores> {
    readings: Vec<Location>,
    token: Option<Token>,
    given: Given,
    /// What is kept of earlier questions.
    cache: C,
    limits: Limits,
    /// When it was made, by the transport's clock.
    start: Duration,
    transport: T,
    /// The reading that is asked.
    chosen: RefCell<(Location, Rc<Asked<T, C>>)>,
    /// What the readings before it cost.
    spent: Cell<Cost>,
    /// The commit that was asked for, and by which name.
    commit: RefCell<Option<(Option<String>, Commit)>>,
    /// Whether somebody said which images exist.
    has_images: Cell<bool>,
    /// Why not all of them are known.
    cut_off: RefCell<Option<Reason>>,
}

/// What the caller knows already.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The image tags that exist.
    pub images: Option<Images>,
    /// The registry repository, where GitLab does not say it.
    pub repository: Option<String>,
}

impl<T: Transport + Clone, C: Stores> Addressed<T, C> {
    /// The project at an address, asked with this token and within these limits.
    pub fn new(
        transport: T,
        location: &Location,
        token: Option<Token>,
        limits: Limits,
        cache: C,
        given: Given,
    ) -> Self {
        let first = client(location, token.as_ref(), &given, &cache, limits, transport.clone());
        Self {
            readings: location.alternatives(),
            token,
            given,
            cache,
            limits,
            start: transport.now(),
            transport,
            chosen: RefCell::new((location.clone(), Rc::new(first))),
            spent: Cell::default(),
            commit: RefCell::default(),
            has_images: Cell::new(false),
            cut_off: RefCell::default(),
        }
    }

    /// Where it is, for people.
    pub fn location(&self) -> Location {
        self.chosen.borrow().0.clone()
    }

    /// Whether somebody said which images exist.
    pub fn has_images(&self) -> bool {
        self.has_images.get()
    }

    /// What a person should know of a list of images: it may not be whole.
    pub fn notes_on_images(&self) -> Vec<String> {
        let cut_off = self.cut_off.borrow().as_ref().map(|reason| reason.message.clone());
        cut_off.into_iter().chain(self.notes()).collect()
    }

    fn gitlab(&self) -> Rc<Asked<T, C>> {
        Rc::clone(&self.chosen.borrow().1)
    }

    /// Goes on with another reading, within what the others left.
    fn choose(&self, reading: &Location) {
        self.spent.set(self.cost().unwrap_or_default());
        let limits = Limits {
            max_requests: self.limits.max_requests.map(|most| most.saturating_sub(self.spent.get().requests)),
            deadline: self.limits.deadline.saturating_sub(self.transport.now().saturating_sub(self.start)),
            ..self.limits
        };
        let gitlab = client(reading, self.token.as_ref(), &self.given, &self.cache, limits, self.transport.clone());
        self.chosen.replace((reading.clone(), Rc::new(gitlab)));
    }

    /// Answers the question, or looks an earlier answer over.
    ///
    /// # Errors
    /// As for [`resolve`](repin::resolve::resolve).
    pub async fn resolve(&self, question: &Question) -> Result<Resolution, SourceError> {
        let mut answer = self
            .of_readings(question.revision.as_deref(), async |gitlab: &Asked<T, C>, revision| {
                gitlab.resolve(&Question { revision, ..question.clone() }).await
            })
            .await?;
        answer.cost = self.cost();
        Ok(answer)
    }

    /// Keeps what was learnt for the next question.
    pub async fn remember(&self) {
        self.gitlab().remember().await;
    }

    /// The first answer that is one, of all readings and all revisions that each may mean.
    async fn of_readings<R>(
        &self,
        revision: Option<&str>,
        ask: impl AsyncFn(&Asked<T, C>, Option<String>) -> Result<R, SourceError>,
    ) -> Result<R, SourceError> {
        let mut worst: Option<(Failed, Location, SourceError)> = None;
        for (at, reading) in self.readings.iter().enumerate() {
            if at > 0 {
                self.choose(reading);
            }
            match self.of_reading(reading, revision, &ask).await {
                Ok(answer) => return Ok(answer),
                Err(error) => match failed(&error) {
                    // The first reading is the likeliest, unless there is no GitLab.
                    Some(far) if worst.as_ref().is_none_or(|(known, ..)| *known < far) => {
                        worst = Some((far, reading.clone(), error));
                    }
                    Some(_) => {}
                    None => return Err(error),
                },
            }
        }
        let (_, reading, error) = worst.ok_or(SourceError::Empty)?;
        self.chosen.borrow_mut().0 = reading;
        Err(error)
    }

    /// The same of one reading, by the caller's name for the revision or by what the address says.
    async fn of_reading<R>(
        &self,
        reading: &Location,
        revision: Option<&str>,
        ask: &impl AsyncFn(&Asked<T, C>, Option<String>) -> Result<R, SourceError>,
    ) -> Result<R, SourceError> {
        let hinted = || reading.revision.as_ref().map(|hint| hint.revisions().into_iter().map(Some).collect());
        let revisions: Vec<Option<String>> = match revision {
            Some(revision) => vec![Some(revision.to_owned())],
            None => hinted().unwrap_or_else(|| vec![None]),
        };
        let gitlab = self.gitlab();
        let mut first = None;
        for revision in revisions {
            match ask(&gitlab, revision).await {
                Err(error @ SourceError::UnknownRevision { .. }) => first = first.or(Some(error)),
                other => return other,
            }
        }
        Err(first.unwrap_or(SourceError::Empty))
    }
}

fn client<T: Transport, C: Stores>(
    location: &Location,
    token: Option<&Token>,
    given: &Given,
    cache: &C,
    limits: Limits,
    transport: T,
) -> Asked<T, C> {
    let gitlab = GitLab::new(transport, &location.base, location.project.clone(), token.cloned(), limits)
        .with_store(cache.store(&location.base, &location.project.to_string()));
    match &given.images {
        Some(images) => gitlab.with_images(images.clone()),
        None => gitlab,
    }
}

/// How far a reading of an address got.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Failed {
    /// There is no GitLab at that address.
    NoGitLab,
    /// GitLab knows no such project.
    NoProject,
}

/// Whether another reading of the address may be the right one.
fn failed(error: &SourceError) -> Option<Failed> {
    let SourceError::Failed { cause, .. } = error else { return None };
    match cause.downcast_ref::<ApiError>()? {
        // GitLab names what it does not find; other servers have a page about it.
        ApiError::Refused { status: 404, message, .. } if message.contains("Project") => Some(Failed::NoProject),
        ApiError::Refused { status: 404, .. } | ApiError::Shape { .. } => Some(Failed::NoGitLab),
        _ => None,
    }
}

impl<T: Transport + Clone, C: Stores> Source for Addressed<T, C> {
    fn project(&self) -> Project {
        let mut project = self.gitlab().project();
        project.image = project.image.or_else(|| self.given.repository.clone());
        project
    }

    async fn commit(&self, revision: Option<&str>) -> Result<Commit, SourceError> {
        // A command may ask twice, and a branch may move in between.
        if let Some((known, commit)) = &*self.commit.borrow()
            && known.as_deref() == revision
        {
            return Ok(commit.clone());
        }
        let mut commit = self
            .of_readings(revision, async |gitlab: &Asked<T, C>, revision| gitlab.commit(revision.as_deref()).await)
            .await?;
        // A build knows its branch by the short name.
        if let Some(name) = commit.branch.as_deref().and_then(|name| name.strip_prefix("refs/heads/")) {
            commit.branch = Some(name.to_owned());
        }
        self.commit.replace(Some((revision.map(str::to_owned), commit.clone())));
        Ok(commit)
    }

    async fn commits(&self, ids: &[Oid]) -> Result<Vec<Commit>, SourceError> {
        self.gitlab().commits(ids).await
    }

    async fn is_branch(&self, name: &str) -> Result<bool, SourceError> {
        self.gitlab().is_branch(name).await
    }

    async fn git_tags(&self, commit: Oid) -> Result<Vec<String>, SourceError> {
        self.gitlab().git_tags(commit).await
    }

    async fn read(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        self.gitlab().read(commit, path).await
    }

    async fn snapshots(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        self.gitlab().snapshots(spec, commits).await
    }

    async fn files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        self.gitlab().files(spec, commit).await
    }

    async fn first_parents(&self, start: Oid, count: usize) -> Result<Line, SourceError> {
        self.gitlab().first_parents(start, count).await
    }

    async fn named(&self, names: &[Named]) -> Result<Vec<Vec<Oid>>, SourceError> {
        self.gitlab().named(names).await
    }

    async fn images(&self, repository: Option<&str>) -> Result<Option<Images>, SourceError> {
        let images = self.gitlab().images(repository).await?;
        self.has_images.set(images.is_some());
        self.cut_off.replace(images.as_ref().and_then(|images| images.cut_off.clone()));
        Ok(images)
    }

    async fn next(&self, commit: Oid, open: &[Candidate], most: usize) -> Result<Vec<usize>, SourceError> {
        self.gitlab().next(commit, open, most).await
    }

    async fn compare(&self, wanted: Wanted<'_>, candidates: &[Candidate]) -> Result<Vec<Compared>, SourceError> {
        self.gitlab().compare(wanted, candidates).await
    }

    async fn confirm(
        &self,
        wanted: Option<Wanted<'_>>,
        candidate: &Candidate,
        commit: Oid,
    ) -> Result<Option<Tag>, SourceError> {
        self.gitlab().confirm(wanted, candidate, commit).await
    }

    async fn build(&self, wanted: Wanted<'_>, job: Option<&str>) -> Result<Option<Build>, SourceError> {
        self.gitlab().build(wanted, job).await
    }

    async fn fork_parent(&self) -> Result<Option<Project>, SourceError> {
        self.gitlab().fork_parent().await
    }

    fn is_costly(&self) -> bool {
        self.gitlab().is_costly()
    }

    fn notes(&self) -> Vec<String> {
        self.gitlab().notes()
    }

    fn cost(&self) -> Option<Cost> {
        let (spent, cost) = (self.spent.get(), self.gitlab().cost()?);
        Some(Cost {
            requests: spent.requests + cost.requests,
            rounds: spent.rounds + cost.rounds,
            bytes: spent.bytes + cost.bytes,
        })
    }

    async fn nearest(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        self.gitlab().nearest(commit, images).await
    }

    async fn distance(&self, commit: Oid, ancestor: Oid) -> Result<Option<u64>, SourceError> {
        self.gitlab().distance(commit, ancestor).await
    }

    async fn graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        self.gitlab().graph(tips, limit).await
    }
}

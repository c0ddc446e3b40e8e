//! A project of a GitLab, by whatever address people give.
//!
//! An address can have several readings, of the project and of the revision (see [`Location`]). Which one is meant is found
//! out when the commit is asked for: it is the first that exists. All readings share one budget.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use repin::Question;
use repin::resolution::{Cost, Resolution};
use repin::source::{Images, Source as _, SourceError};

use super::location::Location;
use super::token::Token;
use super::{ApiError, GitLab};
use crate::cache::Stores;
use crate::http::{Limits, Transport};

/// One reading of the address.
pub type Reading<T, C> = GitLab<T, <C as Stores>::Store>;

/// A project of a GitLab, named by an address.
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
    chosen: RefCell<(Location, Rc<Reading<T, C>>)>,
    /// What the readings before it cost.
    spent: Cell<Cost>,
}

/// What the caller knows already.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// The image tags that exist.
    pub images: Option<Images>,
    /// The registry repository, where GitLab does not say it.
    pub repository: Option<String>,
    /// Whether an earlier answer does not do: everything that can have changed is looked at.
    pub anew: bool,
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
        }
    }

    /// Where it is, for people.
    pub fn location(&self) -> Location {
        self.chosen.borrow().0.clone()
    }

    /// The reading that is asked: the first, until another one turned out to be meant.
    pub fn source(&self) -> Rc<Reading<T, C>> {
        Rc::clone(&self.chosen.borrow().1)
    }

    /// What was spent so far, on all readings.
    pub fn cost(&self) -> Cost {
        let (spent, cost) = (self.spent.get(), self.source().cost().unwrap_or_default());
        Cost {
            requests: spent.requests + cost.requests,
            rounds: spent.rounds + cost.rounds,
            bytes: spent.bytes + cost.bytes,
        }
    }

    /// Goes on with another reading, within what the others left.
    fn choose(&self, reading: &Location) {
        self.spent.set(self.cost());
        let limits = Limits {
            max_requests: self.limits.max_requests.map(|most| most.saturating_sub(self.spent.get().requests)),
            deadline: self.limits.deadline.saturating_sub(self.transport.now().saturating_sub(self.start)),
            ..self.limits
        };
        let gitlab = client(reading, self.token.as_ref(), &self.given, &self.cache, limits, self.transport.clone());
        self.chosen.replace((reading.clone(), Rc::new(gitlab)));
    }

    /// The reading that is meant, and the question as one of it.
    ///
    /// # Errors
    /// The revision is unknown, or GitLab does not answer.
    pub async fn find(&self, question: &Question) -> Result<(Rc<Reading<T, C>>, Question), SourceError> {
        let revision = self
            .of_readings(question.revision.as_deref(), async |gitlab: &Reading<T, C>, revision| {
                gitlab.commit(revision.as_deref()).await.map(|_| revision)
            })
            .await?;
        Ok((self.source(), Question { revision, ..question.clone() }))
    }

    /// Answers the question, or looks an earlier answer over.
    ///
    /// # Errors
    /// As for [`resolve`](repin::resolve::resolve).
    pub async fn resolve(&self, question: &Question) -> Result<Resolution, SourceError> {
        let mut answer = self
            .of_readings(question.revision.as_deref(), async |gitlab: &Reading<T, C>, revision| {
                gitlab.resolve(&Question { revision, ..question.clone() }).await
            })
            .await?;
        answer.cost = Some(self.cost());
        Ok(answer)
    }

    /// The first answer that is one, of all readings and all revisions that each may mean.
    async fn of_readings<R>(
        &self,
        revision: Option<&str>,
        ask: impl AsyncFn(&Reading<T, C>, Option<String>) -> Result<R, SourceError>,
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
        ask: &impl AsyncFn(&Reading<T, C>, Option<String>) -> Result<R, SourceError>,
    ) -> Result<R, SourceError> {
        let hinted = || reading.revision.as_ref().map(|hint| hint.revisions().into_iter().map(Some).collect());
        let revisions: Vec<Option<String>> = match revision {
            Some(revision) => vec![Some(revision.to_owned())],
            None => hinted().unwrap_or_else(|| vec![None]),
        };
        let gitlab = self.source();
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
) -> Reading<T, C> {
    let gitlab = GitLab::new(transport, &location.base, location.project.clone(), token.cloned(), limits)
        .with_store(cache.store(&location.base, &location.project.to_string()))
        .with_repository(given.repository.clone())
        .with_anew(given.anew);
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

//! How a GitLab is asked: with which token, within which limits. Each answer takes a client of its own.

use std::time::Duration;

use repin_forge::cache::FileCache;
use repin_forge::gitlab::comments::Comments;
use repin_forge::gitlab::location::{Location, ProjectRef};
use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::gitlab::{GitLab, Given};
use repin_forge::http::Limits;

use crate::args::Gitlab;
use crate::error::Failure;
use crate::progress::Progress;
use crate::source::Remote;
use crate::token::{self, Found, Surroundings};
use crate::watched::Watched;

/// Comments on many commits may take as long as that: a server that limits how often it answers is waited for.
const LONG: Duration = Duration::from_hours(1);

/// The way to a project of a GitLab.
pub(crate) struct Way {
    location: Location,
    transport: Watched,
    token: Option<Token>,
    /// Where the token was found.
    pub(crate) token_place: Option<String>,
    given: Given,
    limits: Limits,
    caches: bool,
}

impl Way {
    /// The way to the project at an address. The token is looked for once.
    pub(crate) fn new(
        options: &Gitlab,
        location: &Location,
        given: Given,
        limits: Limits,
        progress: &Progress,
    ) -> Result<Self, Failure> {
        let path = match &location.project {
            ProjectRef::Path(path) => Some(path.as_str()),
            ProjectRef::Id(_) => None,
        };
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        let around = Surroundings { env: &|name| std::env::var(name).ok(), home };
        let token = token::find(&location.base, path, options.token_file.as_deref(), &around)?;
        let (token, token_place) = token.map(|found| (found.token, found.place)).unzip();
        let host = location.base.split_once("://").map_or(location.base.as_str(), |(_, host)| host);
        let transport = Watched::new(host, progress.callback());
        let location = location.clone();
        Ok(Self { location, transport, token, token_place, given, limits, caches: !options.no_cache })
    }

    /// The token, and where it was found.
    pub(crate) fn found(&self) -> Option<Found> {
        let (token, place) = self.token.clone().zip(self.token_place.clone())?;
        Some(Found { token, place })
    }

    /// The project, for one answer.
    pub(crate) fn remote(&self) -> Remote {
        self.remote_within(None)
    }

    /// The same with no more requests than that.
    pub(crate) fn remote_within(&self, requests: Option<u64>) -> Remote {
        let limits = match requests {
            None => self.limits,
            Some(most) => Limits { max_requests: Some(most), ..self.limits },
        };
        let cache = if self.caches { FileCache::of_user() } else { None };
        Remote::new(self.transport.clone(), &self.location, self.token.clone(), limits, cache, self.given.clone())
    }

    /// A project of the same GitLab, without what is kept of earlier questions.
    pub(crate) fn project(&self, at: &Location) -> GitLab<Watched> {
        GitLab::new(self.transport.clone(), &at.base, at.project.clone(), self.token.clone(), self.limits)
    }

    /// The token to comment with, as far as can be told without asking that it may.
    pub(crate) fn commenter(&self) -> Result<&Token, Failure> {
        const HOW: &str =
            "give one of the scope api, by GITLAB_TOKEN or `--token-file FILE`; in a CI job a project access token";
        match &self.token {
            None => Err(Failure::new(format!("to comment on commits of {} takes a token", self.location)).hint(HOW)),
            Some(token) if token.kind == TokenKind::Job => {
                Err(Failure::new("GitLab lets nobody comment with a job's CI_JOB_TOKEN").hint(HOW))
            }
            Some(token) => Ok(token),
        }
    }

    /// The comments on its commits, where this reading of the address is the right one.
    pub(crate) fn comments(&self, reading: &Location) -> Result<Comments<Watched>, Failure> {
        let token = self.commenter()?.clone();
        let limits = Limits { deadline: self.limits.deadline.max(LONG), ..self.limits };
        Ok(Comments::new(self.transport.clone(), &reading.base, &reading.project, token, limits))
    }
}

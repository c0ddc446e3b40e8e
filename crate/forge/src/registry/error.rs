//! Why a registry gave no answer.

use std::fmt;

use repin::resolution::Reason;
use serde_json::Value;

use crate::http::{Call, HttpError, Response};

/// What was to be done with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// To read it.
    Read,
    /// To push to it.
    Push,
}

/// What somebody may not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAllowed {
    /// The registry's name.
    pub registry: String,
    /// The repository.
    pub repository: String,
    /// What was to be done.
    pub action: Action,
    /// Where the login comes from that was used: `the environment variable …`; `None`: there was none.
    pub place: Option<String>,
    /// What the registry says.
    pub said: Option<String>,
    /// Logins that there are and were not used, and why.
    pub passed_over: Vec<String>,
}

/// Why a registry gave no answer. None of them has a secret in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegistryError {
    /// This is no host that a registry can be at.
    Host(String),
    /// This is no name of an image.
    Name(String),
    /// A request has no answer.
    Http {
        /// `GET https://registry.example.org/v2/group/name/tags/list`
        what: String,
        /// Why.
        error: HttpError,
    },
    /// It may not be done, or, where it was to be read, the repository may not be there at all.
    NotAllowed(Box<NotAllowed>),
    /// The registry sends its callers for a token to where no login may go.
    Realm {
        /// The registry's name.
        registry: String,
        /// The address that it names.
        realm: String,
        /// Why not.
        problem: String,
    },
    /// The registry refused.
    Refused {
        /// As in [`Http`](Self::Http).
        what: String,
        /// The status.
        status: u16,
        /// What it says.
        said: Option<String>,
    },
    /// The answer is none that a registry gives.
    Shape {
        /// As in [`Http`](Self::Http).
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The bytes are not those of the digest, or the digest is not that of the image.
    Digest {
        /// What was asked for: `registry.example.org/group/name:tag`.
        what: String,
        /// The digest that it should have.
        expected: String,
        /// The digest that it has.
        found: String,
    },
}

impl RegistryError {
    /// Why the list of images is not complete, where this is the reason: `no-access`, `search-limit` or `no-answer`.
    pub fn reason(&self) -> Reason {
        let code = match self {
            Self::NotAllowed(_) | Self::Realm { .. } => "no-access",
            Self::Http { error: HttpError::RequestLimit | HttpError::Deadline, .. } => "search-limit",
            _ => "no-answer",
        };
        Reason::new(code, self.to_string())
    }
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => write!(f, "`{host}` is no host of a registry"),
            Self::Name(name) => write!(f, "`{name}` is no name of an image"),
            Self::Http { what, error: HttpError::Elsewhere { from, to } } => write!(
                f,
                "{what}: {from} sends its callers to {to}, where nothing is asked; if the registry is there, name the images by that host"
            ),
            Self::Http { what, error } => write!(f, "{what}: {error}"),
            Self::NotAllowed(refusal) => refusal.fmt(f),
            Self::Realm { registry, realm, problem } => {
                write!(f, "the registry {registry} sends its callers for a token to {realm}: {problem}")
            }
            Self::Refused { what, status, said: None } => write!(f, "{what} answered {status}, and says no more"),
            Self::Refused { what, status, said: Some(said) } => write!(f, "{what} answered {status}: {said}"),
            Self::Shape { what, problem } => write!(f, "{what} gave no answer of a registry: {problem}"),
            Self::Digest { what, expected, found } => {
                write!(f, "{what} should have the digest {expected}, and has {found}")
            }
        }
    }
}

impl fmt::Display for NotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, repository, action, place, said, passed_over } = self;
        match place {
            Some(place) => write!(f, "the registry {registry} does not let the login of {place}")?,
            None => write!(f, "the registry {registry} does not let anyone without a login")?,
        }
        match action {
            Action::Read => write!(f, " read {repository}, or it has no such repository")?,
            Action::Push => write!(f, " push to {repository}")?,
        }
        if let Some(said) = said {
            write!(f, " ({said})")?;
        }
        passed_over.iter().try_for_each(|why| write!(f, "; {why}"))
    }
}

impl std::error::Error for RegistryError {}

/// The question in an error: without a query, which can be long.
pub(super) fn what(call: &Call) -> String {
    let address = call.url.split('?').next().unwrap_or_default();
    format!("{} {address}", call.method)
}

pub(super) fn refused(what: String, response: &Response) -> RegistryError {
    RegistryError::Refused { what, status: response.status, said: said(&response.body) }
}

/// As much of a server's own words as is shown.
const MOST: usize = 300;

/// What an answer says for people: `{"errors":[{"code","message","detail"}]}`, or what token servers say.
pub(super) fn said(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("errors").and_then(|errors| errors.get(0)).unwrap_or(&body);
    let text = ["message", "error_description", "details", "error", "code"].iter();
    let text = text.filter_map(|name| error.get(name)?.as_str()).find(|text| !text.trim().is_empty())?;
    Some(text.trim().chars().take(MOST).collect())
}

/// The codes of a registry's errors.
pub(super) fn codes(body: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let errors = body.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    errors.iter().filter_map(|error| error.get("code")?.as_str()).map(str::to_owned).collect()
}

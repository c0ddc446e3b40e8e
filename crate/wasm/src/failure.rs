//! Why there is no answer, as JavaScript gets it: an object with a stable code.

use repin::retag::Refusal;
use repin::source::SourceError;
use repin_forge::gitlab::ApiError;
use repin_forge::gitlab::location::LocationError;
use repin_forge::http::{HttpError, TransportError};
use repin_forge::registry::{RegistryError, RetagError};
use serde::{Deserialize, Serialize};

/// What a [`Failure`] is, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The address names no project.
    BadAddress,
    /// An option cannot be what it is.
    BadOption,
    /// The project has no such revision.
    UnknownRevision,
    /// The project has no commit yet.
    Empty,
    /// Something of the project that the answer needs is not there, or cannot be read.
    Incomplete,
    /// There is no such project, or it is private and may not be seen.
    NotFound,
    /// GitLab does not know the token (any more).
    Unauthorized,
    /// The token, or nobody, may do this.
    Forbidden,
    /// GitLab limits how often it answers.
    RateLimited,
    /// GitLab is in trouble itself.
    Server,
    /// Nobody answers there, or not to this page.
    Unreachable,
    /// GitLab took too long.
    TimedOut,
    /// GitLab's answer was longer than any that is read.
    TooLarge,
    /// All requests that one answer may take were used up.
    RequestLimit,
    /// The time that one answer may take is over.
    Deadline,
    /// The server sends its callers to another one, where a token must not go.
    Redirected,
    /// What came is no answer of a GitLab.
    BadAnswer,
    /// A branch moved while it was read.
    Moved,
    /// There is no image that is right, or it is gone.
    NoImage,
    /// The tag is that of another image.
    Occupied,
    /// The image is right for now only: `.repin.toml` narrows what it is built from.
    Narrowed,
    /// The caller's signal was aborted.
    Cancelled,
    /// The module could not be loaded.
    NotLoaded,
    /// A mistake of Repin itself.
    Internal,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What it is.
    pub code: ErrorCode,
    /// What went wrong, for people.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    /// The status of HTTP, where one was answered.
    pub status: Option<u16>,
    /// When a rate limit ends, in seconds since 1970.
    pub retry_at: Option<u64>,
}

impl Failure {
    /// A failure without more than a message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: None, status: None, retry_at: None }
    }

    /// With what to do next.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

impl From<LocationError> for Failure {
    fn from(error: LocationError) -> Self {
        Self::new(ErrorCode::BadAddress, error.to_string())
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        match &error {
            SourceError::UnknownRevision { revision, hint } => {
                Self::new(ErrorCode::UnknownRevision, format!("the project has no revision `{revision}`"))
                    .hint(hint.clone().unwrap_or_else(|| "give a branch, a tag or a commit's id".to_owned()))
            }
            SourceError::Empty => Self::new(ErrorCode::Empty, error.to_string()),
            SourceError::Incomplete(what) => Self::new(ErrorCode::Incomplete, what.clone()),
            SourceError::Failed { what, cause } => match cause.downcast_ref::<ApiError>() {
                Some(cause) => of_api(cause),
                None => Self::new(ErrorCode::Incomplete, format!("{what}: {cause}")),
            },
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let failure = |code| Self::new(code, error.to_string());
        match &error {
            RegistryError::Http { error: cause @ HttpError::Transport(TransportError::Unreachable { .. }), .. } => {
                // In a page it looks the same whether nobody is there or the registry answers no pages.
                Self { message: error.to_string(), ..of_http(cause) }.hint(
                    "Most registries answer no pages of other sites: use the command `repin retag`, or the browser extension.",
                )
            }
            RegistryError::Http { error: cause, .. } => Self { message: error.to_string(), ..of_http(cause) },
            RegistryError::NotAllowed(_) => failure(ErrorCode::Forbidden).hint(
                "Give a token of somebody who may push to the project, with the scopes read_api, read_registry and write_registry, or api.",
            ),
            RegistryError::Realm { .. } => failure(ErrorCode::Redirected),
            RegistryError::Refused { status, .. } => {
                let code = match status {
                    401 => ErrorCode::Unauthorized,
                    403 => ErrorCode::Forbidden,
                    429 => ErrorCode::RateLimited,
                    500.. => ErrorCode::Server,
                    _ => ErrorCode::BadAnswer,
                };
                Self { status: Some(*status), ..failure(code) }
            }
            RegistryError::Digest { .. } => failure(ErrorCode::BadAnswer).hint("The image has changed meanwhile: look again."),
            RegistryError::Host(_) | RegistryError::Name(_) | RegistryError::Shape { .. } => failure(ErrorCode::BadAnswer),
        }
    }
}

impl From<RetagError> for Failure {
    fn from(error: RetagError) -> Self {
        let message = error.to_string();
        match error {
            RetagError::Registry(error) => error.into(),
            RetagError::NoImage { .. } => {
                Self::new(ErrorCode::NoImage, message).hint("It was there a moment ago: look again.")
            }
            RetagError::Occupied { .. } => Self::new(ErrorCode::Occupied, message)
                .hint("No tag is moved from here. The command `repin retag --force` does it."),
            RetagError::NotMounted { .. } | RetagError::Strange { .. } => Self::new(ErrorCode::Incomplete, message),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let failure = |code| Self::new(code, refusal.to_string());
        match &refusal {
            Refusal::Narrowed(narrowed) => failure(ErrorCode::Narrowed)
                .hint(format!("Use {} by its own name, or have the commit's image built.", narrowed.image)),
            Refusal::FalseName(_) => failure(ErrorCode::Occupied),
            Refusal::NoImage { .. } | Refusal::NoRegistry { .. } | Refusal::NoTag | Refusal::NoPlace { .. } => {
                failure(ErrorCode::NoImage)
            }
        }
    }
}

const WITH_TOKEN: &str = "If the project is private, give a token with the scope read_api.";

fn of_api(error: &ApiError) -> Failure {
    let failure = |code| Failure::new(code, error.to_string());
    match error {
        ApiError::Http { error: cause, .. } => Failure { message: error.to_string(), ..of_http(cause) },
        ApiError::Refused { status, .. } => {
            let status = *status;
            let refused = match status {
                401 => failure(ErrorCode::Unauthorized)
                    .hint("The token has expired, was revoked or belongs to another GitLab: make a new one."),
                403 => failure(ErrorCode::Forbidden).hint("Give a token with the scope read_api."),
                404 => failure(ErrorCode::NotFound).hint(format!("Look at the address again. {WITH_TOKEN}")),
                429 => failure(ErrorCode::RateLimited),
                500.. => failure(ErrorCode::Server).hint("GitLab itself is in trouble; ask again later."),
                _ => failure(ErrorCode::BadAnswer),
            };
            Failure { status: Some(status), ..refused }
        }
        ApiError::Shape { .. } => failure(ErrorCode::BadAnswer)
            .hint("Give the address of a project of a GitLab, such as https://gitlab.com/group/name."),
        ApiError::Query(_) => failure(ErrorCode::BadAnswer),
        ApiError::Unreadable(_) => failure(ErrorCode::Incomplete),
        ApiError::Moved => failure(ErrorCode::Moved).hint("Ask again."),
    }
}

fn of_http(error: &HttpError) -> Failure {
    let failure = |code| Failure::new(code, error.to_string());
    match error {
        HttpError::RequestLimit => failure(ErrorCode::RequestLimit).hint("Allow more requests (maxRequests)."),
        HttpError::Deadline => failure(ErrorCode::Deadline).hint("Ask again."),
        HttpError::RateLimited { retry_at } => Failure {
            retry_at: *retry_at,
            status: Some(429),
            ..failure(ErrorCode::RateLimited).hint(match retry_at {
                Some(_) => "Wait until then, or give a token, with which most GitLabs permit more.",
                // A browser does not show a page when that is.
                None => "Wait a few minutes, or give a token, with which most GitLabs permit more.",
            })
        },
        HttpError::Elsewhere { .. } | HttpError::TooManyRedirects => failure(ErrorCode::Redirected),
        HttpError::Cancelled => failure(ErrorCode::Cancelled),
        HttpError::Transport(TransportError::Unreachable { .. }) => {
            failure(ErrorCode::Unreachable).hint("Look at the address, and whether you are online.")
        }
        HttpError::Transport(TransportError::TimedOut) => failure(ErrorCode::TimedOut).hint("Ask again later."),
        HttpError::Transport(TransportError::CutOff { .. }) => failure(ErrorCode::Unreachable).hint("Ask again."),
        HttpError::Transport(TransportError::TooLarge { .. }) => failure(ErrorCode::TooLarge),
        HttpError::Transport(TransportError::Other { .. }) => failure(ErrorCode::BadAnswer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16) -> SourceError {
        let (endpoint, message) = ("GET /projects/:id".to_owned(), "no".to_owned());
        ApiError::Refused { endpoint, status, message, scope: None }.into()
    }

    fn http(error: HttpError) -> SourceError {
        ApiError::Http { endpoint: "GET /projects/:id".to_owned(), error }.into()
    }

    #[test]
    fn every_failure_has_its_code() {
        use ErrorCode as Code;
        let unreachable = TransportError::Unreachable { host: "gitlab.example.org".into(), reason: "no".into() };
        for (error, code) in [
            (SourceError::UnknownRevision { revision: "x".into(), hint: None }, Code::UnknownRevision),
            (SourceError::Empty, Code::Empty),
            (SourceError::Incomplete("a part".into()), Code::Incomplete),
            (SourceError::failed("it", "that"), Code::Incomplete),
            (refused(401), Code::Unauthorized),
            (refused(403), Code::Forbidden),
            (refused(404), Code::NotFound),
            (refused(422), Code::BadAnswer),
            (refused(503), Code::Server),
            (http(HttpError::RateLimited { retry_at: Some(7) }), Code::RateLimited),
            (http(HttpError::RequestLimit), Code::RequestLimit),
            (http(HttpError::Deadline), Code::Deadline),
            (http(HttpError::TooManyRedirects), Code::Redirected),
            (http(HttpError::Cancelled), Code::Cancelled),
            (http(HttpError::Transport(unreachable)), Code::Unreachable),
            (http(HttpError::Transport(TransportError::TimedOut)), Code::TimedOut),
            (http(HttpError::Transport(TransportError::TooLarge { limit: 1 })), Code::TooLarge),
            (ApiError::Moved.into(), Code::Moved),
            (ApiError::Query("no".into()).into(), Code::BadAnswer),
        ] {
            let failure = Failure::from(error);
            assert_eq!(failure.code, code, "{failure:?}");
            assert!(!failure.message.is_empty());
        }
        assert_eq!(Failure::from(http(HttpError::RateLimited { retry_at: Some(7) })).retry_at, Some(7));
        assert_eq!(Failure::from(refused(404)).status, Some(404));
    }
}

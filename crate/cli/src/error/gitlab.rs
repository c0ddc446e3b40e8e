//! What a person is told when GitLab does not answer what is asked.

use repin::source::SourceError;
use repin_forge::gitlab::ApiError;
use repin_forge::gitlab::location::Location;
use repin_forge::http::{HttpError, Origin, TransportError};

use super::Failure;

impl Failure {
    /// What a GitLab could not answer about the project at `location`; `token` is where the token was found.
    pub(crate) fn of_gitlab(error: &SourceError, location: &Location, token: Option<&str>) -> Self {
        let mut failure = Self::of_source(error, format!("the project {location}"));
        // An error from the middle of an answer does not say of what.
        if !failure.message.contains(&location.base) {
            failure.message = format!("the project {location} could not be read");
        }
        let cause = match error {
            SourceError::Failed { cause, .. } => cause.downcast_ref::<ApiError>(),
            _ => None,
        };
        match cause.and_then(|cause| advice(cause, location, token)) {
            Some(advice) => failure.hint(advice),
            None => failure,
        }
    }
}

/// What to do about it.
fn advice(error: &ApiError, location: &Location, token: Option<&str>) -> Option<String> {
    match error {
        ApiError::Http { error, .. } => of_http(error, location, token),
        ApiError::Refused { status: 401, .. } => Some(match token {
            Some(place) => format!("the token is that of {place}; make a new one there, with the scope read_api: {}", page(location)),
            None => no_token(location),
        }),
        ApiError::Refused { endpoint, status: 403, scope: Some(_), .. } if !endpoint.starts_with("GET") => {
            token.map(|place| format!("the token is that of {place}; give one with the scope api, made at {}", page(location)))
        }
        ApiError::Refused { status: 403, scope: Some(_), .. } => token.map(|place| {
            format!("the token is that of {place}; give one with the scope read_api, made at {}", page(location))
        }),
        ApiError::Refused { status: 403, .. } => token.map(|place| format!("the token is that of {place}")),
        ApiError::Refused { status: 404, .. } => Some(match token {
            // GitLab takes a job's token for few of its answers (facts/gitlab.md, 2, Auth).
            Some(place) if place.contains("CI_JOB_TOKEN") => {
                "the token is the job's CI_JOB_TOKEN, which GitLab does not take for projects that are not public; set GITLAB_TOKEN to a project access token with the scope read_api"
                    .to_owned()
            }
            Some(place) => format!("look at the address again; the token is that of {place}"),
            None => no_token(location),
        }),
        ApiError::Refused { status: 500.., .. } => Some("GitLab itself is in trouble; ask again later".to_owned()),
        ApiError::Shape { .. } => {
            Some("give the address of a project of a GitLab, such as https://gitlab.com/group/name".to_owned())
        }
        ApiError::Refused { .. } | ApiError::Query(_) | ApiError::Unreadable(_) | ApiError::Moved => None,
    }
}

fn of_http(error: &HttpError, location: &Location, token: Option<&str>) -> Option<String> {
    match error {
        HttpError::RequestLimit => {
            Some("allow more requests, with `--max-requests N` or `--max-requests none`".to_owned())
        }
        HttpError::Deadline => Some("ask again; `--max-requests none` also waits longer".to_owned()),
        HttpError::RateLimited { .. } if token.is_none() => {
            Some(format!("wait, or give a token, with which most GitLabs permit more: {HOW_TO_GIVE}"))
        }
        HttpError::RateLimited { .. } => Some("wait until then, and ask again".to_owned()),
        // What to do about an authority that is not known is said with the cause.
        HttpError::Transport(TransportError::Unreachable { reason, .. }) if reason.contains("SSL_CERT_FILE") => None,
        HttpError::Transport(TransportError::Unreachable { reason, .. }) if reason.contains("certificate") => Some(
            "whoever runs that server has to mend its certificate; repin asks no server that it cannot be sure of"
                .to_owned(),
        ),
        HttpError::Transport(TransportError::Unreachable { .. }) => Some(format!(
            "look at the address {} again, and whether this machine reaches it (HTTPS_PROXY names a proxy)",
            location.base
        )),
        HttpError::Transport(TransportError::TimedOut | TransportError::CutOff { .. }) => {
            Some("ask again later".to_owned())
        }
        HttpError::Elsewhere { .. } | HttpError::TooManyRedirects | HttpError::Transport(_) | HttpError::Cancelled => {
            None
        }
    }
}

const HOW_TO_GIVE: &str = "GITLAB_TOKEN, or `--token-file FILE`";

fn no_token(location: &Location) -> String {
    let is_open = Origin::of(&location.base).is_some_and(|origin| !origin.is_encrypted() && !origin.is_loopback());
    if is_open {
        return "look at the address again; if the project is private, name it by https://, since no token is sent without encryption"
            .to_owned();
    }
    format!(
        "look at the address again; if the project is private, give a token with the scope read_api ({HOW_TO_GIVE}), made at {}",
        page(location)
    )
}

/// Where GitLab makes tokens.
fn page(location: &Location) -> String {
    format!("{}/-/user_settings/personal_access_tokens", location.base)
}

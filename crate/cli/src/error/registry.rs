//! What a person is told when a registry does not do what it should.

use repin_forge::http::HttpError;
use repin_forge::registry::{Action, RegistryError, RetagError};

use super::Failure;

impl Failure {
    /// What could not be done, as the registry did not do its part; and what to do about it.
    pub(crate) fn of_registry(what: &str, error: RegistryError) -> Self {
        let failure = Self::new(what).because(&error);
        match advice(&RetagError::Registry(error)) {
            Some(advice) => failure.hint(advice),
            None => failure,
        }
    }

    /// Why an image was not tagged, and what to do about it.
    pub(crate) fn of_retag(error: &RetagError) -> Self {
        let failure = Self::new(error.to_string());
        match advice(error) {
            Some(advice) => failure.hint(advice),
            None => failure,
        }
    }
}

fn advice(error: &RetagError) -> Option<String> {
    match error {
        RetagError::Occupied { .. } => Some(
            "look at which of both is right (repin resolve says so of each commit); --force gives the tag to the other image"
                .to_owned(),
        ),
        RetagError::NotMounted { reference } => Some(format!("use the image where it is: {reference}")),
        RetagError::NoImage { .. } | RetagError::Registry(RegistryError::Digest { .. }) => {
            Some("somebody changed it meanwhile; ask again".to_owned())
        }
        RetagError::Registry(RegistryError::NotAllowed(refusal)) => Some(match refusal.action {
            Action::Push => {
                "give a login that may push: `docker login`, or REPIN_REGISTRY_USER and REPIN_REGISTRY_PASSWORD; of GitLab that is a token with the scopes read_registry and write_registry, or a job's own"
                    .to_owned()
            }
            Action::Read => {
                "give a login that may read it: `docker login`, or REPIN_REGISTRY_USER and REPIN_REGISTRY_PASSWORD"
                    .to_owned()
            }
        }),
        // What to do is said with it.
        RetagError::Registry(RegistryError::Http { error: HttpError::Elsewhere { .. }, .. }) => None,
        RetagError::Registry(RegistryError::Http { error, .. }) => Some(match error {
            HttpError::RequestLimit => "allow more requests, with `--max-requests N` or `--max-requests none`".to_owned(),
            _ => "run it again: what was done is kept, and the rest follows".to_owned(),
        }),
        RetagError::Strange { .. } | RetagError::Registry(_) => None,
    }
}

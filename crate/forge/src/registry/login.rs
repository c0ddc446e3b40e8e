//! Who asks.

use crate::gitlab::token::Secret;
use crate::http::Origin;

/// How far a login may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It was made for this registry: it goes to the registry itself, and to a server of its family that gives the
    /// registry's tokens (see [`is_family`](super::is_family)).
    Registry,
    /// It is one of the GitLab there, and goes to this server alone, not to the registry.
    Server(Origin),
}

/// A name and a password. What Rust prints of it has no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The name.
    pub user: String,
    /// The password, or a token.
    pub password: Secret,
    /// Where it was found, for people: `the environment variable CI_JOB_TOKEN`.
    pub place: String,
    /// How far it may go.
    pub reach: Reach,
    /// One more server that it may go to, because the person says so.
    pub realm: Option<Origin>,
}

/// What a search for a login found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundLogin {
    /// The login; `None`: one asks as nobody in particular.
    pub login: Option<Login>,
    /// Logins that there are, but could not be used, and why: sentences for people.
    pub passed_over: Vec<String>,
}

/// Where logins come from. It is asked once a registry wants to know who asks, and no earlier: to find a login can take a
/// while.
pub trait Logins {
    /// The login for the registry of this name in references.
    fn find(&self, registry: &str) -> FoundLogin;
}

/// Nobody in particular.
impl Logins for () {
    fn find(&self, _registry: &str) -> FoundLogin {
        FoundLogin::default()
    }
}

/// Always the same.
impl Logins for Option<Login> {
    fn find(&self, _registry: &str) -> FoundLogin {
        FoundLogin { login: self.clone(), passed_over: Vec::new() }
    }
}

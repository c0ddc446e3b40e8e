//! Where the command finds the login for a registry. Never on the command line itself, which other users of a machine can
//! see.
//!
//! In this order, the first that there is: `REPIN_REGISTRY_USER` and `REPIN_REGISTRY_PASSWORD`; within a CI job that job's
//! own, for its own registry; docker's configuration and its credential helpers; the token for the project's GitLab, for
//! that GitLab's registry.
//!
//! A repository can name any registry in its files. So what is for no registry in particular goes to those alone that the
//! person, or the project's own server, names.

use std::path::PathBuf;
use std::rc::Rc;

use repin_forge::gitlab::token::{Secret, TokenKind};
use repin_forge::http::Origin;
use repin_forge::registry::{FoundLogin, Login, Logins, Reach, is_family};

use crate::token::{self, Surroundings};
use repin::text::safe;

mod docker;

const USER: &str = "REPIN_REGISTRY_USER";
const PASSWORD: &str = "REPIN_REGISTRY_PASSWORD";
const HOST: &str = "REPIN_REGISTRY_HOST";
const REALM: &str = "REPIN_REGISTRY_REALM";

/// What the person, or the project's own server, says of the project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    /// Hosts of registries that are meant.
    pub(crate) hosts: Vec<String>,
    /// Its GitLab: `https://gitlab.example.org`.
    pub(crate) server: Option<String>,
    /// Its path there.
    pub(crate) path: Option<String>,
    /// The file that has the token for the GitLab.
    pub(crate) token_file: Option<PathBuf>,
    /// The token itself, where it was looked for already.
    pub(crate) token: Option<token::Found>,
}

type Variables = Rc<dyn Fn(&str) -> Option<String>>;

/// What is looked at.
#[derive(Clone)]
pub(crate) struct Around {
    /// The environment.
    env: Variables,
    /// The user's folder.
    home: Option<PathBuf>,
}

impl Around {
    /// That of this process.
    pub(crate) fn of_process() -> Self {
        let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
        Self { env: Rc::new(|name| std::env::var(name).ok()), home }
    }

    /// A variable that is set and not empty.
    fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }
}

/// The search for the login of a registry.
#[derive(Clone)]
pub(crate) struct Search {
    own: Own,
    around: Around,
}

impl Search {
    pub(crate) fn new(own: Own, around: Around) -> Self {
        Self { own, around }
    }
}

impl Logins for Search {
    fn find(&self, registry: &str) -> FoundLogin {
        let mut passed_over = Vec::new();
        let login = self
            .variables(registry, &mut passed_over)
            .or_else(|| self.job(registry))
            .or_else(|| docker::find(registry, &self.around, &mut passed_over))
            .or_else(|| self.gitlab(registry, &mut passed_over));
        let realm = self.around.variable(REALM).and_then(|text| {
            let realm = Origin::of(&text);
            if realm.is_none() {
                passed_over.push(format!("{REALM}={} is no address of a server (https://HOST)", safe(&text)));
            }
            realm
        });
        FoundLogin { login: login.map(|login| Login { realm, ..login }), passed_over }
    }
}

impl Search {
    /// What was set for this.
    fn variables(&self, registry: &str, passed_over: &mut Vec<String>) -> Option<Login> {
        let (user, password) = match (self.around.variable(USER), self.around.variable(PASSWORD)) {
            (Some(user), Some(password)) => (user, password),
            (None, None) => return None,
            (Some(_), None) => {
                passed_over.push(format!("{USER} is set, and {PASSWORD} is not"));
                return None;
            }
            (None, Some(_)) => {
                passed_over.push(format!("{PASSWORD} is set, and {USER} is not"));
                return None;
            }
        };
        match self.around.variable(HOST) {
            Some(host) if same(&host, registry) => {}
            None if self.own.hosts.iter().any(|host| same(host, registry)) => {}
            Some(host) => {
                passed_over.push(format!("{USER} is for the host {HOST}={}", safe(&host)));
                return None;
            }
            None => {
                passed_over.push(format!(
                    "{USER} was not used, since only the repository's own files name this registry ({HOST}={registry} permits it)"
                ));
                return None;
            }
        }
        Some(login(user, password, &format!("the environment variable {USER}"), Reach::Registry))
    }

    /// What a CI job has for the registry of its own GitLab.
    fn job(&self, registry: &str) -> Option<Login> {
        self.around.variable("CI_REGISTRY").filter(|own| same(own, registry))?;
        let server = self.around.variable("CI_SERVER_URL").and_then(|url| Origin::of(&url));
        let reach = server.map_or(Reach::Registry, Reach::Server);
        let given = self.around.variable("CI_REGISTRY_USER").zip(self.around.variable("CI_REGISTRY_PASSWORD"));
        if let Some((user, password)) = given {
            return Some(login(user, password, "the job's CI_REGISTRY_USER", reach));
        }
        let token = self.around.variable("CI_JOB_TOKEN")?;
        Some(login("gitlab-ci-token".to_owned(), token, "the job's CI_JOB_TOKEN", reach))
    }

    /// The token for the project's GitLab, where the registry certainly is that GitLab's.
    fn gitlab(&self, registry: &str, passed_over: &mut Vec<String>) -> Option<Login> {
        let base = self.own.server.as_deref()?;
        let server = Origin::of(base)?;
        let at = Origin::of(&format!("https://{registry}"))?;
        if !self.own.hosts.iter().any(|host| same(host, registry)) && !is_family(&at, &server) {
            return None;
        }
        if let Some(found) = &self.own.token {
            return Some(of_token(found, server));
        }
        let env = |name: &str| (self.around.env)(name);
        let around = Surroundings { env: &env, home: self.around.home.clone() };
        match token::find(base, self.own.path.as_deref(), self.own.token_file.as_deref(), &around) {
            Ok(found) => Some(of_token(&found?, server)),
            Err(failure) => {
                passed_over.push(failure.message().to_owned());
                None
            }
        }
    }
}

/// The login that a token for a GitLab is.
fn of_token(found: &token::Found, server: Origin) -> Login {
    let user = if found.token.kind == TokenKind::Job { "gitlab-ci-token" } else { "oauth2" };
    login(user.to_owned(), found.token.secret.expose().to_owned(), &found.place, Reach::Server(server))
}

fn login(user: String, password: String, place: &str, reach: Reach) -> Login {
    Login { user, password: Secret::new(password), place: place.to_owned(), reach, realm: None }
}

/// Whether both name one registry.
fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests;

//! Who asks, and what they may see (facts, 2: Auth).

use serde_json::json;

use super::model::{Access, Kind, Reach, Scope, Token, Version, Visibility};
use super::reply::Reply;
use super::request::Request;
use super::state::Stored;

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The token, if one was sent and is valid; without, the caller is anonymous.
    pub token: Option<Token>,
}

/// A token as sent: the kinds that its header can hold, and the secret.
struct Sent<'a> {
    kinds: &'static [Kind],
    secret: &'a str,
}

fn sent(request: &Request) -> Option<Sent<'_>> {
    const PRIVATE: &[Kind] = &[Kind::Personal, Kind::Project];
    const BEARER: &[Kind] = &[Kind::Personal, Kind::Project, Kind::OAuth];
    let full = |value: &&str| !value.is_empty();
    let private = request.header("private-token").or_else(|| request.param("private_token")).filter(full);
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    private
        .map(|secret| Sent { kinds: PRIVATE, secret })
        .or_else(|| bearer.filter(full).map(|secret| Sent { kinds: BEARER, secret }))
        .or_else(|| request.header("job-token").filter(full).map(|secret| Sent { kinds: &[Kind::Job], secret }))
}

/// Whether the request carries a token. An empty header is none.
pub(crate) fn has_token(request: &Request) -> bool {
    sent(request).is_some() || request.header("authorization").is_some_and(|value| value.starts_with("Basic "))
}

impl Caller {
    /// Who sent the request.
    ///
    /// # Errors
    /// The token is not known, is of another kind than its header, or has expired: 401.
    pub(crate) fn of(request: &Request, tokens: &[Token]) -> Result<Self, Reply> {
        let Some(Sent { kinds, secret }) = sent(request) else { return Ok(Self::default()) };
        let known = tokens.iter().find(|token| token.secret == secret && kinds.contains(&token.kind));
        let token = known.ok_or_else(Reply::unauthorized)?;
        if token.expired {
            let description = "Token is expired. You can either do re-authorization or token refresh.";
            return Err(Reply::json(401, &json!({ "error": "invalid_token", "error_description": description })));
        }
        Ok(Self { token: Some(token.clone()) })
    }

    /// The caller behind a git client's user name and password: any token that can read repositories is a password.
    pub(crate) fn of_password(secret: &str, tokens: &[Token]) -> Option<Self> {
        let token = tokens.iter().find(|token| token.secret == secret && !token.expired)?;
        Some(Self { token: Some(token.clone()) })
    }

    /// A job token is not looked at where the endpoint does not take one: the caller is then anonymous.
    pub(crate) fn on(self, route: &[&str], version: Version) -> Self {
        match &self.token {
            Some(token) if token.kind == Kind::Job && !takes_job_tokens(route, version) => Self::default(),
            _ => self,
        }
    }

    /// Whether the token's scopes allow the endpoint.
    ///
    /// # Errors
    /// They do not: 403, with the scopes that would.
    pub(crate) fn check_scope(&self, route: &[&str], reads: bool) -> Result<(), Reply> {
        let Some(token) = self.token.as_ref().filter(|token| token.kind != Kind::Job) else { return Ok(()) };
        let allowed: &[Scope] = match route {
            _ if !reads => &[Scope::Api],
            ["projects", _, "repository", "files", ..] => &[Scope::Api, Scope::ReadApi, Scope::ReadRepository],
            ["user"] => &[Scope::Api, Scope::ReadApi, Scope::ReadUser],
            ["personal_access_tokens", "self"] => return Ok(()),
            _ => &[Scope::Api, Scope::ReadApi],
        };
        if token.scopes.iter().any(|scope| allowed.contains(scope)) {
            return Ok(());
        }
        let names: Vec<_> = allowed.iter().map(|scope| scope.text()).collect();
        let refusal = json!({
            "error": "insufficient_scope",
            "error_description": "The request requires higher privileges than provided by the access token.",
            "scope": names.join(" "),
        });
        Err(Reply::json(403, &refusal))
    }

    /// Whether the caller is a member of the project.
    pub(crate) fn is_member(&self, project: &Stored) -> bool {
        self.token.as_ref().is_some_and(|token| match &token.projects {
            Reach::All => true,
            Reach::Only(ids) => ids.contains(&project.id),
        })
    }

    /// Whether the caller sees the project at all.
    pub(crate) fn sees(&self, project: &Stored) -> bool {
        match project.data.visibility {
            Visibility::Public => true,
            Visibility::Internal => self.token.is_some(),
            Visibility::Private => self.is_member(project),
        }
    }

    /// Whether the caller may use a part of a project that they see.
    pub(crate) fn may_use(&self, project: &Stored, part: Access) -> bool {
        match part {
            Access::Enabled => true,
            Access::Private => self.is_member(project),
            Access::Disabled => false,
        }
    }

    /// Whether the caller sees the project's container registry. A job token sees that of its own project alone.
    pub(crate) fn sees_registry(&self, project: &Stored) -> bool {
        let own = match &self.token {
            Some(Token { kind: Kind::Job, projects: Reach::Only(ids), .. }) => ids.first() == Some(&project.id),
            _ => true,
        };
        own && self.may_use(project, project.data.container_registry)
    }
}

fn takes_job_tokens(route: &[&str], version: Version) -> bool {
    match route {
        ["projects", _, "registry", ..] | ["registry", ..] => true,
        ["projects", _, "repository", "commits"]
        | ["projects", _, "repository", "commits", _]
        | ["projects", _, "repository", "files", ..] => version >= Version::V17,
        _ => false,
    }
}

//! How a request gets through: without a word, with Basic authentication, or with a token.

use base64ct::{Base64, Encoding as _};

use super::challenge::Challenge;
use super::error::{Action, NotAllowed, RegistryError, refused, said, what};
use super::login::{FoundLogin, Login, Logins, Reach};
use super::token::{Claims, Reply, Scope, Token};
use super::{Registry, realm};
use crate::gitlab::token::Secret;
use crate::http::address::escape;
use crate::http::{Call, Origin, Response, Transport};

/// The longest answer of a token server.
const LONGEST: usize = 1 << 20;
/// The variable that permits a further server to be told a login.
const VARIABLE: &str = "REPIN_REGISTRY_REALM";

/// What is known of how the registry lets people in.
#[derive(Default)]
pub(super) struct Auth {
    way: Way,
    tokens: Vec<Token>,
    /// Who asks, once that was looked for.
    found: Option<FoundLogin>,
    /// Where the login comes from that was last sent.
    place: Option<String>,
}

#[derive(Clone, Default)]
enum Way {
    /// Everybody gets through, or nobody has asked yet.
    #[default]
    Open,
    Basic,
    Bearer {
        realm: String,
        service: Option<String>,
    },
}

impl<T: Transport, L: Logins> Registry<T, L> {
    /// Asks, as whoever the registry lets through, and gives any answer but 401 and 403.
    pub(super) async fn ask(&self, call: Call, scopes: &[Scope]) -> Result<Response, RegistryError> {
        let mut was_challenged = false;
        loop {
            let authorization = self.authorization(scopes).await?;
            let has_said_who = authorization.is_some();
            let mut call = call.clone();
            if let Some(secret) = authorization {
                call = call.header("Authorization", secret.expose());
            }
            let question = what(&call);
            let sent = self.client.send(call).await;
            let response = sent.map_err(|error| RegistryError::Http { what: question.clone(), error })?;
            match response.status {
                401 if !was_challenged => was_challenged = true,
                401 | 403 => return Err(self.not_allowed(scopes, said(&response.body))),
                _ => return Ok(response),
            }
            self.learn(&response, question, scopes, has_said_who)?;
        }
    }

    /// Takes up what a 401 wants.
    fn learn(
        &self,
        response: &Response,
        what: String,
        scopes: &[Scope],
        has_said_who: bool,
    ) -> Result<(), RegistryError> {
        let challenge = response.headers.get("www-authenticate").and_then(Challenge::parse);
        let Some(challenge) = challenge else { return Err(refused(what, response)) };
        let way = match challenge {
            // A password does not become right by being sent again; a token can have become too old.
            Challenge::Basic if has_said_who => return Err(self.not_allowed(scopes, said(&response.body))),
            Challenge::Bearer { error: Some(error), .. } if has_said_who && error == "insufficient_scope" => {
                return Err(self.not_allowed(scopes, said(&response.body)));
            }
            Challenge::Basic => Way::Basic,
            Challenge::Bearer { realm, service, .. } => {
                if let Some(problem) = realm::problem(&self.origin, &realm) {
                    return Err(self.realm_error(&realm, problem.to_owned()));
                }
                Way::Bearer { realm, service }
            }
        };
        let mut auth = self.auth.borrow_mut();
        auth.tokens.retain(|token| !token.covers(scopes));
        auth.way = way;
        Ok(())
    }

    /// The value of the header that lets a request through.
    async fn authorization(&self, scopes: &[Scope]) -> Result<Option<Secret>, RegistryError> {
        let way = self.auth.borrow().way.clone();
        match way {
            Way::Open => Ok(None),
            Way::Basic => match self.login_for(&self.base)? {
                Some(login) => Ok(Some(basic(&login))),
                None => Err(self.not_allowed(scopes, None)),
            },
            Way::Bearer { realm, service } => {
                let now = self.client.transport().now();
                let known = self.auth.borrow().tokens.iter().find(|one| one.until > now && one.covers(scopes)).cloned();
                let token = match known {
                    Some(token) => token,
                    None => self.fetch(&realm, service.as_deref(), scopes).await?,
                };
                Ok(Some(Secret::new(format!("Bearer {}", token.secret.expose()))))
            }
        }
    }

    /// Fetches a token for all the scopes, and looks into it.
    async fn fetch(&self, realm: &str, service: Option<&str>, scopes: &[Scope]) -> Result<Token, RegistryError> {
        let mut url = realm.split('#').next().unwrap_or_default().to_owned();
        let texts: Vec<String> = scopes.iter().map(Scope::text).collect();
        let query = service.map(|service| ("service", service)).into_iter();
        for (name, value) in query.chain(texts.iter().map(|text| ("scope", text.as_str()))) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            escape(value, &mut url);
        }
        let mut call = Call { max_bytes: Some(LONGEST), ..Call::get(url) };
        if let Some(login) = self.login_for(realm)? {
            call = call.header("Authorization", basic(&login).expose());
        }
        let what = what(&call);
        let sent = self.client.send(call).await;
        let response = sent.map_err(|error| RegistryError::Http { what: what.clone(), error })?;
        match response.status {
            200..=299 => {}
            401 | 403 => return Err(self.not_allowed(scopes, said(&response.body))),
            _ => return Err(refused(what, &response)),
        }
        let shape = |problem: &str| RegistryError::Shape { what: what.clone(), problem: problem.to_owned() };
        let reply: Reply = serde_json::from_slice(&response.body).map_err(|_| shape("it is not what gives a token"))?;
        let text = reply.text().ok_or_else(|| shape("there is no token in it"))?;
        let claims = Claims::of(text);
        if let Some((scope, action)) = claims.as_ref().and_then(|claims| claims.lacks(scopes)) {
            return Err(self.may_not(&scope.repository, action, None));
        }
        let until = self.client.transport().now().saturating_add(reply.lifetime(claims.as_ref()));
        let token = Token { secret: Secret::new(text), scopes: scopes.to_vec(), until };
        self.auth.borrow_mut().tokens.push(token.clone());
        Ok(token)
    }

    /// The login, as far as it may be sent to this address.
    fn login_for(&self, address: &str) -> Result<Option<Login>, RegistryError> {
        let mut auth = self.auth.borrow_mut();
        let found = auth.found.get_or_insert_with(|| self.logins.find(&self.host));
        let (Some(login), Some(to)) = (found.login.clone(), Origin::of(address)) else {
            auth.place = None;
            return Ok(None);
        };
        let may_go = login.realm.as_ref() == Some(&to)
            || match &login.reach {
                Reach::Registry => is_family_of(&self.origin, &to),
                Reach::Server(server) => *server == to,
            };
        if may_go {
            auth.place = Some(login.place.clone());
            return Ok(Some(login));
        }
        match &login.reach {
            Reach::Registry => {
                let problem = format!(
                    "the login of {} was made for the registry, and is not sent there; if that server is right, permit it with {VARIABLE}={to}",
                    login.place
                );
                Err(self.realm_error(address, problem))
            }
            // It may be that everybody is let in.
            Reach::Server(server) => {
                let why = format!(
                    "the login of {} is for {server}, and is not sent to {to} ({VARIABLE}={to} permits it)",
                    login.place
                );
                if !found.passed_over.contains(&why) {
                    found.passed_over.push(why);
                }
                auth.place = None;
                Ok(None)
            }
        }
    }

    fn realm_error(&self, realm: &str, problem: String) -> RegistryError {
        RegistryError::Realm { registry: self.host.clone(), realm: realm.to_owned(), problem }
    }

    /// That the first of these was refused: to push, where that was asked for.
    fn not_allowed(&self, scopes: &[Scope], said: Option<String>) -> RegistryError {
        let scope = scopes.iter().find(|scope| scope.push).or(scopes.first());
        let repository = scope.map_or("", |scope| &scope.repository);
        let action = if scope.is_some_and(|scope| scope.push) { Action::Push } else { Action::Read };
        self.may_not(repository, action, said)
    }

    fn may_not(&self, repository: &str, action: Action, said: Option<String>) -> RegistryError {
        let auth = self.auth.borrow();
        RegistryError::NotAllowed(Box::new(NotAllowed {
            registry: self.host.clone(),
            repository: repository.to_owned(),
            action,
            place: auth.place.clone(),
            said,
            passed_over: auth.found.as_ref().map(|found| found.passed_over.clone()).unwrap_or_default(),
        }))
    }
}

/// Whether a login that was made for a registry may go there.
fn is_family_of(registry: &Origin, to: &Origin) -> bool {
    (to.is_encrypted() || to.is_loopback()) && realm::is_family(registry, to)
}

/// RFC 7617.
fn basic(login: &Login) -> Secret {
    let pair = format!("{}:{}", login.user, login.password.expose());
    Secret::new(format!("Basic {}", Base64::encode_string(pair.as_bytes())))
}

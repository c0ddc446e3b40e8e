//! A real registry beside the stand-in: who may use it, and what it holds.
//!
//! `/jwt/auth` gives the registry's tokens (facts, 4); the registry's tags, digests and dates take the place of those that the
//! projects were given, whenever a request asks for them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use data_encoding::BASE64;

use super::access::Caller;
use super::model::{Access, Kind, RegistryTag, Repository, Scope, Token, Visibility};
use super::reply::Reply;
use super::request::Request;
use super::rest::registry::path;
use super::server::Server;
use super::state::{State, Stored};
use crate::registry::{Account, Registry, Signer};
use crate::{Error, Result};

/// How long somebody who was let in may push.
const PUSHES: Duration = Duration::from_mins(5);

/// The registry, and how far its tags are known.
pub(crate) struct Attached {
    registry: Arc<Registry>,
    /// Its name in a reference.
    host: String,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// When the registry was read, what it counted, and of which repositories; `None` before the first time.
    read: Option<(Instant, u64, Vec<u64>)>,
    /// Until when others may push without this process' knowledge.
    pushers: Option<Instant>,
    /// What does not change: the image of a digest.
    images: HashMap<(String, String), RegistryTag>,
}

impl Server {
    /// Serves `/jwt/auth` for a registry, and from now on its tags in place of those that the projects were given. Images lie
    /// below the path of their project; a repository of a project is shown if it was given or somebody was let in to push to it.
    ///
    /// ```no_run
    /// use std::sync::Arc;
    /// use repin_sandbox::gitlab::{Options, Server};
    /// use repin_sandbox::registry::Registry;
    /// let server = Server::start(Options::default())?;
    /// let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url()))?);
    /// server.attach(Arc::clone(&registry));
    /// # Ok::<(), repin_sandbox::Error>(())
    /// ```
    pub fn attach(&self, registry: Arc<Registry>) {
        let own = self.url().trim_start_matches("http://").split('/').next().unwrap_or_default().to_owned();
        let host = if self.state().options.open_registry { own } else { registry.host().to_owned() };
        let attached = Attached { registry, host, known: Mutex::default() };
        self.state().lock().attached = Some(Arc::new(attached));
    }
}

/// The registry's own answer to a request below `/v2/`.
pub(crate) fn forward(attached: &Attached, request: &Request) -> Reply {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let sent = ["accept", "authorization", "content-type"].into_iter();
    let headers: Vec<(&str, &str)> = sent.filter_map(|name| Some((name, request.header(name)?))).collect();
    let url = format!("{}{}{query}", attached.registry.url(), request.path);
    let answer = match attached.registry.answer(&request.method, &url, &headers, &request.body) {
        Ok(answer) => answer,
        Err(error) => return Reply::from(error),
    };
    // What belongs to the connection is of this one, not of that.
    let own = ["content-length", "transfer-encoding", "connection", "date"];
    let kept = answer.headers().iter().filter(|(name, _)| !own.contains(&name.as_str()));
    let headers = kept.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    Reply { status: answer.status().as_u16(), headers: headers.collect(), body: answer.into_body() }
}

/// `GET /jwt/auth`.
pub(crate) fn authorize(state: &State, attached: &Attached, request: &Request) -> Reply {
    let tokens = state.lock().tokens.clone();
    let login = login(request);
    let caller = match &login {
        None => Some(Caller::default()),
        Some((_, secret)) => Caller::of_password(secret, &tokens),
    };
    let token = caller.as_ref().and_then(|caller| caller.token.as_ref());
    let account = match (&login, token) {
        (None, _) => Account::Anonymous,
        (Some(_), None) => Account::Refused,
        (Some((name, _)), Some(token)) => Account::Known { name, registry: !of_token(token).is_empty() },
    };
    let caller = caller.unwrap_or_default();
    let projects = state.projects();
    let allowed = |name: &str| allowed(&projects, &caller, name);
    let scopes: Vec<&str> =
        request.query.iter().filter(|(name, _)| name == "scope").map(|(_, scope)| scope.as_str()).collect();
    let service = request.param("service").unwrap_or_default();
    let signer: &Signer = attached.registry.signer();
    let reply = signer.authorize(account, service, &scopes, allowed, now());
    if reply.status == 200 {
        for (name, actions) in scopes.iter().flat_map(|scopes| scopes.split(' ')).filter_map(parts) {
            if actions.split(',').any(|action| action != "pull" && allowed(name).contains(&action)) {
                attached.known().pushers = Some(Instant::now() + PUSHES);
                make(state, name);
            }
        }
    }
    Reply::new(reply.status, "application/json", reply.body)
}

/// `repository:NAME:ACTIONS`.
fn parts(scope: &str) -> Option<(&str, &str)> {
    scope.strip_prefix("repository:")?.rsplit_once(':')
}

/// The name and the password that came with a request.
fn login(request: &Request) -> Option<(String, String)> {
    let encoded = request.header("authorization")?.strip_prefix("Basic ")?;
    let text = BASE64.decode(encoded.trim().as_bytes()).unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let (name, secret) = text.split_once(':').unwrap_or((&text, ""));
    Some((name.to_owned(), secret.to_owned()))
}

/// What a token may do in a registry at all.
fn of_token(token: &Token) -> Vec<&'static str> {
    let has = |scope| token.scopes.contains(&scope);
    match token.kind {
        Kind::Job => vec!["pull", "push", "delete"],
        _ if has(Scope::Api) => vec!["pull", "push", "delete", "*"],
        _ => {
            let pull = has(Scope::ReadRegistry).then_some("pull");
            pull.into_iter().chain(has(Scope::WriteRegistry).then_some("push")).collect()
        }
    }
}

/// What a caller may do with a repository of the registry.
fn allowed(projects: &[Arc<Stored>], caller: &Caller, name: &str) -> Vec<&'static str> {
    let Some(project) = owner(projects, name) else { return Vec::new() };
    if !caller.sees(project) || project.data.container_registry == Access::Disabled {
        return Vec::new();
    }
    let public = project.data.visibility == Visibility::Public && project.data.container_registry == Access::Enabled;
    let Some(token) = &caller.token else { return if public { vec!["pull"] } else { Vec::new() } };
    let may = of_token(token);
    if caller.is_member(project) && caller.sees_registry(project) {
        return may;
    }
    // Another project's: what everybody who sees it may do. A job's token goes no further than public ones.
    let open = if token.kind == Kind::Job { public } else { project.data.container_registry == Access::Enabled };
    if open && may.contains(&"pull") { vec!["pull"] } else { Vec::new() }
}

/// The project whose path the repository's name is, or begins with.
fn owner<'p>(projects: &'p [Arc<Stored>], name: &str) -> Option<&'p Arc<Stored>> {
    let owns = |project: &&Arc<Stored>| {
        let rest = name.strip_prefix(&project.data.path.to_lowercase());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    projects.iter().filter(owns).max_by_key(|project| project.data.path.len())
}

/// Whoever may push makes the repository known to its project.
fn make(state: &State, name: &str) {
    let projects = state.projects();
    let Some(project) = owner(&projects, name) else { return };
    let below = name.get(project.data.path.len()..).unwrap_or_default().trim_start_matches('/');
    if project.data.images.iter().all(|repository| repository.name != below) {
        let new = Repository { name: below.to_owned(), ..Repository::default() };
        state.lock().update(project.id, |project| project.images.push(new));
    }
}

/// Whether a request asks for what the registry holds.
pub(crate) fn concerns(request: &Request) -> bool {
    let graphql = request.path.trim_end_matches('/') == "/api/graphql";
    let asks = || String::from_utf8_lossy(&request.body).contains("ontainerRepositor");
    request.path.contains("/registry/repositories") || (graphql && asks())
}

impl Attached {
    /// The host in image names.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives every project the tags that the registry holds now.
    ///
    /// # Errors
    /// The registry does not answer.
    pub(crate) fn refresh(&self, state: &State) -> Result<()> {
        let mut known = self.known();
        let (begun, changes, projects) = (Instant::now(), self.registry.changes(), state.projects());
        let repositories: Vec<u64> =
            projects.iter().flat_map(|project| &project.data.images).map(|repository| repository.id).collect();
        let same = known.read.as_ref().is_some_and(|(at, counted, of)| {
            *counted == changes && *of == repositories && known.pushers.is_none_or(|until| until < *at)
        });
        if same {
            return Ok(());
        }
        for project in projects {
            let mut all = Vec::new();
            for repository in &project.data.images {
                let name = path(&project, repository);
                let tags = self.registry.tags(&name)?;
                let tags = tags.iter().map(|tag| self.tag(&mut known.images, &name, tag));
                all.push((repository.id, tags.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect::<Vec<_>>()));
            }
            if !all.is_empty() {
                state.lock().update(project.id, |project| {
                    for (id, tags) in all {
                        let mine = project.images.iter_mut().filter(|repository| repository.id == id);
                        mine.for_each(|repository| repository.tags.clone_from(&tags));
                    }
                });
            }
        }
        known.read = Some((begun, changes, repositories));
        Ok(())
    }

    /// A tag; nothing if it was deleted just now.
    fn tag(
        &self,
        images: &mut HashMap<(String, String), RegistryTag>,
        repository: &str,
        tag: &str,
    ) -> Result<Option<RegistryTag>> {
        let Some(digest) = self.registry.digest(repository, tag)? else { return Ok(None) };
        let key = (repository.to_owned(), digest);
        if let Some(image) = images.get(&key) {
            return Ok(Some(RegistryTag { name: tag.to_owned(), ..image.clone() }));
        }
        let Some(stored) = self.registry.image(repository, tag)? else { return Ok(None) };
        let created_at = stored.created_at.map(|text| date(&text)).transpose()?;
        let image = RegistryTag {
            name: tag.to_owned(),
            digest: stored.digest,
            created_at,
            revision: Some(stored.revision),
            total_size: Some(stored.total_size),
        };
        images.insert(key, image.clone());
        Ok(Some(image))
    }
}

/// As GitLab writes the dates of images.
fn date(text: &str) -> Result<String> {
    let instant: jiff::Timestamp =
        text.parse().map_err(|error| Error::new(format!("an image's date {text} is none: {error}")))?;
    Ok(instant.strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

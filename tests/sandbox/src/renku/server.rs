//! The two servers: what they know is one.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::error::{Answer, refusal};
use super::fault::{Kind, strike};
use super::log::Logged;
use super::state::State;
use super::{api, legacy, pages, sample};
use crate::Result;
use crate::gitlab::{self, Reach, Reply, Request, Scope, Server, Token};
use crate::listen::Listening;

/// A body is not longer than this.
const MAX_BODY: usize = 4 << 20;
/// Renku's token for the person on the GitLab.
const TOKEN: &str = "sandbox-renku-oauth-token";

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Two,
    Legacy,
}

impl Which {
    fn name(self) -> &'static str {
        match self {
            Self::Two => "renku",
            Self::Legacy => "renku-legacy",
        }
    }
}

/// A Renku 2 and a legacy Renku on loopback, until it is dropped.
pub struct Renku {
    state: Arc<State>,
    url: String,
    legacy_url: String,
    _listening: [Listening; 2],
}

impl Renku {
    /// Starts both, over a GitLab that has what [`projects`](super::projects) adds; they get a token there that sees what is
    /// ada's. Ports 0 take free ones.
    ///
    /// # Errors
    /// The GitLab lacks a project, a port is taken, or a thread cannot be started.
    pub fn start(gitlab: &Arc<Server>, port: u16, legacy_port: u16) -> Result<Self> {
        let ids = gitlab.paths().into_iter().filter(|(_, path)| path.starts_with("ada/")).map(|(id, _)| id).collect();
        gitlab.add_token(Token {
            secret: TOKEN.to_owned(),
            kind: gitlab::Kind::OAuth,
            scopes: vec![Scope::Api, Scope::ReadUser],
            projects: Reach::Only(ids),
            expired: false,
        });
        let world = sample::world(gitlab, TOKEN)?;
        let state = Arc::new(State::new(Arc::clone(gitlab), TOKEN.to_owned(), world));
        let listening = [(Which::Two, port), (Which::Legacy, legacy_port)].map(|(which, port)| {
            let state = Arc::clone(&state);
            Listening::start(which.name(), port, move |address| {
                let port = address.port();
                service_fn(move |request| serve(request, Arc::clone(&state), which, port))
            })
        });
        let [two, legacy] = listening;
        let (two, legacy) = (two?, legacy?);
        let url = |listening: &Listening| format!("http://localhost:{}", listening.address().port());
        Ok(Self { state, url: url(&two), legacy_url: url(&legacy), _listening: [two, legacy] })
    }

    /// The address of Renku 2, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address of the legacy Renku.
    pub fn legacy_url(&self) -> &str {
        &self.legacy_url
    }

    pub(crate) fn state(&self) -> &State {
        &self.state
    }
}

impl std::fmt::Debug for Renku {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renku").field("url", &self.url).field("legacy_url", &self.legacy_url).finish_non_exhaustive()
    }
}

/// One request. An error cuts the connection.
async fn serve(
    incoming: hyper::Request<Incoming>,
    state: Arc<State>,
    which: Which,
    port: u16,
) -> std::result::Result<Response<Full<Bytes>>, io::Error> {
    let (head, body) = incoming.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?.to_bytes();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let request = Request::read(&head, &body, &format!("http://localhost:{port}"));
    let names = [format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    if !request.header("host").is_some_and(|host| names.iter().any(|name| name == host)) {
        // A page whose name is made to mean 127.0.0.1.
        return respond(Reply::html(421, "421 Misdirected Request"));
    }
    let place = is_api(&request.path).then(|| {
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let (server, method) = (which.name(), request.method.clone());
        state.came(Logged { server, method, path: target.clone(), status: 0, body })
    });
    let struck = strike(&mut state.lock().faults, &request.method, &target);
    tokio::time::sleep(struck.latency).await;
    let cut = || Err(io::Error::other("cut on demand"));
    let reply = match struck.kind {
        Some(Kind::CutBeforeHeaders) => return cut(),
        Some(Kind::Status { status }) => refusal(status, "This went wrong on demand."),
        _ => {
            let worker = Arc::clone(&state);
            let work = move || answer(&worker, &request, which).unwrap_or_else(|refusal| refusal);
            tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| refusal(500, &error.to_string()))
        }
    };
    if struck.kind == Some(Kind::CutAfter) {
        return cut();
    }
    if let Some(place) = place {
        state.answered(place, reply.status);
    }
    respond(reply)
}

fn respond(reply: Reply) -> std::result::Result<Response<Full<Bytes>>, io::Error> {
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK));
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(reply.body.into())).map_err(io::Error::other)
}

/// Whether it is asked of an API, and not a page or a file of one.
fn is_api(path: &str) -> bool {
    path == "/config.json" || path.starts_with("/api/") || path.starts_with("/ui-server/")
}

fn answer(state: &State, request: &Request, which: Which) -> Answer {
    let segments = request.segments();
    let path: Vec<&str> = segments.iter().map(String::as_str).collect();
    match (which, &path[..]) {
        (Which::Two, ["config.json"]) => Ok(api::config(api::UI_VERSION)),
        (Which::Two, ["api", "data", rest @ ..]) => api::answer(state, request, rest),
        (Which::Two, rest) => Ok(pages::answer(state, request, rest)),
        (Which::Legacy, rest) => legacy::answer(state, request, rest),
    }
}

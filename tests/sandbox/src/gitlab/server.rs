//! The server: what it knows can be changed while it answers.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Response, StatusCode};

use super::access::{Caller, has_token};
use super::body::{Step, Stream};
use super::dispatch;
use super::fault::{Armed, Fault, FaultKind};
use super::log::Logged;
use super::model::{Comment, Options, Project, Token, Version};
use super::reply::Reply;
use super::request::{Request, parse_query};
use super::state::State;
use super::throttle::{Counter, Throttle};
use crate::Result;
use crate::listen::Listening;

/// A body of a request is not longer than this.
const MAX_BODY: usize = 64 << 20;

/// A GitLab on 127.0.0.1, until it is dropped.
pub struct Server {
    state: Arc<State>,
    /// Ends when the server is dropped.
    _listening: Listening,
}

impl Server {
    /// Starts a server without projects.
    ///
    /// # Errors
    /// The port is taken, or a thread cannot be started.
    pub fn start(options: Options) -> Result<Self> {
        let root = options.path.trim_matches('/');
        let root: Arc<str> = if root.is_empty() { "".into() } else { format!("/{root}").into() };
        let mut known = None;
        let listening = Listening::start("the GitLab stand-in", options.port, |address| {
            let state = Arc::new(State::new(options, format!("http://{address}{root}")));
            known = Some(Arc::clone(&state));
            service_fn(move |request| serve(request, Arc::clone(&state), Arc::clone(&root)))
        })?;
        let state = known.expect("the service is made where listening succeeds");
        Ok(Self { state, _listening: listening })
    }

    /// Its address with the relative root, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.state.base
    }

    /// What it knows.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Adds a project, and returns its number.
    pub fn add(&self, project: Project) -> u64 {
        self.state.lock().add(project)
    }

    /// Changes a project; false if there is none of that number.
    pub fn update(&self, id: u64, change: impl FnOnce(&mut Project)) -> bool {
        self.state.lock().update(id, change)
    }

    /// A project as it is now.
    pub fn project(&self, id: u64) -> Option<Project> {
        self.state.by_id(id).map(|stored| stored.data.clone())
    }

    /// Adds a token.
    pub fn add_token(&self, token: Token) {
        self.state.lock().tokens.push(token);
    }

    /// Takes a token away.
    pub fn revoke(&self, secret: &str) {
        self.state.lock().tokens.retain(|token| token.secret != secret);
    }

    /// Makes a token that of another user than Ada, by the user's number.
    pub fn set_user(&self, secret: &str, user: u64) {
        self.state.lock().users.push((secret.to_owned(), user));
    }

    /// All comments on commits, in the order in which they came.
    pub fn comments(&self) -> Vec<Comment> {
        self.state.lock().comments.clone()
    }

    /// Adds a comment, which gets the next number.
    pub fn add_comment(&self, mut comment: Comment) {
        let mut inner = self.state.lock();
        comment.id = inner.comments.last().map_or(1, |last| last.id + 1);
        inner.comments.push(comment);
    }

    /// Makes it another GitLab.
    pub fn set_version(&self, version: Version) {
        self.state.lock().version = version;
    }

    /// Whether there is GraphQL; without, its address answers 404.
    pub fn set_graphql(&self, there: bool) {
        self.state.lock().graphql = there;
    }

    /// Every request since the start or the last [`clear_log`](Self::clear_log), in the order in which they came.
    pub fn log(&self) -> Vec<Logged> {
        self.state.lock().log.clone()
    }

    /// Empties the log.
    pub fn clear_log(&self) {
        let mut inner = self.state.lock();
        inner.log.clear();
        inner.log_age += 1;
    }

    /// Lets something go wrong from now on.
    pub fn fault(&self, fault: Fault) {
        self.state.lock().faults.push(Armed::new(fault));
    }

    /// Counts requests from now on, and refuses those that are too many; `None` ends it.
    pub fn throttle(&self, throttle: Option<Throttle>) {
        self.state.lock().throttle = throttle.map(Counter::new);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.state.lock().faults.clear();
    }

    /// Lets `handler` answer everything at `path` (below the relative root) and below it, before the stand-in does. The caller is
    /// anonymous where the token is none of the REST API's.
    pub fn mount(&self, path: &str, handler: impl Fn(&Request, &Caller) -> Reply + Send + Sync + 'static) {
        let path = format!("/{}", path.trim_matches('/'));
        self.state.lock().mounts.push((path, Arc::new(handler)));
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &self.state.base).finish_non_exhaustive()
    }
}

/// One request. An error cuts the connection.
async fn serve(
    incoming: hyper::Request<Incoming>,
    state: Arc<State>,
    root: Arc<str>,
) -> std::result::Result<Response<Stream>, io::Error> {
    let (head, body) = incoming.into_parts();
    let body = Limited::new(body, MAX_BODY).collect().await.map_err(io::Error::other)?.to_bytes();
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let below = head.uri.path().strip_prefix(&*root).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let request = Request {
        method: head.method.as_str().to_owned(),
        path: below.unwrap_or_default().to_owned(),
        query: parse_query(head.uri.query().unwrap_or_default()),
        headers: headers(&head.headers),
        body: body.to_vec(),
        base: state.base.clone(),
    };
    let place = state.came(Logged {
        method: request.method.clone(),
        path_and_query: target.clone(),
        had_auth: has_token(&request),
        body: String::from_utf8_lossy(&body).into_owned(),
        ..Logged::default()
    });
    let faults: Vec<_> = state.lock().faults.iter_mut().filter_map(|armed| armed.strikes(&target)).collect();
    let mut fault = None;
    for kind in faults {
        match kind {
            FaultKind::Latency(time) => tokio::time::sleep(time).await,
            other => fault = fault.or(Some(other)),
        }
    }
    if fault == Some(FaultKind::CutBeforeHeaders) {
        return Err(io::Error::other("cut on demand"));
    }
    let known = below.is_some();
    let (worker, wrong) = (Arc::clone(&state), fault.clone());
    let reply = tokio::task::spawn_blocking(move || {
        if known { dispatch::answer(&worker, request, wrong.as_ref()) } else { Reply::html(404, "404 Not Found") }
    });
    let reply = reply.await.unwrap_or_else(|error| Reply::message(500, &format!("500 Internal Server Error: {error}")));
    state.answered(place, reply.status);
    let mut response = Response::builder().status(StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK));
    for (name, value) in &reply.headers {
        response = response.header(name, value);
    }
    let (steps, length) = plan(reply.body.into(), fault.as_ref());
    response.body(Stream::new(steps, length, state, place)).map_err(io::Error::other)
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let pairs = map.iter();
    pairs
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}

/// How a body goes out.
fn plan(body: Bytes, fault: Option<&FaultKind>) -> (Vec<Step>, Option<u64>) {
    let length = Some(body.len() as u64);
    match fault {
        Some(FaultKind::CutInBody) => {
            // Without the pause the first half would be thrown away with the connection.
            let half = body.slice(..body.len() / 2);
            (vec![Step::Send(half), Step::Wait(Duration::from_millis(20)), Step::Cut], length)
        }
        Some(FaultKind::Drip { bytes, pause }) => {
            let pieces = body.chunks((*bytes).max(1)).map(Bytes::copy_from_slice);
            (pieces.flat_map(|piece| [Step::Wait(*pause), Step::Send(piece)]).collect(), length)
        }
        Some(FaultKind::Oversized(size)) => oversized(&body, *size),
        _ => (vec![Step::Send(body)], length),
    }
}

/// The same JSON, grown: a list of its own elements over and over, or an object with one very long value.
fn oversized(body: &Bytes, size: u64) -> (Vec<Step>, Option<u64>) {
    const PIECE: usize = 64 << 10;
    let (open, rest, unit): (&str, &[u8], Vec<u8>) = match (body.first(), body.len()) {
        (Some(b'['), 3..) => ("[", &body[1..], [&body[1..body.len() - 1], b","].concat()),
        (Some(b'{'), 3..) => ("{\"padding\":\"", &body[1..], b"x".to_vec()),
        _ => ("", body, b" ".to_vec()),
    };
    let piece: Bytes = unit.repeat(PIECE / unit.len() + 1).into();
    let times = size / piece.len() as u64 + 1;
    let between = if open.len() > 1 { "\"," } else { "" };
    let rest = Bytes::from([between.as_bytes(), rest].concat());
    (vec![Step::Send(Bytes::from_static(open.as_bytes())), Step::Repeat(piece, times), Step::Send(rest)], None)
}

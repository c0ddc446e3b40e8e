//! What tests in other languages do to a running stand-in: JSON over HTTP, on a port of its own.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /log` | | `[{"method", "path", "status", "token"}]`: every request since the log was cleared, never what a token is |
//! | `DELETE /log` | | |
//! | `POST /faults` | `{"kind": "rate-limited", "retry_after": 60, "path"?, "first"?, "every"?}` and so on, as [`Fault`](super::Fault) has it | |
//! | `DELETE /faults` | | |
//! | `POST /commits` | `{"project", "branch"?, "title", "files": {path: content}}` | `{"commit"}` |
//! | `POST /tags` | `{"project", "tag"}`: an image of this tag comes to be | |
//! | `GET /comments` | | `[{"project", "commit", "author", "body"}]`: the comments on commits; Ada is author 1 |
//! | `/renku/...` | | what is done to the [Renku stand-in](crate::renku), if there is one |
//!
//! No web page reaches it: every request has to have the header `X-Repin-Control`, which a browser lets a page send to another
//! origin only after a preflight, and that is refused; and the address itself as `Host`, which a page whose name is made to mean
//! 127.0.0.1 has not.

mod backend;
mod change;
mod wish;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Method, Response, StatusCode};
use serde_json::{Value, json};

use super::reply::{Answer, Reply};
use super::server::Server;
use crate::Result;
use crate::listen::Listening;
use crate::renku::{self, Renku};

/// The header that every request has to have, with any value.
pub const CONTROL_HEADER: &str = "x-repin-control";

/// A body is not longer than this.
const MAX_BODY: usize = 1 << 20;

/// The control of a server, until it is dropped.
pub struct Control {
    url: String,
    _listening: Listening,
}

impl Control {
    /// Starts it for a server, on a port of its own; 0 takes a free one.
    ///
    /// # Errors
    /// The port is taken, or a thread cannot be started.
    pub fn start(server: &Arc<Server>, port: u16) -> Result<Self> {
        Self::of(Controlled { server: Arc::clone(server), renku: None }, port)
    }

    /// As [`start`](Self::start), also for a Renku.
    ///
    /// # Errors
    /// As there.
    pub fn with_renku(server: &Arc<Server>, renku: &Arc<Renku>, port: u16) -> Result<Self> {
        Self::of(Controlled { server: Arc::clone(server), renku: Some(Arc::clone(renku)) }, port)
    }

    fn of(controlled: Controlled, port: u16) -> Result<Self> {
        let listening = Listening::start("the control", port, |address| {
            service_fn(move |request| {
                let controlled = controlled.clone();
                async move { Ok::<_, Infallible>(serve(controlled, address, request).await) }
            })
        })?;
        Ok(Self { url: format!("http://{}", listening.address()), _listening: listening })
    }

    /// Its address, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What is controlled.
#[derive(Clone)]
struct Controlled {
    server: Arc<Server>,
    renku: Option<Arc<Renku>>,
}

async fn serve(
    controlled: Controlled,
    address: SocketAddr,
    request: hyper::Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let reply = if permitted(&head.headers, address) {
        match Limited::new(body, MAX_BODY).collect().await {
            // git is asked, and that takes its time.
            Ok(body) => {
                let body = body.to_bytes();
                let work = move || answer(&controlled, &head.method, head.uri.path(), &body);
                let done = tokio::task::spawn_blocking(work).await;
                done.unwrap_or_else(|error| Err(Reply::error(500, &error.to_string())))
                    .unwrap_or_else(|refusal| refusal)
            }
            Err(error) => Reply::error(400, &error.to_string()),
        }
    } else {
        Reply::error(403, "this is for tests alone: see the header X-Repin-Control")
    };
    let mut response = Response::new(Full::new(reply.body.into()));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// Whether no page of the web can have sent it.
fn permitted(headers: &HeaderMap, address: SocketAddr) -> bool {
    headers.contains_key(CONTROL_HEADER)
        && headers.get("host").is_some_and(|host| host.as_bytes() == address.to_string().as_bytes())
}

fn answer(controlled: &Controlled, method: &Method, path: &str, body: &[u8]) -> Answer {
    let server = &*controlled.server;
    if let (Some(renku), Some(below)) = (&controlled.renku, path.strip_prefix("/renku")) {
        return renku::control(renku, method.as_str(), below, body);
    }
    match (method.as_str(), path) {
        ("GET", "/log") => Ok(Reply::json(200, &log(server))),
        ("DELETE", "/log") => {
            server.clear_log();
            Ok(done())
        }
        ("POST", "/faults") => {
            server.fault(read::<wish::Wish>(body)?.into());
            Ok(done())
        }
        ("DELETE", "/faults") => {
            server.clear_faults();
            Ok(done())
        }
        ("GET", "/comments") => Ok(Reply::json(200, &comments(server))),
        ("POST", "/commits") => {
            let commit = change::commit(server, &read(body)?)?;
            Ok(Reply::json(200, &json!({ "commit": commit })))
        }
        ("POST", "/tags") => {
            change::tag(server, read(body)?)?;
            Ok(done())
        }
        _ => Err(Reply::error(404, &format!("there is no {method} {path}"))),
    }
}

/// That it was done.
fn done() -> Reply {
    Reply::json(200, &json!({}))
}

fn read<'a, T: serde::Deserialize<'a>>(body: &'a [u8]) -> std::result::Result<T, Reply> {
    serde_json::from_slice(body).map_err(|error| Reply::error(400, &error.to_string()))
}

fn log(server: &Server) -> Value {
    let entry = |entry: &super::Logged| {
        let (method, path, status, token) = (&entry.method, &entry.path_and_query, entry.status, entry.had_auth);
        json!({ "method": method, "path": path, "status": status, "token": token })
    };
    server.log().iter().map(entry).collect()
}

fn comments(server: &Server) -> Value {
    let shown = |comment: &super::Comment| json!({ "project": comment.project, "commit": comment.commit, "author": comment.author, "body": comment.body });
    server.comments().iter().map(shown).collect()
}

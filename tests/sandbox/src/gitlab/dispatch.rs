//! From a request to the part that answers it, and what all answers have in common: CORS, tags of the content, faults of the content.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::access::Caller;
use super::fault::FaultKind;
use super::page::address;
use super::reply::Reply;
use super::request::Request;
use super::state::{Context, State};
use super::throttle::{Counter, Standing};
use super::{attached, graphql, rest, smart};

/// What GitLab lets pages of other origins read (facts, 2: CORS).
const EXPOSED: &str = "Link, X-Total, X-Total-Pages, X-Per-Page, X-Page, X-Next-Page, X-Prev-Page, X-Gitlab-Blob-Id, \
X-Gitlab-Commit-Id, X-Gitlab-Content-Sha256, X-Gitlab-Encoding, X-Gitlab-File-Name, X-Gitlab-File-Path, \
X-Gitlab-Last-Commit-Id, X-Gitlab-Ref, X-Gitlab-Size";

/// The answer to a request.
pub(crate) fn answer(state: &State, mut request: Request, fault: Option<&FaultKind>) -> Reply {
    let page = request.param("page").and_then(|page| page.parse::<u64>().ok()).unwrap_or(1);
    if let Some(reply) = fault.and_then(|fault| instead(fault, &request)) {
        return shared(state, reply, &request);
    }
    let standing = state.lock().throttle.as_mut().map(Counter::count);
    if let Some(standing) = standing.filter(|standing| standing.exceeded()) {
        return shared(state, standing.on(standing.refusal()), &request);
    }
    let mut reply = routed(state, &request);
    if let Some(standing) = standing {
        reply = standing.on(reply);
    }
    match fault {
        Some(FaultKind::EndlessPages) if reply.headers.iter().any(|(name, _)| name == "link") => {
            if reply.body == b"[]" && page > 1 {
                request.query.retain(|(name, _)| name != "page");
                reply = routed(state, &request);
            }
            reply.headers.retain(|(name, _)| name != "link" && name != "x-next-page");
            let next = address(&request, &[("page", Some((page + 1).to_string()))]);
            reply = reply.with("link", format!("<{next}>; rel=\"next\"")).with("x-next-page", (page + 1).to_string());
        }
        Some(FaultKind::WrongShape) if (200..300).contains(&reply.status) => {
            let list = reply.body.first() == Some(&b'[');
            let other = if list { json!({ "items": [1, "two"] }) } else { json!([{ "id": { "value": null } }]) };
            reply.body = other.to_string().into_bytes();
        }
        _ => {}
    }
    let grown = matches!(fault, Some(FaultKind::Oversized(_)));
    let reply = shared(state, tagged(reply, &request), &request);
    if state.options.gzip && !grown { compressed(reply, &request) } else { reply }
}

/// What a fault answers in place of the stand-in.
fn instead(fault: &FaultKind, request: &Request) -> Option<Reply> {
    let limited = "This endpoint has been requested too many times. Try again later.";
    Some(match fault {
        FaultKind::RateLimited { retry_after } => {
            let standing = Standing::fault(*retry_after);
            standing.on(standing.refusal())
        }
        FaultKind::ApplicationLimit => Reply::json(429, &json!({ "message": { "error": limited } })),
        FaultKind::Html(status) => Reply::html(*status, &format!("{status}: GitLab is not responding")),
        FaultKind::HtmlInsteadOfJson => Reply::html(200, "Sign in"),
        FaultKind::Redirect(to) => Reply::html(302, "You are being redirected").with("location", to.as_str()),
        FaultKind::GraphqlErrors(message) if request.path.trim_end_matches('/') == "/api/graphql" => {
            Reply::json(200, &json!({ "errors": [{ "message": message }], "data": Value::Null }))
        }
        _ => return None,
    })
}

fn routed(state: &State, request: &Request) -> Reply {
    if is_open(state, request)
        && request.method == "OPTIONS"
        && request.header("access-control-request-method").is_some()
    {
        return preflight(request);
    }
    let (version, tokens, mounts, attached) = {
        let inner = state.lock();
        (inner.version, inner.tokens.clone(), inner.mounts.clone(), inner.attached.clone())
    };
    let caller = Caller::of(request, &tokens);
    let below =
        |path: &str| request.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if let Some((_, handler)) = mounts.iter().find(|(path, _)| below(path)) {
        return Arc::clone(handler)(request, &caller.unwrap_or_default());
    }
    if let Some(attached) = attached {
        if request.path == "/jwt/auth" {
            return attached::authorize(state, &attached, request);
        }
        if state.options.open_registry && request.path.starts_with("/v2/") {
            return attached::forward(&attached, request);
        }
        if attached::concerns(request)
            && let Err(error) = attached.refresh(state)
        {
            return Reply::from(error);
        }
    }
    if let Some(reply) = smart::answer(state, request, &tokens) {
        return reply;
    }
    let segments = request.segments();
    let segments: Vec<_> = segments.iter().map(String::as_str).collect();
    match segments[..] {
        ["api", "graphql"] => graphql::answer(state, request, caller, version),
        ["api", "v4", ref route @ ..] => {
            let answered = caller.and_then(|caller| {
                let caller = caller.on(route, version);
                caller.check_scope(route, request.reads())?;
                rest::answer(&Context { state, request, caller, version }, route)
            });
            answered.unwrap_or_else(|refusal| refusal)
        }
        ["api", ..] => Reply::error(404, "404 Not Found"),
        _ => Reply::html(404, "404 Not Found"),
    }
}

fn preflight(request: &Request) -> Reply {
    let wanted = request.header("access-control-request-headers").unwrap_or_default().to_owned();
    Reply::new(200, "text/plain", "")
        .with("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        .with("access-control-allow-headers", wanted)
        .with("access-control-max-age", "7200")
}

/// As the web server in front of GitLab does it: text of some length, for who can read it.
fn compressed(mut reply: Reply, request: &Request) -> Reply {
    use std::io::Write as _;
    let text = reply
        .headers
        .iter()
        .any(|(name, value)| name == "content-type" && (value.starts_with("text/") || value == "application/json"));
    let wanted = request.header("accept-encoding").is_some_and(|kinds| kinds.contains("gzip"));
    if !text || !wanted || request.method == "HEAD" || reply.body.len() < 250 {
        return reply;
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let written = encoder.write_all(&reply.body).and_then(|()| encoder.finish());
    reply.body = written.expect("a vector takes what is written");
    reply.with("content-encoding", "gzip")
}

/// Whether pages of other sites are answered.
fn is_open(state: &State, request: &Request) -> bool {
    let of_gitlab = ["/api/", "/oauth/"];
    let of_registry = ["/v2/", "/jwt/auth"];
    let is = |paths: [&str; 2]| paths.iter().any(|path| request.path.starts_with(path));
    is(of_gitlab) || (state.options.open_registry && is(of_registry))
}

/// The headers that everything has.
fn shared(state: &State, reply: Reply, request: &Request) -> Reply {
    let reply = reply.with("vary", "Origin");
    if is_open(state, request) && request.header("origin").is_some() {
        let registry = if state.options.open_registry { ", Docker-Content-Digest, Www-Authenticate" } else { "" };
        let exposed = format!("{EXPOSED}{registry}");
        return reply.with("access-control-allow-origin", "*").with("access-control-expose-headers", exposed);
    }
    reply
}

/// `ETag`, and 304 for a client that has it.
fn tagged(mut reply: Reply, request: &Request) -> Reply {
    if reply.status != 200 || !request.reads() || reply.headers.iter().any(|(name, _)| name == "etag") {
        return reply;
    }
    let hex = HEXLOWER.encode(&Sha256::digest(&reply.body)[..16]);
    let tag = format!("W/\"{hex}\"");
    if request.header("if-none-match").is_some_and(|known| known.contains(&tag)) {
        (reply.status, reply.body) = (304, Vec::new());
    }
    reply.with("etag", tag).with("cache-control", "max-age=0, private, must-revalidate")
}

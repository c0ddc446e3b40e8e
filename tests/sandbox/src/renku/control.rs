//! What tests do to a running stand-in: JSON over HTTP, below `/renku` of the [control](crate::gitlab::Control).
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /renku/log` | | `[{"server", "method", "path", "status", "body"}]`: every request to the two APIs; the body where it is JSON, else null |
//! | `DELETE /renku/log` | | |
//! | `GET /renku/state` | | `{"projects", "launchers", "sessions", "servers"}`, the last those of the legacy interface |
//! | `DELETE /renku/state` | | as at the start |
//! | `POST /renku/permissions` | `{"project": "ada/course", "write": false}` | |
//! | `POST /renku/sessions` | `{"launcher", "state": "running" or "hibernated", "image"?}` | the session, as if the person had started it elsewhere |
//! | `POST /renku/launchers/ID` | as a PATCH of it | the launcher, as somebody else changed it |
//! | `POST /renku/inaccessible` | `{"image"}`: the image check says no | |
//! | `POST /renku/faults` | `{"kind": "cut-before-headers", "cut-after", "status" with "status" or "latency" with "milliseconds", "method"?, "path"?, "first"?}` | |
//! | `DELETE /renku/faults` | | |

use serde::Deserialize;
use serde_json::{Value, json};

use super::api;
use super::error::{Answer, refusal};
use super::server::Renku;
use super::state::{State, value};
use crate::gitlab::Reply;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Permission {
    project: String,
    write: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Elsewhere {
    launcher: String,
    state: Going,
    image: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Going {
    Running,
    Hibernated,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inaccessible {
    image: String,
}

/// The answer to a request of the control whose path, below `/renku`, this is.
pub(crate) fn answer(renku: &Renku, method: &str, path: &str, body: &[u8]) -> Answer {
    let state = renku.state();
    match (method, path) {
        ("GET", "/log") => return Ok(Reply::json(200, &value(&state.lock().log))),
        ("DELETE", "/log") => state.clear_log(),
        ("GET", "/state") => return Ok(Reply::json(200, &known(state))),
        ("DELETE", "/state") => state.reset(),
        ("POST", "/permissions") => permit(state, &read(body)?)?,
        ("POST", "/sessions") => return session(state, read(body)?),
        ("POST", "/inaccessible") => state.lock().world.inaccessible.push(read::<Inaccessible>(body)?.image),
        ("POST", "/faults") => state.lock().faults.push(read(body)?),
        ("DELETE", "/faults") => state.lock().faults.clear(),
        ("POST", path) if path.starts_with("/launchers/") => {
            return api::change_by_another(state, &path["/launchers/".len()..], body);
        }
        _ => return Err(Reply::error(404, &format!("there is no {method} /renku{path}"))),
    }
    Ok(Reply::json(200, &json!({})))
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Reply> {
    serde_json::from_slice(body).map_err(|error| Reply::error(400, &error.to_string()))
}

fn known(state: &State) -> Value {
    let world = &state.lock().world;
    let projects = world.projects.iter().map(|project| {
        let mut known = value(project);
        known["write"] = project.write.into();
        known
    });
    let sessions = world.sessions.iter().map(api::session);
    json!({
        "projects": projects.collect::<Value>(), "launchers": value(&world.launchers),
        "sessions": sessions.collect::<Value>(), "servers": world.servers.iter().map(super::legacy::json).collect::<Value>(),
    })
}

fn permit(state: &State, wanted: &Permission) -> Result<(), Reply> {
    let projects = &mut state.lock().world.projects;
    let found = projects.iter_mut().find(|project| project.path() == wanted.project);
    let project = found.ok_or_else(|| refusal(404, &format!("there is no project {}", wanted.project)))?;
    project.write = wanted.write;
    Ok(())
}

fn session(state: &State, wanted: Elsewhere) -> Answer {
    let mut inner = state.lock();
    let launcher = inner.world.launcher(&wanted.launcher)?.clone();
    let going = match wanted.state {
        Going::Running => "running",
        Going::Hibernated => "hibernated",
    };
    let submission = (launcher.kind == "non-interactive").then_some("elsewhere");
    let mut session = api::made(&launcher, submission, going);
    if let Some(image) = wanted.image {
        session.image = image;
    }
    inner.world.sessions.retain(|known| known.name != session.name);
    let answer = api::session(&session);
    inner.world.sessions.push(session);
    Ok(Reply::json(200, &answer))
}

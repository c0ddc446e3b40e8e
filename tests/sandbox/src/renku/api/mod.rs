//! Renku 2's API, as far as the control in the page and the pages need it: everything below `/api/data`, and `/config.json`.

mod launchers;
mod projects;
mod providers;
mod resources;
mod sessions;

use serde_json::json;

use super::error::{Answer, refusal};
use super::images;
use super::model::{START, USER, USER_ID};
use super::state::{State, found};
use crate::gitlab::{Reply, Request};

pub(crate) use launchers::change_by_another;
pub(crate) use providers::connection;
pub(crate) use sessions::{json as session, made};

/// The version that the interface says it has.
pub(crate) const UI_VERSION: &str = "4.29.0";

/// The answer to a request below `/api/data`, whose path's parts these are.
pub(crate) fn answer(state: &State, request: &Request, path: &[&str]) -> Answer {
    match (request.method.as_str(), path) {
        ("GET", ["user"]) => Ok(user()),
        ("GET", ["platform", "config"]) => Ok(found(&json!({ "etag": "1", "incident_banner": "" }))),
        ("GET", ["namespaces", namespace, "projects", slug]) => projects::at(state, namespace, slug),
        ("GET", ["projects"]) => Ok(found(&state.lock().world.projects)),
        ("GET", ["projects", id]) => projects::one(state, id),
        ("GET", ["projects", id, "permissions"]) => projects::permissions(state, id),
        ("GET", ["projects", id, "members"]) => projects::members(state, id),
        ("GET", ["projects", id, "copies"]) => projects::copies(state, id),
        ("POST", ["projects", id, "copies"]) => projects::copy(state, id, &request.body),
        ("GET", ["projects", id, "session_launchers"]) => launchers::of(state, id),
        ("GET", ["session_launchers"]) => Ok(found(&state.lock().world.launchers)),
        ("POST", ["session_launchers"]) => launchers::add(state, &request.body),
        ("GET", ["session_launchers", id]) => launchers::one(state, id),
        ("PATCH", ["session_launchers", id]) => launchers::change(state, id, &request.body),
        ("DELETE", ["session_launchers", id]) => launchers::remove(state, id),
        ("GET", ["environments"]) => Ok(found(&state.lock().world.environments)),
        ("GET", ["environments", id]) => Ok(found(state.lock().world.environment(id)?)),
        ("GET", ["environments", id, "builds"]) => launchers::builds(state, id),
        ("GET", ["sessions"]) => Ok(sessions::all(state, request.given("session_type"))),
        ("POST", ["sessions"]) => sessions::start(state, &request.body),
        ("GET", ["sessions", "images"]) => images::check(state, request),
        ("GET", ["sessions", name]) => sessions::one(state, name),
        ("PATCH", ["sessions", name]) => sessions::change(state, name, &request.body),
        ("DELETE", ["sessions", name]) => Ok(sessions::remove(state, name)),
        ("GET", ["repository"]) => providers::repository(state, request),
        ("GET", ["oauth2", "providers"]) => Ok(found(&providers::all(state))),
        ("GET", ["oauth2", "connections"]) => Ok(found(&json!([providers::own()]))),
        ("GET", ["oauth2", "connections", id, rest @ ..]) => providers::of_connection(state, id, rest),
        ("GET", ["resource_pools"]) => Ok(found(&resources::pools())),
        ("GET", ["classes", id]) => resources::class(id),
        _ => Err(refusal(404, "The requested resource does not exist or cannot be found")),
    }
}

/// `GET /config.json`: what the interface is set up with.
pub(crate) fn config(version: &str) -> Reply {
    Reply::json(
        200,
        &json!({ "UI_VERSION": version, "RENKU_CHART_VERSION": "2.19.3", "UI_SHORT_SHA": "0000000",
                 "IMAGE_BUILDERS_ENABLED": true, "STATUSPAGE_ID": "", "ANONYMOUS_SESSIONS": "false" }),
    )
}

/// `GET /api/data/user`.
pub(crate) fn user() -> Reply {
    Reply::json(
        200,
        &json!({ "id": USER_ID, "username": USER, "email": "ada@example.org", "first_name": "Ada", "last_name": "Example",
                 "is_admin": false }),
    )
}

/// What is 204.
fn empty() -> Reply {
    Reply { status: 204, headers: Vec::new(), body: Vec::new() }
}

/// When something is made now.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// When something of the start was made, so many minutes before it.
pub(crate) fn before_start(minutes: i64) -> String {
    let start: jiff::Timestamp = START.parse().expect("it is a date");
    let at = start - jiff::SignedDuration::from_mins(minutes);
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

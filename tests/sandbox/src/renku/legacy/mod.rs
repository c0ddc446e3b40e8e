//! The legacy interface as of 3.59.1: its pages, and what they ask behind `/ui-server/api`: the core service (`renku`), the
//! notebooks service (`notebooks`), a part of the data service, and GitLab with the person's own token for all the rest.

mod core_service;
mod proxy;
mod servers;

use serde_json::json as object;

use super::api;
use super::error::{Answer, refusal};
use super::files::file;
use super::images;
use super::state::State;
use crate::gitlab::{Reply, Request};

pub(crate) use servers::{Server, json};

/// The version that the interface says it has.
const UI_VERSION: &str = "3.59.1";
const PAGE: &str = include_str!("../../../renku/legacy/page.html");

/// The answer to a request whose path's parts these are.
pub(crate) fn answer(state: &State, request: &Request, path: &[&str]) -> Answer {
    match path {
        ["config.json"] => Ok(api::config(UI_VERSION)),
        ["ui-server", "api", "renku", rest @ ..] => core_service::answer(state, request, rest),
        ["ui-server", "api", "notebooks", rest @ ..] => notebooks(state, request, rest),
        ["ui-server", "api", "data", rest @ ..] | ["api", "data", rest @ ..] => data(state, request, rest),
        // The knowledge graph and the old GraphQL: nothing of them is needed.
        ["ui-server", "api", "kg" | "graphql", ..] | ["ui-server", "ws"] => Err(refusal(404, "Not found")),
        ["ui-server", "api", ..] => Ok(proxy::ask(state, request)),
        ["assets", name @ ..] => Ok(file(&name.join("/")).unwrap_or_else(|| Reply::html(404, "404 Not Found"))),
        ["favicon.ico"] => Ok(Reply { status: 204, headers: Vec::new(), body: Vec::new() }),
        _ if request.reads() => Ok(Reply::new(200, "text/html; charset=utf-8", PAGE).with("cache-control", "no-store")),
        _ => Ok(Reply::html(405, "405 Method Not Allowed")),
    }
}

fn notebooks(state: &State, request: &Request, path: &[&str]) -> Answer {
    match (request.method.as_str(), path) {
        ("GET", ["version"]) => Ok(Reply::json(
            200,
            &object!({ "name": "renku-notebooks", "versions": [{ "version": "1.31.1", "data": {
                "anonymousSessionsEnabled": false, "cloudstorageEnabled": false, "sshEnabled": false,
                "defaultCullingThresholds": { "registered": { "idle": 86400, "hibernation": 259_200 },
                                              "anonymous": { "idle": 43200, "hibernation": 0 } } } }] }),
        )),
        ("GET", ["server_options"]) => {
            let url = object!({ "default": "/lab", "displayName": "Default Environment", "options": ["/lab", "/rstudio"],
                                "order": 1, "type": "enum" });
            Ok(Reply::json(200, &object!({ "defaultUrl": url, "cloudstorage": { "enabled": false } })))
        }
        // 200 or 404, both empty.
        ("GET", ["images"]) => {
            let image = request.given("image_url").ok_or_else(|| refusal(422, "image_url: Missing data"))?;
            let status = if images::is_there(state, image) { 200 } else { 404 };
            Ok(Reply::new(status, "text/html; charset=utf-8", ""))
        }
        ("GET", ["servers"]) => Ok(servers::all(state)),
        ("POST", ["servers"]) => servers::start(state, &request.body),
        ("GET", ["servers", name]) => servers::one(state, name),
        ("PATCH", ["servers", name]) => servers::change(state, name, &request.body),
        ("DELETE", ["servers", name]) => servers::remove(state, name),
        _ => Err(refusal(404, "Not found")),
    }
}

fn data(state: &State, request: &Request, path: &[&str]) -> Answer {
    match path {
        ["storage"] | ["user", "secrets"] => Ok(Reply::json(200, &object!([]))),
        ["user" | "resource_pools"] | ["classes", _] | ["platform", "config"] => api::answer(state, request, path),
        _ => Err(refusal(404, "Not found")),
    }
}

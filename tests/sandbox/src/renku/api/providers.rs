//! The GitLab that Renku is connected to for the person, and what it knows of code repositories.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::gitlab::{Reply, Request};
use crate::renku::error::{Answer, missing, refusal};
use crate::renku::model::ulid;
use crate::renku::state::{State, found};

/// When the token ends: Thursday, 1 January 2032.
const EXPIRES: u64 = 1_956_528_000;

/// The number of the person's connection to the GitLab.
pub(crate) fn connection() -> String {
    ulid("connection gitlab")
}

/// The person's connections.
pub(super) fn own() -> Value {
    json!({ "id": connection(), "provider_id": "gitlab", "status": "connected" })
}

/// `GET /api/data/oauth2/providers`.
pub(super) fn all(state: &State) -> Value {
    let provider = |id: &str, name: &str, url: &str, scope: &str| {
        json!({ "id": id, "kind": id, "app_slug": "", "client_id": "renku", "display_name": name, "scope": scope, "url": url,
                "use_pkce": false })
    };
    let mut gitlab = provider("gitlab", "GitLab", state.gitlab.url(), "api read_user");
    gitlab["image_registry_url"] = format!("https://{}", state.gitlab.registry_host()).into();
    json!([gitlab, provider("github", "GitHub", "https://github.com", "repo")])
}

/// `GET /api/data/oauth2/connections/ID` and below it.
pub(super) fn of_connection(state: &State, id: &str, rest: &[&str]) -> Answer {
    if id != connection() {
        return Err(missing("OAuth2 connection", id));
    }
    match rest {
        [] => Ok(found(&own())),
        ["account"] => Ok(found(&json!({ "username": "ada", "web_url": format!("{}/ada", state.gitlab.url()) }))),
        ["token"] => Ok(found(&json!({
            "access_token": state.token, "token_type": "Bearer", "scope": "api read_user", "expires_at": EXPIRES,
            "expires_at_iso": "2032-01-01T00:00:00+00:00",
        }))),
        _ => Err(refusal(404, "The requested resource does not exist or cannot be found")),
    }
}

/// `GET /api/data/repository?url=`.
pub(super) fn repository(state: &State, request: &Request) -> Answer {
    let url = request.given("url").ok_or_else(|| refusal(422, "url: Field required"))?;
    let base = format!("{}/", state.gitlab.url());
    let known = |id: &str, name: &str, url: &str| json!({ "id": id, "name": name, "url": url });
    let metadata = |visibility: &str, push: bool| {
        json!({ "git_url": url, "web_url": url.trim_end_matches(".git"), "pull_permission": true, "push_permission": push,
                "visibility": visibility })
    };
    let answer = if let Some(path) = url.strip_prefix(&base) {
        let path = utf8_percent_encode(path.trim_end_matches(".git"), NON_ALPHANUMERIC).to_string();
        let reply = state.gitlab.ask(Request::rest(&format!("/projects/{path}"), &state.token));
        let project: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let provider = known("gitlab", "GitLab", state.gitlab.url());
        if reply.status == 200 {
            let visibility = if project["visibility"] == "public" { "public" } else { "private" };
            json!({ "status": "valid", "provider": provider, "connection": own(), "metadata": metadata(visibility, true) })
        } else {
            json!({ "status": "invalid", "provider": provider, "connection": own(), "error_code": "metadata_unauthorized" })
        }
    } else if url.starts_with("https://github.com/") {
        json!({ "status": "valid", "provider": known("github", "GitHub", "https://github.com"),
                "metadata": metadata("public", false) })
    } else {
        json!({ "status": "unknown", "error_code": "no_git_repo" })
    };
    Ok(Reply::json(200, &answer))
}

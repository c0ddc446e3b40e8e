//! The core service: what a project's `.renku/renku.ini` says, at a commit.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};

use crate::gitlab::{Reply, Request};
use crate::renku::error::{Answer, refusal};
use crate::renku::state::State;

/// The project whose pin is not told, so that there is one without images and without a pin.
const UNPINNED: &str = "ben/course";

/// The answer to a request below `/ui-server/api/renku`, with or without a version of the metadata in its path.
pub(super) fn answer(state: &State, request: &Request, path: &[&str]) -> Answer {
    let path = match path {
        [version, rest @ ..] if version.parse::<u32>().is_ok() => rest,
        path => path,
    };
    let result = match path {
        ["versions"] => json!({ "name": "renku-core", "versions": [
            { "version": "v2.9.4", "data": { "metadata_version": "10" } } ] }),
        ["version"] => json!({ "latest_version": "2.9.4", "supported_project_version": 10 }),
        ["cache.migrations_check"] => json!({
            "project_supported": true, "core_renku_version": "2.9.4", "project_renku_version": "2.9.4",
            "core_compatibility_status": { "current_metadata_version": 10, "migration_required": false,
                                           "project_metadata_version": 10, "fixes_available": false },
            "dockerfile_renku_status": { "automated_dockerfile_update": false, "newer_renku_available": false },
            "template_status": { "automated_template_update": false, "newer_template_available": false } }),
        ["project.lock_status"] => json!({ "locked": false }),
        ["datasets.list"] => json!({ "datasets": [] }),
        ["config.show"] => config(state, request)?,
        _ => return Err(refusal(404, "Not found")),
    };
    Ok(Reply::json(200, &json!({ "result": result })))
}

/// `config.show`: of the commit, else of the branch.
fn config(state: &State, request: &Request) -> Result<Value, Reply> {
    let url = request.given("git_url").ok_or_else(|| refusal(422, "git_url: Missing data for required field."))?;
    let base = format!("{}/", state.gitlab.url());
    let project = url.strip_prefix(&base).map(|path| path.trim_end_matches(".git"));
    let project = project.ok_or_else(|| refusal(404, &format!("the repository {url} is not of this GitLab")))?;
    let at = request.given("commit_sha").or_else(|| request.given("branch")).unwrap_or("HEAD");
    let code = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let path = format!("/projects/{}/repository/files/.renku%2Frenku%2Eini/raw?ref={}", code(project), code(at));
    let reply = state.gitlab.ask(Request::rest(&path, &state.token));
    let text = if reply.status == 200 { String::from_utf8_lossy(&reply.body).into_owned() } else { String::new() };
    let mut config = interactive(&text);
    if project == UNPINNED {
        config.remove("interactive.image");
    }
    Ok(json!({ "config": config, "default": { "interactive.default_url": "/lab" } }))
}

/// What an INI file says of sessions: in `[interactive]`, as templates have it, or in `[renku "interactive"]`, as the core service
/// writes it.
fn interactive(text: &str) -> Map<String, Value> {
    let mut here = false;
    let mut config = Map::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            here = matches!(line, "[interactive]" | "[renku \"interactive\"]");
        } else if let Some((key, value)) = line.split_once('=').filter(|_| here) {
            config.insert(format!("interactive.{}", key.trim()), value.trim().into());
        }
    }
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_headers_are_known() {
        for (text, image) in [
            ("[interactive]\nimage = a:b\n", Some("a:b")),
            ("[renku \"interactive\"]\ndefault_url=/lab\nimage=a:b\n", Some("a:b")),
            ("[other]\nimage = a:b\n", None),
            ("image = a:b\n", None),
            ("", None),
        ] {
            let found = interactive(text);
            assert_eq!(found.get("interactive.image").and_then(Value::as_str), image, "{text}");
        }
    }
}

//! Projects, the instance, and who asks.

use serde_json::{Value, json};

use super::comments::author;
use crate::gitlab::model::{Access, Kind, Visibility};
use crate::gitlab::page::counted;
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

const MADE: &str = "2024-03-01T08:00:00.000Z";

/// `GET /projects/:id`.
pub(super) fn single(cx: &Context<'_>, project: &Stored) -> Reply {
    Reply::json(200, &json(cx, project))
}

/// `GET /projects`: those the caller sees, the newest first.
pub(super) fn list(cx: &Context<'_>) -> Answer {
    let mut projects = cx.state.projects();
    let search = cx.request.given("search").unwrap_or_default().to_lowercase();
    projects.retain(|project| cx.caller.sees(project) && project.data.path.to_lowercase().contains(&search));
    if cx.request.flag("membership") {
        projects.retain(|project| cx.caller.is_member(project));
    }
    projects.reverse();
    counted(cx.request, &projects, |project| json(cx, project))
}

/// `GET /version`: for users only.
pub(super) fn version(cx: &Context<'_>) -> Answer {
    match cx.caller.token {
        None => Err(Reply::unauthorized()),
        Some(_) => Ok(Reply::json(200, &json!({ "version": cx.version.text(), "revision": "0123456789a" }))),
    }
}

/// `GET /user`.
pub(super) fn user(cx: &Context<'_>) -> Answer {
    match cx.caller.token {
        None => Err(Reply::unauthorized()),
        Some(_) => Ok(Reply::json(200, &author(cx.user()))),
    }
}

/// `GET /personal_access_tokens/self`.
pub(super) fn token(cx: &Context<'_>) -> Answer {
    match &cx.caller.token {
        Some(token) if matches!(token.kind, Kind::Personal | Kind::Project) => {
            let scopes: Vec<_> = token.scopes.iter().map(|scope| scope.text()).collect();
            let value = json!({
                "id": 1, "name": "sandbox", "revoked": false, "created_at": MADE, "scopes": scopes, "user_id": 1,
                "last_used_at": MADE, "active": true, "expires_at": Value::Null,
            });
            Ok(Reply::json(200, &value))
        }
        // An OAuth token is no access token.
        Some(_) => Err(Reply::message(
            400,
            "400 Bad request - This endpoint requires token type to be a personal access token",
        )),
        None => Err(Reply::unauthorized()),
    }
}

fn level(access: Access) -> &'static str {
    match access {
        Access::Enabled => "enabled",
        Access::Private => "private",
        Access::Disabled => "disabled",
    }
}

/// What a project is called in other answers.
pub(super) fn basic(cx: &Context<'_>, project: &Stored) -> Value {
    let path = &project.data.path;
    let namespace = path.rsplit_once('/').map_or("", |(namespace, _)| namespace);
    json!({
        "id": project.id,
        "description": Value::Null,
        "name": project.name(),
        "name_with_namespace": path.replace('/', " / "),
        "path": project.name(),
        "path_with_namespace": path,
        "created_at": MADE,
        "default_branch": if project.is_empty() { Value::Null } else { json!(project.default_branch()) },
        "ssh_url_to_repo": format!("git@gitlab.example.org:{path}.git"),
        "http_url_to_repo": format!("{}.git", cx.page_of(project)),
        "web_url": cx.page_of(project),
        "namespace": { "id": 1, "name": namespace, "path": namespace, "kind": "group", "full_path": namespace },
    })
}

fn json(cx: &Context<'_>, project: &Stored) -> Value {
    let data = &project.data;
    let builds = cx.caller.may_use(project, data.builds);
    let parent = data.forked_from.and_then(|id| cx.state.by_id(id)).filter(|parent| cx.caller.sees(parent));
    let visibility = match data.visibility {
        Visibility::Public => "public",
        Visibility::Internal => "internal",
        Visibility::Private => "private",
    };
    let more = json!({
        "archived": data.archived,
        "visibility": visibility,
        "empty_repo": project.is_empty(),
        "container_registry_enabled": data.container_registry != Access::Disabled,
        "container_registry_access_level": level(data.container_registry),
        "container_registry_image_prefix": format!("{}/{}", cx.state.registry_host(), data.path.to_lowercase()),
        "builds_access_level": level(data.builds),
        "repository_access_level": "enabled",
        "jobs_enabled": data.builds != Access::Disabled,
        "ci_config_path": if builds { json!(data.ci_config_path.clone().unwrap_or_default()) } else { Value::Null },
        "auto_cancel_pending_pipelines": "enabled",
        "public_jobs": data.builds == Access::Enabled,
        "mirror": false,
        "mirror_trigger_builds": false,
        "container_expiration_policy": data.cleanup_policy.clone().unwrap_or_else(|| json!({ "enabled": false })),
    });
    let mut value = basic(cx, project);
    if let (Some(object), Value::Object(more)) = (value.as_object_mut(), more) {
        object.extend(more);
        // There is no such field in a project that is no fork.
        if let Some(parent) = parent {
            object.insert("forked_from_project".to_owned(), basic(cx, &parent));
        }
    }
    value
}

//! The container registry, as GitLab's API shows it.

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::need;
use crate::gitlab::model::{RegistryTag, Repository};
use crate::gitlab::page::{Page, address, counted};
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

/// `GET /projects/:id/registry/repositories`.
pub(super) fn list(cx: &Context<'_>, project: &Stored) -> Answer {
    need(cx.caller.sees_registry(project))?;
    counted(cx.request, &project.data.images, |repository| show(cx, project, repository))
}

/// `GET /registry/repositories/:id`.
pub(super) fn single(cx: &Context<'_>, id: &str) -> Answer {
    let missing = || Reply::message(404, "404 Not found");
    let number = id.parse().map_err(|_| Reply::error(400, "id is invalid"))?;
    let (project, place) = cx.state.repository(number).ok_or_else(missing)?;
    need(cx.caller.sees(&project) && cx.caller.sees_registry(&project))?;
    Ok(Reply::json(200, &show(cx, &project, &project.data.images[place])))
}

/// `GET /projects/:id/registry/repositories/:id/tags`, by pages or by keyset.
pub(super) fn tags(cx: &Context<'_>, project: &Stored, id: &str) -> Answer {
    let repository = found(cx, project, id)?;
    let mut names: Vec<_> = repository.tags.iter().map(|tag| tag.name.clone()).collect();
    names.sort_unstable();
    let show = |name: &String| {
        json!({
            "name": name,
            "path": format!("{}:{name}", path(project, repository)),
            "location": format!("{}:{name}", location(cx, project, repository)),
        })
    };
    if cx.request.given("pagination") != Some("keyset") {
        return counted(cx.request, &names, show);
    }
    if cx.caller.token.is_none() {
        return Err(Reply::unauthorized());
    }
    if !cx.state.options.registry_database || cx.version == crate::gitlab::Version::V15 {
        return Err(Reply::message(405, "405 Method Not Allowed"));
    }
    let descending = cx.request.given("sort") == Some("desc");
    if descending {
        names.reverse();
    }
    if let Some(last) = cx.request.given("last") {
        names.retain(|name| if descending { name.as_str() < last } else { name.as_str() > last });
    }
    let size = Page::of(cx.request)?.size;
    let reply = Reply::json(200, &names.iter().take(size).map(show).collect());
    Ok(match names.get(size - 1).filter(|_| names.len() > size) {
        None => reply,
        Some(last) => {
            let next = address(cx.request, &[("last", Some(last.clone())), ("per_page", Some(size.to_string()))]);
            reply.with("link", format!("<{next}>; rel=\"next\""))
        }
    })
}

/// `GET /projects/:id/registry/repositories/:id/tags/:tag`.
pub(super) fn tag(cx: &Context<'_>, project: &Stored, id: &str, name: &str) -> Answer {
    let repository = found(cx, project, id)?;
    let tag = repository.tags.iter().find(|tag| tag.name == name).ok_or_else(|| Reply::not_found("Tag"))?;
    let revision = revision(tag);
    let value = json!({
        "name": name,
        "path": format!("{}:{name}", path(project, repository)),
        "location": format!("{}:{name}", location(cx, project, repository)),
        "revision": revision,
        "short_revision": short(&revision),
        "digest": digest(tag),
        "created_at": tag.created_at,
        "total_size": size(tag),
    });
    Ok(Reply::json(200, &value))
}

fn found<'a>(cx: &Context<'_>, project: &'a Stored, id: &str) -> Result<&'a Repository, Reply> {
    need(cx.caller.sees_registry(project))?;
    let number: u64 = id.parse().map_err(|_| Reply::error(400, "repository_id is invalid"))?;
    let found = project.data.images.iter().find(|repository| repository.id == number);
    found.ok_or_else(|| Reply::message(404, "404 Not found"))
}

fn show(cx: &Context<'_>, project: &Stored, repository: &Repository) -> Value {
    let mut value = json!({
        "id": repository.id,
        "name": repository.name,
        "path": path(project, repository),
        "project_id": project.id,
        "location": location(cx, project, repository),
        "created_at": created(repository),
        "cleanup_policy_started_at": Value::Null,
        "status": Value::Null,
    });
    if cx.request.flag("tags") || cx.request.flag("tags_count") {
        value["tags_count"] = json!(repository.tags.len());
    }
    if cx.request.flag("tags") {
        let tags = repository.tags.iter().map(|tag| {
            json!({
                "name": tag.name,
                "path": format!("{}:{}", path(project, repository), tag.name),
                "location": format!("{}:{}", location(cx, project, repository), tag.name),
            })
        });
        value["tags"] = tags.collect();
    }
    value
}

/// When the repository was made.
pub(crate) fn created(repository: &Repository) -> &str {
    if repository.created_at.is_empty() { "2024-03-04T08:00:00.000Z" } else { &repository.created_at }
}

/// The path below the registry's host: in lower case, as registries want it.
pub(crate) fn path(project: &Stored, repository: &Repository) -> String {
    let project = project.data.path.to_lowercase();
    if repository.name.is_empty() { project } else { format!("{project}/{}", repository.name) }
}

/// The path with the host.
pub(crate) fn location(cx: &Context<'_>, project: &Stored, repository: &Repository) -> String {
    format!("{}/{}", cx.state.registry_host(), path(project, repository))
}

/// The digest that was given, or one made of the name.
pub(crate) fn digest(tag: &RegistryTag) -> String {
    if tag.digest.is_empty() { format!("sha256:{}", hash(&tag.name)) } else { tag.digest.clone() }
}

/// The digest of the image's configuration, or a stand-in for it.
pub(crate) fn revision(tag: &RegistryTag) -> String {
    tag.revision.clone().unwrap_or_else(|| hash(&digest(tag)))
}

/// The beginning of a revision.
pub(crate) fn short(revision: &str) -> &str {
    revision.get(..9).unwrap_or_default()
}

/// The size of the image, or one that it could have.
pub(crate) fn size(tag: &RegistryTag) -> u64 {
    tag.total_size.unwrap_or(1024)
}

fn hash(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text))
}

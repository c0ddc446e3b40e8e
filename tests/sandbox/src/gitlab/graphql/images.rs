//! What the fields of the container registry are.

use serde_json::{Map, Value as Json, json};

use super::fields::{number, text};
use super::node::{Node, Out, Shared};
use crate::gitlab::rest::registry::{created, digest, location, path, revision, short, size};
use crate::gitlab::state::Context;

const NOT_THERE: &str =
    "The resource that you are attempting to access does not exist or you don't have permission to perform this action";

/// `Query.containerRepository`.
pub(super) fn by_id(cx: &Context<'_>, id: &str) -> Out {
    let found = number(id).and_then(|number| cx.state.repository(number));
    let found = found.filter(|(project, _)| cx.caller.sees(project) && cx.caller.sees_registry(project));
    found.map_or_else(
        || Out::Error(NOT_THERE.to_owned()),
        |(project, place)| Out::Node(Node::Images(project, place, true)),
    )
}

/// `Project.containerRepositories`; `name` is a part of the path.
pub(super) fn list(cx: &Context<'_>, project: &Shared, arguments: &Map<String, Json>) -> Out {
    if !cx.caller.sees_registry(project) {
        return Out::Value(Json::Null);
    }
    let repositories = &project.data.images;
    let name = text(arguments, "name").unwrap_or_default();
    let mut places: Vec<_> =
        (0..repositories.len()).filter(|place| path(project, &repositories[*place]).contains(name)).collect();
    match text(arguments, "sort").unwrap_or_default().to_lowercase().as_str() {
        "name_asc" => places.sort_by_key(|place| path(project, &repositories[*place])),
        "name_desc" => places.sort_by_key(|place| std::cmp::Reverse(path(project, &repositories[*place]))),
        _ => {}
    }
    Out::Pages(places.into_iter().map(|place| Node::Images(project.clone(), place, false)).collect())
}

pub(super) fn repository(
    cx: &Context<'_>,
    project: &Shared,
    place: usize,
    field: &str,
    arguments: &Map<String, Json>,
) -> Out {
    let repository = &project.data.images[place];
    Out::Value(match field {
        "id" => json!(format!("gid://gitlab/ContainerRepository/{}", repository.id)),
        "name" => json!(repository.name),
        "path" => json!(path(project, repository)),
        "location" => json!(location(cx, project, repository)),
        "createdAt" | "updatedAt" => json!(created(repository).replace(".000Z", "Z")),
        "tagsCount" => json!(repository.tags.len()),
        "status" => Json::Null,
        _ => return tags(project, place, arguments),
    })
}

/// The tags; `name` is a part of the name. Without a sort they come by name.
fn tags(project: &Shared, place: usize, arguments: &Map<String, Json>) -> Out {
    let tags = &project.data.images[place].tags;
    let name = text(arguments, "name").unwrap_or_default();
    let mut places: Vec<_> = (0..tags.len()).filter(|tag| tags[*tag].name.contains(name)).collect();
    places.sort_by_key(|tag| &tags[*tag].name);
    match text(arguments, "sort") {
        Some("NAME_DESC") => places.reverse(),
        Some("PUBLISHED_AT_ASC") => places.sort_by_key(|tag| &tags[*tag].created_at),
        Some("PUBLISHED_AT_DESC") => places.sort_by_key(|tag| std::cmp::Reverse(&tags[*tag].created_at)),
        _ => {}
    }
    Out::Pages(places.into_iter().map(|tag| Node::Tag(project.clone(), place, tag)).collect())
}

pub(super) fn tag(cx: &Context<'_>, project: &Shared, repository: usize, tag: usize, field: &str) -> Out {
    let repository = &project.data.images[repository];
    let tag = &repository.tags[tag];
    Out::Value(match field {
        "name" => json!(tag.name),
        "path" => json!(format!("{}:{}", path(project, repository), tag.name)),
        "location" => json!(format!("{}:{}", location(cx, project, repository), tag.name)),
        "digest" => json!(digest(tag)),
        "revision" => json!(revision(tag)),
        "shortRevision" => json!(short(&revision(tag))),
        "createdAt" | "publishedAt" => json!(tag.created_at),
        "totalSize" => json!(size(tag).to_string()),
        _ => json!("application/vnd.docker.distribution.manifest.v2+json"),
    })
}

//! What the fields of the query, of projects and of pages are.

use serde_json::{Map, Value as Json, json};

use super::node::{Node, Out, Page, Shared};
use super::run::cursor;
use super::{ci, git, images};
use crate::Result;
use crate::gitlab::model::{Access, Visibility};
use crate::gitlab::state::Context;

/// The value of a field, whose existence was checked.
pub(super) fn resolve(cx: &Context<'_>, node: &Node, field: &str, arguments: &Map<String, Json>) -> Result<Out> {
    Ok(match node {
        Node::Query => query(cx, field, arguments),
        Node::User => Out::Value(match field {
            "id" => json!("gid://gitlab/User/1"),
            "username" => json!("ada"),
            _ => json!("Ada Example"),
        }),
        Node::Metadata => Out::Value(match field {
            "version" => json!(cx.version.text()),
            "enterprise" => json!(true),
            _ => json!("0123456789a"),
        }),
        Node::Project(project) => self::project(cx, project, field, arguments),
        Node::Repository(project) => return git::repository(cx, project, field, arguments),
        Node::RepositoryBlob(project, entry, revision) => return git::blob(cx, project, entry, revision, field),
        Node::Tree(project, tree) => return git::tree(project, tree, field),
        Node::Entry(project, entry, _) => git::entry(cx, project, entry, field),
        Node::Commit(project, commit) => git::commit(cx, project, commit, field, arguments),
        Node::Pipeline(project, place) => return ci::pipeline(cx, project, *place, field, arguments),
        Node::Job(project, pipeline, job) => ci::job(cx, project, *pipeline, *job, field),
        Node::Stage(name) => Out::Value(json!(name)),
        Node::Images(project, place, _) => images::repository(cx, project, *place, field, arguments),
        Node::Tag(project, repository, tag) => images::tag(cx, project, *repository, *tag, field),
        Node::Connection(page) => connection(page, field),
        Node::Edge(page, place) => match field {
            "cursor" => Out::Value(json!(cursor(page.start + place))),
            _ => Out::Node(page.nodes[*place].clone()),
        },
        Node::PageInfo(page) => Out::Value(page_info(page, field)),
    })
}

/// A text argument that is there.
pub(super) fn text<'a>(arguments: &'a Map<String, Json>, name: &str) -> Option<&'a str> {
    arguments.get(name).and_then(Json::as_str)
}

/// The number at the end of a global id: `gid://gitlab/Project/7`.
pub(super) fn number(id: &str) -> Option<u64> {
    id.rsplit('/').next().and_then(|number| number.parse().ok())
}

fn query(cx: &Context<'_>, field: &str, arguments: &Map<String, Json>) -> Out {
    match field {
        "project" => {
            let path = text(arguments, "fullPath").unwrap_or_default();
            let project = cx.state.by_path(path).filter(|project| cx.caller.sees(project));
            project.map_or(Out::Value(Json::Null), |project| Out::Node(Node::Project(project)))
        }
        "containerRepository" => images::by_id(cx, text(arguments, "id").unwrap_or_default()),
        // Both are for users only.
        _ if cx.caller.token.is_none() => Out::Value(Json::Null),
        "currentUser" => Out::Node(Node::User),
        _ => Out::Node(Node::Metadata),
    }
}

fn project(cx: &Context<'_>, project: &Shared, field: &str, arguments: &Map<String, Json>) -> Out {
    let data = &project.data;
    let visibility = match data.visibility {
        Visibility::Public => "public",
        Visibility::Internal => "internal",
        Visibility::Private => "private",
    };
    let page = format!("{}/{}", cx.state.base, data.path);
    Out::Value(match field {
        "id" => json!(format!("gid://gitlab/Project/{}", project.id)),
        "name" | "path" => json!(project.name()),
        "fullPath" => json!(data.path),
        "nameWithNamespace" => json!(data.path.replace('/', " / ")),
        "visibility" => json!(visibility),
        "archived" => json!(data.archived),
        "webUrl" => json!(page),
        "httpUrlToRepo" => json!(format!("{page}.git")),
        "ciConfigPathOrDefault" => json!(data.ci_config_path.as_deref().unwrap_or(".gitlab-ci.yml")),
        "containerRegistryEnabled" => json!(data.container_registry != Access::Disabled),
        "containerRepositoriesCount" => json!(data.images.len()),
        "jobsEnabled" => json!(data.builds != Access::Disabled),
        "repository" => return Out::Node(Node::Repository(project.clone())),
        "containerRepositories" => return images::list(cx, project, arguments),
        _ => return ci::list(cx, project, field, arguments),
    })
}

fn connection(page: &std::sync::Arc<Page>, field: &str) -> Out {
    match field {
        "nodes" => Out::Nodes(page.nodes.clone()),
        "edges" => Out::Nodes((0..page.nodes.len()).map(|place| Node::Edge(page.clone(), place)).collect()),
        "count" => Out::Value(json!(page.count)),
        _ => Out::Node(Node::PageInfo(page.clone())),
    }
}

fn page_info(page: &Page, field: &str) -> Json {
    let full = !page.nodes.is_empty();
    match field {
        "hasNextPage" => json!(page.more),
        "hasPreviousPage" => json!(page.start > 0),
        "startCursor" => json!(full.then(|| cursor(page.start))),
        _ => json!(full.then(|| cursor(page.start + page.nodes.len() - 1))),
    }
}

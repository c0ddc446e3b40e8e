//! What the fields of repositories, trees, blobs and commits are.

use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::node::{Node, Out, Shared, TreeAt};
use super::run::read_cursor;
use super::{ci, fields::text};
use crate::Result;
use crate::gitlab::Version;
use crate::gitlab::commit::Commit;
use crate::gitlab::objects::Entry;
use crate::gitlab::state::Context;

const NULL: Out = Out::Value(Json::Null);

pub(super) fn repository(
    cx: &Context<'_>,
    project: &Shared,
    field: &str,
    arguments: &Map<String, Json>,
) -> Result<Out> {
    let objects = &project.objects;
    let head = |name: &str| objects.commit_id(&project.revision(text(arguments, name)));
    Ok(match field {
        "rootRef" => Out::Value(match objects.commit_id(&project.revision(None))? {
            Some(_) => json!(project.default_branch()),
            None => Json::Null,
        }),
        "exists" => Out::Value(json!(true)),
        "empty" => Out::Value(json!(project.is_empty())),
        "diskPath" => NULL,
        // The newest versions take names of refs and ids, and no expression that git would understand.
        "blobs" if cx.version >= Version::V19 && !text(arguments, "ref").is_none_or(is_ref) => {
            Out::Error("Ref is not valid".to_owned())
        }
        "blobs" => Out::Pages(match head("ref")? {
            Some(commit) => blobs(project, &commit, arguments)?,
            None => Vec::new(),
        }),
        "tree" => match head("ref")? {
            Some(commit) => tree_at(project, commit, arguments)?,
            None => NULL,
        },
        "commit" => one(project, objects.commit(&project.revision(text(arguments, "ref")))?),
        "lastCommit" => match head("ref")? {
            Some(commit) => one(project, objects.last_commit(&commit, text(arguments, "path").unwrap_or_default())?),
            None => NULL,
        },
        "branchNames" => {
            let names = objects.refs("heads", &[])?.into_iter().map(|(name, _)| name);
            let number = |name: &str| arguments.get(name).and_then(Json::as_u64).and_then(|n| usize::try_from(n).ok());
            let pattern = text(arguments, "searchPattern").unwrap_or_default().trim_matches('*').to_owned();
            let found = names.filter(|name| name.contains(&pattern));
            let page = found.skip(number("offset").unwrap_or_default()).take(number("limit").unwrap_or_default());
            Out::Value(json!(page.collect::<Vec<_>>()))
        }
        _ => match head("ref")? {
            Some(commit) => Out::Pages(commits(cx, project, &commit, arguments)?),
            None => Out::Pages(Vec::new()),
        },
    })
}

/// What `git check-ref-format` lets pass, by and large.
fn is_ref(name: &str) -> bool {
    let odd = |part: &str| part.is_empty() || part.starts_with('.') || part.ends_with('.');
    let wrong = name.contains(['~', '^', ':', '?', '*', '[', '\\', ' ']) || name.chars().any(char::is_control);
    !wrong && !name.starts_with('-') && !name.contains("..") && !name.contains("@{") && !name.split('/').any(odd)
}

fn one(project: &Shared, commit: Option<Commit>) -> Out {
    commit.map_or(NULL, |commit| Out::Node(Node::Commit(project.clone(), Arc::new(commit))))
}

/// The blobs of the paths, without a word about those that are not there, are folders or submodules.
fn blobs(project: &Shared, commit: &str, arguments: &Map<String, Json>) -> Result<Vec<Node>> {
    let paths = match arguments.get("paths") {
        Some(Json::Array(paths)) => paths.iter().filter_map(Json::as_str).collect(),
        Some(Json::String(path)) => vec![path.as_str()],
        _ => Vec::new(),
    };
    let revision = text(arguments, "ref").unwrap_or(project.default_branch());
    let mut nodes = Vec::new();
    for path in paths.into_iter().filter(|path| !path.is_empty()) {
        let entry = project.objects.entry(commit, path)?.filter(|entry| entry.kind() == "blob");
        nodes.extend(entry.map(|entry| Node::RepositoryBlob(project.clone(), Arc::new(entry), revision.to_owned())));
    }
    Ok(nodes)
}

fn tree_at(project: &Shared, commit: String, arguments: &Map<String, Json>) -> Result<Out> {
    let path = text(arguments, "path").unwrap_or_default().trim_matches('/').to_owned();
    let entry = project.objects.entry(&commit, &path)?;
    let folder = entry.filter(|entry| entry.kind() == "tree");
    let recursive = arguments.get("recursive") == Some(&json!(true));
    let entries = match folder {
        // A tree of a file is empty, and has a last commit all the same: GitLab's own file page used it.
        None => Vec::new(),
        Some(folder) if recursive => project.objects.walk(&folder.id, &path)?.unwrap_or_default(),
        Some(folder) => project.objects.entries(&folder.id, &path)?.unwrap_or_default(),
    };
    Ok(Out::Node(Node::Tree(project.clone(), Arc::new(TreeAt { commit, path, entries }))))
}

/// The first commits of a history; one more than the page, to know whether there is a next.
fn commits(cx: &Context<'_>, project: &Shared, head: &str, arguments: &Map<String, Json>) -> Result<Vec<Node>> {
    let first = arguments.get("first").and_then(Json::as_u64).unwrap_or(100).min(100);
    let after = text(arguments, "after").and_then(read_cursor).unwrap_or_default() as u64;
    let mut args = vec![format!("--max-count={}", after + first + 1)];
    for (name, option) in
        [("author", "--author"), ("query", "--grep"), ("committedAfter", "--since"), ("committedBefore", "--until")]
    {
        args.extend(text(arguments, name).map(|value| format!("{option}={value}")));
    }
    if arguments.get("firstParent") == Some(&json!(true)) {
        args.push("--first-parent".to_owned());
    }
    if text(arguments, "order") == Some("TOPO") {
        args.push("--topo-order".to_owned());
    }
    let path = text(arguments, "path").filter(|path| !path.is_empty());
    args.extend(path.map(|_| "--follow".to_owned()));
    args.extend([head.to_owned(), "--".to_owned()]);
    args.extend(path.map(str::to_owned));
    debug_assert!(cx.version >= Version::V17, "the query was checked");
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let commits = project.objects.log(&args)?.unwrap_or_default();
    Ok(commits.into_iter().map(|commit| Node::Commit(project.clone(), Arc::new(commit))).collect())
}

pub(super) fn blob(cx: &Context<'_>, project: &Shared, entry: &Entry, revision: &str, field: &str) -> Result<Out> {
    let content = || Ok::<_, crate::Error>(project.objects.blob(&entry.id)?.unwrap_or_default());
    let page = format!("/{}/-/blob/{revision}/{}", project.data.path, entry.path);
    Ok(Out::Value(match field {
        "id" => json!(format!("gid://gitlab/Blob/{}", entry.id)),
        "oid" => json!(entry.id),
        "path" => json!(entry.path),
        "name" => json!(entry.name()),
        "mode" => json!(entry.mode),
        "size" | "rawSize" => json!(content()?.len().to_string()),
        "rawBlob" => json!(String::from_utf8_lossy(&content()?)),
        // Binary content has no text.
        "rawTextBlob" => {
            let content = content()?;
            let binary = content.iter().take(8000).any(|byte| *byte == 0);
            json!((!binary).then(|| String::from_utf8_lossy(&content).into_owned()))
        }
        "webPath" => json!(page),
        "webUrl" => json!(format!("{}{page}", cx.state.base)),
        _ => Json::Null,
    }))
}

pub(super) fn tree(project: &Shared, tree: &TreeAt, field: &str) -> Result<Out> {
    let (kind, shown) = match field {
        "blobs" => ("blob", "Blob"),
        "trees" => ("tree", "TreeEntry"),
        "submodules" => ("commit", "Submodule"),
        _ => return Ok(one(project, project.objects.last_commit(&tree.commit, &tree.path)?)),
    };
    let entries = tree.entries.iter().filter(|entry| entry.kind() == kind);
    Ok(Out::Pages(entries.map(|entry| Node::Entry(project.clone(), Arc::new(entry.clone()), shown)).collect()))
}

pub(super) fn entry(cx: &Context<'_>, project: &Shared, entry: &Entry, field: &str) -> Out {
    let page = format!("/{}/-/{}/HEAD/{}", project.data.path, entry.kind(), entry.path);
    Out::Value(match field {
        "id" => json!(format!("gid://gitlab/Entry/{}", entry.id)),
        "sha" => json!(entry.id),
        "name" => json!(entry.name()),
        "path" | "flatPath" => json!(entry.path),
        "type" => json!(entry.kind()),
        "mode" => json!(entry.mode),
        "webPath" => json!(page),
        "webUrl" => json!(format!("{}{page}", cx.state.base)),
        _ => Json::Null,
    })
}

pub(super) fn commit(
    cx: &Context<'_>,
    project: &Shared,
    commit: &Commit,
    field: &str,
    arguments: &Map<String, Json>,
) -> Out {
    let page = format!("/{}/-/commit/{}", project.data.path, commit.id);
    Out::Value(match field {
        "id" => json!(format!("gid://gitlab/CommitPresenter/{}", commit.id)),
        "sha" => json!(commit.id),
        "shortId" => json!(commit.short_id()),
        "title" => json!(commit.title()),
        "fullTitle" => json!(commit.message.lines().next().unwrap_or_default()),
        "message" => json!(commit.message),
        "authoredDate" => json!(commit.author.graphql()),
        "committedDate" => json!(commit.committer.graphql()),
        "authorName" => json!(commit.author.name),
        "authorEmail" => json!(commit.author.email),
        "committerName" => json!(commit.committer.name),
        "committerEmail" => json!(commit.committer.email),
        // The first parent; there is no list of all.
        "parentSha" => json!(commit.parents.first()),
        "webPath" => json!(page),
        "webUrl" => json!(format!("{}{page}", cx.state.base)),
        _ => return ci::of_commit(cx, project, &commit.id, field, arguments),
    })
}

//! REST, version 4 (facts, 2): one file for each group of endpoints.

mod comments;
mod commits;
mod diff;
mod files;
pub(crate) mod pipelines;
mod projects;
mod refs;
pub(crate) mod registry;
mod tree;

use std::sync::Arc;

use super::reply::{Answer, Reply};
use super::state::{Context, Stored};
use crate::gitlab::model::Version;
use crate::gitlab::page::address;

/// The answer of `/api/v4/...`.
pub(crate) fn answer(cx: &Context<'_>, route: &[&str]) -> Answer {
    let get = cx.request.reads();
    match *route {
        ["version" | "metadata"] if get => projects::version(cx),
        ["user"] if get => projects::user(cx),
        ["personal_access_tokens", "self"] if get => projects::token(cx),
        ["projects"] if get => projects::list(cx),
        ["registry", "repositories", id] if get => registry::single(cx, id),
        ["projects", id, ref rest @ ..] => {
            let project = found(cx, id, rest)?;
            in_project(cx, &project, rest)
        }
        _ => Err(unknown()),
    }
}

fn in_project(cx: &Context<'_>, project: &Stored, route: &[&str]) -> Answer {
    let get = cx.request.reads();
    let post = cx.request.method == "POST";
    match *route {
        [] if get => Ok(projects::single(cx, project)),
        ["repository", "commits"] if get => commits::list(cx, project),
        ["repository", "commits", sha] if get => commits::single(cx, project, sha),
        ["repository", "commits", sha, "refs"] if get => commits::refs(cx, project, sha),
        ["repository", "commits", sha, "diff"] if get => diff::of_commit(cx, project, sha),
        ["repository", "commits", sha, "discussions"] if get => comments::discussions(cx, project, sha),
        ["repository", "commits", sha, "discussions"] if post => comments::create(cx, project, sha, "body"),
        ["repository", "commits", sha, "comments"] if get => comments::list(cx, project, sha),
        ["repository", "commits", sha, "comments"] if post => comments::create(cx, project, sha, "note"),
        ["repository", "commits", sha, "discussions", thread, "notes", id] if cx.request.method == "PUT" => {
            comments::edit(cx, project, sha, [thread, id])
        }
        ["repository", "commits", sha, "discussions", thread, "notes", id] if cx.request.method == "DELETE" => {
            comments::remove(cx, project, sha, [thread, id])
        }
        ["repository", "compare"] if get => diff::compare(cx, project),
        ["repository", "merge_base"] if get => diff::merge_base(cx, project),
        ["repository", "tree"] if get => tree::list(cx, project),
        ["repository", "files", path] if get => files::single(cx, project, path),
        ["repository", "files", path, "raw"] if get => files::raw(cx, project, path),
        ["repository", "branches"] if get => refs::branches(cx, project),
        ["repository", "branches", name] if get => refs::branch(cx, project, name),
        ["repository", "tags"] if get => refs::tags(cx, project),
        ["repository", "tags", name] if get => refs::tag(cx, project, name),
        ["registry", "repositories"] if get => registry::list(cx, project),
        ["registry", "repositories", id, "tags"] if get => registry::tags(cx, project, id),
        ["registry", "repositories", id, "tags", tag] if get => registry::tag(cx, project, id, tag),
        ["pipelines"] if get => pipelines::list(cx, project),
        ["pipelines", "latest"] if get => pipelines::latest(cx, project),
        ["pipelines", id] if get => pipelines::single(cx, project, id),
        ["pipelines", id, "jobs"] if get => pipelines::jobs(cx, project, id),
        ["jobs"] if get => pipelines::all_jobs(cx, project),
        ["jobs", id] if get => pipelines::job(cx, project, id),
        ["jobs", id, "retry"] if post => pipelines::retry(cx, project, id),
        ["repository", "commits", sha, "statuses"] if get => pipelines::statuses(cx, project, sha),
        _ => Err(unknown()),
    }
}

fn unknown() -> Reply {
    Reply::error(404, "404 Not Found")
}

/// The project of a number or a path, if the caller sees it.
fn found(cx: &Context<'_>, id: &str, rest: &[&str]) -> Result<Arc<Stored>, Reply> {
    let project = match id.parse() {
        Ok(number) => cx.state.by_id(number),
        Err(_) => cx.state.by_path(id),
    };
    if let Some(project) = project.filter(|project| cx.caller.sees(project)) {
        return Ok(project);
    }
    let old = cx.state.by_old_path(id).filter(|project| cx.caller.sees(project));
    let moved = old.ok_or_else(|| Reply::not_found("Project"))?;
    // Before 16.4 an old path was as good as the new one.
    if cx.version == Version::V15 {
        return Ok(moved);
    }
    if !cx.request.reads() {
        return Err(Reply::message(405, "Non GET methods are not allowed for moved projects"));
    }
    let mut to = cx.request.clone();
    // The rest of the path stays as it was sent, percent signs and all.
    let sent: Vec<_> = cx.request.path.split('/').filter(|part| !part.is_empty()).collect();
    let tail: String = sent[sent.len() - rest.len()..].iter().flat_map(|part| ["/", part]).collect();
    to.path = format!("/api/v4/projects/{}{tail}", moved.id);
    let url = address(&to, &[]);
    let url = url.trim_end_matches('?');
    let body = format!("This resource has been moved permanently to {url}");
    Err(Reply::new(301, "text/plain", body).with("location", url))
}

impl Context<'_> {
    /// The address of a project's page.
    pub(crate) fn page_of(&self, project: &Stored) -> String {
        format!("{}/{}", self.state.base, project.data.path)
    }
}

/// Refuses who is not a member, in a part that only members may see, or everybody, where the part is switched off.
fn need(allowed: bool) -> Result<(), Reply> {
    if allowed { Ok(()) } else { Err(Reply::forbidden()) }
}

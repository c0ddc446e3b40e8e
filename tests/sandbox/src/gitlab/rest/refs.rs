//! Branches and tags of git.

use serde_json::{Value, json};

use crate::gitlab::page::counted;
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

/// `GET /projects/:id/repository/branches`.
pub(super) fn branches(cx: &Context<'_>, project: &Stored) -> Answer {
    let refs = searched(cx, project.objects.refs("heads", &[])?);
    let merged = merged(project)?;
    let shown = refs.iter().map(|(name, id)| show_branch(cx, project, name, id, &merged));
    counted(cx.request, &shown.collect::<Result<Vec<_>, _>>()?, Clone::clone)
}

/// `GET /projects/:id/repository/branches/:name`.
pub(super) fn branch(cx: &Context<'_>, project: &Stored, name: &str) -> Answer {
    let refs = project.objects.refs("heads", &[])?;
    let found = refs.iter().find(|(known, _)| known == name).ok_or_else(|| Reply::not_found("Branch"))?;
    Ok(Reply::json(200, &show_branch(cx, project, &found.0, &found.1, &merged(project)?)?))
}

/// `GET /projects/:id/repository/tags`: the newest first.
pub(super) fn tags(cx: &Context<'_>, project: &Stored) -> Answer {
    let sort = match (cx.request.given("order_by"), cx.request.given("sort")) {
        (Some("name"), Some("asc")) => "--sort=refname",
        (Some("name"), _) => "--sort=-refname",
        (_, Some("asc")) => "--sort=creatordate",
        _ => "--sort=-creatordate",
    };
    let refs = searched(cx, project.objects.refs("tags", &[sort])?);
    counted(cx.request, &refs, |(name, id)| show_tag(cx, project, name, id).unwrap_or_default())
}

/// `GET /projects/:id/repository/tags/:name`.
pub(super) fn tag(cx: &Context<'_>, project: &Stored, name: &str) -> Answer {
    let refs = project.objects.refs("tags", &[])?;
    let found = refs.iter().find(|(known, _)| known == name).ok_or_else(|| Reply::not_found("Tag"))?;
    Ok(Reply::json(200, &show_tag(cx, project, &found.0, &found.1)?))
}

/// `search`: a part of the name; `^` and `$` tie it to an end.
fn searched(cx: &Context<'_>, mut refs: Vec<(String, String)>) -> Vec<(String, String)> {
    let Some(search) = cx.request.given("search") else { return refs };
    let text = search.trim_start_matches('^').trim_end_matches('$');
    refs.retain(|(name, _)| match (search.starts_with('^'), search.ends_with('$')) {
        (true, true) => name == text,
        (true, false) => name.starts_with(text),
        (false, true) => name.ends_with(text),
        (false, false) => name.contains(text),
    });
    refs
}

fn merged(project: &Stored) -> Result<Vec<String>, Reply> {
    let into = format!("--merged={}", project.revision(None));
    Ok(project.objects.refs("heads", &[&into])?.into_iter().map(|(name, _)| name).collect())
}

fn show_branch(cx: &Context<'_>, project: &Stored, name: &str, id: &str, merged: &[String]) -> Result<Value, Reply> {
    let commit = project.objects.commit(id)?.ok_or_else(|| Reply::not_found("Branch"))?;
    let default = name == project.default_branch();
    Ok(json!({
        "name": name,
        "commit": commit.json(&cx.page_of(project)),
        "merged": !default && merged.iter().any(|branch| branch == name),
        "protected": default,
        "developers_can_push": false,
        "developers_can_merge": false,
        "can_push": cx.caller.is_member(project),
        "default": default,
        "web_url": format!("{}/-/tree/{name}", cx.page_of(project)),
    }))
}

fn show_tag(cx: &Context<'_>, project: &Stored, name: &str, id: &str) -> Result<Value, Reply> {
    let commit = project.objects.commit(id)?.ok_or_else(|| Reply::not_found("Tag"))?;
    let annotated = project.objects.object(id)?.filter(|object| object.kind == "tag");
    let message = annotated.map(|object| {
        let text = String::from_utf8_lossy(&object.data).into_owned();
        text.split_once("\n\n").map(|(_, message)| message.trim_end().to_owned()).unwrap_or_default()
    });
    Ok(json!({
        "name": name,
        "message": message.clone().unwrap_or_default(),
        "target": id,
        "commit": commit.json(&cx.page_of(project)),
        "release": Value::Null,
        "protected": false,
        "created_at": message.map(|_| commit.committer.rest()),
    }))
}

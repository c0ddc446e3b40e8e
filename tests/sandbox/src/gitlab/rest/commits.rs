//! Commits.

use serde_json::{Value, json};

use super::pipelines;
use crate::gitlab::commit::Commit;
use crate::gitlab::page::{Page, uncounted};
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

/// `GET /projects/:id/repository/commits`: what `git log` lists, with the options that Gitaly gives it.
pub(super) fn list(cx: &Context<'_>, project: &Stored) -> Answer {
    let request = cx.request;
    let page = Page::of(request)?;
    let path = request.given("path");
    // With --follow git skips the wrong commits; Gitaly then skips by itself.
    let drop = if path.is_some() { page.skip() } else { 0 };
    let mut args =
        vec![format!("--max-count={}", page.size.saturating_add(drop)), format!("--skip={}", page.skip() - drop)];
    if path.is_some() {
        args.push("--follow".to_owned());
    }
    if request.flag("first_parent") {
        args.push("--first-parent".to_owned());
    }
    match request.given("order") {
        None | Some("default") => {}
        Some("topo") => args.push("--topo-order".to_owned()),
        Some(_) => return Err(Reply::error(400, "order does not have a valid value")),
    }
    for (name, option) in [("since", "--since"), ("until", "--until"), ("author", "--author")] {
        args.extend(request.given(name).map(|value| format!("{option}={value}")));
    }
    if request.flag("all") {
        args.extend(["--all".to_owned(), "--reverse".to_owned()]);
    } else {
        // Gitaly does not look at how git ends: a ref that is not there has no commits, and that is no error.
        let Some(range) = range(project, request.given("ref_name"))? else {
            return Ok(uncounted(request, page, Vec::new(), false));
        };
        args.push(range);
    }
    args.push("--".to_owned());
    args.extend(path.map(str::to_owned));
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    let commits = project.objects.log(&args)?.unwrap_or_default();
    let stats = request.flag("with_stats");
    let shown = commits.iter().skip(drop).map(|commit| {
        let mut value = commit.json(&cx.page_of(project));
        if stats {
            value["stats"] = changes(project, commit)?;
        }
        Ok(value)
    });
    let shown = shown.collect::<Result<Vec<_>, Reply>>()?;
    // GitLab takes a full page for a sign that there is another.
    let more = shown.len() == page.size;
    Ok(uncounted(request, page, shown, more))
}

/// A revision or a range of two, for git; `None` if one is not there.
fn range(project: &Stored, given: Option<&str>) -> Result<Option<String>, Reply> {
    let given = given.unwrap_or_default();
    if given.starts_with('-') {
        return Err(Reply::message(400, "ref_name is invalid"));
    }
    let id = |revision: &str| project.objects.commit_id(&project.revision(Some(revision)));
    let dots = ["...", ".."].into_iter().find_map(|dots| Some((given.split_once(dots)?, dots)));
    Ok(match dots {
        None => id(given)?,
        Some(((from, to), dots)) => id(from)?.zip(id(to)?).map(|(from, to)| format!("{from}{dots}{to}")),
    })
}

/// `GET /projects/:id/repository/commits/:sha`.
pub(super) fn single(cx: &Context<'_>, project: &Stored, sha: &str) -> Answer {
    let commit = resolved(project, sha)?;
    let mut value = commit.json(&cx.page_of(project));
    value["project_id"] = json!(project.id);
    if cx.request.param("stats").is_none_or(|stats| stats != "false") {
        value["stats"] = changes(project, &commit)?;
    }
    let visible = cx.caller.may_use(project, project.data.builds);
    let of_this = project.data.pipelines.iter().filter(|pipeline| visible && pipeline.sha == commit.id);
    let last = of_this.max_by_key(|pipeline| pipeline.id);
    value["status"] = json!(last.map(|pipeline| &pipeline.status));
    value["last_pipeline"] = last.map_or(Value::Null, |pipeline| pipelines::basic(cx, project, pipeline));
    Ok(Reply::json(200, &value))
}

/// `GET /projects/:id/repository/commits/:sha/refs`.
pub(super) fn refs(cx: &Context<'_>, project: &Stored, sha: &str) -> Answer {
    let commit = resolved(project, sha)?;
    let contains = format!("--contains={}", commit.id);
    let kind = cx.request.given("type").unwrap_or("all");
    let mut all = Vec::new();
    for (name, below) in [("branch", "heads"), ("tag", "tags")] {
        if kind == name || kind == "all" {
            let refs = project.objects.refs(below, &[&contains])?;
            all.extend(refs.into_iter().map(|(short, _)| json!({ "type": name, "name": short })));
        }
    }
    // GitLab asks for one more than it shows, and does not count.
    let page = Page::of(cx.request)?;
    let more = all.len() > page.skip().saturating_add(page.size);
    Ok(uncounted(cx.request, page, page.cut(&all), more))
}

/// The commit of a revision.
pub(super) fn resolved(project: &Stored, revision: &str) -> Result<Commit, Reply> {
    let commit = project.objects.commit(&project.revision(Some(revision)))?;
    commit.ok_or_else(|| Reply::not_found("Commit"))
}

/// Lines added and taken away, against the first parent.
fn changes(project: &Stored, commit: &Commit) -> Result<Value, Reply> {
    let parent = commit.parents.first().map(String::as_str);
    let range = match parent {
        Some(parent) => vec![parent, commit.id.as_str()],
        None => vec!["--root", commit.id.as_str()],
    };
    let args = [&["diff-tree", "--numstat", "-r", "--no-commit-id"], &range[..]].concat();
    let (mut added, mut removed) = (0_u64, 0_u64);
    for line in project.objects.lines(&args)?.unwrap_or_default() {
        let mut fields = line.split('\t').map(|field| field.parse::<u64>().unwrap_or_default());
        added += fields.next().unwrap_or_default();
        removed += fields.next().unwrap_or_default();
    }
    Ok(json!({ "additions": added, "deletions": removed, "total": added + removed }))
}

//! What changed between commits, up to the instance's limits: where they end a list, nothing says so.

use serde_json::{Value, json};

use super::commits::resolved;
use crate::gitlab::commit::Commit;
use crate::gitlab::model::{DiffLimits, Version};
use crate::gitlab::page::counted;
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

/// The tree of no files: what a first commit is compared with.
const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// `GET /projects/:id/repository/commits/:sha/diff`: against the first parent.
pub(super) fn of_commit(cx: &Context<'_>, project: &Stored, sha: &str) -> Answer {
    let commit = resolved(project, sha)?;
    let parent = commit.parents.first().map_or(EMPTY_TREE, String::as_str);
    let (diffs, _) = diffs(project, parent, &commit.id, cx.state.options.diff_limits)?;
    counted(cx.request, &diffs, Clone::clone)
}

/// `GET /projects/:id/repository/compare`.
pub(super) fn compare(cx: &Context<'_>, project: &Stored) -> Answer {
    let missing: Vec<_> = ["from", "to"].into_iter().filter(|name| cx.request.given(name).is_none()).collect();
    if !missing.is_empty() {
        let missing: Vec<_> = missing.iter().map(|name| format!("{name} is missing")).collect();
        return Err(Reply::error(400, &missing.join(", ")));
    }
    let end = |name: &str| {
        let commit = project.objects.commit(&project.revision(cx.request.given(name)))?;
        commit.ok_or_else(|| Reply::not_found("Ref"))
    };
    let (from, to) = (end("from")?, end("to")?);
    let page = cx.page_of(project);
    let start = if cx.request.flag("straight") { Some(from.id.clone()) } else { base(project, &[&from.id, &to.id])? };
    // Without a common ancestor there is nothing to compare with.
    let start = start.ok_or_else(|| Reply::not_found("Ref"))?;
    let range = format!("{}..{}", from.id, to.id);
    let commits = project.objects.log(&["--reverse", &range, "--"])?.unwrap_or_default();
    let (mut diffs, cut) = diffs(project, &start, &to.id, cx.state.options.diff_limits)?;
    // Comparisons say which patches were left out since 18.4.
    if cx.version < Version::V19 {
        for diff in diffs.iter_mut().filter_map(Value::as_object_mut) {
            diff.retain(|name, _| name != "collapsed" && name != "too_large");
        }
    }
    let value = json!({
        "commit": commits.last().map(|commit| commit.json(&page)),
        "commits": commits.iter().map(|commit| commit.json(&page)).collect::<Vec<_>>(),
        "diffs": diffs,
        // The name is old: it says that the list was cut off.
        "compare_timeout": cut,
        "compare_same_ref": from.id == to.id,
        "web_url": format!("{page}/-/compare/{}...{}", from.id, to.id),
    });
    Ok(Reply::json(200, &value))
}

/// `GET /projects/:id/repository/merge_base?refs[]=a&refs[]=b`.
pub(super) fn merge_base(cx: &Context<'_>, project: &Stored) -> Answer {
    let refs = cx.request.params("refs");
    if refs.is_empty() {
        return Err(Reply::error(400, "refs is missing"));
    }
    if refs.len() < 2 {
        return Err(Reply::message(400, "400 Bad request - Provide at least 2 refs"));
    }
    let mut ids = Vec::new();
    for name in refs {
        let id = project.objects.commit_id(&project.revision(Some(name)))?;
        ids.push(id.ok_or_else(|| Reply::message(400, &format!("400 Bad request - Could not find ref: {name}")))?);
    }
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let base = base(project, &ids)?.ok_or_else(|| Reply::not_found("Merge Base"))?;
    let commit: Commit = resolved(project, &base)?;
    Ok(Reply::json(200, &commit.json(&cx.page_of(project))))
}

fn base(project: &Stored, ids: &[&str]) -> Result<Option<String>, Reply> {
    let lines = project.objects.lines(&[&["merge-base", "--octopus"], ids].concat())?;
    Ok(lines.and_then(|lines| lines.into_iter().next()))
}

/// One file of `git diff-tree --raw -z`.
struct Change {
    modes: (String, String),
    status: char,
    paths: (String, String),
}

/// The differences up to the limits, and whether that is not all.
fn diffs(project: &Stored, from: &str, to: &str, limits: DiffLimits) -> Result<(Vec<Value>, bool), Reply> {
    let mut changes = changes(project, from, to)?;
    let cut = changes.len() > limits.files;
    changes.truncate(limits.files);
    let mut patches = patches(project, from, to)?.into_iter();
    let (mut files, mut bytes) = (0, 0);
    let shown = changes.iter().map(|change| {
        // Where a file became a link or the like, git prints it as taken away and as new.
        let count = if change.status == 'T' { 2 } else { 1 };
        let patch: String = patches.by_ref().take(count).collect();
        let too_large = patch.len() > limits.patch_bytes;
        files += 1;
        bytes += if too_large { 0 } else { patch.len() };
        let collapsed = !too_large && (files > limits.files.div_ceil(10) || patch.len() > limits.patch_bytes / 10);
        change.json(if too_large || collapsed { "" } else { &patch }, collapsed, too_large)
    });
    Ok((shown.collect(), cut))
}

fn changes(project: &Stored, from: &str, to: &str) -> Result<Vec<Change>, Reply> {
    let raw = project.objects.run(&["diff-tree", "-r", "-z", "--raw", "-M30%", from, to])?.unwrap_or_default();
    let text = String::from_utf8_lossy(&raw).into_owned();
    let mut fields = text.split('\0');
    let mut changes = Vec::new();
    while let Some(head) = fields.next().and_then(|head| head.strip_prefix(':')) {
        let words: Vec<_> = head.split(' ').collect();
        let [old, new, _, _, status] = words[..] else { break };
        let path = fields.next().unwrap_or_default().to_owned();
        let status = status.chars().next().unwrap_or('M');
        let other =
            if matches!(status, 'R' | 'C') { fields.next().unwrap_or_default().to_owned() } else { path.clone() };
        // An absent side has the mode `0`.
        let mode = |mode: &str| if mode == "000000" { "0".to_owned() } else { mode.to_owned() };
        changes.push(Change { modes: (mode(old), mode(new)), status, paths: (path, other) });
    }
    Ok(changes)
}

/// The patches, in the order of the changes, from their first `@@` on.
fn patches(project: &Stored, from: &str, to: &str) -> Result<Vec<String>, Reply> {
    let raw = project.objects.run(&["diff-tree", "-r", "-p", "-M30%", from, to])?.unwrap_or_default();
    let text = String::from_utf8_lossy(&raw);
    // Lines of content begin with a space, a sign or a backslash: this one can only be a head.
    let mut patches: Vec<String> = Vec::new();
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("diff --git ") {
            patches.push(String::new());
            inside = false;
        } else if let Some(patch) = patches.last_mut() {
            inside = inside || line.starts_with("@@") || line.starts_with("Binary files ");
            if inside {
                patch.push_str(line);
            }
        }
    }
    Ok(patches)
}

impl Change {
    fn json(&self, patch: &str, collapsed: bool, too_large: bool) -> Value {
        json!({
            "diff": patch,
            "collapsed": collapsed,
            "too_large": too_large,
            "new_path": self.paths.1,
            "old_path": self.paths.0,
            "a_mode": self.modes.0,
            "b_mode": self.modes.1,
            "new_file": self.status == 'A',
            "renamed_file": self.status == 'R',
            "deleted_file": self.status == 'D',
            "generated_file": false,
        })
    }
}

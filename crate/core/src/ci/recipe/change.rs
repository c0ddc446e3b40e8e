//! What is changed in a CI file, line by line.

use super::alone;
use super::keys::{artifacts, keys, triggers, version};
use super::lines::{Line, line};
use super::outline::{Kind, Node, documents};
use super::page::Page;
use super::script::{self, BEGIN, END, MARK, Script, Variant};
use super::{NEW_JOB, Refusal, Wish, Written};
use crate::ci::{CiFile, ImageJob, Tool};
use crate::text::count;

/// A job at the end of a file that has no image job, or of a new file.
pub(super) fn of_file(path: &str, text: &str, wish: &Wish) -> Result<Written, Refusal> {
    let name = wish.job.clone().unwrap_or_else(|| NEW_JOB.to_owned());
    let variant = wish.variant.unwrap_or_default();
    let snippet = || Some(script::snippet(&name, variant));
    let refuse = |message: String, next: &str| Refusal { message, next: next.to_owned(), snippet: snippet() };
    let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    if !plain {
        return Err(Refusal {
            message: format!("`{name}` is no name for a new job"),
            next: "use letters, digits, `_` and `-`".to_owned(),
            snippet: None,
        });
    }
    if let Some(root) = documents(text).last() {
        match &root.kind {
            Kind::Scalar { text, .. } if text.is_empty() => {}
            Kind::Map { is_flow: false, .. } if root.column == 0 && root.get(&name).is_none() => {}
            Kind::Map { is_flow: false, .. } if root.column == 0 => {
                let message = format!("{path}: the job {name} is there, and no build of an image can be read in it");
                return Err(refuse(message, "give it the script below, or name another job with --job"));
            }
            _ => return Err(refuse(format!("{path} is no list of jobs, one below the other"), "put this job there")),
        }
        let stages: Vec<&str> =
            root.get("stages").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
        if root.get("stages").is_some() && !stages.contains(&"build") {
            let message = format!("{path}: `stages:` has no stage `build` for the new job");
            return Err(refuse(message, "add it there, or put this job in another stage by hand"));
        }
    }
    let mut notes = vec![format!("a new job {name} is put at the end")];
    let made = |others: bool| {
        let mut page = Page::new(text);
        let mut lines = script::job(&name, variant, others);
        if !text.trim().is_empty() {
            lines.insert(0, String::new());
        }
        page.replace(page.lines.len(), page.lines.len(), lines);
        page.text()
    };
    let mut whole = made(variant != Variant::Kaniko);
    let read = documents(&whole);
    let found = read.last().and_then(|root| root.get(&name));
    let script = found.and_then(|node| node.pair("script"));
    let own = script.and_then(|(key, script)| own_lines(&Page::new(&whole), key, script));
    let why = match (found, own) {
        _ if variant == Variant::Kaniko => Some(KANIKO.to_owned()),
        (Some(node), Some(own)) => alone::why_new(&read, node, &own),
        _ => Some("the file cannot be read with it".to_owned()),
    };
    if let Some(why) = why {
        notes.push(is_alone(&why));
        whole = made(false);
    }
    Ok(Written { path: path.to_owned(), notes, text: whole, job: name, unseen: Vec::new() })
}

const KANIKO: &str = "kaniko builds one image in a job";

fn is_alone(why: &str) -> String {
    format!(
        "the job builds for its own commit alone, since {why}: a commit that no pipeline ran for stays without an image"
    )
}

/// Whether the file has a job of this name with a script of its own.
pub(super) fn has_script(text: &str, name: &str) -> bool {
    documents(text).last().and_then(|root| root.get(name)?.get("script")).is_some()
}

/// Whether that script is the recipe.
pub(super) fn has_recipe(text: &str, name: &str) -> bool {
    let all = documents(text);
    let script = all.last().and_then(|root| root.get(name)?.get("script"));
    script.is_some_and(|script| script.items().iter().any(is_ours))
}

/// Whether an item of a script was written here.
fn is_ours(item: &Node) -> bool {
    item.text().is_some_and(|text| text.starts_with(MARK))
}

/// The recipe in a job that is there.
pub(super) fn of_job(
    path: &str,
    text: &str,
    is_included: bool,
    ci: &CiFile,
    job: &ImageJob,
    wish: &Wish,
) -> Result<Written, Refusal> {
    let name = job.name.as_str();
    let variant = Variant::of(job.build.tool);
    let refuse = |line: Option<usize>, message: String, next: &str| {
        let place = line.map_or_else(|| path.to_owned(), |line| format!("{path}:{}", line + 1));
        let snippet = Some(script::snippet(name, variant.unwrap_or_default()));
        Refusal { message: format!("{place}: {message}"), next: next.to_owned(), snippet }
    };
    let all = documents(text);
    let found = all.last().and_then(|root| root.pair(name));
    let Some((key, node)) = found else {
        let others: Vec<&str> = ci.files().iter().map(String::as_str).filter(|file| *file != path).collect();
        let message = format!("the image job {name} is in a file that is included ({})", others.join(", "));
        return Err(refuse(None, message, "write the recipe there: put this in place of that job"));
    };
    if let Some(key) = all.last().and_then(Node::repeated) {
        let message = format!("the key {} is there twice", key.text().unwrap_or_default());
        return Err(refuse(Some(key.line), message, "take one of the two away"));
    }
    let by_hand = "put the recipe into it by hand, as below, with the job's own lines in `build_image`";
    if let Some(message) = unfit(job, wish, variant, node, all.last(), name) {
        return Err(refuse(Some(key.line), message, by_hand));
    }
    let Some((script_key, script)) = node.pair("script") else {
        return Err(refuse(Some(key.line), format!("the job {name} has no script of its own"), by_hand));
    };
    let mut page = Page::new(text);
    if script.items().iter().any(is_ours)
        && let Some(other) = script.items().iter().find(|item| !is_ours(item))
    {
        return Err(Refusal {
            message: format!("{path}:{}: the script of {name} has an item beside the recipe's own", other.line + 1),
            next: "move it between the two marks, into `build_image`, if it is about the image; else into a job of its own"
                .to_owned(),
            snippet: None,
        });
    }
    let Some(own) = own_lines(&page, script_key, script) else {
        return Err(refuse(Some(script.line), "the script cannot be taken apart".to_owned(), by_hand));
    };
    let why = match () {
        () if job.build.tool == Tool::Kaniko => Some(KANIKO.to_owned()),
        () if is_included => Some(alone::INCLUDED.to_owned()),
        () => alone::why(&all, node, job, &own),
    };
    let parts = parts(job, own, why.as_deref(), &mut page.notes);
    let indentation = script_key.column;
    let body =
        |line: &String| if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(indentation + 4)) };
    let mut lines = vec![format!("{}script:", " ".repeat(indentation)), format!("{}- |", " ".repeat(indentation + 2))];
    lines.extend(parts.lines().iter().map(body));
    triggers(&mut page, node, script_key).map_err(|(line, message)| refuse(Some(line), message, by_hand))?;
    let shared = all.last().and_then(|root| root.get("variables"));
    keys(&mut page, node, script_key, shared).map_err(|(line, message)| refuse(Some(line), message, by_hand))?;
    version(&mut page, [shared, node.get("variables")]);
    page.replace(script_key.line, script.last + 1, lines);
    artifacts(&mut page, node, script_key, script);
    let mut notes = std::mem::take(&mut page.notes);
    notes.dedup();
    Ok(Written { path: path.to_owned(), text: page.text(), job: name.to_owned(), notes, unseen: Vec::new() })
}

/// The keys of the job that can be changed: what else it shares with others stays as it is.
const CHANGED: [&str; 9] =
    ["script", "only", "except", "rules", "variables", "artifacts", "interruptible", "resource_group", "retry"];

/// Why the recipe is not for this job.
fn unfit(
    job: &ImageJob,
    wish: &Wish,
    variant: Option<Variant>,
    node: &Node,
    root: Option<&Node>,
    name: &str,
) -> Option<String> {
    if !matches!(node.kind, Kind::Map { is_flow: false, .. }) {
        return Some(format!("the job {name} is not written with a key on each line"));
    }
    let is_shared = |key: &&str| node.get(key).is_some_and(|value| value.is_marked || value.borrows());
    let merges = node.get("<<").is_some() || node.get("extends").is_some();
    if node.is_marked || merges || CHANGED.iter().any(is_shared) {
        return Some(format!(
            "the job {name} shares parts with others (by an anchor, `<<`, `extends` or `!reference`)"
        ));
    }
    if root.is_some_and(|root| is_extended(root, name)) {
        return Some(format!("other jobs extend the job {name} and would get the recipe, too"));
    }
    for key in ["parallel", "trigger", "inherit"] {
        if node.get(key).is_some() {
            return Some(format!("the job {name} has `{key}:`"));
        }
    }
    let Some(variant) = variant else {
        return Some(format!("the job {name} builds with a tool that the recipe does not know"));
    };
    if wish.variant.is_some_and(|wanted| wanted != variant) {
        return Some(format!("the job {name} builds with another tool than the one asked for"));
    }
    if job.others > 0 {
        return Some(format!(
            "the job {name} builds {} beside the image",
            count(job.others, "other image", "other images")
        ));
    }
    match &job.pushes_to {
        None => return Some(format!("it cannot be read where the job {name} pushes its image to")),
        Some(own) if job.images.iter().any(|image| image.repository != *own) => {
            return Some(format!("the job {name} pushes its image to several repositories"));
        }
        Some(_) => {}
    }
    if !job.scheme.names_commits() {
        return Some(format!("no tag of the job {name} names the commit; add one, such as `:$CI_COMMIT_SHORT_SHA`"));
    }
    None
}

/// Whether some other job is made of this one.
fn is_extended(root: &Node, name: &str) -> bool {
    let Kind::Map { pairs, .. } = &root.kind else { return false };
    pairs.iter().any(|(_, other)| {
        other.get("extends").is_some_and(|bases| bases.items().iter().any(|base| base.text() == Some(name)))
            || refers(other, name)
    })
}

/// Whether there is a `!reference [name, …]` in it. Other tags on a list that begins like this do no harm here.
fn refers(node: &Node, name: &str) -> bool {
    match &node.kind {
        Kind::Seq { items, .. } => {
            (node.is_marked && items.first().and_then(Node::text) == Some(name))
                || items.iter().any(|item| refers(item, name))
        }
        Kind::Map { pairs, .. } => pairs.iter().any(|(_, value)| refers(value, name)),
        Kind::Scalar { .. } | Kind::Alias => false,
    }
}

/// The project's own lines of the script: those between the marks, where there are marks, else all. Comments of the list
/// become comments of the shell.
fn own_lines(page: &Page<'_>, key: &Node, script: &Node) -> Option<Vec<String>> {
    let items = script.items();
    if let [only] = items
        && is_ours(only)
    {
        let text = only.text()?;
        let inner = text.split_once(BEGIN)?.1.rsplit_once(END)?.0;
        return Some(inner.trim_matches('\n').lines().map(str::to_owned).collect());
    }
    let mut lines = Vec::new();
    let mut at = key.line + 1;
    let comments = |from: usize, to: usize, lines: &mut Vec<String>| {
        let found = (from..to).map(|at| page.line(at).trim()).filter(|line| line.starts_with('#'));
        lines.extend(found.map(str::to_owned));
    };
    for item in items {
        comments(at, item.line, &mut lines);
        let Kind::Scalar { text, is_block } = &item.kind else { return None };
        lines.extend(text.trim_end_matches('\n').lines().map(str::to_owned));
        let tail = item.end.and_then(|end| page.line(item.last).char_indices().nth(end));
        let tail = tail.and_then(|(start, _)| page.line(item.last).get(start..)).unwrap_or_default().trim();
        if !is_block && tail.starts_with('#') {
            lines.push(tail.to_owned());
        }
        at = item.last + 1;
    }
    (!lines.iter().any(|line| line == BEGIN || line == END)).then_some(lines)
}

/// `why`: no other commits are built.
fn parts(job: &ImageJob, own: Vec<String>, why: Option<&str>, notes: &mut Vec<String>) -> Script {
    let is_kaniko = job.build.tool == Tool::Kaniko;
    notes.extend(why.map(is_alone));
    if let Some(other) = alone::joined(&own).iter().find(|text| does_more(text)) {
        notes.push(format!(
            "`{}` runs only when an image is built, as the whole script does: what is not about the image belongs into a job of its own",
            other.trim()
        ));
    }
    let tags = job.scheme.forms().iter().skip(1).filter_map(script::shell).collect();
    let mut floating = Vec::new();
    for form in job.scheme.floating() {
        let shown = form.to_string();
        let conditional =
            own.iter().any(|line| [" if ", "if ", "case ", "&&", "||", "["].iter().any(|word| line.contains(word)));
        match script::shell(form) {
            Some(tag) if !conditional => {
                notes.push(format!("the tag {shown} goes on moving with every pipeline, without a build, too"));
                floating.push(tag);
            }
            _ => notes.push(format!("the tag {shown} moves only when an image is built")),
        }
    }
    Script { own, others: why.is_none(), is_kaniko, tags, floating }
}

/// Whether a line looks like something beside the image.
fn does_more(text: &str) -> bool {
    let is_syntax = |word: &str| {
        ["if", "then", "else", "elif", "fi", "for", "do", "done", "case", "esac", "set", "cd"].contains(&word)
    };
    let first = text.split_whitespace().next().unwrap_or_default();
    let is_tool = ["docker", "buildah", "kaniko"].iter().any(|tool| text.contains(tool));
    line(text) == Line::Other && !is_tool && !is_syntax(first.trim_end_matches(';'))
}

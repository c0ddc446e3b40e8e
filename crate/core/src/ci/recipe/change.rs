//! What is changed in a CI file, line by line.

use super::alone;
use super::lines::{Line, line};
use super::outline::{Kind, Node, documents};
use super::script::{self, AUTOSAVE, AUTOSAVE_PATTERN, BEGIN, END, MARK, Script, Variant};
use super::{NEW_JOB, Refusal, Wish, Written};
use crate::ci::{CiFile, ImageJob, Tool};
use crate::text::count;

/// Lines that others take the place of.
#[derive(Debug)]
struct Edit {
    /// The first line that is replaced.
    from: usize,
    /// The first that is not: the same where nothing is.
    to: usize,
    lines: Vec<String>,
    /// Which comes first at one place.
    turn: Turn,
}

/// What is added to the end of a list comes before what is put before the next key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Append,
    Insert,
    Replace,
}

/// The file's lines, how they end, and what becomes of them.
struct Page<'t> {
    lines: Vec<&'t str>,
    newline: &'static str,
    edits: Vec<Edit>,
    notes: Vec<String>,
}

impl<'t> Page<'t> {
    fn new(text: &'t str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { lines: text.split_inclusive('\n').collect(), newline, edits: Vec::new(), notes: Vec::new() }
    }

    /// A line without its end.
    fn line(&self, at: usize) -> &'t str {
        self.lines.get(at).map_or("", |line| line.trim_end_matches(['\n', '\r']))
    }

    fn replace(&mut self, from: usize, to: usize, lines: Vec<String>) {
        self.edits.push(Edit { from, to, lines, turn: Turn::Replace });
    }

    /// Before this line.
    fn insert(&mut self, at: usize, indentation: usize, lines: &[&str]) {
        let lines = lines.iter().map(|line| format!("{}{line}", " ".repeat(indentation))).collect();
        self.edits.push(Edit { from: at, to: at, lines, turn: Turn::Insert });
    }

    /// After the last line of a collection, as one more item of it.
    fn append(&mut self, to: &Node, lines: &[&str]) {
        let lines = lines.iter().map(|line| format!("{}{line}", " ".repeat(to.column))).collect();
        self.edits.push(Edit { from: to.last + 1, to: to.last + 1, lines, turn: Turn::Append });
    }

    /// The whole text, changed.
    fn text(mut self) -> String {
        // Those of one place stay in the order in which they were made.
        self.edits.sort_by_key(|edit| (edit.from, edit.turn));
        let mut text = String::new();
        let mut at = 0;
        for edit in self.edits {
            text.extend(self.lines.get(at..edit.from).unwrap_or_default().iter().copied());
            if !text.is_empty() && !text.ends_with('\n') {
                text.push_str(self.newline);
            }
            for line in edit.lines {
                text.push_str(&line);
                text.push_str(self.newline);
            }
            at = edit.to.max(at);
        }
        text.extend(self.lines.get(at..).unwrap_or_default().iter().copied());
        text
    }
}

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

type Problem = (usize, String);

/// Lets the job run in every pipeline of a branch or tag: what is to be built, the script finds out. Autosave branches are
/// left out.
fn triggers(page: &mut Page<'_>, node: &Node, script: &Node) -> Result<(), Problem> {
    if let Some((key, rules)) = node.pair("rules") {
        return self::rules(page, key, rules);
    }
    let removed = "the `changes:` list goes: the script compares the files themselves";
    for name in ["only", "except"] {
        let Some((key, policy)) = node.pair(name) else { continue };
        let Kind::Map { pairs, is_flow } = &policy.kind else { continue };
        let Some((changes, list)) = policy.pair("changes") else { continue };
        if *is_flow {
            return Err((key.line, format!("`{name}:` is written in one line")));
        }
        page.notes.push(removed.to_owned());
        let (from, to) = if pairs.len() == 1 { (key.line, policy.last) } else { (changes.line, list.last) };
        page.replace(from, to + 1, Vec::new());
    }
    // Beside `rules:` these would be no more than a default, or an error.
    let has_when = node.get("when").is_some() || node.get("start_in").is_some();
    let has_policy = has_when || node.get("only").is_some() || node.get("except").is_some();
    match node.pair("except") {
        Some((_, except)) if matches!(&except.kind, Kind::Seq { is_flow: false, .. }) => {
            if !except.items().iter().any(is_autosave) {
                page.append(except, &[&format!("- {AUTOSAVE_PATTERN}")]);
            }
        }
        Some((_, except)) if except.get("changes").is_none() || except.get("refs").is_some() => {
            let refs = except.get("refs").unwrap_or(except);
            if !refs.items().iter().any(is_autosave) {
                page.notes
                    .push(format!("autosave branches run the job, too: add {AUTOSAVE_PATTERN} to `except:` by hand"));
            }
        }
        Some(_) | None if has_policy => {
            page.insert(script.line, script.column, &["except:", &format!("  - {AUTOSAVE_PATTERN}")]);
        }
        _ => {
            let rules: Vec<String> = script::RULES.iter().map(|line| format!("  {line}")).collect();
            let rules: Vec<&str> = std::iter::once("rules:").chain(rules.iter().map(String::as_str)).collect();
            page.insert(script.line, script.column, &rules);
        }
    }
    Ok(())
}

fn is_autosave(node: &Node) -> bool {
    node.text().is_some_and(|text| text.replace('\\', "").contains(AUTOSAVE.trim_end_matches('/')))
}

/// Takes `changes:` out of the rules, and puts one for autosave branches before them.
fn rules(page: &mut Page<'_>, key: &Node, rules: &Node) -> Result<(), Problem> {
    let Kind::Seq { items, is_flow: false } = &rules.kind else {
        return Err((rules.line, "the rules are not written one below the other".to_owned()));
    };
    let excluded = items.iter().any(|rule| rule.get("if").is_some_and(is_autosave));
    if !excluded {
        page.insert(key.line + 1, rules.column, &script::NO_AUTOSAVE);
    }
    for rule in items {
        let Some((changes, list)) = rule.pair("changes") else { continue };
        let Kind::Map { pairs, is_flow: false } = &rule.kind else {
            return Err((rule.line, "a rule with `changes:` is written in one line".to_owned()));
        };
        if rule.get("when").and_then(Node::text) == Some("never") {
            return Err((rule.line, "a rule keeps the job from running by what changed".to_owned()));
        }
        page.notes.push("the `changes:` list goes: the script compares the files themselves".to_owned());
        let dash = " ".repeat(rules.column) + "- ";
        if pairs.len() == 1 {
            page.replace(rule.line, rule.last + 1, vec![dash + "when: on_success"]);
        } else if changes.line == rule.line {
            // The next key takes its place behind the dash.
            let next = list.last + 1;
            let gap = (next..=rule.last).find(|at| page.line(*at).trim_start().starts_with(|c: char| c != '#'));
            let Some(next) = gap else { return Err((rule.line, "a rule cannot be taken apart".to_owned())) };
            page.replace(rule.line, next + 1, vec![dash + page.line(next).trim_start()]);
        } else {
            page.replace(changes.line, list.last + 1, Vec::new());
        }
    }
    Ok(())
}

/// The keys beside script and triggers.
fn keys(page: &mut Page<'_>, node: &Node, script: &Node, shared: Option<&Node>) -> Result<(), Problem> {
    let mut new: Vec<String> = Vec::new();
    if node.get("resource_group").is_none() {
        new.push("resource_group: image".to_owned());
    }
    match node.pair("interruptible") {
        None => new.push("interruptible: false".to_owned()),
        Some((key, value)) if value.text() != Some("false") => {
            if value.text().is_none() || value.line != key.line {
                return Err((key.line, "`interruptible:` cannot be read".to_owned()));
            }
            page.notes
                .push("the job is not interruptible any more: a newer pipeline does not cancel its build".to_owned());
            page.replace(key.line, value.last + 1, vec![format!("{}interruptible: false", " ".repeat(key.column))]);
        }
        Some(_) => {}
    }
    if node.get("retry").is_none() {
        new.extend(script::RETRY.iter().map(|line| (*line).to_owned()));
    }
    // What the file says for all jobs of the program, the job does not say again.
    let is_shared = |name: &str| name.starts_with("REPIN_") && shared.is_some_and(|shared| shared.get(name).is_some());
    let wanted: Vec<_> = script::VARIABLES.into_iter().filter(|(name, _)| !is_shared(name)).collect();
    match node.pair("variables") {
        None => {
            new.push("variables:".to_owned());
            new.extend(wanted.iter().map(|(name, value)| format!("  {name}: {value}")));
        }
        Some((key, variables)) => self::variables(page, key, variables, &wanted)?,
    }
    let new: Vec<&str> = new.iter().map(String::as_str).collect();
    page.insert(script.line, script.column, &new);
    Ok(())
}

fn variables(page: &mut Page<'_>, key: &Node, variables: &Node, wanted: &[(&str, &str)]) -> Result<(), Problem> {
    if !matches!(variables.kind, Kind::Map { is_flow: false, .. }) {
        return Err((key.line, "`variables:` is not written with one on each line".to_owned()));
    }
    let missing: Vec<String> = wanted
        .iter()
        .filter(|(name, _)| variables.get(name).is_none())
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    if let Some((name, value)) = variables.pair("GIT_DEPTH")
        && value.text() != Some("0")
    {
        page.notes.push("GIT_DEPTH becomes 0: the whole history is needed to compare commits".to_owned());
        page.replace(name.line, value.last + 1, vec![format!("{}GIT_DEPTH: \"0\"", " ".repeat(name.column))]);
    }
    let missing: Vec<&str> = missing.iter().map(String::as_str).collect();
    page.append(variables, &missing);
    Ok(())
}

/// Brings REPIN_VERSION up to this program, which wrote the script: in the job, or where the file sets it for all.
fn version(page: &mut Page<'_>, places: [Option<&Node>; 2]) {
    let value = |name: &str| {
        let found = places.iter().flatten().filter_map(|variables| variables.get(name));
        found.map(|node| node.get("value").unwrap_or(node)).collect::<Vec<_>>()
    };
    for node in value("REPIN_VERSION") {
        let (Some(text), Some(end)) = (node.text(), node.end.filter(|_| node.line == node.last && !node.is_marked))
        else {
            continue;
        };
        // What is no version is somebody's own name for the place of the program.
        let (Some(there), Some(own)) = (numbers(text), numbers(script::VERSION)) else { continue };
        if there > own {
            page.notes.push(format!(
                "REPIN_VERSION {text} is newer than this program ({}), which knows only its own script: update it first",
                script::VERSION
            ));
        }
        if there >= own {
            continue;
        }
        let line: Vec<char> = page.line(node.line).chars().collect();
        let (Some(before), Some(after)) = (line.get(..node.column), line.get(end..)) else { continue };
        let (before, after): (String, String) = (before.iter().collect(), after.iter().collect());
        page.replace(node.line, node.line + 1, vec![format!("{before}\"{}\"{after}", script::VERSION)]);
        let checksum = value("REPIN_SHA256").into_iter().find(|node| node.text().is_some_and(|text| !text.is_empty()));
        page.notes.push(format!(
            "REPIN_VERSION becomes {}: REPIN_SHA256 has to follow ({}), else every pipeline builds",
            script::VERSION,
            checksum.map_or("where it is set".to_owned(), |node| format!("line {}", node.line + 1))
        ));
    }
}

/// A version of three numbers.
fn numbers(text: &str) -> Option<[u64; 3]> {
    let numbers: Vec<u64> = text.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// The report for later jobs.
fn artifacts(page: &mut Page<'_>, node: &Node, script_key: &Node, script: &Node) {
    let Some((_, artifacts)) = node.pair("artifacts") else {
        return page.insert(script.last + 1, script_key.column, &script::ARTIFACTS);
    };
    let reports = artifacts.get("reports");
    match reports {
        _ if reports.and_then(|reports| reports.get("dotenv")).is_some_and(|file| file.text() == Some("repin.env")) => {
        }
        None if artifacts.is_block() => {
            page.append(artifacts, &["reports:", "  dotenv: repin.env"]);
        }
        Some(reports) if reports.is_block() && reports.get("dotenv").is_none() => {
            page.append(reports, &["dotenv: repin.env"]);
        }
        _ => page.notes.push(
            "later jobs are not told of the image: add `dotenv: repin.env` to the job's reports by hand".to_owned(),
        ),
    }
}

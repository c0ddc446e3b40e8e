//! Whether the job's own lines build any commit as its own job would.
//!
//! They are run for other commits after the job's own: so all that they do has to be in the script, every use of the
//! commit's id has to be expanded there, and nothing that the pipeline put beside the checkout may take part. An image of
//! other content under a commit's tag is the worst that can happen: where it is not certain, the job builds its own alone.

use std::collections::BTreeSet;

use super::lines::{Line, line};
use super::outline::{Kind, Node};
use crate::ci::ImageJob;
use crate::scheme::{Form, Part};

/// Variables of GitLab's that are the same for every commit, by their beginnings.
const SAME: [&str; 7] = [
    "CI_REGISTRY",
    "CI_JOB_TOKEN",
    "CI_API_V4_URL",
    "CI_SERVER_",
    "CI_PROJECT_",
    "CI_DEFAULT_BRANCH",
    "CI_DEPENDENCY_PROXY_",
];
/// Variables that the recipe sets for each commit.
const OWN: [&str; 3] = ["CI_COMMIT_SHA", "CI_COMMIT_SHORT_SHA", "CI_PROJECT_DIR"];
/// Variables that tools and runners look at by themselves, by their beginnings.
const UNSEEN: [&str; 9] =
    ["DOCKER_", "BUILDKIT_", "BUILDX_", "BUILDAH_", "STORAGE_", "GIT_", "SOURCE_DATE_EPOCH", "CI_", "COMPOSE_"];
/// Keys with which a pipeline can give a job more than a checkout.
const GIVES: [&str; 2] = ["cache", "hooks"];
/// GitLab's stages, where the file names none.
const STAGES: [&str; 3] = ["build", "test", "deploy"];

/// Whoever includes a file can give its job more than is seen there.
pub(super) const INCLUDED: &str = "its file is made to be included";

/// Why the job builds for its own commit alone; `None`: it can build others.
pub(super) fn why(documents: &[Node], node: &Node, job: &ImageJob, own: &[String]) -> Option<String> {
    let [root] = documents else { return Some(INCLUDED.to_owned()) };
    of_tags(job).or_else(|| of_pipeline(root, node)).or_else(|| of_script(root, node, own))
}

/// The same for a new job in a file.
pub(super) fn why_new(documents: &[Node], node: &Node, own: &[String]) -> Option<String> {
    let [root] = documents else { return Some(INCLUDED.to_owned()) };
    of_pipeline(root, node).or_else(|| of_script(root, node, own))
}

fn of_tags(job: &ImageJob) -> Option<String> {
    let is_commits = |form: &Form| form.parts().iter().all(|part| matches!(part, Part::Sha { .. } | Part::Literal(_)));
    let names_any = |form: &Form| form.names_commits() && is_commits(form);
    if !job.images.iter().all(|image| names_any(&image.tag)) {
        return Some("its tags are made of more than the commit's id".to_owned());
    }
    // By another name an image of an earlier build could be pushed.
    if job.built_as.is_empty() || !job.built_as.iter().all(names_any) {
        return Some("it builds under a name that another commit's image has, too".to_owned());
    }
    None
}

/// What the pipeline gives the job beside the checkout.
fn of_pipeline(root: &Node, node: &Node) -> Option<String> {
    if root.get("include").is_some() {
        return Some("the CI file includes others, which can give it more".to_owned());
    }
    let default = root.get("default");
    if default.is_some_and(|default| default.is_marked || default.get("<<").is_some()) {
        return Some("`default:` is written elsewhere".to_owned());
    }
    for key in GIVES {
        if inherited(root, node, key).is_some_and(|value| !is_empty(value)) {
            return Some(format!("it has `{key}:`"));
        }
    }
    for key in ["needs", "dependencies"] {
        if node.get(key).is_some_and(|value| !is_empty(value)) {
            return Some(format!("it has `{key}:`"));
        }
    }
    let takes_none = ["needs", "dependencies"].iter().any(|key| node.get(key).is_some_and(is_empty));
    if let Some(earlier) = earlier(root, node).filter(|_| !takes_none) {
        return Some(format!("the job {earlier} can hand files to it (`dependencies: []` keeps them away)"));
    }
    let rules = [node.get("rules"), root.get("workflow").and_then(|workflow| workflow.get("rules"))];
    if rules.into_iter().flatten().any(|rules| rules.borrows() || has_key(rules, "variables")) {
        return Some("its rules set variables".to_owned());
    }
    let before = inherited(root, node, "before_script");
    if before.is_some_and(|before| before.borrows() || texts(before).is_none()) {
        return Some("its `before_script:` is written elsewhere".to_owned());
    }
    let lines = before.and_then(texts).unwrap_or_default();
    let other = lines.iter().flat_map(|text| text.lines()).find(|text| !matches!(line(text), Line::Harmless));
    other.map(|other| format!("`{}` in its `before_script:` is run once, for its own commit", other.trim()))
}

/// What is in the script, and the variables it uses.
fn of_script(root: &Node, node: &Node, own: &[String]) -> Option<String> {
    let mut known: BTreeSet<String> = BTreeSet::new();
    let variables = [root.get("variables"), node.get("variables")].into_iter().flatten();
    let variables: Vec<&Node> = variables.filter(|variables| variables.text() != Some("")).collect();
    if variables.iter().any(|variables| variables.borrows() || !matches!(variables.kind, Kind::Map { .. })) {
        return Some("its variables are written elsewhere".to_owned());
    }
    for (name, value) in variables.into_iter().flat_map(pairs) {
        let (Some(name), Some(text)) = (name.text(), value.get("value").unwrap_or(value).text()) else {
            return Some("its variables are written elsewhere".to_owned());
        };
        let is_fixed = super::lines::names(text).is_some_and(|names| names.iter().all(|name| is_same(name)));
        let is_git = match name {
            "GIT_STRATEGY" => !["fetch", "clone"].contains(&text),
            name => ["GIT_CHECKOUT", "GIT_CLEAN_FLAGS"].contains(&name),
        };
        let is_unseen = UNSEEN.iter().any(|start| name.starts_with(start));
        if is_git || (is_unseen && !is_fixed) || name.starts_with("CI_") {
            return Some(format!("the variable {name} says more of the checkout or of the commit"));
        }
        if is_fixed {
            known.insert(name.to_owned());
        } else {
            known.remove(name);
        }
    }
    for text in joined(own) {
        match line(&text) {
            Line::Harmless => {}
            Line::Other => return Some(format!("`{}` in its script is no build", text.trim())),
            Line::Step { uses, sets } => {
                let is_known = |name: &&String| known.contains(*name) || OWN.contains(&name.as_str()) || is_same(name);
                if let Some(name) = uses.iter().find(|name| !is_known(name)) {
                    return Some(format!("${name} may be another for each commit"));
                }
                known.extend(sets);
            }
        }
    }
    None
}

/// Lines that end in a backslash go on in the next.
pub(super) fn joined(own: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut goes_on = false;
    for text in own {
        let (text, ends_in) = text.strip_suffix('\\').map_or((text.as_str(), false), |text| (text, true));
        match lines.last_mut() {
            Some(last) if goes_on => last.push_str(text),
            _ => lines.push(text.to_owned()),
        }
        goes_on = ends_in;
    }
    lines
}

fn is_same(name: &str) -> bool {
    name != "CI_PROJECT_DIR" && SAME.iter().any(|start| name.starts_with(start))
}

/// A key of the job, else of `default:`, else of the file.
fn inherited<'n>(root: &'n Node, node: &'n Node, key: &str) -> Option<&'n Node> {
    node.get(key).or_else(|| root.get("default")?.get(key)).or_else(|| root.get(key))
}

fn is_empty(node: &Node) -> bool {
    match &node.kind {
        Kind::Seq { items, .. } => items.is_empty(),
        Kind::Map { pairs, .. } => pairs.is_empty(),
        Kind::Scalar { .. } | Kind::Alias => false,
    }
}

/// The texts of a list, or the only one; `None` where there is more than text.
fn texts(node: &Node) -> Option<Vec<&str>> {
    node.items().iter().map(Node::text).collect()
}

fn pairs(node: &Node) -> &[(Node, Node)] {
    match &node.kind {
        Kind::Map { pairs, .. } => pairs,
        Kind::Seq { .. } | Kind::Scalar { .. } | Kind::Alias => &[],
    }
}

fn has_key(node: &Node, key: &str) -> bool {
    node.get(key).is_some()
        || matches!(&node.kind, Kind::Seq { items, .. } if items.iter().any(|item| has_key(item, key)))
}

/// A job of an earlier stage that keeps files, or may.
fn earlier<'n>(root: &'n Node, node: &Node) -> Option<&'n str> {
    let Kind::Map { pairs, .. } = &root.kind else { return None };
    let listed = root.get("stages").map(|stages| texts(stages).unwrap_or_default());
    let stages = listed.unwrap_or_else(|| STAGES.to_vec());
    let place = |job: &Node| {
        let stage = match job.get("stage") {
            Some(stage) => stage.text()?,
            None if job.get("extends").is_some() || job.get("<<").is_some() || job.is_marked => return None,
            None => "test",
        };
        match stage {
            ".pre" => Some(0),
            ".post" => Some(usize::MAX),
            stage => stages.iter().position(|name| *name == stage).map(|at| at + 1),
        }
    };
    let own = place(node);
    let keeps = |job: &Node| {
        let from_elsewhere = job.get("extends").is_some() || job.get("<<").is_some() || job.is_marked;
        from_elsewhere || inherited(root, job, "artifacts").is_some() || matches!(job.kind, Kind::Alias)
    };
    let is_before = |job: &Node| own.is_none() || place(job).is_none_or(|at| Some(at) < own);
    let other = pairs.iter().find(|(name, job)| {
        let is_job = name.text().is_some_and(|name| !name.starts_with('.'))
            && (job.get("script").is_some() || job.get("extends").is_some() || job.get("<<").is_some())
            || matches!(job.kind, Kind::Alias);
        is_job && !std::ptr::eq(job, node) && keeps(job) && is_before(job)
    });
    other.and_then(|(name, _)| name.text())
}

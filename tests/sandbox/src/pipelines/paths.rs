//! Which paths GitLab takes for changed: Gitaly's own git commands.

use std::collections::BTreeSet;

use super::ZERO;
use crate::{Git, Result};

/// The changed paths of a pipeline, as the two kinds of `changes:` see them. `None`: there is no difference to look at.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// For `only` and `except`: of renamed files the new name alone.
    pub(super) policies: Option<Vec<String>>,
    /// For `rules`: of renamed files both names.
    pub(super) rules: Option<Vec<String>>,
}

/// Of a push to a branch: the direct difference of the two trees. A new branch has none.
pub(super) fn of_push(git: &Git, before: &str, after: &str) -> Result<Changed> {
    if before == ZERO {
        return Ok(Changed::default());
    }
    Ok(Changed { policies: Some(numstat(git, before, after)?), rules: Some(tree_paths(git, before, after)?) })
}

/// Of a merge request. `only:changes` sees its difference from the merge base, with both names of renamed files;
/// `rules:changes` all that its commits change, one by one, of merges what differs from every parent.
pub(super) fn of_merge_request(git: &Git, head: &str, target: &str) -> Result<Changed> {
    let base = git.run(&["merge-base", target, head])?;
    let policies = tree_paths(git, &base, head)?;
    let commits = git.run(&["rev-list", &format!("{target}..{head}")])?;
    let mut rules = BTreeSet::new();
    for commit in commits.lines() {
        let show = ["diff-tree", "-r", "-c", "-z", "--root", "--no-renames", "--no-commit-id", "--name-only"];
        rules.extend(names(&git.bytes(&[&show[..], &["--diff-filter=AMDTC", commit]].concat())?));
    }
    Ok(Changed { policies: Some(policies), rules: Some(rules.into_iter().collect()) })
}

/// `DiffStats`: porcelain, so git looks for renames.
fn numstat(git: &Git, before: &str, after: &str) -> Result<Vec<String>> {
    let printed = git.bytes(&["diff", "--numstat", "-z", "--find-renames", before, after])?;
    let mut paths = Vec::new();
    let mut fields = printed.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    while let Some(field) = fields.next() {
        // `added TAB deleted TAB path`; of a renamed file the path is empty, and the old and the new name follow.
        let path = match field.splitn(3, |byte| *byte == b'\t').nth(2) {
            Some([]) | None => fields.nth(1).unwrap_or_default(),
            Some(path) => path,
        };
        paths.push(String::from_utf8_lossy(path).into_owned());
    }
    Ok(paths)
}

/// `FindChangedPaths`: plumbing, without renames.
fn tree_paths(git: &Git, before: &str, after: &str) -> Result<Vec<String>> {
    let show = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", "--diff-filter=AMDTC", before, after];
    Ok(names(&git.bytes(&show)?))
}

fn names(printed: &[u8]) -> Vec<String> {
    let names = printed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(|name| String::from_utf8_lossy(name).into_owned()).collect()
}

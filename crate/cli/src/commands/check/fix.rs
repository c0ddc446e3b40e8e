//! Mending what can be mended without a doubt.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::AnsiColor;
use repin::Oid;
use repin::check::{Edit, Finding, apply};
use repin::renku_ini;
use repin::text::{count, safe};
use serde::Serialize;

use crate::error::Failure;
use crate::files::Target;
use crate::project::Project;

/// What was done to the files.
#[derive(Debug, Serialize)]
pub(super) struct Outcome {
    /// What was mended.
    fixed: Vec<String>,
    /// What was not, although it can be, and why.
    not_fixed: Vec<String>,
    /// Whether the recipe is another one now.
    #[serde(skip)]
    recipe: bool,
}

impl Outcome {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let done = AnsiColor::Green.on_default().bold();
        for deed in &self.fixed {
            writeln!(out, "{done}fixed{done:#}: {}", safe(deed))?;
        }
        for left in &self.not_fixed {
            writeln!(out, "not fixed: {}", safe(left))?;
        }
        if self.recipe {
            writeln!(out, "note: the image is built from the recipe: the commit with these fixes needs a new one")?;
        }
        if !self.fixed.is_empty() {
            let fixes = count(self.fixed.len(), "fix", "fixes");
            writeln!(out, "{fixes}, not committed; what is left:")?;
        }
        Ok(())
    }
}

/// Applies the fixes to the files that are as they were committed, and takes the findings out that are mended with that.
pub(super) fn fix(project: &Project, commit: Oid, findings: &mut Vec<Finding>) -> Result<Outcome, Failure> {
    let Some(folder) = project.work_dir() else {
        return Err(Failure::new(
            "--fix changes the files of a folder that is worked in, and this project has none here",
        )
        .hint("run it in a clone that is no bare repository"));
    };
    let mut done = Outcome { fixed: Vec::new(), not_fixed: Vec::new(), recipe: false };
    let fixes = findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut by_path: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.flat_map(|fix| &fix.edits) {
        by_path.entry(&edit.path).or_default().push(edit);
    }
    let mut mended: Vec<String> = Vec::new();
    // The recipe first: with another recipe, another image is right.
    let (pins, recipe): (Vec<_>, Vec<_>) = by_path.into_iter().partition(|(path, _)| *path == renku_ini::PATH);
    for (path, edits) in recipe.into_iter().chain(pins) {
        if path == renku_ini::PATH && !mended.is_empty() {
            done.not_fixed.push(format!(
                "{path}: the recipe changes with the fixes above, and so does the image that is right; pin it with `repin \
                 pin` once it is built"
            ));
            continue;
        }
        match fix_file(project, &folder, commit, path, &edits) {
            Ok(()) => {
                done.recipe |= path != renku_ini::PATH;
                mended.push(path.to_owned());
            }
            Err(failure) => done.not_fixed.push(format!("{path}: {failure}")),
        }
    }
    findings.retain(|finding| {
        let Some(fix) = &finding.fix else { return true };
        let is_mended = fix.edits.iter().all(|edit| mended.contains(&edit.path));
        if is_mended && !done.fixed.contains(&fix.description) {
            done.fixed.push(fix.description.clone());
        }
        !is_mended
    });
    Ok(done)
}

fn fix_file(
    project: &Project,
    folder: &std::path::Path,
    commit: Oid,
    path: &str,
    edits: &[&Edit],
) -> Result<(), Failure> {
    let target = Target::open(folder, path)?;
    if target.content != project.committed(commit, path) {
        return Err(Failure::new("it has uncommitted changes").hint("commit or stash them first"));
    }
    let old = target.content.as_deref().unwrap_or_default();
    let new =
        apply(path, old, edits.iter().copied()).ok_or_else(|| Failure::new("the fixes do not fit one another"))?;
    target.write(&new)
}

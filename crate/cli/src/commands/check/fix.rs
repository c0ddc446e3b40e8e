//! Mending what can be mended without a doubt, and looking at what is left.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::Path;

use anstyle::AnsiColor;
use repin::check::{Edit, Finding, Report, apply, check_draft};
use repin::renku_ini;
use repin::text::{count, safe};
use repin::{Oid, Question};
use serde::Serialize;

use crate::error::Failure;
use crate::files::Target;
use crate::line_ends;
use crate::project::Project;
use crate::source::{Folder, Named};

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

/// Applies the fixes to the files that are as they were committed, and makes the report one of what is wrong with them then.
pub(super) fn fix(project: &Project, report: &mut Report) -> Result<Outcome, Failure> {
    let Named::Local(Folder { local, .. }) = &project.named else { return Err(no_folder()) };
    let folder = project.work_dir().ok_or_else(no_folder)?;
    let mut done = Outcome { fixed: Vec::new(), not_fixed: Vec::new(), recipe: false };
    let fixes = report.findings.iter().filter_map(|finding| finding.fix.as_ref());
    let mut by_path: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for edit in fixes.clone().flat_map(|fix| &fix.edits) {
        by_path.entry(&edit.path).or_default().push(edit);
    }
    let mut mended: Vec<(String, Vec<u8>)> = Vec::new();
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
        match fix_file(project, &folder, report.commit, path, &edits) {
            Ok(new) => {
                done.recipe |= path != renku_ini::PATH;
                mended.push((path.to_owned(), new));
            }
            Err(failure) => done.not_fixed.push(format!("{path}: {failure}")),
        }
    }
    for fix in fixes {
        let is_mended = fix.edits.iter().all(|edit| mended.iter().any(|(path, _)| *path == edit.path));
        if is_mended && !done.fixed.contains(&fix.description) {
            done.fixed.push(fix.description.clone());
        }
    }
    if !mended.is_empty() {
        let draft = local.draft(report.commit, &mended).map_err(|error| unchecked(&done, &error))?;
        let question = Question { revision: Some(draft.to_string()), ..project.question.clone() };
        let left = project.wait(check_draft(&project.named.source(), &question));
        let left = left.map_err(|error| unchecked(&done, &error))?;
        // The commit has or lacks its image, whatever its files are now.
        report.findings.retain(Finding::is_of_image);
        report.findings.extend(left.findings);
        report.findings.sort_by_key(|finding| finding.severity);
    }
    Ok(done)
}

fn no_folder() -> Failure {
    Failure::new("--fix changes the files of a folder that is worked in, and this project has none here")
        .hint("run it in a clone that is no bare repository")
}

/// That something was done, but not what is left to do.
fn unchecked(done: &Outcome, error: &dyn Display) -> Failure {
    Failure::new(format!("{}; but what is left could not be looked at: {error}", done.fixed.join("; ")))
        .hint("commit the fixes, and run `repin check` again")
}

/// The file's content as git would commit it, once the edits are in the folder.
fn fix_file(project: &Project, folder: &Path, commit: Oid, path: &str, edits: &[&Edit]) -> Result<Vec<u8>, Failure> {
    let target = Target::open(folder, path)?;
    let committed = project.committed(commit, path);
    let unfit = || Failure::new("the fixes do not fit one another");
    let old = committed.as_deref().unwrap_or_default();
    let new = apply(path, old, edits.iter().copied()).ok_or_else(unfit)?;
    match (&target.content, &committed) {
        (here, committed) if here == committed => target.write(&new)?,
        (Some(here), Some(committed)) if line_ends::are_all_that_differs(folder, path, committed, here) => {
            let edits = line_ends::here(edits.iter().copied(), committed, here);
            target.write(&apply(path, here, &edits).ok_or_else(unfit)?)?;
        }
        _ => return Err(Failure::new("it has uncommitted changes").hint("commit or stash them first")),
    }
    Ok(new)
}

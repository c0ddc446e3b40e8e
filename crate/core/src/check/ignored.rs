//! `.dockerignore` beside what the Dockerfile copies.

use std::sync::Arc;

use super::finding::{Finding, Severity};
use super::rules::IGNORED_COPY;
use crate::Oid;
use crate::config::Config;
use crate::dockerfile::{ContextSource, SourcePath};
use crate::dockerignore::Dockerignore;
use crate::inputs::{Inputs, Spec};
use crate::select::Context;
use crate::source::{Source, SourceError};
use crate::tree::{display_path, join, relative};

/// Looks at each source of the Dockerfile that names something: that a copy of the whole context leaves files out is
/// what the file is for.
pub(super) async fn look<S: Source>(
    source: &S,
    commit: Oid,
    inputs: &Inputs,
    findings: &mut Vec<Finding>,
) -> Result<(), SourceError> {
    let Some(path) = &inputs.dockerignore else { return Ok(()) };
    for context in inputs.selection.contexts() {
        for copy in &context.sources {
            let (Some(hidden), place) = (hidden(source, commit, context, copy).await?, place(inputs, copy)) else {
                continue;
            };
            let line = context.ignore.decider(&hidden.first).map(|rule| (rule.line, rule.text));
            let (number, text) = line.unzip();
            let by = text.map_or_else(|| path.clone(), |text| format!("`{text}` in {path}"));
            let first = display_path(&join(&context.root, &hidden.first));
            let finding = if hidden.all {
                let what = if hidden.count > 1 { format!("all of its {} files", hidden.count) } else { first };
                Finding::new(
                    IGNORED_COPY,
                    format!("{place} finds nothing: {by} keeps {what} out of the build context, so the build fails"),
                )
                .help("take the line away, add an exception (`!`) behind it, or do not copy this")
            } else {
                let what = if hidden.count > 1 {
                    format!("{} of its files, {first} among them,", hidden.count)
                } else {
                    first
                };
                let message = format!("{place} copies a part: {by} keeps {what} out of the build context");
                Finding::new(IGNORED_COPY, message).severity(Severity::Info)
            };
            findings.push(finding.at(path, number));
        }
    }
    Ok(())
}

/// `COPY data (Dockerfile:4)`
fn place(inputs: &Inputs, copy: &ContextSource) -> String {
    let dockerfile = inputs.dockerfile.as_deref().unwrap_or("Dockerfile");
    format!("{} {} ({dockerfile}:{})", copy.instruction, copy.text, copy.line)
}

/// What of a source no build is sent.
struct Hidden {
    /// One file of it, seen from the context.
    first: Vec<u8>,
    count: usize,
    /// Whether nothing is left.
    all: bool,
}

async fn hidden<S: Source>(
    source: &S,
    commit: Oid,
    context: &Context,
    copy: &ContextSource,
) -> Result<Option<Hidden>, SourceError> {
    let (path, wildcard) = match &copy.path {
        SourcePath::Literal(path) => (path.as_str(), false),
        SourcePath::Wildcard(pattern) => (pattern.literal_folder(), true),
        SourcePath::Unknown { .. } => return Ok(None),
    };
    let ignore: &Dockerignore = &context.ignore;
    // Nothing is asked where nothing can be hidden.
    if !(ignore.excludes(path.as_bytes()) || ignore.may_exclude_below(path.as_bytes())) || !wildcard && path.is_empty()
    {
        return Ok(None);
    }
    let text = if wildcard { copy.text.trim_start_matches("./").trim_matches('/') } else { path };
    let Ok(root) = str::from_utf8(&context.root) else { return Ok(None) };
    let text = if root.is_empty() { text.to_owned() } else { format!("{root}/{text}") };
    let patterns = vec![text.clone(), format!("{text}/**/*")];
    let spec = Arc::new(Spec { patterns, ci_path: None, config: Config::default(), build: None });
    let (snapshot, files) = source.files(&spec, commit).await?;
    if snapshot.unseen.is_some() {
        return Ok(None);
    }
    let read: Vec<&[u8]> =
        files.iter().filter_map(|file| relative(&file.path, &context.root)).filter(|path| copy.reads(path)).collect();
    let mut excluded = read.iter().filter(|path| ignore.excludes(path));
    let Some(first) = excluded.next() else { return Ok(None) };
    let count = 1 + excluded.count();
    Ok(Some(Hidden { first: first.to_vec(), count, all: count == read.len() }))
}

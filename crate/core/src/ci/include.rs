//! `include:`: one configuration out of a file and what it includes.
//!
//! Local files are read; what cannot be read from the commit (`remote`, `template`, `project`, `component`) becomes a
//! note. Included files come first, in their order, then the file itself over them, merged deeply: maps by key,
//! everything else replaced (GitLab's `External::Processor`). An include with `rules:` counts all the same: whether it
//! applies is decided by a pipeline, and it is better to know a file too many than one too few.

use std::collections::HashSet;

use super::Files;
use super::yaml::{self, Value};

/// GitLab's limit of included files in one configuration.
const MAX_INCLUDES: usize = 150;
/// How deep includes may be nested here; GitLab only counts files.
const MAX_DEPTH: usize = 20;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) config: Option<Value>,
    pub(super) exists: bool,
    pub(super) files: Vec<String>,
    pub(super) patterns: Vec<String>,
    pub(super) notes: Vec<String>,
    /// What is included and cannot be read from the commit.
    pub(super) unseen: Vec<String>,
}

/// Reads the file at `path` and everything that it includes.
pub(super) fn load<F: Files>(path: &str, files: &mut F) -> Result<Loaded, F::Error> {
    let mut loader = Loader { files, out: Loaded::default(), count: 0, seen: HashSet::new() };
    let path = normal(path);
    loader.name(&path);
    if let Some(bytes) = loader.files.read(&path)? {
        loader.out.exists = true;
        let config = loader.file(&path, &bytes, &Value::Null, &mut vec![path.clone()])?;
        loader.out.config = config;
    }
    Ok(loader.out)
}

/// A path without the leading `/` that GitLab allows.
fn normal(path: &str) -> String {
    path.trim_start_matches('/').trim_start_matches("./").to_owned()
}

struct Loader<'f, F> {
    files: &'f mut F,
    out: Loaded,
    count: usize,
    seen: HashSet<String>,
}

impl<F: Files> Loader<'_, F> {
    fn note(&mut self, note: String) {
        if self.out.notes.len() < 20 && !self.out.notes.contains(&note) {
            self.out.notes.push(note);
        }
    }

    fn name(&mut self, path: &str) {
        if self.seen.insert(path.to_owned()) {
            self.out.files.push(path.to_owned());
        }
    }

    /// The configuration of one file with its includes merged in; `None` where the file cannot be read as YAML.
    fn file(
        &mut self,
        path: &str,
        bytes: &[u8],
        inputs: &Value,
        above: &mut Vec<String>,
    ) -> Result<Option<Value>, F::Error> {
        let documents = match yaml::parse(bytes) {
            Ok(documents) => documents,
            Err(error) => {
                let place = if error.line == 0 { path.to_owned() } else { format!("{path}:{}", error.line) };
                self.note(format!("{place} is no valid YAML ({}): what it defines is not known.", error.message));
                return Ok(None);
            }
        };
        let mut config = documents.config;
        if let Some(header) = documents.header {
            config = super::inputs::interpolate(&config, &header, inputs);
        }
        if !config.is_map() {
            if config != Value::Null {
                self.note(format!("{path} is not a map of jobs: GitLab takes no such CI file."));
            }
            return Ok(None);
        }
        let Some(include) = config.some("include").cloned() else { return Ok(Some(config)) };
        let mut base = Value::Map(Vec::new().into());
        for found in self.find(path, &include)? {
            if above.contains(&found.path) {
                self.note(format!("{path} includes {}, which includes it: the second time is left out.", found.path));
                continue;
            }
            if above.len() >= MAX_DEPTH {
                self.note(format!("{path}: includes are nested deeper than {MAX_DEPTH}: the rest is left out."));
                break;
            }
            above.push(found.path.clone());
            let included = self.file(&found.path, &found.bytes, &found.inputs, above)?;
            above.pop();
            if let Some(included) = included {
                base = base.deep_merge(&included);
            }
        }
        Ok(Some(base.deep_merge(&config.without(&["include"]))))
    }

    /// Reads the local files of one `include:`. All of them are asked for before the first error is returned, so that
    /// a source that fetches learns of them together.
    fn find(&mut self, from: &str, include: &Value) -> Result<Vec<Found>, F::Error> {
        let mut found = Vec::new();
        let mut error = None;
        for entry in include.items() {
            let Some(local) = self.local(from, entry) else { continue };
            let inputs = entry.get("inputs").cloned().unwrap_or(Value::Null);
            let paths = if local.contains('*') {
                if !self.out.patterns.contains(&local) {
                    self.out.patterns.push(local.clone());
                }
                match self.files.list(&local) {
                    Ok(mut paths) => {
                        paths.retain(|path| is_yaml(path));
                        paths.sort();
                        paths
                    }
                    Err(failed) => {
                        error = error.or(Some(failed));
                        continue;
                    }
                }
            } else {
                vec![local]
            };
            for path in paths {
                if self.count == MAX_INCLUDES {
                    let note = format!("{from}: more than {MAX_INCLUDES} files are included: the rest is left out.");
                    if !self.out.notes.contains(&note) {
                        self.out.notes.insert(0, note);
                    }
                    break;
                }
                self.count += 1;
                self.name(&path);
                match self.files.read(&path) {
                    Ok(Some(bytes)) => found.push(Found { path, bytes, inputs: inputs.clone() }),
                    Ok(None) => self.note(format!("{from} includes {path}, which is not in this commit.")),
                    Err(failed) => error = error.or(Some(failed)),
                }
            }
        }
        error.map_or(Ok(found), Err)
    }

    /// The path of a local include; anything else becomes a note.
    fn local(&mut self, from: &str, entry: &Value) -> Option<String> {
        let kind = ["local", "remote", "template", "project", "component"]
            .into_iter()
            .find_map(|kind| Some((kind, entry.some(kind)?.texts().join(", "))));
        let (kind, what) = match (entry.text(), kind) {
            (Some(text), _) if text.contains("://") => ("remote", text.to_owned()),
            (Some(text), _) => ("local", text.to_owned()),
            (None, Some(found)) => found,
            (None, None) => return None,
        };
        if kind != "local" {
            let file = entry.some("file").map(|file| format!(" ({})", file.texts().join(", "))).unwrap_or_default();
            self.out.unseen.push(format!("the {kind} {what}{file}"));
            self.note(format!("{from} includes the {kind} {what}{file}, which is not in this repository: what it defines is not known, nor when it changes."));
            return None;
        }
        if what.contains('$') {
            self.out.unseen.push(what.clone());
            self.note(format!(
                "{from} includes {what}: the variable in it is set outside the repository, so the file is not known."
            ));
            return None;
        }
        let path = normal(&what);
        (!path.is_empty()).then_some(path)
    }
}

struct Found {
    path: String,
    bytes: Vec<u8>,
    inputs: Value,
}

/// Whether a wildcard takes a file in; as in GitLab, the case of the ending counts.
pub(super) fn is_yaml(path: &str) -> bool {
    [".yml", ".yaml"].iter().any(|ending| path.ends_with(ending))
}

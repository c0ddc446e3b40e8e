//! What is wrong with a project's recipe: builds that a change does not start, pins that went stale, files that cannot
//! be read.

use serde::{Deserialize, Serialize};

use crate::Oid;
use crate::inputs::{CI_PATH, Inputs};
use crate::pin::{PinState, audit};
use crate::question::Question;
use crate::renku_ini::{self, RenkuIni};
use crate::resolution::{Resolution, Status};
use crate::resolve::resolve;
use crate::source::{Source, SourceError};
use crate::tree::{Entry, display_path};

/// How bad a [`Finding`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// No image can be right as things are.
    Error,
    /// Sessions can start in a wrong image, or builds are lost.
    Warning,
    /// Worth knowing.
    Info,
}

/// Something that is wrong, or worth knowing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Finding {
    /// The rule's name, for programs and for looking it up.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, and what follows from it.
    pub message: String,
    /// The file that it is about.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<usize>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Finding {
    fn new(rule: &str, severity: Severity, message: impl Into<String>) -> Self {
        Self { rule: rule.to_owned(), severity, message: message.into(), path: None, line: None, help: None }
    }

    fn at(mut self, path: &str, line: Option<usize>) -> Self {
        self.path = Some(path.to_owned());
        self.line = line;
        self
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "repin/check/1";

/// What is wrong at a commit. Serialised, it is the JSON of schema `repin/check/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Check"))]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The commit that was looked at.
    pub commit: Oid,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// What was found at a commit.
    pub fn new(commit: Oid, findings: Vec<Finding>) -> Self {
        Self { schema: SCHEMA.to_owned(), commit, findings }
    }
}

/// Looks at the recipe of the commit asked about, worst first.
///
/// | rule | what it finds |
/// |---|---|
/// | `config` | `.repin.toml` cannot be read |
/// | `no-recipe` | there is nothing that an image could be built from |
/// | `uncovered-copy` | the Dockerfile reads a file that the job's `changes:` list lacks |
/// | `dead-pattern` | a pattern of the `changes:` list can match no file |
/// | `lost-build` | the registry has no image of these inputs |
/// | `pin-stale`, `pin-foreign`, `pin-floating`, `pin-unknown` | the image in `.renku/renku.ini` |
/// | `renku-ini` | Renku cannot read `.renku/renku.ini` |
/// | `exact-only` | a build argument differs by commit: no image can be shared |
/// | `whole-tree` | every file counts as an input |
/// | `unpinned-base` | a base image can change without a commit |
/// | `note` | what else the recipe leaves open |
///
/// # Errors
/// As for [`resolve`].
pub async fn check<S: Source>(source: &S, question: &Question) -> Result<Vec<Finding>, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, problem) = question.spec_at(source, commit.id).await?;
    let mut findings = Vec::new();
    if let Some(problem) = problem {
        findings.push(Finding::new("config", Severity::Error, problem).at(crate::inputs::CONFIG_PATH, None));
    }
    let (snapshot, files) = source.files(&spec, commit.id).await?;
    if let Some(why) = snapshot.unseen {
        findings.push(Finding::new("note", Severity::Warning, why));
        return Ok(findings);
    }
    let inputs = &*snapshot.inputs;
    let ci_path = spec.ci_path.as_deref().unwrap_or(CI_PATH);
    recipe(inputs, ci_path, &mut findings);
    changes(inputs, &files, ci_path, &mut findings);
    let answer = resolve(source, question).await?;
    lost_build(&answer, inputs, &mut findings);
    pin(source, question, commit.id, &mut findings).await?;
    findings.sort_by_key(|finding| finding.severity);
    Ok(findings)
}

fn recipe(inputs: &Inputs, ci_path: &str, findings: &mut Vec<Finding>) {
    if let Some(why) = &inputs.no_recipe {
        let finding = Finding::new("no-recipe", Severity::Error, why.as_str());
        findings.push(match &inputs.job {
            Some(job) => {
                finding.at(ci_path, None).help(format!("the job {job} builds it: mend its path, or add the Dockerfile"))
            }
            None => finding,
        });
    }
    if let Some(why) = &inputs.exact_only {
        findings.push(
            Finding::new("exact-only", Severity::Warning, format!("no two commits can share an image: {why}"))
                .at(ci_path, None)
                .help("use the argument for a LABEL only, or set it when the session starts"),
        );
    }
    let mut notes: Vec<&String> = inputs.notes.iter().collect();
    if inputs.selection.is_whole_tree() {
        let (whole, rest): (Vec<&String>, Vec<&String>) =
            notes.into_iter().partition(|note| note.starts_with("every file counts"));
        notes = rest;
        let message = whole.first().map_or("every file counts as an input", |note| note.as_str());
        findings.push(Finding::new("whole-tree", Severity::Info, message));
    }
    for image in inputs.base_images.iter().filter(|image| !image.pinned) {
        let message =
            format!("{} {} has no digest: the same inputs can give another image later", image.instruction, image.name);
        let finding = Finding::new("unpinned-base", Severity::Info, message);
        findings.push(match &inputs.dockerfile {
            Some(path) => finding.at(path, Some(image.line)),
            None => finding,
        });
    }
    notes.retain(|note| !note.contains("has no digest"));
    findings.extend(notes.into_iter().map(|note| Finding::new("note", Severity::Info, note.as_str())));
}

fn changes(inputs: &Inputs, files: &[Entry], ci_path: &str, findings: &mut Vec<Finding>) {
    let Some(changes) = &inputs.changes else { return };
    for file in inputs.uncovered(files) {
        let path = display_path(&file.path);
        let why = inputs.why(&file.path);
        let because = why.first().map_or(String::new(), |because| format!(" ({because})"));
        findings.push(
            Finding::new(
                "uncovered-copy",
                Severity::Warning,
                format!("{path} decides what is built{because}, but the job's `changes:` list lacks it: a change of it starts no build"),
            )
            .at(&path, None)
            .help(format!("add `{path}` to the list in {ci_path}, or build only when no right image exists")),
        );
    }
    for pattern in changes.patterns() {
        let why = if pattern.starts_with('/') || pattern.starts_with("./") {
            "paths have no leading `/` or `./`"
        } else if pattern.ends_with('/') {
            "it names a folder, and only files are compared"
        } else {
            continue;
        };
        let bare = pattern.trim_start_matches("./").trim_matches('/');
        let mend = if pattern.ends_with('/') { format!("{bare}/**/*") } else { bare.to_owned() };
        findings.push(
            Finding::new(
                "dead-pattern",
                Severity::Warning,
                format!("`{pattern}` in `changes:` matches no file: {why}"),
            )
            .at(ci_path, None)
            .help(format!("write `{mend}`")),
        );
    }
}

fn lost_build(answer: &Resolution, inputs: &Inputs, findings: &mut Vec<Finding>) {
    // One that is being built is not lost.
    if !matches!(answer.status, Status::Missing | Status::Failed) {
        return;
    }
    let why = answer.reason.as_ref().map_or("", |reason| reason.message.as_str());
    let mut finding = Finding::new(
        "lost-build",
        Severity::Warning,
        format!("the registry has no image of these inputs: {why}"),
    )
    .help(if answer.status == Status::Failed {
        "see in the job's log why, and retry it"
    } else if inputs.changes.is_some() {
        "run a pipeline for this commit: a push builds only where it changes what the job's `changes:` list names"
    } else {
        "run a pipeline for this commit"
    });
    if let Some(nearest) = &answer.nearest {
        let paths: Vec<&str> = nearest.changed.iter().take(3).map(|changed| changed.path.as_str()).collect();
        let more = more_than(nearest.changed.len(), paths.len());
        finding.message = format!("{}; {} differs in {}{more}", finding.message, nearest.tag, paths.join(", "));
    }
    findings.push(finding);
}

/// What a list leaves out.
fn more_than(all: usize, shown: usize) -> String {
    if all > shown { format!(" and {} more", all - shown) } else { String::new() }
}

async fn pin<S: Source>(
    source: &S,
    question: &Question,
    commit: Oid,
    findings: &mut Vec<Finding>,
) -> Result<(), SourceError> {
    let text = source.read(commit, renku_ini::PATH).await?.unwrap_or_default();
    let problems = match RenkuIni::parse(&text) {
        Ok(ini) => ini.problems().to_vec(),
        Err(error) => vec![error],
    };
    for problem in problems {
        let message = format!("Renku cannot read this file: {}", problem.kind);
        findings.push(Finding::new("renku-ini", Severity::Warning, message).at(renku_ini::PATH, Some(problem.line)));
    }
    let pin = match audit(source, question).await {
        Ok(Some(pin)) => pin,
        Ok(None) => return Ok(()),
        // What was found so far is worth more than an error.
        Err(SourceError::Incomplete(why)) => {
            let message = format!("whether the image that it pins is right cannot be known: {why}");
            findings.push(Finding::new("pin-unknown", Severity::Warning, message).at(renku_ini::PATH, None));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let image = &pin.image;
    let (rule, severity, message, help) = match &pin.state {
        PinState::Right { .. } => return Ok(()),
        PinState::Stale { commit, changed, since, ago: _ } => {
            let paths: Vec<&str> = changed.iter().take(3).map(|changed| changed.path.as_str()).collect();
            let more = more_than(changed.len(), paths.len());
            let since = since.map_or(String::new(), |since| format!(" since {}", since.abbreviated(7)));
            let message = format!(
                "sessions start in {image}, which is stale: built from {}, but {}{more} changed{since}",
                commit.abbreviated(7),
                paths.join(", ")
            );
            ("pin-stale", Severity::Warning, message, "pin the image that `repin resolve` names, or take the pin away")
        }
        PinState::Foreign { own, .. } => {
            let own = own.as_ref().map_or(String::new(), |own| format!(" ({own})"));
            let message = format!("sessions start in {image}, which is not one of this project's images{own}");
            (
                "pin-foreign",
                Severity::Warning,
                message,
                "in a fork, pin an image of the fork's own registry, or take the pin away",
            )
        }
        PinState::Floating { tag } => {
            let tag = tag.as_deref().unwrap_or("latest");
            let message = format!(
                "sessions start in {image}, whose tag `{tag}` moves: an older commit gets a newer commit's image"
            );
            ("pin-floating", Severity::Warning, message, "pin the image that `repin resolve` names")
        }
        PinState::Unknown { why } => {
            let message = format!("whether the pinned image {image} is right cannot be known: {why}");
            ("pin-unknown", Severity::Info, message, "name the images' repository with --image")
        }
    };
    findings.push(Finding::new(rule, severity, message).at(renku_ini::PATH, pin.line).help(help));
    Ok(())
}

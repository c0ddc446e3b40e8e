//! What is wrong with a project's recipe: builds that a change does not start, pins that went stale, files that cannot
//! be read.
//!
//! Every [rule](RULES) has a name, and a page of that name in `rules/` of the command's sources.

use serde::{Deserialize, Serialize};

use crate::Oid;
use crate::inputs::{CI_PATH, CONFIG_PATH};
use crate::question::Question;
use crate::resolve::resolve;
use crate::source::{Source, SourceError};

mod changes;
mod expiring;
mod finding;
mod ignored;
mod list;
mod lost;
mod pin;
mod range;
mod recipe;
mod rules;

pub use finding::{Edit, Finding, Fix, Severity, apply};
pub use range::{MOST_COMMITS, Range, check_range};
pub use rules::{RULES, Rule};

use rules::{CONFIG, NOTE};

/// The value of [`Report::schema`].
pub const SCHEMA: &str = "repin/check/1";

/// What is wrong at a commit, or over a range. Serialised, it is the JSON of schema `repin/check/1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS), ts(rename = "Check"))]
pub struct Report {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// The commit that was looked at: of a range the last one.
    pub commit: Oid,
    /// The range, as it was asked about; `None` where it was the commit alone.
    pub range: Option<String>,
    /// How many commits were looked at.
    pub looked_at: usize,
    /// What was found, worst first.
    pub findings: Vec<Finding>,
}

impl Report {
    /// What was found at a commit.
    pub fn new(commit: Oid, findings: Vec<Finding>) -> Self {
        Self { schema: SCHEMA.to_owned(), commit, range: None, looked_at: 1, findings }
    }
}

/// Looks at the recipe of the commit asked about by all [`RULES`], worst first.
///
/// # Errors
/// As for [`resolve`].
pub async fn check<S: Source>(source: &S, question: &Question) -> Result<Vec<Finding>, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let (spec, problem) = question.spec_at(source, commit.id).await?;
    let mut findings = Vec::new();
    if let Some(problem) = problem {
        findings.push(Finding::new(CONFIG, problem).at(CONFIG_PATH, None));
    }
    let (snapshot, files) = source.files(&spec, commit.id).await?;
    if let Some(why) = snapshot.unseen {
        findings.push(Finding::new(NOTE, why).severity(Severity::Warning));
        return Ok(of_commits(findings, &[commit.id]));
    }
    let inputs = &*snapshot.inputs;
    let ci_path = spec.ci_path.as_deref().unwrap_or(CI_PATH);
    recipe::look(inputs, ci_path, &mut findings);
    let ci = if changes::is_worth_a_look(inputs, &files) { source.read(commit.id, ci_path).await? } else { None };
    changes::look(inputs, &files, ci_path, ci.as_deref(), &mut findings);
    ignored::look(source, commit.id, inputs, &mut findings).await?;
    // Before anything else is asked: to find a right image, the source may go over to the images of a fork's parent.
    let pin = pin::look(source, question, commit.id).await?;
    let project = source.project().path;
    let answer = resolve(source, question).await?;
    lost::look(&answer, inputs, &mut findings);
    expiring::look(source, question, &answer, &mut findings).await?;
    // At last, with what requests are left: it may take the most. A parent's history is not the project's.
    let pin = if source.project().path == project { pin.dated(source, question).await? } else { pin };
    findings.extend(pin.with_fixes(&answer, inputs));
    Ok(of_commits(findings, &[commit.id]))
}

/// The findings, worst first, as those of these commits.
fn of_commits(mut findings: Vec<Finding>, commits: &[Oid]) -> Vec<Finding> {
    for finding in &mut findings {
        finding.commits = commits.to_vec();
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The first three of some names, and how many more there are.
fn some<'n>(names: impl Iterator<Item = &'n str>, all: usize) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = names.take(SHOWN).collect();
    let more = all.saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

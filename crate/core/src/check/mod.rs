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
pub use range::{MOST_COMMITS, Range, Start, check_range};
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
    /// What could not be looked at, and why: something may be wrong there.
    pub incomplete: Vec<String>,
    /// What else there is to know of the answer.
    pub notes: Vec<String>,
}

impl Report {
    /// What was found at a commit, with these notes.
    pub fn new(commit: Oid, found: Found, notes: Vec<String>) -> Self {
        let Found { findings, incomplete } = found;
        let notes = notes.into_iter().filter(|note| !incomplete.contains(note)).collect();
        Self { schema: SCHEMA.to_owned(), commit, range: None, looked_at: 1, findings, incomplete, notes }
    }
}

/// What was found, and what was not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// What was found, worst first.
    pub findings: Vec<Finding>,
    /// What could not be looked at, and why.
    pub incomplete: Vec<String>,
}

impl Found {
    fn sort(&mut self) {
        self.findings.sort_by_key(|finding| finding.severity);
        let mut seen = Vec::new();
        self.incomplete.retain(|why| {
            !seen.contains(why) && {
                seen.push(why.clone());
                true
            }
        });
    }
}

/// Looks at the recipe of the commit asked about by all [`RULES`], worst first, and says what could not be looked at.
///
/// # Errors
/// As for [`resolve`].
pub async fn check<S: Source>(source: &S, question: &Question) -> Result<Found, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    let mut found = look(source, question, commit.id, Of::Commit).await?;
    for finding in &mut found.findings {
        finding.commits = vec![commit.id];
    }
    Ok(found)
}

/// The same of a commit that nobody has made yet, whose id says nothing to anybody: no finding has commits, and nothing is
/// said of images that this very commit lacks, or since when it is wrong.
///
/// # Errors
/// As for [`resolve`].
pub async fn check_draft<S: Source>(source: &S, question: &Question) -> Result<Found, SourceError> {
    let commit = source.commit(question.revision.as_deref()).await?;
    look(source, question, commit.id, Of::Draft).await
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Commit,
    Draft,
}

async fn look<S: Source>(source: &S, question: &Question, commit: Oid, of: Of) -> Result<Found, SourceError> {
    let (spec, problem) = question.spec_at(source, commit).await?;
    let mut found = Found::default();
    let findings = &mut found.findings;
    if let Some(problem) = problem {
        findings.push(Finding::new(CONFIG, problem).at(CONFIG_PATH, None));
    }
    let (snapshot, files) = source.files(&spec, commit).await?;
    if let Some(why) = snapshot.unseen {
        findings.push(Finding::new(NOTE, why).severity(Severity::Warning));
        return Ok(found);
    }
    let inputs = &*snapshot.inputs;
    let ci_path = spec.ci_path.as_deref().unwrap_or(CI_PATH);
    recipe::look(inputs, ci_path, findings);
    let ci = if changes::is_worth_a_look(inputs, &files) { source.read(commit, ci_path).await? } else { None };
    changes::look(inputs, &files, ci_path, ci.as_deref(), findings);
    ignored::look(source, commit, inputs, findings).await?;
    // Before anything else is asked: to find a right image, the source may go over to the images of a fork's parent.
    let mut pin = pin::look(source, question, commit).await?;
    let project = source.project().path;
    let answer = resolve(source, question).await?;
    if of == Of::Commit {
        lost::look(&answer, inputs, findings);
        expiring::look(source, question, &answer, findings).await?;
        let (images, _) = question.images(source, &source.project(), &spec, inputs).await?;
        if let Some(images) = images {
            found.incomplete.extend(lost::unseen(&answer));
            found.incomplete.extend(pin.unseen(&images));
        }
        // At last, with what requests are left: it may take the most. A parent's history is not the project's.
        if source.project().path == project {
            pin = pin.dated(source, question).await?;
        }
    }
    found.findings.extend(pin.with_fixes(&answer, inputs));
    found.sort();
    Ok(found)
}

/// The first three of some names, and how many more there are.
fn some<'n>(names: impl Iterator<Item = &'n str>, all: usize) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<&str> = names.take(SHOWN).collect();
    let more = all.saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

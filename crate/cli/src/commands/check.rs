//! `repin check`

use std::io::Write as _;

use repin::check::{Finding, Range, Report, Severity, check, check_range};
use repin::source::Source as _;
use serde::Serialize;

use crate::args::{Check, Color, Format};
use crate::error::Failure;
use crate::output::findings;
use crate::output::{Screen, json_stdout};
use crate::project::Project;
use crate::rules;
use repin::text::safe;

mod fix;

use fix::Outcome;

/// The exit code where something is wrong.
const WRONG: u8 = 3;

/// The JSON of a check, and of what `--fix` did.
#[derive(Serialize)]
struct Json<'r> {
    #[serde(flatten)]
    report: &'r Report,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    fixed: Option<&'r Outcome>,
}

/// Says what is wrong with the recipe at one commit, or over a range.
pub(crate) fn run(options: &Check, color: Color) -> Result<u8, Failure> {
    if let Some(rule) = &options.explain {
        return rules::explain(rule);
    }
    let range = options.rev.as_deref().map(range).transpose()?;
    let project = Project::open(&options.asked, &[], Some(&options.registry), color)?;
    let (commit, mut report) = project.ask(async |source, question| match &range {
        Some(range) => {
            let (commit, looked_at, findings) = check_range(source, question, range).await?;
            let report = Report { range: options.rev.clone(), looked_at, ..Report::new(commit.id, findings) };
            Ok((commit, report))
        }
        None => {
            let commit = source.commit(question.revision.as_deref()).await?;
            let report = Report::new(commit.id, check(source, question).await?);
            Ok((commit, report))
        }
    })?;
    let fixed = if options.fix { Some(fix::fix(&project, commit.id, &mut report.findings)?) } else { None };
    match options.format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &Json { report: &report, fixed: fixed.as_ref() })?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => {
            let mut screen = Screen::stdout(color);
            if let Some(fixed) = &fixed {
                fixed.write(&mut screen)?;
            }
            findings::write(&mut screen, &report, &commit)?;
            screen.flush()?;
        }
    }
    for note in project.notes_on_images() {
        eprintln!("note: {}", safe(&note));
    }
    Ok(if report.findings.iter().any(is_wrong) { WRONG } else { 0 })
}

fn range(text: &str) -> Result<Range, Failure> {
    Range::parse(text).ok_or_else(|| {
        Failure::new(format!("--rev {text} is not a range"))
            .hint("give A..B, A.. or a revision, whose whole history it is")
    })
}

fn is_wrong(finding: &Finding) -> bool {
    matches!(finding.severity, Severity::Error | Severity::Warning)
}

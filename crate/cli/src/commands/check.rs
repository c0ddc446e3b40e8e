//! `repin check`

use std::io::Write as _;

use repin::check::{Finding, Range, Report, Severity, check, check_range};
use repin::resolution::Status;
use repin::source::Source as _;
use serde::Serialize;

use crate::args::{Check, Color, Format};
use crate::error::Failure;
use crate::output::findings;
use crate::output::{Screen, json_stdout};
use crate::project::Project;
use crate::rules;

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
            let (commit, looked_at, found) = check_range(source, question, range).await?;
            let report = Report::new(commit.id, found, source.notes());
            Ok((commit, Report { range: options.rev.clone(), looked_at, ..report }))
        }
        None => {
            let commit = source.commit(question.revision.as_deref()).await?;
            let report = Report::new(commit.id, check(source, question).await?, source.notes());
            Ok((commit, report))
        }
    })?;
    let fixed = if options.fix { Some(fix::fix(&project, &mut report)?) } else { None };
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
    Ok(exit_code(&report))
}

fn exit_code(report: &Report) -> u8 {
    if report.findings.iter().any(is_wrong) {
        WRONG
    } else if report.incomplete.is_empty() {
        0
    } else {
        Status::Unknown.exit_code()
    }
}

fn range(text: &str) -> Result<Range, Failure> {
    Range::parse(text).ok_or_else(|| {
        Failure::new(format!("--rev {text} is not a range")).hint("give A..B or a revision, whose whole history it is")
    })
}

fn is_wrong(finding: &Finding) -> bool {
    matches!(finding.severity, Severity::Error | Severity::Warning)
}

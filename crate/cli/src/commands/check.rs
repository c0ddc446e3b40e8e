//! `repin check`

use std::io::Write as _;

use repin::check::{Finding, Report, Severity, check};
use repin::source::Source as _;

use crate::args::{Check, Color, Format};
use crate::error::Failure;
use crate::output::findings;
use crate::output::{Screen, json_stdout};
use crate::project::Project;
use repin::text::safe;

/// The exit code where something is wrong.
const WRONG: u8 = 3;

/// Says what is wrong with the recipe at one commit.
pub(crate) fn run(options: &Check, color: Color) -> Result<u8, Failure> {
    let project = Project::open(&options.asked, &[], Some(&options.registry), color)?;
    let (commit, findings) = project.ask(async |source, question| {
        let commit = source.commit(question.revision.as_deref()).await?;
        Ok((commit, check(source, question).await?))
    })?;
    let code = if findings.iter().any(is_wrong) { WRONG } else { 0 };
    let report = Report::new(commit.id, findings);
    match options.format {
        Format::Json => {
            let mut out = json_stdout();
            serde_json::to_writer_pretty(&mut out, &report)?;
            writeln!(out)?;
            out.flush()?;
        }
        Format::Text => {
            let mut screen = Screen::stdout(color);
            findings::write(&mut screen, &report.findings, &commit)?;
            screen.flush()?;
        }
    }
    for note in project.notes_on_images() {
        eprintln!("note: {}", safe(&note));
    }
    Ok(code)
}

fn is_wrong(finding: &Finding) -> bool {
    matches!(finding.severity, Severity::Error | Severity::Warning)
}

//! What is wrong with a recipe, for people.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use repin::check::{Finding, Report, Severity};
use repin::source::Commit;
use repin::text::{count, safe};

use super::answer::{BOLD, shown};

/// Writes `path:line: severity[rule]: message` for each, as compilers do, and how many there are.
pub(crate) fn write(out: &mut impl Write, report: &Report, commit: &Commit) -> io::Result<()> {
    let findings = &report.findings;
    for finding in findings {
        match (&finding.path, finding.line) {
            (Some(path), Some(line)) => write!(out, "{BOLD}{}:{line}:{BOLD:#} ", safe(path))?,
            (Some(path), None) => write!(out, "{BOLD}{}:{BOLD:#} ", safe(path))?,
            (None, _) => {}
        }
        let (name, style) = severity(finding.severity);
        writeln!(out, "{style}{name}[{}]{style:#}: {}", finding.rule, safe(&finding.message))?;
        if let Some(help) = &finding.help {
            writeln!(out, "  help: {}", safe(help))?;
        }
        if report.range.is_some() {
            writeln!(out, "  {}", commits(finding))?;
        }
    }
    let incomplete = AnsiColor::Yellow.on_default().bold();
    for what in &report.incomplete {
        writeln!(out, "{incomplete}not known{incomplete:#}: {}", safe(what))?;
    }
    for note in &report.notes {
        writeln!(out, "note: {}", safe(note))?;
    }
    let number = |wanted| findings.iter().filter(|finding| finding.severity == wanted).count();
    let parts = [
        (number(Severity::Error), "error", "errors"),
        (number(Severity::Warning), "warning", "warnings"),
        (number(Severity::Info), "remark", "remarks"),
    ];
    let parts: Vec<String> =
        parts.iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| count(*number, one, many)).collect();
    let summary = match (parts.is_empty(), report.incomplete.is_empty()) {
        (false, _) => parts.join(", "),
        (true, true) => "nothing is wrong".to_owned(),
        (true, false) => "nothing is wrong as far as could be looked".to_owned(),
    };
    match &report.range {
        None => writeln!(out, "{summary} at {}", shown(commit)),
        Some(range) => {
            let commits = count(report.looked_at, "commit", "commits");
            writeln!(out, "{summary} in {commits} of {}", safe(range))
        }
    }
}

/// The commits that a finding is true of, and how many more there are.
fn commits(finding: &Finding) -> String {
    const SHOWN: usize = 8;
    let shown: Vec<String> = finding.commits.iter().take(SHOWN).map(|commit| commit.abbreviated(7)).collect();
    let more = finding.commits.len().saturating_sub(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}: {}{more}", count(finding.commits.len(), "commit", "commits"), shown.join(" "))
}

fn severity(severity: Severity) -> (&'static str, Style) {
    match severity {
        Severity::Error => ("error", AnsiColor::Red.on_default().bold()),
        Severity::Warning => ("warning", AnsiColor::Yellow.on_default().bold()),
        Severity::Info => ("info", AnsiColor::Cyan.on_default().bold()),
    }
}

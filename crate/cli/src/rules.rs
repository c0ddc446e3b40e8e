//! The pages about the rules of `repin check`.

use std::io::Write as _;

use repin::check::{RULES, Severity};

use crate::error::Failure;
use crate::output::raw_stdout;

macro_rules! pages {
    ($($name:literal),+ $(,)?) => {
        /// Rules and their pages.
        const PAGES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../rules/", $name, ".md")))),+];
    };
}

pages! {
    "config",
    "no-recipe",
    "uncovered-copy",
    "dead-pattern",
    "ignored-copy",
    "lost-build",
    "expiring-image",
    "latest-only",
    "exact-only",
    "pin-gone",
    "pin-stale",
    "pin-floating",
    "pin-foreign",
    "pin-unknown",
    "renku-ini",
    "whole-tree",
    "unpinned-base",
    "note",
}

/// Prints the page about a rule; a list of all where none is named.
pub(crate) fn explain(rule: &str) -> Result<u8, Failure> {
    let mut out = raw_stdout();
    if rule.is_empty() {
        let width = RULES.iter().map(|rule| rule.name.len()).max().unwrap_or_default();
        for rule in RULES {
            let severity = match rule.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "info",
            };
            writeln!(out, "{:width$}  {severity:7}  {}", rule.name, rule.finds)?;
        }
    } else if let Some((_, page)) = PAGES.iter().find(|(name, _)| *name == rule) {
        out.write_all(page.as_bytes())?;
    } else {
        return Err(Failure::new(format!("there is no rule `{rule}`")).hint("`repin check --explain` lists all"));
    }
    out.flush()?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_page_of_the_same_form() {
        let rules: Vec<&str> = RULES.iter().map(|rule| rule.name).collect();
        let pages: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
        assert_eq!(pages, rules);
        for (name, page) in PAGES {
            assert!(page.starts_with(&format!("# {name}\n\n")), "{name}");
            let headings: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
            let wanted =
                ["## What it finds", "## Why it matters", "## Example", "## How to fix it", "## When to ignore it"];
            assert_eq!(headings, wanted, "{name}");
        }
    }
}

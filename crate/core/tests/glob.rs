//! What Ruby answers, row by row: `tests/data/fnmatch.json` and `fnmatch-extra.json` were recorded from it.

use repin::glob::{Glob, Globs};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    rows: Vec<(String, String, bool)>,
}

fn rows_that_differ(recorded: &str) -> Vec<String> {
    let recorded: Recorded = serde_json::from_str(recorded).expect("the rows are JSON");
    assert!(!recorded.rows.is_empty());
    let mut last: Option<(Glob, Globs)> = None;
    let mut differ = Vec::new();
    for (pattern, path, expected) in recorded.rows {
        let (glob, globs) = match last.take() {
            Some(compiled) if compiled.0.pattern() == pattern => compiled,
            _ => (Glob::new(&pattern), Globs::new(["no such file", &pattern])),
        };
        if glob.matches(&path) != expected || globs.matches(&path) != expected {
            differ.push(format!("{pattern:?} {path:?} is {expected} to Ruby"));
        }
        last = Some((glob, globs));
    }
    differ
}

#[test]
fn glob_agrees_with_ruby() {
    assert_eq!(rows_that_differ(include_str!("data/fnmatch.json")), [""; 0]);
}

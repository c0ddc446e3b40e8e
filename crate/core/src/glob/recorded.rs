//! What Ruby answers, row by row: `tests/data/fnmatch*.json` were recorded from it.

use std::path::Path;

use serde::Deserialize;

use super::{Glob, Globs};

#[derive(Deserialize)]
struct Recorded {
    rows: Vec<(String, String, bool)>,
}

/// The rows of a file for which `Glob` or `Globs` says something else.
fn rows_that_differ(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("the file can be read");
    let recorded: Recorded = serde_json::from_str(&text).expect("the rows are JSON");
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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut files = 0;
    for entry in folder.read_dir().expect("the folder of recorded rows exists") {
        let file = entry.expect("the folder can be listed").path();
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("fnmatch") && file.extension().is_some_and(|extension| extension == "json") {
            files += 1;
            assert_eq!(rows_that_differ(&file), [""; 0], "{name}");
        }
    }
    assert!(files >= 2, "both recorded files are there");
}

//! What says which files count: patterns, Dockerfiles, `.dockerignore`.

use repin::dockerfile::{ArgValue, BuildOptions, Dockerfile};
use repin::dockerignore::Dockerignore;
use repin::glob::{Glob, Globs};

use crate::{folders, halves, paths};

/// Patterns, one a line, then paths: one pattern and several agree, and no folder with a match is passed over.
///
/// # Panics
/// If not.
pub fn glob(data: &[u8]) {
    let (patterns, text) = halves(data);
    let patterns = String::from_utf8_lossy(patterns);
    let patterns: Vec<&str> = patterns.split('\n').take(8).collect();
    let one_by_one: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern)).collect();
    let globs = Globs::new(&patterns);
    for path in paths(text) {
        let matched = one_by_one.iter().filter(|glob| glob.matches_bytes(path)).count();
        assert_eq!(globs.matches_bytes(path), matched > 0, "one by one, {matched} match");
        if let Ok(path) = std::str::from_utf8(path) {
            assert_eq!(globs.matches(path), matched > 0, "as text");
        }
        if matched > 0 {
            for folder in folders(path) {
                assert!(globs.may_match_below(folder), "{} is passed over", String::from_utf8_lossy(folder));
            }
        }
        for glob in &one_by_one {
            if let Some(literals) = glob.literals() {
                let listed = literals.iter().any(|literal| literal.as_bytes() == path);
                assert_eq!(glob.matches_bytes(path), listed, "{:?} as a list", glob.pattern());
            }
        }
    }
    for glob in &one_by_one {
        for literal in glob.literals().into_iter().flatten() {
            assert!(glob.matches(&literal), "{:?} lists {literal:?}", glob.pattern());
        }
    }
}

/// A Dockerfile, then paths: what is said of a folder holds for every file below it.
///
/// # Panics
/// If not.
pub fn dockerfile(data: &[u8]) {
    let (text, list) = halves(data);
    let Ok(dockerfile) = Dockerfile::parse(text) else { return };
    let known = BuildOptions {
        target: Some("builder".to_owned()),
        args: vec![("VERSION".to_owned(), ArgValue::Known("1".to_owned())), ("COMMIT".to_owned(), ArgValue::Unknown)],
        named_contexts: vec!["data".to_owned()],
    };
    for options in [BuildOptions::default(), known] {
        let used = dockerfile.context_use(&options);
        for (name, lines) in used.args_used.iter().map(|arg| (&arg.name, &arg.lines)) {
            assert_eq!(&dockerfile.arg_uses(&options, name), lines, "{name}");
            assert!(lines.is_sorted_by(|a, b| a < b), "{name}: {lines:?}");
        }
        for source in &used.sources {
            for path in paths(list) {
                let reads = source.reads(path);
                for folder in folders(path) {
                    let folder_name = String::from_utf8_lossy(folder);
                    assert!(!reads || source.may_read_below(folder), "{}: not below {folder_name}", source.text);
                    assert!(reads || !source.reads_all_below(folder), "{}: all below {folder_name}", source.text);
                }
            }
        }
    }
}

/// A `.dockerignore`, then paths: what is said of a folder holds for every file below it.
///
/// # Panics
/// If not.
pub fn dockerignore(data: &[u8]) {
    let (text, list) = halves(data);
    let ignore = Dockerignore::parse(text);
    for path in paths(list) {
        let excluded = ignore.excludes(path);
        for folder in folders(path) {
            let name = String::from_utf8_lossy(folder);
            assert!(excluded || ignore.may_include_below(folder), "nothing below {name}");
            assert!(!excluded || ignore.may_exclude_below(folder), "everything below {name}");
        }
    }
    // The patterns in force, written down, are the same rules; the space keeps a `#` from being a comment. Of a `!` at the start they
    // do not tell whether it is a name's, from a line like `/!a`.
    let patterns: Vec<&str> = ignore.patterns().collect();
    if ignore.problems().is_empty() && !patterns.iter().any(|pattern| pattern.starts_with('!')) {
        let written: String = patterns.iter().flat_map(|pattern| [" ", pattern, "\n"]).collect();
        assert_eq!(patterns, Dockerignore::parse(written.as_bytes()).patterns().collect::<Vec<_>>());
    }
}

//! What a walk may skip is what does not count.

use super::*;
use crate::glob::Globs;

const PATHS: [&str; 12] = [
    "Dockerfile",
    "a",
    "a.txt",
    "docker/a",
    "docker/b/c",
    "docker/b/d.txt",
    "docker-b/a",
    "docker.txt",
    "data/docker/a",
    "data/x/y/z.txt",
    "x/y",
    "x/y.txt",
];

fn selections() -> Vec<(&'static str, Selection)> {
    let globs = |patterns: &[&str]| Selection::of_globs(Globs::new(patterns));
    let path = |path: &str| {
        let mut selection = Selection::default();
        selection.add_path(path);
        selection
    };
    let subtree = |path: &str| {
        let mut selection = Selection::default();
        selection.add_subtree(path);
        selection
    };
    let both = |one: Selection, other: &Selection| {
        let mut selection = one;
        selection.merge(other);
        selection
    };
    vec![
        ("nothing", Selection::default()),
        ("whole tree", Selection::whole_tree()),
        ("one path", path("docker/b/c")),
        ("one folder", subtree("docker")),
        ("a folder below", subtree("data/docker")),
        ("names alone", globs(&["Dockerfile", "docker/a"])),
        ("a wildcard", globs(&["docker/*"])),
        ("at any depth", globs(&["**/*.txt"])),
        ("a folder at any depth", globs(&["**/docker/a"])),
        ("path and folder", both(path("x/y"), &subtree("docker/b"))),
        ("wildcard and folder", both(globs(&["*.txt"]), &subtree("x"))),
    ]
}

fn folders(path: &str) -> Vec<&str> {
    let ends = path.char_indices().filter(|(_, letter)| *letter == '/').map(|(at, _)| at);
    std::iter::once("").chain(ends.map(|end| &path[..end])).collect()
}

#[test]
fn a_walk_finds_what_counts_and_skips_nothing_of_it() {
    for (name, selection) in selections() {
        for path in PATHS {
            let counts = selection.contains(path.as_bytes());
            for folder in folders(path) {
                match selection.visit(folder.as_bytes()) {
                    Visit::Skip => assert!(!counts, "{name}: {path} counts, and {folder:?} is skipped"),
                    Visit::All => assert!(counts, "{name}: {path} does not count, and all of {folder:?} does"),
                    Visit::Walk => {}
                }
                let names = selection.names_in(folder.as_bytes(), &[]);
                let rest = if folder.is_empty() { path } else { &path[folder.len() + 1..] };
                let next = rest.split('/').next().unwrap().as_bytes();
                let looked_for = names.is_none_or(|names| names.iter().any(|name| name == next));
                // A folder that counts whole is never listed name by name.
                let whole = selection.visit(folder.as_bytes()) == Visit::All;
                assert!(!counts || looked_for || whole, "{name}: {path} is not looked for in {folder:?}");
            }
        }
        assert_eq!(selection.is_whole_tree(), name == "whole tree", "{name}");
    }
}

#[test]
fn paths_are_told_apart_by_component() {
    let mut selection = Selection::default();
    selection.add_subtree("docker");
    let counted: Vec<&str> = PATHS.into_iter().filter(|path| selection.contains(path.as_bytes())).collect();
    assert_eq!(counted, ["docker/a", "docker/b/c", "docker/b/d.txt"]);
    // Where a folder was wanted, a file or a submodule of its name counts as well.
    assert!(selection.contains(b"docker"));
}

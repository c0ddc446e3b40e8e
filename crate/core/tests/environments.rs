//! Environments of many commits at once: what is remembered of one commit never shows in another.
#![allow(clippy::unwrap_used)]

mod memory;

use std::sync::Arc;

use memory::random::Dice;
use memory::{File, Memory, id};
use repin::Oid;
use repin::environment::{Environments, Fingerprint, key};
use repin::inputs::Spec;
use repin::tree::{Entry, Mode};

/// Files that appear in the trees of a test, each with what it may hold.
type Choices = [(&'static str, &'static [(Mode, &'static str)])];

const FILE: Mode = Mode::FILE;
const LINK: Mode = Mode::LINK;

const RECIPES: &Choices = &[
    (
        "Dockerfile",
        &[
            (FILE, "FROM scratch\nCOPY docker /docker\n"),
            (FILE, "FROM scratch\nCOPY docker/a link /\n"),
            (FILE, "FROM scratch\nCOPY . /\n"),
            (FILE, "FROM scratch\nCOPY *.txt docker/*/c /\n"),
            (FILE, "FROM scratch\nCOPY sub/file /\n"),
            (FILE, "FROM scratch\nRUN true\n"),
            (Mode::EXECUTABLE, "FROM scratch\nCOPY docker /docker\n"),
            (LINK, "docker/a"),
            (FILE, "no Dockerfile"),
        ],
    ),
    (
        "docker/a",
        &[(FILE, "FROM scratch\nCOPY docker /\n"), (FILE, "2"), (Mode::EXECUTABLE, "2"), (LINK, "../other/x")],
    ),
    ("docker/b/c", &[(FILE, "1"), (FILE, "2"), (LINK, "../../other")]),
    ("docker/link", &[(LINK, "../other/x"), (LINK, "b"), (LINK, "link"), (LINK, "/etc"), (FILE, "../other/x")]),
    ("link", &[(LINK, "other"), (LINK, "other/x"), (LINK, "docker"), (LINK, "nothing"), (FILE, "other")]),
    ("other/x", &[(FILE, "1"), (FILE, "2"), (LINK, "../notes.txt")]),
    ("other/y/z", &[(FILE, "1"), (FILE, "2")]),
    ("sub", &[(Mode::SUBMODULE, "1"), (Mode::SUBMODULE, "2"), (LINK, "other"), (FILE, "1")]),
    ("notes.txt", &[(FILE, "1"), (FILE, "2")]),
    (".dockerignore", &[(FILE, "*.txt\n"), (FILE, "docker\n!docker/b\n"), (FILE, "**/x\n"), (FILE, "*\n!docker\n")]),
    (
        ".gitlab-ci.yml",
        &[
            (FILE, "include: {local: 'ci/*.yml'}\n"),
            (FILE, "include: {local: ci/a.yml}\n"),
            (FILE, "image_build: {script: ['docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA -f docker/a docker']}\n"),
            (FILE, "# nothing\n"),
        ],
    ),
    ("ci/a.yml", &[(FILE, "a: {script: [true]}\n"), (FILE, "b: {script: [true]}\n")]),
    ("ci/b.yml", &[(FILE, "a: {script: [true]}\n"), (FILE, "b: {script: [true]}\n")]),
    (".repin.toml", &[(FILE, "inputs = ['link']\n"), (FILE, "target = 'x'\n")]),
];

/// A tree in which some of the files are; one choice may change from tree to tree.
fn trees(dice: &mut Dice, memory: &mut Memory, count: usize) -> Vec<Oid> {
    let mut chosen: Vec<Option<usize>> =
        RECIPES.iter().map(|(_, choices)| dice.percent(70).then(|| dice.below(choices.len()))).collect();
    // Without a Dockerfile there is little to see.
    chosen[0] = Some(dice.below(RECIPES[0].1.len()));
    let mut roots = Vec::new();
    for at in 0..count {
        let mut file = dice.below(RECIPES.len());
        if file == 0 && dice.percent(60) {
            file = 1;
        }
        chosen[file] = dice.percent(75).then(|| dice.below(RECIPES[file].1.len()));
        let files: Vec<File<'_>> = RECIPES
            .iter()
            .zip(&chosen)
            .filter_map(|((path, choices), chosen)| {
                let (mode, content) = choices[(*chosen)?];
                Some((*path, mode, content))
            })
            .collect();
        let commit = memory.add(id(&format!("{at:08x}")), &[], 0, &files);
        roots.push(memory.commits[&commit].root);
    }
    roots
}

/// What a commit is built from, found anew.
fn anew(memory: &Memory, spec: &Arc<Spec>, root: Oid) -> Option<Vec<Entry>> {
    let (snapshot, files) = Environments::new(Arc::clone(spec)).files(&mut &*memory, root).unwrap();
    snapshot.environment.map(|_| files)
}

#[test]
fn two_commits_have_one_fingerprint_exactly_if_their_files_are_the_same() {
    for seed in 0..150 {
        let mut dice = Dice::new(seed);
        let mut memory = Memory::default();
        let roots = trees(&mut dice, &mut memory, 24);
        let patterns = if dice.percent(75) { &[][..] } else { &["docker/**/*", "*.txt", "link"] };
        let patterns = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let spec = Arc::new(Spec { patterns, ..Spec::default() });
        let mut shared = Environments::new(Arc::clone(&spec));
        let mut seen: Vec<(Option<Fingerprint>, Option<Vec<Entry>>)> = Vec::new();
        for root in roots {
            let wanted = anew(&memory, &spec, root);
            let found = shared.at(&mut &memory, root).unwrap();
            let context =
                || format!("seed {seed}, {}: {:#?}", seen.len(), memory.commits[&id(&format!("{:08x}", seen.len()))]);
            assert_eq!(found.environment.is_some(), wanted.is_some(), "{}", context());
            if let Some(found) = found.environment.and_then(|found| found.key()) {
                assert_eq!(Some(found), wanted.as_deref().map(key), "{}", context());
            }
            for (at, (other, files)) in seen.iter().enumerate() {
                assert_eq!(*other == found.environment, *files == wanted, "{}\nand {at}", context());
            }
            if dice.percent(50) {
                let (snapshot, files) = shared.files(&mut &memory, root).unwrap();
                assert_eq!(snapshot.environment, found.environment, "{}", context());
                assert_eq!(snapshot.environment.map(|_| files), wanted, "{}", context());
            }
            seen.push((found.environment, wanted));
        }
    }
}

/// The smallest project in which all files count, and what else there is differs.
#[test]
fn whole_trees_that_differ_in_any_file_are_not_equal() {
    for dockerfile in ["FROM scratch\nCOPY . /\n", "FROM scratch\nCOPY docker /\n", "FROM scratch\nARG A\nCOPY $A /\n"]
    {
        let mut memory = Memory::default();
        let mut roots = Vec::new();
        for (at, notes) in ["1", "2", "1"].into_iter().enumerate() {
            let files = [("Dockerfile", FILE, dockerfile), ("src/notes", FILE, notes)];
            let commit = memory.add(id(&at.to_string()), &[], 0, &files);
            roots.push(memory.commits[&commit].root);
        }
        let mut environments = Environments::new(Arc::default());
        let [one, two, three] =
            [0, 1, 2].map(|at: usize| environments.at(&mut &memory, roots[at]).unwrap().environment);
        assert!(one.is_some() && one == three, "{dockerfile}");
        assert_ne!(one, two, "{dockerfile}");
    }
}

#[test]
fn an_empty_tree_has_no_environment() {
    let mut memory = Memory::default();
    let commit = memory.add(id("1"), &[], 0, &[]);
    for patterns in [vec![], vec!["**/*".to_owned()]] {
        let spec = Arc::new(Spec { patterns, ..Spec::default() });
        let root = memory.commits[&commit].root;
        let (snapshot, files) = Environments::new(spec).files(&mut &memory, root).unwrap();
        assert_eq!((snapshot.environment, files), (None, Vec::new()));
    }
}

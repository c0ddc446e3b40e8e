//! What becomes of an image that is pinned by hand, and what `check` says of a recipe.
#![allow(clippy::unwrap_used)]

mod memory;

use memory::{File, Memory, id, now};
use repin::Question;
use repin::check::{Severity, check};
use repin::pin::{PinState, audit, audit_image};
use repin::resolution::{Change, Changed};
use repin::source::{Images, Tag};
use repin::tree::Mode;

const FILE: Mode = Mode::FILE;
const CI: &str = "image_build:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} .\n    - docker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7}\n";
const DOCKERFILE: &str =
    "FROM python@sha256:0000000000000000000000000000000000000000000000000000000000000000\nCOPY requirements.txt /\n";

/// Three commits in a line: the first two have the same inputs, the third changes one. All but the first pin `image`.
fn project(image: &str) -> Memory {
    let mut project = Memory::default();
    let ini = format!("[interactive]\nimage = {image}\n");
    let ini = (".renku/renku.ini", FILE, ini.as_str());
    let files = |requirements: &'static str| -> Vec<File<'static>> {
        vec![(".gitlab-ci.yml", FILE, CI), ("Dockerfile", FILE, DOCKERFILE), ("requirements.txt", FILE, requirements)]
    };
    let first = project.add(id("aaaaaaa1"), &[], 1, &files("numpy"));
    let second = project.add(id("bbbbbbb1"), &[first], 2, &[files("numpy"), vec![ini]].concat());
    project.add(id("ccccccc1"), &[second], 3, &[files("pandas"), vec![ini]].concat());
    project.git_tags.insert("v1".to_owned(), first);
    project.branches.insert("devel".to_owned(), first);
    project
}

fn state(image: &str, commit: &str) -> PinState {
    let question = Question { revision: Some(id(commit).to_string()), ..Question::default() };
    let project = project(image);
    let pinned = now(audit(&project, &question)).unwrap().unwrap();
    assert_eq!((pinned.path.as_deref(), pinned.line), (Some(".renku/renku.ini"), Some(2)));
    // Whoever asks about the same image, the answer is the same.
    let named = now(audit_image(&project, &question, image)).unwrap();
    assert_eq!((named.path, named.line, &named.state), (None, None, &pinned.state), "{image}");
    pinned.state
}

#[test]
fn pins_are_right_where_the_inputs_are_the_same() {
    for image in [
        "registry.example.org/group/name:aaaaaaa",
        "registry.example.org/Group/Name:aaaaaaa",
        "registry.example.org/group/name:bbbbbbb",
        "registry.example.org/group/name:v1",
    ] {
        assert!(matches!(state(image, "bbbbbbb1"), PinState::Right { .. }), "{image}");
    }
}

#[test]
fn pins_are_stale_where_an_input_changed() {
    let changed = vec![Changed { path: "requirements.txt".to_owned(), change: Change::Modified }];
    for (image, commit) in [
        ("registry.example.org/group/name:aaaaaaa", "aaaaaaa1"),
        ("registry.example.org/group/name:bbbbbbb", "bbbbbbb1"),
    ] {
        let expected =
            PinState::Stale { commit: id(commit), changed: changed.clone(), since: Some(id("ccccccc1")), ago: Some(0) };
        assert_eq!(state(image, "ccccccc1"), expected, "{image}");
    }
}

#[test]
fn other_pins_are_called_what_they_are() {
    let kind = |image: &str| match state(image, "ccccccc1") {
        PinState::Right { .. } => "right",
        PinState::Stale { .. } => "stale",
        PinState::Foreign { .. } => "foreign",
        PinState::Floating { .. } => "floating",
        PinState::Unknown { .. } => "unknown",
    };
    for (image, expected) in [
        ("registry.example.org/group/name", "floating"),
        ("registry.example.org/group/name:latest", "floating"),
        ("registry.example.org/group/name:devel", "floating"),
        ("registry.example.org/parent/name:aaaaaaa", "foreign"),
        ("registry.example.com/group/name:aaaaaaa", "foreign"),
        ("renku/renkulab-py:3.10-0.21.0", "foreign"),
        ("registry.example.org/group/name:ddddddd", "unknown"),
        ("registry.example.org/group/name:stable", "unknown"),
        ("registry.example.org/group/name:not a tag", "unknown"),
        (
            "registry.example.org/group/name:ccccccc@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "unknown",
        ),
        (
            "registry.example.org/group/name@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "unknown",
        ),
    ] {
        assert_eq!(kind(image), expected, "{image}");
    }
}

#[test]
fn a_commit_without_a_pin_has_none() {
    let question = Question { revision: Some(id("aaaaaaa1").to_string()), ..Question::default() };
    assert_eq!(now(audit(&project("x"), &question)).unwrap(), None);
}

/// The rules that `check` names for a commit with these files.
fn rules(files: &[File<'_>], tags: Option<&[&str]>) -> Vec<(String, Severity)> {
    let mut project = Memory::default();
    project.add(id("aaaaaaa1"), &[], 1, files);
    project.images =
        tags.map(|tags| Images { tags: tags.iter().map(|tag| Tag::from(*tag)).collect(), ..Images::default() });
    let found = now(check(&project, &Question::default())).unwrap();
    found.into_iter().map(|finding| (finding.rule, finding.severity)).collect()
}

#[test]
fn each_rule_finds_what_it_is_for() {
    use Severity::{Error, Info, Warning};
    let ci = (".gitlab-ci.yml", FILE, CI);
    let dockerfile = ("Dockerfile", FILE, DOCKERFILE);
    let requirements = ("requirements.txt", FILE, "numpy");
    let changes = |list: &str| format!("{CI}  only:\n    changes: [{list}]\n");
    let (lacking, dead) = (changes("Dockerfile, .gitlab-ci.yml"), changes("'**/*', docker/, ./x"));
    let by_commit = CI.replace("docker build", "docker build --build-arg X=$CI_COMMIT_SHA");
    for (what, files, tags, expected) in [
        ("nothing", vec![ci, dockerfile, requirements], None, vec![]),
        ("its image is there", vec![ci, dockerfile, requirements], Some(&["aaaaaaa"][..]), vec![]),
        ("no image", vec![ci, dockerfile, requirements], Some(&["latest"][..]), vec![("lost-build", Warning)]),
        ("no Dockerfile", vec![ci, requirements], None, vec![("no-recipe", Error)]),
        (
            "changes that lack what is copied",
            vec![(".gitlab-ci.yml", FILE, &lacking), dockerfile, requirements],
            None,
            vec![("uncovered-copy", Warning)],
        ),
        (
            "patterns that match no file",
            vec![(".gitlab-ci.yml", FILE, &dead), dockerfile, requirements],
            None,
            // `**/*` crosses folders, so nothing is lacking.
            vec![("dead-pattern", Warning), ("dead-pattern", Warning)],
        ),
        (
            "a base image without a digest",
            vec![ci, ("Dockerfile", FILE, "FROM python:3\nCOPY requirements.txt /\n"), requirements],
            None,
            vec![("unpinned-base", Info)],
        ),
        ("a source that is not tracked", vec![ci, dockerfile], None, vec![("whole-tree", Info)]),
        (
            "an argument that differs by commit",
            vec![(".gitlab-ci.yml", FILE, &by_commit), ("Dockerfile", FILE, "FROM scratch\nARG X\nRUN echo $X\n")],
            None,
            vec![("exact-only", Warning)],
        ),
        (
            "a .repin.toml that cannot be read",
            vec![ci, dockerfile, requirements, (".repin.toml", FILE, "inputs = 3\n")],
            None,
            vec![("config", Error)],
        ),
        (
            "a renku.ini that cannot be read",
            vec![ci, dockerfile, requirements, (".renku/renku.ini", FILE, "image = x\n")],
            None,
            vec![("renku-ini", Warning)],
        ),
        (
            "a pin to another project",
            vec![ci, dockerfile, requirements, (".renku/renku.ini", FILE, "[interactive]\nimage = a/b:c\n")],
            None,
            vec![("pin-foreign", Warning)],
        ),
    ] {
        let expected: Vec<(String, Severity)> =
            expected.into_iter().map(|(rule, severity)| (rule.to_owned(), severity)).collect();
        assert_eq!(rules(&files, tags), expected, "{what}");
    }
}

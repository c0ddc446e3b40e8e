//! What becomes of an image that is pinned by hand.
#![allow(clippy::unwrap_used)]

mod memory;

use memory::{File, Memory, id, now};
use repin::Question;
use repin::pin::{PinState, audit, audit_image, audit_registry, is_there};
use repin::resolution::{Change, Changed, Reason};
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

#[test]
fn whether_the_tag_is_there_only_the_registry_says() {
    let question = Question { revision: Some(id("ccccccc1").to_string()), ..Question::default() };
    let digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";
    let own = "registry.example.org/group/name";
    let cut_off = Some(Reason::new("no-access", "not allowed"));
    let list = |tags: &[&str], cut_off: &Option<Reason>| {
        Some(Images {
            tags: tags.iter().map(|tag| Tag::from(*tag)).collect(),
            cut_off: cut_off.clone(),
            ..Images::default()
        })
    };
    for (what, image, images, expected) in [
        ("it is", format!("{own}:aaaaaaa"), list(&["aaaaaaa"], &None), Some(true)),
        ("it is not", format!("{own}:aaaaaaa"), list(&["bbbbbbb"], &None), Some(false)),
        ("none is", format!("{own}:aaaaaaa"), list(&[], &None), Some(false)),
        ("no tag means latest", own.to_owned(), list(&["latest"], &None), Some(true)),
        ("nobody was asked", format!("{own}:aaaaaaa"), None, None),
        ("not all were seen", format!("{own}:aaaaaaa"), list(&["bbbbbbb"], &cut_off), None),
        ("it is among those seen", format!("{own}:aaaaaaa"), list(&["aaaaaaa"], &cut_off), Some(true)),
        ("another project's", "registry.example.org/a/b:aaaaaaa".to_owned(), list(&[], &None), None),
        ("a digest", format!("{own}@{digest}"), list(&[], &None), None),
        ("no image", "not an image".to_owned(), list(&[], &None), None),
    ] {
        let mut project = project(&image);
        project.images = images;
        assert_eq!(now(is_there(&project, &question, &image)).unwrap(), expected, "{what}");
    }
}

#[test]
fn a_digest_is_right_where_all_of_its_tags_are() {
    let digest = |digit: char| format!("sha256:{}", digit.to_string().repeat(64));
    let image = format!("registry.example.org/group/name@{}", digest('1'));
    let tag = |name: &str, digit| Tag { name: name.to_owned(), digest: Some(digest(digit)), created_at: None };
    let state = |commit: &str, tags: Option<Vec<Tag>>| {
        let mut project = project(&image);
        project.images = tags.map(|tags| Images { tags, cut_off: None, ..Images::default() });
        let question = Question { revision: Some(id(commit).to_string()), ..Question::default() };
        let pin = now(audit(&project, &question)).unwrap().unwrap();
        match now(audit_registry(&project, &question, pin)).unwrap().state {
            PinState::Right { commit } => commit.abbreviated(7),
            PinState::Unknown { .. } => "unknown".to_owned(),
            other => panic!("{other:?}"),
        }
    };
    for (what, commit, tags, expected) in [
        ("nobody was asked", "bbbbbbb1", None, "unknown"),
        ("an earlier commit's", "bbbbbbb1", Some(vec![tag("aaaaaaa", '1')]), "aaaaaaa"),
        ("another image", "bbbbbbb1", Some(vec![tag("aaaaaaa", '2')]), "unknown"),
        ("other inputs", "ccccccc1", Some(vec![tag("aaaaaaa", '1')]), "unknown"),
        ("one tag of two", "bbbbbbb1", Some(vec![tag("aaaaaaa", '1'), tag("ccccccc", '1')]), "unknown"),
        ("both tags", "bbbbbbb1", Some(vec![tag("aaaaaaa", '1'), tag("bbbbbbb", '1')]), "aaaaaaa"),
        ("no digest is known", "bbbbbbb1", Some(vec![Tag::from("aaaaaaa")]), "unknown"),
    ] {
        assert_eq!(state(commit, tags), expected, "{what}");
    }
}

//! What goes wrong outside, and what is said about it.

use insta::assert_snapshot;

use crate::repository::{Repository, Run};

#[test]
fn of_the_project() {
    let repository = Repository::course("errors-project");
    let empty = Repository::new("errors-empty");
    // Not below the build folder, which may lie in a repository.
    let nothing = std::env::temp_dir().join("repin-cli-errors-nothing");
    std::fs::create_dir_all(&nothing).unwrap();
    assert_snapshot!("unknown_revision", repository.repin(&["resolve", "--commit", "nowhere"]).shown());
    assert_snapshot!("empty_repository", empty.repin(&["resolve"]).shown());
    assert_snapshot!("not_a_repository", Run::new(&["resolve"]).within(&nothing).run().shown());
    for (name, project) in [
        ("missing_folder", "nowhere"),
        ("a_file", "README.md"),
        ("an_address_of_no_project", "https://ada:secret@gitlab.example.org"),
        ("an_address_of_another_kind", "ftp://ada:secret@gitlab.example.org/group/name"),
    ] {
        assert_snapshot!(name, repository.repin(&["history", project]).shown());
    }
}

#[test]
fn of_tags() {
    let repository = Repository::course("errors-tags");
    repository.write("tags.txt", "abc1234\nno tag at all\n");
    assert_snapshot!("bad_tags", repository.repin(&["resolve", "--tags", "tags.txt"]).shown());
    assert_snapshot!("bad_tags_json", repository.repin_with(&["resolve", "--tags", "-"], "{\"Tags\": 3}").shown());
    assert_snapshot!("no_tags", repository.repin(&["resolve", "--tags", "nowhere.txt"]).shown());
}

#[test]
fn of_the_image() {
    let repository = Repository::course("errors-image");
    for (name, image) in [
        ("image_with_a_tag", "registry.example.org/Group/name:v1"),
        ("image_with_a_digest", "a/b@sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"),
        ("image_that_is_none", "https://registry.example.org/group"),
    ] {
        assert_snapshot!(name, repository.repin(&["resolve", "--image", image]).shown());
    }
}

#[test]
fn of_usage() {
    for (name, args) in [
        ("no_command", &[][..]),
        ("unknown_command", &["solve"]),
        ("unknown_option", &["resolve", "--tag", "x"]),
        ("bad_format", &["resolve", "--format", "svg"]),
        ("limit_zero", &["history", "--limit", "0"]),
        ("requests_that_are_no_number", &["resolve", "--max-requests", "many"]),
        ("empty_pattern", &["inputs", "--inputs", ""]),
    ] {
        let ran = Run::new(args).run();
        assert_eq!(ran.code(), 2, "{name}");
        assert_snapshot!(name, ran.shown());
    }
}

//! `repin resolve`

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::repository::{CI, DOCKERFILE, Repository, Run};

const IMAGE: &str = "registry.example.org/ada/course";

#[test]
fn found_exact() {
    let repository = Repository::course("resolve-exact");
    let ran = repository.repin_with(&["resolve", "--tags", "-", "--image", IMAGE], &repository.tag("HEAD"));
    assert_snapshot!(ran.shown());
    assert_eq!(ran.stdout().lines().next(), Some(&*format!("{IMAGE}:{}", repository.tag("HEAD"))));
}

#[test]
fn found_ancestor() {
    let repository = Repository::course("resolve-ancestor");
    let tags = format!("latest\n{}\n", repository.tag("HEAD~2"));
    assert_snapshot!(repository.repin_with(&["resolve", "--tags", "-", "--image", IMAGE], &tags).shown());
}

#[test]
fn found_descendant() {
    let repository = Repository::course("resolve-descendant");
    let args = ["resolve", "--commit", "HEAD~2", "--tags", "-", "--image", IMAGE];
    assert_snapshot!(repository.repin_with(&args, &repository.tag("HEAD~1")).shown());
}

#[test]
fn found_same_environment() {
    let mut repository = Repository::course("resolve-same");
    repository.git(&["switch", "--quiet", "--create", "other", "HEAD~1"]);
    repository.write("other.txt", "other\n");
    let tag = repository.commit("Another branch")[..7].to_owned();
    repository.git(&["switch", "--quiet", "main"]);
    assert_snapshot!(repository.repin_with(&["resolve", "--tags", "-", "--image", IMAGE], &tag).shown());
}

#[test]
fn found_without_a_registry_is_the_tag_alone() {
    let repository = Repository::course("resolve-no-registry");
    let ran = repository.repin_with(&["resolve", "--tags", "-"], &repository.tag("HEAD"));
    assert_eq!(ran.stdout().lines().next(), Some(&*repository.tag("HEAD")));
}

#[test]
fn found_in_the_registry_of_the_ci_job() {
    let repository = Repository::course("resolve-ci-variables");
    let tag = repository.tag("HEAD");
    let run = || Run::new(&["resolve", "--tags", "-"]).within(&repository.path).stdin(&tag);
    let ran = run().variable("CI_REGISTRY_IMAGE", "registry.example.org:5050/ada/course").run();
    assert_eq!(ran.stdout().lines().next(), Some(&*format!("registry.example.org:5050/ada/course:{tag}")));
    let ran = run().variable("CI_REGISTRY_IMAGE", "not an image").run();
    assert_snapshot!(ran.shown());
}

#[test]
fn the_ci_file_may_be_elsewhere() {
    let mut repository = Repository::new("resolve-ci-path");
    repository.write("ci/build.yml", CI.replace("$CI_COMMIT_SHA_7", "v$CI_COMMIT_SHORT_SHA"));
    repository.write("Dockerfile", "FROM scratch\n");
    repository.commit("Start");
    let ran = |path| {
        let run = Run::new(&["resolve", "--format", "json"]).within(&repository.path);
        run.variable("CI_CONFIG_PATH", path).run().json()["expected_tag"].clone()
    };
    let id = repository.id("HEAD");
    assert_eq!(ran("ci/build.yml"), format!("v{}", &id[..8]));
    assert_eq!(ran("ci/build.yml@group/other"), id[..7]);
    assert_eq!(ran("https://example.org/build.yml"), id[..7]);
}

#[test]
fn found_as_json() {
    let repository = Repository::course("resolve-json");
    let args = ["resolve", "--format", "json", "--tags", "-", "--image", IMAGE];
    assert_snapshot!(repository.repin_with(&args, &repository.tag("HEAD~1")).shown());
}

#[test]
fn missing() {
    let mut repository = Repository::course("resolve-missing");
    let tags = repository.tag("HEAD");
    repository.write("requirements.txt", "numpy\npandas\n");
    repository.write("Dockerfile", DOCKERFILE.replace("COPY", "COPY apt.txt"));
    repository.write("apt.txt", "git\n");
    repository.commit("Add pandas");
    let ran = repository.repin_with(&["resolve", "--tags", "-"], &tags);
    assert_eq!(ran.stdout(), "");
    assert_snapshot!(ran.shown());
    let ran = repository.repin_with(&["resolve", "--tags", "-", "--format", "json"], &tags);
    assert_eq!((ran.code(), &ran.json()["status"]), (3, &"missing".into()));
    assert_snapshot!("missing_no_tags", repository.repin_with(&["resolve", "--tags", "-"], "").shown());
}

#[test]
fn predicted() {
    let repository = Repository::course("resolve-predicted");
    assert_snapshot!(repository.repin(&["resolve", "--image", IMAGE]).shown());
    assert_snapshot!("predicted_exact", repository.repin(&["resolve", "--commit", "HEAD~2"]).shown());
}

#[test]
fn unknown() {
    let repository = Repository::course("resolve-unknown");
    let ran = repository.repin_with(&["resolve", "--tags", "-"], "0123456\n");
    assert_eq!(ran.stdout(), "");
    assert_snapshot!(ran.shown());
}

#[test]
fn no_recipe() {
    let mut repository = Repository::new("resolve-no-recipe");
    repository.write("README.md", "Nothing to build\n");
    repository.commit("Start");
    assert_snapshot!(repository.repin(&["resolve"]).shown());
}

#[test]
fn a_broken_config_is_said() {
    let mut repository = Repository::course("resolve-bad-config");
    repository.write(".repin.toml", "inputs = 3\n");
    repository.commit("Break it");
    assert_snapshot!(repository.repin(&["resolve"]).shown());
}

#[test]
fn inputs_can_be_given() {
    let repository = Repository::course("resolve-inputs");
    let args = ["resolve", "--inputs", "Dockerfile", "--inputs", "*.txt", "--format", "json"];
    let answer = repository.repin(&args).json();
    assert_eq!(answer["inputs"]["source"], "option");
    assert_eq!(answer["environment"]["files"].as_array().unwrap().len(), 2);
}

#[test]
fn uncommitted_changes_are_a_note() {
    let repository = Repository::course("resolve-uncommitted");
    repository.write("requirements.txt", "numpy\nscipy\n");
    std::fs::remove_file(repository.path.join("Dockerfile")).unwrap();
    repository.write("README.md", "No input\n");
    let ran = repository.repin(&["resolve"]);
    assert_snapshot!(ran.shown());
    let note = &repository.repin(&["resolve", "--format", "json", "--commit", "HEAD"]).json()["notes"][0];
    assert!(note.as_str().unwrap().contains("requirements.txt (modified)"), "{note}");
    let other = repository.repin(&["resolve", "--commit", "HEAD~1"]).shown();
    assert!(!other.contains("uncommitted"), "{other}");
}

#[test]
fn a_file_that_is_not_added_is_a_note() {
    let mut repository = Repository::new("resolve-untracked");
    repository.write("README.md", "Start\n");
    repository.commit("Start");
    repository.write("Dockerfile", "FROM scratch\n");
    assert_snapshot!(repository.repin(&["resolve"]).shown());
}

#[test]
fn line_ends_and_lfs_are_no_changes() {
    let mut repository = Repository::course("resolve-filters");
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\nsize 5\n";
    repository.write("data.bin", pointer);
    repository.write("Dockerfile", DOCKERFILE.replace("COPY", "COPY data.bin"));
    repository.commit("Add data");
    repository.write("requirements.txt", "numpy\r\n");
    repository.write("data.bin", "hello");
    assert!(!repository.repin(&["resolve"]).shown().contains("uncommitted"));
    repository.write("data.bin", "hullo");
    assert!(repository.repin(&["resolve"]).shown().contains("data.bin (modified)"));
}

#[test]
fn a_hostile_title_stays_text() {
    let mut repository = Repository::course("resolve-hostile");
    let tag = repository.commit("\u{1b}[2J\u{202e}evil\u{7}\" & <b>")[..7].to_owned();
    repository.commit("Go on");
    let ran = repository.repin_with(&["resolve", "--tags", "-", "--color", "never"], &tag);
    assert!(!ran.stdout().contains(['\u{1b}', '\u{202e}', '\u{7}']));
    assert_snapshot!(ran.shown());
}

#[test]
fn bare_repositories_and_folders_inside_are_projects() {
    let repository = Repository::course("resolve-places");
    repository.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    repository.write("folder/deep/file", "");
    for project in ["bare.git", "folder/deep", "."] {
        let ran = repository.repin_with(&["resolve", project, "--tags", "-"], &repository.tag("HEAD"));
        assert_eq!(ran.code(), 0, "{project}: {}", ran.stderr());
    }
}

#[test]
fn colours_are_for_terminals() {
    let repository = Repository::course("resolve-colour");
    let plain = repository.repin(&["resolve"]).stdout();
    assert!(!plain.contains('\u{1b}'));
    assert!(repository.repin(&["resolve", "--color", "always"]).stdout().contains('\u{1b}'));
    let run = || Run::new(&["resolve"]).within(&repository.path);
    assert!(run().variable("CLICOLOR_FORCE", "1").run().stdout().contains('\u{1b}'));
    assert_eq!(run().variable("CLICOLOR_FORCE", "1").variable("NO_COLOR", "1").run().stdout(), plain);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut repository = Repository::course("resolve-pipe");
    for at in 0..20 {
        repository.commit(&format!("Commit {at} {}", "with a very long title ".repeat(400)));
    }
    for args in [&["history"][..], &["history", "--format", "json"], &["history", "--format", "svg"]] {
        let run = Run::new(args).within(&repository.path);
        let mut child = run.command().stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("error") && !stderr.contains("panic"), "{stderr}");
        assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
    }
}

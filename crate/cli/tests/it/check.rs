//! `repin check`

use std::fs;

use insta::assert_snapshot;

use crate::repository::{CI, DOCKERFILE, Repository, Run};

const OWN: &str = "registry.example.org/ada/course";

/// A course whose job builds on changes of too few files.
fn lossy(name: &str) -> Repository {
    let mut repository = Repository::new(name);
    let list = "  only:\n    changes:\n      - Dockerfile # the recipe\n      - ./.gitlab-ci.yml\n";
    repository.write(".gitlab-ci.yml", format!("# Ours\n{CI}{list}\nother:\n  script: [\"true\"]\n"));
    repository.write("Dockerfile", format!("{DOCKERFILE}COPY helpers /helpers\n"));
    repository.write("requirements.txt", "numpy\n");
    repository.write("helpers/a.py", "a\n");
    repository.write("helpers/b.py", "b\n");
    repository.commit("Start the course");
    repository.write("helpers/b.py", "c\n");
    repository.commit("Better helpers");
    repository
}

fn rules(findings: &serde_json::Value) -> Vec<&str> {
    findings["findings"].as_array().unwrap().iter().map(|finding| finding["rule"].as_str().unwrap()).collect()
}

#[test]
fn of_one_commit() {
    let repository = lossy("check-one");
    let first = repository.tag("HEAD~1");
    let check = ["check", "--tags", "-", "--image", OWN];
    assert_snapshot!("check_as_text", repository.repin_with(&check, &first).shown());
    let json = repository.repin_with(&[&check[..], &["--format", "json"]].concat(), &first);
    assert_eq!(json.code(), 3);
    assert_snapshot!("check_as_json", json.stdout());
}

#[test]
fn a_recipe_without_a_fault_is_told_so() {
    let repository = Repository::course("check-well");
    let ran = repository.repin_with(&["check", "--tags", "-"], &repository.tag("HEAD~2"));
    assert_eq!(ran.code(), 0);
    assert_snapshot!("check_of_what_is_well", ran.shown());
}

#[test]
fn each_rule_is_explained() {
    let list = Run::new(&["check", "--explain"]).run();
    assert_snapshot!("check_explains_all", list.shown());
    for line in list.stdout().lines() {
        let rule = line.split_whitespace().next().unwrap();
        let page = Run::new(&["check", "--explain", rule]).run();
        assert!(page.code() == 0 && page.stdout().starts_with(&format!("# {rule}\n")), "{rule}");
    }
    assert_snapshot!("check_of_no_rule", Run::new(&["check", "--explain", "lost"]).run().shown());
}

#[test]
fn what_is_certain_is_mended_once() {
    let repository = lossy("check-fix");
    let before = fs::read_to_string(repository.path.join(".gitlab-ci.yml")).unwrap();
    assert_snapshot!("check_fix", repository.repin(&["check", "--fix"]).shown());
    let after = fs::read_to_string(repository.path.join(".gitlab-ci.yml")).unwrap();
    let list = "      - Dockerfile # the recipe\n      - ./.gitlab-ci.yml\n";
    let mended =
        "      - Dockerfile # the recipe\n      - .gitlab-ci.yml\n      - requirements.txt\n      - helpers/**/*\n";
    assert_eq!(after, before.replace(list, mended));
    assert_eq!(repository.git(&["status", "--porcelain"]), "M .gitlab-ci.yml");
    // The change is not committed: what is uncommitted is left alone.
    assert_snapshot!("check_fix_of_an_uncommitted_file", repository.repin(&["check", "--fix"]).shown());
    assert_eq!(fs::read_to_string(repository.path.join(".gitlab-ci.yml")).unwrap(), after);
    let mut repository = repository;
    repository.commit("Build on all changes");
    let ran = repository.repin(&["check", "--fix", "--format", "json"]);
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    let json = ran.json();
    assert_eq!((&json["fixed"], &json["not_fixed"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert_eq!(repository.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_pin_is_mended_unless_the_recipe_is() {
    let pin = |image: &str| format!("; ours\n[interactive]\nimage = {OWN}:{image}\n");
    let mut repository = lossy("check-fix-pin");
    repository.write(".renku/renku.ini", pin("latest"));
    repository.commit("Pin");
    let tags = format!("latest\n{}\n", repository.tag("HEAD"));
    let fix = ["check", "--fix", "--tags", "-", "--image", OWN];
    let ran = repository.repin_with(&fix, &tags);
    assert_snapshot!("check_fix_of_recipe_and_pin", without_ids(&ran.shown(), &repository));
    assert_eq!(fs::read_to_string(repository.path.join(".renku/renku.ini")).unwrap(), pin("latest"));
    repository.commit("Build on all changes");
    let tags = format!("latest\n{}\n", repository.tag("HEAD"));
    let ran = repository.repin_with(&fix, &tags);
    assert_snapshot!("check_fix_of_a_pin", without_ids(&ran.shown(), &repository));
    assert_eq!(fs::read_to_string(repository.path.join(".renku/renku.ini")).unwrap(), pin(&repository.tag("HEAD")));
}

fn without_ids(text: &str, repository: &Repository) -> String {
    text.replace(&repository.tag("HEAD"), "[HEAD]")
}

#[test]
fn nothing_is_mended_where_there_is_no_folder() {
    let repository = lossy("check-fix-bare");
    repository.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    assert_snapshot!("check_fix_of_a_bare_repository", repository.repin(&["check", "bare.git", "--fix"]).shown());
    for args in [["--commit", "HEAD"], ["--rev", "HEAD"]] {
        let ran = repository.repin(&[&["check", "--fix"], &args[..]].concat());
        assert_eq!(ran.code(), 2, "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_mended_through_a_link() {
    let mut repository = lossy("check-fix-link");
    let elsewhere = repository.path.join("ci.yml");
    fs::rename(repository.path.join(".gitlab-ci.yml"), &elsewhere).unwrap();
    std::os::unix::fs::symlink("ci.yml", repository.path.join(".gitlab-ci.yml")).unwrap();
    repository.commit("Link");
    let before = fs::read_to_string(&elsewhere).unwrap();
    let ran = repository.repin(&["check", "--fix", "--format", "json"]);
    assert_eq!((ran.code(), &ran.json()["fixed"]), (3, &serde_json::json!([])), "{}", ran.stdout());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), before);
}

#[test]
fn over_a_range() {
    let mut repository = lossy("check-range");
    repository.write("notes.txt", "x");
    repository.commit("Notes");
    repository.write("requirements.txt", "pandas\n");
    repository.commit("Pandas");
    let first = repository.tag("HEAD~3");
    let check = |range: &str| repository.repin_with(&["check", "--rev", range, "--tags", "-", "--image", OWN], &first);
    assert_snapshot!("check_range", check("HEAD").shown());
    assert_snapshot!("check_range_of_a_part", check("HEAD~2..").shown());
    assert_snapshot!("check_range_of_nothing", check("HEAD..HEAD~1").shown());
    assert_snapshot!("check_range_that_is_none", check("HEAD...HEAD~1").shown());
    assert_snapshot!("check_range_that_is_not_there", check("nowhere..").shown());
    let json =
        repository.repin_with(&["check", "--rev", "HEAD~2..HEAD", "--format", "json", "--tags", "-"], &first).json();
    assert_eq!((&json["range"], &json["looked_at"]), (&"HEAD~2..HEAD".into(), &2.into()));
    assert!(rules(&json).contains(&"lost-build"));
}

//! `repin check`

use std::fs;

use insta::assert_snapshot;
use repin::cleanup::{CleanupPolicy, Dated};
use repin_sandbox::gitlab::{Options, Project, RegistryTag, Repository as Images, Server};
use serde_json::json;

use crate::gitlab::Served;
use crate::registry::World;
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

/// What is wrong with the files as they are mended, and of the commit only what is said of its image.
#[test]
fn what_is_mended_is_looked_at_again() {
    let mut repository = lossy("check-fix-again");
    repository.write(".renku/renku.ini", format!("[interactive]\nimage = {OWN}:{}\n", repository.tag("HEAD")));
    repository.commit("Pin");
    let tags = repository.tag("HEAD~1");
    let fix = ["check", "--fix", "--tags", "-", "--image", OWN, "--format", "json"];
    let objects = repository.git(&["count-objects", "-v"]);
    let ran = repository.repin_with(&fix, &tags);
    assert_eq!(repository.git(&["count-objects", "-v"]), objects, "nothing is written into the repository");
    let json = ran.json();
    assert_eq!((ran.code(), rules(&json)), (3, vec!["pin-stale", "unpinned-base"]), "{}", ran.shown());
    let (found, none) = (json["findings"].as_array().unwrap(), json!([]));
    let message = found[0]["message"].as_str().unwrap();
    assert!(message.ends_with(".gitlab-ci.yml changed"), "no commit that is none is named: {message}");
    assert!(found.iter().all(|finding| finding["commits"] == none), "{json:#}");
    assert_eq!(json["fixed"].as_array().unwrap().len(), 3);
    assert_eq!(json["commit"], json!(repository.id("HEAD")));
    // It is what the commit of the fixes is told.
    repository.commit("Build on all changes");
    let check = ["check", "--tags", "-", "--image", OWN, "--format", "json"];
    let after = repository.repin_with(&check, &tags).json();
    assert_eq!(rules(&after), ["lost-build", "pin-stale", "unpinned-base"]);
}

/// That the commit has no image stays true whatever is mended.
#[test]
fn a_lost_build_is_not_mended_by_a_fix() {
    let repository = lossy("check-fix-lost");
    let fix = ["check", "--fix", "--tags", "-", "--image", OWN, "--format", "json"];
    let ran = repository.repin_with(&fix, "latest");
    let json = ran.json();
    assert_eq!((ran.code(), rules(&json)), (3, vec!["lost-build", "unpinned-base"]), "{}", ran.shown());
    assert_eq!(json["findings"][0]["commits"], json!([repository.id("HEAD")]));
}

/// Files keep their line ends, and git is asked whether they are a change.
#[test]
fn line_ends_stay_as_they_are() {
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let list = "      - Dockerfile # the recipe\n      - ./.gitlab-ci.yml\n";
    let mended =
        "      - Dockerfile # the recipe\n      - .gitlab-ci.yml\n      - requirements.txt\n      - helpers/**/*\n";
    for (name, config, attributes, committed, here, is_mended) in [
        ("autocrlf", Some(("core.autocrlf", "true")), "", false, true, true),
        ("autocrlf, but LF here", Some(("core.autocrlf", "true")), "", false, false, true),
        ("input", Some(("core.autocrlf", "input")), "", false, true, true),
        ("eol=crlf", None, "*.yml text eol=crlf\n", false, true, true),
        ("eol=crlf and autocrlf=false", Some(("core.autocrlf", "false")), "*.yml eol=crlf\n", false, true, true),
        ("committed so", None, "", true, true, true),
        ("committed so, with autocrlf", Some(("core.autocrlf", "true")), "", true, true, true),
        ("changed here", None, "", false, true, false),
        ("changed here, against the attributes", Some(("core.autocrlf", "true")), "*.yml -text\n", false, true, false),
        ("changed to LF here", None, "", true, false, false),
    ] {
        let mut repository = lossy("check-fix-crlf");
        let before = fs::read_to_string(repository.path.join(".gitlab-ci.yml")).unwrap();
        let of = |is_crlf: bool, text: &str| if is_crlf { crlf(text) } else { text.to_owned() };
        repository.write(".gitlab-ci.yml", of(committed, &before));
        repository.write(".gitattributes", attributes);
        repository.commit("Line ends");
        let blob = repository.git(&["cat-file", "-p", "HEAD:.gitlab-ci.yml"]);
        assert_eq!(blob.contains('\r'), committed, "{name}");
        if let Some((key, value)) = config {
            repository.git(&["config", key, value]);
        }
        repository.write(".gitlab-ci.yml", of(here, &before));
        let is_changed = !repository.git(&["diff", "HEAD"]).is_empty();
        assert_eq!(is_changed, !is_mended, "{name}: what git says");
        let ran = repository.repin(&["check", "--fix", "--format", "json"]);
        let after = fs::read_to_string(repository.path.join(".gitlab-ci.yml")).unwrap();
        let expected = if is_mended { before.replace(list, mended) } else { before };
        assert_eq!(after, of(here, &expected), "{name}: {}", ran.shown());
        assert_eq!(ran.code(), if is_mended { 0 } else { 3 }, "{name}: {}", ran.shown());
        if is_mended {
            assert_eq!(rules(&ran.json()), ["unpinned-base"], "{name}");
            repository.commit("Mend");
            let changed = repository.git(&["diff", "--stat", "HEAD~1"]);
            assert!(
                changed.contains("4 ++++") || changed.contains("3 insertions(+), 1 deletion(-)"),
                "{name}: {changed}"
            );
        }
    }
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

/// A side that is left out is the head.
#[test]
fn ranges_are_gits() {
    let mut repository = Repository::course("check-ranges");
    repository.git(&["checkout", "--quiet", "-b", "other", "HEAD~1"]);
    for text in ["a", "b", "c"] {
        repository.write("notes.txt", text);
        repository.commit(text);
    }
    repository.git(&["checkout", "--quiet", "-"]);
    for range in ["..other", "other..", "HEAD~1..other", "other..HEAD~2", "..HEAD~2"] {
        let listed = repository.git(&["rev-list", range]);
        let mut listed: Vec<&str> = listed.lines().collect();
        let checked = repository.repin(&["check", "--rev", range, "--format", "json"]).json();
        assert_eq!(checked["looked_at"], json!(listed.len()), "{range}");
        let args = ["annotate", "--range", range, "--dry-run", "--format", "json", "--tags", "-"];
        let annotated = repository.repin_with(&args, "").json();
        let rows = annotated["commits"].as_array().unwrap().iter();
        let mut annotated: Vec<&str> = rows.map(|row| row["commit"].as_str().unwrap()).collect();
        annotated.sort_unstable();
        listed.sort_unstable();
        assert_eq!(annotated, listed, "{range}");
    }
}

const SECRET: &str = "glpat-s3cr3t-0123456789";

#[test]
fn what_clean_up_deletes_is_told_before_and_after() {
    let world = World::new("check-cleanup");
    let url = format!("{}/group/name", world.server.url());
    let check = || {
        let args = ["check", &url, "--no-cache", "--format", "json"];
        let ran = Run::new(&args).variable("GITLAB_TOKEN", SECRET).run();
        let found = ran.json()["findings"].as_array().unwrap().clone();
        found.into_iter().filter(|finding| finding["rule"] != "unpinned-base").collect::<Vec<_>>()
    };
    let set = |policy: serde_json::Value| {
        assert!(world.server.update(world.id, |project| project.cleanup_policy = Some(policy.clone())));
    };
    let said = |policy: serde_json::Value| {
        set(policy);
        check()
            .iter()
            .map(|finding| {
                format!("{}: {}", finding["severity"].as_str().unwrap(), finding["message"].as_str().unwrap())
            })
            .collect::<Vec<_>>()
    };
    let tag = world.repository.tag("HEAD~2");
    let goes = format!(
        "warning: the next clean-up deletes {tag}, the image that is right: the policy deletes tags older than 90d"
    );
    let hidden = "info: whether clean-up deletes images cannot be seen: the project does not show its policy";
    for (what, policy, expected) in [
        ("off", json!({ "enabled": false, "name_regex": ".*" }), vec![]),
        ("not shown", json!(null), vec![hidden]),
        ("old", json!({ "enabled": true, "older_than": "90d", "name_regex": ".*" }), vec![goes.as_str()]),
        ("other names", json!({ "enabled": true, "older_than": "90d", "name_regex": "dev-.*" }), vec![]),
        ("kept", json!({ "enabled": true, "name_regex": ".*", "name_regex_keep": "[0-9a-f]{7}" }), vec![]),
        // It is the only one.
        ("newest", json!({ "enabled": true, "older_than": "90d", "name_regex": ".*", "keep_n": 1 }), vec![]),
    ] {
        assert_eq!(said(policy), expected, "{what}");
    }
    // GitLab's list does not say when the others were made.
    world.registry.push("group/name", "nightly-1", 1_709_539_200).unwrap();
    let found = said(json!({ "enabled": true, "older_than": "90d", "name_regex": ".*", "keep_n": 1 }));
    let maybe = goes.replace("warning", "info").replace("right:", "right, unless it is one of the 1 newest:");
    assert_eq!(found, [maybe]);
    // The run that was told of.
    let policy: CleanupPolicy =
        serde_json::from_value(json!({ "enabled": true, "older_than": "90d", "name_regex": ".*" })).unwrap();
    let tags = [Dated { name: tag.clone(), created: Some(1_709_539_200) }];
    for gone in policy.next_run(&tags, 1_800_000_000) {
        assert!(world.registry.delete("group/name", &gone.name).unwrap());
    }
    let after = check();
    assert_eq!(after.iter().map(|finding| &finding["rule"]).collect::<Vec<_>>(), ["lost-build"]);
    assert_eq!(after[0]["commits"], json!([world.repository.id("HEAD")]));
}

/// A fork's pin is judged by the fork's own registry, also where its parent has the image that is right.
#[test]
fn the_pin_of_a_fork_is_not_its_parents() {
    let mut repository = Repository::course("check-fork");
    let tag = repository.tag("HEAD");
    let pin = |path: &str| format!("[interactive]\nimage = registry.example.org/{path}:{tag}\n");
    let parent = repository.path.join("parent.git");
    repository.git(&["clone", "--quiet", "--bare", ".", parent.to_str().unwrap()]);
    repository.write(".git/info/exclude", "parent.git\n");
    repository.write(".renku/renku.ini", pin("group/name"));
    repository.commit("Pin the parent's image");
    let server = Server::start(Options::default()).unwrap();
    let images =
        vec![Images { tags: vec![RegistryTag { name: tag.clone(), ..RegistryTag::default() }], ..Images::default() }];
    let id = server.add(Project { path: "group/name".to_owned(), repository: parent, images, ..Project::default() });
    let fork = Project { path: "ada/name".to_owned(), repository: repository.path.clone(), ..Project::default() };
    server.add(Project { forked_from: Some(id), ..fork });
    let url = format!("{}/ada/name", server.url());
    for range in [&[][..], &["--rev", "HEAD~1.."]] {
        let json = Run::new(&[&["check", &url, "--no-cache", "--format", "json"], range].concat()).run().json();
        assert!(rules(&json).contains(&"pin-foreign"), "{json:#}");
    }
    let ran = Run::new(&["pin", &url, "--check", "--no-cache", "--format", "json"]).run();
    // It is the image that is right for the fork, and it is there.
    assert_eq!((ran.code(), &ran.json()["verdict"]), (0, &json!("right")), "{}", ran.stdout());
}

/// Since when a pin is stale takes most requests: an image that is missing is looked for first, and the tags are listed once.
#[test]
fn a_stale_pin_takes_no_requests_from_the_search_for_an_image() {
    let served = Served::new("check-budget");
    let ran = served.repin(&["check", &served.url(), "--format", "json"]);
    let (json, log) = (ran.json(), served.server.log());
    assert_eq!(rules(&json), ["lost-build", "pin-stale", "unpinned-base"], "{}", ran.shown());
    assert!(log.len() <= 30, "{}", log.len());
    let lists = log.iter().filter(|request| request.path_and_query.contains("/registry/repositories/1/tags?"));
    assert_eq!(lists.count(), 1);
    let whole = served.repin(&["check", &served.url(), "--format", "json", "--max-requests", "none"]).json();
    assert!(whole["findings"][1]["message"].as_str().unwrap().contains(" changed since 4c0e36a"), "{whole}");
}

/// What the requests did not suffice for is said where programs read it, and is not "nothing is wrong".
#[test]
fn what_was_not_looked_at_is_said() {
    let world = World::new("check-incomplete");
    let url = format!("{}/group/name", world.server.url());
    let check = |more: &[&str]| {
        let args = [&["check", &url, "--no-cache"], more].concat();
        Run::new(&args).variable("GITLAB_TOKEN", SECRET).run()
    };
    let whole = check(&["--max-requests", "none", "--format", "json"]);
    assert_eq!((whole.code(), &whole.json()["incomplete"]), (0, &json!([])), "{}", whole.shown());
    let needed = world.server.log().len();
    let mut codes = Vec::new();
    for most in 1..=needed {
        let ran = check(&["--max-requests", &most.to_string(), "--format", "json"]);
        codes.push(ran.code());
        match ran.code() {
            // Nothing at all could be read.
            1 => assert!(ran.stderr().starts_with("error: "), "{most}: {}", ran.shown()),
            3 => {}
            5 => assert_ne!(ran.json()["incomplete"], json!([]), "{most}: {}", ran.shown()),
            code => assert_eq!((code, &ran.json()["incomplete"]), (0, &json!([])), "{most}: {}", ran.shown()),
        }
    }
    assert!(codes.contains(&5), "{codes:?}");
    let resolved = |most: &str| {
        let args = ["resolve", &url, "--no-cache", "--max-requests", most];
        Run::new(&args).variable("GITLAB_TOKEN", SECRET).run().code()
    };
    let at = codes.iter().position(|code| *code == 5).unwrap() + 1;
    assert_eq!(resolved(&at.to_string()), 5, "as `repin resolve` says it");
}

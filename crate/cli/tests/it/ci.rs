//! `repin ci`

use std::fs;

use insta::assert_snapshot;

use crate::repository::{CI, Ran, Repository, Run};

fn ci_file(repository: &Repository) -> String {
    fs::read_to_string(repository.path.join(".gitlab-ci.yml")).unwrap()
}

#[test]
fn it_shows_writes_and_checks() {
    let repository = Repository::course("ci");
    let shown = repository.repin(&["ci"]);
    assert_snapshot!("shown", shown.shown());
    assert_eq!(ci_file(&repository), CI, "nothing is written without --write");
    assert_snapshot!("old", repository.repin(&["ci", "--check"]).shown());
    let printed = repository.repin(&["ci", "--print"]);
    assert_eq!(repository.repin(&["ci", "--write"]).code(), 0);
    assert_eq!(ci_file(&repository), printed.stdout());
    assert_snapshot!("up_to_date", repository.repin(&["ci", "--check"]).shown());
    assert_eq!(repository.repin(&["ci", "--write"]).code(), 0);
    assert_eq!(ci_file(&repository), printed.stdout(), "a second time nothing changes");
    assert!(!repository.path.join(".gitlab-ci.yml.partial").exists());
}

#[test]
fn a_missing_file_is_made_and_a_refused_one_left() {
    // A folder of its own, since a folder within a repository means the repository.
    let empty = Repository::new("ci-empty").path;
    let run = |args: &[&str]| Run::new(args).within(&empty).run();
    assert_eq!(run(&["ci", "--variant", "kaniko", "--job", "env", "--write"]).code(), 0);
    assert!(fs::read_to_string(empty.join(".gitlab-ci.yml")).unwrap().starts_with("env:\n  stage: build\n"));
    assert_eq!(run(&["ci", "--check"]).code(), 0);
    let refused = "image_build: {script: [docker build -t $CI_REGISTRY_IMAGE .]}\n";
    fs::write(empty.join(".gitlab-ci.yml"), refused).unwrap();
    let ran = run(&["ci", "--write"]);
    assert_eq!((ran.code(), ran.stdout().as_str()), (1, ""));
    assert!(ran.stderr().starts_with("# a job with the recipe:\nimage_build:\n"), "{}", ran.stderr());
    assert_eq!(fs::read_to_string(empty.join(".gitlab-ci.yml")).unwrap(), refused);
    for args in [&["ci", "--write", "--check"][..], &["ci", "--variant", "podman"], &["ci", "--job", ""]] {
        assert_eq!(run(args).code(), 2, "{args:?}");
    }
    assert_eq!(run(&["ci", "https://gitlab.example.org/a/b"]).code(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_permissions_do_too() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let repository = Repository::course("ci-link");
    let file = repository.path.join("ci/main.yml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::rename(repository.path.join(".gitlab-ci.yml"), &file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("ci/main.yml", repository.path.join(".gitlab-ci.yml")).unwrap();
    assert_eq!(repository.repin(&["ci", "--write"]).code(), 0);
    assert!(repository.path.join(".gitlab-ci.yml").is_symlink());
    assert!(fs::read_to_string(&file).unwrap().contains("build-needed"));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
}

/// With the recipe, the same files count as before, the tags are read as before, and adopting it changes environments once.
#[test]
fn repin_reads_its_own_recipe() {
    let mut repository = Repository::course("ci-own");
    let rows = |ran: &Ran| -> Vec<String> {
        let json = ran.json();
        let files = json["environment"]["files"].as_array().unwrap();
        files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect()
    };
    let inputs = ["inputs", "--format", "json"];
    let before = repository.repin(&inputs);
    assert_eq!(repository.repin(&["ci", "--write"]).code(), 0);
    let adopted = repository.commit("Build only where it is needed");
    let after = repository.repin(&inputs);
    assert_eq!(rows(&before), rows(&after));
    for field in ["job", "dockerfile", "tag_scheme", "exact_only", "notes"] {
        assert_eq!(before.json()[field], after.json()[field], "{field}");
    }
    assert_ne!(before.json()["environment"]["key"], after.json()["environment"]["key"]);
    repository.write("README.md", "Changed\n");
    repository.commit("Another text");
    let ran = repository.repin_with(&["resolve", "--tags", "-", "--format", "json"], &adopted[..7]);
    assert_eq!(ran.json()["status"], "found");
    assert_eq!(ran.json()["image"]["tag"], adopted[..7]);
}

/// The file to include is what this version writes, and Repin reads the job in it with its parameters.
#[test]
fn the_file_to_include_is_up_to_date() {
    let file = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/recipe/repin.gitlab-ci.yml")).unwrap();
    let repository = Repository::new("ci-include-check");
    repository.write(".gitlab-ci.yml", &file);
    assert_eq!(repository.repin(&["ci", "--check"]).code(), 0, "{}", repository.repin(&["ci"]).shown());

    let mut repository = Repository::new("ci-include");
    repository.write("ci/repin.gitlab-ci.yml", &file);
    let include =
        "include:\n  - local: ci/repin.gitlab-ci.yml\n    inputs: {dockerfile: docker/Dockerfile, context: docker}\n";
    repository.write(".gitlab-ci.yml", include);
    repository.write("docker/Dockerfile", "FROM alpine:3\nCOPY packages.txt /\n");
    repository.write("docker/packages.txt", "git\n");
    repository.write("README.md", "A course\n");
    repository.commit("Include the recipe");
    let inputs = repository.repin(&["inputs", "--format", "json"]).json();
    let files: Vec<&str> =
        inputs["environment"]["files"].as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(files, [".gitlab-ci.yml", "ci/repin.gitlab-ci.yml", "docker/Dockerfile", "docker/packages.txt"]);
    assert_eq!((&inputs["job"], &inputs["tag_scheme"]), (&"image_build".into(), &"$CI_COMMIT_SHA[0..7]".into()));
    let same = repository.repin(&["ci", "--check"]);
    assert_eq!(same.code(), 0, "{}", same.shown());
    assert!(same.stdout().starts_with("ci/repin.gitlab-ci.yml is up to date"), "{}", same.stdout());
    repository.write("ci/repin.gitlab-ci.yml", file.replace("repin build-needed", "repin  build-needed"));
    assert_eq!(repository.repin(&["ci", "--check"]).code(), 3);
    assert_eq!(repository.repin(&["ci", "--write"]).code(), 0);
    assert_eq!(fs::read_to_string(repository.path.join("ci/repin.gitlab-ci.yml")).unwrap(), file);
    assert_eq!(ci_file(&repository), include, "the file that includes it stays");
}

/// `--check` in a pipeline: the exit code, and what is said in place of ninety lines.
#[test]
fn a_check_says_what_it_can() {
    let current = {
        let repository = Repository::new("ci-check");
        assert_eq!(repository.repin(&["ci", "--write"]).code(), 0);
        ci_file(&repository)
    };
    for (name, text, code, says) in [
        ("current", current.clone(), 0, "is up to date"),
        ("old-version", current.replace("VERSION: \"0.1.0\"", "VERSION: \"0.0.9\""), 3, "is not up to date"),
        (
            "beside",
            current.replace("  script:\n", "  script:\n    - echo hi\n"),
            1,
            "has an item beside the recipe's own",
        ),
        ("elsewhere", "include: {project: g/ci, file: image.yml}\n".to_owned(), 1, "cannot be told"),
        ("no-recipe-in-the-included", "include: ci.yml\n".to_owned(), 1, "in a file that is included (ci.yml)"),
    ] {
        let repository = Repository::new(&format!("ci-check-{name}"));
        repository.write(".gitlab-ci.yml", &text);
        repository.write("ci.yml", CI);
        let ran = repository.repin(&["ci", "--check"]);
        assert_eq!(ran.code(), code, "{name}: {}", ran.shown());
        let said = ran.stdout() + &ran.stderr();
        assert!(said.contains(says) && said.lines().count() <= 3, "{name}: {said}");
        assert!(!said.contains("# a job with the recipe"), "{name}: {said}");
        assert_eq!(ci_file(&repository), text, "{name}");
    }
}

/// What the recipe cannot mend is said where there is nothing to write, too.
#[test]
fn notes_stay_where_nothing_changes() {
    let repository = Repository::new("ci-notes");
    repository.write(".gitlab-ci.yml", "workflow:\n  rules:\n    - changes: [Dockerfile]\ntest:\n  script: [make]\n");
    for _ in 0..2 {
        let ran = repository.repin(&["ci", "--write"]);
        assert_eq!(ran.code(), 0, "{}", ran.shown());
        assert!(ran.stdout().contains("note: `workflow: rules:` has `changes:`"), "{}", ran.stdout());
    }
}

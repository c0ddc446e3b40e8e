//! `repin build-needed`

use std::process::Command;

use insta::assert_snapshot;

use crate::repository::{CI, Ran, Repository, Run, folder};

const IMAGE: &str = "registry.example.org/ada/course";

/// A CI file whose job asks first. How it goes on is the recipe's matter.
fn asking_ci() -> String {
    CI.replace("  script:\n", "  script:\n    - repin build-needed --dotenv repin.env\n")
}

/// The value of one line.
fn value(ran: &Ran, name: &str) -> String {
    let stdout = ran.stdout();
    let line = stdout.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    line.unwrap_or_else(|| panic!("no {name} in {stdout}")).to_owned()
}

fn ask(repository: &Repository, args: &[&str], tags: &[&str]) -> Ran {
    let args = [&["build-needed", "--tags", "-", "--image", IMAGE], args].concat();
    let ran = repository.repin_with(&args, &tags.join("\n"));
    assert_eq!(ran.code(), 0, "{}", ran.shown());
    ran
}

#[test]
fn a_right_image_is_there_or_not() {
    let repository = Repository::course("needed");
    let (first, own) = (repository.tag("HEAD~2"), repository.tag("HEAD"));
    for (name, tags) in [
        ("an_ancestors_image", &[first.as_str(), "latest"][..]),
        ("its_own_image", &[&first, &own]),
        ("no_image", &["latest", "0000000"]),
    ] {
        assert_snapshot!(name, ask(&repository, &[], tags).shown());
    }
    assert_snapshot!("as_json", ask(&repository, &["--format", "json"], &[&first]).stdout());
}

#[test]
fn it_builds_whenever_it_does_not_know() {
    let repository = Repository::course("needed-unknown");
    let head = repository.id("HEAD");
    let outside = std::env::temp_dir().join("repin-cli-needed-nothing");
    std::fs::create_dir_all(&outside).unwrap();
    let job = [("CI_COMMIT_SHA", head.as_str()), ("CI_REGISTRY_IMAGE", IMAGE)];
    let run = |args: &[&str], within: &std::path::Path| {
        let mut run = Run::new(args).within(within);
        for (name, value) in job {
            run = run.variable(name, value);
        }
        run.run()
    };
    repository.write("bad.txt", "no tag at all\n");
    for (name, args, within) in [
        ("no_repository", &["build-needed"][..], &outside),
        ("unknown_revision", &["build-needed", "--commit", "nowhere"], &repository.path),
        ("tags_that_are_none", &["build-needed", "--tags", "bad.txt"], &repository.path),
        ("image_that_is_none", &["build-needed", "--image", "https://x/y", "--tags", "/dev/null"], &repository.path),
    ] {
        let ran = run(args, within);
        assert_eq!((ran.code(), value(&ran, "REPIN_BUILD")), (0, "1".into()), "{name}");
        assert_eq!(value(&ran, "REPIN_SOURCE"), "", "{name}");
        assert_snapshot!(name, ran.shown());
    }
}

#[test]
fn of_recipes_that_cannot_be_shared() {
    let mut repository = Repository::course("needed-exact");
    let first = repository.tag("HEAD");
    repository.write(".repin.toml", "inputs = 3\n");
    repository.commit("Break the configuration");
    assert_eq!(value(&ask(&repository, &[], &[&first]), "REPIN_BUILD"), "1");

    let mut repository = Repository::course("needed-by-commit");
    let ci = CI.replace("docker build", "docker build --build-arg REVISION=$CI_COMMIT_SHA");
    repository.write(".gitlab-ci.yml", ci);
    repository.write("Dockerfile", "FROM alpine:3\nARG REVISION\nRUN echo $REVISION > /revision\n");
    repository.commit("The image knows its commit");
    let before = repository.tag("HEAD");
    repository.write("README.md", "Changed\n");
    repository.commit("Another text");
    assert_eq!(value(&ask(&repository, &[], &[&before]), "REPIN_BUILD"), "1", "only its own can be right");
}

#[test]
fn a_shallow_clone_knows_only_what_is_certain() {
    let repository = Repository::course("needed-shallow");
    let first = repository.tag("HEAD~2");
    let clone = folder("needed-shallow-clone");
    let url = format!("file://{}", repository.path.display());
    repository.git(&["clone", "--quiet", "--depth", "1", &url, clone.to_str().unwrap()]);
    let args = ["build-needed", "--others", "3", "--tags", "-", "--image", IMAGE];
    let ran = Run::new(&args).within(&clone).stdin(&first).run();
    assert_eq!((ran.code(), value(&ran, "REPIN_BUILD")), (0, "1".into()));
    assert!(ran.stderr().contains("in a shallow clone"), "{}", ran.stderr());
}

/// The values are the same to a shell, and the file is what GitLab's reader takes: `/^(.*?)=(.*)$/` on every line, both
/// sides stripped, nothing unquoted (Gitlab's `Ci::ParseDotenvArtifactService`).
#[test]
fn a_shell_and_gitlab_read_the_same() {
    let mut repository = Repository::course("needed-dotenv");
    repository.write(".gitlab-ci.yml", asking_ci());
    repository.commit("Ask first");
    for text in ["pandas\n", "pandas\nscipy\n", "scipy\n"] {
        repository.write("requirements.txt", text);
        repository.commit("Other packages");
    }
    let ran = ask(&repository, &["--others", "5", "--dotenv", "repin.env"], &["latest"]);
    let file = std::fs::read_to_string(repository.path.join("repin.env")).unwrap();
    assert_eq!(file, ran.stdout());
    assert!(!file.contains([' ', '"', '\'', '\\', '$', '`']), "{file}");
    let names = ["REPIN_BUILD", "REPIN_IMAGE", "REPIN_TAG", "REPIN_OWN", "REPIN_SOURCE", "REPIN_RETAG", "REPIN_OTHERS"];
    assert_eq!(file.lines().map(|line| line.split_once('=').unwrap().0).collect::<Vec<_>>(), names);
    let script = ". ./repin.env; for name in \"$REPIN_BUILD\" \"$REPIN_IMAGE\" \"$REPIN_TAG\" \"$REPIN_OWN\" \"$REPIN_SOURCE\" \"$REPIN_RETAG\" \"$REPIN_OTHERS\"; do echo \"$name\"; done";
    let output = Command::new("sh").args(["-euc", script]).current_dir(&repository.path).output().unwrap();
    let read: Vec<String> = String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(read, names.map(|name| value(&ran, name)));
    assert!(
        std::fs::read_dir(&repository.path)
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().ends_with(".partial") })
    );
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_fails_nothing() {
    let repository = Repository::course("needed-unwritable");
    let ran = ask(&repository, &["--dotenv", "nowhere/repin.env"], &[]);
    assert_eq!(value(&ran, "REPIN_BUILD"), "1");
    assert!(ran.stderr().contains("nowhere/repin.env cannot be written"), "{}", ran.stderr());
}

#[test]
fn the_tag_can_need_the_jobs_ref() {
    let mut repository = Repository::course("needed-ref");
    let ci =
        CI.replace("$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7", "$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHA_7");
    repository.write(".gitlab-ci.yml", ci);
    let head = repository.commit("Tags with the branch");
    repository.git(&["checkout", "--quiet", "--detach"]);
    let ask = |sha: &str| {
        let args = ["build-needed", "--tags", "/dev/null", "--image", IMAGE];
        let run = Run::new(&args).within(&repository.path);
        value(&run.variable("CI_COMMIT_SHA", sha).variable("CI_COMMIT_REF_NAME", "Feature/One").run(), "REPIN_TAG")
    };
    assert_eq!(ask(&head), format!("feature-one-{}", &head[..7]));
    assert_eq!(ask(&"0".repeat(40)), "", "the job's ref is of another commit");
}

/// Others: which commits, in which order, and how many.
#[test]
fn others_have_no_image_and_the_same_recipe() {
    let mut repository = Repository::course("needed-others");
    repository.write(".gitlab-ci.yml", asking_ci());
    let start = repository.commit("Ask first");
    let mut change = |text: &str, title: &str| {
        repository.write("requirements.txt", text);
        repository.commit(title)
    };
    let pandas = change("pandas\n", "Pandas");
    let scipy = change("scipy\n", "SciPy, in the middle of a push");
    let again = change("pandas\n", "Back to pandas");
    let head = change("numpy\nscipy\n", "Both");
    let others = |tags: &[&str], most: &str, commit: &str| {
        let ran = ask(&repository, &["--others", most, "--commit", commit], tags);
        value(&ran, "REPIN_OTHERS")
    };
    let all = [&*again, &scipy, &start].join(",");
    for (name, tags, most, commit, want) in [
        ("none is asked for", &[][..], "0", &*head, ""),
        ("one of each environment, the newest", &[], "9", &head, &*all),
        ("no more than asked for", &[], "2", &head, &all[..81]),
        ("an image of the environment is enough", &[&pandas[..7]], "9", &head, &[&*scipy, &start].join(",")),
        ("the commit's own environment is its own build's", &[], "9", &again, &[&*scipy, &start].join(",")),
        ("a tag whose commit is gone changes nothing", &["0000000"], "9", &pandas, &start),
        ("only ancestors", &[], "9", &pandas, &start),
        ("commits of another recipe are not built by this one", &[], "9", &start, ""),
    ] {
        assert_eq!(others(tags, most, commit), want, "{name}");
    }
}

#[test]
fn others_are_only_what_a_plain_checkout_can_build() {
    for (name, path, text) in [
        ("lfs", ".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n"),
        ("lfs-below", "data/.gitattributes", "*.bin filter=lfs\n"),
        ("config", ".repin.toml", "inputs = [\"Dockerfile\"]\n"),
    ] {
        let mut repository = Repository::course(&format!("needed-others-{name}"));
        repository.write(".gitlab-ci.yml", asking_ci());
        repository.write("Dockerfile", "FROM alpine:3\nCOPY data requirements.txt /data/\n");
        repository.write("data/a.txt", "a\n");
        let plain = repository.commit("Ask first");
        repository.write(path, text);
        repository.write("requirements.txt", "pandas\n");
        let special = repository.commit("What a plain checkout does not have");
        repository.git(&["rm", "--quiet", path]);
        repository.write("requirements.txt", "scipy\n");
        repository.commit("Plain again");
        let others = value(&ask(&repository, &["--others", "9"], &[]), "REPIN_OTHERS");
        assert_eq!(others, plain, "{name}: {special} is left out");
    }
}

//! `repin retag`

use insta::assert_snapshot;
use repin_sandbox::gitlab::{Access, Kind, Project, Reach, Repository as Images, Scope, Token, Visibility};
use serde_json::{Value, json};

use crate::registry::{JOB, SECRET, World};
use crate::repository::{Ran, Run};

impl World {
    fn digest(&self, tag: &str) -> Option<String> {
        self.registry.digest("group/name", tag).unwrap()
    }

    /// The notes of a commit, one a line.
    fn notes(&self, revision: &str) -> Vec<Value> {
        let id = self.repository.id(revision);
        let list = self.repository.git(&["notes", "--ref", "repin", "list"]);
        let is_there = list.lines().any(|line| line.ends_with(&id));
        let text =
            if is_there { self.repository.git(&["notes", "--ref", "repin", "show", &id]) } else { String::new() };
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Asks about the project by its address.
    fn at_gitlab(&self, args: &[&str]) -> Ran {
        let url = format!("{}/group/name", self.server.url());
        let args = [&args[..1], &[&*url], &args[1..], &["--no-cache"]].concat();
        Run::new(&args).within(&self.repository.path).variable("GITLAB_TOKEN", SECRET).run()
    }
}

#[test]
fn a_commit_gets_the_image_that_is_right_for_it() {
    let world = World::new("retag");
    let (old, new) = (world.repository.tag("HEAD~2"), world.repository.tag("HEAD"));
    let digest = world.digest(&old);
    assert_snapshot!("retag_dry_run", world.in_job(&["retag", "--dry-run"]).shown());
    assert_eq!((world.digest(&new), world.notes("HEAD")), (None, Vec::new()));

    assert_snapshot!("retag", world.in_job(&["retag"]).shown());
    assert_eq!(world.digest(&new), digest);
    let answer = world.in_job(&["resolve", "--registry", "--format", "json"]).json();
    assert_eq!((&answer["image"]["relation"], &answer["image"]["tag"]), (&json!("exact"), &json!(new)));

    assert_snapshot!("retag_again", world.in_job(&["retag"]).shown());
    assert_eq!(world.digest(&new), digest);
}

#[test]
fn the_note_says_what_the_image_was_built_from() {
    let world = World::new("retag-note");
    let built_from = world.repository.id("HEAD~2");
    let image = |revision: &str| format!("{}:{}", world.image(), world.repository.tag(revision));
    let digest = world.digest(&world.repository.tag("HEAD~2"));
    assert_eq!(world.in_job(&["retag", "--commit", "HEAD~1", "--no-note"]).code(), 0);
    assert_eq!(world.notes("HEAD~1"), [""; 0]);
    // Once more, with the note.
    let key = world.in_job(&["resolve", "--format", "json"]).json()["environment"]["key"].clone();
    for (revision, added) in [("HEAD", 1), ("HEAD", 0), ("HEAD~2", 0)] {
        let json = world.in_job(&["retag", "--commit", revision, "--format", "json"]).json();
        assert_eq!(json["note"]["added"].as_u64().unwrap_or(0), added, "{revision}: {json}");
    }
    let note = |revision: &str, from: &str| json!({ "schema": "repin/note/1", "image": image(revision), "digest": digest, "built_from": from, "environment": key });
    // The nearest image is that of HEAD~1, which nobody wrote down as a tag of another's.
    assert_eq!(world.notes("HEAD"), [note("HEAD", &world.repository.id("HEAD~1"))]);
    assert_eq!(world.notes("HEAD~2"), [""; 0], "it is its own");

    let world = World::new("retag-note-through");
    assert_eq!(world.in_job(&["retag", "--commit", "HEAD~1"]).code(), 0);
    assert_eq!(world.in_job(&["retag"]).code(), 0);
    assert_eq!(world.notes("HEAD")[0]["built_from"], json!(built_from), "through the note of HEAD~1");
}

#[test]
fn the_json_says_it_all() {
    let world = World::new("retag-json");
    let (old, new) = (world.repository.tag("HEAD~2"), world.repository.tag("HEAD"));
    let image = world.image();
    let digest = world.digest(&old);
    let json = world.in_job(&["retag", "--tag", "v1", "--tag", &old, "--format", "json"]).json();
    let tag = |tag: &str, done: &str| json!({ "reference": format!("{image}:{tag}"), "tag": tag, "digest": digest, "done": done, "instead_of": null });
    assert_eq!(json["schema"], "repin/retag/1");
    assert_eq!(json["commit"], json!(world.repository.id("HEAD")));
    let source =
        json!({ "reference": format!("{image}:{old}"), "digest": digest, "commit": world.repository.id("HEAD~2") });
    assert_eq!(json["source"], source);
    assert_eq!(json["tags"], json!([tag(&new, "tagged"), tag("v1", "tagged"), tag(&old, "already")]));
    assert_eq!(
        json["note"],
        json!({ "ref": "refs/notes/repin", "built_from": world.repository.id("HEAD~2"), "added": 3 })
    );
    assert_eq!(json["warnings"], json!([]));
}

#[test]
fn where_no_image_is_right_nothing_is_done() {
    let mut world = World::new("retag-missing");
    world.repository.write("requirements.txt", "pandas\n");
    world.repository.commit("Pandas");
    let (retag, resolve) = (world.in_job(&["retag"]), world.in_job(&["resolve", "--registry"]));
    assert_eq!((retag.code(), retag.stdout(), retag.stderr()), (3, String::new(), resolve.stderr()));
    let json = world.in_job(&["retag", "--format", "json"]).json();
    assert_eq!(json["status"], "missing");
    assert_eq!(world.digest(&world.repository.tag("HEAD")), None);
}

#[test]
fn what_would_be_wrong_is_refused() {
    let mut world = World::new("retag-refused");
    let first = world.repository.tag("HEAD~2");
    world.repository.git(&["tag", "same", "HEAD~2"]);
    world.repository.write("requirements.txt", "pandas\n");
    world.repository.commit("Pandas");
    world.repository.git(&["tag", "other"]);
    let pandas = world.repository.tag("HEAD");
    let whole = world.repository.id("HEAD");
    let commit = ["--commit", "HEAD~1"];
    for (name, more) in [
        ("retag_a_tag_of_another_commit", &["--tag", &*pandas][..]),
        ("retag_an_id_of_another_commit", &["--tag", &whole[..20]]),
        ("retag_a_git_tag_of_another_commit", &["--tag", "other"]),
        ("retag_inputs", &["--inputs", "README.md"]),
        ("retag_no_tag", &["--tag", "a/b"]),
    ] {
        assert_snapshot!(name, world.in_job(&[&["retag"], &commit[..], more].concat()).shown());
    }
    assert_eq!(world.digest(&world.repository.tag("HEAD~1")), None, "not even the right one of two");
    let ran = world.in_job(&["retag", "--commit", "HEAD~1", "--tag", "same", "--tag", &first]);
    assert_eq!(ran.code(), 0, "a tag of a commit that the image is right for is fine: {}", ran.shown());
}

#[test]
fn a_tag_of_another_image_stays() {
    let world = World::new("retag-occupied");
    let (old, new) = (world.repository.tag("HEAD~2"), world.repository.tag("HEAD"));
    let other = world.registry.push("group/name", "v1", 1).unwrap();
    assert_snapshot!("retag_occupied", world.in_job(&["retag", "--tag", "v1"]).shown());
    assert_eq!((world.digest("v1"), world.digest(&new)), (Some(other), None));
    assert_snapshot!("retag_forced", world.in_job(&["retag", "--tag", "v1", "--force"]).shown());
    assert_eq!(world.digest("v1"), world.digest(&old));
}

#[test]
fn who_may_not_push_is_told_so() {
    let world = World::new("retag-pull-only");
    let token = Token {
        secret: "reader".to_owned(),
        kind: Kind::Personal,
        scopes: vec![Scope::ReadRegistry],
        projects: Reach::All,
        expired: false,
    };
    world.server.add_token(token);
    let image = world.image();
    let run = Run::new(&["retag", "--image", &image]).within(&world.repository.path);
    let ran = run.variable("REPIN_REGISTRY_USER", "ada").variable("REPIN_REGISTRY_PASSWORD", "reader").run();
    assert_snapshot!("retag_pull_only", ran.shown());
    assert_eq!(world.digest(&world.repository.tag("HEAD")), None);
}

#[test]
fn of_a_project_by_its_address() {
    let world = World::new("retag-address");
    assert_snapshot!("retag_of_an_address", world.at_gitlab(&["retag"]).shown());
    assert_eq!(world.digest(&world.repository.tag("HEAD")), world.digest(&world.repository.tag("HEAD~2")));
    assert_eq!(world.notes("HEAD"), [""; 0], "an address has no notes");
    assert_eq!(world.at_gitlab(&["retag", "--format", "json"]).json()["tags"][0]["done"], "already");
}

#[test]
fn what_clean_up_would_delete_is_said() {
    let world = World::new("retag-cleanup");
    for (name, policy) in [
        ("retag_cleanup_by_age", json!({ "enabled": true, "keep_n": null, "older_than": "30d", "name_regex": ".*" })),
        (
            "retag_cleanup_keeps",
            json!({ "enabled": true, "older_than": "30d", "name_regex": ".*", "name_regex_keep": "[0-9a-f]{7}" }),
        ),
        ("retag_cleanup_off", json!({ "enabled": false })),
        ("retag_cleanup_hidden", Value::Null),
    ] {
        let id = world.id;
        world.server.update(id, |project| project.cleanup_policy = Some(policy.clone()));
        assert_snapshot!(name, world.at_gitlab(&["retag", "--dry-run"]).shown());
    }
    let policy = json!({ "enabled": true, "older_than": "30d", "name_regex": ".*" });
    world.server.update(world.id, |project| project.cleanup_policy = Some(policy));
    // Of a folder it is asked at the remote's GitLab, where there is a token for it.
    world.repository.git(&["remote", "add", "origin", &format!("{}/group/name.git", world.server.url())]);
    let image = world.image();
    let run = Run::new(&["retag", "--dry-run", "--image", &image, "--format", "json"]).within(&world.repository.path);
    let json = run.variable("GITLAB_TOKEN", SECRET).run().json();
    assert_eq!(json["warnings"].as_array().map(Vec::len), Some(1), "{json}");
}

#[test]
fn a_fork_takes_its_parents_image_along() {
    let world = World::new("retag-fork");
    world.server.update(world.id, |project| project.visibility = Visibility::Public);
    let fork = world.server.add(Project {
        path: "ada/fork".to_owned(),
        repository: world.repository.path.clone(),
        visibility: Visibility::Public,
        container_registry: Access::Enabled,
        images: vec![Images::default()],
        forked_from: Some(world.id),
        ..Project::default()
    });
    world.server.add_token(Token {
        secret: "forker".to_owned(),
        kind: Kind::Personal,
        scopes: vec![Scope::Api],
        projects: Reach::Only(vec![fork]),
        expired: false,
    });
    let url = format!("{}/ada/fork", world.server.url());
    let run = |args: &[&str]| {
        let args = [&["retag", &*url], args, &["--no-cache"]].concat();
        Run::new(&args).within(&world.repository.path).variable("GITLAB_TOKEN", "forker").run()
    };
    assert_snapshot!("retag_in_a_fork", run(&[]).shown());
    let new = world.repository.tag("HEAD");
    assert_eq!(world.registry.digest("ada/fork", &new).unwrap(), world.digest(&world.repository.tag("HEAD~2")));
    assert_eq!(world.digest(&new), None, "the parent's own tags stay as they are");
    let again = run(&["--format", "json"]).json();
    assert_eq!(
        (&again["tags"][0]["done"], &again["source"]["reference"]),
        (&json!("already"), &again["tags"][0]["reference"])
    );
}

/// A commit, and one after it that differs in a file which does not count by their `.repin.toml`. The first has its image.
fn narrowed(name: &str, config: &str) -> World {
    let mut world = World::new(name);
    let repository = &mut world.repository;
    repository.write("Dockerfile", "FROM debian AS small\nFROM small\nCOPY requirements.txt data.csv /\n");
    repository.write("small/Dockerfile", "FROM debian\n");
    repository.write(".repin.toml", config);
    repository.write("data.csv", "1\n");
    repository.commit("Data, and less of it that counts");
    repository.write("data.csv", "2\n");
    repository.commit("Other data");
    world.push("HEAD~1");
    world
}

#[test]
fn what_repin_toml_narrows_makes_no_tag_that_outlives_it() {
    let mut world = narrowed("retag-narrowed", "inputs = [\"Dockerfile\"]\n");
    let (built, other) = (world.repository.tag("HEAD~1"), world.repository.tag("HEAD"));
    let answer = world.in_job(&["resolve", "--registry", "--format", "json"]).json();
    assert_eq!(answer["image"]["tag"], json!(built), "by its .repin.toml it is right: {answer}");
    assert_snapshot!("retag_narrowed", world.in_job(&["retag"]).shown());
    let own = ["--commit", "HEAD~1"];
    assert_snapshot!(
        "retag_narrowed_for_another",
        world.in_job(&[&["retag", "--tag", &other], &own[..]].concat()).shown()
    );
    for more in [&["--force"][..], &["--dry-run"], &["--tag", "v1"], &["--format", "json"]] {
        assert_eq!(world.in_job(&[&["retag"], more].concat()).code(), 1, "{more:?}");
    }
    let ran = world.at_gitlab(&["retag"]);
    assert_eq!((ran.code(), ran.stderr().contains("by what .repin.toml counts")), (1, true), "{}", ran.shown());
    assert_eq!((world.digest(&other), world.digest("v1")), (None, None));
    assert_eq!(world.notes("HEAD"), [""; 0]);

    let ran = world.in_job(&[&["retag", "--tag", "v1"], &own[..]].concat());
    assert_eq!(ran.code(), 0, "the commit's own image may have any tag that is nobody else's: {}", ran.shown());
    assert_eq!(world.digest("v1"), world.digest(&built));

    // Whatever becomes of the file, the image with the other data is not taken for one with these.
    std::fs::remove_file(world.repository.path.join(".repin.toml")).unwrap();
    world.repository.commit("All of it counts");
    assert_eq!(world.in_job(&["resolve", "--registry"]).code(), 3);
    assert_eq!(world.in_job(&["retag"]).code(), 3);
    world.repository.write(".repin.toml", "inputs = [\"Dockerfile\", \"data.csv\"]\n");
    world.repository.commit("Data count");
    assert_eq!(world.in_job(&["resolve", "--registry"]).code(), 3);
    assert_eq!(world.in_job(&["retag"]).code(), 3);
}

#[test]
fn a_job_gives_the_tag_of_its_pipeline() {
    let mut world = World::new("retag-pipeline");
    let job = |forms: &str| {
        let pushes = forms.split(' ').map(|form| format!("    - docker push $CI_REGISTRY_IMAGE:{form}\n"));
        format!("image_build:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE .\n{}", pushes.collect::<String>())
    };
    world.repository.write(".gitlab-ci.yml", job("$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA"));
    let built = world.repository.commit("Tags with the branch in them");
    world.registry.push("group/name", &format!("main-{}", &built[..8]), 1).unwrap();
    world.repository.write("README.md", "Better\n");
    let id = world.repository.commit("Explain");
    let retag = |variables: &[(&str, &str)], args: &[&str]| {
        let (image, url) = (world.image(), world.server.url().to_owned());
        let own = [("CI_REGISTRY_IMAGE", &*image), ("CI_SERVER_URL", &url), ("CI_JOB_TOKEN", JOB)];
        let run = Run::new(&[&["retag", "--format", "json"], args].concat()).within(&world.repository.path);
        let run = run.variable("CI_REGISTRY", world.registry.host());
        own.iter().chain(variables).fold(run, |run, (name, value)| run.variable(name, value)).run()
    };
    let tags = |ran: &Ran| {
        assert_eq!(ran.code(), 0, "{}", ran.shown());
        let json = ran.json();
        json["tags"].as_array().unwrap().iter().map(|tag| tag["tag"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let branch = [("CI_COMMIT_SHA", &*id), ("CI_COMMIT_REF_NAME", "Feature/x")];
    assert_eq!(tags(&retag(&branch, &[])), [format!("feature-x-{}", &id[..8])]);
    // The variables say nothing of another commit: that has its own image, whose tag says it.
    assert_eq!(tags(&retag(&branch, &["--commit", &built])), [format!("main-{}", &built[..8])]);
}

#[test]
fn a_pipeline_of_one_git_tag_of_several_gives_this_one() {
    let mut world = World::new("retag-git-tags");
    let ci = "image_build:\n  only: [tags]\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG .\n    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG\n";
    world.repository.write(".gitlab-ci.yml", ci);
    world.repository.commit("Images of git tags");
    world.registry.push("group/name", "v1.0", 1).unwrap();
    let id = world.repository.id("HEAD");
    for tag in ["v1.0", "a-1.1", "v1.1"] {
        world.repository.git(&["tag", tag]);
    }
    let (image, url) = (world.image(), world.server.url().to_owned());
    let run = Run::new(&["retag", "--format", "json"]).within(&world.repository.path);
    let run = run.variable("CI_REGISTRY", world.registry.host()).variable("CI_REGISTRY_IMAGE", &image);
    let run = run.variable("CI_SERVER_URL", &url).variable("CI_JOB_TOKEN", JOB);
    let run = run.variable("CI_COMMIT_SHA", &id).variable("CI_COMMIT_TAG", "v1.1");
    let ran = run.variable("CI_COMMIT_REF_NAME", "v1.1").run();
    assert_eq!(ran.json()["tags"][0]["tag"], "v1.1", "{}", ran.shown());
    assert_eq!((world.digest("v1.1"), world.digest("a-1.1")), (world.digest("v1.0"), None));
}

#[test]
fn a_note_that_cannot_be_written_can_be_written_later() {
    let world = World::new("retag-note-locked");
    let lock = world.repository.path.join(".git/refs/notes/repin.lock");
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    std::fs::write(&lock, "").unwrap();
    let json = world.in_job(&["retag", "--format", "json"]).json();
    assert_eq!((&json["tags"][0]["done"], &json["note"]), (&json!("tagged"), &Value::Null));
    let [warning] = json["warnings"].as_array().unwrap().as_slice() else { panic!("{json}") };
    let (_, command) = warning.as_str().unwrap().split_once("write it down with: git ").unwrap();
    std::fs::remove_file(lock).unwrap();
    // The lines in quotes are the notes; nothing else has blanks in it.
    let args: Vec<&str> = command
        .split('\'')
        .enumerate()
        .flat_map(|(at, part)| match at % 2 {
            0 => part.split_whitespace().collect(),
            _ => vec![part],
        })
        .collect();
    world.repository.git(&args);
    let (written, built) = (world.notes("HEAD"), world.repository.id("HEAD~2"));
    assert_eq!(
        (written.len(), &written[0]["built_from"], &written[0]["digest"]),
        (1, &json!(built), &json["source"]["digest"])
    );
    let answer = world.in_job(&["resolve", "--registry", "--format", "json"]).json();
    assert_eq!(answer["image"]["relation"], "exact");
}

#[test]
fn what_repin_toml_says_of_the_build_makes_no_such_tag_either() {
    for (name, config) in [("dockerfile", "dockerfile = \"small/Dockerfile\"\n"), ("target", "target = \"small\"\n")] {
        let mut world = narrowed(&format!("retag-narrowed-{name}"), config);
        let (built, other) = (world.repository.tag("HEAD~1"), world.repository.tag("HEAD"));
        let answer = world.in_job(&["resolve", "--registry", "--format", "json"]).json();
        assert_eq!(answer["image"]["tag"], json!(built), "{name}: {answer}");
        let ran = world.in_job(&["retag"]);
        assert_eq!((ran.code(), ran.stderr().contains(".repin.toml")), (1, true), "{name}: {}", ran.shown());
        let ran = world.at_gitlab(&["retag"]);
        assert_eq!((ran.code(), ran.stderr().contains("by what .repin.toml counts")), (1, true), "{}", ran.shown());
        let ran = world.in_job(&["retag", "--commit", "HEAD~1", "--tag", &other]);
        assert_eq!(ran.code(), 1, "{name}: {}", ran.shown());
        assert_eq!(world.digest(&other), None, "{name}");
        std::fs::remove_file(world.repository.path.join(".repin.toml")).unwrap();
        world.repository.commit("The recipe alone counts");
        assert_eq!(world.in_job(&["resolve", "--registry"]).code(), 3, "{name}");
    }
    // What says the same as the recipe, or no more than names, is in nobody's way.
    for (name, config) in [("same", "dockerfile = \"Dockerfile\"\n"), ("tag", "tag = \"${CI_COMMIT_SHA:0:7}\"\n")] {
        let mut world = narrowed(&format!("retag-narrowed-{name}"), config);
        world.push("HEAD");
        world.repository.write("README.md", "Better\n");
        world.repository.commit("Explain");
        let ran = world.in_job(&["retag"]);
        assert_eq!(ran.code(), 0, "{name}: {}", ran.shown());
        assert_eq!(
            world.digest(&world.repository.tag("HEAD")),
            world.digest(&world.repository.tag("HEAD~1")),
            "{name}"
        );
    }
}

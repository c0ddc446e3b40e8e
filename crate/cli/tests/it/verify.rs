//! `repin resolve --verify`

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::gitlab::Served;
use crate::registry::{SECRET, World};
use crate::repository::{Ran, Repository, Run};

const IMAGE: &str = "registry.example.org/ada/course";

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

/// The list of one tag, with a digest.
fn tag(name: &str, letter: char) -> String {
    json!([{ "name": name, "digest": digest(letter) }]).to_string()
}

/// A record of the answer for HEAD, which is the image of its grandparent.
fn record(repository: &Repository) -> Value {
    let args = ["resolve", "--tags", "-", "--image", IMAGE, "--format", "json"];
    repository.repin_with(&args, &tag(&repository.tag("HEAD~2"), '1')).json()
}

fn verify(repository: &Repository, record: &Value, tags: &str) -> Ran {
    let file = repository.path.with_extension("record.json");
    fs::write(&file, record.to_string()).unwrap();
    repository.repin_with(&["resolve", "--verify", file.to_str().unwrap(), "--tags", "-"], tags)
}

#[test]
fn records_hold_or_do_not() {
    let mut repository = Repository::course("verify");
    let record = record(&repository);
    let name = repository.tag("HEAD~2");
    let holds = verify(&repository, &record, &tag(&name, '1'));
    assert_snapshot!("verify_holds", holds.shown());
    // What came later changes nothing.
    repository.write("requirements.txt", "scipy\n");
    repository.commit("Scipy");
    assert_eq!(verify(&repository, &record, &tag(&name, '1')).stdout(), holds.stdout());

    assert_snapshot!("verify_moved", verify(&repository, &record, &tag(&name, '2')).shown());
    assert_eq!(verify(&repository, &record, "[]").code(), 3);
    assert_snapshot!("verify_without_digests", verify(&repository, &record, &name).shown());
    let still = json!([{ "name": name, "digest": digest('2') }, { "name": "v1", "digest": digest('1') }]);
    assert_eq!(verify(&repository, &record, &still.to_string()).code(), 0, "the digest is there");

    let mut other = record.clone();
    other["commit"] = json!(repository.id("HEAD"));
    assert_snapshot!("verify_other_commit", verify(&repository, &other, &tag(&name, '1')).shown());
    other["commit"] = json!("0".repeat(40));
    assert_eq!(verify(&repository, &other, &tag(&name, '1')).code(), 3);
}

#[test]
fn a_verification_is_json_for_programs() {
    let repository = Repository::course("verify-json");
    let record = record(&repository).to_string();
    fs::write(repository.path.join("tags.json"), tag(&repository.tag("HEAD~2"), '1')).unwrap();
    let args = ["resolve", "--verify", "-", "--tags", "tags.json", "--format", "json"];
    let ran = repository.repin_with(&args, &record);
    assert_eq!(ran.code(), 0, "{}", ran.shown());
    let verification = ran.json();
    assert_eq!((&verification["schema"], &verification["result"]), (&json!("repin/verification/1"), &json!("holds")));
    assert_eq!(verification["record"]["digest"], json!(digest('1')));
    assert_eq!(
        verification["checks"][0],
        json!({
            "name": "commit", "result": "holds", "message": format!("the repository has {}", repository.tag("HEAD")),
        })
    );
}

#[test]
fn what_is_no_record_is_refused() {
    let repository = Repository::course("verify-errors");
    let none = json!({ "image": null });
    let mut without = record(&repository);
    without.as_object_mut().unwrap().extend(none.as_object().unwrap().clone());
    let mut later = record(&repository);
    later["schema"] = json!("repin/resolution/2");
    for (name, text) in [
        ("verify_no_json", "not JSON".to_owned()),
        ("verify_other_json", "{}".to_owned()),
        ("verify_no_image", without.to_string()),
        ("verify_another_schema", later.to_string()),
    ] {
        assert_snapshot!(name, repository.repin_with(&["resolve", "--verify", "-"], &text).shown());
    }
    assert_snapshot!("verify_no_file", repository.repin(&["resolve", "--verify", "nowhere.json"]).shown());
    assert_eq!(repository.repin(&["resolve", "--verify", "-", "--commit", "HEAD"]).code(), 2);
}

/// The registry is asked; where nobody answers, that is no sign that the image is gone.
#[test]
fn a_registry_that_nobody_reaches_says_nothing() {
    let repository = Repository::course("verify-nobody");
    let mut record = record(&repository);
    let name = repository.tag("HEAD~2");
    // A port that nobody listens at: the listener is gone.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    record["image"]["reference"] = json!(format!("127.0.0.1:{port}/ada/course:{name}"));
    let ran = repository.repin_with(&["resolve", "--verify", "-"], &record.to_string());
    assert_eq!(ran.code(), 5, "{}", ran.shown());
    assert!(ran.stdout().contains("unknown  tag:"), "{}", ran.shown());
}

#[test]
fn a_project_of_a_gitlab_can_be_looked_over() {
    let served = Served::new("verify-gitlab");
    let url = served.url();
    let answer = served.repin(&["resolve", &url, "--commit", "ce46f90", "--format", "json"]);
    let record = answer.json();
    let (name, digest) = (&record["image"]["tag"], &record["image"]["digest"]);
    assert!(digest.is_string(), "{}", answer.shown());
    fs::write(served.course.git.dir().join("tags.json"), json!([{ "name": name, "digest": digest }]).to_string())
        .unwrap();
    let tags = served.course.git.dir().join("tags.json");
    let args = ["resolve", &url, "--verify", "-", "--tags", tags.to_str().unwrap(), "--no-cache"];
    let run = |record: &Value| {
        let text = record.to_string();
        Run::new(&args).within(served.course.git.dir()).stdin(&text).run()
    };
    let holds = run(&record);
    assert_eq!(holds.code(), 0, "{}", holds.shown());
    let mut other = record.clone();
    other["commit"] = json!("0".repeat(40));
    let fails = run(&other);
    assert_eq!(fails.code(), 3, "{}", fails.shown());
    assert!(fails.stdout().contains("does not have it"), "{}", fails.shown());
}

#[test]
fn the_registry_itself_is_asked() {
    let world = World::new("verify-registry");
    let answer = world.in_job(&["resolve", "--registry", "--format", "json"]);
    assert_eq!(answer.json()["status"], json!("found"), "{}", answer.shown());
    let file = world.repository.path.with_extension("record.json");
    let file = file.to_str().unwrap();
    fs::write(file, answer.json().to_string()).unwrap();
    let holds = world.in_job(&["resolve", "--verify", file]);
    assert_eq!(holds.code(), 0, "{}", holds.shown());
    assert!(holds.stdout().contains("holds    digest:"), "{}", holds.shown());

    // Somebody pushes another image under the tag: the old one still is there by its digest.
    let before = answer.json()["image"]["digest"].clone();
    let after = world.registry.push("group/name", &world.repository.tag("HEAD~2"), 1_719_539_200).unwrap();
    assert_ne!(before, json!(after));
    let moved = world.in_job(&["resolve", "--verify", file, "--format", "json"]);
    let results: Vec<Value> =
        moved.json()["checks"].as_array().unwrap().iter().map(|check| check["result"].clone()).collect();
    assert_eq!(json!(results), json!(["holds", "holds", "holds", "fails", "holds"]), "{}", moved.shown());
    assert_eq!(moved.code(), 0);

    let mut gone = answer.json();
    gone["image"]["digest"] = json!(digest('0'));
    fs::write(file, gone.to_string()).unwrap();
    assert_eq!(world.in_job(&["resolve", "--verify", file]).code(), 3);
}

#[test]
fn the_registry_of_a_project_of_a_gitlab_is_asked() {
    let world = World::new("verify-address");
    let url = format!("{}/group/name", world.server.url());
    let token = world.repository.path.with_extension("token");
    fs::write(&token, SECRET).unwrap();
    let run = |args: &[&str], stdin: &str| {
        let args = [&["resolve", &url, "--token-file", token.to_str().unwrap(), "--no-cache"], args].concat();
        Run::new(&args).within(&world.repository.path).stdin(stdin).run()
    };
    let answer = run(&["--format", "json"], "");
    assert_eq!(answer.json()["status"], json!("found"), "{}", answer.shown());
    let results = |record: &Value| {
        let ran = run(&["--verify", "-", "--format", "json"], &record.to_string());
        let checks = ran.json()["checks"].as_array().unwrap().clone();
        let words: Vec<String> = checks.iter().map(|check| check["result"].as_str().unwrap().to_owned()).collect();
        (words.join(" "), ran.code())
    };
    let record = answer.json();
    assert_eq!(results(&record), ("holds holds holds holds holds".to_owned(), 0));
    let mut other = record.clone();
    other["image"]["digest"] = json!(digest('0'));
    assert_eq!(results(&other), ("holds holds holds fails fails".to_owned(), 3));
    let mut foreign = record.clone();
    let reference = record["image"]["reference"].as_str().unwrap().replace("group/name", "eve/evil");
    foreign["image"]["reference"] = json!(reference);
    assert_eq!(results(&foreign).0.split(' ').nth(2), Some("unknown"));
    assert_ne!(results(&foreign).1, 0);
    world.registry.push("group/name", &world.repository.tag("HEAD~2"), 1_719_539_200).unwrap();
    assert_eq!(results(&record), ("holds holds holds fails holds".to_owned(), 0));
    assert!(!world.server.log().is_empty());
}

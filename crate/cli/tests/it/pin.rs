//! `repin pin`

use std::fs;

use insta::assert_snapshot;
use repin_sandbox::gitlab::{Access, Project, Repository as Images};
use serde_json::Value;

use crate::registry::World;
use crate::repository::{Ran, Repository};

const OWN: &str = "registry.example.org/ada/course";

/// The sample course, and the tag of its only image, which is right for the last commit.
fn course(name: &str) -> (Repository, String) {
    let repository = Repository::course(name);
    let tag = repository.tag("HEAD~2");
    (repository, tag)
}

fn ini(repository: &Repository) -> Option<String> {
    fs::read_to_string(repository.path.join(".renku/renku.ini")).ok()
}

fn pin(repository: &Repository, tags: &str, args: &[&str]) -> Ran {
    repository.repin_with(&[&["pin", "--tags", "-", "--image", OWN], args].concat(), tags)
}

fn pinned(image: &str) -> String {
    format!("; ours\n[renku \"interactive\"]\ndefault_url = /lab\nimage = {image}\n# end\n")
}

#[test]
fn the_right_image_is_written_once() {
    let (mut repository, tag) = course("pin-written");
    assert_snapshot!("pin_writes_a_new_file", pin(&repository, &tag, &[]).shown());
    assert_eq!(ini(&repository), Some(format!("[interactive]\nimage = {OWN}:{tag}\n")));
    assert_snapshot!("pin_is_there_already", pin(&repository, &tag, &[]).shown());
    repository.write(".renku/renku.ini", pinned(&format!("{OWN}:latest")));
    repository.commit("Pin latest");
    assert_snapshot!("pin_writes", pin(&repository, &tag, &[]).shown());
    assert_eq!(ini(&repository), Some(pinned(&format!("{OWN}:{tag}"))));
    assert_eq!(repository.git(&["status", "--porcelain"]), "M .renku/renku.ini");
    // A newer image that is right as well is no reason for another pin.
    let tags = format!("{tag}\n{}", repository.tag("HEAD"));
    assert_eq!(pin(&repository, &tags, &["--format", "json"]).json()["done"], "already");
    assert_eq!(ini(&repository), Some(pinned(&format!("{OWN}:{tag}"))));
}

#[test]
fn nothing_is_written_but_what_is_right() {
    let (mut repository, tag) = course("pin-nothing");
    repository.write("requirements.txt", "pandas\n");
    repository.commit("Pandas");
    for (name, tags, args) in [
        ("pin_where_no_image_is_right", &*tag, &[][..]),
        ("pin_by_a_digest_that_is_not_known", &*repository.tag("HEAD"), &["--by", "digest"]),
        ("pin_dry_run", &*repository.tag("HEAD"), &["--dry-run"]),
    ] {
        assert_snapshot!(name, pin(&repository, tags, args).shown());
        assert_eq!(ini(&repository), None, "{name}");
    }
}

#[test]
fn a_pin_is_checked() {
    let (mut repository, tag) = course("pin-check");
    let cases = [
        ("right", Some(format!("{OWN}:{tag}")), 0),
        ("gone", Some(format!("{OWN}:{}", repository.tag("HEAD"))), 3),
        ("floating", Some(format!("{OWN}:latest")), 3),
        ("foreign", Some("registry.example.org/eve/course:latest".to_owned()), 3),
        ("unknown", Some(format!("{OWN}:0000000")), 3),
        ("unknown_digest", Some(format!("{OWN}@sha256:{}", "0".repeat(64))), 5),
        ("absent", None, 3),
    ];
    for (name, image, code) in &cases {
        let file = repository.path.join(".renku/renku.ini");
        match image {
            Some(image) => repository.write(".renku/renku.ini", pinned(image)),
            None => fs::remove_file(file).unwrap(),
        }
        let ran = pin(&repository, &tag, &["--check"]);
        assert_eq!(ran.code(), *code, "{name}: {}{}", ran.stdout(), ran.stderr());
        assert_snapshot!(format!("pin_check_{name}"), ran.shown());
        assert_eq!(ini(&repository), image.as_deref().map(pinned), "nothing is written");
    }
    repository.write(".renku/renku.ini", pinned(&format!("{OWN}:{tag}")));
    repository.write("requirements.txt", "pandas\n");
    repository.commit("Pandas");
    assert_snapshot!("pin_check_stale", pin(&repository, &tag, &["--check"]).shown());
    // The commit before is asked about with its own pin, not with what lies in the folder.
    let ran = pin(&repository, &tag, &["--check", "--commit", "HEAD~1"]);
    assert!(ran.code() == 3 && ran.stderr().contains("absent"), "{}", ran.stderr());
}

/// What the registry has, it says itself.
#[test]
fn the_registry_is_asked() {
    let world = World::new("pin-registry");
    let (repository, image) = (&world.repository, world.image());
    let tag = repository.tag("HEAD~2");
    assert_snapshot!("pin_asks_the_registry", world.in_job(&["pin"]).shown());
    assert_eq!(ini(repository), Some(format!("[interactive]\nimage = {image}:{tag}\n")));
    assert_snapshot!("pin_check_asks_the_registry", world.in_job(&["pin", "--check"]).shown());
    let digest = world.registry.image("group/name", &tag).unwrap().unwrap().digest;
    let by_digest = format!("{image}@{digest}");
    let ran = world.in_job(&["pin", "--by", "digest"]);
    assert_eq!((ran.code(), ran.stdout().lines().next().map(str::len)), (0, Some(without_port(&by_digest).len())));
    assert_eq!(ini(repository), Some(format!("[interactive]\nimage = {by_digest}\n")));
    for args in [&["pin", "--check"][..], &["pin"], &["pin", "--by", "digest"]] {
        let ran = world.in_job(args);
        assert_eq!(ran.code(), 0, "{args:?}: {}", ran.shown());
        assert_eq!(ini(repository), Some(format!("[interactive]\nimage = {by_digest}\n")), "{args:?}");
    }
    // The tag moves: what is pinned is another image's now.
    world.registry.push("group/name", &tag, 1_709_539_999).unwrap();
    assert_eq!(world.in_job(&["pin", "--check"]).code(), 5);
    assert!(world.registry.delete("group/name", &tag).unwrap());
    repository.write(".renku/renku.ini", pinned(&format!("{image}:{tag}")));
    assert_snapshot!("pin_check_of_what_was_deleted", world.in_job(&["pin", "--check"]).shown());
    assert_snapshot!("pin_of_what_was_deleted", world.in_job(&["pin"]).shown());
    assert_eq!(ini(repository), Some(pinned(&format!("{image}:{tag}"))));
}

fn without_port(text: &str) -> String {
    let (host, rest) = text.split_once(':').unwrap();
    format!("{host}:[PORT]{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
}

#[test]
fn whoever_may_not_look_is_not_told_that_a_pin_is_right() {
    let world = World::new("pin-registry-no-login");
    let (repository, image) = (&world.repository, world.image());
    let text = pinned(&format!("{image}:{}", repository.tag("HEAD~2")));
    repository.write(".renku/renku.ini", &text);
    for args in [&["pin", "--check"][..], &["pin"]] {
        let ran = repository.repin(&[args, &["--image", &image]].concat());
        assert_eq!(ran.code(), 5, "{}", ran.shown());
        assert_snapshot!(format!("pin_without_a_login_{}", args.len()), ran.shown());
    }
    assert_eq!(ini(repository), Some(text));
}

#[test]
fn a_fork_takes_its_parents_image_by_digest() {
    let world = World::new("pin-fork");
    let (repository, host) = (&world.repository, world.registry.host());
    let tag = repository.tag("HEAD~2");
    world.server.add(Project {
        path: "group/parent".to_owned(),
        repository: repository.path.clone(),
        container_registry: Access::Enabled,
        images: vec![Images::default()],
        ..Project::default()
    });
    world.registry.delete("group/name", &tag).unwrap();
    let digest = world.registry.push("group/parent", &tag, 1_709_539_200).unwrap();
    let latest = pinned(&format!("{host}/group/parent:latest"));
    repository.write(".renku/renku.ini", &latest);
    let check = world.in_job(&["pin", "--check"]);
    assert_snapshot!("pin_check_of_a_fork", redacted(&check, &digest));
    assert_snapshot!("pin_of_a_fork", redacted(&world.in_job(&["pin"]), &digest));
    assert_eq!(ini(repository), Some(latest));
    let ran = world.in_job(&["pin", "--from-pinned"]);
    assert_snapshot!("pin_from_pinned", redacted(&ran, &digest));
    assert_eq!(ini(repository), Some(pinned(&format!("{host}/group/parent@{digest}"))));
    assert_eq!(world.in_job(&["pin", "--from-pinned", "--check"]).code(), 0);
    // Once the fork has an image of its own, that is to be pinned.
    world.push("HEAD~2");
    assert_eq!(world.in_job(&["pin", "--check"]).code(), 3);
    assert_eq!(world.in_job(&["pin"]).code(), 0);
    assert_eq!(ini(repository), Some(pinned(&format!("{host}/group/name:{tag}"))));
}

fn redacted(ran: &Ran, digest: &str) -> String {
    ran.shown().replace(digest, "[DIGEST]")
}

#[test]
fn what_renku_refuses_is_left_alone() {
    let (repository, tag) = course("pin-refused");
    let text = "[interactive]\nimage = a/b:c\nimage = a/b:d\n";
    repository.write(".renku/renku.ini", text);
    assert_snapshot!("pin_in_a_file_that_renku_refuses", pin(&repository, &tag, &[]).shown());
    assert_eq!(ini(&repository).as_deref(), Some(text));
    repository.write(".renku/renku.ini", "image = a/b:c\n");
    assert_eq!(pin(&repository, &tag, &["--check"]).code(), 1);
}

#[test]
fn a_folder_is_needed_to_write_and_none_to_check() {
    let (mut repository, tag) = course("pin-bare");
    repository.write(".renku/renku.ini", pinned(&format!("{OWN}:{tag}")));
    repository.commit("Pin");
    repository.git(&["clone", "--quiet", "--bare", ".", "bare.git"]);
    let args = |more: &'static [&str]| [&["bare.git"], more].concat();
    assert_snapshot!("pin_of_a_bare_repository", pin(&repository, &tag, &args(&[])).shown());
    assert_eq!(pin(&repository, &tag, &args(&["--check"])).code(), 0);
    assert_eq!(pin(&repository, &tag, &args(&["--dry-run"])).code(), 0);
}

#[test]
fn an_image_that_is_built_from_its_pin_is_warned_of() {
    let (mut repository, _) = course("pin-whole-tree");
    repository.write("Dockerfile", "FROM scratch\nCOPY . /\n");
    repository.commit("Copy all");
    let ran = pin(&repository, &repository.tag("HEAD"), &[]);
    assert_eq!(ran.code(), 0, "{}", ran.stderr());
    assert!(ran.stdout().contains("the image is built from .renku/renku.ini too"), "{}", ran.stdout());
}

#[test]
fn programs_get_all_of_it() {
    let (repository, tag) = course("pin-json");
    repository.write(".renku/renku.ini", pinned(&format!("{OWN}:latest")));
    let json: Value = pin(&repository, &tag, &["--dry-run", "--format", "json"]).json();
    assert_snapshot!("pin_as_json", serde_json::to_string_pretty(&json).unwrap());
}

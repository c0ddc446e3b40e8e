//! The registry is a real one: it takes images and gives them back, and lets in whom GitLab's tokens let in.
#![cfg(feature = "server")]

use std::time::{SystemTime, UNIX_EPOCH};

use repin_sandbox::course;
use repin_sandbox::pipelines::{Settings, shelf, simulate};
use repin_sandbox::registry::{Account, Registry, SERVICE};
use serde_json::Value;
use ureq::http::Response;

const REALM: &str = "http://127.0.0.1:1/jwt/auth";
const CREATED: u64 = 1_709_539_200;

fn started() -> Registry {
    Registry::start(REALM).expect("docker-registry is installed")
}

/// Asks for a manifest with this token.
fn get(registry: &Registry, path: &str, token: Option<&str>) -> Response<ureq::Body> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
    let mut request = agent.get(format!("{}/v2/{path}", registry.url()));
    request = request.header("accept", "application/vnd.oci.image.manifest.v1+json");
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.call().expect("it answers")
}

fn put(registry: &Registry, path: &str, token: &str, bytes: &[u8]) -> u16 {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
    let request = agent.put(format!("{}/v2/{path}", registry.url()));
    let request = request.header("content-type", "application/vnd.oci.image.manifest.v1+json");
    let request = request.header("authorization", format!("Bearer {token}"));
    request.send(bytes).expect("it answers").status().as_u16()
}

/// A token by way of `/jwt/auth`.
fn token(registry: &Registry, scope: &str, allowed: &[&'static str], at: u64) -> String {
    let account = Account::Known { name: "ada", registry: true };
    let reply = registry.signer().authorize(account, SERVICE, &[scope], |_| allowed.to_vec(), at);
    let body: Value = serde_json::from_str(&reply.body).expect("it is JSON");
    body["token"].as_str().expect("a token").to_owned()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs()
}

#[test]
fn images_are_pushed_listed_read_retagged_and_deleted() {
    let registry = started();
    assert_eq!(registry.tags("group/name").expect("it answers"), [""; 0]);
    assert_eq!(registry.image("group/name", "a").expect("it answers"), None);

    let first = registry.push("group/name", "0a1b2c3", CREATED).expect("it takes it");
    let second = registry.push("group/name", "4d5e6f7", CREATED + 60).expect("it takes it");
    let again = registry.push("group/name", "0a1b2c3", CREATED).expect("it takes it");
    assert_eq!(first, again, "the same image has the same bytes");
    assert_ne!(first, second);
    assert_eq!(registry.tags("group/name").expect("it answers"), ["0a1b2c3", "4d5e6f7"]);

    let image = registry.image("group/name", "0a1b2c3").expect("it answers").expect("it is there");
    assert_eq!((&image.digest, image.created_at.as_deref()), (&first, Some("2024-03-04T08:00:00Z")));
    assert_eq!(image.revision.len(), 64);
    assert!(image.total_size > 1024);

    assert_eq!(registry.retag("group/name", "0a1b2c3", "v1.0").expect("it takes it"), first);
    assert!(registry.retag("group/name", "none", "v2.0").is_err());
    assert!(registry.delete("group/name", "0a1b2c3").expect("it answers"));
    assert!(!registry.delete("group/name", "0a1b2c3").expect("it answers"), "it is gone");
    assert_eq!(registry.tags("group/name").expect("it answers"), ["4d5e6f7", "v1.0"]);
    let kept = registry.image("group/name", "v1.0").expect("it answers").expect("it is there");
    assert_eq!(kept, image, "the other tag of the image stays");
}

#[test]
fn many_tags_come_sorted() {
    let registry = started();
    registry.push("group/name", "t000", CREATED).expect("it takes it");
    for number in 1..=120 {
        registry.retag("group/name", "t000", &format!("t{number:03}")).expect("it takes it");
    }
    let tags = registry.tags("group/name").expect("it answers");
    assert_eq!(tags, (0..=120).map(|number| format!("t{number:03}")).collect::<Vec<_>>());
}

#[test]
fn a_token_opens_what_it_names_and_nothing_else() {
    let registry = started();
    let digest = registry.push("group/name", "a", CREATED).expect("it takes it");

    let refused = get(&registry, "group/name/manifests/a", None);
    assert_eq!(refused.status(), 401);
    let challenge = refused.headers()["www-authenticate"].to_str().expect("it is text");
    for part in [r#"Bearer realm="http://127.0.0.1:1/jwt/auth""#, "service=\"container_registry\"", "group/name:pull"] {
        assert!(challenge.contains(part), "{challenge}");
    }

    let pull = token(&registry, "repository:group/name:pull,push", &["pull"], now());
    let mut found = get(&registry, "group/name/manifests/a", Some(&pull));
    assert_eq!(
        (found.status().as_u16(), found.headers()["docker-content-digest"].as_bytes()),
        (200, digest.as_bytes())
    );
    let bytes = found.body_mut().read_to_vec().expect("it has a body");
    assert_eq!(put(&registry, "group/name/manifests/b", &pull, &bytes), 401, "it may pull, and not push");

    let push = token(&registry, "repository:group/name:pull,push", &["pull", "push"], now());
    assert_eq!(put(&registry, "group/name/manifests/b", &push, &bytes), 201);
    assert_eq!(registry.image("group/name", "b").expect("it answers").map(|image| image.digest), Some(digest));

    for (what, token) in [
        ("of another repository", token(&registry, "repository:group/other:pull", &["pull"], now())),
        ("that grants nothing", token(&registry, "repository:group/name:pull", &[], now())),
        ("that is too old", token(&registry, "repository:group/name:pull", &["pull"], now() - 3600)),
        ("of another server", token(&started(), "repository:group/name:pull", &["pull"], now())),
    ] {
        assert_eq!(get(&registry, "group/name/manifests/a", Some(&token)).status(), 401, "a token {what}");
    }
}

#[test]
fn it_ends_when_it_is_dropped() {
    let registry = started();
    registry.push("group/name", "a", CREATED).expect("it takes it");
    let host = registry.host().to_owned();
    assert!(std::net::TcpStream::connect(&host).is_ok());
    drop(registry);
    assert!(std::net::TcpStream::connect(&host).is_err());
}

#[test]
fn it_holds_the_images_of_the_course() {
    let folder = std::env::temp_dir().join(format!("repin-registry-course-{}", std::process::id()));
    let course = course(&folder.join("course")).expect("the course can be made");
    let simulated = simulate(&course.git, &Settings::new("ada/course"), &course.events).expect("it can be simulated");
    let held = shelf(&simulated.images, &course.changes);
    std::fs::remove_dir_all(&folder).ok();

    let registry = started();
    registry.fill("ada/course", &held).expect("it takes them");
    let mut tags = course.tags.clone();
    tags.sort();
    assert_eq!(registry.tags("ada/course").expect("it answers"), tags);
    let image = |tag: &str| registry.image("ada/course", tag).expect("it answers").expect("it is there");
    let first = &course.tags[0];
    assert_eq!(image(first), image("latest"), "the first build was also called latest");
    for held in &held {
        let created: jiff::Timestamp = image(&held.tag).created_at.expect("it has a date").parse().expect("a date");
        assert_eq!(u64::try_from(created.as_second()).ok(), Some(held.created_at), "{}", held.tag);
    }
}

//! What there is.

use pollster::block_on;
use repin_forge::registry::Registry;

use crate::wire::Wire;
use crate::world::World;

fn names(registry: &Registry<Wire, Option<repin_forge::registry::Login>>, repository: &str) -> Vec<String> {
    let images = block_on(registry.tags(repository)).unwrap();
    assert_eq!(images.cut_off, None);
    let mut names: Vec<String> = images.tags.into_iter().map(|tag| tag.name).collect();
    names.sort();
    names
}

#[test]
fn tags_are_listed() {
    let world = World::new();
    for tag in ["c", "a", "b"] {
        world.push("group/name", tag);
    }
    world.push("group/name/image", "d");
    let wire = Wire::open();
    let registry = world.over(wire.clone(), "read");
    assert_eq!(names(&registry, "group/name"), ["a", "b", "c"]);
    assert_eq!(
        wire.sent(),
        ["GET /v2/group/name/tags/list", "GET /jwt/auth", "GET /v2/group/name/tags/list"],
        "the first request learns where tokens are"
    );
    assert_eq!(names(&registry, "group/name"), ["a", "b", "c"]);
    assert_eq!(wire.sent().len(), 4, "the token is kept");
    assert_eq!(names(&registry, "group/name/image"), ["d"]);
    assert_eq!(wire.sent().len(), 6, "where tokens are is known");
    assert_eq!(names(&registry, "group/name/none"), [""; 0], "nothing was pushed there yet");
    assert_eq!(registry.cost().requests, wire.sent().len() as u64);
}

#[test]
fn an_image_is_looked_at() {
    let world = World::new();
    let digest = world.push("group/name", "a");
    let registry = world.open("read");
    let by_tag = block_on(registry.head("group/name", "a")).unwrap().unwrap();
    assert_eq!((&by_tag.digest, &*by_tag.media_type), (&digest, "application/vnd.oci.image.manifest.v1+json"));
    assert_eq!(block_on(registry.head("group/name", &digest)).unwrap(), Some(by_tag.clone()));
    let manifest = block_on(registry.manifest("group/name", "a")).unwrap().unwrap();
    assert_eq!((&manifest.digest, &manifest.media_type), (&digest, &by_tag.media_type));
    assert_eq!(Some(manifest.bytes.len() as u64), by_tag.size);
    assert_eq!(block_on(registry.manifest("group/name", &digest)).unwrap(), Some(manifest));

    let other = format!("sha256:{}", "0".repeat(64));
    for (repository, reference) in [("group/name", "b"), ("group/name", &*other), ("group/name/none", "a")] {
        assert_eq!(block_on(registry.head(repository, reference)), Ok(None), "{repository} {reference}");
        assert_eq!(block_on(registry.manifest(repository, reference)), Ok(None), "{repository} {reference}");
    }
}

#[test]
fn names_stay_names() {
    let world = World::new();
    let wire = Wire::open();
    let registry = world.over(wire.clone(), "read");
    for (repository, reference) in [
        ("group/name", "a/b"),
        ("group/name", "a?b"),
        ("group/name", ""),
        ("group/name", ".."),
        ("group/name", "sha256:00"),
        ("group/../name", "a"),
        ("group/name?x", "a"),
        ("group/name:b", "a"),
        ("Group/name", "a"),
        ("", "a"),
    ] {
        let error = block_on(registry.head(repository, reference)).unwrap_err();
        assert!(error.to_string().ends_with("is no name of an image"), "{error}");
    }
    assert_eq!(wire.sent(), [""; 0]);
}

#[test]
fn hosts_are_hosts() {
    let open = |host: &str| Registry::new(Wire::open(), host, (), repin_forge::http::Limits::default()).map(drop);
    for (host, fine) in [
        ("registry.example.org", true),
        ("registry.example.org:5050", true),
        ("[::1]:5000", true),
        ("docker.io", true),
        ("registry.example.org/a", false),
        ("user@registry.example.org", false),
        ("registry.example.org:port", false),
        ("", false),
        ("a b", false),
    ] {
        assert_eq!(open(host).is_ok(), fine, "{host}");
    }
}

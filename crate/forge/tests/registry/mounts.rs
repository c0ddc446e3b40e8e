//! An image in another repository of the registry.

use repin_forge::http::{Limits, Request};
use repin_forge::registry::Registry;
use serde_json::json;

use crate::made::{OCI_INDEX, each, index, oci, there};
use crate::retag::{shown, tag};
use crate::wire::{Step, Wire};
use crate::world::World;

/// With as many requests as it takes.
fn open(world: &World, wire: Wire, secret: &str) -> Registry<Wire, Option<repin_forge::registry::Login>> {
    let limits = Limits { retries: 0, ..Limits::any_number() };
    Registry::new(wire, world.registry.host(), Some(world.login(secret)), limits).unwrap()
}

#[test]
fn every_kind_of_image_is_taken_along() {
    let world = World::new();
    for (name, made) in each(&world, "group/name") {
        let to = format!("group/fork/{name}");
        let wire = Wire::open();
        let done = tag(&open(&world, wire.clone(), "fork"), name, &["new"], |retag| retag.to = &to);
        assert_eq!(shown(done, &world), "new Tagged", "{name}");
        assert_eq!(there(&world, &to, "new"), Some(made.clone()), "{name}: byte for byte");
        assert!(world.registry.image(&to, "new").unwrap().is_some());
        let sent = wire.sent();
        let is_blob = |one: &&String| one.contains("/blobs/sha256");
        assert_eq!(sent.iter().filter(is_blob).count(), 0, "no layer is moved: {sent:?}");

        let wire = Wire::open();
        let again = tag(&open(&world, wire.clone(), "fork"), name, &["new"], |retag| retag.to = &to);
        assert_eq!((shown(again, &world), wire.sent().len()), ("new Already".to_owned(), 4), "{name}");
        // The image is there, so that a further tag needs no mounts.
        let wire = Wire::open();
        let more = tag(&open(&world, wire.clone(), "fork"), name, &["more"], |retag| retag.to = &to);
        assert_eq!((shown(more, &world), wire.sent().len()), ("more Tagged".to_owned(), 7), "{name}");
    }
}

#[test]
fn indexes_may_lie_in_indexes_but_not_for_ever() {
    let world = World::new();
    let mut inner = index(&world, "group/name", "level-0", OCI_INDEX, &[oci(&world, "group/name", "a")]);
    for level in 1..5 {
        let name = format!("level-{level}");
        inner = index(&world, "group/name", &name, OCI_INDEX, &[inner.clone(), inner]);
        let to = format!("group/fork/{name}");
        let done = tag(&open(&world, Wire::open(), "fork"), &name, &["new"], |retag| retag.to = &to);
        let digest = &inner.digest;
        let expected = if level < 3 {
            "new Tagged".to_owned()
        } else {
            format!(
                "HOST/group/name@{digest} cannot be taken along to another repository: its indexes lie more than 3 deep in each other"
            )
        };
        assert_eq!(shown(done, &world), expected, "{name}");
        assert_eq!(there(&world, &to, "new").is_some(), level < 3);
    }
}

/// The same request without the wish to mount: the registry then waits for the bytes, as it does where it does not mount.
fn unmounted(request: &Request) -> Step {
    let url = request.url.split("?mount=").next().unwrap().to_owned();
    Step::Instead(Request { url, ..request.clone() })
}

#[test]
fn where_a_mount_is_refused_nothing_is_tagged() {
    let world = World::new();
    for (name, made) in each(&world, "group/name") {
        let to = format!("group/fork/{name}");
        // The second part is refused.
        let wire = Wire::new(move |_, request| {
            thread_local!(static SEEN: std::cell::Cell<u32> = const { std::cell::Cell::new(0) });
            if !request.url.contains("?mount=") {
                return Step::Pass;
            }
            SEEN.set(SEEN.get() + 1);
            if SEEN.get().is_multiple_of(2) { unmounted(request) } else { Step::Pass }
        });
        let done = tag(&open(&world, wire.clone(), "fork"), name, &["new"], |retag| retag.to = &to);
        let digest = &made.digest;
        assert_eq!(
            shown(done, &world),
            format!("the registry does not lend the parts of HOST/group/name@{digest} to another repository"),
            "{name}"
        );
        let sent = wire.sent();
        let last = sent.last().unwrap();
        assert!(last.starts_with(&format!("DELETE /v2/{to}/blobs/uploads/")), "{name}: it need not wait: {sent:?}");
        assert_eq!(there(&world, &to, "new"), None);
    }
}

#[test]
fn what_may_not_be_read_is_not_taken() {
    let world = World::new();
    oci(&world, "group/private", "a");
    oci(&world, "group/name", "a");
    for (from, to, secret, expected) in [
        (
            "group/private",
            "group/fork",
            "fork",
            "the registry HOST does not let the login of a test read group/private, or it has no such repository",
        ),
        (
            "group/name",
            "group/private",
            "fork",
            "the registry HOST does not let the login of a test push to group/private",
        ),
        ("group/name", "group/fork", "job", "the registry HOST does not let the login of a test push to group/fork"),
        ("group/private", "group/fork", "write", "b Tagged"),
    ] {
        let done = tag(&open(&world, Wire::open(), secret), "a", &["b"], |retag| (retag.from, retag.to) = (from, to));
        assert_eq!(shown(done, &world), expected, "{from} {to} {secret}");
    }
}

#[test]
fn strange_manifests_are_not_taken_along() {
    let world = World::new();
    let made = oci(&world, "group/name", "a");
    let base: serde_json::Value = serde_json::from_slice(&made.bytes).unwrap();
    let serve = |kind: &'static str, bytes: Vec<u8>| {
        Wire::new(move |_, request| {
            let is_source = request.url.ends_with("/v2/group/name/manifests/strange");
            let has_token = crate::wire::header(request, "authorization").is_some();
            if is_source && has_token {
                let text = String::from_utf8(bytes.clone()).unwrap();
                return crate::wire::answer(200, &[("Content-Type", kind)], &text);
            }
            Step::Pass
        })
    };
    let mut without = base.clone();
    without["layers"][0]["digest"] = json!("../../../etc");
    let many: Vec<serde_json::Value> =
        (0..300).map(|number| json!({ "digest": format!("sha256:{number:064x}") })).collect();
    for (name, kind, bytes, problem) in [
        (
            "no digest",
            crate::made::OCI,
            without.to_string().into_bytes(),
            "an entry of its manifest has no digest".to_owned(),
        ),
        (
            "no JSON",
            crate::made::OCI,
            b"<html>".to_vec(),
            "its manifest is no JSON: expected value at line 1 column 1".to_owned(),
        ),
        (
            "a child that is not there",
            OCI_INDEX,
            json!({ "manifests": many }).to_string().into_bytes(),
            format!("it lists sha256:{:064x}, which is not there", 0),
        ),
    ] {
        let done = tag(&open(&world, serve(kind, bytes), "fork"), "strange", &["b"], |retag| retag.to = "group/fork");
        let text = shown(done, &world);
        assert!(text.ends_with(&format!("cannot be taken along to another repository: {problem}")), "{name}: {text}");
        assert_eq!(there(&world, "group/fork", "b"), None, "{name}");
    }
}

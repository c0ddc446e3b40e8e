//! A text that is kept under a tag of its own.

use pollster::block_on;
use repin_forge::http::{Limits, Method};
use repin_forge::registry::{Registry, RegistryError};

use crate::made::{oci, there};
use crate::wire::{Step, Wire, answer, header};
use crate::world::World;

const NAME: &str = "group/name";
const TAG: &str = "repin-attempts";

#[test]
fn it_is_kept_and_read() {
    let world = World::new();
    let open = || world.over(Wire::open(), "write");
    assert_eq!(block_on(open().record(NAME, TAG)).unwrap(), None, "not even the repository is there");
    for text in ["", "{}", "a \"quoted\" \\ text\nwith lines, \u{1b}[31m and 日本語"] {
        block_on(open().keep_record(NAME, TAG, text, "For people")).unwrap();
        assert_eq!(block_on(open().record(NAME, TAG)).unwrap().as_deref(), Some(text));
    }
    let long = "x".repeat(100_000);
    let wire = Wire::open();
    block_on(world.over(wire.clone(), "write").keep_record(NAME, TAG, &long, "For people")).unwrap();
    assert_eq!(block_on(open().record(NAME, TAG)).unwrap(), Some(long));
    let manifest = format!("/v2/{NAME}/manifests/{TAG}");
    let sent = wire.sent();
    assert_eq!(
        (sent.len(), sent.first(), sent.last()),
        (5, Some(&format!("GET {manifest}")), Some(&format!("PUT {manifest}")))
    );
    assert_eq!(world.registry.tags(NAME).unwrap(), [TAG]);
}

#[test]
fn what_is_no_record_stays() {
    let world = World::new();
    let made = oci(&world, NAME, TAG);
    let registry = world.over(Wire::open(), "write");
    for error in [
        block_on(registry.record(NAME, TAG)).unwrap_err(),
        block_on(registry.keep_record(NAME, TAG, "text", "For people")).unwrap_err(),
    ] {
        assert!(error.to_string().ends_with("it is an image, and no record of Repin's"), "{error}");
    }
    assert_eq!(there(&world, NAME, TAG), Some(made));
}

#[test]
fn who_may_not_push_is_told_so() {
    let world = World::new();
    oci(&world, NAME, "a");
    let error = block_on(world.over(Wire::open(), "read").keep_record(NAME, TAG, "text", "For people")).unwrap_err();
    assert!(matches!(error, RegistryError::NotAllowed(_)), "{error}");
    assert_eq!(world.registry.tags(NAME).unwrap(), ["a"]);
}

#[test]
fn a_cut_leaves_the_old_one_or_the_new_one() {
    let world = World::new();
    for at in 0.. {
        let repository = format!("group/fork/cut-{at}");
        let mut was_cut = false;
        for is_after in [false, true] {
            let wire = Wire::new(move |number, _| match (number == at, is_after) {
                (false, _) => Step::Pass,
                (true, false) => Step::CutBefore,
                (true, true) => Step::CutAfter,
            });
            let limits = Limits { retries: 0, ..Limits::any_number() };
            let login = Some(world.login("write"));
            let registry = Registry::new(wire.clone(), world.registry.host(), login, limits).unwrap();
            let kept = block_on(registry.keep_record(&repository, TAG, "new", "For people"));
            was_cut = wire.sent().len() > at;
            assert_eq!(kept.is_err(), was_cut, "request {at}: {:?}", wire.sent());
            let again = world.over(Wire::open(), "write");
            let between = block_on(again.record(&repository, TAG)).unwrap();
            assert!([None, Some("new"), Some("old")].contains(&between.as_deref()), "request {at}: {between:?}");
            block_on(again.keep_record(&repository, TAG, "old", "For people")).unwrap();
            assert_eq!(block_on(again.record(&repository, TAG)).unwrap().as_deref(), Some("old"), "request {at}");
        }
        if !was_cut {
            // A challenge, a token, the tag, the configuration, and its push; the configuration of the second time is there.
            assert!((5..=7).contains(&at), "{at}");
            return;
        }
    }
}

#[test]
fn bytes_and_tokens_go_to_no_other_server() {
    for (name, headers, expected) in [
        ("without a place", vec![], "it does not say where to put the bytes, or names another server"),
        (
            "another server",
            vec![("Location", "https://evil.example/upload?x=1")],
            "it does not say where to put the bytes, or names another server",
        ),
        (
            "no address",
            vec![("Location", "http://[")],
            "it does not say where to put the bytes, or names another server",
        ),
    ] {
        let wire = Wire::new(move |_, request| match request.method {
            Method::Post => answer(202, &headers, ""),
            _ => answer(404, &[], r#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"unknown"}]}"#),
        });
        let registry = Registry::new(wire.clone(), "registry.example.org", (), Limits::default()).unwrap();
        let error = block_on(registry.keep_record(NAME, TAG, "text", "For people")).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{name}: {error}");
        assert!(
            wire.requests().iter().all(|request| request.url.starts_with("https://registry.example.org/")),
            "{name}"
        );
        assert!(wire.requests().iter().all(|request| header(request, "authorization").is_none()), "{name}");
    }
}

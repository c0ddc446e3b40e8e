//! Another tag within one repository.

use pollster::block_on;
use repin_forge::registry::{Done, Login, Registry, Retag, RetagError, Retagged};

use crate::made::{DOCKER, DOCKER_LIST, OCI, OCI_INDEX, each, oci, there};
use crate::wire::{Step, Wire, answer};
use crate::world::World;

/// Gives an image of group/name one more tag.
pub(crate) fn tag<'a>(
    registry: &Registry<Wire, Option<Login>>,
    image: &'a str,
    tags: &[&'a str],
    change: impl FnOnce(&mut Retag<'a>),
) -> Result<Retagged, RetagError> {
    // Few, and as long-lived as whatever else the caller names.
    let tags: &[String] = Vec::leak(tags.iter().map(|tag| (*tag).to_owned()).collect());
    let mut retag =
        Retag { from: "group/name", image, digest: None, to: "group/name", tags, force: false, dry_run: false };
    change(&mut retag);
    block_on(registry.retag(retag))
}

/// `a tagged, b already`
pub(crate) fn shown(done: Result<Retagged, RetagError>, world: &World) -> String {
    match done {
        Ok(done) => {
            let tags = done.tags.iter().map(|tag| {
                let instead = if tag.instead_of.is_some() { " instead" } else { "" };
                format!("{} {:?}{instead}", tag.tag, tag.done)
            });
            tags.collect::<Vec<_>>().join(", ")
        }
        Err(error) => error.to_string().replace(world.registry.host(), "HOST"),
    }
}

#[test]
fn every_kind_of_image_is_the_same_under_another_tag() {
    let world = World::new();
    let kinds: Vec<String> = each(&world, "group/name")
        .into_iter()
        .map(|(name, made)| {
            let wire = Wire::open();
            let new = format!("{name}-new");
            let done = tag(&world.over(wire.clone(), "write"), name, &[&new], |_| {}).unwrap();
            assert_eq!(done.digest, made.digest);
            assert_eq!(done.tags[0].done, Done::Tagged);
            assert_eq!(there(&world, "group/name", &new), Some(made.clone()), "byte for byte");
            assert_eq!(there(&world, "group/name", name), Some(made.clone()));
            let manifest = |reference: &str| format!("/v2/group/name/manifests/{reference}");
            assert_eq!(
                wire.sent(),
                [
                    format!("GET {}", manifest(name)),
                    "GET /jwt/auth".to_owned(),
                    format!("GET {}", manifest(name)),
                    format!("HEAD {}", manifest(&new)),
                    format!("PUT {}", manifest(&new)),
                    format!("HEAD {}", manifest(&new)),
                ],
                "six requests, and no layer"
            );
            made.kind
        })
        .collect();
    assert_eq!(kinds, [OCI, DOCKER, OCI_INDEX, DOCKER_LIST]);
}

#[test]
fn a_tag_is_given_once_and_never_taken_without_a_word() {
    let world = World::new();
    let a = oci(&world, "group/name", "a").digest;
    let b = oci(&world, "group/name", "b").digest;
    let occupied = |digest: &str, wanted: &str| {
        format!("HOST/group/name:b is another image: it has the digest {digest}, and not {wanted}")
    };
    // Each after those before it.
    for (name, image, tags, force, dry_run, digest, expected) in [
        ("a look", "a", &["c"][..], false, true, None, "c WouldTag".to_owned()),
        ("a tag", "a", &["c"], false, false, None, "c Tagged".to_owned()),
        ("again", "a", &["c"], false, false, None, "c Already".to_owned()),
        ("a look at what is done", "a", &["c"], false, true, None, "c Already".to_owned()),
        ("its own", "a", &["a"], false, false, None, "a Already".to_owned()),
        ("two", "a", &["c", "d"], false, false, None, "c Already, d Tagged".to_owned()),
        ("one twice", "a", &["e", "e"], false, false, None, "e Tagged".to_owned()),
        ("by digest", &*a, &["f"], false, false, None, "f Tagged".to_owned()),
        ("of another image", "a", &["b"], false, false, None, occupied(&b, &a)),
        ("a look at another's", "a", &["b"], false, true, None, occupied(&b, &a)),
        ("one of two", "a", &["g", "b"], false, false, None, occupied(&b, &a)),
        ("taken, a look", "a", &["b"], true, true, None, "b WouldTag instead".to_owned()),
        ("that is there", "z", &["h"], false, false, None, "HOST/group/name:z is not there".to_owned()),
        (
            "that is another by now",
            "a",
            &["h"],
            false,
            false,
            Some(&*b),
            format!("HOST/group/name:a should have the digest {b}, and has {a}"),
        ),
        ("taken", "a", &["b"], true, false, Some(&*a), "b Tagged instead".to_owned()),
    ] {
        let done = tag(&world.open("write"), image, tags, |retag| {
            (retag.force, retag.dry_run, retag.digest) = (force, dry_run, digest);
        });
        assert_eq!(shown(done, &world), expected, "{name}");
    }
    let digest = |tag: &str| there(&world, "group/name", tag).map(|made| made.digest);
    for (tag, expected) in [
        ("a", Some(&a)),
        ("b", Some(&a)),
        ("c", Some(&a)),
        ("d", Some(&a)),
        ("e", Some(&a)),
        ("f", Some(&a)),
        ("g", None),
        ("h", None),
    ] {
        assert_eq!(digest(tag), expected.cloned(), "{tag}");
    }
    assert!(there(&world, "group/name", &b).is_some(), "the image that lost its tag can still be had");
}

#[test]
fn who_may_only_pull_is_told_before_anything_is_done() {
    let world = World::new();
    oci(&world, "group/name", "a");
    for (secret, expected) in [
        ("read", "the registry HOST does not let the login of a test push to group/name"),
        ("fork", "the registry HOST does not let the login of a test push to group/name"),
        ("", "the registry HOST does not let anyone without a login push to group/name"),
    ] {
        for dry_run in [false, true] {
            let wire = Wire::open();
            let done = tag(&world.over(wire.clone(), secret), "a", &["b"], |retag| retag.dry_run = dry_run);
            assert_eq!(shown(done, &world), expected);
            assert_eq!(wire.sent(), ["GET /v2/group/name/manifests/a", "GET /jwt/auth"]);
        }
    }
    assert_eq!(
        shown(tag(&world.open("job"), "a", &["b"], |_| {}), &world),
        "b Tagged",
        "a job pushes to its own project"
    );
}

#[test]
fn what_the_registry_says_of_it_is_compared() {
    let world = World::new();
    let made = oci(&world, "group/name", "a");
    let wrong = format!("sha256:{}", "0".repeat(64));
    let is = |method: &str, tag: &str| {
        let path = format!("/v2/group/name/manifests/{tag}");
        let method = method.to_owned();
        move |request: &repin_forge::http::Request| request.method.as_str() == method && request.url.ends_with(&path)
    };
    let pushed = is("PUT", "b");
    let lie = wrong.clone();
    let wire =
        Wire::new(
            move |_, request| {
                if pushed(request) { answer(201, &[("Docker-Content-Digest", &lie)], "") } else { Step::Pass }
            },
        );
    let done = tag(&world.over(wire, "write"), "a", &["b"], |_| {});
    let digest = &made.digest;
    assert_eq!(shown(done, &world), format!("HOST/group/name:b should have the digest {digest}, and has {wrong}"));

    // It says that it took it, and did not.
    let pushed = is("PUT", "b");
    let wire = Wire::new(move |_, request| if pushed(request) { answer(201, &[], "") } else { Step::Pass });
    let done = tag(&world.over(wire, "write"), "a", &["b"], |_| {});
    assert_eq!(shown(done, &world), "HOST/group/name:b is not there");

    let pushed = is("PUT", "b");
    let wire = Wire::new(move |_, request| {
        let said = r#"{"errors":[{"code":"TAG_INVALID","message":"the tag is immutable"}]}"#;
        if pushed(request) { answer(400, &[], said) } else { Step::Pass }
    });
    let done = tag(&world.over(wire, "write"), "a", &["b"], |_| {});
    assert_eq!(shown(done, &world), "PUT http://HOST/v2/group/name/manifests/b answered 400: the tag is immutable");
    assert_eq!(there(&world, "group/name", "b"), None);
}

#[test]
fn a_registry_that_asks_for_patience_gets_it() {
    let world = World::new();
    oci(&world, "group/name", "a");
    let wire = Wire::new(|number, _| {
        let busy = answer(429, &[("Retry-After", "1")], r#"{"errors":[{"code":"TOOMANYREQUESTS"}]}"#);
        if matches!(number, 3 | 5) { busy } else { Step::Pass }
    });
    let done = tag(&world.over(wire.clone(), "write"), "a", &["b"], |_| {});
    assert_eq!(shown(done, &world), "b Tagged");
    assert_eq!(wire.sent().len(), 8);
}

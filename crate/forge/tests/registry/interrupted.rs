//! A connection that is cut at any request, before or after the registry had it.

use repin_forge::http::Limits;
use repin_forge::registry::{Done, Login, Registry};

use crate::made::{OCI_INDEX, index, oci, there};
use crate::retag::tag;
use crate::wire::{Step, Wire};
use crate::world::World;

/// Without a second try, so that each cut is felt.
fn open(world: &World, wire: Wire) -> Registry<Wire, Option<Login>> {
    let limits = Limits { retries: 0, ..Limits::any_number() };
    Registry::new(wire, world.registry.host(), Some(world.login("write")), limits).unwrap()
}

/// Cuts each request in turn; returns how many there are.
fn cut_everywhere(
    world: &World,
    image: &str,
    to: impl Fn(usize, bool) -> String,
    new: impl Fn(usize, bool) -> String,
) -> usize {
    let made = there(world, "group/name", image).unwrap();
    for at in 0.. {
        let mut was_cut = true;
        for is_after in [false, true] {
            let (to, new) = (to(at, is_after), new(at, is_after));
            let wire = Wire::new(move |number, _| match (number == at, is_after) {
                (false, _) => Step::Pass,
                (true, false) => Step::CutBefore,
                (true, true) => Step::CutAfter,
            });
            let first = tag(&open(world, wire.clone()), image, &[&new], |retag| retag.to = &to);
            was_cut = wire.sent().len() > at;
            assert_eq!(first.is_err(), was_cut, "request {at}: {:?}", wire.sent());
            let between = there(world, &to, &new);
            assert!(between.is_none() || between.as_ref() == Some(&made), "request {at}: half done");
            // A second run finishes it, and a third has nothing to do.
            let again = || tag(&open(world, Wire::open()), image, &[&new], |retag| retag.to = &to).unwrap();
            let second = again();
            let expected = if between.is_some() { Done::Already } else { Done::Tagged };
            assert_eq!(second.tags[0].done, expected, "request {at}");
            assert_eq!(there(world, &to, &new).as_ref(), Some(&made), "request {at}");
            assert_eq!(again().tags[0].done, Done::Already, "request {at}");
        }
        if !was_cut {
            return at;
        }
    }
    unreachable!("a range without an end")
}

#[test]
fn within_a_repository() {
    let world = World::new();
    oci(&world, "group/name", "a");
    let new = |at: usize, is_after: bool| format!("new-{at}-{is_after}");
    assert_eq!(cut_everywhere(&world, "a", |_, _| "group/name".to_owned(), new), 6);
}

#[test]
fn across_repositories() {
    let world = World::new();
    let children = [oci(&world, "group/name", "a"), oci(&world, "group/name", "b")];
    index(&world, "group/name", "index", OCI_INDEX, &children);
    let to = |at: usize, is_after: bool| format!("group/fork/of-{at}-{is_after}");
    let requests = cut_everywhere(&world, "index", to, |_, _| "new".to_owned());
    // The six, a look for the image itself, and for each of both children: it, its two parts, and its push.
    assert_eq!(requests, 6 + 1 + 2 * (1 + 2 + 1));
}

//! Records that are looked over: what holds, what does not, and what cannot be known.
#![allow(clippy::unwrap_used)]

mod memory;

use memory::{Memory, id, now};
use repin::note::Note;
use repin::reference::Reference;
use repin::source::{Images, Tag};
use repin::tree::Mode;
use repin::verify::{Outcome, Seen, Verification, verify};
use repin::{Oid, Question, Resolution};

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

fn commit(name: &str) -> Oid {
    id(&name.repeat(7))
}

/// a, b: one environment; c: another.
fn project() -> Memory {
    let mut memory = Memory::default();
    let mut parent: Vec<Oid> = Vec::new();
    for (seconds, (name, from)) in (0..).zip([("a", "1"), ("b", "1"), ("c", "2")]) {
        let dockerfile = format!("FROM scratch\nLABEL number={from}\n");
        let files = [("Dockerfile", Mode::FILE, dockerfile.as_str()), ("notes.md", Mode::FILE, name)];
        parent = vec![memory.add(commit(name), &parent, seconds, &files)];
    }
    memory.images = Some(Images {
        tags: vec![Tag { name: "a".repeat(7), digest: Some(digest('1')), created_at: None }],
        ..Images::default()
    });
    memory
}

/// The record of b: the image of a, with the digest of ones.
fn record(memory: &Memory) -> Resolution {
    memory.resolve(&Question { revision: Some(commit("b").to_string()), ..Question::default() })
}

/// A registry that knows these tags and digests.
fn looked_over(memory: &Memory, record: &Resolution, registry: &[(&str, Seen)]) -> Verification {
    let ask = async |_: &Reference, what: &str| {
        let what = if what.starts_with("sha256:") { "digest" } else { "tag" };
        registry.iter().find(|(name, _)| *name == what).map_or(Seen::Gone, |(_, seen)| seen.clone())
    };
    let tags = memory.images.as_ref().map_or(&[][..], |images| &images.tags);
    now(verify(memory, &Question::default(), record, tags, ask)).unwrap()
}

/// `holds: +++-?`: the result, and that of each check.
fn word(verification: &Verification) -> String {
    let sign = |outcome| match outcome {
        Outcome::Holds => '+',
        Outcome::Fails => '-',
        Outcome::Unknown => '?',
    };
    let names: Vec<_> = verification.checks.iter().map(|check| check.name).collect();
    assert_eq!(names, ["commit", "environment", "image-commit", "tag", "digest"]);
    let checks: String = verification.checks.iter().map(|check| sign(check.result)).collect();
    format!("{:?}: {checks}", verification.result).to_lowercase()
}

fn there() -> Vec<(&'static str, Seen)> {
    vec![("tag", Seen::There(digest('1'))), ("digest", Seen::There(digest('1')))]
}

#[test]
fn what_the_registry_says_decides() {
    let memory = project();
    let record = record(&memory);
    let moved = Seen::There(digest('2'));
    let unknown = || Seen::Unknown("nobody answers".to_owned());
    for (name, tag, by_digest, expected) in [
        ("as it was", Seen::There(digest('1')), Seen::There(digest('1')), "holds: +++++"),
        ("the tag moved", moved.clone(), Seen::There(digest('1')), "holds: +++-+"),
        ("the tag is gone", Seen::Gone, Seen::There(digest('1')), "holds: +++-+"),
        ("both are gone", Seen::Gone, Seen::Gone, "fails: +++--"),
        ("the tag moved, and the image is gone", moved.clone(), Seen::Gone, "fails: +++--"),
        ("the tag moved, and nobody knows more", moved.clone(), unknown(), "fails: +++-?"),
        ("nobody answers", unknown(), unknown(), "unknown: +++??"),
        ("nobody says the tag's digest", Seen::Named, Seen::There(digest('1')), "holds: +++?+"),
        ("nobody says any digest", Seen::Named, Seen::Named, "unknown: +++??"),
        ("a registry that lies", moved.clone(), moved.clone(), "fails: +++--"),
    ] {
        let verification = looked_over(&memory, &record, &[("tag", tag), ("digest", by_digest)]);
        assert_eq!(word(&verification), expected, "{name}");
    }
}

#[test]
fn what_the_repository_says_decides() {
    let memory = project();
    let plain = record(&memory);
    let other_key = memory.resolve(&Question { revision: Some(commit("c").to_string()), ..Question::default() });
    for (name, change, expected) in [
        ("as it was", (|_| {}) as fn(&mut Resolution), "holds: +++++"),
        ("a commit that is not here", |record| record.commit = commit("f"), "fails: -??++"),
        ("a commit with other inputs", |record| record.commit = commit("c"), "fails: +--++"),
        (
            "an image of a commit with other inputs",
            |record| {
                let image = record.image.as_mut().unwrap();
                (image.commit, image.tag) = (commit("c"), "c".repeat(7));
                image.reference = image.reference.as_ref().map(|name| name.replace("aaaaaaa", "ccccccc"));
            },
            "fails: ++-++",
        ),
        (
            "a tag that stands for another commit",
            |record| {
                let image = record.image.as_mut().unwrap();
                image.commit = commit("b");
            },
            "fails: ++-++",
        ),
        (
            "a reference with another tag",
            |record| {
                let image = record.image.as_mut().unwrap();
                image.reference = image.reference.as_ref().map(|name| name.replace("aaaaaaa", "latest"));
            },
            "unknown: +++??",
        ),
        (
            "a tag that names no commit",
            |record| {
                let image = record.image.as_mut().unwrap();
                (image.commit, image.tag) = (commit("b"), "latest".to_owned());
                image.reference = image.reference.as_ref().map(|name| name.replace("aaaaaaa", "latest"));
            },
            "unknown: ++?++",
        ),
        (
            "another project's image",
            |record| {
                let image = record.image.as_mut().unwrap();
                image.reference = image.reference.as_ref().map(|name| name.replace("group/name", "eve/evil"));
            },
            "unknown: ++?++",
        ),
        ("no reference", |record| record.image.as_mut().unwrap().reference = None, "unknown: +++??"),
        ("no digest", |record| record.image.as_mut().unwrap().digest = None, "unknown: ++++?"),
        ("no environment", |record| record.environment = None, "unknown: +?+++"),
        (
            "an image of a commit that is not here",
            |record| {
                let image = record.image.as_mut().unwrap();
                (image.commit, image.tag) = (commit("f"), "f".repeat(7));
                image.reference = image.reference.as_ref().map(|name| name.replace("aaaaaaa", "fffffff"));
            },
            "unknown: ++?++",
        ),
    ] {
        let mut record = plain.clone();
        change(&mut record);
        assert_eq!(word(&looked_over(&memory, &record, &there())), expected, "{name}");
    }
    let forged = Resolution { environment: other_key.environment, ..plain };
    assert_eq!(word(&looked_over(&memory, &forged, &there())), "fails: +-+++", "the key of other inputs");
}

#[test]
fn a_shallow_clone_does_not_know() {
    let mut memory = project();
    let mut record = record(&memory);
    record.commit = commit("f");
    memory.edge.insert(commit("b"));
    assert_eq!(word(&looked_over(&memory, &record, &there())), "unknown: ???++");
}

#[test]
fn the_options_are_those_of_the_record() {
    let memory = project();
    let inputs = vec!["notes.md".to_owned()];
    let question = Question { revision: Some(commit("a").to_string()), inputs, ..Question::default() };
    let record = memory.resolve(&question);
    assert_eq!(record.environment.as_ref().unwrap().files[0].path, "notes.md");
    assert_eq!(word(&looked_over(&memory, &record, &there())), "holds: +++++");
}

#[test]
fn a_note_that_says_otherwise_counts() {
    let mut memory = project();
    let record = record(&memory);
    let image = record.image.clone().unwrap();
    let note = |built_from| Note {
        image: image.reference.clone().unwrap(),
        digest: digest('1'),
        built_from,
        environment: None,
    };
    for (name, built_from, expected) in [
        ("the same inputs", "a", "holds: +++++"),
        ("other inputs", "c", "fails: ++-++"),
        ("not here", "f", "unknown: ++?++"),
    ] {
        memory.notes = [(commit("a"), note(commit(built_from)))].into_iter().collect();
        assert_eq!(word(&looked_over(&memory, &record, &there())), expected, "{name}");
    }
}

/// As `resolve` does, the record is doubted where it is not known which of an image's tags it was built for.
#[test]
fn tags_of_one_image_are_one_image() {
    let mut memory = project();
    let record = record(&memory);
    let image = record.image.clone().unwrap();
    let tag = |name: &str, of: char| Tag { name: name.to_owned(), digest: Some(digest(of)), created_at: None };
    let note = Note {
        image: image.reference.clone().unwrap(),
        digest: digest('1'),
        built_from: commit("a"),
        environment: None,
    };
    for (name, tags, is_noted, expected) in [
        ("a commit with the same inputs", vec![tag("bbbbbbb", '1')], false, "holds: +++++"),
        ("a commit with other inputs", vec![tag("ccccccc", '1')], false, "unknown: ++?++"),
        ("a commit that is not here", vec![tag("fffffff", '1')], false, "unknown: ++?++"),
        ("a tag that moves", vec![tag("latest", '1')], false, "holds: +++++"),
        ("another image", vec![tag("ccccccc", '2')], false, "holds: +++++"),
        ("nobody said which image", vec![Tag::from("ccccccc")], false, "holds: +++++"),
        ("a note says which it is", vec![tag("ccccccc", '1')], true, "holds: +++++"),
    ] {
        for own in [tag("aaaaaaa", '1'), tag("aaaaaaa", '3')] {
            let tags = tags.iter().cloned().chain([own]).collect();
            memory.images = Some(Images { tags, ..Images::default() });
            memory.notes = is_noted.then(|| (commit("a"), note.clone())).into_iter().collect();
            assert_eq!(word(&looked_over(&memory, &record, &there())), expected, "{name}");
        }
    }
}

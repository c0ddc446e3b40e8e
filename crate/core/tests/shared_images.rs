//! Tags that are one image, and images that notes name.
#![allow(clippy::unwrap_used)]

mod memory;

use memory::{Memory, id, now};
use repin::note::Note;
use repin::pin::{PinState, audit_image, audit_registry};
use repin::resolution::{Relation, Status};
use repin::source::{Images, Tag};
use repin::tree::Mode;
use repin::{Oid, Question, Resolution};

const NAME: &str = "registry.example.org/group/name";

fn digest(letter: char) -> String {
    format!("sha256:{}", letter.to_string().repeat(64))
}

/// a, b: one environment; c: another; d: that of a and b again; e: a third.
fn project() -> Memory {
    let mut memory = Memory::default();
    let mut parent: Vec<Oid> = Vec::new();
    for (seconds, (name, dockerfile)) in (0..).zip([("a", "1"), ("b", "1"), ("c", "2"), ("d", "1"), ("e", "3")]) {
        let dockerfile = format!("FROM scratch\nLABEL number={dockerfile}\n");
        let files = [("Dockerfile", Mode::FILE, dockerfile.as_str()), ("notes.md", Mode::FILE, name)];
        parent = vec![memory.add(id(&name.repeat(7)), &parent, seconds, &files)];
    }
    memory
}

fn commit(name: &str) -> Oid {
    id(&name.repeat(7))
}

fn key(memory: &Memory, name: &str) -> String {
    let question = Question { revision: Some(commit(name).to_string()), ..Question::default() };
    memory.resolve(&question).environment.unwrap().key
}

/// Tags as `b=1`: that of the commit b, with the digest of ones; without a digest as `b`.
fn tags(text: &str) -> Images {
    let tag = |word: &str| {
        let (name, of) = word.split_once('=').map_or((word, None), |(name, of)| (name, Some(of)));
        let name = if name.len() == 1 { name.repeat(7) } else { name.to_owned() };
        Tag { name, digest: of.map(|of| digest(of.chars().next().unwrap())), created_at: None }
    };
    Images { tags: text.split_whitespace().map(tag).collect(), ..Images::default() }
}

/// Notes as `b:a=1`: the commit b has the image of its tag, built from a, with the digest of ones.
fn note(memory: &Memory, text: &str) -> (Oid, Note) {
    let (names, of) = text.split_once('=').unwrap();
    let (name, from) = names.split_once(':').unwrap();
    let note = Note {
        image: format!("{NAME}:{}", name.repeat(7)),
        digest: digest(of.chars().next().unwrap()),
        built_from: commit(from),
        environment: memory.commits.contains_key(&commit(from)).then(|| key(memory, from)),
    };
    (commit(name), note)
}

/// `found b ancestor`, `unknown shared-digest`, …
fn word(answer: &Resolution) -> String {
    let image = answer.image.as_ref().map(|image| {
        assert_eq!(image.verified, answer.status == Status::Found);
        format!(" {} {}", &image.tag[..1], image.relation)
    });
    let code = answer.reason.as_ref().map(|reason| format!(" {}", reason.code));
    format!("{}{}{}", answer.status, image.unwrap_or_default(), code.unwrap_or_default())
}

#[test]
fn tags_of_one_digest_are_one_image() {
    for (name, asked, listed, notes, expected) in [
        ("digests of their own", "b", "a=1 b=2 c=3", "", "found b exact"),
        ("one image, one environment", "b", "a=1 b=1", "", "found b exact"),
        ("one image, one environment, another's tag", "b", "a=1 d=1", "", "found a ancestor"),
        ("its own tag is another environment's image, too", "b", "b=1 c=1", "", "unknown shared-digest"),
        ("so is the only other one", "b", "a=1 c=1", "", "unknown shared-digest"),
        ("another image is right", "b", "a=2 b=1 c=1", "", "found a ancestor"),
        ("the note names the commit", "b", "b=1 c=1", "c:b=1", "found b exact"),
        ("the note names the commit's environment", "b", "b=1 c=1", "c:a=1", "found b exact"),
        ("the note names the other environment", "b", "b=1 c=1", "b:c=1", "missing no-image"),
        ("for which it is right", "c", "b=1 c=1", "b:c=1", "found c exact"),
        ("a note of another digest says nothing", "b", "b=1 c=1", "b:b=2", "unknown shared-digest"),
        ("two notes that do not agree", "b", "b=1 c=1", "b:b=1 c:c=1", "missing no-image"),
        ("without digests, the note of the tag counts", "b", "b c", "b:c=1", "missing no-image"),
        ("without digests, a right note changes nothing", "b", "b c", "b:a=1", "found b exact"),
        ("without digests and notes, names are all that is known", "b", "b c", "", "found b exact"),
        ("the note is of an image that the tag no longer has", "b", "b=2", "b:c=1", "found b exact"),
        ("floating tags are images of the day", "b", "b=1 latest=1 main=1", "", "found b exact"),
        ("a tag of a commit that is not here", "b", "b=1 f=1", "", "unknown shared-digest"),
        ("of a commit that is not here, the key of the note counts", "b", "b=1", "b:f=1", "missing no-image"),
        ("more than two tags", "d", "a=1 b=1 d=1", "", "found d exact"),
        ("more than two tags, one of which is wrong", "d", "a=1 b=1 c=1 d=1", "", "unknown shared-digest"),
    ] {
        let mut memory = project();
        memory.notes = notes.split_whitespace().map(|text| note(&memory, text)).collect();
        memory.images = Some(tags(listed));
        let question = Question { revision: Some(commit(asked).to_string()), ..Question::default() };
        assert_eq!(word(&memory.resolve(&question)), expected, "{name}");
        // What a history says of the commit is right as well.
        let entries = memory.history(&question, None);
        let entry = entries.iter().find(|entry| entry.commit == commit(asked)).unwrap();
        assert_eq!(entry.tag.is_some(), expected.starts_with("found"), "{name}: {entry:?}");
    }
}

/// Without a recipe only the commit's own image can be right.
#[test]
fn without_a_recipe_the_own_tag_has_to_be_an_image_of_its_own() {
    for (name, listed, notes, expected) in [
        ("it is", "a=1 b=2", "", "found b exact"),
        ("it is another commit's as well", "a=1 b=1", "", "unknown no-recipe"),
        ("and the note says that it is its own", "a=1 b=1", "a:b=1", "found b exact"),
        ("and the note says that it is the other's", "a=1 b=1", "b:a=1", "unknown no-recipe"),
    ] {
        let mut memory = Memory::default();
        let a = memory.add(commit("a"), &[], 1, &[("file", Mode::FILE, "1")]);
        memory.add(commit("b"), &[a], 2, &[("file", Mode::FILE, "2")]);
        let noted = |text: &str| {
            let (names, of) = text.split_once('=').unwrap();
            let (name, from) = names.split_once(':').unwrap();
            let image = format!("{NAME}:{}", name.repeat(7));
            let digest = digest(of.chars().next().unwrap());
            (commit(name), Note { image, digest, built_from: commit(from), environment: None })
        };
        memory.notes = notes.split_whitespace().map(noted).collect();
        memory.images = Some(tags(listed));
        assert_eq!(word(&memory.resolve(&Question::default())), expected, "{name}");
    }
}

#[test]
fn notes_name_images_where_no_registry_does() {
    for (name, asked, notes, expected) in [
        ("no note", "b", "", "predicted a ancestor"),
        ("its own", "b", "b:b=1", "predicted b exact noted"),
        ("its own, an image of an earlier commit", "b", "b:a=1", "predicted b exact noted"),
        ("an earlier commit's", "b", "a:a=1", "predicted a ancestor noted"),
        ("a later commit's", "b", "d:d=1", "predicted d descendant noted"),
        ("the nearest of two", "d", "a:a=1 b:b=1", "predicted b ancestor noted"),
        ("one of another environment", "b", "c:c=1", "predicted a ancestor"),
        ("its own, built from another environment", "b", "b:c=1", "predicted a ancestor"),
        ("another environment's commit, built from this one", "b", "c:b=1", "predicted a ancestor"),
        ("built from a commit that is not here, without a key", "b", "b:f=1", "predicted a ancestor"),
        ("of a commit that is not here", "b", "f:b=1", "predicted a ancestor"),
    ] {
        let mut memory = project();
        memory.notes = notes.split_whitespace().map(|text| note(&memory, text)).collect();
        let question = Question { revision: Some(commit(asked).to_string()), ..Question::default() };
        let answer = memory.resolve(&question);
        assert_eq!(word(&answer), expected, "{name}");
        if expected.ends_with("noted") {
            let image = answer.image.unwrap();
            assert_eq!(image.digest, Some(digest('1')), "{name}");
            assert_eq!(image.reference, Some(format!("{NAME}:{}", image.tag)), "{name}");
            assert!(answer.reason.unwrap().message.contains("refs/notes/repin"), "{name}");
        }
    }
}

#[test]
fn a_key_that_a_note_claims_is_not_believed() {
    let mut memory = project();
    let (on, claimed) = note(&memory, "c:c=1");
    let claimed = Note { environment: Some(key(&memory, "b")), ..claimed };
    memory.notes = [(on, claimed)].into_iter().collect();
    let question = Question { revision: Some(commit("b").to_string()), ..Question::default() };
    assert_eq!(word(&memory.resolve(&question)), "predicted a ancestor");
}

#[test]
fn notes_that_do_not_agree_on_a_digest_name_none() {
    let mut memory = project();
    memory.notes = ["b:b=1", "b:b=2"].into_iter().map(|text| note(&memory, text)).collect();
    let question = Question { revision: Some(commit("b").to_string()), ..Question::default() };
    let answer = memory.resolve(&question);
    assert_eq!((word(&answer).as_str(), answer.image.unwrap().digest), ("predicted b exact noted", None));
    assert!(answer.notes.iter().any(|note| note.contains("do not agree")), "{:?}", answer.notes);
}

/// A list of tags that could not be read is no reason to forget what the notes say; one that was read is.
#[test]
fn notes_count_where_the_registry_cannot_be_asked() {
    let mut memory = project();
    memory.notes = std::iter::once(note(&memory, "b:b=1")).collect();
    let question = Question { revision: Some(commit("b").to_string()), ..Question::default() };
    let cut_off = repin::resolution::Reason::new("no-access", "nobody may look");
    memory.images = Some(Images { cut_off: Some(cut_off), ..Images::default() });
    let answer = memory.resolve(&question);
    assert_eq!(word(&answer), "predicted b exact noted");
    assert!(answer.reason.unwrap().message.ends_with("nobody may look"));
    memory.images = Some(Images::default());
    assert_eq!(word(&memory.resolve(&question)), "missing no-image");
    assert_eq!(memory.resolve(&question).image.map(|image| image.relation), None::<Relation>);
}

#[test]
fn a_pinned_image_is_doubted_as_a_chosen_one_is() {
    for (name, pinned, listed, notes, expected) in [
        ("its tag says it", "b", "a b", "", "right"),
        ("a note agrees", "b", "a b", "b:a=1", "right"),
        ("a note says it is of other inputs", "b", "a b", "b:c=1", "stale c"),
        ("that note is of another digest", "b", "b=2", "b:c=1", "right"),
        ("a note of a commit that is not here", "b", "b", "b:f=1", "unknown"),
        ("another environment's image, too", "b", "b=1 c=1", "", "unknown"),
        ("a note says which", "b", "b=1 c=1", "c:b=1", "right"),
        ("it is a stranger's, too", "b", "b=1 f=1", "", "unknown"),
        ("latest is no stranger", "b", "b=1 latest=1", "", "right"),
        ("by digest", "@1", "b=1", "", "right"),
        ("by digest, and a note says it is of other inputs", "@1", "b=1", "b:c=1", "stale c"),
        ("by digest, and it is a stranger's, too", "@1", "b=1 f=1", "", "unknown"),
    ] {
        let mut memory = project();
        memory.images = Some(tags(listed));
        memory.notes = notes.split_whitespace().map(|text| note(&memory, text)).collect();
        let question =
            Question { revision: Some(commit("b").to_string()), image: Some(NAME.to_owned()), ..Question::default() };
        let image = match pinned.strip_prefix('@') {
            Some(of) => format!("{NAME}@{}", digest(of.chars().next().unwrap())),
            None => format!("{NAME}:{}", pinned.repeat(7)),
        };
        let audit = now(audit_image(&memory, &question, &image)).unwrap();
        let state = match now(audit_registry(&memory, &question, audit)).unwrap().state {
            PinState::Right { .. } => "right".to_owned(),
            PinState::Stale { commit, changed, .. } => {
                assert_eq!(changed.len(), 1, "{name}");
                format!("stale {}", commit.abbreviated(1))
            }
            PinState::Unknown { .. } => "unknown".to_owned(),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(state, expected, "{name}");
    }
}

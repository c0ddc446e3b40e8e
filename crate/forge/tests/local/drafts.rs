//! Commits that nobody has made: what is said of them is what is said of the same commit made by git.

use repin::source::Source as _;
use repin::{Question, resolution::Status};
use repin_forge::local::Local;

use crate::git::{File, Repo, file, link, with_tags};
use crate::memory::now;

const DOCKERFILE: File<'_> = File(b"Dockerfile", "100755", b"FROM a\nCOPY a.txt a /\n");

fn files(changed: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    changed.iter().map(|(path, content)| ((*path).to_owned(), content.as_bytes().to_vec())).collect()
}

#[test]
fn a_draft_is_the_commit_that_git_would_make() {
    let repo = Repo::new();
    // `a` is a folder, and sorts as if its name were `a/`: behind `a.txt`.
    let plain = [DOCKERFILE, file("a.txt", "1"), file("a/b/c", "1"), file("a/d", "1"), link("l", "a.txt")];
    let first = repo.commit("main", &[], &plain);
    for (name, changed) in [
        ("a file", vec![("a.txt", "2")]),
        ("one in folders", vec![("a/b/c", "2")]),
        ("several", vec![("a/b/c", "2"), ("a.txt", "2"), ("Dockerfile", "FROM b\nCOPY a.txt a /\n")]),
        ("new ones", vec![("a/new", "2"), ("a/n/e/w", "2"), ("a-new", "2"), ("z", "2")]),
        ("as it is", vec![("a.txt", "1")]),
    ] {
        let of = |path: &[u8]| changed.iter().find(|(changed, _)| changed.as_bytes() == path);
        let mut wanted: Vec<File<'_>> = Vec::new();
        for File(path, mode, content) in plain {
            wanted.push(File(path, mode, of(path).map_or(content, |(_, new)| new.as_bytes())));
        }
        let is_new = |path: &str| plain.iter().all(|File(known, ..)| *known != path.as_bytes());
        wanted.extend(changed.iter().filter(|(path, _)| is_new(path)).map(|(path, new)| file(path, new)));
        let made = repo.commit("made", &[first], &wanted);
        let count = repo.git(&["count-objects", "-v"]);
        let local = with_tags(repo.open(), &[&first.abbreviated(7)]);
        let ask = |local: &Local, id| {
            let question = Question { revision: Some(id), ..Question::default() };
            now(repin::resolve::resolve(local, &question)).unwrap()
        };
        // What was asked before does not hide what is new.
        ask(&local, first.to_string());
        let draft = local.draft(first, &files(&changed)).unwrap();
        let (mut said, mut expected) = (ask(&local, draft.to_string()), ask(&local, made.to_string()));
        for answer in [&mut said, &mut expected] {
            (answer.commit, answer.expected_tag) = (first, None);
        }
        assert_eq!(said, expected, "{name}");
        assert_eq!(now(local.commits(&[draft])).unwrap()[0].parents, [first], "{name}");
        assert_eq!(repo.git(&["count-objects", "-v"]), count, "{name}: nothing is written");
    }
}

#[test]
fn what_is_no_file_is_not_replaced() {
    let repo = Repo::new();
    let first = repo.commit("main", &[], &[DOCKERFILE, file("a.txt", "1"), file("a/b", "1"), link("l", "a.txt")]);
    let local = repo.open();
    for path in ["a", "l", "l/x", "a.txt/x"] {
        let error = local.draft(first, &files(&[(path, "2")])).unwrap_err().to_string();
        assert!(error.contains("something else is in its way"), "{path}: {error}");
    }
}

#[test]
fn nothing_but_its_id_names_a_draft() {
    let repo = Repo::new();
    let first = repo.commit("main", &[], &[DOCKERFILE, file("a.txt", "1"), file("a/b", "1")]);
    let local = repo.open();
    let draft = local.draft(first, &files(&[("a.txt", "2")])).unwrap();
    let local = with_tags(local, &[&draft.abbreviated(7), &draft.to_string()]);
    let question = Question { revision: Some(draft.to_string()), ..Question::default() };
    let answer = now(repin::resolve::resolve(&local, &question)).unwrap();
    assert_eq!(
        (answer.status, answer.image),
        (Status::Unknown, None),
        "a tag of its id is of a commit that is not here"
    );
    assert!(now(local.commit(Some(&draft.abbreviated(7)))).is_err());
    // A second one is made from the first.
    let second = local.draft(draft, &files(&[("a/b", "2")])).unwrap();
    assert_eq!(now(local.read(second, "a.txt")).unwrap().as_deref(), Some(&b"2"[..]));
    assert_eq!(now(local.read(first, "a.txt")).unwrap().as_deref(), Some(&b"1"[..]));
}

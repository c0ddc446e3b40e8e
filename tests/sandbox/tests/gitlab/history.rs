//! Lists are what git lists.

use serde_json::Value;

use crate::client::{get, send};
use crate::fixture::Fixture;
use repin_sandbox::BEN;
use repin_sandbox::gitlab::{Kind, Reach, Scope, Token};

/// Every element of a list, page by page, by one of its fields.
fn walk(mut url: String, field: &str, headers: &[(&str, &str)]) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..100 {
        let got = send("GET", &url, headers, "").expect("it answers");
        assert_eq!(got.status, 200, "{url}: {got:?}");
        let page = got.json();
        all.extend(
            page.as_array().expect("a list").iter().map(|value| value[field].as_str().unwrap_or_default().to_owned()),
        );
        match got.link("next") {
            Some(next) => url = next,
            None => return all,
        }
    }
    panic!("{url} does not end");
}

#[test]
fn commits_are_those_of_git_log() {
    let it = Fixture::new();
    let range = format!("{}..main", it.first);
    #[rustfmt::skip]
    let rows: &[(&str, String, Vec<&str>)] = &[
        ("the default branch", String::new(), vec!["main"]),
        ("a branch", "ref_name=feature%2Fside".to_owned(), vec!["feature/side"]),
        ("a range", format!("ref_name={}..main", it.first), vec![range.as_str()]),
        ("a path", "path=src/main.py".to_owned(), vec!["main", "--follow", "--", "src/main.py"]),
        ("a renamed path", "path=READ.md".to_owned(), vec!["main", "--follow", "--", "READ.md"]),
        ("a folder", "path=src".to_owned(), vec!["main", "--", "src"]),
        ("a path is no pattern", "path=src/*.py".to_owned(), vec!["main", "--", ":(literal)src/*.py"]),
        ("first parents", "first_parent=true".to_owned(), vec!["main", "--first-parent"]),
        ("topology", "order=topo".to_owned(), vec!["main", "--topo-order"]),
        ("everything", "all=true".to_owned(), vec!["--all"]),
        ("since", "since=2024-03-04T10:00:00%2B01:00".to_owned(), vec!["main", "--since=2024-03-04T10:00:00+01:00"]),
        ("by an author", "author=Ben".to_owned(), vec!["main", "--author=Ben"]),
    ];
    for (name, query, args) in rows {
        let mut expected = it.lines(&[&["log", "--format=%H"], &args[..]].concat());
        let mut found = walk(it.at(&format!("/repository/commits?per_page=2&{query}")), "id", &[]);
        if *name == "everything" {
            // Each page by itself is turned round.
            expected.sort();
            found.sort();
        }
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn trees_are_those_of_git_ls_tree() {
    let it = Fixture::new();
    let mut expected = it.lines(&["ls-tree", "-r", "-t", "--format=%(objectname) %(path)", "main"]);
    expected.sort();
    assert!(expected.len() > 140);
    for paging in ["pagination=keyset", "pagination=legacy"] {
        let url = it.at(&format!("/repository/tree?recursive=true&per_page=30&{paging}"));
        let (ids, paths) = (walk(url.clone(), "id", &[]), walk(url, "path", &[]));
        let mut found: Vec<_> = ids.iter().zip(paths).map(|(id, path)| format!("{id} {}", quoted(&path))).collect();
        found.sort();
        assert_eq!(found, expected, "{paging}");
    }
}

/// As git prints a path with bytes that are not ASCII.
fn quoted(path: &str) -> String {
    if path.is_ascii() {
        return path.to_owned();
    }
    let bytes =
        path.bytes().map(|byte| if byte.is_ascii() { (byte as char).to_string() } else { format!("\\{byte:o}") });
    format!("\"{}\"", bytes.collect::<String>())
}

#[test]
fn both_ways_through_the_tags_of_a_registry_meet_all() {
    let it = Fixture::new();
    it.server.add_token(Token {
        secret: "secret".to_owned(),
        kind: Kind::Personal,
        scopes: vec![Scope::ReadApi],
        projects: Reach::All,
        expired: false,
    });
    let url = it.at("/registry/repositories/1/tags?per_page=10");
    let tokens = [("private-token", "secret")];
    let by_page = walk(url.clone(), "name", &[]);
    let by_key = walk(format!("{url}&pagination=keyset"), "name", &tokens);
    let mut down = walk(format!("{url}&pagination=keyset&sort=desc"), "name", &tokens);
    down.reverse();
    assert_eq!(by_page.len(), 46);
    assert!(by_page.is_sorted());
    assert_eq!((&by_key, &down), (&by_page, &by_page));
    let seek = send("GET", &format!("{url}&pagination=keyset&last={}", by_page[40]), &tokens, "").expect("it answers");
    assert_eq!(seek.json().as_array().map(Vec::len), Some(5));
    it.server.set_version(repin_sandbox::gitlab::Version::V15);
    let old = send("GET", &format!("{url}&pagination=keyset"), &tokens, "").expect("it answers");
    assert_eq!((old.status, &old.json()["message"]), (405, &Value::from("405 Method Not Allowed")));
}

#[test]
fn changes_of_the_data_and_the_repository_show_at_once() {
    let it = Fixture::new();
    let count = |url: &str| get(url).json().as_array().map(Vec::len);
    let tags = it.at("/registry/repositories/2/tags");
    assert_eq!(count(&tags), Some(1));
    assert!(it.server.update(1, |project| project.images[1].tags.clear()));
    assert_eq!(count(&tags), Some(0));
    assert!(!it.server.update(7, |_| panic!("there is no such project")));
    let id = it.git.by(BEN, &["commit-tree", "main^{tree}", "-p", "main", "-m", "New"]).expect("git runs");
    it.git(&["update-ref", "refs/heads/main", &id]);
    assert_eq!(get(&it.at("/repository/commits/main")).json()["id"], Value::String(id));
}

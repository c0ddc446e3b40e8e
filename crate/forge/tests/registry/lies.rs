//! Servers that lie, or are none.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use pollster::block_on;
use repin_forge::http::Limits;
use repin_forge::registry::{Registry, digest_of};

use crate::wire::{Wire, answer};

const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

fn registry(wire: &Wire) -> Registry<Wire, ()> {
    Registry::new(wire.clone(), "registry.example.org", (), Limits::default()).unwrap()
}

/// The pages of a list, by the number in `last=`.
fn pages(page: impl Fn(usize) -> (Vec<String>, Option<String>) + 'static) -> Wire {
    Wire::new(move |_, request| {
        let at = request.url.split_once("last=").map_or(0, |(_, number)| number.parse().unwrap());
        let (tags, next) = page(at);
        let body = serde_json::json!({ "name": "group/name", "tags": tags }).to_string();
        let link = next.map(|next| format!("<{next}>; rel=\"next\""));
        let headers: Vec<(&str, &str)> = link.iter().map(|link| ("Link", link.as_str())).collect();
        answer(200, &headers, &body)
    })
}

#[test]
fn lists_of_many_pages() {
    let next = |at: usize| Some(format!("/v2/group/name/tags/list?n=2&last={at}"));
    for (name, wire, expected) in [
        ("three", pages(move |at| (vec![format!("t{at}")], if at < 2 { next(at + 1) } else { None })), Ok((3, None))),
        ("without tags", Wire::new(|_, _| answer(200, &[], r#"{"name":"group/name","tags":null}"#)), Ok((0, None))),
        ("the same again and again", pages(move |_| (vec!["t".to_owned()], next(1))), Ok((1, Some("no-answer")))),
        ("ever more", pages(move |at| (vec![format!("t{at}")], next(at + 1))), Ok((30, Some("search-limit")))),
        (
            "that go on elsewhere",
            pages(|_| (vec!["t".to_owned()], Some("https://evil.example/v2/x?last=1".to_owned()))),
            Err(
                "GET https://registry.example.org/v2/group/name/tags/list gave no answer of a registry: its next page would be elsewhere: https://evil.example/v2/x?last=1",
            ),
        ),
        (
            "with names that are none",
            pages(|_| (["good", "a b", "../x", "\u{1b}[31m", ""].map(str::to_owned).to_vec(), None)),
            Ok((1, None)),
        ),
        (
            "of a registry that is elsewhere",
            Wire::new(|_, _| answer(302, &[("Location", "https://other.example/v2/group/name/tags/list")], "")),
            Err(
                "GET https://registry.example.org/v2/group/name/tags/list: https://registry.example.org sends its callers to https://other.example, where nothing is asked; if the registry is there, name the images by that host",
            ),
        ),
        (
            "of a web page",
            Wire::new(|_, _| answer(200, &[], "<html>")),
            Err(
                "GET https://registry.example.org/v2/group/name/tags/list gave no answer of a registry: it is no list of tags: expected value at line 1 column 1",
            ),
        ),
        (
            "of a server that is none",
            Wire::new(|_, _| answer(404, &[], "<html>Not found")),
            Err("GET https://registry.example.org/v2/group/name/tags/list answered 404, and says no more"),
        ),
        (
            "of nothing",
            Wire::new(|_, _| answer(404, &[], r#"{"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]}"#)),
            Ok((0, None)),
        ),
        (
            "that end in an error",
            Wire::new(|number, _| match number {
                0 => answer(200, &[("Link", "</v2/x?last=1>; rel=next")], r#"{"tags":["a"]}"#),
                _ => answer(404, &[], r#"{"errors":[{"code":"NAME_UNKNOWN","message":"unknown"}]}"#),
            }),
            Err("GET https://registry.example.org/v2/x answered 404: unknown"),
        ),
        (
            "that are refused in large pages",
            Wire::new(|_, request| {
                let refused = r#"{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}"#;
                if request.url.ends_with("n=100") {
                    answer(200, &[], r#"{"tags":["a"]}"#)
                } else {
                    answer(400, &[], refused)
                }
            }),
            Ok((1, None)),
        ),
    ] {
        let listed = block_on(registry(&wire).tags("group/name"));
        let shown = match &listed {
            Ok(images) => Ok((images.tags.len(), images.cut_off.as_ref().map(|reason| &*reason.code))),
            Err(error) => Err(error.to_string()),
        };
        assert_eq!(shown, expected.map_err(str::to_owned), "{name}");
    }
}

#[test]
fn manifests_that_are_not_what_they_say() {
    let body = r#"{"schemaVersion":2}"#;
    let digest = digest_of("sha256", body.as_bytes()).unwrap();
    let long = digest_of("sha512", body.as_bytes()).unwrap();
    let other = digest_of("sha256", b"other").unwrap();
    let of = |digest: &str, kind: &str| {
        let (digest, kind) = (digest.to_owned(), kind.to_owned());
        Wire::new(move |_, _| answer(200, &[("Docker-Content-Digest", &digest), ("Content-Type", &kind)], body))
    };
    let what = "GET https://registry.example.org/v2/group/name/manifests/";
    for (name, wire, reference, expected) in [
        ("right", of(&digest, OCI), "a", Ok(digest.clone())),
        ("with a parameter", of(&digest, &format!("{OCI}; charset=utf-8")), "a", Ok(digest.clone())),
        ("right by digest", of(&digest, OCI), &*digest, Ok(digest.clone())),
        ("by a longer digest", of(&long, OCI), "a", Ok(long.clone())),
        (
            "without a digest",
            Wire::new(move |_, _| answer(200, &[("Content-Type", OCI)], body)),
            "a",
            Ok(digest.clone()),
        ),
        (
            "a wrong header",
            of(&other, OCI),
            "a",
            Err(format!("registry.example.org/group/name:a should have the digest {other}, and has {digest}")),
        ),
        (
            "other bytes",
            of(&other, OCI),
            &*other,
            Err(format!("registry.example.org/group/name@{other} should have the digest {other}, and has {digest}")),
        ),
        (
            "a digest that nobody can check",
            of("sha3:00", OCI),
            "a",
            Err(format!("{what}a gave no answer of a registry: its digest is one of sha3, which cannot be checked")),
        ),
        (
            "a web page",
            of(&digest, "text/html"),
            "a",
            Err(format!("{what}a gave no answer of a registry: it is text/html, and no manifest of an image")),
        ),
        (
            "an old form",
            of(&digest, "application/vnd.docker.distribution.manifest.v1+prettyjws"),
            "a",
            Err(format!(
                "{what}a gave no answer of a registry: it is application/vnd.docker.distribution.manifest.v1+prettyjws, and no manifest of an image"
            )),
        ),
        (
            "nowhere",
            Wire::new(|_, _| answer(404, &[], "<html>")),
            "a",
            Err(format!("{what}a answered 404, and says no more")),
        ),
    ] {
        let found = block_on(registry(&wire).manifest("group/name", reference));
        let found = found.map(|found| found.unwrap().digest).map_err(|error| error.to_string());
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn heads_that_say_too_little() {
    let body = r#"{"schemaVersion":2}"#;
    let digest = digest_of("sha256", body.as_bytes()).unwrap();
    let there = digest.clone();
    // A server that says nothing of a registry in the head of a 404 is asked again.
    for (name, wire, expected, requests) in [
        (
            "no digest",
            Wire::new(move |number, _| match number {
                0 => answer(200, &[("Content-Type", OCI)], ""),
                _ => answer(200, &[("Content-Type", OCI), ("Docker-Content-Digest", &there)], body),
            }),
            Ok(Some(digest.clone())),
            2,
        ),
        (
            "no word of a registry",
            Wire::new(|number, _| match number {
                0 => answer(404, &[], ""),
                _ => answer(404, &[], r#"{"errors":[{"code":"MANIFEST_UNKNOWN"}]}"#),
            }),
            Ok(None),
            2,
        ),
        (
            "a registry's word",
            Wire::new(|_, _| answer(404, &[("Docker-Distribution-Api-Version", "registry/2.0")], "")),
            Ok(None),
            1,
        ),
        (
            "no registry",
            Wire::new(|_, _| answer(404, &[], "")),
            Err("GET https://registry.example.org/v2/group/name/manifests/a answered 404, and says no more".to_owned()),
            2,
        ),
    ] {
        let found = block_on(registry(&wire).head("group/name", "a"));
        let found = found.map(|found| found.map(|found| found.digest)).map_err(|error| error.to_string());
        assert_eq!((found, wire.sent().len()), (expected, requests), "{name}");
    }
}

/// A server whose one answer never ends.
fn endless() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {OCI}\r\nContent-Length: 1073741824\r\n\r\n");
            let _ = stream.write_all(head.as_bytes());
            let piece = vec![b' '; 1 << 16];
            while stream.write_all(&piece).is_ok() {}
        }
    });
    host
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let registry = Registry::new(Wire::open(), &endless(), (), Limits::default()).unwrap();
    let manifest = block_on(registry.manifest("group/name", "a")).unwrap_err().to_string();
    assert!(manifest.ends_with("the answer is longer than 4194304 bytes"), "{manifest}");
    let tags = block_on(registry.tags("group/name")).unwrap_err().to_string();
    assert!(tags.ends_with("the answer is longer than 33554432 bytes"), "{tags}");
}

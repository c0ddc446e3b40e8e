//! What goes wrong goes wrong as asked.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{get, send};
use crate::fixture::Fixture;
use repin_sandbox::gitlab::{Fault, FaultKind, Throttle};

const COMMITS: &str = "/repository/commits?per_page=3";

fn with(kind: FaultKind) -> Fixture {
    let it = Fixture::new();
    it.server.fault(Fault::new(kind).on("/repository/commits"));
    it
}

#[test]
fn the_rate_limiter_says_when_to_come_again() {
    let it = with(FaultKind::RateLimited { retry_after: 7 });
    let got = get(&it.at(COMMITS));
    assert_eq!((got.status, got.header("retry-after")), (429, Some("7")));
    assert_eq!(got.header("content-type"), Some("text/plain"));
    assert_eq!(got.body, b"Retry later\n");
    for name in ["limit", "name", "observed", "remaining", "reset", "resettime"] {
        assert!(got.header(&format!("ratelimit-{name}")).is_some(), "{name}");
    }
    assert_eq!(get(&it.at("")).status, 200, "only where it was asked for");
}

#[test]
fn the_application_says_only_that_it_is_too_much() {
    let it = with(FaultKind::ApplicationLimit);
    let got = get(&it.at(COMMITS));
    assert_eq!((got.status, got.header("retry-after")), (429, None));
    assert!(got.json()["message"]["error"].is_string());
}

#[test]
fn html_comes_in_place_of_json() {
    for (kind, status) in
        [(FaultKind::Html(502), 502), (FaultKind::Html(503), 503), (FaultKind::HtmlInsteadOfJson, 200)]
    {
        let got = get(&with(kind).at(COMMITS));
        assert_eq!((got.status, got.header("content-type")), (status, Some("text/html; charset=utf-8")));
        assert!(got.body.starts_with(b"<!DOCTYPE html>"));
    }
}

#[test]
fn connections_are_cut() {
    let it = with(FaultKind::CutBeforeHeaders);
    assert!(send("GET", &it.at(COMMITS), &[], "").is_err());
    assert_eq!(it.server.log()[0].status, 0);
    it.server.clear_faults();
    let whole = get(&it.at(COMMITS));
    it.server.fault(Fault::new(FaultKind::CutInBody));
    let got = get(&it.at(COMMITS));
    assert_eq!(got.header("content-length"), Some(whole.body.len().to_string().as_str()));
    assert!(got.cut && whole.body.starts_with(&got.body) && got.body.len() == whole.body.len() / 2, "{got:?}");
}

#[test]
fn bodies_come_slowly() {
    let it = with(FaultKind::Drip { bytes: 100, pause: Duration::from_millis(3) });
    let got = get(&it.at(COMMITS));
    let entry = &it.server.log()[0];
    assert_eq!(entry.sent_bytes, got.body.len() as u64);
    let pauses = u32::try_from(got.body.len() / 100).expect("it is short");
    assert!(entry.ended >= entry.started + Duration::from_millis(3) * pauses, "{entry:?}");
    assert!(got.json().is_array());
}

#[test]
fn answers_come_late() {
    let it = with(FaultKind::Latency(Duration::from_millis(40)));
    it.server.fault(Fault::new(FaultKind::Latency(Duration::from_millis(30))));
    get(&it.at(COMMITS));
    let entry = &it.server.log()[0];
    assert!(entry.ended >= entry.started + Duration::from_millis(70), "latencies add up: {entry:?}");
}

#[test]
fn shapes_change() {
    let it = with(FaultKind::WrongShape);
    assert!(get(&it.at(COMMITS)).json().is_object());
    assert!(get(&it.at("/repository/commits/main")).json().is_array());
    assert_eq!(get(&it.at("/repository/commits/nope")).json()["message"], "404 Commit Not Found");
}

#[test]
fn pages_do_not_end() {
    let it = with(FaultKind::EndlessPages);
    let first = get(&it.at(COMMITS));
    let mut next = first.link("next").expect("there is always a next page");
    for _ in 0..20 {
        let page = get(&next);
        assert!(page.json().as_array().is_some_and(|page| !page.is_empty()), "{page:?}");
        assert!(page.header("x-next-page").is_some());
        next = page.link("next").expect("there is always a next page");
    }
    assert!(next.contains("page=22"), "{next}");
}

#[test]
fn answers_are_too_large_and_still_json() {
    for (path, field) in [(COMMITS, "/0/id"), ("/repository/commits/main", "/id")] {
        let it = with(FaultKind::Oversized(3_000_000));
        let got = get(&it.at(path));
        assert!(got.body.len() > 3_000_000);
        assert_eq!(got.header("content-length"), None);
        assert!(got.json().pointer(field).is_some_and(Value::is_string));
    }
}

#[test]
fn graphql_has_errors_with_200() {
    let it = Fixture::new();
    it.server.fault(Fault::new(FaultKind::GraphqlErrors("Timeout".to_owned())));
    let url = format!("{}/api/graphql", it.server.url());
    let got = send("POST", &url, &[], &json!({ "query": "{ currentUser { id } }" }).to_string()).expect("it answers");
    assert_eq!((got.status, &got.json()["errors"][0]["message"]), (200, &json!("Timeout")));
    assert_eq!(get(&it.at("")).status, 200);
}

#[test]
fn redirects_lead_away() {
    let got = get(&with(FaultKind::Redirect("http://127.0.0.1:1/elsewhere".to_owned())).at(COMMITS));
    assert_eq!((got.status, got.header("location")), (302, Some("http://127.0.0.1:1/elsewhere")));
}

#[test]
fn faults_end() {
    let it = Fixture::new();
    it.server.fault(Fault::new(FaultKind::Html(502)).on("/repository/commits").first(2));
    let statuses: Vec<_> = (0..4).map(|_| get(&it.at(COMMITS)).status).collect();
    assert_eq!(statuses, [502, 502, 200, 200]);
}

#[test]
fn a_limiter_counts() {
    let it = Fixture::new();
    let get = || get(&it.at(""));
    assert_eq!(get().header("ratelimit-remaining"), None, "it is off at first");
    it.server.throttle(Some(Throttle { requests: 3, period: Duration::from_hours(1) }));
    for (status, remaining, observed) in
        [(200, "2", "1"), (200, "1", "2"), (200, "0", "3"), (429, "0", "4"), (429, "0", "5")]
    {
        let got = get();
        let numbers = ["remaining", "observed", "limit"].map(|name| got.header(&format!("ratelimit-{name}")));
        assert_eq!((got.status, numbers), (status, [Some(remaining), Some(observed), Some("3")]));
        let wait = got.header("retry-after").map(|seconds| seconds.parse::<u64>().expect("a number"));
        assert_eq!(wait.is_some(), status == 429);
        assert!(wait.is_none_or(|wait| wait > 3500 && wait <= 3600), "{wait:?}");
    }
    it.server.throttle(Some(Throttle { requests: 1, period: Duration::ZERO }));
    assert_eq!([get().status, get().status], [200, 200], "each period begins anew");
    it.server.throttle(None);
    assert_eq!(get().status, 200);
}

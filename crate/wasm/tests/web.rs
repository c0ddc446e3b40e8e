//! The module where it runs: in Node, in a page, in a worker (`cargo xtask test` runs these in each).
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use js_sys::Function;
use repin_forge::http::{Method, Request, Transport as _, TransportError, Web};
use repin_wasm::glob::Glob;
use serde::Deserialize;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_test::wasm_bindgen_test;

/// What a `fetch` that is written in JavaScript lets a transport answer to a GET with these headers.
async fn sent(
    fetch: &str,
    headers: &[(&'static str, &str)],
    max_bytes: usize,
) -> Result<(u16, Vec<u8>, Option<String>), TransportError> {
    let web = Web::with_fetch(Function::new_with_args("request", fetch).unchecked_into());
    let request = Request {
        method: Method::Get,
        url: "https://gitlab.example.org/api/v4/projects/1?x=%20".to_owned(),
        headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        body: None,
        timeout: Duration::from_millis(300),
        max_bytes,
    };
    let answer = web.send(request).await?;
    Ok((answer.status, answer.body, answer.headers.get("X-Seen").map(str::to_owned)))
}

#[wasm_bindgen_test]
async fn answers_are_read_whole() {
    let fetch = "return Promise.resolve(new Response('grün', { status: 404, headers: { 'x-seen': request.url } }))";
    let (status, body, seen) = sent(fetch, &[], 100).await.unwrap();
    assert_eq!((status, body.as_slice()), (404, "grün".as_bytes()));
    assert_eq!(seen.as_deref(), Some("https://gitlab.example.org/api/v4/projects/1?x=%20"));
}

#[wasm_bindgen_test]
async fn requests_have_no_cookies_and_are_not_cached() {
    let fetch = "const { method, credentials, cache, redirect } = request;
        return Promise.resolve(new Response('', { headers: { 'x-seen': [method, credentials, cache, redirect].join() } }))";
    for (headers, redirect) in [
        (&[("Accept", "application/json")][..], "follow"),
        // What must not go elsewhere follows no redirect.
        (&[("PRIVATE-TOKEN", "secret")][..], "manual"),
        (&[("Authorization", "Bearer secret")][..], "manual"),
    ] {
        let (_, _, seen) = sent(fetch, headers, 100).await.unwrap();
        assert_eq!(seen.as_deref(), Some(format!("GET,omit,no-store,{redirect}").as_str()));
    }
}

#[wasm_bindgen_test]
async fn what_goes_wrong_is_told_apart() {
    let never = "return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(new Error('aborted'))))";
    let cut = "return Promise.resolve(new Response(new ReadableStream({
        pull(controller) { if (this.done) { controller.error(new Error('cut')) } else { this.done = true; controller.enqueue(new Uint8Array(7)) } } })))";
    let long = "return Promise.resolve(new Response(new ReadableStream({ pull(controller) { controller.enqueue(new Uint8Array(64)) } })))";
    assert_eq!(sent(never, &[], 100).await, Err(TransportError::TimedOut));
    assert_eq!(sent(cut, &[], 100).await, Err(TransportError::CutOff { received: 7 }));
    assert_eq!(sent(long, &[], 100).await, Err(TransportError::TooLarge { limit: 100 }));
    for (broken, says) in [
        ("throw new TypeError('no such host')", "no such host"),
        ("return Promise.reject(new Error('refused'))", "refused"),
        ("return Promise.reject('a text')", "no connection"),
    ] {
        match sent(broken, &[], 100).await {
            Err(TransportError::Unreachable { host, reason }) => {
                assert_eq!(host, "gitlab.example.org");
                assert!(reason.contains(says), "{reason}");
            }
            other => panic!("{broken}: {other:?}"),
        }
    }
    for nonsense in ["return undefined", "return 7", "return Promise.resolve({ status: 200 })"] {
        assert!(matches!(sent(nonsense, &[], 100).await, Err(TransportError::Other { .. })), "{nonsense}");
    }
    let fetch = "return Promise.resolve(new Response(''))";
    let split = sent(fetch, &[("PRIVATE-TOKEN", "two\r\nlines")], 100).await;
    assert!(matches!(split, Err(TransportError::Other { .. })), "{split:?}");
}

#[wasm_bindgen_test]
async fn a_redirect_is_named_and_the_token_stays() {
    // What a browser shows of a redirect that it does not follow; and, without the token, where it leads.
    let fetch = "if (request.headers.has('private-token')) {
            return Promise.resolve(Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' }));
        }
        const answer = new Response('');
        Object.defineProperty(answer, 'redirected', { value: true });
        return Promise.resolve(Object.defineProperty(answer, 'url', { value: 'https://elsewhere.example.org/x' }))";
    let web = Web::with_fetch(Function::new_with_args("request", fetch).unchecked_into());
    let answer = web
        .send(Request {
            method: Method::Get,
            url: "https://gitlab.example.org/api/v4".to_owned(),
            headers: vec![("PRIVATE-TOKEN", "secret".to_owned())],
            body: None,
            timeout: Duration::from_secs(1),
            max_bytes: 10,
        })
        .await
        .unwrap();
    assert_eq!((answer.status, answer.headers.get("location")), (307, Some("https://elsewhere.example.org/x")));
}

#[wasm_bindgen_test]
async fn time_goes_on() {
    let web = Web::new();
    let before = web.now();
    web.sleep(Duration::from_millis(20)).await;
    let passed = web.now().saturating_sub(before);
    assert!(passed >= Duration::from_millis(15), "{passed:?}");
    assert!(web.unix_seconds() > 1_700_000_000);
    assert!((0.0..1.0).contains(&web.chance()));
}

/// What Ruby answers: the module matches with another engine than the command.
#[derive(Deserialize)]
struct Table {
    rows: Vec<(String, String, bool)>,
}

#[wasm_bindgen_test]
fn patterns_are_rubys() {
    for text in
        [include_str!("../../core/tests/data/fnmatch.json"), include_str!("../../core/tests/data/fnmatch-extra.json")]
    {
        let table: Table = serde_json::from_str(text).unwrap();
        assert!(table.rows.len() > 100);
        for (pattern, path, matches) in table.rows {
            assert_eq!(Glob::new(&pattern).matches(&path), matches, "{pattern:?} {path:?}");
        }
    }
}

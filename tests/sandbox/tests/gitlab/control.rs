//! Tests in other languages can do what those in Rust can, and pages of the web cannot.

use std::sync::Arc;

use repin_sandbox::Git;
use repin_sandbox::gitlab::{CONTROL_HEADER, Control, Options, Project, Server};
use serde_json::{Value, json};

use crate::client::{Got, get, send};

/// A server with one project, and its control.
struct Controlled {
    server: Arc<Server>,
    control: Control,
    folder: std::path::PathBuf,
}

impl Drop for Controlled {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

impl Controlled {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("repin-control-{name}-{}", std::process::id()));
        let git = Git::init(&folder).expect("git runs");
        git.write("README.md", "Hello\n").and_then(|()| git.commit(repin_sandbox::ADA, "Start")).expect("git runs");
        let server = Arc::new(Server::start(Options::default()).expect("it starts"));
        server.add(Project { path: "ada/notes".into(), repository: folder.clone(), ..Project::default() });
        let control = Control::start(&server, 0).expect("it starts");
        Self { server, control, folder }
    }

    fn does(&self, method: &str, path: &str, body: &str) -> Got {
        let url = format!("{}{path}", self.control.url());
        send(method, &url, &[(CONTROL_HEADER, "test")], body).expect("it answers")
    }

    fn at(&self, rest: &str) -> String {
        format!("{}/api/v4/projects/ada%2Fnotes{rest}", self.server.url())
    }
}

#[test]
fn the_log_says_what_came_and_no_secret() {
    let it = Controlled::new("log");
    get(&it.at(""));
    send("GET", &it.at("/repository/tree"), &[("private-token", "hush")], "").expect("it answers");
    let got = it.does("GET", "/log", "");
    let path = |rest: &str| format!("/api/v4/projects/ada%2Fnotes{rest}");
    let expected = json!([
        { "method": "GET", "path": path(""), "status": 200, "token": false },
        { "method": "GET", "path": path("/repository/tree"), "status": 401, "token": true },
    ]);
    assert_eq!((got.status, got.json()), (200, expected));
    assert_eq!(it.does("DELETE", "/log", "").status, 200);
    assert_eq!(it.does("GET", "/log", "").json(), json!([]));
}

#[test]
fn faults_come_and_go() {
    let it = Controlled::new("faults");
    let fault = json!({ "kind": "rate-limited", "retry_after": 9, "path": "/repository", "first": 1 });
    assert_eq!(it.does("POST", "/faults", &fault.to_string()).status, 200);
    assert_eq!(get(&it.at("")).status, 200, "only where it was asked for");
    let got = get(&it.at("/repository/commits"));
    assert_eq!((got.status, got.header("retry-after")), (429, Some("9")));
    assert_eq!(get(&it.at("/repository/commits")).status, 200, "only the first");

    it.does("POST", "/faults", &json!({ "kind": "html", "status": 503 }).to_string());
    assert_eq!(get(&it.at("")).status, 503);
    it.does("DELETE", "/faults", "");
    assert_eq!(get(&it.at("")).status, 200);

    let got = it.does("POST", "/faults", r#"{"kind": "weather"}"#);
    assert_eq!(got.status, 400);
    assert!(got.json()["error"].as_str().is_some_and(|error| error.contains("weather")), "{got:?}");
}

#[test]
fn pushes_and_images_are_seen() {
    let it = Controlled::new("changes");
    let wanted = json!({ "project": "ada/notes", "title": "More", "files": { "a b.txt": "x\n" } });
    let got = it.does("POST", "/commits", &wanted.to_string());
    let head = get(&it.at("/repository/commits/main")).json();
    assert_eq!((got.status, &got.json()["commit"], &head["title"]), (200, &head["id"], &json!("More")));
    assert_eq!(get(&it.at("/repository/files/a%20b.txt/raw?ref=main")).body, b"x\n");
    assert_eq!(get(&it.at("/repository/files/README.md/raw?ref=main")).status, 200, "what was there stays");

    let tag = json!({ "project": "ada/notes", "tag": "abc1234" });
    assert_eq!(it.does("POST", "/tags", &tag.to_string()).status, 200);
    let images = get(&it.at("/registry/repositories?tags=true")).json();
    assert_eq!(images[0]["tags"][0]["name"], "abc1234");

    for (path, body) in
        [("/commits", json!({ "project": "no/such", "title": "", "files": {} })), ("/weather", Value::Null)]
    {
        assert_eq!(it.does("POST", path, &body.to_string()).status, 404, "{path}");
    }
}

#[test]
fn no_page_of_the_web_reaches_it() {
    let it = Controlled::new("pages");
    let log = format!("{}/log", it.control.url());
    let asks = |method: &str, headers: &[(&str, &str)]| send(method, &log, headers, "").expect("it answers");
    assert_eq!(asks("DELETE", &[]).status, 403, "a simple request has no such header");
    let preflight =
        asks("OPTIONS", &[("origin", "https://evil.example"), ("access-control-request-headers", CONTROL_HEADER)]);
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (403, None));
    // A name of somebody's own that is made to mean 127.0.0.1: then the page is of one origin with it.
    let url = it.control.url().replace("127.0.0.1", "localhost");
    let got = send("DELETE", &format!("{url}/log"), &[(CONTROL_HEADER, "test")], "");
    assert!(got.is_ok_and(|got| got.status == 403));
}

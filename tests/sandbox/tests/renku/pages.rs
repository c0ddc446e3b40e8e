//! The pages as the servers give them.

use serde_json::json;

use crate::client::{get, send};
use crate::fixture::Sandbox;

#[test]
fn pages_have_their_heading_and_their_files() {
    let sandbox = Sandbox::hostile("pages");
    let (two, legacy) = (sandbox.renku.url(), sandbox.renku.legacy_url());
    for (path, status, has) in [
        ("/p/ada/course", 200, "<h1 class=\"mb-0 text-break\" data-cy=\"project-name\">Data for everyone</h1>"),
        ("/p/ada/course", 200, "data-cy=\"version-info\"><a class=\"nav-link\" href=\"/help/release\">2.19.3</a>"),
        (
            "/p/ada/course/settings",
            200,
            "aria-current=\"page\" class=\"nav-link active\" href=\"/p/ada/course/settings\"",
        ),
        ("/p/ada/course/sessions/a/start", 200, "Loading…"),
        ("/p/nobody/nothing", 404, "<title>Page not found · Renku</title>"),
        ("/", 200, "<title>Projects · Renku</title>"),
    ] {
        let got = get(&format!("{two}{path}"));
        let body = String::from_utf8_lossy(&got.body).into_owned();
        assert!(got.status == status && body.contains(has), "{path}: {} {body}", got.status);
        assert!(!body.contains("session-launcher-item"), "launchers are the script's: {path}");
    }
    let page = get(&format!("{two}/p/eve/hostile")).body;
    assert!(!String::from_utf8_lossy(&page).contains("<img"), "texts are texts");
    for (base, page) in [(two, "/p/ada/course"), (legacy, "/projects/ada/course/sessions/new")] {
        let page = String::from_utf8_lossy(&get(&format!("{base}{page}")).body).into_owned();
        let files: Vec<_> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
        assert!(files.len() > 1, "{page}");
        for file in files {
            let got = get(&format!("{base}{file}"));
            let kind = if is_script(file) { "text/javascript; charset=utf-8" } else { "text/css; charset=utf-8" };
            assert_eq!((got.status, got.header("content-type")), (200, Some(kind)), "{file}");
            // Every module that it imports is there too.
            let text = String::from_utf8_lossy(&got.body).into_owned();
            for import in text.split('"').filter(|part| part.starts_with('.') && is_script(part)) {
                let module = beside(file, import);
                assert_eq!(get(&format!("{base}{module}")).status, 200, "{file} imports {module}");
            }
        }
        assert_eq!(get(&format!("{base}/assets/nothing.js")).status, 404);
    }
    let version = |base: &str| get(&format!("{base}/config.json")).json()["UI_VERSION"].clone();
    assert_eq!((version(two), version(legacy)), (json!("4.29.0"), json!("3.59.1")));
}

#[test]
fn both_names_of_loopback_are_theirs_and_no_other() {
    let sandbox = Sandbox::new("hosts");
    let port = sandbox.renku.url().rsplit(':').next().expect("it has a port").to_owned();
    for (host, status) in [("localhost", 200), ("127.0.0.1", 200), ("evil.example", 421)] {
        let url = format!("http://127.0.0.1:{port}/api/data/user");
        let got = raw(&url, &format!("{host}:{port}"));
        assert_eq!(got, status, "{host}");
    }
    assert_eq!(send("PUT", &format!("{}/p/ada/course", sandbox.renku.url()), &[], "").map(|got| got.status), Ok(405));
}

/// The path of a module that another one imports.
fn beside(file: &str, import: &str) -> String {
    let mut parts: Vec<_> = file.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn is_script(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, end)| end == "js")
}

/// The status of a GET with this header `Host`.
fn raw(url: &str, host: &str) -> u16 {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
    agent.get(url).header("host", host).call().expect("it answers").status().as_u16()
}

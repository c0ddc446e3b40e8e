//! A folder is served as a web server would: types, 404, and nothing beside it.
#![cfg(feature = "server")]

use std::fs;
use std::path::PathBuf;

use repin_sandbox::site::Site;
use ureq::Body;
use ureq::http::Response;

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

fn served(name: &str) -> (Folder, Site) {
    let folder = Folder(std::env::temp_dir().join(format!("repin-site-{name}-{}", std::process::id())));
    let site = folder.0.join("site");
    fs::create_dir_all(site.join("assets")).expect("it can be made");
    fs::write(folder.0.join("secret.txt"), "secret").expect("it can be written");
    for path in ["index.html", "assets/a.wasm", "assets/b.js", "assets/c.svg", "d.webmanifest", "assets/e.css"] {
        fs::write(site.join(path), path).expect("it can be written");
    }
    let served = Site::start(&site, 0).expect("it starts");
    (folder, served)
}

fn get(url: &str) -> Response<Body> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().new_agent();
    agent.get(url).call().expect("it answers")
}

#[test]
fn every_file_has_its_type() {
    let (_folder, site) = served("types");
    for (path, kind) in [
        ("/", "text/html"),
        ("/index.html", "text/html"),
        ("/?project=x", "text/html"),
        ("/assets/a.wasm", "application/wasm"),
        ("/assets/b.js", "text/javascript"),
        ("/assets/c.svg", "image/svg+xml"),
        ("/assets/e.css", "text/css"),
        ("/d.webmanifest", "application/manifest+json"),
    ] {
        let got = get(&format!("{}{path}", site.url()));
        let header = |name: &str| got.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((got.status().as_u16(), header("content-type")), (200, Some(kind)), "{path}");
        assert_eq!(header("cache-control"), Some("no-cache"), "{path}");
        assert_eq!(header("access-control-allow-origin"), Some("*"), "{path}");
        assert!(header("last-modified").is_some() && header("content-security-policy").is_none(), "{path}");
    }
}

#[test]
fn what_is_not_in_the_folder_is_not_served() {
    let (_folder, site) = served("outside");
    for path in
        ["/none", "/assets/none.js", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/assets/%2e%2e/%2e%2e/secret.txt"]
    {
        let mut got = get(&format!("{}{path}", site.url()));
        assert_eq!(got.status(), 404, "{path}");
        assert_eq!(got.body_mut().read_to_string().expect("it is text"), "", "{path}");
    }
    let gone = std::env::temp_dir().join("repin-site-that-is-not-there");
    assert!(Site::start(&gone, 0).is_err());
}

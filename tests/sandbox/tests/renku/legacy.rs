//! The legacy interface's services.

use serde_json::{Value, json};

use crate::client::{get, send};
use crate::fixture::{Sandbox, refused, text};

const PIN: &str = "registry.example.org/ada/course:1f58fae";

#[test]
fn an_image_that_is_not_there_is_swapped_without_a_word() {
    let sandbox = Sandbox::new("swap");
    let commit = text(
        &get(&format!("{}/api/v4/projects/ada%2Fspring/repository/commits/main~1", sandbox.gitlab.url())).json(),
        "id",
    )
    .to_owned();
    let start = |branch: &str, image: Option<&str>| {
        let mut body = json!({ "namespace": "ada", "project": "spring", "branch": branch, "commit_sha": commit });
        if let Some(image) = image {
            body["image"] = json!(image);
        }
        sandbox.legacy("POST", "/notebooks/servers", &body)
    };
    for (branch, asked, image, used) in [
        ("there", Some(PIN), PIN, "False"),
        ("public", Some("renku/renkulab-py:3.11-0.25.0"), "renku/renkulab-py:3.11-0.25.0", "False"),
        ("gone", Some("registry.example.org/ada/course:0000000"), "renku/singleuser:latest", "True"),
        ("the commit's", None, "registry.example.org/ada/spring:72dcd89", "False"),
    ] {
        let got = start(branch, asked);
        let json = got.json();
        let found = (got.status, text(&json, "image"), text(&json["annotations"], "renku.io/default_image_used"));
        assert_eq!(found, (201, image, used), "{branch}");
    }
    let again = start("there", Some("renku/renkulab-py:3.11-0.25.0"));
    assert_eq!((again.status, &again.json()["image"]), (200, &json!(PIN)), "the same session, whatever is asked for");
    let servers = sandbox.legacy("GET", "/notebooks/servers", &Value::Null).json();
    assert_eq!(servers["servers"].as_object().map(serde_json::Map::len), Some(4));
    let name = text(&again.json(), "name").to_owned();
    assert_eq!(servers["servers"][&name]["status"]["state"], "running");
    assert_eq!(sandbox.legacy("DELETE", &format!("/notebooks/servers/{name}"), &Value::Null).status, 204);

    let body = json!({ "namespace": "ada", "project": "spring", "commit_sha": "0".repeat(40) });
    let (status, message) = refused(&sandbox.legacy("POST", "/notebooks/servers", &body));
    assert!(status == 404 && message.contains("ada/spring:0000000"), "{message}");
    let body = json!({ "namespace": "no", "project": "such", "commit_sha": "0" });
    assert_eq!(refused(&sandbox.legacy("POST", "/notebooks/servers", &body)).0, 404);
    assert_eq!(refused(&sandbox.legacy("POST", "/notebooks/servers", &json!({}))).0, 422);
}

#[test]
fn the_pin_is_that_of_the_commit() {
    let sandbox = Sandbox::new("pin");
    let show = |project: &str, at: &str| {
        let url = format!("{}/{project}", sandbox.gitlab.url());
        sandbox.legacy("GET", &format!("/renku/10/config.show?git_url={url}&{at}"), &Value::Null)
    };
    let head = text(&get(&format!("{}/api/v4/projects/1/repository/commits/main", sandbox.gitlab.url())).json(), "id")
        .to_owned();
    for (project, at, image) in [
        ("ada/course", "branch=main", Some(PIN)),
        ("ada/course", &format!("commit_sha={head}"), Some(PIN)),
        ("ada/course", "commit_sha=1f58fae", None),
        ("ada/spring", "branch=main", None),
        ("ben/course", "branch=main", None),
    ] {
        let config = show(project, at).json()["result"]["config"].clone();
        assert_eq!(config["interactive.default_url"], "/lab", "{project} {at}");
        assert_eq!(config.get("interactive.image").and_then(Value::as_str), image, "{project} {at}");
    }
    assert_eq!(
        refused(&sandbox.legacy("GET", "/renku/10/config.show?git_url=https://example.org/a", &Value::Null)).0,
        404
    );
    for (image, status) in [(PIN, 200), ("registry.example.org/ada/drafts:1f58fae", 200), ("a/b:c", 404)] {
        assert_eq!(sandbox.legacy("GET", &format!("/notebooks/images?image_url={image}"), &Value::Null).status, status);
    }
}

#[test]
fn gitlab_is_behind_the_proxy_with_the_persons_token() {
    let sandbox = Sandbox::new("proxy");
    let got = sandbox.legacy("GET", "/projects/ada%2Fdrafts/repository/commits?per_page=2", &Value::Null);
    assert_eq!((got.status, got.header("x-next-page")), (200, Some("2")), "paging is passed on");
    let url = format!("{}/ui-server/api/projects/ada%2Fdrafts", sandbox.renku.legacy_url());
    let own = send("GET", &url, &[("private-token", "nonsense"), ("origin", "https://evil.example")], "");
    let own = own.expect("it answers");
    assert_eq!(
        (own.status, own.header("access-control-allow-origin")),
        (200, None),
        "a page's own token is not passed on"
    );
    assert_eq!(sandbox.legacy("POST", "/graphql", &json!({})).status, 404);
    assert_eq!(sandbox.gitlab.log(), [], "the log is that of browsers");
}

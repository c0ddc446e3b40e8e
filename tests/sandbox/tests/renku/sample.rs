//! What is there at the start is what its names say.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::client::{get, send};
use crate::fixture::{Sandbox, text};

/// The commit of a title in `ada/spring`.
fn commit(sandbox: &Sandbox, title: &str) -> String {
    let url = format!("{}/api/v4/projects/ada%2Fspring/repository/commits?per_page=100", sandbox.gitlab.url());
    let list = get(&url).json();
    let found = list.as_array().and_then(|list| list.iter().find(|commit| commit["title"] == title));
    text(found.unwrap_or_else(|| panic!("no {title} in {list}")), "id").to_owned()
}

#[test]
fn launchers_are_their_cases() {
    let sandbox = Sandbox::new("cases");
    let names: Vec<_> = sandbox
        .get(&format!("/projects/{}/session_launchers", sandbox.project("ada/course")))
        .as_array()
        .expect("it is a list")
        .iter()
        .map(|launcher| text(launcher, "name").to_owned())
        .collect();
    let expected = "Right, Stale, Older but right, Python, From code, By hand, Moved, Unknown tag, Job, From a folder";
    assert_eq!(names.join(", "), expected);
    let short = |title: &str| commit(&sandbox, title)[..7].to_owned();
    for (name, image) in [
        ("Right", Sandbox::image(&short("Week 7: Speed"))),
        ("Stale", Sandbox::image(&short("Horizontal bars"))),
        ("Older but right", Sandbox::image(&short("Use pyarrow"))),
        ("Moved", format!("registry.renkulab.io/ada/course:{}", short("Week 5: Functions"))),
    ] {
        assert_eq!(sandbox.launcher("ada/course", name)["environment"]["container_image"], json!(image), "{name}");
    }
    let head = get(&format!("{}/api/v4/projects/ada%2Fspring/repository/commits/main", sandbox.gitlab.url())).json();
    assert_eq!(
        head["parent_ids"],
        json!([commit(&sandbox, "Week 7: Speed")]),
        "the right image's commit is the one before"
    );
    let diff = format!("{}/api/v4/projects/ada%2Fspring/repository/commits/main/diff", sandbox.gitlab.url());
    let changed: Vec<_> =
        get(&diff).json().as_array().expect("it is a list").iter().map(|file| file["new_path"].clone()).collect();
    assert_eq!(changed, [json!(".renku/renku.ini")]);
}

#[test]
fn builds_tell_commits() {
    let sandbox = Sandbox::new("builds");
    for (launcher, newest, oldest) in
        [("From code", "Week 7: Speed", "Use pyarrow"), ("From a folder", "Week 5: Tests", "Horizontal bars")]
    {
        let environment = sandbox.launcher("ada/course", launcher)["environment"].clone();
        let builds = sandbox.get(&format!("/environments/{}/builds", text(&environment, "id")));
        let of = |place: usize| {
            (builds[place]["status"].clone(), builds[place]["result"]["repository_git_commit_sha"].clone())
        };
        assert_eq!(of(0), (json!("succeeded"), json!(commit(&sandbox, newest))), "{launcher}");
        assert_eq!(of(1), (json!("failed"), Value::Null), "{launcher}");
        assert_eq!(of(2), (json!("succeeded"), json!(commit(&sandbox, oldest))), "{launcher}");
        assert_eq!(builds[0]["result"]["image"], environment["container_image"], "{launcher}");
        assert!(text(&builds[0], "created_at") > text(&builds[2], "created_at"), "{launcher}");
        assert_eq!(builds[0]["result"]["repository_url"], environment["build_parameters"]["repository"]);
    }
}

#[test]
fn the_token_of_the_connection_opens_the_gitlab() {
    let sandbox = Sandbox::new("connection");
    let connections = sandbox.get("/oauth2/connections");
    let providers = sandbox.get("/oauth2/providers");
    assert_eq!((&connections[0]["provider_id"], &providers[0]["kind"]), (&json!("gitlab"), &json!("gitlab")));
    assert_eq!(providers[0]["url"], json!(sandbox.gitlab.url()));
    let token = sandbox.get(&format!("/oauth2/connections/{}/token", text(&connections[0], "id")));
    assert_eq!(token.get("refresh_token"), None);
    let bearer = format!("Bearer {}", text(&token, "access_token"));
    let drafts = format!("{}/api/v4/projects/ada%2Fdrafts", sandbox.gitlab.url());
    assert_eq!(get(&drafts).status, 404);
    assert_eq!(send("GET", &drafts, &[("authorization", &bearer)], "").map(|got| got.status), Ok(200));

    let repository =
        |url: &str| sandbox.get(&format!("/repository?url={}", utf8_percent_encode(url, NON_ALPHANUMERIC)));
    let drafts = format!("{}/ada/drafts.git", sandbox.gitlab.url());
    for (url, status, provider) in [
        (drafts.as_str(), "valid", Some("gitlab")),
        (&format!("{}/nobody/nothing.git", sandbox.gitlab.url()), "invalid", Some("gitlab")),
        ("https://github.com/example/analysis.git", "valid", Some("github")),
        ("https://git.example.org/a.git", "unknown", None),
    ] {
        let found = repository(url);
        assert_eq!((&found["status"], found["provider"]["id"].as_str()), (&json!(status), provider), "{url}");
    }
}

#[test]
fn projects_are_their_cases() {
    let sandbox = Sandbox::hostile("projects");
    for (path, repositories, launchers) in [
        ("ada/two", 2, 2),
        ("ada/unbuilt", 1, 1),
        ("ada/members", 1, 2),
        ("ada/drafts", 1, 2),
        ("ada/github", 1, 1),
        ("ada/none", 0, 1),
        ("ada/empty", 1, 0),
        ("ada/many", 1, 50),
        ("ben/course", 1, 1),
        ("eve/hostile", 1, 5),
    ] {
        let id = sandbox.project(path);
        let project = sandbox.get(&format!("/projects/{id}"));
        let list = sandbox.get(&format!("/projects/{id}/session_launchers"));
        let count = |value: &Value| value.as_array().map(Vec::len);
        assert_eq!((count(&project["repositories"]), count(&list)), (Some(repositories), Some(launchers)), "{path}");
    }
    let got = sandbox.api("GET", "/namespaces/nobody/projects/nothing", &Value::Null);
    assert_eq!(got.status, 404);

    let id = sandbox.project("ben/course");
    let body = json!({ "name": "Mine", "namespace": "ada", "slug": "mine", "visibility": "public" });
    assert_eq!(sandbox.api("POST", &format!("/projects/{id}/copies"), &body).status, 201);
    let copy = sandbox.launcher("ada/mine", "Stale");
    let original = sandbox.launcher("ben/course", "Stale");
    assert_eq!(copy["environment"]["container_image"], original["environment"]["container_image"]);
    assert!(copy["id"] != original["id"] && copy["environment"]["id"] != original["environment"]["id"]);
}

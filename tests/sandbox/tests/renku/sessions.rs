//! Sessions, and the images that they are of.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::fixture::{Sandbox, refused, text};

#[test]
fn a_launcher_has_one_session_whose_image_stays() {
    let sandbox = Sandbox::new("one");
    let launcher = sandbox.launcher("ada/course", "Stale");
    let start = || sandbox.api("POST", "/sessions", &json!({ "launcher_id": launcher["id"] }));
    let first = start();
    assert_eq!(first.status, 201, "{first:?}");
    let first = first.json();
    assert_eq!((&first["status"]["state"], &first["image"]), (&json!("starting"), &json!(Sandbox::image("5b1b863"))));

    let at = format!("/session_launchers/{}", text(&launcher, "id"));
    sandbox.api("PATCH", &at, &json!({ "environment": { "container_image": Sandbox::image("72dcd89") } }));
    let second = start();
    let json = second.json();
    assert_eq!((second.status, &json["name"], &json["image"]), (200, &first["name"], &first["image"]));
    assert_eq!(json["status"]["state"], "running");

    let at = format!("/sessions/{}", text(&first, "name"));
    assert_eq!(sandbox.api("PATCH", &at, &json!({ "state": "hibernated" })).json()["status"]["state"], "hibernated");
    assert_eq!(start().json()["status"]["state"], "hibernated", "a paused one is one too");
    let resumed = sandbox.api("PATCH", &at, &json!({ "state": "running" })).json();
    assert_eq!(resumed["image"], first["image"], "it resumes on its own image");
    assert_eq!(refused(&sandbox.api("PATCH", &at, &json!({ "state": "gone" }))).0, 422);

    assert_eq!(sandbox.api("DELETE", &at, &Value::Null).status, 204);
    assert_eq!(refused(&sandbox.api("GET", &at, &Value::Null)).0, 404);
    assert_eq!(start().json()["image"], json!(Sandbox::image("72dcd89")), "the next one has the launcher's");
}

#[test]
fn starts_that_are_refused() {
    let sandbox = Sandbox::new("starts");
    let right = sandbox.launcher("ada/course", "Right")["id"].clone();
    let job = sandbox.launcher("ada/course", "Job")["id"].clone();
    for (name, body, status, says) in [
        ("nothing", json!({}), 422, "launcher_id: Field required"),
        ("no number", json!({ "launcher_id": "a" }), 422, "should match pattern"),
        (
            "none of that number",
            json!({ "launcher_id": "01HYJE99XEKWNKPYN8WRB6QA8Z" }),
            404,
            "Session launcher with id",
        ),
        ("a job without a number of its own", json!({ "launcher_id": job }), 422, "require a submission_id"),
        ("a session with arguments", json!({ "launcher_id": right, "job_args_override": ["a"] }), 422, "don't allow"),
        ("an unknown class", json!({ "launcher_id": right, "resource_class_id": 77 }), 404, "The resource class"),
    ] {
        let (found, message) = refused(&sandbox.api("POST", "/sessions", &body));
        assert!(found == status && message.contains(says), "{name}: {found} {message}");
    }
    assert_eq!(sandbox.get("/sessions"), json!([]));
    let got = sandbox.api("POST", "/sessions", &json!({ "launcher_id": job, "submission_id": "a" }));
    assert_eq!((got.status, &got.json()["session_type"]), (201, &json!("non-interactive")));
    assert_eq!(sandbox.get("/sessions?session_type=interactive"), json!([]));
    let moved = sandbox.launcher("ada/course", "Moved")["id"].clone();
    let got = sandbox.api("POST", "/sessions", &json!({ "launcher_id": moved }));
    assert_eq!((got.status, &got.json()["status"]["state"]), (201, &json!("failed")), "its image is not there");
}

#[test]
fn images_are_there_where_the_registry_or_the_world_has_them() {
    let sandbox = Sandbox::new("images");
    let built = text(&sandbox.launcher("ada/course", "From code")["environment"], "container_image").to_owned();
    let check = |image: &str| {
        let image = utf8_percent_encode(image, NON_ALPHANUMERIC);
        sandbox.api("GET", &format!("/sessions/images?image_url={image}"), &Value::Null)
    };
    for (image, there, provider) in [
        ("registry.example.org/ada/spring:72dcd89", true, true),
        ("registry.example.org/ada/spring:0000000", false, true),
        ("registry.example.org/ada/spring/sub:72dcd89", false, true),
        // Without a tag it is the latest.
        ("registry.example.org/ada/spring", true, true),
        // GitLab does not list these to everybody.
        ("registry.example.org/ada/members:72dcd89", true, true),
        ("registry.example.org/ada/drafts:72dcd89", true, true),
        ("registry.example.org/nobody/nothing:a", false, true),
        ("registry.renkulab.io/ada/course:3b2d1d7", false, false),
        ("renku/renkulab-py:3.10-0.24.0", true, false),
        ("renku/renkulab-py:no", false, false),
        (&built, true, false),
    ] {
        let got = check(image);
        let json = got.json();
        assert_eq!((got.status, &json["accessible"]), (200, &json!(there)), "{image}");
        assert_eq!(json.get("provider").is_some(), provider, "{image}");
        let platforms = there.then(|| json!([{ "os": "linux", "architecture": "amd64" }]));
        assert_eq!(json.get("platforms"), platforms.as_ref(), "{image}");
    }
    for image in ["<img src=x>", "a b", "registry.example.org/course:a"] {
        let (status, message) = refused(&check(image));
        assert!(status == 422 && message.starts_with("Cannot parse the image"), "{message}");
    }
    sandbox.control("POST", "/inaccessible", &json!({ "image": Sandbox::image("72dcd89") }));
    assert_eq!(check(&Sandbox::image("72dcd89")).json()["accessible"], json!(false));
}

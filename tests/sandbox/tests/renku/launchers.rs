//! What a launcher may become, and what not (renku-data-services, session/core.py).

use serde_json::{Value, json};

use crate::fixture::{Sandbox, refused, text};

/// The launcher's environment as a PATCH of it answers.
fn patched(sandbox: &Sandbox, name: &str, patch: &Value) -> Result<Value, (u16, String)> {
    let id = text(&sandbox.launcher("ada/course", name), "id").to_owned();
    let got = sandbox.api("PATCH", &format!("/session_launchers/{id}"), patch);
    if got.status == 200 { Ok(got.json()["environment"].clone()) } else { Err(refused(&got)) }
}

#[test]
fn patches_that_are_refused_change_nothing() {
    let sandbox = Sandbox::new("refused");
    let new = "registry.example.org/ada/spring:1f58fae";
    let image = |more: Value| {
        let mut environment = json!({ "container_image": new });
        for (name, value) in more.as_object().expect("it is an object") {
            environment[name] = value.clone();
        }
        json!({ "environment": environment })
    };
    for (name, launcher, patch, says) in [
        (
            "global without its kind",
            "Python",
            image(json!({})),
            "environment.environment_kind: Input should be 'custom'",
        ),
        (
            "global without a name",
            "Python",
            image(json!({ "environment_kind": "CUSTOM", "environment_image_source": "image" })),
            "name: Field required",
        ),
        (
            "global without a source",
            "Python",
            image(json!({ "environment_kind": "CUSTOM", "name": "a" })),
            "environment_image_source: Field required",
        ),
        ("build without its parameters", "From code", image(json!({})), "environment.build_parameters: Must be set"),
        (
            "image with a build's parameters",
            "Stale",
            image(json!({ "build_parameters": {} })),
            "environment.build_parameters: Must be null",
        ),
        (
            "image to build without parameters",
            "Stale",
            image(json!({ "environment_image_source": "build" })),
            "environment.build_parameters: Must be set",
        ),
        (
            "image to build of a strange builder",
            "Stale",
            image(json!({ "environment_image_source": "build", "build_parameters":
                { "repository": "a", "builder_variant": "python", "frontend_variant": "rstudio" } })),
            "Invalid combination: builder 'python' is not compatible with frontend 'rstudio'",
        ),
        ("custom to global without which", "Stale", image(json!({ "environment_kind": "GLOBAL" })), "environment.id"),
        ("a short image", "Stale", json!({ "environment": { "container_image": "a" } }), "at least 3 characters"),
        (
            "a long image",
            "Stale",
            json!({ "environment": { "container_image": "a".repeat(501) } }),
            "at most 500 characters",
        ),
        ("a number for an image", "Stale", json!({ "environment": { "container_image": 1 } }), "valid string"),
        ("a port too high", "Stale", image(json!({ "port": 65_400 })), "environment.full.port: Input should be less"),
        ("no command", "Stale", image(json!({ "command": [] })), "at least 1 item"),
        ("an unknown field", "Stale", json!({ "image": new }), "image: Extra inputs are not permitted"),
        ("an empty name", "Stale", json!({ "name": "" }), "name: String should have at least 1 character"),
        ("no object", "Stale", json!([]), "wrong type"),
    ] {
        let before = sandbox.launcher("ada/course", launcher);
        let (status, message) = patched(&sandbox, launcher, &patch).expect_err(name);
        assert!(status == 422 && message.contains(says), "{name}: {status} {message}");
        assert_eq!(sandbox.launcher("ada/course", launcher), before, "{name}");
    }
    for (name, patch, says) in [
        ("an unknown global environment", json!({ "environment": { "id": "01HYJE99XEKWNKPYN8WRB6QA8Z" } }), 404),
        ("an unknown class", json!({ "resource_class_id": 77 }), 404),
    ] {
        assert_eq!(patched(&sandbox, "Stale", &patch).expect_err(name).0, says, "{name}");
    }
    let own = text(&sandbox.launcher("ada/course", "Right")["environment"], "id").to_owned();
    let (status, message) =
        patched(&sandbox, "Stale", &json!({ "environment": { "id": own } })).expect_err("not global");
    assert!(status == 422 && message.contains("is not global"), "{message}");
}

#[test]
fn an_image_alone_is_enough_for_a_launcher_of_an_image() {
    let sandbox = Sandbox::new("minimal");
    let before = sandbox.launcher("ada/course", "Right");
    let new = Sandbox::image("839e73e");
    let after = patched(&sandbox, "Right", &json!({ "environment": { "container_image": new } })).expect("it is right");
    let mut expected = before["environment"].clone();
    expected["container_image"] = json!(new);
    assert_eq!(after, expected, "nothing else of it changes");
    let launcher = sandbox.launcher("ada/course", "Right");
    let rest = |launcher: &Value| {
        let mut launcher = launcher.clone();
        launcher["environment"] = Value::Null;
        launcher
    };
    assert_eq!(rest(&launcher), rest(&before), "nor of the launcher");

    let patch = json!({ "environment": { "command": null, "working_directory": "", "args": ["a"] }, "disk_storage": null,
                        "env_variables": [], "description": "Other" });
    let after = patched(&sandbox, "Right", &patch).expect("it is right");
    let gone = [after.get("command"), after.get("working_directory")];
    assert_eq!((gone, &after["args"]), ([None, None], &json!(["a"])));
    let launcher = sandbox.launcher("ada/course", "Right");
    assert_eq!((launcher.get("disk_storage"), launcher.get("env_variables")), (None, None));
    assert_eq!(launcher["description"], "Other");
}

#[test]
fn the_kind_of_an_environment_changes_as_in_renku() {
    let sandbox = Sandbox::new("kinds");
    let python = sandbox.launcher("ada/course", "Python")["environment"].clone();
    let own = json!({ "environment": { "environment_kind": "CUSTOM", "environment_image_source": "image", "name": "Mine",
                                       "container_image": "renku/renkulab-py:3.11-0.25.0" } });
    let after = patched(&sandbox, "Python", &own).expect("it is whole");
    assert!(after["id"] != python["id"] && after["environment_kind"] == "CUSTOM", "{after}");
    assert_eq!((&after["port"], &after["default_url"], &after["uid"]), (&json!(8080), &json!("/lab"), &json!(1000)));
    let list = sandbox.get("/environments");
    assert!(list.as_array().is_some_and(|list| list.contains(&python)), "the global one is as it was: {list}");
    let back = patched(&sandbox, "Python", &json!({ "environment": { "id": python["id"] } })).expect("it is global");
    assert_eq!(back, python);

    let image = json!({ "environment": { "environment_image_source": "image", "environment_kind": "CUSTOM",
                                         "container_image": "renku/renkulab-py:3.11-0.25.0" } });
    let after = patched(&sandbox, "From code", &image).expect("it is whole");
    assert_eq!((after.get("build_parameters"), &after["name"]), (None, &json!("From code")), "the build is lost");

    let build = json!({ "environment": { "environment_image_source": "build", "build_parameters":
        { "repository": "https://example.org/a.git", "builder_variant": "python", "frontend_variant": "jupyterlab" } } });
    let after = patched(&sandbox, "Stale", &build).expect("it is whole");
    assert_eq!((&after["container_image"], &after["port"]), (&json!("image:unknown-at-the-moment"), &json!(8888)));
    let context = json!({ "environment": { "build_parameters": { "context_dir": "a" }, "port": 1 } });
    let after = patched(&sandbox, "From a folder", &context).expect("it is a build's");
    assert_eq!(
        (&after["build_parameters"]["context_dir"], &after["port"]),
        (&json!("a"), &json!(8888)),
        "no other field"
    );
}

#[test]
fn new_launchers_are_first_and_whole() {
    let sandbox = Sandbox::new("new");
    let project = sandbox.project("ada/course");
    let post = |body: &Value| sandbox.api("POST", "/session_launchers", body);
    let environment = json!({ "environment_kind": "CUSTOM", "environment_image_source": "image", "name": "Copy",
                              "container_image": Sandbox::image("72dcd89"), "port": 8888, "command": ["sh"] });
    let body = json!({ "project_id": project, "name": "Copy", "environment": environment, "resource_class_id": 2,
                       "disk_storage": 9, "env_variables": [{ "name": "A", "value": "b" }] });
    let got = post(&body);
    assert_eq!(got.status, 201, "{got:?}");
    let made = got.json();
    for name in ["project_id", "name", "resource_class_id", "disk_storage", "env_variables"] {
        assert_eq!(made[name], body[name], "{name}");
    }
    for (name, value) in environment.as_object().expect("it is an object") {
        assert_eq!(&made["environment"][name], value, "{name}");
    }
    assert_eq!(made["launcher_type"], "interactive");
    let list = sandbox.get(&format!("/projects/{project}/session_launchers"));
    assert_eq!((&list[0], &list[1]["name"]), (&made, &json!("Right")), "the newest is first");
    assert_eq!(sandbox.get(&format!("/session_launchers/{}", text(&made, "id"))), made);

    let with = |name: &str, value: Value| {
        let mut body = body.clone();
        body[name] = value;
        body
    };
    for (name, body, says) in [
        ("no environment", json!({ "project_id": project, "name": "a" }), "environment: Field required"),
        (
            "no image",
            with(
                "environment",
                json!({ "name": "a", "environment_kind": "CUSTOM", "environment_image_source": "image" }),
            ),
            "environment.container_image: Field required",
        ),
        ("no number", with("project_id", json!("a")), "project_id: String should match pattern"),
        ("an image of its own", with("container_image", json!("a:b")), "Extra inputs are not permitted"),
        ("a strange type", with("launcher_type", json!("app")), "Input should be 'interactive' or 'non-interactive'"),
        ("a strange variable", with("env_variables", json!([{ "name": "1a" }])), "should match pattern"),
    ] {
        let (status, message) = refused(&post(&body));
        assert!(status == 422 && message.contains(says), "{name}: {status} {message}");
    }
    let other = with("project_id", json!("01HYJE99XEKWNKPYN8WRB6QA8Z"));
    assert_eq!(refused(&post(&other)).0, 404, "no such project");
}

#[test]
fn who_may_not_write_reads() {
    let sandbox = Sandbox::new("readers");
    let stale = sandbox.launcher("ben/course", "Stale");
    let at = format!("/session_launchers/{}", text(&stale, "id"));
    let permissions = sandbox.get(&format!("/projects/{}/permissions", text(&stale, "project_id")));
    assert_eq!(permissions, json!({ "write": false, "delete": false, "change_membership": false }));
    let patch = json!({ "environment": { "container_image": Sandbox::image("72dcd89") } });
    let new = json!({ "project_id": stale["project_id"], "name": "a", "environment": { "id": "a" } });
    for (method, path, body, status) in [
        ("PATCH", at.as_str(), &patch, 403),
        ("DELETE", &at, &Value::Null, 403),
        ("POST", "/session_launchers", &new, 404),
        // What is wrong is said first.
        ("PATCH", &at, &json!({ "name": "" }), 422),
    ] {
        assert_eq!(refused(&sandbox.api(method, path, body)).0, status, "{method} {body}");
    }
    assert_eq!(sandbox.launcher("ben/course", "Stale"), stale);
    sandbox.control("POST", "/permissions", &json!({ "project": "ben/course", "write": true }));
    assert_eq!(sandbox.api("PATCH", &at, &patch).status, 200);
    assert_eq!(sandbox.api("DELETE", &at, &Value::Null).status, 204);
    assert_eq!(refused(&sandbox.api("GET", &at, &Value::Null)).0, 404);
    assert_eq!(sandbox.api("DELETE", &at, &Value::Null).status, 204, "what is not there is as good as removed");
}

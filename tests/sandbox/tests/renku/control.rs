//! What tests do to it.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fixture::{Sandbox, text};

#[test]
fn the_log_has_every_request_to_both() {
    let sandbox = Sandbox::new("log");
    sandbox.api("GET", "/sessions?session_type=interactive", &Value::Null);
    sandbox.api("POST", "/sessions", &json!({ "launcher_id": "a" }));
    sandbox.legacy("GET", "/notebooks/version", &Value::Null);
    crate::client::get(&format!("{}/p/ada/course", sandbox.renku.url()));
    let entry = |server: &str, method: &str, path: &str, status: u16, body: Value| json!({ "server": server, "method": method, "path": path, "status": status, "body": body });
    let expected = json!([
        entry("renku", "GET", "/api/data/sessions?session_type=interactive", 200, Value::Null),
        entry("renku", "POST", "/api/data/sessions", 422, json!({ "launcher_id": "a" })),
        entry("renku-legacy", "GET", "/ui-server/api/notebooks/version", 200, Value::Null),
    ]);
    assert_eq!(sandbox.control("GET", "/log", &Value::Null).json(), expected);
    sandbox.control("DELETE", "/log", &Value::Null);
    assert_eq!(sandbox.control("GET", "/log", &Value::Null).json(), json!([]));
}

#[test]
fn what_others_do_is_done_and_taken_back() {
    let sandbox = Sandbox::new("others");
    let launcher = sandbox.launcher("ada/course", "Right");
    let id = text(&launcher, "id");
    let session = json!({ "launcher": id, "state": "hibernated", "image": "a/b:c" });
    let got = sandbox.control("POST", "/sessions", &session);
    assert_eq!((got.status, sandbox.get("/sessions")), (200, json!([got.json()])));
    let started = sandbox.api("POST", "/sessions", &json!({ "launcher_id": id }));
    assert_eq!((started.status, &started.json()["image"]), (200, &json!("a/b:c")), "it is the launcher's one session");

    let change = json!({ "environment": { "container_image": "a/b:d" } });
    let got = sandbox.control("POST", &format!("/launchers/{id}"), &change);
    assert_eq!(got.json()["environment"]["container_image"], "a/b:d", "{got:?}");
    let theirs = text(&sandbox.launcher("ben/course", "Stale"), "id").to_owned();
    assert_eq!(sandbox.control("POST", &format!("/launchers/{theirs}"), &change).status, 200, "others may");

    let made = sandbox.api(
        "POST",
        "/session_launchers",
        &json!({ "project_id": launcher["project_id"], "name": "New",
        "environment": { "id": sandbox.get("/environments")[0]["id"] } }),
    );
    let state = sandbox.control("GET", "/state", &Value::Null).json();
    let count = |name: &str, state: &Value| state[name].as_array().map(Vec::len);
    assert_eq!(count("sessions", &state), Some(1));
    assert!(state["launchers"].as_array().is_some_and(|list| list.contains(&made.json())), "{state}");
    assert!(state["projects"].as_array().is_some_and(|list| list.iter().any(|project| project["write"] == false)));

    sandbox.control("DELETE", "/state", &Value::Null);
    assert_eq!(sandbox.launcher("ada/course", "Right"), launcher);
    assert_eq!(sandbox.get("/sessions"), json!([]));
    let again = sandbox.api(
        "POST",
        "/session_launchers",
        &json!({ "project_id": launcher["project_id"], "name": "New",
        "environment": { "id": sandbox.get("/environments")[0]["id"] } }),
    );
    assert_ne!(again.json()["id"], made.json()["id"], "no two things have one number");
    for (path, body) in [("/permissions", json!({ "project": "no/such", "write": true })), ("/weather", Value::Null)] {
        assert_eq!(sandbox.control("POST", path, &body).status, 404, "{path}");
    }
    assert_eq!(sandbox.control("POST", "/sessions", &json!({ "launcher": id, "state": "gone" })).status, 400);
}

#[test]
fn faults_cut_before_and_after() {
    let sandbox = Sandbox::new("faults");
    let fault = |fault: Value| assert_eq!(sandbox.control("POST", "/faults", &fault).status, 200);
    let launcher = sandbox.launcher("ada/course", "Right");
    let start = || sandbox.try_api("POST", "/sessions", &json!({ "launcher_id": launcher["id"] }));
    let sessions = || sandbox.get("/sessions").as_array().map(Vec::len);

    fault(json!({ "kind": "cut-before-headers", "method": "POST", "path": "/sessions", "first": 1 }));
    assert!(start().is_err(), "it is cut");
    assert_eq!(sessions(), Some(0), "and nothing was done");
    fault(json!({ "kind": "cut-after", "method": "POST", "path": "/sessions", "first": 1 }));
    assert!(start().is_err(), "it is cut");
    assert_eq!(sessions(), Some(1), "and it was done");
    let log = sandbox.control("GET", "/log", &Value::Null).json();
    let cut = log.as_array().expect("it is a list").iter().filter(|entry| entry["status"] == 0).count();
    assert_eq!(cut, 2, "{log}");
    assert_eq!(start().map(|got| got.status), Ok(200), "only the first");

    fault(json!({ "kind": "status", "status": 503, "path": "/user" }));
    assert_eq!(sandbox.api("GET", "/user", &Value::Null).json()["error"]["code"], 1503);
    fault(json!({ "kind": "latency", "milliseconds": 60, "path": "/environments" }));
    let began = Instant::now();
    sandbox.get("/environments");
    assert!(began.elapsed() >= Duration::from_millis(60));
    sandbox.control("DELETE", "/faults", &Value::Null);
    assert_eq!(sandbox.api("GET", "/user", &Value::Null).status, 200);
    assert_eq!(sandbox.control("POST", "/faults", &json!({ "kind": "weather" })).status, 400);
}

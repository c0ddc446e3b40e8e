//! Comments on commits: who may write them, and in which forms they come back.

use serde_json::json;

use crate::client::{Got, send};
use crate::fixture::Fixture;
use repin_sandbox::gitlab::{Comment, Kind, Reach, Scope, Token};

fn ask(it: &Fixture, method: &str, secret: &str, path: &str, body: &str) -> Got {
    let headers: &[(&str, &str)] = if secret.is_empty() { &[] } else { &[("private-token", secret)] };
    send(method, &it.at(path), headers, body).expect("it answers")
}

fn fixture() -> Fixture {
    let it = Fixture::new();
    for (secret, scope, user) in [("ada", Scope::Api, 1), ("ben", Scope::Api, 2), ("reader", Scope::ReadApi, 1)] {
        it.server.add_token(Token {
            secret: secret.to_owned(),
            kind: Kind::Personal,
            scopes: vec![scope],
            projects: Reach::All,
            expired: false,
        });
        it.server.set_user(secret, user);
    }
    it
}

#[test]
fn comments_are_made_listed_edited_and_removed() {
    let it = fixture();
    let commit = format!("/repository/commits/{}", it.merge);
    let made = ask(&it, "POST", "ada", &format!("{commit}/comments"), r#"{"note":"first"}"#);
    assert_eq!((made.status, &made.json()["note"]), (201, &json!("first")));
    assert_eq!(made.json().get("id"), None, "the older form has no number");
    let made = ask(&it, "POST", "ben", &format!("{commit}/discussions"), "body=the+second");
    assert_eq!((made.status, &made.json()["notes"][0]["body"]), (201, &json!("the second")));

    let listed = ask(&it, "GET", "", &format!("{commit}/discussions?per_page=1"), "");
    assert_eq!(listed.json().as_array().map(Vec::len), Some(1));
    assert!(listed.link("next").is_some());
    let all = ask(&it, "GET", "", &format!("{commit}/discussions"), "").json();
    let at = |number: usize| {
        let (thread, note) = (&all[number]["id"], &all[number]["notes"][0]["id"]);
        format!("{commit}/discussions/{}/notes/{note}", thread.as_str().expect("a text"))
    };
    for (name, method, secret, path, body, status) in [
        ("its author edits", "PUT", "ada", at(0), r#"{"body":"edited"}"#, 200),
        ("with nothing", "PUT", "ada", at(0), "{}", 400),
        ("another user edits", "PUT", "ada", at(1), r#"{"body":"edited"}"#, 403),
        ("nobody edits", "PUT", "", at(0), r#"{"body":"edited"}"#, 401),
        ("without the scope", "PUT", "reader", at(0), r#"{"body":"edited"}"#, 403),
        ("without the scope, a new one", "POST", "reader", format!("{commit}/comments"), r#"{"note":"x"}"#, 403),
        ("nobody, a new one", "POST", "", format!("{commit}/comments"), r#"{"note":"x"}"#, 401),
        ("another user removes", "DELETE", "ben", at(0), "", 403),
        ("one that is not there", "DELETE", "ben", at(1).replace("/notes/", "/notes/9"), "", 404),
        ("its author removes", "DELETE", "ben", at(1), "", 204),
        (
            "a commit that is not there",
            "POST",
            "ada",
            "/repository/commits/0/comments".to_owned(),
            r#"{"note":"x"}"#,
            404,
        ),
    ] {
        assert_eq!(ask(&it, method, secret, &path, body).status, status, "{name}");
    }
    let left = Comment { id: 1, project: 1, commit: it.merge.clone(), author: 1, body: "edited".to_owned() };
    assert_eq!(it.server.comments(), [left]);
    let user = send("GET", &format!("{}/api/v4/user", it.server.url()), &[("private-token", "ben")], "");
    assert_eq!(user.expect("it answers").json()["id"], json!(2));
}

//! Who sees what, and how a refusal looks.

use serde_json::json;

use crate::client::{Got, send};
use crate::fixture::Fixture;
use repin_sandbox::gitlab::{Access, Kind, Project, Reach, Scope, Token, Version, Visibility};

fn fixture() -> Fixture {
    let it = Fixture::new();
    let repository = it.git.dir().to_owned();
    let images = it.server.project(1).expect("it was added").images.into_iter().map(|mut image| {
        image.id = 0;
        image
    });
    let private = it.server.add(Project {
        path: "group/private".to_owned(),
        repository,
        visibility: Visibility::Private,
        forked_from: Some(1),
        images: images.collect(),
        pipelines: it.server.project(1).expect("it was added").pipelines,
        ..Project::default()
    });
    assert_eq!(private, 2);
    let token = |secret: &str, kind, scopes: &[Scope], projects, expired| {
        it.server.add_token(Token { secret: secret.to_owned(), kind, scopes: scopes.to_vec(), projects, expired });
    };
    token("api", Kind::Personal, &[Scope::Api], Reach::All, false);
    token("read", Kind::Personal, &[Scope::ReadApi], Reach::All, false);
    token("files", Kind::Personal, &[Scope::ReadRepository], Reach::All, false);
    token("images", Kind::Personal, &[Scope::ReadRegistry], Reach::All, false);
    token("stranger", Kind::Personal, &[Scope::Api], Reach::Only(vec![]), false);
    token("project", Kind::Project, &[Scope::ReadApi], Reach::Only(vec![2]), false);
    token("oauth", Kind::OAuth, &[Scope::ReadApi], Reach::All, false);
    token("old", Kind::Personal, &[Scope::Api], Reach::All, true);
    token("job", Kind::Job, &[], Reach::Only(vec![2]), false);
    token("other-job", Kind::Job, &[], Reach::Only(vec![1, 2]), false);
    it
}

fn ask(it: &Fixture, method: &str, header: &str, secret: &str, path: &str) -> Got {
    let secret = if header == "authorization" { format!("Bearer {secret}") } else { secret.to_owned() };
    let headers = if header.is_empty() { vec![] } else { vec![(header, secret.as_str())] };
    send(method, &format!("{}/api/v4{path}", it.server.url()), &headers, "").expect("it answers")
}

const P: &str = "private-token";
const B: &str = "authorization";
const J: &str = "job-token";

#[test]
fn tokens_open_what_they_should() {
    let it = fixture();
    let registry = "/projects/2/registry/repositories";
    let file = "/projects/2/repository/files/Dockerfile?ref=main";
    let commits = "/projects/2/repository/commits";
    #[rustfmt::skip]
    let rows: &[(&str, &str, &str, &str, u16, &str)] = &[
        ("nobody, public", "", "", "/projects/1", 200, ""),
        ("nobody, private", "", "", "/projects/2", 404, "404 Project Not Found"),
        ("nobody, private, by path", "", "", "/projects/group%2Fprivate", 404, "404 Project Not Found"),
        ("an empty token is nobody", P, "", "/projects/2", 404, "404 Project Not Found"),
        ("a stranger", P, "stranger", "/projects/2", 404, "404 Project Not Found"),
        ("a stranger, public", P, "stranger", "/projects/1", 200, ""),
        ("a member", P, "read", "/projects/2", 200, ""),
        ("a member, as a bearer", B, "read", "/projects/2", 200, ""),
        ("a project's token", P, "project", "/projects/2", 200, ""),
        ("OAuth", B, "oauth", "/projects/2", 200, ""),
        ("OAuth in the wrong header", P, "oauth", "/projects/2", 401, "401 Unauthorized"),
        ("no such token", P, "nope", "/projects/1", 401, "401 Unauthorized"),
        ("an expired token", P, "old", "/projects/1", 401, "invalid_token"),
        ("files alone", P, "files", file, 200, ""),
        ("files alone, raw", P, "files", "/projects/2/repository/files/Dockerfile/raw?ref=main", 200, ""),
        ("files alone are no commits", P, "files", commits, 403, "insufficient_scope"),
        ("images alone", P, "images", registry, 403, "insufficient_scope"),
        ("a job, commits", J, "job", commits, 200, ""),
        ("a job, one commit", J, "job", "/projects/2/repository/commits/main", 200, ""),
        ("a job, files", J, "job", file, 200, ""),
        ("a job, images", J, "job", registry, 200, ""),
        ("a job, images of another project", J, "other-job", registry, 403, "403 Forbidden"),
        ("a job, trees are closed", J, "job", "/projects/2/repository/tree", 404, "404 Project Not Found"),
        ("a job, the project is closed", J, "job", "/projects/2", 404, "404 Project Not Found"),
        ("a job, what is public is open", J, "job", "/projects/1", 200, ""),
        ("a job token in another header", P, "job", commits, 401, "401 Unauthorized"),
        ("who", P, "read", "/user", 200, ""),
        ("who, nobody", "", "", "/user", 401, "401 Unauthorized"),
        ("the token itself", P, "images", "/personal_access_tokens/self", 200, ""),
        ("the version", P, "read", "/version", 200, ""),
    ];
    for (name, header, secret, path, status, says) in rows {
        let got = ask(&it, "GET", header, secret, path);
        assert_eq!(got.status, *status, "{name}: {got:?}");
        if !says.is_empty() {
            let value = got.json();
            let said = value.get("message").or(value.get("error")).expect("it says why");
            assert_eq!(said, says, "{name}");
        }
    }
    let refused = ask(&it, "GET", P, "files", commits).json();
    assert_eq!(refused["scope"], "api read_api");
    it.server.set_version(Version::V15);
    assert_eq!(ask(&it, "GET", J, "job", commits).status, 404, "job tokens read no commits in old versions");
}

#[test]
fn parts_can_be_closed() {
    let it = fixture();
    for (access, nobody, member) in
        [(Access::Enabled, 200, 200), (Access::Private, 403, 200), (Access::Disabled, 403, 403)]
    {
        it.server.update(1, |project| (project.container_registry, project.builds) = (access, access));
        for path in [
            "/projects/1/registry/repositories",
            "/projects/1/registry/repositories/1/tags",
            "/projects/1/pipelines",
            "/projects/1/jobs",
        ] {
            assert_eq!(ask(&it, "GET", "", "", path).status, nobody, "{access:?} {path}");
            assert_eq!(ask(&it, "GET", "private-token", "read", path).status, member, "{access:?} {path}");
        }
    }
}

#[test]
fn a_fork_says_where_it_is_from() {
    let it = fixture();
    let fork = ask(&it, "GET", "private-token", "read", "/projects/2").json();
    assert_eq!(fork["forked_from_project"]["path_with_namespace"], "group/sub/notes");
    it.server.update(1, |project| project.visibility = Visibility::Private);
    let fork = ask(&it, "GET", "private-token", "project", "/projects/2").json();
    assert_eq!(fork.get("forked_from_project"), None, "a parent that one may not see");
}

#[test]
fn a_job_can_be_run_again() {
    let it = fixture();
    let path = "/projects/2/jobs/1002/retry";
    for (name, header, secret, status) in [
        ("nobody", "", "", 404),
        ("reading is not enough", "private-token", "read", 403),
        ("a member", "private-token", "api", 201),
        ("only once", "private-token", "api", 403),
    ] {
        assert_eq!(ask(&it, "POST", header, secret, path).status, status, "{name}");
    }
    assert_eq!(ask(&it, "POST", "", "", "/projects/1/jobs/1002/retry").status, 401);
    let jobs = ask(&it, "GET", "private-token", "read", "/projects/2/pipelines/102/jobs").json();
    assert_eq!((&jobs[0]["status"], jobs.as_array().map(Vec::len)), (&json!("pending"), Some(1)));
}

#[test]
fn the_log_says_who_asked_what() {
    let it = fixture();
    it.server.clear_log();
    ask(&it, "GET", "private-token", "read", "/projects/2?x=1");
    ask(&it, "GET", "", "", "/projects/2");
    let log = it.server.log();
    assert_eq!(log.len(), 2);
    assert_eq!((log[0].method.as_str(), log[0].path_and_query.as_str()), ("GET", "/gitlab/api/v4/projects/2?x=1"));
    assert_eq!((log[0].status, log[0].had_auth, log[1].status, log[1].had_auth), (200, true, 404, false));
    assert!(log[0].sent_bytes > 500 && log[0].started <= log[0].ended && log[0].ended <= log[1].started);
}

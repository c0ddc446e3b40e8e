//! GraphQL: what exists, what it costs, what it gives.

use serde_json::{Value, json};

use crate::client::{Got, send};
use crate::fixture::Fixture;
use repin_sandbox::gitlab::{Kind, Reach, Scope, Token, Version};

fn post(it: &Fixture, secret: &str, query: &str, variables: &Value) -> Got {
    let bearer = format!("Bearer {secret}");
    let mut headers = vec![("content-type", "application/json")];
    if !secret.is_empty() {
        headers.push(("authorization", bearer.as_str()));
    }
    let body = json!({ "query": query, "variables": variables }).to_string();
    send("POST", &format!("{}/api/graphql", it.server.url()), &headers, &body).expect("it answers")
}

fn ask(it: &Fixture, query: &str) -> Value {
    let got = post(it, "", query, &json!({}));
    assert_eq!(got.status, 200, "{got:?}");
    got.json()
}

/// A query below the project.
fn project(inner: &str) -> String {
    format!("{{ project(fullPath: \"group/sub/notes\") {{ {inner} }} }}")
}

fn add(it: &Fixture, secret: &str, kind: Kind, scope: Scope, expired: bool) {
    it.server.add_token(Token { secret: secret.to_owned(), kind, scopes: vec![scope], projects: Reach::All, expired });
}

#[test]
fn fields_give_what_git_and_the_project_have() {
    let it = Fixture::new();
    let (first, merge, many) = (&it.first, &it.merge, &it.many);
    let oid = |path: &str| it.git(&["rev-parse", &format!("main:{path}")]);
    let parent = it.git(&["rev-parse", &format!("{merge}^1")]);
    #[rustfmt::skip]
    let rows: Vec<(&str, String, Value)> = vec![
        ("an id", "id fullPath".to_owned(), json!({ "id": "gid://gitlab/Project/1", "fullPath": "group/sub/notes" })),
        ("a name of its own", "number: id __typename".to_owned(), json!({ "number": "gid://gitlab/Project/1", "__typename": "Project" })),
        ("the root ref", "repository { rootRef empty exists }".to_owned(), json!({ "repository": { "rootRef": "main", "empty": false, "exists": true } })),
        ("blobs, but no folder, submodule or what is not there",
            r#"repository { blobs(paths: ["Dockerfile", "src", "module", "nope", "link"], first: 9) { nodes { path oid mode } } }"#.to_owned(),
            json!({ "repository": { "blobs": { "nodes": [
                { "path": "Dockerfile", "oid": oid("Dockerfile"), "mode": "100644" },
                { "path": "link", "oid": oid("link"), "mode": "120000" },
            ] } } })),
        ("a blob's text", r#"repository { blobs(paths: "requirements.txt", ref: "main", first: 1) { nodes { rawTextBlob size } } }"#.to_owned(),
            json!({ "repository": { "blobs": { "nodes": [{ "rawTextBlob": "numpy\n", "size": "6" }] } } })),
        ("a binary blob has none", r#"repository { blobs(paths: ["binary.dat"], first: 1) { nodes { rawTextBlob } } }"#.to_owned(),
            json!({ "repository": { "blobs": { "nodes": [{ "rawTextBlob": null }] } } })),
        ("blobs of a commit that no ref reaches", format!(r#"repository {{ blobs(paths: ["link"], ref: "{}", first: 1) {{ nodes {{ path }} }} }}"#, it.unreachable),
            json!({ "repository": { "blobs": { "nodes": [{ "path": "link" }] } } })),
        ("blobs of no commit", r#"repository { blobs(paths: ["link"], ref: "nope", first: 1) { nodes { path } } }"#.to_owned(),
            json!({ "repository": { "blobs": { "nodes": [] } } })),
        ("two refs at once", format!(r#"repository {{ a: blobs(paths: ["requirements.txt"], ref: "{first}", first: 1) {{ nodes {{ path }} }} b: blobs(paths: ["requirements.txt"], ref: "{merge}", first: 1) {{ nodes {{ path }} }} }}"#),
            json!({ "repository": { "a": { "nodes": [] }, "b": { "nodes": [{ "path": "requirements.txt" }] } } })),
        ("a tree", r#"repository { tree(path: "src", ref: "main") { trees { nodes { name } } blobs { nodes { name mode sha } } lastCommit { title } } }"#.to_owned(),
            json!({ "repository": { "tree": { "trees": { "nodes": [{ "name": "deep" }] }, "blobs": { "nodes": [{ "name": "main.py", "mode": "100755", "sha": oid("src/main.py") }] },
                "lastCommit": { "title": "Rename, link and submodule" } } } })),
        ("submodules of a tree", r"repository { tree { submodules { nodes { path sha } } } }".to_owned(),
            json!({ "repository": { "tree": { "submodules": { "nodes": [{ "path": "module", "sha": "1234567812345678123456781234567812345678" }] } } } })),
        ("the last commit of a file", r#"repository { tree(path: "Dockerfile") { lastCommit { sha } } }"#.to_owned(),
            json!({ "repository": { "tree": { "lastCommit": { "sha": first } } } })),
        ("a commit", r#"repository { commit(ref: "v1.0") { sha shortId parentSha title committedDate } }"#.to_owned(),
            json!({ "repository": { "commit": { "sha": merge, "shortId": &merge[..8], "parentSha": parent, "title": "Merge branch 'feature/side'", "committedDate": "2024-03-04T12:00:00+01:00" } } })),
        ("no commit", r#"repository { commit(ref: "nope") { sha } }"#.to_owned(), json!({ "repository": { "commit": null } })),
        ("commits of a path", r#"repository { commits(ref: "main", path: "Dockerfile", first: 5) { nodes { sha } } }"#.to_owned(),
            json!({ "repository": { "commits": { "nodes": [{ "sha": first }] } } })),
        ("the last commit of a path", r#"repository { lastCommit(ref: "main", path: "requirements.txt") { title } }"#.to_owned(),
            json!({ "repository": { "lastCommit": { "title": "Requirements" } } })),
        ("pipelines of a commit", format!(r#"pipelines(sha: "{many}", first: 10) {{ nodes {{ id status source beforeSha createdAt }} }}"#),
            json!({ "pipelines": { "nodes": [{ "id": "gid://gitlab/Ci::Pipeline/102", "status": "FAILED", "source": "push", "beforeSha": merge, "createdAt": "2024-03-05T00:55:02Z" }] } })),
        ("jobs", r"pipelines(first: 1) { nodes { jobs(first: 5) { nodes { id name status failureMessage stage { name } } } } }".to_owned(),
            json!({ "pipelines": { "nodes": [{ "jobs": { "nodes": [{ "id": "gid://gitlab/Ci::Build/1002", "name": "image_build", "status": "FAILED", "failureMessage": "script_failure", "stage": { "name": "build" } }] } }] } })),
        ("container repositories", "containerRepositories(first: 20) { nodes { id name path tagsCount } }".to_owned(),
            json!({ "containerRepositories": { "nodes": [
                { "id": "gid://gitlab/ContainerRepository/1", "name": "", "path": "group/sub/notes", "tagsCount": 46 },
                { "id": "gid://gitlab/ContainerRepository/2", "name": "dev", "path": "group/sub/notes/dev", "tagsCount": 1 },
            ] } })),
        ("container repositories by name", r#"containerRepositories(name: "dev", first: 1) { nodes { name } }"#.to_owned(),
            json!({ "containerRepositories": { "nodes": [{ "name": "dev" }] } })),
    ];
    for (name, inner, expected) in rows {
        let query = project(&inner);
        assert_eq!(ask(&it, &query), json!({ "data": { "project": expected } }), "{name}: {query}");
    }
}

#[test]
fn fragments_and_conditions_select() {
    let it = Fixture::new();
    let query = project("...ids ... on Project { path @skip(if: true) name @include(if: true) ... { archived } }");
    let query = format!("{query} fragment ids on Project {{ id repository {{ exists }} repository {{ empty }} }}");
    let expected = json!({
        "id": "gid://gitlab/Project/1", "name": "notes", "archived": false, "repository": { "exists": true, "empty": false },
    });
    assert_eq!(ask(&it, &query), json!({ "data": { "project": expected } }));
}

#[test]
fn what_the_instance_has_beside_projects() {
    let it = Fixture::new();
    add(&it, "secret", Kind::Personal, Scope::ReadApi, false);
    let tags = |first: u32| {
        format!(
            r#"{{ containerRepository(id: "gid://gitlab/ContainerRepository/1") {{ tags(first: {first}) {{ nodes {{ name }} pageInfo {{ hasNextPage endCursor }} }} }} }}"#
        )
    };
    let answer = ask(&it, &tags(100));
    let page = &answer["data"]["containerRepository"]["tags"];
    assert_eq!(page["nodes"].as_array().map(Vec::len), Some(20), "no page of tags is longer");
    let cursor = page["pageInfo"]["endCursor"].as_str().expect("there is more");
    let rest = format!(
        r#"{{ containerRepository(id: "gid://gitlab/ContainerRepository/1") {{ tags(first: 1, after: "{cursor}") {{ nodes {{ name digest }} edges {{ cursor node {{ name }} }} pageInfo {{ hasNextPage hasPreviousPage }} }} }} }}"#
    );
    let next = ask(&it, &rest);
    let next = &next["data"]["containerRepository"]["tags"];
    assert!(next["nodes"][0]["name"].as_str() > page["nodes"][19]["name"].as_str());
    assert_eq!(next["edges"][0]["node"]["name"], next["nodes"][0]["name"]);
    assert_eq!(next["pageInfo"], json!({ "hasNextPage": true, "hasPreviousPage": true }));
    let one = ask(
        &it,
        r#"{ containerRepository(id: "gid://gitlab/ContainerRepository/1") { tags(name: "lat", first: 5) { nodes { name createdAt } } } }"#,
    );
    assert_eq!(
        one["data"]["containerRepository"]["tags"]["nodes"],
        json!([{ "name": "latest", "createdAt": "2024-03-05T08:00:00.000+00:00" }])
    );

    let missing = ask(&it, r#"{ containerRepository(id: "gid://gitlab/ContainerRepository/9") { name } }"#);
    assert_eq!(missing["data"]["containerRepository"], Value::Null);
    assert!(
        missing["errors"][0]["message"]
            .as_str()
            .is_some_and(|message| message.contains("does not exist or you don't have permission"))
    );
    assert_eq!(ask(&it, r#"{ project(fullPath: "nope") { id } }"#), json!({ "data": { "project": null } }));
    assert_eq!(
        ask(&it, "{ currentUser { username } metadata { version } }"),
        json!({ "data": { "currentUser": null, "metadata": null } })
    );
    let known = post(&it, "secret", "{ currentUser { username } metadata { version } }", &json!({})).json();
    assert_eq!(known["data"]["metadata"]["version"], Version::V19.text());
}

#[test]
fn what_does_not_exist_is_refused_by_version() {
    let it = Fixture::new();
    let commits = project(r#"repository { commits(ref: "main", first: 1) { nodes { sha } } }"#);
    let of_path = project(r#"repository { commits(ref: "main", path: "x", first: 1) { nodes { sha } } }"#);
    let commit = project(r#"repository { commit(ref: "main") { sha } }"#);
    let last = project(r#"repository { lastCommit(path: "x", ref: "main") { sha } }"#);
    let old = project(
        r#"repository { blobs(paths: ["x"], first: 1) { nodes { oid } } tree { lastCommit { sha } } } pipelines(first: 1) { nodes { beforeSha } } containerRepositories(first: 1) { nodes { id } }"#,
    );
    let (no_commits, no_path) =
        ("Field 'commits' doesn't exist on type 'Repository'", "Field 'commits' doesn't accept argument 'path'");
    let (no_commit, no_last) =
        ("Field 'commit' doesn't exist on type 'Repository'", "Field 'lastCommit' doesn't exist on type 'Repository'");
    #[rustfmt::skip]
    let rows: &[(&str, &str, [&str; 3])] = &[
        ("old fields", &old, ["", "", ""]),
        ("commits", &commits, [no_commits, "", ""]),
        ("commits of a path", &of_path, [no_commits, no_path, ""]),
        ("a commit", &commit, [no_commit, no_commit, ""]),
        ("the last commit", &last, [no_last, no_last, ""]),
    ];
    for (name, query, expected) in rows {
        for (version, expected) in [Version::V15, Version::V17, Version::V19].into_iter().zip(expected) {
            it.server.set_version(version);
            let answer = ask(&it, query);
            assert_eq!(
                answer["errors"][0]["message"].as_str().unwrap_or_default(),
                *expected,
                "{name} {version:?}: {answer}"
            );
            assert_eq!(answer.get("data").is_none(), !expected.is_empty(), "{name} {version:?}: {answer}");
        }
    }
}

#[test]
fn blobs_of_an_expression_are_refused_by_the_newest() {
    let it = Fixture::new();
    let of = |name: &str| {
        let blobs =
            format!(r#"repository {{ blobs(paths: ["Dockerfile"], ref: "{name}", first: 1) {{ nodes {{ path }} }} }}"#);
        ask(&it, &project(&blobs))
    };
    let id = &it.first;
    for (version, refused) in [(Version::V15, false), (Version::V17, false), (Version::V19, true)] {
        it.server.set_version(version);
        for name in ["main~1", "main^", "v1.0^{commit}"] {
            let answer = of(name);
            assert_eq!(answer["errors"][0]["message"] == "Ref is not valid", refused, "{version:?} {name}: {answer}");
            assert_eq!(
                answer["data"]["project"]["repository"]["blobs"].is_null(),
                refused,
                "{version:?} {name}: {answer}"
            );
        }
        for name in ["main", "feature/side", "v1.0", "HEAD", "refs/heads/main", id, &id[..7]] {
            let answer = of(name);
            assert_eq!(
                answer["data"]["project"]["repository"]["blobs"]["nodes"][0]["path"], "Dockerfile",
                "{version:?} {name}: {answer}"
            );
        }
    }
}

#[test]
fn mistakes_are_told_as_gitlab_tells_them() {
    let it = Fixture::new();
    #[rustfmt::skip]
    let rows: &[(&str, String, &str)] = &[
        ("an unknown field", project("nope"), "Field 'nope' doesn't exist on type 'Project'"),
        ("an unknown argument", project("pipelines(shaa: \"x\") { nodes { id } }"), "Field 'pipelines' doesn't accept argument 'shaa'"),
        ("no argument", "{ project { id } }".to_owned(), "Field 'project' is missing required arguments: fullPath"),
        ("a wrong argument", project("pipelines(first: \"x\") { nodes { id } }"), "Argument 'first' on Field 'pipelines' has an invalid value (\"x\"). Expected type 'Int'."),
        ("no selection", project("repository"), "Field must have selections (field 'repository' returns Repository but has no selections. Did you mean 'repository { ... }'?)"),
        ("a selection of a leaf", project("id { x }"), "Selections can't be made on scalars (field 'id' returns ID but has selections)"),
        ("an undeclared variable", "{ project(fullPath: $path) { id } }".to_owned(), "Variable $path is used by query but not declared"),
        ("a missing variable", "query($path: ID!) { project(fullPath: $path) { id } }".to_owned(), "Variable $path of type ID! was provided invalid value"),
        ("an unknown fragment", project("...nope"), "Fragment nope was used, but not defined"),
        ("a fragment of another type", project("... on Tree { lastCommit { sha } }"), "Fragment on Tree can't be spread inside Project"),
        ("a fragment in itself", format!("{} fragment a on Project {{ ...a }}", project("...a")), "Fragment a contains an infinite loop"),
        ("nothing", " ".to_owned(), "No query string was present"),
    ];
    for (name, query, expected) in rows {
        let answer = ask(&it, query);
        assert_eq!(answer["errors"][0]["message"], *expected, "{name}");
        assert_eq!(answer.get("data"), None, "{name}");
    }
    let wrong = ask(&it, &project("nope"));
    assert_eq!(
        wrong["errors"][0],
        json!({
            "message": "Field 'nope' doesn't exist on type 'Project'",
            "locations": [{ "line": 1, "column": 42 }],
            "path": ["query", "project", "nope"],
            "extensions": { "code": "undefinedField", "typeName": "Project", "fieldName": "nope" },
        })
    );
    assert!(ask(&it, "{ project(").to_string().contains("arse error"));
    let long = project(&format!("id # {}\n", "x".repeat(10_000)));
    assert_eq!(post(&it, "", &long, &json!({})).status, 422);
}

/// The complexity of a query, as the refusal of a server with the limit 0 says it.
fn complexity(it: &Fixture, query: &str) -> u64 {
    let answer = ask(it, query);
    let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("{answer}"));
    let number = message
        .strip_prefix("Query has complexity of ")
        .and_then(|rest| rest.split_once(", which exceeds max complexity of 0"));
    number.and_then(|(number, _)| number.parse().ok()).unwrap_or_else(|| panic!("{message}"))
}

#[test]
fn queries_cost_what_the_facts_say() {
    let it = Fixture::with(repin_sandbox::gitlab::Options { complexity: (0, 0), ..Default::default() });
    let five = r#"["a", "b", "c", "d", "e"]"#;
    #[rustfmt::skip]
    let rows: &[(&str, String, u64)] = &[
        // project costs its children and 1; repository 1 and its children
        ("a leaf", project("id"), 1 + 1),
        ("Gitaly", project("repository { rootRef }"), 1 + 1 + 2),
        ("blobs of five paths: (3 + 6 + 1) * 1.05 = 10", project(&format!("repository {{ blobs(paths: {five}, first: 5) {{ nodes {{ path oid }} }} }}")), 1 + 1 + 10),
        ("without first: 20", project(&format!("repository {{ blobs(paths: {five}) {{ nodes {{ path oid }} }} }}")), 1 + 1 + 20),
        ("a path more costs one more", project(r#"repository { blobs(paths: ["a"], first: 1) { nodes { path oid } } }"#), 1 + 1 + 6),
        ("pipelines", project("pipelines(first: 10) { nodes { id status } }"), 1 + 4), // (3 + 1) * 1.1 = 4.4
        ("pipelines of a commit: two more", project("pipelines(sha: \"x\", first: 10) { nodes { id status } }"), 1 + 6), // (3 + 3) * 1.1
        ("a tree's last commit: 10", project("repository { tree { lastCommit { sha } } }"), 1 + 1 + 2 + 11),
        ("container repositories", project("containerRepositories(first: 20) { nodes { id path location } }"), 1 + 6), // (4 + 1) * 1.2
        ("sorted: one more", project("containerRepositories(first: 20, sort: NAME_ASC) { nodes { id path location } }"), 1 + 7),
        ("tags: a page has 20", r#"{ containerRepository(id: "gid://gitlab/ContainerRepository/1") { tags { nodes { name } } } }"#.to_owned(), 1 + 3), // (2 + 1) * 1.2
        ("a tree's blobs ask Gitaly", project("repository { tree { blobs(first: 9) { nodes { sha path } } } }"), 1 + 1 + 2 + 5),
        ("a commit", project(r#"repository { commit(ref: "main") { sha } }"#), 1 + 1 + 3),
        ("a commit's title asks Gitaly", project(r#"repository { commit(ref: "main") { title } }"#), 1 + 1 + 4),
        ("what is skipped is free", project("id name @skip(if: true)"), 1 + 1),
    ];
    for (name, query, expected) in rows {
        assert_eq!(complexity(&it, query), *expected, "{name}");
    }
}

#[test]
fn limits_hold() {
    let it = Fixture::new();
    add(&it, "secret", Kind::Personal, Scope::ReadApi, false);
    let refs = |count: usize| {
        let one = |number| {
            format!(
                r#"r{number}: blobs(paths: ["a", "b", "c", "d", "e"], ref: "main", first: 5) {{ nodes {{ path oid }} }}"#
            )
        };
        project(&format!("repository {{ {} }}", (0..count).map(one).collect::<Vec<_>>().join(" ")))
    };
    // "~20 aliases fit in one request": 2 + 10 n.
    for (name, secret, count, message) in [
        ("anonymous, fits", "", 19, None),
        ("anonymous, too much", "", 20, Some("Query has complexity of 202, which exceeds max complexity of 200")),
        ("a user, fits", "secret", 24, None),
        ("a user, too much", "secret", 25, Some("Query has complexity of 252, which exceeds max complexity of 250")),
    ] {
        let got = post(&it, secret, &refs(count), &json!({}));
        let answer = got.json();
        assert_eq!((got.status, answer["errors"][0]["message"].as_str()), (200, message), "{name}");
    }
    let deep = (0..5).fold("id".to_owned(), |inner, _| {
        format!("pipelines(first: 1) {{ nodes {{ commit {{ {inner} }} }} }}").replace("commit { id }", "id")
    });
    let answer = ask(&it, &project(&deep));
    assert_eq!(answer["errors"][0]["message"], "Query has depth of 16, which exceeds max depth of 15");
}

#[test]
fn tokens_and_graphql() {
    let it = Fixture::new();
    add(&it, "read", Kind::Personal, Scope::ReadApi, false);
    add(&it, "files", Kind::Personal, Scope::ReadRepository, false);
    add(&it, "old", Kind::Personal, Scope::Api, true);
    add(&it, "job", Kind::Job, Scope::Api, false);
    for (secret, status) in [("", 200), ("read", 200), ("files", 401), ("old", 401), ("nope", 401)] {
        let got = post(&it, secret, &project("id"), &json!({}));
        assert_eq!(got.status, status, "{secret}: {got:?}");
        if status == 401 {
            assert_eq!(got.json(), json!({ "errors": [{ "message": "Invalid token" }] }));
        }
    }
    let url = format!("{}/api/graphql", it.server.url());
    let body = json!({ "query": project("id") }).to_string();
    assert_eq!(send("POST", &url, &[("job-token", "job")], &body).expect("it answers").status, 401);
    it.server.set_graphql(false);
    assert_eq!(post(&it, "read", &project("id"), &json!({})).status, 404);
}

#[test]
fn variables_have_values_and_defaults() {
    let it = Fixture::new();
    let query = "query blobs($path: ID!, $paths: [String!]!, $first: Int = 1) { project(fullPath: $path) { repository { \
                 blobs(paths: $paths, first: $first) { nodes { path } } } } }";
    let got = post(&it, "", query, &json!({ "path": "group/sub/notes", "paths": ["Dockerfile", "link"] })).json();
    assert_eq!(got["data"]["project"]["repository"]["blobs"]["nodes"], json!([{ "path": "Dockerfile" }]));
}

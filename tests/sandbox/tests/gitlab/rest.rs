//! REST: statuses, bodies and headers, case by case.

use serde_json::{Value, json};

use crate::client::{get, send};
use crate::fixture::Fixture;
use repin_sandbox::gitlab::{Project, Version};

/// What a row expects at a place of the answer.
enum Is {
    Value(Value),
    /// So many elements.
    Len(usize),
    /// An object with these fields (and maybe others), in the documentation's words.
    Fields(&'static str),
    /// No such place.
    Absent,
}
use Is::{Absent, Fields, Len, Value as Equal};

fn check(name: &str, url: &str, status: u16, pointer: &str, expected: &Is) {
    let got = get(url);
    assert_eq!(got.status, status, "{name}: {got:?}");
    let value = got.json();
    let found = value.pointer(pointer);
    match expected {
        Equal(expected) => assert_eq!(found, Some(expected), "{name}: {pointer} of {value}"),
        Len(length) => assert_eq!(found.and_then(Value::as_array).map(Vec::len), Some(*length), "{name}: {value}"),
        Fields(fields) => {
            let object = found.and_then(Value::as_object).unwrap_or_else(|| panic!("{name}: no object in {value}"));
            let missing: Vec<_> = fields.split_whitespace().filter(|field| !object.contains_key(*field)).collect();
            assert!(missing.is_empty(), "{name}: {missing:?} not in {value}");
        }
        Absent => assert_eq!(found, None, "{name}: {value}"),
    }
}

const COMMIT: &str = "id short_id created_at parent_ids title message author_name author_email authored_date \
committer_name committer_email committed_date web_url";
const WHOLE_COMMIT: &str = "id parent_ids committed_date web_url stats status project_id last_pipeline";
const PROJECT: &str = "id path_with_namespace default_branch ci_config_path container_registry_image_prefix \
container_registry_access_level auto_cancel_pending_pipelines jobs_enabled builds_access_level \
container_expiration_policy mirror_trigger_builds archived visibility web_url name path namespace";
const JOB: &str =
    "id name stage status ref tag commit pipeline allow_failure web_url created_at started_at finished_at";
const PIPELINE: &str = "id iid project_id sha ref status source created_at updated_at web_url";
const DIFF: &str =
    "old_path new_path a_mode b_mode new_file renamed_file deleted_file diff collapsed too_large generated_file";

/// A name, an address, and what is expected: the status, a place in the answer and what is there.
type Row = (&'static str, String, u16, &'static str, Is);

fn check_all(rows: &[Row]) {
    for (name, url, status, pointer, expected) in rows {
        check(name, url, *status, pointer, expected);
    }
}

#[test]
fn projects_are_as_documented() {
    let it = Fixture::new();
    let api = format!("{}/api/v4", it.server.url());
    #[rustfmt::skip]
    let rows = [
        ("a project by its path", it.at(""), 200, "", Fields(PROJECT)),
        ("a project by its number", format!("{api}/projects/1"), 200, "/path_with_namespace", Equal(json!("group/sub/notes"))),
        ("the registry's prefix", it.at(""), 200, "/container_registry_image_prefix", Equal(json!("registry.example.org/group/sub/notes"))),
        ("no fork", it.at(""), 200, "/forked_from_project", Absent),
        ("no such project", format!("{api}/projects/9"), 404, "/message", Equal(json!("404 Project Not Found"))),
        ("no such route", format!("{api}/nothing"), 404, "/error", Equal(json!("404 Not Found"))),
        ("no such route of a project", it.at("/nothing"), 404, "/error", Equal(json!("404 Not Found"))),
        ("the version is for users", format!("{api}/version"), 401, "/message", Equal(json!("401 Unauthorized"))),
    ];
    check_all(&rows);
}

#[test]
fn commits_are_as_documented() {
    let it = Fixture::new();
    let first = &it.first;
    let merge = &it.merge;
    let many = &it.many;
    let head = it.git.id("main").expect("there is a main");
    let file = |path: &str| it.git(&["rev-parse", &format!("main:{path}")]);
    #[rustfmt::skip]
    let rows = [
        ("a list of commits", it.at("/repository/commits"), 200, "/0", Fields(COMMIT)),
        ("short is eight", it.at("/repository/commits"), 200, "/0/short_id", Equal(json!(&head[..8]))),
        ("a title and a message", it.at(&format!("/repository/commits/{first}")), 200, "/message", Equal(json!("Start\n\nWith a body.\n"))),
        ("a date in its zone", it.at(&format!("/repository/commits/{first}")), 200, "/committed_date", Equal(json!("2024-03-04T09:00:00.000+01:00"))),
        ("two parents", it.at(&format!("/repository/commits/{merge}")), 200, "/parent_ids", Len(2)),
        ("a commit", it.at("/repository/commits/main"), 200, "", Fields(WHOLE_COMMIT)),
        ("a commit's last pipeline", it.at(&format!("/repository/commits/{many}")), 200, "/last_pipeline/id", Equal(json!(102))),
        ("a commit's status", it.at(&format!("/repository/commits/{many}")), 200, "/status", Equal(json!("failed"))),
        ("a commit without pipeline", it.at(&format!("/repository/commits/{first}")), 200, "/last_pipeline", Equal(Value::Null)),
        ("a commit by a prefix", it.at(&format!("/repository/commits/{}", &first[..9])), 200, "/id", Equal(json!(first))),
        ("a commit by a branch", it.at("/repository/commits/feature%2Fside"), 200, "/title", Equal(json!("Side"))),
        ("a commit by an annotated tag", it.at("/repository/commits/v1.0"), 200, "/id", Equal(json!(merge))),
        ("a commit that no ref reaches", it.at(&format!("/repository/commits/{}", it.unreachable)), 200, "/title", Equal(json!("Kept by nothing"))),
        ("no such commit", it.at("/repository/commits/nope"), 404, "/message", Equal(json!("404 Commit Not Found"))),
        ("a blob is no commit", it.at(&format!("/repository/commits/{}", file("Dockerfile"))), 404, "/message", Equal(json!("404 Commit Not Found"))),
        ("options are no commits", it.at("/repository/commits/--all"), 404, "/message", Equal(json!("404 Commit Not Found"))),
        ("a search is no commit", it.at("/repository/commits/%3A%2FStart"), 404, "/message", Equal(json!("404 Commit Not Found"))),
        ("refs of a commit", it.at(&format!("/repository/commits/{merge}/refs")), 200, "", Equal(json!([{ "type": "branch", "name": "main" }, { "type": "tag", "name": "v1.0" }]))),
        ("refs of one kind", it.at(&format!("/repository/commits/{merge}/refs?type=tag")), 200, "", Len(1)),
        ("commits of no ref", it.at("/repository/commits?ref_name=nope"), 200, "", Len(0)),
        ("commits of no range", it.at("/repository/commits?ref_name=nope..main"), 200, "", Len(0)),
        ("commits of an option", it.at("/repository/commits?ref_name=--all"), 400, "/message", Equal(json!("ref_name is invalid"))),
        ("no per_page", it.at("/repository/commits?per_page=x"), 400, "/error", Equal(json!("per_page is invalid"))),
    ];
    check_all(&rows);
}

#[test]
fn comparisons_are_as_documented() {
    let it = Fixture::new();
    let first = &it.first;
    let merge = &it.merge;
    let many = &it.many;
    #[rustfmt::skip]
    let rows = [
        ("a difference", it.at(&format!("/repository/commits/{first}/diff")), 200, "/0", Fields(DIFF)),
        ("a rename", it.at(&format!("/repository/commits/{many}~1/diff")), 200, "/0/old_path", Equal(json!("README.md"))),
        ("a new file's mode before", it.at(&format!("/repository/commits/{first}/diff")), 200, "/0/a_mode", Equal(json!("0"))),
        ("a merge is compared with its first parent", it.at(&format!("/repository/commits/{merge}/diff")), 200, "", Len(1)),
        ("a patch", it.at(&format!("/repository/commits/{merge}/diff")), 200, "/0/diff", Equal(json!("@@ -1 +1 @@\n-print('hello')\n+print('side')\n"))),
        ("a list of differences stops at the limit", it.at(&format!("/repository/commits/{many}/diff?per_page=100&page=2")), 200, "", Len(0)),
        ("and its patches before", it.at(&format!("/repository/commits/{many}/diff?per_page=100")), 200, "/99/collapsed", Equal(json!(true))),
        ("compare", it.at(&format!("/repository/compare?from={first}&to={merge}")), 200, "", Fields("commit commits diffs compare_timeout compare_same_ref web_url")),
        ("compare lists the oldest first", it.at(&format!("/repository/compare?from={first}&to={merge}")), 200, "/commits/2/id", Equal(json!(merge))),
        ("compare from the merge base", it.at(&format!("/repository/compare?from=main&to={}", it.unreachable)), 200, "/diffs", Len(1)),
        ("compare says when the list is cut off", it.at(&format!("/repository/compare?from=main&to={}&straight=true", it.unreachable)), 200, "/compare_timeout", Equal(json!(true))),
        ("and when it is not", it.at(&format!("/repository/compare?from=main&to={}", it.unreachable)), 200, "/compare_timeout", Equal(json!(false))),
        ("compare straight, up to the limit", it.at(&format!("/repository/compare?from=main&to={}&straight=true", it.unreachable)), 200, "/diffs", Len(100)),
        ("compare straight", it.at("/repository/compare?from=v1.0&to=feature%2Fside&straight=true"), 200, "/diffs/0/deleted_file", Equal(json!(true))),
        ("compare nothing", it.at("/repository/compare?from=main&to=nope"), 404, "/message", Equal(json!("404 Ref Not Found"))),
        ("compare without ends", it.at("/repository/compare"), 400, "/error", Equal(json!("from is missing, to is missing"))),
        ("a merge base", it.at("/repository/merge_base?refs[]=main&refs[]=feature%2Fside"), 200, "/title", Equal(json!("Side"))),
        ("a merge base of one", it.at("/repository/merge_base?refs[]=main"), 400, "/message", Equal(json!("400 Bad request - Provide at least 2 refs"))),
    ];
    check_all(&rows);
}

#[test]
fn trees_and_files_are_as_documented() {
    let it = Fixture::new();
    let first = &it.first;
    let file = |path: &str| it.git(&["rev-parse", &format!("main:{path}")]);
    #[rustfmt::skip]
    let rows = [
        ("a tree has folders first", it.at("/repository/tree?per_page=100"), 200, "/2", Equal(json!({ "id": file("src"), "name": "src", "type": "tree", "path": "src", "mode": "040000" }))),
        ("a submodule is last", it.at("/repository/tree?per_page=100"), 200, "/8", Equal(json!({ "id": "1234567812345678123456781234567812345678", "name": "module", "type": "commit", "path": "module", "mode": "160000" }))),
        ("a folder", it.at("/repository/tree?path=src/deep"), 200, "/0/path", Equal(json!("src/deep/er"))),
        ("a tree with all below", it.at("/repository/tree?path=src&recursive=true"), 200, "", Len(4)),
        ("a tree of another ref", it.at("/repository/tree?ref=light&path="), 200, "/2/name", Equal(json!("Dockerfile"))),
        ("a tree that is not there", it.at("/repository/tree?path=nope"), 404, "/message", Equal(json!("404 invalid revision or path Not Found"))),
        ("a tree of no ref", it.at("/repository/tree?ref=nope"), 404, "/message", Equal(json!("404 Tree Not Found"))),
        ("an executable", it.at("/repository/tree?path=src&ref=main"), 200, "/1/mode", Equal(json!("100755"))),

        ("a file", it.at("/repository/files/Dockerfile?ref=main"), 200, "", Fields("file_name file_path size encoding content content_sha256 ref blob_id commit_id last_commit_id execute_filemode")),
        ("a file's content", it.at("/repository/files/src%2Fdeep%2Fer%2Ffile%2Etxt?ref=main"), 200, "/content", Equal(json!("ZGVlcAo="))),
        ("a file's last commit", it.at("/repository/files/Dockerfile?ref=main"), 200, "/last_commit_id", Equal(json!(first))),
        ("a file of an odd name", it.at("/repository/files/a%20b%2F%C3%BC%23%3F.txt?ref=main"), 200, "/file_name", Equal(json!("ü#?.txt"))),
        ("a link is a file", it.at("/repository/files/link?ref=main"), 200, "/size", Equal(json!(11))),
        ("a file without ref", it.at("/repository/files/Dockerfile"), 400, "/error", Equal(json!("ref is missing"))),
        ("no such file", it.at("/repository/files/nope?ref=main"), 404, "/message", Equal(json!("404 File Not Found"))),
        ("a folder is no file", it.at("/repository/files/src?ref=main"), 404, "/message", Equal(json!("404 File Not Found"))),
        ("a submodule is no file", it.at("/repository/files/module?ref=main"), 404, "/message", Equal(json!("404 File Not Found"))),
        ("a file of no commit", it.at("/repository/files/Dockerfile?ref=nope"), 404, "/message", Equal(json!("404 Commit Not Found"))),
    ];
    check_all(&rows);
}

#[test]
fn refs_are_as_documented() {
    let it = Fixture::new();
    let merge = &it.merge;
    #[rustfmt::skip]
    let rows = [
        ("branches", it.at("/repository/branches"), 200, "/0", Fields("name commit merged protected default can_push developers_can_push developers_can_merge web_url")),
        ("a branch with a slash", it.at("/repository/branches/feature%2Fside"), 200, "/merged", Equal(json!(true))),
        ("the default branch", it.at("/repository/branches/main"), 200, "/default", Equal(json!(true))),
        ("no such branch", it.at("/repository/branches/nope"), 404, "/message", Equal(json!("404 Branch Not Found"))),
        ("branches searched", it.at("/repository/branches?search=^fea"), 200, "", Len(1)),
        ("tags", it.at("/repository/tags"), 200, "/0", Fields("name message target commit release protected")),
        ("an annotated tag", it.at("/repository/tags/v1.0"), 200, "/message", Equal(json!("First release"))),
        ("a tag's commit", it.at("/repository/tags/v1.0"), 200, "/commit/id", Equal(json!(merge))),
        ("no such tag", it.at("/repository/tags/nope"), 404, "/message", Equal(json!("404 Tag Not Found"))),
    ];
    check_all(&rows);
}

#[test]
fn registries_are_as_documented() {
    let it = Fixture::new();
    let api = format!("{}/api/v4", it.server.url());
    #[rustfmt::skip]
    let rows = [
        ("container repositories", it.at("/registry/repositories"), 200, "/0", Fields("id name path project_id location created_at cleanup_policy_started_at status")),
        ("the root image", it.at("/registry/repositories"), 200, "/0/name", Equal(json!(""))),
        ("a named image", it.at("/registry/repositories"), 200, "/1/location", Equal(json!("registry.example.org/group/sub/notes/dev"))),
        ("counted", it.at("/registry/repositories?tags_count=true"), 200, "/0/tags_count", Equal(json!(46))),
        ("not counted", it.at("/registry/repositories"), 200, "/0/tags_count", Absent),
        ("with tags", it.at("/registry/repositories?tags=true"), 200, "/1/tags/0/path", Equal(json!("group/sub/notes/dev:v1"))),
        ("tags have three fields", it.at("/registry/repositories/2/tags"), 200, "/0", Equal(json!({ "name": "v1", "path": "group/sub/notes/dev:v1", "location": "registry.example.org/group/sub/notes/dev:v1" }))),
        ("a tag's details", it.at("/registry/repositories/1/tags/latest"), 200, "", Fields("name path location revision short_revision digest created_at total_size")),
        ("a tag's digest", it.at("/registry/repositories/1/tags/latest"), 200, "/digest", Equal(json!(format!("sha256:{}", "a".repeat(64))))),
        ("a tag without date", it.at("/registry/repositories/2/tags/v1"), 200, "/created_at", Equal(Value::Null)),
        ("no such image tag", it.at("/registry/repositories/1/tags/nope"), 404, "/message", Equal(json!("404 Tag Not Found"))),
        ("no such container repository", it.at("/registry/repositories/9/tags"), 404, "/message", Equal(json!("404 Not found"))),
        ("a container repository by number alone", format!("{api}/registry/repositories/2"), 200, "/project_id", Equal(json!(1))),
        ("keyset is for users", it.at("/registry/repositories/1/tags?pagination=keyset"), 401, "/message", Equal(json!("401 Unauthorized"))),
    ];
    check_all(&rows);
}

#[test]
fn pipelines_and_jobs_are_as_documented() {
    let it = Fixture::new();
    let merge = &it.merge;
    let many = &it.many;
    #[rustfmt::skip]
    let rows = [
        ("pipelines, the newest first", it.at("/pipelines"), 200, "/0/id", Equal(json!(102))),
        ("a pipeline in a list", it.at("/pipelines"), 200, "/0", Fields(PIPELINE)),
        ("pipelines of a commit", it.at(&format!("/pipelines?sha={merge}")), 200, "", Len(1)),
        ("pipelines of an abbreviation", it.at(&format!("/pipelines?sha={}", &merge[..8])), 200, "", Len(0)),
        ("pipelines of a status", it.at("/pipelines?status=failed"), 200, "/0/id", Equal(json!(102))),
        ("pipelines from the oldest", it.at("/pipelines?sort=asc"), 200, "/0/id", Equal(json!(101))),
        ("one pipeline", it.at("/pipelines/102"), 200, "", Fields("before_sha tag yaml_errors started_at finished_at detailed_status user")),
        ("where the ref was before", it.at("/pipelines/102"), 200, "/before_sha", Equal(json!(merge))),
        ("a new branch came from nothing", it.at("/pipelines/101"), 200, "/before_sha", Equal(json!("0".repeat(40)))),
        ("a time of the database", it.at("/pipelines/101"), 200, "/created_at", Equal(json!("2024-03-05T00:55:01.000Z"))),
        ("no such pipeline", it.at("/pipelines/9"), 404, "/message", Equal(json!("404 Not found"))),
        ("the latest", it.at("/pipelines/latest"), 200, "/id", Equal(json!(102))),
        ("jobs of a pipeline", it.at("/pipelines/102/jobs"), 200, "/0", Fields(JOB)),
        ("why a job failed", it.at("/pipelines/102/jobs"), 200, "/0/failure_reason", Equal(json!("script_failure"))),
        ("a job that did not fail", it.at("/pipelines/101/jobs"), 200, "/0/failure_reason", Absent),
        ("jobs of a scope", it.at("/pipelines/101/jobs?scope[]=failed"), 200, "", Len(0)),
        ("all jobs", it.at("/jobs"), 200, "/0/id", Equal(json!(1002))),
        ("one job", it.at("/jobs/1001"), 200, "/pipeline/id", Equal(json!(101))),
        ("did it build", it.at(&format!("/repository/commits/{many}/statuses?name=image_build&all=true")), 200, "/0/status", Equal(json!("failed"))),
    ];
    check_all(&rows);
}

/// A name, an address, the headers of paging, and which links there are.
type Paged = (&'static str, String, [Option<&'static str>; 6], [bool; 4]);

#[test]
fn pages_have_the_headers_of_gitlab() {
    let it = Fixture::new();
    let tags = it.at("/registry/repositories/1/tags");
    #[rustfmt::skip]
    let rows: &[Paged] = &[
        // x-page, x-per-page, x-next-page, x-prev-page, x-total, x-total-pages; prev, next, first, last
        ("the first page", tags.clone(), [Some("1"), Some("20"), Some("2"), Some(""), Some("46"), Some("3")], [false, true, true, true]),
        ("the last page", format!("{tags}?page=3"), [Some("3"), Some("20"), Some(""), Some("2"), Some("46"), Some("3")], [true, false, true, true]),
        ("beyond", format!("{tags}?page=9"), [Some("9"), Some("20"), Some(""), Some("8"), Some("46"), Some("3")], [true, false, true, true]),
        ("more than a hundred is a hundred", format!("{tags}?per_page=500"), [Some("1"), Some("100"), Some(""), Some(""), Some("46"), Some("1")], [false, false, true, true]),
        ("commits are not counted", it.at("/repository/commits?per_page=2"), [Some("1"), Some("2"), Some("2"), Some(""), None, None], [false, true, true, false]),
        ("refs of a commit are not counted", it.at("/repository/commits/light/refs?per_page=1"), [Some("1"), Some("1"), Some("2"), Some(""), None, None], [false, true, true, false]),
        ("differences are counted, up to the limit", it.at("/repository/commits/main/diff"), [Some("1"), Some("20"), Some("2"), Some(""), Some("100"), Some("5")], [false, true, true, true]),
        ("a page of commits that is not full is the last", it.at("/repository/commits"), [Some("1"), Some("20"), Some(""), Some(""), None, None], [false, false, true, false]),
        ("a tree by offset", it.at("/repository/tree?per_page=4"), [Some("1"), Some("4"), Some("2"), Some(""), Some("9"), Some("3")], [false, true, true, true]),
    ];
    for (name, url, headers, links) in rows {
        let got = get(url);
        let names = ["x-page", "x-per-page", "x-next-page", "x-prev-page", "x-total", "x-total-pages"];
        assert_eq!(names.map(|header| got.header(header)), *headers, "{name}: {got:?}");
        assert_eq!(["prev", "next", "first", "last"].map(|rel| got.link(rel).is_some()), *links, "{name}: {got:?}");
    }
    // A full page promises another, even if that is empty.
    let count = it.lines(&["rev-list", "main"]).len();
    let got = get(&it.at(&format!("/repository/commits?per_page={count}")));
    assert_eq!(get(&got.link("next").expect("the page is full")).json(), json!([]));
}

#[test]
fn files_have_headers_for_those_who_ask_for_no_more() {
    let it = Fixture::new();
    let blob = it.git(&["rev-parse", "main:src/main.py"]);
    let head = it.git.id("main").expect("there is a main");
    for (method, rest) in [("HEAD", ""), ("GET", ""), ("HEAD", "/raw"), ("GET", "/raw")] {
        let url = it.at(&format!("/repository/files/src%2Fmain.py{rest}?ref=main"));
        let got = send(method, &url, &[], "").expect("it answers");
        assert_eq!(got.status, 200, "{method} {rest}");
        for (name, value) in [
            ("x-gitlab-blob-id", blob.as_str()),
            ("x-gitlab-commit-id", head.as_str()),
            ("x-gitlab-file-path", "src/main.py"),
            ("x-gitlab-ref", "main"),
            ("x-gitlab-size", "14"),
            ("x-gitlab-execute-filemode", "true"),
        ] {
            assert_eq!(got.header(name), Some(value), "{method} {rest}: {name}");
        }
        assert_eq!(got.body.is_empty(), method == "HEAD", "{method} {rest}");
    }
    let raw = get(&it.at("/repository/files/binary.dat/raw?ref=main"));
    assert_eq!(raw.body, [0, 1, 2]);
}

#[test]
fn an_old_path_leads_to_the_new_one() {
    let it = Fixture::new();
    let old =
        format!("{}/api/v4/projects/old%2Fnotes/repository/files/a%20b%2F%C3%BC%23%3F.txt?ref=main", it.server.url());
    let got = get(&old);
    assert_eq!(got.status, 301, "{got:?}");
    let to = got.header("location").expect("it says where").to_owned();
    assert_eq!(String::from_utf8_lossy(&got.body), format!("This resource has been moved permanently to {to}"));
    assert_eq!(get(&to).json()["file_name"], "ü#?.txt");
    it.server.set_version(Version::V15);
    assert_eq!(get(&old).status, 200, "old versions look it up themselves");
}

#[test]
fn an_empty_repository_has_nothing() {
    let it = Fixture::new();
    let dir = it.git.dir().with_file_name("empty");
    repin_sandbox::Git::init_bare(&dir).expect("git runs");
    let id = it.server.add(Project { path: "group/empty".to_owned(), repository: dir, ..Project::default() });
    let at = |rest: &str| format!("{}/api/v4/projects/{id}{rest}", it.server.url());
    check_all(&[
        ("no default branch", at(""), 200, "/default_branch", Equal(Value::Null)),
        ("it says so", at(""), 200, "/empty_repo", Equal(json!(true))),
        ("no commits", at("/repository/commits"), 200, "", Len(0)),
        ("no commit", at("/repository/commits/main"), 404, "/message", Equal(json!("404 Commit Not Found"))),
        ("no tree", at("/repository/tree"), 404, "/message", Equal(json!("404 Tree Not Found"))),
        ("no branches", at("/repository/branches"), 200, "", Len(0)),
        ("no images", at("/registry/repositories"), 200, "", Len(0)),
    ]);
}

#[test]
fn many_can_ask_at_once() {
    let it = Fixture::new();
    let paths = [
        "/repository/commits",
        "/repository/tree?recursive=true",
        "/repository/files/Dockerfile?ref=main",
        "/pipelines",
    ];
    let urls = paths.map(|path| it.at(path));
    let expected = urls.each_ref().map(|url| get(url).body);
    std::thread::scope(|scope| {
        for number in 0..24 {
            let (url, expected) = (&urls[number % 4], &expected[number % 4]);
            scope.spawn(move || assert_eq!(get(url).body, *expected, "{url}"));
        }
    });
    assert_eq!(it.server.log().len(), 28);
}

#[test]
fn versions_differ() {
    let it = Fixture::new();
    it.server.set_version(Version::V15);
    let got = get(&it.at("/repository/tree?path=nope"));
    assert_eq!((got.status, got.json()), (200, json!([])));
    let compared = get(&it.at("/repository/compare?from=light&to=main")).json();
    assert_eq!(compared["diffs"][0].get("collapsed"), None);
}

#[test]
fn a_page_of_another_origin_can_read() {
    let it = Fixture::new();
    let origin = [("origin", "https://example.org")];
    let got = send("GET", &it.at("/repository/commits"), &origin, "").expect("it answers");
    assert_eq!(got.header("access-control-allow-origin"), Some("*"));
    let exposed = got.header("access-control-expose-headers").unwrap_or_default();
    assert!(exposed.contains("Link") && exposed.contains("X-Gitlab-Blob-Id"), "{exposed}");
    for hidden in ["RateLimit", "Retry-After", "ETag", "Location", "Execute"] {
        assert!(!exposed.contains(hidden), "{exposed}");
    }
    let asks = [
        ("origin", "https://example.org"),
        ("access-control-request-method", "POST"),
        ("access-control-request-headers", "authorization,content-type"),
    ];
    let graphql = format!("{}/api/graphql", it.server.url());
    for url in [it.at("/repository/commits"), graphql] {
        let got = send("OPTIONS", &url, &asks, "").expect("it answers");
        assert_eq!(got.status, 200);
        assert_eq!(got.header("access-control-allow-headers"), Some("authorization,content-type"));
        assert!(got.header("access-control-allow-methods").is_some_and(|methods| methods.contains("POST")));
    }
    let other = format!("{}/jwt/auth", it.server.url());
    let got = send("GET", &other, &origin, "").expect("it answers");
    assert_eq!(got.header("access-control-allow-origin"), None, "only the API is open");
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let it = Fixture::new();
    let url = it.at("/repository/commits/main");
    let tag = get(&url).header("etag").expect("every answer has a tag").to_owned();
    let got = send("GET", &url, &[("if-none-match", &tag)], "").expect("it answers");
    assert_eq!((got.status, got.body.len()), (304, 0));
    it.git.run(&["update-ref", "refs/heads/main", &it.first]).expect("git runs");
    let got = send("GET", &url, &[("if-none-match", &tag)], "").expect("it answers");
    assert_eq!((got.status, &got.json()["id"]), (200, &json!(it.first)));
}

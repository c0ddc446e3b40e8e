//! Projects of a GitLab, asked through its API.

use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use repin_sandbox::gitlab::{Access, Fault, FaultKind, Kind, Options, Reach, Scope, Server, Token, Visibility};
use repin_sandbox::{Course, REGISTRY, course};
use serde_json::{Value, json};

use crate::repository::{Ran, Run, folder};

pub(crate) const SECRET: &str = "glpat-s3cr3t-0123456789";
/// A merge whose own build failed; another commit's image is right.
const MERGE: &str = "ce46f90";

/// A GitLab with the sample course.
pub(crate) struct Served {
    pub(crate) server: Server,
    pub(crate) course: Course,
    here: PathBuf,
    pub(crate) id: u64,
}

impl Served {
    pub(crate) fn new(name: &str) -> Self {
        Self::at(name, "")
    }

    /// With a relative root.
    fn at(name: &str, path: &str) -> Self {
        let here = folder(name);
        let course = course(&here.join("course")).unwrap();
        let server = Server::start(Options { path: path.to_owned(), ..Options::default() }).unwrap();
        let id = server.add_course(&course, None).unwrap();
        Self { server, course, here, id }
    }

    pub(crate) fn url(&self) -> String {
        self.page("/ada/course")
    }

    fn page(&self, page: &str) -> String {
        format!("{}{page}", self.server.url())
    }

    fn make_private(&self) {
        assert!(self.server.update(self.id, |project| project.visibility = Visibility::Private));
    }

    pub(crate) fn add_token(&self, secret: &str, kind: Kind, scopes: &[Scope]) {
        self.server.add_token(Token {
            secret: secret.to_owned(),
            kind,
            scopes: scopes.to_vec(),
            projects: Reach::All,
            expired: false,
        });
    }

    /// Without a cache, so that one question does not change what the next one costs.
    pub(crate) fn run<'a>(&self, args: &[&'a str]) -> Run<'a> {
        Run::new(&[args, &["--no-cache"]].concat()).within(&self.here)
    }

    pub(crate) fn repin(&self, args: &[&str]) -> Ran {
        self.run(args).run()
    }

    /// What the same command says on the clone, with the registry's tags.
    fn on_clone(&self, args: &[&str], with_registry: bool) -> Ran {
        let registry = ["--tags", "-", "--image", REGISTRY];
        let project = self.course.git.dir().to_string_lossy();
        let registry = if with_registry { &registry[..] } else { &[] };
        let args = [&args[..1], &[&*project], &args[1..], registry].concat();
        let tags = fs::read_to_string(self.course.tags_file()).unwrap();
        Run::new(&args).within(&self.here).stdin(&tags).run()
    }
}

/// Without what only the network knows.
fn comparable(mut answer: Value) -> Value {
    for field in ["cost", "project", "notes"] {
        answer[field] = Value::Null;
    }
    if answer["image"].is_object() {
        for field in ["project", "digest", "created_at"] {
            answer["image"][field] = Value::Null;
        }
    }
    answer
}

/// What is wrong where. Why a build was lost GitLab knows better.
fn rules(check: &Ran) -> Vec<Value> {
    let findings = check.json()["findings"].as_array().unwrap().clone();
    findings.into_iter().map(|finding| json!([finding["rule"], finding["path"], finding["line"]])).collect()
}

#[test]
fn the_answers_are_those_on_a_clone() {
    let served = Served::new("gitlab-course");
    let url = served.url();
    for graphql in [true, false] {
        served.server.set_graphql(graphql);
        for moment in &served.course.moments {
            let args = ["--commit", &moment.commit, "--format", "json"];
            let ran = served.repin(&[&["resolve", &url, "--max-requests", "none"], &args[..]].concat());
            let (mut got, wanted) = (ran.json(), served.on_clone(&[&["resolve"], &args[..]].concat(), true).json());
            assert_eq!(got["image"]["tag"], json!(moment.image), "{}", moment.name);
            assert!(got["cost"]["requests"].as_u64() > Some(2), "{got}");
            // A clone knows nothing of pipelines.
            if moment.image.is_none() {
                got["status"] = wanted["status"].clone();
                got["reason"] = wanted["reason"].clone();
            }
            assert_eq!(comparable(got), comparable(wanted), "{}, GraphQL {graphql}: {}", moment.name, ran.stderr());
        }
        let history = ["history", "--format", "json", "--limit", "20"];
        let remote = served.repin(&["history", &url, "--format", "json", "--limit", "20", "--max-requests", "none"]);
        let (remote, local) = (remote.json(), served.on_clone(&history, true).json());
        let (remote, local) = (remote.as_array().unwrap(), local.as_array().unwrap());
        assert_eq!(remote.len(), local.len(), "GraphQL {graphql}");
        for (remote, local) in remote.iter().zip(local) {
            let mut local = local.clone();
            // Images that no commit on the list has may be left out, since each look costs a request.
            let may_lack = matches!(local["relation"].as_str(), Some("same-environment" | "descendant"));
            if remote["tag"].is_null() && may_lack {
                for field in ["tag", "image_commit", "relation"] {
                    local[field] = Value::Null;
                }
            }
            assert_eq!(*remote, local, "GraphQL {graphql}");
        }
        let remote = served.repin(&["inputs", &url, "--commit", MERGE, "--format", "json"]);
        let local = served.on_clone(&["inputs", "--commit", MERGE, "--format", "json"], false);
        for part in ["commit", "inputs", "environment", "expected_tag"] {
            assert_eq!(remote.json()[part], local.json()[part], "GraphQL {graphql}");
        }
        let remote = served.repin(&["check", &url, "--format", "json", "--max-requests", "none"]);
        assert_eq!((remote.code(), rules(&remote)), (3, rules(&served.on_clone(&["check", "--format", "json"], true))));
    }
}

#[test]
fn the_answers_are_shown() {
    let served = Served::new("gitlab-shown");
    let url = served.url();
    assert_snapshot!("gitlab_found", served.repin(&["resolve", &url, "--commit", MERGE]).shown());
    assert_snapshot!("gitlab_failed", served.repin(&["resolve", &url]).shown());
    assert_snapshot!("gitlab_history", served.repin(&["history", &url, "--limit", "4"]).shown());
    assert_snapshot!("gitlab_check", served.repin(&["check", &url, "--max-requests", "none"]).shown());
    assert_snapshot!("gitlab_inputs", served.repin(&["inputs", &url]).shown());
    served.server.update(served.id, |project| project.container_registry = Access::Private);
    assert_snapshot!("gitlab_no_access", served.repin(&["resolve", &url, "--commit", MERGE]).shown());
    assert_snapshot!("gitlab_history_no_access", served.repin(&["history", &url, "--limit", "2"]).shown());
}

#[test]
fn given_tags_are_not_asked_for() {
    let served = Served::new("gitlab-tags");
    let url = served.url();
    let ran = served.run(&["resolve", &url, "--commit", MERGE, "--tags", "-"]).stdin("2c5c1f9\n").run();
    assert_eq!(ran.stdout().lines().next(), Some(&*format!("{REGISTRY}:2c5c1f9")), "{}", ran.shown());
    let ran = served.run(&["resolve", &url, "--commit", MERGE, "--tags", "-"]).stdin("latest\n").run();
    assert_ne!(ran.code(), 0, "{}", ran.shown());
    let log = served.server.log();
    assert!(!log.iter().any(|one| one.path_and_query.contains("/registry/")), "{log:#?}");
    let both = served.repin(&["resolve", &url, "--tags", "-", "--token-file", "-"]);
    assert_snapshot!("gitlab_standard_input_twice", both.shown());
}

#[test]
fn private_projects_need_a_token() {
    let served = Served::new("gitlab-private");
    let url = served.url();
    served.make_private();
    served.add_token(SECRET, Kind::Personal, &[Scope::ReadApi]);
    served.add_token("glpat-s3cr3t-narrow", Kind::Personal, &[Scope::ReadUser]);
    let file = served.here.join("token");
    fs::write(&file, format!("{SECRET}\n")).unwrap();
    let args = ["resolve", &url, "--commit", MERGE];
    let with = |secret: &'static str| served.run(&args).variable("GITLAB_TOKEN", secret).run();
    let from_file = served.repin(&[&args[..], &["--token-file", "token"]].concat());
    let from_stdin = served.run(&[&args[..], &["--token-file", "-"]].concat()).stdin(SECRET).run();
    let kept = Run::new(&args).within(&served.here).variable("GITLAB_TOKEN", SECRET).run();
    let good = [with(SECRET), from_file, from_stdin, kept];
    for ran in &good {
        assert_eq!(ran.stdout().lines().next(), Some(&*format!("{REGISTRY}:2c5c1f9")), "{}", ran.shown());
    }
    let job = served.run(&args).variable("CI_JOB_TOKEN", "glcbt-s3cr3t").variable("CI_SERVER_URL", served.server.url());
    served.add_token("glcbt-s3cr3t", Kind::Job, &[]);
    let bad = [
        ("gitlab_no_token", served.repin(&args)),
        ("gitlab_wrong_token", with("glpat-s3cr3t-wrong")),
        ("gitlab_narrow_token", with("glpat-s3cr3t-narrow")),
        ("gitlab_job_token", job.run()),
        ("gitlab_no_token_in_the_file", served.repin(&[&args[..], &["--token-file", "course/Dockerfile"]].concat())),
    ];
    for (name, ran) in &bad {
        assert_eq!((ran.code(), &*ran.stdout()), (1, ""), "{name}");
        assert_snapshot!(*name, ran.shown());
    }
    // No secret is anywhere but in a header.
    for ran in good.iter().chain(bad.iter().map(|(_, ran)| ran)) {
        assert!(!ran.shown().contains("s3cr3t"), "{}", ran.shown());
    }
    let log = served.server.log();
    assert!(log.iter().any(|one| one.had_auth));
    assert!(!log.iter().any(|one| one.path_and_query.contains("s3cr3t") || one.body.contains("s3cr3t")), "{log:#?}");
    let cache = served.here.join(".cache");
    assert!(files_below(&cache).len() > 1);
    for file in files_below(&cache) {
        let content = fs::read(&file).unwrap();
        assert!(!content.windows(6).any(|part| part == b"s3cr3t"), "{}", file.display());
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[test]
fn a_token_stays_with_its_host() {
    let served = Served::new("gitlab-host");
    fs::write(served.here.join("token"), SECRET).unwrap();
    let elsewhere = ["resolve", "http://gitlab.example.org/ada/course", "--token-file", "token"];
    assert_snapshot!("gitlab_token_without_encryption", served.repin(&elsewhere).shown());
    let url = served.url();
    let run = served.run(&["resolve", &url, "--commit", MERGE]).variable("GITLAB_TOKEN", SECRET);
    assert_eq!(run.variable("GITLAB_HOST", "gitlab.example.org").run().code(), 0);
    assert!(!served.server.log().iter().any(|one| one.had_auth));
}

#[test]
fn addresses_of_all_kinds_are_read() {
    for path in ["", "/gitlab", "/our/git"] {
        let served = Served::at(&format!("gitlab-addresses{}", path.replace('/', "-")), path);
        let dir = served.course.git.dir();
        let git = |args: &[&str]| {
            let done = std::process::Command::new("git").args(args).current_dir(dir).status().unwrap();
            assert!(done.success(), "git {args:?}");
        };
        git(&["update-ref", "refs/merge-requests/7/head", MERGE]);
        git(&["branch", "topic/one", MERGE]);
        git(&["tag", "merged", MERGE]);
        let api = format!("/api/v4/projects/{}", served.id);
        for (page, is_merge) in [
            ("/ada/course", false),
            ("/ada/course.git", false),
            ("/ada/course/-/tree/main/helpers", false),
            ("/ada/course/-/commit/ce46f90", true),
            ("/ada/course/-/merge_requests/7/diffs", true),
            ("/ada/course/-/blob/topic/one/Dockerfile", true),
            ("/ada/course/-/tree/topic%2Fone?ref_type=heads", true),
            ("/ada/course/-/tags/merged", true),
            (&api, false),
        ] {
            let ran = served.repin(&["inputs", &served.page(page), "--format", "json"]);
            assert_eq!(ran.code(), 0, "{page}: {}", ran.shown());
            let commit = ran.json()["commit"].as_str().unwrap().to_owned();
            assert_eq!(commit.starts_with(MERGE), is_merge, "{page}: {commit}");
        }
        let other = served.repin(&["inputs", &served.page("/ada/course/-/merge_requests/7"), "--commit", "main"]);
        assert!(!other.stdout().contains(MERGE), "{}", other.shown());
        if path == "/gitlab" {
            let misspelt = served.page("/ada/corse");
            assert_snapshot!("gitlab_unknown_project_below_a_root", served.repin(&["resolve", &misspelt]).shown());
        }
    }
}

#[test]
fn what_goes_wrong_is_explained() {
    let served = Served::new("gitlab-errors");
    let url = served.url();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{closed}/ada/course");
    let page = served.page("/ada/course/-/tree/nowhere/helpers");
    for (name, args) in [
        ("gitlab_unknown_project", &["resolve", &served.page("/ada/corse")][..]),
        ("gitlab_unknown_branch", &["resolve", &url, "--commit", "nowhere"]),
        ("gitlab_unknown_branch_of_a_page", &["resolve", &page]),
        ("gitlab_nobody_there", &["resolve", &nobody]),
        ("gitlab_request_limit", &["resolve", &url, "--max-requests", "1"]),
    ] {
        let ran = served.repin(args);
        assert_eq!(ran.code(), 1, "{name}: {}", ran.shown());
        assert_snapshot!(name, ran.shown());
    }
    for (name, kind) in [
        ("gitlab_rate_limit", FaultKind::RateLimited { retry_after: 4_000_000_000 }),
        ("gitlab_a_web_page", FaultKind::HtmlInsteadOfJson),
        ("gitlab_sent_elsewhere", FaultKind::Redirect("https://gitlab.example.org/ada/course".to_owned())),
    ] {
        served.server.fault(Fault::new(kind));
        let ran = served.repin(&["resolve", &url]);
        served.server.clear_faults();
        assert_eq!(ran.code(), 1, "{name}: {}", ran.shown());
        let shown: Vec<String> =
            ran.shown().lines().map(|line| line.split(" again at ").next().unwrap_or(line).to_owned()).collect();
        assert_snapshot!(name, shown.join("\n"));
    }
}

#[test]
fn a_jobs_variables_are_for_its_own_project() {
    let served = Served::new("gitlab-job");
    let url = served.url();
    let run = |path: &'static str| {
        let run = served.run(&["resolve", &url, "--commit", MERGE]).variable("CI_SERVER_URL", served.server.url());
        run.variable("CI_PROJECT_PATH", path).variable("CI_REGISTRY_IMAGE", "not an image").run()
    };
    assert_eq!(run("ada/other").code(), 0);
    assert_snapshot!("gitlab_in_a_job", run("ada/course").shown());
}

#[test]
fn the_next_question_costs_less() {
    let served = Served::new("gitlab-cache");
    let url = served.url();
    let args = ["resolve", &url, "--commit", MERGE, "--format", "json"];
    let ask = || {
        served.server.clear_log();
        let answer = Run::new(&args).within(&served.here).run().json();
        assert_eq!(answer["cost"]["requests"], served.server.log().len());
        answer
    };
    assert_eq!(served.repin(&args).code(), 0);
    assert!(!served.here.join(".cache").exists());
    let (first, second) = (ask(), ask());
    assert!(first["cost"]["requests"].as_u64() > Some(2));
    assert_eq!(second["cost"]["requests"], 2);
    assert_eq!(comparable(first), comparable(second));
}

//! Who may see what, which GitLab it is, and what is asked where the list of image tags cannot be read.

use std::error::Error as _;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use repin::cleanup::CleanupPolicy;
use repin::resolution::{Relation, Status};
use repin::source::{Source as _, SourceError};
use repin::{Oid, Question, Resolution};
use repin_forge::cache::{FileCache, Stores as _};
use repin_forge::gitlab::GitLab;
use repin_forge::gitlab::location::ProjectRef;
use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::{Limits, Native};
use repin_sandbox::gitlab::{
    self, Access, Fault, FaultKind, Kind, Options, Project, Reach, RegistryTag, Repository, Scope, Server, Version,
    Visibility,
};

use serde_json::{Value, json};

use crate::git::{File, Repo, file, found, seven};

const DOCKERFILE: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\nCOPY requirements.txt /\n");
const SECRET: &str = "glpat-Very-Secret-0123";

/// A project with an image of its first commit, which is right for the second; the third has none.
struct World {
    repo: Repo,
    server: Server,
    id: u64,
    first: Oid,
    second: Oid,
}

impl World {
    fn new(options: Options, change: impl FnOnce(&mut Project)) -> Self {
        let repo = Repo::new();
        let first = repo.commit("main", &[], &[DOCKERFILE, file("requirements.txt", "1")]);
        let second = repo.commit("main", &[first], &[DOCKERFILE, file("requirements.txt", "1"), file("a.md", "")]);
        repo.commit("other", &[second], &[DOCKERFILE, file("requirements.txt", "2")]);
        let server = Server::start(options).unwrap();
        let mut project = Project {
            path: "group/name".to_owned(),
            repository: repo.path.clone(),
            images: vec![images(&[seven(first)])],
            ..Project::default()
        };
        change(&mut project);
        let id = server.add(project);
        Self { repo, server, id, first, second }
    }

    fn token(&self, kind: Kind, scopes: &[Scope], projects: Reach, expired: bool) {
        let secret = SECRET.to_owned();
        self.server.add_token(gitlab::Token { secret, kind, scopes: scopes.to_vec(), projects, expired });
    }

    fn open(&self, project: ProjectRef, kind: Option<TokenKind>, graphql: bool) -> GitLab<Native> {
        let token = kind.map(|kind| Token::new(kind, SECRET).unwrap());
        let limits = Limits { retries: 1, deadline: Duration::from_secs(20), ..Limits::default() };
        let gitlab = GitLab::new(Native::new(), self.server.url(), project, token, limits);
        if graphql { gitlab } else { gitlab.without_graphql() }
    }

    fn ask(&self, revision: &str, kind: Option<TokenKind>, graphql: bool) -> Result<Resolution, SourceError> {
        ask(&self.open(path("group/name"), kind, graphql), revision)
    }
}

fn images(tags: &[String]) -> Repository {
    let tags = tags.iter().map(|tag| RegistryTag { name: tag.clone(), ..RegistryTag::default() }).collect();
    Repository { tags, ..Repository::default() }
}

fn path(path: &str) -> ProjectRef {
    ProjectRef::Path(path.to_owned())
}

fn ask(gitlab: &GitLab<Native>, revision: &str) -> Result<Resolution, SourceError> {
    let question = Question { revision: Some(revision.to_owned()), ..Question::default() };
    pollster::block_on(gitlab.resolve(&question))
}

/// An error with its cause, without the server's address.
fn text(error: &SourceError, server: &Server) -> String {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{error}{cause}").replace(server.url(), "GITLAB")
}

/// `found`, `unknown no-access`, or an error's text.
fn word(answer: &Result<Resolution, SourceError>, world: &World) -> String {
    match answer {
        Ok(answer) => {
            let reason = answer.reason.as_ref().map(|reason| format!(" {}", reason.code)).unwrap_or_default();
            format!("{}{reason}", answer.status)
        }
        Err(error) => text(error, &world.server),
    }
}

#[test]
fn a_private_project_is_for_those_who_may_see_it() {
    use Kind::{Job, OAuth, Personal};
    use TokenKind::{Bearer, Private};
    const NONE: &str = "GITLAB has no project group/name that can be seen without a token: its name may be wrong, or it is private: GET /projects/group%2Fname answered 404: 404 Project Not Found";
    const NOT_THIS: &str = "GITLAB has no project group/name that this token can see: its name may be wrong, or its owner has not let you in: GET /projects/group%2Fname answered 404: 404 Project Not Found";
    const REFUSED: &str = "GITLAB does not accept the token: it may have expired or been revoked: GET /projects/group%2Fname answered 401: 401 Unauthorized";
    const EXPIRED: &str = "GITLAB does not accept the token: it may have expired or been revoked: GET /projects/group%2Fname answered 401: Token is expired. You can either do re-authorization or token refresh.";
    const SCOPE: &str = "GITLAB does not let this token read the project group/name: GET /projects/group%2Fname answered 403: the token lacks the scope read_api";
    const JOB: &str = "GITLAB has no project group/name that a job's token can see: its name may be wrong, or it is not public: GET /projects/group%2Fname answered 404: 404 Project Not Found";
    let read: &[Scope] = &[Scope::ReadApi];
    let elsewhere = Reach::Only(vec![99]);
    let cases = [
        ("no token", None, None, NONE),
        ("a token", Some((Personal, read, Reach::All, false)), Some(Private), "found"),
        ("as a bearer", Some((Personal, read, Reach::All, false)), Some(Bearer), "found"),
        ("of the project", Some((Kind::Project, read, Reach::Only(vec![1]), false)), Some(Private), "found"),
        ("of OAuth", Some((OAuth, read, Reach::All, false)), Some(Bearer), "found"),
        ("of OAuth, sent as another", Some((OAuth, read, Reach::All, false)), Some(Private), REFUSED),
        ("unknown", None, Some(Private), REFUSED),
        ("expired", Some((Personal, read, Reach::All, true)), Some(Private), EXPIRED),
        ("of somebody else", Some((Personal, read, elsewhere, false)), Some(Private), NOT_THIS),
        ("for git alone", Some((Personal, &[Scope::ReadRepository][..], Reach::All, false)), Some(Private), SCOPE),
        ("for the registry alone", Some((Personal, &[Scope::ReadRegistry], Reach::All, false)), Some(Private), SCOPE),
        ("of a job", Some((Job, &[], Reach::Only(vec![1]), false)), Some(TokenKind::Job), JOB),
    ];
    for (name, known, sent, wanted) in cases {
        let world = World::new(Options::default(), |project| project.visibility = Visibility::Private);
        if let Some((kind, scopes, reach, expired)) = known {
            world.token(kind, scopes, reach, expired);
        }
        for graphql in [true, false] {
            assert_eq!(word(&world.ask("main", sent, graphql), &world), wanted, "{name}, GraphQL {graphql}");
        }
    }
}

#[test]
fn a_registry_that_may_not_be_seen_leaves_it_open() {
    for (name, access, kind, wanted) in [
        ("open", Access::Enabled, None, "found"),
        ("without a token", Access::Private, None, "unknown no-access"),
        ("with one of a member", Access::Private, Some((Kind::Personal, Reach::All)), "found"),
        ("with one of another", Access::Private, Some((Kind::Personal, Reach::Only(vec![9]))), "unknown no-access"),
        ("with one of its job", Access::Private, Some((Kind::Job, Reach::Only(vec![1]))), "found"),
        ("with one of another's job", Access::Private, Some((Kind::Job, Reach::Only(vec![9]))), "unknown no-access"),
        ("switched off", Access::Disabled, None, "predicted"),
    ] {
        let world = World::new(Options::default(), |project| project.container_registry = access);
        let sent = kind.map(|(kind, reach)| {
            world.token(kind, &[Scope::ReadApi], reach, false);
            if kind == Kind::Job { TokenKind::Job } else { TokenKind::Private }
        });
        for graphql in [true, false] {
            for revision in ["main", "other"] {
                world.server.clear_log();
                let answer = world.ask(revision, sent, graphql);
                let wanted = if wanted == "found" && revision == "other" { "missing" } else { wanted };
                let got = word(&answer, &world);
                assert!(got.starts_with(wanted), "{name}, {revision}, GraphQL {graphql}: {got}");
                let answer = answer.unwrap();
                if wanted == "unknown no-access" {
                    let who = if sent.is_some() { "with this token" } else { "without a token" };
                    let message = &answer.reason.unwrap().message;
                    assert!(
                        message
                            .starts_with(&format!("the tags of the container registry may not be read {who} (GET /")),
                        "{message}"
                    );
                    assert!(answer.environment.is_some() && answer.expected_tag.is_some());
                }
                if wanted == "predicted" {
                    assert!(answer.notes.iter().any(|note| note.contains("switched off")), "{:?}", answer.notes);
                }
                // GraphQL takes no job's token, so it is not asked.
                let queries = world.server.log().iter().filter(|one| one.path_and_query.ends_with("graphql")).count();
                assert!(sent != Some(TokenKind::Job) || queries == 0, "{name}: {queries}");
            }
        }
    }
}

#[test]
fn every_gitlab_and_every_name_of_a_project_will_do() {
    let root = || Options { path: "/relative/root".to_owned(), ..Options::default() };
    for (name, options, project) in [
        ("plain", Options::default(), path("group/name")),
        ("by its number", Options::default(), ProjectRef::Id(1)),
        ("moved", Options::default(), path("old/place")),
        ("in other letters", Options::default(), path("Group/Name")),
        ("below a path", root(), path("group/name")),
        ("by number below a path", root(), ProjectRef::Id(1)),
        ("moved below a path", root(), path("old/place")),
        ("17", Options { version: Version::V17, ..Options::default() }, path("group/name")),
        ("15", Options { version: Version::V15, ..Options::default() }, path("group/name")),
        ("15 by number", Options { version: Version::V15, ..Options::default() }, ProjectRef::Id(1)),
        ("few complexity", Options { complexity: (40, 40), ..Options::default() }, path("group/name")),
        (
            "a registry without a database",
            Options { registry_database: false, ..Options::default() },
            path("group/name"),
        ),
    ] {
        let world = World::new(options, |project| {
            project.moved_from = vec!["old/place".to_owned()];
            project.archived = name == "plain";
        });
        for (mode, graphql, there) in [("GraphQL", true, true), ("REST", false, true), ("no GraphQL", true, false)] {
            world.server.set_graphql(there);
            let gitlab = world.open(project.clone(), None, graphql);
            let answer = ask(&gitlab, "main").unwrap_or_else(|error| {
                panic!("{name}, {mode}: {}", text(&error, &world.server));
            });
            found(&answer, world.first, Relation::Ancestor, Some(1));
            assert_eq!(answer.commit, world.second);
            assert_eq!(answer.project.as_deref(), Some("group/name"), "{name}, {mode}");
            let reference = format!("registry.example.org/group/name:{}", seven(world.first));
            assert_eq!(answer.image.unwrap().reference, Some(reference), "{name}, {mode}");
            let answer = ask(&world.open(project.clone(), None, graphql), "other").unwrap();
            assert_eq!(answer.status, Status::Missing, "{name}, {mode}: {answer:#?}");
        }
    }
}

#[test]
fn the_reference_is_that_of_the_repository_that_was_listed() {
    const ROOT: &str = "registry.example.org/group/name";
    // What there is, each repository with the image of the first commit; what the caller names; the image's repository.
    for (there, named, wanted) in [
        (&[""][..], None, Some(ROOT.to_owned())),
        (&["sub"], None, Some(format!("{ROOT}/sub"))),
        (&["sub", ""], None, Some(ROOT.to_owned())),
        (&["a", "b"], None, None),
        (&["sub"], Some(ROOT.to_owned()), None),
        (&["sub", ""], Some(format!("{ROOT}/sub")), Some(format!("{ROOT}/sub"))),
    ] {
        let world = World::new(Options::default(), |project| {
            let image = project.images.pop().unwrap();
            let repository = |name: &&str| Repository { name: (*name).to_owned(), ..image.clone() };
            project.images = there.iter().map(repository).collect();
        });
        for graphql in [true, false] {
            let gitlab = world.open(path("group/name"), None, graphql);
            let question = Question { image: named.clone(), ..Question::default() };
            let answer = pollster::block_on(gitlab.resolve(&question)).unwrap();
            let reference = answer.image.map(|image| image.reference.unwrap());
            let wanted = wanted.as_ref().map(|name| format!("{name}:{}", seven(world.first)));
            assert_eq!(reference, wanted, "{there:?}, {named:?}, GraphQL {graphql}: {:?}", answer.status);
            let history = pollster::block_on(repin::history::history(&gitlab, &question, None)).unwrap();
            let named = history.repository.filter(|_| wanted.is_some());
            assert_eq!(named, wanted.and_then(|image| Some(image.rsplit_once(':')?.0.to_owned())), "{there:?}");
        }
    }
}

#[test]
fn likely_tags_are_asked_for_where_they_cannot_be_listed() {
    let failures = [
        ("502", FaultKind::Html(502)),
        ("too late", FaultKind::Latency(Duration::from_secs(3))),
        ("too large", FaultKind::Oversized(3 << 20)),
        ("cut", FaultKind::CutInBody),
    ];
    for (name, failure) in failures {
        for graphql in [true, false] {
            let world = World::new(Options::default(), |_| ());
            // A line of commits: only the newest eight are asked for.
            let mut line = vec![world.second];
            for at in 0..12 {
                let text = format!("{at}");
                let files = [DOCKERFILE, file("requirements.txt", "1"), file("a.md", &text)];
                line.push(world.repo.commit("line", &line[line.len() - 1..], &files));
            }
            let tip = line[line.len() - 1];
            world.server.fault(Fault::new(failure.clone()).on("/tags?"));
            let ask = |tags: &[String], revision: &str| {
                world.server.update(world.id, |project| {
                    project.images[0].tags = images(tags).tags;
                });
                world.server.clear_log();
                let limits = Limits {
                    retries: 1,
                    timeout: Duration::from_millis(800),
                    max_bytes: 1 << 20,
                    deadline: Duration::from_secs(20),
                    ..Limits::default()
                };
                let gitlab = GitLab::new(Native::new(), world.server.url(), path("group/name"), None, limits);
                let gitlab = if graphql { gitlab } else { gitlab.without_graphql() };
                let answer = self::ask(&gitlab, revision).unwrap();
                let log = world.server.log();
                let single = log.iter().filter(|one| one.path_and_query.contains("/tags/")).count();
                assert!(single <= 9, "{name}: {single} tags were asked for");
                assert!(log.len() <= 30, "{name}: {} requests", log.len());
                answer
            };
            let near = line[line.len() - 4];
            let answer = ask(&[seven(near)], "line");
            found(&answer, near, Relation::Ancestor, Some(3));
            assert!(
                answer.notes.iter().any(|note| note
                    .starts_with("another image may be nearer: the registry's list of tags could not be read (")),
                "{name}: {:?}",
                answer.notes
            );
            let answer = ask(&[seven(tip)], "line");
            found(&answer, tip, Relation::Exact, Some(0));
            // What is too far away, is not asked for; what has other inputs, is not right. Neither is missing.
            for (tags, revision) in
                [(vec![seven(world.first)], "line"), (vec![seven(tip)], "other"), (vec!["latest".to_owned()], "other")]
            {
                let answer = ask(&tags, revision);
                let reason = answer.reason.unwrap();
                assert_eq!((answer.status, reason.code.as_str()), (Status::Unknown, "partial"), "{name}, {tags:?}");
                assert!(reason.message.contains("asked for one by one"), "{}", reason.message);
            }
            // Where single tags cannot be read either, that is found out once.
            world.server.clear_faults();
            world.server.fault(Fault::new(failure.clone()).on("/tags"));
            let answer = ask(&[seven(near)], "line");
            assert_eq!(answer.status, Status::Unknown, "{name}");
        }
    }
}

#[test]
fn more_repositories_than_one_query_shows_are_all_looked_at() {
    let world = World::new(Options::default(), |project| {
        let root = project.images.remove(0);
        project.images = (0..25)
            .map(|at| Repository { name: format!("part{at:02}"), ..Repository::default() })
            .chain([root])
            .collect();
    });
    for graphql in [true, false] {
        let answer = world.ask("main", None, graphql).unwrap();
        found(&answer, world.first, Relation::Ancestor, Some(1));
    }
}

/// All bytes of the files below a folder.
fn bytes_below(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        all.extend_from_slice(path.to_str().unwrap().as_bytes());
        all.extend(if path.is_dir() { bytes_below(&path) } else { std::fs::read(&path).unwrap() });
    }
    all
}

#[test]
fn a_token_is_shown_nowhere_and_sent_to_nobody_else() {
    let stranger = Server::start(Options::default()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let cache = FileCache::at(folder.path());
    let mut shown = String::new();
    for sent in [TokenKind::Private, TokenKind::Bearer, TokenKind::Job] {
        for (part, kind) in [
            ("/nowhere", None),
            ("/projects/group%2Fname", Some(FaultKind::Redirect(format!("{}/api/v4/x", stranger.url())))),
            ("/registry", Some(FaultKind::Redirect(format!("{}/api/v4/x", stranger.url())))),
            ("/graphql", Some(FaultKind::WrongShape)),
            ("/registry", Some(FaultKind::HtmlInsteadOfJson)),
            ("/commits", Some(FaultKind::Html(502))),
            ("/commits", Some(FaultKind::CutBeforeHeaders)),
        ] {
            let world = World::new(Options::default(), |_| ());
            let known = if sent == TokenKind::Job { Kind::Job } else { Kind::Personal };
            world.token(known, &[Scope::ReadApi], Reach::All, false);
            if let Some(kind) = kind {
                world.server.fault(Fault::new(kind).on(part));
            }
            let store = cache.store(world.server.url(), "group/name");
            let gitlab = world.open(path("group/name"), Some(sent), true).with_store(store);
            let question = Question { revision: Some("main".to_owned()), ..Question::default() };
            let answer = pollster::block_on(gitlab.resolve(&question));
            match &answer {
                Ok(answer) => write!(shown, "{answer:?} {}", serde_json::to_string(answer).unwrap()).unwrap(),
                Err(error) => write!(shown, "{error:?} {} {:?}", text(error, &world.server), error.source()).unwrap(),
            }
            let log = world.server.log();
            assert!(log.iter().all(|one| one.had_auth), "the token is sent with every request");
            for one in log {
                write!(shown, "{} {}", one.path_and_query, one.body).unwrap();
            }
        }
    }
    let token = Token::new(TokenKind::Private, SECRET).unwrap();
    write!(shown, "{token:?} {token:#?} {token}").unwrap();
    // Also not in part.
    let secret = &SECRET["glpat-".len()..];
    assert!(shown.len() > 1000 && !shown.contains(secret), "{shown}");
    let kept = bytes_below(folder.path());
    assert!(kept.len() > 1000);
    assert!(!kept.windows(secret.len()).any(|part| part == secret.as_bytes()));
    assert!(stranger.log().is_empty(), "{:?}", stranger.log());
}

#[test]
fn the_clean_up_policy_is_read_where_it_is_shown() {
    let full = json!({ "cadence": "1d", "enabled": true, "keep_n": 10, "older_than": "90d", "name_regex": ".*", "name_regex_keep": null, "next_run_at": "2024-06-01T00:00:00Z" });
    let all = CleanupPolicy {
        enabled: true,
        keep_n: Some(10),
        older_than: Some("90d".to_owned()),
        name_regex: Some(".*".to_owned()),
        ..CleanupPolicy::default()
    };
    for (given, expected) in [
        (full, Some(all)),
        (
            json!({ "enabled": true, "keep_n": "many" }),
            Some(CleanupPolicy { enabled: true, ..CleanupPolicy::default() }),
        ),
        (json!([]), Some(CleanupPolicy::default())),
        (Value::Null, None),
    ] {
        let world = World::new(Options::default(), |project| project.cleanup_policy = Some(given.clone()));
        let gitlab = world.open(path("group/name"), None, true);
        assert_eq!(pollster::block_on(gitlab.cleanup_policy()).unwrap(), expected, "{given}");
        pollster::block_on(gitlab.cleanup_policy()).unwrap();
        assert_eq!(gitlab.cost().map(|cost| cost.requests), Some(1), "once is enough");
        world.server.update(world.id, |project| project.visibility = Visibility::Private);
        let refused = pollster::block_on(world.open(path("group/name"), None, true).cleanup_policy());
        assert!(refused.is_err());
    }
}

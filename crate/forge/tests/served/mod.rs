//! The same question through HTTP: every answer of the local source is compared with that of the GitLab source, in
//! GraphQL and in REST mode, over a GitLab stand-in that serves the same repository.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::path::Path;

use repin::{Question, Resolution};
use repin_forge::gitlab::GitLab;
use repin_forge::gitlab::location::ProjectRef;
use repin_forge::http::{Limits, Native};
use repin_sandbox::gitlab::{Access, Options, Project, RegistryTag, Repository, Server};
use serde_json::{Value, json};

/// A stand-in that serves one repository.
pub(crate) struct Served {
    pub(crate) server: Server,
}

impl Served {
    /// With these tags in its registry; `None`: it has no registry.
    pub(crate) fn new<T: AsRef<str>>(repository: &Path, tags: Option<&[T]>) -> Self {
        let server = Server::start(Options::default()).unwrap();
        let images = tags.map(|tags| Repository {
            tags: tags
                .iter()
                .map(|tag| RegistryTag { name: tag.as_ref().to_owned(), ..RegistryTag::default() })
                .collect(),
            ..Repository::default()
        });
        server.add(Project {
            path: "group/name".to_owned(),
            repository: repository.to_owned(),
            container_registry: if tags.is_some() { Access::Enabled } else { Access::Disabled },
            images: images.into_iter().collect(),
            ..Project::default()
        });
        Self { server }
    }

    /// The project, read in one of both ways.
    pub(crate) fn open(&self, graphql: bool) -> GitLab<Native> {
        self.open_within(graphql, Limits { max_requests: None, ..Limits::default() })
    }

    /// The same with limits.
    pub(crate) fn open_within(&self, graphql: bool, limits: Limits) -> GitLab<Native> {
        let project = ProjectRef::Path("group/name".to_owned());
        let gitlab = GitLab::new(Native::new(), self.server.url(), project, None, limits);
        if graphql { gitlab } else { gitlab.without_graphql() }
    }
}

/// What has to be equal: all but what only the network knows.
fn comparable(answer: &Resolution) -> Value {
    let mut value = serde_json::to_value(answer).unwrap();
    for field in ["cost", "project", "notes"] {
        value[field] = Value::Null;
    }
    if value["image"].is_object() {
        for field in ["reference", "project", "digest", "created_at"] {
            value["image"][field] = Value::Null;
        }
    }
    // Why there is no build is known to the network alone.
    if value["reason"]["code"] == "never-scheduled" {
        value["reason"]["code"] = json!("no-image");
    }
    // Words may differ, since a clone and a server lack different things; their meaning may not.
    if value["reason"].is_object() {
        value["reason"] = json!(value["reason"]["code"]);
    }
    value
}

/// That GitLab's API gives the same answer.
#[track_caller]
pub(crate) fn same_through_http(repository: &Path, question: &Question, tags: Option<&[&str]>, local: &Resolution) {
    let served = Served::new(repository, tags);
    for graphql in [true, false] {
        served.server.clear_log();
        let answer = pollster::block_on(repin::resolve::resolve(&served.open(graphql), question));
        let answer = answer.unwrap_or_else(|error| {
            panic!(
                "through HTTP, GraphQL {graphql}: {error} ({:?})\n{}",
                std::error::Error::source(&error),
                log(&served)
            )
        });
        let (mut wanted, got) = (comparable(local), comparable(&answer));
        // Beyond 500 commits the distance may stay open.
        if wanted["image"]["distance"].as_u64() > Some(500) && got["image"]["distance"].is_null() {
            wanted["image"]["distance"] = Value::Null;
        }
        assert!(
            wanted == got,
            "through HTTP, GraphQL {graphql}:\n{}\nis not the local answer:\n{}\nnotes: {:?}\n{}",
            serde_json::to_string_pretty(&got).unwrap(),
            serde_json::to_string_pretty(&wanted).unwrap(),
            answer.notes,
            log(&served)
        );
    }
}

fn log(served: &Served) -> String {
    let lines =
        served.server.log().into_iter().map(|one| format!("{} {} {}", one.method, one.path_and_query, one.status));
    lines.collect::<Vec<_>>().join("\n")
}

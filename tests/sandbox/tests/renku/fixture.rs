//! A GitLab with the course, a Renku over it, and their control.

use std::path::PathBuf;
use std::sync::Arc;

use repin_sandbox::gitlab::{CONTROL_HEADER, Control, Options, Project, Server, Visibility};
use repin_sandbox::renku::{self, Renku};
use repin_sandbox::{Course, course, hostile};
use serde_json::{Value, json};

use crate::client::{Got, send};

/// All of it, until it is dropped.
pub(crate) struct Sandbox {
    pub(crate) gitlab: Arc<Server>,
    pub(crate) renku: Arc<Renku>,
    control: Control,
    folder: PathBuf,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

impl Sandbox {
    pub(crate) fn new(name: &str) -> Self {
        Self::of(name, false)
    }

    /// With the hostile project.
    pub(crate) fn hostile(name: &str) -> Self {
        Self::of(name, true)
    }

    fn of(name: &str, with_hostile: bool) -> Self {
        let folder = std::env::temp_dir().join(format!("repin-renku-{name}-{}", std::process::id()));
        let course = course(&folder.join("course")).expect("git runs");
        let gitlab = Arc::new(Server::start(Options::default()).expect("it starts"));
        gitlab.add_course(&course, None).expect("the course can be simulated");
        let of = |path: &str, course: &Course| Project {
            path: path.to_owned(),
            repository: course.git.dir().to_owned(),
            ..Project::default()
        };
        gitlab.add(of("ben/course", &course));
        gitlab.add(Project { visibility: Visibility::Private, ..of("ada/drafts", &course) });
        if with_hostile {
            let repository = hostile(&folder.join("hostile")).expect("git runs").git.dir().to_owned();
            gitlab.add(Project { path: "eve/hostile".to_owned(), repository, ..Project::default() });
        }
        renku::projects(&gitlab, &course, None, &folder.join("spring")).expect("git runs");
        let renku = Arc::new(Renku::start(&gitlab, 0, 0).expect("it starts"));
        let control = Control::with_renku(&gitlab, &renku, 0).expect("it starts");
        Self { gitlab, renku, control, folder }
    }

    /// A request to Renku 2's API, below `/api/data`.
    pub(crate) fn api(&self, method: &str, path: &str, body: &Value) -> Got {
        self.try_api(method, path, body).expect("it answers")
    }

    pub(crate) fn try_api(&self, method: &str, path: &str, body: &Value) -> Result<Got, String> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(method, &format!("{}/api/data{path}", self.renku.url()), &[], &body)
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let got = self.api("GET", path, &Value::Null);
        assert_eq!(got.status, 200, "{path}: {got:?}");
        got.json()
    }

    /// A request to the legacy interface's API, below `/ui-server/api`.
    pub(crate) fn legacy(&self, method: &str, path: &str, body: &Value) -> Got {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = format!("{}/ui-server/api{path}", self.renku.legacy_url());
        send(method, &url, &[], &body).expect("it answers")
    }

    /// A request to the control, below `/renku`.
    pub(crate) fn control(&self, method: &str, path: &str, body: &Value) -> Got {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let url = format!("{}/renku{path}", self.control.url());
        send(method, &url, &[(CONTROL_HEADER, "test")], &body).expect("it answers")
    }

    /// The number of a project.
    pub(crate) fn project(&self, path: &str) -> String {
        let (namespace, slug) = path.split_once('/').expect("a path has two parts");
        let project = self.get(&format!("/namespaces/{namespace}/projects/{slug}"));
        project["id"].as_str().expect("it has a number").to_owned()
    }

    /// A launcher of a project, by its name.
    pub(crate) fn launcher(&self, project: &str, name: &str) -> Value {
        let list = self.get(&format!("/projects/{}/session_launchers", self.project(project)));
        let found = list.as_array().and_then(|list| list.iter().find(|launcher| launcher["name"] == name));
        found.unwrap_or_else(|| panic!("{project} has no launcher {name}")).clone()
    }

    /// An image of `ada/spring`, by its tag.
    pub(crate) fn image(tag: &str) -> String {
        format!("registry.example.org/ada/spring:{tag}")
    }
}

/// The text of a field.
pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{value} has no {name}"))
}

/// What an answer's error says.
pub(crate) fn refused(got: &Got) -> (u16, String) {
    let body = got.json();
    let status = got.status;
    assert_eq!(body["error"]["code"], json!(1000 + u64::from(status)), "{body}");
    (status, text(&body["error"], "message").to_owned())
}

//! What Renku 2 knows at the start.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{MEMBERS, NOBODYS, RIGHT, SPRING};
use crate::gitlab::{Request, Server};
use crate::renku::api::before_start;
use crate::renku::model::{Build, Built, Environment, Launcher, Project, START, USER_ID, ulid};
use crate::renku::state::World;
use crate::{Error, Result};

/// Where Renku puts what it builds.
const BUILDS: &str = "harbor.example.org/renku-builds/renku-build";
/// An image of Docker Hub.
const HUB: &str = "renku/renkulab-py:3.10-0.24.0";

/// The commits by which launchers are chosen, by their titles.
const OLDER: &str = "Use pyarrow";
const STALE: &str = "Horizontal bars";
const NO_TAG: &str = "Week 5: Functions";
const SAME_HELPERS: &str = "Week 5: Tests";

/// Fills a world.
struct Maker<'a> {
    server: &'a Server,
    /// The commits of [`SPRING`] by their titles.
    commits: HashMap<String, String>,
    world: World,
    /// Each thing is a minute older than the one before it.
    minutes: i64,
}

/// What is there at the start.
///
/// # Errors
/// The GitLab has not what [`projects`] adds.
pub(crate) fn world(server: &Server, token: &str) -> Result<World> {
    let mut maker = Maker { server, commits: commits(server, token)?, world: World::default(), minutes: 0 };
    maker.environments();
    maker.course()?;
    maker.others()?;
    if server.paths().iter().any(|(_, path)| path == "eve/hostile") {
        maker.hostile(token);
    }
    Ok(maker.world)
}

fn commits(server: &Server, token: &str) -> Result<HashMap<String, String>> {
    let path = format!("/projects/{}/repository/commits?per_page=100", SPRING.replace('/', "%2F"));
    let reply = server.ask(Request::rest(&path, token));
    let list: Vec<Value> = serde_json::from_slice(&reply.body).unwrap_or_default();
    if reply.status != 200 {
        return Err(Error::new(format!("the GitLab answers {} to {path}", reply.status)));
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(list.iter().map(|commit| (text(&commit["title"]), text(&commit["id"]))).collect())
}

impl Maker<'_> {
    fn date(&mut self) -> String {
        self.minutes += 1;
        before_start(self.minutes)
    }

    fn commit(&self, title: &str) -> Result<String> {
        let found = self.commits.get(title).cloned();
        found.ok_or_else(|| Error::new(format!("{SPRING} has no commit {title}")))
    }

    /// The first seven characters, of which the course's CI job makes the tag.
    fn short(&self, title: &str) -> Result<String> {
        Ok(self.commit(title)?.chars().take(7).collect())
    }

    /// An image of a project on the GitLab.
    fn image(&self, project: &str, tag: &str) -> String {
        format!("{}/{project}:{tag}", self.server.registry_host())
    }

    fn clone_url(&self, project: &str) -> String {
        format!("{}/{project}.git", self.server.url())
    }

    /// Adds a project, and returns its identifier.
    fn project(&mut self, path: &str, name: &str, repositories: &[&str]) -> String {
        let (namespace, slug) = path.split_once('/').unwrap_or_default();
        let id = ulid(&format!("project {path}"));
        let repositories = repositories.iter().map(|repository| match repository.strip_prefix("https:") {
            Some(_) => (*repository).to_owned(),
            None => self.clone_url(repository),
        });
        self.world.projects.push(Project {
            id: id.clone(),
            name: name.to_owned(),
            namespace: namespace.to_owned(),
            slug: slug.to_owned(),
            creation_date: START.to_owned(),
            created_by: if namespace == "ada" { USER_ID.to_owned() } else { format!("{namespace}-keycloak-id") },
            repositories: repositories.collect(),
            visibility: if path == "ada/drafts" { "private" } else { "public" },
            description: String::new(),
            etag: ulid(&format!("etag {path}")),
            keywords: Vec::new(),
            is_template: false,
            secrets_mount_directory: "/secrets",
            write: namespace == "ada",
        });
        id
    }

    /// Adds a launcher as the oldest so far, and returns it.
    fn launcher(&mut self, project: &str, name: &str, environment: Environment) -> &mut Launcher {
        let creation_date = self.date();
        self.world.launchers.push(Launcher {
            id: ulid(&format!("launcher {project} {name}")),
            project_id: project.to_owned(),
            name: name.to_owned(),
            creation_date,
            description: None,
            environment,
            resource_class_id: Some(1),
            disk_storage: None,
            env_variables: None,
            kind: "interactive".to_owned(),
        });
        self.world.launchers.last_mut().expect("one was pushed")
    }

    fn of_image(&mut self, project: &str, name: &str, image: &str) -> &mut Launcher {
        let environment = custom(&ulid(&format!("environment {project} {name}")), name, image);
        self.launcher(project, name, environment)
    }

    /// What all projects share.
    fn environments(&mut self) {
        for (name, image) in [("Python", HUB), ("R", "renku/renkulab-r:4.3.1-0.25.0")] {
            let mut environment = custom(&ulid(&format!("global {name}")), name, image);
            environment.set("environment_kind", "GLOBAL");
            self.world.environments.push(environment);
        }
    }

    fn course(&mut self) -> Result<()> {
        let id = self.project("ada/course", "Data for everyone", &[SPRING]);
        let right = self.image(SPRING, &self.short(RIGHT)?);
        let one = self.of_image(&id, "Right", &right);
        one.description = Some("As the course is taught".to_owned());
        one.resource_class_id = Some(2);
        one.disk_storage = Some(10);
        one.env_variables = Some(json!([{ "name": "TERM_OF", "value": "spring" }]));
        one.environment.set("command", json!(["sh", "-c"]));
        one.environment.set("args", json!(["jupyter lab --ip=0.0.0.0 --port=8888"]));
        let stale = self.image(SPRING, &self.short(STALE)?);
        self.of_image(&id, "Stale", &stale);
        let older = self.image(SPRING, &self.short(OLDER)?);
        self.of_image(&id, "Older but right", &older);
        let python = self.world.environments[0].clone();
        self.launcher(&id, "Python", python);
        // Since its last build only .renku/renku.ini has changed, and the whole repository is what it is built from.
        self.built(&id, "From code", None, [RIGHT, OLDER])?;
        self.of_image(&id, "By hand", HUB);
        // Its own image never was; the same files were built one commit before.
        let moved = format!("registry.renkulab.io/ada/course:{}", self.short(NO_TAG)?);
        self.of_image(&id, "Moved", &moved);
        let nobodys = self.image(SPRING, NOBODYS);
        self.of_image(&id, "Unknown tag", &nobodys);
        "non-interactive".clone_into(&mut self.of_image(&id, "Job", &right).kind);
        // The folder that it is built from is as it was then.
        self.built(&id, "From a folder", Some("helpers"), [SAME_HELPERS, STALE])
    }

    /// A launcher whose image Renku built of two commits, the newer first, with a failure between them.
    fn built(&mut self, project: &str, name: &str, folder: Option<&str>, commits: [&str; 2]) -> Result<()> {
        let environment_id = ulid(&format!("environment {project} {name}"));
        let repository = self.clone_url(SPRING);
        let mut builds = Vec::new();
        for (number, title) in [Some(commits[0]), None, Some(commits[1])].into_iter().enumerate() {
            let id = ulid(&format!("build {project} {name} {number}"));
            let created_at = self.date();
            let result = title.map(|title| {
                Ok::<_, Error>(Built {
                    image: format!("{BUILDS}:renku-{}", id.to_lowercase()),
                    completed_at: created_at.clone(),
                    repository_url: repository.clone(),
                    repository_git_commit_sha: self.commit(title)?,
                })
            });
            let result = result.transpose()?;
            let (status, error_reason) =
                if result.is_some() { ("succeeded", None) } else { ("failed", Some("StepOutOfMemory")) };
            builds.push(Build { id, environment_id: environment_id.clone(), created_at, status, result, error_reason });
        }
        let image = builds[0].result.as_ref().map(|result| result.image.clone()).unwrap_or_default();
        let mut environment = custom(&environment_id, name, &image);
        let mut parameters = json!({ "repository": repository, "builder_variant": "python",
                                     "frontend_variant": "jupyterlab", "platforms": ["linux/amd64"] });
        if let Some(folder) = folder {
            parameters["context_dir"] = folder.into();
        }
        environment.set("environment_image_source", "build");
        environment.set("working_directory", "/home/renku/work");
        environment.set("mount_directory", "/home/renku/work");
        environment.set("build_parameters", parameters);
        self.world.builds.extend(builds);
        self.launcher(project, name, environment);
        Ok(())
    }

    fn others(&mut self) -> Result<()> {
        let right = self.short(RIGHT)?;
        let two = self.project("ada/two", "Two repositories", &["ben/course", "ada/course"]);
        let image = self.image("ada/course", &right);
        self.of_image(&two, "Of the course", &image);
        self.of_image(&two, "Of Docker Hub", HUB);
        let unbuilt = self.project("ada/unbuilt", "Never built", &["ada/course"]);
        self.of_image(&unbuilt, "Nearest", &image);
        let stale = self.short(STALE)?;
        for (path, name) in [(MEMBERS, "Images for members"), ("ada/drafts", "Drafts")] {
            let id = self.project(path, name, &[path]);
            for (name, tag) in [("Newest", &right), ("Stale", &stale)] {
                let image = self.image(path, tag);
                self.of_image(&id, name, &image);
            }
        }
        let github = self.project("ada/github", "On GitHub", &["https://github.com/example/analysis.git"]);
        self.of_image(&github, "Analysis", HUB);
        let none = self.project("ada/none", "No code", &[]);
        let image = self.image(SPRING, &right);
        self.of_image(&none, "Without code", &image);
        self.project("ada/empty", "No launchers", &[SPRING]);
        let theirs = self.project("ben/course", "Ben's exercises", &[SPRING]);
        let image = self.image(SPRING, &stale);
        self.of_image(&theirs, "Stale", &image);
        let many = self.project("ada/many", "Many launchers", &[SPRING]);
        let tags = [RIGHT, OLDER, STALE, "Week 4: Trees", "Bring the course's functions into the image"];
        for number in 0..50 {
            let image = self.image(SPRING, &self.short(tags[number % tags.len()])?);
            self.of_image(&many, &format!("Launcher {:02}", number + 1), &image);
        }
        Ok(())
    }

    fn hostile(&mut self, token: &str) {
        let texts = [
            "<img src=x onerror=\"window.hostile=1\">",
            "\"><script>window.hostile=1</script><svg onload=window.hostile=1>",
            "'\"`&amp;&lt;b&gt; ${window.hostile=1} {{7*7}} <!-- ]]>",
            "\u{202e}Backwards, and no end of it",
            "🎉 👩\u{200d}🔬 Z\u{351}\u{36b}\u{343}a\u{323}\u{320}lgo",
        ];
        let id = self.project("eve/hostile", texts[1], &["eve/hostile"]);
        if let Some(project) = self.world.projects.last_mut() {
            project.description = texts.concat();
            project.write = true;
        }
        let path = "/projects/eve%2Fhostile/registry/repositories?tags=true";
        let reply = self.server.ask(Request::rest(path, token));
        let list: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let tags: Vec<_> =
            list[0]["tags"].as_array().into_iter().flatten().filter_map(|tag| tag["name"].as_str()).collect();
        for (number, text) in texts.iter().enumerate() {
            let tag = tags.get(number % tags.len().max(1)).copied().unwrap_or_default();
            let image = if number == 0 { texts[1].to_owned() } else { self.image("eve/hostile", tag) };
            self.of_image(&id, text, &image).description = Some(texts.concat());
        }
    }
}

/// An environment of an image.
fn custom(id: &str, name: &str, image: &str) -> Environment {
    let fields = json!({
        "id": id, "name": name, "creation_date": START, "container_image": image, "default_url": "/lab", "uid": 1000,
        "gid": 100, "port": 8888, "working_directory": "/home/jovyan/work", "mount_directory": "/home/jovyan/work",
        "is_archived": false, "strip_path_prefix": false, "environment_kind": "CUSTOM", "environment_image_source": "image",
    });
    Environment(fields.as_object().cloned().unwrap_or_default())
}

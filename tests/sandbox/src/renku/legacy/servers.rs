//! Sessions of the notebooks service: one for each project, branch and commit (renku-notebooks, api/notebooks.py).

use data_encoding::HEXLOWER;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json as object};
use sha2::{Digest, Sha256};

use crate::gitlab::{Reply, Request};
use crate::renku::api;
use crate::renku::error::{Answer, refusal};
use crate::renku::images;
use crate::renku::model::USER;
use crate::renku::rules;
use crate::renku::state::State;

/// What the service takes, without a word, where the image that was asked for is not there.
const DEFAULT_IMAGE: &str = "renku/singleuser:latest";

/// A session of the legacy interface.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    name: String,
    image: String,
    namespace: String,
    project: String,
    project_id: u64,
    branch: String,
    commit: String,
    default_image_used: bool,
    started: String,
    state: &'static str,
}

/// As the API says it.
pub(crate) fn json(server: &Server) -> Value {
    let yes = |yes: bool| if yes { "True" } else { "False" };
    object!({
        "name": server.name, "image": server.image, "started": server.started,
        "annotations": {
            "renku.io/branch": server.branch, "renku.io/commit-sha": server.commit,
            "renku.io/default_image_used": yes(server.default_image_used), "renku.io/namespace": server.namespace,
            "renku.io/projectName": server.project, "renku.io/gitlabProjectId": server.project_id.to_string(),
            "renku.io/username": USER,
        },
        "resources": { "requests": { "cpu": "0.5", "memory": "1G", "storage": "1G" }, "usage": {} },
        "state": { "pod_name": format!("{}-0", server.name) },
        "status": { "state": server.state, "details": [], "readyNumContainers": u64::from(server.state == "running"),
                    "totalNumContainers": 1 },
        "url": format!("/sessions/{}", server.name),
    })
}

impl Server {
    /// Every answer but the first finds it started.
    fn come_up(&mut self) -> &Self {
        if self.state == "starting" {
            self.state = "running";
        }
        self
    }
}

pub(super) fn all(state: &State) -> Reply {
    let mut inner = state.lock();
    let servers = inner.world.servers.iter_mut().map(|server| (server.name.clone(), json(server.come_up())));
    Reply::json(200, &object!({ "servers": servers.collect::<serde_json::Map<_, _>>() }))
}

pub(super) fn one(state: &State, name: &str) -> Answer {
    let mut inner = state.lock();
    Ok(Reply::json(200, &json(find(&mut inner.world.servers, name)?.come_up())))
}

fn find<'a>(servers: &'a mut [Server], name: &str) -> Result<&'a mut Server, Reply> {
    let found = servers.iter_mut().find(|server| server.name == name);
    found.ok_or_else(|| refusal(404, &format!("The server {name} does not exist.")))
}

/// Starts a session, or gives the one that there is with 200, whatever image was asked for.
pub(super) fn start(state: &State, body: &[u8]) -> Answer {
    let body = rules::object(body)?;
    let text = |name: &str| {
        let given = body.get(name).and_then(Value::as_str).map(str::to_owned);
        given.ok_or_else(|| refusal(422, &format!("{name}: Missing data for required field.")))
    };
    let (namespace, project, commit) =
        (text("namespace")?.to_lowercase(), text("project")?.to_lowercase(), text("commit_sha")?);
    let branch = text("branch").unwrap_or_else(|_| "master".to_owned());
    let name = name_of(&namespace, &project, &branch, &commit);
    if let Ok(existing) = find(&mut state.lock().world.servers, &name) {
        return Ok(Reply::json(200, &json(existing.come_up())));
    }
    let path = format!("{namespace}/{project}");
    let encoded = utf8_percent_encode(&path, NON_ALPHANUMERIC);
    let reply = state.gitlab.ask(Request::rest(&format!("/projects/{encoded}"), &state.token));
    if reply.status != 200 {
        return Err(refusal(404, &format!("Cannot find the project {path}.")));
    }
    let known: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let asked = body.get("image").and_then(Value::as_str).filter(|image| !image.is_empty());
    let (image, default_image_used) = match asked {
        Some(image) if images::is_there(state, image) => (image.to_owned(), false),
        Some(_) => (DEFAULT_IMAGE.to_owned(), true),
        None => (of_commit(state, &path, &commit)?, false),
    };
    let server = Server {
        name,
        image,
        namespace,
        project,
        project_id: known["id"].as_u64().unwrap_or_default(),
        branch,
        commit,
        default_image_used,
        started: api::now(),
        state: "starting",
    };
    let answer = json(&server);
    state.lock().world.servers.push(server);
    Ok(Reply::json(201, &answer))
}

/// The image that the project's CI built for the commit.
fn of_commit(state: &State, path: &str, commit: &str) -> Result<String, Reply> {
    let image = format!("{}/{path}:{}", state.gitlab.registry_host(), commit.get(..7).unwrap_or(commit));
    if images::is_there(state, &image) {
        return Ok(image);
    }
    let message = format!(
        "Cannot start the session because the following the image {image} does not exist or the user does not have the \
         permissions to access it."
    );
    Err(refusal(404, &message))
}

fn name_of(namespace: &str, project: &str, branch: &str, commit: &str) -> String {
    let seed = format!("{USER}-{namespace}-{project}-{branch}-{commit}");
    let hash = HEXLOWER.encode(&Sha256::digest(seed.as_bytes())[..4]);
    let project: String = project.chars().take(24).collect();
    format!("{USER}-{project}-{hash}")
}

/// Pauses and resumes.
pub(super) fn change(state: &State, name: &str, body: &[u8]) -> Answer {
    let body = rules::object(body)?;
    let mut inner = state.lock();
    let server = find(&mut inner.world.servers, name)?;
    match body.get("state").and_then(Value::as_str) {
        Some("running") => server.state = "running",
        Some("hibernated") => server.state = "hibernated",
        _ => return Err(refusal(422, "state: Must be one of: running, hibernated.")),
    }
    Ok(Reply::json(200, &json(server)))
}

pub(super) fn remove(state: &State, name: &str) -> Answer {
    let mut inner = state.lock();
    find(&mut inner.world.servers, name)?;
    inner.world.servers.retain(|server| server.name != name);
    Ok(Reply { status: 204, headers: Vec::new(), body: Vec::new() })
}

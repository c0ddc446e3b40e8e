//! Sessions of Renku 2: one for each launcher, whose image is what the launcher's was when it was started
//! (renku-data-services, notebooks/core_sessions.py).

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{empty, now, resources};
use crate::gitlab::Reply;
use crate::renku::error::{Answer, invalid, missing, refusal};
use crate::renku::images;
use crate::renku::model::{Launcher, Session, USER, is_ulid};
use crate::renku::rules;
use crate::renku::state::State;

pub(super) fn all(state: &State, kind: Option<&str>) -> Reply {
    let mut inner = state.lock();
    let wanted = inner.world.sessions.iter_mut().filter(|session| kind.is_none_or(|kind| kind == session.kind));
    // Every answer but the first finds it started.
    let sessions: Value = wanted.map(|session| json(session.come_up())).collect();
    Reply::json(200, &sessions)
}

pub(super) fn one(state: &State, name: &str) -> Answer {
    let mut inner = state.lock();
    Ok(Reply::json(200, &json(find(&mut inner.world.sessions, name)?.come_up())))
}

fn find<'a>(sessions: &'a mut [Session], name: &str) -> Result<&'a mut Session, Reply> {
    let found = sessions.iter_mut().find(|session| session.name == name);
    found.ok_or_else(|| refusal(404, &format!("The session with ID {name} does not exist.")))
}

/// Starts a session, or gives the one that there is: unchanged, and with 200.
pub(super) fn start(state: &State, body: &[u8]) -> Answer {
    let body = rules::object(body)?;
    let launcher_id = match body.get("launcher_id") {
        None => return Err(invalid(&["launcher_id: Field required".to_owned()])),
        Some(Value::String(id)) if is_ulid(id) => id,
        Some(_) => {
            let pattern = "launcher_id: String should match pattern '^[0-7][0-9A-HJKMNP-TV-Z]{25}$'";
            return Err(invalid(&[pattern.to_owned()]));
        }
    };
    let launcher = state.lock().world.launcher(launcher_id)?.clone();
    let submission = body.get("submission_id").and_then(Value::as_str);
    let job = launcher.kind == "non-interactive";
    if job && submission.is_none() {
        return Err(refusal(422, "Job submissions require a submission_id."));
    }
    let overrides = |name: &str| body.get(name).is_some_and(|value| !value.is_null());
    if !job && (overrides("job_args_override") || overrides("job_command_override")) {
        return Err(refusal(422, "Interactive sessions don't allow job_args_override."));
    }
    let class = body.get("resource_class_id").and_then(Value::as_u64).or(launcher.resource_class_id);
    if let Some(class) = class.filter(|class| resources::find(*class).is_none()) {
        return Err(refusal(404, &format!("The resource class with ID {class} does not exist.")));
    }
    let pulled = images::is_there(state, launcher.environment.image());
    let mut session = made(&launcher, submission, if pulled { "starting" } else { "failed" });
    session.resource_class_id = class.unwrap_or(resources::DEFAULT);
    if let Some(storage) = body.get("disk_storage").and_then(Value::as_u64) {
        session.disk_storage = storage;
    }
    let sessions = &mut state.lock().world.sessions;
    if let Some(existing) = sessions.iter_mut().find(|existing| existing.name == session.name) {
        return Ok(Reply::json(200, &json(existing.come_up())));
    }
    let answer = json(&session);
    sessions.push(session);
    Ok(Reply::json(201, &answer))
}

/// A session of a launcher, which names it.
pub(crate) fn made(launcher: &Launcher, submission: Option<&str>, state: &'static str) -> Session {
    let seed = format!("{USER}-{}-{}-{}", launcher.project_id, launcher.id, submission.unwrap_or_default());
    Session {
        name: format!("{USER}-{}", &HEXLOWER.encode(&Sha256::digest(seed.as_bytes()))[..12]),
        image: launcher.environment.image().to_owned(),
        project_id: launcher.project_id.clone(),
        launcher_id: launcher.id.clone(),
        resource_class_id: launcher.resource_class_id.unwrap_or(resources::DEFAULT),
        disk_storage: launcher.disk_storage.unwrap_or(5),
        kind: launcher.kind.clone(),
        submission_id: submission.map(str::to_owned),
        started: now(),
        state,
    }
}

/// Pauses and resumes; the image stays as it is.
pub(super) fn change(state: &State, name: &str, body: &[u8]) -> Answer {
    let body = rules::object(body)?;
    let wanted = match body.get("state").and_then(Value::as_str) {
        Some("running") => Some("running"),
        Some("hibernated") => Some("hibernated"),
        None if body.get("state").is_none_or(Value::is_null) => None,
        _ => return Err(invalid(&["state: Input should be 'running' or 'hibernated'".to_owned()])),
    };
    let mut inner = state.lock();
    let session = find(&mut inner.world.sessions, name)?;
    if let Some(wanted) = wanted {
        session.state = wanted;
    }
    if let Some(class) = body.get("resource_class_id").and_then(Value::as_u64) {
        resources::find(class).ok_or_else(|| missing("Resource class", &class.to_string()))?;
        session.resource_class_id = class;
    }
    Ok(Reply::json(200, &json(session)))
}

/// What is not there is as good as removed.
pub(super) fn remove(state: &State, name: &str) -> Reply {
    state.lock().world.sessions.retain(|session| session.name != name);
    empty()
}

impl Session {
    fn come_up(&mut self) -> &Self {
        if self.state == "starting" {
            self.state = "running";
        }
        self
    }
}

/// A session as the API says it.
pub(crate) fn json(session: &Session) -> Value {
    let ready = u64::from(session.state == "running");
    let mut answer = json!({
        "name": session.name, "image": session.image, "project_id": session.project_id, "launcher_id": session.launcher_id,
        "resource_class_id": session.resource_class_id, "session_type": session.kind, "started": session.started,
        "resources": { "requests": { "cpu": 0.5, "memory": 1, "storage": session.disk_storage } },
        "status": { "state": session.state, "ready_containers": ready, "total_containers": 1 },
        "url": format!("/sessions/{}", session.name),
    });
    if let Some(submission) = &session.submission_id {
        answer["submission_id"] = submission.as_str().into();
    }
    if session.state == "failed" {
        answer["status"]["message"] = "The image cannot be pulled.".into();
    }
    answer
}

//! Launchers, and the builds of their environments (renku-data-services, session/blueprints.py and session/db.py).

use serde_json::{Map, Value};

use super::{empty, now, resources};
use crate::gitlab::Reply;
use crate::renku::error::{Answer, forbidden, missing, refusal};
use crate::renku::model::{Environment, Launcher, ulid};
use crate::renku::rules::{self, Change};
use crate::renku::state::{Inner, State, World, found, value};

pub(super) fn of(state: &State, project: &str) -> Answer {
    let inner = state.lock();
    inner.world.project(project)?;
    let launchers: Vec<_> = inner.world.launchers.iter().filter(|launcher| launcher.project_id == project).collect();
    Ok(found(&launchers))
}

pub(super) fn one(state: &State, id: &str) -> Answer {
    Ok(found(state.lock().world.launcher(id)?))
}

/// The newest first.
pub(super) fn builds(state: &State, environment: &str) -> Answer {
    let inner = state.lock();
    inner.world.environment(environment)?;
    let builds: Vec<_> = inner.world.builds.iter().filter(|build| build.environment_id == environment).collect();
    Ok(found(&builds))
}

pub(super) fn add(state: &State, body: &[u8]) -> Answer {
    let body = rules::object(body)?;
    let change = rules::new_launcher(&body)?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut inner = state.lock();
    let project_id = text("project_id").unwrap_or_default();
    // Who may read and not write is told the same as who may not read.
    if !inner.world.may_write(&project_id) {
        return Err(missing("Project", &project_id));
    }
    let resource_class_id = class(&body)?;
    let environment = environment(&mut inner, change, None)?;
    let launcher = Launcher {
        id: ulid(&format!("made {}", inner.next())),
        project_id,
        name: text("name").unwrap_or_default(),
        creation_date: now(),
        description: text("description"),
        environment,
        resource_class_id,
        disk_storage: body.get("disk_storage").and_then(Value::as_u64),
        env_variables: variables(&body),
        kind: text("launcher_type").unwrap_or_else(|| "interactive".to_owned()),
    };
    let answer = value(&launcher);
    inner.world.launchers.insert(0, launcher);
    Ok(Reply::json(201, &answer))
}

/// What is wrong with the body is said before whether the person may change anything.
pub(super) fn change(state: &State, id: &str, body: &[u8]) -> Answer {
    let mut inner = state.lock();
    let current = inner.world.launcher(id)?.clone();
    let body = rules::object(body)?;
    let change = rules::patched_launcher(&body, &current.environment)?;
    if !inner.world.may_write(&current.project_id) {
        return Err(forbidden());
    }
    apply(&mut inner, current, &body, change)
}

/// As [`change`], by somebody who may.
pub(crate) fn change_by_another(state: &State, id: &str, body: &[u8]) -> Answer {
    let mut inner = state.lock();
    let current = inner.world.launcher(id)?.clone();
    let body = rules::object(body)?;
    let change = rules::patched_launcher(&body, &current.environment)?;
    apply(&mut inner, current, &body, change)
}

fn apply(inner: &mut Inner, mut launcher: Launcher, body: &Map<String, Value>, change: Option<Change>) -> Answer {
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    if let Some(name) = given("name").and_then(Value::as_str) {
        name.clone_into(&mut launcher.name);
    }
    if let Some(description) = given("description").and_then(Value::as_str) {
        launcher.description = Some(description.to_owned());
    }
    // These are taken away by a null.
    if body.contains_key("resource_class_id") {
        launcher.resource_class_id = class(body)?;
    }
    if let Some(storage) = body.get("disk_storage") {
        launcher.disk_storage = storage.as_u64();
    }
    if body.contains_key("env_variables") {
        launcher.env_variables = variables(body);
    }
    if let Some(change) = change {
        launcher.environment = environment(inner, change, Some(&launcher.environment))?;
    }
    let answer = value(&launcher);
    if let Some(place) = inner.world.launchers.iter().position(|known| known.id == launcher.id) {
        inner.world.launchers[place] = launcher;
    }
    Ok(Reply::json(200, &answer))
}

/// The environment after a change.
fn environment(inner: &mut Inner, change: Change, current: Option<&Environment>) -> Result<Environment, Reply> {
    match change {
        Change::Global(id) => global(&inner.world, &id),
        Change::Whole(fields) => {
            let mut environment = Environment(fields);
            let own = current.filter(|current| !current.is_global());
            let id = own.map_or_else(|| ulid(&format!("made {}", inner.next())), |own| own.id().to_owned());
            environment.set("id", id);
            environment.set("creation_date", now());
            Ok(environment)
        }
        Change::Fields(fields) => {
            let mut environment = current.cloned().unwrap_or_default();
            let built = environment.is_built();
            for (name, value) in fields {
                match (name.as_str(), value) {
                    ("command" | "args", value) => environment.set(&name, value),
                    // Of one that Renku builds nothing else changes.
                    ("build_parameters", Value::Object(parameters)) if built => parameter(&mut environment, parameters),
                    ("environment_kind" | "environment_image_source" | "id", _) | (_, Value::Null) => {}
                    ("working_directory" | "mount_directory", value) if value == "" => {
                        environment.set(&name, Value::Null);
                    }
                    (_, value) if !built => environment.set(&name, value),
                    _ => {}
                }
            }
            Ok(environment)
        }
    }
}

fn parameter(environment: &mut Environment, given: Map<String, Value>) {
    if let Some(Value::Object(parameters)) = environment.0.get_mut("build_parameters") {
        parameters.extend(given.into_iter().filter(|(_, value)| !value.is_null()));
        parameters.retain(|_, value| value != "");
    }
}

fn global(world: &World, id: &str) -> Result<Environment, Reply> {
    let environment = world.environment(id)?;
    if environment.is_global() {
        return Ok(environment.clone());
    }
    let message = "Cannot set the environment for a launcher to an existing environment if that existing environment is \
                   not global";
    Err(refusal(422, message))
}

fn class(body: &Map<String, Value>) -> Result<Option<u64>, Reply> {
    let Some(id) = body.get("resource_class_id").and_then(Value::as_u64) else { return Ok(None) };
    if resources::find(id).is_none() {
        return Err(refusal(404, &format!("Resource class with id '{id}' does not exist.")));
    }
    Ok(Some(id))
}

fn variables(body: &Map<String, Value>) -> Option<Value> {
    body.get("env_variables").filter(|list| list.as_array().is_some_and(|list| !list.is_empty())).cloned()
}

/// What is not there is as good as removed. A session goes on without its launcher.
pub(super) fn remove(state: &State, id: &str) -> Answer {
    let mut inner = state.lock();
    let Ok(launcher) = inner.world.launcher(id).cloned() else { return Ok(empty()) };
    if !inner.world.may_write(&launcher.project_id) {
        return Err(forbidden());
    }
    inner.world.launchers.retain(|known| known.id != id);
    inner.world.builds.retain(|build| build.environment_id != launcher.environment.id());
    Ok(empty())
}

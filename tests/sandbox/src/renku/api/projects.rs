//! Projects, and who may do what to them.

use serde_json::{Value, json};

use super::now;
use crate::gitlab::Reply;
use crate::renku::error::{Answer, invalid};
use crate::renku::model::{USER, USER_ID, ulid};
use crate::renku::rules;
use crate::renku::state::{State, found, value};

pub(super) fn at(state: &State, namespace: &str, slug: &str) -> Answer {
    Ok(found(state.lock().world.project_at(namespace, slug)?))
}

pub(super) fn one(state: &State, id: &str) -> Answer {
    Ok(found(state.lock().world.project(id)?))
}

pub(super) fn permissions(state: &State, id: &str) -> Answer {
    let write = state.lock().world.project(id)?.write;
    Ok(found(&json!({ "write": write, "delete": write, "change_membership": write })))
}

/// Who owns it, and the person where that is somebody else who lets her write.
pub(super) fn members(state: &State, id: &str) -> Answer {
    let inner = state.lock();
    let project = inner.world.project(id)?;
    let member = |name: &str, role: &str| {
        let id = if name == USER { USER_ID.to_owned() } else { format!("{name}-keycloak-id") };
        let first = name.get(..1).unwrap_or_default().to_uppercase() + name.get(1..).unwrap_or_default();
        json!({ "id": id, "namespace": name, "first_name": first, "last_name": "Example", "role": role })
    };
    let mut members = vec![member(&project.namespace, "owner")];
    if project.namespace != USER && project.write {
        members.push(member(USER, "editor"));
    }
    Ok(found(&members))
}

pub(super) fn copies(state: &State, id: &str) -> Answer {
    state.lock().world.project(id)?;
    Ok(found(&json!([])))
}

/// A copy is the person's own, with the same repositories and copies of the launchers.
pub(super) fn copy(state: &State, id: &str, body: &[u8]) -> Answer {
    let body = rules::object(body)?;
    let text = |name: &str| {
        let given = body.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        given.map(str::to_owned).ok_or_else(|| invalid(&[format!("{name}: Field required")]))
    };
    let (name, namespace, slug) = (text("name")?, text("namespace")?, text("slug")?);
    let mut inner = state.lock();
    let mut project = inner.world.project(id)?.clone();
    project.id = ulid(&format!("made {}", inner.next()));
    (project.name, project.namespace, project.slug) = (name, namespace, slug);
    (project.creation_date, project.created_by, project.write) = (now(), USER_ID.to_owned(), true);
    let originals: Vec<_> =
        inner.world.launchers.iter().filter(|launcher| launcher.project_id == id).cloned().collect();
    for mut launcher in originals {
        launcher.id = ulid(&format!("made {}", inner.next()));
        launcher.project_id.clone_from(&project.id);
        if !launcher.environment.is_global() {
            launcher.environment.set("id", ulid(&format!("made {}", inner.next())));
        }
        inner.world.launchers.push(launcher);
    }
    let answer = value(&project);
    inner.world.projects.push(project);
    Ok(Reply::json(201, &answer))
}

//! What the two know, behind one lock that no request holds while it asks the GitLab.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::{Value, json};

use super::error::{missing, refusal};
use super::fault::Fault;
use super::legacy::Server as LegacyServer;
use super::log::{Logged, Place};
use super::model::{Build, Environment, Launcher, Project, Session};
use crate::gitlab::{Reply, Server};

/// Everything that can change by use.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) projects: Vec<Project>,
    /// The newest of a project first, as the API lists them.
    pub(crate) launchers: Vec<Launcher>,
    pub(crate) environments: Vec<Environment>,
    /// The newest of an environment first.
    pub(crate) builds: Vec<Build>,
    pub(crate) sessions: Vec<Session>,
    /// The legacy interface's sessions.
    pub(crate) servers: Vec<LegacyServer>,
    /// Images to which the image check says no.
    pub(crate) inaccessible: Vec<String>,
}

/// What is behind the lock.
pub(crate) struct Inner {
    pub(crate) world: World,
    pub(crate) faults: Vec<Fault>,
    pub(crate) log: Vec<Logged>,
    /// Grows when the log is cleared, so that a late answer does not write into a new log.
    log_age: u64,
    /// Counts what is made, and never anew: no two things have one identifier.
    made: u64,
}

/// The state of both.
pub(crate) struct State {
    pub(crate) gitlab: Arc<Server>,
    /// Renku's own token for the person on the GitLab.
    pub(crate) token: String,
    start: World,
    inner: Mutex<Inner>,
}

impl State {
    pub(crate) fn new(gitlab: Arc<Server>, token: String, start: World) -> Self {
        let inner = Inner { world: start.clone(), faults: Vec::new(), log: Vec::new(), log_age: 0, made: 0 };
        Self { gitlab, token, start, inner: Mutex::new(inner) }
    }

    /// The lock. A panic of another request leaves nothing half done.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As it was at the start.
    pub(crate) fn reset(&self) {
        self.lock().world = self.start.clone();
    }

    /// Writes down a request that came in.
    pub(crate) fn came(&self, entry: Logged) -> Place {
        let mut inner = self.lock();
        inner.log.push(entry);
        Place { age: inner.log_age, index: inner.log.len() - 1 }
    }

    /// Writes down what was answered.
    pub(crate) fn answered(&self, place: Place, status: u16) {
        let mut inner = self.lock();
        if inner.log_age == place.age
            && let Some(entry) = inner.log.get_mut(place.index)
        {
            entry.status = status;
        }
    }

    /// Empties the log.
    pub(crate) fn clear_log(&self) {
        let mut inner = self.lock();
        inner.log.clear();
        inner.log_age += 1;
    }
}

impl Inner {
    /// A number that nothing else was given.
    pub(crate) fn next(&mut self) -> u64 {
        self.made += 1;
        self.made
    }
}

impl World {
    /// The project of an identifier.
    pub(crate) fn project(&self, id: &str) -> Result<&Project, Reply> {
        self.projects.iter().find(|project| project.id == id).ok_or_else(|| missing("Project", id))
    }

    /// The project of a namespace and a slug.
    pub(crate) fn project_at(&self, namespace: &str, slug: &str) -> Result<&Project, Reply> {
        let found = self.projects.iter().find(|project| project.namespace == namespace && project.slug == slug);
        let message = format!(
            "Project with namespace '{namespace}' and slug '{slug}' does not exist or you do not have access to it."
        );
        found.ok_or_else(|| refusal(404, &message))
    }

    /// The launcher of an identifier.
    pub(crate) fn launcher(&self, id: &str) -> Result<&Launcher, Reply> {
        self.launchers.iter().find(|launcher| launcher.id == id).ok_or_else(|| missing("Session launcher", id))
    }

    /// Whether the person may change what belongs to a project.
    pub(crate) fn may_write(&self, project: &str) -> bool {
        self.project(project).is_ok_and(|project| project.write)
    }

    /// The environment of an identifier: one that many launchers share, or a launcher's own.
    pub(crate) fn environment(&self, id: &str) -> Result<&Environment, Reply> {
        let own = self.launchers.iter().map(|launcher| &launcher.environment);
        let found = self.environments.iter().chain(own).find(|environment| environment.id() == id);
        found.ok_or_else(|| missing("Session environment", id))
    }
}

/// An answer of what can be written as JSON.
pub(crate) fn found(what: &impl Serialize) -> Reply {
    Reply::json(200, &value(what))
}

/// It as JSON.
pub(crate) fn value(what: &impl Serialize) -> Value {
    serde_json::to_value(what).unwrap_or_else(|error| json!({ "cannot be written": error.to_string() }))
}

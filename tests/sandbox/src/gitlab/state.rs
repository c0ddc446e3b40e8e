//! What the server knows, behind one lock that no request holds while it works.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::access::Caller;
use super::attached::Attached;
use super::body::Place;
use super::fault::Armed;
use super::log::Logged;
use super::model::{Comment, Options, Project, Token, Version};
use super::objects::Objects;
use super::reply::Reply;
use super::request::Request;
use super::throttle::Counter;

/// A project with its number and its repository.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: u64,
    pub(crate) data: Project,
    pub(crate) objects: Arc<Objects>,
}

impl Stored {
    /// The default branch.
    pub(crate) fn default_branch(&self) -> &str {
        if self.data.default_branch.is_empty() { "main" } else { &self.data.default_branch }
    }

    /// What git is asked for a revision of the API: the default branch where none is given.
    pub(crate) fn revision(&self, given: Option<&str>) -> String {
        match given {
            None | Some("" | "HEAD") => format!("refs/heads/{}", self.default_branch()),
            Some(revision) => revision.to_owned(),
        }
    }

    /// Whether nothing was ever pushed.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.refs("heads", &["--count=1"]).is_ok_and(|refs| refs.is_empty())
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.data.path.rsplit('/').next().unwrap_or_default()
    }
}

/// Answers what the stand-in itself does not: the registry's `/jwt/auth`, for instance.
pub(crate) type Handler = dyn Fn(&Request, &Caller) -> Reply + Send + Sync;

/// Everything that can change.
pub(crate) struct Inner {
    pub(crate) version: Version,
    pub(crate) graphql: bool,
    pub(crate) projects: Vec<Arc<Stored>>,
    pub(crate) tokens: Vec<Token>,
    /// Whose tokens are not Ada's: secrets, and the numbers of users.
    pub(crate) users: Vec<(String, u64)>,
    /// In the order of their numbers.
    pub(crate) comments: Vec<Comment>,
    pub(crate) faults: Vec<Armed>,
    pub(crate) throttle: Option<Counter>,
    pub(crate) log: Vec<Logged>,
    /// Grows when the log is cleared, so that a late answer does not write into a new log.
    pub(crate) log_age: u64,
    pub(crate) mounts: Vec<(String, Arc<Handler>)>,
    pub(crate) attached: Option<Arc<Attached>>,
    next: u64,
}

/// The server's state.
pub(crate) struct State {
    pub(crate) options: Options,
    pub(crate) base: String,
    pub(crate) epoch: Instant,
    inner: Mutex<Inner>,
}

/// What one request sees: the state at the moment it came in.
pub(crate) struct Context<'a> {
    pub(crate) state: &'a State,
    pub(crate) request: &'a Request,
    pub(crate) caller: Caller,
    pub(crate) version: Version,
}

impl State {
    pub(crate) fn new(options: Options, base: String) -> Self {
        let inner = Inner {
            version: options.version,
            graphql: true,
            projects: Vec::new(),
            tokens: Vec::new(),
            users: Vec::new(),
            comments: Vec::new(),
            faults: Vec::new(),
            throttle: None,
            log: Vec::new(),
            log_age: 0,
            mounts: Vec::new(),
            attached: None,
            next: 1,
        };
        Self { options, base, epoch: Instant::now(), inner: Mutex::new(inner) }
    }

    /// The lock. A panic of another request leaves nothing half done.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The registry's host, as it is in image names.
    pub(crate) fn registry_host(&self) -> String {
        let attached = self.lock().attached.clone();
        attached.map_or_else(|| self.options.registry.clone(), |attached| attached.host().to_owned())
    }

    /// All projects, by number.
    pub(crate) fn projects(&self) -> Vec<Arc<Stored>> {
        self.lock().projects.clone()
    }

    /// The project of a number.
    pub(crate) fn by_id(&self, id: u64) -> Option<Arc<Stored>> {
        self.lock().projects.iter().find(|project| project.id == id).cloned()
    }

    /// The project of a path, whatever the case of its letters.
    pub(crate) fn by_path(&self, path: &str) -> Option<Arc<Stored>> {
        self.lock().projects.iter().find(|project| project.data.path.eq_ignore_ascii_case(path)).cloned()
    }

    /// The project that once had a path.
    pub(crate) fn by_old_path(&self, path: &str) -> Option<Arc<Stored>> {
        let old = |project: &&Arc<Stored>| project.data.moved_from.iter().any(|old| old.eq_ignore_ascii_case(path));
        self.lock().projects.iter().find(old).cloned()
    }

    /// The project and the place in its list of a container repository.
    pub(crate) fn repository(&self, id: u64) -> Option<(Arc<Stored>, usize)> {
        self.projects().into_iter().find_map(|project| {
            let place = project.data.images.iter().position(|repository| repository.id == id)?;
            Some((project, place))
        })
    }
}

impl Inner {
    /// Adds a project, and returns its number.
    pub(crate) fn add(&mut self, mut data: Project) -> u64 {
        let id = self.projects.last().map_or(1, |last| last.id + 1);
        self.number(&mut data);
        let objects = Arc::new(Objects::new(&data.repository));
        self.projects.push(Arc::new(Stored { id, data, objects }));
        id
    }

    /// Changes a project; false if there is none of that number.
    pub(crate) fn update(&mut self, id: u64, change: impl FnOnce(&mut Project)) -> bool {
        let Some(place) = self.projects.iter().position(|project| project.id == id) else { return false };
        let mut stored = Stored::clone(&self.projects[place]);
        let before = stored.data.repository.clone();
        change(&mut stored.data);
        self.number(&mut stored.data);
        if stored.data.repository != before {
            stored.objects = Arc::new(Objects::new(&stored.data.repository));
        }
        self.projects[place] = Arc::new(stored);
        true
    }

    /// Gives numbers to the container repositories that have none.
    fn number(&mut self, data: &mut Project) {
        for repository in data.images.iter_mut().filter(|repository| repository.id == 0) {
            repository.id = self.next;
            self.next += 1;
        }
    }
}

/// The log.
impl State {
    /// Writes down a request that came in.
    pub(crate) fn came(&self, mut entry: Logged) -> Place {
        entry.started = self.epoch.elapsed();
        entry.ended = entry.started;
        let mut inner = self.lock();
        inner.log.push(entry);
        Place { age: inner.log_age, index: inner.log.len() - 1 }
    }

    /// Writes down with what status it is answered.
    pub(crate) fn answered(&self, place: Place, status: u16) {
        self.note(place, |entry| entry.status = status);
    }

    /// Writes down that so many bytes more of the body went out.
    pub(crate) fn sent(&self, place: Place, bytes: u64) {
        self.note(place, |entry| entry.sent_bytes += bytes);
    }

    fn note(&self, place: Place, change: impl FnOnce(&mut Logged)) {
        let now = self.epoch.elapsed();
        let mut inner = self.lock();
        if inner.log_age != place.age {
            return;
        }
        if let Some(entry) = inner.log.get_mut(place.index) {
            change(entry);
            entry.ended = now;
        }
    }
}

//! A repository on this machine: any folder inside a working tree, a linked worktree, or a bare repository.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use gix::bstr::ByteSlice as _;
use repin::environment::{Environments, Snapshot};
use repin::graph::{Graph, Links, Near, nearest_ancestor};
use repin::inputs::Spec;
use repin::note::Notes;
use repin::reference::is_floating_tag;
use repin::remote::{image_repository, parse_remote};
use repin::scheme::Named;
use repin::source::{Commit, Images, Line, LineEnd, Project, Source, SourceError};
use repin::tree::{Entry, Mode, Tree as _};
use repin::{Oid, OidMap, OidSet};

mod deltas;
mod draft;
mod history;
mod notes;
mod objects;
mod packs;
mod pool;

use history::History;
use objects::Objects;
use pool::Pool;

pub use notes::Written;
pub use pool::Progress;

/// The largest file that [`Source::read`] returns: 4 MiB.
const MAX_FILE: usize = 4 << 20;

/// How many commits [`Source::distance`] looks at: more than most histories have, few enough not to be felt.
const GLANCE: usize = 600;

/// A local repository as a source.
pub struct Local {
    repository: gix::Repository,
    project: Project,
    images: Option<Images>,
    history: RefCell<History>,
    pool: Pool,
    tags: RefCell<Option<Arc<Tags>>>,
    /// Whether notes on commits are looked at.
    uses_notes: bool,
    image_notes: RefCell<Option<Arc<Notes>>>,
    server: Option<String>,
    /// Commits that are in memory alone.
    drafts: RefCell<Vec<Oid>>,
}

/// The repository's git tags, both ways.
#[derive(Default)]
struct Tags {
    commit: HashMap<String, Oid>,
    names: OidMap<Vec<String>>,
}

impl Local {
    /// Opens the repository that `path` is, or lies in.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let repository = gix::discover(path).map_err(|error| {
            SourceError::failed(format!("{} is not in a git repository that can be read", path.display()), error)
        })?;
        if repository.object_hash() != gix::hash::Kind::Sha1 {
            let what = format!(
                "{} uses {} object ids; Repin reads SHA-1 repositories",
                path.display(),
                repository.object_hash()
            );
            return Err(SourceError::Incomplete(what));
        }
        let edge = repository
            .shallow_commits()
            .map_err(|error| SourceError::failed("the list of shallow commits cannot be read", error))?;
        let edge: Arc<OidSet> = Arc::new(edge.iter().flat_map(|commits| commits.iter()).map(|id| oid(*id)).collect());
        let url = remote_url(&repository);
        let remote = url.as_deref().and_then(parse_remote);
        let server = remote.as_ref().zip(url.as_deref()).map(|(remote, url)| server(remote, url));
        let project = Project {
            path: remote.as_ref().map(|remote| remote.path.clone()),
            image: remote.as_ref().and_then(image_repository).map(|image| image.name()),
            shallow: !edge.is_empty(),
            ci_path: None,
        };
        let pool = Pool::new(repository.clone().into_sync(), is_partial(&repository));
        let history = History::new(pool.objects(), pool.packs(), edge);
        Ok(Self {
            history: RefCell::new(history),
            pool,
            repository,
            project,
            images: None,
            tags: RefCell::new(None),
            uses_notes: true,
            image_notes: RefCell::default(),
            server,
            drafts: RefCell::default(),
        })
    }

    /// With this list of the tags that the registry holds.
    #[must_use]
    pub fn with_images(mut self, images: Images) -> Self {
        self.images = Some(images);
        self
    }

    /// With images in this registry repository, whatever the remote says.
    #[must_use]
    pub fn with_image_repository(mut self, image: Option<String>) -> Self {
        if image.is_some() {
            self.project.image = image;
        }
        self
    }

    /// With answers that take no notes on commits into account.
    #[must_use]
    pub fn without_notes(mut self) -> Self {
        self.uses_notes = false;
        self
    }

    /// With somebody to tell how far long work has come. It is called often, from several threads.
    #[must_use]
    pub fn with_progress(mut self, progress: Progress) -> Self {
        self.pool.progress = Some(Arc::clone(&progress));
        self.history.get_mut().progress = Some(progress);
        self
    }

    /// The folder that is worked in; `None` for a bare repository.
    pub fn work_dir(&self) -> Option<PathBuf> {
        self.repository.workdir().map(Path::to_path_buf)
    }

    /// The remote that the project lives at, by its name.
    pub fn remote_name(&self) -> Option<String> {
        remote_name(&self.repository)
    }

    /// The folder that git can be run in: the one that is worked in, or the bare repository itself.
    pub fn folder(&self) -> PathBuf {
        self.work_dir().unwrap_or_else(|| self.repository.git_dir().to_path_buf())
    }

    /// The web server of the remote that the project lives at: `https://gitlab.example.org`.
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    fn all_git_tags(&self) -> Result<Arc<Tags>, SourceError> {
        if let Some(tags) = &*self.tags.borrow() {
            return Ok(Arc::clone(tags));
        }
        let failed = |error: gix::Error| SourceError::failed("the repository's tags cannot be read", error);
        let mut tags = Tags::default();
        let references = self.repository.references().map_err(failed)?;
        for reference in references.tags().map_err(failed)? {
            let Ok(mut reference) = reference else { continue };
            let name = reference.name().shorten().to_string();
            // A tag of a tree or a blob, or one whose object is not here, names no commit.
            let Ok(id) = reference.peel_to_commit() else { continue };
            let id = oid(id.id);
            tags.names.entry(id).or_default().push(name.clone());
            tags.commit.insert(name, id);
        }
        let tags = Arc::new(tags);
        *self.tags.borrow_mut() = Some(Arc::clone(&tags));
        Ok(tags)
    }

    /// The commit of one git tag.
    fn git_tag(&self, name: &str) -> Option<Oid> {
        let mut reference = self.repository.try_find_reference(format!("refs/tags/{name}").as_str()).ok()??;
        Some(oid(reference.peel_to_commit().ok()?.id))
    }

    /// Whether a branch, here or at a remote, has this name.
    fn has_branch(&self, name: &str) -> bool {
        let exists =
            |full: String| self.repository.try_find_reference(full.as_str()).is_ok_and(|found| found.is_some());
        exists(format!("refs/heads/{name}"))
            || self.repository.remote_names().iter().any(|remote| exists(format!("refs/remotes/{remote}/{name}")))
    }

    fn commit_at(&self, revision: &str) -> Result<Oid, SourceError> {
        if let Some(draft) = revision.parse().ok().filter(|id| self.drafts.borrow().contains(id)) {
            return Ok(draft);
        }
        let unknown = |hint: Option<String>| SourceError::UnknownRevision { revision: revision.to_owned(), hint };
        let spec = format!("{revision}^{{commit}}");
        match self.repository.rev_parse_single(spec.as_str()) {
            Ok(id) => Ok(oid(id.detach())),
            Err(_) if self.project.shallow && is_hex(revision) => {
                Err(unknown(Some("this is a shallow clone, which may lack it (git fetch --unshallow)".to_owned())))
            }
            Err(_) => {
                let remote = self.repository.remote_names().iter().find_map(|remote| {
                    let name = format!("{remote}/{revision}");
                    self.repository.try_find_reference(format!("refs/remotes/{name}").as_str()).ok()??;
                    Some(format!("did you mean `{name}`?"))
                });
                Err(unknown(remote))
            }
        }
    }

    fn describe(&self, id: Oid, branch: Option<String>) -> Result<Commit, SourceError> {
        let mut history = self.history.borrow_mut();
        let at = history.at(id)?;
        Ok(history.commit(at, branch))
    }

    fn links(&self, id: Oid) -> Result<Links, SourceError> {
        let mut history = self.history.borrow_mut();
        let at = history.at(id)?;
        Ok(history.links(at))
    }

    fn trees(&self, commits: &[Oid]) -> Result<Vec<Oid>, SourceError> {
        let mut history = self.history.borrow_mut();
        commits.iter().map(|commit| history.at(*commit).map(|at| history.tree(at))).collect()
    }
}

impl Source for Local {
    fn project(&self) -> Project {
        self.project.clone()
    }

    async fn commit(&self, revision: Option<&str>) -> Result<Commit, SourceError> {
        let id = match revision {
            Some(revision) => self.commit_at(revision)?,
            None => {
                let failed = |error: gix::Error| SourceError::failed("HEAD cannot be read", error);
                let mut head = self.repository.head().map_err(failed)?;
                match head.try_peel_to_id().map_err(failed)? {
                    Some(_) => self.commit_at("HEAD")?,
                    None => return Err(SourceError::Empty),
                }
            }
        };
        let branch = match revision {
            None | Some("HEAD" | "@") => {
                self.repository.head_name().ok().flatten().map(|name| name.shorten().to_string())
            }
            Some(revision) => {
                let name = self
                    .repository
                    .remote_names()
                    .iter()
                    .find_map(|remote| revision.strip_prefix(&format!("{remote}/")).map(str::to_owned));
                let name = name.unwrap_or_else(|| revision.to_owned());
                self.has_branch(&name).then_some(name)
            }
        };
        self.describe(id, branch)
    }

    async fn commits(&self, ids: &[Oid]) -> Result<Vec<Commit>, SourceError> {
        ids.iter().map(|id| self.describe(*id, None)).collect()
    }

    async fn git_tags(&self, commit: Oid) -> Result<Vec<String>, SourceError> {
        Ok(self.all_git_tags()?.names.get(&commit).cloned().unwrap_or_default())
    }

    async fn read(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let mut at = self.trees(&[commit])?[0];
        let mut mode = Mode::TREE;
        let mut objects = self.pool.objects();
        for name in path.split('/') {
            let mut found = None;
            if mode.is_tree() {
                objects.find(b"", at, &[name.as_bytes().to_vec()], &mut |_, mode, oid| found = Some((mode, oid)))?;
            }
            let Some(next) = found else { return Ok(None) };
            (mode, at) = next;
        }
        if !matches!(mode, Mode::FILE | Mode::EXECUTABLE) {
            return Ok(None);
        }
        match objects.blob(path.as_bytes(), at, MAX_FILE)? {
            Some(content) => Ok(Some(content)),
            None => Err(SourceError::Incomplete(format!("{path} is larger than {MAX_FILE} bytes, so it is not read"))),
        }
    }

    async fn snapshots(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        let trees = self.trees(commits)?;
        self.pool.snapshots(spec, &trees)
    }

    async fn files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        let tree = self.trees(&[commit])?[0];
        self.pool.files(spec, tree)
    }

    async fn first_parents(&self, start: Oid, count: usize) -> Result<Line, SourceError> {
        let mut commits = vec![start];
        loop {
            let last = commits[commits.len() - 1];
            let links = self.links(last)?;
            let end = match links.parents.first() {
                None if links.cut => LineEnd::Cut,
                None => LineEnd::Root,
                Some(_) if commits.len() >= count => LineEnd::More,
                Some(parent) => {
                    commits.push(*parent);
                    continue;
                }
            };
            return Ok(Line { commits, end });
        }
    }

    async fn named(&self, names: &[Named]) -> Result<Vec<Vec<Oid>>, SourceError> {
        let git_tags = names.iter().filter(|name| matches!(name, Named::GitTag(_))).count();
        // Reading all tags pays from some number of look-ups on.
        let all = if git_tags > 64 { Some(self.all_git_tags()?) } else { None };
        let mut objects = self.pool.objects();
        let commit_of = |name: &str| match &all {
            Some(all) => all.commit.get(name).copied(),
            None => self.git_tag(name),
        };
        names
            .iter()
            .map(|name| match name {
                Named::Commit { prefix } => objects.commits_with(prefix),
                Named::GitTag(name) => Ok(commit_of(name)
                    .filter(|_| !is_floating_tag(name) && !self.has_branch(name))
                    .map(|commit| vec![commit])
                    .unwrap_or_default()),
            })
            .collect()
    }

    async fn is_branch(&self, name: &str) -> Result<bool, SourceError> {
        Ok(self.has_branch(name))
    }

    async fn images(&self, _repository: Option<&str>) -> Result<Option<Images>, SourceError> {
        Ok(self.images.clone())
    }

    async fn image_notes(&self) -> Result<Arc<Notes>, SourceError> {
        if !self.uses_notes {
            return Ok(Arc::default());
        }
        if let Some(notes) = &*self.image_notes.borrow() {
            return Ok(Arc::clone(notes));
        }
        let notes = Arc::new(self.notes()?);
        *self.image_notes.borrow_mut() = Some(Arc::clone(&notes));
        Ok(notes)
    }

    async fn nearest(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        let wanted: OidSet = images.iter().copied().collect();
        let near = nearest_ancestor(commit, usize::MAX, |id| wanted.contains(&id), |id| self.links(id))?;
        if let Some(near) = near {
            return Ok(near);
        }
        let tips: Vec<Oid> = images.iter().copied().chain([commit]).collect();
        let graph = self.graph(&tips, None).await?;
        let position = |id: &Oid| graph.position(*id);
        let images: Vec<_> = images.iter().filter_map(position).collect();
        let commit =
            position(&commit).ok_or_else(|| SourceError::Incomplete(format!("the commit {commit} is not here")))?;
        Ok(graph.nearest(commit, &images))
    }

    async fn distance(&self, commit: Oid, ancestor: Oid) -> Result<Option<u64>, SourceError> {
        let near = nearest_ancestor(commit, GLANCE, |id| id == ancestor, |id| self.links(id))?;
        Ok(near.and_then(|near| near.distance))
    }

    async fn graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        let mut history = self.history.borrow_mut();
        history.graph(tips, limit)
    }
}

/// What is asked of each worker: its own view of the objects, and what it remembers of each spec.
struct Worker {
    objects: Objects,
    environments: HashMap<usize, Environments>,
}

/// The remote that the project lives at, by its name: that of the branch that is checked out, else `origin`, else the only one.
fn remote_name(repository: &gix::Repository) -> Option<String> {
    let names = repository.remote_names();
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let config = repository.config_snapshot();
    let of_branch = repository
        .head_name()
        .ok()
        .flatten()
        .and_then(|name| config.string(format!("branch.{}.remote", name.shorten()).as_str()))
        .map(|name| name.to_string());
    of_branch
        .filter(|name| names.contains(name))
        .or_else(|| names.iter().find(|name| *name == "origin").cloned())
        .or_else(|| if let [only] = &names[..] { Some(only.clone()) } else { None })
}

/// Where it is.
fn remote_url(repository: &gix::Repository) -> Option<String> {
    let name = remote_name(repository)?;
    let url = repository.config_snapshot().string(format!("remote.{name}.url").as_str())?;
    url.to_str().ok().map(str::to_owned)
}

/// The web server of a remote. That of an ssh address is at the usual port of the same host.
fn server(remote: &repin::remote::Remote, url: &str) -> String {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    match (scheme.as_deref(), remote.port) {
        (Some(scheme @ ("http" | "https")), Some(port)) => format!("{scheme}://{}:{port}", remote.host),
        (Some("http"), None) => format!("http://{}", remote.host),
        _ => format!("https://{}", remote.host),
    }
}

/// Whether objects were left out on purpose, to be fetched when needed.
fn is_partial(repository: &gix::Repository) -> bool {
    let config = repository.config_snapshot();
    config.string("extensions.partialClone").is_some()
        || repository
            .remote_names()
            .iter()
            .any(|name| config.boolean(format!("remote.{name}.promisor").as_str()) == Some(true))
}

fn is_hex(text: &str) -> bool {
    (4..=40).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// Our form of gix's object id.
fn oid(id: gix::ObjectId) -> Oid {
    oid_of(&id)
}

/// The same of a borrowed one; only SHA-1 repositories are opened.
fn oid_of(id: &gix::hash::oid) -> Oid {
    let mut bytes = [0; 20];
    let given = id.as_bytes();
    let length = given.len().min(20);
    bytes[..length].copy_from_slice(&given[..length]);
    Oid::new(bytes)
}

/// gix's form of our object id.
fn gix_id(id: Oid) -> gix::ObjectId {
    gix::ObjectId::from_bytes_or_panic(id.as_bytes())
}

/// The lock's content, whatever became of the thread that held it: caches are never left half written.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

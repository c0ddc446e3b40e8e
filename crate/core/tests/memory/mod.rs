//! A project that lives in memory, and what is right in it.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use repin::environment::{EMPTY_TREE, Environments, Snapshot};
use repin::glob::Glob;
use repin::graph::{Graph, Links, Near, nearest_ancestor};
use repin::history::{History, HistoryEntry, history};
use repin::inputs::Spec;
use repin::note::Notes;
use repin::resolve::resolve;
use repin::scheme::Named;
use repin::source::{Commit, Images, Line, LineEnd, Project, Source, SourceError, Tag};
use repin::tree::{Entry, Mode, Tree};
use repin::{Oid, Question, Resolution};
use sha2::{Digest as _, Sha256};

pub(crate) mod agree;
pub(crate) mod oracle;
pub(crate) mod random;

use oracle::{Files, Known, Oracle};
use random::Planned;

/// Paths to what is there.
type Entries = BTreeMap<Vec<u8>, (Mode, Oid)>;

/// A commit in memory.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) parents: Vec<Oid>,
    pub(crate) seconds: i64,
    pub(crate) title: String,
    pub(crate) root: Oid,
    /// The same as `root`, flat.
    pub(crate) files: Entries,
}

/// A project: a heap of commits, and names for some of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) commits: BTreeMap<Oid, Record>,
    pub(crate) head: Option<Oid>,
    pub(crate) branches: BTreeMap<String, Oid>,
    pub(crate) git_tags: BTreeMap<String, Oid>,
    /// `None`: there is no registry to ask.
    pub(crate) images: Option<Images>,
    /// Notes on commits.
    pub(crate) notes: Notes,
    /// Commits whose parents are not here.
    pub(crate) edge: BTreeSet<Oid>,
    blobs: HashMap<Oid, Vec<u8>>,
    trees: HashMap<Oid, Vec<(Vec<u8>, Mode, Oid)>>,
    seen: Seen,
}

/// What was found out so far, by spec; a copy of a project begins anew.
#[derive(Default)]
struct Seen(RefCell<Vec<Environments>>);

impl Clone for Seen {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seen")
    }
}

/// A file of a commit: mode and content.
pub(crate) type File<'a> = (&'a str, Mode, &'a str);

fn hash(kind: &[u8], content: &[u8]) -> Oid {
    let digest = Sha256::new().chain_update(kind).chain_update(content).finalize();
    let mut id = [0; 20];
    id.copy_from_slice(&digest[..20]);
    Oid::new(id)
}

/// The id that begins with these digits, and is zeros from there on.
pub(crate) fn id(digits: &str) -> Oid {
    format!("{digits:0<40}").parse().unwrap()
}

impl Memory {
    /// Adds a commit, which becomes the head.
    pub(crate) fn add(&mut self, id: Oid, parents: &[Oid], seconds: i64, files: &[File<'_>]) -> Oid {
        let files = files.iter().map(|(path, mode, content)| {
            let blob = match *mode {
                Mode::SUBMODULE => self::id(content),
                _ => hash(b"blob", content.as_bytes()),
            };
            self.blobs.insert(blob, content.as_bytes().to_vec());
            (path.as_bytes().to_vec(), (*mode, blob))
        });
        let files = files.collect();
        self.add_entries(id, parents, seconds, files)
    }

    /// The same, of entries whose blobs are here already.
    pub(crate) fn add_entries(
        &mut self,
        id: Oid,
        parents: &[Oid],
        seconds: i64,
        files: Vec<(Vec<u8>, (Mode, Oid))>,
    ) -> Oid {
        let files: Entries = files.into_iter().collect();
        let root = self.tree(&files);
        let title = format!("Commit {}", id.abbreviated(7));
        self.commits.insert(id, Record { parents: parents.to_vec(), seconds, title, root, files });
        self.head = Some(id);
        id
    }

    /// The tree of these files.
    fn tree(&mut self, files: &Entries) -> Oid {
        let mut here: Vec<(Vec<u8>, Mode, Oid)> = Vec::new();
        let mut below: BTreeMap<Vec<u8>, Entries> = BTreeMap::new();
        for (path, entry) in files {
            match path.iter().position(|&byte| byte == b'/') {
                None => here.push((path.clone(), entry.0, entry.1)),
                Some(slash) => {
                    below.entry(path[..slash].to_vec()).or_default().insert(path[slash + 1..].to_vec(), *entry);
                }
            }
        }
        for (name, files) in below {
            let tree = self.tree(&files);
            here.push((name, Mode::TREE, tree));
        }
        // As git sorts them: folders as if their names ended in a slash.
        here.sort_by_key(
            |(name, mode, _)| if mode.is_tree() { [name.as_slice(), b"/"].concat() } else { name.clone() },
        );
        let id = if here.is_empty() { EMPTY_TREE } else { hash(b"tree", format!("{here:?}").as_bytes()) };
        self.trees.insert(id, here);
        id
    }

    /// With these tags in its registry.
    #[must_use]
    pub(crate) fn with_tags<T: AsRef<str>>(mut self, tags: &[T]) -> Self {
        let tags = tags.iter().map(|tag| Tag::from(tag.as_ref())).collect();
        self.images = Some(Images { tags, ..Images::default() });
        self
    }

    /// The project of a plan, with ids of the caller's choice.
    pub(crate) fn of(plan: &[Planned], ids: &[Oid]) -> Self {
        let mut memory = Self::default();
        for (planned, id) in plan.iter().zip(ids) {
            let parents: Vec<Oid> = planned.parents.iter().map(|&at| ids[at]).collect();
            let files: Vec<File<'_>> = planned
                .files
                .iter()
                .map(|(path, (mode, content))| {
                    (path.as_str(), Mode::canonical(u32::from_str_radix(mode, 8).unwrap()), content.as_str())
                })
                .collect();
            memory.add(*id, &parents, planned.seconds, &files);
        }
        memory
    }

    /// What brute force knows of it, where these patterns say what the inputs are.
    pub(crate) fn oracle(&self, patterns: &[&str]) -> Oracle {
        let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::new(pattern)).collect();
        self.oracle_by(|record| {
            let matches =
                |path: &[u8]| globs.iter().any(|glob| std::str::from_utf8(path).is_ok_and(|path| glob.matches(path)));
            record.files.keys().filter(|path| matches(path)).cloned().collect()
        })
    }

    /// The same, where the inputs of each commit are given.
    pub(crate) fn oracle_by(&self, inputs: impl Fn(&Record) -> BTreeSet<Vec<u8>>) -> Oracle {
        let known = |record: &Record| {
            let inputs = inputs(record);
            let files = record.files.iter().filter(|(path, _)| inputs.contains(*path));
            let environment: Files =
                files.map(|(path, (mode, oid))| (path.clone(), (mode.to_string(), *oid))).collect();
            Known { parents: record.parents.clone(), seconds: record.seconds, environment }
        };
        let names = |name: &String| !self.branches.contains_key(name) && name != "latest";
        let git_tags = self.git_tags.iter().filter(|(name, _)| names(name)).map(|(name, id)| (name.clone(), *id));
        Oracle::new(self.commits.iter().map(|(id, record)| (*id, known(record))).collect(), git_tags.collect())
    }

    pub(crate) fn resolve(&self, question: &Question) -> Resolution {
        now(resolve(self, question)).unwrap()
    }

    pub(crate) fn history(&self, question: &Question, limit: Option<usize>) -> Vec<HistoryEntry> {
        now(history(self, question, limit)).unwrap().entries
    }

    /// A whole history with all that it can tell by itself.
    pub(crate) fn known_history(&self, question: &Question) -> History {
        let mut known = now(history(self, question, None)).unwrap();
        now(known.learn_files(self)).unwrap();
        known
    }

    fn look<T>(&self, spec: &Arc<Spec>, work: impl FnOnce(&mut Environments) -> T) -> T {
        let mut seen = self.seen.0.borrow_mut();
        let at = seen.iter().position(|known| known.spec() == spec).unwrap_or_else(|| {
            seen.push(Environments::new(Arc::clone(spec)));
            seen.len() - 1
        });
        work(&mut seen[at])
    }

    fn record(&self, id: Oid) -> Result<&Record, SourceError> {
        self.commits.get(&id).ok_or_else(|| SourceError::Incomplete(format!("there is no commit {id}")))
    }

    fn describe(&self, id: Oid, branch: Option<String>) -> Result<Commit, SourceError> {
        let record = self.record(id)?;
        Ok(Commit {
            id,
            parents: record.parents.clone(),
            title: record.title.clone(),
            seconds: record.seconds,
            date: format!("@{}", record.seconds),
            branch,
        })
    }

    fn links(&self, id: Oid) -> Result<Links, SourceError> {
        let record = self.record(id)?;
        let cut = self.edge.contains(&id);
        Ok(Links { parents: if cut { Vec::new() } else { record.parents.clone() }, seconds: record.seconds, cut })
    }
}

impl Tree for &Memory {
    type Error = Infallible;

    fn list(&mut self, _: &[u8], tree: Oid, each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Result<(), Infallible> {
        for (name, mode, oid) in &self.trees[&tree] {
            each(name, *mode, *oid);
        }
        Ok(())
    }

    fn blob(&mut self, _: &[u8], blob: Oid, limit: usize) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(Some(self.blobs[&blob].clone()).filter(|content| content.len() <= limit))
    }

    fn too_deep(&self, path: &[u8]) -> Infallible {
        panic!("{} is nested too deeply", String::from_utf8_lossy(path))
    }
}

impl Source for Memory {
    fn project(&self) -> Project {
        Project {
            path: Some("group/name".into()),
            image: Some("registry.example.org/group/name".into()),
            shallow: !self.edge.is_empty(),
            ci_path: None,
        }
    }

    async fn commit(&self, revision: Option<&str>) -> Result<Commit, SourceError> {
        let Some(revision) = revision else { return self.describe(self.head.ok_or(SourceError::Empty)?, None) };
        if let Some(id) = self.branches.get(revision) {
            return self.describe(*id, Some(revision.to_owned()));
        }
        let id = self.git_tags.get(revision).copied().or_else(|| revision.parse().ok());
        let id = id.filter(|id| self.commits.contains_key(id));
        let unknown = SourceError::UnknownRevision { revision: revision.to_owned(), hint: None };
        self.describe(id.ok_or(unknown)?, None)
    }

    async fn commits(&self, ids: &[Oid]) -> Result<Vec<Commit>, SourceError> {
        ids.iter().map(|id| self.describe(*id, None)).collect()
    }

    async fn git_tags(&self, commit: Oid) -> Result<Vec<String>, SourceError> {
        Ok(self.git_tags.iter().filter(|(_, id)| **id == commit).map(|(name, _)| name.clone()).collect())
    }

    async fn read(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        Ok(self
            .record(commit)?
            .files
            .get(path.as_bytes())
            .and_then(|(mode, blob)| matches!(*mode, Mode::FILE | Mode::EXECUTABLE).then(|| self.blobs[blob].clone())))
    }

    async fn snapshots(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        self.look(spec, |environments| {
            let mut tree = self;
            commits.iter().map(|id| Ok(environments.at(&mut tree, self.record(*id)?.root).unwrap())).collect()
        })
    }

    async fn files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        self.look(spec, |environments| {
            let mut tree = self;
            Ok(environments.files(&mut tree, self.record(commit)?.root).unwrap())
        })
    }

    async fn first_parents(&self, start: Oid, count: usize) -> Result<Line, SourceError> {
        let mut commits = vec![start];
        loop {
            let links = self.links(commits[commits.len() - 1])?;
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
        let commits = |name: &Named| match name {
            Named::Commit { prefix } => {
                self.commits.keys().copied().filter(|id| id.to_string().starts_with(prefix)).collect()
            }
            Named::GitTag(name) if name == "latest" || self.branches.contains_key(name) => Vec::new(),
            Named::GitTag(name) => self.git_tags.get(name).copied().into_iter().collect(),
        };
        Ok(names.iter().map(commits).collect())
    }

    async fn is_branch(&self, name: &str) -> Result<bool, SourceError> {
        Ok(self.branches.contains_key(name))
    }

    async fn image_notes(&self) -> Result<Arc<Notes>, SourceError> {
        Ok(Arc::new(self.notes.clone()))
    }

    async fn images(&self, _repository: Option<&str>) -> Result<Option<Images>, SourceError> {
        Ok(self.images.clone())
    }

    async fn nearest(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        if let Some(near) = nearest_ancestor(commit, usize::MAX, |id| images.contains(&id), |id| self.links(id))? {
            return Ok(near);
        }
        let tips: Vec<Oid> = images.iter().copied().chain([commit]).collect();
        let graph = self.graph(&tips, None).await?;
        let images: Vec<_> = images.iter().filter_map(|id| graph.position(*id)).collect();
        Ok(graph.nearest(graph.position(commit).unwrap(), &images))
    }

    async fn distance(&self, commit: Oid, ancestor: Oid) -> Result<Option<u64>, SourceError> {
        Ok(self.nearest(commit, &[ancestor]).await?.distance)
    }

    async fn graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        let mut all: Vec<(Oid, Links)> = Vec::new();
        let mut todo: BTreeSet<(i64, Oid)> = BTreeSet::new();
        for id in tips {
            todo.insert((self.record(*id)?.seconds, *id));
        }
        while let Some((_, id)) = todo.pop_last() {
            if limit.is_some_and(|limit| all.len() >= limit) {
                break;
            }
            let links = self.links(id)?;
            for parent in &links.parents {
                if !all.iter().any(|(known, _)| known == parent) {
                    todo.insert((self.record(*parent)?.seconds, *parent));
                }
            }
            all.push((id, links));
        }
        Ok(Graph::new(&all))
    }
}

/// The value of a future that never has to wait.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing in memory has to wait"),
    }
}

/// The question about a commit, where patterns say what the inputs are.
pub(crate) fn about(commit: Oid, patterns: &[&str]) -> Question {
    Question {
        revision: Some(commit.to_string()),
        inputs: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
        ..Question::default()
    }
}

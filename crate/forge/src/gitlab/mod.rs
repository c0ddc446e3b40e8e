//! A project of a GitLab, read through its API (facts/gitlab.md, 2 and 3).
//!
//! What is asked first goes out together: what the project is, the newest commits, and the usual recipe in one GraphQL
//! query. Then come the registry's tags, and then the files of the commits that they name, many in a query, nearest
//! first. Where GraphQL is not to be had (an old version, a job's token), REST answers the same with more requests.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use repin::environment::{Environments, Snapshot};
use repin::graph::{Graph, Near};
use repin::inputs::{Inputs, Spec};
use repin::resolution::{Cost, Reason};
use repin::scheme::Named;
use repin::source::{
    Build, Candidate, Cleanup, Commit, Compared, Images, Line, LineEnd, Project, Source, SourceError, Tag, Wanted,
};
use repin::tree::Entry;
use repin::{Oid, OidMap};

use crate::cache::{NoStore, Store};
use crate::http::{Client, Limits, Transport};

mod addressed;
mod api;
mod ask;
mod build;
mod changes;
mod cleanup;
mod commits;
mod compare;
mod confirm;
mod date;
mod fetch;
mod few;
mod files;
mod fork;
mod graphql;
mod history;
mod keep;
mod place;
mod read;
mod registry;
mod start;
mod together;
mod verdict;
mod wire;

pub mod comments;
pub mod location;
pub mod token;

pub use addressed::{Addressed, Given, Reading};
use api::Api;
pub use api::ApiError;
pub use date::seconds;
use files::Files;
use history::History;
use location::ProjectRef;
use token::{Token, TokenKind};
use wire::{ProjectReply, RepositoryReply};

/// A project of a GitLab as a source.
pub struct GitLab<T, S = NoStore> {
    api: Api<T>,
    asked: ProjectRef,
    store: S,
    /// The tags that exist, where the caller says it.
    images: Option<Images>,
    /// The registry repository, where GitLab does not say it.
    repository: Option<String>,
    /// Whether an earlier answer does not do.
    anew: bool,
    /// The commit that was asked for, and by which name.
    commit: RefCell<Option<(Option<String>, Commit)>>,
    /// Whether somebody said which images exist.
    has_images: Cell<bool>,
    /// Why not all of them are known.
    cut_off: RefCell<Option<Reason>>,
    state: RefCell<State>,
    /// Whether GraphQL is asked: until it refuses.
    graphql: Cell<bool>,
    /// The greatest complexity of a query.
    complexity: Cell<f64>,
}

/// What was learnt so far.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says of one thing whether it was done")]
struct State {
    project: Option<ProjectReply>,
    /// The registry's repositories, once it is certain which there are.
    repositories: Option<Vec<RepositoryReply>>,
    /// The one whose tags were listed.
    repository: Option<u64>,
    files: Files,
    history: History,
    /// How many pages of the history of these commits are here, and whether that is all.
    pages: OidMap<(u32, bool)>,
    /// Whether a whole history is asked for.
    is_history: bool,
    /// Whether GraphQL cannot list the commits that touched a path.
    no_commits_field: bool,
    /// Whether the newest commits of all branches were listed.
    listed_all: bool,
    environments: Vec<Environments>,
    git_tags: Option<HashMap<String, Oid>>,
    /// Why not all git tags are here, where that is so.
    git_tags_cut: Option<String>,
    /// What is known of single image tags.
    details: HashMap<String, Tag>,
    /// The name by which it was asked for, where that may be a branch's.
    branch: Option<String>,
    /// The commit asked about, and what it is built from.
    asked: Option<(Oid, Arc<Inputs>)>,
    /// Whether it went over to the images of the parent: then the commit asked about need not be there.
    at_parent: bool,
    /// Whether what is kept was taken up.
    recalled: bool,
    /// Whether candidates were compared before.
    compared: bool,
    /// Whether image tags will be asked for.
    wants_images: bool,
    /// The tags of a repository, once they are listed.
    listed: Option<(u64, Result<Images, ApiError>)>,
    /// Beginnings of ids that stand for one commit only.
    unique: HashSet<String>,
    /// The commit asked about, where its files were read by a name, which may have moved between two requests.
    by_name: Option<Oid>,
    notes: Vec<String>,
}

impl<T: Transport> GitLab<T> {
    /// A project of the GitLab at `base` (`https://host/relative/root`), asked with this token and within these limits.
    pub fn new(transport: T, base: &str, project: ProjectRef, token: Option<Token>, limits: Limits) -> Self {
        let base = base.trim_end_matches('/').to_owned();
        let is_job = token.as_ref().is_some_and(|token| token.kind == TokenKind::Job);
        let complexity = if token.is_some() { graphql::KNOWN_USER } else { graphql::ANONYMOUS };
        Self {
            api: Api::new(Client::new(transport, limits), base, token),
            asked: project,
            store: NoStore,
            images: None,
            repository: None,
            anew: false,
            commit: RefCell::default(),
            has_images: Cell::new(false),
            cut_off: RefCell::default(),
            state: RefCell::default(),
            graphql: Cell::new(!is_job),
            complexity: Cell::new(complexity),
        }
    }
}

impl<T: Transport, S: Store> GitLab<T, S> {
    /// With a store for what never changes.
    pub fn with_store<K: Store>(self, store: K) -> GitLab<T, K> {
        let Self {
            api,
            asked,
            store: _,
            images,
            repository,
            anew,
            commit,
            has_images,
            cut_off,
            state,
            graphql,
            complexity,
        } = self;
        GitLab { api, asked, store, images, repository, anew, commit, has_images, cut_off, state, graphql, complexity }
    }

    /// With the registry repository of the project's images, where GitLab does not say it.
    #[must_use]
    pub fn with_repository(mut self, repository: Option<String>) -> Self {
        self.repository = repository;
        self
    }

    /// Whether an earlier answer that is kept does not do.
    #[must_use]
    pub fn with_anew(mut self, anew: bool) -> Self {
        self.anew = anew;
        self
    }

    /// With this list of the tags that exist: the registry is not asked.
    #[must_use]
    pub fn with_images(mut self, images: Images) -> Self {
        self.images = Some(images);
        self
    }

    /// With REST alone, as for a GitLab that has no GraphQL.
    #[must_use]
    pub fn without_graphql(self) -> Self {
        self.graphql.set(false);
        self
    }

    /// Whether somebody said which images exist.
    pub fn has_images(&self) -> bool {
        self.has_images.get()
    }

    /// What a person should know of a list of images: it may not be whole.
    pub fn notes_on_images(&self) -> Vec<String> {
        let cut_off = self.cut_off.borrow().as_ref().map(|reason| reason.message.clone());
        cut_off.into_iter().chain(self.notes()).collect()
    }

    /// The project's number once it is known, else its path.
    fn id(&self) -> String {
        self.state.borrow().project.as_ref().map_or_else(|| self.asked.to_string(), |project| project.id.to_string())
    }

    fn path(&self) -> Option<String> {
        let known = self.state.borrow().project.as_ref().map(|project| project.path_with_namespace.clone());
        known.or_else(|| match &self.asked {
            ProjectRef::Path(path) => Some(path.clone()),
            ProjectRef::Id(_) => None,
        })
    }

    /// The address of something in the project.
    fn url(&self, path: &[&str], query: &[(&str, &str)]) -> String {
        let id = self.id();
        let path: Vec<&str> = ["projects", id.as_str()].into_iter().chain(path.iter().copied()).collect();
        self.api.url(&path, query)
    }

    fn remaining(&self) -> u64 {
        self.api.client().remaining().unwrap_or(u64::MAX)
    }

    fn note(&self, note: impl Into<String>) {
        let note = note.into();
        let notes = &mut self.state.borrow_mut().notes;
        if !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// Work with what is known under a spec.
    fn with_environments<R>(&self, spec: &Arc<Spec>, work: impl FnOnce(&mut Environments, &Files) -> R) -> R {
        let mut state = self.state.borrow_mut();
        let State { environments, files, .. } = &mut *state;
        let at = environments.iter().position(|known| known.spec() == spec).unwrap_or_else(|| {
            environments.push(Environments::new(Arc::clone(spec)));
            environments.len() - 1
        });
        work(&mut environments[at], files)
    }
}

impl<T: Transport, S: Store> Source for GitLab<T, S> {
    fn project(&self) -> Project {
        let state = self.state.borrow();
        let given = self.repository.clone().filter(|_| !state.at_parent);
        let Some(project) = &state.project else { return Project { image: given, ..Project::default() } };
        let root = || {
            let path = project.path_with_namespace.to_lowercase();
            let found = state.repositories.iter().flatten().find(|repository| repository.path == path);
            found.map(|repository| repository.location.clone())
        };
        let ci_path = project.ci_config_path.clone().filter(|path| !path.is_empty());
        Project {
            path: Some(project.path_with_namespace.clone()),
            image: project.container_registry_image_prefix.clone().or_else(root).or(given),
            shallow: false,
            ci_path: ci_path.filter(|path| !path.contains('@') && !path.contains("://")),
        }
    }

    async fn commit(&self, revision: Option<&str>) -> Result<Commit, SourceError> {
        // A question may ask twice, and a branch may move in between.
        if let Some((known, commit)) = &*self.commit.borrow()
            && known.as_deref() == revision
        {
            return Ok(commit.clone());
        }
        let mut commit = self.start(revision).await?;
        // A build knows its branch by the short name.
        if let Some(name) = commit.branch.as_deref().and_then(|name| name.strip_prefix("refs/heads/")) {
            commit.branch = Some(name.to_owned());
        }
        self.commit.replace(Some((revision.map(str::to_owned), commit.clone())));
        Ok(commit)
    }

    async fn commits(&self, ids: &[Oid]) -> Result<Vec<Commit>, SourceError> {
        self.load_commits(ids).await?;
        let state = self.state.borrow();
        let get = |id: &Oid| state.history.get(*id).cloned();
        ids.iter()
            .map(|id| get(id).ok_or_else(|| SourceError::Incomplete(format!("the project has no commit {id}"))))
            .collect()
    }

    async fn is_branch(&self, name: &str) -> Result<bool, SourceError> {
        self.has_branch(name).await
    }

    async fn git_tags(&self, commit: Oid) -> Result<Vec<String>, SourceError> {
        self.git_tags_at(commit).await
    }

    async fn read(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        self.read_file(commit, path).await
    }

    async fn snapshots(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        self.look(spec, commits).await
    }

    async fn files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        self.all_files(spec, commit).await
    }

    async fn first_parents(&self, start: Oid, count: usize) -> Result<Line, SourceError> {
        self.load_commits(&[start]).await?;
        let mut commits = vec![start];
        loop {
            let last = commits[commits.len() - 1];
            let parent = self.state.borrow().history.get(last).map(|commit| commit.parents.first().copied());
            let end = match parent {
                Some(None) => LineEnd::Root,
                Some(Some(_)) if commits.len() >= count => LineEnd::More,
                Some(Some(parent)) => {
                    commits.push(parent);
                    continue;
                }
                // Not listed yet: the next page of the history may have it.
                None if self.more_history(start).await? => continue,
                None => match self.load_commits(&[last]).await {
                    Ok(()) => continue,
                    Err(_) => {
                        commits.pop();
                        LineEnd::Cut
                    }
                },
            };
            return Ok(Line { commits, end });
        }
    }

    async fn named(&self, names: &[Named]) -> Result<Vec<Vec<Oid>>, SourceError> {
        self.commits_named(names).await
    }

    async fn images(&self, repository: Option<&str>) -> Result<Option<Images>, SourceError> {
        let images = match &self.images {
            Some(images) => Some(images.clone()),
            None => self.list_images(repository).await?,
        };
        self.has_images.set(images.is_some());
        self.cut_off.replace(images.as_ref().and_then(|images| images.cut_off.clone()));
        Ok(images)
    }

    async fn next(&self, commit: Oid, open: &[Candidate], most: usize) -> Result<Vec<usize>, SourceError> {
        self.next_candidates(commit, open, most).await
    }

    async fn compare(&self, wanted: Wanted<'_>, candidates: &[Candidate]) -> Result<Vec<Compared>, SourceError> {
        let mut compared = self.compare_candidates(wanted, candidates).await?;
        for (compared, candidate) in compared.iter_mut().zip(candidates) {
            if *compared == Compared::Stranger && self.is_unread_git_tag(&candidate.names) {
                *compared = Compared::Unseen("its git tag was not read".to_owned());
            }
        }
        Ok(compared)
    }

    async fn confirm(
        &self,
        wanted: Option<Wanted<'_>>,
        candidate: &Candidate,
        commit: Oid,
    ) -> Result<Option<Tag>, SourceError> {
        self.confirm_candidate(wanted, candidate, commit).await
    }

    async fn build(&self, wanted: Wanted<'_>, job: Option<&str>) -> Result<Option<Build>, SourceError> {
        self.build_of(wanted, job).await
    }

    async fn nearest(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        self.place(commit, images).await
    }

    async fn distance(&self, commit: Oid, ancestor: Oid) -> Result<Option<u64>, SourceError> {
        self.place(commit, &[ancestor]).await.map(|near| near.distance)
    }

    async fn graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        self.listed_graph(tips, limit).await
    }

    async fn fork_parent(&self) -> Result<Option<Project>, SourceError> {
        self.go_to_parent().await
    }

    async fn cleanup(&self, tags: &[Tag]) -> Result<Cleanup, SourceError> {
        self.cleanup_of(tags).await
    }

    fn is_costly(&self) -> bool {
        true
    }

    fn notes(&self) -> Vec<String> {
        self.state.borrow().notes.clone()
    }

    fn cost(&self) -> Option<Cost> {
        Some(self.api.client().cost())
    }
}

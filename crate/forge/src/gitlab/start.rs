//! The first round: what the project is, the newest commits of what is asked about, and the usual recipe.

use futures_util::future::{join, join3};
use repin::Oid;
use repin::inputs::RENKU_FILES;
use repin::source::{Commit, SourceError};
use repin::tree::Mode;
use serde_json::Value;

use super::GitLab;
use super::api::ApiError;
use super::graphql::{self, Ask, Query};
use super::location::ProjectRef;
use super::token::TokenKind;
use super::wire::{ProjectReply, RepositoryReply};
use crate::cache::Store;
use crate::http::Transport;

/// Files whose contents say what an image is built from.
const RECIPE: [&str; 5] = [".repin.toml", ".gitlab-ci.yml", "Dockerfile", ".dockerignore", "Dockerfile.dockerignore"];
/// What usual recipes copy, beside Renku's own files.
const USUAL: [&str; 6] = ["apt.txt", "postBuild", "setup.py", "pyproject.toml", "runtime.txt", "renv.lock"];

/// Container repositories that the first query asks for.
const REPOSITORIES: usize = 20;

/// What the GraphQL query of the first round gave.
struct FirstLook {
    recipe: Vec<graphql::Blob>,
    others: Vec<graphql::Blob>,
    asked: Vec<String>,
    repositories: Option<Vec<RepositoryReply>>,
}

impl<T: Transport, S: Store> GitLab<T, S> {
    /// The commit that a revision names, and whatever else can be asked at once.
    pub(super) async fn start(&self, revision: Option<&str>) -> Result<Commit, SourceError> {
        let reference = revision.filter(|revision| !matches!(*revision, "HEAD" | "@"));
        if reference.is_some_and(|reference| reference.contains("..") || reference.starts_with('-')) {
            return Err(SourceError::UnknownRevision {
                revision: revision.unwrap_or_default().to_owned(),
                hint: Some("give one commit: a branch, a tag or an id".to_owned()),
            });
        }
        self.recall().await;
        let (about, list, look) = match &self.asked {
            // GraphQL knows projects by their paths alone.
            ProjectRef::Id(_) if self.graphql.get() && self.state.borrow().project.is_none() => {
                let (about, list) = join(self.about(), self.newest_known(reference)).await;
                if about.is_ok() { (about, list, self.first_look(reference).await) } else { (about, list, Ok(None)) }
            }
            // What only git understands (`main~1`), GraphQL does not: it is asked by the commit's id.
            _ if reference.is_some_and(|reference| reference.contains(['~', '^', ':', '@', ' '])) => {
                let (about, list) = join(self.about(), self.newest_known(reference)).await;
                let id = list.as_ref().ok().and_then(|list| list.first()).map(|commit| commit.id.to_string());
                let look = match (&about, &id) {
                    (Ok(_), Some(id)) => self.first_look(Some(id)).await,
                    _ => Ok(None),
                };
                (about, list, look)
            }
            _ => join3(self.about(), self.newest_known(reference), self.first_look(reference)).await,
        };
        let about = about.map_err(|error| self.no_project(error))?;
        let default_branch = about.default_branch.clone();
        self.learn_project(about);
        let list = match list {
            Ok(list) => list,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let Some(first) = list.first() else { return Err(no_commit(revision, reference)) };
        let mut commit = first.clone();
        let is_id = reference
            .is_some_and(|reference| reference.len() >= 7 && reference.bytes().all(|digit| digit.is_ascii_hexdigit()));
        if !is_id {
            commit.branch = reference.map(str::to_owned).or(default_branch);
        }
        self.state.borrow_mut().branch.clone_from(&commit.branch);
        self.learn_history(commit.id, list);
        match look {
            Ok(look) => self.learn_files(commit.id, look, reference),
            Err(error) => self.no_graphql(&error)?,
        }
        Ok(commit)
    }

    /// The newest commits; of a commit that was asked about before those that are known.
    async fn newest_known(&self, reference: Option<&str>) -> Result<Vec<Commit>, ApiError> {
        let known = reference.and_then(|reference| {
            let id: Oid = reference.parse().ok()?;
            let state = self.state.borrow();
            state.pages.get(&id).and_then(|_| state.history.get(id).cloned())
        });
        match known {
            Some(commit) => Ok(vec![commit]),
            None => self.newest(reference).await,
        }
    }

    /// `GET /projects/:id`, once.
    pub(super) async fn about(&self) -> Result<ProjectReply, ApiError> {
        if let Some(known) = self.state.borrow().project.clone() {
            return Ok(known);
        }
        self.api.get(self.url(&[], &[])).await
    }

    pub(super) fn learn_project(&self, about: ProjectReply) {
        if about.ci_config_path.as_deref().is_some_and(|path| path.contains('@') || path.contains("://")) {
            self.note(
                "the project's CI file is kept elsewhere and is not read; `.repin.toml` can say what the image is built from",
            );
        }
        self.state.borrow_mut().project = Some(about);
    }

    /// Why the project cannot be read.
    pub(super) fn no_project(&self, error: ApiError) -> SourceError {
        let what = match &error {
            _ if error.is_not_found() && self.api.token().is_none() => format!(
                "{} has no project {} that can be seen without a token: its name may be wrong, or it is private",
                self.api.base(),
                self.asked
            ),
            _ if error.is_not_found() && self.api.token().is_some_and(|token| token.kind == TokenKind::Job) => format!(
                "{} has no project {} that a job's token can see: its name may be wrong, or it is not public",
                self.api.base(),
                self.asked
            ),
            _ if error.is_not_found() => format!(
                "{} has no project {} that this token can see: its name may be wrong, or its owner has not let you in",
                self.api.base(),
                self.asked
            ),
            ApiError::Refused { status: 401, .. } => {
                format!("{} does not accept the token: it may have expired or been revoked", self.api.base())
            }
            ApiError::Refused { status: 403, .. } => {
                format!("{} does not let this token read the project {}", self.api.base(), self.asked)
            }
            ApiError::Shape { .. } => format!("{} does not answer as a GitLab does", self.api.base()),
            _ => format!("{} could not be asked about the project {}", self.api.base(), self.asked),
        };
        SourceError::failed(what, error)
    }

    /// The query about the recipe; `None` where GraphQL is not asked.
    async fn first_look(&self, reference: Option<&str>) -> Result<Option<FirstLook>, ApiError> {
        let Some(path) = self.path().filter(|_| self.graphql.get()) else { return Ok(None) };
        let recipe: Vec<String> = RECIPE.iter().map(|&path| path.to_owned()).collect();
        let others: Vec<String> = RENKU_FILES
            .iter()
            .chain(&USUAL)
            .filter(|path| !RECIPE.contains(path))
            .map(|&path| path.to_owned())
            .collect();
        let reference = reference.map(str::to_owned);
        let mut query = Query::new(&path, self.complexity.get());
        query.ask(&Ask { reference: reference.clone(), paths: recipe, text: true });
        query.ask(&Ask { reference, paths: others.clone(), text: false });
        query.add("", "containerRepositories(first:20){nodes{id path location tagsCount}}", "", 9.0);
        let data = self.query(&query).await?;
        let (Some(recipe), Some(blobs)) = (graphql::blobs(&data, 0), graphql::blobs(&data, 1)) else {
            // The project is not to be seen, or it has no repository: REST says which.
            return Ok(None);
        };
        let repositories = data.pointer("/project/containerRepositories/nodes").and_then(repositories);
        // A full page may not be all.
        let repositories = repositories.filter(|list| list.len() < REPOSITORIES);
        Ok(Some(FirstLook { recipe, others: blobs, asked: others, repositories }))
    }

    fn learn_files(&self, commit: Oid, look: Option<FirstLook>, reference: Option<&str>) {
        let Some(look) = look else { return };
        let mut state = self.state.borrow_mut();
        for path in RECIPE.iter().copied().chain(look.asked.iter().map(String::as_str)) {
            let blob = look.recipe.iter().chain(&look.others).find(|blob| blob.path == path);
            let Some(file) = blob.map_or(Some(None), |blob| Some(Some((mode_of(blob.mode.as_deref())?, blob.oid))))
            else {
                continue;
            };
            state.files.set_file(commit, path.as_bytes(), file);
        }
        for blob in look.recipe {
            if let Some(text) = blob.text {
                // Text that is not the blob's (GraphQL has only UTF-8) is fetched as bytes when it is needed.
                state.files.set_content(blob.oid, text.into_bytes());
            }
        }
        // A list that is not empty is right; an empty one may mean that we may not look.
        state.repositories = look.repositories.filter(|repositories| !repositories.is_empty());
        let is_id = reference.is_some_and(|reference| reference == commit.to_string());
        state.by_name = (!is_id).then_some(commit);
    }

    /// Goes on without GraphQL where it is not to be had.
    pub(super) fn no_graphql(&self, error: &ApiError) -> Result<(), SourceError> {
        match error {
            ApiError::Query(_) | ApiError::Shape { .. } | ApiError::Refused { .. } => {
                self.graphql.set(false);
                Ok(())
            }
            // What is slow or broken there may be well by REST.
            _ if error.is_failure() => {
                self.graphql.set(false);
                Ok(())
            }
            ApiError::Http { .. } | ApiError::Moved | ApiError::Unreadable(_) => Err(error.clone().into()),
        }
    }

    /// Sends a query.
    pub(super) async fn query(&self, query: &Query) -> Result<Value, ApiError> {
        let (text, variables) = query.text();
        let answer = self.api.graphql(&text, &variables).await;
        if let Err(ApiError::Query(message)) = &answer
            && let Some(limit) = graphql::limit_in(message)
        {
            // The server counts otherwise than we do: leave more room from now on.
            self.complexity.set((self.complexity.get() * 0.6).min(limit * 0.6).max(20.0));
        }
        answer
    }
}

/// Container repositories of a GraphQL answer; `None` if they are of another form.
fn repositories(nodes: &Value) -> Option<Vec<RepositoryReply>> {
    let text = |node: &Value, name: &str| node.get(name).and_then(Value::as_str).map(str::to_owned);
    nodes
        .as_array()?
        .iter()
        .map(|node| {
            Some(RepositoryReply {
                // gid://gitlab/ContainerRepository/42
                id: text(node, "id")?.rsplit('/').next()?.parse().ok()?,
                path: text(node, "path").unwrap_or_default(),
                location: text(node, "location")?,
                tags_count: node.get("tagsCount").and_then(Value::as_u64),
                tags: None,
            })
        })
        .collect()
}

/// A mode as GitLab writes it; `None` if it is none.
pub(super) fn mode_of(mode: Option<&str>) -> Option<Mode> {
    u32::from_str_radix(mode?, 8).ok().map(Mode::canonical)
}

fn no_commit(revision: Option<&str>, reference: Option<&str>) -> SourceError {
    match (revision, reference) {
        (Some(revision), Some(_)) => SourceError::UnknownRevision {
            revision: revision.to_owned(),
            hint: Some("give a branch, a tag or a commit id that is pushed to this project".to_owned()),
        },
        _ => SourceError::Empty,
    }
}

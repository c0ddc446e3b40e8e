//! Commits, and names for them: branches, git tags, beginnings of ids.

use std::collections::{HashMap, HashSet};

use repin::Oid;
use repin::graph::Graph;
use repin::reference::is_floating_tag;
use repin::scheme::Named;
use repin::source::{Commit, SourceError};

use super::GitLab;
use super::api::ApiError;
use super::fetch::USED_UP;
use super::together::all;
use super::wire::{BranchReply, CommitReply, GitTagReply, RefReply};
use crate::cache::Store;
use crate::http::Transport;

/// Commits on a page: GitLab's own limit.
const PER_PAGE: usize = 100;
/// Requests that are kept for what comes after the history.
const RESERVE: u64 = 6;
/// The longest history that is read where nobody names a number.
const LONGEST: usize = 1000;
/// As many unknown beginnings of ids as are asked about one by one.
const MOST_ALONE: usize = 12;
/// From more on, the newest commits of all branches are listed first.
const FEW_ALONE: usize = 4;
/// Pages of the commits of all branches.
const ALL_PAGES: u32 = 3;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// The newest commits of a branch, a tag, or from a commit on; of the project's head where none is named.
    pub(super) async fn newest(&self, reference: Option<&str>) -> Result<Vec<Commit>, ApiError> {
        self.list_commits(reference, 1).await.map(|(commits, _)| commits)
    }

    /// One page of a history, and whether it is the last one.
    async fn list_commits(&self, reference: Option<&str>, page: u32) -> Result<(Vec<Commit>, bool), ApiError> {
        self.list_commits_by(reference.map(|reference| ("ref_name", reference)), page).await
    }

    async fn list_commits_by(&self, which: Option<(&str, &str)>, page: u32) -> Result<(Vec<Commit>, bool), ApiError> {
        let page = page.to_string();
        let mut query = vec![("per_page", "100"), ("page", page.as_str())];
        query.extend(which);
        let url = self.url(&["repository", "commits"], &query);
        let page = self.api.page::<CommitReply>(url).await?;
        let is_last = page.rows.len() < PER_PAGE;
        let commits: Option<Vec<Commit>> = page.rows.into_iter().map(CommitReply::commit).collect();
        let commits = commits.ok_or_else(|| ApiError::Shape {
            endpoint: "GET /projects/:id/repository/commits".to_owned(),
            problem: "a commit's date is none".to_owned(),
        })?;
        Ok((commits, is_last))
    }

    pub(super) fn learn_history(&self, tip: Oid, commits: Vec<Commit>) {
        let mut state = self.state.borrow_mut();
        state.pages.entry(tip).or_insert((1, commits.len() < PER_PAGE));
        state.history.extend(commits);
    }

    /// Lists the next page of the history of `tip`; `false` if there is none, or no more may be asked.
    pub(super) async fn more_history(&self, tip: Oid) -> Result<bool, SourceError> {
        let (known, is_all) = self.state.borrow().pages.get(&tip).copied().unwrap_or_default();
        if is_all || self.remaining() <= RESERVE {
            return Ok(false);
        }
        // Whoever needs a third page mostly needs more.
        let count = if known < 2 { 1 } else { 3.min(self.remaining() - RESERVE) };
        let pages = (1..=count).map(|more| known + u32::try_from(more).unwrap_or(1));
        let tip_name = tip.to_string();
        let lists = all(pages.map(|page| self.list_commits(Some(&tip_name), page))).await;
        let mut state = self.state.borrow_mut();
        for list in lists {
            let (commits, is_last) = list?;
            state.history.extend(commits);
            let pages = state.pages.entry(tip).or_default();
            *pages = (pages.0 + 1, pages.1 || is_last);
        }
        Ok(true)
    }

    /// Lists the newest commits of all branches and tags, once.
    async fn list_all(&self) -> Result<(), SourceError> {
        if std::mem::replace(&mut self.state.borrow_mut().listed_all, true) {
            return Ok(());
        }
        for page in 1..=ALL_PAGES {
            if self.remaining() <= RESERVE {
                break;
            }
            let (commits, is_last) = self.list_commits_by(Some(("all", "true")), page).await?;
            let mut state = self.state.borrow_mut();
            state.history.extend(commits);
            if is_last {
                break;
            }
        }
        Ok(())
    }

    /// Lists the commits of `to` that are not in the history of `from`; at most so many pages. How many there are, and
    /// whether that is all.
    pub(super) async fn list_range(&self, from: Oid, to: Oid, pages: u32) -> Result<(usize, bool), SourceError> {
        let range = format!("{from}..{to}");
        let mut count = 0;
        for page in 1..=pages {
            if self.remaining() == 0 {
                return Ok((count, false));
            }
            let (commits, is_last) = self.list_commits(Some(&range), page).await?;
            count += commits.len();
            let mut state = self.state.borrow_mut();
            state.history.extend(commits);
            if is_last {
                return Ok((count, true));
            }
        }
        Ok((count, false))
    }

    /// `GET …/commits/:sha`: of an id, or the beginning of one. `None` if there is none, or several begin so.
    async fn one_commit(&self, id: &str) -> Result<Option<Commit>, ApiError> {
        let url = self.url(&["repository", "commits", id], &[]);
        match self.api.get::<CommitReply>(url).await {
            // A branch or a git tag of that name comes before a commit.
            Ok(reply) => Ok(reply.commit().filter(|commit| commit.id.to_string().starts_with(id))),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes sure that these commits are known.
    pub(super) async fn load_commits(&self, ids: &[Oid]) -> Result<(), SourceError> {
        let missing: Vec<Oid> = {
            let state = self.state.borrow();
            ids.iter().copied().filter(|id| state.history.get(*id).is_none()).collect()
        };
        let found = all(missing.iter().map(|id| async { self.one_commit(&id.to_string()).await })).await;
        for (id, commit) in missing.into_iter().zip(found) {
            let commit = commit?.ok_or_else(|| SourceError::Incomplete(format!("the project has no commit {id}")))?;
            self.state.borrow_mut().history.add(commit);
        }
        Ok(())
    }

    /// Whether one commit alone has an id that begins so, and it is `id`.
    pub(super) async fn is_unique(&self, prefix: &str, id: Oid) -> Result<bool, SourceError> {
        if prefix.len() == 40 || self.state.borrow().unique.contains(prefix) {
            return Ok(true);
        }
        let is_it = self.one_commit(prefix).await?.is_some_and(|commit| commit.id == id);
        if is_it {
            self.state.borrow_mut().unique.insert(prefix.to_owned());
        }
        Ok(is_it)
    }

    /// The commits that names stand for, as far as they are listed or can be asked about.
    pub(super) async fn commits_named(&self, names: &[Named]) -> Result<Vec<Vec<Oid>>, SourceError> {
        if names.iter().any(|name| matches!(name, Named::GitTag(name) if is_for_git_tags(name))) {
            self.load_git_tags().await?;
        }
        let unknown = || -> Vec<&String> {
            let state = self.state.borrow();
            let unknown = names.iter().filter_map(|name| match name {
                Named::Commit { prefix } if state.history.with_prefix(prefix).is_empty() => Some(prefix),
                _ => None,
            });
            unknown.collect()
        };
        // Of a long history only images that are listed with it are looked at; a short one leaves room for all branches.
        let is_history = self.state.borrow().is_history;
        if is_history && !unknown().is_empty() && self.state.borrow().history.len() < PER_PAGE {
            self.list_all().await?;
        }
        let unknown = || if is_history { Vec::new() } else { unknown() };
        if unknown().len() > FEW_ALONE {
            self.list_all().await?;
        }
        let mut unknown = unknown();
        unknown.truncate(MOST_ALONE.min(usize::try_from(self.remaining()).unwrap_or(usize::MAX)));
        let found = all(unknown.iter().map(|prefix| self.one_commit(prefix))).await;
        for (prefix, commit) in unknown.into_iter().zip(found) {
            let Some(commit) = commit? else { continue };
            let mut state = self.state.borrow_mut();
            state.unique.insert(prefix.clone());
            state.history.add(commit);
        }
        let state = self.state.borrow();
        let commits_of = |name: &Named| match name {
            Named::Commit { prefix } => state.history.with_prefix(prefix),
            Named::GitTag(name) if is_for_git_tags(name) => {
                state.git_tags.iter().filter_map(|tags| tags.get(name)).copied().collect()
            }
            // A tag that looks like a commit's id is taken for that.
            Named::GitTag(_) => Vec::new(),
        };
        Ok(names.iter().map(commits_of).collect())
    }

    /// All git tags and their commits, once.
    pub(super) async fn load_git_tags(&self) -> Result<(), SourceError> {
        if self.state.borrow().git_tags.is_some() {
            return Ok(());
        }
        let mut tags = HashMap::new();
        let mut seen = HashSet::new();
        let mut cut = None;
        let mut next = Some(self.url(&["repository", "tags"], &[("per_page", "100")]));
        while let Some(url) = next {
            if !tags.is_empty() && self.remaining() <= RESERVE {
                cut = Some(USED_UP.to_owned());
                break;
            }
            let page = match self.api.page::<Option<GitTagReply>>(url).await {
                Ok(page) => page,
                // What has a commit's name can be compared all the same.
                Err(error)
                    if error.is_failure() || error.is_limit() || error.is_not_found() || error.is_no_access() =>
                {
                    cut = Some(error.to_string());
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            let before = seen.len();
            for tag in page.rows.into_iter().flatten() {
                seen.insert(tag.name.clone());
                // A tag of a tree or a blob has no commit.
                tags.extend(tag.commit.map(|commit| (tag.name, commit.id)));
            }
            next = page.next;
            if next.is_some() && seen.len() == before {
                cut = Some("GitLab lists the same ones again and again".to_owned());
                break;
            }
        }
        let mut state = self.state.borrow_mut();
        state.git_tags = Some(tags);
        state.git_tags_cut.clone_from(&cut);
        drop(state);
        if let Some(why) = cut {
            self.note(format!(
                "not all git tags were read, so images that have the name of one were not all compared: {why}"
            ));
        }
        Ok(())
    }

    /// Whether it is not known which commit an image of this name would stand for: not all git tags were read.
    pub(super) fn is_unread_git_tag(&self, names: &[Named]) -> bool {
        let state = self.state.borrow();
        state.git_tags_cut.is_some()
            && names.iter().all(|name| match name {
                Named::Commit { .. } => false,
                Named::GitTag(name) => {
                    is_for_git_tags(name) && !state.git_tags.as_ref().is_some_and(|tags| tags.contains_key(name))
                }
            })
    }

    /// The git tags of one commit, in order.
    pub(super) async fn git_tags_at(&self, commit: Oid) -> Result<Vec<String>, SourceError> {
        let known =
            self.state.borrow().git_tags.as_ref().filter(|_| self.state.borrow().git_tags_cut.is_none()).map(|tags| {
                tags.iter().filter(|(_, id)| **id == commit).map(|(name, _)| name.clone()).collect::<Vec<_>>()
            });
        let mut names = match known {
            Some(names) => names,
            None => {
                let id = commit.to_string();
                let query = [("type", "tag"), ("per_page", "100")];
                let url = self.url(&["repository", "commits", &id, "refs"], &query);
                let refs = self.api.page::<RefReply>(url).await?.rows;
                refs.into_iter().filter(|found| found.kind == "tag").map(|found| found.name).collect()
            }
        };
        names.sort_unstable();
        Ok(names)
    }

    pub(super) async fn has_branch(&self, name: &str) -> Result<bool, SourceError> {
        let is_default =
            self.state.borrow().project.as_ref().is_some_and(|project| project.default_branch.as_deref() == Some(name));
        if is_default {
            return Ok(true);
        }
        match self.api.get::<BranchReply>(self.url(&["repository", "branches", name], &[])).await {
            Ok(branch) => Ok(branch.name == name),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The history of `tips`, as far as it may be asked for.
    pub(super) async fn listed_graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        let Some(&first) = tips.first() else { return Ok(Graph::default()) };
        self.state.borrow_mut().is_history = true;
        self.load_commits(&[first]).await?;
        loop {
            let graph = self.state.borrow().history.graph(&[first]);
            if graph.is_whole() || graph.len() >= limit.unwrap_or(LONGEST) || !self.more_history(first).await? {
                break;
            }
        }
        Ok(self.state.borrow().history.graph(tips))
    }
}

/// Whether an image tag of this name can be one of a git tag.
fn is_for_git_tags(name: &str) -> bool {
    !is_floating_tag(name) && !looks_like_id(name)
}

/// Whether a name has the form of a commit's id, or of the beginning of one.
fn looks_like_id(name: &str) -> bool {
    (7..=40).contains(&name.len()) && name.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
}

//! Files of a long history, from the commits that changed them.
//!
//! GitLab lists the commits of a line of first parents that changed a path, as `git log --first-parent -- path` does. From
//! one of them to the next the file is the same: so it has to be looked at where it changed, and nowhere else on the line.
//! What a commit has is always read from its blobs' ids, or follows from them.

use repin::{Oid, OidSet};
use serde_json::Value;

use super::GitLab;
use super::api::ApiError;
use super::graphql::{Ask, Query, literal};
use super::together::all;
use super::wire::CommitReply;
use crate::cache::Store;
use crate::http::Transport;

/// Commits from which on this costs less than to look at each.
pub(super) const WORTH: usize = 60;
/// Commits of one list of changes.
const PER_LIST: usize = 100;

/// The commits that touched a path.
struct Touched {
    commits: OidSet,
    /// Where the list was cut off, the date of its oldest commit: what is as old or older may be missing.
    since: Option<i64>,
}

impl<T: Transport, S: Store> GitLab<T, S> {
    /// Learns which of `paths` are files, and which, at the first parents of `commits`, the first of which is the newest.
    pub(super) async fn learn_by_changes(&self, paths: &[Vec<u8>], commits: &[Oid]) -> Result<(), ApiError> {
        let Some(&tip) = commits.first() else { return Ok(()) };
        let line = self.line(tip);
        let names: Option<Vec<String>> = paths.iter().map(|path| String::from_utf8(path.clone()).ok()).collect();
        let Some(names) = names.filter(|_| line.len() > WORTH) else { return Ok(()) };
        let touched = self.touched(tip, &names).await?;
        // Of a commit that changed files, its parent's have to be looked at; at the tip, all.
        let mut asked: Vec<(Oid, Vec<String>)> = vec![(tip, names.clone())];
        for pair in line.windows(2) {
            let [child, parent] = pair else { continue };
            let changed = names.iter().zip(&touched).filter(|(_, touched)| touched.commits.contains(child));
            let changed: Vec<String> = changed.map(|(name, _)| name.clone()).collect();
            if !changed.is_empty() {
                asked.push((*parent, changed));
            }
        }
        if asked.len() * 2 > line.len() {
            return Ok(());
        }
        let asks = asked.iter().map(|(commit, paths)| Ask {
            reference: Some(commit.to_string()),
            paths: paths.clone(),
            text: false,
        });
        let answers = self.ask_all(&asks.collect::<Vec<_>>()).await?;
        for ((commit, paths), blobs) in asked.iter().zip(answers) {
            self.learn_blobs(*commit, paths, &blobs);
        }
        for (path, touched) in paths.iter().zip(&touched) {
            self.spread(&line, path, touched);
        }
        Ok(())
    }

    /// The listed commits of a line of first parents, newest first.
    fn line(&self, tip: Oid) -> Vec<Oid> {
        let state = self.state.borrow();
        let parent = |id: &Oid| state.history.get(*id)?.parents.first().copied();
        let known = |id: &Oid| state.history.get(*id).is_some();
        std::iter::successors(Some(tip).filter(known), |id| parent(id).filter(known)).collect()
    }

    /// Carries a file along a line, from commit to parent.
    fn spread(&self, line: &[Oid], path: &[u8], touched: &Touched) {
        let mut state = self.state.borrow_mut();
        let mut last = line.first().and_then(|tip| state.files.file(*tip, path));
        for pair in line.windows(2) {
            let [child, parent] = pair else { continue };
            let is_cut = touched
                .since
                .is_some_and(|since| state.history.get(*child).is_none_or(|commit| commit.seconds <= since));
            let Some(file) = last.filter(|_| !is_cut) else { break };
            let known = state.files.file(*parent, path);
            if touched.commits.contains(child) {
                // Where a file was renamed to this path, GitLab's list goes on with the old name: what this path was
                // before that is not in it.
                if file.is_some() && known == Some(None) {
                    break;
                }
                last = known;
                continue;
            }
            // What was read decides: where it says otherwise, the list is not what it should be.
            if known.is_some_and(|known| known != file) {
                return;
            }
            state.files.set_file(*parent, path, file);
        }
    }

    /// The commits that touched each path: by one query where GraphQL has it, else by a request for each.
    async fn touched(&self, tip: Oid, paths: &[String]) -> Result<Vec<Touched>, ApiError> {
        if !self.state.borrow().no_commits_field {
            match self.touched_by_query(tip, paths).await {
                Ok(touched) => return Ok(touched),
                Err(ApiError::Query(_) | ApiError::Shape { .. }) => self.state.borrow_mut().no_commits_field = true,
                Err(error) => return Err(error),
            }
        }
        let lists = all(paths.iter().map(|path| self.touched_by_rest(tip, path))).await;
        lists.into_iter().collect()
    }

    /// `Repository.commits(path:)`, since 19.
    async fn touched_by_query(&self, tip: Oid, paths: &[String]) -> Result<Vec<Touched>, ApiError> {
        let Some(path) = self.path() else { return Err(ApiError::Query("the project's path is not known".to_owned())) };
        let mut query = Query::new(&path, self.complexity.get());
        for (at, path) in paths.iter().enumerate() {
            let field = format!(
                " c{at}:commits(ref:\"{tip}\",path:{},firstParent:true,first:{PER_LIST}){{nodes{{sha committedDate}}}}",
                literal(path)
            );
            // nodes and two fields, the resolver and the call of Gitaly, for a page of 100.
            query.add(&field, "", "", 5.0 * 2.0);
        }
        let data = self.query(&query).await?;
        let list = |at: usize| -> Option<Touched> {
            let nodes = data.pointer(&format!("/project/repository/c{at}/nodes"))?.as_array()?;
            let text = |node: &Value, name: &str| node.get(name).and_then(Value::as_str).map(str::to_owned);
            let mut rows = Vec::new();
            for node in nodes {
                let (seconds, _) = super::date::parse(&text(node, "committedDate")?)?;
                rows.push((text(node, "sha")?.parse().ok()?, seconds));
            }
            Some(Touched::of(&rows))
        };
        (0..paths.len()).map(list).collect::<Option<_>>().ok_or_else(|| ApiError::Shape {
            endpoint: "POST /graphql".to_owned(),
            problem: "commits are missing in it".to_owned(),
        })
    }

    async fn touched_by_rest(&self, tip: Oid, path: &str) -> Result<Touched, ApiError> {
        let tip = tip.to_string();
        let query = [("ref_name", tip.as_str()), ("path", path), ("first_parent", "true"), ("per_page", "100")];
        let rows = self.api.page::<CommitReply>(self.url(&["repository", "commits"], &query)).await?.rows;
        let rows: Option<Vec<(Oid, i64)>> =
            rows.into_iter().map(|row| row.commit().map(|commit| (commit.id, commit.seconds))).collect();
        rows.map(|rows| Touched::of(&rows)).ok_or_else(|| ApiError::Shape {
            endpoint: "GET /projects/:id/repository/commits".to_owned(),
            problem: "a commit's date is none".to_owned(),
        })
    }
}

impl Touched {
    fn of(rows: &[(Oid, i64)]) -> Self {
        let since = rows.iter().map(|(_, seconds)| *seconds).min().filter(|_| rows.len() >= PER_LIST);
        Self { commits: rows.iter().map(|(id, _)| *id).collect(), since }
    }
}

//! Where images are in the history: how they relate to a commit, and how far they are.

use repin::Oid;
use repin::graph::Near;
use repin::resolution::Relation;
use repin::source::SourceError;

use super::GitLab;
use crate::cache::Store;
use crate::http::Transport;

/// Pages of a history in which distances are exact: 500 commits.
const PAGES: u32 = 5;
/// As many images as are looked for one by one.
const MOST_RANGES: usize = 6;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// Those of `images` that are nearest to `commit`.
    ///
    /// The history of `commit` is listed page by page until the nearest ancestor is certain. Images that are not in it
    /// are looked for from the other side: by the commits that they have and it has not.
    pub(super) async fn place(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        let near = |relation, distance, commits, cut| Near { relation, distance, commits, cut };
        if images.contains(&commit) {
            return Ok(near(Relation::Exact, Some(0), vec![commit], false));
        }
        self.load_commits(images).await?;
        if self.state.borrow().at_parent {
            // The parent does not know the commit: what is listed of its history decides.
            return Ok(self
                .nearest_listed(commit, images)
                .unwrap_or_else(|| near(Relation::SameEnvironment, None, images.to_vec(), false)));
        }
        loop {
            let found = self.nearest_listed(commit, images);
            let is_certain = self.is_certain(commit, found.as_ref());
            let pages = self.state.borrow().pages.get(&commit).map_or(0, |pages| pages.0);
            if is_certain || pages >= PAGES || !self.more_history(commit).await? {
                match found {
                    Some(found) if is_certain || found.relation == Relation::Ancestor => return Ok(found),
                    _ => break,
                }
            }
            // Beyond the first page, an image that is no ancestor at all would have every page read for nothing.
            if pages == 1 && found.is_none() && !self.any_behind(commit, images).await? {
                break;
            }
        }
        self.ahead(commit, images).await
    }

    /// Whether no commit that is not listed can change it.
    fn is_certain(&self, commit: Oid, found: Option<&Near>) -> bool {
        let state = self.state.borrow();
        if state.history.is_whole(commit) {
            return true;
        }
        found.is_some_and(|near| near.relation == Relation::Ancestor && !near.cut) && !state.history.is_skewed()
    }

    /// The nearest of those that are listed among the ancestors of `commit`.
    fn nearest_listed(&self, commit: Oid, images: &[Oid]) -> Option<Near> {
        let state = self.state.borrow();
        let graph = state.history.graph(&[commit]);
        let listed: Vec<_> = images.iter().filter_map(|image| graph.position(*image)).collect();
        if listed.is_empty() {
            return None;
        }
        Some(graph.nearest(graph.position(commit)?, &listed))
    }

    /// Whether one of these is an ancestor: then nothing is in its history that is not in the commit's.
    async fn any_behind(&self, commit: Oid, images: &[Oid]) -> Result<bool, SourceError> {
        for image in self.by_date(images).into_iter().take(MOST_RANGES) {
            if self.list_range(commit, image, 1).await?.0 == 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Newest first.
    fn by_date(&self, images: &[Oid]) -> Vec<Oid> {
        let state = self.state.borrow();
        let mut images = images.to_vec();
        images.sort_by_key(|id| std::cmp::Reverse((state.history.get(*id).map(|commit| commit.seconds), *id)));
        images
    }

    /// The nearest descendant; else all of them.
    async fn ahead(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        let mut asked = 0;
        let mut is_open = false;
        let mut far = None;
        for image in self.by_date(images) {
            // What the range of a newer image has listed needs no request of its own.
            let is_closed = {
                let state = self.state.borrow();
                let graph = state.history.graph(&[image, commit]);
                match (graph.position(image), graph.position(commit)) {
                    (Some(image), Some(commit)) => !graph.ahead(image, commit).1,
                    _ => false,
                }
            };
            if is_closed {
                continue;
            }
            if asked >= MOST_RANGES || self.remaining() <= 1 {
                is_open = true;
                break;
            }
            let (count, is_all) = self.list_range(commit, image, PAGES).await?;
            if count == 0 {
                // It has nothing that the commit has not: it is an ancestor, and of those the newest, too far to count.
                return Ok(Near {
                    relation: Relation::Ancestor,
                    distance: None,
                    commits: vec![image],
                    cut: images.len() > 1,
                });
            }
            asked += 1;
            if is_all {
                continue;
            }
            // Too far to list what is between; if nothing is missing there, it comes after the commit.
            if self.list_range(image, commit, 1).await?.0 == 0 {
                far = Some(image);
            } else {
                is_open = true;
            }
        }
        let state = self.state.borrow();
        let mut tips = images.to_vec();
        tips.push(commit);
        let graph = state.history.graph(&tips);
        let positions: Vec<_> = images.iter().filter_map(|image| graph.position(*image)).collect();
        let start = graph.position(commit);
        let start = start.ok_or_else(|| SourceError::Incomplete(format!("the project has no commit {commit}")))?;
        let mut near = graph.nearest(start, &positions);
        if near.relation == Relation::Descendant {
            // The commits between are listed whole; what the histories share does not count.
            near.distance = near.commits.first().and_then(|image| {
                let (count, _) = graph.ahead(graph.position(*image)?, start);
                u64::try_from(count).ok()
            });
        }
        near.cut = is_open;
        if let (Relation::SameEnvironment, Some(image)) = (near.relation, far) {
            return Ok(Near {
                relation: Relation::Descendant,
                distance: None,
                commits: vec![image],
                cut: images.len() > 1,
            });
        }
        Ok(near)
    }
}

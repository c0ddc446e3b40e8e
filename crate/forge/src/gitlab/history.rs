//! The commits that GitLab has listed so far, and what their graph says of images.

use std::collections::BTreeSet;
use std::ops::Bound;

use repin::graph::{Graph, Links};
use repin::source::Commit;
use repin::{Oid, OidMap, OidSet};

/// Commits by their ids.
#[derive(Debug, Default)]
pub(super) struct History {
    commits: OidMap<Commit>,
    /// The same, in order, to find beginnings of ids.
    ids: BTreeSet<Oid>,
}

/// An image among the ancestors of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    /// Which of the images.
    pub(super) at: usize,
    /// Commits that came after it up to the commit, as far as they are listed.
    pub(super) count: usize,
    /// Whether commits that are not listed could be among them.
    pub(super) open: bool,
}

impl History {
    pub(super) fn add(&mut self, commit: Commit) {
        self.ids.insert(commit.id);
        self.commits.entry(commit.id).or_insert(commit);
    }

    pub(super) fn extend(&mut self, commits: Vec<Commit>) {
        for commit in commits {
            self.add(commit);
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.commits.len()
    }

    /// All of them.
    pub(super) fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.commits.values()
    }

    pub(super) fn get(&self, id: Oid) -> Option<&Commit> {
        self.commits.get(&id)
    }

    /// The commits whose ids begin with these digits.
    pub(super) fn with_prefix(&self, prefix: &str) -> Vec<Oid> {
        let Ok(first) = format!("{prefix:0<40}").parse::<Oid>() else { return Vec::new() };
        self.ids
            .range((Bound::Included(first), Bound::Unbounded))
            .take_while(|id| id.to_string().starts_with(prefix))
            .copied()
            .collect()
    }

    fn links(&self, id: Oid) -> Option<Links> {
        let commit = self.commits.get(&id)?;
        Some(Links { parents: commit.parents.clone(), seconds: commit.seconds, cut: false })
    }

    /// Whether a listed commit has a parent that is newer than it: then lists in the order of dates can hide ancestors.
    pub(super) fn is_skewed(&self) -> bool {
        self.commits.values().any(|commit| {
            commit.parents.iter().any(|parent| self.get(*parent).is_some_and(|parent| parent.seconds > commit.seconds))
        })
    }

    /// The graph of all listed commits that can be reached from these.
    pub(super) fn graph(&self, tips: &[Oid]) -> Graph {
        let mut seen = OidSet::default();
        let mut reached: Vec<(Oid, Links)> = Vec::new();
        let mut todo: Vec<Oid> = tips.to_vec();
        while let Some(id) = todo.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(links) = self.links(id) {
                todo.extend(links.parents.iter().copied());
                reached.push((id, links));
            }
        }
        reached.sort_unstable_by_key(|(id, _)| *id);
        Graph::new(&reached)
    }

    /// Whether every ancestor of `commit` is listed.
    pub(super) fn is_whole(&self, commit: Oid) -> bool {
        let graph = self.graph(&[commit]);
        !graph.is_empty() && graph.is_whole()
    }

    /// Those of `images` that are listed ancestors of `commit` or itself, nearest first; of those equally near the
    /// newest, then the one with the greatest id.
    pub(super) fn behind(&self, commit: Oid, images: &[(usize, Oid)]) -> Vec<Behind> {
        let graph = self.graph(&[commit]);
        let Some(start) = graph.position(commit) else { return Vec::new() };
        let mut behind: Vec<(Behind, i64, Oid)> = images
            .iter()
            .filter_map(|(at, image)| {
                let (count, open) = graph.ahead(start, graph.position(*image)?);
                let seconds = self.get(*image)?.seconds;
                Some((Behind { at: *at, count, open }, seconds, *image))
            })
            .collect();
        behind.sort_by(|a, b| (a.0.count, b.1, b.2).cmp(&(b.0.count, a.1, a.2)));
        behind.into_iter().map(|(behind, ..)| behind).collect()
    }
}

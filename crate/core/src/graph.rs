//! The graph of commits: who came before whom, and how far apart two commits are.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};

use crate::Oid;
use crate::resolution::Relation;

/// The images that are nearest to a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// How they relate to it.
    pub relation: Relation,
    /// How far they are, as `git rev-list --count` counts; `None` for [`Relation::SameEnvironment`], or where a cut
    /// off history leaves it open.
    pub distance: Option<u64>,
    /// All of them that are equally near.
    pub commits: Vec<Oid>,
    /// Whether commits that are not here could make another image the nearest.
    pub cut: bool,
}

/// What a walk over a history needs of a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The parents that can be walked to.
    pub parents: Vec<Oid>,
    /// The committer's date, in seconds since 1970.
    pub seconds: i64,
    /// Whether it has parents that are not here (the edge of a shallow clone).
    pub cut: bool,
}

/// A history, newest first: every commit comes before its parents.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    ids: Vec<Oid>,
    index: HashMap<Oid, u32>,
    /// Of commit `i`: `parents[starts[i]..starts[i + 1]]`, as positions.
    parents: Vec<u32>,
    starts: Vec<u32>,
    seconds: Vec<i64>,
    cut: Vec<bool>,
}

/// How a commit of a [`Graph`] is numbered.
pub type Position = u32;

fn position(at: usize) -> Position {
    Position::try_from(at).expect("a history has fewer than 2^32 commits")
}

impl Graph {
    /// Orders commits: children before parents, and otherwise the newer one first (`git log --date-order`).
    ///
    /// Parents that are not among `commits` are left out, and their children marked as cut.
    pub fn new(commits: &[(Oid, Links)]) -> Self {
        let at: HashMap<Oid, usize> = commits.iter().enumerate().map(|(at, (id, _))| (*id, at)).collect();
        let mut children = vec![0_u32; commits.len()];
        for parent in commits.iter().flat_map(|(_, links)| &links.parents) {
            if let Some(&parent) = at.get(parent) {
                children[parent] += 1;
            }
        }
        let entry = |at: usize| (commits[at].1.seconds, commits[at].0, at);
        let mut ready: BinaryHeap<_> =
            children.iter().enumerate().filter(|(_, count)| **count == 0).map(|(at, _)| entry(at)).collect();
        let mut order = Vec::with_capacity(commits.len());
        while let Some((_, _, next)) = ready.pop() {
            order.push(next);
            for parent in &commits[next].1.parents {
                if let Some(&parent) = at.get(parent) {
                    children[parent] -= 1;
                    if children[parent] == 0 {
                        ready.push(entry(parent));
                    }
                }
            }
        }
        let mut graph = Self { starts: vec![0], ..Self::default() };
        graph.index = order.iter().enumerate().map(|(to, from)| (commits[*from].0, position(to))).collect();
        for from in order {
            let (id, links) = &commits[from];
            graph.ids.push(*id);
            graph.seconds.push(links.seconds);
            let known = links.parents.iter().filter_map(|parent| graph.index.get(parent));
            graph.parents.extend(known);
            graph.starts.push(position(graph.parents.len()));
            graph.cut.push(links.cut || links.parents.iter().any(|parent| !at.contains_key(parent)));
        }
        graph
    }

    /// How many commits it has.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// All commits, newest first.
    pub fn ids(&self) -> &[Oid] {
        &self.ids
    }

    /// The commit at a position.
    ///
    /// # Panics
    /// If the position is not one of this graph's.
    pub fn id(&self, position: Position) -> Oid {
        self.ids[position as usize]
    }

    /// Where a commit is.
    pub fn position(&self, id: Oid) -> Option<Position> {
        self.index.get(&id).copied()
    }

    /// The positions of a commit's parents, in order.
    pub fn parents(&self, position: Position) -> &[Position] {
        let at = position as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(&start), Some(&end)) => &self.parents[start as usize..end as usize],
            _ => &[],
        }
    }

    /// Whether a commit has parents that are not here.
    pub fn is_cut(&self, position: Position) -> bool {
        self.cut.get(position as usize).copied().unwrap_or_default()
    }

    /// Whether no commit has parents that are not here.
    pub fn is_whole(&self) -> bool {
        !self.cut.contains(&true)
    }

    /// The committer's date, in seconds since 1970.
    pub fn seconds(&self, position: Position) -> i64 {
        self.seconds.get(position as usize).copied().unwrap_or_default()
    }

    /// Marks every commit from which one of `start` can be reached by going to parents: with `start` itself.
    fn descendants(&self, start: &[Position]) -> Vec<bool> {
        let mut marked = vec![false; self.len()];
        for &position in start {
            marked[position as usize] = true;
        }
        for at in (0..self.len()).rev() {
            marked[at] = marked[at] || self.parents(position(at)).iter().any(|&parent| marked[parent as usize]);
        }
        marked
    }

    /// Marks the ancestors of one commit, and itself.
    fn ancestors(&self, start: Position) -> Vec<bool> {
        let mut marked = vec![false; self.len()];
        marked[start as usize] = true;
        for at in start as usize..self.len() {
            if marked[at] {
                for &parent in self.parents(position(at)) {
                    marked[parent as usize] = true;
                }
            }
        }
        marked
    }

    /// How many commits of the history of `commit` are not in that of `ancestor`, as far as they are here, and whether
    /// commits that are not here could be among them.
    pub fn ahead(&self, commit: Position, ancestor: Position) -> (usize, bool) {
        let (before, behind) = (self.ancestors(commit), self.ancestors(ancestor));
        let ahead = (0..self.len()).filter(|&at| before[at] && !behind[at]);
        ahead.fold((0, false), |(count, open), at| {
            // A parent that is not here may be an ancestor of both.
            (count + 1, open || self.cut[at])
        })
    }

    /// Those of `images` that are nearest to `commit`; both must be in the graph, which must hold their whole history.
    ///
    /// Nearest is the commit itself, else the ancestor with the fewest commits in `image..commit`, else the
    /// descendant with the fewest in `commit..image`, else all that are neither.
    pub fn nearest(&self, commit: Position, images: &[Position]) -> Near {
        let near = |relation, distance, positions: Vec<Position>, cut| Near {
            relation,
            distance,
            commits: positions.into_iter().map(|position| self.id(position)).collect(),
            cut,
        };
        if images.contains(&commit) {
            return near(Relation::Exact, Some(0), vec![commit], false);
        }
        let before = self.ancestors(commit);
        let cut = (0..self.len()).any(|at| before[at] && self.cut[at]);
        let ancestors: Vec<Position> = images.iter().copied().filter(|&image| before[image as usize]).collect();
        if !ancestors.is_empty() {
            let (distance, nearest) = Self::fewest(&self.tops(&before, &ancestors), |image| {
                let behind = self.ancestors(image);
                (0..self.len()).filter(|&at| before[at] && !behind[at]).count()
            });
            // Whatever is missing lies behind the nearest image if nothing between it and the commit is cut off.
            let open = cut
                && nearest.iter().any(|&image| {
                    let behind = self.ancestors(image);
                    (0..self.len()).any(|at| before[at] && !behind[at] && self.cut[at])
                });
            return near(Relation::Ancestor, (!open).then_some(distance), nearest, open);
        }
        let after = self.descendants(&[commit]);
        let descendants: Vec<Position> = images.iter().copied().filter(|&image| after[image as usize]).collect();
        if descendants.is_empty() {
            let mut all = images.to_vec();
            all.sort_unstable();
            all.dedup();
            return near(Relation::SameEnvironment, None, all, self.cut.contains(&true));
        }
        let (distance, nearest) = Self::fewest(&self.bottoms(&after, &descendants), |image| {
            let reached = self.ancestors(image);
            (0..self.len()).filter(|&at| reached[at] && !before[at]).count()
        });
        near(Relation::Descendant, (!cut).then_some(distance), nearest, cut)
    }

    fn fewest(images: &[Position], count: impl Fn(Position) -> usize) -> (u64, Vec<Position>) {
        let counts: Vec<(usize, Position)> = images.iter().map(|&image| (count(image), image)).collect();
        let least = counts.iter().map(|(count, _)| *count).min().unwrap_or_default();
        (least as u64, counts.into_iter().filter(|(count, _)| *count == least).map(|(_, image)| image).collect())
    }

    /// Those of `images` that are ancestors of no other one; only they can be nearest to what comes after them.
    fn tops(&self, within: &[bool], images: &[Position]) -> Vec<Position> {
        let mut is_image = vec![false; self.len()];
        for &image in images {
            is_image[image as usize] = true;
        }
        let mut below = vec![false; self.len()];
        let mut tops = Vec::new();
        for at in (0..self.len()).filter(|&at| within[at]) {
            if is_image[at] && !below[at] {
                tops.push(position(at));
            }
            if is_image[at] || below[at] {
                for &parent in self.parents(position(at)) {
                    below[parent as usize] = true;
                }
            }
        }
        tops
    }

    /// Those of `images` that are descendants of no other one.
    fn bottoms(&self, within: &[bool], images: &[Position]) -> Vec<Position> {
        let mut is_image = vec![false; self.len()];
        for &image in images {
            is_image[image as usize] = true;
        }
        let mut above = vec![false; self.len()];
        let mut bottoms = Vec::new();
        for at in (0..self.len()).rev().filter(|&at| within[at]) {
            above[at] = self.parents(position(at)).iter().any(|&parent| {
                let parent = parent as usize;
                within[parent] && (above[parent] || is_image[parent])
            });
            if is_image[at] && !above[at] {
                bottoms.push(position(at));
            }
        }
        bottoms
    }
}

/// Beyond what a walk by date needs where no clock was wrong, it looks at so many commits for one that was.
const SLOP: usize = 256;

/// The images that are the nearest ancestors of `commit`, found by walking back from it only as far as needed.
///
/// `links` gives what the walk needs of a commit. The walk goes by date, as git's own does. Once every path that is
/// left leads through all images met, what is left can only come before them: if no commit is newer than its child.
/// A look beyond the edge, at the oldest branches too, checks that; where a clock was wrong, the walk goes on to the
/// end of the history. `None`: no image is an ancestor, or none was met within `most` commits.
///
/// # Errors
/// What `links` returned.
pub fn nearest_ancestor<E>(
    commit: Oid,
    most: usize,
    is_image: impl Fn(Oid) -> bool,
    mut links: impl FnMut(Oid) -> Result<Links, E>,
) -> Result<Option<Near>, E> {
    if is_image(commit) {
        return Ok(Some(Near { relation: Relation::Exact, distance: Some(0), commits: vec![commit], cut: false }));
    }
    let mut walk = Walk::default();
    walk.meet(commit, &mut links)?;
    let mut settled = None;
    while let Some((_, _, at)) = walk.queue.pop() {
        if walk.ids.len() > most {
            return Ok(None);
        }
        walk.expand(at as usize, &is_image, &mut links)?;
        if walk.images.len() > MAX_IMAGES {
            return Ok(Some(walk.finish(&is_image, &mut links)?));
        }
        if !walk.is_decided() {
            settled = None;
            continue;
        }
        // Equal dates say nothing of the order: what is as old as a commit between may still lead to it.
        let oldest = *settled.get_or_insert_with(|| walk.oldest_between());
        if !walk.skewed && walk.queue.peek().is_none_or(|next| next.0 < oldest) {
            break;
        }
    }
    let mut edge: VecDeque<u32> = walk.queue.drain().map(|next| next.2).collect();
    let mut looked = 0;
    while let Some(at) = edge.pop_front() {
        let known = walk.ids.len();
        if known > most {
            return Ok(None);
        }
        walk.expand(at as usize, &is_image, &mut links)?;
        if walk.images.len() > MAX_IMAGES {
            return Ok(Some(walk.finish(&is_image, &mut links)?));
        }
        edge.extend((known..walk.ids.len()).map(position));
        walk.queue.clear();
        looked += 1;
        if looked > SLOP && !walk.skewed && walk.is_decided() {
            break;
        }
    }
    Ok((!walk.images.is_empty()).then(|| walk.answer()))
}

/// As many images side by side as a walk can tell apart.
const MAX_IMAGES: usize = 64;

#[derive(Default)]
struct Walk {
    ids: Vec<Oid>,
    index: HashMap<Oid, u32>,
    links: Vec<Links>,
    parents: Vec<Vec<u32>>,
    expanded: Vec<bool>,
    /// Which of `images` a commit is, or comes before.
    mask: Vec<u64>,
    images: Vec<u32>,
    queue: BinaryHeap<(i64, Reverse<u32>, u32)>,
    /// How many commits at the edge are painted by so many images.
    waiting: Counts,
    /// Whether a commit was newer than its child.
    skewed: bool,
}

/// By number of images.
struct Counts([usize; MAX_IMAGES + 1]);

impl Default for Counts {
    fn default() -> Self {
        Self([0; MAX_IMAGES + 1])
    }
}

impl Walk {
    fn meet<E>(&mut self, id: Oid, links: &mut impl FnMut(Oid) -> Result<Links, E>) -> Result<usize, E> {
        if let Some(&at) = self.index.get(&id) {
            return Ok(at as usize);
        }
        let at = self.ids.len();
        let links = links(id)?;
        let met = position(at);
        self.queue.push((links.seconds, Reverse(met), met));
        self.ids.push(id);
        self.index.insert(id, met);
        self.links.push(links);
        self.parents.push(Vec::new());
        self.expanded.push(false);
        self.mask.push(0);
        self.waiting.0[0] += 1;
        Ok(at)
    }

    /// Takes a commit from the edge, and puts its parents there.
    fn expand<E>(
        &mut self,
        at: usize,
        is_image: &impl Fn(Oid) -> bool,
        links: &mut impl FnMut(Oid) -> Result<Links, E>,
    ) -> Result<(), E> {
        self.waiting.0[self.mask[at].count_ones() as usize] -= 1;
        self.expanded[at] = true;
        if self.mask[at] == 0 && is_image(self.ids[at]) {
            self.images.push(position(at));
            if self.images.len() > MAX_IMAGES {
                return Ok(());
            }
            self.paint(at, 1 << (self.images.len() - 1));
        }
        for parent in self.links[at].parents.clone() {
            let parent = self.meet(parent, links)?;
            self.skewed |= self.links[parent].seconds > self.links[at].seconds;
            self.parents[at].push(position(parent));
            self.paint(parent, self.mask[at]);
        }
        Ok(())
    }

    /// Whether an image was met, and everything at the edge comes before all that were.
    fn is_decided(&self) -> bool {
        !self.images.is_empty() && self.waiting.0[..self.images.len()].iter().all(|count| *count == 0)
    }

    /// The date of the oldest commit that does not come before all images.
    fn oldest_between(&self) -> i64 {
        let all = self.images.len();
        let between = (0..self.ids.len()).filter(|&at| (self.mask[at].count_ones() as usize) < all);
        between.map(|at| self.links[at].seconds).min().unwrap_or(i64::MAX)
    }

    /// Marks a commit, and what is known to come before it, as coming before images.
    fn paint(&mut self, at: usize, mask: u64) {
        let mut todo = vec![at];
        while let Some(at) = todo.pop() {
            let before = self.mask[at];
            if before | mask == before {
                continue;
            }
            self.mask[at] |= mask;
            if self.expanded[at] {
                todo.extend(self.parents[at].iter().map(|&parent| parent as usize));
            } else {
                self.waiting.0[before.count_ones() as usize] -= 1;
                self.waiting.0[self.mask[at].count_ones() as usize] += 1;
            }
        }
    }

    fn answer(&self) -> Near {
        let mut best: Option<(u64, Vec<Oid>, bool)> = None;
        for (bit, &image) in self.images.iter().enumerate() {
            // An image that turned out to come before another one is never the nearest.
            let between = || (0..self.ids.len()).filter(|&at| self.mask[at] & (1 << bit) == 0);
            let distance = between().count() as u64;
            let cut = between().any(|at| self.links[at].cut);
            let id = self.ids[image as usize];
            match &mut best {
                Some((least, ids, open)) if *least == distance => {
                    ids.push(id);
                    *open |= cut;
                }
                Some((least, ..)) if *least < distance => {}
                _ => best = Some((distance, vec![id], cut)),
            }
        }
        let (distance, commits, cut) = best.unwrap_or_default();
        Near { relation: Relation::Ancestor, distance: (!cut).then_some(distance), commits, cut }
    }

    /// More images side by side than the walk can tell apart: take the whole history.
    fn finish<E>(
        mut self,
        is_image: &impl Fn(Oid) -> bool,
        links: &mut impl FnMut(Oid) -> Result<Links, E>,
    ) -> Result<Near, E> {
        let mut at = 0;
        while at < self.ids.len() {
            for parent in self.links[at].parents.clone() {
                self.meet(parent, links)?;
            }
            at += 1;
        }
        let commit = self.ids[0];
        let graph = Graph::new(&self.ids.into_iter().zip(self.links).collect::<Vec<_>>());
        let images: Vec<Position> =
            graph.ids().iter().filter(|id| is_image(**id)).filter_map(|id| graph.position(*id)).collect();
        Ok(graph.nearest(graph.position(commit).unwrap_or_default(), &images))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

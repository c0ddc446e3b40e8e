//! Classes of relation for many commits at once.

use std::collections::HashMap;

use crate::graph::{Graph, Position};
use crate::resolution::Relation;

/// How many groups one sweep over the history carries.
const LANES: usize = 16;
const NONE: Position = Position::MAX;

/// One environment: the images that are right for it, and the commits that look for one.
pub(crate) struct Group {
    /// Sorted, as the commits are.
    images: Vec<Position>,
    commits: Vec<Position>,
}

impl Group {
    pub(crate) fn new(mut images: Vec<Position>, mut commits: Vec<Position>) -> Self {
        for positions in [&mut images, &mut commits] {
            positions.sort_unstable();
            positions.dedup();
        }
        Self { images, commits }
    }
}

/// The first of these sorted positions that is older than `commit`.
fn first_older(positions: &[Position], commit: Position) -> Option<Position> {
    positions.get(positions.partition_point(|position| *position <= commit)).copied()
}

/// For each commit of each group an image of the best class, as (commit, image, relation). None of the commits may be
/// an image of its group, and each group needs an image.
///
/// Positions grow with age, so only an image of a greater position can be an ancestor. Most answers are found beside
/// the commit: at a parent, or on its own line of first parents. What is left is found by sweeps that carry, for
/// several groups at once, the nearest image from commit to commit.
pub(crate) fn relate(graph: &Graph, groups: &[Group]) -> Vec<(Position, Position, Relation)> {
    let lines = lines(graph);
    let mut answers = Vec::new();
    let mut ancestors = Sweep::default();
    let mut descendants = Sweep::default();
    for (group, Group { images, commits }) in groups.iter().enumerate() {
        let mut on_line: HashMap<Position, Vec<Position>> = HashMap::new();
        for &image in images {
            on_line.entry(lines[image as usize]).or_default().push(image);
        }
        let mut known: HashMap<Position, Position> = HashMap::new();
        // Oldest first, so that parents know before their children ask.
        for &commit in commits.iter().rev() {
            let at_parent = graph.parents(commit).iter().find_map(|parent| {
                if images.binary_search(parent).is_ok() { Some(*parent) } else { known.get(parent).copied() }
            });
            let older = || first_older(on_line.get(&lines[commit as usize])?, commit);
            if let Some(image) = at_parent.or_else(older) {
                known.insert(commit, image);
                answers.push((commit, image, Relation::Ancestor));
            } else if first_older(images, commit).is_some() {
                ancestors.look.push((group, commit));
            } else {
                descendants.look.push((group, commit));
            }
        }
    }
    for (group, commit, image) in ancestors.run(graph, groups, Direction::OldestFirst) {
        match image {
            Some(image) => answers.push((commit, image, Relation::Ancestor)),
            None => descendants.look.push((group, commit)),
        }
    }
    descendants.look.sort_unstable();
    for (group, commit, image) in descendants.run(graph, groups, Direction::NewestFirst) {
        match image {
            Some(image) => answers.push((commit, image, Relation::Descendant)),
            None => {
                let any = groups[group].images.first().copied().unwrap_or(commit);
                answers.push((commit, any, Relation::SameEnvironment));
            }
        }
    }
    answers
}

/// For each commit, the newest commit of its line of first parents.
fn lines(graph: &Graph) -> Vec<Position> {
    let mut lines = vec![NONE; graph.len()];
    for at in 0..graph.len() {
        let position = Position::try_from(at).expect("positions fit");
        if lines[at] == NONE {
            lines[at] = position;
        }
        if let Some(&parent) = graph.parents(position).first()
            && lines[parent as usize] == NONE
        {
            lines[parent as usize] = lines[at];
        }
    }
    lines
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// From ancestors to descendants: finds ancestors.
    OldestFirst,
    /// From descendants to ancestors: finds descendants.
    NewestFirst,
}

#[derive(Default)]
struct Sweep {
    /// Group and commit, sorted by group.
    look: Vec<(usize, Position)>,
}

impl Sweep {
    fn run(self, graph: &Graph, groups: &[Group], direction: Direction) -> Vec<(usize, Position, Option<Position>)> {
        let mut by_group: Vec<(usize, Vec<Position>)> = Vec::new();
        for (group, commit) in self.look {
            match by_group.last_mut() {
                Some((last, commits)) if *last == group => commits.push(commit),
                _ => by_group.push((group, vec![commit])),
            }
        }
        // Groups of one time go together: a sweep covers only the span of its groups.
        by_group.sort_by_key(|(group, _)| groups[*group].images.first().copied());
        let mut answers = Vec::new();
        for lanes in by_group.chunks(LANES) {
            sweep(graph, groups, lanes, direction, &mut answers);
        }
        answers
    }
}

fn sweep(
    graph: &Graph,
    groups: &[Group],
    lanes: &[(usize, Vec<Position>)],
    direction: Direction,
    answers: &mut Vec<(usize, Position, Option<Position>)>,
) {
    let all = || {
        lanes.iter().flat_map(|(group, commits)| commits.iter().chain(&groups[*group].images)).map(|at| *at as usize)
    };
    let (Some(first), Some(last)) = (all().min(), all().max()) else { return };
    let mut carried = vec![[NONE; LANES]; last - first + 1];
    for (lane, (group, _)) in lanes.iter().enumerate() {
        for &image in &groups[*group].images {
            carried[image as usize - first][lane] = image;
        }
    }
    let parents = |at: usize| {
        let position = Position::try_from(at).expect("positions fit");
        graph.parents(position).iter().map(|parent| *parent as usize).filter(|parent| *parent <= last)
    };
    // An image stands for itself; any other commit takes the nearest (by position) of what its neighbours carry.
    let nearer = |own: Position, other: Position| {
        if other == NONE {
            own
        } else if own == NONE {
            other
        } else if direction == Direction::OldestFirst {
            own.min(other)
        } else {
            own.max(other)
        }
    };
    let take = |own: &mut [Position; LANES], from: [Position; LANES], at: usize| {
        for (own, other) in own.iter_mut().zip(from).filter(|(own, _)| **own as usize != at) {
            *own = nearer(*own, other);
        }
    };
    match direction {
        Direction::OldestFirst => {
            for at in (first..=last).rev() {
                for parent in parents(at) {
                    let from = carried[parent - first];
                    take(&mut carried[at - first], from, at);
                }
            }
        }
        Direction::NewestFirst => {
            for at in first..=last {
                for parent in parents(at) {
                    let from = carried[at - first];
                    take(&mut carried[parent - first], from, parent);
                }
            }
        }
    }
    for (lane, (group, commits)) in lanes.iter().enumerate() {
        for &commit in commits {
            let image = carried[commit as usize - first][lane];
            answers.push((*group, commit, (image != NONE).then_some(image)));
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

//! Small graphs by hand, and random ones against the definition.

use std::collections::BTreeSet;

use super::*;
use crate::Oid;
use crate::graph::Links;

/// The graph of these lists of parents; commit `n` has the id `n` and the date `n`, so the last is the newest.
fn graph(parents: &[&[u8]]) -> Graph {
    let id = |at: u8| Oid::new([at; 20]);
    let links = |(at, parents): (usize, &&[u8])| {
        let parents = parents.iter().map(|&parent| id(parent)).collect();
        (id(u8::try_from(at).unwrap()), Links { parents, seconds: i64::try_from(at).unwrap(), cut: false })
    };
    Graph::new(&parents.iter().enumerate().map(links).collect::<Vec<_>>())
}

/// What `relate` says of groups of (images, commits), in the numbers of [`graph`].
fn related(graph: &Graph, groups: &[(&[u8], &[u8])]) -> BTreeSet<(usize, u8, u8, Relation)> {
    let position = |at: &u8| graph.position(Oid::new([*at; 20])).unwrap();
    let groups: Vec<Group> = groups
        .iter()
        .map(|(images, commits)| {
            Group::new(images.iter().map(position).collect(), commits.iter().map(position).collect())
        })
        .collect();
    let number = |at: Position| graph.id(at).as_bytes()[0];
    relate(graph, &groups)
        .into_iter()
        .map(|(commit, image, relation)| {
            let group = groups.iter().position(|group| group.commits.contains(&commit)).unwrap();
            (group, number(commit), number(image), relation)
        })
        .collect()
}

#[test]
fn ancestors_are_found_at_parents_on_the_line_and_across_merges() {
    // 0 - 1 - 2 - 5, and 1 - 3 - 4 merged into 5 as its second parent.
    let graph = graph(&[&[], &[0], &[1], &[1], &[3], &[2, 4]]);
    for (image, commit) in [(2, 5), (4, 5), (3, 5), (0, 5), (1, 4), (0, 2)] {
        let wanted = BTreeSet::from([(0, commit, image, Relation::Ancestor)]);
        assert_eq!(related(&graph, &[(&[image], &[commit])]), wanted);
        let wanted = BTreeSet::from([(0, image, commit, Relation::Descendant)]);
        assert_eq!(related(&graph, &[(&[commit], &[image])]), wanted);
    }
    let wanted = BTreeSet::from([(0, 2, 4, Relation::SameEnvironment)]);
    assert_eq!(related(&graph, &[(&[4], &[2])]), wanted);
    let wanted = BTreeSet::from([(0, 4, 2, Relation::SameEnvironment)]);
    assert_eq!(related(&graph, &[(&[2], &[4])]), wanted);
}

#[test]
fn an_ancestor_comes_before_a_descendant_and_that_before_any_other() {
    // 0 - 1 - 2, and 0 - 3.
    let graph = graph(&[&[], &[0], &[1], &[0]]);
    assert_eq!(related(&graph, &[(&[0, 2, 3], &[1])]), BTreeSet::from([(0, 1, 0, Relation::Ancestor)]));
    assert_eq!(related(&graph, &[(&[2, 3], &[1])]), BTreeSet::from([(0, 1, 2, Relation::Descendant)]));
    assert_eq!(related(&graph, &[(&[3], &[1])]), BTreeSet::from([(0, 1, 3, Relation::SameEnvironment)]));
}

#[test]
fn random_graphs_get_the_class_of_the_definition() {
    let mut state = 1_u64;
    let mut below = move |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end
    };
    for round in 0..300 {
        let size = 2 + below(40);
        let parents: Vec<Vec<u8>> = (0..size)
            .map(|at| {
                let count = if at == 0 { 0 } else { [0, 1, 1, 1, 1, 2, 2, 3][below(8)].min(at) };
                let mut parents: Vec<u8> = Vec::new();
                for _ in 0..count {
                    let parent = u8::try_from(at - 1 - below(at.min(6))).unwrap();
                    if !parents.contains(&parent) {
                        parents.push(parent);
                    }
                }
                parents
            })
            .collect();
        let mut before: Vec<BTreeSet<u8>> = Vec::new();
        for (at, parents) in parents.iter().enumerate() {
            let mut all = BTreeSet::from([u8::try_from(at).unwrap()]);
            all.extend(parents.iter().flat_map(|&parent| before[usize::from(parent)].clone()));
            before.push(all);
        }
        // More groups than one sweep carries, so that some wait for the next.
        let groups = 1 + below(20);
        let mut split: Vec<(Vec<u8>, Vec<u8>)> = vec![Default::default(); groups];
        for at in 0..size {
            let group = &mut split[below(groups)];
            let either = if below(3) == 0 { &mut group.0 } else { &mut group.1 };
            either.push(u8::try_from(at).unwrap());
        }
        split.retain(|(images, commits)| !images.is_empty() && !commits.is_empty());
        let graph = graph(&parents.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let groups: Vec<(&[u8], &[u8])> = split.iter().map(|(images, commits)| (&**images, &**commits)).collect();
        let answers = related(&graph, &groups);
        assert_eq!(answers.len(), split.iter().map(|(_, commits)| commits.len()).sum::<usize>(), "round {round}");
        for (group, commit, image, relation) in answers {
            let images = &split[group].0;
            let is_before = |one: u8, other: u8| before[usize::from(other)].contains(&one);
            let class = |image: u8| match () {
                () if is_before(image, commit) => Relation::Ancestor,
                () if is_before(commit, image) => Relation::Descendant,
                () => Relation::SameEnvironment,
            };
            assert!(images.contains(&image), "round {round}: {image} for {commit}");
            assert_eq!(relation, class(image), "round {round}: {image} for {commit}");
            assert_eq!(Some(relation), images.iter().map(|&image| class(image)).min(), "round {round}: {commit}");
        }
    }
}

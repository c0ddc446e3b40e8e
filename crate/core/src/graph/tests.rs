//! The order of a graph, and what is nearest in it.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// Ids `[n; 20]`, with parents and dates.
fn id(at: u8) -> Oid {
    Oid::new([at; 20])
}

fn links(parents: &[u8], seconds: i64, cut: bool) -> Links {
    Links { parents: parents.iter().map(|&parent| id(parent)).collect(), seconds, cut }
}

type History = BTreeMap<Oid, Links>;

fn history(commits: &[(u8, &[u8], i64)]) -> History {
    commits.iter().map(|(at, parents, seconds)| (id(*at), links(parents, *seconds, false))).collect()
}

fn graph_of(history: &History) -> Graph {
    Graph::new(&history.iter().map(|(id, links)| (*id, links.clone())).collect::<Vec<_>>())
}

fn order(graph: &Graph) -> Vec<u8> {
    graph.ids().iter().map(|id| id.as_bytes()[0]).collect()
}

macro_rules! ordered {
    ($($name:ident: $commits:expr => $want:expr;)+) => { mod order { use super::*; $(
        #[test]
        fn $name() { assert_eq!(super::order(&graph_of(&history($commits))), $want); }
    )+ } };
}

ordered! {
    nothing: &[] => [0_u8; 0];
    newest_first: &[(1, &[], 1), (2, &[1], 2), (3, &[2], 3)] => [3, 2, 1];
    a_child_comes_before_an_older_parent_whatever_its_date: &[(1, &[], 9), (2, &[1], 2), (3, &[2], 1)] => [3, 2, 1];
    equal_dates_by_id: &[(1, &[], 1), (2, &[1], 5), (3, &[1], 5)] => [3, 2, 1];
    sides_by_date: &[(1, &[], 1), (2, &[1], 4), (3, &[1], 3), (4, &[2], 5), (5, &[4, 3], 6)] => [5, 4, 2, 3, 1];
    roots_by_date: &[(1, &[], 7), (2, &[], 9), (3, &[], 8)] => [2, 3, 1];
}

#[test]
fn absent_parents_are_left_out_and_mark_the_edge() {
    let graph = graph_of(&history(&[(2, &[1], 2), (3, &[2, 9], 3)]));
    let at = |number| graph.position(id(number)).unwrap();
    assert_eq!(graph.parents(at(3)), [at(2)]);
    assert!(graph.is_cut(at(3)) && graph.is_cut(at(2)));
    assert_eq!((graph.len(), graph.is_empty(), graph.position(id(1))), (2, false, None));
    assert_eq!((graph.seconds(at(2)), graph.id(0)), (2, id(3)));
}

/// Both ways to find the nearest: the walk, and where that finds no ancestor the graph.
fn nearest(history: &History, commit: u8, images: &[u8]) -> (Near, Near) {
    let graph = graph_of(history);
    let wanted: BTreeSet<Oid> = images.iter().map(|&image| id(image)).collect();
    let positions: Vec<Position> = wanted.iter().map(|id| graph.position(*id).unwrap()).collect();
    let whole = graph.nearest(graph.position(id(commit)).unwrap(), &positions);
    let walked =
        nearest_ancestor(id(commit), usize::MAX, |id| wanted.contains(&id), |id| Ok::<_, ()>(history[&id].clone()));
    (walked.unwrap().unwrap_or_else(|| whole.clone()), whole)
}

fn words(near: &Near) -> String {
    let mut commits: Vec<u8> = near.commits.iter().map(|id| id.as_bytes()[0]).collect();
    commits.sort_unstable();
    let distance = near.distance.map_or("-".into(), |distance| distance.to_string());
    format!("{} {distance} {commits:?}{}", near.relation, if near.cut { " cut" } else { "" })
}

macro_rules! nearest {
    ($($name:ident: $commits:expr, $commit:expr, $images:expr => $want:expr;)+) => { mod nearest { use super::*; $(
        #[test]
        fn $name() {
            let (walked, whole) = super::nearest(&history($commits), $commit, $images);
            assert_eq!((words(&walked).as_str(), words(&whole).as_str()), ($want, $want));
        }
    )+ } };
}

nearest! {
    itself: &[(1, &[], 1), (2, &[1], 2)], 2, &[1, 2] => "exact 0 [2]";
    parent: &[(1, &[], 1), (2, &[1], 2), (3, &[2], 3)], 3, &[1, 2] => "ancestor 1 [2]";
    child: &[(1, &[], 1), (2, &[1], 2), (3, &[2], 3)], 1, &[2, 3] => "descendant 1 [2]";
    neither: &[(1, &[], 1), (2, &[1], 2), (3, &[1], 3)], 3, &[2] => "same-environment - [2]";
    ancestor_before_descendant: &[(1, &[], 1), (2, &[1], 2), (3, &[2], 3)], 2, &[1, 3] => "ancestor 1 [1]";
    two_sides: &[(1, &[], 1), (2, &[1], 2), (3, &[1], 3), (4, &[2, 3], 4)], 4, &[2, 3] => "ancestor 2 [2, 3]";
    the_shorter_side: &[(1, &[], 1), (2, &[1], 2), (3, &[2], 3), (4, &[1], 4), (5, &[3, 4], 5)], 5, &[3, 4]
        => "ancestor 2 [3]";
    the_count_is_of_both_sides: &[(1, &[], 1), (2, &[1], 2), (3, &[2], 3), (4, &[1], 4), (5, &[3, 4], 5)], 5, &[4]
        => "ancestor 3 [4]";
    a_commit_from_1970: &[(1, &[], 10), (2, &[1], 0), (3, &[1], 30), (4, &[2, 3], 40)], 4, &[1, 2] => "ancestor 2 [2]";
    a_parent_that_is_newer: &[(1, &[], 90), (2, &[1], 20), (3, &[1], 30), (4, &[2, 3], 40)], 4, &[1]
        => "ancestor 3 [1]";
    all_at_once: &[(1, &[], 5), (2, &[1], 5), (3, &[1], 5), (4, &[2, 3], 5), (5, &[3, 2], 5)], 4, &[1, 3]
        => "ancestor 2 [3]";
    descendants_by_count: &[(1, &[], 1), (2, &[1], 2), (3, &[1, 2], 3), (4, &[1], 4)], 1, &[3, 4] => "descendant 1 [4]";
}

#[test]
fn a_cut_between_leaves_the_distance_open_and_one_behind_does_not() {
    // 1 - 2 - 3, where the history of 1 is cut off; and 4, cut off as well, merged with 3 into 5.
    let mut history = history(&[(1, &[], 1), (2, &[1], 2), (3, &[2], 3), (4, &[], 4), (5, &[3, 4], 5)]);
    history.get_mut(&id(1)).unwrap().cut = true;
    let (walked, whole) = nearest(&history, 3, &[2]);
    assert_eq!((words(&walked).as_str(), words(&whole).as_str()), ("ancestor 1 [2]", "ancestor 1 [2]"));
    history.get_mut(&id(4)).unwrap().cut = true;
    let (walked, whole) = nearest(&history, 5, &[3]);
    assert_eq!((words(&walked).as_str(), words(&whole).as_str()), ("ancestor - [3] cut", "ancestor - [3] cut"));
    assert_eq!(words(&nearest(&history, 3, &[5]).1), "descendant - [5] cut");
    assert_eq!(words(&nearest(&history, 4, &[3]).1), "same-environment - [3] cut");
}

#[test]
fn a_walk_reads_no_more_of_a_long_history_than_it_needs() {
    let commits = 20_000_u32;
    let number = |at: u32| {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&at.to_be_bytes());
        Oid::new(bytes)
    };
    let mut read = 0;
    let near = nearest_ancestor(
        number(commits),
        usize::MAX,
        |id| id == number(commits - 3),
        |id| {
            read += 1;
            let at = u32::from_be_bytes(id.as_bytes()[..4].try_into().unwrap());
            let parents = at.checked_sub(1).map(number).into_iter().collect();
            Ok::<_, ()>(Links { parents, seconds: i64::from(at), cut: false })
        },
    );
    let near = near.unwrap().unwrap();
    assert_eq!((near.distance, near.commits), (Some(3), vec![number(commits - 3)]));
    assert!(read < 1000, "{read} commits were read");
}

#[test]
fn more_images_side_by_side_than_a_walk_can_tell_apart() {
    // 100 images on the root 0, all merged into one.
    let sides: Vec<u8> = (1..=100).collect();
    let mut history = history(&[(0, &[], 0)]);
    for &side in &sides {
        history.insert(id(side), links(&[0], i64::from(side), false));
    }
    history.insert(id(200), links(&sides, 200, false));
    let (walked, whole) = nearest(&history, 200, &sides);
    let wanted = format!("ancestor 100 {sides:?}");
    assert_eq!((words(&walked), words(&whole)), (wanted.clone(), wanted));
}

/// A walk that stops early counts what the whole graph counts, if no clock was wrong.
#[test]
fn long_histories_with_side_branches_are_counted_right() {
    let mut state = 7_u64;
    let mut below = move |end: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % end
    };
    let number = |at: usize| {
        let mut bytes = [0; 20];
        bytes[..8].copy_from_slice(&(at as u64).to_be_bytes());
        Oid::new(bytes)
    };
    for round in 0..30 {
        let size = 900;
        // Some commits a second, many, and a clock that stands still.
        let coarse = [4, 300, 10_000][round % 3];
        let history: History = (0..size)
            .map(|at| {
                let mut parents = Vec::new();
                if at > 0 {
                    parents.push(number(at - 1 - below(at.min(3))));
                    if below(4) == 0 {
                        let back = if below(20) == 0 { 400 } else { 30 };
                        parents.push(number(at - 1 - below(at.min(back))));
                    }
                    parents.dedup();
                }
                (number(at), Links { parents, seconds: i64::try_from(at / coarse).unwrap(), cut: false })
            })
            .collect();
        let graph = graph_of(&history);
        let images: BTreeSet<Oid> = (0..=below(30)).map(|_| number(size - 1 - below(size / 2))).collect();
        let commit = number(size - 1);
        let positions: Vec<Position> = images.iter().map(|id| graph.position(*id).unwrap()).collect();
        let mut whole = graph.nearest(graph.position(commit).unwrap(), &positions);
        let walked =
            nearest_ancestor(commit, usize::MAX, |id| images.contains(&id), |id| Ok::<_, ()>(history[&id].clone()));
        if let Some(mut walked) = walked.unwrap() {
            walked.commits.sort_unstable();
            whole.commits.sort_unstable();
            assert_eq!(walked, whole, "round {round}");
        } else {
            assert_ne!(whole.relation, Relation::Ancestor, "round {round}");
        }
    }
}

/// The distance of the image, by the walk. 1 - 2, a line of commits from 2 on to the image, and a merge of the image
/// with 2: nothing but the merge is not behind the image. The dates of 1 and 2 are 99,999 and 100,000.
fn walked_over(line: u32, merged: i64, clock: impl Fn(u32) -> i64) -> Option<u64> {
    let number = |at: u32| {
        let mut bytes = [0; 20];
        bytes[..4].copy_from_slice(&at.to_be_bytes());
        Oid::new(bytes)
    };
    let (image, merge) = (number(2 + line), number(3 + line));
    let mut history = History::new();
    history.insert(number(1), Links { parents: vec![], seconds: 99_999, cut: false });
    history.insert(number(2), Links { parents: vec![number(1)], seconds: 100_000, cut: false });
    for at in 3..3 + line {
        history.insert(number(at), Links { parents: vec![number(at - 1)], seconds: clock(at), cut: false });
    }
    history.insert(merge, Links { parents: vec![image, number(2)], seconds: merged, cut: false });
    nearest_ancestor(merge, usize::MAX, |id| id == image, |id| Ok::<_, ()>(history[&id].clone()))
        .unwrap()
        .unwrap()
        .distance
}

#[test]
fn where_a_clock_was_seen_to_be_wrong_the_walk_goes_on_to_the_end() {
    assert_eq!(walked_over(600, 50_000, i64::from), Some(1));
}

#[test]
fn a_look_beyond_the_edge_finds_clocks_that_were_wrong_there() {
    assert_eq!(walked_over(100, 200_000, i64::from), Some(1));
}

#[test]
fn a_clock_that_stood_still_says_nothing_of_the_order() {
    assert_eq!(walked_over(600, 100_000, |_| 99_999), Some(1));
}

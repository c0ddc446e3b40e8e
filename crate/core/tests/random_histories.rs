//! Histories made by chance, in memory: what the resolver says is what brute force says.
//!
//! A failure names its seed; `history(seed)` makes that history again.
#![allow(clippy::unwrap_used)]

mod memory;

use std::collections::BTreeSet;

use memory::agree::{history_agrees, prediction_agrees, resolution_agrees, seven};
use memory::oracle::Oracle;
use memory::random::{self, Dice, PATTERNS, Shape};
use memory::{Memory, about};
use repin::resolution::Relation;
use repin::{Oid, Question, Resolution};

/// A project, its commits in the order in which they were made, and tags of a registry.
struct Made {
    memory: Memory,
    oracle: Oracle,
    ids: Vec<Oid>,
    tags: Vec<String>,
    /// The patterns to ask with.
    patterns: &'static [&'static str],
    dice: Dice,
}

/// The history of a seed. Small seeds make short histories, so that the first failure is an easy one.
fn made(seed: u64) -> Made {
    let mut dice = Dice::new(seed);
    let size = 1 + dice.below(usize::try_from(seed).unwrap() / 5 + 3).min(59);
    let shape = *dice.one_of(&[Shape::Patterns, Shape::Recipe]);
    let plan = random::history(&mut dice, size, shape);
    let mut ids: Vec<Oid> = Vec::new();
    for _ in &plan {
        let mut digits = format!("{:016x}{:016x}{:08x}", dice.next(), dice.next(), dice.below(1 << 31));
        // Now and then the first seven digits are another commit's.
        if !ids.is_empty() && dice.percent(6) {
            digits.replace_range(..7, &seven(*dice.one_of(&ids)));
        }
        ids.push(digits.parse().unwrap());
    }
    let mut memory = Memory::of(&plan, &ids);
    for name in ["v1", "v2", "latest", "main", "abcdef0"] {
        if dice.percent(30) {
            memory.git_tags.insert(name.to_owned(), *dice.one_of(&ids));
        }
    }
    memory.branches.insert("main".into(), *ids.last().unwrap());
    let percentage = *dice.one_of(&[5, 20, 50, 100]);
    let mut tags: Vec<String> = Vec::new();
    for id in &ids {
        if dice.percent(percentage) {
            tags.push(seven(*id));
        }
        if dice.percent(3) {
            tags.push(id.abbreviated(8));
            tags.push(id.abbreviated(6));
            tags.push(id.abbreviated(7).to_uppercase());
        }
    }
    for name in ["latest", "main", "v1", "v2", "v3", "abcdef0", "cache"] {
        if dice.percent(25) {
            tags.push(name.into());
        }
    }
    if dice.percent(15) {
        tags.push("fffffff".into());
    }
    let oracle = match shape {
        Shape::Patterns => memory.oracle(&PATTERNS),
        Shape::Recipe => {
            let inputs: std::collections::BTreeMap<_, BTreeSet<Vec<u8>>> = ids
                .iter()
                .zip(&plan)
                .map(|(id, planned)| {
                    let paths = random::recipe_inputs(&planned.files).into_iter().map(String::into_bytes);
                    (memory.commits[id].root, paths.collect())
                })
                .collect();
            memory.oracle_by(|record| inputs[&record.root].clone())
        }
    };
    let patterns = if shape == Shape::Patterns { &PATTERNS[..] } else { &[] };
    Made { memory, oracle, ids, tags, patterns, dice }
}

const SEEDS: std::ops::Range<u64> = 0..240;

#[test]
fn every_commit_gets_the_best_image_there_is() {
    let mut found = 0;
    for seed in SEEDS {
        let Made { memory, oracle, ids, tags, patterns, mut dice } = made(seed);
        let memory = memory.with_tags(&tags);
        for id in &ids {
            if !dice.percent(50) {
                continue;
            }
            let answer = memory.resolve(&about(*id, patterns));
            found += usize::from(answer.image.is_some());
            resolution_agrees(&oracle, *id, &tags, &answer, &format!("seed {seed}, commit {id}"));
            assert_eq!(answer.expected_tag, Some(seven(*id)), "seed {seed}");
        }
    }
    assert!(found > 500, "most histories hold right images, not only {found}");
}

#[test]
fn a_history_holds_a_right_image_of_the_best_class_for_every_commit() {
    for seed in SEEDS {
        let Made { memory, oracle, ids, tags, patterns, mut dice } = made(seed);
        let memory = memory.with_tags(&tags);
        for tip in [*ids.last().unwrap(), *dice.one_of(&ids)] {
            let entries = memory.history(&about(tip, patterns), None);
            history_agrees(&oracle, tip, Some(&tags), &entries, &format!("seed {seed}, history of {tip}"));
        }
    }
}

#[test]
fn a_prediction_is_where_the_environment_began_along_first_parents() {
    for seed in SEEDS {
        let Made { memory, oracle, ids, patterns, mut dice, .. } = made(seed);
        let tip = *ids.last().unwrap();
        let entries = memory.history(&about(tip, patterns), None);
        history_agrees(&oracle, tip, None, &entries, &format!("seed {seed}, history of {tip}"));
        for id in &ids {
            if dice.percent(20) {
                let answer = memory.resolve(&about(*id, patterns));
                prediction_agrees(&oracle, *id, &answer, &format!("seed {seed}, commit {id}"));
            }
        }
    }
}

#[test]
fn history_and_resolve_agree_on_the_class_of_every_commit() {
    for seed in SEEDS.step_by(4) {
        let Made { memory, ids, tags, patterns, .. } = made(seed);
        let memory = memory.with_tags(&tags);
        for entry in memory.history(&about(*ids.last().unwrap(), patterns), None) {
            let answer = memory.resolve(&about(entry.commit, patterns));
            let context = format!("seed {seed}, commit {}", entry.commit);
            assert_eq!(answer.image.map(|image| image.relation), entry.relation, "{context}");
            assert_eq!(
                answer.environment.map(|environment| environment.key).as_deref(),
                entry.key.as_deref(),
                "{context}"
            );
        }
    }
}

#[test]
fn a_limit_shows_the_beginning_of_the_whole_history() {
    for seed in SEEDS.step_by(4) {
        let Made { memory, ids, tags, patterns, mut dice, .. } = made(seed);
        let question = about(*ids.last().unwrap(), patterns);
        let memory = memory.with_tags(&tags);
        let all = memory.history(&question, None);
        let limit = dice.below(all.len() + 3);
        let shown = memory.history(&question, Some(limit));
        assert_eq!(shown.len(), limit.min(all.len()), "seed {seed}");
        for (shown, whole) in shown.iter().zip(&all) {
            assert_eq!((shown.commit, &shown.key), (whole.commit, &whole.key), "seed {seed}");
            assert_eq!(shown.relation, whole.relation, "seed {seed}, commit {}", shown.commit);
        }
    }
}

#[test]
fn a_prediction_with_a_limit_says_of_each_commit_what_the_whole_history_says() {
    for seed in SEEDS.step_by(4) {
        let Made { memory, ids, patterns, mut dice, .. } = made(seed);
        let question = about(*ids.last().unwrap(), patterns);
        let all = memory.history(&question, None);
        let limit = dice.below(all.len() + 3);
        let shown = memory.history(&question, Some(limit));
        assert_eq!(shown.len(), limit.min(all.len()), "seed {seed}");
        for entry in shown {
            assert!(all.contains(&entry), "seed {seed}: {entry:?}");
        }
    }
}

/// What an answer says, apart from where in the history it was found.
fn said(memory: &Memory, question: &Question) -> String {
    serde_json::to_string(&memory.resolve(question)).unwrap()
}

#[test]
fn the_order_of_the_tags_given_is_irrelevant_and_so_are_doubles() {
    for seed in SEEDS.step_by(2) {
        let Made { memory, ids, tags, patterns, mut dice, .. } = made(seed);
        let mut shuffled = tags.clone();
        shuffled.extend_from_slice(&tags[..tags.len() / 2]);
        for at in (1..shuffled.len()).rev() {
            shuffled.swap(at, dice.below(at + 1));
        }
        let question = about(*dice.one_of(&ids), patterns);
        let (ordered, shuffled) = (memory.clone().with_tags(&tags), memory.with_tags(&shuffled));
        assert_eq!(said(&ordered, &question), said(&shuffled, &question), "seed {seed}");
        assert_eq!(ordered.history(&question, None), shuffled.history(&question, None), "seed {seed}");
    }
}

#[test]
fn a_commit_that_touches_no_input_changes_no_answer_about_the_others() {
    for seed in SEEDS.step_by(2) {
        let Made { memory, ids, tags, patterns, mut dice, .. } = made(seed);
        if patterns.is_empty() {
            continue;
        }
        let parent = *dice.one_of(&ids);
        let mut grown = memory.clone();
        let mut record = grown.commits[&parent].clone();
        let blob = *record.files.values().next().unwrap();
        record.files.insert(b"unrelated.txt".to_vec(), blob);
        let files: Vec<(Vec<u8>, (repin::tree::Mode, Oid))> = record.files.into_iter().collect();
        let new = grown.add_entries(memory::id("0123456789"), &[parent], 1_700_000_000, files);
        let asked = *dice.one_of(&ids);
        let question = about(asked, patterns);
        let before = said(&memory.clone().with_tags(&tags), &question);
        assert_eq!(before, said(&grown.clone().with_tags(&tags), &question), "seed {seed}");
        // With its own image there is one more right one: never one that was right before turns wrong.
        let mut more = tags.clone();
        more.push(seven(new));
        let old = memory.with_tags(&tags).resolve(&question);
        let new = grown.with_tags(&more).resolve(&question);
        assert!(new.image.is_some() >= old.image.is_some(), "seed {seed}");
        assert_eq!(new.environment, old.environment, "seed {seed}");
    }
}

#[test]
fn renaming_an_unrelated_file_changes_nothing() {
    for seed in SEEDS.step_by(2) {
        let Made { memory, ids, tags, patterns, mut dice, .. } = made(seed);
        if patterns.is_empty() {
            continue;
        }
        let mut renamed = memory.clone();
        for id in &ids {
            let record = &memory.commits[id];
            let rename = |path: &Vec<u8>| if path == b"notes.md" { b"zz/README".to_vec() } else { path.clone() };
            let files = record.files.iter().map(|(path, entry)| (rename(path), *entry)).collect();
            renamed.add_entries(*id, &record.parents, record.seconds, files);
        }
        let question = about(*dice.one_of(&ids), patterns);
        let (memory, renamed) = (memory.with_tags(&tags), renamed.with_tags(&tags));
        assert_eq!(said(&memory, &question), said(&renamed, &question), "seed {seed}");
    }
}

#[test]
fn a_pattern_that_matches_nothing_changes_nothing_but_the_list_of_patterns() {
    for seed in SEEDS.step_by(2) {
        let Made { memory, ids, tags, patterns, mut dice, .. } = made(seed);
        if patterns.is_empty() {
            continue;
        }
        let memory = memory.with_tags(&tags);
        let id = *dice.one_of(&ids);
        let more = [patterns, &["no/such/file", "**/*.nothing", "[", "{a"]].concat();
        let (one, mut other) = (memory.resolve(&about(id, patterns)), memory.resolve(&about(id, &more)));
        other.inputs.patterns.truncate(patterns.len());
        assert_eq!(one, other, "seed {seed}");
    }
}

#[test]
fn a_resolution_never_names_an_image_whose_environment_differs() {
    for seed in 1000..1060 {
        let Made { memory, oracle, ids, tags, patterns, .. } = made(seed);
        let memory = memory.with_tags(&tags);
        for id in &ids {
            let Some(image) = memory.resolve(&about(*id, patterns)).image else { continue };
            assert!(
                image.commit == *id || oracle.environment(*id) == oracle.environment(image.commit),
                "seed {seed}, commit {id}: {image:?}"
            );
        }
    }
}

#[test]
fn a_history_answers_for_its_commits_as_resolve_does() {
    let (mut answered, mut olds) = (0, 0);
    for seed in SEEDS.step_by(2) {
        let Made { memory, oracle, ids, tags, patterns, .. } = made(seed);
        for memory in [memory.clone().with_tags(&tags), memory] {
            let tip = about(*ids.last().unwrap(), patterns);
            let history = memory.known_history(&tip);
            for entry in &history.entries {
                let context = format!("seed {seed}, commit {}, verified: {}", entry.commit, history.verified);
                let asked = memory.resolve(&about(entry.commit, patterns));
                let Some(known) = history.resolution(entry.commit) else {
                    assert!(asked.image.is_none(), "{context}");
                    continue;
                };
                answered += 1;
                // What was asked is said in a note, and this answer was not asked for.
                let known = Resolution { notes: asked.notes.clone(), ..known };
                assert_eq!(known, asked, "{context}");
                let Some(older) = history.older(entry.commit) else { continue };
                olds += 1;
                assert!(tags.contains(&older.tag), "{context}");
                let relation = oracle.relation(entry.commit, older.commit).0;
                assert_eq!(relation, Relation::Ancestor, "{context}: {} is no older one", older.commit);
                let key = |id| memory.resolve(&about(id, patterns)).environment.unwrap();
                let (old, new) = (key(older.commit), key(entry.commit));
                let changed: BTreeSet<_> = older.changed.iter().map(|changed| changed.path.as_str()).collect();
                let differing: BTreeSet<_> = old
                    .files
                    .iter()
                    .filter(|file| !new.files.contains(file))
                    .chain(new.files.iter().filter(|file| !old.files.contains(file)))
                    .map(|file| file.path.as_str())
                    .collect();
                assert_eq!(changed, differing, "{context}");
                assert!(!changed.is_empty(), "{context}: it has the same environment");
            }
        }
    }
    assert!(answered > 500, "most commits have an image, not only {answered}");
    assert!(olds > 100, "many have an older one, not only {olds}");
}

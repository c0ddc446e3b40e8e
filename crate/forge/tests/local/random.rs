//! Histories made by chance and written by real git, against brute force on what `git rev-list` and `git ls-tree` say.

use std::collections::{BTreeMap, BTreeSet};

use repin::history::history;
use repin::{Oid, Question};

use crate::git::{File, Repo, git_in, with_tags, write_commit};
use crate::memory::agree::{history_agrees, prediction_agrees, resolution_agrees, seven};
use crate::memory::oracle::{Files, Known, Oracle};
use crate::memory::random::{self, Dice, PATTERNS, Shape};
use crate::memory::{about, now};
use crate::served::Served;

/// A repository, its commits in the order in which they were made, and what brute force knows of it.
struct Made {
    repo: Repo,
    ids: Vec<Oid>,
    oracle: Oracle,
    patterns: &'static [&'static str],
    dice: Dice,
}

fn made(seed: u64) -> Made {
    let mut dice = Dice::new(seed);
    let size = 10 + dice.below(70);
    let shape = if seed.is_multiple_of(2) { Shape::Patterns } else { Shape::Recipe };
    let plan = random::history(&mut dice, size, shape);
    let repo = Repo::new();
    let mut stream = Vec::new();
    for (at, planned) in plan.iter().enumerate() {
        let parents: Vec<String> = planned.parents.iter().map(|parent| format!(":{}", parent + 1)).collect();
        let files: Vec<File<'_>> = planned
            .files
            .iter()
            .map(|(path, (mode, content))| File(path.as_bytes(), mode, content.as_bytes()))
            .collect();
        write_commit(&mut stream, at + 1, planned.seconds, &format!("b{at}"), &parents, &files);
    }
    for at in 0..size {
        stream.extend_from_slice(format!("get-mark :{}\n", at + 1).as_bytes());
    }
    let import: &[&str] = if dice.percent(50) { &[] } else { &["-c", "fastimport.unpackLimit=1"] };
    let output = git_in(&repo.path, &[import, &["fast-import", "--quiet", "--force"]].concat(), &stream);
    let ids: Vec<Oid> = String::from_utf8(output).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    if dice.percent(50) {
        repo.git(&["pack-refs", "--all"]);
    }
    let inputs = |at: usize| -> BTreeSet<Vec<u8>> {
        match shape {
            Shape::Recipe => random::recipe_inputs(&plan[at].files).into_iter().map(String::into_bytes).collect(),
            Shape::Patterns => {
                let globs = PATTERNS.map(repin::glob::Glob::new);
                let paths = plan[at].files.keys().filter(|path| globs.iter().any(|glob| glob.matches(path)));
                paths.map(|path| path.clone().into_bytes()).collect()
            }
        }
    };
    // Two plans can be the same commit, down to its id.
    let log = repo.git(&["log", "--all", "--format=%H %ct %P"]);
    let shown: BTreeMap<&str, &str> = log.lines().filter_map(|line| line.split_once(' ')).collect();
    let known = |at: usize, id: &Oid| known(&repo, *id, shown[&*id.to_string()], &inputs(at));
    let commits = ids.iter().enumerate().map(|(at, id)| (*id, known(at, id))).collect();
    // Branches are all that has a name here.
    let oracle = Oracle::new(commits, BTreeMap::new());
    let patterns = if shape == Shape::Patterns { &PATTERNS[..] } else { &[] };
    Made { repo, ids, oracle, patterns, dice }
}

/// A commit as git shows it.
fn known(repo: &Repo, id: Oid, shown: &str, inputs: &BTreeSet<Vec<u8>>) -> Known {
    let (seconds, parents) = shown.split_once(' ').unwrap_or((shown, ""));
    let listed = git_in(&repo.path, &["ls-tree", "-r", "-z", &id.to_string()], b"");
    let mut environment = Files::new();
    for line in listed.split(|&byte| byte == 0).filter(|line| !line.is_empty()) {
        let tab = line.iter().position(|&byte| byte == b'\t').unwrap();
        let (entry, path) = (std::str::from_utf8(&line[..tab]).unwrap(), &line[tab + 1..]);
        let [mode, _, oid] = entry.split(' ').collect::<Vec<_>>()[..] else { panic!("{entry}") };
        if inputs.contains(path) {
            environment.insert(path.to_vec(), (mode.to_owned(), oid.parse().unwrap()));
        }
    }
    let parents = parents.split_whitespace().map(|parent| parent.parse().unwrap()).collect();
    Known { parents, seconds: seconds.parse().unwrap(), environment }
}

#[test]
fn what_is_said_of_real_repositories_is_what_brute_force_says() {
    for seed in 0..40 {
        let Made { repo, ids, oracle, patterns, mut dice } = made(seed);
        let share = *dice.one_of(&[10, 40, 80]);
        let mut tags: Vec<String> = ids.iter().filter(|_| dice.percent(share)).map(|id| seven(*id)).collect();
        tags.push("latest".into());
        tags.push("b3".into());
        let names: Vec<&str> = tags.iter().map(String::as_str).collect();
        let (with, without) = (with_tags(repo.open(), &names), repo.open());
        let (served, unserved) = (Served::new(&repo.path, Some(&names)), Served::new::<&str>(&repo.path, None));
        let asked: Vec<Oid> = ids.iter().copied().filter(|_| dice.percent(30)).collect();
        for id in &asked {
            let context = format!("seed {seed}, commit {id}");
            let answer = now(repin::resolve::resolve(&with, &about(*id, patterns))).unwrap();
            resolution_agrees(&oracle, *id, &tags, &answer, &context);
            let answer = now(repin::resolve::resolve(&without, &about(*id, patterns))).unwrap();
            prediction_agrees(&oracle, *id, &answer, &context);
            if dice.percent(20) {
                let graphql = dice.percent(60);
                let context = format!("{context} through HTTP, GraphQL {graphql}");
                let mut answer =
                    pollster::block_on(repin::resolve::resolve(&served.open(graphql), &about(*id, patterns))).unwrap();
                // Nobody pushed here, so GitLab knows why there is no image.
                if let Some(reason) = answer.reason.as_mut().filter(|reason| reason.code == "never-scheduled") {
                    reason.code = "no-image".to_owned();
                }
                resolution_agrees(&oracle, *id, &tags, &answer, &context);
                let answer =
                    pollster::block_on(repin::resolve::resolve(&unserved.open(graphql), &about(*id, patterns)))
                        .unwrap();
                prediction_agrees(&oracle, *id, &answer, &context);
            }
        }
        let tip = *ids.last().unwrap();
        let question: Question = about(tip, patterns);
        let context = format!("seed {seed}, history of {tip}");
        history_agrees(&oracle, tip, Some(&tags), &now(history(&with, &question, None)).unwrap().entries, &context);
        history_agrees(&oracle, tip, None, &now(history(&without, &question, None)).unwrap().entries, &context);
    }
}

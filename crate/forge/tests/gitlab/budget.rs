//! What answers cost, counted on the server.

use std::collections::BTreeMap;

use repin::resolution::Status;
use repin::{Oid, Question};
use repin_forge::http::Limits;

use crate::git::{File, Repo, git_in, seven, write_commit};
use crate::memory::random::Dice;
use crate::served::Served;

const CI: &str = "image_build:\n  stage: build\n  image: docker:stable\n  script: |\n    CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)\n    docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .\n    docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7\n";
const DOCKERFILE: &str =
    "FROM renku/renkulab-py:3.11-0.25.0\nCOPY requirements.txt environment.yml /tmp/\nCOPY install.R /tmp/\nRUN true\n";

/// A project with Renku's usual recipe: pushes of 1 to 8 commits, of which the heads have images, but for some that were
/// deleted.
pub(crate) struct Usual {
    pub(crate) repo: Repo,
    pub(crate) ids: Vec<Oid>,
    pub(crate) tags: Vec<String>,
}

pub(crate) fn usual(seed: u64, commits: usize, most_tags: usize) -> Usual {
    let mut dice = Dice::new(seed);
    let repo = Repo::new();
    let mut stream = Vec::new();
    let (mut numpy, mut r, mut python) = (0, 0, 0);
    let mut heads = Vec::new();
    let mut left = 1 + dice.below(8);
    let mut side: Option<usize> = None;
    for at in 0..commits {
        if at > 0 && dice.percent(5) {
            numpy += 1;
        }
        if at > 0 && dice.percent(1) {
            r += 1;
        }
        if at > 0 && dice.percent(1) {
            python += 1;
        }
        let (notes, requirements) = (format!("{at}"), format!("numpy=={numpy}\n"));
        let (install, environment) = (format!("# {r}\n"), format!("- python={python}\n"));
        let files = [
            File(b".gitlab-ci.yml", "100644", CI.as_bytes()),
            File(b"Dockerfile", "100644", DOCKERFILE.as_bytes()),
            File(b"environment.yml", "100644", environment.as_bytes()),
            File(b"install.R", "100644", install.as_bytes()),
            File(b"notebooks/a.ipynb", "100644", notes.as_bytes()),
            File(b"requirements.txt", "100644", requirements.as_bytes()),
        ];
        let mut parents: Vec<String> = (at > 0).then(|| format!(":{at}")).into_iter().collect();
        // Now and then a side branch of one commit is merged.
        if let Some(mark) = side.take() {
            parents.push(format!(":{mark}"));
        }
        let seconds = 1_600_000_000 + 600 * i64::try_from(at).unwrap();
        write_commit(&mut stream, at + 1, seconds, "main", &parents, &files);
        if dice.percent(6) {
            let mark = commits + at + 1;
            write_commit(&mut stream, mark, seconds + 60, "side", &[format!(":{}", at + 1)], &files);
            side = Some(mark);
        }
        left -= 1;
        if left == 0 {
            heads.push(at);
            left = 1 + dice.below(8);
        }
    }
    for at in 0..commits {
        stream.extend_from_slice(format!("get-mark :{}\n", at + 1).as_bytes());
    }
    let output = git_in(&repo.path, &["fast-import", "--quiet", "--force"], &stream);
    let ids: Vec<Oid> = String::from_utf8(output).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    heads.retain(|_| dice.percent(85));
    let tags = heads.iter().rev().take(most_tags).map(|&at| seven(ids[at])).collect();
    Usual { repo, ids, tags }
}

/// What one answer cost: on the server, and as it says itself.
#[derive(Clone, Copy, Debug)]
struct Cost {
    requests: usize,
    rounds: u64,
    bytes: u64,
}

fn ask(usual: &Usual, served: &Served, revision: &str) -> (Cost, Status) {
    served.server.clear_log();
    let question = Question { revision: Some(revision.to_owned()), ..Question::default() };
    let gitlab = served.open_within(true, Limits::default());
    let answer = pollster::block_on(repin::resolve::resolve(&gitlab, &question)).unwrap();
    let log = served.server.log();
    let cost = answer.cost.unwrap();
    assert_eq!(cost.requests, log.len() as u64, "what it says is what the server saw");
    if log.len() > 12 {
        for one in &log {
            println!("    {} {} {} {}", one.method, one.path_and_query, one.status, one.body.len());
        }
    }
    let bytes = log.iter().map(|one| one.sent_bytes).sum();
    let tags: Vec<&str> = usual.tags.iter().map(String::as_str).collect();
    let local = usual.repo.resolve_here(revision, &tags);
    if let (Some(found), Some(wanted)) = (&answer.image, &local.image) {
        assert_eq!(
            (found.commit, found.relation, found.distance),
            (wanted.commit, wanted.relation, wanted.distance),
            "{revision}"
        );
    }
    assert_eq!(answer.image.is_some(), local.image.is_some(), "{revision}: {answer:#?}");
    (Cost { requests: log.len(), rounds: cost.rounds, bytes }, answer.status)
}

fn percentile<T: Ord + Copy>(values: impl Iterator<Item = T>, percent: usize) -> T {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values[(values.len() * percent / 100).min(values.len() - 1)]
}

#[test]
fn a_cold_answer_about_a_usual_project_costs_few_requests() {
    let mut costs = Vec::new();
    for (seed, commits, most_tags) in [(1, 60, 200), (2, 300, 200), (3, 900, 200), (4, 150, 20)] {
        let usual = usual(seed, commits, most_tags);
        let served = Served::new(&usual.repo.path, Some(&usual.tags));
        let asked = usual.ids.iter().rev().step_by(commits / 12 + 1).map(Oid::to_string);
        for revision in asked.chain(["main".to_owned()]) {
            let (cost, status) = ask(&usual, &served, &revision);
            println!(
                "{commits:4} commits {:3} tags {cost:?} {status} {}",
                usual.tags.len(),
                &revision[..7.min(revision.len())]
            );
            costs.push(cost);
        }
    }
    assert!(percentile(costs.iter().map(|cost| cost.requests), 50) <= 5, "{costs:?}");
    assert!(percentile(costs.iter().map(|cost| cost.rounds), 50) <= 3, "{costs:?}");
    assert!(percentile(costs.iter().map(|cost| cost.requests), 95) <= 12, "{costs:?}");
    assert!(percentile(costs.iter().map(|cost| cost.bytes), 95) <= 200_000, "{costs:?}");
}

#[test]
fn however_long_the_history_and_however_many_the_tags_no_more_than_30_requests() {
    let usual = usual(5, 12_000, 2_000);
    assert_eq!(usual.tags.len(), 2_000);
    let served = Served::new(&usual.repo.path, Some(&usual.tags));
    let tags: Vec<&str> = usual.tags.iter().map(String::as_str).collect();
    let mut statuses = BTreeMap::new();
    // Near the tip, in the middle, and older than every image.
    for at in [11_999, 11_990, 11_700, 9_000, 6_000, 3_000, 100] {
        let revision = usual.ids[at].to_string();
        served.server.clear_log();
        let question = Question { revision: Some(revision.clone()), ..Question::default() };
        let gitlab = served.open_within(true, Limits::default());
        let answer = pollster::block_on(repin::resolve::resolve(&gitlab, &question)).unwrap();
        let requests = served.server.log().len();
        let local = usual.repo.resolve_here(&revision, &tags);
        println!("{at:6} {requests:3} requests {:?} {:?} {:?}", answer.cost, answer.reason, answer.notes);
        assert!(requests <= 30, "{requests}");
        *statuses.entry(answer.status).or_insert(0) += 1;
        match answer.status {
            Status::Found => {
                let image = answer.image.unwrap();
                let right = usual.repo.resolve_here(image.commit, &[]).environment.map(|environment| environment.key);
                assert_eq!(right, local.environment.map(|environment| environment.key), "{revision}: a wrong image");
                if let Some(best) = local.image.filter(|best| best.commit != image.commit) {
                    assert!(
                        !answer.notes.is_empty(),
                        "{revision}: {best:?} is nearer, and nothing says that one may be"
                    );
                }
            }
            Status::Unknown => assert_eq!(answer.reason.unwrap().code, "search-limit", "{revision}"),
            status => assert_eq!(status, local.status, "{revision}"),
        }
    }
    assert!(statuses.get(&Status::Found).is_some_and(|count| *count >= 2), "{statuses:?}");
}

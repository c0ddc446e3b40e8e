//! What goes wrong on the way: every question still ends in time, in the right answer or in saying why there is none.
//!
//! The endpoints are those that the same question uses where nothing goes wrong, and some that it falls back to. Each case
//! has a server of its own thread, since most of the time goes into waiting.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use repin::resolution::Status;
use repin::source::SourceError;
use repin::{Oid, Question, Resolution};
use repin_forge::http::Limits;
use repin_sandbox::gitlab::{Fault, FaultKind, Job, Logged, Pipeline};

use crate::git::{File, Repo, file, seven};
use crate::memory::random::Dice;
use crate::served::Served;

const CI: &str = "image_build:\n  stage: build\n  script:\n    - docker build --tag $CI_REGISTRY_IMAGE:$(echo $CI_COMMIT_SHA | cut -c1-7) .\n    - docker push $CI_REGISTRY_IMAGE:$(echo $CI_COMMIT_SHA | cut -c1-7)\n";
const DOCKERFILE: &str = "FROM scratch\nCOPY requirements.txt /\n";
const WITH_FOLDER: &str = "FROM scratch\nCOPY requirements.txt helpers /\n";

/// Everything is small, so that a case ends soon.
const LIMITS: Limits = Limits {
    max_requests: Some(30),
    deadline: Duration::from_secs(4),
    timeout: Duration::from_millis(700),
    max_bytes: 1 << 20,
    retries: 2,
    in_flight: 8,
};
/// What the machine may add to the deadline.
const SLACK: Duration = Duration::from_secs(2);
/// Cases at once. They mostly wait.
const WORKERS: usize = 24;

/// The endpoints, by a part of their address.
const ENDPOINTS: [&str; 14] = [
    "/api/graphql",
    "/projects/group%2Fname",
    "/repository/commits",
    "/repository/tree",
    "/repository/files",
    "/repository/tags",
    "/repository/branches",
    "/registry/repositories?",
    "/registry/repositories/",
    "/tags?",
    "/tags/",
    "/refs",
    "/pipelines?",
    "/jobs",
];

/// A question, and its answer by the clone.
struct Asked {
    name: &'static str,
    revision: String,
    local: Resolution,
    /// The commits whose images are right.
    right: Vec<Oid>,
}

/// A project and what is asked of it.
struct World {
    path: PathBuf,
    /// Keeps the folder.
    _repo: Mutex<Repo>,
    tags: Vec<String>,
    pipelines: Vec<Pipeline>,
    asked: Vec<Asked>,
}

impl World {
    /// With so many tags that say nothing beside those of commits.
    fn new(idle_tags: usize) -> Self {
        let repo = Repo::new();
        let ci = File(b".gitlab-ci.yml", "100644", CI.as_bytes());
        let small = |requirements: &'static str, notes: &'static str| {
            vec![ci, file("Dockerfile", DOCKERFILE), file("requirements.txt", requirements), file("notes.md", notes)]
        };
        // More entries at the root than one page holds, and the recipe's last file on the second page.
        let many: Vec<String> = (0..110).map(|at| format!("data{at:03}.csv")).collect();
        let large = |requirements: &'static str, helper: &'static str| {
            let mut files = vec![
                ci,
                file("Dockerfile", WITH_FOLDER),
                file("requirements.txt", requirements),
                file("helpers/a.py", helper),
            ];
            files.extend(many.iter().map(|path| file(path, "")));
            files
        };
        let first = repo.commit("main", &[], &small("1", ""));
        let noted = repo.commit("main", &[first], &small("1", "b"));
        let second = repo.commit("main", &[noted], &small("2", "b"));
        let noted = repo.commit("main", &[second], &small("2", "d"));
        let back = repo.commit("main", &[noted], &small("1", "e"));
        let failed = repo.commit("failed", &[back], &small("3", "f"));
        let released = repo.commit("released", &[back], &small("4", "g"));
        let after = repo.commit("released", &[released], &small("4", "h"));
        repo.git(&["tag", "v1.0", &released.to_string()]);
        let other = repo.commit("folder", &[first], &large("1", "y"));
        let alike = repo.commit("folder", &[other], &large("1", "x"));
        let unlike = repo.commit("folder", &[alike], &large("2", "x"));
        let folder = repo.commit("folder", &[unlike], &large("1", "x"));
        let mut tags: Vec<String> = [first, second, other, alike, unlike].map(seven).into();
        tags.extend(["v1.0".to_owned(), "latest".to_owned()]);
        tags.extend((0..idle_tags).map(|at| format!("idle-{at:03}")));
        let pipelines = vec![Pipeline {
            id: 1,
            iid: 1,
            sha: failed.to_string(),
            ref_name: "failed".to_owned(),
            source: "push".to_owned(),
            status: "failed".to_owned(),
            created_at: 1_700_000_000,
            jobs: vec![Job {
                id: 1,
                name: "image_build".to_owned(),
                stage: "build".to_owned(),
                status: "failed".to_owned(),
                failure_reason: Some("script_failure".to_owned()),
                created_at: 1_700_000_000,
                ..Job::default()
            }],
            ..Pipeline::default()
        }];
        let names: Vec<&str> = tags.iter().map(String::as_str).collect();
        let asked = [
            ("an ancestor's", back, vec![first]),
            ("a failed build's", failed, vec![]),
            ("a git tag's", after, vec![released]),
            ("with a folder", folder, vec![alike]),
        ];
        let asked = asked
            .into_iter()
            .map(|(name, commit, right)| Asked {
                name,
                revision: commit.to_string(),
                local: repo.resolve_here(commit, &names),
                right,
            })
            .collect();
        Self { path: repo.path.clone(), _repo: Mutex::new(repo), tags, pipelines, asked }
    }

    fn serve(&self) -> Served {
        let served = Served::new(&self.path, Some(&self.tags));
        served.server.update(1, |project| project.pipelines.clone_from(&self.pipelines));
        served
    }
}

/// One case.
struct Case<'w> {
    name: String,
    world: &'w World,
    asked: &'w Asked,
    graphql: bool,
    faults: Vec<Fault>,
    /// Whether the fault passes so soon that there is no reason not to answer.
    passes: bool,
}

fn ask(served: &Served, asked: &Asked, graphql: bool) -> Result<Resolution, SourceError> {
    let question = Question { revision: Some(asked.revision.clone()), ..Question::default() };
    pollster::block_on(served.open_within(graphql, LIMITS).resolve(&question))
}

/// What is wrong with how a case ended, if anything is; and what it came to.
fn judge(
    case: &Case<'_>,
    answer: &Result<Resolution, SourceError>,
    took: Duration,
    log: &[Logged],
) -> (String, Vec<String>) {
    let mut wrong = Vec::new();
    let asked = case.asked;
    if took > LIMITS.deadline + SLACK {
        wrong.push(format!("it took {took:?}"));
    }
    if log.len() as u64 > LIMITS.max_requests.unwrap() {
        wrong.push(format!("{} requests", log.len()));
    }
    let mut same: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for one in log {
        *same.entry((&one.path_and_query, &one.body)).or_default() += 1;
    }
    for ((path, _), count) in same {
        if count > LIMITS.retries + 1 {
            wrong.push(format!("{path} was asked {count} times"));
        }
    }
    let came_to = match answer {
        Err(failure) => {
            let why = failure.source().map(|why| format!(": {why}")).unwrap_or_default();
            if failure.to_string().len() < 10 || (why.is_empty() && matches!(failure, SourceError::Failed { .. })) {
                wrong.push(format!("an error that says little: {failure}{why}"));
            }
            if matches!(failure, SourceError::UnknownRevision { .. } | SourceError::Empty) {
                wrong.push(failure.to_string());
            }
            format!("error: {failure}{why}")
        }
        Ok(answer) => {
            let reason = answer.reason.as_ref().map(|reason| format!("{}: {}", reason.code, reason.message));
            match answer.status {
                Status::Found => {
                    let commit = answer.image.as_ref().unwrap().commit;
                    if !asked.right.contains(&commit) {
                        wrong.push(format!("the wrong image: {commit}"));
                    }
                }
                Status::Missing | Status::Failed if asked.local.status == Status::Missing => {}
                Status::Unknown if reason.is_some() => {}
                status => wrong.push(format!("{status}, where the clone says {}", asked.local.status)),
            }
            let known = asked.local.environment.as_ref();
            if answer.environment.is_some() && answer.environment.as_ref() != known {
                wrong.push("another environment".to_owned());
            }
            format!("{} {} {:?}", answer.status, reason.unwrap_or_default(), answer.notes)
        }
    };
    if case.passes {
        let is_right = answer.as_ref().is_ok_and(|answer| match asked.local.status {
            Status::Found => answer.status == Status::Found,
            _ => matches!(answer.status, Status::Missing | Status::Failed),
        });
        if !is_right {
            wrong.push("no answer, though it passed".to_owned());
        }
    }
    (came_to, wrong)
}

/// Runs them all, and panics with those that went wrong.
fn run(cases: &[Case<'_>]) {
    let next = AtomicUsize::new(0);
    let (bad, shown) = (Mutex::new(Vec::new()), Mutex::new(BTreeMap::<String, usize>::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let served = case.world.serve();
                    case.faults.iter().for_each(|fault| served.server.fault(fault.clone()));
                    let begun = Instant::now();
                    let answer = ask(&served, case.asked, case.graphql);
                    let took = begun.elapsed();
                    let log = served.server.log();
                    let (came_to, wrong) = judge(case, &answer, took, &log);
                    if std::env::var_os("REPIN_SHOW").is_some() {
                        println!("{:5} ms {:2} requests  {}\n      {came_to}", took.as_millis(), log.len(), case.name);
                    }
                    *shown
                        .lock()
                        .unwrap()
                        .entry(came_to.split(' ').next().unwrap_or_default().to_owned())
                        .or_default() += 1;
                    if !wrong.is_empty() {
                        let lines =
                            log.iter().map(|one| format!("    {} {} {}", one.method, one.path_and_query, one.status));
                        let lines = lines.collect::<Vec<_>>().join("\n");
                        bad.lock().unwrap().push(format!(
                            "{}: {}\n  {came_to}\n{lines}\n",
                            case.name,
                            wrong.join("; ")
                        ));
                    }
                }
            });
        }
    });
    println!("{} cases: {:?}", cases.len(), shown.into_inner().unwrap());
    let bad = bad.into_inner().unwrap();
    assert!(bad.is_empty(), "{} of {} cases went wrong:\n{}", bad.len(), cases.len(), bad.join("\n"));
}

/// The endpoints that a question uses where nothing goes wrong.
fn used(world: &World, asked: &Asked, graphql: bool) -> Vec<&'static str> {
    let served = world.serve();
    ask(&served, asked, graphql).unwrap();
    let log = served.server.log();
    let is_used = |part: &&str| log.iter().any(|one| one.path_and_query.contains(part));
    ENDPOINTS.iter().copied().filter(is_used).collect()
}

/// What can go wrong, and whether one time of it passes.
fn kinds() -> Vec<(&'static str, FaultKind, bool)> {
    let pause = Duration::from_millis(3);
    vec![
        ("latency", FaultKind::Latency(Duration::from_millis(150)), true),
        ("too late", FaultKind::Latency(Duration::from_secs(1)), true),
        ("429", FaultKind::RateLimited { retry_after: 1 }, true),
        ("429 for an hour", FaultKind::RateLimited { retry_after: 3600 }, false),
        ("429 of the application", FaultKind::ApplicationLimit, true),
        ("502", FaultKind::Html(502), true),
        ("503", FaultKind::Html(503), true),
        ("a page", FaultKind::HtmlInsteadOfJson, false),
        ("cut before", FaultKind::CutBeforeHeaders, true),
        ("cut within", FaultKind::CutInBody, true),
        ("drip", FaultKind::Drip { bytes: 400, pause }, true),
        ("slow drip", FaultKind::Drip { bytes: 4, pause: Duration::from_millis(40) }, true),
        ("wrong shape", FaultKind::WrongShape, false),
        ("endless", FaultKind::EndlessPages, false),
        ("oversized", FaultKind::Oversized(3 << 20), false),
        ("oversized a little", FaultKind::Oversized(100 << 10), false),
        ("errors", FaultKind::GraphqlErrors("Internal server error".to_owned()), false),
        ("elsewhere", FaultKind::Redirect("http://127.0.0.2:9/sign_in".to_owned()), false),
    ]
}

#[test]
fn one_endpoint_fails_always_or_once() {
    let (few, many) = (World::new(0), World::new(320));
    let mut cases = Vec::new();
    for (at, (name, kind, passes)) in kinds().into_iter().enumerate() {
        for (world_name, world) in [("few tags", &few), ("many tags", &many)] {
            for (number, asked) in world.asked.iter().enumerate() {
                for graphql in [true, false] {
                    // Many tags matter to lists alone.
                    if world_name == "many tags" && !(graphql && number == 1) {
                        continue;
                    }
                    for (place, part) in used(world, asked, graphql).into_iter().enumerate() {
                        // Every kind meets every endpoint, but not by every question in both ways: that takes minutes.
                        if !(at + number + place + usize::from(graphql)).is_multiple_of(3) && world_name == "few tags" {
                            continue;
                        }
                        let fault = Fault::new(kind.clone()).on(part);
                        let once = passes && (at + number + place) % 2 == 0;
                        // A list of image tags that comes too late is not asked for again: single tags are.
                        let is_late = name.starts_with("too late") || name.starts_with("slow drip");
                        let passes = passes && !(is_late && matches!(part, "/registry/repositories/" | "/tags?"));
                        let name = format!("{name} on {part}, {}, {world_name}, GraphQL {graphql}", asked.name);
                        let is_errors = matches!(kind, FaultKind::GraphqlErrors(_)) && part != "/api/graphql";
                        if is_errors {
                            continue;
                        }
                        let case = |name: String, fault: Fault, passes| Case {
                            name,
                            world,
                            asked,
                            graphql,
                            faults: vec![fault],
                            passes,
                        };
                        cases.push(case(format!("always {name}"), fault.clone(), false));
                        if once {
                            cases.push(case(format!("once {name}"), fault.first(1), passes));
                        }
                    }
                }
            }
        }
    }
    run(&cases);
}

#[test]
fn everything_fails_at_random() {
    let world = World::new(3);
    let mut cases = Vec::new();
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let asked = dice.one_of(&world.asked);
        let graphql = dice.percent(60);
        let kinds = kinds();
        let mut faults = Vec::new();
        let mut names = Vec::new();
        for at in 0..=dice.below(4) {
            let (name, kind, _) = dice.one_of(&kinds);
            let share = *dice.one_of(&[5_u8, 15, 30, 60]);
            faults.push(Fault::new(kind.clone()).share(f64::from(share) / 100.0, seed * 10 + at as u64));
            names.push(format!("{name} {share} %"));
        }
        let name = format!("seed {seed}: {}, {}, GraphQL {graphql}", names.join(", "), asked.name);
        cases.push(Case { name, world: &world, asked, graphql, faults, passes: false });
    }
    run(&cases);
}

#[test]
fn everything_fails_in_one_way() {
    let world = World::new(0);
    let mut cases = Vec::new();
    for (at, (name, kind, _)) in kinds().into_iter().enumerate() {
        for graphql in [true, false] {
            let asked = &world.asked[(at + usize::from(graphql)) % world.asked.len()];
            let name = format!("always {name} everywhere, {}, GraphQL {graphql}", asked.name);
            cases.push(Case {
                name,
                world: &world,
                asked,
                graphql,
                faults: vec![Fault::new(kind.clone())],
                passes: false,
            });
        }
    }
    run(&cases);
}

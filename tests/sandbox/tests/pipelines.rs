//! GitLab's rules for pushes, case by case, over a real repository.
#![cfg(feature = "server")]

use std::path::PathBuf;

use repin_sandbox::pipelines::{
    Build, Cause, Event, Outcome, Pipeline, RunSource, Settings, Simulated, Update, ZERO, simulate,
};
use repin_sandbox::{ADA, Git};

const ONLY: &str = "
image_build:
  script: [docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA ., docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA]
  only: {changes: [Dockerfile, 'env/*.txt']}
";
const RULES: &str = "
image_build:
  script: [docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA ., docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA]
  rules: [{changes: [Dockerfile, 'env/*.txt']}]
";
const ALWAYS: &str = "
image_build:
  script: [docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA ., docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA]
";

/// A repository, what was pushed, and the time of the next push.
struct Story {
    git: Git,
    settings: Settings,
    events: Vec<Event>,
    at: u64,
    /// `main` as the server has it.
    main: String,
}

impl Drop for Story {
    fn drop(&mut self) {
        std::fs::remove_dir_all(self.git.dir()).ok();
    }
}

impl Story {
    /// A first push of `main` with this CI file.
    fn new(name: &str, ci: &str) -> Self {
        let dir: PathBuf = std::env::temp_dir().join(format!("repin-story-{name}-{}", std::process::id()));
        let git = Git::init(&dir).expect("git runs");
        let settings = Settings::new("group/name");
        let mut story = Self { git, settings, events: Vec::new(), at: 1_000_000, main: ZERO.to_owned() };
        story.git.write(".gitlab-ci.yml", ci).expect("it can be written");
        story.git.write("Dockerfile", "FROM scratch\nCOPY env /env\n".repeat(20)).expect("it can be written");
        story.commit("Start", &[("README.md", "1")]);
        story.push();
        story
    }

    fn commit(&self, message: &str, files: &[(&str, &str)]) -> String {
        for (path, content) in files {
            self.git.write(path, content).expect("it can be written");
        }
        self.git.commit(ADA, message).expect("git runs")
    }

    fn add(&mut self, cause: Cause, build: Build) {
        self.events.push(Event { at: self.at, cause, build });
        self.at += 3600;
    }

    /// Pushes what is checked out to main.
    fn push(&mut self) -> String {
        self.push_with(&[], Build::default())
    }

    fn push_with(&mut self, options: &[&str], build: Build) -> String {
        let after = self.git.id("HEAD").expect("there is one");
        let before = std::mem::replace(&mut self.main, after.clone());
        let updates = vec![update("refs/heads/main", &before, &after)];
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        self.add(Cause::Push { updates, options }, build);
        after
    }

    fn simulated(&self) -> Simulated {
        simulate(&self.git, &self.settings, &self.events).expect("it can be simulated")
    }

    /// `ref status: job=status …` of every pipeline after the first.
    fn pipelines(&self) -> Vec<String> {
        self.simulated().pipelines.iter().skip(1).map(shown).collect()
    }
}

fn update(reference: &str, before: &str, after: &str) -> Update {
    Update { reference: reference.into(), before: before.into(), after: after.into() }
}

fn shown(pipeline: &Pipeline) -> String {
    let jobs = pipeline.jobs.iter().map(|job| {
        let retried = if job.retried { " (retried)" } else { "" };
        format!(" {}={}{retried}", job.name, job.status)
    });
    format!("{} {}:{}", pipeline.ref_name, pipeline.status, jobs.collect::<String>())
}

const BUILT: [&str; 1] = ["main success: image_build=success"];
const NONE: [&str; 0] = [];

#[test]
fn changes_are_those_of_the_whole_push() {
    for (name, ci) in [("only", ONLY), ("rules", RULES)] {
        let mut story = Story::new(&format!("changes-{name}"), ci);
        story.commit("Not an input", &[("README.md", "2")]);
        story.push();
        assert_eq!(story.pipelines(), NONE, "{name}");

        story.commit("Middle of a push", &[("env/a.txt", "a")]);
        story.commit("Head of the push", &[("README.md", "3")]);
        let head = story.push();
        assert_eq!(story.pipelines(), BUILT, "{name}");
        let image = story.simulated().images.pop().expect("it was built");
        assert_eq!((image.tag.as_str(), &image.sha), (&head[..8], &head), "{name}");

        story.commit("There", &[("env/a.txt", "b")]);
        story.commit("And back", &[("env/a.txt", "a")]);
        story.push();
        assert_eq!(story.pipelines(), BUILT, "{name}: the trees before and after are equal");

        story.commit("Deeper than the pattern", &[("env/x/a.txt", "a")]);
        story.push();
        assert_eq!(story.pipelines(), BUILT, "{name}: * stays in its folder");
    }
}

#[test]
fn a_rename_away_is_seen_by_rules_and_not_by_only() {
    for (name, ci, want) in [("only", ONLY, &NONE[..]), ("rules", RULES, &BUILT[..])] {
        let mut story = Story::new(&format!("rename-{name}"), ci);
        story.git.run(&["mv", "Dockerfile", "Dockerfile.old"]).expect("git runs");
        story.commit("Away", &[]);
        story.push();
        assert_eq!(story.pipelines(), want, "{name}");
    }
}

#[test]
fn a_deletion_and_a_mode_are_changes() {
    for (name, ci) in [("only", ONLY), ("rules", RULES)] {
        let mut story = Story::new(&format!("kinds-{name}"), ci);
        story.git.run(&["update-index", "--chmod=+x", "Dockerfile"]).expect("git runs");
        story.git.commit_index(ADA, "Mode").expect("git runs");
        story.push();
        story.git.run(&["rm", "--quiet", "--cached", "Dockerfile"]).expect("git runs");
        story.git.commit_index(ADA, "Deleted").expect("git runs");
        story.push();
        assert_eq!(story.pipelines(), [BUILT[0], BUILT[0]], "{name}");
    }
}

#[test]
fn a_force_push_compares_the_old_tip_with_the_new_one() {
    let mut story = Story::new("force", ONLY);
    story.commit("An input", &[("env/a.txt", "a")]);
    story.push();
    story.git.run(&["reset", "--quiet", "--hard", "HEAD^"]).expect("git runs");
    story.commit("The same, rewritten", &[("env/a.txt", "a")]);
    story.commit("And more", &[("README.md", "2")]);
    story.push();
    assert_eq!(story.pipelines(), BUILT, "the rewritten commits change nothing that counts");
}

#[test]
fn new_branches_tags_and_runs_by_hand_always_build() {
    let mut story = Story::new("always", ONLY);
    let head = story.commit("Not an input", &[("README.md", "2")]);
    story.push();
    story.git.by(ADA, &["tag", "--annotate", "--message", "One", "v1"]).expect("git runs");
    let tag = story.git.run(&["rev-parse", "v1"]).expect("git runs");
    let pushed = |reference: &str, after: &str| Cause::Push {
        updates: vec![update(reference, ZERO, after)],
        options: Vec::new(),
    };
    story.add(pushed("refs/heads/new", &head), Build::default());
    story.add(pushed("refs/tags/v1", &tag), Build::default());
    for source in [RunSource::Schedule, RunSource::Web, RunSource::Api, RunSource::Trigger] {
        let run = Cause::Run { source, reference: "refs/heads/main".into(), sha: head.clone() };
        story.add(run, Build::default());
    }
    let pipelines = story.simulated().pipelines.split_off(1);
    let facts = pipelines.iter().map(|pipeline| {
        assert_eq!((&pipeline.sha, pipeline.before_sha.as_str()), (&head, ZERO));
        format!("{} {} {} {}", pipeline.source, pipeline.ref_name, pipeline.tag, pipeline.status)
    });
    assert_eq!(
        facts.collect::<Vec<_>>(),
        [
            "push new false success",
            "push v1 true success",
            "schedule main false success",
            "web main false success",
            "api main false success",
            "trigger main false success"
        ]
    );
}

#[test]
fn a_merge_request_builds_by_what_its_kind_of_changes_sees() {
    let mr = "
a: {script: make, only: {refs: [merge_requests], changes: [Dockerfile]}}
b: {script: make, rules: [{changes: [Dockerfile], if: $CI_PIPELINE_SOURCE == 'merge_request_event'}]}
c: {script: make}
";
    let mut story = Story::new("merge-request", mr);
    story.git.run(&["switch", "--quiet", "--create", "side"]).expect("git runs");
    let target = story.git.id("main").expect("it is there");
    let original = std::fs::read(story.git.dir().join("Dockerfile")).expect("it is there");
    story.commit("There", &[("Dockerfile", "FROM other\n")]);
    story.git.write("Dockerfile", original).expect("it can be written");
    let head = story.commit("And back", &[]);
    let cause = Cause::MergeRequest { iid: 7, source_branch: "side".into(), head, target };
    story.add(cause, Build::default());
    assert_eq!(story.pipelines(), ["refs/merge-requests/7/head success: b=success"]);
}

#[test]
fn only_four_refs_of_a_push_get_a_pipeline() {
    let mut story = Story::new("limit", ALWAYS);
    let head = story.main.clone();
    let updates = (1..=6).map(|number| {
        let reference = format!("refs/heads/b{number}");
        // What is deleted counts too.
        if number == 2 { update(&reference, &head, ZERO) } else { update(&reference, ZERO, &head) }
    });
    let updates = updates.collect();
    story.add(Cause::Push { updates, options: Vec::new() }, Build::default());
    let refs = |story: &Story| {
        let refs = story.simulated().pipelines.into_iter().skip(1).map(|pipeline| pipeline.ref_name);
        refs.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(refs(&story), "b1 b3 b4");
    story.settings.all_refs = true;
    assert_eq!(refs(&story), "b1 b3 b4 b5 b6");
}

#[test]
fn skip_ci_counts_in_the_head_of_the_push_alone() {
    let mut story = Story::new("skip", ALWAYS);
    story.commit("Input [ci skip]", &[("env/a.txt", "a")]);
    story.commit("Head", &[("README.md", "2")]);
    story.push();
    story.commit("Not now\n\n[Skip CI]", &[("README.md", "3")]);
    let skipped = story.push();
    let run = Cause::Run { source: RunSource::Web, reference: "refs/heads/main".into(), sha: skipped };
    story.add(run, Build::default());
    story.commit("By option", &[("README.md", "4")]);
    story.push_with(&["ci.skip"], Build::default());
    story.commit("None", &[("README.md", "5")]);
    story.push_with(&["ci.no_pipeline"], Build::default());
    assert_eq!(story.pipelines(), [BUILT[0], "main skipped:", BUILT[0], "main skipped:"]);
    assert_eq!(story.simulated().images.len(), 3);
}

#[test]
fn what_a_skipped_push_brought_stays_unbuilt() {
    let mut story = Story::new("skipped-range", ONLY);
    story.commit("Input [skip ci]", &[("env/a.txt", "a")]);
    story.push();
    story.commit("Not an input", &[("README.md", "2")]);
    story.push();
    assert_eq!(story.pipelines(), ["main skipped:"], "the next push begins at the skipped head");
}

#[test]
fn without_ci_there_are_no_pipelines_and_a_broken_file_fails() {
    let mut story = Story::new("broken", ALWAYS);
    story.commit("Broken", &[(".gitlab-ci.yml", "a: [\n")]);
    story.push();
    story.commit("No jobs", &[(".gitlab-ci.yml", ".a: {script: make}\n")]);
    story.push();
    std::fs::remove_file(story.git.dir().join(".gitlab-ci.yml")).expect("it is there");
    story.commit("None", &[("ci/main.yml", ALWAYS)]);
    story.push();
    assert_eq!(story.pipelines(), ["main failed:", "main failed:"]);
    let errors: Vec<_> = story.simulated().pipelines.into_iter().filter_map(|pipeline| pipeline.yaml_errors).collect();
    assert!(errors[0].starts_with("Invalid configuration format"), "{errors:?}");
    assert_eq!(errors[1], "jobs config should contain at least one visible job");

    story.settings.ci_config_path = "ci/main.yml".into();
    assert_eq!(story.simulated().pipelines.len(), 1, "only the last commit has this file");
    story.settings.ci_enabled = false;
    assert_eq!(story.simulated(), Simulated::default());
}

#[test]
fn a_job_that_asks_for_what_is_not_known_is_an_error_until_it_is_said() {
    let ci = format!("{ALWAYS}  rules: [{{if: $BUILD == 'yes'}}]\n");
    let mut story = Story::new("unknown", ALWAYS);
    story.commit("Rules", &[(".gitlab-ci.yml", &ci)]);
    story.push();
    let error = simulate(&story.git, &story.settings, &story.events).map_err(|error| error.to_string());
    assert!(error.is_err_and(|error| error.contains("whether the job image_build runs at")));
    story.settings.variables.insert("BUILD".into(), "no".into());
    assert_eq!(story.pipelines(), NONE);
    story.settings.variables.insert("BUILD".into(), "yes".into());
    assert_eq!(story.pipelines(), BUILT);
}

#[test]
fn builds_end_as_the_caller_says() {
    let cases = [
        (Build::default(), "main success: image_build=success", 2),
        (Build::new(Outcome::failed()), "main failed: image_build=failed", 1),
        (Build::new(Outcome::Canceled), "main canceled: image_build=canceled", 1),
        (Build::new(Outcome::Running), "main running: image_build=running", 1),
        (Build::new(Outcome::Pending), "main pending: image_build=pending", 1),
        (Build { retries: 1, ..Build::default() }, "main success: image_build=failed (retried) image_build=success", 2),
    ];
    let mut story = Story::new("ends", ALWAYS);
    story.commit("Next", &[("README.md", "2")]);
    story.push();
    for (build, want, images) in cases {
        let last = story.events.last_mut().expect("there are two");
        last.build = build;
        assert_eq!(story.pipelines(), [want]);
        assert_eq!(story.simulated().images.len(), images, "{want}");
        let pipeline = story.simulated().pipelines.remove(1);
        let ended = matches!(pipeline.status.as_str(), "success" | "failed" | "canceled");
        assert_eq!(pipeline.finished_at.is_some(), ended, "{want}");
        assert_eq!(pipeline.started_at.is_some(), pipeline.status != "pending", "{want}");
    }
}

#[test]
fn a_stage_that_fails_keeps_the_next_from_running() {
    let ci = format!("stages: [test, image]\ntest: {{stage: test, script: make}}\n{}", ALWAYS.trim_start());
    let ci = format!("{ci}  stage: image\n");
    let mut story = Story::new("stages", &ci);
    let test = |outcome| Build { others: vec![("test".into(), outcome)], ..Build::default() };
    for (outcome, want) in [
        (Outcome::Success, "main success: test=success image_build=success"),
        (Outcome::failed(), "main failed: test=failed image_build=skipped"),
        (Outcome::Running, "main running: test=running image_build=created"),
        (Outcome::Pending, "main pending: test=pending image_build=created"),
        (Outcome::Canceled, "main canceled: test=canceled image_build=skipped"),
    ] {
        story.events.truncate(1);
        story.push_with(&[], test(outcome));
        assert_eq!(story.pipelines(), [want]);
    }
}

#[test]
fn a_job_by_hand_waits_until_somebody_starts_it() {
    let by_job = format!("{ALWAYS}  when: manual\n");
    let by_rule = format!("{ALWAYS}  rules: [{{when: manual}}]\n");
    for (name, ci, want) in [
        ("by-job", by_job, "main skipped: image_build=manual"),
        ("by-rule", by_rule, "main manual: image_build=manual"),
    ] {
        let mut story = Story::new(&format!("manual-{name}"), &ci);
        story.commit("Next", &[("README.md", "2")]);
        story.push();
        assert_eq!(story.pipelines(), [want], "{name}");
        assert_eq!(story.simulated().images, []);
        let last = story.events.last_mut().expect("there are two");
        last.build.started_by_hand = true;
        assert_eq!(story.pipelines(), BUILT, "{name}");
        assert_eq!(story.simulated().images.len(), 1);
    }
}

/// Two pushes to main, the second so many seconds after the first; what became of the first.
fn overtaken(name: &str, ci: &str, after: u64, change: impl Fn(&mut Story)) -> String {
    let mut story = Story::new(&format!("overtaken-{name}"), ci);
    story.commit("First", &[("Dockerfile", "FROM one\n")]);
    story.push_with(&[], Build { waits: 60, takes: 600, ..Build::default() });
    story.at = story.events[1].at + after;
    story.commit("Second", &[("Dockerfile", "FROM two\n")]);
    story.push();
    change(&mut story);
    story.pipelines().remove(0)
}

#[test]
fn a_newer_pipeline_cancels_one_that_nothing_has_begun_in() {
    let interruptible = format!("{ALWAYS}  interruptible: true\n");
    let canceled = "main canceled: image_build=canceled";
    let nothing = |_: &mut Story| {};
    assert_eq!(overtaken("pending", ALWAYS, 30, nothing), canceled);
    assert_eq!(overtaken("running", ALWAYS, 90, nothing), BUILT[0]);
    assert_eq!(overtaken("interruptible", &interruptible, 90, nothing), canceled);
    assert_eq!(overtaken("done", &interruptible, 700, nothing), BUILT[0]);
    assert_eq!(overtaken("off", ALWAYS, 30, |story| story.settings.auto_cancel = false), BUILT[0]);
    assert_eq!(
        overtaken("by-hand", ALWAYS, 30, |story| {
            let (first, second) = (story.events[1].clone(), story.events.pop().expect("it is there"));
            let Cause::Push { updates, .. } = first.cause else { panic!("it is a push") };
            let sha = updates[0].after.clone();
            let reference = "refs/heads/main".to_owned();
            story.events.push(Event { cause: Cause::Run { source: RunSource::Web, reference, sha }, ..second });
        }),
        BUILT[0],
        "a pipeline of the same commit is not redundant"
    );
    assert_eq!(
        overtaken("elsewhere", ALWAYS, 30, |story| {
            let Cause::Push { updates, .. } = &mut story.events[2].cause else { panic!("it is a push") };
            updates[0].reference = "refs/heads/other".into();
        }),
        BUILT[0]
    );
    assert_eq!(
        overtaken("unneeded", ONLY, 30, |story| {
            let base = story.git.id("HEAD^").expect("it is there");
            let Cause::Push { updates, .. } = &mut story.events[2].cause else { panic!("it is a push") };
            updates[0].before = base.clone();
            updates[0].after = base;
        }),
        BUILT[0],
        "a push that makes no pipeline cancels none"
    );
}

/// Numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn random_pushes_build_where_the_watched_files_differ_before_and_after() {
    const FILES: [&str; 6] = ["Dockerfile", "env/a.txt", "env/b.txt", "README.md", "env/x/a.txt", "src/main.py"];
    let mut story = Story::new("random", RULES);
    let mut numbers = Numbers(7);
    let mut want = Vec::new();
    // What git says of the watched files, by another way than the simulation's.
    let watched = |story: &Story, commit: &str| {
        let list = story.git.run(&["ls-tree", "-r", commit]).expect("git runs");
        let counts = |line: &&str| {
            let path = line.split('\t').nth(1).unwrap_or_default();
            path == "Dockerfile" || path == "env/a.txt" || path == "env/b.txt"
        };
        list.lines().filter(counts).map(str::to_owned).collect::<Vec<_>>()
    };
    for _ in 0..40 {
        let before = story.main.clone();
        if numbers.below(5) == 0 {
            // A push that throws the newest commits away.
            let back = format!("HEAD~{}", numbers.below(3));
            if story.git.id(&back).is_ok() {
                story.git.run(&["reset", "--quiet", "--hard", &back]).expect("git runs");
            }
        }
        for _ in 0..numbers.below(4) {
            let file = FILES[usize::try_from(numbers.below(6)).expect("it is small")];
            let path = story.git.dir().join(file);
            match numbers.below(4) {
                0 => drop(std::fs::remove_file(path)),
                _ => story.git.write(file, format!("{}\n", numbers.below(3))).expect("it can be written"),
            }
            story.commit("Random", &[]);
        }
        let after = story.push();
        if watched(&story, &before) != watched(&story, &after) {
            want.push(after);
        }
    }
    let built: Vec<_> = story.simulated().pipelines.into_iter().skip(1).map(|pipeline| pipeline.sha).collect();
    assert_eq!(built, want);
    assert!((5..35).contains(&built.len()), "both happen: {}", built.len());
}

#[test]
fn events_out_of_order_are_refused() {
    let mut story = Story::new("order", ALWAYS);
    story.push();
    story.events[1].at = 1;
    assert!(simulate(&story.git, &story.settings, &story.events).is_err());
}

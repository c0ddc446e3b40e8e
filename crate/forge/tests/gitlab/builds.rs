//! What is said of an image that is not there: by pipelines that the stand-in's simulation makes of real pushes.

use repin::resolution::{Reason, Status};
use repin::{Question, Resolution};
use repin_forge::gitlab::GitLab;
use repin_forge::gitlab::location::ProjectRef;
use repin_forge::http::{Limits, Native};
use repin_sandbox::gitlab::{Access, Fault, FaultKind, Options, Project, RegistryTag, Repository, Server};
use repin_sandbox::pipelines::{Build, Cause, Event, Outcome, RunSource, Settings, Update, ZERO, simulate};
use repin_sandbox::{ADA, Git};
use tempfile::TempDir;

const PUSHES: &str = "
image_build:
  stage: build
  script:
    - docker build --tag $CI_REGISTRY_IMAGE:$(echo $CI_COMMIT_SHA | cut -c1-7) .
    - docker push $CI_REGISTRY_IMAGE:$(echo $CI_COMMIT_SHA | cut -c1-7)
";
const CHANGES: &str = "  only: {changes: [Dockerfile, requirements.txt, .gitlab-ci.yml]}\n";
const STAGES: &str = "stages: [check, build]\ncheck:\n  stage: check\n  script: [make check]\n";

const NO_PIPELINE: &str = "no pipeline is known of this commit, or of a later one that has it: the push changed no file of the job's `changes:`, its branch is excluded, or it asked for no pipeline";

/// A repository, what was pushed to it, and what its registry lost.
struct Story {
    git: Git,
    settings: Settings,
    events: Vec<Event>,
    heads: Vec<(String, String)>,
    deleted: Vec<String>,
    project: Project,
    revision: Option<String>,
    _folder: TempDir,
}

impl Story {
    /// One commit that was pushed and built, with this CI file.
    fn new(ci: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::init(&folder.path().join("repository")).unwrap();
        git.write(".gitlab-ci.yml", ci).unwrap();
        git.write("Dockerfile", "FROM scratch\nCOPY requirements.txt /\n").unwrap();
        let mut story = Self {
            git,
            settings: Settings::new("group/name"),
            events: Vec::new(),
            heads: Vec::new(),
            deleted: Vec::new(),
            project: Project { path: "group/name".to_owned(), ..Project::default() },
            revision: None,
            _folder: folder,
        };
        story.commit("Start", "0");
        story.push(Build::default());
        story
    }

    /// A commit with other inputs.
    fn commit(&mut self, message: &str, requirements: &str) -> String {
        self.git.write("requirements.txt", format!("{requirements}\n")).unwrap();
        self.git.commit(ADA, message).unwrap()
    }

    /// A commit with the same.
    fn note(&mut self, message: &str) -> String {
        self.git.write("notes.md", message).unwrap();
        self.git.commit(ADA, message).unwrap()
    }

    fn push(&mut self, build: Build) -> String {
        self.push_with("main", &[], build)
    }

    /// Pushes what is checked out.
    fn push_with(&mut self, branch: &str, options: &[&str], build: Build) -> String {
        let after = self.git.id("HEAD").unwrap();
        let known = self.heads.iter().rfind(|(name, _)| name == branch).map(|(_, head)| head.clone());
        let before = known.unwrap_or_else(|| ZERO.to_owned());
        self.heads.push((branch.to_owned(), after.clone()));
        let updates = vec![Update { reference: format!("refs/heads/{branch}"), before, after: after.clone() }];
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        self.events.push(Event { at: self.git.now(), cause: Cause::Push { updates, options }, build });
        after
    }

    /// Somebody runs a pipeline of main.
    fn run(&mut self, build: Build) {
        let sha = self.git.id("HEAD").unwrap();
        let cause = Cause::Run { source: RunSource::Web, reference: "refs/heads/main".to_owned(), sha };
        self.events.push(Event { at: self.git.tick() + 1, cause, build });
    }

    fn delete(&mut self, commit: &str) {
        self.deleted.push(commit[..7].to_owned());
    }

    fn serve(&self) -> Server {
        let simulated = simulate(&self.git, &self.settings, &self.events).unwrap();
        let mut tags: Vec<String> = simulated.images.into_iter().map(|image| image.tag).collect();
        tags.retain(|tag| !self.deleted.contains(tag));
        let tags = tags.into_iter().map(|name| RegistryTag { name, ..RegistryTag::default() }).collect();
        let server = Server::start(Options::default()).unwrap();
        server.add(Project {
            repository: self.git.dir().to_owned(),
            images: vec![Repository { tags, ..Repository::default() }],
            pipelines: simulated.pipelines,
            ..self.project.clone()
        });
        server
    }

    fn ask(&self, server: &Server, graphql: bool) -> Resolution {
        let limits = Limits { retries: 0, ..Limits::default() };
        let gitlab = GitLab::new(Native::new(), server.url(), ProjectRef::Path("group/name".into()), None, limits);
        let gitlab = if graphql { gitlab } else { gitlab.without_graphql() };
        let question = Question { revision: self.revision.clone(), ..Question::default() };
        pollster::block_on(gitlab.resolve(&question)).unwrap()
    }
}

fn pending(outcome: Outcome) -> Build {
    Build::new(outcome)
}

/// What is wanted of an answer: its status, its reason's code, what the reason says, and the end of its address.
struct Wanted {
    status: Status,
    code: &'static str,
    says: String,
    url: &'static str,
}

fn wanted(status: Status, code: &'static str, says: impl Into<String>, url: &'static str) -> Wanted {
    Wanted { status, code, says: says.into(), url }
}

/// `…/-/jobs/5002` without the number.
fn place(reason: &Reason) -> &str {
    let url = reason.url.as_deref().unwrap_or_default();
    url.split("/-/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

#[track_caller]
fn check(name: &str, story: &Story, wanted: &Wanted) {
    let server = story.serve();
    for graphql in [true, false] {
        let answer = story.ask(&server, graphql);
        let reason = answer.reason.clone().unwrap_or_else(|| panic!("{name}: {answer:#?}"));
        let got = (answer.status, reason.code.as_str(), reason.message.as_str(), place(&reason));
        assert_eq!(got, (wanted.status, wanted.code, wanted.says.as_str(), wanted.url), "{name}, GraphQL {graphql}");
        assert_eq!(answer.image, None, "{name}");
        assert!(answer.notes.is_empty(), "{name}: {:?}", answer.notes);
    }
}

#[test]
fn builds_that_go_on() {
    for (name, outcome, how) in
        [("running", Outcome::Running, "is running"), ("pending", Outcome::Pending, "waits for a runner")]
    {
        let mut story = Story::new(PUSHES);
        story.commit("Other", "1");
        let head = story.push(pending(outcome.clone()));
        let says = |place: &str| format!("an image of {place} is being built: the job image_build {how}");
        check(name, &story, &wanted(Status::Building, "building", says("this commit"), "jobs"));

        // A commit before the head of the same push, and one after it that was not pushed as a head.
        let mut story = Story::new(PUSHES);
        let middle = story.commit("Other", "1");
        story.note("More");
        let later = story.push(pending(outcome.clone()));
        story.revision = Some(middle);
        let place = format!("{}, which has the same inputs,", &later[..7]);
        check(name, &story, &wanted(Status::Building, "building", says(&place), "jobs"));
        assert_ne!(head, later);
    }

    // Of several with the environment one that is building says more than the newest.
    let mut story = Story::new(PUSHES);
    story.settings.auto_cancel = false;
    story.commit("Other", "1");
    let first = story.push(pending(Outcome::Running));
    story.note("More");
    story.push(pending(Outcome::failed()));
    let says = format!(
        "an image of {}, which has the same inputs, is being built: the job image_build is running",
        &first[..7]
    );
    check("building before failed", &story, &wanted(Status::Building, "building", says, "jobs"));

    // A job of an earlier stage has not ended.
    let mut story = Story::new(&format!("{STAGES}{PUSHES}"));
    story.commit("Other", "1");
    story.push(Build { others: vec![("check".to_owned(), Outcome::Running)], ..Build::default() });
    let says = "an image of this commit is being built: the job image_build waits for the jobs before it";
    check("an earlier stage runs", &story, &wanted(Status::Building, "building", says, "jobs"));
}

#[test]
fn builds_that_ended_badly() {
    const RETRY: &str = "open it and press Retry to build the image";
    for (name, outcome, code, how) in [
        ("script", Outcome::failed(), "build-failed", "failed (its script ended with an error)"),
        (
            "timeout",
            Outcome::Failed("job_execution_timeout".into()),
            "build-failed",
            "failed (it took longer than its time limit)",
        ),
        (
            "stuck",
            Outcome::Failed("stuck_or_timeout_failure".into()),
            "build-failed",
            "failed (no runner took it in time)",
        ),
        ("other", Outcome::Failed("ci_quota_exceeded".into()), "build-failed", "failed (ci quota exceeded)"),
        ("cancelled", Outcome::Canceled, "build-cancelled", "was cancelled, by somebody or by GitLab for a newer push"),
    ] {
        let mut story = Story::new(PUSHES);
        story.commit("Other", "1");
        story.push(pending(outcome));
        let says = format!("the job image_build of this commit {how}; {RETRY}");
        check(name, &story, &wanted(Status::Failed, code, says, "jobs"));
    }

    // The push after the failed one changed nothing that starts a build, so there is no pipeline of its own.
    let mut story = Story::new(&format!("{PUSHES}{CHANGES}"));
    story.commit("Other", "1");
    let failed = story.push(pending(Outcome::failed()));
    story.note("More");
    story.push(Build::default());
    let says = format!(
        "the job image_build of {}, which has the same inputs, failed (its script ended with an error); {RETRY}",
        &failed[..7]
    );
    check("failed before", &story, &wanted(Status::Failed, "build-failed", says, "jobs"));

    // The newest decides.
    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push(pending(Outcome::failed()));
    story.note("More");
    story.push(pending(Outcome::Canceled));
    let says =
        format!("the job image_build of this commit was cancelled, by somebody or by GitLab for a newer push; {RETRY}");
    check("the newest", &story, &wanted(Status::Failed, "build-cancelled", says, "jobs"));

    // What was retried is judged by its last attempt.
    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push(Build { retries: 2, ..pending(Outcome::Running) });
    let says = "an image of this commit is being built: the job image_build is running";
    check("retried", &story, &wanted(Status::Building, "building", says, "jobs"));

    // A pipeline that passes without it.
    let mut story = Story::new(&format!("{PUSHES}  allow_failure: true\n"));
    story.commit("Other", "1");
    story.push(pending(Outcome::failed()));
    let says = format!(
        "the job image_build of this commit failed (its script ended with an error), though its pipeline passed; {RETRY}"
    );
    check("allowed to fail", &story, &wanted(Status::Failed, "build-failed", says, "jobs"));

    // A job of an earlier stage failed.
    let mut story = Story::new(&format!("{STAGES}{PUSHES}"));
    story.commit("Other", "1");
    story.push(Build { others: vec![("check".to_owned(), Outcome::failed())], ..Build::default() });
    let says = "the job image_build of this commit did not run, since a job before it failed or was cancelled; retry that one in the pipeline";
    check("skipped", &story, &wanted(Status::Failed, "build-skipped", says, "pipelines"));
}

#[test]
fn images_that_were_deleted() {
    const GONE: &str = "built an image, which is no longer in the registry: it was deleted, by a clean-up policy or by hand; open the job and press Retry to build it again";
    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    let head = story.push(Build::default());
    story.delete(&head);
    let says = format!("the job image_build of this commit {GONE}");
    check("its own", &story, &wanted(Status::Missing, "deleted", says, "jobs"));

    let mut story = Story::new(PUSHES);
    let middle = story.commit("Other", "1");
    story.note("More");
    let head = story.push(Build::default());
    story.delete(&head);
    story.revision = Some(middle);
    let says = format!("the job image_build of {}, which has the same inputs, {GONE}", &head[..7]);
    check("of the push", &story, &wanted(Status::Missing, "deleted", says, "jobs"));

    // Built again, and failed.
    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    let head = story.push(Build::default());
    story.run(pending(Outcome::failed()));
    story.delete(&head);
    let says = "the job image_build of this commit failed (its script ended with an error); open it and press Retry to build the image";
    check("built again", &story, &wanted(Status::Failed, "build-failed", says, "jobs"));
}

#[test]
fn builds_that_nobody_started() {
    let never =
        |says: &str, url| wanted(Status::Missing, "never-scheduled", format!("no image was built: {says}"), url);

    let mut story = Story::new(PUSHES);
    story.commit("Other [skip ci]", "1");
    story.push(Build::default());
    let says = "the pipeline of this commit was skipped, by [skip ci] in its message or by a push option";
    check("[skip ci]", &story, &never(says, "pipelines"));

    let mut story = Story::new(PUSHES);
    let middle = story.commit("Other", "1");
    let head = story.note("More [ci skip]");
    story.push(Build::default());
    story.revision = Some(middle);
    let says = format!(
        "the pipeline of {}, which has the same inputs, was skipped, by [skip ci] in its message or by a push option",
        &head[..7]
    );
    check("[ci skip] of the push", &story, &never(&says, "pipelines"));

    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push_with("main", &["ci.skip"], Build::default());
    let says = "the pipeline of this commit was skipped, by [skip ci] in its message or by a push option";
    check("ci.skip", &story, &never(says, "pipelines"));

    let mut story = Story::new(PUSHES);
    let middle = story.commit("Other", "1");
    story.commit("And other", "2");
    let head = story.push(Build::default());
    story.note("More");
    story.push(Build::default());
    story.revision = Some(middle);
    let says = format!(
        "the commit was not the head of a push, and only heads get pipelines; the push that brought it ended at {}, which has other inputs",
        &head[..7]
    );
    check("not the head", &story, &never(&says, "pipelines"));

    // A pipeline of which the image job is not, by its `changes:`: the files that matter came with a push without pipeline.
    let mut story = Story::new(&format!("{STAGES}{PUSHES}{CHANGES}"));
    story.commit("Other", "1");
    story.push_with("main", &["ci.no_pipeline"], Build::default());
    story.note("More");
    story.push(Build::default());
    let says = "the pipeline of this commit had no job image_build: its rules left it out, mostly since the push changed no file of its `changes:`";
    check("changes", &story, &never(says, "pipelines"));

    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push_with("main", &["ci.no_pipeline"], Build::default());
    check("ci.no_pipeline", &story, &never(NO_PIPELINE, ""));

    let autosave = "  only: [branches]\n  except: ['/^renku\\/autosave.*$/']\n";
    let mut story = Story::new(&format!("{PUSHES}{autosave}"));
    story.git.run(&["switch", "--quiet", "--create", "renku/autosave/ada"]).unwrap();
    let saved = story.commit("Saved", "1");
    story.push_with("renku/autosave/ada", &[], Build::default());
    story.revision = Some("renku/autosave/ada".to_owned());
    let says = "renku/autosave/ada is a branch of Renku's automatic saves, for which CI files start no pipelines";
    check("autosave", &story, &never(says, ""));
    story.revision = Some(saved);
    check("autosave by id", &story, &never(NO_PIPELINE, ""));

    let mut story = Story::new(&format!("{PUSHES}  when: manual\n"));
    story.commit("Other", "1");
    story.push(Build::default());
    check("manual", &story, &never("the job image_build of this commit waits to be started by hand", "jobs"));

    let first = "stages: [check, build]\ncheck:\n  stage: check\n  rules: [{when: manual}]\n  script: [make check]\n";
    let mut story = Story::new(&format!("{first}{PUSHES}"));
    story.commit("Other", "1");
    story.push(Build::default());
    let says = "the job image_build of this commit waits for one before it that has to be started by hand";
    check("behind a manual one", &story, &never(says, "pipelines"));

    let mut story = Story::new(PUSHES);
    story.git.write(".gitlab-ci.yml", format!("{PUSHES}  only: [1, {{\n")).unwrap();
    story.commit("Broken", "1");
    story.push(Build::default());
    let says =
        "the pipeline of this commit failed before it had jobs: the CI file has an error, or a limit was reached";
    check("a broken CI file", &story, &never(says, "pipelines"));

    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push_with("main", &["ci.no_pipeline"], Build::default());
    story.project.archived = true;
    check("archived", &story, &never("the project is archived, so it runs no pipelines", ""));

    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push_with("main", &["ci.no_pipeline"], Build::default());
    story.project.builds = Access::Disabled;
    check("CI off", &story, &never("CI/CD is switched off for this project", ""));

    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.events.clear();
    check(
        "no pipeline at all",
        &story,
        &never("this project has run no pipeline yet, or its pipelines were deleted", ""),
    );
}

#[test]
fn the_push_is_found_however_long_ago_it_was() {
    let mut story = Story::new(PUSHES);
    let middle = story.commit("Other", "1");
    story.note("More");
    let failed = story.push(pending(Outcome::failed()));
    for at in 0..130 {
        story.commit("Later", &format!("later {at}"));
        story.push(Build::default());
    }
    story.revision = Some(middle);
    let server = story.serve();
    let answer = story.ask(&server, true);
    let reason = answer.reason.unwrap();
    assert_eq!((answer.status, reason.code.as_str()), (Status::Failed, "build-failed"), "{}", reason.message);
    assert!(reason.message.contains(&failed[..7]), "{}", reason.message);
}

#[test]
fn pipelines_that_cannot_be_read_are_a_note() {
    let mut story = Story::new(PUSHES);
    story.commit("Other", "1");
    story.push(pending(Outcome::failed()));
    let note = |answer: &Resolution| {
        assert_eq!(answer.status, Status::Missing, "{answer:#?}");
        assert_eq!(answer.reason.as_ref().unwrap().code, "no-image");
        let [note] = &answer.notes[..] else { panic!("{:?}", answer.notes) };
        assert!(
            note.starts_with(
                "the project's pipelines could not be read, so it is not known whether an image is being built ("
            ),
            "{note}"
        );
        note.clone()
    };
    for graphql in [true, false] {
        story.project.builds = Access::Private;
        note(&story.ask(&story.serve(), graphql));
        story.project.builds = Access::Enabled;
        for (name, kind, part, says) in [
            ("502", FaultKind::Html(502), "/pipelines", "answered 502"),
            ("a page", FaultKind::HtmlInsteadOfJson, "/pipelines?", "web page"),
            ("wrong shape", FaultKind::WrongShape, "/jobs", "/jobs gave an answer that cannot be read"),
            ("cut", FaultKind::CutInBody, "/jobs", "connection ended"),
        ] {
            let server = story.serve();
            server.fault(Fault::new(kind).on(part));
            let note = note(&story.ask(&server, graphql));
            assert!(note.contains(says), "{name}: {note}");
        }
    }
}

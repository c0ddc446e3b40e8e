//! Three recipes of an image job, tried on one story of pushes: what each builds, and what is missing or wrong after it.
//!
//! - the one that went around, with `only: changes` and `latest`;
//! - Renku's template, which builds every push;
//! - the one that `repin ci` writes, whose jobs are run for real.
//!
//! Of the first two the simulation says which jobs run and what they push. Every recipe has the same story: pushes of several
//! commits, new branches, merges, reverts, `[skip ci]`, autosaves, schedules, git tags, builds that fail or are cancelled,
//! pipelines that newer ones cancel, commits that can never be built, tags that are deleted; and at the end a pipeline of every branch without a fault. Forks
//! and changes of the CI file are no part of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::{Cause, Event, Outcome, Pipeline, RunSource, Settings, simulate};
use crate::{Error, Git, Result};

mod ours;
mod rehearsal;
mod story;

pub use ours::Ran;
use ours::Runner;
pub use rehearsal::Rehearsal;
use story::{Happening, INPUTS, Story, UNBUILDABLE, tell};

/// Renku's template (facts/renku.md, 4), less what does not matter here.
const RENKU: &str = "\
image_build:
  stage: build
  image: docker:stable
  before_script:
    - docker login -u gitlab-ci-token -p $CI_JOB_TOKEN http://$CI_REGISTRY
  script: |
    CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)
    docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .
    docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7
";

/// The recipe that went around in Renku's forum.
const FORUM: &str = "\
image_build:
  stage: build
  image: docker:stable
  except:
    - /^renku\\/autosave.*$/
  only:
    changes: [Dockerfile, environment.yml, requirements.txt, helpers/*, .gitlab-ci.yml]
  script: |
    CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)
    docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 --tag $CI_REGISTRY_IMAGE:latest .
    docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7
    docker push $CI_REGISTRY_IMAGE:latest
";

/// How many pipelines each branch has at the end: where a commit cannot be built, the others have to have their turn.
const LAST: usize = 3;
/// How long a build is taken to need.
const MINUTES: usize = 6;

/// What became of a recipe.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// Which recipe.
    pub recipe: &'static str,
    /// How many pushes there were.
    pub pushes: usize,
    /// Builds that began.
    pub builds: usize,
    /// Builds that failed or were cancelled.
    pub failures: usize,
    /// Tags that were deleted meanwhile.
    pub deleted: usize,
    /// Distinct environments of all commits that can be built.
    pub environments: usize,
    /// Commits of the branches that are left, without those of which no image can ever be built.
    pub commits: usize,
    /// Those for which no right image exists, whatever its tag.
    pub without_image: usize,
    /// Those for which Repin names no image; only of the jobs that are run for real.
    pub unnamed: usize,
    /// Those that have no tag of their own.
    pub without_tag: usize,
    /// Those whose own tag, or the one that Repin names, is another content.
    pub wrong: usize,
    /// After how many pushes to main `latest` was not what main is built from, and of how many; `None` without `latest`.
    pub latest_wrong: Option<(usize, usize)>,
}

/// Tries all three.
///
/// # Errors
/// git, the registry or `repin` fails, or a job fails without a fault that was meant.
pub fn trial(folder: &Path, repin: &Path, pushes: usize, seed: u64) -> Result<Vec<Outcomes>> {
    let ours = written(&folder.join("recipe"), repin, RENKU)?;
    let tell = |name: &str, ci: &str| -> Result<World> {
        let place = folder.join(name);
        World::new(tell(&place.join("origin"), ci, pushes, seed)?)
    };
    Ok(vec![
        tell("forum", FORUM)?.simulated("`only: changes` and `latest`")?,
        tell("renku", RENKU)?.simulated("Renku's template")?,
        tell("ours", &ours)?.real("`repin ci`", &folder.join("ours"), repin, &ours)?,
    ])
}

/// A table of them, in Markdown.
pub fn table(all: &[Outcomes]) -> String {
    let mut text = "\
| recipe | builds | of these failed or cancelled | minutes | commits without a right image | without a tag of their own | wrong images | `latest` wrong |
|---|---:|---:|---:|---:|---:|---:|---:|
"
    .to_owned();
    for row in all {
        let latest =
            row.latest_wrong.map_or_else(|| "none".to_owned(), |(wrong, of)| format!("after {wrong} of {of} pushes"));
        let Outcomes { recipe, builds, failures, without_image, unnamed, without_tag, wrong, commits, .. } = row;
        // What exists and is not named helps nobody.
        let without = without_image.max(unnamed);
        let minutes = builds * MINUTES;
        writeln!(text, "| {recipe} | {builds} | {failures} | {minutes} | {without} of {commits} | {without_tag} | {wrong} | {latest} |")
            .expect("a String takes everything");
    }
    if let Some(Outcomes { pushes, environments, deleted, .. }) = all.last() {
        writeln!(text, "\n{pushes} pushes, {environments} environments, {deleted} tags deleted; a build is taken to need {MINUTES} minutes.")
            .expect("a String takes everything");
    }
    text
}

/// A CI file with our recipe, as the command writes it.
fn written(folder: &Path, repin: &Path, ci: &str) -> Result<String> {
    let git = Git::init(folder)?;
    git.write(".gitlab-ci.yml", ci)?;
    let output = Command::new(repin).args(["ci", "--write"]).current_dir(folder).output();
    let output = output.map_err(|error| Error::new(format!("cannot run {}: {error}", repin.display())))?;
    if !output.status.success() {
        return Err(Error::new(format!("repin ci: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let path = folder.join(".gitlab-ci.yml");
    std::fs::read_to_string(&path).map_err(|error| Error::io("read", &path, &error))
}

/// A story, and what its commits are built from.
struct World {
    story: Story,
    /// Of each commit, by brute force: SHA-256 of the list of the files that are copied.
    contents: HashMap<String, String>,
    /// The commits that can never be built.
    never: BTreeSet<String>,
    /// How many distinct contents can be built.
    environments: usize,
    /// The commits of the branches that are left and can be built.
    commits: Vec<String>,
}

/// What happens, in its order.
enum Step<'a> {
    Job(&'a Pipeline),
    Image {
        tag: String,
        sha: String,
    },
    Deletion(usize),
    /// Nothing more happens for a while: is `latest` right for this commit?
    Look(String),
}

impl World {
    fn new(mut story: Story) -> Result<Self> {
        let mut at = story.happenings.iter().map(Happening::at).max().unwrap_or_default();
        for _ in 0..LAST {
            for (name, sha) in &story.branches {
                at += 3_600;
                let (reference, sha) = (format!("refs/heads/{name}"), sha.clone());
                let cause = Cause::Run { source: RunSource::Web, reference, sha };
                story.happenings.push(Happening::Event(Event { at, cause, build: super::Build::default() }));
            }
        }
        let list = |revisions: &[&str]| -> Result<Vec<String>> {
            let printed = story.git.run(&[&["rev-list"], revisions].concat())?;
            Ok(printed.lines().map(str::to_owned).collect())
        };
        let tips: Vec<&str> = story.branches.values().map(String::as_str).collect();
        let broken = story.git.feed(&["hash-object", "--stdin"], |to| to.write_all(UNBUILDABLE.as_bytes()))?;
        let broken = format!("{} requirements.txt", broken.trim());
        let mut contents = HashMap::new();
        let mut never = BTreeSet::new();
        for commit in list(&["--branches", "--tags"])? {
            let files = story
                .git
                .run(&[&["ls-tree", "-r", "--format=%(objectname) %(path)", &commit, "--"], &INPUTS[..]].concat())?;
            let hash = Sha256::digest(format!("{files}\n"));
            if files.contains(&broken) {
                never.insert(commit.clone());
            }
            contents.insert(commit, data_encoding::HEXLOWER.encode(&hash));
        }
        let mut commits = list(&tips)?;
        commits.retain(|commit| !never.contains(commit));
        let can_be_built = contents.iter().filter(|(commit, _)| !never.contains(*commit));
        let environments = can_be_built.map(|(_, content)| content).collect::<BTreeSet<_>>().len();
        Ok(Self { story, contents, never, environments, commits })
    }

    fn content(&self, commit: &str) -> &str {
        self.contents.get(commit).map_or("", String::as_str)
    }

    fn begin(&self, recipe: &'static str) -> Outcomes {
        Outcomes {
            recipe,
            pushes: self.story.pushes,
            environments: self.environments,
            commits: self.commits.len(),
            ..Outcomes::default()
        }
    }

    fn events(&self) -> Vec<Event> {
        let event = |happening: &Happening| match happening {
            Happening::Event(event) => Some(event.clone()),
            Happening::Deletion { .. } => None,
        };
        self.story.happenings.iter().filter_map(event).collect()
    }

    /// The deletions, and the moments at which all is done.
    fn around(&self) -> Vec<(u64, Step<'_>)> {
        let mut steps = Vec::new();
        let mut rest = self.story.happenings.iter().peekable();
        while let Some(happening) = rest.next() {
            match happening {
                Happening::Deletion { at, place } => steps.push((*at, Step::Deletion(*place))),
                Happening::Event(Event { at, cause: Cause::Push { updates, .. }, .. }) => {
                    let is_quiet = rest.peek().is_none_or(|next| next.at() > at + 1_000);
                    let main = updates.iter().find(|update| update.reference == "refs/heads/main");
                    if let Some(main) = main.filter(|_| is_quiet) {
                        steps.push((at + 1_000, Step::Look(main.after.clone())));
                    }
                }
                Happening::Event(_) => {}
            }
        }
        steps
    }

    /// What the simulation says that the recipe gives.
    fn simulated(&self, recipe: &'static str) -> Result<Outcomes> {
        let mut row = self.begin(recipe);
        let simulated = simulate(&self.story.git, &Settings::new("ada/course"), &self.events())?;
        for pipeline in &simulated.pipelines {
            let is_in_vain = self.never.contains(&pipeline.sha);
            for job in pipeline.jobs.iter().filter(|job| job.started_at.is_some()) {
                row.builds += 1;
                row.failures += usize::from(is_in_vain || job.status != "success");
            }
        }
        let mut steps = self.around();
        for image in simulated.images.iter().filter(|image| !self.never.contains(&image.sha)) {
            steps.push((image.at, Step::Image { tag: image.tag.clone(), sha: image.sha.clone() }));
        }
        steps.sort_by_key(|(at, _)| *at);
        let mut tags: BTreeMap<String, String> = BTreeMap::new();
        let mut looks = (0, 0);
        for (_, step) in steps {
            match step {
                Step::Image { tag, sha } => drop(tags.insert(tag, self.content(&sha).to_owned())),
                Step::Deletion(place) => {
                    let named: Vec<String> = tags.keys().filter(|tag| *tag != "latest").cloned().collect();
                    if !named.is_empty() {
                        tags.remove(&named[place % named.len()]);
                        row.deleted += 1;
                    }
                }
                Step::Look(main) => {
                    let is_right = tags.get("latest").is_some_and(|content| content == self.content(&main));
                    looks = (looks.0 + usize::from(!is_right), looks.1 + 1);
                }
                Step::Job(_) => {}
            }
        }
        row.latest_wrong = tags.contains_key("latest").then_some(looks);
        let named: BTreeMap<&str, &str> = tags
            .iter()
            .filter(|(tag, _)| *tag != "latest")
            .map(|(tag, content)| (tag.as_str(), content.as_str()))
            .collect();
        let there: BTreeSet<&str> = named.values().copied().collect();
        for commit in &self.commits {
            let own = named.get(&commit[..7]);
            row.without_image += usize::from(!there.contains(self.content(commit)));
            row.without_tag += usize::from(own.is_none());
            row.wrong += usize::from(own.is_some_and(|content| *content != self.content(commit)));
        }
        Ok(row)
    }

    /// What the jobs of our recipe really do.
    fn real(&self, recipe: &'static str, folder: &Path, repin: &Path, ci: &str) -> Result<Outcomes> {
        let mut row = self.begin(recipe);
        let events = self.events();
        let simulated = simulate(&self.story.git, &Settings::new("ada/course"), &events)?;
        let outcomes: HashMap<u64, &Outcome> = events.iter().map(|event| (event.at, &event.build.outcome)).collect();
        let mut steps = self.around();
        for pipeline in &simulated.pipelines {
            let started = pipeline.jobs.iter().find_map(|job| job.started_at);
            steps.extend(started.map(|at| (at, Step::Job(pipeline))));
        }
        steps.sort_by_key(|(at, _)| *at);
        let mut runner = Runner::new(folder, &self.story.git, repin, ci)?;
        for (_, step) in steps {
            match step {
                Step::Job(pipeline) => {
                    runner.job(pipeline, outcomes.get(&pipeline.created_at).copied().unwrap_or(&Outcome::Success))?;
                }
                Step::Deletion(place) => row.deleted += usize::from(runner.delete(place)?),
                Step::Look(_) | Step::Image { .. } => {}
            }
        }
        (row.builds, row.failures) = (runner.builds, runner.failures);
        let tags: HashMap<String, String> = runner.tags()?.into_iter().collect();
        let there: BTreeSet<&String> = tags.values().collect();
        let mut named: HashMap<String, Option<String>> = HashMap::new();
        for tip in self.story.branches.values() {
            named.extend(runner.history(tip)?);
        }
        for commit in &self.commits {
            let right = runner.digest(self.content(commit));
            let digest = |tag: &str| tags.get(tag).map(String::as_str);
            let own = digest(&commit[..7]);
            let by_repin = named.get(commit).cloned().flatten();
            row.without_image += usize::from(!right.is_some_and(|right| there.iter().any(|digest| *digest == right)));
            row.unnamed += usize::from(by_repin.is_none());
            row.without_tag += usize::from(own.is_none());
            let is_wrong = own.is_some() && own != right || by_repin.is_some_and(|tag| digest(&tag) != right);
            row.wrong += usize::from(is_wrong);
        }
        Ok(row)
    }
}

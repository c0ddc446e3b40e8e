//! From events to pipelines.

use std::collections::BTreeMap;

use repin::Oid;
use repin::ci::RefKind;
use repin::scheme::CommitNames;

use super::paths::{self, Changed};
use super::plan::{self, Facts, Plan};
use super::run::Run;
use super::{Cause, Event, Image, Pipeline, Simulated, Update, ZERO};
use crate::{Error, Git, Result};

/// Updates of one push that can get a pipeline: `PIPELINE_PROCESS_LIMIT`.
const PROCESS_LIMIT: usize = 4;
/// Pipelines that are older are not cancelled: `pipelines_created_after`.
const WEEK: u64 = 7 * 24 * 60 * 60;

/// What of a project decides about its pipelines.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Its path, `group/name`.
    pub path: String,
    /// Its default branch.
    pub default_branch: String,
    /// Where the CI file is.
    pub ci_config_path: String,
    /// Whether it has CI at all; archived projects and fresh imports have none.
    pub ci_enabled: bool,
    /// Whether newer pipelines cancel older ones (`auto_cancel_pending_pipelines`).
    pub auto_cancel: bool,
    /// Whether every ref of a push gets a pipeline (`git_push_create_all_pipelines`).
    pub all_refs: bool,
    /// The project's variables.
    pub variables: BTreeMap<String, String>,
    /// The ids of its first pipeline and of its first job.
    pub first_ids: (u64, u64),
}

impl Settings {
    /// A project as GitLab makes it.
    pub fn new(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            default_branch: "main".to_owned(),
            ci_config_path: ".gitlab-ci.yml".to_owned(),
            ci_enabled: true,
            auto_cancel: true,
            all_refs: false,
            variables: BTreeMap::new(),
            first_ids: (1001, 5001),
        }
    }
}

/// What GitLab makes of these events, which are sorted by their times. The repository has to have all the commits.
///
/// # Errors
/// git fails, for instance because a commit is not there; or it depends on what is not known whether a job runs: then
/// [`Settings::variables`] can say it.
pub fn simulate(git: &Git, settings: &Settings, events: &[Event]) -> Result<Simulated> {
    let (next_id, next_job) = settings.first_ids;
    let mut simulation =
        Simulation { git, settings, runs: Vec::new(), heads: BTreeMap::new(), last: 0, next_id, next_job };
    for event in events {
        simulation.event(event)?;
    }
    simulation.end()
}

struct Simulation<'a> {
    git: &'a Git,
    settings: &'a Settings,
    runs: Vec<Run>,
    /// The branches' and tags' commits.
    heads: BTreeMap<String, String>,
    last: u64,
    next_id: u64,
    next_job: u64,
}

/// A pipeline that is to be made, if the CI file wants it.
struct Wanted<'a> {
    sha: &'a str,
    before: &'a str,
    source: &'a str,
    /// In full.
    reference: &'a str,
    /// What the pipeline shows as its ref.
    shown: String,
    /// `CI_COMMIT_REF_NAME`.
    ref_name: &'a str,
    kind: RefKind,
    changed: Changed,
    skip: bool,
}

impl Simulation<'_> {
    fn event(&mut self, event: &Event) -> Result<()> {
        if event.at < self.last {
            return Err(Error::new(format!("the events are not sorted by time at {}: {event:?}", event.at)));
        }
        self.last = event.at;
        match &event.cause {
            Cause::Push { updates, options } => self.push(event, updates, options),
            Cause::Run { source, reference, sha } => {
                let wanted = Wanted {
                    sha,
                    before: ZERO,
                    source: source.name(),
                    reference,
                    shown: short(reference).to_owned(),
                    ref_name: short(reference),
                    kind: kind(reference),
                    changed: Changed::default(),
                    skip: false,
                };
                self.make(event, wanted)
            }
            Cause::MergeRequest { iid, source_branch, head, target } => {
                let reference = format!("refs/merge-requests/{iid}/head");
                self.heads.insert(reference.clone(), head.clone());
                let wanted = Wanted {
                    sha: head,
                    before: ZERO,
                    source: "merge_request_event",
                    reference: &reference,
                    shown: reference.clone(),
                    ref_name: source_branch,
                    kind: RefKind::MergeRequest,
                    changed: paths::of_merge_request(self.git, head, target)?,
                    skip: false,
                };
                self.make(event, wanted)
            }
        }
    }

    fn push(&mut self, event: &Event, updates: &[Update], options: &[String]) -> Result<()> {
        for update in updates {
            if update.after == ZERO {
                self.heads.remove(&update.reference);
            } else {
                self.heads.insert(update.reference.clone(), update.after.clone());
            }
        }
        let has = |name: &str| options.iter().any(|option| option == name);
        if has("ci.no_pipeline") {
            return Ok(());
        }
        for (index, Update { reference, before, after }) in updates.iter().enumerate() {
            let is_ref = reference.starts_with("refs/heads/") || reference.starts_with("refs/tags/");
            if after == ZERO || !is_ref || (index >= PROCESS_LIMIT && !self.settings.all_refs) {
                continue;
            }
            let kind = kind(reference);
            let changed = match kind {
                RefKind::Branch => paths::of_push(self.git, before, after)?,
                RefKind::Tag | RefKind::MergeRequest => Changed::default(),
            };
            // A tag may be an object of its own; a pipeline runs for its commit.
            let sha = &if kind == RefKind::Tag { self.git.id(after)? } else { after.clone() };
            let (shown, ref_name) = (short(reference).to_owned(), short(reference));
            let skip = has("ci.skip");
            self.make(event, Wanted { sha, before, source: "push", reference, shown, ref_name, kind, changed, skip })?;
        }
        Ok(())
    }

    fn make(&mut self, event: &Event, wanted: Wanted<'_>) -> Result<()> {
        if !self.settings.ci_enabled {
            return Ok(());
        }
        let Wanted { sha, before, source, reference, shown, ref_name, kind, changed, skip } = wanted;
        let plan = plan::plan(self.git, self.settings, &Facts { sha, before, source, ref_name, kind, changed, skip })?;
        let (status, yaml_errors) = match &plan {
            Plan::Nothing => return Ok(()),
            Plan::Skipped => ("skipped", None),
            Plan::Invalid(error) => ("failed", Some(error.clone())),
            Plan::Jobs(_) => ("created", None),
        };
        let id = self.next_id;
        self.next_id += 1;
        let pipeline = Pipeline {
            id,
            iid: id - self.settings.first_ids.0 + 1,
            sha: sha.to_owned(),
            ref_name: shown,
            source: source.to_owned(),
            status: status.to_owned(),
            before_sha: before.to_owned(),
            created_at: event.at,
            updated_at: event.at,
            started_at: None,
            finished_at: yaml_errors.is_some().then_some(event.at),
            tag: kind == RefKind::Tag,
            yaml_errors,
            jobs: Vec::new(),
        };
        let run = match plan {
            Plan::Jobs(jobs) => {
                self.cancel_older(&pipeline, reference);
                Run::new(pipeline, jobs, ref_name, &event.build, &mut self.next_job)
            }
            _ => Run { pipeline, planned: Vec::new(), plan: Vec::new(), commit_ref: String::new() },
        };
        self.runs.push(run);
        Ok(())
    }

    fn cancel_older(&mut self, newer: &Pipeline, reference: &str) {
        if !self.settings.auto_cancel {
            return;
        }
        let head = self.heads.get(reference);
        for run in &mut self.runs {
            let older = &run.pipeline;
            let same_ref = older.ref_name == newer.ref_name && older.tag == newer.tag;
            let kept = older.sha == newer.sha || Some(&older.sha) == head || older.created_at + WEEK < newer.created_at;
            // Of one instant neither is the older.
            if same_ref && !kept && older.created_at < newer.created_at {
                run.superseded(newer.created_at);
            }
        }
    }

    fn end(self) -> Result<Simulated> {
        let mut images = Vec::new();
        for run in &self.runs {
            for (job, index) in run.pipeline.jobs.iter().zip(&run.planned) {
                let Some(at) = job.finished_at.filter(|_| job.status == "success") else { continue };
                for (repository, form) in &run.plan[*index].images {
                    let pipeline = &run.pipeline;
                    let id: Oid = pipeline.sha.parse().map_err(|_| Error::new(format!("no id: {}", pipeline.sha)))?;
                    let git_tag = pipeline.tag.then_some(pipeline.ref_name.as_str());
                    let names = CommitNames { id, git_tag, ref_name: Some(&run.commit_ref) };
                    // Where the form gives no legal tag, the job's push would fail; that is left to the caller's outcome.
                    let Some(tag) = form.fill(&names) else { continue };
                    let (repository, sha) = (repository.clone(), pipeline.sha.clone());
                    images.push(Image { repository, tag, sha, job: job.id, at });
                }
            }
        }
        images.sort_by_key(|image| image.at);
        Ok(Simulated { pipelines: self.runs.into_iter().map(|run| run.pipeline).collect(), images })
    }
}

/// A ref without what says that it is a branch or a tag.
fn short(reference: &str) -> &str {
    let branch = reference.strip_prefix("refs/heads/");
    branch.or_else(|| reference.strip_prefix("refs/tags/")).unwrap_or(reference)
}

fn kind(reference: &str) -> RefKind {
    if reference.starts_with("refs/tags/") { RefKind::Tag } else { RefKind::Branch }
}

//! What became of the build of an environment that has no image (facts/gitlab.md, 5).
//!
//! The pipelines of the project name the heads of its pushes. Of those whose commit has the environment, the newest image
//! job says whether it is being built, failed, or was built and deleted. Where none has it, the pipeline that covers the
//! commit says why nothing was built.

use repin::Oid;
use repin::environment::Fingerprint;
use repin::resolution::{Reason, Status};
use repin::source::{Build, SourceError, Wanted};

use super::GitLab;
use super::api::ApiError;
use super::wire::{JobReply, PipelineReply};
use crate::cache::Store;
use crate::http::Transport;

/// Pipelines whose commits are compared.
const MOST_HEADS: usize = 12;
/// Pipelines whose jobs are read.
const MOST_PIPELINES: usize = 4;
/// Requests that this may cost at least.
const LEAST: u64 = 3;

/// The image job of a pipeline.
struct Found {
    pipeline: PipelineReply,
    job: Option<JobReply>,
}

impl<T: Transport, S: Store> GitLab<T, S> {
    /// What is known of the build; `None` where pipelines cannot be read, or say nothing.
    pub(super) async fn build_of(&self, wanted: Wanted<'_>, job: Option<&str>) -> Result<Option<Build>, SourceError> {
        if self.remaining() < LEAST {
            self.note("no request was left to ask what became of the build");
            return Ok(None);
        }
        if let Some(reason) = self.no_ci() {
            return Ok(Some(Build { status: Status::Missing, reason }));
        }
        match self.read_builds(wanted, job).await {
            Ok(build) => Ok(build),
            // Pipelines that cannot be read only leave it open why there is no image.
            Err(error) => {
                self.note(format!(
                    "the project's pipelines could not be read, so it is not known whether an image is being built ({error})"
                ));
                Ok(None)
            }
        }
    }

    /// That the project runs no pipelines at all.
    fn no_ci(&self) -> Option<Reason> {
        let state = self.state.borrow();
        let project = state.project.as_ref()?;
        let never = |why: &str| Some(Reason::new("never-scheduled", format!("no image was built: {why}")));
        if project.archived {
            return never("the project is archived, so it runs no pipelines");
        }
        if project.jobs_enabled == Some(false) || project.builds_access_level.as_deref() == Some("disabled") {
            return never("CI/CD is switched off for this project");
        }
        None
    }

    async fn read_builds(&self, wanted: Wanted<'_>, job: Option<&str>) -> Result<Option<Build>, ApiError> {
        let id = wanted.commit.to_string();
        let own = self.url(&["pipelines"], &[("sha", &id), ("per_page", "20")]);
        let all = self.url(&["pipelines"], &[("per_page", "100")]);
        let (own, all) =
            futures_util::future::join(self.api.page::<PipelineReply>(own), self.api.page::<PipelineReply>(all)).await;
        // A filter that a server does not know is passed over by it.
        let own: Vec<PipelineReply> = own?.rows.into_iter().filter(|pipeline| pipeline.sha == wanted.commit).collect();
        let all = all?.rows;
        let heads = self.heads_with(wanted, &own, &all).await?;
        let mut found = Vec::new();
        for pipeline in heads.iter().take(MOST_PIPELINES) {
            if self.remaining() == 0 {
                break;
            }
            let job = self.image_job(pipeline, job).await?;
            found.push(Found { pipeline: pipeline.clone(), job });
        }
        if let Some(build) = judge(&found, wanted.commit) {
            return Ok(Some(build));
        }
        let message = match self.covering(wanted.commit, &all) {
            _ if !own.is_empty() => return Ok(Some(unscheduled(&own[0], &found))),
            Some(cover) => format!(
                "no image was built: the commit was not the head of a push; the push that brought it ended at {}, which has other inputs",
                cover.sha.abbreviated(7)
            ),
            None => "no image was built: no pipeline is known of this commit, or of a later one with the same inputs"
                .to_owned(),
        };
        Ok(Some(Build { status: Status::Missing, reason: Reason::new("never-scheduled", message) }))
    }

    /// The pipelines of commits with the environment, newest first.
    async fn heads_with(
        &self,
        wanted: Wanted<'_>,
        own: &[PipelineReply],
        all: &[PipelineReply],
    ) -> Result<Vec<PipelineReply>, ApiError> {
        let mut commits: Vec<Oid> = Vec::new();
        for pipeline in all {
            if pipeline.sha != wanted.commit && !commits.contains(&pipeline.sha) && commits.len() < MOST_HEADS {
                commits.push(pipeline.sha);
            }
        }
        let snapshots =
            self.look(wanted.spec, &commits).await.map_err(|error| ApiError::Unreadable(error.to_string()))?;
        let same: Vec<Oid> = commits
            .into_iter()
            .zip(snapshots)
            .filter(|(_, snapshot)| snapshot.environment == Some::<Fingerprint>(wanted.environment))
            .map(|(commit, _)| commit)
            .collect();
        let mut heads: Vec<PipelineReply> = own.to_vec();
        heads.extend(all.iter().filter(|pipeline| same.contains(&pipeline.sha)).cloned());
        heads.sort_by_key(|pipeline| std::cmp::Reverse(pipeline.id));
        heads.dedup_by_key(|pipeline| pipeline.id);
        Ok(heads)
    }

    async fn image_job(&self, pipeline: &PipelineReply, name: Option<&str>) -> Result<Option<JobReply>, ApiError> {
        let Some(name) = name else { return Ok(None) };
        let url = self.url(&["pipelines", &pipeline.id.to_string(), "jobs"], &[("per_page", "100")]);
        let jobs = self.api.page::<JobReply>(url).await?.rows;
        Ok(jobs.into_iter().find(|job| job.name == name))
    }

    /// The pipeline of the nearest listed commit after this one: the head of the push that brought it.
    fn covering<'p>(&self, commit: Oid, all: &'p [PipelineReply]) -> Option<&'p PipelineReply> {
        let state = self.state.borrow();
        let after = all.iter().filter_map(|pipeline| {
            let graph = state.history.graph(&[pipeline.sha]);
            let (count, _) = graph.ahead(graph.position(pipeline.sha)?, graph.position(commit)?);
            Some((count, pipeline))
        });
        after.min_by_key(|(count, _)| *count).map(|(_, pipeline)| pipeline)
    }
}

/// What the image jobs of the environment say, newest first.
fn judge(found: &[Found], commit: Oid) -> Option<Build> {
    let place = |found: &Found| {
        if found.pipeline.sha == commit {
            "this commit".to_owned()
        } else {
            format!("{}, which has the same inputs", found.pipeline.sha.abbreviated(7))
        }
    };
    let build = |status, code: &str, message: String, url: Option<String>| {
        Some(Build { status, reason: Reason { code: code.to_owned(), message, url } })
    };
    for found in found {
        let Some(job) = &found.job else { continue };
        let url = job.web_url.clone().or_else(|| found.pipeline.web_url.clone());
        let (name, place) = (&job.name, place(found));
        match job.status.as_str() {
            "created"
            | "waiting_for_resource"
            | "preparing"
            | "waiting_for_callback"
            | "pending"
            | "running"
            | "scheduled" => {
                let message = format!("the job {name} is building an image of {place} (it is {})", job.status);
                return build(Status::Building, "building", message, url);
            }
            "failed" | "canceled" | "canceling" => {
                let why = match (job.status.as_str(), &job.failure_reason) {
                    ("failed", Some(reason)) => format!("failed ({})", reason.replace('_', " ")),
                    ("failed", None) => "failed".to_owned(),
                    _ => "was cancelled".to_owned(),
                };
                let message = format!("the job {name} of {place} {why}; open it and press Retry to build the image");
                return build(Status::Failed, "build-failed", message, url);
            }
            "manual" => {
                let message = format!("the job {name} of {place} waits to be started by hand");
                return build(Status::Missing, "never-scheduled", message, url);
            }
            "skipped" => {
                let message = format!(
                    "the job {name} of {place} was skipped, since an earlier job of its pipeline failed or was cancelled"
                );
                return build(Status::Failed, "build-skipped", message, url);
            }
            "success" => {
                let message = format!(
                    "the job {name} of {place} built an image, which is no longer in the registry: it was deleted, by a clean-up policy or by hand"
                );
                return build(Status::Missing, "deleted", message, url);
            }
            _ => {}
        }
    }
    None
}

/// Why the commit's own pipeline built nothing.
fn unscheduled(pipeline: &PipelineReply, found: &[Found]) -> Build {
    let why = match pipeline.status.as_str() {
        "skipped" => "its pipeline was skipped, by [skip ci] in the message or a push option",
        "failed" if found.iter().all(|found| found.job.is_none()) => {
            "its pipeline failed before it had an image job (an error in the CI file, or a limit)"
        }
        _ => {
            "its pipeline had no image job: the job's rules say so, mostly since the push changed no file of its `changes:`"
        }
    };
    let mut reason = Reason::new("never-scheduled", format!("no image was built: {why}"));
    reason.url.clone_from(&pipeline.web_url);
    Build { status: Status::Missing, reason }
}

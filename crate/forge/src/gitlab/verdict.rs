//! What pipelines and image jobs say of an image that is not there, in words (facts/gitlab.md, 5).

use repin::Oid;
use repin::resolution::{Reason, Status};
use repin::source::Build;

use super::wire::{JobReply, PipelineReply};

/// A pipeline of a commit with the environment, and its image job.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) pipeline: PipelineReply,
    pub(super) job: Option<JobReply>,
    /// Whether it has any job.
    pub(super) has_jobs: bool,
}

/// What an image job says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// It builds, or will by itself.
    Building,
    Failed,
    Cancelled,
    /// Something before it did not succeed.
    Skipped,
    /// Somebody has to start it.
    Manual,
    /// Somebody has to start a job before it.
    Blocked,
    Built,
}

/// Whether something still happens in a pipeline by itself.
pub(super) fn goes_on(status: &str) -> bool {
    matches!(
        status,
        "created"
            | "waiting_for_resource"
            | "preparing"
            | "waiting_for_callback"
            | "pending"
            | "running"
            | "scheduled"
            | "canceling"
    )
}

impl Found {
    fn said(&self) -> Option<Said> {
        Some(match self.job.as_ref()?.status.as_str() {
            "created" if self.pipeline.status == "manual" => Said::Blocked,
            // Of a pipeline that has ended nothing is started any more.
            "created" if !goes_on(&self.pipeline.status) => Said::Skipped,
            "canceled" | "canceling" => Said::Cancelled,
            status if goes_on(status) => Said::Building,
            "failed" => Said::Failed,
            "skipped" => Said::Skipped,
            "manual" => Said::Manual,
            "success" => Said::Built,
            _ => return None,
        })
    }

    /// Whether an image is on its way.
    pub(super) fn is_building(&self) -> bool {
        self.said() == Some(Said::Building)
    }

    /// Whether it says what became of the build.
    pub(super) fn decides(&self) -> bool {
        self.said().is_some()
    }

    /// Whose pipeline it is: "this commit".
    fn place(&self, commit: Oid) -> String {
        if self.pipeline.sha == commit {
            "this commit".to_owned()
        } else {
            format!("{}, which has the same inputs,", self.pipeline.sha.abbreviated(7))
        }
    }
}

/// That no image was built.
pub(super) fn never(why: &str) -> Reason {
    Reason::new("never-scheduled", format!("no image was built: {why}"))
}

/// What the image jobs of an environment say, newest first: one that is building, else the newest.
pub(super) fn of_jobs(found: &[Found], commit: Oid) -> Option<Build> {
    let building = found.iter().find(|found| found.is_building());
    let (found, said, job) =
        building.into_iter().chain(found).find_map(|found| Some((found, found.said()?, found.job.as_ref()?)))?;
    let (name, place) = (&job.name, found.place(commit));
    let (status, code, message) = match said {
        Said::Building => {
            let how = match job.status.as_str() {
                "running" => "is running",
                "scheduled" => "is delayed, and starts by itself",
                "created" => "waits for the jobs before it",
                _ => "waits for a runner",
            };
            (Status::Building, "building", format!("an image of {place} is being built: the job {name} {how}"))
        }
        Said::Failed => {
            let why = job.failure_reason.as_deref().map(in_words).unwrap_or_default();
            let passed = if found.pipeline.status == "success" { ", though its pipeline passed" } else { "" };
            let message =
                format!("the job {name} of {place} failed{why}{passed}; open it and press Retry to build the image");
            (Status::Failed, "build-failed", message)
        }
        Said::Cancelled => {
            let message = format!(
                "the job {name} of {place} was cancelled, by somebody or by GitLab for a newer push; open it and press Retry to build the image"
            );
            (Status::Failed, "build-cancelled", message)
        }
        Said::Skipped => {
            let message = format!(
                "the job {name} of {place} did not run, since a job before it failed or was cancelled; retry that one in the pipeline"
            );
            (Status::Failed, "build-skipped", message)
        }
        Said::Manual => {
            let message = format!("no image was built: the job {name} of {place} waits to be started by hand");
            (Status::Missing, "never-scheduled", message)
        }
        Said::Blocked => {
            let message = format!(
                "no image was built: the job {name} of {place} waits for one before it that has to be started by hand"
            );
            (Status::Missing, "never-scheduled", message)
        }
        Said::Built => {
            let message = format!(
                "the job {name} of {place} built an image, which is no longer in the registry: it was deleted, by a clean-up policy or by hand; open the job and press Retry to build it again"
            );
            (Status::Missing, "deleted", message)
        }
    };
    // What has to be done about a skipped or a blocked job is done in its pipeline.
    let url = match said {
        Said::Skipped | Said::Blocked => found.pipeline.web_url.clone().or_else(|| job.web_url.clone()),
        _ => job.web_url.clone().or_else(|| found.pipeline.web_url.clone()),
    };
    Some(Build { status, reason: Reason { code: code.to_owned(), message, url } })
}

/// Why a pipeline without an image job built nothing.
pub(super) fn without_job(found: &Found, job: &str, commit: Oid) -> Build {
    let place = found.place(commit);
    let why = match found.pipeline.status.as_str() {
        "skipped" if !found.has_jobs => {
            format!("the pipeline of {place} was skipped, by [skip ci] in its message or by a push option")
        }
        "failed" if !found.has_jobs => {
            format!(
                "the pipeline of {place} failed before it had jobs: the CI file has an error, or a limit was reached"
            )
        }
        _ => format!(
            "the pipeline of {place} had no job {job}: its rules left it out, mostly since the push changed no file of its `changes:`"
        ),
    };
    let mut reason = never(&why);
    reason.url.clone_from(&found.pipeline.web_url);
    Build { status: Status::Missing, reason }
}

/// Why nothing was built of a commit that was not the head of its push, whose head has other inputs.
pub(super) fn not_the_head(cover: &PipelineReply) -> Reason {
    let head = cover.sha.abbreviated(7);
    let mut reason = never(&format!(
        "the commit was not the head of a push, and only heads get pipelines; the push that brought it ended at {head}, which has other inputs"
    ));
    reason.url.clone_from(&cover.web_url);
    reason
}

/// Why a job failed, from GitLab's word for it.
fn in_words(reason: &str) -> String {
    match reason {
        "script_failure" => " (its script ended with an error)".to_owned(),
        "job_execution_timeout" => " (it took longer than its time limit)".to_owned(),
        "stuck_or_timeout_failure" | "no_matching_runner" => " (no runner took it in time)".to_owned(),
        "runner_system_failure" => " (its runner had a problem)".to_owned(),
        "unknown_failure" => String::new(),
        other => format!(" ({})", other.replace('_', " ")),
    }
}

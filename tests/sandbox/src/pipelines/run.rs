//! A pipeline in time: when its jobs start and end, and what cancels them.

use super::plan::Planned;
use super::{Build, Job, Outcome, Pipeline};

/// A pipeline and what is needed of its jobs beside what they show.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) pipeline: Pipeline,
    /// For each job, in the pipeline's order: the planned one.
    pub(super) planned: Vec<usize>,
    pub(super) plan: Vec<Planned>,
    /// `CI_COMMIT_REF_NAME`.
    pub(super) commit_ref: String,
}

impl Run {
    /// Runs a plan from the pipeline's creation on. `next_job` counts the ids of jobs.
    pub(super) fn new(
        pipeline: Pipeline,
        plan: Vec<Planned>,
        commit_ref: &str,
        build: &Build,
        next_job: &mut u64,
    ) -> Self {
        let mut run = Self { pipeline, planned: Vec::new(), plan, commit_ref: commit_ref.to_owned() };
        let mut start = run.pipeline.created_at + build.waits;
        // Why the stages after this one do not start.
        let mut halted: Option<&str> = None;
        let mut at = 0;
        while at < run.plan.len() {
            let place = run.plan[at].place;
            let stage_end = at + run.plan[at..].iter().take_while(|job| job.place == place).count();
            let mut end = start;
            for index in at..stage_end {
                let status = run.job(index, start, halted, build, next_job);
                let job = run.pipeline.jobs.last().expect("it was just pushed");
                end = end.max(job.finished_at.unwrap_or(start));
                let optional = job.allow_failure;
                // A stage that failed counts before one that only has not ended.
                if matches!(status.as_str(), "failed" | "canceled") && !optional {
                    halted = Some("skipped");
                } else if matches!(status.as_str(), "running" | "pending") || (status == "manual" && !optional) {
                    halted = halted.or(Some("created"));
                }
            }
            start = end;
            at = stage_end;
        }
        run.settle();
        run
    }

    /// Adds a job with the attempts before it, and gives its status.
    fn job(&mut self, index: usize, start: u64, halted: Option<&str>, build: &Build, next_job: &mut u64) -> String {
        let planned = &self.plan[index];
        let some_push = self.plan.iter().any(|job| !job.images.is_empty());
        let is_image = !planned.images.is_empty() || !some_push;
        let by_name = build.others.iter().find(|(name, _)| *name == planned.name).map(|(_, outcome)| outcome);
        let outcome = by_name.unwrap_or(if is_image { &build.outcome } else { &Outcome::Success });
        let mut job = Job {
            id: 0,
            name: planned.name.clone(),
            stage: planned.stage.clone(),
            status: String::new(),
            failure_reason: None,
            allow_failure: planned.allow_failure,
            created_at: self.pipeline.created_at,
            started_at: None,
            finished_at: None,
            retried: false,
        };
        let mut start = start;
        let mut attempts = Vec::new();
        if let Some(halted) = halted {
            halted.clone_into(&mut job.status);
        } else if planned.manual && !build.started_by_hand {
            "manual".clone_into(&mut job.status);
        } else {
            let retries = if is_image { build.retries } else { 0 };
            for _ in 0..retries {
                let end = start + build.takes;
                attempts.push(Job {
                    status: "failed".to_owned(),
                    failure_reason: Some("script_failure".to_owned()),
                    started_at: Some(start),
                    finished_at: Some(end),
                    retried: true,
                    ..job.clone()
                });
                job.created_at = end;
                start = end + build.waits;
            }
            let (status, started, ended) = match outcome {
                Outcome::Success => ("success", true, Some(start + build.takes)),
                Outcome::Failed(_) => ("failed", true, Some(start + build.takes)),
                Outcome::Canceled => ("canceled", true, Some(start + build.takes / 2)),
                Outcome::Running => ("running", true, None),
                Outcome::Pending => ("pending", false, None),
            };
            if let Outcome::Failed(reason) = outcome {
                job.failure_reason = Some(reason.clone());
            }
            status.clone_into(&mut job.status);
            job.started_at = started.then_some(start);
            job.finished_at = ended;
        }
        attempts.push(job);
        let status = attempts.last().map(|job| job.status.clone()).unwrap_or_default();
        for mut job in attempts {
            job.id = *next_job;
            *next_job += 1;
            self.pipeline.jobs.push(job);
            self.planned.push(index);
        }
        status
    }

    /// A newer pipeline of the ref is made: this one is cancelled if it goes on and nothing in it has begun that must not be
    /// interrupted (`CancelRedundantPipelinesService`, `conservative`).
    pub(super) fn superseded(&mut self, at: u64) {
        let done = |job: &Job| job.status == "skipped" || job.finished_at.is_some_and(|end| end <= at);
        let begun = |job: &Job| job.started_at.is_some_and(|start| start <= at);
        let jobs = self.pipeline.jobs.iter().zip(&self.planned);
        let keeps = jobs.clone().any(|(job, index)| begun(job) && !self.plan[*index].interruptible);
        // Optional jobs that wait for a person do not keep a pipeline going.
        let waits = |job: &Job| job.status == "manual" && job.allow_failure;
        let goes_on = jobs.clone().any(|(job, _)| !done(job) && !waits(job));
        if keeps || !goes_on {
            return;
        }
        // Attempts that would have come later never do.
        let known: Vec<bool> = self.pipeline.jobs.iter().map(|job| job.created_at <= at).collect();
        let (mut jobs, mut planned) = (known.iter(), known.iter());
        self.pipeline.jobs.retain(|_| jobs.next() == Some(&true));
        self.planned.retain(|_| planned.next() == Some(&true));
        for job in &mut self.pipeline.jobs {
            // What would have been skipped after a failure that now never comes is cancelled with the rest.
            let skipped_later = job.status == "skipped" && job.finished_at.is_none();
            if !done(job) || skipped_later {
                "canceled".clone_into(&mut job.status);
                job.failure_reason = None;
                job.retried = false;
                job.started_at = job.started_at.filter(|start| *start <= at);
                job.finished_at = Some(at);
            }
        }
        self.settle();
    }

    /// Sets what follows from the jobs.
    fn settle(&mut self) {
        let jobs = &self.pipeline.jobs;
        let status = composite(jobs);
        let last = jobs.iter().filter_map(|job| job.finished_at).max();
        let touched = jobs.iter().flat_map(|job| [job.started_at, job.finished_at]).flatten().max();
        self.pipeline.started_at = jobs.iter().filter_map(|job| job.started_at).min();
        self.pipeline.finished_at = last.filter(|_| matches!(status, "success" | "failed" | "canceled"));
        self.pipeline.updated_at = touched.unwrap_or(self.pipeline.created_at);
        status.clone_into(&mut self.pipeline.status);
    }
}

/// The status of jobs together (`Gitlab::Ci::Status::Composite`).
fn composite(jobs: &[Job]) -> &'static str {
    let statuses: Vec<&str> = jobs
        .iter()
        .filter(|job| !job.retried)
        .map(|job| match (job.status.as_str(), job.allow_failure) {
            ("failed" | "canceled", true) => "warning",
            ("manual", true) => "ignored",
            (status, _) => status,
        })
        .collect();
    let only = |of: &[&str]| statuses.iter().all(|status| of.contains(status));
    let any = |of: &[&str]| statuses.iter().any(|status| of.contains(status));
    if only(&["skipped", "ignored"]) {
        "skipped"
    } else if only(&["success", "skipped", "warning", "ignored"]) {
        "success"
    } else if only(&["created", "warning", "ignored"]) {
        "created"
    } else if only(&["canceled", "success", "skipped", "warning", "ignored"]) {
        "canceled"
    } else if only(&["pending", "created", "skipped", "warning", "ignored"]) {
        "pending"
    } else if any(&["running", "pending"]) {
        "running"
    } else if any(&["manual"]) {
        "manual"
    } else if any(&["created"]) {
        "running"
    } else {
        "failed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Jobs by their statuses; a `?` behind one is `allow_failure`.
    fn together(statuses: &str) -> &'static str {
        let job = |status: &str| Job {
            id: 1,
            name: "a".into(),
            stage: "test".into(),
            status: status.trim_end_matches('?').into(),
            failure_reason: None,
            allow_failure: status.ends_with('?'),
            created_at: 0,
            started_at: None,
            finished_at: None,
            retried: false,
        };
        composite(&statuses.split(' ').map(job).collect::<Vec<_>>())
    }

    #[test]
    fn jobs_together_have_the_status_that_gitlab_gives_them() {
        for (statuses, status) in [
            ("success success", "success"),
            ("success failed", "failed"),
            ("success failed?", "success"),
            ("failed skipped", "failed"),
            ("success canceled", "canceled"),
            ("canceled skipped", "canceled"),
            ("success running", "running"),
            ("success pending", "running"),
            ("pending created", "pending"),
            ("success created", "running"),
            ("success manual", "manual"),
            ("success manual?", "success"),
            ("manual?", "skipped"),
            ("manual created", "manual"),
            ("created", "created"),
            ("skipped", "skipped"),
        ] {
            assert_eq!(together(statuses), status, "{statuses}");
        }
    }
}

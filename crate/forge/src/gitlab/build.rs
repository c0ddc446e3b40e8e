//! What became of the build of an environment that has no image (facts/gitlab.md, 5).
//!
//! The pipelines of the project name the heads of its pushes. Of those whose commit has the environment, the newest image
//! job says whether it failed, or was built and deleted; one that still is building says more. Where none has one, the
//! pipeline of the push that brought the commit says why nothing was built.

use futures_util::future::join;
use repin::Oid;
use repin::resolution::{Reason, Status};
use repin::source::{Build, SourceError, Wanted};

use super::GitLab;
use super::api::ApiError;
use super::together::all;
use super::verdict::{self, Found};
use super::wire::{JobReply, PipelineReply};
use crate::cache::Store;
use crate::http::Transport;

/// Pipelines on a page.
const PER_PAGE: usize = 100;
/// Commits of pipelines that are compared.
const MOST_HEADS: usize = 12;
/// The same by REST, which takes a request for each.
const MOST_BY_REST: usize = 4;
/// Pipelines whose jobs are read.
const MOST_PIPELINES: usize = 4;
/// Pipelines that are tried for the push that brought a commit.
const MOST_COVERS: usize = 3;
/// Requests that this may cost at least.
const LEAST: u64 = 3;
/// The image job where the CI file does not show one: Renku's name for it.
const USUAL_JOB: &str = "image_build";

impl<T: Transport, S: Store> GitLab<T, S> {
    /// What is known of the build; `None` where pipelines cannot be read, or say nothing.
    pub(super) async fn build_of(&self, wanted: Wanted<'_>, job: Option<&str>) -> Result<Option<Build>, SourceError> {
        if let Some(reason) = self.no_ci() {
            return Ok(Some(Build { status: Status::Missing, reason }));
        }
        if self.remaining() < LEAST {
            self.note("no request was left to ask what became of the build");
            return Ok(None);
        }
        match self.read_builds(wanted, job.unwrap_or(USUAL_JOB)).await {
            Ok(build) => Ok(Some(build)),
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
        if project.archived {
            return Some(verdict::never("the project is archived, so it runs no pipelines"));
        }
        if project.jobs_enabled == Some(false) || project.builds_access_level.as_deref() == Some("disabled") {
            return Some(verdict::never("CI/CD is switched off for this project"));
        }
        None
    }

    async fn read_builds(&self, wanted: Wanted<'_>, job: &str) -> Result<Build, ApiError> {
        let id = wanted.commit.to_string();
        let own = self.url(&["pipelines"], &[("sha", &id), ("per_page", "20")]);
        let all = self.url(&["pipelines"], &[("per_page", "100")]);
        let (own, all) = join(self.api.page::<PipelineReply>(own), self.api.page::<PipelineReply>(all)).await;
        // A filter that a server does not know is passed over by it.
        let own: Vec<PipelineReply> = own?.rows.into_iter().filter(|pipeline| pipeline.sha == wanted.commit).collect();
        let mut all = all?.rows;
        self.add_those_after(wanted.commit, &mut all).await?;
        let heads = self.heads_with(wanted, &own, &all).await?;
        let found = self.image_jobs(&heads, job).await?;
        if let Some(build) = verdict::of_jobs(&found, wanted.commit) {
            return Ok(build);
        }
        if let Some(first) = found.iter().find(|found| found.pipeline.sha == wanted.commit).or(found.first()) {
            return Ok(verdict::without_job(first, job, wanted.commit));
        }
        let reason = match self.covering(wanted.commit, &all).await? {
            Some(cover) => verdict::not_the_head(&cover),
            None => verdict::never(&self.no_pipeline(&all)),
        };
        Ok(Build { status: Status::Missing, reason })
    }

    /// Where the newest pipelines do not reach back to the commit, those that came soon after it.
    async fn add_those_after(&self, commit: Oid, all: &mut Vec<PipelineReply>) -> Result<(), ApiError> {
        let Some(made) = self.state.borrow().history.get(commit).map(|commit| (commit.seconds, commit.date.clone()))
        else {
            return Ok(());
        };
        let oldest = all.iter().filter_map(PipelineReply::made).min();
        if all.len() < PER_PAGE || oldest.is_none_or(|oldest| oldest <= made.0) || self.remaining() <= LEAST {
            return Ok(());
        }
        let query = [("updated_after", made.1.as_str()), ("order_by", "id"), ("sort", "asc"), ("per_page", "100")];
        let after = self.api.page::<PipelineReply>(self.url(&["pipelines"], &query)).await?.rows;
        all.extend(after);
        all.sort_by_key(|pipeline| std::cmp::Reverse(pipeline.id));
        all.dedup_by_key(|pipeline| pipeline.id);
        Ok(())
    }

    /// The pipelines of commits with the environment: those that go on first, then the newest.
    async fn heads_with(
        &self,
        wanted: Wanted<'_>,
        own: &[PipelineReply],
        all: &[PipelineReply],
    ) -> Result<Vec<PipelineReply>, ApiError> {
        let commits = self.with_few(wanted, &self.likely_heads(wanted.commit, all)).await?;
        let snapshots =
            self.look(wanted.spec, &commits).await.map_err(|error| ApiError::Unreadable(error.to_string()))?;
        let same: Vec<Oid> = commits
            .into_iter()
            .zip(snapshots)
            .filter(|(_, snapshot)| snapshot.environment == Some(wanted.environment))
            .map(|(commit, _)| commit)
            .collect();
        let mut heads: Vec<PipelineReply> = own.to_vec();
        heads.extend(all.iter().filter(|pipeline| same.contains(&pipeline.sha)).cloned());
        heads.sort_by_key(|pipeline| std::cmp::Reverse((verdict::goes_on(&pipeline.status), pipeline.id)));
        heads.dedup_by_key(|pipeline| pipeline.id);
        Ok(heads)
    }

    /// The commits of pipelines that may have the environment: whose pipelines go on, that came soon after the commit, that
    /// are its listed ancestors, and the newest.
    fn likely_heads(&self, commit: Oid, all: &[PipelineReply]) -> Vec<Oid> {
        let most = if self.graphql.get() {
            MOST_HEADS
        } else {
            MOST_BY_REST.min(usize::try_from(self.remaining().saturating_sub(LEAST)).unwrap_or(usize::MAX))
        };
        let after = self.those_after(commit, all);
        let state = self.state.borrow();
        let graph = state.history.graph(&[commit]);
        let active = all.iter().filter(|pipeline| verdict::goes_on(&pipeline.status));
        let behind = all.iter().filter(|pipeline| graph.position(pipeline.sha).is_some());
        let mut commits: Vec<Oid> = Vec::new();
        let share = most.div_ceil(4);
        let groups: [(Vec<Oid>, usize); 4] = [
            (active.map(|pipeline| pipeline.sha).collect(), share),
            (after.iter().map(|pipeline| pipeline.sha).collect(), share),
            (behind.map(|pipeline| pipeline.sha).collect(), share),
            (all.iter().map(|pipeline| pipeline.sha).collect(), most),
        ];
        for (group, share) in groups {
            let mut taken = 0;
            for sha in group {
                if taken < share && commits.len() < most && sha != commit && !commits.contains(&sha) {
                    commits.push(sha);
                    taken += 1;
                }
            }
        }
        commits
    }

    /// Pipelines that were made after the commit, the first one first.
    fn those_after<'p>(&self, commit: Oid, all: &'p [PipelineReply]) -> Vec<&'p PipelineReply> {
        let made = self.state.borrow().history.get(commit).map_or(i64::MIN, |commit| commit.seconds);
        let mut after: Vec<_> = all
            .iter()
            .filter(|pipeline| pipeline.sha != commit && pipeline.made().is_none_or(|at| at >= made))
            .collect();
        after.sort_by_key(|pipeline| pipeline.id);
        after
    }

    /// The image jobs of pipelines, in their order, until one decides.
    async fn image_jobs(&self, heads: &[PipelineReply], name: &str) -> Result<Vec<Found>, ApiError> {
        let (active, done): (Vec<_>, Vec<_>) =
            heads.iter().take(MOST_PIPELINES).partition(|pipeline| verdict::goes_on(&pipeline.status));
        let mut found = Vec::new();
        for read in all(active.into_iter().map(|pipeline| self.image_job(pipeline, name))).await {
            found.push(read?);
        }
        for pipeline in done {
            if found.iter().any(Found::is_building) || self.remaining() == 0 {
                break;
            }
            let read = self.image_job(pipeline, name).await?;
            let decides = read.decides();
            found.push(read);
            if decides {
                break;
            }
        }
        found.sort_by_key(|found| std::cmp::Reverse(found.pipeline.id));
        Ok(found)
    }

    async fn image_job(&self, pipeline: &PipelineReply, name: &str) -> Result<Found, ApiError> {
        let url = self.url(&["pipelines", &pipeline.id.to_string(), "jobs"], &[("per_page", "100")]);
        // The newest of a name comes first; those that were retried do not come.
        let jobs = self.api.page::<JobReply>(url).await?.rows;
        let has_jobs = !jobs.is_empty();
        let job = jobs.into_iter().filter(|job| job.is(name)).max_by_key(|job| (job.name == name, job.id));
        Ok(Found { pipeline: pipeline.clone(), job, has_jobs })
    }

    /// The pipeline of the push that brought the commit: of the first head after it that has it in its history.
    async fn covering(&self, commit: Oid, all: &[PipelineReply]) -> Result<Option<PipelineReply>, ApiError> {
        let mut tried = Vec::new();
        for pipeline in self.those_after(commit, all) {
            if tried.contains(&pipeline.sha) || !pipeline.is_of_push() {
                continue;
            }
            if tried.len() == MOST_COVERS || self.remaining() <= LEAST {
                break;
            }
            tried.push(pipeline.sha);
            let listed = self.list_range(commit, pipeline.sha, 1).await;
            listed.map_err(|error| ApiError::Unreadable(error.to_string()))?;
            let graph = self.state.borrow().history.graph(&[pipeline.sha]);
            if graph.position(commit).is_some() {
                return Ok(Some(pipeline.clone()));
            }
        }
        Ok(None)
    }

    /// Why there may be no pipeline of the commit.
    fn no_pipeline(&self, all: &[PipelineReply]) -> String {
        let state = self.state.borrow();
        let branch = state.branch.as_deref();
        let is_fork = state.project.as_ref().is_some_and(|project| project.forked_from_project.is_some());
        match branch {
            Some(branch) if branch.starts_with("renku/autosave") => {
                format!("{branch} is a branch of Renku's automatic saves, for which CI files start no pipelines")
            }
            _ if all.is_empty() && is_fork => {
                "this fork has run no pipeline yet: it does from the next push on".to_owned()
            }
            _ if all.is_empty() => "this project has run no pipeline yet, or its pipelines were deleted".to_owned(),
            _ => "no pipeline is known of this commit, or of a later one that has it: the push changed no file of the job's \
                  `changes:`, its branch is excluded, or it asked for no pipeline"
                .to_owned(),
        }
    }
}

//! Pipelines and jobs.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{commits, need};
use crate::gitlab::page::counted;
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};
use crate::pipelines::{Job, Pipeline, ZERO};

/// `GET /projects/:id/pipelines`.
pub(super) fn list(cx: &Context<'_>, project: &Stored) -> Answer {
    let visible = visible(cx, project)?;
    let request = cx.request;
    let is = |name: &str, value: &str| request.given(name).is_none_or(|wanted| wanted == value);
    let bound = |name: &str| match request.given(name).map(str::parse::<Timestamp>) {
        None => Ok(None),
        Some(Ok(instant)) => Ok(u64::try_from(instant.as_second()).ok()),
        Some(Err(_)) => Err(Reply::error(400, &format!("{name} is invalid"))),
    };
    let (after, before) = (bound("updated_after")?, bound("updated_before")?);
    let (created_after, created_before) = (bound("created_after")?, bound("created_before")?);
    let mut found: Vec<&Pipeline> = visible
        .iter()
        .filter(|pipeline| {
            is("sha", &pipeline.sha)
                && is("ref", &pipeline.ref_name)
                && is("source", &pipeline.source)
                && is("status", &pipeline.status)
                && after.is_none_or(|after| pipeline.updated_at > after)
                && before.is_none_or(|before| pipeline.updated_at < before)
                && created_after.is_none_or(|after| pipeline.created_at > after)
                && created_before.is_none_or(|before| pipeline.created_at < before)
                && match request.given("scope") {
                    None => true,
                    Some("running" | "pending") => is("scope", &pipeline.status),
                    Some("finished") => matches!(pipeline.status.as_str(), "success" | "failed" | "canceled"),
                    Some("branches") => !pipeline.tag,
                    Some("tags") => pipeline.tag,
                    Some(_) => false,
                }
        })
        .collect();
    match request.given("order_by").unwrap_or("id") {
        "updated_at" => found.sort_by_key(|pipeline| (pipeline.updated_at, pipeline.id)),
        "status" => found.sort_by(|one, other| (&one.status, one.id).cmp(&(&other.status, other.id))),
        "ref" => found.sort_by(|one, other| (&one.ref_name, one.id).cmp(&(&other.ref_name, other.id))),
        "id" | "user_id" => found.sort_by_key(|pipeline| pipeline.id),
        _ => return Err(Reply::error(400, "order_by does not have a valid value")),
    }
    if request.given("sort") != Some("asc") {
        found.reverse();
    }
    counted(request, &found, |pipeline| basic(cx, project, pipeline))
}

/// `GET /projects/:id/pipelines/:id`.
pub(super) fn single(cx: &Context<'_>, project: &Stored, id: &str) -> Answer {
    let pipeline = found(cx, project, id)?;
    Ok(Reply::json(200, &whole(cx, project, pipeline)))
}

/// `GET /projects/:id/pipelines/latest`: of a ref's head.
pub(super) fn latest(cx: &Context<'_>, project: &Stored) -> Answer {
    let name = cx.request.given("ref").unwrap_or(project.default_branch());
    let head = project.objects.commit_id(name)?;
    let of_head = visible(cx, project)?
        .iter()
        .filter(|pipeline| pipeline.ref_name == name && Some(&pipeline.sha) == head.as_ref());
    let latest = of_head.max_by_key(|pipeline| pipeline.id);
    // GitLab answers so where there is none: not 404.
    latest.map_or_else(|| Err(Reply::forbidden()), |pipeline| Ok(Reply::json(200, &whole(cx, project, pipeline))))
}

/// `GET /projects/:id/pipelines/:id/jobs`, the newest first.
pub(super) fn jobs(cx: &Context<'_>, project: &Stored, id: &str) -> Answer {
    let pipeline = found(cx, project, id)?;
    let all = pipeline.jobs.iter().map(|job| (pipeline, job)).collect();
    shown(cx, project, all, cx.request.flag("include_retried"))
}

/// `GET /projects/:id/jobs`, the newest first; retried ones too.
pub(super) fn all_jobs(cx: &Context<'_>, project: &Stored) -> Answer {
    let pipelines = visible(cx, project)?.iter();
    let all = pipelines.flat_map(|pipeline| pipeline.jobs.iter().map(move |job| (pipeline, job))).collect();
    shown(cx, project, all, true)
}

fn shown(cx: &Context<'_>, project: &Stored, mut all: Vec<(&Pipeline, &Job)>, retried: bool) -> Answer {
    let mut scopes = cx.request.params("scope");
    scopes.extend(cx.request.given("scope"));
    all.retain(|(_, job)| (retried || !job.retried) && (scopes.is_empty() || scopes.contains(&job.status.as_str())));
    all.sort_by_key(|(_, job)| std::cmp::Reverse(job.id));
    counted(cx.request, &all, |(pipeline, job)| show_job(cx, project, pipeline, job))
}

/// `GET /projects/:id/jobs/:id`.
pub(super) fn job(cx: &Context<'_>, project: &Stored, id: &str) -> Answer {
    let (pipeline, job) = found_job(visible(cx, project)?, id)?;
    Ok(Reply::json(200, &show_job(cx, project, pipeline, job)))
}

/// `POST /projects/:id/jobs/:id/retry`: a new job that is pending, in the place of the old one.
pub(super) fn retry(cx: &Context<'_>, project: &Stored, id: &str) -> Answer {
    if cx.caller.token.is_none() {
        return Err(Reply::unauthorized());
    }
    need(cx.caller.is_member(project))?;
    let (pipeline, old) = found_job(visible(cx, project)?, id)?;
    if old.retried || !matches!(old.status.as_str(), "success" | "failed" | "canceled") {
        return Err(Reply::message(403, "403 Forbidden - Job is not retryable"));
    }
    let now = u64::try_from(Timestamp::now().as_second()).unwrap_or_default();
    let mut inner = cx.state.lock();
    let newest = inner.projects.iter().flat_map(|project| &project.data.pipelines).flat_map(|pipeline| &pipeline.jobs);
    let id = newest.map(|job| job.id).max().unwrap_or_default() + 1;
    let job = Job {
        id,
        name: old.name.clone(),
        stage: old.stage.clone(),
        status: "pending".to_owned(),
        allow_failure: old.allow_failure,
        created_at: now,
        ..Job::default()
    };
    let (number, added) = (pipeline.id, job.clone());
    inner.update(project.id, |data| {
        if let Some(pipeline) = data.pipelines.iter_mut().find(|pipeline| pipeline.id == number) {
            pipeline.jobs.iter_mut().filter(|job| job.id == old.id).for_each(|job| job.retried = true);
            pipeline.jobs.push(added);
            (pipeline.status, pipeline.updated_at) = ("running".to_owned(), now);
        }
    });
    drop(inner);
    Ok(Reply::json(201, &show_job(cx, project, pipeline, &job)))
}

/// `GET /projects/:id/repository/commits/:sha/statuses`: the jobs of its pipelines.
pub(super) fn statuses(cx: &Context<'_>, project: &Stored, sha: &str) -> Answer {
    let commit = commits::resolved(project, sha)?;
    let request = cx.request;
    let is = |name: &str, value: &str| request.given(name).is_none_or(|wanted| wanted == value);
    let mut all = Vec::new();
    for pipeline in visible(cx, project)?.iter().filter(|pipeline| pipeline.sha == commit.id) {
        for job in &pipeline.jobs {
            let wanted = is("name", &job.name) && is("stage", &job.stage) && is("ref", &pipeline.ref_name);
            if wanted && is("pipeline_id", &pipeline.id.to_string()) && (request.flag("all") || !job.retried) {
                all.push((pipeline, job));
            }
        }
    }
    counted(request, &all, |(pipeline, job)| {
        json!({
            "id": job.id, "sha": pipeline.sha, "ref": pipeline.ref_name, "status": job.status, "name": job.name,
            "target_url": job.web_url(&cx.page_of(project)), "description": Value::Null, "created_at": time(job.created_at),
            "started_at": maybe(job.started_at), "finished_at": maybe(job.finished_at), "allow_failure": job.allow_failure,
            "coverage": Value::Null, "pipeline_id": pipeline.id, "author": author(),
        })
    })
}

fn visible<'a>(cx: &Context<'_>, project: &'a Stored) -> Result<&'a [Pipeline], Reply> {
    need(cx.caller.may_use(project, project.data.builds))?;
    Ok(&project.data.pipelines)
}

fn found<'a>(cx: &Context<'_>, project: &'a Stored, id: &str) -> Result<&'a Pipeline, Reply> {
    let number: u64 = id.parse().map_err(|_| Reply::error(400, "pipeline_id is invalid"))?;
    let found = visible(cx, project)?.iter().find(|pipeline| pipeline.id == number);
    found.ok_or_else(|| Reply::message(404, "404 Not found"))
}

fn found_job<'a>(pipelines: &'a [Pipeline], id: &str) -> Result<(&'a Pipeline, &'a Job), Reply> {
    let number: u64 = id.parse().map_err(|_| Reply::error(400, "job_id is invalid"))?;
    let mut jobs = pipelines.iter().flat_map(|pipeline| pipeline.jobs.iter().map(move |job| (pipeline, job)));
    jobs.find(|(_, job)| job.id == number).ok_or_else(|| Reply::message(404, "404 Not found"))
}

/// A moment, from seconds since 1970.
pub(crate) fn instant(seconds: u64) -> Timestamp {
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
}

fn time(seconds: u64) -> Value {
    json!(instant(seconds).strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string())
}

fn maybe(seconds: Option<u64>) -> Value {
    seconds.map_or(Value::Null, time)
}

/// The ref's commit before the push; zeros where there was none.
pub(crate) fn before(pipeline: &Pipeline) -> &str {
    if pipeline.before_sha.is_empty() { ZERO } else { &pipeline.before_sha }
}

/// Whether something may still happen by itself.
pub(crate) fn is_active(status: &str) -> bool {
    matches!(status, "created" | "waiting_for_resource" | "preparing" | "pending" | "running" | "scheduled")
}

fn author() -> Value {
    json!({ "id": 1, "username": "ada", "name": "Ada Example", "state": "active" })
}

/// A pipeline as lists show it.
pub(super) fn basic(cx: &Context<'_>, project: &Stored, pipeline: &Pipeline) -> Value {
    json!({
        "id": pipeline.id,
        "iid": pipeline.iid,
        "project_id": project.id,
        "sha": pipeline.sha,
        "ref": pipeline.ref_name,
        "status": pipeline.status,
        "source": pipeline.source,
        "created_at": time(pipeline.created_at),
        "updated_at": time(pipeline.updated_at.max(pipeline.created_at)),
        "web_url": pipeline.web_url(&cx.page_of(project)),
        "name": Value::Null,
    })
}

fn whole(cx: &Context<'_>, project: &Stored, pipeline: &Pipeline) -> Value {
    let duration = pipeline.started_at.zip(pipeline.finished_at).map(|(start, end)| end.saturating_sub(start));
    let text = if pipeline.status == "success" { "passed" } else { &pipeline.status };
    let more = json!({
        "before_sha": before(pipeline),
        "tag": pipeline.tag,
        "yaml_errors": pipeline.yaml_errors,
        "user": author(),
        "started_at": maybe(pipeline.started_at),
        "finished_at": maybe(pipeline.finished_at),
        "committed_at": Value::Null,
        "duration": duration,
        "queued_duration": Value::Null,
        "coverage": Value::Null,
        "detailed_status": {
            "icon": format!("status_{}", pipeline.status), "text": text, "label": text, "group": pipeline.status,
            "tooltip": text, "has_details": true,
            "details_path": format!("/{}/-/pipelines/{}", project.data.path, pipeline.id),
        },
    });
    let mut value = basic(cx, project, pipeline);
    if let (Some(object), Value::Object(more)) = (value.as_object_mut(), more) {
        object.extend(more);
    }
    value
}

fn show_job(cx: &Context<'_>, project: &Stored, pipeline: &Pipeline, job: &Job) -> Value {
    let commit = project.objects.commit(&pipeline.sha).ok().flatten().map(|commit| commit.json(&cx.page_of(project)));
    let duration = job.started_at.zip(job.finished_at).map(|(start, end)| end.saturating_sub(start));
    let mut value = json!({
        "id": job.id,
        "status": job.status,
        "stage": job.stage,
        "name": job.name,
        "ref": pipeline.ref_name,
        "tag": pipeline.tag,
        "coverage": Value::Null,
        "allow_failure": job.allow_failure,
        "created_at": time(job.created_at),
        "started_at": maybe(job.started_at),
        "finished_at": maybe(job.finished_at),
        "erased_at": Value::Null,
        "duration": duration,
        "queued_duration": job.started_at.map(|start| start.saturating_sub(job.created_at)),
        "user": author(),
        "commit": commit,
        "pipeline": basic(cx, project, pipeline),
        "web_url": job.web_url(&cx.page_of(project)),
        "project": { "ci_job_token_scope_enabled": false },
        "artifacts": [],
        "runner": Value::Null,
        "artifacts_expire_at": Value::Null,
        "archived": false,
        "tag_list": [],
    });
    // Only a failed job has the field.
    if let Some(reason) = &job.failure_reason {
        value["failure_reason"] = json!(reason);
    }
    value
}

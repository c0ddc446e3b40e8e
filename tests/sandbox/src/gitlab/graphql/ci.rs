//! What the fields of pipelines and jobs are.

use serde_json::{Map, Value as Json, json};

use super::fields::{number, text};
use super::node::{Node, Out, Shared};
use crate::Result;
use crate::gitlab::rest::pipelines::{before, instant, is_active};
use crate::gitlab::state::Context;
use crate::pipelines::Pipeline;

const NULL: Out = Out::Value(Json::Null);

/// `Project.pipelines` and `Project.pipeline`.
pub(super) fn list(cx: &Context<'_>, project: &Shared, field: &str, arguments: &Map<String, Json>) -> Out {
    let places = matching(cx, project, text(arguments, "sha"), arguments);
    if field == "pipelines" {
        return Out::Pages(places.into_iter().map(|place| Node::Pipeline(project.clone(), place)).collect());
    }
    let (id, iid) = (text(arguments, "id").and_then(number), text(arguments, "iid"));
    let found = places.into_iter().find(|place| {
        let pipeline = &project.data.pipelines[*place];
        id.is_none_or(|id| pipeline.id == id) && iid.is_none_or(|iid| pipeline.iid.to_string() == iid)
    });
    found.map_or(NULL, |place| Out::Node(Node::Pipeline(project.clone(), place)))
}

/// `Commit.pipelines` and `Commit.latestPipeline`.
pub(super) fn of_commit(
    cx: &Context<'_>,
    project: &Shared,
    sha: &str,
    field: &str,
    arguments: &Map<String, Json>,
) -> Out {
    let mut nodes =
        matching(cx, project, Some(sha), arguments).into_iter().map(|place| Node::Pipeline(project.clone(), place));
    match field {
        "pipelines" => Out::Pages(nodes.collect()),
        _ => nodes.next().map_or(NULL, Out::Node),
    }
}

/// The places of the pipelines that the caller sees and the arguments ask for, the newest first.
fn matching(cx: &Context<'_>, project: &Shared, sha: Option<&str>, arguments: &Map<String, Json>) -> Vec<usize> {
    if !cx.caller.may_use(project, project.data.builds) {
        return Vec::new();
    }
    let is = |value: &str, name: &str| text(arguments, name).is_none_or(|wanted| wanted == value);
    let ids = arguments.get("ids").and_then(Json::as_array);
    let ids: Option<Vec<_>> = ids.map(|ids| ids.iter().filter_map(|id| id.as_str().and_then(number)).collect());
    let wanted = |pipeline: &Pipeline| {
        sha.is_none_or(|sha| pipeline.sha == sha)
            && is(&pipeline.ref_name, "ref")
            && is(&pipeline.source, "source")
            && is(&pipeline.status.to_uppercase(), "status")
            && ids.as_ref().is_none_or(|ids| ids.contains(&pipeline.id))
            && match text(arguments, "scope") {
                Some("RUNNING") => pipeline.status == "running",
                Some("PENDING") => pipeline.status == "pending",
                Some("FINISHED") => matches!(pipeline.status.as_str(), "success" | "failed" | "canceled"),
                Some("BRANCHES") => !pipeline.tag,
                Some("TAGS") => pipeline.tag,
                _ => true,
            }
    };
    let pipelines = &project.data.pipelines;
    let mut places: Vec<_> = (0..pipelines.len()).filter(|place| wanted(&pipelines[*place])).collect();
    places.sort_by_key(|place| std::cmp::Reverse(pipelines[*place].id));
    places
}

/// A time of the database, without the fraction that REST has.
fn time(seconds: u64) -> Json {
    json!(instant(seconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn maybe(seconds: Option<u64>) -> Json {
    seconds.map_or(Json::Null, time)
}

pub(super) fn pipeline(
    cx: &Context<'_>,
    project: &Shared,
    place: usize,
    field: &str,
    arguments: &Map<String, Json>,
) -> Result<Out> {
    let pipeline = &project.data.pipelines[place];
    let active = is_active(&pipeline.status);
    Ok(Out::Value(match field {
        "id" => json!(format!("gid://gitlab/Ci::Pipeline/{}", pipeline.id)),
        "iid" => json!(pipeline.iid.to_string()),
        "sha" => json!(pipeline.sha),
        "beforeSha" => json!(before(pipeline)),
        "ref" => json!(pipeline.ref_name),
        "path" => json!(format!("/{}/-/pipelines/{}", project.data.path, pipeline.id)),
        "source" => json!(pipeline.source),
        "status" => json!(pipeline.status.to_uppercase()),
        "createdAt" => time(pipeline.created_at),
        "updatedAt" => time(pipeline.updated_at.max(pipeline.created_at)),
        "startedAt" => maybe(pipeline.started_at),
        "finishedAt" => maybe(pipeline.finished_at),
        "complete" => json!(!active && pipeline.status != "manual"),
        "active" | "cancelable" => json!(active),
        "retryable" => json!(matches!(pipeline.status.as_str(), "failed" | "canceled") && cx.caller.is_member(project)),
        "yamlErrors" => json!(pipeline.yaml_errors.is_some()),
        "yamlErrorMessages" => json!(pipeline.yaml_errors),
        "commit" => {
            let commit = project.objects.commit(&pipeline.sha)?;
            return Ok(commit.map_or(NULL, |commit| Out::Node(Node::Commit(project.clone(), commit.into()))));
        }
        _ => return Ok(jobs(project, place, field, arguments)),
    }))
}

fn jobs(project: &Shared, place: usize, field: &str, arguments: &Map<String, Json>) -> Out {
    let pipeline = &project.data.pipelines[place];
    let statuses: Option<Vec<_>> = match arguments.get("statuses") {
        Some(Json::Array(list)) => Some(list.iter().filter_map(Json::as_str).collect()),
        Some(Json::String(one)) => Some(vec![one]),
        _ => None,
    };
    let retried = arguments.get("retried").and_then(Json::as_bool);
    let (id, name) = (text(arguments, "id").and_then(number), text(arguments, "name"));
    let places = (0..pipeline.jobs.len()).filter(|place| {
        let job = &pipeline.jobs[*place];
        statuses.as_ref().is_none_or(|statuses| statuses.contains(&job.status.to_uppercase().as_str()))
            && retried.is_none_or(|retried| job.retried == retried)
            && id.is_none_or(|id| job.id == id)
            && name.is_none_or(|name| job.name == name)
    });
    let mut nodes = places.map(|job| Node::Job(project.clone(), place, job));
    match field {
        "jobs" => Out::Pages(nodes.collect()),
        _ => nodes.next().map_or(NULL, Out::Node),
    }
}

pub(super) fn job(cx: &Context<'_>, project: &Shared, pipeline: usize, job: usize, field: &str) -> Out {
    let pipeline = &project.data.pipelines[pipeline];
    let job = &pipeline.jobs[job];
    Out::Value(match field {
        "id" => json!(format!("gid://gitlab/Ci::Build/{}", job.id)),
        "name" => json!(job.name),
        "status" => json!(job.status.to_uppercase()),
        "stage" => return Out::Node(Node::Stage(job.stage.clone())),
        "active" => json!(is_active(&job.status)),
        "allowFailure" => json!(job.allow_failure),
        "retried" => json!(job.retried),
        "retryable" => {
            json!(matches!(job.status.as_str(), "success" | "failed" | "canceled") && cx.caller.is_member(project))
        }
        "failureMessage" => json!(job.failure_reason),
        "refName" => json!(pipeline.ref_name),
        "createdAt" => time(job.created_at),
        "startedAt" => maybe(job.started_at),
        "finishedAt" => maybe(job.finished_at),
        _ => json!(format!("/{}/-/jobs/{}", project.data.path, job.id)),
    })
}

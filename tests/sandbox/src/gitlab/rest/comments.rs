//! Comments on commits: as discussions, which have numbers, and in the older form, which has none (facts, 2).

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::commits::resolved;
use crate::gitlab::model::Comment;
use crate::gitlab::page::counted;
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::request::parse_query;
use crate::gitlab::state::{Context, Stored};

/// When every comment was made: nobody looks at it.
const MADE: &str = "2024-04-01T08:00:00.000Z";

/// The longest comment.
const LONGEST: usize = 1_000_000;

/// `GET /projects/:id/repository/commits/:sha/discussions`: the oldest first.
pub(super) fn discussions(cx: &Context<'_>, project: &Stored, sha: &str) -> Answer {
    let all = on(cx, project, sha)?;
    counted(cx.request, &all, discussion)
}

/// `GET /projects/:id/repository/commits/:sha/comments`: without numbers.
pub(super) fn list(cx: &Context<'_>, project: &Stored, sha: &str) -> Answer {
    let all = on(cx, project, sha)?;
    counted(cx.request, &all, plain)
}

/// `POST /projects/:id/repository/commits/:sha/comments` and `.../discussions`, whose texts have other names.
pub(super) fn create(cx: &Context<'_>, project: &Stored, sha: &str, field: &str) -> Answer {
    let commit = resolved(project, sha)?;
    let author = writer(cx, project)?;
    let body = text(cx, field)?;
    let mut inner = cx.state.lock();
    let id = inner.comments.last().map_or(1, |last| last.id + 1);
    let comment = Comment { id, project: project.id, commit: commit.id, author, body };
    inner.comments.push(comment.clone());
    drop(inner);
    let shown = if field == "note" { plain(&comment) } else { discussion(&comment) };
    Ok(Reply::json(201, &shown))
}

/// `PUT .../discussions/:id/notes/:id`.
pub(super) fn edit(cx: &Context<'_>, project: &Stored, sha: &str, at: [&str; 2]) -> Answer {
    let comment = own(cx, project, sha, at)?;
    let body = text(cx, "body")?;
    let edited = Comment { body: body.clone(), ..comment };
    let mut inner = cx.state.lock();
    inner.comments.iter_mut().filter(|known| known.id == edited.id).for_each(|known| known.body.clone_from(&body));
    drop(inner);
    Ok(Reply::json(200, &note(&edited)))
}

/// `DELETE .../discussions/:id/notes/:id`.
pub(super) fn remove(cx: &Context<'_>, project: &Stored, sha: &str, at: [&str; 2]) -> Answer {
    let comment = own(cx, project, sha, at)?;
    cx.state.lock().comments.retain(|known| known.id != comment.id);
    Ok(Reply::new(204, "application/json", ""))
}

fn on(cx: &Context<'_>, project: &Stored, sha: &str) -> Result<Vec<Comment>, Reply> {
    let commit = resolved(project, sha)?;
    let inner = cx.state.lock();
    let here = |comment: &&Comment| comment.project == project.id && comment.commit == commit.id;
    Ok(inner.comments.iter().filter(here).cloned().collect())
}

/// The comment of a discussion and its number, for its author: others may not change it.
fn own(cx: &Context<'_>, project: &Stored, sha: &str, [thread, id]: [&str; 2]) -> Result<Comment, Reply> {
    let author = writer(cx, project)?;
    let found = on(cx, project, sha)?.into_iter().find(|comment| thread_of(comment) == thread);
    let found = found.filter(|comment| comment.id.to_string() == id).ok_or_else(|| Reply::not_found("Note"))?;
    if found.author == author { Ok(found) } else { Err(Reply::forbidden()) }
}

/// The number of the user who may write here.
fn writer(cx: &Context<'_>, project: &Stored) -> Result<u64, Reply> {
    if cx.caller.token.is_none() {
        return Err(Reply::unauthorized());
    }
    if project.data.archived { Err(Reply::forbidden()) } else { Ok(cx.user()) }
}

/// A text of the request: JSON, or a form.
fn text(cx: &Context<'_>, field: &str) -> Result<String, Reply> {
    let body = &cx.request.body;
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(json) => json[field].as_str().map(str::to_owned),
        Err(_) => {
            let form = parse_query(&String::from_utf8_lossy(body));
            form.into_iter().find(|(name, _)| name == field).map(|(_, value)| value)
        }
    };
    let text = text.or_else(|| cx.request.given(field).map(str::to_owned));
    let text = text.ok_or_else(|| Reply::error(400, &format!("{field} is missing")))?;
    match text.len() {
        0 => Err(Reply::message(400, "400 Bad request - Note can't be blank")),
        length if length > LONGEST => Err(Reply::message(400, "400 Bad request - Note is too long")),
        _ => Ok(text),
    }
}

/// The number of its discussion, as long as a commit's id.
fn thread_of(comment: &Comment) -> String {
    HEXLOWER.encode(&Sha256::digest(comment.id.to_be_bytes())[..20])
}

fn discussion(comment: &Comment) -> Value {
    json!({ "id": thread_of(comment), "individual_note": true, "notes": [note(comment)] })
}

fn note(comment: &Comment) -> Value {
    json!({
        "id": comment.id, "type": Value::Null, "body": comment.body, "author": author(comment.author),
        "created_at": MADE, "updated_at": MADE, "system": false, "noteable_id": Value::Null, "noteable_type": "Commit",
        "project_id": comment.project, "resolvable": false, "noteable_iid": Value::Null, "commands_changes": {},
    })
}

fn plain(comment: &Comment) -> Value {
    json!({
        "note": comment.body, "path": Value::Null, "line": Value::Null, "line_type": Value::Null,
        "author": author(comment.author), "created_at": MADE,
    })
}

impl Context<'_> {
    /// The number of the caller's user; that of Ada where nobody said another.
    pub(super) fn user(&self) -> u64 {
        let secret = self.caller.token.as_ref().map(|token| token.secret.as_str());
        let inner = self.state.lock();
        inner.users.iter().find(|(known, _)| Some(known.as_str()) == secret).map_or(1, |(_, user)| *user)
    }
}

/// A user as others see them.
pub(super) fn author(id: u64) -> Value {
    let (username, name) = if id == 1 { ("ada".to_owned(), "Ada Example") } else { (format!("user{id}"), "Somebody") };
    json!({ "id": id, "username": username, "name": name, "state": "active" })
}

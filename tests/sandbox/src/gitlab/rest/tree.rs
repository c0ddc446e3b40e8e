//! Trees.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use crate::gitlab::model::Version;
use crate::gitlab::objects::Entry;
use crate::gitlab::page::{Page, address, counted};
use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

/// `GET /projects/:id/repository/tree`: folders first, then files, then submodules.
pub(super) fn list(cx: &Context<'_>, project: &Stored) -> Answer {
    let request = cx.request;
    let revision = project.revision(request.given("ref"));
    let commit = project.objects.commit_id(&revision)?.ok_or_else(|| Reply::not_found("Tree"))?;
    let path = request.given("path").unwrap_or_default().trim_matches('/');
    let folder = project.objects.entry(&commit, path)?.filter(|entry| entry.kind() == "tree");
    let recursive = request.flag("recursive");
    let entries = match folder {
        // Since 17.7; before, there simply was nothing.
        None if cx.version >= Version::V19 => return Err(Reply::not_found("invalid revision or path")),
        None => Vec::new(),
        Some(folder) if recursive => project.objects.walk(&folder.id, path)?.unwrap_or_default(),
        Some(folder) => project.objects.entries(&folder.id, path)?.unwrap_or_default(),
    };
    let mut entries = entries;
    let rank = |entry: &Entry| ["tree", "blob", "commit"].iter().position(|kind| *kind == entry.kind());
    entries.sort_by_key(rank);
    match request.given("pagination").unwrap_or("legacy") {
        "legacy" => counted(request, &entries, show),
        "keyset" => keyset(cx, &entries),
        "none" if recursive => Ok(Reply::json(200, &entries.iter().map(show).collect())),
        "none" => Err(Reply::error(400, "pagination cannot be \"none\" unless \"recursive\" is true")),
        _ => Err(Reply::error(400, "pagination does not have a valid value")),
    }
}

fn keyset(cx: &Context<'_>, entries: &[Entry]) -> Answer {
    let page = Page::of(cx.request)?;
    let after = cx.request.given("page_token");
    let start = match after {
        None => 0,
        Some(token) => {
            let place = entries.iter().position(|entry| self::token(entry) == token);
            place.ok_or_else(|| Reply::error(422, "Invalid page token"))? + 1
        }
    };
    let shown = &entries[start..(start + page.size).min(entries.len())];
    let reply = Reply::json(200, &shown.iter().map(show).collect());
    let last = shown.last().filter(|_| start + shown.len() < entries.len());
    Ok(match last {
        None => reply,
        Some(last) => {
            let size = Some(page.size.to_string());
            let next = address(cx.request, &[("page_token", Some(token(last))), ("per_page", size), ("page", None)]);
            reply.with("link", format!("<{next}>; rel=\"next\""))
        }
    })
}

fn token(entry: &Entry) -> String {
    BASE64URL_NOPAD.encode(json!({ "file_name": entry.path }).to_string().as_bytes())
}

fn show(entry: &Entry) -> Value {
    json!({ "id": entry.id, "name": entry.name(), "type": entry.kind(), "path": entry.path, "mode": entry.mode })
}

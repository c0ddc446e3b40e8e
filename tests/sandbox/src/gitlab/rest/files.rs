//! Files.

use data_encoding::{BASE64, HEXLOWER};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::gitlab::reply::{Answer, Reply};
use crate::gitlab::state::{Context, Stored};

/// A file at a commit.
struct File {
    path: String,
    name: String,
    revision: String,
    commit: String,
    last_commit: String,
    blob: String,
    executable: bool,
    sha256: String,
    content: Vec<u8>,
}

/// `GET` and `HEAD /projects/:id/repository/files/:path`.
pub(super) fn single(cx: &Context<'_>, project: &Stored, path: &str) -> Answer {
    let revision = cx.request.given("ref").ok_or_else(|| Reply::error(400, "ref is missing"))?;
    let file = find(project, path, revision)?;
    if cx.request.method == "HEAD" {
        return Ok(file.headed(Reply::new(200, "application/json", "")));
    }
    let body = json!({
        "file_name": file.name,
        "file_path": file.path,
        "size": file.content.len(),
        "encoding": "base64",
        "content_sha256": file.sha256,
        "ref": file.revision,
        "blob_id": file.blob,
        "commit_id": file.commit,
        "last_commit_id": file.last_commit,
        "execute_filemode": file.executable,
        "content": BASE64.encode(&file.content),
    });
    Ok(file.headed(Reply::json(200, &body)))
}

/// `GET /projects/:id/repository/files/:path/raw`.
pub(super) fn raw(cx: &Context<'_>, project: &Stored, path: &str) -> Answer {
    let file = find(project, path, cx.request.given("ref").unwrap_or("HEAD"))?;
    let reply =
        Reply::new(200, "text/plain; charset=utf-8", file.content.clone()).with("content-disposition", "inline");
    Ok(file.headed(reply))
}

fn find(project: &Stored, path: &str, revision: &str) -> Result<File, Reply> {
    let objects = &project.objects;
    let commit = objects.commit_id(&project.revision(Some(revision)))?.ok_or_else(|| Reply::not_found("Commit"))?;
    let missing = || Reply::not_found("File");
    let entry = objects.entry(&commit, path)?.filter(|entry| entry.kind() == "blob").ok_or_else(missing)?;
    let content = objects.blob(&entry.id)?.ok_or_else(missing)?;
    let last = objects.last_commit(&commit, &entry.path)?;
    let sha256 = HEXLOWER.encode(&Sha256::digest(&content));
    Ok(File {
        name: entry.name().to_owned(),
        executable: entry.mode == "100755",
        path: entry.path,
        revision: revision.to_owned(),
        last_commit: last.map_or_else(|| commit.clone(), |last| last.id),
        commit,
        blob: entry.id,
        sha256,
        content,
    })
}

impl File {
    /// The headers that a HEAD asks for.
    fn headed(&self, reply: Reply) -> Reply {
        reply
            .with("x-gitlab-blob-id", &*self.blob)
            .with("x-gitlab-commit-id", &*self.commit)
            .with("x-gitlab-content-sha256", &*self.sha256)
            .with("x-gitlab-encoding", "base64")
            .with("x-gitlab-execute-filemode", self.executable.to_string())
            .with("x-gitlab-file-name", &*header(&self.name))
            .with("x-gitlab-file-path", &*header(&self.path))
            .with("x-gitlab-last-commit-id", &*self.last_commit)
            .with("x-gitlab-ref", &*header(&self.revision))
            .with("x-gitlab-size", self.content.len().to_string())
    }
}

/// What a header can hold of a name.
fn header(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::CONTROLS).to_string()
}

//! What happens to a project while it is served: a push, an image.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Deserialize;

use crate::Git;
use crate::gitlab::model::{RegistryTag, Repository};
use crate::gitlab::reply::Reply;
use crate::gitlab::server::Server;
use crate::gitlab::state::Stored;

/// A commit on a branch that there is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Commit {
    project: String,
    branch: Option<String>,
    title: String,
    files: BTreeMap<String, String>,
}

/// An image in the project's first container repository.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tag {
    project: String,
    tag: String,
}

/// Makes the commit, a minute after the one before it, and returns its id.
pub(super) fn commit(server: &Server, wanted: &Commit) -> Result<String, Reply> {
    let project = project(server, &wanted.project)?;
    let git = Git::open(&project.data.repository);
    let branch = format!("refs/heads/{}", wanted.branch.as_deref().unwrap_or(project.default_branch()));
    let before: u64 = git.run(&["log", "-1", "--format=%ct", &branch, "--"])?.parse().unwrap_or_default();
    let commit = git.feed(&["fast-import", "--quiet"], |out| write(out, wanted, &branch, before + 60))?;
    Ok(commit)
}

fn write(out: &mut dyn Write, wanted: &Commit, branch: &str, date: u64) -> io::Result<()> {
    writeln!(out, "commit {branch}\nmark :1\ncommitter Ada Example <ada@example.org> {date} +0100")?;
    writeln!(out, "data {}\n{}\nfrom {branch}^0", wanted.title.len(), wanted.title)?;
    for (path, content) in &wanted.files {
        writeln!(out, "M 100644 inline {path}\ndata {}\n{content}", content.len())?;
    }
    writeln!(out, "get-mark :1")
}

/// Lets the image be there.
pub(super) fn tag(server: &Server, wanted: Tag) -> Result<(), Reply> {
    let id = project(server, &wanted.project)?.id;
    server.update(id, |project| {
        if project.images.is_empty() {
            project.images.push(Repository::default());
        }
        project.images[0].tags.push(RegistryTag { name: wanted.tag, ..RegistryTag::default() });
    });
    Ok(())
}

fn project(server: &Server, path: &str) -> Result<Arc<Stored>, Reply> {
    server.state().by_path(path).ok_or_else(|| Reply::error(404, &format!("there is no project {path}")))
}

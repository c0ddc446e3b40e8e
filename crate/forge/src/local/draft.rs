//! Commits that nobody has made yet: what would be if some files were committed.

use gix::objs::Tree;
use gix::objs::tree::{Entry, EntryKind};
use repin::Oid;
use repin::source::SourceError;

use super::{Local, gix_id, oid};

impl Local {
    /// A commit with these files, by their paths, in place of those of `commit`, which is its only parent. Nothing is
    /// written: it is here as long as this source is, and nothing but its id names it.
    ///
    /// # Errors
    /// The commit or its folders cannot be read, or a file has the name of a folder or the other way round.
    pub fn draft(&self, commit: Oid, files: &[(String, Vec<u8>)]) -> Result<Oid, SourceError> {
        let failed = |error| SourceError::failed(format!("{commit} cannot be read with other files"), error);
        let mut repository = self.repository.clone();
        repository.objects.set_object_memory(self.pool.drafts());
        let parent = repository.find_commit(gix_id(commit)).map_err(failed)?;
        let (mut tree, when) = (parent.tree_id().map_err(failed)?.detach(), parent.time().map_err(failed)?.to_string());
        drop(parent);
        for (path, content) in files {
            let blob = repository.write_blob(content).map_err(failed)?.detach();
            tree = with(&repository, Some(tree), path, blob).map_err(failed)?.ok_or_else(|| {
                SourceError::Incomplete(format!("{path} cannot be put into {commit}: something else is in its way"))
            })?;
        }
        let who = gix::actor::SignatureRef { name: "repin".into(), email: "repin@localhost".into(), time: &when };
        let draft = repository.new_commit_as(who, who, "Not committed\n", tree, [gix_id(commit)]).map_err(failed)?.id;
        let draft = oid(draft);
        self.pool.set_drafts(repository.objects.take_object_memory().unwrap_or_default());
        self.history.borrow_mut().use_objects(self.pool.objects());
        self.drafts.borrow_mut().push(draft);
        Ok(draft)
    }
}

/// The tree with this blob at a path; `None` where a file is in the way of a folder, or a folder or a link in that of the file.
fn with(
    repository: &gix::Repository,
    tree: Option<gix::ObjectId>,
    path: &str,
    blob: gix::ObjectId,
) -> Result<Option<gix::ObjectId>, gix::Error> {
    let (name, rest) = path.split_once('/').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let mut entries: Vec<Entry> = Vec::new();
    let mut there = None;
    if let Some(tree) = tree {
        for entry in repository.find_tree(tree)?.iter() {
            let entry = entry?;
            let entry = Entry { mode: entry.mode(), filename: entry.filename().to_owned(), oid: entry.object_id() };
            if entry.filename == name {
                there = Some(entry);
            } else {
                entries.push(entry);
            }
        }
    }
    let (mode, id) = match (rest, &there) {
        (None, Some(there)) if !there.mode.is_blob() => return Ok(None),
        (Some(_), Some(there)) if !there.mode.is_tree() => return Ok(None),
        (None, there) => (there.as_ref().map_or(EntryKind::Blob.into(), |there| there.mode), blob),
        (Some(rest), there) => {
            let below = with(repository, there.as_ref().map(|there| there.oid), rest, blob)?;
            let Some(below) = below else { return Ok(None) };
            (EntryKind::Tree.into(), below)
        }
    };
    entries.push(Entry { mode, filename: name.into(), oid: id });
    entries.sort();
    Ok(Some(repository.write_object(Tree { entries })?.detach()))
}

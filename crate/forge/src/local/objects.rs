//! Objects of a local repository.

use std::collections::HashSet;
use std::sync::Arc;

use gix::objs::Find as _;
use gix::odb::memory::Storage;
use repin::Oid;
use repin::environment::EMPTY_TREE;
use repin::source::SourceError;
use repin::tree::{Mode, Tree, display_path};

use super::deltas::Deltas;
use super::packs::Packs;
use super::{gix_id, oid, oid_of};

/// One thread's view of the repository's objects.
pub(super) struct Objects {
    handle: gix::OdbHandle,
    buffer: Vec<u8>,
    /// Whether missing objects were left out on purpose (a partial clone).
    partial: bool,
    /// For work on many commits: the packs, and what is known of the names looked for last.
    packs: Option<Arc<Packs>>,
    deltas: Vec<Deltas>,
}

/// How many sets of names are kept in mind.
const MAX_SETS: usize = 4;
/// Larger sets are looked for in unpacked folders.
const MAX_NAMES: usize = 24;

/// How much memory each view uses for the bases of deltas.
const DELTA_CACHE: usize = 48 << 20;

impl Objects {
    /// With the objects of `drafts`, which are in memory alone.
    pub(super) fn new(repository: &gix::ThreadSafeRepository, partial: bool, drafts: Storage) -> Self {
        let mut handle = repository.to_thread_local().objects;
        if !drafts.is_empty() {
            handle.set_object_memory(drafts);
        }
        handle.set_pack_cache(|| Box::new(gix::odb::pack::cache::lru::MemoryCappedHashmap::new(DELTA_CACHE)));
        handle.refresh_never();
        Self { handle, buffer: Vec::new(), partial, packs: None, deltas: Vec::new() }
    }

    /// Prepares for work on many commits.
    pub(super) fn use_packs(&mut self, packs: &Arc<Packs>) {
        self.packs.get_or_insert_with(|| Arc::clone(packs));
    }

    /// Looks for names in a root folder without unpacking it, if that can be done.
    fn find_packed(&mut self, tree: Oid, names: &[Vec<u8>], each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Option<()> {
        let packs = self.packs.as_ref().filter(|_| names.len() <= MAX_NAMES)?;
        let at = match self.deltas.iter().position(|deltas| deltas.names() == names) {
            Some(at) => at,
            None => {
                if self.deltas.len() == MAX_SETS {
                    self.deltas.remove(0);
                }
                self.deltas.push(Deltas::new(Arc::clone(packs), names.to_vec()));
                self.deltas.len() - 1
            }
        };
        self.deltas[at].find(tree, each)
    }

    /// The kind and content of an object.
    pub(super) fn get(&mut self, id: Oid, what: &str) -> Result<(gix::objs::Kind, &[u8]), SourceError> {
        let partial = self.partial;
        match self.handle.try_find(&gix_id(id), &mut self.buffer) {
            Ok(Some(data)) => Ok((data.kind, data.data)),
            Ok(None) => Err(missing(id, what, partial)),
            Err(error) => Err(SourceError::failed(format!("{what} {id} cannot be read"), error)),
        }
    }

    /// All commits whose id begins with these digits.
    pub(super) fn commits_with(&mut self, prefix: &str) -> Result<Vec<Oid>, SourceError> {
        let failed = |error| SourceError::failed(format!("objects beginning with {prefix} cannot be looked up"), error);
        let Ok(parsed) = gix::hash::Prefix::from_hex(prefix) else { return Ok(Vec::new()) };
        let mut found = HashSet::new();
        self.handle.lookup_prefix(parsed, Some(&mut found)).map_err(failed)?;
        let mut commits = Vec::new();
        for id in found {
            let header = gix::odb::Header::try_header(&self.handle, &id).map_err(failed)?;
            if header.is_some_and(|header| header.kind() == gix::objs::Kind::Commit) {
                commits.push(oid(id));
            }
        }
        commits.sort_unstable();
        Ok(commits)
    }
}

fn missing(id: Oid, what: &str, partial: bool) -> SourceError {
    if partial {
        SourceError::Incomplete(format!(
            "{what} {id} is not here: this is a partial clone (git fetch --refetch --no-filter brings all)"
        ))
    } else {
        SourceError::Incomplete(format!(
            "{what} {id} is not here: the repository is not complete (git fsck shows what is missing)"
        ))
    }
}

impl Tree for Objects {
    type Error = SourceError;

    fn list(&mut self, path: &[u8], tree: Oid, each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Result<(), SourceError> {
        for entry in self.entries(path, tree)? {
            let (name, mode, oid) = entry.ok_or_else(|| broken(path, tree))?;
            each(name, mode, oid);
        }
        Ok(())
    }

    fn find(
        &mut self,
        path: &[u8],
        tree: Oid,
        names: &[Vec<u8>],
        each: &mut dyn FnMut(&[u8], Mode, Oid),
    ) -> Result<(), SourceError> {
        let Some(last) = names.last() else { return Ok(()) };
        if path.is_empty() && self.find_packed(tree, names, each).is_some() {
            return Ok(());
        }
        for entry in self.entries(path, tree)? {
            let (name, mode, oid) = entry.ok_or_else(|| broken(path, tree))?;
            if names.iter().any(|wanted| wanted == name) {
                each(name, mode, oid);
            } else if name > last.as_slice() && !name.starts_with(last) {
                // Trees are sorted as if folders ended in a slash, so a wanted folder may come after longer names.
                break;
            }
        }
        Ok(())
    }

    fn blob(&mut self, path: &[u8], blob: Oid, limit: usize) -> Result<Option<Vec<u8>>, SourceError> {
        let header = gix::odb::Header::try_header(&self.handle, &gix_id(blob))
            .map_err(|error| SourceError::failed(format!("{} cannot be read", display_path(path)), error))?;
        if header.is_some_and(|header| header.size() > limit as u64) {
            return Ok(None);
        }
        let (_, content) = self.get(blob, &display_path(path))?;
        Ok(Some(content.to_vec()))
    }

    fn too_deep(&self, path: &[u8]) -> SourceError {
        SourceError::Incomplete(format!("folders are nested too deeply to follow at {}", display_path(path)))
    }
}

/// An entry of a tree object: name, mode, id.
type RawEntry<'t> = (&'t [u8], Mode, Oid);

fn broken(path: &[u8], tree: Oid) -> SourceError {
    SourceError::Incomplete(format!("the tree {tree} of the folder `{}` is damaged", display_path(path)))
}

impl Objects {
    /// The entries of a tree; one that is cut off gives `None`.
    fn entries(&mut self, path: &[u8], tree: Oid) -> Result<impl Iterator<Item = Option<RawEntry<'_>>>, SourceError> {
        let mut data: &[u8] = &[];
        if tree != EMPTY_TREE {
            data = match self.get(tree, "the folder")? {
                (gix::objs::Kind::Tree, data) => data,
                _ => return Err(broken(path, tree)),
            };
        }
        Ok(gix::objs::TreeRefIter::from_bytes(data, gix::hash::Kind::Sha1).map(|entry| {
            let entry = entry.ok()?;
            let name: &[u8] = entry.filename;
            Some((name, Mode::canonical(u32::from(entry.mode.value())), oid_of(entry.oid)))
        }))
    }
}

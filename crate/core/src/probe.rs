//! Looking things up in one commit's tree, and remembering what was seen.
//!
//! What a commit's recipe says depends on few facts: these files have this content, these paths exist, this one does
//! not. A [`Probe`] writes them down while the recipe is read; another commit with the same facts has the same recipe,
//! and needs not be read again.

use std::collections::HashMap;
use std::rc::Rc;

use litemap::LiteMap;

use crate::tree::{self, MAX_DEPTH, Mode, Tree, join};
use crate::{Oid, ci};

/// What was seen at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Seen {
    /// Nothing.
    Absent,
    /// Something of this kind; its content was not looked at.
    Kind(Mode),
    /// A file or link whose content was read.
    Content(Mode, Oid),
}

impl Seen {
    pub(crate) fn is_folder(self) -> bool {
        matches!(self, Self::Kind(Mode::TREE))
    }

    pub(crate) fn is_link(self) -> bool {
        matches!(self, Self::Kind(Mode::LINK | Mode::SUBMODULE) | Self::Content(Mode::LINK | Mode::SUBMODULE, _))
    }

    /// Whether an entry (or its absence) is what was seen.
    pub(crate) fn agrees(self, now: Option<(Mode, Oid)>) -> bool {
        match (self, now) {
            (Self::Absent, None) => true,
            (Self::Kind(seen), Some((mode, _))) => kind(seen) == kind(mode),
            (Self::Content(seen, blob), Some((mode, oid))) => kind(seen) == kind(mode) && blob == oid,
            _ => false,
        }
    }
}

/// Modes as far as reading goes: whether a file may be run is no matter.
fn kind(mode: Mode) -> Mode {
    if mode == Mode::EXECUTABLE { Mode::FILE } else { mode }
}

/// The facts that a recipe was read from.
pub(crate) type Facts = LiteMap<Vec<u8>, Seen>;

/// Where a path leads, links followed.
pub(crate) enum End {
    /// To nothing that is tracked.
    Missing,
    /// Into the submodule at this path.
    Submodule(Vec<u8>),
    /// To a file or folder at this path.
    Found(Vec<u8>, Mode, Oid),
}

type Folder = Rc<Vec<(Vec<u8>, Mode, Oid)>>;

/// How many links a path may lead through (Linux's own limit).
const MAX_LINKS: usize = 40;
/// The largest recipe file that is read: 4 MiB.
pub(crate) const MAX_RECIPE: usize = 4 << 20;
/// The longest target of a link.
pub(crate) const MAX_TARGET: usize = 4096;

pub(crate) struct Probe<'t, T: Tree> {
    tree: &'t mut T,
    root: Oid,
    folders: HashMap<Oid, Folder>,
    pub(crate) facts: Facts,
    /// Whether folders were searched: their lists are no facts, so the recipe must be read anew for each commit.
    pub(crate) searched: bool,
}

impl<'t, T: Tree> Probe<'t, T> {
    pub(crate) fn new(tree: &'t mut T, root: Oid) -> Self {
        Self { tree, root, folders: HashMap::new(), facts: Facts::new(), searched: false }
    }

    fn folder(&mut self, path: &[u8], oid: Oid) -> Result<Folder, T::Error> {
        if let Some(folder) = self.folders.get(&oid) {
            return Ok(Rc::clone(folder));
        }
        let mut entries = Vec::new();
        self.tree.list(path, oid, &mut |name, mode, oid| entries.push((name.to_vec(), mode, oid)))?;
        let folder = Rc::new(entries);
        self.folders.insert(oid, Rc::clone(&folder));
        Ok(folder)
    }

    /// The entry at `path`, links not followed, no fact noted.
    fn entry(&mut self, path: &[u8]) -> Result<Option<(Mode, Oid)>, T::Error> {
        let mut at = (Mode::TREE, self.root);
        let mut above = Vec::new();
        if path.is_empty() {
            return Ok(Some(at));
        }
        for name in path.split(|&byte| byte == b'/') {
            if !at.0.is_tree() {
                return Ok(None);
            }
            let found = match self.folders.get(&at.1) {
                Some(folder) => folder.iter().find(|entry| entry.0 == name).map(|entry| (entry.1, entry.2)),
                None => self.tree.entry(&above, at.1, name)?,
            };
            let Some(found) = found else { return Ok(None) };
            at = found;
            above = join(&above, name);
        }
        Ok(Some(at))
    }

    /// A fact about `path`; one about its content is never replaced by one about its kind.
    fn note(&mut self, path: &[u8], seen: Seen) {
        // The root always is a folder.
        if !path.is_empty() {
            let fact = self.facts.entry(path.to_vec()).or_insert(seen);
            if matches!(seen, Seen::Content(..)) {
                *fact = seen;
            }
        }
    }

    /// What is at `path`, links not followed.
    pub(crate) fn look(&mut self, path: &[u8]) -> Result<Option<(Mode, Oid)>, T::Error> {
        let entry = self.entry(path)?;
        self.note(path, entry.map_or(Seen::Absent, |(mode, _)| Seen::Kind(mode)));
        Ok(entry)
    }

    /// The blob at `path`, links not followed, as a fact.
    pub(crate) fn content(&mut self, path: &[u8]) -> Result<Option<Oid>, T::Error> {
        let Some((mode, oid)) = self.look(path)? else { return Ok(None) };
        self.note(path, Seen::Content(mode, oid));
        Ok(matches!(mode, Mode::FILE | Mode::EXECUTABLE).then_some(oid))
    }

    /// Where `path` leads, links followed, and the links on the way.
    pub(crate) fn follow(&mut self, path: &[u8]) -> Result<(Vec<Vec<u8>>, End), T::Error> {
        let mut links = Vec::new();
        let Some(mut path) = tree::normalize(path) else { return Ok((links, End::Missing)) };
        'again: loop {
            if path.is_empty() {
                return Ok((links, End::Found(path, Mode::TREE, self.root)));
            }
            let ends: Vec<usize> = path
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte == b'/')
                .map(|(at, _)| at)
                .chain([path.len()])
                .collect();
            for end in ends {
                let (here, rest) = path.split_at(end);
                match self.look(here)? {
                    None => return Ok((links, End::Missing)),
                    Some((Mode::SUBMODULE, _)) => return Ok((links, End::Submodule(here.to_vec()))),
                    Some((Mode::LINK, oid)) => {
                        self.note(here, Seen::Content(Mode::LINK, oid));
                        let target = self.tree.blob(here, oid, MAX_TARGET)?.unwrap_or_default();
                        let known = links.len();
                        links.push(here.to_vec());
                        let next =
                            link_target(here, &target).and_then(|target| tree::normalize(&join_raw(&target, rest)));
                        match next {
                            Some(next) if known < MAX_LINKS => path = next,
                            _ => return Ok((links, End::Missing)),
                        }
                        continue 'again;
                    }
                    Some((mode, oid)) if rest.is_empty() => return Ok((links, End::Found(here.to_vec(), mode, oid))),
                    Some(_) => {}
                }
            }
            return Ok((links, End::Missing));
        }
    }

    /// The content of the recipe file at `path`, links followed.
    pub(crate) fn read(&mut self, path: &[u8]) -> Result<(Vec<Vec<u8>>, Read), T::Error> {
        let (links, end) = self.follow(path)?;
        let read = match end {
            End::Found(path, mode, oid) if !mode.is_tree() => {
                self.note(&path, Seen::Content(mode, oid));
                match self.tree.blob(&path, oid, MAX_RECIPE)? {
                    Some(content) => Read::File(path, content),
                    None => Read::TooLarge(path),
                }
            }
            _ => Read::Absent,
        };
        Ok((links, read))
    }

    /// The paths of all files below a folder.
    fn files_below(&mut self, folder: &[u8], oid: Oid, depth: usize, found: &mut Vec<Vec<u8>>) -> Result<(), T::Error> {
        if depth > MAX_DEPTH {
            return Err(self.tree.too_deep(folder));
        }
        for (name, mode, oid) in self.folder(folder, oid)?.iter() {
            let path = join(folder, name);
            if mode.is_tree() {
                self.files_below(&path, *oid, depth + 1, found)?;
            } else {
                found.push(path);
            }
        }
        Ok(())
    }
}

/// What reading a recipe file gave.
pub(crate) enum Read {
    /// There is no such file.
    Absent,
    /// It is larger than [`MAX_RECIPE`].
    TooLarge(Vec<u8>),
    /// Its path, links followed, and its content.
    File(Vec<u8>, Vec<u8>),
}

/// Where the link at `path` points to, seen from the root and not yet normalised; `None` if it leads out of the
/// repository.
pub(crate) fn link_target(path: &[u8], target: &[u8]) -> Option<Vec<u8>> {
    if target.is_empty() || target.starts_with(b"/") {
        return None;
    }
    let folder = path.iter().rposition(|&byte| byte == b'/').map_or(&b""[..], |slash| &path[..slash]);
    Some(join(folder, target))
}

fn join_raw(folder: &[u8], rest: &[u8]) -> Vec<u8> {
    let mut path = folder.to_vec();
    if !rest.is_empty() && !rest.starts_with(b"/") {
        path.push(b'/');
    }
    path.extend_from_slice(rest);
    path
}

impl<T: Tree> ci::Files for Probe<'_, T> {
    type Error = T::Error;

    fn read(&mut self, path: &str) -> Result<Option<Vec<u8>>, T::Error> {
        Ok(match self.read(path.as_bytes())?.1 {
            Read::File(_, content) => Some(content),
            // GitLab refuses a configuration of this size as well; the note about an unreadable file says enough.
            Read::TooLarge(_) => Some(Vec::new()),
            Read::Absent => None,
        })
    }

    fn list(&mut self, pattern: &str) -> Result<Vec<String>, T::Error> {
        self.searched = true;
        let wildcard = pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len());
        let folder = pattern[..wildcard].rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut found = Vec::new();
        if let Some((Mode::TREE, oid)) = self.entry(folder.as_bytes())? {
            self.files_below(folder.as_bytes(), oid, 0, &mut found)?;
        }
        let paths = found.into_iter().filter_map(|path| String::from_utf8(path).ok());
        Ok(paths.filter(|path| ci::include_matches(pattern, path)).collect())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

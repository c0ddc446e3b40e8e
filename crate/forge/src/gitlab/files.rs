//! What is known of the files of commits, and the view of it that the core reads.
//!
//! Facts come in two forms: that a path is this file, or no file (GraphQL); and all entries of a folder (REST). Reading
//! what is not known yet is an error that leaves a wish behind; once the wishes are granted, the core reads again.

use litemap::LiteMap;

use repin::tree::{Mode, Tree};
use repin::{Oid, OidMap};
use sha1::{Digest as _, Sha1};

/// Names whose absence shows as well as a folder would: what is no file under them counts for nothing.
const RECIPE_NAMES: [&[u8]; 5] =
    [b".repin.toml", b".dockerignore", b"Dockerfile.dockerignore", b".gitlab-ci.yml", b"Dockerfile"];

/// Something that has to be fetched before a commit can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Wish {
    /// Whether this path is a file, and which.
    File(Vec<u8>),
    /// All entries of the folder at this path, whose tree this is (the root's is not known before).
    Folder(Vec<u8>, Option<Oid>),
    /// The content of the blob at this path.
    Content(Vec<u8>, Oid),
}

/// Why a commit cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    /// Something is not here yet.
    Wish,
    /// Folders are nested too deeply, at this path.
    TooDeep(Vec<u8>),
}

/// Entries of a folder: name, mode, id.
pub(super) type Folder = Vec<(Vec<u8>, Mode, Oid)>;
/// A path, and the file there, if it is one.
pub(super) type KnownFile<'f> = (&'f [u8], Option<(Mode, Oid)>);

/// The facts of one commit.
#[derive(Clone, Debug, Default)]
struct Facts {
    /// Paths that are files, and paths that are none.
    files: LiteMap<Vec<u8>, Option<(Mode, Oid)>>,
    /// Its root tree, where all its entries are known.
    root: Option<Oid>,
}

/// All facts.
#[derive(Debug, Default)]
pub(super) struct Files {
    commits: OidMap<Facts>,
    folders: OidMap<Folder>,
    contents: OidMap<Vec<u8>>,
}

impl Files {
    /// That `path` is this file at `commit`, or none.
    pub(super) fn set_file(&mut self, commit: Oid, path: &[u8], file: Option<(Mode, Oid)>) {
        self.commits.entry(commit).or_default().files.insert(path.to_vec(), file);
    }

    /// What is known of a path; `None` if nothing.
    #[expect(clippy::option_option, reason = "whether it is known, and whether it is a file")]
    pub(super) fn file(&self, commit: Oid, path: &[u8]) -> Option<Option<(Mode, Oid)>> {
        let facts = self.commits.get(&commit)?;
        if let (Some(root), false) = (facts.root, path.contains(&b'/')) {
            let entry = self.folders.get(&root)?.iter().find(|entry| entry.0 == path);
            return Some(entry.map(|entry| (entry.1, entry.2)).filter(|(mode, _)| !mode.is_tree()));
        }
        facts.files.get(path).copied()
    }

    /// The root tree of a commit, where all its entries are known.
    pub(super) fn root(&self, commit: Oid) -> Option<Oid> {
        self.commits.get(&commit)?.root
    }

    /// All entries of a commit's root folder.
    pub(super) fn set_root(&mut self, commit: Oid, entries: Folder) -> Oid {
        let root = tree_id(&entries);
        self.folders.insert(root, entries);
        self.commits.entry(commit).or_default().root = Some(root);
        root
    }

    /// That the root folder of a commit has this tree, whose entries are known.
    pub(super) fn set_known_root(&mut self, commit: Oid, root: Oid) {
        if self.folders.contains_key(&root) {
            self.commits.entry(commit).or_default().root = Some(root);
        }
    }

    /// Of each commit: its root tree, and which paths are files.
    pub(super) fn facts(&self) -> impl Iterator<Item = (Oid, Option<Oid>, impl Iterator<Item = KnownFile<'_>>)> {
        self.commits.iter().map(|(commit, facts)| {
            let files = facts.files.iter().map(|(path, file)| (path.as_slice(), *file));
            (*commit, facts.root, files)
        })
    }

    /// All folders.
    pub(super) fn folders(&self) -> impl Iterator<Item = (Oid, &Folder)> {
        self.folders.iter().map(|(tree, entries)| (*tree, entries))
    }

    /// All contents.
    pub(super) fn contents(&self) -> impl Iterator<Item = (Oid, &Vec<u8>)> {
        self.contents.iter().map(|(blob, content)| (*blob, content))
    }

    /// All entries of a folder.
    pub(super) fn set_folder(&mut self, tree: Oid, entries: Folder) {
        self.folders.insert(tree, entries);
    }

    /// The content of a blob; `false` if it is not that of `oid`.
    pub(super) fn set_content(&mut self, oid: Oid, content: Vec<u8>) -> bool {
        let is_it = blob_id(&content) == oid;
        if is_it {
            self.contents.insert(oid, content);
        }
        is_it
    }

    /// A blob's content.
    pub(super) fn content(&self, oid: Oid) -> Option<&Vec<u8>> {
        self.contents.get(&oid)
    }

    /// Whether all these paths are known at a commit.
    pub(super) fn knows(&self, commit: Oid, paths: &[Vec<u8>]) -> bool {
        paths.iter().all(|path| self.file(commit, path).is_some())
    }
}

/// One commit as a tree. A `trusting` view is for inputs that are known to be single files.
pub(super) struct View<'f> {
    pub(super) files: &'f Files,
    pub(super) commit: Oid,
    pub(super) trusting: bool,
    pub(super) wishes: Vec<Wish>,
}

impl View<'_> {
    fn wish<R>(&mut self, wish: Wish) -> Result<R, Missing> {
        self.wishes.push(wish);
        Err(Missing::Wish)
    }

    fn folder_at(&self, path: &[u8], tree: Oid) -> Option<&Folder> {
        let tree = if path.is_empty() { self.files.root(self.commit).unwrap_or(tree) } else { tree };
        self.files.folders.get(&tree)
    }

    /// What is at a path of which no folder's list tells.
    ///
    /// Where it `may_be_folder`, that it is no file says nothing; a view that is `trusting` takes files below it for
    /// the folder, and their absence for its absence.
    fn by_files(&mut self, path: &[u8], may_be_folder: bool, trusting: bool) -> Result<Option<(Mode, Oid)>, Missing> {
        let facts = self.files.commits.get(&self.commit);
        let known = facts.and_then(|facts| facts.files.get(path).copied());
        if let Some(Some(file)) = known {
            return Ok(Some(file));
        }
        let prefix = [path, b"/"].concat();
        let below = facts.map_or(&[][..], |facts| {
            let (Ok(at) | Err(at)) = facts.files.find_index(&prefix);
            facts.files.as_slice().get(at..).unwrap_or_default()
        });
        let is_folder = below.iter().take_while(|(path, _)| path.starts_with(&prefix)).any(|(_, file)| file.is_some());
        if is_folder && trusting {
            return Ok(Some((Mode::TREE, stand_in(self.commit, path))));
        }
        let asked_below = below.first().is_some_and(|(path, _)| path.starts_with(&prefix));
        match known {
            Some(_) if !may_be_folder => Ok(None),
            None if asked_below && trusting => Ok(None),
            None if !may_be_folder => self.wish(Wish::File(path.to_vec())),
            _ => self.wish(Wish::Folder(Vec::new(), None)),
        }
    }

    /// That the folder at `path` has to be listed.
    fn list_wish(&mut self, path: &[u8], tree: Oid) -> Wish {
        if path.is_empty() {
            Wish::Folder(Vec::new(), None)
        } else if tree == stand_in(self.commit, path) {
            // Its true id is in the list of the folder that it lies in.
            Wish::Folder(Vec::new(), None)
        } else {
            Wish::Folder(path.to_vec(), Some(tree))
        }
    }
}

impl Tree for View<'_> {
    type Error = Missing;

    fn list(&mut self, path: &[u8], tree: Oid, each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Result<(), Missing> {
        match self.folder_at(path, tree) {
            Some(folder) => {
                for (name, mode, oid) in folder {
                    each(name, *mode, *oid);
                }
                Ok(())
            }
            None => {
                let wish = self.list_wish(path, tree);
                self.wish(wish)
            }
        }
    }

    fn find(
        &mut self,
        path: &[u8],
        tree: Oid,
        names: &[Vec<u8>],
        each: &mut dyn FnMut(&[u8], Mode, Oid),
    ) -> Result<(), Missing> {
        if let Some(folder) = self.folder_at(path, tree) {
            let wanted = |name: &[u8]| names.binary_search_by(|wanted| wanted.as_slice().cmp(name)).is_ok();
            folder.iter().filter(|entry| wanted(&entry.0)).for_each(|(name, mode, oid)| each(name, *mode, *oid));
            return Ok(());
        }
        if !path.is_empty() && tree != stand_in(self.commit, path) {
            return self.wish(Wish::Folder(path.to_vec(), Some(tree)));
        }
        // All wishes at once: each round of them costs a request.
        let mut missing = Ok(());
        for name in names {
            match self.by_files(&join(path, name), false, self.trusting) {
                Ok(Some((mode, oid))) => each(name, mode, oid),
                Ok(None) => {}
                Err(error) => missing = Err(error),
            }
        }
        missing
    }

    fn entry(&mut self, path: &[u8], tree: Oid, name: &[u8]) -> Result<Option<(Mode, Oid)>, Missing> {
        if let Some(folder) = self.folder_at(path, tree) {
            return Ok(folder.iter().find(|entry| entry.0 == name).map(|entry| (entry.1, entry.2)));
        }
        if !path.is_empty() && tree != stand_in(self.commit, path) {
            return self.wish(Wish::Folder(path.to_vec(), Some(tree)));
        }
        let is_recipe = path.is_empty() && RECIPE_NAMES.contains(&name);
        self.by_files(&join(path, name), !is_recipe, false)
    }

    fn blob(&mut self, path: &[u8], blob: Oid, limit: usize) -> Result<Option<Vec<u8>>, Missing> {
        match self.files.contents.get(&blob) {
            Some(content) if content.len() > limit => Ok(None),
            Some(content) => Ok(Some(content.clone())),
            None => self.wish(Wish::Content(path.to_vec(), blob)),
        }
    }

    fn too_deep(&self, path: &[u8]) -> Missing {
        Missing::TooDeep(path.to_vec())
    }
}

fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() { name.to_vec() } else { [folder, b"/", name].concat() }
}

/// An id for a folder whose tree is not known; no tree has it.
fn stand_in(commit: Oid, path: &[u8]) -> Oid {
    if path.is_empty() { commit } else { digest(&[b"folder ", commit.as_bytes(), path]) }
}

fn digest(parts: &[&[u8]]) -> Oid {
    let mut hash = Sha1::new();
    for part in parts {
        hash.update(part);
    }
    Oid::new(hash.finalize().into())
}

/// The id that git gives to a blob.
fn blob_id(content: &[u8]) -> Oid {
    digest(&[format!("blob {}\0", content.len()).as_bytes(), content])
}

/// The id that git gives to a tree.
fn tree_id(entries: &[(Vec<u8>, Mode, Oid)]) -> Oid {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_key(|(name, mode, _)| if mode.is_tree() { [name.as_slice(), b"/"].concat() } else { name.clone() });
    let mut body = Vec::new();
    for (name, mode, oid) in sorted {
        // git writes modes without leading zeros.
        body.extend_from_slice(mode.to_string().trim_start_matches('0').as_bytes());
        body.push(b' ');
        body.extend_from_slice(name);
        body.push(0);
        body.extend_from_slice(oid.as_bytes());
    }
    digest(&[format!("tree {}\0", body.len()).as_bytes(), &body])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_gits() {
        assert_eq!(blob_id(b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(tree_id(&[]).to_string(), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
        // `git mktree` of an empty file `a`, and of an empty folder `a.d`.
        let entries = vec![(b"a".to_vec(), Mode::TREE, tree_id(&[])), (b"a.d".to_vec(), Mode::FILE, blob_id(b""))];
        assert_eq!(tree_id(&entries).to_string(), "d364947e610c03c728e42aa067fa6f384b8a9222");
    }
}

//! Notes on commits, below [`NOTES_REF`].
//!
//! A notes ref is a history of trees. In such a tree a file whose path is a commit's 40 digits is that commit's note; the
//! digits may be split into folders of two ("fan-out"), which git does as it likes once there are many. Every other file is
//! no note and stays (git's notes.c, `load_subtree`).

use std::collections::BTreeMap;

use gix::objs::tree::{Entry, EntryKind, EntryMode};
use gix::refs::transaction::{Change, LogChange, PreviousValue, RefEdit};
use gix::refs::{FullName, Target};
use repin::Oid;
use repin::note::{NOTES_REF, Note, Notes, add, join};
use repin::source::SourceError;

use super::Local;

/// A larger note is none of ours.
const MAX_NOTE: u64 = 1 << 20;
/// Trees that git makes have at most 19 folders in each other.
const DEEPEST: usize = 20;
/// As many names as a folder of notes has before they are split into folders of two digits.
const FULL: usize = 256;
/// How often somebody else may be faster.
const TRIES: usize = 100;

/// What became of notes that were to be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Lines that were not there.
    pub added: usize,
    /// Lines that were there already.
    pub unchanged: usize,
}

/// The files of a notes tree.
#[derive(Default)]
struct Files {
    /// The blobs of each commit's note: one, unless the tree was made by something else than git.
    notes: BTreeMap<Oid, Vec<gix::ObjectId>>,
    /// What is no note, by its path.
    others: Folder,
}

/// A folder to be written.
#[derive(Default)]
struct Folder(BTreeMap<Vec<u8>, Node>);

enum Node {
    Entry(EntryMode, gix::ObjectId),
    Folder(Folder),
}

impl Local {
    /// All notes on commits. None where the repository has no such ref.
    ///
    /// # Errors
    /// The ref or its objects cannot be read.
    pub fn notes(&self) -> Result<Notes, SourceError> {
        let Some(tip) = self.notes_tip()? else { return Ok(Notes::default()) };
        let files = self.note_files(Some(tip))?;
        let mut notes = Vec::new();
        for (commit, blobs) in files.notes {
            for blob in blobs {
                // What is too large is no note of ours.
                let text = self.note_text(blob)?.unwrap_or_default();
                notes.extend(Note::parse_all(&text).into_iter().map(|note| (commit, note)));
            }
        }
        Ok(notes.into_iter().collect())
    }

    /// Adds lines to the notes of commits. Lines that are there already are not written again, and everything else in the
    /// notes stays. Whoever writes at the same time loses nothing: the ref moves only from what was read.
    ///
    /// # Errors
    /// A commit is not here, or the repository cannot be read or written.
    pub fn write_notes(&self, notes: &[(Oid, Note)]) -> Result<Written, SourceError> {
        for (commit, _) in notes {
            self.describe(*commit, None)?;
        }
        let mut of: BTreeMap<Oid, Vec<&Note>> = BTreeMap::new();
        for (commit, note) in notes {
            let lines = of.entry(*commit).or_default();
            if !lines.contains(&note) {
                lines.push(note);
            }
        }
        for _ in 0..TRIES {
            let tip = self.notes_tip()?;
            let mut files = self.note_files(tip)?;
            let mut written = Written::default();
            for (commit, lines) in &of {
                let added = self.add_to(&mut files, *commit, lines)?;
                written.added += added;
                written.unchanged += lines.len() - added;
            }
            if written.added == 0 || self.move_notes(tip, files)? {
                self.image_notes.take();
                return Ok(written);
            }
        }
        let what = format!("{NOTES_REF} was changed by somebody else each time that it was to be written; try again");
        Err(SourceError::Incomplete(what))
    }

    /// The commit that the ref of the notes points to.
    fn notes_tip(&self) -> Result<Option<gix::ObjectId>, SourceError> {
        let failed = |error: gix::Error| SourceError::failed(format!("{NOTES_REF} cannot be read"), error);
        let Some(mut reference) = self.repository.try_find_reference(NOTES_REF).map_err(failed)? else {
            return Ok(None);
        };
        Ok(Some(reference.peel_to_commit().map_err(failed)?.id))
    }

    fn note_files(&self, tip: Option<gix::ObjectId>) -> Result<Files, SourceError> {
        let mut files = Files::default();
        let Some(tip) = tip else { return Ok(files) };
        let commit = self.repository.find_commit(tip).map_err(unreadable)?;
        let root = commit.tree_id().map_err(unreadable)?.detach();
        self.look_into(root, "", &mut Vec::new(), &mut files)?;
        Ok(files)
    }

    /// Collects what is in a folder; `digits` are those of the folders that it is in, `path` their names.
    fn look_into(
        &self,
        tree: gix::ObjectId,
        digits: &str,
        path: &mut Vec<Vec<u8>>,
        files: &mut Files,
    ) -> Result<(), SourceError> {
        let tree = self.repository.find_tree(tree).map_err(unreadable)?;
        for entry in tree.iter() {
            let entry = entry.map_err(unreadable)?;
            let name = str::from_utf8(entry.filename()).unwrap_or_default();
            let is_hex = !name.is_empty() && name.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
            let whole = format!("{digits}{name}");
            let (mode, id) = (entry.mode(), entry.object_id());
            match whole.parse::<Oid>() {
                Ok(commit) if is_hex && mode.is_blob() => files.notes.entry(commit).or_default().push(id),
                _ if is_hex && mode.is_tree() && name.len() == 2 && whole.len() < 40 && path.len() < DEEPEST => {
                    path.push(name.as_bytes().to_vec());
                    self.look_into(id, &whole, path, files)?;
                    path.pop();
                }
                _ => {
                    if let Some(folder) = files.others.folder(path) {
                        folder.0.insert(entry.filename().to_vec(), Node::Entry(mode, id));
                    }
                }
            }
        }
        Ok(())
    }

    /// The text of a note; `None` where it is too large for one of ours.
    fn note_text(&self, blob: gix::ObjectId) -> Result<Option<Vec<u8>>, SourceError> {
        if self.repository.find_header(blob).map_err(unreadable)?.size() > MAX_NOTE {
            return Ok(None);
        }
        Ok(Some(self.repository.find_object(blob).map_err(unreadable)?.detach().data))
    }

    /// Adds the lines to a commit's note, and says how many were not there.
    fn add_to(&self, files: &mut Files, commit: Oid, lines: &[&Note]) -> Result<usize, SourceError> {
        let blobs = files.notes.entry(commit).or_default();
        let mut text = Vec::new();
        for blob in blobs.iter() {
            let more = self.note_text(*blob)?.ok_or_else(|| {
                SourceError::Incomplete(format!(
                    "the note of {commit} below {NOTES_REF} has more than {MAX_NOTE} bytes, and is not added to"
                ))
            })?;
            join(&mut text, &more);
        }
        let added = lines.iter().filter(|line| add(&mut text, line)).count();
        if added > 0 {
            *blobs = vec![self.repository.write_blob(text).map_err(unwritable)?.detach()];
        }
        Ok(added)
    }

    /// Writes the tree and its commit, and moves the ref to it; `false` if the ref is no longer where it was read.
    fn move_notes(&self, tip: Option<gix::ObjectId>, files: Files) -> Result<bool, SourceError> {
        let Files { notes, others } = files;
        let mut root = others;
        let folders = usize::from(notes.len() > FULL) + usize::from(notes.len() > FULL * FULL);
        for (commit, blobs) in notes {
            let digits = commit.to_string();
            let (split, name) = digits.split_at(2 * folders);
            let path: Vec<Vec<u8>> = split.as_bytes().chunks(2).map(<[u8]>::to_vec).collect();
            let note = Node::Entry(EntryKind::Blob.into(), self.one(&blobs)?);
            match root.folder(&path) {
                Some(folder) => folder.0.insert(name.as_bytes().to_vec(), note),
                // A file that is no note has the folder's name.
                None => root.0.insert(digits.into_bytes(), note),
            };
        }
        let tree = self.write_folder(&root)?;
        let now = gix::date::Time::now_local_or_utc().to_string();
        let committer = match self.repository.committer() {
            Some(known) => known.map_err(unwritable)?,
            // A CI job has no name of its own, and its notes are worth as much.
            None => gix::actor::SignatureRef { name: "repin".into(), email: "repin@localhost".into(), time: &now },
        };
        let commit = self
            .repository
            .new_commit_as(committer, committer, "Notes added by 'repin'\n", tree, tip)
            .map_err(unwritable)?
            .id;
        let expected = match tip {
            Some(tip) => PreviousValue::MustExistAndMatch(Target::Object(tip)),
            None => PreviousValue::MustNotExist,
        };
        let log = LogChange { message: "notes: Notes added by 'repin'".into(), ..LogChange::default() };
        let name = FullName::try_from(NOTES_REF).map_err(unwritable)?;
        let change = Change::Update { log, expected, new: Target::Object(commit) };
        match self.repository.edit_references_as([RefEdit { change, name, deref: true }], Some(committer)) {
            Ok(_) => Ok(true),
            Err(_) if self.notes_tip()? != tip => Ok(false),
            Err(error) => Err(unwritable(error)),
        }
    }

    /// One blob that has what all of these have.
    fn one(&self, blobs: &[gix::ObjectId]) -> Result<gix::ObjectId, SourceError> {
        if let [only] = blobs {
            return Ok(*only);
        }
        let mut text = Vec::new();
        for blob in blobs {
            join(&mut text, &self.repository.find_object(*blob).map_err(unreadable)?.data);
        }
        Ok(self.repository.write_blob(text).map_err(unwritable)?.detach())
    }

    fn write_folder(&self, folder: &Folder) -> Result<gix::ObjectId, SourceError> {
        let mut entries = Vec::with_capacity(folder.0.len());
        for (name, node) in &folder.0 {
            let (mode, oid) = match node {
                Node::Entry(mode, id) => (*mode, *id),
                Node::Folder(folder) => (EntryKind::Tree.into(), self.write_folder(folder)?),
            };
            entries.push(Entry { mode, filename: name.clone().into(), oid });
        }
        entries.sort();
        Ok(self.repository.write_object(gix::objs::Tree { entries }).map_err(unwritable)?.detach())
    }
}

impl Folder {
    /// The folder at a path below this one; `None` where a file is in the way.
    fn folder(&mut self, path: &[Vec<u8>]) -> Option<&mut Self> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match self.0.entry(first.clone()).or_insert_with(|| Node::Folder(Self::default())) {
            Node::Folder(folder) => folder.folder(rest),
            Node::Entry(..) => None,
        }
    }
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SourceError {
    SourceError::failed(format!("the notes below {NOTES_REF} cannot be read"), error)
}

fn unwritable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SourceError {
    SourceError::failed(format!("the notes below {NOTES_REF} cannot be written"), error)
}

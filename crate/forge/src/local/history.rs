//! Commits of a local repository, each read once.

use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;

use gix::bstr::ByteSlice as _;
use repin::graph::{Graph, Links};
use repin::source::{Commit, SourceError};
use repin::{Oid, OidMap, OidSet};

use super::objects::Objects;
use super::oid;
use super::packs::Packs;
use super::pool::Progress;

/// The longest title that is kept.
const MAX_TITLE: usize = 1000;

/// All commits read so far, in arrays: a history can have a million of them.
pub(super) struct History {
    objects: Objects,
    packs: Arc<Packs>,
    inflate: gix::zlib::Inflate,
    edge: Arc<OidSet>,
    pub(super) progress: Option<Progress>,
    index: OidMap<u32>,
    ids: Vec<Oid>,
    trees: Vec<Oid>,
    dates: Vec<gix::date::Time>,
    parents: Vec<Oid>,
    parents_end: Vec<u32>,
    titles: Vec<u8>,
    titles_end: Vec<u32>,
}

impl History {
    pub(super) fn new(objects: Objects, packs: Arc<Packs>, edge: Arc<OidSet>) -> Self {
        Self {
            objects,
            packs,
            inflate: gix::zlib::Inflate::default(),
            edge,
            progress: None,
            index: OidMap::default(),
            ids: Vec::new(),
            trees: Vec::new(),
            dates: Vec::new(),
            parents: Vec::new(),
            parents_end: Vec::new(),
            titles: Vec::new(),
            titles_end: Vec::new(),
        }
    }

    /// Reads what it does not know yet from another view.
    pub(super) fn use_objects(&mut self, objects: Objects) {
        self.objects = objects;
    }

    /// Where a commit is, reading it if need be.
    pub(super) fn at(&mut self, id: Oid) -> Result<usize, SourceError> {
        if let Some(&at) = self.index.get(&id) {
            return Ok(at as usize);
        }
        let mut head = [0; HEAD];
        let head = self.packs.commit_head(id, &mut self.inflate, &mut head).and_then(|head| parse(head, true));
        let commit = match head {
            Some(commit) => commit,
            None => match self.objects.get(id, "the commit")? {
                (gix::objs::Kind::Commit, data) => parse(data, false),
                _ => None,
            }
            .ok_or_else(|| SourceError::Incomplete(format!("the commit {id} is damaged")))?,
        };
        self.titles.extend_from_slice(&commit.title);
        if !self.edge.contains(&id) {
            self.parents.extend(commit.parents);
        }
        self.titles_end.push(position(self.titles.len()));
        self.parents_end.push(position(self.parents.len()));
        self.ids.push(id);
        self.trees.push(commit.tree);
        self.dates.push(commit.date);
        let at = self.ids.len() - 1;
        self.index.insert(id, position(at));
        if at % 4096 == 4095
            && let Some(progress) = &self.progress
        {
            progress("reading commits", at + 1, None);
        }
        Ok(at)
    }

    pub(super) fn tree(&self, at: usize) -> Oid {
        self.trees[at]
    }

    pub(super) fn links(&self, at: usize) -> Links {
        Links {
            parents: self.parents[range(&self.parents_end, at)].to_vec(),
            seconds: self.dates[at].seconds,
            cut: self.edge.contains(&self.ids[at]),
        }
    }

    pub(super) fn commit(&self, at: usize, branch: Option<String>) -> Commit {
        let title = String::from_utf8_lossy(&self.titles[range(&self.titles_end, at)]).into_owned();
        let date = self.dates[at].format(gix::date::time::format::ISO8601_STRICT);
        Commit {
            id: self.ids[at],
            parents: self.parents[range(&self.parents_end, at)].to_vec(),
            title,
            seconds: self.dates[at].seconds,
            date: date.unwrap_or_default(),
            branch,
        }
    }

    /// The history of `tips`: all of it, or at least the `limit` newest commits.
    pub(super) fn graph(&mut self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        let mut met = OidSet::default();
        let mut queue = BinaryHeap::new();
        let mut found = Vec::new();
        for &tip in tips {
            if met.insert(tip) {
                let at = self.at(tip)?;
                queue.push((self.dates[at].seconds, tip));
            }
        }
        while let Some((_, id)) = queue.pop() {
            if limit.is_some_and(|limit| found.len() >= limit) {
                break;
            }
            let at = self.at(id)?;
            let links = self.links(at);
            for &parent in &links.parents {
                if met.insert(parent) {
                    let at = self.at(parent)?;
                    queue.push((self.dates[at].seconds, parent));
                }
            }
            found.push((id, links));
        }
        Ok(Graph::new(&found))
    }
}

/// As much of a commit as is read at first: its fields, and the title of most.
const HEAD: usize = 640;

/// What is kept of a commit.
struct Parsed {
    tree: Oid,
    parents: Vec<Oid>,
    date: gix::date::Time,
    title: Vec<u8>,
}

/// Reads a commit object, or the beginning of one; `None` if it is damaged, or ends before the title does.
fn parse(object: &[u8], cut: bool) -> Option<Parsed> {
    let mut fields = gix::objs::CommitRefIter::from_bytes(object, gix::hash::Kind::Sha1);
    let tree = oid(fields.tree_id().ok()?);
    // A date that cannot be read counts as 1970, as in git.
    let date = fields.committer().ok()?.time().unwrap_or_default();
    let message = object.find(b"\n\n").map_or(&b""[..], |end| &object[end + 2..]).trim_start();
    if cut && !message.contains(&b'\n') {
        return None;
    }
    let title = message.lines().next().unwrap_or_default().trim_ascii_end();
    let title = title.get(..MAX_TITLE).unwrap_or(title).to_vec();
    Some(Parsed { tree, parents: fields.parent_ids().map(oid).collect(), date, title })
}

fn range(ends: &[u32], at: usize) -> Range<usize> {
    let start = if at == 0 { 0 } else { ends[at - 1] as usize };
    start..ends[at] as usize
}

fn position(at: usize) -> u32 {
    u32::try_from(at).expect("the parents and titles of a history fit into 4 GiB")
}

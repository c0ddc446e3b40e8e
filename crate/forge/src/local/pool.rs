//! Work on many commits, on all processors.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use gix::odb::memory::Storage;
use repin::Oid;
use repin::environment::{Environments, Snapshot};
use repin::inputs::Spec;
use repin::source::SourceError;
use repin::tree::Entry;

use super::objects::Objects;
use super::packs::Packs;
use super::{Worker, lock};

/// Is told what is done, how much of it, and how much there is in all, where that is known.
pub type Progress = Arc<dyn Fn(&str, usize, Option<usize>) + Send + Sync>;

/// Each thread takes about so many pieces of the work. Neighbours share most of their folders, and what one thread has
/// learnt of them the other would learn again: few pieces, but enough that none waits long for the other.
const PIECES: usize = 4;
/// How often progress is told.
const STEP: usize = 256;
/// Fewer trees than that are not worth a second thread.
const WORTH_A_THREAD: usize = 512;

/// Where in the work it begins, and its results.
type Piece = (usize, Vec<Snapshot>);

pub(super) struct Pool {
    repository: gix::ThreadSafeRepository,
    partial: bool,
    idle: Mutex<Vec<Worker>>,
    packs: Arc<Packs>,
    /// Specs seen, so that workers can name them.
    specs: Mutex<Vec<Arc<Spec>>>,
    /// Objects that are in memory alone.
    drafts: Mutex<Storage>,
    pub(super) progress: Option<Progress>,
}

impl Pool {
    pub(super) fn new(repository: gix::ThreadSafeRepository, partial: bool) -> Self {
        let packs = Arc::new(Packs::open(repository.objects_dir()));
        let (idle, specs, drafts) = Default::default();
        Self { repository, partial, idle, packs, specs, drafts, progress: None }
    }

    /// The repository's packs.
    pub(super) fn packs(&self) -> Arc<Packs> {
        Arc::clone(&self.packs)
    }

    /// A new view of the repository's objects.
    pub(super) fn objects(&self) -> Objects {
        Objects::new(&self.repository, self.partial, self.drafts())
    }

    /// The objects that are in memory alone.
    pub(super) fn drafts(&self) -> Storage {
        lock(&self.drafts).clone()
    }

    /// Those that each new view has from now on.
    pub(super) fn set_drafts(&self, drafts: Storage) {
        *lock(&self.drafts) = drafts;
        lock(&self.idle).clear();
    }

    fn number(&self, spec: &Arc<Spec>) -> usize {
        let mut specs = lock(&self.specs);
        if let Some(known) = specs.iter().position(|known| known == spec) {
            return known;
        }
        specs.push(Arc::clone(spec));
        specs.len() - 1
    }

    fn with_worker<R>(&self, spec: &Arc<Spec>, work: impl FnOnce(&mut Objects, &mut Environments) -> R) -> R {
        let number = self.number(spec);
        let idle = lock(&self.idle).pop();
        let mut worker = idle.unwrap_or_else(|| Worker { objects: self.objects(), environments: HashMap::new() });
        let environments = worker.environments.entry(number).or_insert_with(|| Environments::new(Arc::clone(spec)));
        let result = work(&mut worker.objects, environments);
        lock(&self.idle).push(worker);
        result
    }

    pub(super) fn files(&self, spec: &Arc<Spec>, tree: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        self.with_worker(spec, |objects, environments| match environments.files(objects, tree) {
            Err(SourceError::Incomplete(why)) => Ok((Snapshot::unseen(spec, why), Vec::new())),
            other => other,
        })
    }

    pub(super) fn snapshots(&self, spec: &Arc<Spec>, trees: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        let threads = if trees.len() < WORTH_A_THREAD { 1 } else { threads };
        let size = trees.len().div_ceil(threads * PIECES).max(1);
        let packs = (trees.len() >= WORTH_A_THREAD).then_some(&self.packs);
        let next = AtomicUsize::new(0);
        let done = AtomicUsize::new(0);
        let work = || {
            self.with_worker(spec, |objects, environments| {
                if let Some(packs) = packs {
                    objects.use_packs(packs);
                }
                let mut pieces = Vec::new();
                loop {
                    let start = next.fetch_add(size, Ordering::Relaxed);
                    let Some(piece) = trees.get(start..trees.len().min(start + size)).filter(|piece| !piece.is_empty())
                    else {
                        return Ok(pieces);
                    };
                    let mut look = |tree: &Oid| match environments.at(objects, *tree) {
                        Err(SourceError::Incomplete(why)) => Ok(Snapshot::unseen(spec, why)),
                        other => other,
                    };
                    let mut snapshots = Vec::with_capacity(piece.len());
                    for step in piece.chunks(STEP) {
                        for tree in step {
                            snapshots.push(look(tree)?);
                        }
                        if let Some(progress) = &self.progress {
                            let done = done.fetch_add(step.len(), Ordering::Relaxed) + step.len();
                            progress("comparing image inputs", done, Some(trees.len()));
                        }
                    }
                    pieces.push((start, snapshots));
                }
            })
        };
        let results: Vec<Result<Vec<Piece>, SourceError>> = if threads <= 1 {
            vec![work()]
        } else {
            std::thread::scope(|scope| {
                let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
                handles
                    .into_iter()
                    .map(|handle| {
                        handle.join().unwrap_or_else(|_| {
                            Err(SourceError::Incomplete("a thread that compared image inputs stopped".to_owned()))
                        })
                    })
                    .collect()
            })
        };
        let mut pieces = Vec::new();
        for result in results {
            pieces.extend(result?);
        }
        pieces.sort_unstable_by_key(|(start, _)| *start);
        Ok(pieces.into_iter().flat_map(|(_, snapshots)| snapshots).collect())
    }
}

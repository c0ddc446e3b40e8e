//! The texts without a wildcard: paths to look up, however many there are.

/// A list of paths.
#[derive(Clone, Debug, Default)]
pub(super) struct Literals {
    /// In the order of the patterns, each once.
    paths: Vec<String>,
    /// Their order by bytes.
    sorted: Vec<usize>,
    /// Which lengths they have, modulo 64, one bit each: most other paths end at this.
    lengths: u64,
}

impl Literals {
    pub(super) fn new(mut paths: Vec<String>) -> Literals {
        let mut seen = std::collections::HashSet::new();
        paths.retain(|path| seen.insert(path.clone()));
        let mut sorted: Vec<usize> = (0..paths.len()).collect();
        sorted.sort_unstable_by_key(|&at| &paths[at]);
        let lengths = paths.iter().fold(0, |lengths, path| lengths | length_bit(path.as_bytes()));
        Literals { paths, sorted, lengths }
    }

    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    pub(super) fn contains(&self, path: &[u8]) -> bool {
        self.lengths & length_bit(path) != 0
            && self.sorted.binary_search_by(|&at| self.paths[at].as_bytes().cmp(path)).is_ok()
    }

    /// Whether a path begins with `dir/`; with an empty `dir`, whether there is one.
    pub(super) fn any_below(&self, dir: &[u8]) -> bool {
        if dir.is_empty() {
            return !self.paths.is_empty();
        }
        // Those that begin with `dir/` follow each other, from the first that is not before it.
        let first = self.sorted.partition_point(|&at| self.paths[at].bytes().lt(dir.iter().copied().chain([b'/'])));
        self.sorted
            .get(first)
            .is_some_and(|&at| self.paths[at].as_bytes().strip_prefix(dir).is_some_and(|rest| rest.starts_with(b"/")))
    }
}

fn length_bit(path: &[u8]) -> u64 {
    1 << (path.len() % 64)
}

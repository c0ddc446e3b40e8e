//! A few names in the root folders of many commits, mostly without unpacking the folders.
//!
//! In a pack, the root folder of a commit is nearly always stored as its difference from the root folder of a
//! neighbour: a list of ranges to copy from there, and some bytes that are new. Where a copied range holds a whole
//! entry of the neighbour's folder, the folder has that very entry. So, once the places of the wanted entries are
//! known in one folder, a glance at the difference tells them for the next; only where a wanted entry lies in no
//! copied range is the folder unpacked. That a name is absent is known the same way: the two entries between which it
//! would stand were copied together.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use gix::odb::pack::cache::lru::MemoryCappedHashmap;
use gix::odb::pack::data::entry::Header;
use repin::Oid;
use repin::tree::Mode;

use super::oid_of;
use super::packs::{Packs, Place};

/// What is known of a name in a folder.
#[derive(Clone)]
struct Known {
    /// What is there.
    entry: Option<(Mode, Oid)>,
    /// The bytes of the folder that prove it: the entry, or the entries on both sides of where the name would stand
    /// as a file, and as a folder. Each begins one entry earlier: wherever its bytes come to stand, the NUL and the id
    /// of that entry end where an entry ends, so that what follows is an entry and no part of a file's name.
    proof: [Range<u32>; 2],
}

/// Looks for one set of names.
pub(super) struct Deltas {
    packs: Arc<Packs>,
    names: Vec<Vec<u8>>,
    known: HashMap<Place, (u32, Box<[Known]>)>,
    inflate: gix::zlib::Inflate,
    cache: MemoryCappedHashmap,
    buffer: Vec<u8>,
}

/// How many folders are remembered before all are forgotten.
const MAX_REMEMBERED: usize = 200_000;
/// Longer chains of differences are read in the ordinary way.
const MAX_CHAIN: usize = 5_000;
/// Larger differences are as well: they are worth no glance.
const MAX_DELTA: u64 = 1 << 20;
/// As are larger folders.
const MAX_FOLDER: u64 = 64 << 20;
/// How much memory is used for unpacked folders.
const CACHE: usize = 32 << 20;

impl Deltas {
    /// For these names, which are sorted.
    pub(super) fn new(packs: Arc<Packs>, names: Vec<Vec<u8>>) -> Self {
        Self {
            packs,
            names,
            known: HashMap::new(),
            inflate: gix::zlib::Inflate::default(),
            cache: MemoryCappedHashmap::new(CACHE),
            buffer: Vec::new(),
        }
    }

    pub(super) fn names(&self) -> &[Vec<u8>] {
        &self.names
    }

    /// Calls `each` with the entries that the folder has of the names. `None`: it must be read in the ordinary way.
    pub(super) fn find(&mut self, tree: Oid, each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Option<()> {
        let place = self.packs.find(tree)?;
        self.learn(place)?;
        let (_, known) = self.known.get(&place)?;
        for (name, known) in self.names.iter().zip(known) {
            if let Some((mode, oid)) = known.entry {
                each(name, mode, oid);
            }
        }
        Some(())
    }

    fn learn(&mut self, place: Place) -> Option<()> {
        if self.known.len() > MAX_REMEMBERED {
            self.known.clear();
        }
        // From the folder back to one that is known or not a difference, and then forward again.
        let mut chain = Vec::new();
        let mut at = place;
        while !self.known.contains_key(&at) {
            if chain.len() > MAX_CHAIN {
                return None;
            }
            let bundle = self.packs.0.get(at.pack as usize)?;
            let entry = bundle.pack.entry(at.offset).ok()?;
            let base = match entry.header {
                Header::Tree => None,
                Header::OfsDelta { base_distance } => Some(entry.checked_base_pack_offset(base_distance)?),
                Header::RefDelta { base_id } => Some(bundle.index.pack_offset_at_index(bundle.index.lookup(base_id)?)),
                _ => return None,
            };
            chain.push((at, base));
            match base {
                Some(offset) => at.offset = offset,
                None => break,
            }
        }
        while let Some((at, base)) = chain.pop() {
            let carried = base.and_then(|offset| self.carry(Place { offset, ..at }, at));
            let learned = match carried {
                Some(learned) => learned,
                None => self.read(at)?,
            };
            self.known.insert(at, learned);
        }
        Some(())
    }

    /// What is known of `at` from what is known of its base, if the difference leaves all proofs whole.
    fn carry(&mut self, base: Place, at: Place) -> Option<(u32, Box<[Known]>)> {
        let bundle = self.packs.0.get(at.pack as usize)?;
        let entry = bundle.pack.entry(at.offset).ok()?;
        if entry.decompressed_size > MAX_DELTA {
            return None;
        }
        self.buffer.resize(usize::try_from(entry.decompressed_size).ok()?, 0);
        bundle.pack.decompress_entry(&entry, &mut self.inflate, &mut self.buffer).ok()?;
        let delta = Delta::parse(&self.buffer)?;
        let (base_size, known) = self.known.get(&base)?;
        if delta.base_size != *base_size {
            return None;
        }
        let mut moved = known.clone();
        for known in &mut moved {
            for proof in &mut known.proof {
                *proof = delta.moved(proof, *base_size)?;
            }
        }
        Some((delta.size, moved))
    }

    /// Unpacks the folder and looks.
    fn read(&mut self, at: Place) -> Option<(u32, Box<[Known]>)> {
        let bundle = self.packs.0.get(at.pack as usize)?;
        let entry = bundle.pack.entry(at.offset).ok()?;
        let resolve = |id: &gix::hash::oid, _: &mut Vec<u8>| {
            let at = bundle.index.lookup(id).map(|at| bundle.index.pack_offset_at_index(at));
            at.map(|offset| bundle.pack.entry(offset).map(gix::odb::pack::data::decode::entry::ResolvedBase::InPack))
                .transpose()
        };
        let outcome =
            bundle.pack.decode_entry(entry, &mut self.buffer, &mut self.inflate, &resolve, &mut self.cache).ok()?;
        if outcome.object_size > MAX_FOLDER {
            return None;
        }
        scan(&self.buffer, &self.names)
    }
}

/// Looks for names in a tree object; `None` if it is damaged.
fn scan(tree: &[u8], names: &[Vec<u8>]) -> Option<(u32, Box<[Known]>)> {
    let size = u32::try_from(tree.len()).ok()?;
    let mut entries = Vec::new();
    let mut start = 0;
    for entry in gix::objs::TreeRefIter::from_bytes(tree, gix::hash::Kind::Sha1) {
        let entry = entry.ok()?;
        let mode = Mode::canonical(u32::from(entry.mode.value()));
        let name: &[u8] = entry.filename;
        // `mode SP name NUL id`, and modes are written without leading zeros.
        let digits = u32::from(entry.mode.value()).checked_ilog2().map_or(1, |bits| bits / 3 + 1);
        let end = start + digits + 1 + u32::try_from(name.len()).ok()? + 1 + 20;
        entries.push((name, mode, oid_of(entry.oid), start..end));
        start = end;
    }
    if start != size {
        return None;
    }
    let start_before = |at: usize| at.checked_sub(1).and_then(|at| entries.get(at)).map_or(0, |entry| entry.3.start);
    let known = names.iter().map(|name| {
        if let Some((at, entry)) = entries.iter().enumerate().find(|(_, entry)| entry.0 == name.as_slice()) {
            let proof = start_before(at)..entry.3.end;
            return Known { entry: Some((entry.1, entry.2)), proof: [proof.clone(), proof] };
        }
        // Git sorts folders as if their names ended in a slash.
        let as_folder = [name.as_slice(), b"/"].concat();
        let between = |wanted: &[u8]| {
            let comes_before = |entry: &(&[u8], Mode, Oid, Range<u32>)| {
                let tail: &[u8] = if entry.1.is_tree() { b"/" } else { b"" };
                entry.0.iter().chain(tail).lt(wanted)
            };
            let at = entries.partition_point(comes_before);
            let start = start_before(at.saturating_sub(1));
            let end = entries.get(at).map_or(size, |after| after.3.end);
            start..end
        };
        Known { entry: None, proof: [between(name), between(&as_folder)] }
    });
    Some((size, known.collect()))
}

/// A difference between two objects (gitformat-pack, "Deltified representation").
struct Delta {
    base_size: u32,
    size: u32,
    /// Bytes of the base, and where they come to stand.
    copies: Vec<(Range<u32>, u32)>,
}

impl Delta {
    fn parse(mut data: &[u8]) -> Option<Self> {
        let base_size = length(&mut data)?;
        let size = length(&mut data)?;
        let mut copies = Vec::new();
        let mut written = 0_u32;
        while let Some((&code, rest)) = data.split_first() {
            data = rest;
            if code & 0x80 == 0 {
                // New bytes; a length of zero is reserved.
                if code == 0 {
                    return None;
                }
                data = data.get(usize::from(code)..)?;
                written = written.checked_add(u32::from(code))?;
                continue;
            }
            let mut field = |bits: u8, shift: u32| -> Option<u32> {
                let mut value = 0;
                for byte in 0..shift {
                    if bits >> byte & 1 == 1 {
                        let (&next, rest) = data.split_first()?;
                        data = rest;
                        value |= u32::from(next) << (8 * byte);
                    }
                }
                Some(value)
            };
            let offset = field(code & 0x0f, 4)?;
            let count = match field(code >> 4 & 0x07, 3)? {
                0 => 0x1_0000,
                count => count,
            };
            let end = offset.checked_add(count)?;
            if end > base_size {
                return None;
            }
            copies.push((offset..end, written));
            written = written.checked_add(count)?;
        }
        (written == size).then_some(Self { base_size, size, copies })
    }

    /// Where these bytes of the base stand now, if they were copied together. A proof that touches the start or the
    /// end of the folder still must.
    fn moved(&self, bytes: &Range<u32>, base_size: u32) -> Option<Range<u32>> {
        if bytes.is_empty() {
            // Of an empty folder: only another empty one is like it.
            return (self.size == 0).then_some(0..0);
        }
        let (from, to) = self.copies.iter().find(|(from, _)| from.start <= bytes.start && bytes.end <= from.end)?;
        let start = to + (bytes.start - from.start);
        let end = start + (bytes.end - bytes.start);
        let at_edges = (bytes.start != 0 || start == 0) && (bytes.end != base_size || end == self.size);
        at_edges.then_some(start..end)
    }
}

/// A length of a delta's head: seven bits a byte, the lowest first.
fn length(data: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = data.split_first()?;
        *data = rest;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tree object of entries that are given as (mode, name, first byte of the id).
    fn tree(entries: &[(&str, &str, u8)]) -> Vec<u8> {
        let mut tree = Vec::new();
        for (mode, name, first) in entries {
            tree.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            tree.extend([*first; 20]);
        }
        tree
    }

    #[test]
    fn names_are_found_with_their_proof() {
        let data = tree(&[("100644", "a", 1), ("40000", "b", 2), ("100755", "b.c", 3)]);
        let names: Vec<Vec<u8>> = ["a", "b", "bb", "z"].iter().map(|name| name.as_bytes().to_vec()).collect();
        // `b/` sorts after `b.c`, so this tree is in a wrong order, as a hostile one may be.
        let (size, known) = scan(&data, &names).expect("a whole tree");
        assert_eq!(size as usize, data.len());
        assert_eq!(known[0].entry, Some((Mode::FILE, Oid::new([1; 20]))));
        assert_eq!(known[1].entry, Some((Mode::TREE, Oid::new([2; 20]))));
        assert_eq!(known[2].entry, None);
        assert_eq!(known[0].proof[0], 0..29);
        assert_eq!(known[3].proof[0].end, size);
    }

    #[test]
    fn what_is_cut_off_is_no_tree() {
        let data = tree(&[("100644", "a", 1)]);
        assert!(scan(&data[..data.len() - 1], &[b"a".to_vec()]).is_none());
    }

    #[test]
    fn proofs_move_with_the_range_that_copies_them() {
        // A base of 100 bytes: 10 new ones, then bytes 20 to 100 of the base.
        let mut data = vec![100, 90, 10];
        data.extend([0; 10]);
        data.extend([0x80 | 0x01 | 0x10, 20, 80]);
        let delta = Delta::parse(&data).expect("a whole delta");
        assert_eq!((delta.base_size, delta.size), (100, 90));
        assert_eq!(delta.moved(&(30..60), 100), Some(20..50));
        assert_eq!(delta.moved(&(60..100), 100), Some(50..90), "the end stays the end");
        assert_eq!(delta.moved(&(10..40), 100), None, "part of it is new");
        assert_eq!(delta.moved(&(0..10), 100), None, "the start is new");
    }

    #[test]
    fn broken_deltas_are_refused() {
        for (what, data) in [
            ("nothing", &[][..]),
            ("no size", &[100]),
            ("a reserved code", &[4, 1, 0]),
            ("new bytes cut off", &[4, 3, 3, 1]),
            ("a copy beyond the base", &[4, 8, 0x80 | 0x10, 8]),
            ("too little", &[4, 3, 0x80 | 0x10, 2]),
            ("too much", &[4, 1, 0x80 | 0x10, 2]),
            ("an endless length", &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        ] {
            assert!(Delta::parse(data).is_none(), "{what}");
        }
    }
}

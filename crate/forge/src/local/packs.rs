//! The packs of a repository, opened once for all threads.

use gix::odb::pack::Bundle;
use gix::odb::pack::data::entry::Header;
use gix::zlib::Inflate;
use repin::Oid;

use super::gix_id;

/// The packs of a repository, opened once for all threads.
pub(super) struct Packs(pub(super) Vec<Bundle>);

impl Packs {
    /// The packs that can be opened; what is not found in them is read in the ordinary way.
    pub(super) fn open(objects: &std::path::Path) -> Self {
        let files = std::fs::read_dir(objects.join("pack")).into_iter().flatten().filter_map(Result::ok);
        let indexes =
            files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|ending| ending == "idx"));
        Self(indexes.filter_map(|path| Bundle::at(path, gix::hash::Kind::Sha1).ok()).collect())
    }

    /// The beginning of a commit, as much of it as `head` holds: most questions need no more than that, and messages
    /// can be long. `None`: it must be read in the ordinary way.
    pub(super) fn commit_head<'h>(&self, id: Oid, inflate: &mut Inflate, head: &'h mut [u8]) -> Option<&'h [u8]> {
        let place = self.find(id)?;
        let pack = &self.0.get(place.pack as usize)?.pack;
        let entry = pack.entry(place.offset).ok()?;
        if !matches!(entry.header, Header::Commit) {
            return None;
        }
        let data = pack.entry_slice(entry.data_offset..pack.pack_end() as u64)?;
        inflate.reset();
        let (_, _, written) = inflate.prefix(data, head).ok()?;
        head.get(..written)
    }

    /// Where an object is, if it is packed.
    pub(super) fn find(&self, id: Oid) -> Option<Place> {
        let id = gix_id(id);
        (0..).zip(&self.0).find_map(|(pack, bundle)| {
            let at = bundle.index.lookup(id)?;
            Some(Place { pack, offset: bundle.index.pack_offset_at_index(at) })
        })
    }
}

/// Where an object begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) pack: u32,
    pub(super) offset: u64,
}

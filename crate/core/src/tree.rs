//! Trees of files as git keeps them, and how this crate reads them.

use std::fmt::{self, Write as _};

use crate::Oid;

/// The mode of a tree entry, as git canonicalises it: one of five values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(u32);

impl Mode {
    /// A folder.
    pub const TREE: Self = Self(0o040_000);
    /// A file.
    pub const FILE: Self = Self(0o100_644);
    /// A file that may be run.
    pub const EXECUTABLE: Self = Self(0o100_755);
    /// A symbolic link; its blob holds the target.
    pub const LINK: Self = Self(0o120_000);
    /// A submodule; its id is a commit's.
    pub const SUBMODULE: Self = Self(0o160_000);

    /// The mode that git makes of the number in a tree object (`canon_mode` in git's cache.h).
    pub const fn canonical(bits: u32) -> Self {
        match bits & 0o170_000 {
            0o100_000 if bits & 0o100 != 0 => Self::EXECUTABLE,
            0o100_000 => Self::FILE,
            0o120_000 => Self::LINK,
            0o040_000 => Self::TREE,
            _ => Self::SUBMODULE,
        }
    }

    /// Whether it is a folder.
    pub fn is_tree(self) -> bool {
        self == Self::TREE
    }

    /// The type of object that it names, as `git ls-tree` prints it.
    pub fn object_type(self) -> &'static str {
        match self {
            Self::TREE => "tree",
            Self::SUBMODULE => "commit",
            _ => "blob",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06o}", self.0)
    }
}

impl fmt::Debug for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// An entry of a commit's tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entry {
    /// Its whole path: bytes, no leading slash.
    pub path: Vec<u8>,
    /// Its mode.
    pub mode: Mode,
    /// The id of its object.
    pub oid: Oid,
}

/// Reads trees and blobs of one project.
///
/// A remote implementation may answer "not here yet" through its error, fetch, and ask again: nothing that this crate
/// does with a `Tree` has an effect before it is complete.
pub trait Tree {
    /// Why an object could not be read.
    type Error;

    /// Calls `each` with name, mode and id of every entry of the folder at `path` (`b""` is the root), whose tree is
    /// `tree`.
    ///
    /// # Errors
    /// The tree could not be read.
    fn list(&mut self, path: &[u8], tree: Oid, each: &mut dyn FnMut(&[u8], Mode, Oid)) -> Result<(), Self::Error>;

    /// The same for the entries with these names alone, which are sorted by their bytes.
    ///
    /// # Errors
    /// The tree could not be read.
    fn find(
        &mut self,
        path: &[u8],
        tree: Oid,
        names: &[Vec<u8>],
        each: &mut dyn FnMut(&[u8], Mode, Oid),
    ) -> Result<(), Self::Error> {
        self.list(path, tree, &mut |name, mode, oid| {
            if names.binary_search_by(|wanted| wanted.as_slice().cmp(name)).is_ok() {
                each(name, mode, oid);
            }
        })
    }

    /// The entry of this one name, if there is one.
    ///
    /// # Errors
    /// The tree could not be read.
    fn entry(&mut self, path: &[u8], tree: Oid, name: &[u8]) -> Result<Option<(Mode, Oid)>, Self::Error> {
        let mut found = None;
        self.find(path, tree, &[name.to_vec()], &mut |_, mode, oid| found = Some((mode, oid)))?;
        Ok(found)
    }

    /// The content of the file at `path`, whose blob is `blob`; `None` if it is larger than `limit` bytes.
    ///
    /// # Errors
    /// The blob could not be read.
    fn blob(&mut self, path: &[u8], blob: Oid, limit: usize) -> Result<Option<Vec<u8>>, Self::Error>;

    /// That folders are nested too deeply to follow, at this path.
    fn too_deep(&self, path: &[u8]) -> Self::Error;
}

/// How deep folders may be nested: deeper than any project's, and shallow enough for the stack of a browser's worker.
pub(crate) const MAX_DEPTH: usize = 512;

/// `folder/name`, or `name` in the root.
pub(crate) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    if folder.is_empty() {
        return name.to_vec();
    }
    let mut path = Vec::with_capacity(folder.len() + 1 + name.len());
    path.extend_from_slice(folder);
    path.push(b'/');
    path.extend_from_slice(name);
    path
}

/// Whether `path` lies below `folder` (`b""`: everything does); a folder does not lie below itself.
pub(crate) fn is_below(path: &[u8], folder: &[u8]) -> bool {
    folder.is_empty() && !path.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.first() == Some(&b'/'))
}

/// `path` as seen from `folder`, if it is that folder or lies below it.
pub(crate) fn relative<'p>(path: &'p [u8], folder: &[u8]) -> Option<&'p [u8]> {
    if folder.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}

/// A path made of `/`-separated components without empty ones and `.`, with `..` taken back; `None` if it leads out of
/// the root.
pub(crate) fn normalize(path: &[u8]) -> Option<Vec<u8>> {
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in path.split(|&byte| byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join(&b'/'))
}

/// A path for people and for JSON: bytes that are not UTF-8 as `%XX`, and a literal `%` as `%25`.
///
/// ```
/// assert_eq!(repin::tree::display_path(b"caf\xe9 100%.txt"), "caf%E9 100%25.txt");
/// ```
pub fn display_path(path: &[u8]) -> String {
    let mut text = String::with_capacity(path.len());
    for chunk in path.utf8_chunks() {
        for character in chunk.valid().chars() {
            if character == '%' {
                text.push_str("%25");
            } else {
                text.push(character);
            }
        }
        for byte in chunk.invalid() {
            write!(text, "%{byte:02X}").expect("a String takes everything");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_what_git_makes_of_them() {
        for (bits, text, kind) in [
            (0o100_644, "100644", "blob"),
            (0o100_664, "100644", "blob"),
            (0o100_755, "100755", "blob"),
            (0o100_775, "100755", "blob"),
            (0o120_000, "120000", "blob"),
            (0o040_000, "040000", "tree"),
            (0o160_000, "160000", "commit"),
        ] {
            let mode = Mode::canonical(bits);
            assert_eq!((mode.to_string().as_str(), mode.object_type()), (text, kind));
        }
    }

    #[test]
    fn paths_are_normalised() {
        for (given, expected) in [
            ("a/b", Some("a/b")),
            ("./a//b/", Some("a/b")),
            ("a/../b", Some("b")),
            ("../a", None),
            ("a/../../b", None),
            ("/a", Some("a")),
            ("", Some("")),
            (".", Some("")),
        ] {
            assert_eq!(normalize(given.as_bytes()), expected.map(|text| text.as_bytes().to_vec()), "{given}");
        }
    }

    #[test]
    fn below_is_by_component() {
        assert!(is_below(b"a/b", b"a"));
        assert!(is_below(b"a", b""));
        assert!(!is_below(b"ab", b"a"));
        assert!(!is_below(b"a", b"a"));
    }
}

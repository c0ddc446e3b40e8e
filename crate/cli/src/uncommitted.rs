//! Image inputs that differ between the working tree and the commit that is checked out.
//!
//! Compared are the files themselves, without git's index, so staged and unstaged changes look the same. What git would
//! make of a file on the way in is known for two filters: line ends (a file that differs by CRLF alone is unchanged)
//! and Git LFS. With another clean filter, or `ident`, a file looks modified although git says that it is not. Of files
//! that git does not track, only those that a rule names in full are seen: a new file that a glob would match is not.
//! Submodules are not looked into. Work is bounded: see [`MAX_FILES`] and [`MAX_BYTES`].

use std::fmt;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use repin::resolution::{Change, Changed, InputFile};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// No more files than that are compared.
const MAX_FILES: usize = 10_000;
/// No longer files than that are compared.
const MAX_BYTES: u64 = 64 << 20;

/// The inputs that differ: what happened to them since the commit, sorted by path. `named` are the paths and patterns
/// of the rules; `committed` gives a file's content at the commit, for Git LFS pointers, and for files of `named` that
/// are none of `files`, since a commit without a recipe has none.
pub(crate) fn uncommitted(
    work_dir: &Path,
    files: &[InputFile],
    named: &[String],
    committed: impl Fn(&str) -> Option<Vec<u8>>,
) -> Vec<Changed> {
    let mut changed = Vec::new();
    for file in files.iter().take(MAX_FILES).filter(|file| file.mode != "160000") {
        let change = match fs::symlink_metadata(on_disk(work_dir, &file.path)) {
            Err(_) => Some(Change::Removed),
            Ok(metadata) => modified(work_dir, file, &metadata, &committed).then_some(Change::Modified),
        };
        changed.extend(change.map(|change| Changed { path: file.path.clone(), change }));
    }
    let tracked = |path: &str| files.binary_search_by(|file| file.path.as_bytes().cmp(path.as_bytes())).is_ok();
    for path in named.iter().filter(|path| !tracked(path) && !path.ends_with('/')) {
        let is_file = fs::symlink_metadata(on_disk(work_dir, path)).is_ok_and(|metadata| metadata.is_file());
        if is_file && committed(path).is_none() {
            changed.push(Changed { path: path.clone(), change: Change::Added });
        }
    }
    changed.sort_by(|a, b| a.path.cmp(&b.path));
    changed.dedup();
    changed
}

/// For people.
pub(crate) fn note(changed: &[Changed]) -> Option<String> {
    let names: Vec<String> = changed.iter().take(5).map(|it| format!("{} ({})", it.path, InWords(it.change))).collect();
    let names = names.join(", ");
    let more = if changed.len() > 5 { format!(" and {} more", changed.len() - 5) } else { String::new() };
    match changed.len() {
        0 => None,
        1 => Some(format!("there is an uncommitted change to an image input, which this answer leaves out: {names}")),
        _ => {
            Some(format!("there are uncommitted changes to image inputs, which this answer leaves out: {names}{more}"))
        }
    }
}

struct InWords(Change);

impl fmt::Display for InWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Change::Added => "new",
            Change::Removed => "deleted",
            Change::Modified => "modified",
        })
    }
}

fn modified(
    work_dir: &Path,
    file: &InputFile,
    metadata: &Metadata,
    committed: &impl Fn(&str) -> Option<Vec<u8>>,
) -> bool {
    let path = on_disk(work_dir, &file.path);
    if metadata.is_dir() || metadata.is_symlink() != (file.mode == "120000") {
        return true;
    }
    if metadata.is_symlink() {
        return fs::read_link(path).is_ok_and(|target| blob_id(target.as_os_str().as_encoded_bytes()) != file.oid);
    }
    if is_executable(metadata).is_some_and(|executable| executable != (file.mode == "100755")) {
        return true;
    }
    if metadata.len() > MAX_BYTES {
        return false;
    }
    let Ok(content) = fs::read(path) else { return false };
    blob_id(&content) != file.oid
        && (!content.contains(&b'\r') || blob_id(&without_carriage_returns(&content)) != file.oid)
        && !committed(&file.path).is_some_and(|pointer| points_to(&pointer, &content))
}

/// Where a path of the repository is on disk; its display form escapes bytes that are not UTF-8 as `%XX`.
fn on_disk(work_dir: &Path, shown: &str) -> PathBuf {
    if !shown.contains('%') {
        return work_dir.join(shown);
    }
    let mut bytes = Vec::with_capacity(shown.len());
    let mut rest = shown.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| byte == b'%');
        bytes.push(escaped.unwrap_or(byte));
        rest = if escaped.is_some() { &after[2..] } else { after };
    }
    work_dir.join(path_of(bytes))
}

#[cfg(unix)]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}

/// `None` where files have no such mark.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere there is no answer")]
fn is_executable(metadata: &Metadata) -> Option<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(metadata.permissions().mode() & 0o100 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> Option<bool> {
    None
}

/// The id that git gives to a file with this content.
pub(crate) fn blob_id(content: &[u8]) -> repin::Oid {
    let mut hash = Sha1::new();
    hash.update(format!("blob {}\0", content.len()));
    hash.update(content);
    repin::Oid::new(hash.finalize().into())
}

/// A content whose lines end with CRLF, as if they ended with LF.
pub(crate) fn without_carriage_returns(content: &[u8]) -> Vec<u8> {
    let kept = |at: &usize| content[*at] != b'\r' || content.get(at + 1) != Some(&b'\n');
    (0..content.len()).filter(kept).map(|at| content[at]).collect()
}

/// Whether a Git LFS pointer stands for this content.
fn points_to(pointer: &[u8], content: &[u8]) -> bool {
    let Some(pointer) = str::from_utf8(pointer).ok().filter(|text| text.starts_with("version https://git-lfs")) else {
        return false;
    };
    let digest: [u8; 32] = Sha256::digest(content).into();
    let byte = |at: usize, digits: &str| digits.get(at * 2..at * 2 + 2).map(|hex| u8::from_str_radix(hex, 16));
    let same = |digits: &str| digits.len() == 64 && (0..32).all(|at| byte(at, digits) == Some(Ok(digest[at])));
    pointer.lines().any(|line| line.strip_prefix("oid sha256:").is_some_and(same))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_have_gits_ids() {
        assert_eq!(blob_id(b"").to_string(), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(blob_id(b"hello\n").to_string(), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn only_line_ends_lose_their_carriage_return() {
        assert_eq!(without_carriage_returns(b"a\r\nb\rc\r\r\n\r"), b"a\nb\rc\r\n\r");
    }

    #[test]
    fn pointers_are_compared_by_their_digest() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\nsize 5\n";
        assert!(points_to(pointer, b"hello"));
        assert!(!points_to(pointer, b"hullo"));
        assert!(!points_to(b"hello", b"hello"));
    }

    #[test]
    fn shown_paths_lead_back_to_files() {
        assert_eq!(on_disk(Path::new("/w"), "a b/100%25"), Path::new("/w/a b/100%"));
        #[cfg(unix)]
        assert_eq!(on_disk(Path::new("/w"), "caf%E9").as_os_str().as_encoded_bytes(), b"/w/caf\xe9");
    }
}

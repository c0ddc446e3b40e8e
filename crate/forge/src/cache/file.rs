//! A store of files in the user's cache folder.
//!
//! ```text
//! repin/CACHEDIR.TAG                          so that backups pass over it
//! repin/v1/gitlab.example.org-0a1b2c3d/       a GitLab
//!     group_name-4e5f6071/5f/5f6e…            a value of one of its projects: see below
//! ```
//!
//! A file is named by the SHA-256 of its key. It has a magic text, the SHA-256 of all that follows, the length of the key in
//! four bytes, the key and the value. One that is torn, cut or of another key counts as absent. Files are written under a
//! name of their own and then renamed, so that several processes can use the cache at once.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy as _;
use sha2::{Digest as _, Sha256};

use super::{Store, Stores};

mod sweep;

pub use sweep::Size;

/// The first bytes of each file. A change of the format changes it, and the name of the folder.
const MAGIC: &[u8] = b"repin cache 1\n";
const VERSION: &str = "v1";
/// See <https://bford.info/cachedir/>.
const TAG: &str =
    "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of repin; `repin cache clear` empties it.\n";
/// Bytes on disk that are kept.
const LIMIT: u64 = 200 << 20;
/// The longest value that is kept or read.
const LONGEST: u64 = 64 << 20;
/// A file that was used more lately counts as new.
const FRESH: Duration = Duration::from_hours(24);

/// The cache of a user, for all projects.
#[derive(Clone, Debug)]
pub struct FileCache(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    root: PathBuf,
    limit: u64,
    /// Bytes that were written since the last look at what is there.
    written: AtomicU64,
}

/// The store of one project.
#[derive(Clone, Debug)]
pub struct FileStore {
    cache: FileCache,
    folder: PathBuf,
}

impl FileCache {
    /// The user's: `$XDG_CACHE_HOME/repin` or `~/.cache/repin`, and on Windows the folder for data of programs. `None` where
    /// there is no such folder, since the user has none.
    pub fn of_user() -> Option<Self> {
        let folder = etcetera::choose_base_strategy().ok()?.cache_dir();
        Some(Self::at(folder.join("repin")))
    }

    /// One in a folder, which is made when it is needed.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Inner { root: folder.into(), limit: LIMIT, written: AtomicU64::new(0) }))
    }

    /// With another limit than 200 MiB on disk.
    #[must_use]
    pub fn with_limit(self, bytes: u64) -> Self {
        let root = self.0.root.clone();
        Self(Arc::new(Inner { root, limit: bytes, written: AtomicU64::new(0) }))
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.0.root
    }

    /// The most bytes on disk.
    pub fn limit(&self) -> u64 {
        self.0.limit
    }

    /// How much there is.
    pub fn size(&self) -> Size {
        sweep::size(&self.values())
    }

    /// Forgets everything.
    ///
    /// # Errors
    /// Something is there and cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        // Another process may be writing: what it adds comes into a new folder.
        let gone = self.0.root.join(format!("{VERSION}.{}", unique()));
        match fs::rename(self.values(), &gone) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Those of a `clear` that did not come to its end, too.
        let Ok(entries) = fs::read_dir(&self.0.root) else { return Ok(()) };
        let prefix = format!("{VERSION}.");
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(&prefix) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    fn values(&self) -> PathBuf {
        self.0.root.join(VERSION)
    }

    /// Makes room, once in a while.
    fn wrote(&self, bytes: u64) {
        let written = self.0.written.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if written > self.0.limit / 16 || sweep::is_due(&self.values()) {
            self.0.written.store(0, Ordering::Relaxed);
            sweep::make_room(&self.values(), self.0.limit);
        }
    }
}

impl Stores for FileCache {
    type Store = FileStore;

    /// What is kept are facts about commits by their ids, which are true whatever project has that path later.
    fn store(&self, base: &str, project: &str) -> FileStore {
        let folder = self.values().join(folder_name(base)).join(folder_name(project));
        FileStore { cache: self.clone(), folder }
    }
}

impl Store for FileStore {
    async fn get(&self, key: &str) -> Option<Vec<u8>> {
        read(&self.path(key), key)
    }

    async fn put(&self, key: &str, value: &[u8]) {
        if self.write(key, value).is_ok() {
            self.cache.wrote(sweep::on_disk(u64::try_from(value.len()).unwrap_or(u64::MAX)));
        }
    }
}

impl FileStore {
    fn path(&self, key: &str) -> PathBuf {
        let name = hex(&Sha256::digest(key.as_bytes()));
        self.folder.join(&name[..2]).join(name)
    }

    fn write(&self, key: &str, value: &[u8]) -> io::Result<()> {
        let length = u32::try_from(key.len()).map_err(io::Error::other)?;
        if u64::try_from(value.len()).map_err(io::Error::other)? > LONGEST {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let content = [&length.to_be_bytes(), key.as_bytes(), value].concat();
        let path = self.path(key);
        let folder = path.parent().expect("it was joined to one");
        if !folder.is_dir() {
            make_private(folder)?;
            let tag = self.cache.0.root.join("CACHEDIR.TAG");
            if !tag.exists() {
                create_private(&tag)?.write_all(TAG.as_bytes())?;
            }
        }
        let draft = folder.join(format!("{}{}", sweep::DRAFT, unique()));
        let written = create_private(&draft).and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(&Sha256::digest(&content))?;
            file.write_all(&content)
        });
        let done = written.and_then(|()| fs::rename(&draft, &path));
        if done.is_err() {
            let _ = fs::remove_file(&draft);
        }
        done
    }
}

/// The value in a file, if it is the whole value of this key.
fn read(path: &Path, key: &str) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    let mut bytes = Vec::new();
    Read::by_ref(&mut file).take(2 * LONGEST).read_to_end(&mut bytes).ok()?;
    let (sum, content) = bytes.strip_prefix(MAGIC)?.split_at_checked(Sha256::output_size())?;
    if sum != &Sha256::digest(content)[..] {
        return None;
    }
    let (length, rest) = content.split_first_chunk::<4>()?;
    let (own_key, value) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)?;
    if own_key != key.as_bytes() {
        return None;
    }
    let value = value.to_vec();
    keep(path, &file);
    Some(value)
}

/// A value that is used is not among the oldest. If that cannot be noted, it goes sooner.
fn keep(path: &Path, file: &File) {
    let age = file.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
    if age.is_some_and(|age| age > FRESH)
        && let Ok(file) = OpenOptions::new().write(true).open(path)
    {
        let _ = file.set_modified(SystemTime::now());
    }
}

/// A name for the folder of a GitLab that people recognise; the hash keeps apart what looks the same.
fn folder_name(base: &str) -> String {
    let name = base.split_once("://").map_or(base, |(_scheme, rest)| rest).to_ascii_lowercase();
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' };
    let name: String = name.trim_matches(['.', '/']).chars().take(64).map(safe).collect();
    format!("{name}-{}", &hex(&Sha256::digest(base.as_bytes()))[..8])
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

/// A name that no other process takes at the same time.
fn unique() -> String {
    format!("{:x}-{:016x}", std::process::id(), RandomState::new().hash_one(()))
}

/// Makes a folder and those above it, for the user alone.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// Makes a file, for the user alone.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.write(true).create_new(true).open(path)
}

#[cfg(test)]
mod tests;

//! How much a cache has, and what goes first.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::create_private;

/// How a name begins that is not a value's yet.
pub(super) const DRAFT: &str = "draft-";
/// A draft that is older was left by a process that has ended.
const ABANDONED: Duration = Duration::from_hours(1);
/// How often a process looks for room that has written little itself: others may have written as well.
const PERIOD: Duration = Duration::from_hours(1);
/// The file whose date says when somebody looked last.
const SWEPT: &str = "swept";
/// Disks are handed out in blocks of that many bytes.
const BLOCK: u64 = 4096;

/// How much a cache has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// GitLab projects.
    pub projects: u64,
    /// Values.
    pub values: u64,
    /// Bytes on disk.
    pub bytes: u64,
}

struct Value {
    path: PathBuf,
    used: SystemTime,
    bytes: u64,
}

/// What a file of that length takes.
pub(super) fn on_disk(length: u64) -> u64 {
    length.max(1).div_ceil(BLOCK).saturating_mul(BLOCK)
}

pub(super) fn size(values: &Path) -> Size {
    let mut size = Size::default();
    each_project(values, |project| {
        size.projects += 1;
        each_value(project, |value| {
            size.values += 1;
            size.bytes += value.bytes;
        });
    });
    size
}

/// Whether nobody has looked for room for a while.
pub(super) fn is_due(values: &Path) -> bool {
    let swept = fs::metadata(values.join(SWEPT)).and_then(|metadata| metadata.modified());
    swept.ok().and_then(|time| time.elapsed().ok()).is_none_or(|age| age > PERIOD)
}

/// Removes what was not used for longest, until a tenth of the limit is free.
pub(super) fn make_room(values: &Path, limit: u64) {
    // Whoever comes now sees that somebody looks.
    let swept = values.join(SWEPT);
    let _ = match OpenOptions::new().write(true).open(&swept) {
        Ok(file) => file.set_modified(SystemTime::now()),
        Err(_) => create_private(&swept).map(drop),
    };
    let mut all = Vec::new();
    each_project(values, |project| each_value(project, |value| all.push(value)));
    let mut total: u64 = all.iter().map(|value| value.bytes).sum();
    if total <= limit {
        return;
    }
    all.sort_by_key(|value| value.used);
    for value in all {
        if total <= limit - limit / 10 {
            return;
        }
        // Another process may have been faster, or may not let go: either way it is not ours to count.
        let _ = fs::remove_file(&value.path);
        total -= value.bytes;
        // A folder that is not empty stays.
        for folder in value.path.ancestors().skip(1).take_while(|folder| *folder != values) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
    }
}

fn each_project(values: &Path, mut visit: impl FnMut(&Path)) {
    for host in folders(values) {
        for project in folders(&host) {
            visit(&project);
        }
    }
}

fn each_value(project: &Path, mut visit: impl FnMut(Value)) {
    for folder in folders(project) {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.metadata() else { continue };
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            if entry.file_name().to_string_lossy().starts_with(DRAFT) {
                if used.elapsed().is_ok_and(|age| age > ABANDONED) {
                    let _ = fs::remove_file(entry.path());
                }
            } else if metadata.is_file() {
                visit(Value { path: entry.path(), used, bytes: on_disk(metadata.len()) });
            }
        }
    }
}

/// The folders in a folder, but no links to some.
fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())).map(|entry| entry.path()).collect()
}

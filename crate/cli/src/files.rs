//! Changing files of the folder that is worked in, so that nothing is lost.

use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Failure;

/// A file below a folder, whether or not it is there.
pub(crate) struct Target {
    path: PathBuf,
    shown: String,
    /// What it holds now; `None` where it is not there.
    pub(crate) content: Option<Vec<u8>>,
}

/// The largest file that is changed.
const MAX_BYTES: u64 = 4 << 20;

impl Target {
    /// Reads the file. `path` is that in the repository.
    ///
    /// # Errors
    /// It cannot be read, or a link leads to it: what is behind may be another repository's.
    pub(crate) fn open(folder: &Path, path: &str) -> Result<Self, Failure> {
        let mut at = folder.to_owned();
        for name in path.split('/') {
            at.push(name);
            let Ok(metadata) = fs::symlink_metadata(&at) else { break };
            if metadata.is_symlink() {
                return Err(Failure::new(format!("{path} is not changed: {} is a link", at.display()))
                    .hint("change the file that it leads to by hand"));
            }
        }
        let target = folder.join(path);
        let unread = |error: &io::Error| Failure::new(format!("{path} cannot be read")).because(error);
        let content = match fs::metadata(&target) {
            // To read a pipe would wait for whoever writes to it.
            Ok(metadata) if !metadata.is_file() => {
                return Err(Failure::new(format!("{path} is not a file, so it is not changed")));
            }
            Ok(metadata) if metadata.len() > MAX_BYTES => {
                return Err(Failure::new(format!("{path} is larger than {MAX_BYTES} bytes, so it is not changed")));
            }
            Ok(_) => Some(fs::read(&target).map_err(|error| unread(&error))?),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(unread(&error)),
        };
        Ok(Self { path: target, shown: path.to_owned(), content })
    }

    /// Puts `new` into its place: all of it or nothing, and not if somebody else changed the file meanwhile.
    ///
    /// # Errors
    /// It cannot be written; then it is as it was.
    pub(crate) fn write(&self, new: &[u8]) -> Result<(), Failure> {
        let failed = |error: &io::Error| {
            Failure::new(format!("{} cannot be written; it is as it was", self.shown)).because(error)
        };
        let now = match fs::read(&self.path) {
            Ok(now) => Some(now),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&error)),
        };
        if now != self.content {
            return Err(Failure::new(format!("{} changed while repin looked at it; it is left alone", self.shown))
                .hint("run it again"));
        }
        self.replace(new).map_err(|error| failed(&error))
    }

    fn replace(&self, new: &[u8]) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut draft = self.path.clone().into_os_string();
        draft.push(format!(".{}.partial", std::process::id()));
        let draft = PathBuf::from(draft);
        // `create_new`: never over a file or through a link that somebody put there.
        let written = fs::OpenOptions::new().write(true).create_new(true).open(&draft).and_then(|mut file| {
            file.write_all(new)?;
            file.sync_all()?;
            if let Ok(metadata) = fs::metadata(&self.path) {
                fs::set_permissions(&draft, metadata.permissions())?;
            }
            fs::rename(&draft, &self.path)
        });
        written.inspect_err(|error| {
            if error.kind() != ErrorKind::AlreadyExists {
                let _ = fs::remove_file(&draft);
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("repin-files-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder can be made");
        folder
    }

    #[test]
    fn a_file_is_written_whole_and_its_folder_made() {
        let folder = folder("new");
        let target = Target::open(&folder, "a/b.ini").expect("it is not there");
        assert_eq!(target.content, None);
        target.write(b"new").expect("it can be written");
        assert_eq!(fs::read(folder.join("a/b.ini")).expect("it is there"), b"new");
        assert_eq!(fs::read_dir(folder.join("a")).expect("it is there").count(), 1, "no draft is left");
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    #[test]
    fn what_somebody_else_changed_is_left_alone() {
        let folder = folder("changed");
        fs::write(folder.join("a"), "old").expect("it can be written");
        let target = Target::open(&folder, "a").expect("it is there");
        fs::write(folder.join("a"), "theirs").expect("it can be written");
        target.write(b"new").expect_err("it changed");
        assert_eq!(fs::read(folder.join("a")).expect("it is there"), b"theirs");
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    #[test]
    fn what_is_no_file_is_not_read() {
        let folder = folder("no-file");
        fs::create_dir(folder.join("a")).expect("a folder can be made");
        #[cfg(unix)]
        {
            let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status();
            assert!(made.is_ok_and(|made| made.success()));
            let error = Target::open(&folder, "pipe").err().expect("it is a pipe");
            assert_eq!(error.to_string(), "pipe is not a file, so it is not changed");
        }
        let error = Target::open(&folder, "a").err().expect("it is a folder");
        assert_eq!(error.to_string(), "a is not a file, so it is not changed");
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let folder = folder("links");
        fs::create_dir(folder.join("real")).expect("a folder can be made");
        std::os::unix::fs::symlink(folder.join("real"), folder.join("link")).expect("a link can be made");
        assert!(Target::open(&folder, "link/a").is_err());
        assert!(Target::open(&folder, "real/a").is_ok());
        fs::remove_dir_all(folder).expect("it can be removed");
    }

    #[cfg(unix)]
    #[test]
    fn what_may_be_done_with_a_file_stays() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = folder("mode");
        fs::write(folder.join("a"), "old").expect("it can be written");
        fs::set_permissions(folder.join("a"), fs::Permissions::from_mode(0o640)).expect("it is ours");
        Target::open(&folder, "a").expect("it is there").write(b"new").expect("it can be written");
        assert_eq!(fs::metadata(folder.join("a")).expect("it is there").permissions().mode() & 0o777, 0o640);
        fs::remove_dir_all(folder).expect("it can be removed");
    }
}

//! The real git, without what the machine or its user have set.

use std::cell::Cell;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::{Error, Result};

/// The instant of a repository's first commit: Monday, 4 March 2024, 09:00 in Zurich.
const START: u64 = 1_709_539_200;
/// Seconds between one commit and the next.
const STEP: u64 = 47 * 60;
const DAY: u64 = 24 * 60 * 60;

/// Who makes a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// The name.
    pub name: &'static str,
    /// The address.
    pub email: &'static str,
    /// Where the author's clock is: `+0100`.
    pub zone: &'static str,
}

/// Who teaches the course.
pub const ADA: Author = Author { name: "Ada Example", email: "ada@example.org", zone: "+0100" };
/// Who helps, from elsewhere.
pub const BEN: Author = Author { name: "Ben Example", email: "ben@example.org", zone: "+0000" };

/// A repository, and the clock of its commits.
///
/// ```
/// # let dir = std::env::temp_dir().join(format!("repin-sandbox-doc-{}", std::process::id()));
/// use repin_sandbox::{ADA, BEN, Git};
///
/// let git = Git::init(&dir)?;
/// git.write("Dockerfile", "FROM scratch\n")?;
/// let first = git.commit(ADA, "Start")?;
/// git.run(&["switch", "--quiet", "--create", "side"])?;
/// git.write("README.md", "Hello\n")?;
/// git.commit(BEN, "Say hello")?;
/// git.run(&["switch", "--quiet", "main"])?;
/// git.merge(ADA, &["side"], "Merge branch 'side'")?;
/// assert_eq!(git.run(&["rev-parse", "HEAD^1"])?, first);
/// # std::fs::remove_dir_all(&dir).ok();
/// # Ok::<(), repin_sandbox::Error>(())
/// ```
#[derive(Debug)]
pub struct Git {
    dir: PathBuf,
    now: Cell<u64>,
}

impl Git {
    /// Makes an empty repository with a work tree in `dir`, which need not exist. Its branch is `main`.
    ///
    /// # Errors
    /// `dir` cannot be made, or git fails.
    pub fn init(dir: &Path) -> Result<Self> {
        Self::make(dir, &[])
    }

    /// Makes an empty bare repository in `dir`.
    ///
    /// # Errors
    /// `dir` cannot be made, or git fails.
    pub fn init_bare(dir: &Path) -> Result<Self> {
        Self::make(dir, &["--bare"])
    }

    fn make(dir: &Path, options: &[&str]) -> Result<Self> {
        fs::create_dir_all(dir).map_err(|error| Error::io("make the folder", dir, &error))?;
        let git = Self::open(dir);
        let init = ["init", "--quiet", "--initial-branch=main", "--object-format=sha1", "--template="];
        git.run(&[&init, options].concat())?;
        Ok(git)
    }

    /// The repository in `dir`, which is there; the clock begins anew.
    pub fn open(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), now: Cell::new(START) }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A git command in this repository, without the settings of the machine and of whoever runs it, and not yet run.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new("git");
        // GIT_DIR and its like would lead to another repository: they are set while a git hook runs.
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(name);
        }
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C")
            .args(["-c", "core.autocrlf=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false"])
            .args(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false", "-c", "advice.detachedHead=false"])
            .args(args)
            .current_dir(&self.dir)
            .stdin(Stdio::null());
        command
    }

    /// Runs git and returns what it prints, without the last line's end.
    ///
    /// # Errors
    /// git is not there, or fails: then with what it says.
    pub fn run(&self, args: &[&str]) -> Result<String> {
        let output = self.command(args).output();
        self.finished(args, output)
    }

    /// Runs git and returns the bytes that it prints: for contents of files and lists that end in NUL.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn bytes(&self, args: &[&str]) -> Result<Vec<u8>> {
        let output = self.command(args).output();
        self.printed(args, output)
    }

    /// Runs git with a standard input that `write` writes: `fast-import`, `hash-object --stdin`, `update-ref --stdin`.
    ///
    /// # Errors
    /// As for [`run`](Self::run), or `write` fails.
    pub fn feed(&self, args: &[&str], write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<String> {
        let piped = self.command(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = piped.map_err(|error| self.unstarted(args, &error))?;
        let written = child.stdin.take().map_or(Ok(()), |stdin| {
            let mut stdin = io::BufWriter::new(stdin);
            write(&mut stdin).and_then(|()| stdin.flush())
        });
        // What git says explains a broken pipe, so it comes first.
        let printed = self.finished(args, child.wait_with_output())?;
        written.map_err(|error| Error::new(format!("cannot write to git {}: {error}", args.join(" "))))?;
        Ok(printed)
    }

    fn finished(&self, args: &[&str], output: io::Result<Output>) -> Result<String> {
        let printed = self.printed(args, output)?;
        Ok(String::from_utf8_lossy(&printed).trim_end().to_owned())
    }

    fn printed(&self, args: &[&str], output: io::Result<Output>) -> Result<Vec<u8>> {
        let output = output.map_err(|error| self.unstarted(args, &error))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let (args, dir) = (args.join(" "), self.dir.display());
            return Err(Error::new(format!("git {args} failed in {dir} ({}):\n{}", output.status, said.trim_end())));
        }
        Ok(output.stdout)
    }

    fn unstarted(&self, args: &[&str], error: &io::Error) -> Error {
        Error::new(format!("cannot run git {} in {}: {error}", args.join(" "), self.dir.display()))
    }

    /// Writes a file of the work tree, and the folders it lies in.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> Result<()> {
        let path = self.dir.join(path);
        let folder = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, content))
            .map_err(|error| Error::io("write", &path, &error))
    }

    /// Commits the work tree as it is, changed or not, and returns the commit's id.
    ///
    /// # Errors
    /// git fails.
    pub fn commit(&self, author: Author, message: &str) -> Result<String> {
        self.run(&["add", "--all"])?;
        self.commit_index(author, message)
    }

    /// Commits the index as it is, for what a work tree cannot hold everywhere: modes, links, submodules, odd paths.
    ///
    /// # Errors
    /// git fails.
    pub fn commit_index(&self, author: Author, message: &str) -> Result<String> {
        self.by(author, &["commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message", message])?;
        self.id("HEAD")
    }

    /// Merges other branches into the current one, always with a commit, and returns its id.
    ///
    /// # Errors
    /// git fails; so it does at a conflict.
    pub fn merge(&self, author: Author, branches: &[&str], message: &str) -> Result<String> {
        let merge = ["merge", "--quiet", "--no-ff", "--no-edit", "-m", message];
        self.by(author, &[&merge, branches].concat())?;
        self.id("HEAD")
    }

    /// Runs a git command that makes a commit or a tag, as this author and at the next instant of the clock.
    ///
    /// # Errors
    /// As for [`run`](Self::run).
    pub fn by(&self, author: Author, args: &[&str]) -> Result<String> {
        let date = format!("{} {}", self.tick(), author.zone);
        let mut command = self.command(args);
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), author.name).env(format!("GIT_{role}_EMAIL"), author.email);
            command.env(format!("GIT_{role}_DATE"), &date);
        }
        let output = command.output();
        self.finished(args, output)
    }

    /// The full id of a commit.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn id(&self, revision: &str) -> Result<String> {
        self.run(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")])
    }

    /// The instant that the clock shows: that of the next commit, in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.now.get()
    }

    /// As [`now`](Self::now), and the clock goes on.
    pub fn tick(&self) -> u64 {
        self.now.replace(self.now.get() + STEP)
    }

    /// Sets the clock to the next morning.
    pub fn sleep(&self) {
        let days = (self.now.get() - START) / DAY + 1;
        self.now.set(START + days * DAY);
    }
}

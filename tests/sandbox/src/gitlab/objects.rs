//! A repository, asked of the real git: `git cat-file --batch` processes are kept for objects, everything else is a command.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::{Mutex, PoisonError};

use data_encoding::HEXLOWER;

use super::commit::Commit;
use crate::{Error, Git, Result};

/// So many processes wait for the next question; those that many questions at once needed end.
const IDLE: usize = 8;

/// A repository's objects and history.
#[derive(Debug)]
pub(crate) struct Objects {
    dir: std::path::PathBuf,
    idle: Mutex<Vec<Batch>>,
}

/// An object as git stores it.
pub(crate) struct Object {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) data: Vec<u8>,
}

/// An entry of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The path from the root of the repository.
    pub(crate) path: String,
    /// Six digits.
    pub(crate) mode: String,
    /// The id of the blob, the tree or the submodule's commit.
    pub(crate) id: String,
}

impl Entry {
    /// `tree`, `commit` or `blob`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.mode.as_str() {
            "040000" => "tree",
            "160000" => "commit",
            _ => "blob",
        }
    }

    /// The last part of the path.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

impl Objects {
    pub(crate) fn new(dir: &Path) -> Self {
        Self { dir: dir.to_owned(), idle: Mutex::default() }
    }

    /// The repository for a command of its own.
    pub(crate) fn git(&self) -> Git {
        Git::open(&self.dir)
    }

    /// Runs git; `None` if it fails, as it does at a revision that is not there.
    pub(crate) fn run(&self, args: &[&str]) -> Result<Option<Vec<u8>>> {
        let output = self.git().command(args).output();
        let output = output.map_err(|error| Error::new(format!("cannot run git {}: {error}", args.join(" "))))?;
        Ok(output.status.success().then_some(output.stdout))
    }

    /// As [`run`](Self::run), by lines.
    pub(crate) fn lines(&self, args: &[&str]) -> Result<Option<Vec<String>>> {
        let text = self.run(args)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        Ok(text.map(|text| text.lines().map(str::to_owned).collect()))
    }

    /// An object by any name that git knows; `None` if there is none or there are several.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Object>> {
        if name.is_empty() || name.starts_with('-') || name.contains(['\n', '\0']) {
            return Ok(None);
        }
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut batch = match idle {
            Some(batch) => batch,
            None => Batch::start(&self.git())?,
        };
        // A process that failed is not put back.
        let object = batch.ask(name).map_err(|error| Error::new(format!("git cat-file: {error}")))?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(batch);
        }
        Ok(object)
    }

    /// The id of the commit that a revision means: a branch, a tag, an id or the unique beginning of one. As Gitaly does, what could
    /// be an option, a path or a search is refused.
    pub(crate) fn commit_id(&self, revision: &str) -> Result<Option<String>> {
        Ok(self.commit(revision)?.map(|commit| commit.id))
    }

    /// The commit that a revision means.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<Commit>> {
        if revision.is_empty() || revision.contains([':', ' ', '\\']) {
            return Ok(None);
        }
        let object = self.object(&format!("{revision}^{{commit}}"))?;
        Ok(object.map(|object| Commit::parse(&object.id, &object.data)))
    }

    /// The commits that `git log` prints, in its order; `None` if it fails.
    pub(crate) fn log(&self, args: &[&str]) -> Result<Option<Vec<Commit>>> {
        let Some(ids) = self.lines(&[&["--literal-pathspecs", "log", "--format=%H"], args].concat())? else {
            return Ok(None);
        };
        let mut commits = Vec::with_capacity(ids.len());
        for id in ids {
            commits.extend(self.commit(&id)?);
        }
        Ok(Some(commits))
    }

    /// The entries of one tree, in git's order; `None` if it is no tree. `prefix` is the path of the tree.
    pub(crate) fn entries(&self, tree: &str, prefix: &str) -> Result<Option<Vec<Entry>>> {
        let object = self.object(&format!("{tree}^{{tree}}"))?;
        Ok(object.map(|object| parse_tree(&object.data, prefix)))
    }

    /// The entry of a path below a commit or a tree. The empty path is the root.
    pub(crate) fn entry(&self, commit: &str, path: &str) -> Result<Option<Entry>> {
        let path = path.trim_matches('/');
        if path.is_empty() {
            let root = self.object(&format!("{commit}^{{tree}}"))?;
            return Ok(root.map(|root| Entry { path: String::new(), mode: "040000".to_owned(), id: root.id }));
        }
        let (mut tree, mut prefix) = (commit.to_owned(), String::new());
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let Some(entries) = self.entries(&tree, &prefix)? else { return Ok(None) };
            let Some(entry) = entries.into_iter().find(|entry| entry.name() == part) else { return Ok(None) };
            if parts.peek().is_none() {
                return Ok(Some(entry));
            }
            if entry.kind() != "tree" {
                return Ok(None);
            }
            (tree, prefix) = (entry.id, entry.path);
        }
        Ok(None)
    }

    /// All entries below a tree, folders before what is in them.
    pub(crate) fn walk(&self, tree: &str, prefix: &str) -> Result<Option<Vec<Entry>>> {
        let Some(entries) = self.entries(tree, prefix)? else { return Ok(None) };
        let mut all = Vec::new();
        for entry in entries {
            let below = (entry.kind() == "tree").then(|| (entry.id.clone(), entry.path.clone()));
            all.push(entry);
            if let Some((id, path)) = below {
                all.extend(self.walk(&id, &path)?.unwrap_or_default());
            }
        }
        Ok(Some(all))
    }

    /// A blob's bytes.
    pub(crate) fn blob(&self, id: &str) -> Result<Option<Vec<u8>>> {
        Ok(self.object(id)?.filter(|object| object.kind == "blob").map(|object| object.data))
    }

    /// The last commit that touched a path, as `git log -1` finds it.
    pub(crate) fn last_commit(&self, commit: &str, path: &str) -> Result<Option<Commit>> {
        let path = path.trim_matches('/');
        let path = if path.is_empty() { "." } else { path };
        let log = self.log(&["--max-count=1", commit, "--", path])?;
        Ok(log.and_then(|commits| commits.into_iter().next()))
    }

    /// The short names below `refs/heads` or `refs/tags`, and the ids that they point to.
    pub(crate) fn refs(&self, below: &str, more: &[&str]) -> Result<Vec<(String, String)>> {
        let format = "--format=%(objectname) %(refname)";
        let prefix = format!("refs/{below}/");
        let args = [&["for-each-ref", format], more, &[prefix.as_str()]].concat();
        let lines = self.lines(&args)?.unwrap_or_default();
        let split = lines.iter().filter_map(|line| line.split_once(' '));
        Ok(split.map(|(id, name)| (name.trim_start_matches(&prefix).to_owned(), id.to_owned())).collect())
    }
}

fn parse_tree(data: &[u8], prefix: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut rest = data;
    while let Some(end) = rest.iter().position(|byte| *byte == 0) {
        let (head, after) = (String::from_utf8_lossy(&rest[..end]).into_owned(), &rest[end + 1..]);
        let Some((mode, name)) = head.split_once(' ') else { break };
        let id = HEXLOWER.encode(after.get(..20).unwrap_or_default());
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        entries.push(Entry { path, mode: format!("{mode:0>6}"), id });
        rest = after.get(20..).unwrap_or_default();
    }
    entries
}

/// One `git cat-file --batch`.
#[derive(Debug)]
struct Batch {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Batch {
    fn start(git: &Git) -> Result<Self> {
        let mut command = git.command(&["cat-file", "--batch"]);
        let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = started.map_err(|error| Error::new(format!("cannot run git cat-file: {error}")))?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Ok(Self { child, input, output })
    }

    fn ask(&mut self, name: &str) -> std::io::Result<Option<Object>> {
        let input = self.input.as_mut().expect("it is taken only when the process ends");
        input.write_all(format!("{name}\n").as_bytes())?;
        input.flush()?;
        let mut line = Vec::new();
        self.output.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err(std::io::Error::other("it ended"));
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        // `<id> <kind> <size>`, or the name and what is wrong with it.
        let fields: Vec<_> = line.split(' ').collect();
        let [id, kind, size] = fields[..] else { return Ok(None) };
        let Ok(size) = size.parse() else { return Ok(None) };
        let mut data = vec![0; size];
        self.output.read_exact(&mut data)?;
        self.output.read_exact(&mut [0])?;
        Ok(Some(Object { id: id.to_owned(), kind: kind.to_owned(), data }))
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // The process ends when its input does.
        drop(self.input.take());
        self.child.wait().ok();
    }
}

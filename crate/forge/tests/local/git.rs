//! Repositories made by real git.
#![allow(dead_code, reason = "each test file uses some of it")]

use std::cell::Cell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use repin::resolution::{Relation, Status};
use repin::source::{Images, SourceError, Tag};
use repin::{Oid, Question, Resolution};
use repin_forge::local::Local;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::memory::now;
use crate::memory::oracle::hexadecimal;
use crate::served::same_through_http;

/// A repository in a folder that goes away with it.
pub(crate) struct Repo {
    pub(crate) path: PathBuf,
    seconds: Cell<i64>,
    _folder: TempDir,
}

/// A file of a commit: path, mode, content; of a submodule the commit's id.
#[derive(Clone, Copy)]
pub(crate) struct File<'a>(pub(crate) &'a [u8], pub(crate) &'a str, pub(crate) &'a [u8]);

/// A plain file.
pub(crate) fn file<'a>(path: &'a str, content: &'a str) -> File<'a> {
    File(path.as_bytes(), "100644", content.as_bytes())
}

/// A symbolic link.
pub(crate) fn link<'a>(path: &'a str, target: &'a str) -> File<'a> {
    File(path.as_bytes(), "120000", target.as_bytes())
}

/// Runs git in a folder, with nothing of this machine's configuration, and returns its standard output.
pub(crate) fn git_in(folder: &Path, args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("git")
        .args(args)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "Ada Example")
        .env("GIT_AUTHOR_EMAIL", "ada@example.org")
        .env("GIT_COMMITTER_NAME", "Ada Example")
        .env("GIT_COMMITTER_EMAIL", "ada@example.org")
        .env("GIT_AUTHOR_DATE", "1700000000 +0000")
        .env("GIT_COMMITTER_DATE", "1700000000 +0000")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("git is installed");
    // A git that stops before it has read all says why itself. What it prints is read meanwhile, or it would wait for us.
    let mut stdin = child.stdin.take().unwrap();
    let (written, output) = std::thread::scope(|scope| {
        let writing = scope.spawn(move || stdin.write_all(input));
        let output = child.wait_with_output().unwrap();
        (writing.join().unwrap(), output)
    });
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "git {args:?}: {problem}");
    written.unwrap();
    output.stdout
}

impl Repo {
    /// An empty repository.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("repository");
        std::fs::create_dir(&path).unwrap();
        git_in(&path, &["init", "--quiet", "--initial-branch=main"], b"");
        Self { path, seconds: Cell::new(1_600_000_000), _folder: folder }
    }

    /// What this makes of it, in a folder beside it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.path.with_file_name(name)
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        String::from_utf8(git_in(&self.path, args, b"")).unwrap().trim().to_owned()
    }

    /// A commit of these files and no others, a minute after the last one; the branch points to it.
    pub(crate) fn commit(&self, branch: &str, parents: &[Oid], files: &[File<'_>]) -> Oid {
        self.seconds.set(self.seconds.get() + 60);
        self.commit_at(self.seconds.get(), branch, parents, files)
    }

    /// The same at a time of the caller's choice.
    pub(crate) fn commit_at(&self, seconds: i64, branch: &str, parents: &[Oid], files: &[File<'_>]) -> Oid {
        let mut stream = Vec::new();
        write_commit(&mut stream, 1, seconds, branch, &parents.iter().map(Oid::to_string).collect::<Vec<_>>(), files);
        stream.extend_from_slice(b"get-mark :1\n");
        let output = git_in(&self.path, &["fast-import", "--quiet", "--force"], &stream);
        String::from_utf8(output).unwrap().trim().parse().unwrap()
    }

    pub(crate) fn open(&self) -> Local {
        Local::open(&self.path).unwrap()
    }

    /// With these tags in its registry, about a revision; the recipe says what the inputs are.
    pub(crate) fn resolve(&self, revision: impl ToString, tags: &[&str]) -> Resolution {
        self.ask(&Question { revision: Some(revision.to_string()), ..Question::default() }, tags)
    }

    /// The same, where patterns say what the inputs are.
    pub(crate) fn resolve_by(&self, revision: impl ToString, patterns: &[&str], tags: &[&str]) -> Resolution {
        let inputs = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        self.ask(&Question { revision: Some(revision.to_string()), inputs, ..Question::default() }, tags)
    }

    /// The same of the clone alone, where it has what no server can show.
    pub(crate) fn resolve_here(&self, revision: impl ToString, tags: &[&str]) -> Resolution {
        let question = Question { revision: Some(revision.to_string()), ..Question::default() };
        now(repin::resolve::resolve(&with_tags(self.open(), tags), &question)).unwrap()
    }

    pub(crate) fn ask(&self, question: &Question, tags: &[&str]) -> Resolution {
        let answer = now(repin::resolve::resolve(&with_tags(self.open(), tags), question)).unwrap();
        same_through_http(&self.path, question, Some(tags), &answer);
        answer
    }

    /// What a CI that builds on change would have made.
    pub(crate) fn predict(&self, revision: impl ToString) -> Resolution {
        let question = Question { revision: Some(revision.to_string()), ..Question::default() };
        let answer = now(repin::resolve::resolve(&self.open(), &question)).unwrap();
        same_through_http(&self.path, &question, None, &answer);
        answer
    }

    /// The key of an environment of these files, by `git ls-tree`.
    pub(crate) fn key(&self, revision: impl ToString, paths: &[&str]) -> String {
        let revision = revision.to_string();
        let args: Vec<&str> =
            ["ls-tree", "-r", "-z", &revision, "--"].into_iter().chain(paths.iter().copied()).collect();
        sha256(&git_in(&self.path, &args, b""))
    }
}

pub(crate) fn sha256(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

/// A commit in the form of `git fast-import`, with a mark to name it by.
pub(crate) fn write_commit(
    stream: &mut Vec<u8>,
    mark: usize,
    seconds: i64,
    branch: &str,
    parents: &[String],
    files: &[File<'_>],
) {
    write!(
        stream,
        "commit refs/heads/{branch}\nmark :{mark}\ncommitter Ada Example <ada@example.org> {seconds} +0200\ndata 7\nA title\n"
    )
    .unwrap();
    for (at, parent) in parents.iter().enumerate() {
        writeln!(stream, "{} {parent}", if at == 0 { "from" } else { "merge" }).unwrap();
    }
    stream.extend_from_slice(b"deleteall\n");
    for File(path, mode, content) in files {
        if *mode == "160000" {
            write!(stream, "M {mode} {} ", std::str::from_utf8(content).unwrap()).unwrap();
            stream.extend_from_slice(path);
        } else {
            write!(stream, "M {mode} inline ").unwrap();
            stream.extend_from_slice(path);
            write!(stream, "\ndata {}\n", content.len()).unwrap();
            stream.extend_from_slice(content);
        }
        stream.push(b'\n');
    }
}

pub(crate) fn with_tags(local: Local, tags: &[&str]) -> Local {
    local.with_images(Images { tags: tags.iter().map(|&tag| Tag::from(tag)).collect(), ..Images::default() })
}

pub(crate) fn seven(id: Oid) -> String {
    id.abbreviated(7)
}

/// `found`, `missing no-image`, `unknown shallow` ...
pub(crate) fn word(answer: &Resolution) -> String {
    let code = answer.reason.as_ref().map(|reason| format!(" {}", reason.code)).unwrap_or_default();
    format!("{}{code}", answer.status)
}

/// That an image was found, and which.
#[track_caller]
pub(crate) fn found(answer: &Resolution, image: Oid, relation: Relation, distance: Option<u64>) {
    assert_eq!(answer.status, Status::Found, "{answer:#?}");
    let found = answer.image.as_ref().unwrap();
    assert_eq!((found.commit, found.relation, found.distance), (image, relation, distance), "{answer:#?}");
}

#[track_caller]
pub(crate) fn predicted(answer: &Resolution, image: Oid, distance: u64) {
    assert_eq!(answer.status, Status::Predicted, "{answer:#?}");
    let found = answer.image.as_ref().unwrap();
    assert_eq!((found.commit, found.distance, found.verified), (image, Some(distance), false), "{answer:#?}");
    assert!(image.starts_with(&found.tag), "{answer:#?}");
}

/// That there is no image, and why.
#[track_caller]
pub(crate) fn none(answer: &Resolution, wanted: &str) {
    assert_eq!(word(answer), wanted, "{answer:#?}");
    assert_eq!(answer.image, None);
}

/// The paths of the environment.
pub(crate) fn paths(answer: &Resolution) -> Vec<&str> {
    answer.environment.iter().flat_map(|environment| &environment.files).map(|file| file.path.as_str()).collect()
}

pub(crate) fn key(answer: &Resolution) -> &str {
    answer.environment.as_ref().map_or("", |environment| environment.key.as_str())
}

pub(crate) fn error(local: Result<Local, SourceError>, question: &Question) -> SourceError {
    match local {
        Ok(local) => now(repin::resolve::resolve(&local, question)).unwrap_err(),
        Err(error) => error,
    }
}

//! Notes for everybody: the notes ref is pushed by git itself, which knows how the user signs in.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

use repin::note::NOTES_REF;

use crate::error::Failure;

/// How often somebody else may push first.
const TRIES: usize = 5;
/// Where their notes are while they are merged.
const THEIRS: &str = "refs/notes/repin-of-remote";

/// Pushes the notes of the repository at `folder` to a remote. Where the remote has others, they are merged first: all lines
/// of both stay. What is said of the remote, without what is secret in an address; `None` where there are no notes to push.
pub(super) fn push(folder: &Path, remote: &str) -> Result<Option<String>, Failure> {
    let shown = without_secrets(remote);
    if !git(folder, ["show-ref", "--verify", "--quiet", NOTES_REF])?.status.success() {
        return Ok(None);
    }
    let refs = format!("{NOTES_REF}:{NOTES_REF}");
    for _ in 0..TRIES {
        let pushed = git(folder, ["push", "--porcelain", remote, &refs])?;
        if pushed.status.success() {
            return Ok(Some(shown));
        }
        // `!` TAB refs TAB `[rejected] (fetch first)`; a server that does not want it says `[remote rejected]`.
        let said = String::from_utf8_lossy(&pushed.stdout).into_owned();
        if !said.contains("\t[rejected]") {
            return Err(failed(&format!("the notes could not be pushed to {shown}"), &pushed)
                .hint("they are in this repository; `git push` has to have the right to write there"));
        }
        merge(folder, remote, &shown)?;
    }
    Err(Failure::new(format!("{shown} had other notes each time that ours were to be pushed"))
        .hint("the notes are in this repository; push them later, with the same command"))
}

/// Takes the remote's notes in.
fn merge(folder: &Path, remote: &str, shown: &str) -> Result<(), Failure> {
    let what = format!("the notes of {shown} could not be merged with those here");
    run(folder, &what, &["fetch", "--no-tags", remote, &format!("+{NOTES_REF}:{THEIRS}")])?;
    let merged = run(folder, &what, &["notes", "--ref=repin", "merge", "--quiet", "--strategy=cat_sort_uniq", THEIRS]);
    run(folder, &what, &["update-ref", "-d", THEIRS])?;
    merged
}

fn run(folder: &Path, what: &str, args: &[&str]) -> Result<(), Failure> {
    let output = git(folder, args)?;
    if output.status.success() { Ok(()) } else { Err(failed(what, &output)) }
}

fn git(folder: &Path, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    // Its messages are read.
    command.current_dir(folder).env("LC_ALL", "C").env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
    if !has_name(folder) {
        command.args(["-c", "user.name=repin", "-c", "user.email=repin@localhost"]);
    }
    command.args(args).output().map_err(|error| {
        Failure::new("git could not be run")
            .because(&error)
            .hint("--push needs git; without it the notes are written all the same")
    })
}

/// Whether git knows who commits here. A CI job has no name.
fn has_name(folder: &Path) -> bool {
    let asked = Command::new("git")
        .args(["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"])
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .output();
    asked.is_ok_and(|output| output.status.success())
}

/// What git says went wrong, without what is secret in addresses.
fn failed(what: &str, output: &Output) -> Failure {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<String> = said.lines().filter(|line| !line.trim().is_empty()).take(5).map(without_secrets).collect();
    Failure::new(format!("{what}: {}", lines.join("; ")))
}

/// A text with nothing between `://` and `@`.
fn without_secrets(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        shown.push_str(before);
        shown.push_str("://");
        let end = after.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(after.len());
        let (authority, tail) = after.split_at(end);
        shown.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::without_secrets;

    #[test]
    fn addresses_are_shown_without_secrets() {
        for (text, shown) in [
            ("fatal: 'https://job:secret@host/a.git' not found", "fatal: 'https://host/a.git' not found"),
            ("https://a:b@c@host:80/x and ssh://git@host/y", "https://host:80/x and ssh://host/y"),
            ("https://host/a@b", "https://host/a@b"),
            ("nothing of that", "nothing of that"),
        ] {
            assert_eq!(without_secrets(text), shown);
        }
    }
}

//! A long history, written by `git fast-import`.

use std::io::{self, Write};
use std::path::Path;

use crate::{Git, Result};

/// The files that [`generated`] changes as image inputs.
pub const GENERATED_INPUTS: [&str; 2] = ["Dockerfile", "requirements.txt"];

/// Commits between two changes of an image input.
const INPUTS_EVERY: usize = 500;
/// Commits between two merges; a side branch of [`SIDE`] commits goes into each.
const MERGE_EVERY: usize = 20;
const SIDE: usize = 3;
/// The files are `src/00/00.py` and so on: this many folders, and this many files in each.
const FOLDERS: usize = 64;
const FILES: usize = 16;

/// Makes a bare repository of `commits` commits in `dir`: one line with side branches that are merged, 1,024 files, and every 500
/// commits a change of an image input. The newest 50 commits change none, so a question about the tip has to go back.
///
/// # Errors
/// git fails.
pub fn generated(dir: &Path, commits: usize) -> Result<Git> {
    let git = Git::init_bare(dir)?;
    git.feed(&["fast-import", "--quiet", "--done"], |out| {
        for number in 1..=commits {
            commit(out, number, commits, git.tick())?;
        }
        writeln!(out, "done")
    })?;
    Ok(git)
}

/// Where a commit stands in a side branch, counted from 0; [`SIDE`] is the merge of it.
fn on_side(number: usize) -> Option<usize> {
    let place = number % MERGE_EVERY;
    (number >= MERGE_EVERY && place <= SIDE).then_some(place)
}

fn commit(out: &mut dyn Write, number: usize, of: usize, date: u64) -> io::Result<()> {
    let place = on_side(number);
    let merge = place == Some(SIDE);
    let branch = if place.is_some() && !merge { "side" } else { "main" };
    writeln!(out, "commit refs/heads/{branch}\nmark :{number}")?;
    writeln!(out, "committer Ada Example <ada@example.org> {date} +0100")?;
    data(out, &format!("Commit {number}"))?;
    match place {
        // A side branch begins at the newest commit of the line, the one before it.
        Some(0) => writeln!(out, "from :{}", number - 1)?,
        Some(_) if merge => writeln!(out, "from :{}\nmerge :{}", number - SIDE - 1, number - 1)?,
        _ => {}
    }
    if merge {
        for side in number - SIDE..number {
            change(out, side)?;
        }
    }
    if number == 1 {
        for path in GENERATED_INPUTS {
            file(out, path, "FROM scratch\n")?;
        }
        for file_number in 0..FOLDERS * FILES {
            file(out, &source(file_number), "pass\n")?;
        }
    } else if number % INPUTS_EVERY == INPUTS_EVERY / 2 && number + 50 < of {
        let path = GENERATED_INPUTS[number / INPUTS_EVERY % GENERATED_INPUTS.len()];
        file(out, path, &format!("# {number}\n"))?;
    } else {
        change(out, number)?;
    }
    Ok(())
}

/// What an ordinary commit changes.
fn change(out: &mut dyn Write, number: usize) -> io::Result<()> {
    // A step that is prime to the number of files comes by all of them.
    file(out, &source(number * 389), &format!("print({number})\n"))
}

fn source(number: usize) -> String {
    let number = number % (FOLDERS * FILES);
    format!("src/{:02}/{:02}.py", number / FILES, number % FILES)
}

fn file(out: &mut dyn Write, path: &str, content: &str) -> io::Result<()> {
    writeln!(out, "M 100644 inline {path}")?;
    data(out, content)
}

fn data(out: &mut dyn Write, content: &str) -> io::Result<()> {
    writeln!(out, "data {}\n{content}", content.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_history_has_its_commits_merges_and_changes() {
        let dir = std::env::temp_dir().join(format!("repin-generated-{}", std::process::id()));
        let git = generated(&dir, 2_010).expect("git runs");
        let count = |args: &[&str]| git.run(&[&["rev-list", "--count", "main"], args].concat()).expect("git runs");
        assert_eq!(count(&[]), "2010");
        assert_eq!(count(&["--merges"]), "100");
        assert_eq!(count(&["--", "Dockerfile"]), "3");
        assert_eq!(count(&["--", "requirements.txt"]), "3");
        std::fs::remove_dir_all(dir).expect("it was made above");
    }
}

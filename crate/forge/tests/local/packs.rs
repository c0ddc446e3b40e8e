//! Histories that are long enough to be read from packs, and by several threads.

use std::collections::BTreeMap;

use repin::Oid;
use repin::history::history;

use crate::git::{File, Repo, git_in, with_tags, write_commit};
use crate::memory::oracle::{Files, Oracle};
use crate::memory::random::Dice;
use crate::memory::{about, now};
use crate::tags::hex;

/// Writes a line of commits with these files, packs it in a way, and compares all keys with the files that are inputs.
#[track_caller]
fn keys_are_right(commits: &[BTreeMap<String, String>], patterns: &[&str], repack: &[&str]) {
    let repo = Repo::new();
    let mut stream = Vec::new();
    for (at, files) in commits.iter().enumerate() {
        let parents: Vec<String> = if at == 0 { Vec::new() } else { vec![format!(":{at}")] };
        let files: Vec<File<'_>> =
            files.iter().map(|(path, content)| File(path.as_bytes(), "100644", content.as_bytes())).collect();
        write_commit(&mut stream, at + 1, 1_600_000_000 + i64::try_from(at).unwrap(), "main", &parents, &files);
    }
    git_in(&repo.path, &["fast-import", "--quiet"], &stream);
    repo.git(repack);
    let globs: Vec<_> = patterns.iter().map(|pattern| repin::glob::Glob::new(pattern)).collect();
    let mut wanted: Vec<Option<String>> = Vec::new();
    for files in commits {
        let inputs = files.iter().filter(|(path, _)| globs.iter().any(|glob| glob.matches(path)));
        let inputs: Files = inputs
            .map(|(path, content)| {
                let blob = hex("blob", content.as_bytes()).parse().unwrap();
                (path.clone().into_bytes(), ("100644".to_owned(), blob))
            })
            .collect();
        wanted.push((!inputs.is_empty()).then(|| Oracle::key(&inputs)));
    }
    let tip: Oid = repo.git(&["rev-parse", "main"]).parse().unwrap();
    let entries = now(history(&with_tags(repo.open(), &[]), &about(tip, patterns), None)).unwrap().entries;
    let keys: Vec<Option<String>> = entries.iter().rev().map(|entry| entry.key.as_deref().map(str::to_owned)).collect();
    assert_eq!(keys.len(), wanted.len());
    for (at, (found, wanted)) in keys.iter().zip(&wanted).enumerate() {
        assert_eq!(found, wanted, "commit {at}: {:?}", commits[at].keys());
    }
}

const PATTERNS: [&str; 4] = ["Dockerfile", "requirements.txt", "docker/a", "zz"];

#[test]
fn files_that_come_go_and_change_in_a_packed_history() {
    for (seed, repack) in [
        (1, &["repack", "-a", "-d", "-f", "--quiet"][..]),
        (2, &["repack", "-a", "-d", "-f", "--quiet", "--depth=250", "--window=50"]),
        (3, &["repack", "-a", "-d", "-f", "--quiet", "--depth=2"]),
        (4, &["status"]),
    ] {
        let mut dice = Dice::new(seed);
        let mut files: BTreeMap<String, String> = (0..40).map(|at| (format!("file{at:02}"), String::new())).collect();
        let mut commits = Vec::new();
        for at in 0..700 {
            files.insert(format!("file{:02}", dice.below(40)), format!("{at}"));
            if dice.percent(15) {
                // A file and a folder of one name take turns; neighbours of what is looked for come and go.
                let path = *dice.one_of(&[
                    "Dockerfile",
                    "Dockerfile.gpu",
                    "Dockerfil",
                    "requirements.txt",
                    "requirements",
                    "docker",
                    "docker-a",
                    "docker.a",
                    "zz",
                    "zzz",
                    "A",
                    "z",
                ]);
                if dice.percent(40) {
                    files.remove(path);
                } else if path == "docker" && dice.percent(70) {
                    files.remove("docker");
                    files.insert(format!("docker/{}", dice.one_of(&["a", "b"])), format!("{}", dice.below(3)));
                } else {
                    if path == "docker" {
                        files.retain(|path, _| !path.starts_with("docker/"));
                    }
                    files.insert(path.to_owned(), format!("{}", dice.below(3)));
                }
            }
            commits.push(files.clone());
        }
        keys_are_right(&commits, &PATTERNS, repack);
    }
}

/// A tree's entry is `mode SP name NUL id`. A file whose name ends like another entry begins holds that entry's bytes.
#[test]
fn a_name_that_looks_like_an_entry_of_a_tree_is_none() {
    let mut files: BTreeMap<String, String> = (0..40).map(|at| (format!("file{at:02}"), String::new())).collect();
    files.insert("Dockerfile".into(), "FROM scratch\n".into());
    // Neither the first entry nor the last.
    files.insert("A".into(), String::new());
    let mut commits = Vec::new();
    for at in 0..700 {
        files.insert(format!("file{:02}", at % 40), format!("{at}"));
        let mut these = files.clone();
        if at % 100 == 50 {
            let content = these.remove("Dockerfile").unwrap();
            these.insert("D100644 Dockerfile".into(), content);
            // Git writes the smaller of two folders as its difference from the larger one, and this is the only one
            // of its size.
            for other in 0..=at / 100 {
                these.remove(&format!("file{other:02}"));
            }
        }
        commits.push(these);
    }
    let repack = ["repack", "-a", "-d", "-f", "--quiet", "--window=1000", "--depth=1000"];
    keys_are_right(&commits, &["Dockerfile"], &repack);
}

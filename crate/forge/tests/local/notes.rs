//! Notes on commits: what git writes is read, and what is written git reads.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use repin::Oid;
use repin::note::{NOTES_REF, Note};
use repin_forge::local::{Local, Written};

use crate::git::{Repo, file, git_in, seven, sha256};

fn note(commit: Oid, built_from: Oid) -> Note {
    Note {
        image: format!("registry.example.org/ada/course:{}", seven(commit)),
        digest: format!("sha256:{}", sha256(built_from.as_bytes())),
        built_from,
        environment: Some(sha256(b"environment")),
    }
}

/// A repository of so many commits.
fn commits(count: usize) -> (Repo, Vec<Oid>) {
    let repo = Repo::new();
    let mut stream = String::new();
    for at in 1..=count {
        let _ = write!(
            stream,
            "commit refs/heads/main\nmark :{at}\ncommitter A <a@b> {} +0000\ndata 1\nt\n",
            1_600_000_000 + at
        );
        let _ = write!(stream, "M 644 inline file\ndata <<END\n{at}\nEND\n\nget-mark :{at}\n");
    }
    let output = git_in(&repo.path, &["fast-import", "--quiet"], stream.as_bytes());
    let ids = String::from_utf8(output).unwrap().lines().map(|id| id.parse().unwrap()).collect();
    (repo, ids)
}

/// What git has as the notes of each commit.
fn shown(path: &Path) -> BTreeMap<Oid, String> {
    let git = |args: &[&str], input: &[u8]| String::from_utf8(git_in(path, args, input)).unwrap();
    let list = git(&["notes", "--ref=repin", "list"], b"");
    let mut of = BTreeMap::new();
    for line in list.lines() {
        let (blob, commit) = line.split_once(' ').unwrap();
        of.insert(commit.parse().unwrap(), git(&["cat-file", "blob", blob], b""));
    }
    of
}

fn write(local: &Local, notes: &[(Oid, Note)]) -> (usize, usize) {
    let Written { added, unchanged, .. } = local.write_notes(notes).unwrap();
    (added, unchanged)
}

#[test]
fn git_shows_what_is_written_and_twice_is_once() {
    let (repo, ids) = commits(2);
    let bare = repo.beside("bare");
    repo.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    let tree = repo.beside("tree");
    repo.git(&["worktree", "add", "--quiet", "--detach", tree.to_str().unwrap()]);
    let shallow = repo.beside("shallow");
    let url = format!("file://{}", repo.path.display());
    repo.git(&["clone", "--quiet", "--depth=1", &url, shallow.to_str().unwrap()]);
    for (name, path) in [("bare", &bare), ("linked worktree", &tree), ("shallow", &shallow), ("plain", &repo.path)] {
        let commit = ids[1];
        let own = note(commit, ids[0]);
        let local = Local::open(path).unwrap();
        // The linked worktree and its repository have one ref: it is there already in the last of them.
        let is_new = usize::from(name != "plain");
        assert_eq!(local.notes().unwrap().is_empty(), name != "plain", "{name}");
        assert_eq!(write(&local, &[(commit, own.clone())]), (is_new, 1 - is_new), "{name}");
        let tip = git_in(path, &["rev-parse", NOTES_REF], b"");
        assert_eq!(write(&local, &[(commit, own.clone()), (commit, own.clone())]), (0, 1), "{name}");
        assert_eq!(git_in(path, &["rev-parse", NOTES_REF], b""), tip, "{name}: nothing new is no commit");
        let text =
            String::from_utf8(git_in(path, &["notes", "--ref=repin", "show", &commit.to_string()], b"")).unwrap();
        assert_eq!(text, format!("{}\n", own.line()), "{name}");
        assert_eq!(Local::open(path).unwrap().notes().unwrap().of(commit), [own], "{name}");
        git_in(path, &["fsck", "--strict"], b"");
    }
    assert!(repo.git(&["reflog", NOTES_REF]).contains("Notes added by 'repin'"));
}

#[test]
fn what_others_wrote_stays() {
    let (repo, ids) = commits(2);
    repo.git(&["notes", "--ref=repin", "add", "-m", "a line of a person\n\nand another", &ids[0].to_string()]);
    repo.git(&["notes", "--ref=repin", "add", "-m", "not ours", &ids[1].to_string()]);
    let (first, second) = (note(ids[0], ids[0]), note(ids[0], ids[1]));
    let local = repo.open();
    assert_eq!(write(&local, &[(ids[0], first.clone())]), (1, 0));
    assert_eq!(write(&local, &[(ids[0], second.clone()), (ids[0], first.clone())]), (1, 1));
    let expected = format!("a line of a person\n\nand another\n{}\n{}\n", first.line(), second.line());
    assert_eq!(shown(&repo.path), BTreeMap::from([(ids[0], expected), (ids[1], "not ours\n".to_owned())]));
    assert_eq!(local.notes().unwrap().of(ids[0]), [first, second]);
    assert_eq!(local.notes().unwrap().of(ids[1]), []);
    assert_eq!(repo.git(&["rev-list", "--count", NOTES_REF]), "4", "each change is a commit on the one before");
}

/// Git makes folders of the digits once there are many notes; so does what is written here, elsewhere.
#[test]
fn any_fan_out_is_read_and_keeps_what_it_has() {
    for count in [255, 256, 257, 3000] {
        let (repo, ids) = commits(count);
        let mut stream = format!(
            "commit {NOTES_REF}\ncommitter A <a@b> 1600000000 +0000\ndata 1\nn\nM 644 inline README\ndata 3\nhi\n\nM 644 inline ab/c/d\ndata 1\nx\n"
        );
        let of = |commit: Oid| format!("{}\nline\n", note(commit, commit).line());
        for id in &ids[1..] {
            let text = of(*id);
            let _ = write!(stream, "N inline {id}\ndata {}\n{text}\n", text.len());
        }
        git_in(&repo.path, &["fast-import", "--quiet"], stream.as_bytes());
        let local = repo.open();
        let notes = local.notes().unwrap();
        assert!(ids[1..].iter().all(|id| notes.of(*id) == [note(*id, *id)]), "{count}");
        assert_eq!(notes.iter().count(), count - 1);

        assert_eq!(write(&local, &[(ids[0], note(ids[0], ids[1]))]), (1, 0), "{count}");
        let mut expected: BTreeMap<Oid, String> = ids.iter().map(|id| (*id, of(*id))).collect();
        expected.insert(ids[0], format!("{}\n", note(ids[0], ids[1]).line()));
        assert_eq!(repo.git(&["notes", "--ref=repin", "list"]).lines().count(), count);
        let sample = [ids[0], ids[1], ids[count / 2], ids[count - 1]];
        for id in sample {
            let text = git_in(&repo.path, &["notes", "--ref=repin", "show", &id.to_string()], b"");
            assert_eq!(String::from_utf8(text).unwrap(), expected[&id], "{count}: {id}");
        }
        assert_eq!(repo.git(&["show", &format!("{NOTES_REF}:README")]), "hi", "what is no note stays");
        assert_eq!(repo.git(&["show", &format!("{NOTES_REF}:ab/c/d")]), "x");
        git_in(&repo.path, &["fsck", "--strict"], b"");
        // Git rewrites it in its own way, and it is read again.
        repo.git(&["notes", "--ref=repin", "append", "-m", "by git", &ids[1].to_string()]);
        assert_eq!(local.notes().unwrap().iter().count(), count, "{count}");
    }
}

#[test]
fn one_commit_at_two_fan_outs_keeps_both_texts() {
    let (repo, ids) = commits(1);
    let digits = ids[0].to_string();
    let (first, second) = (note(ids[0], ids[0]).line(), "by hand");
    let mut stream = format!("commit {NOTES_REF}\ncommitter A <a@b> 1600000000 +0000\ndata 1\nn\n");
    for (path, text) in [(digits.clone(), first.as_str()), (format!("{}/{}", &digits[..2], &digits[2..]), second)] {
        let _ = write!(stream, "M 644 inline {path}\ndata {}\n{text}\n", text.len());
    }
    git_in(&repo.path, &["fast-import", "--quiet"], stream.as_bytes());
    let other = Note { environment: None, ..note(ids[0], ids[0]) };
    assert_eq!(write(&repo.open(), &[(ids[0], other.clone())]), (1, 0));
    let text = shown(&repo.path).remove(&ids[0]).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let other = other.line();
    let mut expected = [first.as_str(), second, other.as_str()];
    expected.sort_unstable();
    assert_eq!(lines, expected);
}

#[test]
fn two_who_write_at_once_lose_nothing() {
    let (repo, ids) = commits(40);
    std::thread::scope(|scope| {
        for half in ids.chunks(10) {
            let path = &repo.path;
            scope.spawn(move || {
                let local = Local::open(path).unwrap();
                for id in half {
                    assert_eq!(write(&local, &[(*id, note(*id, *id))]), (1, 0));
                }
            });
        }
    });
    let notes = repo.open().notes().unwrap();
    assert!(ids.iter().all(|id| notes.of(*id) == [note(*id, *id)]));
    assert_eq!(repo.git(&["rev-list", "--count", NOTES_REF]), "40");
}

/// `cat_sort_uniq` is git's own way to merge lines.
#[test]
fn git_merges_what_two_people_wrote() {
    let (repo, ids) = commits(2);
    let other = repo.beside("other");
    repo.git(&["clone", "--quiet", ".", other.to_str().unwrap()]);
    write(&repo.open(), &[(ids[0], note(ids[0], ids[0])), (ids[1], note(ids[1], ids[0]))]);
    write(&Local::open(&other).unwrap(), &[(ids[0], note(ids[0], ids[0])), (ids[1], note(ids[1], ids[1]))]);
    repo.git(&["fetch", "--quiet", other.to_str().unwrap(), &format!("{NOTES_REF}:refs/notes/theirs")]);
    repo.git(&["notes", "--ref=repin", "merge", "--quiet", "-s", "cat_sort_uniq", "theirs"]);
    let notes = repo.open().notes().unwrap();
    assert_eq!(notes.of(ids[0]), [note(ids[0], ids[0])]);
    let mut both = notes.of(ids[1]).to_vec();
    both.sort_unstable_by_key(|note| note.built_from != ids[0]);
    assert_eq!(both, [note(ids[1], ids[0]), note(ids[1], ids[1])]);
}

#[test]
fn what_cannot_be_done_is_said() {
    let (repo, ids) = commits(1);
    let tree: Oid = repo.git(&["rev-parse", "HEAD^{tree}"]).parse().unwrap();
    let nobody: Oid = "00000000000000000000000000000000000000aa".parse().unwrap();
    for (name, commit) in [("a commit that is not here", nobody), ("a tree", tree)] {
        let error = repo.open().write_notes(&[(commit, note(ids[0], ids[0]))]).unwrap_err();
        assert!(error.to_string().contains(&commit.to_string()[..7]), "{name}: {error}");
    }
    assert!(repo.open().notes().unwrap().is_empty());

    // Somebody holds the ref, or was interrupted while doing so.
    let lock = repo.path.join(".git/refs/notes/repin.lock");
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    std::fs::write(&lock, b"").unwrap();
    let error = repo.open().write_notes(&[(ids[0], note(ids[0], ids[0]))]).unwrap_err();
    assert!(error.to_string().contains(NOTES_REF), "{error}");
    std::fs::remove_file(&lock).unwrap();

    // A note as large as no note of ours.
    std::fs::write(repo.path.join("large"), vec![b'x'; (1 << 20) + 1]).unwrap();
    repo.git(&["notes", "--ref=repin", "add", "-F", "large", &ids[0].to_string()]);
    assert!(repo.open().notes().unwrap().is_empty());
    let error = repo.open().write_notes(&[(ids[0], note(ids[0], ids[0]))]).unwrap_err();
    assert!(error.to_string().contains("is not added to"), "{error}");

    let blob = repo.git(&["hash-object", "-w", "large"]);
    repo.git(&["update-ref", NOTES_REF, &blob]);
    let error = repo.open().notes().unwrap_err();
    assert!(error.to_string().contains(NOTES_REF), "{error}");
}

#[test]
fn an_empty_repository_has_none() {
    assert!(Repo::new().open().notes().unwrap().is_empty());
    let repo = Repo::new();
    repo.commit("main", &[], &[file("a", "b")]);
    assert!(repo.open().notes().unwrap().is_empty());
    assert_eq!(write(&repo.open(), &[]), (0, 0));
}

//! Where repositories are, and what they lack.

use std::path::Path;

use repin::history::history;
use repin::resolution::{Relation, Status};
use repin::source::{Source as _, SourceError};
use repin::{Oid, Question, Resolution};
use repin_forge::local::Local;

use crate::git::{File, Repo, error, file, found, git_in, none, predicted, seven, with_tags};
use crate::memory::now;

const DOCKERFILE: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\n");

fn notes(content: &str) -> [File<'_>; 2] {
    [DOCKERFILE, file("docs/notes.md", content)]
}

fn resolve(path: &Path, revision: impl ToString, tags: &[&str]) -> Resolution {
    let question = Question { revision: Some(revision.to_string()), ..Question::default() };
    now(repin::resolve::resolve(&with_tags(Local::open(path).unwrap(), tags), &question)).unwrap()
}

fn predict(path: &Path, revision: impl ToString) -> Resolution {
    let question = Question { revision: Some(revision.to_string()), ..Question::default() };
    now(repin::resolve::resolve(&Local::open(path).unwrap(), &question)).unwrap()
}

/// Four commits, of which the first has another environment.
fn four() -> (Repo, [Oid; 4]) {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[file("Dockerfile", "FROM other\n")]);
    let b = repo.commit("main", &[a], &notes("b"));
    let c = repo.commit("main", &[b], &notes("c"));
    let d = repo.commit("main", &[c], &notes("d"));
    (repo, [a, b, c, d])
}

/// A clone of so many commits.
fn shallow(repo: &Repo, depth: usize) -> std::path::PathBuf {
    let clone = repo.beside(&format!("shallow-{depth}-{}", &repo.git(&["rev-parse", "HEAD"])[..7]));
    let url = format!("file://{}", repo.path.display());
    repo.git(&["clone", "--quiet", "--depth", &depth.to_string(), &url, clone.to_str().unwrap()]);
    clone
}

#[test]
fn an_empty_repository_is_an_error() {
    let repo = Repo::new();
    let error = error(Ok(repo.open()), &Question::default());
    assert!(matches!(error, SourceError::Empty), "{error}");
    let error = now(history(&repo.open(), &Question::default(), None)).unwrap_err();
    assert!(matches!(error, SourceError::Empty), "{error}");
}

#[test]
fn a_folder_that_is_in_no_repository_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = error(Local::open(folder.path()), &Question::default());
    assert!(error.to_string().contains("is not in a git repository"), "{error}");
}

#[test]
fn a_repository_of_sha_256_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    git_in(folder.path(), &["init", "--quiet", "--object-format=sha256"], b"");
    let error = error(Local::open(folder.path()), &Question::default());
    // Whoever finds out, git's library or we, the chain of causes says it.
    let mut chain = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(next) = cause {
        chain += ": ";
        chain += &next.to_string();
        cause = next.source();
    }
    assert!(chain.to_lowercase().contains("sha256"), "{chain}");
}

#[test]
fn an_unknown_revision_is_an_error() {
    let (repo, [a, ..]) = four();
    for revision in ["nothing", "0000000", "v1^2", "main~99", "", "HEAD:Dockerfile", "--all"] {
        let question = Question { revision: Some(revision.into()), ..Question::default() };
        let error = error(Ok(repo.open()), &question);
        assert!(matches!(&error, SourceError::UnknownRevision { revision: named, .. } if named == revision), "{error}");
    }
    repo.git(&["remote", "add", "origin", "https://gitlab.example.org/group/name.git"]);
    repo.git(&["update-ref", "refs/remotes/origin/topic", &a.to_string()]);
    let question = Question { revision: Some("topic".into()), ..Question::default() };
    let error = error(Ok(repo.open()), &question);
    assert!(error.to_string().contains("origin/topic"), "{error}");
}

#[test]
fn revisions_are_gits_own() {
    let (repo, [a, b, c, d]) = four();
    repo.git(&["tag", "--annotate", "--message", "One", "v1", &b.to_string()]);
    for (revision, commit) in [
        ("HEAD".to_owned(), d),
        ("@".to_owned(), d),
        ("main".to_owned(), d),
        ("main~2".to_owned(), b),
        ("HEAD^".to_owned(), c),
        ("v1".to_owned(), b),
        ("v1~1".to_owned(), a),
        (seven(c), c),
        (c.to_string(), c),
        ("refs/heads/main".to_owned(), d),
    ] {
        assert_eq!(repo.resolve(&revision, &[]).commit, commit, "{revision}");
    }
    assert_eq!(now(repin::resolve::resolve(&repo.open(), &Question::default())).unwrap().commit, d);
}

#[test]
fn a_shallow_clone_answers_where_it_is_certain() {
    let (repo, [a, b, c, d]) = four();
    let clone = shallow(&repo, 2);
    assert!(Local::open(&clone).unwrap().project().shallow);
    found(&resolve(&clone, d, &[&seven(d)]), d, Relation::Exact, Some(0));
    let answer = resolve(&clone, d, &[&seven(c)]);
    found(&answer, c, Relation::Ancestor, Some(1));
    found(&resolve(&clone, d, &[&*seven(a), &seven(c)]), c, Relation::Ancestor, Some(1));
    // Whether b is right cannot be seen.
    none(&resolve(&clone, d, &[&seven(b)]), "unknown shallow");
    none(&resolve(&clone, d, &[&seven(a)]), "unknown shallow");
    none(&resolve(&clone, d, &[]), "missing no-image");
    // An unknown revision may be beyond the edge.
    let question = Question { revision: Some(a.to_string()), ..Question::default() };
    let error = error(Local::open(&clone), &question);
    assert!(error.to_string().contains("unshallow"), "{error}");
}

#[test]
fn a_prediction_does_not_look_beyond_the_edge_of_a_shallow_clone() {
    let (repo, [a, b, _, d]) = four();
    none(&predict(&shallow(&repo, 2), d), "unknown shallow");
    // At the edge itself it may have begun, or before.
    none(&predict(&shallow(&repo, 3), d), "unknown shallow");
    // All is here: the clone is none.
    predicted(&predict(&shallow(&repo, 4), d), b, 2);
    let e = repo.commit("main", &[d], &[file("Dockerfile", "FROM third\n")]);
    let clone = shallow(&repo, 2);
    predicted(&predict(&clone, e), e, 0);
    let entries = now(history(&Local::open(&clone).unwrap(), &Question::default(), None)).unwrap().entries;
    let found: Vec<_> = entries.iter().map(|entry| (entry.commit, entry.image_commit)).collect();
    assert_eq!(found, [(e, Some(e)), (d, None)]);
    let _ = a;
}

#[test]
fn a_shallow_clone_says_where_another_image_may_be_nearer() {
    let repo = Repo::new();
    let root = repo.commit("main", &[], &notes("root"));
    let old = repo.commit("side", &[root], &notes("old"));
    let side = repo.commit("side", &[old], &notes("side"));
    let a = repo.commit("main", &[root], &notes("a"));
    let merge = repo.commit("main", &[a, side], &notes("merge"));
    let clone = shallow(&repo, 2);
    let answer = resolve(&clone, merge, &[&seven(a)]);
    // Between a and the merge lies what the side branch has, of which the clone knows one commit.
    found(&answer, a, Relation::Ancestor, None);
    assert!(answer.notes.iter().any(|note| note.contains("cut off")), "{:?}", answer.notes);
    // A descendant: whatever lies between is here or not.
    let answer = resolve(&clone, a, &[&seven(merge)]);
    found(&answer, merge, Relation::Descendant, None);
    assert!(answer.notes.iter().any(|note| note.contains("cut off")), "{:?}", answer.notes);
    found(&repo.resolve(merge, &[&seven(a)]), a, Relation::Ancestor, Some(3));
    assert_eq!(repo.resolve(merge, &[&seven(a)]).notes, [""; 0]);
}

#[test]
fn bare_repositories_linked_worktrees_sub_folders_and_alternates() {
    let (repo, [a, b, c, d]) = four();
    let path = repo.path.to_str().unwrap();
    let bare = repo.beside("bare.git");
    repo.git(&["clone", "--quiet", "--bare", path, bare.to_str().unwrap()]);
    found(&resolve(&bare, "HEAD", &[&seven(b)]), b, Relation::Ancestor, Some(2));
    assert_eq!(Local::open(&bare).unwrap().work_dir(), None);

    let worktree = repo.beside("worktree");
    repo.git(&["worktree", "add", "--quiet", "-b", "topic", worktree.to_str().unwrap(), &c.to_string()]);
    let answer = resolve(&worktree, "HEAD", &[&*seven(b), &seven(d)]);
    assert_eq!(answer.commit, c);
    found(&answer, b, Relation::Ancestor, Some(1));

    let folder = worktree.join("docs");
    assert_eq!(resolve(&folder, "HEAD", &[]).commit, c);

    let shared = repo.beside("shared");
    repo.git(&["clone", "--quiet", "--shared", "--no-checkout", path, shared.to_str().unwrap()]);
    assert!(shared.join(".git/objects/info/alternates").exists());
    found(&resolve(&shared, "HEAD", &[&seven(b)]), b, Relation::Ancestor, Some(2));
    found(&resolve(&shared, a, &[&seven(a)]), a, Relation::Exact, Some(0));
}

#[test]
fn packed_objects_are_objects() {
    let (repo, [_, b, _, d]) = four();
    let lost = repo.commit("main", &[b], &notes("lost"));
    repo.git(&["update-ref", "refs/heads/main", &d.to_string()]);
    repo.git(&["repack", "-a", "-d", "--keep-unreachable", "--quiet"]);
    repo.git(&["pack-refs", "--all"]);
    found(&repo.resolve("main", &[&seven(b)]), b, Relation::Ancestor, Some(2));
    found(&repo.resolve("main", &[&seven(lost)]), lost, Relation::SameEnvironment, None);
}

#[test]
fn a_commit_graph_changes_nothing() {
    let (repo, [_, b, _, d]) = four();
    repo.git(&["commit-graph", "write", "--reachable"]);
    found(&repo.resolve(d, &[&seven(b)]), b, Relation::Ancestor, Some(2));
    predicted(&repo.predict(d), b, 2);
}

/// A clone without the blobs that are not checked out.
fn partial(repo: &Repo) -> std::path::PathBuf {
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.beside("partial");
    let url = format!("file://{}", repo.path.display());
    repo.git(&["clone", "--quiet", "--filter=blob:none", "--no-checkout", &url, clone.to_str().unwrap()]);
    clone
}

#[test]
fn a_clone_without_blobs_answers_where_it_is_certain() {
    let (repo, [_, b, _, d]) = four();
    let clone = partial(&repo);
    let answer = resolve(&clone, d, &[&seven(b)]);
    none(&answer, "unknown partial");
    assert_eq!(answer.environment, None);
    found(&resolve(&clone, d, &[&*seven(b), &seven(d)]), d, Relation::Exact, Some(0));
    // Patterns need no blob.
    let question = Question { inputs: vec!["Dockerfile".into()], ..Question::default() };
    let answer = now(repin::resolve::resolve(&with_tags(Local::open(&clone).unwrap(), &[&seven(b)]), &question));
    found(&answer.unwrap(), b, Relation::Ancestor, Some(2));
}

#[test]
fn another_commits_missing_blob_is_no_error() {
    let (repo, [a, b, _, d]) = four();
    let clone = partial(&repo);
    // What is checked out is here: the Dockerfile of d and of b; that of a is not.
    git_in(&clone, &["checkout", "--quiet"], b"");
    found(&resolve(&clone, d, &[&seven(b)]), b, Relation::Ancestor, Some(2));
    let answer = resolve(&clone, d, &[&seven(a)]);
    assert!(matches!(answer.status, Status::Missing | Status::Unknown), "{answer:#?}");
    // That one cannot be compared does not hide the one that is right.
    found(&resolve(&clone, d, &[&*seven(a), &seven(b)]), b, Relation::Ancestor, Some(2));
}

#[test]
fn a_history_of_which_a_commit_is_missing() {
    let (repo, [a, b, _, d]) = four();
    let object = b.to_string();
    std::fs::remove_file(repo.path.join(format!(".git/objects/{}/{}", &object[..2], &object[2..]))).unwrap();
    found(&repo.resolve_here(d, &[&seven(d)]), d, Relation::Exact, Some(0));
    // This is no shallow clone but damage, and an error that says what to do.
    let question = Question { revision: Some(d.to_string()), ..Question::default() };
    let error = now(repin::resolve::resolve(&with_tags(repo.open(), &[&seven(a)]), &question));
    if let Err(error) = error {
        assert!(error.to_string().contains("git fsck"), "{error}");
    }
}

#[test]
fn the_remote_says_where_the_images_are() {
    let (repo, [.., c, d]) = four();
    repo.git(&["remote", "add", "origin", "git@gitlab.com:Group/Name.git"]);
    let answer = repo.resolve(d, &[&seven(c)]);
    assert_eq!(answer.project.as_deref(), Some("Group/Name"));
    let reference = answer.image.unwrap().reference;
    assert_eq!(reference, Some(format!("registry.gitlab.com/group/name:{}", seven(c))));
}

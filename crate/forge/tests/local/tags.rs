//! Which tags of a registry stand for which commits.

use std::collections::HashMap;

use repin::Oid;
use repin::history::history;
use repin::resolution::Relation;
use sha1::{Digest as _, Sha1};

use crate::git::{File, Repo, file, found, git_in, none, predicted, seven, with_tags, word};
use crate::memory::oracle::hexadecimal;
use crate::memory::{about, now};

const DOCKERFILE: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\n");
const NOTES: File<'static> = File(b"notes.md", "100644", b"");

/// Two commits that are equal but for notes.md, and whose image job gives tags of this form.
fn two_commits(tag: &str) -> (Repo, Oid, Oid) {
    let ci = format!("image_build:\n  script:\n    - docker build --tag $CI_REGISTRY_IMAGE:{tag} .\n");
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[file(".gitlab-ci.yml", &ci), DOCKERFILE]);
    let b = repo.commit("main", &[a], &[file(".gitlab-ci.yml", &ci), DOCKERFILE, NOTES]);
    (repo, a, b)
}

#[test]
fn the_job_says_what_its_tags_are_made_of() {
    type Tag = fn(Oid) -> String;
    let cases: [(&str, Tag); 5] = [
        ("$CI_COMMIT_SHA", |id| id.to_string()),
        ("$CI_COMMIT_SHORT_SHA", |id| id.abbreviated(8)),
        ("v-$CI_COMMIT_SHORT_SHA", |id| format!("v-{}", id.abbreviated(8))),
        ("${CI_COMMIT_SHA:0:7}-gpu", |id| format!("{}-gpu", id.abbreviated(7))),
        ("$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA", |id| format!("main-{}", id.abbreviated(8))),
    ];
    for (form, tag) in cases {
        let (repo, a, b) = two_commits(form);
        let answer = repo.resolve("main", &[&tag(a)]);
        found(&answer, a, Relation::Ancestor, Some(1));
        assert_eq!(answer.expected_tag, Some(tag(b)), "{form}");
        // Seven digits are not what this job pushes.
        none(&repo.resolve(b, &[&seven(a)]), "missing no-image");
        none(&repo.resolve(b, &[&seven(b)]), "missing no-image");
        let entries =
            now(history(&with_tags(repo.open(), &[&*tag(a), &seven(b)]), &about(b, &[]), None)).unwrap().entries;
        let relations: Vec<_> = entries.iter().map(|entry| entry.relation).collect();
        assert_eq!(relations, [Some(Relation::Ancestor), Some(Relation::Exact)], "{form}");
    }
}

#[test]
fn the_job_pushes_git_tags() {
    let (repo, a, b) = two_commits("$CI_COMMIT_TAG");
    repo.git(&["tag", "v1.0", &a.to_string()]);
    let answer = repo.resolve(b, &["v1.0"]);
    found(&answer, a, Relation::Ancestor, Some(1));
    assert_eq!((answer.expected_tag, answer.image.unwrap().tag), (None, "v1.0".to_owned()));
    // This tag names a git tag that is not here: it may be of this very environment.
    none(&repo.resolve(b, &["v2.0"]), "unknown partial");
    assert_eq!(repo.resolve(a, &[]).expected_tag.as_deref(), Some("v1.0"));
}

#[test]
fn the_job_pushes_floating_tags_alone() {
    let (repo, a, b) = two_commits("latest");
    none(&repo.resolve(b, &["latest", &seven(a)]), "unknown no-scheme");
    repo.git(&["tag", "v1", &a.to_string()]);
    found(&repo.resolve(b, &["latest", "v1"]), a, Relation::Ancestor, Some(1));
}

/// Two commits that are equal but for notes.md, named as Renku names them.
fn plain() -> (Repo, Oid, Oid) {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[DOCKERFILE]);
    let b = repo.commit("main", &[a], &[DOCKERFILE, NOTES]);
    (repo, a, b)
}

#[test]
fn latest_and_branches_name_no_commit() {
    let (repo, a, b) = plain();
    repo.git(&["branch", "release", &a.to_string()]);
    none(&repo.resolve(b, &["latest", "main", "release", "cache", "v1"]), "missing no-image");
    none(&repo.resolve(b, &["latest", "main"]), "missing no-image");
}

#[test]
fn a_git_tags_name_stands_for_its_commit() {
    let (repo, a, b) = plain();
    repo.git(&["tag", "v1", &a.to_string()]);
    found(&repo.resolve(b, &["v1"]), a, Relation::Ancestor, Some(1));
    repo.git(&["tag", "--annotate", "--message", "Two", "v2", &b.to_string()]);
    found(&repo.resolve(b, &["v1", "v2"]), b, Relation::Exact, Some(0));
    // A tag of a tag.
    repo.git(&["tag", "--annotate", "--message", "Three", "v3", "v2"]);
    found(&repo.resolve(a, &["v3"]), b, Relation::Descendant, Some(1));
    repo.git(&["pack-refs", "--all", "--prune"]);
    found(&repo.resolve(b, &["v1"]), a, Relation::Ancestor, Some(1));
    found(&repo.resolve(a, &["v3"]), b, Relation::Descendant, Some(1));
    // The commit's own digits come first where an image has both names.
    let answer = repo.resolve(b, &["v2", &seven(b)]);
    assert_eq!(answer.image.unwrap().tag, seven(b));
}

#[test]
fn a_git_tag_of_a_blob_or_a_tree_names_no_commit() {
    let (repo, a, b) = plain();
    repo.git(&["tag", "blob", &format!("{a}:Dockerfile")]);
    repo.git(&["tag", "tree", &format!("{a}^{{tree}}")]);
    none(&repo.resolve(b, &["blob", "tree"]), "missing no-image");
}

#[test]
fn a_git_tag_with_the_name_of_a_branch_is_no_candidate() {
    let (repo, a, b) = plain();
    repo.git(&["tag", "v1", &a.to_string()]);
    repo.git(&["branch", "v1", &b.to_string()]);
    none(&repo.resolve(b, &["v1"]), "missing no-image");
    repo.git(&["branch", "--delete", "--force", "v1"]);
    found(&repo.resolve(b, &["v1"]), a, Relation::Ancestor, Some(1));
    // A branch that only the remote has floats as well.
    repo.git(&["remote", "add", "origin", "https://gitlab.example.org/group/name.git"]);
    repo.git(&["update-ref", "refs/remotes/origin/v1", &b.to_string()]);
    none(&repo.resolve_here(b, &["v1"]), "missing no-image");
    repo.git(&["tag", "latest", &a.to_string()]);
    none(&repo.resolve(b, &["latest"]), "missing no-image");
}

#[test]
fn a_tag_of_a_commit_that_is_not_here_leaves_the_answer_open() {
    let (repo, a, b) = plain();
    none(&repo.resolve(b, &["fffffff"]), "unknown partial");
    found(&repo.resolve(b, &["fffffff", &seven(a)]), a, Relation::Ancestor, Some(1));
    // It says what differs least among what could be compared.
    let c = repo.commit("main", &[b], &[file("Dockerfile", "FROM other\n")]);
    let answer = repo.resolve(c, &["fffffff", &seven(a)]);
    none(&answer, "unknown partial");
    assert_eq!(answer.nearest.unwrap().commit, a);
}

#[test]
fn a_tag_that_is_no_commit_but_another_object() {
    let (repo, _, b) = plain();
    let blob = repo.git(&["rev-parse", &format!("{b}:Dockerfile")]);
    let tree = repo.git(&["rev-parse", &format!("{b}^{{tree}}")]);
    assert_eq!(word(&repo.resolve(b, &[&blob[..7]])), "unknown partial");
    assert_eq!(word(&repo.resolve(b, &[&tree[..7]])), "unknown partial");
}

#[test]
fn digits_that_a_commit_shares_with_another_object_are_the_commits() {
    let config = file(".repin.toml", "tag = \"${CI_COMMIT_SHA:0:4}\"\n");
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[DOCKERFILE, config]);
    let b = repo.commit("main", &[a], &[DOCKERFILE, config, NOTES]);
    let four = a.abbreviated(4);
    let content = (0..10_000_000)
        .map(|at: u32| at.to_string())
        .find(|content| hex("blob", content.as_bytes()).starts_with(&four));
    let blob = git_in(&repo.path, &["hash-object", "-w", "--stdin"], content.unwrap().as_bytes());
    assert!(String::from_utf8(blob).unwrap().starts_with(&four));
    let answer = repo.resolve(b, &[&four]);
    found(&answer, a, Relation::Ancestor, Some(1));
    assert_eq!(answer.image.unwrap().tag, four);
}

pub(crate) fn hex(kind: &str, content: &[u8]) -> String {
    let mut hash = Sha1::new();
    hash.update(format!("{kind} {}\0", content.len()));
    hash.update(content);
    hexadecimal(&hash.finalize())
}

/// Writes two commits that share their first seven digits, one of each tree, with these parents.
fn twins(repo: &Repo, trees: [&str; 2], parent: Oid) -> [Oid; 2] {
    let content = |tree: &str, at: u32| {
        format!(
            "tree {tree}\nparent {parent}\nauthor Ada Example <ada@example.org> 1600001000 +0000\n\
             committer Ada Example <ada@example.org> 1600001000 +0000\n\n{at}\n"
        )
    };
    let mut seen: [HashMap<String, u32>; 2] = Default::default();
    for at in 0_u32.. {
        for (side, tree) in trees.iter().enumerate() {
            // So that twins of one tree differ.
            let mine = 2 * at + u32::try_from(side).unwrap();
            let digits = hex("commit", content(tree, mine).as_bytes())[..7].to_owned();
            if let Some(other) = seen[1 - side].get(&digits) {
                let mut ids = [(side, mine), (1 - side, *other)].map(|(side, at)| {
                    let content = content(trees[side], at);
                    let output =
                        git_in(&repo.path, &["hash-object", "-w", "-t", "commit", "--stdin"], content.as_bytes());
                    (side, String::from_utf8(output).unwrap().trim().parse().unwrap())
                });
                ids.sort_unstable();
                return ids.map(|(_, id)| id);
            }
            seen[side].insert(digits, mine);
        }
    }
    unreachable!("the numbers do not end");
}

#[test]
fn two_commits_that_share_seven_digits_and_the_environment() {
    let (repo, a, b) = plain();
    let tree = |id: Oid| repo.git(&["rev-parse", &format!("{id}^{{tree}}")]);
    let [one, two] = twins(&repo, [&tree(a), &tree(b)], b);
    assert_eq!(seven(one), seven(two));
    let tag = seven(one);
    found(&repo.resolve_here(one, &[&tag]), one, Relation::Exact, Some(0));
    found(&repo.resolve_here(two, &[&tag]), two, Relation::Exact, Some(0));
    // Both are right: of two that are equally near, the greatest id.
    found(&repo.resolve_here(b, &[&tag]), one.max(two), Relation::Descendant, Some(1));
    let entries = now(history(&with_tags(repo.open(), &[&tag]), &about(one, &[]), None)).unwrap().entries;
    let relations: Vec<_> = entries.iter().map(|entry| entry.relation).collect();
    assert_eq!(relations, [Some(Relation::Exact), Some(Relation::Descendant), Some(Relation::Descendant)]);
    predicted(&repo.predict(one), a, 2);
}

#[test]
fn two_commits_that_share_seven_digits_and_not_the_environment() {
    let (repo, a, b) = plain();
    let c = repo.commit("main", &[b], &[file("Dockerfile", "FROM other\n")]);
    let tree = |id: Oid| repo.git(&["rev-parse", &format!("{id}^{{tree}}")]);
    let [one, two] = twins(&repo, [&tree(b), &tree(c)], b);
    assert_eq!(seven(one), seven(two));
    let tag = seven(one);
    // Nobody knows whose image it is, so it is nobody's: not even exact.
    for commit in [one, two, b, c] {
        let answer = repo.resolve_here(commit, &[&tag]);
        none(&answer, "missing no-image");
        assert_eq!(answer.nearest, None);
        let entries = now(history(&with_tags(repo.open(), &[&tag]), &about(commit, &[]), None)).unwrap().entries;
        assert!(entries.iter().all(|entry| entry.relation.is_none()), "{entries:?}");
    }
    found(&repo.resolve_here(one, &[&*tag, &seven(a)]), a, Relation::Ancestor, Some(2));
}

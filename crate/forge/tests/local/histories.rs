//! The shapes that histories have.

use repin::Question;
use repin::history::history;
use repin::resolution::{Change, Relation};

use crate::git::{File, Repo, file, found, git_in, key, none, predicted, seven, with_tags, write_commit};
use crate::memory::now;

const DOCKERFILE: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\nCOPY requirements.txt /\n");

/// A project whose Dockerfile copies requirements.txt, at one version of both, and with some other file.
fn project<'a>(requirements: &'a str, notes: &'a str) -> Vec<File<'a>> {
    vec![DOCKERFILE, file("requirements.txt", requirements), file("notes.md", notes)]
}

#[test]
fn a_commit_that_changes_no_input_has_the_image_of_its_parent() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &project("1", ""));
    let b = repo.commit("main", &[a], &project("1", "b"));
    let c = repo.commit("main", &[b], &project("1", "c"));
    let answer = repo.resolve(c, &[&seven(a)]);
    found(&answer, a, Relation::Ancestor, Some(2));
    assert_eq!(key(&answer), repo.key(c, &["Dockerfile", "requirements.txt"]));
    assert_eq!(answer.expected_tag, Some(seven(c)));
    found(&repo.resolve(c, &[&seven(a), &seven(b)]), b, Relation::Ancestor, Some(1));
    found(&repo.resolve(c, &[&seven(a), &seven(b), &seven(c)]), c, Relation::Exact, Some(0));
    predicted(&repo.predict(c), a, 2);
}

#[test]
fn only_the_head_of_a_push_was_built_so_the_image_is_a_descendants() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &project("1", ""));
    let b = repo.commit("main", &[a], &project("2", ""));
    let c = repo.commit("main", &[b], &project("2", "c"));
    let d = repo.commit("main", &[c], &project("2", "d"));
    found(&repo.resolve(b, &[&seven(a), &seven(d)]), d, Relation::Descendant, Some(2));
    found(&repo.resolve(b, &[&seven(a), &seven(c), &seven(d)]), c, Relation::Descendant, Some(1));
    found(&repo.resolve(c, &[&seven(b), &seven(d)]), b, Relation::Ancestor, Some(1));
}

#[test]
fn a_merge_that_combines_two_sides_has_no_image_of_its_parents() {
    let repo = Repo::new();
    let with = |dockerfile, requirements| [file("Dockerfile", dockerfile), file("requirements.txt", requirements)];
    let (one, two) = ("FROM a\nCOPY requirements.txt /\n", "FROM b\nCOPY requirements.txt /\n");
    let root = repo.commit("main", &[], &with(one, "1"));
    let a = repo.commit("main", &[root], &with(two, "1"));
    let b = repo.commit("side", &[root], &with(one, "2"));
    let merge = repo.commit("main", &[a, b], &with(two, "2"));
    let tags = [&*seven(root), &seven(a), &seven(b)];
    let answer = repo.resolve(merge, &tags);
    none(&answer, "missing no-image");
    let nearest = answer.nearest.unwrap();
    // One file differs from either side; b is the newer one.
    assert_eq!((nearest.commit, nearest.changed.len()), (b, 1));
    assert_eq!((nearest.changed[0].path.as_str(), nearest.changed[0].change), ("Dockerfile", Change::Modified));
    predicted(&repo.predict(merge), merge, 0);
    // What comes after the merge has its image.
    let after = repo.commit("main", &[merge], &with(two, "2"));
    found(&repo.resolve(after, &[&*seven(merge), &seven(a)]), merge, Relation::Ancestor, Some(1));
}

#[test]
fn the_nearest_ancestor_is_the_one_with_the_fewest_commits_between() {
    let repo = Repo::new();
    let root = repo.commit("main", &[], &project("1", ""));
    // A long side with the newer image, and a short one.
    let mut long = root;
    for at in 0..4 {
        long = repo.commit("long", &[long], &project("1", &format!("long {at}")));
    }
    let short = repo.commit_at(1_500_000_000, "short", &[root], &project("1", "short"));
    let merge = repo.commit("main", &[short, long], &project("1", "both"));
    // short..merge has the four of the long side and the merge; long..merge has short and the merge.
    found(&repo.resolve(merge, &[&*seven(long), &seven(short)]), long, Relation::Ancestor, Some(2));
    found(&repo.resolve(merge, &[&*seven(root), &seven(short)]), short, Relation::Ancestor, Some(5));
    found(&repo.resolve(root, &[&*seven(long), &seven(short)]), short, Relation::Descendant, Some(1));
}

#[test]
fn equally_near_images_are_told_apart_by_date_then_by_id() {
    let repo = Repo::new();
    let root = repo.commit("main", &[], &project("1", ""));
    let old = repo.commit_at(1_600_000_500, "a", &[root], &project("1", "a"));
    let new = repo.commit_at(1_600_000_600, "b", &[root], &project("1", "b"));
    let merge = repo.commit_at(1_600_000_700, "main", &[old, new], &project("1", "c"));
    found(&repo.resolve(merge, &[&*seven(old), &seven(new)]), new, Relation::Ancestor, Some(2));
    found(&repo.resolve(root, &[&*seven(old), &seven(new)]), new, Relation::Descendant, Some(1));
    let twin = repo.commit_at(1_600_000_600, "c", &[root], &project("1", "d"));
    let greatest = twin.max(new);
    found(&repo.resolve(root, &[&*seven(twin), &seven(new)]), greatest, Relation::Descendant, Some(1));
    let other = repo.commit("other", &[], &project("1", "e"));
    found(&repo.resolve(other, &[&*seven(twin), &seven(new)]), greatest, Relation::SameEnvironment, None);
}

#[test]
fn octopus() {
    let repo = Repo::new();
    let root = repo.commit("main", &[], &project("1", ""));
    let sides: Vec<_> =
        (0..5).map(|at| repo.commit(&format!("side{at}"), &[root], &project("1", &format!("{at}")))).collect();
    let merge = repo.commit("main", &sides, &project("1", "all"));
    found(&repo.resolve(merge, &[&seven(root)]), root, Relation::Ancestor, Some(6));
    found(&repo.resolve(merge, &[&seven(sides[4])]), sides[4], Relation::Ancestor, Some(5));
    found(&repo.resolve(sides[2], &[&seven(merge)]), merge, Relation::Descendant, Some(5));
    found(&repo.resolve(sides[2], &[&seven(sides[3])]), sides[3], Relation::SameEnvironment, None);
}

#[test]
fn criss_cross() {
    let repo = Repo::new();
    let root = repo.commit("main", &[], &project("1", ""));
    let a = repo.commit("a", &[root], &project("1", "a"));
    let b = repo.commit("b", &[root], &project("1", "b"));
    let ab = repo.commit("a", &[a, b], &project("1", "ab"));
    let ba = repo.commit("b", &[b, a], &project("1", "ba"));
    let top = repo.commit("main", &[ab, ba], &project("1", "top"));
    let tags = [&*seven(a), &seven(b)];
    found(&repo.resolve(top, &tags), b, Relation::Ancestor, Some(4));
    found(&repo.resolve(ab, &tags), b, Relation::Ancestor, Some(2));
    found(&repo.resolve(ab, &[&seven(ba)]), ba, Relation::SameEnvironment, None);
    found(&repo.resolve(a, &[&*seven(ab), &seven(ba), &seven(top)]), ba, Relation::Descendant, Some(2));
}

#[test]
fn a_revert_returns_to_the_image_from_before() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &project("1", ""));
    let b = repo.commit("main", &[a], &project("2", ""));
    let c = repo.commit("main", &[b], &project("1", ""));
    found(&repo.resolve(c, &[&*seven(a), &seven(b)]), a, Relation::Ancestor, Some(2));
    // A CI that builds on change made it anew.
    predicted(&repo.predict(c), c, 0);
}

#[test]
fn several_roots() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &project("1", "a"));
    let b = repo.commit("other", &[], &project("1", "b"));
    let merge = repo.commit("main", &[a, b], &project("1", "c"));
    found(&repo.resolve(a, &[&seven(b)]), b, Relation::SameEnvironment, None);
    found(&repo.resolve(merge, &[&*seven(a), &seven(b)]), b, Relation::Ancestor, Some(2));
    found(&repo.resolve(b, &[&*seven(a), &seven(merge)]), merge, Relation::Descendant, Some(2));
}

#[test]
fn the_image_of_a_commit_that_no_branch_reaches_any_more() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &project("1", ""));
    let before = repo.commit("main", &[a], &project("2", "before the rebase"));
    let after = repo.commit("main", &[a], &project("2", "after the rebase"));
    assert!(!repo.git(&["rev-list", "--all"]).contains(&before.to_string()));
    found(&repo.resolve(after, &[&*seven(a), &seven(before)]), before, Relation::SameEnvironment, None);
}

#[test]
fn a_history_of_one_commit() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &project("1", ""));
    found(&repo.resolve("HEAD", &[&seven(a)]), a, Relation::Exact, Some(0));
    none(&repo.resolve("HEAD", &[]), "missing no-image");
    predicted(&repo.predict("HEAD"), a, 0);
    let entries = now(history(&repo.open(), &Question::default(), None)).unwrap().entries;
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].commit, entries[0].relation), (a, Some(Relation::Exact)));
    assert_eq!(entries[0].key.as_deref(), Some(&*repo.key(a, &["Dockerfile", "requirements.txt"])));
    assert_eq!((entries[0].title.as_str(), entries[0].date.as_str()), ("A title", "2020-09-13T14:27:40+02:00"));
}

#[test]
fn commits_without_a_recipe_equal_nothing() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[file("notes.md", "a")]);
    let b = repo.commit("main", &[a], &[file("notes.md", "a")]);
    let answer = repo.resolve(b, &[&seven(a)]);
    none(&answer, "unknown no-recipe");
    assert_eq!((answer.environment, answer.nearest), (None, None));
    found(&repo.resolve(b, &[&*seven(a), &seven(b)]), b, Relation::Exact, Some(0));
    none(&repo.predict(b), "unknown no-recipe");
    // The caller's patterns match nothing: the same.
    none(&repo.resolve_by(b, &["*.txt"], &[&seven(a)]), "unknown no-recipe");
    let question = Question { inputs: vec!["*.txt".into()], ..Question::default() };
    for question in [question, Question::default()] {
        let entries = now(history(&with_tags(repo.open(), &[&seven(a)]), &question, None)).unwrap().entries;
        let found: Vec<_> = entries.iter().map(|entry| (entry.key.as_deref(), entry.image_commit)).collect();
        assert_eq!(found, [(None, None), (None, Some(a))]);
    }
}

#[test]
fn clocks_that_were_wrong() {
    let repo = Repo::new();
    let a = repo.commit_at(1_600_000_000, "main", &[], &project("1", "a"));
    let b = repo.commit_at(0, "main", &[a], &project("1", "b"));
    let c = repo.commit_at(4_000_000_000, "main", &[b], &project("1", "c"));
    let side = repo.commit_at(1_600_000_100, "side", &[a], &project("1", "side"));
    let d = repo.commit_at(1_600_000_200, "main", &[c, side], &project("1", "d"));
    found(&repo.resolve(d, &[&*seven(a), &seven(b)]), b, Relation::Ancestor, Some(3));
    found(&repo.resolve(d, &[&*seven(side), &seven(b)]), side, Relation::Ancestor, Some(3));
    found(&repo.resolve(b, &[&*seven(d), &seven(c)]), c, Relation::Descendant, Some(1));
    let entries = now(history(&with_tags(repo.open(), &[&seven(b)]), &Question::default(), None)).unwrap().entries;
    let found: Vec<_> = entries.iter().map(|entry| (entry.commit, entry.relation)).collect();
    assert!(found.contains(&(c, Some(Relation::Ancestor))) && found.contains(&(a, Some(Relation::Descendant))));
    assert!(found.contains(&(side, Some(Relation::SameEnvironment))) && found.contains(&(b, Some(Relation::Exact))));
}

#[test]
fn a_long_history_is_walked_only_where_it_matters_and_the_distance_is_gits() {
    let repo = Repo::new();
    let mut stream = Vec::new();
    let mut parent: Vec<String> = Vec::new();
    // 600 commits, of which every third merges a side branch of one commit.
    for at in 0..600 {
        let notes = format!("{at}");
        let files = project("1", &notes);
        let (mark, seconds) = (2 * at + 1, 1_600_000_000 + 60 * i64::try_from(at).unwrap());
        let mut parents = parent.clone();
        if at % 3 == 2 {
            write_commit(&mut stream, mark + 1, seconds - 1, "side", &parent, &files);
            parents.push(format!(":{}", mark + 1));
        }
        write_commit(&mut stream, mark, seconds, "main", &parents, &files);
        parent = vec![format!(":{mark}")];
    }
    git_in(&repo.path, &["fast-import", "--quiet", "--force"], &stream);
    let tip = repo.git(&["rev-parse", "main"]).parse().unwrap();
    for back in [1, 5, 40, 398] {
        let image = repo.git(&["rev-parse", &format!("main~{back}")]).parse().unwrap();
        let count = repo.git(&["rev-list", "--count", &format!("{image}..main")]).parse().unwrap();
        found(&repo.resolve("main", &[&seven(image)]), image, Relation::Ancestor, Some(count));
        found(&repo.resolve(image, &[&seven(tip)]), tip, Relation::Descendant, Some(count));
    }
}

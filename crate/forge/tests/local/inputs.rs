//! What an image is built from, in trees made by real git: every key is compared with `git ls-tree`.

use repin::Question;
use repin::history::history;
use repin::resolution::{InputsSource, Relation};

use crate::git::{File, Repo, file, found, key, link, none, paths, predicted, seven, with_tags};
use crate::memory::now;
use crate::served::Served;

/// One commit of these files: what it is built from is `wanted`, and the key is git's.
#[track_caller]
fn built_from(files: &[File<'_>], wanted: &[&str]) {
    let repo = Repo::new();
    let commit = repo.commit("main", &[], files);
    let answer = repo.resolve(commit, &[]);
    assert_eq!(paths(&answer), wanted, "{answer:#?}");
    assert_eq!(key(&answer), repo.key(commit, wanted));
    assert!(!answer.inputs.whole_tree, "{answer:#?}");
}

/// The same where every file counts.
#[track_caller]
fn built_from_all(files: &[File<'_>], note: &str) {
    let repo = Repo::new();
    let commit = repo.commit("main", &[], files);
    let other = repo.commit("main", &[commit], &[files, &[file("zz-another", "")]].concat());
    let same = repo.commit("main", &[other], files);
    let answer = repo.resolve(commit, &[]);
    assert!(answer.inputs.whole_tree, "{answer:#?}");
    assert_eq!(key(&answer), repo.key(commit, &[]));
    let notes = answer.inputs.notes.join("\n");
    assert!(notes.contains(note) && notes.contains(".repin.toml"), "{notes}");
    // Only the identical tree is equal.
    none(&repo.resolve(other, &[&*seven(commit), &seven(same)]), "missing no-image");
    found(&repo.resolve(same, &[&*seven(commit), &seven(other)]), commit, Relation::Ancestor, Some(2));
    let entries = now(history(&with_tags(repo.open(), &[&seven(commit)]), &Question::default(), None)).unwrap().entries;
    let relations: Vec<_> = entries.iter().map(|entry| entry.relation).collect();
    assert_eq!(relations, [Some(Relation::Ancestor), None, Some(Relation::Exact)]);
    assert_eq!(entries[0].key, entries[2].key);
    assert_ne!(entries[0].key, entries[1].key);
}

/// Whether a change from one set of files to the other leaves the image right.
#[track_caller]
fn compare(before: &[File<'_>], after: &[File<'_>], same: bool) {
    let repo = Repo::new();
    let a = repo.commit("main", &[], before);
    let b = repo.commit("main", &[a], after);
    let tag = repo.resolve(a, &[]).expected_tag.unwrap();
    if same {
        found(&repo.resolve(b, &[&tag]), a, Relation::Ancestor, Some(1));
        predicted(&repo.predict(b), a, 1);
    } else {
        none(&repo.resolve(b, &[&tag]), "missing no-image");
        predicted(&repo.predict(b), b, 0);
    }
    let entries = now(history(&with_tags(repo.open(), &[&tag]), &Question::default(), None)).unwrap().entries;
    assert_eq!(entries[0].relation, same.then_some(Relation::Ancestor));
}

const COPY: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\nCOPY docker /docker\n");
const NOTES: File<'static> = File(b"notes.md", "100644", b"");

#[test]
fn what_the_dockerfile_copies() {
    built_from(&[COPY, NOTES, file("docker/a", ""), file("docker/b/c", "")], &["Dockerfile", "docker/a", "docker/b/c"]);
    // Sorted by the bytes of the paths, as git does: `docker-b` and `docker.txt` come before `docker/`.
    built_from(
        &[
            file("Dockerfile", "FROM scratch\nCOPY docker docker-b docker.txt dockerz /d/\n"),
            file("docker/a", ""),
            file("docker-b", ""),
            file("docker.txt", ""),
            file("dockerz/x", ""),
            NOTES,
        ],
        &["Dockerfile", "docker-b", "docker.txt", "docker/a", "dockerz/x"],
    );
}

#[test]
fn a_folder_that_is_copied_changes_with_each_of_its_files() {
    let before = [COPY, file("docker/a", "1"), file("docker/b/c", "1"), NOTES];
    compare(&before, &[COPY, file("docker/a", "1"), file("docker/b/c", "1"), file("notes.md", "2")], true);
    compare(&before, &[COPY, file("docker/a", "1"), file("docker/b/c", "2"), NOTES], false);
    compare(&before, &[COPY, file("docker/a", "1"), file("docker/b/d", "1"), NOTES], false);
    compare(&before, &[COPY, file("docker/a", "1"), NOTES], false);
}

#[test]
fn deleted_inputs() {
    let dockerfile = file("Dockerfile", "FROM scratch\nCOPY *.txt /\n");
    let (a, b) = (file("a.txt", ""), file("b.txt", ""));
    compare(&[dockerfile, a, b], &[dockerfile, a], false);
    compare(&[dockerfile, a, b, NOTES], &[dockerfile, a, b], true);
}

#[test]
fn modes_count() {
    let run = |mode| [COPY, File(b"docker/run", mode, b"#!/bin/sh\n")];
    compare(&run("100644"), &run("100755"), false);
    let dockerfile = |mode| [File(b"Dockerfile", mode, b"FROM scratch\n")];
    compare(&dockerfile("100644"), &dockerfile("100755"), false);
    let other = |mode| [COPY, file("docker/a", ""), File(b"run", mode, b"")];
    compare(&other("100644"), &other("100755"), true);
}

#[test]
fn submodules_count_with_their_commit() {
    let at = |path: &'static str, id: &'static str| File(path.as_bytes(), "160000", id.as_bytes());
    let (one, two) = ("1111111111111111111111111111111111111111", "2222222222222222222222222222222222222222");
    let within = |id| [COPY, file("docker/a", ""), at("docker/sub", id), NOTES];
    built_from(&within(one), &["Dockerfile", "docker/a", "docker/sub"]);
    compare(&within(one), &within(two), false);
    // At the source itself, and above it.
    compare(&[COPY, at("docker", one)], &[COPY, at("docker", two)], false);
    let below = file("Dockerfile", "FROM scratch\nCOPY sub/tool /tool\n");
    built_from(&[below, at("sub", one), NOTES], &["Dockerfile", "sub"]);
    compare(&[below, at("sub", one)], &[below, at("sub", two)], false);
    compare(&[below, at("sub", one), at("other", one)], &[below, at("sub", one), at("other", two)], true);
}

#[test]
fn a_link_counts_with_what_it_leads_to() {
    let copy = |what: &'static str| match what {
        "link" => file("Dockerfile", "FROM scratch\nCOPY link /\n"),
        "folder/file" => file("Dockerfile", "FROM scratch\nCOPY folder/file /\n"),
        _ => panic!("no such Dockerfile"),
    };
    // A file.
    built_from(&[copy("link"), link("link", "real"), file("real", ""), NOTES], &["Dockerfile", "link", "real"]);
    // A folder.
    let folder = [copy("link"), link("link", "real"), file("real/a", ""), file("real/b/c", ""), NOTES];
    built_from(&folder, &["Dockerfile", "link", "real/a", "real/b/c"]);
    // A chain.
    let chain = [copy("link"), link("link", "one"), link("one", "two/three"), file("two/three", ""), NOTES];
    built_from(&chain, &["Dockerfile", "link", "one", "two/three"]);
    // In the middle of a path.
    let middle = [copy("folder/file"), link("folder", "real"), file("real/file", ""), file("real/other", "")];
    built_from(&middle, &["Dockerfile", "folder", "real/file"]);
    // A loop, and links that lead to nothing or out of the repository, count alone.
    built_from(&[copy("link"), link("link", "one"), link("one", "link"), NOTES], &["Dockerfile", "link", "one"]);
    built_from(&[copy("link"), link("link", "nothing"), NOTES], &["Dockerfile", "link"]);
    built_from(&[copy("link"), link("link", "../../etc"), NOTES], &["Dockerfile", "link"]);
    built_from(&[copy("link"), link("link", "/etc/passwd"), NOTES], &["Dockerfile", "link"]);
}

#[test]
fn links_in_a_folder_that_is_copied_lead_out_of_it() {
    let with = |real| [COPY, file("docker/a", ""), link("docker/link", "../real"), file("real", real), NOTES];
    built_from(&with("1"), &["Dockerfile", "docker/a", "docker/link", "real"]);
    compare(&with("1"), &with("2"), false);
    let deep = |real| [COPY, link("docker/b/link", "../../real"), file("real/x/y", real), NOTES];
    built_from(&deep("1"), &["Dockerfile", "docker/b/link", "real/x/y"]);
    compare(&deep("1"), &deep("2"), false);
    let retargeted = |target| [COPY, link("docker/link", target), file("one", ""), file("two", "")];
    compare(&retargeted("../one"), &retargeted("../two"), false);
    // A link to the folder that it lies in.
    built_from(
        &[COPY, file("docker/a", ""), link("docker/self", "."), NOTES],
        &["Dockerfile", "docker/a", "docker/self"],
    );
}

#[test]
fn a_dockerfile_that_is_a_link() {
    let with = |text| [link("Dockerfile", "docker/Dockerfile"), file("docker/Dockerfile", text), file("a", ""), NOTES];
    built_from(&with("FROM scratch\nCOPY a /\n"), &["Dockerfile", "a", "docker/Dockerfile"]);
    compare(&with("FROM scratch\nCOPY a /\n"), &with("FROM other\nCOPY a /\n"), false);
}

#[test]
fn files_in_lfs_count_by_their_pointers() {
    let pointer = |digit: char| {
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", digit.to_string().repeat(64))
    };
    let (one, two) = (pointer('1'), pointer('2'));
    compare(&[COPY, file("docker/data.bin", &one)], &[COPY, file("docker/data.bin", &two)], false);
    compare(&[COPY, file("docker/data.bin", &one), NOTES], &[COPY, file("docker/data.bin", &one)], true);
    built_from_all(&[file("Dockerfile", &one), NOTES], "LFS");
}

#[test]
fn names_that_are_not_utf_8_are_shown_by_their_bytes() {
    let repo = Repo::new();
    let odd = |content| File(b"docker/caf\xe9 100%.txt", "100644", content);
    let a = repo.commit("main", &[], &[COPY, odd(b"1"), file("docker/\u{e9}t\u{e9}", "")]);
    let b = repo.commit("main", &[a], &[COPY, odd(b"2"), file("docker/\u{e9}t\u{e9}", "")]);
    let answer = repo.resolve_here(b, &[&seven(a)]);
    assert_eq!(paths(&answer), ["Dockerfile", "docker/caf%E9 100%25.txt", "docker/\u{e9}t\u{e9}"]);
    assert_eq!(key(&answer), repo.key(b, &["Dockerfile", "docker"]));
    none(&answer, "missing no-image");
    assert_eq!(answer.nearest.unwrap().changed[0].path, "docker/caf%E9 100%25.txt");
    // GitLab does not say what such a name is, so what it is part of cannot be known.
    let through_http = Served::new(&repo.path, Some(&[&seven(a)]));
    for graphql in [true, false] {
        let question = Question { revision: Some(b.to_string()), ..Question::default() };
        let answer = pollster::block_on(repin::resolve::resolve(&through_http.open(graphql), &question)).unwrap();
        none(&answer, "unknown partial");
    }
}

#[test]
fn names_that_differ_only_in_case_are_different_files() {
    let dockerfile = file("Dockerfile", "FROM scratch\nCOPY Data /\n");
    built_from(&[dockerfile, file("Data", "1"), file("data", "2"), file("DATA", "3")], &["Data", "Dockerfile"]);
    let with = |other| [dockerfile, file("Data", "1"), file("data", other)];
    compare(&with("2"), &with("3"), true);
    let repo = Repo::new();
    let commit = repo.commit("main", &[], &[file("dockerfile", "FROM scratch\n"), NOTES]);
    none(&repo.resolve(commit, &[]), "unknown no-recipe");
}

#[test]
fn what_the_dockerignore_leaves_out() {
    let dockerfile = file("Dockerfile", "FROM scratch\nCOPY . /\n");
    let files = |ignore| {
        vec![
            file(".dockerignore", ignore),
            dockerfile,
            file("a/keep.md", ""),
            file("a/x.py", ""),
            file("b/y.py", ""),
            NOTES,
        ]
    };
    built_from(&files("*.md\nb\n"), &[".dockerignore", "Dockerfile", "a/keep.md", "a/x.py"]);
    built_from(&files("**/*.md\n!a/keep.md\n"), &[".dockerignore", "Dockerfile", "a/keep.md", "a/x.py", "b/y.py"]);
    built_from(&files("*\n!a\n"), &[".dockerignore", "Dockerfile", "a/keep.md", "a/x.py"]);
    let own = [
        file(".dockerignore", "a\n"),
        file("Dockerfile.dockerignore", "b\nnotes.md\n"),
        dockerfile,
        file("a/x", ""),
        file("b/y", ""),
        NOTES,
    ];
    let repo = Repo::new();
    let commit = repo.commit("main", &[], &own);
    // The Dockerfile's own list counts instead; `.dockerignore` itself is then a file like any other.
    assert_eq!(paths(&repo.resolve(commit, &[])), [".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "a/x"]);
    let with = |ignore, notes| [file(".dockerignore", ignore), dockerfile, file("a", ""), file("notes.md", notes)];
    compare(&with("notes.md\n", "1"), &with("notes.md\n", "2"), true);
    compare(&with("notes.md\n", "1"), &with("*.md\n", "1"), false);
}

#[test]
fn the_whole_context() {
    built_from_all(&[file("Dockerfile", "FROM scratch\nCOPY . .\n"), NOTES, file("a/b", "")], "whole repository");
}

#[test]
fn a_source_that_is_not_tracked_was_made_by_the_job() {
    built_from_all(&[COPY, NOTES, file("a/b", "")], "no tracked file");
}

#[test]
fn a_source_that_cannot_be_known() {
    built_from_all(&[file("Dockerfile", "FROM scratch\nARG WHAT\nCOPY $WHAT /\n"), NOTES], "cannot be known");
}

#[test]
fn a_dockerfile_that_cannot_be_read() {
    built_from_all(&[file("Dockerfile", "FROM scratch\nNONSENSE\n"), NOTES], "cannot be read");
}

#[test]
fn renkus_own_files_are_the_inputs_where_nothing_is_built() {
    let repo = Repo::new();
    let commit = repo.commit("main", &[], &[file("requirements.txt", ""), file("environment.yml", ""), NOTES]);
    let answer = repo.resolve(commit, &[&seven(commit)]);
    found(&answer, commit, Relation::Exact, Some(0));
    assert_eq!((answer.inputs.source, answer.environment), (InputsSource::Default, None));
    let mut patterns = answer.inputs.patterns;
    patterns.sort();
    assert_eq!(patterns, [".gitlab-ci.yml", "Dockerfile", "environment.yml", "install.R", "requirements.txt"]);
    none(&repo.resolve(commit, &[]), "unknown no-recipe");
}

const JOB: &str = "image_build:\n  script:\n    - docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA ";

#[test]
fn the_jobs_own_context_and_dockerfile() {
    let ci = format!("{JOB} -f build/Dockerfile.gpu app\n");
    let files = [
        file(".gitlab-ci.yml", &ci),
        file("build/Dockerfile.gpu", "FROM scratch\nCOPY src /src\n"),
        file("app/src/main.py", ""),
        file("app/notes.md", ""),
        file("app/.dockerignore", "src/*.pyc\n"),
        file("src/other.py", ""),
        file("Dockerfile", "FROM nothing\n"),
    ];
    built_from(&files, &[".gitlab-ci.yml", "app/.dockerignore", "app/src/main.py", "build/Dockerfile.gpu"]);
}

#[test]
fn only_the_stages_that_the_target_needs() {
    let ci = format!("{JOB} --target run .\n");
    let dockerfile =
        file("Dockerfile", "FROM scratch AS base\nCOPY a /\nFROM base AS run\nCOPY b /\nFROM base AS test\nCOPY c /\n");
    let files = [file(".gitlab-ci.yml", &ci), dockerfile, file("a", ""), file("b", ""), file("c", "")];
    built_from(&files, &[".gitlab-ci.yml", "Dockerfile", "a", "b"]);
}

#[test]
fn a_build_argument_that_differs_by_commit_makes_only_the_commits_own_image_right() {
    let ci = format!("{JOB} --build-arg REV=$CI_COMMIT_SHA .\n");
    let used = file("Dockerfile", "FROM scratch\nARG REV\nRUN echo $REV\n");
    let label = file("Dockerfile", "FROM scratch\nARG REV\nLABEL revision=$REV\n");
    let eight = |id: repin::Oid| id.abbreviated(8);
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[file(".gitlab-ci.yml", &ci), used]);
    let b = repo.commit("main", &[a], &[file(".gitlab-ci.yml", &ci), used, NOTES]);
    let answer = repo.resolve(b, &[&eight(a)]);
    none(&answer, "missing exact-only");
    // No file differs: the argument alone does.
    let nearest = answer.nearest.unwrap();
    assert_eq!((nearest.commit, nearest.changed), (a, Vec::new()));
    found(&repo.resolve(b, &[&*eight(a), &eight(b)]), b, Relation::Exact, Some(0));
    let entries = now(history(&with_tags(repo.open(), &[&eight(a)]), &Question::default(), None)).unwrap().entries;
    assert_eq!(entries.iter().map(|entry| entry.image_commit).collect::<Vec<_>>(), [None, Some(a)]);
    let c = repo.commit("main", &[], &[file(".gitlab-ci.yml", &ci), label]);
    let d = repo.commit("main", &[c], &[file(".gitlab-ci.yml", &ci), label, NOTES]);
    found(&repo.resolve(d, &[&eight(c)]), c, Relation::Ancestor, Some(1));
}

#[test]
fn included_ci_files_count() {
    let ci = "include:\n  - local: /ci/build.yml\n  - local: ci/more/*.yml\n";
    let files = |build| {
        vec![
            file(".gitlab-ci.yml", ci),
            file("ci/build.yml", build),
            file("ci/more/a.yml", "a: {script: [true]}\n"),
            file("ci/other.yml", ""),
            file("Dockerfile", "FROM scratch\n"),
        ]
    };
    let build = format!("{JOB} .\n");
    built_from(&files(&build), &[".gitlab-ci.yml", "Dockerfile", "ci/build.yml", "ci/more/a.yml"]);
    let changed = format!("{build}# changed\n");
    compare(&files(&build), &files(&changed), false);
    let mut more = files(&build);
    more.push(file("ci/more/b.yml", "b: {script: [true]}\n"));
    compare(&files(&build), &more, false);
    let mut other = files(&build);
    other.push(file("ci/more/b.txt", ""));
    compare(&files(&build), &other, true);
}

#[test]
fn the_ci_file_may_lie_elsewhere() {
    let repo = Repo::new();
    let ci = format!("{JOB} -f Dockerfile.ci .\n");
    let files = [file("ci/main.yml", &ci), file(".gitlab-ci.yml", "x"), file("Dockerfile.ci", "FROM scratch\n"), NOTES];
    let commit = repo.commit("main", &[], &files);
    let question = Question { ci_path: Some("ci/main.yml".into()), ..Question::default() };
    let answer = repo.ask(&question, &[]);
    assert_eq!(paths(&answer), ["Dockerfile.ci", "ci/main.yml"]);
    assert_eq!(answer.expected_tag, Some(commit.abbreviated(8)));
}

#[test]
fn a_changes_list_takes_part() {
    let ci = format!("{JOB} .\n  only:\n    changes:\n      - Dockerfile\n      - \"*.lock\"\n");
    let repo = Repo::new();
    let files = |notes| {
        [
            file(".gitlab-ci.yml", &ci),
            file("Dockerfile", "FROM scratch\nCOPY a.txt /\n"),
            file("a.txt", ""),
            file("x.lock", ""),
            file("notes.md", notes),
        ]
    };
    let commit = repo.commit("main", &[], &files(""));
    let answer = repo.resolve(commit, &[]);
    assert_eq!(answer.inputs.source, InputsSource::Ci);
    assert_eq!(paths(&answer), [".gitlab-ci.yml", "Dockerfile", "a.txt", "x.lock"]);
    assert!(answer.inputs.notes.iter().any(|note| note.contains("lacks")), "{:?}", answer.inputs.notes);
}

#[test]
fn repin_toml_narrows() {
    let dockerfile = file("Dockerfile", "FROM scratch\nCOPY . .\n");
    let config = file(".repin.toml", "inputs = [\"Dockerfile\", \"a/**/*\"]\n");
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[dockerfile, config, file("a/b/c", ""), file("notes.md", "1")]);
    let b = repo.commit("main", &[a], &[dockerfile, config, file("a/b/c", ""), file("notes.md", "2")]);
    let answer = repo.resolve(b, &[&seven(a)]);
    found(&answer, a, Relation::Ancestor, Some(1));
    assert_eq!((answer.inputs.source, answer.inputs.whole_tree), (InputsSource::Config, false));
    assert_eq!(paths(&answer), ["Dockerfile", "a/b/c"]);
    assert_eq!(key(&answer), repo.key(b, &["Dockerfile", "a"]));
    // The caller's patterns come first.
    let answer = repo.resolve_by(b, &["notes.md"], &[&seven(a)]);
    assert_eq!((answer.inputs.source, paths(&answer)), (InputsSource::Option, vec!["notes.md"]));
    none(&answer, "missing no-image");
}

#[test]
fn repin_toml_that_appears_and_disappears_is_that_of_the_commit_asked_about() {
    let dockerfile = file("Dockerfile", "FROM scratch\nCOPY a.txt /\n");
    let config = file(".repin.toml", "inputs = [\"Dockerfile\"]\n");
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[dockerfile, file("a.txt", "1")]);
    let b = repo.commit("main", &[a], &[dockerfile, file("a.txt", "2"), config]);
    let c = repo.commit("main", &[b], &[dockerfile, file("a.txt", "3")]);
    found(&repo.resolve(b, &[&seven(a)]), a, Relation::Ancestor, Some(1));
    found(&repo.resolve(b, &[&seven(c)]), c, Relation::Descendant, Some(1));
    none(&repo.resolve(c, &[&*seven(a), &seven(b)]), "missing no-image");
    none(&repo.resolve(a, &[&*seven(b), &seven(c)]), "missing no-image");
    let entries = now(history(&with_tags(repo.open(), &[&seven(a)]), &Question::default(), None)).unwrap().entries;
    let relations: Vec<_> = entries.iter().map(|entry| entry.relation).collect();
    assert_eq!(relations, [None, Some(Relation::Ancestor), Some(Relation::Exact)]);
    assert_eq!(entries[1].key.as_deref(), Some(&*repo.key(b, &["Dockerfile"])));
    assert_eq!(entries[0].key.as_deref(), Some(&*repo.key(c, &["Dockerfile", "a.txt"])));
    predicted(&repo.predict(b), a, 1);
    predicted(&repo.predict(c), c, 0);
}

#[test]
fn repin_toml_that_is_broken() {
    let dockerfile = file("Dockerfile", "FROM scratch\n");
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[dockerfile]);
    let b = repo.commit("main", &[a], &[dockerfile, file(".repin.toml", "input = [\"Dockerfile\"]\n")]);
    let answer = repo.resolve(b, &[&seven(a)]);
    none(&answer, "unknown bad-config");
    assert!(answer.reason.unwrap().message.contains("did you mean `inputs`?"));
    found(&repo.resolve(b, &[&*seven(a), &seven(b)]), b, Relation::Exact, Some(0));
    // With the caller's patterns nobody needs it.
    found(&repo.resolve_by(b, &["Dockerfile"], &[&seven(a)]), a, Relation::Ancestor, Some(1));
    let entries = now(history(&with_tags(repo.open(), &[&seven(a)]), &Question::default(), None)).unwrap().entries;
    assert_eq!((entries[0].key.as_deref(), entries[0].relation), (None, None));
    none(&repo.predict(b), "unknown bad-config");
}

#[test]
fn repin_toml_names_the_dockerfile_the_tag_and_the_image() {
    let config = "dockerfile = \"docker/Dockerfile\"\ncontext = \"app\"\ntag = \"v-$CI_COMMIT_SHORT_SHA\"\nimage = \"registry.example.org/other/name\"\n";
    let repo = Repo::new();
    let files = [
        file(".repin.toml", config),
        file("docker/Dockerfile", "FROM scratch\nCOPY a /\n"),
        file("app/a", ""),
        file("a", ""),
    ];
    let commit = repo.commit("main", &[], &files);
    let after = repo.commit("main", &[commit], &[&files[..], &[NOTES]].concat());
    let tag = format!("v-{}", commit.abbreviated(8));
    // The registry of another project, which this one does not list.
    let answer = repo.resolve_here(after, &[&*tag, &seven(after)]);
    found(&answer, commit, Relation::Ancestor, Some(1));
    assert_eq!(paths(&answer), ["app/a", "docker/Dockerfile"]);
    assert_eq!(answer.image.unwrap().reference, Some(format!("registry.example.org/other/name:{tag}")));
}

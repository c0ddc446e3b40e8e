//! What `check` finds wrong, of one commit and over a range, and what its fixes make of the files.
#![allow(clippy::unwrap_used)]

mod memory;

use memory::{File, Memory, id, now};
use repin::Question;
use repin::check::Severity::{self, Error, Info, Warning};
use repin::check::{Finding, RULES, Range, Start, apply, check, check_draft, check_range};
use repin::resolution::Reason;
use repin::source::{Images, Tag};
use repin::tree::Mode;

const FILE: Mode = Mode::FILE;
const CI: &str = "image_build:\n  script:\n    - docker build -t $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7} .\n    - docker push $CI_REGISTRY_IMAGE:${CI_COMMIT_SHA:0:7}\n";
const DOCKERFILE: &str =
    "FROM python@sha256:0000000000000000000000000000000000000000000000000000000000000000\nCOPY requirements.txt /\n";
const OWN: &str = "registry.example.org/group/name";

const CI_FILE: File<'_> = (".gitlab-ci.yml", FILE, CI);
const RECIPE: [File<'_>; 3] = [CI_FILE, ("Dockerfile", FILE, DOCKERFILE), ("requirements.txt", FILE, "numpy")];

fn images(tags: &[&str]) -> Images {
    Images { tags: tags.iter().map(|tag| Tag::from(*tag)).collect(), ..Images::default() }
}

/// What `check` finds at a commit with these files.
fn findings(files: &[File<'_>], tags: Option<&[&str]>) -> Vec<Finding> {
    let mut project = Memory::default();
    project.add(id("aaaaaaa1"), &[], 1, files);
    project.images = tags.map(images);
    now(check(&project, &Question::default())).unwrap().findings
}

#[test]
fn each_rule_finds_what_it_is_for() {
    let recipe = |more: &[File<'static>]| [&RECIPE, more].concat();
    let ci = |text: &'static str| (".gitlab-ci.yml", FILE, text);
    let dockerfile = |text: &'static str| ("Dockerfile", FILE, text);
    let requirements = RECIPE[2];
    let changes = |list: &str| -> &'static str { format!("{CI}  only:\n    changes: [{list}]\n").leak() };
    let by_commit: &str = CI.replace("docker build", "docker build --build-arg X=$CI_COMMIT_SHA").leak();
    let latest: &str = CI.replace("${CI_COMMIT_SHA:0:7}", "latest").leak();
    let pinned: &str = DOCKERFILE.split_once('\n').unwrap().0;
    let copies = |sources: &str| dockerfile(format!("{pinned}\nCOPY {sources} /\n").leak());
    let pin = |image: &str| (".renku/renku.ini", FILE, &*format!("[interactive]\nimage = {image}\n").leak());
    let found: Option<&[&str]> = Some(&["aaaaaaa"]);
    for (what, files, tags, expected) in [
        ("nothing", recipe(&[]), None, vec![]),
        ("its image is there", recipe(&[]), found, vec![]),
        ("no image", recipe(&[]), Some(&["latest"][..]), vec![("lost-build", Warning)]),
        ("no Dockerfile", vec![CI_FILE, requirements], None, vec![("no-recipe", Error)]),
        (
            "changes that lack what is copied",
            vec![ci(changes("Dockerfile, .gitlab-ci.yml")), RECIPE[1], requirements],
            None,
            vec![("uncovered-copy", Warning)],
        ),
        (
            "changes that lack a folder: one finding",
            vec![
                ci(changes("Dockerfile, .gitlab-ci.yml")),
                copies("src"),
                ("src/a", FILE, "a"),
                ("src/b/c", FILE, "c"),
            ],
            None,
            vec![("uncovered-copy", Warning)],
        ),
        (
            "patterns that match no file",
            vec![ci(changes("'**/*', docker/, ./x")), RECIPE[1], requirements],
            None,
            // `**/*` crosses folders, so nothing is lacking.
            vec![("dead-pattern", Warning), ("dead-pattern", Warning)],
        ),
        (
            "a base image without a digest",
            vec![CI_FILE, dockerfile("FROM python:3\nCOPY requirements.txt /\n"), requirements],
            None,
            vec![("unpinned-base", Info)],
        ),
        ("a source that is not tracked", vec![CI_FILE, RECIPE[1]], None, vec![("whole-tree", Info)]),
        ("only latest is pushed", vec![ci(latest), RECIPE[1], requirements], None, vec![("latest-only", Warning)]),
        (
            "an argument that differs by commit",
            vec![ci(by_commit), dockerfile("FROM scratch\nARG X\nRUN echo $X\n")],
            None,
            vec![("exact-only", Warning)],
        ),
        (
            "a .repin.toml that cannot be read",
            recipe(&[(".repin.toml", FILE, "inputs = 3\n")]),
            None,
            vec![("config", Error)],
        ),
        (
            "a file that is copied and ignored",
            recipe(&[(".dockerignore", FILE, "*.txt\n")]),
            None,
            vec![("ignored-copy", Warning)],
        ),
        (
            "a folder that is copied and ignored",
            vec![CI_FILE, copies("data"), ("data/a", FILE, "a"), (".dockerignore", FILE, "data\n")],
            None,
            vec![("ignored-copy", Warning)],
        ),
        (
            "a folder of which a part is ignored",
            vec![
                CI_FILE,
                copies("data"),
                ("data/a", FILE, "a"),
                ("data/b.md", FILE, "b"),
                (".dockerignore", FILE, "**/*.md\n"),
            ],
            None,
            vec![("ignored-copy", Info)],
        ),
        (
            "a wildcard of which nothing is left",
            vec![CI_FILE, copies("*.R"), ("a.R", FILE, "a"), (".dockerignore", FILE, "a.R\n")],
            None,
            vec![("ignored-copy", Warning)],
        ),
        (
            "an exception lets it in again",
            recipe(&[(".dockerignore", FILE, "*.txt\n!requirements.txt\n")]),
            None,
            vec![],
        ),
        (
            "what is ignored is not copied",
            recipe(&[(".dockerignore", FILE, "data\n"), ("data/a", FILE, "a")]),
            None,
            vec![],
        ),
        (
            "the whole context is copied, less what is ignored",
            vec![CI_FILE, copies("."), ("data/a", FILE, "a"), (".dockerignore", FILE, "data\n")],
            None,
            vec![],
        ),
        (
            "a renku.ini that cannot be read",
            recipe(&[(".renku/renku.ini", FILE, "image = x\n")]),
            None,
            vec![("renku-ini", Warning)],
        ),
        ("a pin to another project", recipe(&[pin("a/b:c")]), None, vec![("pin-foreign", Warning)]),
        ("a pin that moves", recipe(&[pin(OWN)]), None, vec![("pin-floating", Warning)]),
        ("a right pin", recipe(&[pin("registry.example.org/group/name:aaaaaaa")]), found, vec![]),
        (
            "a right pin that is gone",
            recipe(&[pin("registry.example.org/group/name:aaaaaaa")]),
            Some(&[][..]),
            vec![("lost-build", Warning), ("pin-gone", Warning)],
        ),
        (
            "a pin of nobody knows what",
            recipe(&[pin("registry.example.org/group/name:0123456")]),
            None,
            vec![("pin-unknown", Info)],
        ),
    ] {
        let found = findings(&files, tags);
        let rules: Vec<(&str, Severity)> = found.iter().map(|found| (&*found.rule, found.severity)).collect();
        assert_eq!(rules, expected, "{what}: {found:?}");
        for finding in &found {
            assert!(RULES.iter().any(|rule| rule.name == finding.rule), "{}", finding.rule);
            assert_eq!(finding.page, format!("rules/{}.md", finding.rule));
            assert_eq!(finding.commits, [id("aaaaaaa1")]);
        }
    }
}

#[test]
fn what_is_ignored_is_said_with_the_line_that_does_it() {
    let files = [&RECIPE[..], &[(".dockerignore", FILE, "# big\ndata\n\n*.txt\n")]].concat();
    let found = findings(&files, None);
    assert_eq!((found[0].path.as_deref(), found[0].line), (Some(".dockerignore"), Some(4)));
    assert_eq!(
        found[0].message,
        "COPY requirements.txt (Dockerfile:2) finds nothing: `*.txt` in .dockerignore keeps requirements.txt out of the \
         build context, so the build fails"
    );
}

#[test]
fn a_lost_build_says_which_tag_would_be_built() {
    let found = findings(&RECIPE, Some(&["latest"]));
    assert_eq!(found[0].help.as_deref(), Some("run a pipeline for this commit: its image gets the tag aaaaaaa"));
}

/// The CI file and `renku.ini` with every fix of these findings.
fn fixed(files: &[File<'_>], found: &[Finding]) -> Vec<(String, String)> {
    let edits: Vec<_> = found.iter().filter_map(|found| found.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    let apply = |(path, _, text): &File<'_>| {
        let new = apply(path, text.as_bytes(), edits.iter().copied()).unwrap();
        ((*path).to_owned(), String::from_utf8(new).unwrap())
    };
    files.iter().map(apply).collect()
}

#[test]
fn with_its_fixes_nothing_that_can_be_fixed_is_left() {
    let list = "  only:\n    changes:\n      - Dockerfile # the recipe\n      - ./.gitlab-ci.yml\n      - docker/\n";
    let ci = format!("# ours\n{CI}{list}\nother:\n  script: [x]\n");
    let dockerfile = format!(
        "{}COPY src b.txt /\n",
        DOCKERFILE.replace("COPY requirements.txt /", "COPY requirements.txt {x}.txt /")
    );
    let files = [
        (".gitlab-ci.yml", FILE, ci.as_str()),
        ("Dockerfile", FILE, &dockerfile),
        ("requirements.txt", FILE, "numpy"),
        ("{x}.txt", FILE, "x"),
        ("b.txt", FILE, "x"),
        ("src/a", FILE, "a"),
        ("src/b/c", FILE, "c"),
        (".renku/renku.ini", FILE, "; ours\n[interactive]\nimage = registry.example.org/group/name:latest\n"),
    ];
    let found = findings(&files, Some(&["aaaaaaa", "latest"]));
    let fixable = found.iter().filter(|found| found.fix.is_some()).count();
    let rules: Vec<&str> = found.iter().map(|found| &*found.rule).collect();
    assert_eq!(fixable, rules.iter().filter(|rule| !matches!(**rule, "note" | "whole-tree")).count(), "{found:#?}");
    let fixed = fixed(&files, &found);
    let list = "  only:\n    changes:\n      - Dockerfile # the recipe\n      - .gitlab-ci.yml\n      - docker/**/*\n      - requirements.txt\n      - '\\{x\\}.txt'\n      - src/**/*\n      - b.txt\n";
    assert!(fixed[0].1.contains(list), "{}", fixed[0].1);
    assert!(fixed[0].1.starts_with("# ours\n") && fixed[0].1.ends_with("\nother:\n  script: [x]\n"), "{}", fixed[0].1);
    assert_eq!(fixed[7].1, "; ours\n[interactive]\nimage = registry.example.org/group/name:aaaaaaa\n");
    let fixed: Vec<File<'_>> = fixed.iter().map(|(path, text)| (path.as_str(), FILE, text.as_str())).collect();
    let left = findings(&fixed, Some(&["aaaaaaa", "latest"]));
    assert!(left.iter().all(|left| left.fix.is_none()), "{left:#?}");
    assert!(left.iter().all(|left| left.severity == Info), "{left:#?}");
}

/// A line of commits with these files each, oldest first: `aaaaaaa1`, `bbbbbbb1`, …
fn line(commits: &[Vec<File<'_>>]) -> Memory {
    let mut project = Memory::default();
    let mut parents = Vec::new();
    for (number, files) in (0u8..).zip(commits) {
        let digits = char::from(b'a' + number).to_string().repeat(7) + "1";
        parents = vec![project.add(id(&digits), &parents, i64::from(number), files)];
    }
    project
}

/// What could not be looked at, of the last commit and of the range that ends with it.
fn incomplete(project: &Memory) -> (Vec<String>, Vec<String>) {
    let of_one = now(check(project, &Question::default())).unwrap().incomplete;
    let range = Range { start: Start::Root, to: None };
    let (.., of_all) = now(check_range(project, &Question::default(), &range)).unwrap();
    (of_one, of_all.incomplete)
}

#[test]
fn what_could_not_be_looked_at_is_said() {
    let pin = format!("[interactive]\nimage = {OWN}:aaaaaaa\n");
    let mut project = line(&[RECIPE.to_vec(), [&RECIPE[..], &[(".renku/renku.ini", FILE, &*pin)]].concat()]);
    let nothing: (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    for tags in [None, Some(&["aaaaaaa"][..]), Some(&["latest"][..])] {
        project.images = tags.map(images);
        assert_eq!(incomplete(&project), nothing, "{tags:?}");
    }
    let cut_off = |tags: &[&str]| Images { cut_off: Some(Reason::new("no-access", "not allowed")), ..images(tags) };
    let of_all = "which commits have no image: not all tags of the registry could be seen";
    let of_one = "whether the registry has an image of these inputs: not allowed";
    let of_pin = format!("whether the registry has the pinned image {OWN}:aaaaaaa: not allowed");
    let said = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
    project.images = Some(cut_off(&[]));
    assert_eq!(incomplete(&project), (said(&[of_one, &of_pin]), said(&[of_all, of_one, &of_pin])));
    // The image is there, whatever else there may be; the pinned one may be.
    project.images = Some(cut_off(&["bbbbbbb"]));
    assert_eq!(incomplete(&project), (said(&[&of_pin]), said(&[of_all, &of_pin])));
    project.images = Some(cut_off(&["aaaaaaa"]));
    assert_eq!(incomplete(&project), (vec![], said(&[of_all])));
}

/// `rule: commits` over a range, and how many commits were looked at.
fn over(project: &Memory, range: &str) -> (usize, Vec<String>) {
    let range = Range::parse(range).unwrap();
    let (_, number, found) = now(check_range(project, &Question::default(), &range)).unwrap();
    let found = found.findings;
    let show = |found: &Finding| {
        let commits: Vec<String> = found.commits.iter().map(|commit| commit.abbreviated(1)).collect();
        format!("{}: {}", found.rule, commits.join(""))
    };
    (number, found.iter().map(show).collect())
}

#[test]
fn over_a_range_each_finding_has_its_commits() {
    let requirements = |text: &'static str| vec![RECIPE[0], RECIPE[1], ("requirements.txt", FILE, text)];
    let with = |mut files: Vec<File<'static>>, more: File<'static>| {
        files.push(more);
        files
    };
    let broken = (".repin.toml", FILE, "inputs = 3\n");
    let pin = (".renku/renku.ini", FILE, "[interactive]\nimage = registry.example.org/group/name:aaaaaaa\n");
    let mut project = line(&[
        requirements("a"),
        with(requirements("a"), pin),
        with(requirements("b"), pin),
        with(with(requirements("b"), pin), ("notes", FILE, "x")),
        with(requirements("a"), broken),
        vec![RECIPE[0], ("Dockerfile", FILE, "FROM python:3\n")],
    ]);
    project.git_tags.insert("v1".to_owned(), id("aaaaaaa1"));
    project.git_tags.insert("v4".to_owned(), id("ddddddd1"));
    project.images = Some(images(&["aaaaaaa", "eeeeeee"]));
    for (range, expected) in [
        // The last commit's own comes first; a `.repin.toml` that cannot be read leaves no environment.
        ("v1..", (5, vec!["config: e", "lost-build: f", "pin-stale: dc", "lost-build: dc", "unpinned-base: f"])),
        ("v1..v4", (3, vec!["pin-stale: dc", "lost-build: dc"])),
        ("v4", (4, vec!["pin-stale: dc", "lost-build: dc"])),
        ("v1", (1, vec![])),
        ("v4..v1", (0, vec![])),
    ] {
        let (number, found) = over(&project, range);
        let mut expected: (usize, Vec<String>) = (expected.0, expected.1.into_iter().map(str::to_owned).collect());
        let sorted = |found: &mut Vec<String>| found.sort();
        let mut found = found;
        sorted(&mut found);
        sorted(&mut expected.1);
        assert_eq!((number, found), expected, "{range}");
    }
    // A side that is left out is the head, as in git.
    project.head = Some(id("bbbbbbb1"));
    assert_eq!(over(&project, "..v4"), over(&project, "bbbbbbb100000000000000000000000000000000..v4"));
    assert_eq!((over(&project, "..v4").0, over(&project, "v1..").0, over(&project, "..").0), (2, 1, 0));
    // Nobody says what was lost where not all tags could be seen, or where nobody was asked.
    project.images.as_mut().unwrap().cut_off = Some(Reason::new("no-access", "not allowed"));
    assert_eq!(over(&project, "v4").1, ["pin-stale: dc"]);
    project.images = None;
    assert_eq!(over(&project, "v4").1, ["pin-stale: dc"]);
}

#[test]
fn a_lost_build_of_several_commits_says_what_would_mend_all() {
    let files = |notes: &'static str| [&RECIPE[..], &[("notes", FILE, notes)]].concat();
    let mut project = line(&[files("a"), files("b"), vec![CI_FILE, ("Dockerfile", FILE, "FROM scratch\n")]]);
    project.images = Some(images(&["ccccccc"]));
    let range = Range::parse("HEAD").map(|range| Range { to: None, ..range }).unwrap();
    let (tip, _, found) = now(check_range(&project, &Question::default(), &range)).unwrap();
    let found = found.findings;
    assert_eq!(tip.id, id("ccccccc1"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].message, "the registry has no image of the inputs that bbbbbbb and 1 other share");
    assert_eq!(
        found[0].help.as_deref(),
        Some("run a pipeline for one of them, such as bbbbbbb: its image gets the tag bbbbbbb and is right for all")
    );
}

/// Whatever its images are, they are nobody's yet.
#[test]
fn a_draft_is_told_what_is_wrong_with_its_files() {
    let pin = (".renku/renku.ini", FILE, "[interactive]\nimage = registry.example.org/group/name:aaaaaaa\n");
    let changed = ("requirements.txt", FILE, "scipy");
    let mut project = line(&[[&RECIPE[..], &[pin]].concat(), vec![RECIPE[0], RECIPE[1], changed, pin]]);
    project.images = Some(images(&["aaaaaaa"]));
    let found = now(check_draft(&project, &Question::default())).unwrap().findings;
    let said: Vec<_> = found.iter().map(|found| (found.rule.as_str(), found.commits.len())).collect();
    assert_eq!(said, [("pin-stale", 0)]);
    assert!(found[0].message.ends_with("requirements.txt changed"), "{}", found[0].message);
    let of_commit = now(check(&project, &Question::default())).unwrap().findings;
    assert_eq!(of_commit.iter().map(|found| found.rule.as_str()).collect::<Vec<_>>(), ["lost-build", "pin-stale"]);
    assert!(of_commit[1].message.ends_with("requirements.txt changed since bbbbbbb"), "{}", of_commit[1].message);
}

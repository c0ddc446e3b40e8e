//! Renku 2's builds from code: every file of the context folder counts, and the images are known by their commits.
#![allow(clippy::unwrap_used)]

mod memory;

use memory::{File, Memory, id};
use repin::resolution::{InputsSource, Relation, Status};
use repin::tree::Mode;
use repin::{Question, Resolution};

const FILE: Mode = Mode::FILE;
/// Would say that another file is all that counts.
const CONFIG: (&str, Mode, &str) = (".repin.toml", FILE, "inputs = [\"app/environment.yml\"]\n");

/// Four commits in a line; what changed is in the names. The first was built.
fn project(config: &[File<'static>]) -> Memory {
    let mut project = Memory::default();
    let files = |environment: &'static str, code: &'static str, readme: &'static str| -> Vec<File<'static>> {
        let all =
            [("app/environment.yml", FILE, environment), ("app/main.py", FILE, code), ("README.md", FILE, readme)];
        [&all[..], config].concat()
    };
    let built = project.add(id("aaaaaaa1"), &[], 1, &files("numpy", "1", "a"));
    let outside = project.add(id("bbbbbbb1"), &[built], 2, &files("numpy", "1", "b"));
    let inside = project.add(id("ccccccc1"), &[outside], 3, &files("numpy", "2", "b"));
    project.add(id("ddddddd1"), &[inside], 4, &files("pandas", "2", "b"));
    project.with_tags(&[built.to_string()])
}

fn ask(project: &Memory, commit: &str, folder: &str) -> Resolution {
    let revision = Some(id(commit).to_string());
    let image = Some("registry.example.org/builds".to_owned());
    project.resolve(&Question { revision, image, build: Some(folder.to_owned()), ..Question::default() })
}

#[test]
fn a_build_is_right_while_its_folder_is_the_same() {
    let (plain, narrowed) = (project(&[]), project(&[CONFIG]));
    for (project, commit, folder, expected) in [
        (&plain, "aaaaaaa1", "app", Some(Relation::Exact)),
        (&plain, "bbbbbbb1", "app", Some(Relation::Ancestor)),
        (&plain, "bbbbbbb1", "./app/", Some(Relation::Ancestor)),
        (&plain, "ccccccc1", "app", None),
        (&plain, "bbbbbbb1", ".", None),
        (&plain, "bbbbbbb1", "", None),
        (&narrowed, "ccccccc1", "app", Some(Relation::Ancestor)),
        (&narrowed, "ddddddd1", "app", None),
    ] {
        let answer = ask(project, commit, folder);
        let case = format!("{commit} {folder}: {answer:?}");
        assert_eq!(answer.image.as_ref().map(|image| image.relation), expected, "{case}");
        assert_eq!(answer.status, if expected.is_some() { Status::Found } else { Status::Missing }, "{case}");
    }
}

#[test]
fn who_says_what_counts_is_said() {
    let summary = |config: &[File<'static>], folder| ask(&project(config), "aaaaaaa1", folder).inputs;
    let folder = summary(&[], "app");
    assert_eq!(
        (folder.source, folder.patterns, folder.whole_tree),
        (InputsSource::Build, vec!["app/**".to_owned()], false)
    );
    let root = summary(&[], ".");
    assert_eq!((root.source, root.whole_tree), (InputsSource::Build, true));
    assert_eq!(summary(&[CONFIG], "app").source, InputsSource::Config);
}

#[test]
fn a_folder_outside_of_the_repository_has_no_environment() {
    let answer = ask(&project(&[]), "bbbbbbb1", "../elsewhere");
    assert_eq!(answer.environment, None);
    assert_eq!(answer.reason.unwrap().code, "no-recipe");
}

#[test]
fn only_whole_ids_are_builds() {
    let project = project(&[]).with_tags(&["aaaaaaa", "latest"]);
    assert_eq!(ask(&project, "aaaaaaa1", "app").image, None);
}

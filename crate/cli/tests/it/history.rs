//! `repin history`

use insta::assert_snapshot;

use crate::repository::{Repository, Run};

/// A history with a side branch, a merge that combines two environments, a revert, and no recipe at its beginning.
fn branched(name: &str) -> Repository {
    let mut repository = Repository::new(name);
    repository.write("README.md", "Start\n");
    repository.commit("Start");
    repository.write(".gitlab-ci.yml", crate::repository::CI);
    repository.write("Dockerfile", crate::repository::DOCKERFILE);
    repository.write("requirements.txt", "numpy\n");
    repository.commit("Add a recipe");
    repository.git(&["switch", "--quiet", "--create", "side"]);
    repository.write("requirements.txt", "numpy\npandas\n");
    repository.commit("Try pandas");
    repository.write("notebook.ipynb", "{}\n");
    repository.commit("Use pandas");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("README.md", "Better\n");
    repository.commit("Explain <it> & more");
    repository.merge("Merge branch 'side'", &["side"]);
    repository.write("requirements.txt", "numpy\n");
    repository.commit("Revert pandas");
    repository.commit("Hostile \u{1b}[31m\u{202e}title");
    repository
}

fn tags(repository: &Repository) -> String {
    ["HEAD~3", "side~1", "HEAD"].map(|revision| repository.tag(revision)).join("\n")
}

#[test]
fn as_a_table() {
    let repository = branched("history-table");
    let tags = tags(&repository);
    assert_snapshot!(repository.repin_with(&["history", "--tags", "-"], &tags).shown());
    assert_snapshot!("a_predicted_table", repository.repin(&["history", "--limit", "3"]).shown());
    let colours = repository.repin_with(&["history", "--tags", "-", "--limit", "2", "--color", "always"], &tags);
    assert_snapshot!("a_table_in_colour", colours.stdout().replace('\u{1b}', "␛"));
}

#[test]
fn as_json() {
    let repository = branched("history-json");
    let ran = repository.repin_with(&["history", "--tags", "-", "--format", "json"], &tags(&repository));
    assert_eq!(ran.json().as_array().unwrap().len(), 8);
    assert_snapshot!(ran.shown());
}

#[test]
fn as_a_picture() {
    let repository = branched("history-svg");
    let ran = repository.repin_with(&["history", "--tags", "-", "--format", "svg"], &tags(&repository));
    assert_snapshot!(ran.shown());
    assert!(!ran.stdout().contains(['\u{1b}', '\u{202e}']));
    assert_snapshot!("a_predicted_picture", repository.repin(&["history", "--format", "svg", "--limit", "2"]).shown());
}

#[test]
fn a_picture_says_where_it_was_cut() {
    let mut repository = Repository::course("history-long");
    for _ in 0..200 {
        repository.git(&["commit", "--quiet", "--allow-empty", "--message", "More"]);
    }
    repository.commit("Last");
    let ran = repository.repin(&["history", "--format", "svg"]);
    assert_snapshot!(ran.stderr());
    assert_eq!(ran.stdout().matches("class=\"date\"").count(), 200);
    assert_eq!(repository.repin(&["history", "--format", "svg", "--limit", "9"]).stderr(), "");
}

#[test]
fn of_patterns() {
    let repository = branched("history-patterns");
    let run = Run::new(&["history", "--inputs", "README.md", "--format", "json"]).within(&repository.path);
    let history = run.run().json();
    let keys: Vec<_> = history.as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap()).collect();
    assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), 2);
}

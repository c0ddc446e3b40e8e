//! `repin inputs`

use insta::assert_snapshot;

use crate::repository::{CI, Repository};

#[test]
fn of_a_recipe() {
    let mut repository = Repository::course("inputs-recipe");
    assert_snapshot!(repository.repin(&["inputs"]).shown());
    assert_snapshot!("of_a_recipe_as_json", repository.repin(&["inputs", "--format", "json"]).shown());
    repository.write(".gitlab-ci.yml", format!("{CI}  only:\n    changes: [Dockerfile, 'env/*']\n"));
    repository.write("env/a", "a\n");
    repository.write("env/b", "b\n");
    repository.commit("Build on change");
    repository.write("requirements.txt", "scipy\n");
    assert_snapshot!("of_a_job_with_changes", repository.repin(&["inputs"]).shown());
}

#[test]
fn of_patterns() {
    let repository = Repository::course("inputs-patterns");
    assert_snapshot!(repository.repin(&["inputs", "--inputs", "*.txt", "--inputs", "new.txt"]).shown());
    assert_snapshot!("of_patterns_that_match_nothing", repository.repin(&["inputs", "--inputs", "new.txt"]).shown());
}

#[test]
fn of_a_config() {
    let mut repository = Repository::course("inputs-config");
    repository.write(".repin.toml", "inputs = [\"*.txt\"]\nimage = \"registry.example.org/ada/course\"\n");
    repository.commit("Narrow it");
    assert_snapshot!(repository.repin(&["inputs"]).shown());
    repository.write(".repin.toml", "inputs = ");
    repository.commit("Break it");
    assert_snapshot!("of_a_broken_config", repository.repin(&["inputs"]).shown());
}

#[test]
fn of_no_recipe() {
    let mut repository = Repository::new("inputs-none");
    repository.write("README.md", "Start\n");
    repository.commit("Start");
    assert_snapshot!(repository.repin(&["inputs"]).shown());
}

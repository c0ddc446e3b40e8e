//! The recipe in use: its jobs are run for real, over a story of pushes with faults.

use std::path::Path;

use repin_sandbox::pipelines::{table, trial};

use crate::repository::folder;

#[test]
fn no_commit_is_left_without_an_image_and_none_has_a_wrong_one() {
    let rows = trial(&folder("recipe-trial"), Path::new(env!("CARGO_BIN_EXE_repin")), 40, 6).unwrap();
    let table = table(&rows);
    let [forum, renku, ours] = &rows[..] else { panic!("{table}") };
    assert_eq!((ours.without_image, ours.unnamed, ours.wrong), (0, 0, 0), "{table}");
    assert!(ours.builds <= ours.environments + ours.failures + ours.deleted, "{ours:?}");
    // The story has in it what the recipe is for.
    assert!(ours.failures > 0 && ours.deleted > 0, "{ours:?}");
    assert!(forum.without_image > 0 && forum.latest_wrong.is_some_and(|(wrong, _)| wrong > 0), "{table}");
    assert!(ours.builds < renku.builds, "{table}");
}

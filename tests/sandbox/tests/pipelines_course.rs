//! GitLab's rules give the course the images that its story says it has.
#![cfg(feature = "server")]

use repin_sandbox::pipelines::{Cause, Settings, ZERO, shelf, simulate};
use repin_sandbox::{Course, course};

struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn made(name: &str) -> (Folder, Course) {
    let folder = std::env::temp_dir().join(format!("repin-pipelines-{name}-{}", std::process::id()));
    let course = course(&folder.join("course")).expect("the course can be made");
    (Folder(folder), course)
}

#[test]
fn the_registry_holds_the_tags_that_the_story_says() {
    let (_folder, course) = made("tags");
    let simulated = simulate(&course.git, &Settings::new("ada/course"), &course.events).expect("it can be simulated");
    let held = shelf(&simulated.images, &course.changes);
    assert_eq!(held.iter().map(|held| held.tag.clone()).collect::<Vec<_>>(), course.tags);
    for held in held.iter().filter(|held| held.tag.len() == 7) {
        assert!(held.sha.starts_with(&held.tag), "{held:?}");
    }
    let v1 = held.iter().find(|held| held.tag == "v1.0").expect("the story has it");
    assert_eq!(Ok(&v1.sha), course.git.id("v1.0").as_ref().map_err(|_| ()));
}

#[test]
fn every_push_has_one_pipeline_of_one_job() {
    let (_folder, course) = made("pushes");
    let simulated = simulate(&course.git, &Settings::new("ada/course"), &course.events).expect("it can be simulated");
    assert_eq!(simulated.pipelines.len(), course.events.len());
    let mut failed = 0;
    for (event, pipeline) in course.events.iter().zip(&simulated.pipelines) {
        let Cause::Push { updates, .. } = &event.cause else { panic!("the course only pushes: {event:?}") };
        let [update] = updates.as_slice() else { panic!("one ref at a time: {event:?}") };
        assert_eq!(pipeline.sha, course.git.id(&update.after).expect("it is there"));
        assert_eq!((&*pipeline.source, &*pipeline.before_sha), ("push", &*update.before));
        assert!(update.reference.ends_with(&format!("/{}", pipeline.ref_name)), "{update:?} {pipeline:?}");
        let [job] = pipeline.jobs.as_slice() else { panic!("one job: {pipeline:?}") };
        assert_eq!((&*job.name, &*job.stage, &job.status), ("image_build", "build", &pipeline.status));
        assert_eq!(job.failure_reason.as_deref(), (job.status == "failed").then_some("script_failure"));
        assert!(job.started_at > Some(job.created_at) && job.finished_at > job.started_at);
        failed += usize::from(pipeline.status == "failed");
    }
    assert_eq!(failed, 6);
    let befores = simulated.pipelines.iter().filter(|pipeline| pipeline.before_sha == ZERO);
    let new: Vec<_> = befores.map(|pipeline| pipeline.ref_name.split('/').next().unwrap_or_default()).collect();
    assert_eq!(new, ["main", "v1.0", "graphs", "seaborn", "renku", "polars"]);

    // What the refs are now is what was pushed last.
    let refs = course.git.run(&["for-each-ref", "--format=%(refname) %(objectname)"]).expect("git runs");
    let mut last = std::collections::BTreeMap::new();
    for event in &course.events {
        let Cause::Push { updates, .. } = &event.cause else { continue };
        last.extend(updates.iter().map(|update| (update.reference.clone(), update.after.clone())));
    }
    let last: Vec<String> = last.iter().map(|(name, id)| format!("{name} {id}")).collect();
    assert_eq!(refs.lines().collect::<Vec<_>>(), last);
}

//! The sample project is what its story says, and Repin finds in it what the story says is right.

use std::path::PathBuf;

use repin::Question;
use repin::source::Images;
use repin_forge::local::Local;
use repin_sandbox::{Course, Git, REGISTRY, course};

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn made(name: &str) -> (Folder, Course) {
    let folder = std::env::temp_dir().join(format!("repin-course-{name}-{}", std::process::id()));
    let course = course(&folder.join("course")).expect("the course can be made");
    (Folder(folder), course)
}

#[test]
fn each_moment_has_the_image_that_the_story_says() {
    let (_folder, course) = made("moments");
    let list = std::fs::read(course.tags_file()).expect("the course writes it");
    let tags = repin_forge::tags::parse(&list).expect("the course writes tags");
    assert_eq!(tags.len(), course.tags.len());
    let local =
        Local::open(course.git.dir()).expect("it is a repository").with_images(Images { tags, ..Images::default() });
    for moment in &course.moments {
        let question =
            Question { revision: Some(moment.commit.clone()), image: Some(REGISTRY.to_owned()), ..Question::default() };
        let answer = pollster::block_on(repin::resolve::resolve(&local, &question)).expect("it can be answered");
        let tag = answer.image.as_ref().map(|image| image.tag.clone());
        assert_eq!(tag, moment.image, "{}: {answer:#?}", moment.name);
    }
}

#[test]
fn the_story_has_its_shape_and_is_the_same_everywhere() {
    let (_folder, course) = made("shape");
    let git = |args: &[&str]| course.git.run(args).expect("git runs");
    assert!(git(&["rev-list", "--count", "--all"]).parse::<u32>().is_ok_and(|count| (30..60).contains(&count)));
    assert_eq!(git(&["rev-list", "--count", "--merges", "main"]), "2");
    assert_eq!(git(&["for-each-ref", "--format=%(refname)", "refs/heads/renku/autosave/ada/main"]).lines().count(), 1);
    assert_eq!(git(&["status", "--porcelain"]), "");
    assert!(course.moments.iter().all(|moment| moment.commit.len() == 40));

    let (_folder, again) = made("again");
    assert_eq!(again.git.id("main").ok(), course.git.id("main").ok());
    assert_eq!(again.tags, course.tags);
}

#[test]
fn what_git_says_is_in_the_error() {
    let (_folder, course) = made("error");
    let error = Git::open(course.git.dir()).run(&["log", "no-such-branch"]).map_err(|error| error.to_string());
    assert!(error.as_ref().is_err_and(|error| error.contains("git log no-such-branch failed in")), "{error:?}");
    assert!(error.is_err_and(|error| error.contains("unknown revision")));
}

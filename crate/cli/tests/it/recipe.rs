//! The recipe in use: its jobs are run for real, over a story of pushes with faults.

use std::path::Path;

use repin_sandbox::pipelines::{Rehearsal, table, trial};

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

const PLAIN: &str = "\
image_build:
  script:
    - docker build -t $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA .
    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA
";

fn rehearsal(name: &str, ci: &str) -> Rehearsal {
    Rehearsal::new(&folder(&format!("recipe-{name}")), Path::new(env!("CARGO_BIN_EXE_repin")), ci).unwrap()
}

/// Three commits in one push, in CI files of many forms: the head's tag is there after a green job and is its own content,
/// and so is every other tag that names a commit.
#[test]
fn no_tag_is_another_commits_content() {
    let tagged = |tag: &str, top: &str, before: &str| {
        format!("{top}image_build:\n{before}  script:\n    - docker build -t {tag} .\n    - docker push {tag}\n")
    };
    let short = "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA";
    for (name, ci, builds) in [
        ("plain", PLAIN.to_owned(), 3),
        ("variable", tagged("$IMAGE_TAG", "", &format!("  variables:\n    IMAGE_TAG: {short}\n")), 1),
        ("file's variable", tagged("$IMAGE_TAG", &format!("variables:\n  IMAGE_TAG: {short}\n"), ""), 1),
        ("before", tagged("$IMAGE_TAG", "", &format!("  before_script:\n    - export IMAGE_TAG={short}\n")), 1),
        ("generated", tagged(short, "", "  before_script:\n    - echo scipy >> requirements.txt\n"), 1),
        ("branch", tagged("$CI_REGISTRY_IMAGE:$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA", "", ""), 1),
    ] {
        let mut at = rehearsal(name, &ci);
        let first = at.git.id("HEAD").unwrap();
        let second = at.commit("requirements.txt", "numpy\npandas\n").unwrap();
        let third = at.commit("requirements.txt", "numpy\nscipy\n").unwrap();
        let ran = at.pipeline("main", &[]).unwrap();
        assert!(ran.is_green, "{name}: {}", ran.said);
        assert_eq!(ran.builds, builds, "{name}: {}", ran.said);
        let tags = at.tags().unwrap();
        assert_eq!(tags.len(), builds, "{name}: {tags:?}");
        // What the job itself puts beside the checkout is in no commit.
        let is_known = name != "generated";
        for commit in [first, second, third] {
            for tag in tags.iter().filter(|tag| tag.ends_with(&commit[..8])) {
                assert_eq!(at.is_right(tag, &commit).unwrap() == Some(true), is_known, "{name}: {tag}");
            }
        }
        assert!(tags.contains(&ran.report["REPIN_TAG"]), "{name}: {tags:?}");
    }
}

/// The tag that the pipeline's own build would have pushed is there, without a build, and the report names an image that
/// exists.
#[test]
fn the_tag_of_the_pipeline_is_there() {
    let pushing = |lines: &str| format!("{PLAIN}{lines}");
    for (name, ci, reference, wanted) in [
        ("own", PLAIN.to_owned(), "main", None),
        (
            "git tag",
            pushing(
                "    - if [ -n \"$CI_COMMIT_TAG\" ]; then docker tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHORT_SHA $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG; docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_TAG; fi\n",
            ),
            "main",
            None,
        ),
        (
            "git tags only",
            PLAIN.replace("  script:", "  only: [tags]\n  script:").replace("$CI_COMMIT_SHORT_SHA", "$CI_COMMIT_TAG"),
            "v1.1",
            Some("v1.1"),
        ),
        (
            "branch",
            PLAIN.replace("$CI_COMMIT_SHORT_SHA", "$CI_COMMIT_REF_SLUG-$CI_COMMIT_SHORT_SHA"),
            "feature/x",
            Some("feature-x-"),
        ),
    ] {
        let mut at = rehearsal(&format!("tag-{name}"), &ci);
        at.git.run(&["tag", "v1.0"]).unwrap();
        let first = at.pipeline(if wanted == Some("v1.1") { "v1.0" } else { "main" }, &[]).unwrap();
        assert!(first.is_green && first.builds == 1, "{name}: {}", first.said);
        at.git.run(&["checkout", "-q", "-b", "feature/x"]).unwrap();
        at.commit("README.md", "Words\n").unwrap();
        at.git.run(&["branch", "-f", "main", "HEAD"]).unwrap();
        for tag in ["a-1.1", "v1.1"] {
            at.git.run(&["tag", tag]).unwrap();
        }
        let ran = at.pipeline(reference, &[]).unwrap();
        assert!(ran.is_green && ran.builds == 0, "{name}: {}", ran.said);
        let (tags, own) = (at.tags().unwrap(), &ran.report["REPIN_TAG"]);
        assert!(wanted.is_none_or(|wanted| own.starts_with(wanted)), "{name}: {own}");
        assert_eq!(at.is_right(own, reference).unwrap(), Some(true), "{name}: {tags:?}");
        assert_eq!(ran.report["REPIN_BUILD"], "0", "{name}");
        assert!(ran.report["REPIN_IMAGE"].ends_with(&format!(":{own}")), "{name}: {:?}", ran.report);
    }
}

/// After a build the report is about what was built.
#[test]
fn a_build_on_demand_is_what_later_jobs_get() {
    let mut at = rehearsal("rebuild", PLAIN);
    let first = at.pipeline("main", &[]).unwrap();
    assert_eq!((first.report["REPIN_BUILD"].as_str(), first.builds), ("1", 1), "{}", first.said);
    let second = at.commit("README.md", "Words\n").unwrap();
    let ran = at.pipeline("main", &[("REPIN_REBUILD", "1")]).unwrap();
    assert!(ran.is_green && ran.builds == 1, "{}", ran.said);
    assert_eq!((ran.report["REPIN_BUILD"].as_str(), ran.report["REPIN_SOURCE"].as_str()), ("1", ""));
    assert!(ran.report["REPIN_IMAGE"].ends_with(&format!(":{}", &second[..8])), "{:?}", ran.report);
    assert_eq!(at.is_right(&second[..8], &second).unwrap(), Some(true));
}

/// What can never be built is tried less and less often, and does not keep other commits from their build.
#[test]
fn commits_that_can_never_be_built_hide_no_others() {
    let mut at = rehearsal("never", PLAIN);
    let oldest = at.git.id("HEAD").unwrap();
    for number in 0..7 {
        at.git.write("Dockerfile", format!("FROM python:3.1{number}\nCOPY requirements.txt /tmp/\n")).unwrap();
        at.commit("requirements.txt", "nowhere\n").unwrap();
    }
    at.commit("requirements.txt", "scipy\n").unwrap();
    let mut faults = Vec::new();
    for number in 0..20 {
        at.commit("README.md", &format!("Words {number}\n")).unwrap();
        let ran = at.pipeline("main", &[]).unwrap();
        assert!(ran.is_green, "{}", ran.said);
        faults.push(ran.faults);
        // The first pipeline tries the five newest, the second what was not tried.
        assert_eq!(at.is_right(&oldest[..8], &oldest).unwrap(), (number > 0).then_some(true), "{number}: {}", ran.said);
    }
    // Seven commits: at first, after an hour, and after six more. The next would be a day and a half later.
    assert_eq!(faults.iter().sum::<usize>(), 7 * 3, "{faults:?}");
    assert_eq!(faults[..2], [5, 4], "two of the first that waited an hour");
    assert_eq!(faults[15..], [0; 5], "{faults:?}");
}

/// The record of what was begun: for how long it counts, what ends it, and whose tag it must not take.
#[test]
fn what_was_begun_is_known() {
    let mut at = rehearsal("begun", PLAIN);
    at.commit("requirements.txt", "nowhere\n").unwrap();
    at.commit("requirements.txt", "scipy\n").unwrap();
    let mut pipeline = |time: &str, others: &str, said: &str| {
        let settings = [("CI_JOB_STARTED_AT", time), ("REPIN_OTHERS_MAX", others)];
        let ran = at.pipeline("main", &settings).unwrap();
        assert!(ran.is_green && ran.said.contains(said), "{time}: {}", ran.said);
        (ran.builds, ran.faults)
    };
    // Its own alone; then the two before it, of which one cannot be built.
    assert_eq!(pipeline("2026-01-01T10:00:00Z", "0", ""), (1, 0));
    assert_eq!(pipeline("2026-01-01T10:00:00Z", "many", "\"many\" is no number of commits"), (0, 0));
    assert_eq!(pipeline("2026-01-01T10:00:00Z", "99", "was not built: a later pipeline tries it again"), (2, 1));
    assert_eq!(pipeline("2026-01-01T10:59:59Z", "5", ""), (0, 0));
    assert_eq!(pipeline("2026-01-01T11:00:00Z", "5", ""), (1, 1));
    assert_eq!(pipeline("2026-01-01T16:59:59Z", "5", ""), (0, 0));
    let record = "repin-attempts";
    let before = at.registry().digest("ada/course", record).unwrap();
    assert!(at.registry().delete("ada/course", record).unwrap());
    let mut pipeline = |time: &str, said: &str| {
        let ran = at.pipeline("main", &[("CI_JOB_STARTED_AT", time)]).unwrap();
        assert!(ran.is_green && ran.said.contains(said), "{time}: {}", ran.said);
        (ran.builds, ran.faults)
    };
    assert_eq!(pipeline("2026-01-01T16:59:59Z", ""), (1, 1), "nothing is remembered");
    assert_eq!(pipeline("2026-01-01T17:00:00Z", ""), (0, 0), "and then it is");
    assert_ne!(at.registry().digest("ada/course", record).unwrap(), before);
    // Somebody's own image of that name stays.
    let own = at.registry().push("ada/course", record, 1).unwrap();
    let ran = at.pipeline("main", &[]).unwrap();
    assert!(ran.is_green && ran.said.contains("no record of Repin's"), "{}", ran.said);
    assert_eq!(ran.builds, 0);
    assert_eq!(at.registry().digest("ada/course", record).unwrap(), Some(own));
}

/// Where somebody narrowed the inputs the right image is used, and no tag says that it is the commit's own.
#[test]
fn narrowed_inputs_give_no_tag() {
    let mut at = rehearsal("narrowed", PLAIN);
    let first = at.commit(".repin.toml", "inputs = [\"Dockerfile\", \".gitlab-ci.yml\"]\n").unwrap();
    assert_eq!(at.pipeline("main", &[]).unwrap().builds, 1);
    let second = at.commit("requirements.txt", "scipy\n").unwrap();
    let ran = at.pipeline("main", &[]).unwrap();
    assert!(ran.is_green && ran.builds == 0, "{}", ran.said);
    assert_eq!(ran.report["REPIN_BUILD"], "0");
    assert!(ran.report["REPIN_IMAGE"].ends_with(&format!(":{}", &first[..8])), "{:?}", ran.report);
    assert_eq!(at.is_right(&second[..8], &second).unwrap(), None, "{:?}", at.tags());
    at.git.run(&["rm", "-q", ".repin.toml"]).unwrap();
    let third = at.commit("README.md", "Words\n").unwrap();
    let ran = at.pipeline("main", &[]).unwrap();
    assert!(ran.is_green, "{}", ran.said);
    assert_eq!(at.is_right(&third[..8], &third).unwrap(), Some(true), "{}", ran.said);
}

/// A build that fails fails the job, whatever a `before_script` set.
#[test]
fn a_failed_build_is_no_green_job() {
    let mut at = rehearsal("set-e", &PLAIN.replace("  script:", "  before_script:\n    - set +e\n  script:"));
    at.commit("requirements.txt", "nowhere\n").unwrap();
    let ran = at.pipeline("main", &[]).unwrap();
    assert!(!ran.is_green && ran.report.is_empty(), "{}", ran.said);
}

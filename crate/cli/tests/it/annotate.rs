//! `repin annotate`, and the notes that `repin resolve` reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use repin_sandbox::gitlab::{
    Comment, Kind, Options, Project, Reach, RegistryTag, Repository as Images, Scope, Server, Token, Visibility,
};
use serde_json::json;

use crate::gitlab::{SECRET, Served};
use crate::registry::World;
use crate::repository::{Ran, Repository, Run};

const IMAGE: &str = "registry.example.org/ada/course";

/// The tags of commits with digests, as GitLab's API lists them.
fn tags(repository: &Repository, revisions: &[&str]) -> String {
    let tag = |revision: &&str| {
        let id = repository.id(revision);
        json!({ "name": id[..7], "digest": format!("sha256:{}", &id.repeat(2)[..64]) })
    };
    revisions.iter().map(tag).collect::<serde_json::Value>().to_string()
}

fn annotate(repository: &Repository, args: &[&str], tags: &str) -> Ran {
    repository.repin_with(&[&["annotate", "--tags", "-", "--image", IMAGE], args].concat(), tags)
}

#[test]
fn notes_are_written_once_and_name_images_where_no_registry_is_asked() {
    let repository = Repository::course("annotate-notes");
    let listed = tags(&repository, &["HEAD~2"]);
    assert_snapshot!("annotate_dry", annotate(&repository, &["--limit", "3", "--dry-run"], &listed).shown());
    assert_eq!(repository.git(&["for-each-ref", "refs/notes"]), "");
    assert_snapshot!("annotate_notes", annotate(&repository, &["--limit", "3"], &listed).shown());
    assert_snapshot!("annotate_note", repository.git(&["notes", "--ref=repin", "show", "HEAD"]));
    let tip = repository.id("refs/notes/repin");
    assert_snapshot!("annotate_again", annotate(&repository, &["--range", "HEAD~2..HEAD"], &listed).shown());
    assert_eq!(repository.id("refs/notes/repin"), tip, "nothing new is no commit");

    let from_note = repository.repin(&["resolve"]);
    assert_snapshot!("resolve_by_a_note", from_note.shown());
    assert_eq!(repository.repin(&["resolve", "--format", "json"]).json()["image"]["verified"], json!(false));
    let without = repository.repin(&["resolve", "--no-notes"]);
    assert!(without.stdout().contains("a CI that builds on change"), "{}", without.shown());
    // A commit that came later, with the same inputs and no note of its own.
    let mut repository = repository;
    repository.write("README.md", "Even better\n");
    repository.commit("Explain it again");
    let later = repository.repin(&["resolve"]);
    assert!(later.stdout().contains("refs/notes/repin"), "{}", later.shown());
    // Other inputs: the notes name nothing.
    repository.write("requirements.txt", "numpy\nscipy\n");
    repository.commit("Scipy");
    let other = repository.repin(&["resolve"]);
    assert!(!other.stdout().contains("refs/notes/repin"), "{}", other.shown());
}

#[test]
fn notes_need_a_digest_and_an_image() {
    let repository = Repository::course("annotate-none");
    let without_digest = annotate(&repository, &[], &repository.tag("HEAD"));
    assert_snapshot!(without_digest.shown());
    let none = annotate(&repository, &[], "latest\n");
    assert_eq!((none.code(), repository.git(&["for-each-ref", "refs/notes"]).as_str()), (0, ""), "{}", none.shown());
}

#[test]
fn what_cannot_be_done_is_said() {
    let repository = Repository::course("annotate-errors");
    for (name, args) in [
        ("annotate_bad_range", &["--range", "main"][..]),
        ("annotate_three_dots", &["--range", "a...b"]),
        ("annotate_unknown_side", &["--range", "nowhere..HEAD"]),
        ("annotate_no_remote", &["--push"]),
        ("annotate_push_option", &["--push=--exec=evil"]),
        ("annotate_comments_of_no_gitlab", &["--comments"]),
        ("annotate_range_and_commit", &["--range", "a..b", "--commit", "c"]),
    ] {
        assert_snapshot!(name, annotate(&repository, args, "").shown());
    }
    let address = Run::new(&["annotate", "https://gitlab.example.org/a/b"]).run();
    assert_snapshot!("annotate_notes_of_an_address", address.shown());
}

fn git(folder: &Path, args: &[&str]) -> String {
    let output =
        Command::new("git").args(args).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").output().unwrap();
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn notes_of_another(folder: &Path, args: &[&str]) {
    let who = ["-c", "user.name=B", "-c", "user.email=b@example.org", "notes", "--ref=repin"];
    git(folder, &[&who, args].concat());
}

#[test]
fn notes_are_pushed_and_merged_with_those_of_others() {
    let repository = Repository::course("annotate-push");
    let origin = repository.path.with_file_name("annotate-push-origin");
    let _ = fs::remove_dir_all(&origin);
    repository.git(&["clone", "--quiet", "--bare", ".", origin.to_str().unwrap()]);
    repository.git(&["remote", "add", "origin", origin.to_str().unwrap()]);
    // Somebody else has pushed notes on one of the commits, and on another.
    for (commit, text) in [("HEAD", "a line of another"), ("HEAD~2", "and more")] {
        let commit = repository.id(commit);
        notes_of_another(&origin, &["add", "-m", text, &commit]);
    }
    let listed = tags(&repository, &["HEAD~2"]);
    let pushed = annotate(&repository, &["--limit", "2", "--push"], &listed);
    assert_eq!(pushed.code(), 0, "{}", pushed.shown());
    assert!(pushed.stderr().contains("pushed to origin"), "{}", pushed.shown());
    for (place, folder) in [("here", &repository.path), ("there", &origin)] {
        let note = git(folder, &["notes", "--ref=repin", "show", &repository.id("HEAD")]);
        assert!(note.contains("a line of another") && note.contains("repin/note/1"), "{place}: {note}");
        assert_eq!(git(folder, &["notes", "--ref=repin", "list"]).lines().count(), 3, "{place}");
    }
    assert_eq!(repository.git(&["for-each-ref", "refs/notes", "--format=%(refname)"]), "refs/notes/repin");
    let tip = repository.id("refs/notes/repin");
    assert_eq!(annotate(&repository, &["--limit", "2", "--push=origin"], &listed).code(), 0);
    assert_eq!(repository.id("refs/notes/repin"), tip, "twice is once");

    // A bare clone can do it as well.
    let bare = repository.path.with_file_name("annotate-push-bare");
    let _ = fs::remove_dir_all(&bare);
    repository.git(&["clone", "--quiet", "--bare", origin.to_str().unwrap(), bare.to_str().unwrap()]);
    notes_of_another(&origin, &["append", "-m", "new", &repository.id("HEAD")]);
    let args = ["annotate", "--tags", "-", "--image", IMAGE, "--push", "--commit", "HEAD~2"];
    let ran = Run::new(&args).within(&bare).stdin(&listed).run();
    assert_eq!(ran.code(), 0, "{}", ran.shown());
    let note = git(&origin, &["notes", "--ref=repin", "show", &repository.id("HEAD~2")]);
    assert!(note.contains("and more") && note.contains("repin/note/1"), "{note}");

    // A remote that does not want them.
    let hook = origin.join("hooks/pre-receive");
    fs::write(&hook, "#!/bin/sh\necho 'no notes here' >&2\nexit 1\n").unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let more = tags(&repository, &["HEAD", "HEAD~2"]);
    let refused = annotate(&repository, &["--push"], &more);
    assert_eq!(refused.code(), 1);
    assert!(refused.stderr().contains("no notes here") && refused.stderr().contains("hint:"), "{}", refused.shown());
    let note = repository.git(&["notes", "--ref=repin", "show", "HEAD"]);
    assert_eq!(note.matches("repin/note/1").count(), 2, "they are written here all the same: {note}");
}

fn comments(served: &Served) -> Vec<Comment> {
    served.server.comments()
}

#[test]
fn comments_say_which_image_a_commit_needs() {
    let served = Served::new("annotate-comments");
    served.add_token(SECRET, Kind::Personal, &[Scope::Api]);
    let url = served.url();
    let args = ["annotate", &url, "--comments", "--limit", "6"];
    let run = |more: &[&str]| served.run(&[&args[..], more].concat()).variable("GITLAB_TOKEN", SECRET).run();
    let dry = run(&["--dry-run"]);
    assert_eq!((dry.code(), comments(&served).len()), (0, 0), "{}", dry.shown());
    let ran = run(&[]);
    assert_snapshot!("annotate_comments", ran.shown());
    let made = comments(&served);
    assert!(!made.is_empty());
    assert_snapshot!("annotate_comment", made[0].body);
    for comment in &made {
        assert!(comment.body.starts_with("<!-- repin:1 -->\n"), "{}", comment.body);
    }
    served.server.clear_log();
    for _ in 0..2 {
        let again = run(&["--format", "json"]);
        assert_eq!(again.code(), 0, "{}", again.shown());
        let words: Vec<_> =
            again.json()["commits"].as_array().unwrap().iter().map(|row| row["comment"].clone()).collect();
        assert!(words.iter().all(|word| *word == json!("unchanged") || *word == json!("absent")), "{words:?}");
    }
    assert_eq!(comments(&served), made, "twice, thrice: the same");
    assert!(
        served.server.log().iter().all(|request| request.method == "GET" || request.path_and_query.contains("graphql"))
    );

    // An image that is gone: the comment is corrected, not removed; commits without one get none.
    served.server.update(served.id, |project| project.images.iter_mut().for_each(|image| image.tags.clear()));
    let gone = run(&[]);
    assert_eq!(gone.code(), 0, "{}", gone.shown());
    let after = comments(&served);
    assert_eq!(after.len(), made.len());
    assert!(after.iter().all(|comment| comment.body.contains("No image is right for this commit")), "{after:?}");
}

#[test]
fn a_run_that_stops_says_how_to_go_on() {
    let served = Served::new("annotate-stopped");
    served.add_token(SECRET, Kind::Personal, &[Scope::Api]);
    let url = served.url();
    let args = ["annotate", &url, "--comments"];
    let run = |more: &[&str]| served.run(&[&args[..], more].concat()).variable("GITLAB_TOKEN", SECRET).run();
    let stopped = run(&["--limit", "5", "--max-requests", "11"]);
    assert_eq!(stopped.code(), 1, "{}", stopped.shown());
    let said = stopped.stderr();
    let rest = said.lines().find_map(|line| line.split_once("go on with ")).expect("it says how to go on").1.to_owned();
    let first = comments(&served);
    let rest: Vec<&str> = rest.split(' ').collect();
    let finished = run(&rest);
    assert_eq!(finished.code(), 0, "{}", finished.shown());
    let all = comments(&served);
    assert_eq!(all[..first.len()], first[..]);
    run(&["--limit", "5"]);
    assert_eq!(comments(&served), all, "nothing was left");
    // Wherever the requests run out, the commit that they do not suffice for is among those that are left.
    for most in 5..45 {
        let ran = run(&["--limit", "5", "--dry-run", "--max-requests", &most.to_string()]);
        assert!(!ran.stdout().contains("unknown"), "{most}: {}", ran.shown());
        let left = ran.stderr().lines().find_map(|line| line.split_once(" left; go on")?.0.chars().next());
        let left = left.map_or(0, |left| left.to_digit(10).unwrap() as usize);
        assert_eq!(ran.stdout().lines().count() + left, 5, "{most}: {}", ran.shown());
    }
}

#[test]
fn a_folder_whose_remote_is_a_gitlab_can_be_commented_on() {
    let served = Served::new("annotate-folder");
    served.add_token(SECRET, Kind::Personal, &[Scope::Api]);
    let mut repository = Repository::new("annotate-folder-clone");
    let url = served.url();
    repository.git(&["remote", "add", "origin", &format!("{url}.git")]);
    let all = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"];
    repository.git(&[&["fetch", "--quiet", served.course.git.dir().to_str().unwrap()], &all[..]].concat());
    repository.git(&["reset", "--quiet", "--hard", "origin/main"]);
    let listed = fs::read_to_string(served.course.tags_file()).unwrap();
    let args = ["annotate", "--comments", "--tags", "-", "--image", IMAGE, "--limit", "4", "--no-cache"];
    let ran = Run::new(&args).within(&repository.path).stdin(&listed).variable("GITLAB_TOKEN", SECRET).run();
    assert_eq!(ran.code(), 0, "{}", ran.shown());
    let said = comments(&served);
    assert!(!said.is_empty(), "{}", ran.shown());
    assert_eq!(repository.git(&["for-each-ref", "refs/notes"]), "", "--comments alone writes no notes");

    // A commit that nobody has pushed cannot be commented on.
    repository.write("new.txt", "new\n");
    repository.commit("Not pushed");
    let args = ["annotate", "--comments", "--tags", "-", "--image", IMAGE, "--no-cache"];
    let ran = Run::new(&args).within(&repository.path).stdin(&listed).variable("GITLAB_TOKEN", SECRET).run();
    assert_eq!(ran.code(), 1, "{}", ran.shown());
    assert_eq!(comments(&served), said);
}

#[test]
fn comments_need_the_right_token() {
    let served = Served::new("annotate-tokens");
    served.add_token(SECRET, Kind::Personal, &[Scope::ReadApi]);
    let url = served.url();
    let args = ["annotate", &url, "--comments", "--commit", "ce46f90"];
    assert_snapshot!("annotate_no_token", served.repin(&args).shown());
    let narrow = served.run(&args).variable("GITLAB_TOKEN", SECRET).run();
    assert_snapshot!("annotate_narrow_token", narrow.shown());
    let base = served.server.url().to_owned();
    let job = served.run(&args).variable("CI_JOB_TOKEN", "glcbt-1").variable("CI_SERVER_URL", &base).run();
    assert_snapshot!("annotate_job_token", job.shown());
    assert!(comments(&served).is_empty());
}

#[test]
fn digests_come_from_the_registry() {
    let world = World::new("annotate-registry");
    let ran = world.in_job(&["annotate", "--limit", "3"]);
    assert_eq!(ran.code(), 0, "{}", ran.shown());
    assert_eq!(ran.stdout().matches("note added").count(), 3, "{}", ran.shown());
    let asked = world.in_job(&["resolve", "--registry", "--format", "json"]).json();
    let note = world.repository.git(&["notes", "--ref=repin", "show", "HEAD"]);
    let note: serde_json::Value = serde_json::from_str(&note).unwrap();
    assert_eq!(note["digest"], asked["image"]["digest"]);
    assert_eq!(note["environment"], asked["environment"]["key"]);
    assert_eq!(note["built_from"], json!(world.repository.id("HEAD~2")));
    // A CI job has no name, and its notes are worth as much.
    assert_eq!(
        world.repository.git(&["log", "-1", "--format=%cn <%ce>", "refs/notes/repin"]),
        "repin <repin@localhost>"
    );
}

fn empty_origin(repository: &Repository, name: &str) -> PathBuf {
    let origin = repository.path.with_file_name(name);
    let _ = fs::remove_dir_all(&origin);
    repository.git(&["init", "--quiet", "--bare", origin.to_str().unwrap()]);
    origin
}

#[test]
fn a_password_in_the_address_of_a_remote_is_not_shown() {
    let repository = Repository::course("annotate-push-password");
    let origin = empty_origin(&repository, "annotate-push-password-origin");
    let listed = tags(&repository, &["HEAD"]);
    let good = format!("--push=file://ada:s3cr3t@{}", origin.display());
    let bad = format!("--push=file://ada:s3cr3t@{}-nowhere", origin.display());
    for (remote, code) in [(&good, 0), (&bad, 1)] {
        for args in [vec![remote.as_str()], vec![remote, "--format", "json"]] {
            let ran = annotate(&repository, &args, &listed);
            assert_eq!(ran.code(), code, "{}", ran.shown());
            assert!(ran.shown().contains("file://"), "{}", ran.shown());
            assert!(!ran.stdout().contains("s3cr3t") && !ran.stderr().contains("s3cr3t"), "{}", ran.shown());
        }
    }
}

#[test]
fn no_notes_are_no_reason_to_fail() {
    let repository = Repository::course("annotate-push-nothing");
    let origin = empty_origin(&repository, "annotate-push-nothing-origin");
    repository.git(&["remote", "add", "origin", origin.to_str().unwrap()]);
    let ran = annotate(&repository, &["--push"], "[]");
    assert_eq!((ran.code(), ran.stderr().as_str()), (0, ""), "{}", ran.shown());
}

/// A comment is read by whoever may see the fork.
#[test]
fn a_private_parent_is_not_named_on_a_public_fork() {
    let repository = Repository::course("annotate-fork");
    let tag = repository.tag("HEAD");
    let parent = repository.path.with_file_name("annotate-fork-parent");
    let _ = fs::remove_dir_all(&parent);
    repository.git(&["clone", "--quiet", "--bare", ".", parent.to_str().unwrap()]);
    let server = Server::start(Options::default()).unwrap();
    let tags = vec![RegistryTag { name: tag.clone(), ..RegistryTag::default() }];
    let images = vec![Images { tags, ..Images::default() }];
    let of_parent = Project { path: "secret/plans".to_owned(), repository: parent, images, ..Project::default() };
    let parent = server.add(of_parent);
    let fork = Project { path: "ada/name".to_owned(), repository: repository.path.clone(), ..Project::default() };
    server.add(Project { forked_from: Some(parent), ..fork });
    let (secret, scopes) = (SECRET.to_owned(), vec![Scope::Api]);
    server.add_token(Token { secret, kind: Kind::Personal, scopes, projects: Reach::All, expired: false });
    let url = format!("{}/ada/name", server.url());
    let run = || {
        let args = ["annotate", &url, "--comments", "--no-cache"];
        let ran = Run::new(&args).variable("GITLAB_TOKEN", SECRET).run();
        assert_eq!(ran.code(), 0, "{}", ran.shown());
        let said = server.comments();
        assert_eq!(said.len(), 1, "{}", ran.shown());
        (ran.stdout(), said[0].body.clone())
    };
    let mut of_public = String::new();
    // What was named while it was public is taken back.
    for (visibility, is_named) in [
        (Visibility::Public, true),
        (Visibility::Internal, false),
        (Visibility::Private, false),
        (Visibility::Public, true),
    ] {
        assert!(server.update(parent, |project| project.visibility = visibility));
        let (shown, body) = run();
        assert_eq!(body.contains("secret/plans"), is_named, "{visibility:?}: {body}");
        assert_eq!(body.contains(&tag), is_named, "{visibility:?}: {body}");
        assert_eq!(shown.contains("its project is not public"), !is_named, "{visibility:?}: {shown}");
        assert!(shown.contains(&format!("secret/plans:{tag}")), "who runs it may know: {shown}");
        if is_named {
            assert!(of_public.is_empty() || of_public == body, "{body}");
            of_public = body;
        }
    }
}

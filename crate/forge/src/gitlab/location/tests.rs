use std::collections::HashMap;

use super::*;

/// A location in short: `base project revision`, where the revision is as in `shown_revision`.
fn shown(location: &Location) -> String {
    let project = match &location.project {
        ProjectRef::Path(path) => path.clone(),
        ProjectRef::Id(id) => format!("#{id}"),
    };
    let revision = match &location.revision {
        None => String::new(),
        Some(RevisionHint::Commit(id)) => format!(" commit {id}"),
        Some(RevisionHint::Refs(refs)) => format!(" refs {}", refs.join(" | ")),
        Some(RevisionHint::Tag(name)) => format!(" tag {name}"),
        Some(RevisionHint::MergeRequest(number)) => format!(" mr {number}"),
    };
    format!("{} {project}{revision}", location.base)
}

#[track_caller]
fn readings(text: &str) -> Vec<String> {
    let location = Location::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    location.alternatives().iter().map(shown).collect()
}

/// On gitlab.com, where no root is in doubt, each address has the one reading that is given, unless more are.
#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn addresses_that_people_paste() {
    const ID: &str = "0123456789abcdef0123456789abcdef01234567";
    for (text, expected) in [
        // Projects.
        ("https://gitlab.com/group/name", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name/", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name.git", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name.git/", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name.git/info/refs?service=git-upload-pack", "https://gitlab.com group/name"),
        ("  <https://gitlab.com/group/name>\n", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name?tab=readme", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name#readme", "https://gitlab.com group/name"),
        ("https://gitlab.com/group/name#a?b/-/commit/abcdefa", "https://gitlab.com group/name"),
        ("https://gitlab.com//group//name", "https://gitlab.com group/name"),
        ("HTTPS://GitLab.com/Group/Name", "https://gitlab.com Group/Name"),
        ("https://gitlab.com/a/b/c/d/e", "https://gitlab.com a/b/c/d/e"),
        ("https://gitlab.com/gitlab/git/name", "https://gitlab.com gitlab/git/name"),
        ("https://gitlab.com/gr_oup.x/na-me.y", "https://gitlab.com gr_oup.x/na-me.y"),
        ("https://gitlab.com:443/group/name", "https://gitlab.com group/name"),
        ("gitlab.com/group/name", "https://gitlab.com group/name"),
        ("gitlab.com/group/name/-/commit/abcdefa", "https://gitlab.com group/name commit abcdefa"),
        // Who asks is left out.
        ("https://user@gitlab.com/group/name", "https://gitlab.com group/name"),
        ("https://oauth2:glpat-secret@gitlab.com/group/name.git", "https://gitlab.com group/name"),
        ("https://gitlab-ci-token:sec@ret@gitlab.com/group/name.git", "https://gitlab.com group/name"),
        // Other hosts and ports.
        ("http://gitlab.example.org/group/name", "http://gitlab.example.org group/name"),
        ("http://localhost:8080/group/name", "http://localhost:8080 group/name"),
        ("https://gitlab.example.org:8443/group/name", "https://gitlab.example.org:8443 group/name"),
        ("http://gitlab.example.org:80/group/name", "http://gitlab.example.org group/name"),
        ("http://gitlab.example.org:443/group/name", "http://gitlab.example.org:443 group/name"),
        ("https://[2001:DB8::1]:8443/group/name", "https://[2001:db8::1]:8443 group/name"),
        ("gitlab.example.org:8443/group/name", "https://gitlab.example.org:8443 group/name"),
        // Clones by ssh.
        ("git@gitlab.com:group/name.git", "https://gitlab.com group/name"),
        ("git@gitlab.com:group/sub/name", "https://gitlab.com group/sub/name"),
        ("gitlab.com:group/name.git", "https://gitlab.com group/name"),
        ("git@gitlab.com:/group/name.git", "https://gitlab.com group/name"),
        ("ssh://git@gitlab.com/group/name.git", "https://gitlab.com group/name"),
        ("ssh://git@gitlab.example.org:2222/group/name.git", "https://gitlab.example.org group/name"),
        ("ssh://git@altssh.gitlab.com:443/group/name.git", "https://gitlab.com group/name"),
        ("git+ssh://git@gitlab.com/group/name.git", "https://gitlab.com group/name"),
        ("git://gitlab.com/group/name.git", "https://gitlab.com group/name"),
        // Pages of commits, merge requests and tags.
        ("https://gitlab.com/g/n/-/commit/abcdefa", "https://gitlab.com g/n commit abcdefa"),
        ("https://gitlab.com/g/n/-/commit/abcdefa/", "https://gitlab.com g/n commit abcdefa"),
        ("https://gitlab.com/g/n/-/commit/abcdefa/pipelines?ref=main#note_1", "https://gitlab.com g/n commit abcdefa"),
        ("https://gitlab.com/g/n/-/commit/abcdefa.patch", "https://gitlab.com g/n commit abcdefa"),
        ("https://gitlab.com/g/n/-/commit/main", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/-/merge_requests/7.diff", "https://gitlab.com g/n mr 7"),
        ("https://gitlab.com/g/s/n/-/merge_requests/7", "https://gitlab.com g/s/n mr 7"),
        ("https://gitlab.com/g/n/-/merge_requests/7/diffs?commit_id=x#y", "https://gitlab.com g/n mr 7"),
        ("https://gitlab.com/g/n/-/merge_requests", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/-/merge_requests/new", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/-/tags/v1.2", "https://gitlab.com g/n tag v1.2"),
        ("https://gitlab.com/g/n/-/tags/release%2F1", "https://gitlab.com g/n tag release/1"),
        ("https://gitlab.com/g/n/-/tags/release/1", "https://gitlab.com g/n tag release/1"),
        ("https://gitlab.com/g/n/-/releases/v1", "https://gitlab.com g/n tag v1"),
        ("https://gitlab.com/g/n/-/tags", "https://gitlab.com g/n"),
        // Pages of refs, and of files in them.
        ("https://gitlab.com/g/n/-/tree/main", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/-/tree/main/", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/-/tree/a/b/c", "https://gitlab.com g/n refs a | a/b | a/b/c"),
        ("https://gitlab.com/g/n/-/tree/feature%2Fx", "https://gitlab.com g/n refs feature/x"),
        (
            "https://gitlab.com/g/n/-/tree/feature%23x?ref_type=heads",
            "https://gitlab.com g/n refs refs/heads/feature#x",
        ),
        ("https://gitlab.com/g/n/-/tree/v1?x=1&ref_type=tags", "https://gitlab.com g/n refs refs/tags/v1"),
        ("https://gitlab.com/g/n/-/tree/-/x", "https://gitlab.com g/n refs - | -/x"),
        (
            "https://gitlab.com/g/n/-/blob/main/src/a.rs#L10-20",
            "https://gitlab.com g/n refs main | main/src | main/src/a.rs",
        ),
        ("https://gitlab.com/g/n/-/blob/main/a%20b.txt?plain=1", "https://gitlab.com g/n refs main | main/a b.txt"),
        ("https://gitlab.com/g/n/-/blob/main/%FF", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/-/raw/main/x", "https://gitlab.com g/n refs main | main/x"),
        ("https://gitlab.com/g/n/-/blame/main/x", "https://gitlab.com g/n refs main | main/x"),
        ("https://gitlab.com/g/n/-/commits/main", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/-/commits/main/x?author=y", "https://gitlab.com g/n refs main | main/x"),
        ("https://gitlab.com/g/n/-/network/main", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/-/archive/a/b/n-a-b.zip", "https://gitlab.com g/n refs a/b"),
        (
            "https://gitlab.com/g/n/-/tree/a/b/c/d/e/f/g/h/i",
            "https://gitlab.com g/n refs a | a/b | a/b/c | a/b/c/d | a/b/c/d/e | a/b/c/d/e/f | a/b/c/d/e/f/g | a/b/c/d/e/f/g/h",
        ),
        // Pages that show no revision.
        ("https://gitlab.com/g/n/-/pipelines/12", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/-/issues", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/-/compare/a...b", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/-/tree", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/-", "https://gitlab.com g/n"),
        ("https://gitlab.com/g/n/container_registry", "https://gitlab.com g/n/container_registry"),
        // Addresses from before GitLab had `/-/`, where the name cannot be a project's.
        ("https://gitlab.com/g/n/tree/main", "https://gitlab.com g/n refs main"),
        ("https://gitlab.com/g/n/blob/main/x", "https://gitlab.com g/n refs main | main/x"),
        ("https://gitlab.com/g/s/n/commits/main", "https://gitlab.com g/s/n refs main"),
        ("https://gitlab.com/tree/blob/blob/tree", "https://gitlab.com tree/blob refs tree"),
        ("https://gitlab.com/g/n/wikis/home", "https://gitlab.com g/n"),
        // GitLab's own numbers, and its API.
        ("https://gitlab.com/projects/42", "https://gitlab.com #42"),
        ("https://gitlab.com/-/p/42", "https://gitlab.com #42"),
        ("https://example.org/gitlab/-/p/42", "https://example.org/gitlab #42"),
        ("https://gitlab.com/api/v4/projects/42", "https://gitlab.com #42"),
        ("https://gitlab.com/api/v4/projects/g%2Fs%2fn", "https://gitlab.com g/s/n"),
        ("https://example.org/git/lab/api/v4/projects/42", "https://example.org/git/lab #42"),
        (
            "https://gitlab.com/api/v4/projects/42/repository/commits/feature%2Fx",
            "https://gitlab.com #42 commit feature/x",
        ),
        (
            "https://gitlab.com/api/v4/projects/42/repository/branches/a%2Fb",
            "https://gitlab.com #42 refs refs/heads/a/b",
        ),
        ("https://gitlab.com/api/v4/projects/42/repository/tags/v1", "https://gitlab.com #42 tag v1"),
        ("https://gitlab.com/api/v4/projects/42/merge_requests/7", "https://gitlab.com #42 mr 7"),
        (
            "https://gitlab.com/api/v4/projects/42/repository/files/a%2Fb/raw?ref=x%2Fy",
            "https://gitlab.com #42 refs x/y",
        ),
        ("https://gitlab.com/api/v4/projects/42/repository/commits?ref_name=x", "https://gitlab.com #42 refs x"),
    ] {
        assert_eq!(readings(text), [expected], "{text}");
    }
    let page = format!("https://gitlab.com/g/n/-/blob/{ID}/src/a.rs");
    assert_eq!(readings(&page), [format!("https://gitlab.com g/n commit {ID}")]);
}

#[test]
fn what_an_address_cannot_say_has_several_readings() {
    for (text, expected) in [
        (
            "https://example.org/a/b/c/d/-/commit/abcdefa",
            &[
                "https://example.org a/b/c/d commit abcdefa",
                "https://example.org/a b/c/d commit abcdefa",
                "https://example.org/a/b c/d commit abcdefa",
            ][..],
        ),
        ("https://example.org/a/b/c", &["https://example.org a/b/c", "https://example.org/a b/c"]),
        ("https://example.org/gitlab/b/c.git", &["https://example.org/gitlab b/c", "https://example.org gitlab/b/c"]),
        ("https://example.org/gitlab/c", &["https://example.org gitlab/c"]),
        (
            "https://example.org/gitlab/b/c/tree/main",
            &["https://example.org/gitlab b/c refs main", "https://example.org gitlab/b/c refs main"],
        ),
        // `groups` is no group, so it must be the GitLab's own path.
        ("https://example.org/groups/b/c", &["https://example.org/groups b/c"]),
        (
            "https://gitlab.com/g/n/commit/abcdefa",
            &["https://gitlab.com g/n commit abcdefa", "https://gitlab.com g/n/commit/abcdefa"],
        ),
        (
            "https://gitlab.com/g/n/commit/other",
            &["https://gitlab.com g/n refs other", "https://gitlab.com g/n/commit/other"],
        ),
        (
            "https://gitlab.com/g/n/merge_requests/7",
            &["https://gitlab.com g/n mr 7", "https://gitlab.com g/n/merge_requests/7"],
        ),
        ("https://gitlab.com/g/n/tags/v1", &["https://gitlab.com g/n tag v1", "https://gitlab.com g/n/tags/v1"]),
        ("https://gitlab.com/g/n/issues", &["https://gitlab.com g/n/issues", "https://gitlab.com g/n"]),
        ("https://gitlab.com/g/n/pipelines/7", &["https://gitlab.com g/n/pipelines/7", "https://gitlab.com g/n"]),
        // ssh does not know the path of the web server.
        ("git@example.org:gitlab/b/c.git", &["https://example.org gitlab/b/c"]),
    ] {
        assert_eq!(readings(text), expected, "{text}");
    }
}

#[test]
fn what_names_no_project_is_refused() {
    let no_project = |host: &str| LocationError::NoProject { host: host.to_owned() };
    for (text, expected) in [
        ("", LocationError::NoHost),
        (".", LocationError::NoHost),
        ("/srv/git/name.git", LocationError::NoHost),
        ("group/name", LocationError::NoHost),
        ("./gitlab.com/group/name", LocationError::NoHost),
        ("gitlab.com", LocationError::NoHost),
        ("https://", LocationError::NoHost),
        ("https:///group/name", LocationError::NoHost),
        ("https://git lab.com/group/name", LocationError::NoHost),
        ("https://gitlab.com\\@example.org/group/name", LocationError::NoHost),
        ("https://gitlab.com:port/group/name", LocationError::NoHost),
        ("oauth2:glpat-secret@gitlab.com/group/name.git", LocationError::NoHost),
        ("ftp://gitlab.com/group/name", LocationError::Scheme("ftp".to_owned())),
        ("file:///srv/group/name", LocationError::Scheme("file".to_owned())),
        ("user:glpat-secret@x://gitlab.com/group/name", LocationError::NoHost),
        ("https://gitlab.com", no_project("gitlab.com")),
        ("https://gitlab.com/", no_project("gitlab.com")),
        ("https://gitlab.com/group", no_project("gitlab.com")),
        ("https://gitlab.com/groups/group/-/issues", no_project("gitlab.com")),
        ("https://gitlab.com/users/name", no_project("gitlab.com")),
        ("https://gitlab.com/explore/projects", no_project("gitlab.com")),
        ("https://gitlab.com/-/snippets/1", no_project("gitlab.com")),
        ("https://gitlab.com/api/v4/projects/name", no_project("gitlab.com")),
        ("https://gitlab.com/api/v4/projects", no_project("gitlab.com")),
        ("https://gitlab.com/group/../name", no_project("gitlab.com")),
        ("https://gitlab.com/group/na%20me", no_project("gitlab.com")),
        ("https://gitlab.com/group/na:me@x", no_project("gitlab.com")),
        ("https://user:glpat-secret@gitlab.com/group", no_project("gitlab.com")),
        ("git@gitlab.com:name.git", no_project("gitlab.com")),
    ] {
        let error = Location::parse(text).map(|location| shown(&location));
        assert_eq!(error, Err(expected), "{text}");
        let error = error.expect_err("see above");
        assert!(!format!("{error} {error:?}").contains("secret"), "{text}: {error}");
    }
}

#[test]
fn no_form_shows_who_asks() {
    let location = Location::parse("https://oauth2:glpat-secret@gitlab.com/g/n/-/tree/main").expect("it is one");
    assert!(!format!("{location} {location:?}").contains("secret"), "{location:?}");
    assert_eq!(location.to_string(), "https://gitlab.com/g/n");
    assert_eq!(location.api(), "https://gitlab.com/api/v4");
    assert_eq!(location.project.api_id(), "g%2Fn");
    assert_eq!(ProjectRef::Id(42).api_id(), "42");
}

#[test]
fn revisions_are_in_the_order_to_try() {
    for (hint, expected) in [
        (RevisionHint::Commit("abc".to_owned()), &["abc"][..]),
        (RevisionHint::Refs(vec!["a".to_owned(), "a/b".to_owned()]), &["a", "a/b"]),
        (RevisionHint::Tag("v1".to_owned()), &["refs/tags/v1"]),
        (RevisionHint::MergeRequest(7), &["refs/merge-requests/7/head"]),
    ] {
        assert_eq!(hint.revisions(), expected);
    }
}

#[test]
fn the_project_of_a_job() {
    for (name, variables, expected) in [
        ("no job", &[][..], None),
        (
            "all of them",
            &[
                ("CI_API_V4_URL", "https://example.org/gitlab/api/v4"),
                ("CI_SERVER_URL", "https://example.org"),
                ("CI_PROJECT_ID", "42"),
                ("CI_PROJECT_PATH", "g/n"),
                ("CI_COMMIT_SHA", "abc"),
            ],
            Some("https://example.org/gitlab #42 commit abc"),
        ),
        (
            "an old runner",
            &[("CI_SERVER_URL", "https://example.org:8443/"), ("CI_PROJECT_PATH", "g/n"), ("CI_PROJECT_ID", "")],
            Some("https://example.org:8443 g/n"),
        ),
        ("another API", &[("CI_API_V4_URL", "https://example.org/api/v5"), ("CI_PROJECT_ID", "1")], None),
        ("no project", &[("CI_SERVER_URL", "https://example.org")], None),
        ("no address", &[("CI_SERVER_URL", "example.org"), ("CI_PROJECT_ID", "1")], None),
    ] {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        let location = Location::from_ci_job(|name| variables.get(name).map(ToString::to_string));
        assert_eq!(location.as_ref().map(shown).as_deref(), expected, "{name}");
    }
}

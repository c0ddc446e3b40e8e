//! Images of the project that a fork came from.

use repin::Question;
use repin::resolution::{Relation, Status};
use repin_forge::gitlab::GitLab;
use repin_forge::gitlab::location::ProjectRef;
use repin_forge::http::{Limits, Native};
use repin_sandbox::gitlab::{Access, Options, Project, RegistryTag, Repository, Server, Visibility};

use crate::git::{File, Repo, file, found, seven};

const DOCKERFILE: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\nCOPY requirements.txt /\n");

fn images(tags: &[String]) -> Vec<Repository> {
    let tags = tags.iter().map(|tag| RegistryTag { name: tag.clone(), ..RegistryTag::default() }).collect();
    vec![Repository { tags, ..Repository::default() }]
}

#[test]
fn a_fork_without_an_image_is_offered_its_parents() {
    let (parent, fork) = (Repo::new(), Repo::new());
    let files = [DOCKERFILE, file("requirements.txt", "1")];
    let a = parent.commit("main", &[], &files);
    let later = parent.commit("main", &[a], &[DOCKERFILE, file("requirements.txt", "2")]);
    fork.git(&[
        "fetch",
        "--quiet",
        "--update-head-ok",
        &parent.path.display().to_string(),
        &format!("{a}:refs/heads/main"),
    ]);
    let b = fork.commit("main", &[a], &[&files[..], &[file("notes.md", "mine")]].concat());
    // The parent made the same change later.
    let c = fork.commit("main", &[b], &[DOCKERFILE, file("requirements.txt", "2"), file("notes.md", "mine")]);
    let own = fork.commit("main", &[c], &[DOCKERFILE, file("requirements.txt", "3")]);

    let server = Server::start(Options::default()).unwrap();
    let project = |path: &str, repo: &Repo| Project {
        path: path.to_owned(),
        repository: repo.path.clone(),
        ..Project::default()
    };
    let id = server.add(Project { images: images(&[seven(a), seven(later)]), ..project("group/name", &parent) });
    let fork_id = server.add(Project { forked_from: Some(id), ..project("ada/name", &fork) });
    let ask = |revision: &str, graphql: bool| {
        let limits = Limits::default();
        let gitlab = GitLab::new(Native::new(), server.url(), ProjectRef::Path("ada/name".into()), None, limits);
        let gitlab = if graphql { gitlab } else { gitlab.without_graphql() };
        let question = Question { revision: Some(revision.to_owned()), ..Question::default() };
        pollster::block_on(gitlab.resolve(&question)).unwrap()
    };
    for graphql in [true, false] {
        let answer = ask(&b.to_string(), graphql);
        found(&answer, a, Relation::Ancestor, Some(1));
        assert_eq!(answer.project.as_deref(), Some("ada/name"));
        let image = answer.image.unwrap();
        assert_eq!(image.project.as_deref(), Some("group/name"));
        assert_eq!(image.reference.unwrap(), format!("registry.example.org/group/name:{}", seven(a)));
        assert!(answer.notes.iter().any(|note| note.contains("group/name")), "{:?}", answer.notes);

        let answer = ask(&c.to_string(), graphql);
        found(&answer, later, Relation::SameEnvironment, None);

        // None of both has it.
        let answer = ask(&own.to_string(), graphql);
        assert_eq!((answer.status, answer.image), (Status::Missing, None));
    }

    // Its own comes first.
    server.update(fork_id, |project| project.images = images(&[seven(b)]));
    let answer = ask(&b.to_string(), true);
    found(&answer, b, Relation::Exact, Some(0));
    assert_eq!(answer.image.unwrap().project.as_deref(), Some("ada/name"));
    server.update(fork_id, |project| project.images.clear());

    // What may not be seen is not offered, and is no error.
    server.update(id, |project| project.container_registry = Access::Private);
    let answer = ask(&b.to_string(), true);
    assert_eq!((answer.status, answer.image), (Status::Missing, None));
    server.update(id, |project| project.visibility = Visibility::Private);
    let answer = ask(&b.to_string(), true);
    assert_eq!((answer.status, answer.image), (Status::Missing, None));
}

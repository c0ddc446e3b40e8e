//! What is kept between questions.

use repin::resolution::{Relation, Status};
use repin::{Question, Resolution};
use repin_forge::cache::{FileCache, Stores as _};
use repin_sandbox::gitlab::RegistryTag;

use crate::git::{File, Repo, file, found, seven};
use crate::served::Served;

const DOCKERFILE: File<'static> = File(b"Dockerfile", "100644", b"FROM scratch\nCOPY requirements.txt /\n");

/// What a question cost, and its answer.
fn ask(served: &Served, cache: &FileCache, revision: &str) -> (usize, Resolution) {
    served.server.clear_log();
    let store = cache.store(served.server.url(), "group/name");
    let gitlab = served.open(true).with_store(store);
    let question = Question { revision: Some(revision.to_owned()), ..Question::default() };
    let answer = pollster::block_on(gitlab.resolve(&question)).unwrap();
    let requests = served.server.log().len();
    assert_eq!(answer.cost.unwrap().requests, requests as u64);
    (requests, answer)
}

#[test]
fn the_same_question_again_costs_two_requests() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[DOCKERFILE, file("requirements.txt", "1")]);
    let b = repo.commit("main", &[a], &[DOCKERFILE, file("requirements.txt", "1"), file("notes.md", "")]);
    let served = Served::new(&repo.path, Some(&[seven(a)]));
    let folder = tempfile::tempdir().unwrap();
    let cache = FileCache::at(folder.path());
    let (_, first) = ask(&served, &cache, "main");
    found(&first, a, Relation::Ancestor, Some(1));
    let (requests, second) = ask(&served, &cache, "main");
    assert!(requests <= 2, "{requests}");
    assert_eq!(Resolution { cost: None, ..second }, Resolution { cost: None, ..first });

    // The branch moves.
    let c = repo.commit("main", &[b], &[DOCKERFILE, file("requirements.txt", "2")]);
    let (_, moved) = ask(&served, &cache, "main");
    assert_eq!((moved.commit, moved.status), (c, Status::Missing));

    // The image goes.
    let by_id = b.to_string();
    let (_, kept) = ask(&served, &cache, &by_id);
    found(&kept, a, Relation::Ancestor, Some(1));
    served.server.update(1, |project| project.images[0].tags.clear());
    let (_, gone) = ask(&served, &cache, &by_id);
    assert_eq!(gone.status, Status::Missing, "{gone:#?}");

    // It comes again, with other bits.
    for digest in ["", "sha256:00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"] {
        served.server.update(1, |project| {
            project.images[0].tags =
                vec![RegistryTag { name: seven(a), digest: digest.to_owned(), ..RegistryTag::default() }];
        });
        let (_, again) = ask(&served, &cache, &by_id);
        found(&again, a, Relation::Ancestor, Some(1));
        let image = again.image.unwrap();
        assert!(digest.is_empty() || image.digest.as_deref() == Some(digest), "{image:?}");
    }
}

#[test]
fn an_image_of_its_own_is_found_as_soon_as_somebody_asks_for_it() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[DOCKERFILE, file("requirements.txt", "1")]);
    let b = repo.commit("main", &[a], &[DOCKERFILE, file("requirements.txt", "1"), file("notes.md", "")]);
    let served = Served::new(&repo.path, Some(&[seven(a)]));
    let folder = tempfile::tempdir().unwrap();
    let cache = FileCache::at(folder.path());
    let by_id = b.to_string();
    for revision in ["main", &by_id] {
        found(&ask(&served, &cache, revision).1, a, Relation::Ancestor, Some(1));
        let (requests, again) = ask(&served, &cache, revision);
        assert!(requests <= 2, "{requests}");
        found(&again, a, Relation::Ancestor, Some(1));
    }
    served.server.update(1, |project| {
        project.images[0].tags.push(RegistryTag { name: seven(b), ..RegistryTag::default() });
    });
    found(&ask(&served, &cache, &by_id).1, b, Relation::Exact, Some(0));
    // By a branch's name it is not seen in passing: the image that was right still is.
    found(&ask(&served, &cache, "main").1, a, Relation::Ancestor, Some(1));
    let anew = served.open(true).with_store(cache.store(served.server.url(), "group/name")).with_anew(true);
    let question = Question { revision: Some("main".to_owned()), ..Question::default() };
    found(&pollster::block_on(anew.resolve(&question)).unwrap(), b, Relation::Exact, Some(0));
    found(&ask(&served, &cache, "main").1, b, Relation::Exact, Some(0));
}

#[test]
fn facts_of_commits_are_not_asked_for_again() {
    let repo = Repo::new();
    let mut parent = Vec::new();
    let mut ids = Vec::new();
    for at in 0..60 {
        let requirements = format!("{}", at / 20);
        let id = repo.commit(
            "main",
            &parent,
            &[DOCKERFILE, file("requirements.txt", &requirements), file("n", &at.to_string())],
        );
        parent = vec![id];
        ids.push(id);
    }
    let tags: Vec<String> = ids.iter().step_by(2).map(|id| seven(*id)).collect();
    let served = Served::new(&repo.path, Some(&tags));
    let folder = tempfile::tempdir().unwrap();
    let cache = FileCache::at(folder.path());
    let (cold, _) = ask(&served, &cache, &ids[59].to_string());
    let (warm, answer) = ask(&served, &cache, &ids[57].to_string());
    found(&answer, ids[56], Relation::Ancestor, Some(1));
    assert!(warm <= cold, "{warm} after {cold}");
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert!(!files.is_empty());
}

#[test]
fn what_is_kept_and_broken_is_as_nothing() {
    let repo = Repo::new();
    let a = repo.commit("main", &[], &[DOCKERFILE, file("requirements.txt", "1")]);
    let served = Served::new(&repo.path, Some(&[seven(a)]));
    let folder = tempfile::tempdir().unwrap();
    let cache = FileCache::at(folder.path());
    let (cold, _) = ask(&served, &cache, "main");
    let mut todo = vec![folder.path().to_owned()];
    let mut broken = 0;
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_none() && path.file_name().unwrap() != "CACHEDIR.TAG" {
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            let Some(byte) = bytes.get_mut(middle) else { continue };
            *byte ^= 1;
            std::fs::write(&path, bytes).unwrap();
            broken += 1;
        }
    }
    assert!(broken >= 2, "{broken}");
    let (again, answer) = ask(&served, &cache, "main");
    found(&answer, a, Relation::Exact, Some(0));
    assert_eq!(again, cold);
}

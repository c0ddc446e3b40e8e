//! Long histories, and what they cost.

use std::collections::BTreeMap;

use repin::Question;
use repin::history::history;
use repin::resolution::Relation;
use repin_forge::http::Limits;
use repin_sandbox::gitlab::Version;

use crate::budget::usual;
use crate::git::with_tags;
use crate::memory::now;
use crate::served::Served;

#[test]
fn the_last_500_commits_cost_few_requests_and_are_the_clones() {
    let usual = usual(7, 900, 200);
    let tags: Vec<&str> = usual.tags.iter().map(String::as_str).collect();
    let question = Question { revision: Some("main".to_owned()), ..Question::default() };
    let local = now(history(&with_tags(usual.repo.open(), &tags), &question, Some(500))).unwrap().entries;
    let wanted: BTreeMap<_, _> = local.iter().map(|entry| (entry.commit, entry)).collect();
    let served = Served::new(&usual.repo.path, Some(&usual.tags));
    for version in [Version::V19, Version::V15] {
        served.server.set_version(version);
        served.server.clear_log();
        let gitlab = served.open_within(true, Limits::default());
        let mut known = pollster::block_on(history(&gitlab, &question, Some(500))).unwrap();
        let before = served.server.log().len();
        pollster::block_on(known.learn_files(&gitlab)).unwrap();
        let log = served.server.log();
        assert_eq!(log.len(), before, "{version:?}: the files of what was looked at are known");
        let entries = known.entries.clone();
        assert_eq!(entries.len(), 500);
        let mut answered = 0;
        for entry in entries.iter().filter(|entry| entry.tag.is_some()) {
            let answer = known.resolution(entry.commit).expect("its image is known");
            let image = answer.image.unwrap();
            assert_eq!((image.relation, Some(&*image.tag)), (entry.relation.unwrap(), Some(&*image.tag)));
            assert_eq!(answer.environment.map(|it| it.key).as_deref(), entry.key.as_deref(), "{version:?}");
            answered += 1;
        }
        assert!(answered > 100, "{version:?}: {answered}");
        println!("{version:?}: {} requests", log.len());
        assert!(log.len() <= if version == Version::V19 { 15 } else { 30 }, "{version:?}: {} requests", log.len());
        for entry in &entries {
            let wanted = wanted[&entry.commit];
            assert_eq!(
                (&entry.key, &entry.title, &entry.date),
                (&wanted.key, &wanted.title, &wanted.date),
                "{version:?}"
            );
            // What lies before the part that was read cannot be the image here: another one, or none, is named.
            if wanted.relation != entry.relation {
                assert!(!wanted.image_commit.is_some_and(|image| is_shown(&entries, image)), "{entry:?} {wanted:?}");
                let image = entry.image_commit.map(|image| usual.repo.resolve_here(image, &[]));
                let key = image.map(|image| image.environment.unwrap().key);
                assert_eq!(key.as_deref(), entry.key.as_deref().filter(|_| entry.tag.is_some()), "{entry:?}");
            } else if entry.relation == Some(Relation::Exact) {
                assert_eq!(entry.image_commit, wanted.image_commit);
            }
        }
    }
}

fn is_shown(entries: &[repin::history::HistoryEntry], commit: repin::Oid) -> bool {
    entries.iter().any(|entry| entry.commit == commit)
}

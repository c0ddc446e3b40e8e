//! That the library says what brute force says.

use std::collections::{BTreeMap, BTreeSet};

use repin::history::HistoryEntry;
use repin::resolution::{Relation, Status};
use repin::{Oid, Resolution};

use super::oracle::{Files, Oracle};

/// The tags of a history that was made by chance.
pub(crate) fn seven(id: Oid) -> String {
    id.abbreviated(7)
}

/// A resolution against a list of tags, all of which could be asked for.
pub(crate) fn resolution_agrees(oracle: &Oracle, commit: Oid, tags: &[String], answer: &Resolution, context: &str) {
    assert_eq!(answer.commit, commit, "{context}");
    environment_agrees(oracle.environment(commit), answer, context);
    let tags: BTreeSet<String> = tags.iter().cloned().collect();
    let tags: Vec<String> = tags.into_iter().collect();
    if let Some(right) = oracle.resolve(commit, &tags) {
        assert_eq!(answer.status, Status::Found, "{context}: {answer:#?}\nwanted {right:?}");
        let image = answer.image.as_ref().expect("an image was found");
        let found = (image.commit, image.relation, image.distance);
        assert_eq!(found, (right.commit, right.relation, right.distance), "{context}");
        assert!(right.tags.contains(&image.tag), "{context}: {} is none of {:?}", image.tag, right.tags);
        assert!(image.verified, "{context}");
        assert_eq!((&answer.nearest, &answer.reason), (&None, &None), "{context}");
    } else {
        let environment = oracle.environment(commit);
        let (status, code) = match environment {
            None => (Status::Unknown, "no-recipe"),
            Some(_) if oracle.has_strangers(&tags) => (Status::Unknown, "partial"),
            Some(_) => (Status::Missing, "no-image"),
        };
        assert_eq!(answer.status, status, "{context}: {answer:#?}");
        assert_eq!(answer.reason.as_ref().map(|reason| reason.code.as_str()), Some(code), "{context}");
        assert_eq!(answer.image, None, "{context}");
        let nearest = answer.nearest.as_ref().map(|nearest| (nearest.commit, nearest.changed.len()));
        assert_eq!(nearest, oracle.nearest(commit, &tags), "{context}");
        if let (Some(nearest), Some(files)) = (&answer.nearest, environment) {
            assert!(oracle.stands_for(&nearest.tag).contains(&nearest.commit), "{context}");
            let image = oracle.environment(nearest.commit).expect("the nearest has an environment");
            let changed: BTreeMap<String, String> =
                nearest.changed.iter().map(|changed| (changed.path.clone(), changed.change.to_string())).collect();
            let wanted: BTreeMap<String, String> = Oracle::changed(image, files)
                .into_iter()
                .map(|path| {
                    let change = match (image.contains_key(&path), files.contains_key(&path)) {
                        (true, true) => "modified",
                        (true, false) => "removed",
                        _ => "added",
                    };
                    (String::from_utf8(path).expect("chance makes plain names"), change.to_owned())
                })
                .collect();
            assert_eq!(changed, wanted, "{context}");
        }
    }
}

/// The environment of an answer.
pub(crate) fn environment_agrees(wanted: Option<&Files>, answer: &Resolution, context: &str) {
    let environment = answer.environment.as_ref();
    assert_eq!(environment.map(|environment| environment.key.clone()), wanted.map(Oracle::key), "{context}");
    let files = environment.map(|environment| {
        environment.files.iter().map(|file| (file.path.clone().into_bytes(), (file.mode.clone(), file.oid))).collect()
    });
    assert_eq!(files.as_ref(), wanted, "{context}");
}

/// A resolution that no registry was asked for.
pub(crate) fn prediction_agrees(oracle: &Oracle, commit: Oid, answer: &Resolution, context: &str) {
    environment_agrees(oracle.environment(commit), answer, context);
    let Some(began) = oracle.began(commit) else {
        assert_eq!((answer.status, &answer.image), (Status::Unknown, &None), "{context}");
        assert_eq!(answer.reason.as_ref().map(|reason| reason.code.as_str()), Some("no-recipe"), "{context}");
        return;
    };
    assert_eq!(answer.status, Status::Predicted, "{context}");
    let image = answer.image.as_ref().expect("a prediction has an image");
    let (relation, distance) = oracle.relation(commit, began);
    assert_eq!((image.commit, image.relation, image.distance), (began, relation, distance), "{context}");
    assert_eq!((image.tag.clone(), image.verified), (seven(began), false), "{context}");
}

/// A history: all commits that lead to `tip`, each with its key, a right image, and the best class there is.
pub(crate) fn history_agrees(
    oracle: &Oracle,
    tip: Oid,
    tags: Option<&[String]>,
    entries: &[HistoryEntry],
    context: &str,
) {
    let shown: BTreeSet<Oid> = entries.iter().map(|entry| entry.commit).collect();
    assert_eq!(&shown, oracle.before(tip), "{context}");
    assert_eq!(shown.len(), entries.len(), "{context}: each once");
    for (at, entry) in entries.iter().enumerate() {
        let context = format!("{context}, {}", entry.commit);
        let known = &oracle.commits[&entry.commit];
        assert_eq!(entry.parents, known.parents, "{context}");
        assert!(
            entries[..at].iter().all(|newer| !known.parents.contains(&newer.commit)),
            "{context}: a commit comes before its parents"
        );
        let key = oracle.environment(entry.commit).map(Oracle::key);
        assert_eq!(entry.key.as_deref(), key.as_deref(), "{context}");
        let found = entry.image_commit.zip(entry.relation).zip(entry.tag.as_deref());
        let Some(tags) = tags else {
            let began = oracle.began(entry.commit);
            let wanted = began.map(|began| (began, oracle.relation(entry.commit, began).0));
            assert_eq!(found.map(|(image, _)| image), wanted, "{context}");
            assert_eq!(entry.tag.as_deref(), began.map(seven).as_deref(), "{context}");
            continue;
        };
        let Some(right) = oracle.resolve(entry.commit, tags) else {
            assert_eq!((entry.image_commit, entry.relation, &entry.tag), (None, None, &None), "{context}");
            continue;
        };
        let ((image, relation), tag) = found.unwrap_or_else(|| panic!("{context}: {right:?} is right"));
        assert_eq!(relation, right.relation, "{context}");
        assert_eq!(relation, oracle.relation(entry.commit, image).0, "{context}");
        let right = oracle.right_tags(entry.commit, tags);
        assert!(right.get(tag).is_some_and(|commits| commits.contains(&image)), "{context}: {tag} of {image} is wrong");
        assert!(relation != Relation::Exact || image == entry.commit, "{context}");
    }
}

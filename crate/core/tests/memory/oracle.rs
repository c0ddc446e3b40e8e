//! The answers, by brute force: every tree walked, every ancestor listed, every image compared.
//!
//! As slow and as obvious as possible, and made of nothing that the library is made of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use repin::Oid;
use repin::resolution::Relation;
use sha2::{Digest as _, Sha256};

/// Path to mode (in git's octal digits) and object.
pub(crate) type Files = BTreeMap<Vec<u8>, (String, Oid)>;

/// One commit.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) parents: Vec<Oid>,
    pub(crate) seconds: i64,
    /// The image inputs; empty: no environment.
    pub(crate) environment: Files,
}

/// A project, all of it known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Oracle {
    pub(crate) commits: BTreeMap<Oid, Known>,
    /// Git tags that name images: those of no branch's name.
    pub(crate) git_tags: BTreeMap<String, Oid>,
    before: BTreeMap<Oid, BTreeSet<Oid>>,
    /// The commits of each seven digits.
    digits: BTreeMap<String, BTreeSet<Oid>>,
}

/// The image that is right, and how it relates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Right {
    pub(crate) commit: Oid,
    pub(crate) relation: Relation,
    pub(crate) distance: Option<u64>,
    /// Every tag that names it.
    pub(crate) tags: BTreeSet<String>,
}

impl Oracle {
    pub(crate) fn new(commits: BTreeMap<Oid, Known>, git_tags: BTreeMap<String, Oid>) -> Self {
        let mut digits: BTreeMap<String, BTreeSet<Oid>> = BTreeMap::new();
        for id in commits.keys() {
            digits.entry(id.to_string()[..7].to_owned()).or_default().insert(*id);
        }
        let mut oracle = Self { commits, git_tags, before: BTreeMap::new(), digits };
        let mut todo: Vec<Oid> = oracle.commits.keys().copied().collect();
        // By transitive closure, until nothing changes any more.
        while let Some(id) = todo.pop() {
            if oracle.before.contains_key(&id) {
                continue;
            }
            let parents: Vec<Oid> = oracle.commits[&id]
                .parents
                .iter()
                .copied()
                .filter(|parent| oracle.commits.contains_key(parent))
                .collect();
            if let Some(parent) = parents.iter().find(|parent| !oracle.before.contains_key(parent)) {
                todo.push(id);
                todo.push(*parent);
                continue;
            }
            let mut all = BTreeSet::from([id]);
            for parent in parents {
                all.extend(&oracle.before[&parent]);
            }
            oracle.before.insert(id, all);
        }
        oracle
    }

    /// A commit's ancestors, and itself.
    pub(crate) fn before(&self, commit: Oid) -> &BTreeSet<Oid> {
        &self.before[&commit]
    }

    pub(crate) fn environment(&self, commit: Oid) -> Option<&Files> {
        Some(&self.commits[&commit].environment).filter(|files| !files.is_empty())
    }

    /// The key: the hash of what `git ls-tree -r -z` prints.
    pub(crate) fn key(files: &Files) -> String {
        let mut hash = Sha256::new();
        for (path, (mode, oid)) in files {
            let kind = if mode == "160000" { "commit" } else { "blob" };
            hash.update(format!("{mode} {kind} {oid}\t"));
            hash.update(path);
            hash.update([0]);
        }
        hexadecimal(&hash.finalize())
    }

    /// `git rev-list --count from..to`
    pub(crate) fn count(&self, from: Oid, to: Oid) -> u64 {
        self.before(to).difference(self.before(from)).count() as u64
    }

    /// The commits that a tag of seven digits, or of a git tag's name, stands for.
    pub(crate) fn stands_for(&self, tag: &str) -> BTreeSet<Oid> {
        let mut all: BTreeSet<Oid> = self.git_tags.get(tag).copied().into_iter().collect();
        if is_seven_digits(tag) {
            all.extend(self.digits.get(tag).into_iter().flatten());
        }
        all
    }

    /// How an image relates to a commit: class and distance.
    pub(crate) fn relation(&self, commit: Oid, image: Oid) -> (Relation, Option<u64>) {
        if commit == image {
            (Relation::Exact, Some(0))
        } else if self.before(commit).contains(&image) {
            (Relation::Ancestor, Some(self.count(image, commit)))
        } else if self.before(image).contains(&commit) {
            (Relation::Descendant, Some(self.count(commit, image)))
        } else {
            (Relation::SameEnvironment, None)
        }
    }

    /// The best of some images: by class, distance, date, id.
    pub(crate) fn best(&self, commit: Oid, images: &BTreeSet<Oid>) -> Option<Oid> {
        images.iter().copied().min_by_key(|image| {
            let (relation, distance) = self.relation(commit, *image);
            (relation, distance, Reverse(self.commits[image].seconds), Reverse(*image))
        })
    }

    /// The tags that are right for a commit, with what they stand for.
    pub(crate) fn right_tags(&self, commit: Oid, tags: &[String]) -> BTreeMap<String, BTreeSet<Oid>> {
        let mut right = BTreeMap::new();
        for tag in tags {
            let commits = self.stands_for(tag);
            let own = commits == BTreeSet::from([commit]);
            let environment = self.environment(commit);
            let same = environment.is_some()
                && !commits.is_empty()
                && commits.iter().all(|other| self.environment(*other) == environment);
            if own || same {
                right.insert(tag.clone(), commits);
            }
        }
        right
    }

    /// The right image for a commit among tags of the registry.
    pub(crate) fn resolve(&self, commit: Oid, tags: &[String]) -> Option<Right> {
        let right = self.right_tags(commit, tags);
        let images: BTreeSet<Oid> = right.values().flatten().copied().collect();
        let best = self.best(commit, &images)?;
        let (relation, distance) = self.relation(commit, best);
        let tags = right.into_iter().filter(|(_, commits)| commits.contains(&best)).map(|(tag, _)| tag).collect();
        Some(Right { commit: best, relation, distance, tags })
    }

    /// Where no image is right: the commit whose inputs differ least, and in how many files.
    pub(crate) fn nearest(&self, commit: Oid, tags: &[String]) -> Option<(Oid, usize)> {
        let files = self.environment(commit)?;
        let mut changed: BTreeMap<usize, BTreeSet<Oid>> = BTreeMap::new();
        for tag in tags {
            let commits = self.stands_for(tag);
            let Some(other) = commits.first().filter(|_| commits.len() == 1) else { continue };
            let Some(others) = self.environment(*other) else { continue };
            changed.entry(Self::changed(others, files).len()).or_default().insert(*other);
        }
        let (count, images) = changed.into_iter().find(|(count, _)| *count > 0)?;
        Some((self.best(commit, &images)?, count))
    }

    /// The paths whose entries differ.
    pub(crate) fn changed(one: &Files, other: &Files) -> BTreeSet<Vec<u8>> {
        let paths: BTreeSet<&Vec<u8>> = one.keys().chain(other.keys()).collect();
        paths.into_iter().filter(|path| one.get(*path) != other.get(*path)).cloned().collect()
    }

    /// Whether a tag of the form names a commit that the project does not have.
    pub(crate) fn has_strangers(&self, tags: &[String]) -> bool {
        tags.iter().any(|tag| is_seven_digits(tag) && self.stands_for(tag).is_empty())
    }

    /// Where the environment of a commit began along first parents.
    pub(crate) fn began(&self, commit: Oid) -> Option<Oid> {
        let environment = self.environment(commit)?;
        let mut began = commit;
        while let Some(parent) = self.commits[&began].parents.first() {
            if self.environment(*parent) != Some(environment) {
                break;
            }
            began = *parent;
        }
        Some(began)
    }
}

fn is_seven_digits(tag: &str) -> bool {
    tag.len() == 7 && tag.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// Two lower-case digits a byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        write!(text, "{byte:02x}").expect("a String takes everything");
    }
    text
}

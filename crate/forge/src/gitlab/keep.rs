//! What is kept for the next question: facts about commits, which never change, and the answer, which is looked at again.

use futures_util::future::join;
use repin::resolution::{
    Change, Changed, Cost, EnvironmentSummary, Image, InputFile, InputsSource, InputsSummary, Nearest, Reason,
    Relation, Resolution, Status,
};
use repin::source::{Commit, SourceError};
use repin::tree::Mode;
use repin::{Oid, OidSet, Question};
use serde::de::value::StrDeserializer;
use serde::de::{self, IntoDeserializer as _};
use serde::{Deserialize as _, Serialize};
use serde_json::Value;

use super::GitLab;
use super::graphql::literal;
use super::read::{Read, read};
use super::start::mode_of;
use super::wire::{CommitReply, TagReply};
use crate::cache::Store;
use crate::http::Transport;

/// Under which key facts are kept; a change of their form changes it.
const FACTS: &str = "facts/1";
/// Commits that are kept: the newest.
const MOST_COMMITS: usize = 5000;
/// The largest file whose content is kept.
const LARGEST: usize = 64 << 10;

/// Facts about commits.
#[derive(Default, Serialize)]
struct Facts {
    commits: Vec<KeptCommit>,
    /// How much of the history of a commit is known: pages, and whether that is all.
    pages: Vec<(Oid, u32, bool)>,
    files: Vec<KeptFiles>,
    folders: Vec<(Oid, Vec<KeptEntry>)>,
    contents: Vec<(Oid, String)>,
}

#[derive(Serialize)]
struct KeptCommit {
    id: Oid,
    parents: Vec<Oid>,
    title: String,
    seconds: i64,
    date: String,
}

/// Files of a commit; without a mode and an id: there is none.
#[derive(Serialize)]
struct KeptFiles {
    commit: Oid,
    root: Option<Oid>,
    files: Vec<(String, Option<(String, Oid)>)>,
}

type KeptEntry = (String, String, Oid);

/// An answer, and what it was given to.
#[derive(Serialize)]
struct Kept {
    repository: u64,
    answer: Resolution,
}

read! {
    Facts { commits, pages, files, folders, contents }
    KeptCommit { id, parents, title, seconds, date }
    KeptFiles { commit, root, files }
    Kept { repository, answer }
    Resolution {
        schema, project, commit, inputs, environment, status, reason, image, expected_tag, nearest, notes, cost
    }
    InputsSummary { source, patterns, whole_tree, notes }
    EnvironmentSummary { key, files }
    InputFile { path, mode, oid }
    Reason { code, message, url }
    Image { reference, project, tag, commit, relation, distance, digest, created_at, verified }
    Nearest { tag, commit, changed }
    Changed { path, change }
    Cost { requests, rounds, bytes }
}

/// Words of an answer.
macro_rules! words {
    ($($Enum:ident),+) => {
        $(impl Read for $Enum {
            fn read(json: Value) -> Result<Self, String> {
                let text = String::read(json)?;
                let word: StrDeserializer<'_, de::value::Error> = text.as_str().into_deserializer();
                $Enum::deserialize(word).map_err(|error| error.to_string())
            }
        })+
    };
}

words!(Status, InputsSource, Relation, Change);

/// What is kept under a key, if it can be read.
fn kept<R: Read>(bytes: &[u8]) -> Option<R> {
    R::read(serde_json::from_slice(bytes).ok()?).ok()
}

impl<T: Transport, S: Store> GitLab<T, S> {
    /// Answers the question. One that was answered before is looked at again in two requests: whether the image still is
    /// there; and whether the revision still is the same commit, or, of a question by a commit's id, whether the commit has
    /// an image of its own by now. So the image is right, and may have got a nearer one meanwhile: who wants to know asks
    /// [anew](super::Given::anew).
    ///
    /// # Errors
    /// As for [`resolve`](repin::resolve::resolve).
    pub async fn resolve(&self, question: &Question) -> Result<Resolution, SourceError> {
        let key = key(question);
        self.recall().await;
        if let Some(answer) = self.again(question, &key).await {
            return Ok(answer);
        }
        self.state.borrow_mut().wants_images = true;
        let answer = repin::resolve::resolve(self, question).await?;
        let repository = self.state.borrow().repository;
        if let (Status::Found, Some(repository), None) = (answer.status, repository, &self.images) {
            let kept = Kept { repository, answer: Resolution { cost: None, ..answer.clone() } };
            if let Ok(bytes) = serde_json::to_vec(&kept) {
                self.store.put(&key, &bytes).await;
            }
        }
        self.remember().await;
        Ok(answer)
    }

    /// The answer from before, if it still holds.
    async fn again(&self, question: &Question, key: &str) -> Option<Resolution> {
        if self.images.is_some() || self.anew {
            return None;
        }
        let kept: Kept = kept(&self.store.get(key).await?)?;
        let image = kept.answer.image.as_ref()?;
        let revision = question.revision.as_deref().filter(|revision| !matches!(*revision, "HEAD" | "@"));
        let tag = self.tag_again(kept.repository, &image.tag);
        let (holds, tag) = join(self.holds(revision, &kept), tag).await;
        let tag = tag?;
        let is_same = holds && (image.digest.is_none() || tag.digest.is_none() || image.digest == tag.digest);
        is_same.then(|| Resolution { cost: Some(self.api.client().cost()), ..kept.answer })
    }

    /// Whether the revision is the answer's commit, as far as one request tells.
    async fn holds(&self, revision: Option<&str>, Kept { repository, answer }: &Kept) -> bool {
        if revision.and_then(|revision| revision.parse().ok()) != Some(answer.commit) {
            return self.tip(revision).await.is_some_and(|commit| commit.id == answer.commit);
        }
        // An id is a commit's for ever.
        let is_own = answer.image.as_ref().is_some_and(|image| image.relation == Relation::Exact);
        let Some(own) = answer.expected_tag.as_ref().filter(|_| !is_own) else { return true };
        let url = self.url(&["registry", "repositories", &repository.to_string(), "tags", own], &[]);
        self.api.get::<TagReply>(url).await.is_err_and(|error| error.is_not_found())
    }

    /// The commit that a revision names now.
    async fn tip(&self, revision: Option<&str>) -> Option<Commit> {
        let mut query = vec![("per_page", "1")];
        query.extend(revision.map(|revision| ("ref_name", revision)));
        let url = self.url(&["repository", "commits"], &query);
        self.api.page::<CommitReply>(url).await.ok()?.rows.into_iter().next()?.commit()
    }

    async fn tag_again(&self, repository: u64, tag: &str) -> Option<TagReply> {
        let url = self.url(&["registry", "repositories", &repository.to_string(), "tags", tag], &[]);
        self.api.get::<TagReply>(url).await.ok()
    }

    /// Takes up what is kept, once.
    pub(super) async fn recall(&self) {
        if std::mem::replace(&mut self.state.borrow_mut().recalled, true) {
            return;
        }
        let Some(bytes) = self.store.get(FACTS).await else { return };
        let Some(facts) = kept::<Facts>(&bytes) else { return };
        let mut state = self.state.borrow_mut();
        for KeptCommit { id, parents, title, seconds, date } in facts.commits {
            state.history.add(Commit { id, parents, title, seconds, date, branch: None });
        }
        state.pages.extend(facts.pages.into_iter().map(|(tip, pages, is_all)| (tip, (pages, is_all))));
        for (tree, entries) in facts.folders {
            if let Some(entries) = entries.into_iter().map(entry).collect() {
                state.files.set_folder(tree, entries);
            }
        }
        for KeptFiles { commit, root, files } in facts.files {
            for (path, file) in files {
                let file = match file {
                    None => None,
                    Some((mode, oid)) => match mode_of(Some(&mode)) {
                        Some(mode) => Some((mode, oid)),
                        None => continue,
                    },
                };
                state.files.set_file(commit, path.as_bytes(), file);
            }
            if let Some(root) = root {
                state.files.set_known_root(commit, root);
            }
        }
        for (blob, content) in facts.contents {
            state.files.set_content(blob, content.into_bytes());
        }
    }

    /// Keeps what was learnt for the next question.
    pub async fn remember(&self) {
        let facts = {
            let state = self.state.borrow();
            let mut commits: Vec<&Commit> = state.history.commits().collect();
            commits.sort_by_key(|commit| std::cmp::Reverse((commit.seconds, commit.id)));
            commits.truncate(MOST_COMMITS);
            let kept: OidSet = commits.iter().map(|commit| commit.id).collect();
            let mut facts = Facts {
                // A page that begins at a forgotten commit would leave a gap.
                pages: state
                    .pages
                    .iter()
                    .filter(|_| commits.len() < MOST_COMMITS)
                    .map(|(tip, (pages, is_all))| (*tip, *pages, *is_all))
                    .collect(),
                commits: commits
                    .iter()
                    .map(|commit| KeptCommit {
                        id: commit.id,
                        parents: commit.parents.clone(),
                        title: commit.title.clone(),
                        seconds: commit.seconds,
                        date: commit.date.clone(),
                    })
                    .collect(),
                ..Facts::default()
            };
            for (commit, root, files) in
                state.files.facts().filter(|(commit, ..)| kept.contains(commit)).take(MOST_COMMITS)
            {
                let files = files.map(|(path, file)| {
                    let path = String::from_utf8(path.to_vec()).ok()?;
                    Some((path, file.map(|(mode, oid): (Mode, Oid)| (mode.to_string(), oid))))
                });
                facts.files.push(KeptFiles { commit, root, files: files.flatten().collect() });
            }
            for (tree, entries) in state.files.folders() {
                let entries = entries
                    .iter()
                    .map(|(name, mode, oid)| Some((String::from_utf8(name.clone()).ok()?, mode.to_string(), *oid)));
                if let Some(entries) = entries.collect() {
                    facts.folders.push((tree, entries));
                }
            }
            let contents = state.files.contents().filter(|(_, content)| content.len() <= LARGEST);
            facts.contents =
                contents.filter_map(|(blob, content)| Some((blob, String::from_utf8(content.clone()).ok()?))).collect();
            facts
        };
        if let Ok(bytes) = serde_json::to_vec(&facts) {
            self.store.put(FACTS, &bytes).await;
        }
    }
}

fn entry((name, mode, oid): KeptEntry) -> Option<(Vec<u8>, Mode, Oid)> {
    Some((name.into_bytes(), mode_of(Some(&mode))?, oid))
}

/// What names a question.
fn key(question: &Question) -> String {
    let Question { revision, inputs, ci_path, image, build } = question;
    let version = env!("CARGO_PKG_VERSION");
    format!("answer/1 {version} {}", literal(&(revision, inputs, ci_path, image, build)))
}

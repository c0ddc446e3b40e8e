//! Some files of a commit, which are enough to tell most commits from another.

use repin::Oid;
use repin::source::Wanted;
use repin::tree::{Entry, Mode};

use super::GitLab;
use super::api::ApiError;
use super::graphql::{Ask, Blob};
use super::start::mode_of;
use crate::cache::Store;
use crate::http::Transport;

/// As many files as a commit is judged by first.
pub(super) const FEW: usize = 8;

impl<T: Transport, S: Store> GitLab<T, S> {
    /// Those of `commits` that have some files of the wanted environment: no other one can have all of them. Where that
    /// cannot be asked for many at once, all.
    pub(super) async fn with_few(&self, wanted: Wanted<'_>, commits: &[Oid]) -> Result<Vec<Oid>, ApiError> {
        if !self.graphql.get() {
            return Ok(commits.to_vec());
        }
        let few = few_files(wanted.files);
        let paths: Vec<String> = few.iter().map(|file| text_of(&file.path)).collect();
        let unknown: Vec<Oid> = commits.iter().copied().filter(|commit| self.known(*commit, &few).is_none()).collect();
        let asks: Vec<Ask> = unknown
            .iter()
            .map(|commit| Ask { reference: Some(commit.to_string()), paths: paths.clone(), text: false })
            .collect();
        let answers = match self.ask_within_limit(&asks, &[], u64::MAX).await {
            Ok(answers) => answers,
            Err(error) if self.no_graphql(&error).is_ok() => return Ok(commits.to_vec()),
            Err(error) => return Err(error),
        };
        for (commit, blobs) in unknown.iter().zip(answers) {
            if let Some(blobs) = blobs {
                self.learn_blobs(*commit, &paths, &blobs);
            }
        }
        Ok(commits.iter().copied().filter(|commit| self.known(*commit, &few) == Some(Few::Same)).collect())
    }

    /// What is known of a commit from before; `None` if that is not enough.
    pub(super) fn known(&self, commit: Oid, few: &[&Entry]) -> Option<Few> {
        let state = self.state.borrow();
        let mut differing = 0;
        for file in few {
            let known = state.files.file(commit, &file.path)?;
            differing += usize::from(known != Some((file.mode, file.oid)));
        }
        Some(if differing == 0 { Few::Same } else { Few::Differs(differing) })
    }
}

/// What some files say of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Few {
    /// It has none of them, or does not exist.
    Nothing,
    /// So many differ.
    Differs(usize),
    /// All are the same.
    Same,
}

pub(super) fn judge(few: &[&Entry], blobs: &[Blob]) -> Few {
    if blobs.is_empty() && !few.is_empty() {
        return Few::Nothing;
    }
    let is_same = |file: &&&Entry| {
        blobs.iter().any(|blob| {
            blob.path.as_bytes() == file.path
                && blob.oid == file.oid
                && mode_of(blob.mode.as_deref()) == Some(file.mode)
        })
    };
    match few.len() - few.iter().filter(is_same).count() {
        0 => Few::Same,
        count => Few::Differs(count),
    }
}

/// The files that a candidate is judged by: those at the root first, which recipes are made of.
pub(super) fn few_files(files: &[Entry]) -> Vec<&Entry> {
    let mut few: Vec<&Entry> =
        files.iter().filter(|file| file.mode != Mode::SUBMODULE && std::str::from_utf8(&file.path).is_ok()).collect();
    few.sort_by_key(|file| file.path.split(|byte| *byte == b'/').count());
    few.truncate(FEW);
    few
}

pub(super) fn text_of(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

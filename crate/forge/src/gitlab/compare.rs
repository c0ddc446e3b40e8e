//! Which candidates to compare, and comparing many of them in one query.
//!
//! A candidate is compared in two steps. First some files of the wanted environment: one that differs ends it. What is
//! left is read as the commit asked about was read. The nearest candidates are asked about at once in all that naming
//! them takes: by the whole id of their commit, by its beginning as their tag has it (which fails if several commits
//! share it), and in the registry.

use repin::Oid;
use repin::environment::Needs;
use repin::scheme::Named;
use repin::source::{Candidate, Compared, SourceError, Wanted, compare_all};
use repin::tree::Entry;

use super::GitLab;
use super::api::ApiError;
use super::ask::RESERVE;
use super::fetch::USED_UP;
use super::few::{FEW, Few, few_files, judge, text_of};
use super::graphql::{Ask, Blob};
use crate::cache::Store;
use crate::http::Transport;

/// As many of the nearest candidates as are asked about in everything at once.
const GUESSES: usize = 3;
/// Candidates of one look by REST, which takes a request for each.
const BY_REST: usize = 4;

/// How a candidate's commit is named in a query.
struct Target {
    /// The whole id, where it is listed.
    commit: Option<Oid>,
    /// Whether several listed commits have ids that begin so.
    is_shared: bool,
    /// The beginning of it that the tag has.
    prefix: Option<String>,
}

impl Target {
    fn reference(&self) -> Option<String> {
        self.commit.map(|commit| commit.to_string()).or_else(|| self.prefix.clone())
    }
}

impl<T: Transport, S: Store> GitLab<T, S> {
    /// The candidates to compare next: ancestors whose distance is certain, nearest first; then all others.
    pub(super) async fn next_candidates(
        &self,
        commit: Oid,
        open: &[Candidate],
        most: usize,
    ) -> Result<Vec<usize>, SourceError> {
        if self.remaining() == 0 {
            return Ok(Vec::new());
        }
        let git_tags: Vec<Named> = open
            .iter()
            .filter(|candidate| !candidate.names_id())
            .flat_map(|candidate| candidate.names.clone())
            .collect();
        self.commits_named(&git_tags).await?;
        let targets: Vec<Target> = open.iter().map(|candidate| self.target(candidate)).collect();
        let listed: Vec<(usize, Oid)> =
            targets.iter().enumerate().filter_map(|(at, target)| Some((at, target.commit?))).collect();
        let behind = self.state.borrow().history.behind(commit, &listed);
        let is_skewed = self.state.borrow().history.is_skewed() && !self.state.borrow().history.is_whole(commit);
        let certain = behind.iter().take_while(|behind| !behind.open && !is_skewed);
        let most = if self.graphql.get() { most } else { most.min(BY_REST) };
        let near: Vec<usize> = certain.map(|behind| behind.at).take(most).collect();
        if !near.is_empty() {
            return Ok(near);
        }
        let mut rest: Vec<usize> = behind.iter().map(|behind| behind.at).collect();
        rest.extend((0..open.len()).filter(|at| !behind.iter().any(|behind| behind.at == *at)));
        Ok(rest)
    }

    /// What a candidate's name says of its commit.
    fn target(&self, candidate: &Candidate) -> Target {
        let state = self.state.borrow();
        let mut target = Target { commit: None, is_shared: false, prefix: None };
        for name in &candidate.names {
            match name {
                Named::Commit { prefix } => {
                    target.prefix = Some(prefix.clone());
                    let listed = state.history.with_prefix(prefix);
                    target.is_shared = listed.len() > 1;
                    target.commit = listed.first().copied().filter(|_| !target.is_shared);
                }
                Named::GitTag(name) if target.prefix.is_none() => {
                    target.commit = state.git_tags.as_ref().and_then(|tags| tags.get(name)).copied();
                }
                Named::GitTag(_) => {}
            }
        }
        target
    }

    /// Compares candidates with what is wanted.
    pub(super) async fn compare_candidates(
        &self,
        wanted: Wanted<'_>,
        candidates: &[Candidate],
    ) -> Result<Vec<Compared>, SourceError> {
        let needs = self.with_environments(wanted.spec, |environments, _| environments.needs(wanted.files));
        let Some(needs) = needs.filter(|_| self.graphql.get()) else {
            return self.compare_by_rest(wanted, candidates).await;
        };
        let targets: Vec<Target> = candidates.iter().map(|candidate| self.target(candidate)).collect();
        let differing = match self.ask_few(wanted, &needs, &targets, candidates).await {
            Ok(differing) => differing,
            Err(error) => {
                self.no_graphql(&error)?;
                return self.compare_by_rest(wanted, candidates).await;
            }
        };
        let mut compared: Vec<Compared> = differing
            .iter()
            .map(|differing| match differing {
                None => Compared::Left,
                Some(Few::Nothing) => Compared::Stranger,
                Some(Few::Differs(count)) => Compared::Differs(*count),
                // To be read.
                Some(Few::Same) => Compared::Same(Vec::new()),
            })
            .collect();
        if compared.contains(&Compared::Left) && self.remaining() <= RESERVE {
            self.note(format!("not all tags were compared: {USED_UP}"));
        }
        self.tell_strangers(wanted.files.len().min(FEW), &targets, &mut compared).await?;
        self.read_the_same(wanted, candidates, &mut compared).await?;
        Ok(compared)
    }

    /// One request for each: in small groups, so that the first that is right ends it.
    async fn compare_by_rest(
        &self,
        wanted: Wanted<'_>,
        candidates: &[Candidate],
    ) -> Result<Vec<Compared>, SourceError> {
        let mut compared = Vec::new();
        for group in candidates.chunks(BY_REST) {
            if candidates.len() > BY_REST && self.remaining() <= RESERVE {
                compared.extend(group.iter().map(|_| Compared::Left));
                continue;
            }
            compared.extend(compare_all(self, wanted, group).await?);
        }
        if compared.contains(&Compared::Left) {
            self.note(format!("not all tags were compared: {USED_UP}"));
        }
        Ok(compared)
    }

    /// Asks for some files of each candidate, in as few queries as there can be, all at once.
    async fn ask_few(
        &self,
        wanted: Wanted<'_>,
        needs: &Needs,
        targets: &[Target],
        candidates: &[Candidate],
    ) -> Result<Vec<Option<Few>>, ApiError> {
        let few = few_files(wanted.files);
        let few_paths: Vec<String> = few.iter().map(|file| text_of(&file.path)).collect();
        let all_paths: Vec<String> = needs.paths.iter().map(|path| text_of(path)).collect();
        let mut asks: Vec<(Purpose, Ask)> = Vec::new();
        let by_name = self.state.borrow().by_name;
        if let Some(commit) = by_name {
            asks.push((
                Purpose::Asked,
                Ask { reference: Some(commit.to_string()), paths: few_paths.clone(), text: false },
            ));
        }
        let mut guesses: Vec<&str> = Vec::new();
        let mut known_before: Vec<(usize, Few)> = Vec::new();
        // A tag of no form, whose name no git tag has.
        let mut nothing: Vec<usize> = Vec::new();
        // The server would not know which is meant: all of them are read.
        let mut shared: Vec<usize> = Vec::new();
        for (at, target) in targets.iter().enumerate() {
            if target.is_shared {
                shared.push(at);
                continue;
            }
            let Some(reference) = target.reference() else {
                nothing.push(at);
                continue;
            };
            let is_guess = needs.complete && target.commit.is_some() && guesses.len() < GUESSES;
            if let Some(known) = target.commit.filter(|_| !is_guess).and_then(|commit| self.known(commit, &few)) {
                known_before.push((at, known));
                continue;
            }
            let paths = if is_guess { &all_paths } else { &few_paths };
            asks.push((Purpose::Few(at), Ask { reference: Some(reference), paths: paths.clone(), text: false }));
            if is_guess {
                guesses.push(&candidates[at].tag.name);
                if let Some(prefix) = &target.prefix {
                    let ask = Ask { reference: Some(prefix.clone()), paths: few_paths.clone(), text: false };
                    asks.push((Purpose::Unique(at), ask));
                }
            }
        }
        // Where they come nearest first, one query mostly finds it.
        let first = self.is_ordered(wanted.commit, candidates)
            && !std::mem::replace(&mut self.state.borrow_mut().compared, true);
        let most = if first { 1 } else { u64::MAX };
        let (purposes, asks): (Vec<Purpose>, Vec<Ask>) = asks.into_iter().unzip();
        let answers = self.ask_within_limit(&asks, &guesses, most).await?;
        let mut results: Vec<Option<Few>> = vec![None; targets.len()];
        let nothing = nothing.into_iter().map(|at| (at, Few::Nothing));
        let shared = shared.into_iter().map(|at| (at, Few::Same));
        for (at, known) in known_before.into_iter().chain(nothing).chain(shared) {
            results[at] = Some(known);
        }
        for ((purpose, ask), blobs) in purposes.iter().zip(&asks).zip(answers) {
            let Some(blobs) = blobs else { continue };
            match purpose {
                Purpose::Asked => self.check_asked(&few, &blobs)?,
                Purpose::Few(at) => {
                    results[*at] = Some(judge(&few, &blobs));
                    if let Some(commit) = targets[*at].commit {
                        self.learn_blobs(commit, &ask.paths, &blobs);
                    }
                }
                Purpose::Unique(at) => {
                    if let (Few::Same, Some(prefix)) = (judge(&few, &blobs), &targets[*at].prefix) {
                        self.state.borrow_mut().unique.insert(prefix.clone());
                    }
                }
            }
        }
        Ok(results)
    }

    /// That the files which were read by a name are those of the commit: a branch may move between two requests.
    fn check_asked(&self, few: &[&Entry], blobs: &[Blob]) -> Result<(), ApiError> {
        if judge(few, blobs) != Few::Same {
            return Err(ApiError::Moved);
        }
        self.state.borrow_mut().by_name = None;
        Ok(())
    }

    /// Candidates without any file may name no commit at all.
    async fn tell_strangers(
        &self,
        few: usize,
        targets: &[Target],
        compared: &mut [Compared],
    ) -> Result<(), SourceError> {
        let unsure: Vec<(usize, String)> = compared
            .iter()
            .enumerate()
            .filter(|(_, one)| **one == Compared::Stranger)
            .filter_map(|(at, _)| match &targets[at] {
                Target { commit: None, prefix: Some(prefix), .. } => Some((at, prefix.clone())),
                _ => None,
            })
            .collect();
        for (at, target) in targets.iter().enumerate() {
            // What is listed is there, whatever files it has.
            if target.commit.is_some() && compared[at] == Compared::Stranger {
                compared[at] = Compared::Differs(few.max(1));
            }
        }
        let most = usize::try_from(self.remaining().saturating_sub(RESERVE)).unwrap_or(usize::MAX);
        let names: Vec<Named> =
            unsure.iter().take(most).map(|(_, prefix)| Named::Commit { prefix: prefix.clone() }).collect();
        for (named, (at, _)) in self.commits_named(&names).await?.iter().zip(&unsure) {
            if !named.is_empty() {
                compared[*at] = Compared::Differs(few.max(1));
            }
        }
        for (at, _) in unsure.iter().skip(most) {
            compared[*at] = Compared::Unseen(USED_UP.to_owned());
        }
        Ok(())
    }

    /// Reads the candidates whose few files are the same, until one is right where they are in the order of nearness.
    async fn read_the_same(
        &self,
        wanted: Wanted<'_>,
        candidates: &[Candidate],
        compared: &mut [Compared],
    ) -> Result<(), SourceError> {
        let same: Vec<usize> = (0..compared.len())
            .filter(|&at| matches!(&compared[at], Compared::Same(commits) if commits.is_empty()))
            .collect();
        let is_ordered = self.is_ordered(wanted.commit, candidates);
        let mut is_right = false;
        for group in same.chunks(if is_ordered { 2 } else { same.len().max(1) }) {
            if is_right {
                for &at in group {
                    compared[at] = Compared::Left;
                }
                continue;
            }
            let chosen: Vec<Candidate> = group.iter().map(|&at| candidates[at].clone()).collect();
            for (&at, one) in group.iter().zip(compare_all(self, wanted, &chosen).await?) {
                is_right |= is_ordered && matches!(one, Compared::Same(_));
                compared[at] = one;
            }
        }
        Ok(())
    }

    /// Whether all of these are listed ancestors: then they come nearest first.
    fn is_ordered(&self, commit: Oid, candidates: &[Candidate]) -> bool {
        let targets: Vec<Target> = candidates.iter().map(|candidate| self.target(candidate)).collect();
        let graph = self.state.borrow().history.graph(&[commit]);
        targets.iter().all(|target| target.commit.is_some_and(|commit| graph.position(commit).is_some()))
    }
}

/// What a question is asked for.
enum Purpose {
    /// The commit asked about once more, by its id.
    Asked,
    /// A candidate's files.
    Few(usize),
    /// The same by the beginning of its id.
    Unique(usize),
}

//! The choice among the images that exist.
//!
//! Candidates are compared in the order that the source gives, nearest first, until one is right: what comes later
//! cannot be better. An image is named only after the source has [confirmed](Source::confirm) it.

use std::collections::HashMap;

use litemap::LiteMap;

use crate::Oid;
use crate::environment::Fingerprint;
use crate::note::Notes;
use crate::question::expected_tag;
use crate::resolution::{Changed, Image, Nearest, Reason, Resolution, Status};
use crate::resolve::{Chooser, difference};
use crate::scheme::Named;
use crate::shared::{Doubt, Shared};
use crate::source::{Candidate, Commit, Compared, Images, Source, SourceError, Tag, Wanted, commits_of};
use crate::tree::Entry;

/// A candidate that is right, and the commits that it stands for.
#[derive(Clone)]
struct Right {
    candidate: Candidate,
    commits: Vec<Oid>,
}

/// As many of equally different images as are read at once.
const FEW: usize = 8;

/// How far a search has come.
#[derive(Default)]
struct Search {
    open: Vec<Candidate>,
    /// Those with another environment, and how many files differ at least.
    different: Vec<(usize, Candidate)>,
    /// Tags of the form that name no commit here, or one that could not be looked at.
    strangers: Vec<String>,
    right: Vec<Right>,
    /// Tags that are one image, and those whose commit is right though their image may not be.
    shared: Shared,
    doubts: Vec<String>,
    /// Tags whose commit is right and which are not named all the same.
    refused: Vec<String>,
}

impl Search {
    fn put(&mut self, candidate: Candidate, compared: Compared) {
        match compared {
            // It was among the commit's own, and is what it was.
            _ if self.refused.contains(&candidate.tag.name) => {}
            Compared::Same(commits) => self.right.push(Right { candidate, commits }),
            Compared::Differs(files) => self.different.push((files, candidate)),
            Compared::Unseen(_) => self.strangers.push(candidate.tag.name),
            Compared::Stranger if candidate.has_form => self.strangers.push(candidate.tag.name),
            // A tag that has no form and no git tag's name never was a candidate.
            Compared::Stranger => {}
            Compared::Left => self.open.push(candidate),
        }
    }

    /// Takes the right one at this position out, for good.
    fn refuse(&mut self, at: usize) -> Candidate {
        let refused = self.right.swap_remove(at).candidate;
        self.refused.push(refused.tag.name.clone());
        refused
    }
}

/// Takes the candidates at these positions out, in this order.
fn take(open: &mut Vec<Candidate>, next: &[usize]) -> Vec<Candidate> {
    let mut all: Vec<Option<Candidate>> = std::mem::take(open).into_iter().map(Some).collect();
    let taken = next.iter().filter_map(|&at| all.get_mut(at)?.take()).collect();
    *open = all.into_iter().flatten().collect();
    taken
}

impl<S: Source> Chooser<'_, S> {
    /// The answer from a list of tags.
    pub(crate) async fn verified(
        &self,
        images: &Images,
        written: &Notes,
        answer: &mut Resolution,
    ) -> Result<(), SourceError> {
        let wanted = self.wanted();
        let (mut search, image) = self.search(images, written, &mut answer.notes).await?;
        answer.image = image;
        if answer.image.is_some() {
            answer.status = Status::Found;
            if let Some(cut_off) = &images.cut_off {
                answer.notes.push(format!("another image may be nearer: {}", cut_off.message));
            }
            return Ok(());
        }
        (answer.status, answer.reason) = self.why_none(images, &search);
        if let (Status::Missing, Some(wanted)) = (answer.status, wanted)
            && let Some(build) = self.source.build(wanted, self.asked.inputs.job.as_deref()).await?
        {
            // That only the commit's own image can be right says more than that it was not built.
            if build.status != Status::Missing || self.asked.inputs.exact_only.is_none() {
                (answer.status, answer.reason) = (build.status, Some(build.reason));
            }
        }
        if let Some(wanted) = wanted {
            match self.nearest(&mut search, wanted).await {
                Ok(nearest) => answer.nearest = nearest,
                // Over a network this is worth no more than a note: the answer stands without it.
                Err(error) if self.source.is_costly() => {
                    answer.notes.push(format!("which image differs least could not be found out: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The right image among these, if there is one, and how far the search came.
    async fn search(
        &self,
        images: &Images,
        written: &Notes,
        notes: &mut Vec<String>,
    ) -> Result<(Search, Option<Image>), SourceError> {
        let candidates = Candidate::of(&self.asked.inputs.scheme, &images.tags);
        let wanted = self.wanted();
        let shared = Shared::new(&candidates);
        let mut search = Search { open: candidates, shared, ..Search::default() };
        search.right = self.own(&search.open).await?;
        let mut image = self.best(&mut search, wanted, written, notes).await?;
        while let (None, Some(wanted)) = (&image, wanted) {
            let next = self.source.next(self.commit.id, &search.open, usize::MAX).await?;
            if next.is_empty() {
                break;
            }
            let taken = take(&mut search.open, &next);
            let compared = self.source.compare(wanted, &taken).await?;
            let is_stuck = compared.iter().all(|compared| *compared == Compared::Left);
            taken.into_iter().zip(compared).for_each(|(candidate, compared)| search.put(candidate, compared));
            self.keep_own(&mut search);
            image = self.best(&mut search, Some(wanted), written, notes).await?;
            if is_stuck {
                break;
            }
        }
        Ok((search, image))
    }

    /// A right image of the project that this one is a fork of, where it has none itself: `self` is about that project.
    pub(crate) async fn of_parent(
        &self,
        images: &Images,
        written: &Notes,
        answer: &mut Resolution,
    ) -> Result<(), SourceError> {
        let (_, image) = self.search(images, written, &mut Vec::new()).await?;
        if let Some(image) = image {
            let parent = self.project.path.as_deref().unwrap_or("its parent");
            answer.notes.push(format!(
                "the image is one of {parent}, which this project is a fork of: it has the same inputs, and this project has no image of its own"
            ));
            (answer.status, answer.reason, answer.nearest) = (Status::Found, None, None);
            answer.image = Some(image);
        }
        Ok(())
    }

    pub(crate) fn wanted(&self) -> Option<Wanted<'_>> {
        let (environment, files) = self.asked.environment.as_ref()?;
        Some(Wanted { commit: self.commit.id, spec: self.spec, environment: *environment, files })
    }

    /// The candidates that stand for the commit asked about and for no other: they are right whatever it is built from.
    async fn own(&self, candidates: &[Candidate]) -> Result<Vec<Right>, SourceError> {
        let id = self.commit.id.to_string();
        let may_be = |candidate: &&Candidate| {
            candidate.names.iter().any(|name| match name {
                Named::Commit { prefix } => id.starts_with(prefix),
                Named::GitTag(_) => !candidate.names_id(),
            })
        };
        let own: Vec<Candidate> = candidates.iter().filter(may_be).cloned().collect();
        let commits = commits_of(self.source, &own).await?;
        let own = own.into_iter().zip(commits).map(|(candidate, commits)| Right { candidate, commits });
        Ok(own.filter(|right| right.commits == [self.commit.id]).collect())
    }

    /// Of tags that several commits share, those of the commit asked about come before all others; and none but those
    /// count where only the commit's own image can be right.
    fn keep_own(&self, search: &mut Search) {
        let is_own = |right: &Right| right.commits.contains(&self.commit.id);
        if self.asked.inputs.exact_only.is_some() || search.right.iter().any(is_own) {
            let (own, others) = std::mem::take(&mut search.right).into_iter().partition(is_own);
            search.right = own;
            search.different.extend(others.into_iter().map(|right: Right| (0, right.candidate)));
        }
    }

    /// The best of the right ones that the source confirms.
    async fn best(
        &self,
        search: &mut Search,
        wanted: Option<Wanted<'_>>,
        written: &Notes,
        notes: &mut Vec<String>,
    ) -> Result<Option<Image>, SourceError> {
        while !search.right.is_empty() {
            let mut commits: Vec<Oid> = search.right.iter().flat_map(|right| right.commits.iter().copied()).collect();
            commits.sort_unstable();
            commits.dedup();
            let near = self.source.nearest(self.commit.id, &commits).await?;
            let best = self.newest(&near.commits).await?;
            let expected = expected_tag(self.source, &self.asked.inputs.scheme, &best).await?;
            let rank = |right: &Right| {
                (Some(&right.candidate.tag.name) != expected.as_ref(), right.candidate.tag.name.clone())
            };
            let of_best = search.right.iter().enumerate().filter(|(_, right)| right.commits.contains(&best.id));
            let Some((at, right)) = of_best.min_by_key(|(_, right)| rank(right)) else {
                return Err(SourceError::Incomplete(format!("the image of {} could not be told from others", best.id)));
            };
            let Some(tag) = self.source.confirm(wanted, &right.candidate, best.id).await? else {
                let refused = search.refuse(at);
                if refused.has_form {
                    search.strangers.push(refused.tag.name);
                }
                continue;
            };
            if let Some(doubt) = self.doubt(wanted, &tag, &search.shared, written).await? {
                let refused = search.refuse(at);
                let message = doubt.message(&tag.name);
                match doubt {
                    Doubt::BuiltFrom(_) => {
                        notes.push(message);
                        search.different.push((0, refused));
                    }
                    Doubt::Shared(_) => search.doubts.push(message),
                }
                continue;
            }
            if near.cut {
                let what = "the history is cut off here: this image is right, but another one may be nearer";
                let hint = if self.project.shallow { " (git fetch --unshallow shows it)" } else { "" };
                notes.push(format!("{what}{hint}"));
            }
            return Ok(Some(Image {
                reference: self.reference(&tag.name),
                project: self.project.path.clone(),
                tag: tag.name,
                commit: best.id,
                relation: near.relation,
                distance: near.distance,
                digest: tag.digest,
                created_at: tag.created_at,
                verified: true,
            }));
        }
        Ok(None)
    }

    /// The newest by committer date, then the one with the greatest id.
    pub(crate) async fn newest(&self, commits: &[Oid]) -> Result<Commit, SourceError> {
        let commits = self.source.commits(commits).await?;
        let newest = commits.into_iter().max_by_key(|commit| (commit.seconds, commit.id));
        newest.ok_or_else(|| SourceError::Incomplete("the commits of the images could not be read".to_owned()))
    }

    fn why_none(&self, images: &Images, search: &Search) -> (Status, Option<Reason>) {
        if let Some(problem) = &self.asked.problem {
            return (Status::Unknown, Some(problem.clone()));
        }
        if let Some(cut_off) = &images.cut_off {
            return (Status::Unknown, Some(cut_off.clone()));
        }
        if let Some(doubt) = search.doubts.iter().min() {
            return (Status::Unknown, Some(Reason::new("shared-digest", doubt.clone())));
        }
        if !self.asked.inputs.scheme.names_commits() {
            let message = "the image job gives its images tags that name no commit, so none can be matched to one";
            return (Status::Unknown, Some(Reason::new("no-scheme", message)));
        }
        if let Some(why) = &self.asked.inputs.exact_only {
            let message = format!("only the commit's own image can be right, and there is none: {why}");
            return (Status::Missing, Some(Reason::new("exact-only", message)));
        }
        if !search.open.is_empty() {
            let compared = search.different.len() + search.strangers.len();
            let message = format!(
                "the search stopped after it had compared {compared} of {} tags: none of them is right",
                compared + search.open.len()
            );
            return (Status::Unknown, Some(Reason::new("search-limit", message)));
        }
        if let Some(first) = search.strangers.iter().min() {
            let message = match search.strangers.len() {
                1 => format!("the tag {first} names a commit that is not here, so it could not be compared"),
                count => {
                    format!("{count} tags ({first}, …) name commits that are not here, so they could not be compared")
                }
            };
            let code = if self.project.shallow { "shallow" } else { "partial" };
            return (Status::Unknown, Some(Reason::new(code, message)));
        }
        let message = match search.different.len() {
            0 => "no tag names a commit of this project".to_owned(),
            1 => "the one image there is has other inputs".to_owned(),
            count => format!("none of the {count} images was built from these inputs"),
        };
        (Status::Missing, Some(Reason::new("no-image", message)))
    }

    /// The image whose inputs differ in the fewest files.
    ///
    /// Candidates are read in the order of what is known to differ at least, as long as one can still be nearer.
    async fn nearest(&self, search: &mut Search, wanted: Wanted<'_>) -> Result<Option<Nearest>, SourceError> {
        search.different.sort_by(|a, b| (a.0, &a.1.tag.name).cmp(&(b.0, &b.1.tag.name)));
        let mut tags: HashMap<Oid, Tag> = HashMap::new();
        let mut least: Vec<(Oid, Vec<Changed>)> = Vec::new();
        let fewest = |least: &[(Oid, Vec<Changed>)]| least.first().map_or(usize::MAX, |(_, changed)| changed.len());
        for group in search.different.chunk_by(|a, b| a.0 == b.0) {
            let at_least = group.first().map_or(0, |(at_least, _)| *at_least);
            let mut open: Vec<Candidate> = group.iter().map(|(_, candidate)| candidate.clone()).collect();
            // What comes later in the order of the source is no nearer, and differs in no fewer files than these can.
            while !open.is_empty() && fewest(&least) > at_least {
                let next = self.source.next(self.commit.id, &open, FEW).await?;
                let candidates = take(&mut open, &next);
                if candidates.is_empty() {
                    break;
                }
                let mut single: Vec<Oid> = Vec::new();
                for (candidate, commits) in candidates.iter().zip(commits_of(self.source, &candidates).await?) {
                    // A tag that several commits share stands for none of them here.
                    if let [commit] = commits[..] {
                        tags.entry(commit).or_insert_with(|| candidate.tag.clone());
                        single.push(commit);
                    }
                }
                single.sort_unstable();
                single.dedup();
                self.differing(wanted, &single, &mut least).await?;
            }
        }
        let equally: Vec<Oid> = least.iter().map(|(commit, _)| *commit).collect();
        if equally.is_empty() {
            return Ok(None);
        }
        let near = self.source.nearest(self.commit.id, &equally).await?;
        let best = self.newest(&near.commits).await?;
        let changed = least.into_iter().find(|(commit, _)| *commit == best.id).map(|(_, changed)| changed);
        let tag = tags.remove(&best.id).map(|tag| tag.name);
        Ok(changed.zip(tag).map(|(changed, tag)| Nearest { tag, commit: best.id, changed }))
    }

    /// Reads what these commits are built from, and keeps in `least` those that differ in the fewest files.
    async fn differing(
        &self,
        wanted: Wanted<'_>,
        commits: &[Oid],
        least: &mut Vec<(Oid, Vec<Changed>)>,
    ) -> Result<(), SourceError> {
        // Where only the commit's own image can be right, another one with the same inputs differs in no file.
        let differs = |other: &Fingerprint| *other != wanted.environment || self.asked.inputs.exact_only.is_some();
        let snapshots = self.source.snapshots(wanted.spec, commits).await?;
        let mut by_environment: LiteMap<Fingerprint, Vec<Oid>> = LiteMap::new();
        for (commit, snapshot) in commits.iter().zip(snapshots) {
            if let Some(other) = snapshot.environment.filter(differs) {
                by_environment.entry(other).or_default().push(*commit);
            }
        }
        for commits in by_environment.into_iter().map(|(_, commits)| commits) {
            let (_, others): (_, Vec<Entry>) = self.source.files(wanted.spec, commits[0]).await?;
            let most = least.first().map_or(usize::MAX, |(_, changed)| changed.len());
            let Some(changed) = difference(&others, wanted.files, most) else { continue };
            if changed.len() < most {
                least.clear();
            }
            least.extend(commits.into_iter().map(|commit| (commit, changed.clone())));
        }
        Ok(())
    }
}

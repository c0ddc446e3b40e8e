//! The same over a range of a history: each finding with the commits that it is true of.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use litemap::LiteMap;

use super::finding::Finding;
use super::rules::CONFIG;
use super::{Found, changes, check, ignored, lost, pin, recipe};
use crate::Oid;
use crate::config::Config;
use crate::history::{HistoryEntry, history, look};
use crate::inputs::{CI_PATH, CONFIG_PATH, Spec};
use crate::question::{Question, expected_tag};
use crate::renku_ini;
use crate::source::{Commit, Source, SourceError};
use crate::text::count;

/// No more commits than that are looked at, the newest: a longer range is looked at in parts.
pub const MOST_COMMITS: usize = 20_000;
/// As many where each costs requests.
const MOST_COSTLY: usize = 200;

/// A range of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Where it begins.
    pub start: Start,
    /// The commit that it ends with; `None`: the project's own head.
    pub to: Option<String>,
}

/// Where a [`Range`] begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// At the very beginning of the history.
    Root,
    /// Behind this commit, the project's own head where it is `None`: neither that one nor what leads to it is in the range.
    After(Option<String>),
}

impl Range {
    /// Reads `A..B`, or a revision, whose whole history is meant. As in gitrevisions(7) a side that is left out is the head:
    /// `..B` is what B has and the head has not. `None`: `A...B`, which is none.
    ///
    /// ```
    /// use repin::check::{Range, Start};
    /// let range = |text| Range::parse(text).map(|range| (range.start, range.to));
    /// assert_eq!(range("v1..main"), Some((Start::After(Some("v1".into())), Some("main".into()))));
    /// assert_eq!(range("v1.."), Some((Start::After(Some("v1".into())), None)));
    /// assert_eq!(range("..main"), Some((Start::After(None), Some("main".into()))));
    /// assert_eq!(range("main"), Some((Start::Root, Some("main".into()))));
    /// assert_eq!(range("v1...main"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match text.split_once("..") {
            Some((_, to)) if to.starts_with('.') => None,
            Some((after, to)) => Some(Self { start: Start::After(some(after)), to: some(to) }),
            None => Some(Self { start: Start::Root, to: some(text) }),
        }
    }
}

/// Looks at every commit of a range, worst first. The last one is looked at as [`check`] does; of the others each recipe,
/// each environment and each pin once. Says how many commits that were.
///
/// # Errors
/// As for [`check`].
pub async fn check_range<S: Source>(
    source: &S,
    question: &Question,
    range: &Range,
) -> Result<(Commit, usize, Found), SourceError> {
    let question = Question { revision: range.to.clone(), ..question.clone() };
    let tip = source.commit(question.revision.as_deref()).await?;
    let (ids, cut) = commits(source, range, tip.id).await?;
    let mut incomplete = Vec::new();
    if cut {
        let newest = ids.len();
        incomplete.push(format!("the range but for its newest {newest} commits: ask about a part of it, A..B"));
    }
    let pins = pins(source, &question, &ids).await?;
    let parts = [pins, recipes(source, &question, &ids, &mut incomplete).await?].concat();
    let lost = lost_builds(source, &question, &ids, &mut incomplete).await?;
    // At last, since it may leave the source with the images of a fork's parent.
    let found = if ids.is_empty() { Found::default() } else { check(source, &question).await? };
    incomplete.extend(found.incomplete);
    let mut merged = Merged { findings: found.findings };
    for part in parts {
        merged.add(part);
    }
    let lost: Vec<_> = lost.iter().map(|(entry, tag, exact)| (entry, tag.clone(), *exact)).collect();
    lost::of_history(&lost, &mut merged.findings);
    let mut found = Found { findings: merged.findings, incomplete };
    let order: HashMap<Oid, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
    for finding in &mut found.findings {
        finding.commits.sort_by_key(|commit| order.get(commit));
        finding.commits.dedup();
    }
    found.sort();
    Ok((tip, ids.len(), found))
}

/// The commits of the range, newest first, and whether that is not all of them.
async fn commits<S: Source>(source: &S, range: &Range, tip: Oid) -> Result<(Vec<Oid>, bool), SourceError> {
    let after = match &range.start {
        Start::After(after) => Some(source.commit(after.as_deref()).await?.id),
        Start::Root => None,
    };
    let most = if source.is_costly() { MOST_COSTLY } else { MOST_COMMITS };
    let tips: Vec<Oid> = std::iter::once(tip).chain(after).collect();
    let graph = source.graph(&tips, source.is_costly().then_some(most)).await?;
    let reach = |from: Oid| {
        let mut seen = HashSet::new();
        let mut open: Vec<_> = graph.position(from).into_iter().collect();
        while let Some(position) = open.pop() {
            if seen.insert(position) {
                open.extend_from_slice(graph.parents(position));
            }
        }
        seen
    };
    let left_out = after.map(reach).unwrap_or_default();
    let inside = reach(tip);
    let in_range = |id: &Oid| graph.position(*id).is_some_and(|at| inside.contains(&at) && !left_out.contains(&at));
    let mut ids: Vec<Oid> = graph.ids().iter().copied().filter(in_range).collect();
    let cut = ids.len() > most || after.is_none() && !graph.is_whole();
    ids.truncate(most);
    Ok((ids, cut))
}

/// Findings, each once, with all of its commits.
struct Merged {
    findings: Vec<Finding>,
}

/// What was found of some commits.
#[derive(Clone)]
struct Part {
    found: Vec<Finding>,
    commits: Vec<Oid>,
    /// Which of the known findings says the same.
    same: fn(&Finding, &Finding) -> bool,
}

impl Merged {
    fn add(&mut self, part: Part) {
        for mut finding in part.found {
            match self.findings.iter_mut().find(|known| (part.same)(known, &finding)) {
                Some(known) => known.commits.extend_from_slice(&part.commits),
                None => {
                    finding.commits.clone_from(&part.commits);
                    self.findings.push(finding);
                }
            }
        }
    }
}

/// The rules about the recipe: once for each recipe with each of its environments.
async fn recipes<S: Source>(
    source: &S,
    question: &Question,
    ids: &[Oid],
    incomplete: &mut Vec<String>,
) -> Result<Vec<Part>, SourceError> {
    let mut parts = Vec::new();
    // How many commits could not be read for each reason.
    let mut unseen: LiteMap<String, usize> = LiteMap::new();
    let (specs, places) = look(source, question, ids).await?;
    for (spec, positions) in &specs {
        let mut groups: HashMap<_, Vec<Oid>> = HashMap::new();
        let mut order = Vec::new();
        for &position in positions {
            let (Some(id), Some(place)) = (ids.get(position as usize), places.get(position as usize)) else { continue };
            if let Some(why) = &place.snapshot.unseen {
                *unseen.entry(why.clone()).or_insert(0) += 1;
                continue;
            }
            let key = (Arc::as_ptr(&place.snapshot.inputs), place.snapshot.environment);
            let group = groups.entry(key).or_default();
            if group.is_empty() {
                order.push((key, place.snapshot.inputs.clone()));
            }
            group.push(*id);
        }
        let all: Vec<Oid> = positions.iter().filter_map(|&at| ids.get(at as usize).copied()).collect();
        if let Some(problem) = config_problem(source, &all).await? {
            let found = vec![Finding::new(CONFIG, problem).at(CONFIG_PATH, None)];
            parts.push(Part { found, commits: all, same: Finding::says_what });
        }
        let ci_path = spec.ci_path.as_deref().unwrap_or(CI_PATH);
        for (key, inputs) in order {
            let (Some(group), mut found) = (groups.get(&key), Vec::new()) else { continue };
            let Some(&newest) = group.first() else { continue };
            recipe::look(&inputs, ci_path, &mut found);
            if inputs.changes.is_some() {
                let (_, files) = source.files(spec, newest).await?;
                changes::look(&inputs, &files, ci_path, None, &mut found);
            }
            if !source.is_costly() {
                ignored::look(source, newest, &inputs, &mut found).await?;
            }
            // The line in the CI file is known for the last commit alone.
            let same = |known: &Finding, new: &Finding| {
                (&known.rule, &known.message, &known.path) == (&new.rule, &new.message, &new.path)
                    && (known.line == new.line || new.line.is_none())
            };
            parts.push(Part { found, commits: group.clone(), same });
        }
    }
    incomplete.extend(unseen.iter().map(|(why, number)| format!("{}: {why}", count(*number, "commit", "commits"))));
    Ok(parts)
}

/// Why the `.repin.toml` of commits that have the same one cannot be read.
async fn config_problem<S: Source>(source: &S, commits: &[Oid]) -> Result<Option<String>, SourceError> {
    let Some(&first) = commits.first() else { return Ok(None) };
    let text = source.read(first, CONFIG_PATH).await?;
    let problem = text.and_then(|text| Config::parse(&text).err());
    Ok(problem.map(|error| format!("{CONFIG_PATH} cannot be read: {error}")))
}

/// The pins: once for each `renku.ini` in each environment.
async fn pins<S: Source>(source: &S, question: &Question, ids: &[Oid]) -> Result<Vec<Part>, SourceError> {
    let mut parts = Vec::new();
    let file = Spec { patterns: vec![renku_ini::PATH.to_owned()], ..Spec::default() };
    let inis = source.snapshots(&Arc::new(file), ids).await?;
    let (specs, places) = look(source, question, ids).await?;
    let mut groups: HashMap<_, Vec<Oid>> = HashMap::new();
    let mut order = Vec::new();
    for (number, (_, positions)) in specs.iter().enumerate() {
        for &position in positions {
            let at = position as usize;
            let (Some(id), Some(place), Some(ini)) = (ids.get(at), places.get(at), inis.get(at)) else { continue };
            // Without the file there is no pin.
            let Some(ini) = ini.environment else { continue };
            let key = (number, ini, place.snapshot.environment);
            let group = groups.entry(key).or_default();
            if group.is_empty() {
                order.push((at, key));
            }
            group.push(*id);
        }
    }
    order.sort_unstable_by_key(|(at, _)| *at);
    for (_, key) in order {
        let Some(group) = groups.get(&key) else { continue };
        let Some(&newest) = group.first() else { continue };
        let at = Question { revision: Some(newest.to_string()), ..question.clone() };
        let found = pin::look(source, &at, newest).await?.dated(source, &at).await?.findings();
        // Since when a pin is stale differs by commit; which image it is does not.
        let same = |known: &Finding, new: &Finding| {
            (&known.rule, &known.path, known.line, image_of(known)) == (&new.rule, &new.path, new.line, image_of(new))
        };
        parts.push(Part { found, commits: group.clone(), same });
    }
    Ok(parts)
}

/// The image that a finding about a pin speaks of, or all that it says.
fn image_of(finding: &Finding) -> &str {
    finding.message.split_once(", ").map_or(finding.message.as_str(), |(image, _)| image)
}

/// The entries that no image is right for, the tag that a pipeline would give each, and whether only that one can be right.
async fn lost_builds<S: Source>(
    source: &S,
    question: &Question,
    ids: &[Oid],
    incomplete: &mut Vec<String>,
) -> Result<Vec<(HistoryEntry, Option<String>, bool)>, SourceError> {
    let limit = source.is_costly().then_some(MOST_COSTLY);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let history = history(source, question, limit).await?;
    if history.cut_off {
        incomplete.push("which commits have no image: not all tags of the registry could be seen".to_owned());
    }
    if !history.verified || history.cut_off {
        return Ok(Vec::new());
    }
    let wanted: HashSet<Oid> = ids.iter().copied().collect();
    let mut lost = Vec::new();
    for (at, entry) in history.entries.iter().enumerate() {
        if !wanted.contains(&entry.commit) || entry.tag.is_some() || entry.key.is_none() {
            continue;
        }
        let inputs = history.inputs(at);
        let commit = source.commits(&[entry.commit]).await?.pop();
        let tag = match (commit, inputs) {
            (Some(commit), Some(inputs)) => expected_tag(source, &inputs.scheme, &commit).await?,
            _ => None,
        };
        lost.push((entry.clone(), tag, inputs.is_some_and(|inputs| inputs.exact_only.is_some())));
    }
    Ok(lost)
}

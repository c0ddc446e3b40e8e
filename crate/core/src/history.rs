//! A right image for every commit of a history.
//!
//! For each commit: the key of its environment, and the tag of a right image with its class of relation (exact,
//! ancestor, descendant, same-environment). Only [`resolve`](crate::resolve) promises the nearest of a class.

use std::collections::HashMap;
use std::sync::Arc;

use litemap::LiteMap;
use serde::{Deserialize, Serialize};

use known::{Images, Known};

use crate::Oid;
use crate::config::Config;
use crate::environment::{Fingerprint, Snapshot, key};
use crate::graph::{Graph, Position};
use crate::inputs::{CONFIG_PATH, Spec};
use crate::question::{Question, expected_tag};
use crate::relate::{Group, relate};
use crate::resolution::Relation;
use crate::resolve::began;
use crate::scheme::TagScheme;
use crate::shared::Origins;
use crate::source::{Candidate, Source, SourceError, commits_of};

mod known;

/// The newest commits of a history, and what was learnt of them.
#[derive(Clone, Debug)]
pub struct History {
    /// The project's path, where it is known.
    pub project: Option<String>,
    /// The registry repository that the tags belong to, where it is known.
    pub repository: Option<String>,
    /// Whether a registry said which images exist; otherwise they are those that a CI which builds on change would have
    /// made.
    pub verified: bool,
    /// Whether the registry's tags are not all known: then another image may be right where none is named.
    pub cut_off: bool,
    /// The commits, newest first.
    pub entries: Vec<HistoryEntry>,
    known: Known,
}

/// One commit of a history, and the image that is right for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct HistoryEntry {
    /// The commit.
    pub commit: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// The first line of its message.
    pub title: String,
    /// The committer's date (ISO 8601).
    pub date: String,
    /// The key of its environment, if it has one.
    pub key: Option<Arc<str>>,
    /// The tag of a right image, if there is one.
    pub tag: Option<Arc<str>>,
    /// The commit that the tag stands for.
    pub image_commit: Option<Oid>,
    /// How that commit relates to this one.
    pub relation: Option<Relation>,
    /// Whether the commit could not be looked at: then no key says nothing.
    #[serde(skip)]
    pub unseen: bool,
}

impl HistoryEntry {
    /// Whose image it is that is right for this commit, for people.
    pub fn whose(&self) -> &'static str {
        match (self.relation, &self.key) {
            (Some(Relation::Exact), _) => "its own",
            (Some(Relation::Ancestor), _) => "an earlier commit's",
            (Some(Relation::Descendant), _) => "a later commit's",
            (Some(Relation::SameEnvironment), _) => "another branch's",
            (None, Some(_)) => "none",
            (None, None) if self.unseen => "not looked at",
            (None, None) => "none: no recipe",
        }
    }
}

/// A right image for each of the `limit` newest commits, newest first.
///
/// Without a registry to ask, the images are those that a CI which builds on change would have made.
///
/// # Errors
/// As for [`resolve`](crate::resolve::resolve).
pub async fn history<S: Source>(source: &S, question: &Question, limit: Option<usize>) -> Result<History, SourceError> {
    let tip = source.commit(question.revision.as_deref()).await?;
    let (spec, _) = question.spec_at(source, tip.id).await?;
    let inputs = source.snapshots(&spec, &[tip.id]).await?.pop().map(|snapshot| snapshot.inputs);
    let (images, repository) = match inputs {
        Some(inputs) => question.images(source, &source.project(), &spec, &inputs).await?,
        None => (source.images(None).await?, None),
    };
    // With images, relations are looked for in the whole history, if that costs nothing; else in the part that is shown.
    let graph = source.graph(&[tip.id], limit.filter(|_| images.is_none() || source.is_costly())).await?;
    let shown = limit.unwrap_or(usize::MAX).min(graph.len());
    let ids = graph.ids()[..shown].to_vec();
    let (specs, mut places) = look(source, question, &ids).await?;
    let verified = images.is_some();
    let cut_off = images.as_ref().is_some_and(|images| images.cut_off.is_some());
    let (graph, images) = match images {
        Some(images) => {
            look_for_images(source, &specs, &images.tags, repository.as_deref(), graph, &tip.id, &mut places).await?
        }
        None => {
            predicted(source, &specs, &graph, &mut places).await?;
            (graph, Images::default())
        }
    };
    let entries = entries(source, &specs, &ids, &places).await?;
    let known = Known::new(specs, places, graph, images);
    Ok(History { project: source.project().path, repository, verified, cut_off, entries, known })
}

/// What is known of a commit that is shown.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) snapshot: Snapshot,
    image: Option<(Arc<str>, Oid, Relation)>,
}

/// The specs of the commits that are shown: they differ where their `.repin.toml` does.
pub(crate) type Specs = Vec<(Arc<Spec>, Vec<Position>)>;

/// Looks at all commits as if none had a `.repin.toml`, and at those that have one again.
pub(crate) async fn look(
    source: &impl Source,
    question: &Question,
    ids: &[Oid],
) -> Result<(Specs, Vec<Place>), SourceError> {
    let project = source.project();
    let spec = |config| question.spec(&project, config);
    let plain = spec(Config::default());
    let place = |snapshot| Place { snapshot, image: None };
    let mut places: Vec<Place> = source.snapshots(&plain, ids).await?.into_iter().map(place).collect();
    let mut by_config: LiteMap<Option<Oid>, Vec<Position>> = LiteMap::new();
    for (position, place) in (0..).zip(&places) {
        by_config.entry(place.snapshot.inputs.config).or_default().push(position);
    }
    let mut specs = Specs::new();
    for (config, positions) in by_config {
        if config.is_none() {
            specs.push((Arc::clone(&plain), positions));
            continue;
        }
        let commits: Vec<Oid> = positions.iter().map(|&position| ids[position as usize]).collect();
        let text = source.read(commits[0], CONFIG_PATH).await?.unwrap_or_default();
        // A file that cannot be read leaves these commits without an environment; `resolve` says what is wrong with it.
        let config = Config::parse(&text);
        let readable = config.is_ok() || !question.inputs.is_empty();
        let spec = spec(config.unwrap_or_default());
        for (&position, mut snapshot) in positions.iter().zip(source.snapshots(&spec, &commits).await?) {
            if !readable {
                snapshot.environment = None;
            }
            places[position as usize].snapshot = snapshot;
        }
        specs.push((spec, positions));
    }
    Ok((specs, places))
}

/// The images that a CI which builds on change would have made: where each environment began along first parents.
async fn predicted<S: Source>(
    source: &S,
    specs: &[(Arc<Spec>, Vec<Position>)],
    graph: &Graph,
    places: &mut [Place],
) -> Result<(), SourceError> {
    for (spec, positions) in specs {
        // Oldest first, so that a first parent's answer is known before its child asks.
        let mut began_at: HashMap<Position, Option<Oid>> = HashMap::new();
        for &position in positions.iter().rev() {
            let place = &places[position as usize];
            let Some(environment) = place.snapshot.environment else { continue };
            let parent = graph.parents(position).first().copied();
            let id = graph.id(position);
            let start = match parent {
                _ if place.snapshot.inputs.exact_only.is_some() => Some(id),
                // The first parent may be beyond what is shown, and the first one here another.
                _ if graph.is_cut(position) => began(source, spec, id, environment).await?,
                Some(parent) if began_at.contains_key(&parent) => {
                    if places[parent as usize].snapshot.environment == Some(environment) {
                        began_at[&parent]
                    } else {
                        Some(id)
                    }
                }
                None => Some(id),
                // The first parent has a spec of its own.
                _ => began(source, spec, id, environment).await?,
            };
            began_at.insert(position, start);
        }
        let mut starts: Vec<Oid> = began_at.values().flatten().copied().collect();
        starts.sort_unstable();
        starts.dedup();
        let commits = source.commits(&starts).await?;
        let mut tags: HashMap<Oid, (TagScheme, Option<Arc<str>>)> = HashMap::new();
        for (position, start) in began_at {
            let Some(start) = start else { continue };
            // The form of the tags is that of the commit asked about; with the same environment it mostly is the same.
            let scheme = &places[position as usize].snapshot.inputs.scheme;
            let tag = match tags.get(&start) {
                Some((known, tag)) if known == scheme => tag.clone(),
                _ => {
                    let commit = starts.binary_search(&start).ok().and_then(|at| commits.get(at));
                    let Some(commit) = commit else { continue };
                    let tag: Option<Arc<str>> = expected_tag(source, scheme, commit).await?.map(Arc::from);
                    tags.insert(start, (scheme.clone(), tag.clone()));
                    tag
                }
            };
            let Some(tag) = tag else { continue };
            let relation = if start == graph.id(position) { Relation::Exact } else { Relation::Ancestor };
            places[position as usize].image = Some((tag, start, relation));
        }
    }
    Ok(())
}

/// The images that the registry holds; and the graph in which they and the commits are.
async fn look_for_images<S: Source>(
    source: &S,
    specs: &[(Arc<Spec>, Vec<Position>)],
    tags: &[crate::source::Tag],
    repository: Option<&str>,
    mut graph: Graph,
    tip: &Oid,
    places: &mut [Place],
) -> Result<(Graph, Images), SourceError> {
    let mut found = Images::default();
    let shown: Vec<Oid> = graph.ids()[..places.len()].to_vec();
    for (number, (spec, positions)) in specs.iter().enumerate() {
        // Commits of one spec can differ in the form of their tags; those with the same environment do not.
        let mut schemes: Vec<TagScheme> = Vec::new();
        let mut scheme_of = Vec::new();
        for &position in positions {
            let scheme = &places[position as usize].snapshot.inputs.scheme;
            let at = schemes.iter().position(|known| known == scheme).unwrap_or_else(|| {
                schemes.push(scheme.clone());
                schemes.len() - 1
            });
            scheme_of.push(at);
        }
        for (at, scheme) in schemes.iter().enumerate() {
            let candidates = Candidate::of(scheme, tags);
            let stands_for = commits_of(source, &candidates).await?;
            let origins = Origins::of(source, &candidates, &stands_for, repository).await?;
            let mut commits: Vec<Oid> = stands_for.iter().flatten().copied().collect();
            commits.sort_unstable();
            commits.dedup();
            if commits.iter().any(|commit| graph.position(*commit).is_none()) {
                let tips: Vec<Oid> = std::iter::once(*tip).chain(commits.iter().copied()).collect();
                graph = source.graph(&tips, None).await?;
            }
            commits.extend(origins.iter().flat_map(|origins| &origins.commits));
            commits.sort_unstable();
            commits.dedup();
            let snapshots = source.snapshots(spec, &commits).await?;
            let environment: HashMap<Oid, Option<Fingerprint>> =
                commits.into_iter().zip(snapshots.into_iter().map(|snapshot| snapshot.environment)).collect();
            // Which tags are right for an environment, by the commits that they stand for.
            let mut right: HashMap<Fingerprint, HashMap<Position, Arc<str>>> = HashMap::new();
            let mut own: HashMap<Oid, Arc<str>> = HashMap::new();
            for ((candidate, commits), origins) in candidates.iter().zip(&stands_for).zip(&origins) {
                let wanted = commits.first().and_then(|first| environment[first]);
                if !origins.agree(commits, wanted, |commit| environment[&commit]) {
                    continue;
                }
                let tag: Arc<str> = Arc::from(candidate.tag.name.as_str());
                if let [commit] = commits[..] {
                    own.entry(commit).or_insert_with(|| Arc::clone(&tag));
                }
                let Some(first) = wanted else { continue };
                if commits.iter().any(|commit| environment[commit] != Some(first)) {
                    continue;
                }
                for &commit in commits {
                    found.right.entry((number, first)).or_default().entry(commit).or_insert_with(|| Arc::clone(&tag));
                    let Some(position) = graph.position(commit) else { continue };
                    right.entry(first).or_default().entry(position).or_insert_with(|| Arc::clone(&tag));
                }
            }
            let mut open: HashMap<Fingerprint, Vec<Position>> = HashMap::new();
            let here = positions.iter().zip(&scheme_of).filter(|(_, scheme)| **scheme == at);
            for (&position, _) in here {
                let id = shown[position as usize];
                let place = &mut places[position as usize];
                if let Some(tag) = own.get(&id) {
                    place.image = Some((Arc::clone(tag), id, Relation::Exact));
                } else if let Some(environment) = place.snapshot.environment
                    && let Some(images) = right.get(&environment)
                    && let Some(at) = graph.position(id)
                {
                    if let Some(tag) = images.get(&at) {
                        place.image = Some((Arc::clone(tag), id, Relation::Exact));
                    } else if place.snapshot.inputs.exact_only.is_none() {
                        open.entry(environment).or_default().push(at);
                    }
                }
            }
            let groups: Vec<Group> = open
                .iter()
                .map(|(environment, commits)| Group::new(right[environment].keys().copied().collect(), commits.clone()))
                .collect();
            let index: HashMap<Oid, usize> = shown.iter().enumerate().map(|(at, id)| (*id, at)).collect();
            for (commit, image, relation) in relate(&graph, &groups) {
                let id = graph.id(commit);
                let Some(&place) = index.get(&id) else { continue };
                let place = &mut places[place];
                let Some(tag) = place.snapshot.environment.and_then(|environment| right.get(&environment)?.get(&image))
                else {
                    continue;
                };
                place.image = Some((Arc::clone(tag), graph.id(image), relation));
            }
        }
    }
    Ok((graph, found))
}

async fn entries<S: Source>(
    source: &S,
    specs: &[(Arc<Spec>, Vec<Position>)],
    ids: &[Oid],
    places: &[Place],
) -> Result<Vec<HistoryEntry>, SourceError> {
    let mut keys: HashMap<Fingerprint, Arc<str>> = HashMap::new();
    for (spec, positions) in specs {
        for &position in positions {
            let Some(environment) = places[position as usize].snapshot.environment else { continue };
            if keys.contains_key(&environment) {
                continue;
            }
            let text = match environment.key() {
                Some(text) => text,
                None => match source.files(spec, ids[position as usize]).await? {
                    (snapshot, files) if snapshot.unseen.is_none() => key(&files),
                    _ => continue,
                },
            };
            keys.insert(environment, Arc::from(text));
        }
    }
    let commits = source.commits(ids).await?;
    Ok(commits
        .into_iter()
        .zip(places)
        .map(|(commit, place)| {
            let (tag, image_commit, relation) = place
                .image
                .clone()
                .map_or((None, None, None), |(tag, commit, relation)| (Some(tag), Some(commit), Some(relation)));
            HistoryEntry {
                commit: commit.id,
                parents: commit.parents,
                title: commit.title,
                date: commit.date,
                key: place.snapshot.environment.and_then(|environment| keys.get(&environment)).cloned(),
                tag,
                image_commit,
                relation,
                unseen: place.snapshot.unseen.is_some(),
            }
        })
        .collect())
}

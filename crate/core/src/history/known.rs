//! What a history answers by itself, without asking its source again.

use std::collections::HashMap;
use std::sync::Arc;

use super::{History, Place, Specs};
use crate::environment::Fingerprint;
use crate::graph::{Graph, Near, Position};
use crate::inputs::Inputs;
use crate::resolution::{Image, Nearest, Relation, Resolution, SCHEMA, Status};
use crate::resolve::{Asked, difference};
use crate::scheme::CommitNames;
use crate::source::{Source, SourceError};
use crate::tree::Entry;
use crate::{Oid, OidMap};

/// An environment, and under which of the specs it was looked at: fingerprints of different specs cannot be compared.
type Environment = (usize, Fingerprint);

/// The images that exist.
#[derive(Clone, Debug, Default)]
pub(super) struct Images {
    /// For each environment, the commits that a right tag stands for.
    pub(super) right: HashMap<Environment, OidMap<Arc<str>>>,
}

/// What was learnt of a history beside its entries.
#[derive(Clone, Debug)]
pub(super) struct Known {
    specs: Specs,
    places: Vec<Place>,
    /// For each commit shown, under which spec it was looked at.
    spec_of: Vec<usize>,
    graph: Graph,
    images: Images,
    files: HashMap<Environment, Vec<Entry>>,
}

impl Known {
    pub(super) fn new(specs: Specs, places: Vec<Place>, graph: Graph, images: Images) -> Self {
        let mut spec_of = vec![0; places.len()];
        for (number, (_, positions)) in specs.iter().enumerate() {
            for &position in positions {
                spec_of[position as usize] = number;
            }
        }
        Self { specs, places, spec_of, graph, images, files: HashMap::new() }
    }

    fn environment(&self, at: usize) -> Option<Environment> {
        Some((self.spec_of[at], self.places[at].snapshot.environment?))
    }

    /// The best of these images: what [`Graph::nearest`] says, and of several the newest, then that of the greatest id.
    fn best(&self, commit: Oid, images: &[Oid]) -> Option<(Near, Oid)> {
        let positions: Vec<Position> = images.iter().filter_map(|image| self.graph.position(*image)).collect();
        if positions.is_empty() {
            return None;
        }
        let near = self.graph.nearest(self.graph.position(commit)?, &positions);
        let seconds = |id: Oid| self.graph.position(id).map(|position| self.graph.seconds(position));
        let best = near.commits.iter().copied().max_by_key(|id| (seconds(*id), *id))?;
        Some((near, best))
    }
}

impl History {
    /// Reads the files of every environment shown, so that [`resolution`](Self::resolution) and [`older`](Self::older)
    /// can tell of them. Of what was looked at just now a source knows them mostly without a request.
    ///
    /// # Errors
    /// The source failed.
    pub async fn learn_files<S: Source>(&mut self, source: &S) -> Result<(), SourceError> {
        for at in 0..self.entries.len() {
            let Some(environment) = self.known.environment(at) else { continue };
            if self.known.files.contains_key(&environment) {
                continue;
            }
            let spec = &self.known.specs[environment.0].0;
            let (snapshot, files) = source.files(spec, self.entries[at].commit).await?;
            if snapshot.environment == Some(environment.1) {
                self.known.files.insert(environment, files);
            }
        }
        Ok(())
    }

    /// The answer for one of the commits, as [`resolve`](crate::resolve::resolve) gives it, from what is known. `None`:
    /// that does not suffice (there is no image, and builds would have to be asked about; or the commit was not looked at).
    pub fn resolution(&self, commit: Oid) -> Option<Resolution> {
        let at = self.position(commit)?;
        let place = &self.known.places[at];
        let inputs = &place.snapshot.inputs;
        if place.snapshot.unseen.is_some() {
            return None;
        }
        let environment = self.known.environment(at);
        let files = match environment {
            Some(environment) => Some((environment.1, self.known.files.get(&environment)?.clone())),
            None => None,
        };
        let expected = inputs.scheme.expected(&CommitNames { id: commit, git_tag: None, ref_name: None });
        if expected.is_none() && inputs.scheme.names_commits() {
            return None;
        }
        let (tag, image_commit, relation, distance) = self.image(at, environment)?;
        let asked = Asked { inputs: Arc::clone(inputs), environment: files, problem: None };
        Some(Resolution {
            schema: SCHEMA.to_owned(),
            project: self.project.clone(),
            commit,
            inputs: asked.summary(),
            environment: asked.summary_of_files(),
            status: if self.verified { Status::Found } else { Status::Predicted },
            reason: None,
            image: Some(Image {
                reference: self.repository.as_ref().map(|repository| format!("{repository}:{tag}")),
                project: self.project.clone(),
                tag: tag.to_string(),
                commit: image_commit,
                relation,
                distance,
                digest: None,
                created_at: None,
                verified: self.verified,
            }),
            expected_tag: expected,
            nearest: None,
            notes: vec!["answered from the history that was read; nothing was asked again".to_owned()],
            cost: None,
        })
    }

    /// The image before the one that is right for `commit`: of the nearest ancestor that has an image of another
    /// environment; and what changed from there to `commit`. `None`: there is none, or it is not known.
    pub fn older(&self, commit: Oid) -> Option<Nearest> {
        let at = self.position(commit)?;
        let environment = self.known.environment(at)?;
        let files = self.known.files.get(&environment)?;
        let others: OidMap<(&Arc<str>, &Vec<Entry>)> = self
            .known
            .images
            .right
            .iter()
            .filter(|(other, _)| other.0 == environment.0 && other.1 != environment.1)
            .filter_map(|(other, images)| Some((self.known.files.get(other)?, images)))
            .flat_map(|(files, images)| images.iter().map(move |(commit, tag)| (*commit, (tag, files))))
            .collect();
        let images: Vec<Oid> = others.keys().copied().collect();
        let (near, best) = self.known.best(commit, &images)?;
        if near.relation != Relation::Ancestor || near.cut {
            return None;
        }
        let (tag, old) = others.get(&best)?;
        let changed = difference(old, files, usize::MAX)?;
        Some(Nearest { tag: tag.to_string(), commit: best, changed })
    }

    /// What the entry at this position is built from.
    pub(crate) fn inputs(&self, at: usize) -> Option<&Inputs> {
        self.known.places.get(at).map(|place| &*place.snapshot.inputs)
    }

    fn position(&self, commit: Oid) -> Option<usize> {
        // The newest commits of the graph are those that are shown, unless it grew.
        let here = |at: &usize| self.entries.get(*at).is_some_and(|entry| entry.commit == commit);
        let at = self.known.graph.position(commit).and_then(|at| usize::try_from(at).ok()).filter(here);
        at.or_else(|| self.entries.iter().position(|entry| entry.commit == commit))
    }

    /// The image of one of the commits: its tag, its commit, how that relates and how far away it is.
    fn image(&self, at: usize, environment: Option<Environment>) -> Option<(Arc<str>, Oid, Relation, Option<u64>)> {
        let commit = self.entries[at].commit;
        let (tag, image, relation) = self.known.places[at].image.clone()?;
        if relation == Relation::Exact {
            return Some((tag, image, relation, Some(0)));
        }
        if self.verified
            && let Some(right) = environment.and_then(|environment| self.known.images.right.get(&environment))
        {
            let images: Vec<Oid> = right.keys().copied().collect();
            if let Some((near, best)) = self.known.best(commit, &images) {
                return Some((Arc::clone(&right[&best]), best, near.relation, near.distance));
            }
        }
        let near = self.known.best(commit, &[image]).map(|(near, _)| near);
        Some((tag, image, relation, near.and_then(|near| near.distance)))
    }
}

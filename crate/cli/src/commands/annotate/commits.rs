//! Which commits are annotated.

use repin::check::{Range, Start};
use repin::graph::{Graph, Position};
use repin::source::Source as _;
use repin::{Oid, OidSet};

use crate::args::Annotate;
use crate::error::Failure;
use crate::project::Project;

/// Commits, newest first, each before its parents.
pub(super) struct Chosen {
    pub(super) ids: Vec<Oid>,
    /// The parents of each.
    parents: Vec<Vec<Oid>>,
}

impl Chosen {
    /// Those that the options name.
    pub(super) fn new(project: &Project, options: &Annotate) -> Result<Self, Failure> {
        match (&options.range, options.limit) {
            (Some(range), _) => Self::between(project, range),
            (None, Some(limit)) => {
                let limit = limit.get();
                let graph = project.ask(async |source, question| {
                    let tip = source.commit(question.revision.as_deref()).await?;
                    source.graph(&[tip.id], Some(limit)).await
                })?;
                Ok(Self::of(&graph, |_| true, limit))
            }
            (None, None) => {
                let tip = project.ask(async |source, question| source.commit(question.revision.as_deref()).await)?;
                Ok(Self { ids: vec![tip.id], parents: vec![tip.parents] })
            }
        }
    }

    /// The commits of `A..B`.
    fn between(project: &Project, range: &str) -> Result<Self, Failure> {
        let Some(Range { start: Start::After(from), to }) = Range::parse(range) else {
            return Err(Failure::new(format!("--range {range} is no range"))
                .hint("it looks like v1.0..main: the commits that main has and v1.0 has not"));
        };
        project.ask(async |source, _| {
            let (from, to) = (source.commit(from.as_deref()).await?, source.commit(to.as_deref()).await?);
            let graph = source.graph(&[to.id, from.id], None).await?;
            let (wanted, known) = (ancestors(&graph, to.id), ancestors(&graph, from.id));
            Ok(Self::of(&graph, |id| wanted.contains(&id) && !known.contains(&id), usize::MAX))
        })
    }

    fn of(graph: &Graph, wanted: impl Fn(Oid) -> bool, limit: usize) -> Self {
        let (mut ids, mut parents) = (Vec::new(), Vec::new());
        for (position, id) in (0..).zip(graph.ids()).filter(|(_, id)| wanted(**id)).take(limit) {
            ids.push(*id);
            parents.push(graph.parents(position).iter().map(|parent| graph.id(*parent)).collect());
        }
        Self { ids, parents }
    }

    /// How to go on from commit number `at`; `None` where the rest is more than one line, and the whole has to be gone
    /// through again.
    pub(super) fn rest(&self, at: usize, options: &Annotate) -> Option<String> {
        let covered: OidSet = self.parents.iter().skip(at).flatten().copied().collect();
        let mut heads = self.ids.iter().skip(at).filter(|id| !covered.contains(id));
        let (Some(head), None) = (heads.next(), heads.next()) else { return None };
        match &options.range {
            Some(range) => Some(format!("--range {}..{head}", range.split("..").next().unwrap_or_default())),
            None => Some(format!("--commit {head} --limit {}", self.ids.len() - at)),
        }
    }
}

/// The commit and all that came before it.
fn ancestors(graph: &Graph, commit: Oid) -> OidSet {
    let mut open: Vec<Position> = graph.position(commit).into_iter().collect();
    let mut seen = OidSet::default();
    while let Some(position) = open.pop() {
        if seen.insert(graph.id(position)) {
            open.extend(graph.parents(position));
        }
    }
    seen
}

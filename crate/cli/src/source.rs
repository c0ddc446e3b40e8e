//! What a command reads a project from: a local repository or a GitLab.

use std::rc::Rc;
use std::sync::Arc;

use repin::environment::Snapshot;
use repin::graph::{Graph, Near};
use repin::inputs::Spec;
use repin::note::Notes;
use repin::resolution::Cost;
use repin::scheme;
use repin::source::{
    Build, Candidate, Cleanup, Commit, Compared, Images, Line, Project, Source, SourceError, Tag, Wanted,
};
use repin::tree::Entry;
use repin::{Oid, Question};
use repin_forge::local::Local;

use repin_forge::cache::FileCache;
use repin_forge::gitlab::{Addressed, Reading};

use crate::registry::Registries;
use crate::watched::Watched;

/// A project of a GitLab, by its address.
pub(crate) type Remote = Addressed<Watched, Option<FileCache>>;

/// A repository on this machine, and the registries that may be asked for its images.
#[derive(Clone)]
pub(crate) struct Folder {
    pub(crate) local: Rc<Local>,
    /// `None`: nobody is asked.
    pub(crate) registries: Option<Rc<Registries>>,
}

/// What PROJECT names.
pub(crate) enum Named {
    /// A repository on this machine.
    Local(Folder),
    /// A project of a GitLab.
    Remote(Box<Remote>),
}

impl Named {
    /// The project of a GitLab, if it is one.
    pub(crate) fn remote(&self) -> Option<&Remote> {
        match self {
            Self::Local(_) => None,
            Self::Remote(remote) => Some(remote),
        }
    }

    /// The source, as far as it is known which one is meant.
    pub(crate) fn source(&self) -> AnySource {
        match self {
            Self::Local(folder) => AnySource::Local(folder.clone()),
            Self::Remote(remote) => AnySource::Remote(remote.source()),
        }
    }

    /// The source, and the question as one of it.
    pub(crate) async fn find(&self, question: &Question) -> Result<(AnySource, Question), SourceError> {
        match self {
            Self::Local(folder) => Ok((AnySource::Local(folder.clone()), question.clone())),
            Self::Remote(remote) => {
                let (source, question) = remote.find(question).await?;
                Ok((AnySource::Remote(source), question))
            }
        }
    }
}

/// One of the two.
pub(crate) enum AnySource {
    Local(Folder),
    Remote(Rc<Reading<Watched, Option<FileCache>>>),
}

impl AnySource {
    /// The registries that are asked for the images of a folder's project.
    fn registries(&self) -> Option<&Registries> {
        match self {
            Self::Local(folder) => folder.registries.as_deref(),
            Self::Remote(_) => None,
        }
    }
}

/// The same call on whichever it is.
macro_rules! on {
    ($source:expr, $it:ident => $call:expr) => {
        match $source {
            AnySource::Local(folder) => {
                let $it = &folder.local;
                $call
            }
            AnySource::Remote($it) => $call,
        }
    };
}

impl Source for AnySource {
    fn project(&self) -> Project {
        on!(self, it => it.project())
    }

    async fn commit(&self, revision: Option<&str>) -> Result<Commit, SourceError> {
        on!(self, it => it.commit(revision).await)
    }

    async fn commits(&self, ids: &[Oid]) -> Result<Vec<Commit>, SourceError> {
        on!(self, it => it.commits(ids).await)
    }

    async fn is_branch(&self, name: &str) -> Result<bool, SourceError> {
        on!(self, it => it.is_branch(name).await)
    }

    async fn git_tags(&self, commit: Oid) -> Result<Vec<String>, SourceError> {
        on!(self, it => it.git_tags(commit).await)
    }

    async fn read(&self, commit: Oid, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        on!(self, it => it.read(commit, path).await)
    }

    async fn snapshots(&self, spec: &Arc<Spec>, commits: &[Oid]) -> Result<Vec<Snapshot>, SourceError> {
        on!(self, it => it.snapshots(spec, commits).await)
    }

    async fn files(&self, spec: &Arc<Spec>, commit: Oid) -> Result<(Snapshot, Vec<Entry>), SourceError> {
        on!(self, it => it.files(spec, commit).await)
    }

    async fn first_parents(&self, start: Oid, count: usize) -> Result<Line, SourceError> {
        on!(self, it => it.first_parents(start, count).await)
    }

    async fn named(&self, names: &[scheme::Named]) -> Result<Vec<Vec<Oid>>, SourceError> {
        on!(self, it => it.named(names).await)
    }

    async fn images(&self, repository: Option<&str>) -> Result<Option<Images>, SourceError> {
        match self.registries() {
            Some(registries) => registries.images(repository, self.project().image.as_deref()).await.map(Some),
            None => on!(self, it => it.images(repository).await),
        }
    }

    async fn next(&self, commit: Oid, open: &[Candidate], most: usize) -> Result<Vec<usize>, SourceError> {
        on!(self, it => it.next(commit, open, most).await)
    }

    async fn compare(&self, wanted: Wanted<'_>, candidates: &[Candidate]) -> Result<Vec<Compared>, SourceError> {
        on!(self, it => it.compare(wanted, candidates).await)
    }

    async fn confirm(
        &self,
        wanted: Option<Wanted<'_>>,
        candidate: &Candidate,
        commit: Oid,
    ) -> Result<Option<Tag>, SourceError> {
        match self.registries() {
            Some(registries) => registries.confirm(candidate).await,
            None => on!(self, it => it.confirm(wanted, candidate, commit).await),
        }
    }

    async fn build(&self, wanted: Wanted<'_>, job: Option<&str>) -> Result<Option<Build>, SourceError> {
        on!(self, it => it.build(wanted, job).await)
    }

    async fn fork_parent(&self) -> Result<Option<Project>, SourceError> {
        on!(self, it => it.fork_parent().await)
    }

    async fn image_notes(&self) -> Result<Arc<Notes>, SourceError> {
        on!(self, it => it.image_notes().await)
    }

    async fn cleanup(&self, tags: &[Tag]) -> Result<Cleanup, SourceError> {
        on!(self, it => it.cleanup(tags).await)
    }

    fn is_costly(&self) -> bool {
        on!(self, it => it.is_costly())
    }

    fn notes(&self) -> Vec<String> {
        self.registries().map_or_else(|| on!(self, it => Source::notes(&**it)), Registries::notes)
    }

    fn cost(&self) -> Option<Cost> {
        self.registries().map_or_else(|| on!(self, it => it.cost()), Registries::cost)
    }

    async fn nearest(&self, commit: Oid, images: &[Oid]) -> Result<Near, SourceError> {
        on!(self, it => it.nearest(commit, images).await)
    }

    async fn distance(&self, commit: Oid, ancestor: Oid) -> Result<Option<u64>, SourceError> {
        on!(self, it => it.distance(commit, ancestor).await)
    }

    async fn graph(&self, tips: &[Oid], limit: Option<usize>) -> Result<Graph, SourceError> {
        on!(self, it => it.graph(tips, limit).await)
    }
}

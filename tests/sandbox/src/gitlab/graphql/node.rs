//! What a query walks over.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::gitlab::commit::Commit;
use crate::gitlab::objects::Entry;
use crate::gitlab::state::Stored;

/// A project, shared by everything below it.
pub(super) type Shared = Arc<Stored>;

/// An object of the schema.
#[derive(Clone)]
pub(super) enum Node {
    Query,
    User,
    Metadata,
    Project(Shared),
    Repository(Shared),
    /// An entry as `Repository.blobs` shows it.
    RepositoryBlob(Shared, Arc<Entry>, String),
    /// The folder at a path of a commit.
    Tree(Shared, Arc<TreeAt>),
    /// An entry as `Tree` shows it: `Blob`, `TreeEntry` or `Submodule`.
    Entry(Shared, Arc<Entry>, &'static str),
    Commit(Shared, Arc<Commit>),
    /// The place in the project's list.
    Pipeline(Shared, usize),
    /// The places of the pipeline and of the job.
    Job(Shared, usize, usize),
    Stage(String),
    /// The place in the project's list, and whether with details.
    Images(Shared, usize, bool),
    /// The places of the repository and of the tag.
    Tag(Shared, usize, usize),
    Connection(Arc<Page>),
    Edge(Arc<Page>, usize),
    PageInfo(Arc<Page>),
}

/// A folder.
pub(super) struct TreeAt {
    pub(super) commit: String,
    pub(super) path: String,
    pub(super) entries: Vec<Entry>,
}

/// One page of a list.
pub(super) struct Page {
    /// The type's name without `Connection`.
    pub(super) of: String,
    pub(super) nodes: Vec<Node>,
    /// How many come before it.
    pub(super) start: usize,
    /// Whether more come after it.
    pub(super) more: bool,
    /// How many there are in all.
    pub(super) count: usize,
}

/// What a field gives.
pub(super) enum Out {
    /// A scalar, or null.
    Value(Json),
    /// An object.
    Node(Node),
    /// A list of objects.
    Nodes(Vec<Node>),
    /// A list by pages, not yet cut.
    Pages(Vec<Node>),
    /// Null, and an error.
    Error(String),
}

impl Node {
    /// The name of its type.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Query => "Query",
            Self::User => "CurrentUser",
            Self::Metadata => "Metadata",
            Self::Project(_) => "Project",
            Self::Repository(_) => "Repository",
            Self::RepositoryBlob(..) => "RepositoryBlob",
            Self::Tree(..) => "Tree",
            Self::Entry(_, _, kind) => kind,
            Self::Commit(..) => "Commit",
            Self::Pipeline(..) => "Pipeline",
            Self::Job(..) => "CiJob",
            Self::Stage(_) => "CiStage",
            Self::Images(_, _, true) => "ContainerRepositoryDetails",
            Self::Images(_, _, false) => "ContainerRepository",
            Self::Tag(..) => "ContainerRepositoryTag",
            Self::Connection(page) => return format!("{}Connection", page.of),
            Self::Edge(page, _) => return format!("{}Edge", page.of),
            Self::PageInfo(_) => "PageInfo",
        }
        .to_owned()
    }
}

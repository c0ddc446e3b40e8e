//! A GitLab stand-in over real git repositories, on loopback.
//!
//! [`Server`] answers the part of GitLab's REST and GraphQL APIs that a reader of projects, commits, files, pipelines and container
//! registries needs. Everything about a repository is asked of the real git at the moment of the request; everything else
//! (pipelines, tags of the registry, tokens) is what the caller gave, and can be changed while the server runs.
//!
//! What it is faithful to: headers, paging, error bodies, what a token may see, where GitLab stops without saying so, and which
//! GraphQL fields and arguments a [`Version`] has and what they cost. What it leaves out: writing other than comments on commits, users, groups, issues, rate limits
//! other than as a [`Fault`].
//!
//! ```
//! # let dir = std::env::temp_dir().join(format!("repin-gitlab-doc-{}", std::process::id()));
//! use repin_sandbox::gitlab::{Options, Project, Server};
//! use repin_sandbox::{ADA, Git};
//!
//! let git = Git::init(&dir)?;
//! git.write("Dockerfile", "FROM scratch\n")?;
//! git.commit(ADA, "Start")?;
//! let server = Server::start(Options { path: "/gitlab".into(), ..Options::default() })?;
//! let id = server.add(Project { path: "ada/notes".into(), repository: dir.clone(), ..Project::default() });
//! println!("{}/api/v4/projects/{id}/repository/commits", server.url());
//! # std::fs::remove_dir_all(&dir).ok();
//! # Ok::<(), repin_sandbox::Error>(())
//! ```

mod access;
mod attached;
mod body;
mod commit;
mod control;
mod dispatch;
mod fault;
mod graphql;
mod log;
mod model;
mod objects;
mod page;
mod reply;
mod request;
mod rest;
mod sample;
mod server;
mod smart;
mod state;
mod throttle;

pub use crate::pipelines::{Job, Pipeline};
pub use access::Caller;
pub use control::{CONTROL_HEADER, Control};
pub use fault::{Fault, FaultKind, When};
pub use log::{Logged, Tally};
pub use model::{
    Access, Comment, DiffLimits, Kind, Options, Project, Reach, RegistryTag, Repository, Scope, Token, Version,
    Visibility,
};
pub use reply::Reply;
pub use request::Request;
pub use server::Server;
pub use throttle::Throttle;

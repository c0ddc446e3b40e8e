//! A GitLab with a registry.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use repin_forge::gitlab::token::Secret;
use repin_forge::http::{Limits, Origin};
use repin_forge::registry::{Login, Reach, Registry};
use repin_sandbox::Git;
use repin_sandbox::gitlab::{
    Access, Kind, Options, Project, Reach as Projects, Repository, Scope, Server, Token, Visibility,
};
use repin_sandbox::registry::Registry as Program;

use crate::wire::Wire;

pub(crate) const CREATED: u64 = 1_709_539_200;

pub(crate) struct World {
    pub(crate) server: Server,
    pub(crate) registry: Arc<Program>,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

impl World {
    /// With the projects group/name and group/fork for everybody, and group/private for its members. Tokens: `write` and
    /// `read` of a member of all, `fork` of a member of the fork alone, `job` of a job of group/name, `files` that is not
    /// for registries.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("repin-forge-registry-{}-{number}", std::process::id()));
        Git::init(&folder.join("repository")).unwrap();
        let server = Server::start(Options::default()).unwrap();
        let registry = Arc::new(Program::start(&format!("{}/jwt/auth", server.url())).unwrap());
        server.attach(Arc::clone(&registry));
        let add = |path: &str, visibility| {
            server.add(Project {
                path: path.to_owned(),
                repository: folder.join("repository"),
                visibility,
                container_registry: Access::Enabled,
                images: vec![Repository::default()],
                ..Project::default()
            })
        };
        let name = add("group/name", Visibility::Public);
        let fork = add("group/fork", Visibility::Public);
        let private = add("group/private", Visibility::Private);
        let token = |secret: &str, kind, scopes: &[Scope], projects: &[u64]| {
            let projects = Projects::Only(projects.to_vec());
            server.add_token(Token {
                secret: secret.to_owned(),
                kind,
                scopes: scopes.to_vec(),
                projects,
                expired: false,
            });
        };
        let write = [Scope::ReadRegistry, Scope::WriteRegistry];
        token("write", Kind::Personal, &write, &[name, fork, private]);
        token("read", Kind::Personal, &[Scope::ReadRegistry], &[name, fork, private]);
        token("fork", Kind::Personal, &write, &[fork]);
        token("files", Kind::Personal, &[Scope::ReadRepository], &[name, fork, private]);
        token("job", Kind::Job, &[], &[name]);
        Self { server, registry, folder }
    }

    /// The login with one of the tokens.
    pub(crate) fn login(&self, secret: &str) -> Login {
        Login {
            user: "ada".to_owned(),
            password: Secret::new(secret),
            place: "a test".to_owned(),
            reach: Reach::Server(Origin::of(self.server.url()).unwrap()),
            realm: None,
        }
    }

    /// The registry, asked with one of the tokens; without one where it is empty.
    pub(crate) fn open(&self, secret: &str) -> Registry<Wire, Option<Login>> {
        self.over(Wire::open(), secret)
    }

    pub(crate) fn over(&self, wire: Wire, secret: &str) -> Registry<Wire, Option<Login>> {
        let login = (!secret.is_empty()).then(|| self.login(secret));
        Registry::new(wire, self.registry.host(), login, Limits::default()).unwrap()
    }

    pub(crate) fn push(&self, repository: &str, tag: &str) -> String {
        self.registry.push(repository, tag, CREATED).unwrap()
    }
}

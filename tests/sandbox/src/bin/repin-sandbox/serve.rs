//! `repin-sandbox serve`: a GitLab with some projects, and a Renku over them, until somebody ends it.
//!
//! It prints a line for each thing that it serves, `NAME ADDRESS`, of which programs read what they know.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use repin_sandbox::gitlab::{
    Control, Kind, Options, Project, Reach, RegistryTag, Repository, Scope, Server, Token, Visibility,
};
use repin_sandbox::registry::Registry;
use repin_sandbox::renku::{self, Renku};
use repin_sandbox::site::Site;
use repin_sandbox::{Course, Result, course, hostile};

use crate::{Failure, usual};

/// Sees everything of all projects. It opens nothing but this program on loopback.
const TOKEN: &str = "sandbox-token";
/// Was once as good as the other.
const EXPIRED: &str = "sandbox-expired-token";

#[derive(Default)]
struct Wanted {
    options: Options,
    registry: bool,
    hostile: bool,
    long: Option<usize>,
    repository: Option<PathBuf>,
    site: Option<(PathBuf, u16)>,
    renku: Option<(u16, u16)>,
    control: bool,
    until: Until,
}

/// When it ends.
#[derive(Default, PartialEq, Eq)]
enum Until {
    /// When it is interrupted.
    #[default]
    Interrupted,
    /// When its standard input ends.
    Eof,
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

pub(crate) fn serve(args: impl Iterator<Item = String>) -> std::result::Result<(), Failure> {
    let wanted = parse(args).map_err(Failure::Usage)?;
    let folder = Folder(std::env::temp_dir().join(format!("repin-sandbox-{}", std::process::id())));
    let course = course(&folder.0.join("course"))?;
    let server = Arc::new(Server::start(wanted.options)?);
    let registry = if wanted.registry {
        let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url()))?);
        server.attach(Arc::clone(&registry));
        Some(registry)
    } else {
        None
    };
    add(&server, &course, registry.as_deref())?;

    let host = registry.as_ref().map_or("registry.example.org", |registry| registry.host());
    if wanted.hostile {
        add_hostile(&server, &folder.0.join("hostile"))?;
        println!("hostile {}/eve/hostile", server.url());
    }
    if let Some(commits) = wanted.long {
        server.add(usual::made(&folder.0, commits)?.project);
        println!("long {}/ada/usual", server.url());
    }
    if let Some(repository) = &wanted.repository {
        let project = usual::of(repository)?;
        println!("local {}/{}", server.url(), project.path);
        server.add(project);
    }
    let site = wanted.site.map(|(folder, port)| Site::start(&folder, port)).transpose()?;
    if let Some(site) = &site {
        println!("site {}", site.url());
    }
    let renku = match wanted.renku {
        Some((port, legacy)) => {
            renku::projects(&server, &course, registry.as_deref(), &folder.0.join("spring"))?;
            Some(Arc::new(Renku::start(&server, port, legacy)?))
        }
        None => None,
    };
    if let Some(renku) = &renku {
        println!("spring {}/{}", server.url(), renku::SPRING);
        println!("renku {}", renku.url());
        println!("renku-legacy {}", renku.legacy_url());
    }
    let control = wanted.control.then(|| match &renku {
        Some(renku) => Control::with_renku(&server, renku, 0),
        None => Control::start(&server, 0),
    });
    let control = control.transpose()?;
    if let Some(control) = &control {
        println!("control {}", control.url());
    }
    println!("project {}/ada/course", server.url());
    println!("registry {host}/ada/course");
    println!("fork {}/ben/course", server.url());
    println!("private {}/ada/drafts", server.url());
    println!("expired-token {EXPIRED}");
    println!("token {TOKEN}");
    if wanted.until == Until::Eof {
        // Whatever comes is of no interest, and an error is an end as well.
        std::io::stdin().lock().read_to_end(&mut Vec::new()).ok();
        return Ok(());
    }
    // Until it is interrupted: the folder then stays, in the folder of temporary files.
    loop {
        std::thread::park();
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> std::result::Result<Wanted, String> {
    let mut wanted = Wanted::default();
    while let Some(name) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--port" => wanted.options.port = value()?.parse().map_err(|_| "--port needs a number".to_owned())?,
            "--path" => wanted.options.path = value()?,
            "--registry" => wanted.registry = true,
            "--open-registry" => (wanted.registry, wanted.options.open_registry) = (true, true),
            "--hostile" => wanted.hostile = true,
            "--long" => wanted.long = Some(value()?.parse().map_err(|_| "--long needs a number".to_owned())?),
            "--repository" => wanted.repository = Some(value()?.into()),
            "--site" => wanted.site = Some(folder_and_port(&value()?)),
            "--renku" => wanted.renku = wanted.renku.or(Some((0, 0))),
            "--renku-ports" => wanted.renku = Some(two_ports(&value()?).ok_or("--renku-ports needs two numbers")?),
            "--control" => wanted.control = true,
            "--until-eof" => wanted.until = Until::Eof,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(wanted)
}

/// `DIR`, or `DIR:PORT`; without, any free port.
fn folder_and_port(text: &str) -> (PathBuf, u16) {
    let parts = text.rsplit_once(':').and_then(|(folder, port)| Some((folder.into(), port.parse().ok()?)));
    parts.unwrap_or_else(|| (text.into(), 0))
}

/// `PORT,PORT`.
fn two_ports(text: &str) -> Option<(u16, u16)> {
    let (one, other) = text.split_once(',')?;
    Some((one.parse().ok()?, other.parse().ok()?))
}

fn add_hostile(server: &Server, folder: &Path) -> Result<()> {
    let made = hostile(folder)?;
    let tags = made.tags.into_iter().map(|name| RegistryTag { name, ..RegistryTag::default() }).collect();
    server.add(Project {
        path: "eve/hostile".to_owned(),
        repository: made.git.dir().to_owned(),
        images: vec![Repository { tags, ..Repository::default() }],
        ..Project::default()
    });
    Ok(())
}

/// The course, a fork of it that has no images, a private project, a token that sees all, and one whose time is over.
fn add(server: &Server, course: &Course, registry: Option<&Registry>) -> Result<()> {
    let id = server.add_course(course, registry)?;
    let project = |path: &str| Project {
        path: path.to_owned(),
        repository: course.git.dir().to_owned(),
        images: vec![Repository::default()],
        ..Project::default()
    };
    // Ben's branch is a merge request too.
    course.git.run(&["update-ref", "refs/merge-requests/1/head", "polars"])?;
    server.add(Project { forked_from: Some(id), images: Vec::new(), ..project("ben/course") });
    server.add(Project { visibility: Visibility::Private, ..project("ada/drafts") });
    for (secret, expired) in [(TOKEN, false), (EXPIRED, true)] {
        server.add_token(Token {
            secret: secret.to_owned(),
            kind: Kind::Personal,
            scopes: vec![Scope::Api, Scope::ReadUser],
            projects: Reach::All,
            expired,
        });
    }
    Ok(())
}

//! `repin-sandbox serve`: three projects, until somebody ends it.
//!
//! It prints a line for each thing that it serves, `NAME ADDRESS`, of which programs read what they know.

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;

use repin_sandbox::gitlab::{Kind, Options, Project, Reach, Repository, Scope, Server, Token, Visibility};
use repin_sandbox::registry::Registry;
use repin_sandbox::{Course, Result, course};

use crate::Failure;

/// Sees everything of all projects. It opens nothing but this program on loopback.
const TOKEN: &str = "sandbox-token";

struct Wanted {
    options: Options,
    registry: bool,
    until_eof: bool,
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
    let server = Server::start(wanted.options)?;
    let registry = if wanted.registry {
        let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url()))?);
        server.attach(Arc::clone(&registry));
        Some(registry)
    } else {
        None
    };
    add(&server, &course, registry.as_deref())?;

    let host = registry.as_ref().map_or("registry.example.org", |registry| registry.host());
    println!("project {}/ada/course", server.url());
    println!("registry {host}/ada/course");
    println!("fork {}/ben/course", server.url());
    println!("private {}/ada/drafts", server.url());
    println!("token {TOKEN}");
    if wanted.until_eof {
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
    let mut wanted = Wanted { options: Options::default(), registry: false, until_eof: false };
    while let Some(name) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--port" => wanted.options.port = value()?.parse().map_err(|_| "--port needs a number".to_owned())?,
            "--path" => wanted.options.path = value()?,
            "--registry" => wanted.registry = true,
            "--until-eof" => wanted.until_eof = true,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(wanted)
}

/// The course, a fork of it that has no images, a private project, and a token that sees all.
fn add(server: &Server, course: &Course, registry: Option<&Registry>) -> Result<()> {
    let id = server.add_course(course, registry)?;
    let project = |path: &str| Project {
        path: path.to_owned(),
        repository: course.git.dir().to_owned(),
        images: vec![Repository::default()],
        ..Project::default()
    };
    server.add(Project { forked_from: Some(id), images: Vec::new(), ..project("ben/course") });
    server.add(Project { visibility: Visibility::Private, ..project("ada/drafts") });
    server.add_token(Token {
        secret: TOKEN.to_owned(),
        kind: Kind::Personal,
        scopes: vec![Scope::Api, Scope::ReadUser],
        projects: Reach::All,
        expired: false,
    });
    Ok(())
}

//! `repin-sandbox serve`: a GitLab with the sample course, for hand and browser.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use repin_sandbox::gitlab::{Kind, Options, Project, Reach, Scope, Server, Token, Visibility};
use repin_sandbox::registry::Registry;
use repin_sandbox::{Course, Result, course};

const USAGE: &str = "usage: repin-sandbox serve [--port N] [--path /gitlab] [--registry]";

/// What opens `ada/private`.
const TOKEN: &str = "sandbox-token";

/// The folder of the repositories, removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn main() -> ExitCode {
    let (options, registry) = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(options, registry) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> std::result::Result<(Options, bool), String> {
    if args.next().as_deref() != Some("serve") {
        return Err("there is one command: serve".to_owned());
    }
    let (mut options, mut registry) = (Options::default(), false);
    while let Some(name) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--port" => options.port = value()?.parse().map_err(|_| "--port needs a number".to_owned())?,
            "--registry" => registry = true,
            "--path" => options.path = value()?,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok((options, registry))
}

fn serve(options: Options, registry: bool) -> Result<()> {
    let folder = Folder(std::env::temp_dir().join(format!("repin-sandbox-{}", std::process::id())));
    let course = course(&folder.0.join("course"))?;
    let server = Server::start(options)?;
    let registry = if registry {
        let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url()))?);
        server.attach(Arc::clone(&registry));
        Some(registry)
    } else {
        None
    };
    let id = server.add_course(&course, registry.as_deref())?;
    more(&server, &course, id);
    println!("{}/ada/course", server.url());
    println!("{}/ben/course (a fork without images)", server.url());
    println!("{}/ada/private (with the token {TOKEN})", server.url());
    if let Some(registry) = &registry {
        println!("{}/ada/course", registry.host());
    }
    if let Err(error) = interrupted() {
        eprintln!("cannot wait for an interrupt: {error}");
    }
    Ok(())
}

/// A fork, and a private project with the same images.
fn more(server: &Server, course: &Course, id: u64) {
    let repository = course.git.dir().to_owned();
    let fork = Project {
        path: "ben/course".to_owned(),
        repository: repository.clone(),
        forked_from: Some(id),
        ..Project::default()
    };
    server.add(fork);
    let original = server.project(id).unwrap_or_default();
    let images = original.images.into_iter().map(|images| repin_sandbox::gitlab::Repository { id: 0, ..images });
    let private = server.add(Project {
        path: "ada/private".to_owned(),
        repository,
        visibility: Visibility::Private,
        images: images.collect(),
        ..Project::default()
    });
    server.add_token(Token {
        secret: TOKEN.to_owned(),
        kind: Kind::Personal,
        scopes: vec![Scope::ReadApi, Scope::ReadRepository, Scope::ReadRegistry],
        projects: Reach::Only(vec![id, private]),
        expired: false,
    });
}

/// Waits until the program is asked to end, so that what it made is removed.
fn interrupted() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut end = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = end.recv() => Ok(()),
        }
    })
}

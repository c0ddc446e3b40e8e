//! `repin-sandbox serve`: a GitLab with the sample course, for hand and browser.

use std::path::PathBuf;
use std::process::ExitCode;

use std::sync::Arc;

use repin_sandbox::gitlab::{Options, Server};
use repin_sandbox::registry::Registry;
use repin_sandbox::{Result, course};

const USAGE: &str = "usage: repin-sandbox serve [--port N] [--path /gitlab] [--registry]";

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
    server.add_course(&course, registry.as_deref())?;
    println!("{}/ada/course", server.url());
    if let Some(registry) = &registry {
        println!("{}/ada/course", registry.host());
    }

    // Until it is interrupted: the folder then stays, in the folder of temporary files.
    loop {
        std::thread::park();
    }
}

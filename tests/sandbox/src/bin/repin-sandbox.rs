//! `repin-sandbox serve`: a GitLab with the sample course, for hand and browser.

use std::path::PathBuf;
use std::process::ExitCode;

use repin_sandbox::gitlab::{Options, Project, RegistryTag, Repository, Server};
use repin_sandbox::{Result, course};

const USAGE: &str = "usage: repin-sandbox serve [--port N] [--path /gitlab]";

/// The folder of the repositories, removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

fn main() -> ExitCode {
    let options = match options(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(wrong) => {
            eprintln!("{wrong}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match serve(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(mut args: impl Iterator<Item = String>) -> std::result::Result<Options, String> {
    if args.next().as_deref() != Some("serve") {
        return Err("there is one command: serve".to_owned());
    }
    let mut options = Options::default();
    while let Some(name) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("{name} needs a value"));
        match name.as_str() {
            "--port" => options.port = value()?.parse().map_err(|_| "--port needs a number".to_owned())?,
            "--path" => options.path = value()?,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(options)
}

fn serve(options: Options) -> Result<()> {
    let folder = Folder(std::env::temp_dir().join(format!("repin-sandbox-{}", std::process::id())));
    let course = course(&folder.0.join("course"))?;
    let server = Server::start(options)?;
    let tag = |name: &String| RegistryTag { name: name.clone(), ..RegistryTag::default() };
    let tags = course.tags.iter().map(tag).collect();
    server.add(Project {
        path: "ada/course".to_owned(),
        repository: course.git.dir().to_owned(),
        images: vec![Repository { tags, ..Repository::default() }],
        ..Project::default()
    });
    println!("{}/ada/course", server.url());

    // Until it is interrupted: the folder then stays, in the folder of temporary files.
    loop {
        std::thread::park();
    }
}

//! `repin-sandbox bench`: what an answer costs over the API, beside other ways to ask the same server.
//!
//! Every request of all of them waits for the same time, and all are counted by the server.

mod count;
mod others;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use repin_sandbox::gitlab::{Fault, FaultKind, Options, Server};
use repin_sandbox::{Git, course};
use serde_json::Value;

use crate::error::{Error, Result};
use crate::{Failure, usual};
use count::{Count, HEAD, counted, row};

/// Questions to each project, about; to a short one, one for each commit.
const QUESTIONS: usize = 24;

struct Wanted {
    repin: PathBuf,
    folder: PathBuf,
    commits: usize,
    latency: Duration,
}

pub(crate) fn bench(args: impl Iterator<Item = String>) -> std::result::Result<(), Failure> {
    let wanted = parse(args).map_err(Failure::Usage)?;
    let sample = wanted.folder.join("course");
    std::fs::remove_dir_all(&sample).ok();
    let course = course(&sample)?;
    let made = usual::made(&wanted.folder, wanted.commits)?;
    let server = Server::start(Options::default())?;
    server.add_course(&course, None)?;
    let usual_tags = made.project.images.first().map_or(0, |repository| repository.tags.len());
    server.add(made.project);
    server.fault(Fault::new(FaultKind::Latency(wanted.latency)));

    let bench = Bench { repin: wanted.repin, cache: wanted.folder.join("cache"), server };
    let latency = wanted.latency.as_millis();
    println!(
        "Every request waits {latency} ms; requests, rounds and bytes of bodies are counted by the server. Cold: nothing is kept of\n\
         earlier questions. The same image: as the local answer with the clone and all tags, or none like it.\n"
    );
    bench.project("The course", "ada/course", &course.git, &course.tags_file(), course.tags.len())?;
    let tags = usual::tags_path(&made.git);
    bench.project("A generated project", "ada/usual", &made.git, &tags, usual_tags)?;
    Ok(())
}

fn parse(mut args: impl Iterator<Item = String>) -> std::result::Result<Wanted, String> {
    let (mut repin, mut folder, mut commits, mut latency) = (None, None, 5_000, 100);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| format!("{name} needs a value"))?;
        let number = || value.parse::<usize>().map_err(|_| format!("{name} needs a number"));
        match name.as_str() {
            "--repin" => repin = Some(PathBuf::from(value)),
            "--folder" => folder = Some(PathBuf::from(value)),
            "--commits" => commits = number()?,
            "--latency" => latency = number()?,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(Wanted {
        repin: repin.ok_or("bench needs --repin")?,
        folder: folder.ok_or("bench needs --folder")?,
        commits,
        latency: Duration::from_millis(latency as u64),
    })
}

struct Bench {
    repin: PathBuf,
    /// The user's cache, for `repin`.
    cache: PathBuf,
    server: Server,
}

impl Bench {
    fn project(&self, name: &str, path: &str, git: &Git, tags: &Path, tag_count: usize) -> Result<()> {
        let line = git.run(&["rev-list", "main"])?;
        let commits: Vec<&str> = line.lines().collect();
        let asked: Vec<&str> = commits.iter().step_by((commits.len() / QUESTIONS).max(1)).copied().collect();
        println!(
            "### {name}: {} commits, {tag_count} tags; {} commits asked about\n\n{HEAD}",
            commits.len(),
            asked.len()
        );
        self.resolve(path, git, tags, &asked)?;
        self.history(path)?;
        let url = format!("{}/{path}", self.server.url());
        others::print(&self.server, &url, git, &asked)?;
        println!();
        Ok(())
    }

    fn resolve(&self, path: &str, git: &Git, tags: &Path, asked: &[&str]) -> Result<()> {
        let url = format!("{}/{path}", self.server.url());
        let (mut cold, mut warm, mut same, mut statuses) = (Vec::new(), Vec::new(), 0, Vec::<(String, usize)>::new());
        for commit in asked {
            self.forget();
            let question = ["resolve", &url, "--commit", commit, "--format", "json"];
            let (answer, count) = self.ask(&question)?;
            cold.push(count);
            warm.push(self.ask(&question)?.1);
            let (dir, tags) = (git.dir().to_string_lossy(), tags.to_string_lossy());
            let (right, _) = self.ask(&["resolve", &dir, "--commit", commit, "--tags", &tags, "--format", "json"])?;
            same += usize::from(answer["image"]["tag"] == right["image"]["tag"]);
            let status = answer["status"].as_str().unwrap_or_default();
            match statuses.iter_mut().find(|(known, _)| known == status) {
                Some((_, times)) => *times += 1,
                None => statuses.push((status.to_owned(), 1)),
            }
        }
        let statuses: Vec<_> = statuses.iter().map(|(status, times)| format!("{times} {status}")).collect();
        let remark = format!("{}; the same image: {same} of {}", statuses.join(", "), asked.len());
        println!("{}", row("`repin resolve`, cold", &cold, &remark));
        println!("{}", row("`repin resolve`, asked again", &warm, ""));
        Ok(())
    }

    fn history(&self, path: &str) -> Result<()> {
        let url = format!("{}/{path}", self.server.url());
        self.forget();
        // However many it takes: the table shows it.
        let question = ["history", &url, "--limit", "500", "--max-requests", "none", "--format", "json"];
        let (answer, cold) = self.ask(&question)?;
        let rows = answer.as_array().map_or(0, Vec::len);
        println!("{}", row("`repin history --limit 500`, cold", &[cold], &format!("{rows} commits")));
        println!("{}", row("`repin history --limit 500`, asked again", &[self.ask(&question)?.1], ""));
        Ok(())
    }

    /// Every question is then the first one.
    fn forget(&self) {
        std::fs::remove_dir_all(&self.cache).ok();
    }

    fn ask(&self, args: &[&str]) -> Result<(Value, Count)> {
        let mut command = Command::new(&self.repin);
        command.args(args).stdin(Stdio::null()).env("XDG_CACHE_HOME", &self.cache);
        // This user's tokens are of no use here.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if ["CI_", "GITLAB_", "GL_", "GLAB_"].iter().any(|start| text.starts_with(start)) {
                command.env_remove(&name);
            }
        }
        command.env("HOME", &self.cache).env("XDG_CONFIG_HOME", &self.cache).env("GIT_CONFIG_NOSYSTEM", "1");
        let (output, count) = counted(&self.server, || {
            command.output().map_err(|error| Error::new(format!("cannot run {}: {error}", self.repin.display())))
        })?;
        let failed = || {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            Error::new(format!("repin {} failed ({}):\n{said}", args.join(" "), output.status))
        };
        // An error and wrong usage; everything else is an answer.
        if matches!(output.status.code(), None | Some(1 | 2)) {
            return Err(failed());
        }
        Ok((serde_json::from_slice(&output.stdout).map_err(|_| failed())?, count))
    }
}

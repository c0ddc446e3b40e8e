//! `cargo xtask bench`: Repin beside git, in the same run and on the same paths.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use lexopt::{Arg, ValueExt as _};
use repin_sandbox::{GENERATED_INPUTS, Git, generated};

use crate::measure::{Taken, in_turn};
use crate::sh::{self, Error, Result};

mod module;

const DEFAULT: &str = "target/bench/git";
/// How long the history is that is asked about over the API.
const COMMITS: usize = 5_000;

/// Sets of files of git/git: the most often changed, some that change now and then, one that hardly does.
const GIT_PATHS: [&[&str]; 3] =
    [&["Makefile"], &["GIT-VERSION-GEN", "ci/lib.sh", ".github/workflows/main.yml"], &["COPYING"]];

const TABLE: &str = "\
| paths | repin min | median | git min | median | ratio | of processor time |
|---|---:|---:|---:|---:|---:|---:|";

pub(crate) struct Options {
    repo: Option<PathBuf>,
    generated: Option<usize>,
    gitlab: Option<usize>,
    module: bool,
    recipe: bool,
    retag: bool,
    runs: usize,
}

impl Options {
    pub(crate) fn parse(args: &mut lexopt::Parser) -> std::result::Result<Self, lexopt::Error> {
        let mut options =
            Self { repo: None, generated: None, gitlab: None, module: false, recipe: false, retag: false, runs: 7 };
        while let Some(arg) = args.next()? {
            match arg {
                Arg::Long("repo") => options.repo = Some(args.value()?.into()),
                Arg::Long("generated") => options.generated = Some(args.value()?.parse()?),
                Arg::Long("gitlab") => options.gitlab = Some(args.value()?.parse()?),
                Arg::Long("module") => options.module = true,
                Arg::Long("recipe") => options.recipe = true,
                Arg::Long("retag") => options.retag = true,
                Arg::Long("runs") => options.runs = args.value()?.parse()?,
                other => return Err(other.unexpected()),
            }
        }
        if options.gitlab == Some(0) {
            return Err("--gitlab must be at least 1".into());
        }
        if options.runs == 0 {
            return Err("--runs must be at least 1".into());
        }
        Ok(options)
    }
}

pub(crate) fn bench(options: &Options) -> Result<()> {
    // Asked for by name, it is all that is wanted; and it needs no clone of anything.
    if options.module {
        return module::bench(options.runs);
    }
    if options.recipe {
        return recipes();
    }
    if options.retag {
        return retags(options.runs);
    }
    over_the_api(options.gitlab.unwrap_or(COMMITS))?;
    if options.gitlab.is_some() {
        return Ok(());
    }
    let (git, sets) = match (options.generated, &options.repo) {
        (Some(commits), _) => (generate(commits)?, vec![&GENERATED_INPUTS[..], &GENERATED_INPUTS[..1]]),
        (None, repo) => (clone(repo.as_deref())?, GIT_PATHS.to_vec()),
    };
    let repin = sh::build_repin(&["--release"])?;
    let bench = Bench { repin, git, runs: options.runs };
    bench.print_where()?;
    bench.resolve(&sets)?;
    bench.history(&sets)?;
    if options.generated.is_none() {
        println!("\n## Path patterns against globset\n");
        sh::run(sh::cargo(["bench", "--quiet", "--package", "repin", "--bench", "*"]))?;
    }
    module::bench(options.runs)?;
    retags(options.runs)
}

/// What answers cost over the API of a GitLab, beside other ways to ask it.
fn over_the_api(commits: usize) -> Result<()> {
    let [repin, sandbox] = sh::build_both(&["--release"])?;
    let folder = sh::root().join("target/bench/gitlab");
    println!("## Over the GitLab API\n");
    let mut bench = sh::command(sandbox, ["bench", "--commits", &commits.to_string()]);
    bench.arg("--repin").arg(repin).arg("--folder").arg(folder);
    sh::run(bench)
}

/// What recipes of an image job build, and what they miss.
fn recipes() -> Result<()> {
    let [repin, sandbox] = sh::build_both(&["--release"])?;
    let mut recipe = sh::command(sandbox, ["recipe"]);
    recipe.arg("--repin").arg(repin).arg("--folder").arg(sh::root().join("target/bench/recipe"));
    sh::run(recipe)
}

/// What another tag for an image costs, beside other ways to get one.
fn retags(runs: usize) -> Result<()> {
    let [repin, sandbox] = sh::build_both(&["--release"])?;
    let mut retag = sh::command(sandbox, ["retag", "--runs", &runs.to_string()]);
    retag.arg("--repin").arg(repin).arg("--folder").arg(sh::root().join("target/bench/retag"));
    println!("## Another tag for an image\n");
    sh::run(retag)
}

/// The clone to measure on.
fn clone(repo: Option<&Path>) -> Result<Git> {
    // What was given counts from where the command was typed, as everywhere.
    let here = std::env::current_dir().map_err(|error| Error::io("find", Path::new("."), &error))?;
    let dir = repo.map_or_else(|| sh::root().join(DEFAULT), |repo| here.join(repo));
    let git = Git::open(&dir);
    if dir.is_dir() && git.id("HEAD").is_ok() {
        return Ok(git);
    }
    Err(Error::new(format!(
        "{} is no repository with a commit. The benchmark needs a clone of git/git:\n  git clone https://github.com/git/git {DEFAULT}\nor --repo PATH to another place, or --generated N",
        dir.display()
    )))
}

/// A generated history, kept for the next time.
fn generate(commits: usize) -> Result<Git> {
    let dir = sh::root().join(format!("target/bench/generated-{commits}"));
    if dir.is_dir() {
        return Ok(Git::open(&dir));
    }
    eprintln!("making a history of {commits} commits in {}", dir.display());
    // Under its own name only when it is whole.
    let partial = dir.with_extension("partial");
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(|error| Error::io("remove", &partial, &error))?;
    }
    generated(&partial, commits)?;
    std::fs::rename(&partial, &dir).map_err(|error| Error::io("rename", &partial, &error))?;
    Ok(Git::open(&dir))
}

struct Bench {
    repin: PathBuf,
    git: Git,
    runs: usize,
}

impl Bench {
    fn print_where(&self) -> Result<()> {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        println!(
            "{} commits in {}; {}; {cores} cores; {} runs each, in turn.\n\
             Ratios are of the fastest runs, and of the processor time of all; below 1 Repin needs less. git runs without a commit-graph.",
            self.commits()?,
            self.git.dir().file_name().unwrap_or_default().display(),
            self.git.run(&["--version"])?,
            self.runs,
        );
        Ok(())
    }

    fn commits(&self) -> Result<u64> {
        let count = self.git.run(&["rev-list", "--count", "HEAD"])?;
        count.parse().map_err(|_| Error::new(format!("git counts `{count}` commits")))
    }

    /// `repin` on the repository, with paths as inputs.
    fn repin(&self, args: &[&str], paths: &[&str]) -> Command {
        let mut command = sh::command(&self.repin, args.get(..1).unwrap_or_default());
        command.arg(self.git.dir()).args(args.get(1..).unwrap_or_default());
        command.args(paths.iter().flat_map(|path| ["--inputs", path]));
        command
    }

    fn log(&self, args: &[&str], paths: &[&str]) -> Command {
        self.git.command(&[&["-c", "core.commitGraph=false", "log"], args, &["--"], paths].concat())
    }

    /// At the tip: where did this environment begin?
    fn resolve(&self, sets: &[&[&str]]) -> Result<()> {
        println!("\n## repin resolve --inputs … against git log -1 --format=%h -- …\n");
        println!("{TABLE}");
        for paths in sets {
            // 5: predicted, since nobody gives tags.
            let taken = in_turn(
                &[&|| self.repin(&["resolve", "--format", "json"], paths), &|| self.log(&["-1", "--format=%h"], paths)],
                self.runs,
                &[0, 5],
            )?;
            row(&paths.join(" "), &taken);
        }
        Ok(())
    }

    /// Every commit: which image is right?
    fn history(&self, sets: &[&[&str]]) -> Result<()> {
        println!("\n## repin history --format json --inputs … against git log --format=%H -- …\n");
        println!("{TABLE}");
        let mut memory = Vec::new();
        for paths in sets {
            let taken = in_turn(
                &[&|| self.repin(&["history", "--format", "json"], paths), &|| self.log(&["--format=%H"], paths)],
                self.runs,
                &[0],
            )?;
            row(&paths.join(" "), &taken);
            memory.push((paths.join(" "), taken));
        }
        let commits = self.commits()?;
        println!("\nMemory of the same runs at its peak; what is mapped are git's packs, which the system can drop.\n");
        println!("| paths | repin's own | a commit | with what is mapped | git's own | with what is mapped |");
        println!("|---|---:|---:|---:|---:|---:|");
        for (name, taken) in &memory {
            let [repin, git] = &taken[..] else { continue };
            let each = repin.own_kb * 1024 / commits.max(1);
            let mb = |kb: u64| format!("{} MB", kb / 1024);
            println!(
                "| {name} | {} | {each} B | {} | {} | {} |",
                mb(repin.own_kb),
                mb(repin.resident_kb),
                mb(git.own_kb),
                mb(git.resident_kb)
            );
        }
        Ok(())
    }
}

fn row(name: &str, taken: &[Taken]) {
    if let [repin, git] = taken {
        let ratio = repin.best().as_secs_f64() / git.best().as_secs_f64();
        let [a, b, c, d] = [repin.best(), repin.median(), git.best(), git.median()].map(milliseconds);
        println!("| {name} | {a} | {b} | {c} | {d} | {ratio:.2} | {} |", cpu_ratio(repin.cpu, git.cpu));
    }
}

/// Of all runs together; a dash where the ticks of the clock are too coarse for it.
#[expect(clippy::cast_precision_loss, reason = "a ratio to print")]
fn cpu_ratio(repin: u64, git: u64) -> String {
    if git < 10 { "-".to_owned() } else { format!("{:.2}", repin as f64 / git as f64) }
}

fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

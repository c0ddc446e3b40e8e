//! `cargo xtask demo`: a sample project, its answers and its picture.

mod browser;
mod served;
mod stage;

use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use repin_sandbox::{Course, REGISTRY, course};

use crate::sandbox::Sandbox;
use crate::sh::{self, Error, Result};
use stage::{Stage, wrapped};

/// What `test` expects the demo to print.
const TEXT: &str = "crate/xtask/expected/demo.txt";
/// What `test` expects the demo to draw; README.md shows it.
const PICTURE: &str = "crate/xtask/expected/history.svg";

pub(crate) struct Options {
    record: bool,
    once: bool,
    browser: bool,
}

impl Options {
    pub(crate) fn parse(args: &mut lexopt::Parser) -> std::result::Result<Self, lexopt::Error> {
        let mut options = Self { record: false, once: false, browser: false };
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("record") => options.record = true,
                lexopt::Arg::Long("once") => options.once = true,
                lexopt::Arg::Long("browser") => options.browser = true,
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

pub(crate) fn demo(options: &Options) -> Result<()> {
    let color = io::stdout().is_terminal() && !options.record;
    // What is compared has to be what the tests compare.
    let programs = if options.record { sh::build_for_tests()? } else { sh::build_both(&[])? };
    let (shown, sandbox) = play(programs, &mut io::stdout().lock(), color)?;
    if options.record {
        for (path, new) in [(TEXT, &shown.text), (PICTURE, &shown.picture)] {
            let path = sh::root().join(path);
            fs::write(&path, new).map_err(|error| Error::io("write", &path, &error))?;
        }
    }
    if options.once || options.record { Ok(()) } else { served::keep(sandbox, &shown.merge, options.browser) }
}

/// Runs the demo, quietly, and compares what it shows with what is expected.
pub(crate) fn check() -> Result<()> {
    let (shown, _) = play(sh::build_for_tests()?, &mut io::sink(), false)?;
    readme(&shown.text)?;
    for (name, new) in [(TEXT, shown.text), (PICTURE, shown.picture)] {
        let path = sh::root().join(name);
        let expected = fs::read_to_string(&path).map_err(|error| Error::io("read", &path, &error))?;
        same(name, &expected, &new)?;
    }
    println!("the demo shows what {TEXT} and {PICTURE} hold");
    Ok(())
}

/// What README.md shows of the sample project, the demo prints.
fn readme(text: &str) -> Result<()> {
    let path = sh::root().join("README.md");
    let readme = fs::read_to_string(&path).map_err(|error| Error::io("read", &path, &error))?;
    let readme = served::timeless(&readme);
    let samples = readme.split("```console\n").skip(1).filter_map(|block| block.split("```").next());
    for line in samples.filter(|sample| sample.starts_with("$ repin")).flat_map(str::lines) {
        let printed = || text.lines().any(|printed| printed.trim() == line.trim());
        if !line.starts_with(['$', '…']) && !printed() {
            return Err(Error::new(format!("README.md shows a line that the demo does not print:\n  {line}")));
        }
    }
    Ok(())
}

fn same(name: &str, expected: &str, new: &str) -> Result<()> {
    let (mut new, mut old) = (new.lines(), expected.lines());
    for number in 1.. {
        match (new.next(), old.next()) {
            (None, None) => break,
            (new, old) if new == old => {}
            (new, old) => {
                let (new, old) = (new.unwrap_or("(the end)"), old.unwrap_or("(the end)"));
                return Err(Error::new(format!(
                    "the demo shows something else than {name} from line {number} on:\n  expected: {old}\n  \
                     shown:    {new}\nIf the new one is right: `cargo xtask demo --record`"
                )));
            }
        }
    }
    Ok(())
}

/// What a demo shows.
struct Shown {
    /// Without what differs from run to run.
    text: String,
    picture: String,
    /// A commit whose image is another one's: worth looking at.
    merge: String,
}

/// What the demo prints goes to `out` as it comes, and is returned; with the sandbox, which still serves.
fn play([repin, sandbox]: [PathBuf; 2], out: &mut dyn io::Write, color: bool) -> Result<(Shown, Sandbox)> {
    let folder = sh::root().join("target/demo");
    let course = sample(&folder)?;
    let mut stage = Stage { repin, folder, color, text: String::new(), out };
    stage.say(&format!(
        "A sample project, a course on Renku, is in target/demo/course: {} commits, of which GitLab would have built\n\
         images for the heads of pushes. The tags that its registry holds are in target/demo/tags.txt.\n",
        course.git.run(&["rev-list", "--count", "--all"])?
    ))?;
    for (number, moment) in (1..).zip(&course.moments) {
        stage.say(&format!("{number}. {}\n{}", moment.name, wrapped(moment.why)))?;
        let commit = short(&moment.commit);
        let args = ["resolve", "course", "--commit", commit, "--tags", "tags.txt", "--image", REGISTRY];
        stage.ask(moment, REGISTRY, &args)?;
    }
    stage.say("The files that count, and why each does:")?;
    stage.command(&["inputs", "course"])?;
    stage.say("What is wrong with the recipe, and with the image that .renku/renku.ini pins:")?;
    stage.command(&["check", "course", "--tags", "tags.txt", "--image", REGISTRY])?;
    stage.say("The history: which image is right for each commit.")?;
    stage.command(&["history", "course", "--tags", "tags.txt", "--limit", "24"])?;
    let picture = stage.picture()?;
    let sandbox = served::show(&mut stage, &sandbox, &course)?;
    let merge = course.moment(served::MERGE)?;
    let merge = short(&merge.commit).to_owned();
    Ok((Shown { text: served::timeless(&stage.text), picture, merge }, sandbox))
}

/// A commit's id as people type it.
fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}

/// Makes the sample project anew.
fn sample(folder: &Path) -> Result<Course> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Error::io("remove", folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, &error))?;
    Ok(course(&folder.join("course"))?)
}

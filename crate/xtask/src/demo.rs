//! `cargo xtask demo`: a sample project, its answers and its picture.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use repin_sandbox::{Course, Moment, REGISTRY, course};

use crate::sh::{self, Error, Result};

/// What `test` expects the demo to print.
const TEXT: &str = "crate/xtask/expected/demo.txt";
/// What `test` expects the demo to draw; README.md shows it.
const PICTURE: &str = "crate/xtask/expected/history.svg";

pub(crate) struct Options {
    record: bool,
}

impl Options {
    pub(crate) fn parse(args: &mut lexopt::Parser) -> std::result::Result<Self, lexopt::Error> {
        let mut options = Self { record: false };
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("record") => options.record = true,
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

pub(crate) fn demo(options: &Options) -> Result<()> {
    let shown = play(&mut io::stdout().lock(), io::stdout().is_terminal() && !options.record)?;
    if options.record {
        for (path, new) in [(TEXT, shown.text), (PICTURE, shown.picture)] {
            let path = sh::root().join(path);
            fs::write(&path, new).map_err(|error| Error::io("write", &path, &error))?;
        }
    }
    Ok(())
}

/// Runs the demo, quietly, and compares what it shows with what is expected.
pub(crate) fn check() -> Result<()> {
    let shown = play(&mut io::sink(), false)?;
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
    text: String,
    picture: String,
}

/// What the demo prints goes to `out` as it comes, and is returned.
fn play(out: &mut dyn io::Write, color: bool) -> Result<Shown> {
    let repin = sh::build_repin(&[])?;
    let folder = sh::root().join("target/demo");
    let course = sample(&folder)?;
    let mut stage = Stage { repin, folder, color, text: String::new(), out };
    stage.say(&format!(
        "A sample project, a course on Renku, is in target/demo/course: {} commits, of which GitLab would have built\n\
         images for the heads of pushes. The tags that its registry holds are in target/demo/tags.txt.\n",
        course.git.run(&["rev-list", "--count", "--all"])?
    ))?;
    for (number, moment) in (1..).zip(&course.moments) {
        stage.moment(number, moment)?;
    }
    stage.say("The files that count, and why each does:")?;
    stage.command(&["inputs", "course"])?;
    stage.say("What is wrong with the recipe, and with the image that .renku/renku.ini pins:")?;
    stage.command(&["check", "course", "--tags", "tags.txt", "--image", REGISTRY])?;
    stage.say("The history: which image is right for each commit.")?;
    stage.command(&["history", "course", "--tags", "tags.txt", "--limit", "24"])?;
    let picture = stage.picture()?;
    Ok(Shown { text: stage.text, picture })
}

/// Makes the sample project anew.
fn sample(folder: &Path) -> Result<Course> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Error::io("remove", folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, &error))?;
    Ok(course(&folder.join("course"))?)
}

struct Stage<'o> {
    repin: PathBuf,
    folder: PathBuf,
    color: bool,
    text: String,
    out: &'o mut dyn io::Write,
}

impl Stage<'_> {
    fn say(&mut self, text: &str) -> Result<()> {
        writeln!(self.text, "{text}").expect("a String takes what is written");
        writeln!(self.out, "{text}").map_err(|error| Error::new(format!("cannot print: {error}")))
    }

    fn moment(&mut self, number: usize, moment: &Moment) -> Result<()> {
        self.say(&format!("{number}. {}\n{}", moment.name, wrapped(moment.why)))?;
        let commit: String = moment.commit.chars().take(10).collect();
        let answer =
            self.command(&["resolve", "course", "--commit", &commit, "--tags", "tags.txt", "--image", REGISTRY])?;
        let expected = moment.image.as_ref().map(|tag| format!("{REGISTRY}:{tag}"));
        if answer.lines().next().map(plain) == expected {
            return Ok(());
        }
        let expected = expected.as_deref().unwrap_or("no image");
        Err(Error::new(format!("{}: the right answer is {expected}, Repin answered\n{answer}", moment.name)))
    }

    /// Runs `repin` as one would in the demo's folder, shows it, and returns its standard output.
    fn command(&mut self, args: &[&str]) -> Result<String> {
        let mut command = sh::command(&self.repin, args);
        command.current_dir(&self.folder).env("COLUMNS", "120");
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env_remove("CI_REGISTRY_IMAGE");
        command.env(if self.color { "CLICOLOR_FORCE" } else { "NO_COLOR" }, "1");
        let shown = sh::shown(&command);
        let output = command.output().map_err(|error| Error::new(format!("cannot run `{shown}`: {error}")))?;
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        self.say(&format!("\n   $ {shown}"))?;
        for line in printed.lines().chain(String::from_utf8_lossy(&output.stderr).lines()) {
            self.say(format!("   {line}").trim_end())?;
        }
        match output.status.code() {
            Some(0) => {}
            // Wrong usage and other errors are never part of the story.
            Some(1 | 2) | None => return Err(Error::new(format!("`{shown}` failed: {}", output.status))),
            Some(code) => self.say(&format!("   (exit code {code})"))?,
        }
        self.say("")?;
        Ok(printed)
    }

    fn picture(&mut self) -> Result<String> {
        let args = ["history", "course", "--tags", "tags.txt", "--format", "svg"];
        let mut command = sh::command(&self.repin, args);
        command.current_dir(&self.folder);
        let picture = sh::output(command)?;
        if !picture.trim_end().ends_with("</svg>") {
            return Err(Error::new("`repin history --format svg` printed no picture"));
        }
        let path = self.folder.join("history.svg");
        fs::write(&path, &picture).map_err(|error| Error::io("write", &path, &error))?;
        self.say("The picture of the whole history is target/demo/history.svg: open it in a browser.")?;
        Ok(picture)
    }
}

/// A line without its colours.
fn plain(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let rest = parts.map(|part| part.split_once('m').map_or(part, |(_color, text)| text));
    std::iter::once(first).chain(rest).collect::<String>().trim().to_owned()
}

/// A paragraph in lines of at most 100 characters, indented.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from("  ")];
    for word in text.split_whitespace() {
        if lines.last().is_some_and(|line| line.len() + word.len() > 100) {
            lines.push(String::from("  "));
        }
        let line = lines.last_mut().expect("there is one from the start");
        write!(line, " {word}").expect("a String takes what is written");
    }
    lines.join("\n")
}

//! Commands and what they print, for the public.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::PathBuf;

use repin_sandbox::Moment;

use crate::sh::{self, Error, Result};

/// What `repin` keeps for the next question lies here, in the demo's folder.
pub(super) const CACHE: &str = "cache";

/// Runs `repin` for the public: prints, and keeps what was printed.
pub(super) struct Stage<'o> {
    pub(super) repin: PathBuf,
    /// Where the commands run.
    pub(super) folder: PathBuf,
    pub(super) color: bool,
    pub(super) text: String,
    pub(super) out: &'o mut dyn io::Write,
}

impl Stage<'_> {
    pub(super) fn say(&mut self, text: &str) -> Result<()> {
        writeln!(self.text, "{text}").expect("a String takes what is written");
        writeln!(self.out, "{text}").map_err(|error| Error::new(format!("cannot print: {error}")))
    }

    /// Asks about a moment of the story, and fails unless the answer is the story's. `repository` is the registry's.
    pub(super) fn ask(&mut self, moment: &Moment, repository: &str, args: &[&str]) -> Result<()> {
        let answer = self.command(args)?;
        let expected = moment.image.as_ref().map(|tag| format!("{repository}:{tag}"));
        if answer.lines().next().map(plain) == expected {
            return Ok(());
        }
        let expected = expected.as_deref().unwrap_or("no image");
        Err(Error::new(format!("{}: the right answer is {expected}, Repin answered\n{answer}", moment.name)))
    }

    /// Runs `repin` as one would in the demo's folder, shows it, and returns its standard output.
    pub(super) fn command(&mut self, args: &[&str]) -> Result<String> {
        let mut command = sh::command(&self.repin, args);
        command.current_dir(&self.folder).env("COLUMNS", "120");
        // Tokens and hosts of this user and of a CI job are no part of the story.
        let told = |name: &OsString| {
            let name = name.to_string_lossy();
            ["CI_", "GITLAB_", "GL_", "GLAB_", "NO_COLOR", "CLICOLOR"].iter().any(|start| name.starts_with(start))
        };
        for name in std::env::vars_os().map(|(name, _)| name).filter(told) {
            command.env_remove(name);
        }
        command.env("XDG_CACHE_HOME", self.folder.join(CACHE)).env("XDG_CONFIG_HOME", self.folder.join("config"));
        command.env("HOME", &self.folder).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
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

    /// Runs `repin`, shows that it does, and keeps what it prints in a file.
    pub(super) fn record(&mut self, args: &[&str], file: &str) -> Result<()> {
        let mut command = sh::command(&self.repin, args);
        command.current_dir(&self.folder);
        self.say(&format!("\n   $ {} > {file}", sh::shown(&command)))?;
        let path = self.folder.join(file);
        fs::write(&path, sh::output(command)?).map_err(|error| Error::io("write", &path, &error))
    }

    pub(super) fn picture(&mut self) -> Result<String> {
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
pub(super) fn wrapped(text: &str) -> String {
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

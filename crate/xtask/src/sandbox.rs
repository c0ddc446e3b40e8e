//! The program `repin-sandbox serve`: a GitLab with the sample course, and a registry beside it.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::sh::{self, Error, Result, succeeds};

/// A running sandbox. It ends when this is dropped, and when this process ends in whatever way.
pub(crate) struct Sandbox {
    child: Child,
    said: HashMap<String, String>,
    /// Whether a real registry is beside it.
    pub(crate) registry: bool,
}

impl Sandbox {
    /// Starts it with these options, and with a real registry if `docker-registry` is there.
    pub(crate) fn start<S: AsRef<OsStr>>(program: &Path, options: &[S]) -> Result<Self> {
        let registry = succeeds(Command::new("docker-registry").arg("--version"));
        let mut command = sh::command(program, ["serve", "--until-eof"]);
        command.args(registry.then_some("--registry")).args(options);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C is for this process alone: the sandbox then sees its standard input end, and tidies up.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| Error::new(format!("cannot run repin-sandbox: {error}")))?;
        let stdout = child.stdout.take().expect("it is piped");
        let mut sandbox = Self { child, said: HashMap::new(), registry };
        // It names the token last.
        for line in BufReader::new(stdout).lines().map_while(std::result::Result::ok) {
            let (name, value) = line.split_once(' ').unwrap_or((&line, ""));
            sandbox.said.insert(name.to_owned(), value.to_owned());
            if name == "token" {
                return Ok(sandbox);
            }
        }
        Err(Error::new("repin-sandbox ended before it served; it says why above"))
    }

    /// What it says of something that it serves.
    pub(crate) fn says(&self, name: &str) -> &str {
        self.said.get(name).map_or("", String::as_str)
    }

    /// Its address, without a slash at the end.
    pub(crate) fn url(&self) -> &str {
        self.says("project").trim_end_matches("/ada/course")
    }

    /// Waits until it ends, which it does when this process is interrupted.
    pub(crate) fn wait(mut self) -> Result<()> {
        // `wait` of the child would close its standard input, and so end it.
        let input = self.child.stdin.take();
        let ended = self.child.wait().map_err(|error| Error::new(format!("cannot wait for repin-sandbox: {error}")));
        drop(input);
        Err(Error::new(format!("repin-sandbox ended: {}", ended?)))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

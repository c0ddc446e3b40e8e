//! Repositories for the tests, with dates and names that never change, so that their ids do not either.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A CI file whose job builds an image named by seven characters of the commit.
pub(crate) const CI: &str = "\
image_build:
  stage: build
  image: docker:stable
  services: [docker:dind]
  script:
    - CI_COMMIT_SHA_7=$(echo $CI_COMMIT_SHA | cut -c1-7)
    - docker build --tag $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7 .
    - docker push $CI_REGISTRY_IMAGE:$CI_COMMIT_SHA_7
";
pub(crate) const DOCKERFILE: &str =
    "FROM jupyter/base-notebook:2024-05-01\nCOPY requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt\n";

/// A repository in a folder of its own.
pub(crate) struct Repository {
    pub(crate) path: PathBuf,
    commits: usize,
}

impl Repository {
    /// An empty one.
    pub(crate) fn new(name: &str) -> Self {
        let path = folder(name);
        let repository = Self { path, commits: 0 };
        repository.git(&["init", "--quiet"]);
        repository
    }

    /// One with a recipe, and three commits: the first makes the environment, the others change other files.
    pub(crate) fn course(name: &str) -> Self {
        let mut repository = Self::new(name);
        repository.write(".gitlab-ci.yml", CI);
        repository.write("Dockerfile", DOCKERFILE);
        repository.write("requirements.txt", "numpy\n");
        repository.write("README.md", "A course\n");
        repository.commit("Start the course");
        repository.write("notebook.ipynb", "{}\n");
        repository.commit("First notebook");
        repository.write("README.md", "A better course\n");
        repository.commit("Explain it");
        repository
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Commits everything; each commit is a day later.
    pub(crate) fn commit(&mut self, title: &str) -> String {
        self.git(&["add", "--all"]);
        self.git_at_next_day(&["commit", "--quiet", "--allow-empty", "--allow-empty-message", "--message", title]);
        self.id("HEAD")
    }

    pub(crate) fn merge(&mut self, title: &str, branches: &[&str]) -> String {
        let mut args = vec!["merge", "--quiet", "--no-ff", "--message", title];
        args.extend(branches);
        self.git_at_next_day(&args);
        self.id("HEAD")
    }

    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision])
    }

    /// The image tag of a commit.
    pub(crate) fn tag(&self, revision: &str) -> String {
        self.id(revision)[..7].to_owned()
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_on_day(self.commits, args)
    }

    fn git_at_next_day(&mut self, args: &[&str]) {
        self.commits += 1;
        self.git_on_day(self.commits, args);
    }

    fn git_on_day(&self, day: usize, args: &[&str]) -> String {
        let date = format!("2024-05-{:02}T12:00:00+02:00", day.max(1));
        let output = Command::new("git")
            .args(["-c", "init.defaultBranch=main", "-c", "commit.gpgSign=false", "-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(&self.path)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date)
            .envs([("GIT_AUTHOR_NAME", "Ada"), ("GIT_COMMITTER_NAME", "Ada")])
            .envs([("GIT_AUTHOR_EMAIL", "ada@example.org"), ("GIT_COMMITTER_EMAIL", "ada@example.org")])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Runs `repin` in the repository.
    pub(crate) fn repin(&self, args: &[&str]) -> Ran {
        Run::new(args).within(&self.path).run()
    }

    /// The same with this text on standard input.
    pub(crate) fn repin_with(&self, args: &[&str], stdin: &str) -> Ran {
        Run::new(args).within(&self.path).stdin(stdin).run()
    }
}

/// An empty folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

/// A run of the command that is to come.
pub(crate) struct Run<'a> {
    args: Vec<&'a str>,
    within: PathBuf,
    stdin: &'a str,
    variables: Vec<(&'a str, &'a str)>,
}

impl<'a> Run<'a> {
    pub(crate) fn new(args: &[&'a str]) -> Self {
        Self { args: args.to_vec(), within: env!("CARGO_TARGET_TMPDIR").into(), stdin: "", variables: Vec::new() }
    }

    pub(crate) fn within(mut self, folder: &Path) -> Self {
        folder.clone_into(&mut self.within);
        self
    }

    pub(crate) fn stdin(mut self, text: &'a str) -> Self {
        self.stdin = text;
        self
    }

    pub(crate) fn variable(mut self, name: &'a str, value: &'a str) -> Self {
        self.variables.push((name, value));
        self
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repin"));
        command.args(&self.args).current_dir(&self.within).env_clear();
        // Without it, that of whoever runs the tests would be looked up.
        command.env("HOME", &self.within);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")]);
        command.envs(self.variables.iter().copied());
        command
    }

    pub(crate) fn run(self) -> Ran {
        let mut command = self.command();
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that reads nothing may be gone by now.
        let _ = child.stdin.take().unwrap().write_all(self.stdin.as_bytes());
        Ran { args: self.args.join(" "), output: child.wait_with_output().unwrap(), within: self.within }
    }
}

/// What the command did.
pub(crate) struct Ran {
    args: String,
    within: PathBuf,
    output: Output,
}

impl Ran {
    pub(crate) fn code(&self) -> i32 {
        self.output.status.code().expect("it was not killed")
    }

    pub(crate) fn stdout(&self) -> String {
        self.redacted(&self.output.stdout)
    }

    pub(crate) fn stderr(&self) -> String {
        self.redacted(&self.output.stderr)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.output.stdout).unwrap()
    }

    /// All of it, for a snapshot.
    pub(crate) fn shown(&self) -> String {
        let mut text = format!("$ repin {}\nexit {}\n", self.redacted(self.args.as_bytes()), self.code());
        for (name, content) in [("stdout", self.stdout()), ("stderr", self.stderr())] {
            if !content.is_empty() {
                write!(text, "--- {name}\n{content}").unwrap();
            }
        }
        text
    }

    /// Without the places of this machine.
    fn redacted(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let text = text.replace(&*self.within.to_string_lossy(), "[HERE]");
        let text = text.replace(env!("CARGO_TARGET_TMPDIR"), "[TMP]");
        without_cost(&without_ports(&text))
    }
}

/// Servers of tests listen wherever there is a free port.
fn without_ports(text: &str) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut parts = text.split(HOST);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        clean.push_str(HOST);
        clean.push_str("[PORT]");
        clean.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    clean
}

/// What an answer costs is for other tests, and may become less.
fn without_cost(text: &str) -> String {
    let is_cost = |line: &str| {
        let words: Vec<&str> = line.trim().trim_end_matches(" kB").split(", ").collect();
        matches!(words[..], [requests, rounds, _] if requests.contains(" request") && rounds.contains(" round"))
    };
    text.split_inclusive('\n').map(|line| if is_cost(line) { "  [COST]\n" } else { line }).collect()
}

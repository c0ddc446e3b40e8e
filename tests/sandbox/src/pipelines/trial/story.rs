//! A generated story: what people push in some weeks, and what goes wrong meanwhile.

use std::collections::BTreeMap;
use std::path::Path;

use fastrand::Rng;

use crate::pipelines::{Build, Cause, Event, Outcome, RunSource, Update, ZERO};
use crate::{ADA, BEN, Git, Result};

/// What is copied into the image.
pub(super) const INPUTS: [&str; 4] = ["Dockerfile", "environment.yml", "helpers", "requirements.txt"];

const DOCKERFILE: &str = "\
FROM python:3.12
COPY environment.yml requirements.txt /tmp/
COPY helpers /opt/helpers/
RUN pip install -r /tmp/requirements.txt
";
/// A file of packages with one that nobody has: no image with it can ever be built.
pub(super) const UNBUILDABLE: &str = "nowhere\n";
const HOUR: u64 = 3_600;
/// Two pushes one behind the other: the pipeline of the first has not begun.
const MOMENT: u64 = 2;

/// What happens.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    /// A push, or a pipeline that somebody starts.
    Event(Event),
    /// The tag at this place among those that exist is deleted, counted from the first again after the last.
    Deletion { at: u64, place: usize },
}

impl Happening {
    /// When, in seconds since 1970.
    pub(super) fn at(&self) -> u64 {
        match self {
            Self::Event(event) => event.at,
            Self::Deletion { at, .. } => *at,
        }
    }
}

/// A repository, what happened to it, and its branches at the end.
pub(super) struct Story {
    pub(super) git: Git,
    pub(super) happenings: Vec<Happening>,
    /// Names and commits, without those of autosaves.
    pub(super) branches: BTreeMap<String, String>,
    pub(super) pushes: usize,
}

struct Teller {
    git: Git,
    random: Rng,
    at: u64,
    happenings: Vec<Happening>,
    branches: BTreeMap<String, String>,
    numbers: usize,
}

/// Tells a story of so many pushes. The same seed tells the same one, whatever the CI file is.
///
/// # Errors
/// git fails.
pub(super) fn tell(folder: &Path, ci: &str, pushes: usize, seed: u64) -> Result<Story> {
    let git = Git::init(folder)?;
    git.write(".gitlab-ci.yml", ci)?;
    git.write("Dockerfile", DOCKERFILE)?;
    git.write("requirements.txt", "numpy\n")?;
    git.write("environment.yml", "name: course\n")?;
    git.write("helpers/plots.py", "import numpy\n")?;
    git.write("README.md", "A course\n")?;
    let start = git.commit(ADA, "Start")?;
    let at = git.now();
    let mut teller =
        Teller { git, random: Rng::with_seed(seed), at, happenings: Vec::new(), branches: BTreeMap::new(), numbers: 0 };
    teller.push("main", ZERO.to_owned(), start, Outcome::Success);
    let mut told = 1;
    while told < pushes {
        told += usize::from(teller.next()?);
    }
    for name in teller.branches.keys().cloned().collect::<Vec<_>>() {
        teller.mend(&name)?;
    }
    let Teller { git, happenings, branches, .. } = teller;
    Ok(Story { git, happenings, branches, pushes })
}

impl Teller {
    /// The next thing that happens; whether it is a push.
    fn next(&mut self) -> Result<bool> {
        self.at += if self.random.u8(..100) < 20 { MOMENT } else { HOUR };
        let others: Vec<String> = self.branches.keys().filter(|name| *name != "main").cloned().collect();
        match self.random.u8(..100) {
            0..50 => {
                let name =
                    if others.is_empty() || self.random.bool() { "main".to_owned() } else { self.one_of(&others) };
                self.git.run(&["switch", "--quiet", &name])?;
                for _ in 0..self.random.usize(1..=4) {
                    self.change()?;
                }
                self.pushed(&name)?;
            }
            50..62 => {
                self.numbers += 1;
                let name = format!("topic-{}", self.numbers);
                self.git.run(&["switch", "--quiet", "--create", &name, "main"])?;
                for _ in 0..self.random.usize(0..=2) {
                    self.change()?;
                }
                self.pushed(&name)?;
            }
            62..76 if !others.is_empty() => {
                let name = self.one_of(&others);
                self.git.run(&["switch", "--quiet", "main"])?;
                self.git.merge(ADA, &["-X", "ours", &name], &format!("Merge branch '{name}'"))?;
                if self.random.bool() {
                    self.branches.remove(&name);
                }
                self.pushed("main")?;
            }
            76..83 => self.revert()?,
            83..88 => self.autosave()?,
            88..92 => {
                let (outcome, sha) = (self.outcome(), self.branches["main"].clone());
                let cause = Cause::Run { source: RunSource::Schedule, reference: "refs/heads/main".to_owned(), sha };
                self.event(cause, outcome);
                return Ok(false);
            }
            92..95 => {
                self.numbers += 1;
                let update = Update {
                    reference: format!("refs/tags/v{}", self.numbers),
                    before: ZERO.to_owned(),
                    after: self.branches["main"].clone(),
                };
                self.git.run(&["tag", &format!("v{}", self.numbers), &update.after])?;
                let outcome = self.outcome();
                self.event(Cause::Push { updates: vec![update], options: Vec::new() }, outcome);
            }
            _ => {
                self.happenings.push(Happening::Deletion { at: self.at, place: self.random.usize(..10_000) });
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn one_of(&mut self, names: &[String]) -> String {
        names[self.random.usize(..names.len())].clone()
    }

    fn outcome(&mut self) -> Outcome {
        match self.random.u8(..100) {
            0..10 => Outcome::failed(),
            10..16 => Outcome::Canceled,
            _ => Outcome::Success,
        }
    }

    /// One commit: mostly of what is not copied into the image.
    fn change(&mut self) -> Result<()> {
        self.numbers += 1;
        let author = if self.random.bool() { ADA } else { BEN };
        let number = self.random.u8(..12);
        match self.random.u8(..10) {
            0 | 1 => {
                let packages = if number == 11 { UNBUILDABLE.to_owned() } else { format!("numpy=={number}\n") };
                self.git.write("requirements.txt", packages)?;
            }
            2 => self.git.write("environment.yml", format!("name: course{}\n", number % 4))?,
            3 => self.git.write("helpers/plots.py", format!("import numpy # {}\n", number % 4))?,
            _ => self.git.write("README.md", format!("A course, {}\n", self.numbers))?,
        }
        let skips = if self.random.u8(..100) < 8 { " [skip ci]" } else { "" };
        self.git.commit(author, &format!("Change {}{skips}", self.numbers)).map(drop)
    }

    /// Nobody leaves a branch as it is when its image cannot be built.
    fn mend(&mut self, name: &str) -> Result<()> {
        self.git.run(&["switch", "--quiet", name])?;
        if self.git.run(&["show", "HEAD:requirements.txt"])?.trim() == UNBUILDABLE.trim() {
            self.at += HOUR;
            self.git.write("requirements.txt", "numpy\n")?;
            self.git.commit(ADA, "Packages that exist")?;
            self.pushed(name)?;
        }
        Ok(())
    }

    /// What the image is built from becomes what it was some commits ago.
    fn revert(&mut self) -> Result<()> {
        self.git.run(&["switch", "--quiet", "main"])?;
        let count: usize = self.git.run(&["rev-list", "--count", "--first-parent", "HEAD"])?.parse().unwrap_or(1);
        let back = self.random.usize(..count);
        let old = self.git.run(&["rev-list", "--first-parent", "--max-count=1", &format!("--skip={back}"), "HEAD"])?;
        self.git.run(&[&["checkout", "--quiet", &old, "--"], &INPUTS[..]].concat())?;
        self.git.commit(ADA, &format!("Back to {}", &old[..7]))?;
        self.pushed("main")
    }

    /// A session is saved, on a branch that nobody goes on with.
    fn autosave(&mut self) -> Result<()> {
        self.git.run(&["switch", "--quiet", "--detach", "main"])?;
        self.change()?;
        let after = self.git.id("HEAD")?;
        let reference = format!("refs/heads/renku/autosave/ada/main/{}/{}", &self.branches["main"][..7], &after[..7]);
        let outcome = self.outcome();
        let update = Update { reference, before: ZERO.to_owned(), after };
        self.event(Cause::Push { updates: vec![update], options: Vec::new() }, outcome);
        Ok(())
    }

    /// The branch is pushed as it is now.
    fn pushed(&mut self, name: &str) -> Result<()> {
        let after = self.git.id(name)?;
        let before = self.branches.get(name).cloned().unwrap_or_else(|| ZERO.to_owned());
        let outcome = self.outcome();
        self.push(name, before, after, outcome);
        Ok(())
    }

    fn push(&mut self, name: &str, before: String, after: String, outcome: Outcome) {
        self.branches.insert(name.to_owned(), after.clone());
        let updates = vec![Update { reference: format!("refs/heads/{name}"), before, after }];
        self.event(Cause::Push { updates, options: Vec::new() }, outcome);
    }

    fn event(&mut self, cause: Cause, outcome: Outcome) {
        self.happenings.push(Happening::Event(Event { at: self.at, cause, build: Build::new(outcome) }));
    }
}

//! Histories made by chance: the same seed makes the same history.

use std::collections::BTreeMap;

/// A generator of numbers (`splitmix64`).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is smaller than a usize")
    }

    /// Whether something of this many percent happens.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A commit to be made; parents are positions in the history, and come first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Planned {
    pub(crate) parents: Vec<usize>,
    pub(crate) seconds: i64,
    /// Path to mode (in git's octal digits) and content.
    pub(crate) files: BTreeMap<String, (&'static str, String)>,
}

/// How the clocks of a history go.
#[derive(Clone, Copy, Debug)]
enum Clock {
    Right,
    /// Many commits in one second.
    Coarse,
    Stopped,
    /// Off by some commits.
    Wrong,
    /// Right, but for a few machines that think it is 1970 or 2099.
    FarOff,
}

/// What decides what is in the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Some files, of which the patterns [`PATTERNS`] are inputs.
    Patterns,
    /// A Dockerfile of [`DOCKERFILES`], and what it copies.
    Recipe,
}

pub(crate) const PATTERNS: [&str; 3] = ["Dockerfile", "requirements.txt", "docker/**/*"];

/// Dockerfiles, and what they copy.
pub(crate) const DOCKERFILES: [(&str, &[&str]); 4] = [
    ("FROM scratch\nCOPY requirements.txt /\n", &["requirements.txt"]),
    ("FROM scratch\nCOPY requirements.txt /\nCOPY docker /docker\n", &["requirements.txt", "docker/"]),
    ("FROM scratch\nCOPY docker/ /docker\n", &["docker/"]),
    ("FROM scratch\nRUN true\n", &[]),
];

/// The files that a commit of [`Shape::Recipe`] is built from, worked out by hand.
pub(crate) fn recipe_inputs(files: &BTreeMap<String, (&'static str, String)>) -> Vec<String> {
    let Some((_, text)) = files.get("Dockerfile") else { return Vec::new() };
    let (_, copied) = DOCKERFILES.iter().find(|(known, _)| known == text).expect("it is one of those");
    let below =
        |source: &str, path: &str| if source.ends_with('/') { path.starts_with(source) } else { path == source };
    // A source that is not there was made before the build: then every file counts.
    if copied.iter().any(|source| !files.keys().any(|path| below(source, path))) {
        return files.keys().cloned().collect();
    }
    let counts = |path: &&String| {
        *path == "Dockerfile" || *path == ".gitlab-ci.yml" || copied.iter().any(|source| below(source, path))
    };
    files.keys().filter(counts).cloned().collect()
}

const OTHERS: [&str; 4] = ["notes.md", "src/main.py", "docker.txt", "data/docker/a"];

/// A history of `size` commits.
pub(crate) fn history(dice: &mut Dice, size: usize, shape: Shape) -> Vec<Planned> {
    let clock = *dice.one_of(&[Clock::Right, Clock::Right, Clock::Coarse, Clock::Stopped, Clock::Wrong, Clock::FarOff]);
    let merges = *dice.one_of(&[0, 10, 30, 60]);
    let mut commits: Vec<Planned> = Vec::new();
    for at in 0..size {
        let mut parents: Vec<usize> = Vec::new();
        if at > 0 && !dice.percent(4) {
            let wanted = if dice.percent(merges) { *dice.one_of(&[2, 2, 2, 2, 3, 5]) } else { 1 };
            for _ in 0..wanted {
                // Mostly a recent one; now and then any.
                let back = if dice.percent(85) { dice.below(at.min(5)) } else { dice.below(at) };
                let parent = at - 1 - back;
                if !parents.contains(&parent) {
                    parents.push(parent);
                }
            }
        }
        // The same two parents the other way round: a criss-cross.
        if at > 2 && commits[at - 1].parents.len() == 2 && dice.percent(30) {
            parents = commits[at - 1].parents.iter().rev().copied().collect();
        }
        let files = changed(dice, &commits, &parents, shape);
        let minute = 1_600_000_000 + 60 * i64::try_from(at).expect("histories are short");
        let seconds = match clock {
            Clock::Coarse => minute / 600 * 600,
            Clock::Stopped => 1_600_000_000,
            Clock::Wrong => minute + 60 * (i64::try_from(dice.below(20)).expect("it is below 20") - 10),
            Clock::FarOff if dice.percent(10) => *dice.one_of(&[0, 1, 4_070_908_800]),
            Clock::Right | Clock::FarOff => minute,
        };
        commits.push(Planned { parents, seconds, files });
    }
    commits
}

fn changed(
    dice: &mut Dice,
    commits: &[Planned],
    parents: &[usize],
    shape: Shape,
) -> BTreeMap<String, (&'static str, String)> {
    let mut files = parents.first().map(|&parent| commits[parent].files.clone()).unwrap_or_default();
    for &other in parents.get(1..).unwrap_or_default() {
        for (path, entry) in &commits[other].files {
            if dice.percent(40) {
                files.insert(path.clone(), entry.clone());
            }
        }
    }
    let dockerfile = |dice: &mut Dice| match shape {
        Shape::Patterns => format!("FROM base:{}\n", dice.below(3)),
        Shape::Recipe => dice.one_of(&DOCKERFILES).0.to_owned(),
    };
    if parents.is_empty() && dice.percent(80) {
        files.insert("Dockerfile".into(), ("100644", dockerfile(dice)));
        files.insert("requirements.txt".into(), ("100644", "numpy\n".into()));
    }
    match dice.below(20) {
        0..=6 => {
            files.insert((*dice.one_of(&OTHERS)).into(), ("100644", format!("{}\n", dice.next())));
        }
        7 | 8 => {
            files.insert("Dockerfile".into(), ("100644", dockerfile(dice)));
        }
        9 | 10 => {
            files.insert("requirements.txt".into(), ("100644", format!("numpy=={}\n", dice.below(3))));
        }
        11 | 12 => {
            let path = *dice.one_of(&["docker/a", "docker/b/c", "docker/b/d/e"]);
            files.insert(path.into(), ("100644", format!("{}\n", dice.below(2))));
        }
        13 => {
            let path = *dice.one_of(&["Dockerfile", "requirements.txt", "docker/a", "docker/b/c"]);
            if let Some(entry) = files.get_mut(path) {
                entry.0 = if entry.0 == "100644" { "100755" } else { "100644" };
            }
        }
        14 => {
            let path = *dice.one_of(&["Dockerfile", "requirements.txt", "docker/a", "docker/b/c", "docker/b/d/e"]);
            files.remove(path);
        }
        // A revert to what was there before.
        15 | 16 if !commits.is_empty() => files.clone_from(&dice.one_of(commits).files),
        17 if shape == Shape::Recipe => {
            files.insert(".gitlab-ci.yml".into(), ("100644", format!("# {}\n", dice.below(2))));
        }
        _ => {}
    }
    // A file and a folder cannot have one name; git keeps no commit's tree that is empty apart from others.
    if files.is_empty() {
        files.insert("notes.md".into(), ("100644", String::new()));
    }
    files
}

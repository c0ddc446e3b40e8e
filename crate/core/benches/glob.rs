//! The patterns of a Renku-like `changes:` list against many paths: ours, and globset alone on the same list.

use divan::counter::ItemsCount;
use globset::{Candidate, GlobBuilder, GlobSet};
use repin::glob::Globs;

const PATHS: usize = 100_000;

/// The lists to compare with: what they have in them is what decides who matches them.
const LISTS: [(&str, &[&str]); 3] = [
    // What Renku's template has: names alone.
    ("names", &["Dockerfile", "install.R", "environment.yml", "requirements.txt", ".gitlab-ci.yml"]),
    // What projects add to it.
    (
        "wildcards",
        &[
            "Dockerfile",
            ".gitlab-ci.yml",
            "*.yml",
            "**/requirements.txt",
            "docker/**/*",
            "{a,b}.txt",
            "R/*.{R,r}",
            "**/*.lock",
            "env/**/setup-*.sh",
        ],
    ),
    // What globset has in another meaning, for paths beyond ASCII.
    ("characters", &["Dockerfile", "*.yml", "docker/**/*", "env-?/*.txt", "[!_]*/install.[rR]"]),
];

/// Paths of an ordinary repository; the last list's has some beyond ASCII.
fn paths(accents: bool) -> Vec<String> {
    let tops = [
        "src",
        "docker",
        "data/raw",
        "R",
        "notebooks/2024",
        "env-a",
        "docs/api",
        if accents { "donn\u{e9}es" } else { "misc" },
    ];
    let names =
        ["main.py", "install.R", "a.txt", "environment.yml", "requirements.txt", "setup-x.sh", "poetry.lock", "x"];
    let number = |n: usize| match n % 4 {
        0 => format!("{}/{}", tops[n % 8], names[(n / 8) % 8]),
        1 => format!("{}/part{n}/{}", tops[(n / 4) % 8], names[(n / 32) % 8]),
        2 => format!("{}/part{}/deep/er/file{n}.csv", tops[(n / 4) % 8], n % 97),
        _ => format!("{n}{}", names[(n / 4) % 8]),
    };
    (0..PATHS).map(number).collect()
}

fn main() {
    divan::main();
}

#[divan::bench(args = LISTS.map(|list| list.0))]
fn ours(bencher: divan::Bencher, list: &str) {
    let globs = Globs::new(patterns(list));
    let paths = paths(list == "characters");
    bencher
        .counter(ItemsCount::new(PATHS))
        .bench_local(|| paths.iter().filter(|path| globs.matches_bytes(path.as_bytes())).count());
}

#[divan::bench(args = LISTS.map(|list| list.0))]
fn globset_alone(bencher: divan::Bencher, list: &str) {
    let mut set = GlobSet::builder();
    for pattern in patterns(list) {
        set.add(GlobBuilder::new(pattern).literal_separator(true).build().expect("globset takes these patterns"));
    }
    let set = set.build().expect("globset takes this set");
    let paths = paths(list == "characters");
    bencher.counter(ItemsCount::new(PATHS)).bench_local(|| {
        paths.iter().filter(|path| set.is_match_candidate(&Candidate::from_bytes(path.as_bytes()))).count()
    });
}

fn patterns(list: &str) -> &'static [&'static str] {
    LISTS.iter().find(|(name, _)| *name == list).map(|(_, patterns)| *patterns).expect("the list is one of them")
}

//! What the fuzz targets check.
//!
//! Each target is a function that takes bytes from anyone and asserts what must hold for all of them. The folder `corpus` has seeds
//! for each; `cargo xtask test` replays them, and a fuzzer goes on from them:
//!
//! ```text
//! cargo install cargo-fuzz
//! cargo +nightly fuzz run --fuzz-dir tests/fuzz/runner glob tests/fuzz/corpus/glob -- -max_total_time=300 -timeout=10
//! ```
//!
//! What a fuzzer finds becomes a seed once it is mended. Where a target takes several texts, a line `%%` is between them.
#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod container;
mod project;
mod registry;

pub use container::{dockerfile, dockerignore, glob};
pub use project::{ci, config, renku_ini};
pub use registry::{reference, remote, scheme, tags};

/// A target's name, which is that of its folder of seeds, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("ci", ci),
    ("config", config),
    ("dockerfile", dockerfile),
    ("dockerignore", dockerignore),
    ("glob", glob),
    ("reference", reference),
    ("remote", remote),
    ("renku_ini", renku_ini),
    ("scheme", scheme),
    ("tags", tags),
];

/// The two texts around the first line `%%`; the second is empty where there is none.
fn halves(data: &[u8]) -> (&[u8], &[u8]) {
    let mark = b"\n%%\n";
    match data.windows(mark.len()).position(|window| window == mark) {
        Some(at) => (&data[..at], &data[at + mark.len()..]),
        None => (data, b""),
    }
}

/// The lines that can be paths in a git tree.
fn paths(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let is_path = |path: &&[u8]| !path.split(|&b| b == b'/').any(|part| matches!(part, b"" | b"." | b".."));
    text.split(|&byte| byte == b'\n').filter(is_path).take(16)
}

/// The folders that a path is in, the root first.
fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = path.iter().enumerate().filter_map(|(at, &byte)| (byte == b'/').then_some(at));
    std::iter::once(0).chain(ends).map(|end| &path[..end])
}

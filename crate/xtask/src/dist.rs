//! `cargo xtask build`: what people install, in `dist/`.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::path::{Path, PathBuf};

use crate::sh::{self, Error, Result};
use crate::{extension, node, wasm};

/// What to build: all of it, unless parts are named.
#[derive(Default)]
pub(crate) struct Options {
    page: bool,
    extension: bool,
    /// Hosts that another build of the extension has permission for.
    test_hosts: Vec<String>,
}

impl Options {
    pub(crate) fn parse(args: &mut lexopt::Parser) -> std::result::Result<Self, lexopt::Error> {
        use lexopt::ValueExt as _;
        let mut options = Self::default();
        while let Some(arg) = args.next()? {
            match arg {
                lexopt::Arg::Long("page") => options.page = true,
                lexopt::Arg::Long("extension") => options.extension = true,
                lexopt::Arg::Long("test-host") => {
                    for url in args.values()? {
                        options.test_hosts.push(url.parse_with(host)?);
                    }
                }
                other => return Err(other.unexpected()),
            }
        }
        Ok(options)
    }
}

/// The address of a host as it was given, if it is one.
fn host(url: &str) -> std::result::Result<String, &'static str> {
    let name = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match name {
        Some(name) if !name.is_empty() && !name.contains(char::is_whitespace) => Ok(url.to_owned()),
        _ => Err("it is no address of a host, as http://localhost is"),
    }
}

pub(crate) fn build(options: &Options) -> Result<()> {
    let dist = sh::root().join("dist");
    let all = !options.page && !options.extension;
    if all {
        empty(dist.clone())?;
    }
    npm(&dist)?;
    if all || options.page {
        www(&dist)?;
    }
    if all || options.extension {
        extension::build()?;
    }
    if !options.test_hosts.is_empty() {
        extension::build_for(&options.test_hosts)?;
    }
    if all { command(&dist) } else { Ok(()) }
}

/// The package and the page alone.
pub(crate) fn page() -> Result<()> {
    let dist = sh::root().join("dist");
    npm(&dist)?;
    www(&dist)
}

/// The npm package: the module, what wraps it, and the element.
fn npm(dist: &Path) -> Result<()> {
    let npm = empty(dist.join("npm"))?;
    wasm::build(&npm, &[])?;
    node::install(wasm::NPM)?;
    let source = sh::root().join(wasm::NPM);
    node::script(wasm::NPM, "build", &[])?;
    for name in ["package.json", "README.md"] {
        sh::copy(&source.join(name), &npm.join(name))?;
    }
    sh::copy(&sh::root().join("LICENSE"), &npm.join("LICENSE"))?;
    node::install(WWW)?;
    node::script(WWW, "build:element", &["--outDir", &npm.to_string_lossy()])?;
    println!("dist/npm");
    Ok(())
}

/// The folder of the page.
const WWW: &str = "www";

/// The package alone.
pub(crate) fn package() -> Result<()> {
    npm(&sh::root().join("dist"))
}

/// The page, with the element for other pages.
fn www(dist: &Path) -> Result<()> {
    node::install(WWW)?;
    node::script(WWW, "build", &[])?;
    println!("{}", dist.join("www").strip_prefix(sh::root()).unwrap_or(dist).display());
    Ok(())
}

/// A folder with nothing in it.
fn empty(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Error::io("remove", &folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| Error::io("make", &folder, &error))?;
    Ok(folder)
}

/// The command as one file that runs on any machine of its kind, its manual pages and its completions.
fn command(dist: &Path) -> Result<()> {
    let built = if OS == "linux" {
        let target = format!("{ARCH}-unknown-linux-musl");
        sh::rustup_target(&target)?;
        let built = sh::build_repin(&["--release", "--target", &target])?;
        must_be_static(&built)?;
        built
    } else {
        sh::build_repin(&["--release"])?
    };
    let name = built.file_name().expect("cargo names a file");
    let repin = dist.join(name);
    sh::copy(&built, &repin)?;
    let version = sh::output(sh::command(&repin, ["--version"]))?;

    let pages = folder(dist, "man")?;
    sh::run(sh::command(&repin, ["man".as_ref(), "--output".as_ref(), pages.as_os_str()]))?;
    let completions = folder(dist, "completions")?;
    for (shell, file) in [("bash", "repin.bash"), ("zsh", "_repin"), ("fish", "repin.fish")] {
        let script = sh::output(sh::command(&repin, ["completions", shell]))?;
        let path = completions.join(file);
        fs::write(&path, script).map_err(|error| Error::io("write", &path, &error))?;
    }
    let size = fs::metadata(&repin).map_err(|error| Error::io("read", &repin, &error))?.len();
    println!("dist/{}: {}, {:.1} MB; dist/man, dist/completions", name.display(), version.trim(), size_in_mb(size));
    Ok(())
}

fn folder(dist: &Path, name: &str) -> Result<PathBuf> {
    let path = dist.join(name);
    fs::create_dir_all(&path).map_err(|error| Error::io("make", &path, &error))?;
    Ok(path)
}

#[expect(clippy::cast_precision_loss, reason = "a size to print")]
fn size_in_mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// A static program names no interpreter (`PT_INTERP`), which would be the loader of its libraries.
fn must_be_static(program: &Path) -> Result<()> {
    let bytes = fs::read(program).map_err(|error| Error::io("read", program, &error))?;
    match has_interpreter(&bytes) {
        Some(false) => Ok(()),
        Some(true) => Err(Error::new(format!("{} is not static: it needs a loader", program.display()))),
        None => Err(Error::new(format!("{} is no 64-bit little-endian ELF file", program.display()))),
    }
}

/// Reads the program headers of a 64-bit little-endian ELF file; `None` where it is none.
fn has_interpreter(elf: &[u8]) -> Option<bool> {
    const PT_INTERP: u64 = 3;
    let number = |at: usize, size: usize| -> Option<u64> {
        let bytes = elf.get(at..at.checked_add(size)?)?;
        Some(bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    };
    if !elf.starts_with(b"\x7fELF\x02\x01") {
        return None;
    }
    let table = usize::try_from(number(32, 8)?).ok()?;
    let (size, count) = (usize::try_from(number(54, 2)?).ok()?, usize::try_from(number(56, 2)?).ok()?);
    let kinds: Option<Vec<u64>> = (0..count).map(|entry| number(table.checked_add(entry * size)?, 4)).collect();
    Some(kinds?.contains(&PT_INTERP))
}

#[cfg(test)]
mod tests {
    use super::{Options, has_interpreter};

    fn parsed(args: &[&str]) -> Result<Options, lexopt::Error> {
        Options::parse(&mut lexopt::Parser::from_args(args))
    }

    #[test]
    fn options_combine() {
        let options = parsed(&["--test-host", "http://localhost", "https://a.b:1", "--page", "--test-host=http://c"]);
        let Options { page, extension, test_hosts } = options.expect("they are right");
        assert!(page && !extension);
        assert_eq!(test_hosts, ["http://localhost", "https://a.b:1", "http://c"]);
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for wrong in [&["--test-host"][..], &["--test-host", "localhost"], &["--test-host", "http://"], &["http://a"]] {
            assert!(parsed(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn programs_are_told_apart() {
        assert_eq!(has_interpreter(b"#!/bin/sh"), None);
        assert_eq!(has_interpreter(b"\x7fELF\x02\x01"), None, "cut off");
        let mut elf = vec![0; 64 + 2 * 56];
        elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
        elf[32] = 64;
        elf[54] = 56;
        elf[56] = 2;
        assert_eq!(has_interpreter(&elf), Some(false));
        elf[64 + 56] = 3;
        assert_eq!(has_interpreter(&elf), Some(true));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_real_program_can_be_read() {
        let this = std::env::current_exe().and_then(std::fs::read).expect("a test can read itself");
        assert!(has_interpreter(&this).is_some());
    }
}

//! Running commands, with errors that say what ran, where, and how it failed.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a task failed; a text for people.
#[derive(Debug)]
pub(crate) struct Error(String);

impl Error {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// `what` was done to `path`, and failed.
    pub(crate) fn io(what: &str, path: &Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {what} {}: {error}", path.display()))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<lexopt::Error> for Error {
    fn from(error: lexopt::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<repin_sandbox::Error> for Error {
    fn from(error: repin_sandbox::Error) -> Self {
        Self(error.to_string())
    }
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    // As cargo says at run time: the checkout may have been moved since this was compiled.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let manifest = PathBuf::from(manifest);
    manifest.ancestors().nth(2).map(Path::to_owned).expect("xtask lies two folders below the root")
}

/// A command, run at the root of the repository and without a standard input.
pub(crate) fn command<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), args)
}

/// Runs a command, which prints what it prints.
pub(crate) fn run(mut command: Command) -> Result<()> {
    let status = command.status().map_err(|error| unstarted(&command, &error))?;
    if status.success() {
        Ok(())
    } else {
        Err(Error(format!("`{}` failed in {}: {status}", shown(&command), place(&command))))
    }
}

/// Runs a command and returns what it prints to standard output.
pub(crate) fn output(mut command: Command) -> Result<String> {
    command.stderr(Stdio::inherit());
    let output = command.output().map_err(|error| unstarted(&command, &error))?;
    if !output.status.success() {
        return Err(Error(format!("`{}` failed in {}: {}", shown(&command), place(&command), output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| Error(format!("`{}` printed what is not UTF-8", shown(&command))))
}

/// Whether a command is there and succeeds; what it prints is dropped.
pub(crate) fn succeeds(mut command: impl std::borrow::BorrowMut<Command>) -> bool {
    command.borrow_mut().stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

fn unstarted(command: &Command, error: &std::io::Error) -> Error {
    Error(format!("cannot run `{}` in {}: {error}", shown(command), place(command)))
}

fn place(command: &Command) -> String {
    command.get_current_dir().unwrap_or(Path::new(".")).display().to_string()
}

/// A command as one would type it, by its program's name.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(|word| {
        let word = word.to_string_lossy();
        let plain = !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || "\"'$*;&|<>()".contains(c));
        if plain { word.into_owned() } else { format!("'{word}'") }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Builds the command `repin` and returns its path.
pub(crate) fn build_repin(options: &[&str]) -> Result<PathBuf> {
    build(&[&["--package", "repin-cli"], options].concat(), ["repin"]).map(|[repin]| repin)
}

/// Builds `repin` and `repin-sandbox`, and nothing beside, and returns their paths.
pub(crate) fn build_both(options: &[&str]) -> Result<[PathBuf; 2]> {
    let packages = ["--package", "repin-cli", "--package", "repin-sandbox", "--features", SERVER, "--bins"];
    build(&[&packages, options].concat(), ["repin", "repin-sandbox"])
}

/// The same two as the tests have them: dependencies have other features there, and would be built a second time.
pub(crate) fn build_for_tests() -> Result<[PathBuf; 2]> {
    build(&["--workspace", "--features", ALL, "--bins", "--tests"], ["repin", "repin-sandbox"])
}

/// The feature of the sandbox's servers.
pub(crate) const SERVER: &str = "repin-sandbox/server";
/// What all tests together need: those servers, and the types for TypeScript, which a test compares.
pub(crate) const ALL: &str = "repin-sandbox/server,repin-wasm/typescript";

fn build<const N: usize>(options: &[&str], names: [&str; N]) -> Result<[PathBuf; N]> {
    let build = ["build", "--quiet", "--message-format", "json-render-diagnostics"];
    let messages = output(cargo([&build, options].concat()))?;
    // One JSON object a line; of an executable's, only this one string matters. Those of tests have other names.
    let made = messages.lines().filter_map(|line| line.split_once("\"executable\":\"")?.1.split('"').next());
    let made: Vec<PathBuf> = made.map(|path| PathBuf::from(path.replace("\\\\", "\\"))).collect();
    let found = names.map(|name| made.iter().find(|path| path.file_stem().is_some_and(|stem| stem == name)));
    match names.iter().zip(&found).find(|(_, path)| path.is_none()) {
        Some((name, _)) => Err(Error::new(format!("cargo built {name} and did not say where"))),
        None => Ok(found.map(|path| path.expect("it was looked for above").clone())),
    }
}

/// Installs a rustup target where it is missing.
pub(crate) fn rustup_target(target: &str) -> Result<()> {
    let libraries = output(command("rustc", ["--print", "target-libdir", "--target", target]))?;
    if Path::new(libraries.trim()).is_dir() {
        return Ok(());
    }
    run(command("rustup", ["target", "add", target])).map_err(|error| {
        Error::new(format!(
            "{error}\nThe standard library for {target} is missing and rustup cannot add it; install it by hand"
        ))
    })
}

/// Installs a rustup component of which `file` (below the toolchain's folder) is a part, where it is missing.
pub(crate) fn rustup_component(component: &str, file: &str) -> Result<()> {
    let sysroot = output(command("rustc", ["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join(file).exists() {
        return Ok(());
    }
    run(command("rustup", ["component", "add", component])).map_err(|error| {
        Error::new(format!("{error}\n{component} is missing and rustup cannot add it; install it by hand"))
    })
}

/// Where everything is built.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// Copies a file.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::copy(from, to).map(|_| ()).map_err(|error| Error::io("write", to, &error))
}

//! Node and its packages, in the folders that have a `package.json`.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::sh::{self, Error, Result, command, run};

/// A command of a package in `folder` (from the root), or one of npm's own.
pub(crate) fn npm(folder: &str, args: &[&str]) -> Command {
    let mut npm = command("npm", args);
    npm.current_dir(sh::root().join(folder)).env("NO_UPDATE_NOTIFIER", "1");
    npm
}

/// Runs a script of `folder`'s `package.json`.
pub(crate) fn script(folder: &str, name: &str, args: &[&str]) -> Result<()> {
    let all: Vec<&str> =
        ["run", "--silent", name].into_iter().chain(args.first().map(|_| "--")).chain(args.iter().copied()).collect();
    run(npm(folder, &all))
}

/// Installs what `folder`'s lock file names, if that is not there already.
pub(crate) fn install(folder: &str) -> Result<()> {
    let folder_path = sh::root().join(folder);
    let lock = folder_path.join("package-lock.json");
    let installed = folder_path.join("node_modules/.installed");
    let read = |path: &Path| fs::read(path).ok();
    let wanted = read(&lock).ok_or_else(|| Error::new(format!("{} is missing", lock.display())))?;
    if read(&installed).as_ref() == Some(&wanted) {
        return Ok(());
    }
    run(npm(folder, &["ci", "--no-audit", "--no-fund", "--loglevel", "error"]))?;
    fs::write(&installed, wanted).map_err(|error| Error::io("write", &installed, &error))
}

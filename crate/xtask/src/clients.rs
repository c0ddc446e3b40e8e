//! Clients of GitLab that others wrote walk through the stand-in: what they can read, and what they make of it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;
use crate::sh::{self, Error, Result, command, run};

/// Where the scripts are, with the versions of the clients.
const SCRIPTS: &str = "tests/sandbox/tests/clients";
/// Where the clients are installed.
const INSTALLED: &str = "target/clients";

/// Installs the clients where they are missing.
pub(crate) fn install() -> Result<()> {
    once("requirements.txt", "python", |folder| {
        run(command("python3", ["-m".as_ref(), "venv".as_ref(), "--clear".as_ref(), folder.as_os_str()]))?;
        let options = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
        let mut pip = command(folder.join("bin/python"), options);
        pip.arg(scripts("requirements.txt"));
        run(pip)
    })?;
    once("package.json", "node", |folder| {
        copy("package.json", folder)?;
        let options = ["install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel", "error", "--prefix"];
        let mut npm = command("npm", options);
        npm.arg(folder);
        run(npm)
    })
}

/// Lets both walk.
pub(crate) fn walk() -> Result<()> {
    let [_, program] = sh::build_for_tests()?;
    let sandbox = Sandbox::start::<&str>(&program, &[])?;
    let words = [sandbox.url(), sandbox.says("token"), sandbox.says("registry")];
    let folder = sh::root().join(INSTALLED);
    let mut python = command(folder.join("python/bin/python"), [scripts("walk.py")]);
    python.args(words);
    run(python)?;
    // Node looks for packages beside the script.
    copy("walk.js", &folder.join("node"))?;
    let mut node = command("node", [folder.join("node/walk.js")]);
    node.args(words);
    run(node)
}

fn scripts(name: &str) -> PathBuf {
    sh::root().join(SCRIPTS).join(name)
}

fn copy(name: &str, folder: &Path) -> Result<()> {
    let from = scripts(name);
    fs::copy(&from, folder.join(name)).map(drop).map_err(|error| Error::io("copy", &from, &error))
}

/// Installs what a list names into a folder, unless this very list was installed there.
fn once(list: &str, folder: &str, install: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let folder = sh::root().join(INSTALLED).join(folder);
    let done = folder.join("installed");
    let list = scripts(list);
    let wanted = fs::read_to_string(&list).map_err(|error| Error::io("read", &list, &error))?;
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    fs::create_dir_all(&folder).map_err(|error| Error::io("make", &folder, &error))?;
    install(&folder)?;
    fs::write(&done, wanted).map_err(|error| Error::io("write", &done, &error))
}

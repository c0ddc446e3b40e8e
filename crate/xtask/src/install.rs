//! Programs that the checks need: where one is missing, Debian's package of it.

use std::path::Path;
use std::process::Command;

use crate::sh::{Error, Result, command, output, run, succeeds};

/// A program: what it is for, whether it works, and the Debian packages that bring it.
struct Program {
    name: &'static str,
    works: fn() -> bool,
    packages: &'static [&'static str],
}

const PROGRAMS: [Program; 9] = [
    Program { name: "git", works: || answers("git"), packages: &["git"] },
    Program { name: "docker-registry", works: || answers("docker-registry"), packages: &["docker-registry"] },
    Program { name: "skopeo", works: || answers("skopeo"), packages: &["skopeo"] },
    Program { name: "shellcheck", works: || answers("shellcheck"), packages: &["shellcheck"] },
    Program { name: "busybox", works: || succeeds(Command::new("busybox").arg("true")), packages: &["busybox"] },
    // Debian's Python has no pip, and makes no environments that have one.
    Program {
        name: "python3 with venv and pip",
        works: || succeeds(Command::new("python3").args(["-c", "import ensurepip, venv"])),
        packages: &["python3-venv"],
    },
    Program { name: "node and npm", works: || answers("node") && answers("npm"), packages: &["nodejs", "npm"] },
    Program {
        name: "chromium and its driver",
        works: || answers("chromium") && answers("chromedriver"),
        packages: &["chromium", "chromium-driver"],
    },
    Program { name: "firefox", works: || answers("firefox-esr") || answers("firefox"), packages: &["firefox-esr"] },
];

fn answers(program: &str) -> bool {
    succeeds(Command::new(program).arg("--version"))
}

/// Installs the programs that are missing, where this is Debian and may install, and else says which.
pub(crate) fn programs() -> Result<()> {
    let missing: Vec<&Program> = PROGRAMS.iter().filter(|program| !(program.works)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|program| program.name).collect();
    let packages: Vec<_> = missing.iter().flat_map(|program| program.packages).copied().collect();
    let install = format!("apt-get install {}", packages.join(" "));
    if !(is_root() && answers("apt-get")) {
        let names = names.join(", ");
        return Err(Error::new(format!("missing: {names}. On Debian: `{install}`, else your system's way")));
    }
    // The lists of packages can be absent or old on a fresh machine; looking is faster than reading them anew.
    let known = succeeds(apt(&["install", "--simulate"], &packages));
    if !known {
        run(apt(&["update", "--quiet=2"], &[]))?;
    }
    if apt_installs(&packages).is_err() {
        // What the lists name may be gone from the archive.
        run(apt(&["update", "--quiet=2"], &[]))?;
        apt_installs(&packages)?;
    }
    match missing.iter().find(|program| !(program.works)()) {
        None => Ok(()),
        Some(program) => Err(Error::new(format!("{} does not work after `{install}`", program.name))),
    }
}

fn apt_installs(packages: &[&str]) -> Result<()> {
    run(apt(&["install", "--quiet=2", "--yes", "--no-install-recommends"], packages))
}

fn apt(options: &[&str], packages: &[&str]) -> Command {
    let mut command = command("apt-get", options.iter().chain(packages));
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Whether this is root, on a Linux.
pub(crate) fn is_root() -> bool {
    Path::new("/proc").is_dir() && output(command("id", ["-u"])).is_ok_and(|id| id.trim() == "0")
}

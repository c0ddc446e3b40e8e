//! The extension on the sandbox's Renku, in a Chromium of its own.

use std::path::PathBuf;
use std::process::{Child, Stdio};

use crate::sandbox::Sandbox;
use crate::sh::{self, Error, Result, command, succeeds};
use crate::{extension, install};

/// The extension as Chromium loads it.
const BUILT: &str = "dist/chrome-test";
/// Chrome itself no longer takes `--load-extension`.
const PROGRAMS: [&str; 2] = ["chromium", "chromium-browser"];

/// A browser that ends when this is dropped.
pub(super) struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// Builds the extension, and starts a browser with it, or says how to do that.
pub(super) fn renku(sandbox: &Sandbox, starts: bool) -> Result<Option<Browser>> {
    let built = extension::build_for(&extension::SANDBOX);
    if let Err(error) = built {
        println!("\nThe extension could not be built: {error}\n");
        return Ok(None);
    }
    let project = format!("{}/p/ada/course", sandbox.says("renku"));
    let legacy = format!("{}/projects/ada/course/sessions/new", sandbox.says("renku-legacy"));
    println!("\nThe same project in a Renku, and in one as it was before Renku 2:\n\n   {project}\n   {legacy}\n");
    if starts {
        return start(&project).map(Some);
    }
    println!(
        "\
The extension that works there is built. To load it: in Chromium, chrome://extensions, developer mode,
\"Load unpacked\": dist/chrome-test; in Firefox, about:debugging, \"This Firefox\", \"Load Temporary Add-on\":
dist/firefox-test/manifest.json. Or `cargo xtask demo --browser` starts Chromium with it.
"
    );
    Ok(None)
}

fn start(page: &str) -> Result<Browser> {
    let program = PROGRAMS.into_iter().find(|program| succeeds(command(program, ["--version"])));
    let program = program
        .ok_or_else(|| Error::new("chromium is not installed; without --browser, the demo says how to go on"))?;
    let extension = sh::root().join(BUILT).display().to_string();
    let mut chromium = command(program, options(&extension, &profile().display().to_string()));
    if install::is_root() {
        // Its sandbox does not work for root.
        chromium.arg("--no-sandbox");
    }
    chromium.arg(page).stdout(Stdio::null()).stderr(Stdio::null());
    let child = chromium.spawn().map_err(|error| Error::new(format!("cannot run {program}: {error}")))?;
    println!("{program} shows it, with the extension.\n");
    Ok(Browser(child))
}

/// Chromium with one extension, and nothing of whoever uses this machine.
fn options(extension: &str, profile: &str) -> [String; 5] {
    [
        format!("--user-data-dir={profile}"),
        format!("--disable-extensions-except={extension}"),
        format!("--load-extension={extension}"),
        "--no-first-run".to_owned(),
        "--no-default-browser-check".to_owned(),
    ]
}

/// In the demo's folder, which is made anew for each demo.
fn profile() -> PathBuf {
    sh::root().join("target/demo/browser")
}

//! The browser extension: built, packed and checked by its own scripts.

use crate::node;
use crate::sh::{Result, run};

const EXTENSION: &str = "extension";
/// The origins that a build has permission for from the start: extension/build/test-hosts.ts.
const TEST_HOSTS: &str = "REPIN_TEST_HOSTS";

/// Where the sandbox serves: a page at one of them can ask the other only by the extension's permission.
pub(crate) const SANDBOX: [&str; 2] = ["http://localhost", "http://127.0.0.1"];

/// Builds it for both browsers, and packs what the stores take.
pub(crate) fn build() -> Result<()> {
    node::install(EXTENSION)?;
    script(&[])?;
    println!("dist/chrome, dist/firefox, dist/repin-{{chrome,firefox,firefox-sources}}.zip");
    Ok(())
}

/// Builds it with permission for these hosts, which no automation could give to it.
pub(crate) fn build_for(hosts: &[impl AsRef<str>]) -> Result<()> {
    node::install(EXTENSION)?;
    script(&hosts.iter().map(AsRef::as_ref).collect::<Vec<_>>())?;
    println!("dist/chrome-test, dist/firefox-test");
    Ok(())
}

fn script(hosts: &[&str]) -> Result<()> {
    let mut build = node::npm(EXTENSION, &["run", "--silent", "build"]);
    build.env(TEST_HOSTS, hosts.join(" "));
    run(build)
}

/// Builds it both ways, and checks what was built; `dist/npm` has to be there.
pub(crate) fn check() -> Result<()> {
    build()?;
    build_for(&SANDBOX)?;
    for name in ["lint", "check", "test", "lint:stores"] {
        node::script(EXTENSION, name, &[])?;
    }
    Ok(())
}

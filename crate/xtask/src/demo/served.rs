//! The same project behind the API of a GitLab, without a clone.

use std::fs;
use std::path::Path;

use repin_sandbox::{Course, Moment};

use super::stage::{CACHE, Stage};
use super::{browser, short};
use crate::sandbox::Sandbox;
use crate::sh::{self, Error, Result};

/// What is asked through the API: an image of later, one after a merge, and none, whose failed job is named.
const MOMENTS: [&str; 3] = ["the image came later", MERGE, "never built"];
pub(super) const MERGE: &str = "a merge of one side";

/// Where the page is, once it is built.
const PAGE: &str = "dist/www";

/// Starts the sandbox and asks it; it still serves afterwards.
pub(super) fn show(stage: &mut Stage<'_>, program: &Path, course: &Course) -> Result<Sandbox> {
    // It is served from the start, and there once it is built.
    let page = sh::root().join(PAGE);
    fs::create_dir_all(&page).map_err(|error| Error::io("make", &page, &error))?;
    let sandbox = Sandbox::start(program, &["--renku".as_ref(), "--site".as_ref(), page.as_os_str()])?;
    stage.say(&format!(
        "\nThe same project as a GitLab serves it (a stand-in, at {}): asked through its API,\n\
         without a clone and a list of tags; {}. What an answer cost stands above its notes.\n",
        sandbox.says("project"),
        if sandbox.registry {
            "its images are in a real registry"
        } else {
            "it makes up the images, since docker-registry is not installed"
        }
    ))?;
    for (number, name) in MOMENTS.iter().enumerate() {
        let moment = course.moment(name)?;
        stage.say(&format!("{name}:"))?;
        forget(stage)?;
        ask(stage, &sandbox, moment)?;
        if number == 0 {
            stage.say("The same question again; what cannot change was kept:")?;
            ask(stage, &sandbox, moment)?;
        }
    }
    if sandbox.registry {
        deeds(stage, &sandbox, course)?;
    } else {
        stage
            .say("docker-registry is not installed: the stand-in made up what a registry would have said of images.")?;
    }
    Ok(sandbox)
}

/// What becomes of an answer: notes on commits, a record, a pin, a tag in the registry in place of a build.
fn deeds(stage: &mut Stage<'_>, sandbox: &Sandbox, course: &Course) -> Result<()> {
    let commit = short(&course.moment(MERGE)?.commit);
    let (project, images) = (sandbox.says("project"), ["--image", sandbox.says("registry")]);
    stage.say("Each commit's image as a git note, which a clone can have where no registry is reached:")?;
    let range = format!("{commit}~1..{commit}");
    stage.command(&[&["annotate", "course", "--range", &range], &images[..]].concat())?;
    stage.command(&[&["resolve", "course", "--commit", commit], &images[..]].concat())?;
    stage.say("The image that .renku/renku.ini should pin for that commit, whatever the registry's tags become:")?;
    stage.command(&[&["pin", "course", "--commit", commit, "--by", "digest", "--dry-run"], &images[..]].concat())?;
    stage.say("An answer is the record of which image a result was made in:")?;
    stage.record(&["resolve", project, "--commit", commit, "--format", "json"], "image.json")?;
    let path = stage.folder.join("token");
    fs::write(&path, sandbox.says("token")).map_err(|error| Error::io("write", &path, &error))?;
    stage.say("\nThe merge's own tag, in the registry, with a token that may push there (in the file `token`):")?;
    let args = ["retag", project, "--commit", commit, "--token-file", "token"];
    stage.command(&args)?;
    stage.command(&["resolve", project, "--commit", commit, "--no-cache"])?;
    stage.say("The record still holds:")?;
    stage.command(&["resolve", project, "--verify", "image.json"])?;
    Ok(())
}

fn ask(stage: &mut Stage<'_>, sandbox: &Sandbox, moment: &Moment) -> Result<()> {
    let args = ["resolve", sandbox.says("project"), "--commit", short(&moment.commit)];
    stage.ask(moment, sandbox.says("registry"), &args)
}

/// Takes away what was kept, so that an answer costs what it costs the first time.
fn forget(stage: &Stage<'_>) -> Result<()> {
    let cache = stage.folder.join(CACHE);
    if cache.exists() {
        fs::remove_dir_all(&cache).map_err(|error| Error::io("remove", &cache, &error))?;
    }
    Ok(())
}

/// Builds page and extension, says what can be tried, and serves until somebody ends it.
pub(super) fn keep(sandbox: Sandbox, merge: &str, starts_browser: bool) -> Result<()> {
    println!("Building the page and the extension, which takes some minutes the first time …");
    // Without the page, for want of Node or of a network, everything else is still worth trying.
    match crate::dist::page() {
        Ok(()) => println!("\nThe page, about the same project:\n\n   {}\n", page_of(&sandbox, merge)),
        Err(error) => println!("\nThe page could not be built: {error}\n"),
    }
    // It is started with the extension in it, or not at all: it ends with this process.
    let browser = browser::renku(&sandbox, starts_browser)?;
    let (url, project, private) = (sandbox.url(), sandbox.says("project"), sandbox.says("private"));
    println!(
        "\
The GitLab stand-in serves until Ctrl-C. Worth trying:

   repin history {project}
   repin check {project}
   git clone {project}.git
   GITLAB_TOKEN={} repin inputs {private}

and in a browser:

   {url}/api/v4/projects
   {url}/api/v4/projects/ada%2Fcourse/repository/commits?per_page=5
   {url}/api/v4/projects/ada%2Fcourse/pipelines
   {url}/api/v4/projects/ada%2Fcourse/registry/repositories?tags=true
",
        sandbox.says("token")
    );
    let ended = sandbox.wait();
    drop(browser);
    ended
}

/// The page's address, with a commit as its question.
fn page_of(sandbox: &Sandbox, commit: &str) -> String {
    let (site, project) = (sandbox.says("site").trim_end_matches('/'), sandbox.says("project"));
    let escaped = project.replace(':', "%3A").replace('/', "%2F");
    format!("{site}/?project={escaped}&commit={commit}")
}

/// A text without what differs from run to run: ports, and how many bytes came, which the ports are part of.
pub(super) fn timeless(text: &str) -> String {
    const HOST: &str = "127.0.0.1:";
    let mut parts = text.split(HOST);
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| format!("{HOST}PORT{}", part.trim_start_matches(|c: char| c.is_ascii_digit())));
    let text: String = std::iter::once(first).chain(rest).collect();
    text.lines().map(without_bytes).fold(String::new(), |all, line| all + &line + "\n")
}

/// `15 requests, 10 rounds, 10 kB` without the last.
fn without_bytes(line: &str) -> String {
    match line.rsplit_once(", ") {
        Some((before, bytes)) if before.ends_with(" rounds") || before.ends_with(" round") => {
            let unit = bytes.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            format!("{before}, N{unit}")
        }
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::timeless;

    #[test]
    fn what_differs_from_run_to_run_goes() {
        for (text, expected) in [
            ("at http://127.0.0.1:4711/ada", "at http://127.0.0.1:PORT/ada\n"),
            ("127.0.0.1:80/a 127.0.0.1:1\nx", "127.0.0.1:PORT/a 127.0.0.1:PORT\nx\n"),
            ("  15 requests, 10 rounds, 10 kB", "  15 requests, 10 rounds, N kB\n"),
            ("  2 requests, 1 round, 690 bytes", "  2 requests, 1 round, N bytes\n"),
            ("all rounds and 4 requests, 5 kB", "all rounds and 4 requests, 5 kB\n"),
        ] {
            assert_eq!(timeless(text), expected);
        }
    }
}

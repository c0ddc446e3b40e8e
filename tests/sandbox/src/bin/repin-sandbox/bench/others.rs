//! Other ways to ask the same server.
//!
//! Each finds the last commits that changed the files of the recipe, which is less than an answer (`repin resolve` also says which
//! image is right).

use std::io::Read as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use repin_sandbox::Git;
use repin_sandbox::gitlab::Server;

use super::count::{counted, row};
use crate::error::{Error, Result};
use crate::usual::RECIPE;

/// Nobody waits longer than this for one of them.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) fn print(server: &Server, url: &str, git: &Git, asked: &[&str]) -> Result<()> {
    clone(server, url, git, asked, "git clone --bare", &[])?;
    let (mut in_turn, mut at_once) = (Vec::new(), Vec::new());
    for commit in asked {
        let addresses: Vec<String> = RECIPE.iter().map(|path| address(server, url, commit, path)).collect();
        let agent = agent();
        in_turn.push(counted(server, || addresses.iter().try_for_each(|address| get(&agent, address)))?.1);
        at_once.push(counted(server, || together(&addresses))?.1);
    }
    println!("{}", row("`commits?path=` for each file, in turn", &in_turn, "the last change of each"));
    println!("{}", row("`commits?path=` for each file, at once", &at_once, "the last change of each"));
    // The last of all: what it still fetches when it is stopped would count for the next.
    clone(server, url, git, asked, "git clone --bare --filter=tree:0", &["--filter=tree:0"])
}

/// A clone, and in it `git log` for a commit.
fn clone(server: &Server, url: &str, git: &Git, asked: &[&str], name: &str, options: &[&str]) -> Result<()> {
    let to = git.dir().with_extension("clone");
    std::fs::remove_dir_all(&to).ok();
    let (from, target) = (format!("{url}.git"), to.to_string_lossy());
    let clone = [&["clone", "--quiet", "--bare"], options, &[&from, &target]].concat();
    let (_, count) = counted(server, || Ok(git.run(&clone)?))?;
    println!("{}", row(&format!("`{name}`"), &[count], ""));
    let copy = Git::open(&to);
    let (mut counts, mut late) = (Vec::new(), false);
    // What is fetched stays in the clone, so only the first question of all is a first one.
    for commit in asked {
        let (in_time, count) = counted(server, || log(&copy, commit))?;
        counts.push(count);
        if !in_time {
            late = true;
            break;
        }
    }
    let remark = if late { format!("stopped after {} s", PATIENCE.as_secs()) } else { "the last change of any".into() };
    let (first, rest) =
        counts.split_first().map_or((&[][..], &[][..]), |(first, rest)| (std::slice::from_ref(first), rest));
    println!("{}", row("then `git log -1 -- …`, the first", first, &remark));
    if !rest.is_empty() {
        println!("{}", row("then `git log -1 -- …`, each later one", rest, &remark));
    }
    std::fs::remove_dir_all(&to).ok();
    Ok(())
}

/// False if it took too long, and was ended.
fn log(git: &Git, commit: &str) -> Result<bool> {
    let failed = |error: std::io::Error| Error::new(format!("cannot run git log: {error}"));
    let mut command = git.command(&[&["log", "-1", "--format=%H", commit, "--"], &RECIPE[..]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let start = Instant::now();
    let mut out = child.stdout.take().expect("it is piped");
    // Its output ends with it; a thread waits for that, so that this one can stop waiting.
    let (done, ended) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).ok();
        done.send(text).ok();
    });
    let Ok(text) = ended.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) else {
        child.kill().map_err(failed)?;
        child.wait().map_err(failed)?;
        return Ok(false);
    };
    let status = child.wait().map_err(failed)?;
    if status.success() && !text.is_empty() {
        return Ok(true);
    }
    Err(Error::new(format!("git log in {} failed: {status}", git.dir().display())))
}

fn address(server: &Server, url: &str, commit: &str, path: &str) -> String {
    let project = url.strip_prefix(server.url()).unwrap_or(url).trim_start_matches('/').replace('/', "%2F");
    let api = format!("{}/api/v4/projects/{project}/repository/commits", server.url());
    format!("{api}?ref_name={commit}&path={path}&per_page=1")
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().proxy(None).build().new_agent()
}

fn get(agent: &ureq::Agent, address: &str) -> Result<()> {
    let failed = |error: ureq::Error| Error::new(format!("{address}: {error}"));
    let mut answer = agent.get(address).call().map_err(failed)?;
    answer.body_mut().read_to_vec().map(drop).map_err(failed)
}

fn together(addresses: &[String]) -> Result<()> {
    let agent = agent();
    thread::scope(|scope| {
        let threads: Vec<_> = addresses.iter().map(|address| scope.spawn(|| get(&agent, address))).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a request does not panic"))
    })
}

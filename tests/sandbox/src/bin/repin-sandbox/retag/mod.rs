//! `repin-sandbox retag`: what another tag for an image costs, beside a copy by skopeo and a build's push, over the same
//! registry in one run.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use repin_sandbox::gitlab::{Kind, Options, Project, Reach, Repository, Scope, Server, Tally, Token};
use repin_sandbox::registry::Registry;
use repin_sandbox::{ADA, Git};

use crate::Failure;
use crate::error::{Error, Result};

mod proxy;

use proxy::Proxy;

/// The bytes of the image's layer: those of a small one.
const LAYER: usize = 32 << 20;
const SECRET: &str = "a-token-of-the-benchmark";
const CREATED: u64 = 1_709_539_200;

pub(crate) fn retag(mut args: impl Iterator<Item = String>) -> std::result::Result<(), Failure> {
    let usage = |text: &str| Failure::Usage(text.to_owned());
    let (mut repin, mut folder, mut runs) = (None, None, 5);
    while let Some(name) = args.next() {
        let value = args.next().ok_or_else(|| usage(&format!("{name} needs a value")))?;
        match name.as_str() {
            "--repin" => repin = Some(PathBuf::from(value)),
            "--folder" => folder = Some(PathBuf::from(value)),
            "--runs" => runs = value.parse().map_err(|_| usage("--runs needs a number"))?,
            _ => return Err(usage(&format!("there is no option {name}"))),
        }
    }
    let (Some(repin), Some(folder)) = (repin, folder) else { return Err(usage("--repin and --folder are needed")) };
    std::fs::remove_dir_all(&folder).ok();
    Ok(Bench::new(repin, folder, runs)?.run()?)
}

struct Bench {
    repin: PathBuf,
    folder: PathBuf,
    git: Git,
    server: Server,
    registry: Arc<Registry>,
    proxy: Proxy,
    runs: usize,
}

/// What something cost: requests and bytes to and from the registry and its token server.
#[derive(Clone, Copy)]
struct Cost {
    requests: u64,
    bytes: u64,
    time: Duration,
}

impl Bench {
    fn new(repin: PathBuf, folder: PathBuf, runs: usize) -> Result<Self> {
        let git = Git::init(&folder.join("project"))?;
        git.write("Dockerfile", "FROM scratch\nCOPY requirements.txt /\n")?;
        git.write("requirements.txt", "numpy\n")?;
        git.commit(ADA, "Start")?;
        for number in 0..runs {
            git.write("README.md", format!("{number}\n"))?;
            git.commit(ADA, &format!("Change nothing that counts, {number}"))?;
        }
        let server = Server::start(Options::default())?;
        let registry = Arc::new(Registry::start(&format!("{}/jwt/auth", server.url()))?);
        server.attach(Arc::clone(&registry));
        let repository = git.dir().to_owned();
        let images = vec![Repository::default()];
        server.add(Project { path: "group/name".to_owned(), repository, images, ..Project::default() });
        let (kind, scopes) = (Kind::Personal, vec![Scope::ReadRegistry, Scope::WriteRegistry]);
        server.add_token(Token { secret: SECRET.to_owned(), kind, scopes, projects: Reach::All, expired: false });
        let proxy = Proxy::start(registry.host())?;
        Ok(Self { repin, folder, git, server, registry, proxy, runs })
    }

    fn run(&self) -> Result<()> {
        let first = self.git.id(&format!("HEAD~{}", self.runs))?;
        let image = first.get(..7).unwrap_or_default().to_owned();
        self.registry.push_text("group/name", &image, &text(0), CREATED)?;
        // What a build would push: other layers each time, made before the clock runs.
        let built: Vec<PathBuf> = (0..self.runs).map(|number| self.build(number)).collect::<Result<_>>()?;
        let name = format!("docker://{}/group/name", self.proxy.address);

        let (mut copies, mut pushes, mut tags) = (Vec::new(), Vec::new(), Vec::new());
        for (number, built) in built.iter().enumerate() {
            let (from, to) = (format!("{name}:{image}"), format!("{name}:copy-{number}"));
            copies.push(self.measure(skopeo(&["--src-creds", "--dest-creds"], &from, &to))?);
            let from = format!("dir:{}", built.display());
            pushes.push(self.measure(skopeo(&["--dest-creds"], &from, &format!("{name}:build-{number}")))?);
            tags.push(self.measure(self.retag(number))?);
            let commit = self.git.id(&format!("HEAD~{number}"))?;
            let tag = commit.get(..7).unwrap_or_default();
            if self.registry.digest("group/name", tag)? != self.registry.digest("group/name", &image)? {
                return Err(Error::new(format!("{tag} is not the image of {image} after repin retag")));
            }
        }
        println!(
            "An image with one layer of {} MiB, {} runs in turn, medians. Requests and bytes, both ways, of the registry and the\n\
             server of its tokens. What `repin retag` costs has in it how it finds the image: the list of tags, and a look at one.\n",
            LAYER >> 20,
            self.runs
        );
        println!(
            "| | requests | bytes | time | bytes, times repin's | time, times repin's |\n|---|---:|---:|---:|---:|---:|"
        );
        let repin = median(&tags);
        for (name, cost) in [
            ("`repin retag`", repin),
            ("`skopeo copy` from tag to tag", median(&copies)),
            ("the push of a build, without the build", median(&pushes)),
        ] {
            println!(
                "| {name} | {} | {} | {} ms | {} | {} |",
                cost.requests,
                bytes(cost.bytes),
                cost.time.as_millis(),
                ratio(cost.bytes, repin.bytes),
                ratio(micros(cost.time), micros(repin.time)),
            );
        }
        Ok(())
    }

    /// An image as a build would have made it, in a folder.
    fn build(&self, number: usize) -> Result<PathBuf> {
        let (repository, tag) = (format!("group/name/built-{number}"), "a");
        self.registry.push_text(&repository, tag, &text(number + 1), CREATED)?;
        let folder = self.folder.join(format!("built-{number}"));
        let from = format!("docker://{}/{repository}:{tag}", self.registry.host());
        finish(skopeo(&["--src-creds"], &from, &format!("dir:{}", folder.display())))?;
        Ok(folder)
    }

    fn retag(&self, number: usize) -> Command {
        let mut command = Command::new(&self.repin);
        command.arg("retag").arg(self.git.dir()).args(["--no-note", "--commit", &format!("HEAD~{number}")]);
        command.args(["--image", &format!("{}/group/name", self.proxy.address)]);
        command.env("REPIN_REGISTRY_USER", "ada").env("REPIN_REGISTRY_PASSWORD", SECRET).env("HOME", &self.folder);
        command
    }

    fn measure(&self, command: Command) -> Result<Cost> {
        self.proxy.take();
        self.server.clear_log();
        let start = Instant::now();
        finish(command)?;
        let time = start.elapsed();
        let (requests, bytes) = self.proxy.take();
        let tokens = Tally::of(&self.server.log());
        Ok(Cost { requests: requests + tokens.requests as u64, bytes: bytes + tokens.bytes, time })
    }
}

/// A copy that leaves every byte as it is.
fn skopeo(logins: &[&str], from: &str, to: &str) -> Command {
    let mut command = Command::new("skopeo");
    command.args(["copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false"]);
    for login in logins {
        command.args([login, format!("ada:{SECRET}").as_str()]);
    }
    command.args([from, to]);
    command
}

fn finish(mut command: Command) -> Result<()> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| Error::new(format!("{program} cannot be run: {error}")))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Error::new(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim_end())))
}

/// What no two layers have in common, and no compression makes much of.
fn text(seed: usize) -> String {
    let mut random = fastrand::Rng::with_seed(seed as u64);
    std::iter::repeat_with(|| random.alphanumeric()).take(LAYER).collect()
}

fn median(costs: &[Cost]) -> Cost {
    let of = |value: fn(&Cost) -> u64| {
        let mut values: Vec<u64> = costs.iter().map(value).collect();
        values.sort_unstable();
        values.get(values.len() / 2).copied().unwrap_or(0)
    };
    Cost {
        requests: of(|cost| cost.requests),
        bytes: of(|cost| cost.bytes),
        time: Duration::from_micros(of(|cost| micros(cost.time))),
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn bytes(bytes: u64) -> String {
    if bytes < 1_000_000 { format!("{} kB", bytes.div_ceil(1000)) } else { format!("{} MB", bytes / 1_000_000) }
}

/// `3.5` or `1200`
fn ratio(value: u64, base: u64) -> String {
    let tenths = value.saturating_mul(10) / base.max(1);
    if tenths < 100 { format!("{}.{}", tenths / 10, tenths % 10) } else { (tenths / 10).to_string() }
}

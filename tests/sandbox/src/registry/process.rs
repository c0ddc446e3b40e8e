//! The registry's process.

use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::client;
use super::token::{ISSUER, SERVICE, Signer};
use crate::{Error, Result};

const PROGRAM: &str = "docker-registry";
/// Runs the program until the standard input ends: so it ends with this process, even when that is killed. The shell lets go of
/// the program's standard error, whose end says that the program has ended.
const GUARD: &str = r#"docker-registry serve "$1" & exec 2>/dev/null; cat; kill -9 $!; wait"#;
/// How long the program may take until it listens.
const START: Duration = Duration::from_secs(20);

/// A running `docker-registry`, which keeps everything in memory. It ends when this is dropped.
#[derive(Debug)]
pub struct Registry {
    _process: Process,
    address: String,
    signer: Signer,
    pub(super) agent: ureq::Agent,
    /// How often this process changed something in it.
    pub(super) changed: AtomicU64,
}

/// The process, which runs as long as its standard input is open.
#[derive(Debug)]
struct Process(Child);

/// What the program reads when it starts, and not later.
struct Folder(PathBuf);

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().ok();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

impl Registry {
    /// Starts a registry without images on a free port of 127.0.0.1. It sends those without a token to `realm`, the
    /// `/jwt/auth` of a server that asks [`signer`](Self::signer).
    ///
    /// # Errors
    /// The program is not there, or does not start: then with what it says.
    pub fn start(realm: &str) -> Result<Self> {
        let signer = Signer::new()?;
        let folder = folder()?;
        let certificate = folder.0.join("token.pem");
        write(&certificate, signer.certificate())?;
        let config = folder.0.join("config.yml");
        // JSON is YAML, and quotes whatever stands in a path. On a disk it would wait for every file to be written.
        let content = json!({
            "version": "0.1",
            "log": { "level": "info", "accesslog": { "disabled": true } },
            "storage": {
                "inmemory": {},
                "delete": { "enabled": true },
                "maintenance": { "uploadpurging": { "enabled": false } },
            },
            "http": { "addr": "127.0.0.1:0", "secret": "one registry, no need for one" },
            "auth": { "token": { "realm": realm, "service": SERVICE, "issuer": ISSUER, "rootcertbundle": certificate } },
        });
        write(&config, &content.to_string())?;
        let (process, address) = run(&config)?;
        Ok(Self { _process: process, address, signer, agent: client::agent(), changed: AtomicU64::new(0) })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its name in a reference: `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        &self.address
    }

    /// Who signs its tokens.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// How many requests of this process may have changed something in it: as long as that stays, its tags do, unless others
    /// push.
    pub fn changes(&self) -> u64 {
        self.changed.load(Ordering::Relaxed)
    }
}

/// Starts the program and waits until it says where it listens.
fn run(config: &Path) -> Result<(Process, String)> {
    let there = Command::new(PROGRAM).arg("--version").stdin(Stdio::null()).output();
    there.map_err(|error| {
        Error::new(if error.kind() == ErrorKind::NotFound {
            format!("{PROGRAM} is not there: on Debian, `apt-get install {PROGRAM}`")
        } else {
            format!("cannot run {PROGRAM}: {error}")
        })
    })?;
    let mut command = Command::new("sh");
    // Variables of this form would change the configuration.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REGISTRY_")) {
        command.env_remove(name);
    }
    command.args(["-c", GUARD, "sh"]).arg(config);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| Error::new(format!("cannot run sh: {error}")))?;
    let stderr = child.stderr.take();
    let process = Process(child);
    let (send, receive) = mpsc::channel();
    if let Some(stderr) = stderr {
        thread::spawn(move || listen(stderr, &send));
    }
    match receive.recv_timeout(START) {
        Ok(Ok(address)) => Ok((process, address)),
        Ok(Err(said)) => Err(Error::new(format!("{PROGRAM} ended at once:\n{said}"))),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
            Err(Error::new(format!("{PROGRAM} does not listen after {} s", START.as_secs())))
        }
    }
}

/// Reads the log to its end, so that the program never waits for a reader; sends the address that it names, or else the first
/// lines: after an error, a trace follows.
fn listen(stderr: ChildStderr, send: &Sender<std::result::Result<String, String>>) {
    let mut first = Vec::new();
    for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
        if let Some((_, rest)) = line.split_once("listening on ") {
            let address: String = rest.chars().take_while(|c| c.is_ascii_digit() || matches!(c, '.' | ':')).collect();
            // After the first time nobody is waiting.
            send.send(Ok(address)).ok();
        }
        if first.len() < 20 {
            first.push(line);
        }
    }
    // Nobody waits any more if this is the end of a registry that did start.
    send.send(Err(first.join("\n"))).ok();
}

fn folder() -> Result<Folder> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("repin-registry-{}-{number}", std::process::id()));
    // What a killed process of the same number left behind.
    fs::remove_dir_all(&path).ok();
    fs::create_dir_all(&path).map_err(|error| Error::io("make the folder", &path, &error))?;
    Ok(Folder(path))
}

fn write(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).map_err(|error| Error::io("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_ends_at_once_is_an_error_with_what_it_says() {
        let folder = folder().expect("there is a place for temporary files");
        let config = folder.0.join("config.yml");
        write(&config, "version: 0.1\nstorage: {nowhere: {}}\nhttp: {addr: '127.0.0.1:0'}\n")
            .expect("it can be written");
        let error = run(&config).map(drop).map_err(|error| error.to_string());
        let said = "ended at once";
        assert!(error.as_ref().is_err_and(|error| error.contains(said) && error.contains("nowhere")), "{error:?}");
    }
}

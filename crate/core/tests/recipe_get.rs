//! The shell part that fetches the program, run for real: in the shells and with the tools that CI images have, from servers
//! on this machine.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const GET: &str = include_str!("../src/ci/recipe/get.sh");
const PROGRAM: &str = "#!/bin/sh\necho fetched\n";
/// `printf PROGRAM | sha256sum`
const CHECKSUM: &str = "df3f283be34a7614226644e1a725254933d9e4874dfb69ee634b72248bc6a029";
const TOKEN: &str = "glcbt-64-hushhush";

/// A server that keeps the heads of the requests it got.
struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `moved`: where it sends those who ask for what is elsewhere.
    fn start(moved: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if let Some(stream) = answer(stream, &log, &moved) {
                    silent.push(stream);
                }
            }
        });
        Self { port, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn taken(&self) -> Vec<String> {
        std::mem::take(&mut self.requests.lock().unwrap())
    }
}

/// The stream comes back where there is no answer, ever.
fn answer(mut stream: TcpStream, log: &Mutex<Vec<String>>, moved: &str) -> Option<TcpStream> {
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).unwrap_or(0) == 0 {
            return None;
        }
    }
    let path = head.split([' ', '?']).nth(1).unwrap_or_default().to_owned();
    let has_token = head.lines().any(|line| line.eq_ignore_ascii_case(&format!("JOB-TOKEN: {TOKEN}")));
    log.lock().unwrap().push(head);
    let found = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{PROGRAM}", PROGRAM.len());
    let elsewhere =
        format!("HTTP/1.1 302 Found\r\nLocation: {moved}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let no = |status: &str| format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let text = match path.as_str() {
        "/hang" => return Some(stream),
        "/repin" => found,
        "/moved" => elsewhere,
        "/api/v4/stored" if has_token => elsewhere,
        "/api/v4/private" if has_token => found,
        "/api/v4/forbidden" if has_token => no("403 Forbidden"),
        _ => no("404 Not Found"),
    };
    // Whoever has gone away needs no answer.
    let _ = stream.write_all(text.as_bytes());
    None
}

/// A shell, and where its tools come from.
const SHELLS: [(&str, &[&str], bool); 3] =
    [("dash", &["-e"], false), ("bash", &["-e", "-o", "pipefail"], false), ("busybox", &["sh", "-e"], true)];
const TOOLS: [&str; 9] = ["sha256sum", "timeout", "true", "sed", "tr", "tail", "cut", "chmod", "rm"];

fn which(tool: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&path).map(|folder| folder.join(tool)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{tool} is needed (on Debian: apt-get install {tool})"))
}

/// What an image has to fetch with.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Has {
    Curl,
    Wget,
    Both,
    Neither,
    /// A curl that does nothing without a login, and wget.
    OddCurl,
}

use Has::{Both, Curl, Neither, OddCurl, Wget};

/// A folder with these tools and no others. GitLab is spoken to with encryption; here curl's stand-in takes that away
/// again, and is curl itself but for that.
fn tools(folder: &Path, is_busybox: bool, has: Has, gitlab: &Server) {
    fs::create_dir_all(folder).unwrap();
    let place = |tool: &str| if is_busybox { which("busybox") } else { which(tool) };
    for tool in TOOLS {
        symlink(place(tool), folder.join(tool)).unwrap();
    }
    if [Wget, Both, OddCurl].contains(&has) {
        symlink(place("wget"), folder.join("wget")).unwrap();
    }
    if [Curl, Both, OddCurl].contains(&has) {
        let odd =
            if has == OddCurl { "case \"$*\" in *\"-K -\"*) ;; *) echo 'curl: odd' >&2; exit 2 ;; esac" } else { "" };
        let text = format!(
            "#!/bin/sh\n{odd}\nfor word; do\n  shift\n  case $word in https://gitlab.test/*) word={}${{word#https://gitlab.test}} ;; esac\n  set -- \"$@\" \"$word\"\ndone\nexec {} \"$@\"\n",
            gitlab.url(""),
            which("curl").display()
        );
        fs::write(folder.join("curl"), text).unwrap();
        fs::set_permissions(folder.join("curl"), fs::Permissions::from_mode(0o755)).unwrap();
    }
}

struct Got {
    is_there: bool,
    said: String,
}

fn get(shell: (&str, &[&str], bool), folder: &Path, has: Has, gitlab: &Server, url: &str, api: &str) -> Got {
    let (name, args, is_busybox) = shell;
    let bin = folder.join("bin");
    tools(&bin, is_busybox, has, gitlab);
    let script = GET.replace("-m 60", "-m 3").replace("-T 50", "-T 2").replace("timeout 60", "timeout 3")
        + "if repin_get; then \"$repin_dir/repin\"; fi\n";
    let output = Command::new(which(name))
        .args(args)
        .args(["-c", &script])
        .env_clear()
        .env("PATH", &bin)
        .env("LC_ALL", "C")
        .env("repin_dir", folder)
        .env("REPIN_URL", url)
        .env("REPIN_SHA256", CHECKSUM)
        .env("CI_API_V4_URL", api)
        .env("CI_JOB_TOKEN", TOKEN)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{name}, {has:?}, {url}: {said}");
    Got { is_there: output.stdout == b"fetched\n", said }
}

/// Every shell, each with what an image may have: what is fetched (`None`), and else what the log says.
#[test]
fn the_program_is_fetched_by_what_there_is() {
    let storage = Server::start(String::new());
    let gitlab = Server::start(storage.url("/repin"));
    let open = |path: &str| gitlab.url(path);
    let closed = |path: &str| format!("https://gitlab.test/api/v4{path}");
    let hidden = format!("http://user:hush@127.0.0.1:{}/gone?key=hush", gitlab.port);
    let cases: Vec<(&str, Has, String, Option<&str>)> = vec![
        ("wget", Wget, open("/repin"), None),
        ("curl", Curl, open("/repin"), None),
        ("both", Both, open("/repin"), None),
        ("one that fails", OddCurl, open("/repin"), None),
        ("neither", Neither, open("/repin"), Some("neither curl nor wget is here")),
        ("wget, moved", Wget, open("/moved"), None),
        ("curl, moved", Curl, open("/moved"), None),
        ("wget, gone", Wget, open("/gone"), Some("404")),
        ("curl, gone", Curl, open("/gone"), Some("404")),
        ("both, gone", Both, open("/gone"), Some("404")),
        ("wget, nobody", Wget, "http://127.0.0.1:1/repin".into(), Some("refused")),
        ("curl, nobody", Curl, "http://127.0.0.1:1/repin".into(), Some("connect")),
        ("wget, silence", Wget, open("/hang"), Some("")),
        ("both, silence", Both, open("/hang"), Some("")),
        ("an address that is none", Both, "nothing".into(), Some("")),
        ("what nobody should read", Both, hidden.clone(), Some("404")),
        ("what nobody should read, by wget", Wget, hidden, Some("404")),
        ("private", Curl, closed("/private"), None),
        ("private, both", Both, closed("/private"), None),
        ("private, in a storage", Curl, closed("/stored"), None),
        ("private, in a storage, by wget", OddCurl, closed("/stored"), None),
        ("private, forbidden", Both, closed("/forbidden"), Some("403")),
        ("private, by wget alone", Wget, closed("/private"), Some("needs curl in the job's image")),
        ("private, without encryption", Both, open("/api/v4/private"), Some("is not sent without encryption")),
        ("another place", Both, open("/private"), Some("404")),
    ];
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipe-get");
    let _ = fs::remove_dir_all(&root);
    for shell in SHELLS {
        for (at, (name, has, url, why)) in cases.iter().enumerate() {
            let what = format!("{}: {name}", shell.0);
            let folder = root.join(shell.0).join(at.to_string());
            fs::create_dir_all(&folder).unwrap();
            let plain = gitlab.url("/api/v4");
            let api = if url.starts_with(&plain) { plain.as_str() } else { "https://gitlab.test/api/v4" };
            let start = Instant::now();
            let got = get(shell, &folder, *has, &gitlab, url, api);
            // Three tries at most, of three seconds each here, and no more.
            assert!(start.elapsed() < Duration::from_secs(20), "{what}: {:?}", start.elapsed());
            assert_eq!(got.is_there, why.is_none(), "{what}: {}", got.said);
            assert_eq!(got.said.is_empty(), why.is_none(), "{what}: {}", got.said);
            let reasons: Vec<&str> = got.said.lines().skip(1).collect();
            if let Some(why) = why {
                assert!(!reasons.is_empty() && reasons.len() <= 3, "{what}: {}", got.said);
                assert!(reasons.iter().any(|line| line.contains(why)), "{what}: {}", got.said);
            }
            assert!(!got.said.contains("hush"), "{what}: {}", got.said);
            let has_token = |requests: &[String]| requests.iter().any(|head| head.contains(TOKEN));
            assert_eq!(has_token(&gitlab.taken()), url.starts_with("https:") && *has != Wget, "{what}");
            let stored = storage.taken();
            assert!(!has_token(&stored), "{what}: {stored:?}");
            assert_eq!(stored.len(), usize::from(url.contains("moved") || url.contains("stored")), "{what}");
        }
    }
}

/// What is not what was meant is never run.
#[test]
fn another_checksum_is_not_run() {
    let gitlab = Server::start(String::new());
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recipe-checksum");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(&root).unwrap();
    tools(&root.join("bin"), false, Both, &gitlab);
    let output = Command::new(which("dash"))
        .args(["-e", "-c", &format!("{GET}\nrepin_get || echo refused")])
        .env_clear()
        .env("PATH", root.join("bin"))
        .envs([("repin_dir", root.to_str().unwrap()), ("REPIN_URL", &gitlab.url("/repin")), ("REPIN_SHA256", "00")])
        .output()
        .unwrap();
    assert_eq!(output.stdout, b"refused\n");
    assert!(String::from_utf8_lossy(&output.stderr).contains("has not the checksum"));
    assert!(!root.join("repin").exists());
}

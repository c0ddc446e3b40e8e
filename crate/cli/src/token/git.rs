//! git's credential store: whatever `git credential fill` answers without asking a person.

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::Origin;

use super::{Found, Surroundings};

/// A helper that takes longer waits for a person.
const PATIENCE: Duration = Duration::from_secs(5);

/// The token that git has for the project.
pub(super) fn find(origin: &Origin, project: Option<&str>, around: &Surroundings<'_>) -> Option<Found> {
    let answer = fill(&question(origin, project), around, PATIENCE)?;
    let value = |name: &str| answer.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
    let kind = match value("username")? {
        // That of a deploy token, which GitLab's API does not take.
        user if user.starts_with("gitlab+deploy-token-") => return None,
        "oauth2" => TokenKind::Bearer,
        "gitlab-ci-token" => TokenKind::Job,
        _ => TokenKind::Private,
    };
    let token = Token::new(kind, value("password")?)?;
    Some(Found { token, place: "git's credential store".to_owned() })
}

/// What git is asked (gitcredentials(7), git-credential(1)).
fn question(origin: &Origin, project: Option<&str>) -> String {
    let address = origin.to_string();
    let (protocol, host) = address.split_once("://").unwrap_or(("https", &address));
    let path = project.map(|project| format!("path={project}.git\n")).unwrap_or_default();
    format!("protocol={protocol}\nhost={host}\n{path}\n")
}

/// Asks git, which must not ask anybody. It runs in the user's folder: a helper that the repository at hand names is not to
/// be run by a command that only reads.
pub(super) fn fill(question: &str, around: &Surroundings<'_>, patience: Duration) -> Option<String> {
    let home = around.home.as_ref()?;
    let mut command = Command::new("git");
    command
        .args(["-c", "credential.interactive=false", "credential", "fill"])
        .current_dir(home)
        .env("HOME", home)
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("GIT_ASKPASS", "")
        .env("SSH_ASKPASS", "")
        .env("GCM_INTERACTIVE", "never")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(folder) = around.variable("XDG_CONFIG_HOME") {
        command.env("XDG_CONFIG_HOME", folder);
    }
    let mut git = command.spawn().ok()?;
    let (mut stdin, mut stdout) = (git.stdin.take()?, git.stdout.take()?);
    let (sender, answer) = mpsc::channel();
    let question = question.to_owned();
    // Not joined: a helper that git has started may keep its end open for as long as it likes.
    thread::spawn(move || {
        let mut text = String::new();
        let done = stdin.write_all(question.as_bytes()).and_then(|()| {
            drop(stdin);
            stdout.read_to_string(&mut text)
        });
        let _ = sender.send(done.map(|_| text));
    });
    let text = answer.recv_timeout(patience);
    if text.is_err() {
        let _ = git.kill();
    }
    let answered = git.wait().is_ok_and(|status| status.success());
    text.ok()?.ok().filter(|_| answered)
}

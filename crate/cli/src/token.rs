//! Where the command finds the token for a GitLab. Never on the command line itself, which other users of a machine can see.
//!
//! In this order, the first that has one: `--token-file`, `GITLAB_TOKEN`, `CI_JOB_TOKEN` inside of a job, glab's
//! configuration, git's credential store. A token is for one host, and crosses no network without encryption.

use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use repin_forge::gitlab::token::{Token, TokenKind};
use repin_forge::http::Origin;

use crate::error::Failure;

mod git;
mod glab;

/// No token is as long as that.
const LONGEST: u64 = 64 << 10;

/// A token, and where it was found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// The token.
    pub(crate) token: Token,
    /// The name of the place, for people: `the environment variable GITLAB_TOKEN`.
    pub(crate) place: String,
}

/// What is looked at.
pub(crate) struct Surroundings<'a> {
    /// The environment.
    pub(crate) env: &'a dyn Fn(&str) -> Option<String>,
    /// The user's folder.
    pub(crate) home: Option<PathBuf>,
}

impl Surroundings<'_> {
    /// A variable that is set and not empty.
    fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }
}

/// The token for the GitLab at `base` (`https://host/root`), if there is one; `project` is the path of the project there, if
/// it is known.
///
/// # Errors
/// The file that the caller named has no token, or it would have to be sent without encryption.
pub(crate) fn find(
    base: &str,
    project: Option<&str>,
    file: Option<&Path>,
    around: &Surroundings<'_>,
) -> Result<Option<Found>, Failure> {
    let Some(origin) = Origin::of(base) else { return Ok(None) };
    if !origin.is_encrypted() && !origin.is_loopback() {
        return match file {
            None => Ok(None),
            Some(_) => Err(Failure::new(format!("the token is not sent to {origin}: anyone on the way could read it"))
                .hint("name the project by its https:// address, or leave --token-file out")),
        };
    }
    if let Some(file) = file {
        return read(file).map(Some);
    }
    let found = environment(&origin, around)
        .or_else(|| job(&origin, around))
        .or_else(|| glab::find(&origin, around))
        .or_else(|| git::find(&origin, project, around));
    Ok(found)
}

/// The token in a file; `-` is standard input.
fn read(file: &Path) -> Result<Found, Failure> {
    let name = if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() };
    let mut text = String::new();
    let done = if file == Path::new("-") {
        let stdin = io::stdin().lock();
        if stdin.is_terminal() {
            eprintln!("reading the token from the terminal; end with Ctrl-D");
        }
        stdin.take(LONGEST).read_to_string(&mut text)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(LONGEST).read_to_string(&mut text))
    };
    done.map_err(|error| {
        Failure::new(format!("the token in {name} cannot be read"))
            .because(&error)
            .hint("--token-file takes a file that has the token and nothing else, or `-` for standard input")
    })?;
    // The error must not show what the file has: it may be a token with something else.
    let token = Token::new(kind_of(text.trim()), &text).ok_or_else(|| {
        Failure::new(format!("there is no token in {name}"))
            .hint("--token-file takes a file that has the token and nothing else, or `-` for standard input")
    })?;
    Ok(Found { token, place: format!("--token-file {}", file.display()) })
}

/// `GITLAB_TOKEN`, for the host that the caller named. Where a variable says for which host it is, only for that one.
fn environment(origin: &Origin, around: &Surroundings<'_>) -> Option<Found> {
    let text = around.variable("GITLAB_TOKEN")?;
    let host = ["GITLAB_HOST", "GITLAB_URI", "GL_HOST"].iter().find_map(|name| around.variable(name));
    if host.is_some_and(|host| !is_host(origin, &host)) {
        return None;
    }
    let token = Token::new(kind_of(text.trim()), &text)?;
    Some(Found { token, place: "the environment variable GITLAB_TOKEN".to_owned() })
}

/// `CI_JOB_TOKEN`, for the GitLab whose job this is.
fn job(origin: &Origin, around: &Surroundings<'_>) -> Option<Found> {
    let text = around.variable("CI_JOB_TOKEN")?;
    let own = match around.variable("CI_SERVER_URL") {
        Some(url) => Origin::of(&url).as_ref() == Some(origin),
        None => around.variable("CI_SERVER_HOST").is_some_and(|host| is_host(origin, &host)),
    };
    let token = own.then(|| Token::new(TokenKind::Job, &text))??;
    Some(Found { token, place: "the job's CI_JOB_TOKEN".to_owned() })
}

/// Whether a host as people write it, `host`, `host:port` or with a scheme and a path, is that of the origin.
fn is_host(origin: &Origin, text: &str) -> bool {
    if text.contains("://") {
        return Origin::of(text).as_ref() == Some(origin);
    }
    let scheme = if origin.is_encrypted() { "https" } else { "http" };
    Origin::of(&format!("{scheme}://{text}")).as_ref() == Some(origin)
}

/// What a token is, by its form: those of jobs have a prefix, those of OAuth are 64 hexadecimal digits.
fn kind_of(text: &str) -> TokenKind {
    if text.starts_with("glcbt-") {
        TokenKind::Job
    } else if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        TokenKind::Bearer
    } else {
        TokenKind::Private
    }
}

#[cfg(test)]
mod tests;

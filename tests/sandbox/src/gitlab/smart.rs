//! Git over HTTP: clone and fetch, by `git upload-pack` itself. What the API's answers are measured against.

use data_encoding::BASE64;

use super::access::Caller;
use super::model::{Kind, Scope, Token};
use super::reply::Reply;
use super::request::Request;
use super::state::{State, Stored};

/// What a client may ask for beside refs: parts of a history, and any commit by its id, as GitLab allows.
const ALLOW: [&str; 4] = ["-c", "uploadpack.allowFilter=true", "-c", "uploadpack.allowAnySHA1InWant=true"];

/// The answer below `/group/name.git/`, or none if the path is not of that kind.
pub(crate) fn answer(state: &State, request: &Request, tokens: &[Token]) -> Option<Reply> {
    let path = request.segments().join("/");
    let (project, service) = path.split_once(".git/")?;
    let caller = caller(request, tokens);
    let project =
        state.by_path(project).filter(|project| caller.as_ref().is_some_and(|caller| may_read(caller, project)));
    let Some(project) = project else {
        // For git, what is not there and what may not be seen both ask for a password.
        let refusal = Reply::new(401, "text/plain", "HTTP Basic: Access denied\n");
        return Some(refusal.with("www-authenticate", "Basic realm=\"GitLab\""));
    };
    let wanted = request.param("service").unwrap_or_default();
    Some(match (request.method.as_str(), service) {
        ("GET", "info/refs") if wanted == "git-upload-pack" => {
            let packed = run(&project, request, &["upload-pack", "--stateless-rpc", "--advertise-refs", "."]);
            let body = [b"001e# service=git-upload-pack\n0000", &packed[..]].concat();
            Reply::new(200, "application/x-git-upload-pack-advertisement", body).with("cache-control", "no-cache")
        }
        ("POST", "git-upload-pack") => {
            let packed = run(&project, request, &["upload-pack", "--stateless-rpc", "."]);
            Reply::new(200, "application/x-git-upload-pack-result", packed).with("cache-control", "no-cache")
        }
        ("GET", "info/refs") => Reply::new(403, "text/plain", "You are not allowed to push code to this project.\n"),
        _ => Reply::html(404, "404 Not Found"),
    })
}

fn caller(request: &Request, tokens: &[Token]) -> Option<Caller> {
    let Some(basic) = request.header("authorization").and_then(|value| value.strip_prefix("Basic ")) else {
        return Some(Caller::default());
    };
    let plain = String::from_utf8(BASE64.decode(basic.trim().as_bytes()).ok()?).ok()?;
    let (_, password) = plain.split_once(':')?;
    Caller::of_password(password, tokens)
}

fn may_read(caller: &Caller, project: &Stored) -> bool {
    let scoped = caller.token.as_ref().is_none_or(|token| {
        token.kind == Kind::Job || token.scopes.iter().any(|scope| matches!(scope, Scope::Api | Scope::ReadRepository))
    });
    scoped && caller.sees(project)
}

fn run(project: &Stored, request: &Request, args: &[&str]) -> Vec<u8> {
    use std::io::Write as _;
    use std::process::Stdio;

    let mut command = project.objects.git().command(&[&ALLOW, args].concat());
    if let Some(protocol) = request.header("git-protocol") {
        command.env("GIT_PROTOCOL", protocol);
    }
    let started = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = started else { return Vec::new() };
    let body = super::request::plain(request);
    let writer = child.stdin.take().map(|mut input| std::thread::spawn(move || input.write_all(&body).ok()));
    let packed = child.wait_with_output().map(|output| output.stdout).unwrap_or_default();
    drop(writer.map(std::thread::JoinHandle::join));
    packed
}

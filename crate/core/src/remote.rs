//! What the URL of a git remote says about a GitLab project.
//!
//! [`parse_remote`] reads the forms of `git clone`'s documentation (GIT URLS) that name a host: `https://`, `http://`,
//! `ssh://` (also as `git+ssh://` and `ssh+git://`), `git://`, and ssh's short form `user@host:path`. A user name, a
//! password or a token in it is dropped. A folder, a `file://` URL or a remote helper's address names no host and gives
//! nothing; as in git, a text is a folder if a `/` precedes its first `:`, and so is one with a drive letter.
//!
//! The registry of a project cannot be told from its URL: GitLab's administrator chooses its host. [`registry_of`] knows
//! the hosts for which it is certain, because a guess would make the name of a wrong image.
//!
//! ```
//! use repin::remote::{image_repository, parse_remote};
//!
//! let remote = parse_remote("git@gitlab.com:Group/sub/name.git").expect("it names a host");
//! assert_eq!(remote.host, "gitlab.com");
//! assert_eq!(remote.path, "Group/sub/name");
//!
//! let image = image_repository(&remote).expect("its registry is known");
//! assert_eq!(image.to_string(), "registry.gitlab.com/group/sub/name");
//! ```

use crate::reference::Reference;

/// Hosts of GitLab, and the registry of the projects there.
const REGISTRIES: [(&str, &str); 3] = [
    ("gitlab.com", "registry.gitlab.com"),
    // GitLab.com's ssh on port 443, for networks that let nothing else through.
    ("altssh.gitlab.com", "registry.gitlab.com"),
    ("gitlab.renkulab.io", "registry.renkulab.io"),
];

/// Schemes of remotes that name a host.
const SCHEMES: [&str; 6] = ["https", "http", "ssh", "git+ssh", "ssh+git", "git"];

/// Where a git remote is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Remote {
    /// The host in lower case; an IPv6 address is in brackets.
    pub host: String,
    /// The port, if the URL says one. That of an ssh URL is the ssh server's, not the web server's.
    pub port: Option<u16>,
    /// The path as written, without slashes at its ends and without `.git`: `group/name`. If GitLab itself is below a
    /// path of its host, that is its beginning, since nothing in a URL tells where it ends.
    pub path: String,
}

/// Reads the URL of a git remote; `None` if it names no host, no path, or is not understood.
pub fn parse_remote(url: &str) -> Option<Remote> {
    let url = url.trim();
    let (host, port, path) = if let Some((scheme, rest)) = url.split_once("://") {
        if !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
            return None;
        }
        let (authority, path) = rest.split_once('/')?;
        let (host, port) = split_port(without_user(authority))?;
        (host, port, path)
    } else {
        let (authority, path) = split_short(url)?;
        (without_user(authority), None, path)
    };
    Some(Remote { host: clean_host(host)?, port, path: clean_path(path)? })
}

/// The registry of the projects on this host, where it is known for certain.
///
/// ```
/// use repin::remote::{parse_remote, registry_of};
///
/// let known = parse_remote("https://gitlab.com/group/name.git").expect("it names a host");
/// assert_eq!(registry_of(&known).as_deref(), Some("registry.gitlab.com"));
/// let other = parse_remote("https://git.example.org/group/name.git").expect("it names a host");
/// assert_eq!(registry_of(&other), None);
/// ```
pub fn registry_of(remote: &Remote) -> Option<String> {
    REGISTRIES.iter().find(|(host, _)| *host == remote.host).map(|(_, registry)| (*registry).to_owned())
}

/// The repository of the project's images, `<registry>/<lower-case path>` (facts/gitlab.md, 4), if its registry is known
/// for certain and the path can be a repository's name. It has no tag.
pub fn image_repository(remote: &Remote) -> Option<Reference> {
    Reference::parse_lenient(&format!("{}/{}", registry_of(remote)?, remote.path)).ok()
}

/// What follows `user@` or `user:password@`; a password may have an `@` of its own.
fn without_user(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_credentials, server)| server)
}

/// The sides of the colon in `[user@]host:path`, where the host may be in brackets for its own colons.
fn split_short(url: &str) -> Option<(&str, &str)> {
    let after_bracket = url.find(']').unwrap_or(0);
    let colon = after_bracket + url.get(after_bracket..)?.find(':')?;
    let (authority, path) = (url.get(..colon)?, url.get(colon + 1..)?);
    let drive_letter = authority.len() == 1;
    // A remote helper's address is `helper::address`.
    (!drive_letter && !authority.contains('/') && !path.starts_with(':')).then_some((authority, path))
}

/// The host and the port of `host[:port]`.
fn split_port(server: &str) -> Option<(&str, Option<u16>)> {
    let after_bracket = server.find(']').unwrap_or(0);
    let Some((_, port)) = server.get(after_bracket..)?.split_once(':') else { return Some((server, None)) };
    let host = server.get(..server.len() - port.len() - 1)?;
    // git takes `host:/path`, with a colon and no number, for the usual port.
    if port.is_empty() {
        return Some((host, None));
    }
    let digits = port.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| port.parse().ok()).flatten().map(|port| (host, Some(port)))
}

fn clean_host(host: &str) -> Option<String> {
    let valid = match host.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']').is_some_and(|address| {
            address.contains(':') && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':')
        }),
        None => {
            !host.is_empty()
                && !host.starts_with(['-', '.'])
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
        }
    };
    valid.then(|| host.to_ascii_lowercase())
}

fn clean_path(path: &str) -> Option<String> {
    // A query or a fragment is no part of a remote, GitLab's paths have no escapes, and `-` marks its pages: such a URL
    // was copied from elsewhere, and half of it would name another project. A `:` or an `@` comes from a URL without
    // its scheme, `user:token@host/path`, and would show the token.
    if path.contains(['?', '#', '%', '\\', ':', '@']) || path.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let components: Vec<_> = path.split('/').filter(|component| !component.is_empty()).collect();
    let valid = !components.is_empty() && !components.iter().any(|component| matches!(*component, "." | ".." | "-"));
    valid.then(|| components.join("/"))
}

#[cfg(test)]
mod tests;

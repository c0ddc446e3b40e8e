//! Which server a URL belongs to. A token never goes to another one.

use std::fmt;

/// Scheme, host and port of a URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    scheme: &'static str,
    host: String,
    port: u16,
}

impl Origin {
    /// That of an `http` or `https` URL. `None` for everything else, and for what programs read differently: a user name,
    /// a backslash, white space.
    pub fn of(url: &str) -> Option<Self> {
        if url.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let (scheme, usual_port) = match () {
            () if scheme.eq_ignore_ascii_case("https") => ("https", 443),
            () if scheme.eq_ignore_ascii_case("http") => ("http", 80),
            () => return None,
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let after_bracket = authority.find(']').unwrap_or(0);
        let (host, port) = match authority.get(after_bracket..)?.split_once(':') {
            None => (authority, usual_port),
            Some((_, "")) => (authority.strip_suffix(':')?, usual_port),
            Some((_, port)) if port.bytes().all(|b| b.is_ascii_digit()) => {
                (authority.get(..authority.len() - port.len() - 1)?, port.parse().ok()?)
            }
            Some(_) => return None,
        };
        let valid = !host.is_empty() && !host.contains('@');
        valid.then(|| Self { scheme, host: host.to_ascii_lowercase(), port })
    }

    /// The host in lower case, without port; an IPv6 address is in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether nobody between can read what is sent: it is `https`.
    pub fn is_encrypted(&self) -> bool {
        self.scheme == "https"
    }

    /// Whether it is this very machine.
    pub fn is_loopback(&self) -> bool {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.ends_with(".localhost")
            || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let usual = if self.is_encrypted() { 443 } else { 80 };
        write!(f, "{}://{}", self.scheme, self.host)?;
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// The URL that a `Location` header means, seen from the URL that was asked for (RFC 3986, 5.2). `None` if it is none.
pub(crate) fn join(base: &str, location: &str) -> Option<String> {
    let location = location.split('#').next().unwrap_or_default().trim();
    if location.is_empty() || location.contains(|c: char| c == '\\' || c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (scheme, rest) = base.split_once("://")?;
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    if has_scheme(location) {
        return Some(location.to_owned());
    }
    if location.starts_with("//") {
        return Some(format!("{scheme}:{location}"));
    }
    if location.starts_with('/') {
        return Some(format!("{scheme}://{authority}{location}"));
    }
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if location.starts_with('?') {
        return Some(format!("{scheme}://{authority}{path}{location}"));
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    Some(format!("{scheme}://{authority}{folder}/{location}"))
}

fn has_scheme(location: &str) -> bool {
    let scheme = location.split(['/', '?', ':']).next().unwrap_or_default();
    location.get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'))
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_told_apart() {
        for (url, expected) in [
            ("https://example.org", Some("https://example.org")),
            ("HTTPS://Example.ORG:443/a?b#c", Some("https://example.org")),
            ("http://example.org:80", Some("http://example.org")),
            ("http://example.org:443/", Some("http://example.org:443")),
            ("https://example.org:/a", Some("https://example.org")),
            ("https://[::1]:8080/a", Some("https://[::1]:8080")),
            ("https://[::1]/a:b", Some("https://[::1]")),
            ("https://example.org?a=:b", Some("https://example.org")),
            ("https://user@example.org/", None),
            ("https://example.org\\@elsewhere.example", None),
            ("https://example.org:80a/", None),
            ("https://example.org:99999/", None),
            ("https:///a", None),
            ("ftp://example.org", None),
            ("/a", None),
            ("", None),
        ] {
            assert_eq!(Origin::of(url).map(|origin| origin.to_string()).as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn this_machine_is_known() {
        for (url, expected) in [
            ("http://localhost:1", true),
            ("http://127.0.0.1", true),
            ("http://127.8.8.8:80", true),
            ("http://[::1]:8080", true),
            ("http://gitlab.localhost", true),
            ("http://127.0.0.1.example.org", false),
            ("http://localhost.example.org", false),
            ("http://10.0.0.1", false),
            ("http://[::2]", false),
        ] {
            assert_eq!(Origin::of(url).map(|origin| origin.is_loopback()), Some(expected), "{url}");
        }
    }

    #[test]
    fn locations_are_joined() {
        const BASE: &str = "https://example.org:8443/api/v4/projects/a%2Fb?x=1";
        for (location, expected) in [
            ("https://other.example/x", Some("https://other.example/x")),
            ("/api/v4/projects/7", Some("https://example.org:8443/api/v4/projects/7")),
            ("//other.example/x", Some("https://other.example/x")),
            ("7", Some("https://example.org:8443/api/v4/projects/7")),
            ("7:8/9", None),
            ("./7:8", Some("https://example.org:8443/api/v4/projects/./7:8")),
            ("?page=2", Some("https://example.org:8443/api/v4/projects/a%2Fb?page=2")),
            ("/x#part", Some("https://example.org:8443/x")),
            ("javascript:alert(1)", None),
            ("", None),
            ("/a b", None),
            ("\\\\other.example/x", None),
        ] {
            let joined = join(BASE, location).filter(|url| Origin::of(url).is_some());
            assert_eq!(joined.as_deref(), expected, "{location}");
        }
    }
}

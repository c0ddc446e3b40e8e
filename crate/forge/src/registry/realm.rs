//! Which server may be told a login, where a registry names one for its tokens. A registry could name any.

use std::net::IpAddr;

use crate::http::Origin;

/// Second-level names under which a country's registry sells names: who has one below it is a stranger to who has the
/// next. (Names of one letter less or more, as `uzh.ch`, are somebody's own.)
const PUBLIC: [&str; 13] = ["ac", "co", "com", "edu", "gob", "gov", "go", "gv", "ne", "net", "nom", "or", "org"];

/// Whether both certainly are one organisation's: the same host, a host above the registry's (`gitlab.com` of
/// `registry.gitlab.com`), or one beside it (`auth.docker.io` of `registry-1.docker.io`). Ports do not matter.
pub fn is_family(registry: &Origin, other: &Origin) -> bool {
    let (one, two) = (registry.host(), other.host());
    if one == two || (registry.is_loopback() && other.is_loopback()) {
        return true;
    }
    if is_address(one) || is_address(two) || registry.is_loopback() || other.is_loopback() {
        return false;
    }
    let above = |host: &str| host.split_once('.').map(|(_, above)| above.to_owned()).filter(|above| is_owned(above));
    let is_above = is_owned(two) && one.strip_suffix(two).is_some_and(|rest| rest.ends_with('.'));
    is_above || above(one).is_some_and(|parent| Some(parent) == above(two))
}

/// Whether a name is one that an organisation has, and not one under which everybody can have one.
fn is_owned(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    match labels[..] {
        [] | [_] => false,
        [second, top] => !(top.len() == 2 && PUBLIC.contains(&second)),
        _ => true,
    }
}

fn is_address(host: &str) -> bool {
    host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().is_ok()
}

/// What is wrong with a realm, whoever asks there; a token crosses no network without encryption, and nobody from outside
/// says what is asked on this machine.
pub(super) fn problem(registry: &Origin, realm: &str) -> Option<&'static str> {
    match Origin::of(realm) {
        None => Some("that is no address of a web server"),
        Some(origin) if origin.is_loopback() => {
            (!registry.is_loopback()).then_some("that is this very machine, which the registry is not on")
        }
        Some(origin) if !origin.is_encrypted() => Some("that is not encrypted (https), so nothing is asked there"),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(host: &str) -> Origin {
        Origin::of(&format!("https://{host}")).expect("it is one")
    }

    #[test]
    fn families_are_told_apart() {
        for (registry, realm, same) in [
            ("registry.gitlab.com", "gitlab.com", true),
            ("registry-1.docker.io", "auth.docker.io", true),
            ("registry.example.org:5050", "registry.example.org", true),
            ("gitlab.example.org:5050", "gitlab.example.org", true),
            ("registry.git.example.org", "example.org", true),
            ("registry.uzh.ch", "gitlab.uzh.ch", true),
            ("registry.uni.ac.uk", "gitlab.uni.ac.uk", true),
            ("127.0.0.1:5000", "localhost:8080", true),
            ("10.0.0.1:5000", "10.0.0.1", true),
            ("gitlab.com", "registry.gitlab.com", false),
            ("registry.gitlab.com", "gitlab.com.evil.example", false),
            ("registry.gitlab.com", "evilgitlab.com", false),
            ("example.org", "other.org", false),
            ("example.co.uk", "other.co.uk", false),
            ("example.co.uk", "co.uk", false),
            ("example.org", "org", false),
            ("10.0.0.1", "11.0.0.1", false),
            ("registry.example.org", "localhost", false),
            ("localhost:5000", "auth.example.org", false),
        ] {
            assert_eq!(is_family(&origin(registry), &origin(realm)), same, "{registry} {realm}");
        }
    }

    #[test]
    fn where_nobody_is_sent() {
        for (registry, realm, fine) in [
            ("registry.example.org", "https://anywhere.example/jwt/auth", true),
            ("localhost:5000", "http://127.0.0.1:8080/jwt/auth", true),
            ("registry.example.org", "http://gitlab.example.org/jwt/auth", false),
            ("registry.example.org", "https://127.0.0.1/jwt/auth", false),
            ("registry.example.org", "https://user@gitlab.example.org/", false),
            ("registry.example.org", "ftp://gitlab.example.org/", false),
            ("registry.example.org", "gitlab.example.org", false),
        ] {
            assert_eq!(problem(&origin(registry), realm).is_none(), fine, "{registry} {realm}");
        }
    }
}

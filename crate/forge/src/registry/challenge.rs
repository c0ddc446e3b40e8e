//! What a registry wants before it answers: the `WWW-Authenticate` header of a 401 (RFC 9110, 11.6.1, and distribution's
//! `auth/token.md`).

use http_auth::{ChallengeRef, parse_challenges};

/// How a registry lets people in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// With a token that another server gives.
    Bearer {
        /// That server's address.
        realm: String,
        /// What the registry is called there.
        service: Option<String>,
        /// What was wrong with the token that was sent: `invalid_token`, `insufficient_scope`.
        error: Option<String>,
    },
    /// With a name and a password.
    Basic,
}

impl Challenge {
    /// Reads the header; `None` if it offers nothing that is known. A token is preferred, since it can do less than a
    /// password.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let challenges = parse_challenges(header).ok()?;
        let of = |scheme: &str| challenges.iter().find(|one| one.scheme.eq_ignore_ascii_case(scheme));
        let bearer = of("Bearer").and_then(|bearer| {
            Some(Self::Bearer {
                realm: parameter(bearer, "realm")?,
                service: parameter(bearer, "service"),
                error: parameter(bearer, "error"),
            })
        });
        bearer.or_else(|| of("Basic").map(|_| Self::Basic))
    }
}

fn parameter(challenge: &ChallengeRef<'_>, name: &str) -> Option<String> {
    let (_, value) = challenge.params.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some(value.to_unescaped()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_read() {
        let bearer = |realm: &str, service: Option<&str>, error: Option<&str>| {
            Some(Challenge::Bearer {
                realm: realm.to_owned(),
                service: service.map(str::to_owned),
                error: error.map(str::to_owned),
            })
        };
        for (header, expected) in [
            (
                r#"Bearer realm="https://gitlab.com/jwt/auth",service="container_registry",scope="repository:a/b:pull",error="invalid_token""#,
                bearer("https://gitlab.com/jwt/auth", Some("container_registry"), Some("invalid_token")),
            ),
            (r#"bearer REALM="https://a.example/x""#, bearer("https://a.example/x", None, None)),
            (r#"Basic realm="a", Bearer realm="https://a.example/x""#, bearer("https://a.example/x", None, None)),
            (r#"Bearer realm="https://a.example/\"x""#, bearer("https://a.example/\"x", None, None)),
            (r#"Basic realm="Registry Realm""#, Some(Challenge::Basic)),
            (r#"Bearer service="x""#, None),
            (r#"Bearer realm="""#, None),
            ("Negotiate", None),
            (r#"Bearer realm="unended"#, None),
            ("", None),
        ] {
            assert_eq!(Challenge::parse(header), expected, "{header}");
        }
    }
}

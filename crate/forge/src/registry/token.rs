//! A registry's tokens: what they are for, what they permit, how long (distribution's `auth/token.md` and `auth/jwt.md`).

use std::time::Duration;

use base64ct::{Base64UrlUnpadded, Encoding as _};
use serde::Deserialize;

use super::error::Action;
use crate::gitlab::token::Secret;

/// How long a token is good for that does not say it.
const USUAL: u64 = 60;
/// How much sooner a token is given up, so that it does not end on its way.
const MARGIN: u64 = 10;
/// No token is used for longer than that without a new one.
const LONGEST: u64 = 3600;

/// What is to be done with one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) repository: String,
    pub(super) push: bool,
}

impl Scope {
    pub(super) fn pull(repository: &str) -> Self {
        Self { repository: repository.to_owned(), push: false }
    }

    /// Who pushes reads as well, to see what is there.
    pub(super) fn push(repository: &str) -> Self {
        Self { repository: repository.to_owned(), push: true }
    }

    /// As it is asked for.
    pub(super) fn text(&self) -> String {
        let actions = if self.push { "pull,push" } else { "pull" };
        format!("repository:{}:{actions}", self.repository)
    }

    fn covers(&self, other: &Self) -> bool {
        self.repository == other.repository && (self.push || !other.push)
    }
}

/// A token, and what it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) secret: Secret,
    pub(super) scopes: Vec<Scope>,
    /// By the transport's clock.
    pub(super) until: Duration,
}

impl Token {
    pub(super) fn covers(&self, scopes: &[Scope]) -> bool {
        scopes.iter().all(|wanted| self.scopes.iter().any(|scope| scope.covers(wanted)))
    }
}

/// What a token server answers.
#[derive(Deserialize)]
pub(super) struct Reply {
    token: Option<String>,
    access_token: Option<String>,
    expires_in: Option<u64>,
}

impl Reply {
    /// The token, which can be sent as it is.
    pub(super) fn text(&self) -> Option<&str> {
        let given = [&self.token, &self.access_token].into_iter().flatten();
        given.map(String::as_str).find(|text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic()))
    }

    /// How long it is used.
    pub(super) fn lifetime(&self, claims: Option<&Claims>) -> Duration {
        let claimed = claims.and_then(|claims| claims.exp?.checked_sub(claims.iat?));
        let seconds = self.expires_in.or(claimed).unwrap_or(USUAL);
        Duration::from_secs(seconds.saturating_sub(MARGIN).min(LONGEST))
    }
}

/// What a token says of itself. Nobody checks the signature here: the registry does.
#[derive(Deserialize)]
pub(super) struct Claims {
    access: Option<Vec<Access>>,
    exp: Option<u64>,
    iat: Option<u64>,
}

#[derive(Deserialize)]
struct Access {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    actions: Vec<String>,
}

impl Claims {
    /// Reads a token; `None` if it is not one that can be read (RFC 7519).
    pub(super) fn of(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            return None;
        };
        serde_json::from_slice(&Base64UrlUnpadded::decode_vec(claims.trim_end_matches('=')).ok()?).ok()
    }

    /// The first of the scopes that the token does not permit. GitLab gives less than what is asked for without a word
    /// (facts/gitlab.md, 4).
    pub(super) fn lacks<'s>(&self, scopes: &'s [Scope]) -> Option<(&'s Scope, Action)> {
        let access = self.access.as_ref()?;
        scopes.iter().find_map(|scope| {
            let may = |action: &str| {
                let own = access.iter().filter(|one| one.kind == "repository" && one.name == scope.repository);
                own.flat_map(|one| &one.actions).any(|given| given == action || given == "*")
            };
            if !may("pull") {
                Some((scope, if scope.push && !may("push") { Action::Push } else { Action::Read }))
            } else if scope.push && !may("push") {
                Some((scope, Action::Push))
            } else {
                None
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> String {
        format!("e30.{}.c2ln", Base64UrlUnpadded::encode_string(claims.as_bytes()))
    }

    #[test]
    fn what_a_token_lacks_is_seen() {
        let own = |actions: &str| {
            token(&format!(r#"{{"access":[{{"type":"repository","name":"group/name","actions":[{actions}]}}]}}"#))
        };
        for (token, push, lacks) in [
            (own(r#""pull","push""#), true, None),
            (own(r#""*""#), true, None),
            (own(r#""pull""#), false, None),
            (own(r#""pull""#), true, Some(Action::Push)),
            (own(""), true, Some(Action::Push)),
            (own(""), false, Some(Action::Read)),
            (own(r#""push""#), true, Some(Action::Read)),
            (token(r#"{"access":[]}"#), false, Some(Action::Read)),
            (
                token(r#"{"access":[{"type":"repository","name":"group/other","actions":["pull"]}]}"#),
                false,
                Some(Action::Read),
            ),
            (
                token(r#"{"access":[{"type":"registry","name":"group/name","actions":["pull"]}]}"#),
                false,
                Some(Action::Read),
            ),
            // What cannot be read is for the registry to judge.
            (token(r#"{"sub":"ada"}"#), true, None),
            (token("[]"), true, None),
            ("opaque".to_owned(), true, None),
            ("a.b.c".to_owned(), true, None),
        ] {
            let scopes = [Scope { repository: "group/name".to_owned(), push }];
            let claims = Claims::of(&token);
            let found = claims.as_ref().and_then(|claims| claims.lacks(&scopes)).map(|(_, action)| action);
            assert_eq!(found, lacks, "{token} {push}");
        }
    }

    #[test]
    fn a_token_is_used_for_as_long_as_it_is_good() {
        for (reply, claims, seconds) in [
            (r#"{"token":"a","expires_in":300}"#, None, 290),
            (r#"{"token":"a"}"#, None, 50),
            (r#"{"token":"a"}"#, Some(r#"{"iat":100,"exp":400}"#), 290),
            (r#"{"token":"a"}"#, Some(r#"{"iat":400,"exp":100}"#), 50),
            (r#"{"token":"a","expires_in":3}"#, None, 0),
            (r#"{"token":"a","expires_in":99999999}"#, None, LONGEST),
        ] {
            let claims = claims.map(|claims| Claims::of(&token(claims)).expect("it is one"));
            let reply: Reply = serde_json::from_str(reply).expect("it is one");
            assert_eq!(reply.lifetime(claims.as_ref()), Duration::from_secs(seconds));
        }
    }

    #[test]
    fn a_token_has_either_name() {
        for (reply, text) in [
            (r#"{"token":"a"}"#, Some("a")),
            (r#"{"access_token":"b"}"#, Some("b")),
            (r#"{"token":"","access_token":"b"}"#, Some("b")),
            (r#"{"token":"a b"}"#, None),
            (r#"{"token":"a\nb"}"#, None),
            ("{}", None),
        ] {
            let reply: Reply = serde_json::from_str(reply).expect("it is one");
            assert_eq!(reply.text(), text);
        }
    }

    #[test]
    fn a_token_is_enough_for_less() {
        let scopes = |list: &[(&str, bool)]| -> Vec<Scope> {
            list.iter().map(|(repository, push)| Scope { repository: (*repository).to_owned(), push: *push }).collect()
        };
        for (has, wanted, enough) in [
            (&[("a", true)][..], &[("a", false)][..], true),
            (&[("a", false)], &[("a", true)], false),
            (&[("a", true), ("b", false)], &[("b", false)], true),
            (&[("a", true)], &[("a", true), ("b", false)], false),
            (&[("a", true)], &[], true),
        ] {
            let token = Token { secret: Secret::new("x"), scopes: scopes(has), until: Duration::ZERO };
            assert_eq!(token.covers(&scopes(wanted)), enough, "{has:?} {wanted:?}");
        }
    }
}

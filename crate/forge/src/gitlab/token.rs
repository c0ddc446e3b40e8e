//! What GitLab knows its caller by.

use std::fmt;

/// A text that is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to be sent and not to be shown.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a token is, which decides how it is sent (facts/gitlab.md, 2, Auth).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Of a person, a project or a group: `PRIVATE-TOKEN`.
    Private,
    /// Of OAuth: `Authorization: Bearer`. `PRIVATE-TOKEN` does not take these.
    Bearer,
    /// Of a CI job: `JOB-TOKEN`. Only some endpoints take it, and GraphQL does not.
    Job,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Private => "access token",
            Self::Bearer => "OAuth token",
            Self::Job => "job token",
        })
    }
}

/// A token for one GitLab. Neither form that Rust prints has the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// The token itself.
    pub secret: Secret,
}

impl Token {
    /// A token, without the white space around it. `None` where nothing is left, or what is left cannot be a header's value:
    /// GitLab takes an empty token for none, and answers as if nothing were there.
    pub fn new(kind: TokenKind, text: &str) -> Option<Self> {
        let text = text.trim();
        let sendable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        sendable.then(|| Self { kind, secret: Secret::new(text) })
    }

    /// The header that sends it, with the secret.
    pub fn header(&self) -> (&'static str, String) {
        let secret = self.secret.expose();
        match self.kind {
            TokenKind::Private => ("PRIVATE-TOKEN", secret.to_owned()),
            TokenKind::Bearer => ("Authorization", format!("Bearer {secret}")),
            TokenKind::Job => ("JOB-TOKEN", secret.to_owned()),
        }
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_sent_and_never_shown() {
        for (kind, header, value) in [
            (TokenKind::Private, "PRIVATE-TOKEN", "glpat-secret"),
            (TokenKind::Bearer, "Authorization", "Bearer glpat-secret"),
            (TokenKind::Job, "JOB-TOKEN", "glpat-secret"),
        ] {
            let token = Token::new(kind, " glpat-secret\n").expect("it is one");
            assert_eq!(token.header(), (header, value.to_owned()));
            let shown = format!("{token} {token:?} {token:#?} {} {:?}", token.secret, token.secret);
            assert!(!shown.contains("glpat"), "{shown}");
        }
    }

    #[test]
    fn what_cannot_be_sent_is_no_token() {
        for text in ["", " \n", "two words", "two\nlines", "ümlaut", "nul\0"] {
            assert_eq!(Token::new(TokenKind::Private, text), None, "{text:?}");
        }
    }
}

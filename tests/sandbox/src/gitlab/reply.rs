//! What is answered, before it becomes HTTP.

use serde_json::{Value, json};

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers; names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a handler gives: a refusal is an answer like any other.
pub(crate) type Answer = Result<Reply, Reply>;

impl Reply {
    /// An answer of a content type.
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body: body.into() }
    }

    /// JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status, "application/json", value.to_string())
    }

    /// A page of HTML.
    pub fn html(status: u16, title: &str) -> Self {
        let page = format!(
            "<!DOCTYPE html>\n<html>\n<head><title>{title}</title></head>\n<body><h1>{title}</h1></body>\n</html>\n"
        );
        Self::new(status, "text/html; charset=utf-8", page)
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// `{"message": "404 WHAT Not Found"}`; also for what the caller may not see (facts, 2: Auth).
    pub fn not_found(what: &str) -> Self {
        let what = if what.is_empty() { String::new() } else { format!("{what} ") };
        Self::message(404, &format!("404 {what}Not Found"))
    }

    /// `{"message": ...}`.
    pub fn message(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }

    /// `{"error": ...}`, as Grape answers wrong parameters and unknown routes.
    pub fn error(status: u16, error: &str) -> Self {
        Self::json(status, &json!({ "error": error }))
    }

    /// `{"message": "401 Unauthorized"}`.
    pub fn unauthorized() -> Self {
        Self::message(401, "401 Unauthorized")
    }

    /// `{"message": "403 Forbidden"}`.
    pub fn forbidden() -> Self {
        Self::message(403, "403 Forbidden")
    }
}

impl From<crate::Error> for Reply {
    fn from(error: crate::Error) -> Self {
        Self::message(500, &format!("500 Internal Server Error: {error}"))
    }
}

//! Requests to one GitLab: REST and GraphQL, with its errors told apart (facts/gitlab.md, 2 and 3).

use std::fmt;

use repin::source::SourceError;
use serde_json::Value;

use super::graphql::{Variables, literal};
use super::read::Read;
use super::token::Token;
use crate::http::address::{escape, next_link};
use crate::http::{Call, Client, HttpError, Response, Transport, TransportError};

/// One GitLab, asked with one token or none.
pub(super) struct Api<T> {
    client: Client<T>,
    /// `https://host/relative/root`, without a slash at the end.
    base: String,
    token: Option<Token>,
}

/// Why GitLab did not answer what was asked.
#[derive(Clone, Debug)]
pub enum ApiError {
    /// There is no answer.
    Http {
        /// What was asked.
        endpoint: String,
        /// Why there is none.
        error: HttpError,
    },
    /// It said no.
    Refused {
        /// What was asked: `GET /projects/:id`.
        endpoint: String,
        /// The status of HTTP.
        status: u16,
        /// What it says about it.
        message: String,
        /// The scopes that the token lacks, where it names them.
        scope: Option<String>,
    },
    /// It answered what is no answer to this.
    Shape {
        /// What was asked.
        endpoint: String,
        /// What is wrong with the answer.
        problem: String,
    },
    /// GraphQL refused the query.
    Query(String),
    /// A commit cannot be read through the API, for this reason.
    Unreadable(String),
    /// A branch moved between two requests.
    Moved,
}

impl ApiError {
    /// Whether it says that there is nothing of that name, or nothing that may be seen.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }

    /// Whether looking is not permitted.
    pub fn is_no_access(&self) -> bool {
        matches!(self, Self::Refused { status: 401 | 403, .. })
    }

    /// Whether this one answer cannot be had, though the server may give others: it fails at it, takes too long for it, or
    /// makes it too long.
    pub(super) fn is_failure(&self) -> bool {
        match self {
            Self::Http { error: HttpError::Transport(error), .. } => {
                !matches!(error, TransportError::Unreachable { .. })
            }
            Self::Refused { status, .. } => *status >= 500,
            _ => false,
        }
    }

    /// Whether the search has used up what it may.
    pub fn is_limit(&self) -> bool {
        matches!(self, Self::Http { error: HttpError::RequestLimit, .. })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Where nobody is there, it is no matter what was asked.
            Self::Http { error: HttpError::Transport(error @ TransportError::Unreachable { .. }), .. } => error.fmt(f),
            Self::Http { endpoint, error: HttpError::Transport(error) } => write!(f, "{endpoint}: {error}"),
            Self::Http { error, .. } => error.fmt(f),
            // It names all that would do; to read, the smallest does.
            Self::Refused { endpoint, status, scope: Some(scope), .. } if names(scope, "read_api") => {
                write!(f, "{endpoint} answered {status}: the token lacks the scope read_api")
            }
            Self::Refused { endpoint, status, scope: Some(scope), .. } if !endpoint.starts_with("GET") => {
                write!(f, "{endpoint} answered {status}: the token lacks the scope {scope}")
            }
            Self::Refused { endpoint, status, scope: Some(scope), .. } => {
                write!(
                    f,
                    "{endpoint} answered {status}: the token lacks the scope {scope} (read_api is enough to read)"
                )
            }
            Self::Refused { endpoint, status, message, .. } => write!(f, "{endpoint} answered {status}: {message}"),
            Self::Shape { endpoint, problem } => write!(f, "{endpoint} gave an answer that cannot be read: {problem}"),
            Self::Unreadable(why) => f.write_str(why),
            Self::Moved => f.write_str("the branch moved while it was read; ask again"),
            Self::Query(message) => write!(f, "POST /graphql refused the query: {message}"),
        }
    }
}

impl std::error::Error for ApiError {}

/// Whether a list of scopes has this one.
fn names(scopes: &str, scope: &str) -> bool {
    scopes.split([' ', ',']).any(|one| one == scope)
}

impl From<ApiError> for SourceError {
    fn from(error: ApiError) -> Self {
        Self::failed("GitLab could not be asked", error)
    }
}

/// A page of a list, and the address of the next one.
pub(super) struct Page<R> {
    pub(super) rows: Vec<R>,
    pub(super) next: Option<String>,
}

/// A JSON document, and the address of the next one.
struct Answer {
    endpoint: String,
    json: Value,
    next: Option<String>,
}

impl Answer {
    fn read<R: Read>(self) -> Result<R, ApiError> {
        R::read(self.json).map_err(|problem| ApiError::Shape { endpoint: self.endpoint, problem })
    }

    fn page<R: Read>(mut self) -> Result<Page<R>, ApiError> {
        let next = self.next.take();
        Ok(Page { rows: self.read()?, next })
    }
}

impl<T: Transport> Api<T> {
    pub(super) fn new(client: Client<T>, base: String, token: Option<Token>) -> Self {
        Self { client, base, token }
    }

    pub(super) fn client(&self) -> &Client<T> {
        &self.client
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    pub(super) fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// The address of a REST resource; each part of the path is escaped.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> String {
        let mut url = format!("{}/api/v4", self.base);
        for part in path {
            url.push('/');
            escape(part, &mut url);
        }
        for (at, (name, value)) in query.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(name);
            url.push('=');
            escape(value, &mut url);
        }
        url
    }

    async fn send(&self, mut call: Call) -> Result<Response, ApiError> {
        let endpoint = self.endpoint(&call);
        // An empty token header would make us anonymous without a word.
        if let Some(token) = &self.token {
            let (name, value) = token.header();
            call = call.header(name, value);
        }
        let sent = self.client.send(call).await;
        let response = sent.map_err(|error| ApiError::Http { endpoint: endpoint.clone(), error })?;
        match response.status {
            200..=299 => Ok(response),
            status => Err(refusal(endpoint, status, &response.body)),
        }
    }

    /// What was asked, for people: without the host and without what is asked about.
    fn endpoint(&self, call: &Call) -> String {
        let path = call.url.strip_prefix(&self.base).unwrap_or(&call.url);
        let path = path.split('?').next().unwrap_or(path);
        format!("{} {}", call.method, path.strip_prefix("/api/v4").unwrap_or(path))
    }

    /// One JSON document.
    pub(super) async fn get<R: Read>(&self, url: String) -> Result<R, ApiError> {
        self.answer(Call::get(url)).await?.read()
    }

    /// One page of a list.
    pub(super) async fn page<R: Read>(&self, url: String) -> Result<Page<R>, ApiError> {
        self.answer(Call::get(url)).await?.page()
    }

    /// The same of a list that the server makes slowly: where it takes too long, it would again.
    pub(super) async fn slow_page<R: Read>(&self, url: String) -> Result<Page<R>, ApiError> {
        self.answer(Call { retry_late: false, ..Call::get(url) }).await?.page()
    }

    /// Makes something of a JSON document. What is answered does not matter.
    pub(super) async fn post(&self, url: String, body: String) -> Result<(), ApiError> {
        self.send(Call::post(url, body.into_bytes()).header("Content-Type", "application/json")).await?;
        Ok(())
    }

    /// Makes what is at an address this JSON document.
    pub(super) async fn put(&self, url: String, body: String) -> Result<(), ApiError> {
        self.send(Call::put(url, body.into_bytes()).header("Content-Type", "application/json")).await?;
        Ok(())
    }

    /// Removes what is at an address.
    pub(super) async fn delete(&self, url: String) -> Result<(), ApiError> {
        self.send(Call::delete(url)).await?;
        Ok(())
    }

    async fn answer(&self, call: Call) -> Result<Answer, ApiError> {
        let call = call.header("Accept", "application/json");
        let endpoint = self.endpoint(&call);
        let url = call.url.clone();
        let response = self.send(call).await?;
        let link = response.headers.get("link").and_then(next_link);
        // A GitLab behind a proxy may think that it has another address: only its API's path is taken of it.
        let next = match link.as_deref().and_then(|next| next.split_once("/api/v4/")) {
            Some((_, path)) => Some(format!("{}/api/v4/{path}", self.base)),
            None => response.headers.get("x-next-page").and_then(|page| with_page(&url, page)),
        };
        Ok(Answer { json: parse(&endpoint, &response)?, endpoint, next })
    }

    /// The bytes of a file.
    pub(super) async fn raw(&self, url: String, limit: usize) -> Result<Vec<u8>, ApiError> {
        let mut call = Call::get(url);
        call.max_bytes = Some(limit);
        Ok(self.send(call).await?.body)
    }

    /// The `data` of a GraphQL answer.
    pub(super) async fn graphql(&self, query: &str, variables: &Variables<'_>) -> Result<Value, ApiError> {
        let body = format!(r#"{{"query":{},"variables":{}}}"#, literal(query), literal(variables));
        let mut call = Call::query(format!("{}/api/graphql", self.base), body.into_bytes())
            .header("Content-Type", "application/json")
            .header("Accept", "application/json");
        // GraphQL knows all tokens but a job's as bearers (facts/gitlab.md, 3).
        if let Some(token) = &self.token {
            call = call.header("Authorization", format!("Bearer {}", token.secret.expose()));
        }
        let endpoint = "POST /graphql".to_owned();
        let sent = self.client.send(call).await;
        let response = sent.map_err(|error| ApiError::Http { endpoint: endpoint.clone(), error })?;
        if !(200..=299).contains(&response.status) {
            return Err(refusal(endpoint, response.status, &response.body));
        }
        let mut answer = parse(&endpoint, &response)?;
        let data = answer.get_mut("data").map(Value::take).filter(|data| !data.is_null());
        let errors: Vec<&str> = answer
            .get("errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|error| error.get("message").and_then(Value::as_str))
            .collect();
        match data {
            // Part of an answer is none: what is left out could be what matters.
            Some(data) if errors.is_empty() => Ok(data),
            _ if errors.is_empty() => {
                Err(ApiError::Shape { endpoint, problem: "it has neither data nor errors".to_owned() })
            }
            _ => Err(ApiError::Query(errors.join("; ").chars().take(500).collect())),
        }
    }
}

fn parse(endpoint: &str, response: &Response) -> Result<Value, ApiError> {
    serde_json::from_slice(&response.body).map_err(|error| {
        let text = response.body.trim_ascii_start();
        // Some browsers (Firefox) take a body that was cut off for a whole one.
        if error.is_eof() && !text.is_empty() {
            let error = HttpError::Transport(TransportError::CutOff { received: response.received });
            return ApiError::Http { endpoint: endpoint.to_owned(), error };
        }
        let problem = if text.starts_with(b"<") {
            "it is a web page, not JSON (is something between you and GitLab, or a sign-in needed?)".to_owned()
        } else {
            error.to_string()
        };
        ApiError::Shape { endpoint: endpoint.to_owned(), problem }
    })
}

/// A value as JSON, written without numbers that are not whole (see [`literal`]): no refusal has any.
fn compact(value: &Value) -> String {
    let joined = |parts: Vec<String>| parts.join(",");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.as_i64().map_or_else(|| "a number".to_owned(), |number| number.to_string()),
        Value::String(text) => literal(text),
        Value::Array(items) => format!("[{}]", joined(items.iter().map(compact).collect())),
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| format!("{}:{}", literal(name), compact(value));
            format!("{{{}}}", joined(fields.iter().map(field).collect()))
        }
    }
}

/// GitLab's ways to say no: `{"message": "text" or object}`, `{"error": …, "error_description": …, "scope": …}`, or text.
fn refusal(endpoint: String, status: u16, body: &[u8]) -> ApiError {
    let json: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(compact(other)),
    };
    let is = |name: &str| json.get(name).and_then(text);
    let message = is("error_description").or_else(|| is("message")).or_else(|| is("error"));
    let message = message.unwrap_or_else(|| match status {
        404 => "there is no such address here".to_owned(),
        _ => "it says no more".to_owned(),
    });
    let scope = is("scope").filter(|_| is("error").as_deref() == Some("insufficient_scope"));
    ApiError::Refused { endpoint, status, message: message.chars().take(300).collect(), scope }
}

/// The address of another page of the same list.
fn with_page(url: &str, page: &str) -> Option<String> {
    let page: u64 = page.parse().ok()?;
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let others = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page="));
    let query: Vec<String> = others.map(str::to_owned).chain([format!("page={page}")]).collect();
    Some(format!("{path}?{}", query.join("&")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_page_is_the_same_list() {
        for (url, page, wanted) in [
            ("https://h/a?per_page=100&page=1", "2", Some("https://h/a?per_page=100&page=2")),
            ("https://h/a?per_page=100", "2", Some("https://h/a?per_page=100&page=2")),
            ("https://h/a", "2", Some("https://h/a?page=2")),
            ("https://h/a?page=9", "", None),
        ] {
            assert_eq!(with_page(url, page).as_deref(), wanted, "{url} {page}");
        }
    }

    #[test]
    fn what_is_cut_off_is_not_taken_for_another_server() {
        for (body, cut) in [("[{\"id\": 1}, {\"na", true), ("{", true), ("", false), ("<html>", false), ("]", false)] {
            let response = Response { status: 200, body: body.as_bytes().to_vec(), received: 7, ..Response::default() };
            let error = parse("GET /projects/:id", &response).expect_err("it is no JSON");
            let is_cut = matches!(
                error,
                ApiError::Http { error: HttpError::Transport(TransportError::CutOff { received: 7 }), .. }
            );
            assert_eq!(is_cut, cut, "{body}: {error}");
        }
    }

    #[test]
    fn refusals_are_read_in_every_form() {
        for (status, body, shown) in [
            (404, r#"{"message":"404 Project Not Found"}"#, "GET /x answered 404: 404 Project Not Found"),
            (401, r#"{"message":"401 Unauthorized"}"#, "GET /x answered 401: 401 Unauthorized"),
            (
                401,
                r#"{"error":"invalid_token","error_description":"Token is expired."}"#,
                "GET /x answered 401: Token is expired.",
            ),
            (
                403,
                r#"{"error":"insufficient_scope","error_description":"The request requires more.","scope":"api"}"#,
                "GET /x answered 403: the token lacks the scope api (read_api is enough to read)",
            ),
            (
                403,
                r#"{"error":"insufficient_scope","error_description":"The request requires more.","scope":"api read_api"}"#,
                "GET /x answered 403: the token lacks the scope read_api",
            ),
            (400, r#"{"message":{"ref":["is missing"]}}"#, r#"GET /x answered 400: {"ref":["is missing"]}"#),
            (404, r#"{"error":"404 Not Found"}"#, "GET /x answered 404: 404 Not Found"),
            (502, "<html>", "GET /x answered 502: it says no more"),
        ] {
            assert_eq!(refusal("GET /x".into(), status, body.as_bytes()).to_string(), shown, "{body}");
        }
    }
}

//! HTTP as plain data over one small trait, the same in a browser and in a terminal.
//!
//! A [`Transport`] sends one [`Request`] and gives one [`Response`]; it knows no retries, no limits over several requests and
//! follows no redirects. [`Client`] adds these. [`Native`] is the transport of the command, `Web` the one of a browser.

use std::fmt;
use std::time::Duration;

pub(crate) mod address;
mod client;
mod gate;
#[cfg(not(target_arch = "wasm32"))]
mod native;
mod origin;
mod retry;
#[cfg(target_arch = "wasm32")]
mod web;

pub use client::{Call, Client, HttpError, Limits};
#[cfg(not(target_arch = "wasm32"))]
pub use native::Native;
pub use origin::Origin;
pub(crate) use origin::join;
#[cfg(target_arch = "wasm32")]
pub use web::Web;

/// What is asked of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// The content.
    Get,
    /// The headers alone.
    Head,
    /// To take a body, and answer.
    Post,
    /// To keep a body at this address.
    Put,
    /// To remove what is at this address.
    Delete,
}

impl Method {
    /// Its name in HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// Whether a request of this kind has a body, if only an empty one.
    pub(crate) fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Put)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One request. Its `Debug` form shows no value of a header, since one can be a token.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// The whole URL; it must not contain a secret.
    pub url: String,
    /// Headers beyond those that a transport sets itself.
    pub headers: Vec<(&'static str, String)>,
    /// The body of a POST or a PUT.
    pub body: Option<Vec<u8>>,
    /// For all of it, from the search of the host's address to the last byte of the answer.
    pub timeout: Duration,
    /// The longest body that is taken, once it is unpacked.
    pub max_bytes: usize,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &headers)
            .field("body", &self.body.as_ref().map(Vec::len))
            .field("timeout", &self.timeout)
            .field("max_bytes", &self.max_bytes)
            .finish()
    }
}

/// One answer, whatever its status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// The status: 200, 404, …
    pub status: u16,
    /// Its headers. In a browser only those that the server lets a page see (facts/gitlab.md, 2, CORS).
    pub headers: Headers,
    /// Its body, unpacked.
    pub body: Vec<u8>,
    /// Bytes of the body as they came: compressed, where that is known.
    pub received: u64,
}

/// Headers of an answer; upper and lower case in a name mean the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The value of the first header of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All of them, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(headers: I) -> Self {
        Self(headers.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Sends requests, and tells the time. Futures need not be `Send`: a browser's are not.
pub trait Transport {
    /// Sends one request and reads its whole answer. Redirects are answers, too, and are not followed. Dropping the future
    /// gives the request up.
    ///
    /// # Errors
    /// There is no whole answer; an answer with any status is none.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;

    /// Waits.
    async fn sleep(&self, duration: Duration);

    /// The time from any fixed point; it never runs backwards.
    fn now(&self) -> Duration;

    /// The time of the day, in seconds since 1970.
    fn unix_seconds(&self) -> u64;

    /// Any number from 0 to 1, for waits that should not end together.
    fn chance(&self) -> f64;
}

impl<T: Transport + ?Sized> Transport for &T {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        (**self).send(request).await
    }

    async fn sleep(&self, duration: Duration) {
        (**self).sleep(duration).await;
    }

    fn now(&self) -> Duration {
        (**self).now()
    }

    fn unix_seconds(&self) -> u64 {
        (**self).unix_seconds()
    }

    fn chance(&self) -> f64 {
        (**self).chance()
    }
}

/// Why there is no whole answer. None of them contains a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// There is no connection: no such host, nobody listens there, its certificate is not trusted, or (in a browser) it
    /// does not permit this page.
    Unreachable {
        /// The host.
        host: String,
        /// What the system says.
        reason: String,
    },
    /// It took longer than the request's timeout.
    TimedOut,
    /// The connection ended before the answer did.
    CutOff {
        /// Bytes of the body that had come until then.
        received: u64,
    },
    /// The body is longer than the request allows.
    TooLarge {
        /// Bytes that are allowed.
        limit: usize,
    },
    /// The request cannot be sent, or the answer is no HTTP.
    Other {
        /// What is wrong.
        reason: String,
    },
}

impl TransportError {
    /// Bytes of a body that came all the same.
    pub(crate) fn received(&self) -> u64 {
        match self {
            Self::CutOff { received } => *received,
            Self::TooLarge { limit } => u64::try_from(*limit).unwrap_or(u64::MAX),
            Self::Unreachable { .. } | Self::TimedOut | Self::Other { .. } => 0,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable { host, reason } => write!(f, "{host} cannot be reached: {reason}"),
            Self::TimedOut => f.write_str("the server did not answer in time"),
            Self::CutOff { received: 0 } => f.write_str("the connection ended before the answer came"),
            Self::CutOff { received } => write!(f, "the connection ended after {received} bytes of the answer"),
            Self::TooLarge { limit } => write!(f, "the answer is longer than {limit} bytes"),
            Self::Other { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for TransportError {}

//! A request, read from HTTP once.

use std::io::Read;

use percent_encoding::percent_decode_str;

/// A request, with its path below the relative root.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// `GET`, `HEAD`, `POST`, ...
    pub method: String,
    /// The path below the relative root, as sent: with its percent signs.
    pub path: String,
    /// The query's parameters, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// Header names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// The address of the server with its relative root, without a slash at the end.
    pub base: String,
}

impl Request {
    /// The first value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The last value of a parameter, as Rack takes it.
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A parameter that is there and not empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.param(name).filter(|value| !value.is_empty())
    }

    /// All values of `name[]`.
    pub fn params(&self, name: &str) -> Vec<&str> {
        let many = format!("{name}[]");
        self.query.iter().filter(|(known, _)| *known == many).map(|(_, value)| value.as_str()).collect()
    }

    /// Whether a parameter is `true`, `1`, `t`, `on` or `yes`.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.param(name), Some("true" | "True" | "TRUE" | "1" | "t" | "on" | "yes"))
    }

    /// Whether the method only asks.
    pub fn reads(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }

    /// The parts of the path, decoded one by one: `%2F` stays inside its part.
    pub fn segments(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts.map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
    }
}

/// The parameters of a query, decoded.
pub(crate) fn parse_query(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// The body as it was before it was compressed: git compresses long questions.
pub(crate) fn plain(request: &Request) -> Vec<u8> {
    if request.header("content-encoding") != Some("gzip") {
        return request.body.clone();
    }
    let mut plain = Vec::new();
    // What is broken ends where it breaks; git then says what it misses.
    flate2::read::GzDecoder::new(&request.body[..]).read_to_end(&mut plain).ok();
    plain
}

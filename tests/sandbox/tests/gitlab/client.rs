//! A small HTTP client: no redirects, no retries, statuses are no errors.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// As far as it came.
    pub(crate) body: Vec<u8>,
    /// Whether the body ended early.
    pub(crate) cut: bool,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        let text = String::from_utf8_lossy(&self.body);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The address of `rel` in the header `Link`.
    pub(crate) fn link(&self, rel: &str) -> Option<String> {
        let mut links = self.header("link")?.split(", ");
        let link = links.find(|link| link.ends_with(&format!("; rel=\"{rel}\"")))?;
        Some(link.split_once('>')?.0.trim_start_matches('<').to_owned())
    }
}

/// Sends a request over a connection of its own; an error is a connection that gave no answer.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Got, String> {
    let (host, path) = url.trim_start_matches("http://").split_once('/').expect("an address has a path");
    let mut stream = TcpStream::connect(host).map_err(|error| error.to_string())?;
    let headers = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    let request = format!(
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{}content-length: {}\r\n\r\n{body}",
        headers.collect::<String>(),
        body.len()
    );
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let Some(end) = end else { return Err(format!("no head: {read:?}")) };
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    let mut got =
        Got { status: status.expect("a status is a number"), headers: headers.collect(), body: Vec::new(), cut: false };
    let rest = &answer[end + 4..];
    if got.header("transfer-encoding") == Some("chunked") {
        (got.body, got.cut) = unchunked(rest);
    } else {
        let length = got.header("content-length").and_then(|length| length.parse::<usize>().ok()).unwrap_or_default();
        got.cut = method != "HEAD" && rest.len() < length;
        got.body = rest.to_vec();
    }
    Ok(got)
}

/// A chunked body, and whether its end is missing.
fn unchunked(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|bytes| bytes == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).expect("a chunk has a size");
        let chunk = rest.get(end + 2..end + 2 + size);
        match chunk {
            Some([]) => return (body, false),
            Some(chunk) => body.extend_from_slice(chunk),
            None => break,
        }
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    (body, true)
}

/// A GET.
pub(crate) fn get(url: &str) -> Got {
    send("GET", url, &[], "").unwrap_or_else(|error| panic!("{error} at {url}"))
}

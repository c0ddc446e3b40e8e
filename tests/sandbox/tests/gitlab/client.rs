//! A small HTTP client: no redirects, no retries, statuses are no errors.

use serde_json::Value;
use ureq::Agent;

/// An answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// As far as it came.
    pub(crate) body: Vec<u8>,
    /// Why the body ended early.
    pub(crate) cut: Option<String>,
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

/// Sends a request; an error is a connection that gave no answer.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Got, String> {
    let agent: Agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = match body {
        "" => agent.run(request.body(()).expect("it is a request")),
        _ => agent.run(request.body(body.to_owned()).expect("it is a request")),
    };
    let answer = answer.map_err(|error| error.to_string())?;
    let (head, mut body) = answer.into_parts();
    let headers = head.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let mut bytes = Vec::new();
    let read = std::io::Read::read_to_end(&mut body.as_reader(), &mut bytes);
    let cut = read.err().map(|error| error.to_string());
    Ok(Got { status: head.status.as_u16(), headers: headers.collect(), body: bytes, cut })
}

/// A GET.
pub(crate) fn get(url: &str) -> Got {
    send("GET", url, &[], "").unwrap_or_else(|error| panic!("{error} at {url}"))
}

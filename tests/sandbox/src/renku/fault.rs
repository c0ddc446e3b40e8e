//! What goes wrong, on demand.

use std::time::Duration;

use serde::Deserialize;

/// A fault, and where it strikes. Of several that strike one request, all latencies add up and the first other one decides.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Fault {
    #[serde(flatten)]
    kind: Kind,
    /// Of requests with this method alone.
    method: Option<String>,
    /// Of requests whose path and query contain this.
    path: Option<String>,
    /// Only of the first so many.
    first: Option<u64>,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// The connection is closed; nothing was done.
    CutBeforeHeaders,
    /// The connection is closed; what was asked for is done.
    CutAfter,
    /// This status with Renku's error body; nothing was done.
    Status { status: u16 },
    /// The answer comes later.
    Latency { milliseconds: u64 },
}

/// What strikes one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Struck {
    pub(crate) latency: Duration,
    pub(crate) kind: Option<Kind>,
}

/// The faults that strike a request; they count it.
pub(crate) fn strike(faults: &mut [Fault], method: &str, path: &str) -> Struck {
    let mut struck = Struck::default();
    for fault in faults {
        let fits = fault.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && fault.path.as_deref().is_none_or(|part| path.contains(part));
        if !fits || fault.first == Some(0) {
            continue;
        }
        fault.first = fault.first.map(|left| left - 1);
        match fault.kind {
            Kind::Latency { milliseconds } => struck.latency += Duration::from_millis(milliseconds),
            kind => struck.kind = struck.kind.or(Some(kind)),
        }
    }
    struck
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_where_they_are_meant() {
        let read = |json: &str| serde_json::from_str::<Fault>(json).expect(json);
        let cut = Some(Kind::CutAfter);
        for (name, json, expected) in [
            ("everywhere", r#"{"kind": "cut-after"}"#, [cut, cut, cut]),
            ("a method", r#"{"kind": "cut-after", "method": "post"}"#, [None, cut, cut]),
            ("a path", r#"{"kind": "cut-after", "path": "/sessions"}"#, [None, cut, cut]),
            ("the first", r#"{"kind": "cut-after", "method": "POST", "first": 1}"#, [None, cut, None]),
        ] {
            let mut faults = [read(json)];
            let requests = [("GET", "/user"), ("POST", "/sessions"), ("POST", "/sessions?a")];
            let struck = requests.map(|(method, path)| strike(&mut faults, method, path).kind);
            assert_eq!(struck, expected, "{name}");
        }
        let latency = || read(r#"{"kind": "latency", "milliseconds": 2}"#);
        let mut faults = [latency(), read(r#"{"kind": "status", "status": 503}"#), latency()];
        let expected = Struck { latency: Duration::from_millis(4), kind: Some(Kind::Status { status: 503 }) };
        assert_eq!(strike(&mut faults, "GET", "/"), expected);
        for json in ["{}", r#"{"kind": "weather"}"#, r#"{"kind": "status"}"#] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }
}

//! What shall go wrong, as JSON.

use std::time::Duration;

use serde::Deserialize;

use crate::gitlab::fault::{Fault, FaultKind, When};

/// A fault that is asked for.
#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(flatten)]
    kind: Kind,
    path: Option<String>,
    first: Option<u64>,
    every: Option<u64>,
}

/// The kinds by their names in JSON.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Kind {
    Latency { milliseconds: u64 },
    RateLimited { retry_after: u64 },
    ApplicationLimit,
    Html { status: u16 },
    HtmlInsteadOfJson,
    CutBeforeHeaders,
    CutInBody,
    Drip { bytes: usize, milliseconds: u64 },
    WrongShape,
    EndlessPages,
    Oversized { bytes: u64 },
    GraphqlErrors { message: String },
    Redirect { to: String },
}

impl From<Wish> for Fault {
    fn from(wish: Wish) -> Self {
        let when = match (wish.first, wish.every) {
            (Some(count), _) => When::First(count),
            (None, Some(count)) => When::Every(count),
            (None, None) => When::Always,
        };
        Self { kind: wish.kind.into(), path: wish.path, when }
    }
}

impl From<Kind> for FaultKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Latency { milliseconds } => Self::Latency(Duration::from_millis(milliseconds)),
            Kind::RateLimited { retry_after } => Self::RateLimited { retry_after },
            Kind::ApplicationLimit => Self::ApplicationLimit,
            Kind::Html { status } => Self::Html(status),
            Kind::HtmlInsteadOfJson => Self::HtmlInsteadOfJson,
            Kind::CutBeforeHeaders => Self::CutBeforeHeaders,
            Kind::CutInBody => Self::CutInBody,
            Kind::Drip { bytes, milliseconds } => Self::Drip { bytes, pause: Duration::from_millis(milliseconds) },
            Kind::WrongShape => Self::WrongShape,
            Kind::EndlessPages => Self::EndlessPages,
            Kind::Oversized { bytes } => Self::Oversized(bytes),
            Kind::GraphqlErrors { message } => Self::GraphqlErrors(message),
            Kind::Redirect { to } => Self::Redirect(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_as_they_are_meant() {
        let pause = Duration::from_millis(3);
        for (json, fault) in [
            (r#"{"kind": "latency", "milliseconds": 3}"#, Fault::new(FaultKind::Latency(pause))),
            (
                r#"{"kind": "rate-limited", "retry_after": 7, "first": 2}"#,
                Fault::new(FaultKind::RateLimited { retry_after: 7 }).first(2),
            ),
            (r#"{"kind": "html", "status": 502, "every": 3}"#, Fault::new(FaultKind::Html(502)).every(3)),
            (r#"{"kind": "wrong-shape", "path": "/tree"}"#, Fault::new(FaultKind::WrongShape).on("/tree")),
            (r#"{"kind": "drip", "bytes": 1, "milliseconds": 3}"#, Fault::new(FaultKind::Drip { bytes: 1, pause })),
            (r#"{"kind": "oversized", "bytes": 9}"#, Fault::new(FaultKind::Oversized(9))),
        ] {
            assert_eq!(Fault::from(serde_json::from_str::<Wish>(json).expect(json)), fault, "{json}");
        }
        for json in ["{}", r#"{"kind": "weather"}"#, r#"{"kind": "html"}"#] {
            assert!(serde_json::from_str::<Wish>(json).is_err(), "{json}");
        }
    }
}

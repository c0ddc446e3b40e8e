//! When a request is tried again, and how long to wait before.

use std::time::{Duration, UNIX_EPOCH};

use super::{Headers, TransportError};

/// The mean wait before the first retry is half of it; it doubles from then on.
const BASE: Duration = Duration::from_millis(400);
/// The longest wait that nobody asked for.
const LONGEST: Duration = Duration::from_secs(10);
/// The spread of waits that a server asked for: whoever was turned away together should not come back together.
const SPREAD: Duration = Duration::from_millis(500);

/// Statuses after which the same request may succeed: the server, or one on the way to it, is overloaded or restarts.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 500 | 502 | 503 | 504)
}

/// Errors after which the same request may succeed.
pub(crate) fn is_passing_error(error: &TransportError) -> bool {
    matches!(error, TransportError::TimedOut | TransportError::CutOff { .. })
}

/// The wait before the given retry (0 is the first): exponential, with full jitter.
pub(crate) fn backoff(retry: u32, chance: f64) -> Duration {
    let longest = BASE.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX)).min(LONGEST);
    longest.mul_f64(chance.clamp(0.0, 1.0))
}

/// What is added to a wait that a server asked for.
pub(crate) fn spread(chance: f64) -> Duration {
    SPREAD.mul_f64(chance.clamp(0.0, 1.0))
}

/// How long the server asks to wait: `Retry-After` in seconds or as a date, else `RateLimit-Reset`, a Unix time
/// (facts/gitlab.md, 2). `None` where it says nothing; a browser does not let a page see these headers.
pub(crate) fn asked_for(headers: &Headers, unix_seconds: u64) -> Option<Duration> {
    let after = headers.get("retry-after").map(str::trim).and_then(|value| match value.parse::<u64>() {
        Ok(seconds) => Some(seconds),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            Some(date.duration_since(UNIX_EPOCH).ok()?.as_secs().saturating_sub(unix_seconds))
        }
    });
    let reset = || {
        let reset: u64 = headers.get("ratelimit-reset")?.trim().parse().ok()?;
        Some(reset.saturating_sub(unix_seconds))
    };
    after.or_else(reset).map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_that_a_server_asks_for() {
        /// Sun, 06 Nov 1994 08:49:37 GMT
        const NOW: u64 = 784_111_777;
        for (headers, expected) in [
            (&[][..], None),
            (&[("Retry-After", "7")], Some(7)),
            (&[("Retry-After", " 0 ")], Some(0)),
            (&[("Retry-After", "Sun, 06 Nov 1994 08:50:37 GMT")], Some(60)),
            (&[("Retry-After", "Sun, 06 Nov 1994 08:40:37 GMT")], Some(0)),
            (&[("Retry-After", "soon")], None),
            (&[("Retry-After", "-1")], None),
            (&[("RateLimit-Reset", "784111787")], Some(10)),
            (&[("RateLimit-Reset", "784111700")], Some(0)),
            (&[("RateLimit-Reset", "784111787"), ("Retry-After", "3")], Some(3)),
            (&[("RateLimit-Reset", "784111787"), ("Retry-After", "soon")], Some(10)),
        ] {
            let asked = asked_for(&headers.iter().copied().collect(), NOW);
            assert_eq!(asked, expected.map(Duration::from_secs), "{headers:?}");
        }
    }

    #[test]
    fn waits_grow_up_to_a_limit() {
        for (retry, chance, milliseconds) in [
            (0, 1.0, 400),
            (0, 0.5, 200),
            (1, 1.0, 800),
            (2, 1.0, 1600),
            (9, 1.0, 10_000),
            (99, 1.0, 10_000),
            (5, 0.0, 0),
        ] {
            assert_eq!(backoff(retry, chance), Duration::from_millis(milliseconds), "{retry} {chance}");
        }
    }
}

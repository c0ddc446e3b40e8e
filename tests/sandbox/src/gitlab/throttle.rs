//! A rate limiter that counts, as GitLab's does when it is switched on (facts, 2: Rate limit).

use std::time::{Duration, Instant};

use super::reply::Reply;

/// So many requests in a period, for all callers together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// How many are answered.
    pub requests: u64,
    /// In what time; then counting begins anew.
    pub period: Duration,
}

/// The count of the present period.
#[derive(Debug)]
pub(crate) struct Counter {
    throttle: Throttle,
    began: Instant,
    seen: u64,
}

/// Where a request stands in the count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    limit: u64,
    seen: u64,
    /// Until counting begins anew.
    left: Duration,
}

impl Counter {
    pub(crate) fn new(throttle: Throttle) -> Self {
        Self { throttle, began: Instant::now(), seen: 0 }
    }

    /// Counts a request.
    pub(crate) fn count(&mut self) -> Standing {
        if self.began.elapsed() >= self.throttle.period {
            (self.began, self.seen) = (Instant::now(), 0);
        }
        self.seen += 1;
        let left = self.throttle.period.saturating_sub(self.began.elapsed());
        Standing { limit: self.throttle.requests, seen: self.seen, left }
    }
}

impl Standing {
    /// Whether the request is one too many.
    pub(crate) fn exceeded(self) -> bool {
        self.seen > self.limit
    }

    /// The refusal: a text, and when to come again.
    pub(crate) fn refusal(self) -> Reply {
        let date = self.reset().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        Reply::new(429, "text/plain", "Retry later\n")
            .with("retry-after", self.seconds().to_string())
            .with("ratelimit-resettime", date)
    }

    /// The headers that every answer has.
    pub(crate) fn on(self, reply: Reply) -> Reply {
        reply
            .with("ratelimit-limit", self.limit.to_string())
            .with("ratelimit-name", "throttle_unauthenticated_api")
            .with("ratelimit-observed", self.seen.to_string())
            .with("ratelimit-remaining", self.limit.saturating_sub(self.seen).to_string())
            .with("ratelimit-reset", self.reset().as_second().to_string())
    }

    /// Whole seconds, so that who waits them does not come too early.
    fn seconds(self) -> u64 {
        self.left.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX)
    }

    fn reset(self) -> jiff::Timestamp {
        let now = jiff::Timestamp::now();
        let seconds = now.as_second().saturating_add(self.seconds().try_into().unwrap_or(i64::MAX));
        jiff::Timestamp::from_second(seconds).unwrap_or(now)
    }

    /// As a fault says it: one more than a limit, for so many seconds.
    pub(crate) fn fault(seconds: u64) -> Self {
        Self { limit: 60, seen: 61, left: Duration::from_secs(seconds) }
    }
}

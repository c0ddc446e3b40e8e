//! What goes wrong, on demand.

use std::time::Duration;

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// The answer comes later.
    Latency(Duration),
    /// 429 of the rate limiter: `Retry-After` and `RateLimit-*` headers, and the text `Retry later`.
    RateLimited {
        /// What `Retry-After` says, in seconds.
        retry_after: u64,
    },
    /// 429 of the application: JSON, and no header says when to come again.
    ApplicationLimit,
    /// A page of HTML with this status: 502, 503, ...
    Html(u16),
    /// A page of HTML with status 200, as a sign-in page or a proxy gives it.
    HtmlInsteadOfJson,
    /// The connection is closed before anything was answered.
    CutBeforeHeaders,
    /// The connection is closed in the middle of the body; `Content-Length` had promised all of it.
    CutInBody,
    /// The body comes in pieces of so many bytes, with a pause before each.
    Drip {
        /// The size of a piece.
        bytes: usize,
        /// The pause.
        pause: Duration,
    },
    /// Valid JSON of another shape.
    WrongShape,
    /// Every page of a list says that there is a next one; after the last page comes the first again.
    EndlessPages,
    /// A body of at least so many bytes of JSON that looks valid to its end.
    Oversized(u64),
    /// 200 with GraphQL `errors` and no data, on the GraphQL endpoint; elsewhere nothing.
    GraphqlErrors(String),
    /// A redirect to this address.
    Redirect(String),
}

/// Which of the requests that fit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum When {
    /// All.
    #[default]
    Always,
    /// The first so many.
    First(u64),
    /// Every so many: with 3 the third, the sixth, ...
    Every(u64),
    /// A share from 0 to 1, drawn by a generator with this seed.
    Share(f64, u64),
}

/// A fault, and where and when it strikes. Of several that strike one request, all latencies add up and the first other one decides.
///
/// ```
/// use repin_sandbox::gitlab::{Fault, FaultKind};
/// let fault = Fault::new(FaultKind::Html(502)).on("/repository/commits").first(2);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// What goes wrong.
    pub kind: FaultKind,
    /// A part of the path and query; without, every request fits.
    pub path: Option<String>,
    /// Which of the requests that fit.
    pub when: When,
}

impl Fault {
    /// A fault of every request.
    pub fn new(kind: FaultKind) -> Self {
        Self { kind, path: None, when: When::Always }
    }

    /// Only of requests whose path and query contain this.
    #[must_use]
    pub fn on(mut self, path: &str) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// Only of the first `count`.
    #[must_use]
    pub fn first(mut self, count: u64) -> Self {
        self.when = When::First(count);
        self
    }

    /// Only of every `count`th.
    #[must_use]
    pub fn every(mut self, count: u64) -> Self {
        self.when = When::Every(count);
        self
    }

    /// Only of a random share, the same for the same seed.
    #[must_use]
    pub fn share(mut self, share: f64, seed: u64) -> Self {
        self.when = When::Share(share, seed);
        self
    }
}

/// A fault that waits for requests.
#[derive(Debug)]
pub(crate) struct Armed {
    fault: Fault,
    seen: u64,
    random: fastrand::Rng,
}

impl Armed {
    pub(crate) fn new(fault: Fault) -> Self {
        let seed = if let When::Share(_, seed) = fault.when { seed } else { 0 };
        Self { fault, seen: 0, random: fastrand::Rng::with_seed(seed) }
    }

    /// What goes wrong with this request, if anything does.
    pub(crate) fn strikes(&mut self, path_and_query: &str) -> Option<FaultKind> {
        if self.fault.path.as_ref().is_some_and(|part| !path_and_query.contains(part.as_str())) {
            return None;
        }
        self.seen += 1;
        let now = match self.fault.when {
            When::Always => true,
            When::First(count) => self.seen <= count,
            When::Every(count) => count > 0 && self.seen.is_multiple_of(count),
            When::Share(share, _) => self.random.f64() < share,
        };
        now.then(|| self.fault.kind.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_strike_when_they_should() {
        let count = |fault: Fault, path: &str| {
            let mut armed = Armed::new(fault);
            (0..12).map(|_| if armed.strikes(path).is_some() { 'x' } else { '.' }).collect::<String>()
        };
        let fault = || Fault::new(FaultKind::ApplicationLimit);
        for (name, fault, expected) in [
            ("always", fault(), "xxxxxxxxxxxx"),
            ("first", fault().first(2), "xx.........."),
            ("every", fault().every(3), "..x..x..x..x"),
            ("path", fault().on("/tree"), "xxxxxxxxxxxx"),
            ("other path", fault().on("/commits"), "............"),
            ("no share", fault().share(0.0, 1), "............"),
            ("whole share", fault().share(1.0, 1), "xxxxxxxxxxxx"),
        ] {
            assert_eq!(count(fault, "/api/v4/projects/1/repository/tree?ref=x"), expected, "{name}");
        }
        let half = count(fault().share(0.5, 7), "/");
        assert_eq!(half, count(fault().share(0.5, 7), "/"));
        assert!(half.contains('x') && half.contains('.'), "{half}");
    }
}

//! Several requests with one budget: how many, how long, how often again.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use futures_util::future::{AbortHandle, Abortable};
use repin::resolution::Cost;

use super::gate::{Gate, Permit};
use super::origin::{Origin, join};
use super::{Method, Request, Response, Transport, TransportError, retry};

/// Redirects that one call follows.
const REDIRECTS: u32 = 3;

/// What the requests of one client may cost together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests, retries and redirects included; `None`: any number.
    pub max_requests: Option<u64>,
    /// The time from the client's making to the end of its last request.
    pub deadline: Duration,
    /// The time for one request.
    pub timeout: Duration,
    /// The longest body of an answer, where a call does not say otherwise.
    pub max_bytes: usize,
    /// How often one call is tried again.
    pub retries: u32,
    /// Requests under way at once.
    pub in_flight: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_requests: Some(30),
            deadline: Duration::from_mins(1),
            timeout: Duration::from_secs(20),
            max_bytes: 32 << 20,
            retries: 3,
            in_flight: 8,
        }
    }
}

impl Limits {
    /// The usual limits, but for any number of requests, and for the time that they may take.
    pub fn any_number() -> Self {
        Self { max_requests: None, deadline: Duration::from_mins(10), ..Self::default() }
    }
}

/// One question to a server, which may take several requests.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// What is asked.
    pub method: Method,
    /// The whole URL; it must not contain a secret.
    pub url: String,
    /// Its headers, the token's among them. They go to the origin of `url` and to no other.
    pub headers: Vec<(&'static str, String)>,
    /// The body of a POST or a PUT.
    pub body: Option<Vec<u8>>,
    /// The longest body of the answer, if not the client's limit.
    pub max_bytes: Option<usize>,
    /// Whether it may be sent again where it is not known if the server has done it: a GET, a PUT, or a query by POST.
    pub idempotent: bool,
    /// Whether it is sent again after a timeout. Not worth it where the server always is slow.
    pub retry_late: bool,
}

impl Call {
    /// A GET without headers.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: Method::Get,
            url: url.into(),
            headers: Vec::new(),
            body: None,
            max_bytes: None,
            idempotent: true,
            retry_late: true,
        }
    }

    /// A HEAD without headers.
    pub fn head(url: impl Into<String>) -> Self {
        Self { method: Method::Head, ..Self::get(url) }
    }

    /// A POST that changes nothing: it may be sent again.
    pub fn query(url: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: Method::Post, body: Some(body), ..Self::get(url) }
    }

    /// A POST that changes something each time.
    pub fn post(url: impl Into<String>, body: Vec<u8>) -> Self {
        Self { idempotent: false, ..Self::query(url, body) }
    }

    /// A PUT: done twice, it leaves what it leaves when it is done once.
    pub fn put(url: impl Into<String>, body: Vec<u8>) -> Self {
        Self { method: Method::Put, ..Self::query(url, body) }
    }

    /// A DELETE, which is not sent again: what is gone cannot be removed.
    pub fn delete(url: impl Into<String>) -> Self {
        Self { method: Method::Delete, idempotent: false, ..Self::get(url) }
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A header can be a token.
        write!(f, "{} {}", self.method, self.url)
    }
}

/// Why a call has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HttpError {
    /// All requests that the client may send are sent.
    RequestLimit,
    /// The client's time is over.
    Deadline,
    /// The server limits how often it answers (status 429), and its pause is longer than the client's time or its retries.
    RateLimited {
        /// When it answers again, in seconds since 1970, where it says that.
        retry_at: Option<u64>,
    },
    /// The server sends the client to another one. Nothing was sent there, since that would give it the token.
    Elsewhere {
        /// The origin that was asked.
        from: String,
        /// The origin that it names.
        to: String,
    },
    /// The server sends the client around.
    TooManyRedirects,
    /// There is no whole answer.
    Transport(TransportError),
    /// [`Client::cancel`] was called.
    Cancelled,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestLimit => f.write_str("all requests that are allowed for one answer are used up"),
            Self::Deadline => f.write_str("the time that is allowed for one answer is over"),
            Self::RateLimited { retry_at: None } => {
                f.write_str("the server limits how often it answers; try again in a few minutes")
            }
            Self::RateLimited { retry_at: Some(seconds) } => {
                let time = UNIX_EPOCH.checked_add(Duration::from_secs(*seconds));
                // Dates that HTTP cannot write are no better than none; `fmt_http_date` panics on them.
                match time.filter(|_| *seconds < 253_402_300_800) {
                    Some(time) => {
                        let time = httpdate::fmt_http_date(time);
                        write!(f, "the server limits how often it answers; it does again at {time}")
                    }
                    None => Self::RateLimited { retry_at: None }.fmt(f),
                }
            }
            Self::Elsewhere { from, to } => {
                write!(f, "{from} sends its callers to {to}; if that is right, name the project by its address there")
            }
            Self::TooManyRedirects => f.write_str("the server sends its callers from one address to the next"),
            Self::Transport(error) => error.fmt(f),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for HttpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The text has what a transport says.
        None
    }
}

/// Sends calls within [`Limits`], and counts what they cost. Make one for each answer.
///
/// - A call is tried again after 429, and where that is safe after 500, 502, 503, 504, a timeout or a cut connection: with
///   growing waits and jitter, never sooner than the server asks, never past the deadline, never after any other status.
/// - After a 429 all calls wait, and then one alone finds out whether the server has recovered.
/// - Redirects are followed within one origin. To another they are an error, so that no token leaves its origin.
pub struct Client<T> {
    transport: T,
    limits: Limits,
    /// When the time is over, by the transport's clock.
    end: Duration,
    gate: Gate,
    book: Mutex<Book>,
}

/// What has happened so far.
#[derive(Default)]
struct Book {
    cost: Cost,
    /// The greatest round of which an answer has come.
    answered: u64,
    /// Nothing is sent until then.
    paused_until: Duration,
    cancelled: bool,
    calls: Vec<(u64, AbortHandle)>,
    next_call: u64,
}

/// A failure after which the same may succeed.
enum Passing {
    RateLimited(Option<Duration>),
    Answer(Response),
    Error(TransportError),
}

impl<T: Transport> Client<T> {
    /// A client whose time begins now.
    pub fn new(transport: T, limits: Limits) -> Self {
        let end = transport.now().saturating_add(limits.deadline);
        Self { transport, limits, end, gate: Gate::new(limits.in_flight), book: Mutex::default() }
    }

    /// What the calls so far have cost. A request counts when it is sent, its bytes when they came.
    pub fn cost(&self) -> Cost {
        self.book().cost
    }

    /// Requests that may still be sent; `None`: any number.
    pub fn remaining(&self) -> Option<u64> {
        self.limits.max_requests.map(|max| max.saturating_sub(self.book().cost.requests))
    }

    /// The transport.
    pub fn transport(&self) -> &T {
        &self.transport
    }

    /// Ends all calls, those under way and those to come, with [`HttpError::Cancelled`].
    pub fn cancel(&self) {
        let calls = {
            let mut book = self.book();
            book.cancelled = true;
            std::mem::take(&mut book.calls)
        };
        for (_, call) in calls {
            call.abort();
        }
    }

    /// Asks, and gives the answer with whatever status it has. A 5xx is given once the retries, the requests or the time
    /// do not allow to ask again; a 429 never is.
    ///
    /// # Errors
    /// See [`HttpError`].
    pub async fn send(&self, call: Call) -> Result<Response, HttpError> {
        let (handle, registration) = AbortHandle::new_pair();
        let _entry = self.register(handle)?;
        Abortable::new(self.answer(&call), registration).await.map_err(|_aborted| HttpError::Cancelled)?
    }

    async fn answer(&self, call: &Call) -> Result<Response, HttpError> {
        let mut url = call.url.clone();
        let (mut redirects, mut tries) = (0, 0);
        // Waiting for a turn is not waiting for an answer: the round is that of the moment when the call is made.
        let mut round = self.book().answered + 1;
        loop {
            let failure = match self.request(call, &url, round).await? {
                Ok(response) => match redirect(call.method, &url, &response)? {
                    Some(next) => {
                        if redirects == REDIRECTS {
                            return Err(HttpError::TooManyRedirects);
                        }
                        redirects += 1;
                        url = next;
                        round = self.book().answered + 1;
                        continue;
                    }
                    None if response.status == 429 => {
                        Passing::RateLimited(retry::asked_for(&response.headers, self.transport.unix_seconds()))
                    }
                    None if retry::is_passing(response.status) && call.idempotent => Passing::Answer(response),
                    None => return Ok(response),
                },
                Err(TransportError::TimedOut) if self.transport.now() >= self.end => return Err(HttpError::Deadline),
                Err(TransportError::TimedOut) if !call.retry_late => {
                    return Err(HttpError::Transport(TransportError::TimedOut));
                }
                Err(error) if retry::is_passing_error(&error) && call.idempotent => Passing::Error(error),
                Err(error) => return Err(HttpError::Transport(error)),
            };
            if let ControlFlow::Break(end) = self.wait(failure, tries).await {
                return end;
            }
            tries += 1;
            round = self.book().answered + 1;
        }
    }

    /// Sends one request when it is its turn.
    async fn request(&self, call: &Call, url: &str, round: u64) -> Result<Result<Response, TransportError>, HttpError> {
        let _permit = self.turn().await?;
        let left = self.end.saturating_sub(self.transport.now());
        {
            let mut book = self.book();
            if self.limits.max_requests.is_some_and(|max| book.cost.requests >= max) {
                return Err(HttpError::RequestLimit);
            }
            book.cost.requests += 1;
            book.cost.rounds = book.cost.rounds.max(round);
        }
        let request = Request {
            method: call.method,
            url: url.to_owned(),
            headers: call.headers.clone(),
            body: call.body.clone(),
            timeout: self.limits.timeout.min(left),
            max_bytes: call.max_bytes.unwrap_or(self.limits.max_bytes),
        };
        let outcome = self.transport.send(request).await;
        {
            let mut book = self.book();
            book.answered = book.answered.max(round);
            book.cost.bytes += match &outcome {
                Ok(response) => response.received,
                Err(error) => error.received(),
            };
        }
        match &outcome {
            Ok(response) if response.status == 429 => self.gate.narrow(),
            Ok(_) => self.gate.widen(),
            Err(_) => {}
        }
        Ok(outcome)
    }

    /// Waits until a request may be sent.
    async fn turn(&self) -> Result<Permit, HttpError> {
        loop {
            let permit = self.gate.enter().await;
            let now = self.transport.now();
            if now >= self.end {
                return Err(HttpError::Deadline);
            }
            let pause = self.book().paused_until;
            let wait = pause.saturating_sub(now);
            if wait.is_zero() {
                return Ok(permit);
            }
            if pause >= self.end {
                return Err(self.rate_limited(Some(wait)));
            }
            drop(permit);
            self.transport.sleep(wait).await;
        }
    }

    /// Waits before a call is tried again, or ends it.
    async fn wait(&self, failure: Passing, tries: u32) -> ControlFlow<Result<Response, HttpError>> {
        let now = self.transport.now();
        let chance = self.transport.chance();
        let wait = match &failure {
            Passing::RateLimited(asked) => {
                // Where it does not say how long, its limit is one by the minute more often than not.
                let wait =
                    asked.unwrap_or_else(|| retry::backoff(tries + 2, 1.0)).saturating_add(retry::spread(chance));
                let mut book = self.book();
                book.paused_until = book.paused_until.max(now.saturating_add(wait));
                wait
            }
            Passing::Answer(response) => {
                let asked = retry::asked_for(&response.headers, self.transport.unix_seconds());
                asked.unwrap_or_default().saturating_add(retry::backoff(tries, chance))
            }
            Passing::Error(_) => retry::backoff(tries, chance),
        };
        let again = tries < self.limits.retries && self.remaining() != Some(0) && now.saturating_add(wait) < self.end;
        if again {
            // After a 429 all calls wait for their turn together.
            if !matches!(failure, Passing::RateLimited(_)) {
                self.transport.sleep(wait).await;
            }
            return ControlFlow::Continue(());
        }
        ControlFlow::Break(match failure {
            Passing::RateLimited(asked) => Err(self.rate_limited(asked)),
            Passing::Answer(response) => Ok(response),
            Passing::Error(error) => Err(HttpError::Transport(error)),
        })
    }

    fn rate_limited(&self, wait: Option<Duration>) -> HttpError {
        let retry_at = wait.map(|wait| self.transport.unix_seconds().saturating_add(wait.as_secs()));
        HttpError::RateLimited { retry_at }
    }

    fn register(&self, handle: AbortHandle) -> Result<Entry<'_>, HttpError> {
        let mut book = self.book();
        if book.cancelled {
            return Err(HttpError::Cancelled);
        }
        let id = book.next_call;
        book.next_call += 1;
        book.calls.push((id, handle));
        Ok(Entry { book: &self.book, id })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        lock(&self.book)
    }
}

fn lock(book: &Mutex<Book>) -> MutexGuard<'_, Book> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A call that [`Client::cancel`] can end.
struct Entry<'a> {
    book: &'a Mutex<Book>,
    id: u64,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        lock(self.book).calls.retain(|(id, _)| *id != self.id);
    }
}

/// The URL that an answer sends the client on to, if it is to follow.
fn redirect(method: Method, url: &str, response: &Response) -> Result<Option<String>, HttpError> {
    if !matches!(response.status, 301 | 302 | 307 | 308) {
        return Ok(None);
    }
    let Some(next) = response.headers.get("location").and_then(|location| join(url, location)) else { return Ok(None) };
    let (from, to) = (Origin::of(url), Origin::of(&next));
    if from.is_none() || from != to {
        let name = |origin: Option<Origin>| origin.map_or_else(|| "another address".to_owned(), |o| o.to_string());
        return Err(HttpError::Elsewhere { from: name(from), to: name(to) });
    }
    // After 301 and 302 browsers turn a POST into a GET, which is another question.
    let follow = method != Method::Post || matches!(response.status, 307 | 308);
    Ok(follow.then_some(next))
}

#[cfg(test)]
mod tests;

//! The client against a script: which requests are expected, and what is answered. Time passes only in waits.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use futures_util::future::{join, join_all};

use super::super::Headers;
use super::*;

const URL: &str = "https://gitlab.example.org/api/v4/x";
/// Sun, 06 Nov 1994 08:49:37 GMT
const UNIX: u64 = 784_111_777;

type Outcome = Result<Response, TransportError>;

/// Answers by a script, on a clock of its own.
#[derive(Clone, Default)]
struct Script(Rc<Inner>);

#[derive(Default)]
struct Inner {
    steps: RefCell<VecDeque<Outcome>>,
    sent: RefCell<Vec<Request>>,
    sleeps: RefCell<Vec<Duration>>,
    now: Cell<Duration>,
    /// What an answer takes.
    latency: Cell<Duration>,
    under_way: Cell<usize>,
    /// For each request: how many were under way then, itself included.
    crowds: RefCell<Vec<usize>>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Outcome>) -> Self {
        let script = Self::default();
        script.0.steps.borrow_mut().extend(steps);
        script
    }

    fn slow(self, milliseconds: u64) -> Self {
        self.0.latency.set(Duration::from_millis(milliseconds));
        self
    }

    fn urls(&self) -> Vec<String> {
        self.0.sent.borrow().iter().map(|request| request.url.clone()).collect()
    }

    fn waited(&self) -> u128 {
        self.0.sleeps.borrow().iter().sum::<Duration>().as_millis()
    }
}

/// Lets the others go on once; then time has passed.
async fn others_first() {
    let mut first = true;
    poll_fn(|context| {
        if std::mem::take(&mut first) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

impl Transport for Script {
    async fn send(&self, request: Request) -> Outcome {
        let inner = &self.0;
        let timeout = request.timeout;
        inner.sent.borrow_mut().push(request);
        let step = inner.steps.borrow_mut().pop_front();
        inner.under_way.set(inner.under_way.get() + 1);
        inner.crowds.borrow_mut().push(inner.under_way.get());
        let end =
            inner.now.get() + if step == Some(Err(TransportError::TimedOut)) { timeout } else { inner.latency.get() };
        others_first().await;
        inner.under_way.set(inner.under_way.get() - 1);
        inner.now.set(inner.now.get().max(end));
        step.unwrap_or_else(|| panic!("{:?} was not expected", inner.sent.borrow().last()))
    }

    async fn sleep(&self, duration: Duration) {
        let end = self.0.now.get() + duration;
        self.0.sleeps.borrow_mut().push(duration);
        others_first().await;
        self.0.now.set(self.0.now.get().max(end));
    }

    fn now(&self) -> Duration {
        self.0.now.get()
    }

    fn unix_seconds(&self) -> u64 {
        UNIX + self.0.now.get().as_secs()
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a step of a script can also be an error")]
fn status(status: u16) -> Outcome {
    Ok(Response { status, headers: Headers::default(), body: b"body".to_vec(), received: 4 })
}

fn with(code: u16, header: (&str, &str)) -> Outcome {
    status(code).map(|answer| Response { headers: [header].into_iter().collect(), ..answer })
}

fn cut() -> Outcome {
    Err(TransportError::CutOff { received: 2 })
}

/// What became of a call, in short.
fn shown(outcome: Result<Response, HttpError>) -> String {
    match outcome {
        Ok(response) => response.status.to_string(),
        Err(error) => format!("{error:?}"),
    }
}

#[test]
fn a_call_is_tried_again_where_that_can_help() {
    let unreachable = || Err(TransportError::Unreachable { host: "h".to_owned(), reason: "r".to_owned() });
    let late = || Err(TransportError::TimedOut);
    for (name, steps, outcome, requests, waited) in [
        ("at once", vec![status(200)], "200", 1, 0),
        ("not found is an answer", vec![status(404)], "404", 1, 0),
        ("so is 501", vec![status(501)], "501", 1, 0),
        ("so is 401", vec![status(401)], "401", 1, 0),
        ("502 passes", vec![status(502), status(200)], "200", 2, 200),
        ("so do 500, 503, 504", vec![status(500), status(503), status(504), status(200)], "200", 4, 200 + 400 + 800),
        ("not for ever", vec![status(502), status(502), status(502), status(502)], "502", 4, 1400),
        ("a cut passes", vec![cut(), status(200)], "200", 2, 200),
        ("a timeout passes", vec![late(), status(200)], "200", 2, 200),
        ("cuts for ever", vec![cut(), cut(), cut(), cut()], "Transport(CutOff { received: 2 })", 4, 1400),
        ("timeouts end with the deadline", vec![late(), late(), late()], "Deadline", 3, 600),
        ("nobody there", vec![unreachable()], "Transport(Unreachable { host: \"h\", reason: \"r\" })", 1, 0),
        ("too large", vec![Err(TransportError::TooLarge { limit: 5 })], "Transport(TooLarge { limit: 5 })", 1, 0),
        ("503 says when", vec![with(503, ("Retry-After", "5")), status(200)], "200", 2, 5200),
        ("503 says much later", vec![with(503, ("Retry-After", "3600"))], "503", 1, 0),
        ("429 says when", vec![with(429, ("Retry-After", "7")), status(200)], "200", 2, 7250),
        (
            "429 says a date",
            vec![with(429, ("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT")), status(200)],
            "200",
            2,
            10_250,
        ),
        ("429 says a time", vec![with(429, ("RateLimit-Reset", "784111780")), status(200)], "200", 2, 3250),
        (
            "429 says never",
            vec![with(429, ("Retry-After", "18446744073709551615"))],
            "RateLimited { retry_at: Some(18446744073709551615) }",
            1,
            0,
        ),
        ("429 says nothing", vec![status(429), status(429), status(200)], "200", 3, 1600 + 250 + 3200 + 250),
        (
            "429 says much later",
            vec![with(429, ("Retry-After", "60"))],
            "RateLimited { retry_at: Some(784111837) }",
            1,
            0,
        ),
        (
            "429 for ever",
            vec![status(429), status(429), status(429), status(429)],
            "RateLimited { retry_at: None }",
            4,
            1600 + 3200 + 6400 + 750,
        ),
        ("mixed", vec![status(429), cut(), status(502), status(200)], "200", 4, 1850 + 400 + 800),
    ] {
        let script = Script::new(steps);
        let client = Client::new(script.clone(), Limits::default());
        assert_eq!(shown(pollster::block_on(client.send(Call::get(URL)))), outcome, "{name}");
        assert_eq!(client.cost().requests, requests, "{name}");
        assert_eq!(script.waited(), waited, "{name}");
        assert!(script.0.steps.borrow().is_empty(), "{name}");
    }
}

#[test]
fn what_may_have_happened_is_not_done_twice() {
    for (name, steps, outcome) in [
        ("502", vec![status(502)], "502"),
        ("cut", vec![cut()], "Transport(CutOff { received: 2 })"),
        ("a 429 was not done", vec![with(429, ("Retry-After", "1")), status(201)], "201"),
    ] {
        let client = Client::new(Script::new(steps), Limits::default());
        let call = Call { idempotent: false, ..Call::query(URL, b"x".to_vec()) };
        assert_eq!(shown(pollster::block_on(client.send(call))), outcome, "{name}");
    }
}

#[test]
fn requests_are_limited_retries_included() {
    let limits = Limits { max_requests: Some(3), ..Limits::default() };
    let script = Script::new([status(502), status(200), status(200)]);
    let client = Client::new(script.clone(), limits);
    assert_eq!(client.remaining(), Some(3));
    let calls = (0..4).map(|_| client.send(Call::get(URL)));
    let mut outcomes: Vec<_> = pollster::block_on(join_all(calls)).into_iter().map(shown).collect();
    outcomes.sort();
    // The call that got a 502 gives it: no request is left to ask again.
    assert_eq!(outcomes, ["200", "200", "502", "RequestLimit"]);
    assert_eq!(client.remaining(), Some(0));
    assert_eq!(script.urls().len(), 3);

    let unlimited = Client::new(Script::new([status(200)]), Limits { max_requests: None, ..limits });
    assert_eq!(shown(pollster::block_on(unlimited.send(Call::get(URL)))), "200");
    assert_eq!(unlimited.remaining(), None);
}

#[test]
fn costs_are_counted() {
    let script = Script::new([status(200), status(200), cut(), status(200), status(200)]);
    let client = Client::new(script, Limits::default());
    pollster::block_on(async {
        join(client.send(Call::get(URL)), client.send(Call::get(URL))).await.0.expect("it is answered");
        assert_eq!(client.cost(), Cost { requests: 2, rounds: 1, bytes: 8 });
        // The second of these is cut off and tried again: that request had to wait for an answer.
        client.send(Call::get(URL)).await.expect("it is answered");
        assert_eq!(client.cost(), Cost { requests: 4, rounds: 3, bytes: 14 });
        client.send(Call::get(URL)).await.expect("it is answered");
        assert_eq!(client.cost(), Cost { requests: 5, rounds: 4, bytes: 18 });
    });
}

#[test]
fn a_turn_is_no_round() {
    let script = Script::new((0..20).map(|_| status(200)));
    let client = Client::new(script.clone(), Limits { in_flight: 3, ..Limits::default() });
    let answers = pollster::block_on(join_all((0..20).map(|_| client.send(Call::get(URL)))));
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(client.cost(), Cost { requests: 20, rounds: 1, bytes: 80 });
    assert_eq!(script.0.crowds.borrow().iter().max(), Some(&3));
}

#[test]
fn one_429_is_a_pause_for_all() {
    // All of eight are turned away; then one at a time comes back, until the server answers again.
    let turned_away = (0..8).map(|_| with(429, ("Retry-After", "2")));
    let script = Script::new(turned_away.chain((0..12).map(|_| status(200)))).slow(10);
    let client = Client::new(script.clone(), Limits::default());
    let answers = pollster::block_on(join_all((0..12).map(|_| client.send(Call::get(URL)))));
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 12);
    assert_eq!(client.cost().requests, 20, "eight of twelve had to ask twice");
    let crowds = script.0.crowds.borrow();
    assert_eq!(crowds[..9], [1, 2, 3, 4, 5, 6, 7, 8, 1], "after the pause one asks alone");
    assert!(crowds[9..].iter().any(|crowd| *crowd > 1), "and then the others again: {crowds:?}");

    let script = Script::new([with(429, ("Retry-After", "2")), with(429, ("Retry-After", "900"))]).slow(10);
    let client = Client::new(script.clone(), Limits::default());
    let answers = pollster::block_on(join_all((0..2).map(|_| client.send(Call::get(URL)))));
    let answers: Vec<_> = answers.into_iter().map(shown).collect();
    assert_eq!(answers.len(), 2);
    for answer in answers {
        assert!(answer.starts_with("RateLimited { retry_at: Some("), "{answer}");
    }
    assert_eq!(script.urls().len(), 2, "nobody asks in vain");
}

#[test]
fn the_time_is_limited() {
    let limits = Limits { deadline: Duration::from_secs(3), ..Limits::default() };
    let script = Script::new([status(200), Err(TransportError::TimedOut)]).slow(2000);
    let client = Client::new(script.clone(), limits);
    assert_eq!(shown(pollster::block_on(client.send(Call::get(URL)))), "200");
    assert_eq!(shown(pollster::block_on(client.send(Call::get(URL)))), "Deadline");
    let timeouts: Vec<_> = script.0.sent.borrow().iter().map(|request| request.timeout.as_secs()).collect();
    assert_eq!(timeouts, [3, 1], "a request's own time is no longer than what is left");
    assert_eq!(shown(pollster::block_on(client.send(Call::get(URL)))), "Deadline");
    assert_eq!(script.urls().len(), 2);
}

#[test]
fn redirects_stay_with_their_origin() {
    let to = |code, location: &'static str| with(code, ("Location", location));
    for (name, call, steps, outcome, last) in [
        (
            "moved",
            Call::get(URL),
            vec![to(301, "/api/v4/projects/7"), status(200)],
            "200",
            "https://gitlab.example.org/api/v4/projects/7",
        ),
        (
            "absolute",
            Call::get(URL),
            vec![to(302, "https://GITLAB.example.org:443/y"), status(200)],
            "200",
            "https://GITLAB.example.org:443/y",
        ),
        ("head", Call::head(URL), vec![to(308, "y"), status(200)], "200", "https://gitlab.example.org/api/v4/y"),
        (
            "post by 307",
            Call::query(URL, vec![1]),
            vec![to(307, "/y"), status(200)],
            "200",
            "https://gitlab.example.org/y",
        ),
        ("post by 301", Call::query(URL, vec![1]), vec![to(301, "/y")], "301", URL),
        ("303 is another question", Call::get(URL), vec![to(303, "/y")], "303", URL),
        ("without location", Call::get(URL), vec![status(302)], "302", URL),
        (
            "three",
            Call::get(URL),
            vec![to(301, "/a"), to(301, "/b"), to(301, "/c"), status(200)],
            "200",
            "https://gitlab.example.org/c",
        ),
        (
            "four",
            Call::get(URL),
            vec![to(301, "/a"), to(301, "/b"), to(301, "/c"), to(301, "/d")],
            "TooManyRedirects",
            "https://gitlab.example.org/c",
        ),
        (
            "another host",
            Call::get(URL),
            vec![to(302, "https://elsewhere.example/y")],
            "Elsewhere { from: \"https://gitlab.example.org\", to: \"https://elsewhere.example\" }",
            URL,
        ),
        (
            "another port",
            Call::query(URL, vec![1]),
            vec![to(307, "//gitlab.example.org:8443/y")],
            "Elsewhere { from: \"https://gitlab.example.org\", to: \"https://gitlab.example.org:8443\" }",
            URL,
        ),
        (
            "without encryption",
            Call::get(URL),
            vec![to(301, "http://gitlab.example.org/api/v4/x")],
            "Elsewhere { from: \"https://gitlab.example.org\", to: \"http://gitlab.example.org\" }",
            URL,
        ),
        (
            "a trick",
            Call::get(URL),
            vec![to(301, "https://gitlab.example.org@elsewhere.example/")],
            "Elsewhere { from: \"https://gitlab.example.org\", to: \"another address\" }",
            URL,
        ),
    ] {
        let script = Script::new(steps);
        let client = Client::new(script.clone(), Limits::default());
        let call = call.header("PRIVATE-TOKEN", "secret");
        let (method, body) = (call.method, call.body.clone());
        assert_eq!(shown(pollster::block_on(client.send(call))), outcome, "{name}");
        assert_eq!(script.urls().last().map(String::as_str), Some(last), "{name}");
        for request in script.0.sent.borrow().iter() {
            assert_eq!((request.method, &request.body, request.headers.len()), (method, &body, 1), "{name}");
        }
        assert!(script.0.steps.borrow().is_empty(), "{name}");
    }
}

#[test]
fn what_is_cancelled_ends_at_once() {
    let script = Script::new([status(503), status(200)]);
    let client = Client::new(script.clone(), Limits::default());
    let (answer, ()) = pollster::block_on(join(client.send(Call::get(URL)), async {
        while script.0.sleeps.borrow().is_empty() {
            others_first().await;
        }
        client.cancel();
    }));
    assert_eq!(shown(answer), "Cancelled");
    assert_eq!(shown(pollster::block_on(client.send(Call::get(URL)))), "Cancelled");
    assert_eq!(script.urls().len(), 1);
    assert!(client.book().calls.is_empty());
}

#[test]
fn a_dropped_call_gives_its_turn_back() {
    let client = Client::new(Script::new([status(200), status(200)]), Limits { in_flight: 1, ..Limits::default() });
    {
        let mut given_up = Box::pin(client.send(Call::get(URL)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(given_up.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(shown(pollster::block_on(client.send(Call::get(URL)))), "200");
    assert!(client.book().calls.is_empty());
}

#[test]
fn nothing_shows_a_token() {
    let call = Call::get(URL).header("PRIVATE-TOKEN", "glpat-secret");
    let script = Script::new([Err(TransportError::Other { reason: "no".to_owned() })]);
    let client = Client::new(script.clone(), Limits::default());
    let error = pollster::block_on(client.send(call.clone())).expect_err("it has none");
    let shown = format!("{call:?} {error:?} {error} {:?}", script.0.sent.borrow());
    assert!(shown.contains("PRIVATE-TOKEN") && !shown.contains("glpat"), "{shown}");
}

#[test]
fn errors_say_when_to_try_again() {
    for (retry_at, expected) in [
        (None, "the server limits how often it answers; try again in a few minutes"),
        (Some(UNIX), "the server limits how often it answers; it does again at Sun, 06 Nov 1994 08:49:37 GMT"),
        (Some(u64::MAX), "the server limits how often it answers; try again in a few minutes"),
        (Some(253_402_300_800), "the server limits how often it answers; try again in a few minutes"),
    ] {
        assert_eq!(HttpError::RateLimited { retry_at }.to_string(), expected);
    }
}

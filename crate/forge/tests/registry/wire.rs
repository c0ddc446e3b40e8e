//! A transport that notes what is sent, and can do something else with it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use repin_forge::http::{Headers, Native, Request, Response, Transport, TransportError};

/// What becomes of a request.
pub(crate) enum Step {
    /// The server gets it, and its answer comes.
    Pass,
    /// The server gets another one.
    Instead(Request),
    /// The server never gets it.
    CutBefore,
    /// The server gets it, and its answer does not come.
    CutAfter,
    /// Somebody else answers.
    Answer(Response),
}

type Plan = Box<dyn Fn(usize, &Request) -> Step>;

/// The wire.
#[derive(Clone)]
pub(crate) struct Wire(Rc<Inner>);

struct Inner {
    native: Native,
    plan: Plan,
    sent: RefCell<Vec<Request>>,
}

impl Wire {
    /// What is done with the request of this number, from 0 on.
    pub(crate) fn new(plan: impl Fn(usize, &Request) -> Step + 'static) -> Self {
        Self(Rc::new(Inner { native: Native::new(), plan: Box::new(plan), sent: RefCell::default() }))
    }

    /// That lets everything pass.
    pub(crate) fn open() -> Self {
        Self::new(|_, _| Step::Pass)
    }

    /// What was sent: `GET /v2/group/name/tags/list`, without hosts and queries.
    pub(crate) fn sent(&self) -> Vec<String> {
        let path = |url: &str| {
            let rest = url.split_once("://").unwrap().1;
            let path = rest.find('/').map_or("/", |at| &rest[at..]);
            path.split('?').next().unwrap().to_owned()
        };
        self.0.sent.borrow().iter().map(|request| format!("{} {}", request.method, path(&request.url))).collect()
    }

    /// The same as it was.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.0.sent.borrow().clone()
    }
}

impl Transport for Wire {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let number = self.0.sent.borrow().len();
        self.0.sent.borrow_mut().push(request.clone());
        let cut = Err(TransportError::CutOff { received: 0 });
        match (self.0.plan)(number, &request) {
            Step::Pass => self.0.native.send(request).await,
            Step::Instead(other) => self.0.native.send(other).await,
            Step::CutBefore => cut,
            Step::CutAfter => {
                self.0.native.send(request).await?;
                cut
            }
            Step::Answer(response) => Ok(response),
        }
    }

    async fn sleep(&self, _duration: Duration) {}

    fn now(&self) -> Duration {
        self.0.native.now()
    }

    fn unix_seconds(&self) -> u64 {
        self.0.native.unix_seconds()
    }

    fn chance(&self) -> f64 {
        0.5
    }
}

/// An answer.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Step {
    let headers: Headers = headers.iter().copied().collect();
    Step::Answer(Response { status, headers, body: body.as_bytes().to_vec(), received: body.len() as u64 })
}

/// The value of a header of a request.
pub(crate) fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

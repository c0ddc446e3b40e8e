//! The transport of a question: it tells the caller how far it is.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use repin_forge::http::{Request, Response, Transport, TransportError, Web};

use crate::host::Host;

/// [`Web`], and whom to tell.
#[derive(Clone)]
pub(crate) struct Told {
    web: Web,
    host: Host,
    count: Rc<Count>,
}

#[derive(Default)]
struct Count {
    sent: Cell<u32>,
    answered: Cell<u32>,
    bytes: Cell<u64>,
    /// Pauses that are not over.
    waiting: Cell<u32>,
}

impl Told {
    pub(crate) fn new(host: Host) -> Self {
        Self { web: Web::with_fetch(host.fetch()), host, count: Rc::default() }
    }

    fn tell(&self) {
        if self.host.wants_progress() {
            let Count { sent, answered, bytes, waiting } = &*self.count;
            #[expect(clippy::cast_precision_loss, reason = "no answer has 2^53 bytes")]
            self.host.progress(sent.get(), answered.get(), bytes.get() as f64, waiting.get() > 0);
        }
    }
}

impl Transport for Told {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let Count { sent, answered, bytes, .. } = &*self.count;
        sent.set(sent.get() + 1);
        self.tell();
        let response = self.web.send(request).await;
        answered.set(answered.get() + 1);
        bytes.set(bytes.get() + response.as_ref().map_or(0, |response| response.received));
        self.tell();
        response
    }

    async fn sleep(&self, duration: Duration) {
        // Whoever is given up while it waits takes the whole question along.
        let waiting = &self.count.waiting;
        waiting.set(waiting.get() + 1);
        self.tell();
        self.web.sleep(duration).await;
        waiting.set(waiting.get() - 1);
        self.tell();
    }

    fn now(&self) -> Duration {
        self.web.now()
    }

    fn unix_seconds(&self) -> u64 {
        self.web.unix_seconds()
    }

    fn chance(&self) -> f64 {
        self.web.chance()
    }
}

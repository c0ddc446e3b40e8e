//! The transport of the command: it says on the terminal what it waits for.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::future::{Either, select};
use repin_forge::http::{Native, Request, Response, Transport, TransportError};

use crate::progress::Callback;

/// How often it says so.
const OFTEN: Duration = Duration::from_millis(100);

/// [`Native`], and whom to tell.
#[derive(Clone)]
pub(crate) struct Watched {
    native: Native,
    /// `requests to gitlab.example.org`
    what: String,
    sent: Arc<AtomicUsize>,
    progress: Option<Callback>,
}

impl Watched {
    pub(crate) fn new(host: &str, progress: Option<Callback>) -> Self {
        Self { native: Native::new(), what: format!("requests to {host}"), sent: Arc::default(), progress }
    }

    /// Waits for `work`, and tells of it.
    async fn watch<T>(&self, work: impl Future<Output = T>) -> T {
        let Some(progress) = &self.progress else { return work.await };
        let mut work = pin!(work);
        loop {
            progress(&self.what, self.sent.load(Ordering::Relaxed), None);
            match select(work, pin!(self.native.sleep(OFTEN))).await {
                Either::Left((done, _)) => return done,
                Either::Right(((), rest)) => work = rest,
            }
        }
    }
}

impl Transport for Watched {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.sent.fetch_add(1, Ordering::Relaxed);
        self.watch(self.native.send(request)).await
    }

    async fn sleep(&self, duration: Duration) {
        self.watch(self.native.sleep(duration)).await;
    }

    fn now(&self) -> Duration {
        self.native.now()
    }

    fn unix_seconds(&self) -> u64 {
        self.native.unix_seconds()
    }

    fn chance(&self) -> f64 {
        self.native.chance()
    }
}

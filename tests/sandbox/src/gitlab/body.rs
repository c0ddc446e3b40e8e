//! The body on the wire: whole, in pieces, without end, or cut; and counted.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::state::State;

/// What is done next.
pub(crate) enum Step {
    Send(Bytes),
    Repeat(Bytes, u64),
    Wait(Duration),
    Cut,
}

/// Where in the log an answer is written down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) age: u64,
    pub(crate) index: usize,
}

/// A body, as steps.
pub(crate) struct Stream {
    steps: VecDeque<Step>,
    /// What `Content-Length` says; without, the body is chunked.
    length: Option<u64>,
    waiting: Option<Pin<Box<Sleep>>>,
    state: Arc<State>,
    place: Place,
}

impl Stream {
    pub(crate) fn new(steps: Vec<Step>, length: Option<u64>, state: Arc<State>, place: Place) -> Self {
        Self { steps: steps.into(), length, waiting: None, state, place }
    }
}

impl Body for Stream {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(waiting) = &mut self.waiting {
                std::task::ready!(waiting.as_mut().poll(cx));
                self.waiting = None;
            }
            let send = match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Cut) => return Poll::Ready(Some(Err(io::Error::other("cut on demand")))),
                Some(Step::Wait(pause)) => {
                    self.waiting = Some(Box::pin(tokio::time::sleep(pause)));
                    continue;
                }
                Some(Step::Repeat(_, 0)) => continue,
                Some(Step::Repeat(bytes, times)) => {
                    self.steps.push_front(Step::Repeat(bytes.clone(), times - 1));
                    bytes
                }
                Some(Step::Send(bytes)) => bytes,
            };
            self.state.sent(self.place, send.len() as u64);
            return Poll::Ready(Some(Ok(Frame::data(send))));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.steps.is_empty() && self.waiting.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

//! How many requests are under way at once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_channel::oneshot;

/// Lets a number of requests through at once, in the order in which they came; while a server is overloaded, one alone.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Mutex<State>>);

struct State {
    /// Requests that may be under way.
    width: usize,
    /// Whether the server asked for patience, and has not answered since.
    narrow: bool,
    running: usize,
    waiting: VecDeque<oneshot::Sender<Permit>>,
}

/// The right to send one request; dropping it lets the next one in.
pub(crate) struct Permit(Gate);

impl Gate {
    pub(crate) fn new(width: usize) -> Self {
        let state = State { width: width.max(1), narrow: false, running: 0, waiting: VecDeque::new() };
        Self(Arc::new(Mutex::new(state)))
    }

    /// Waits for its turn.
    pub(crate) async fn enter(&self) -> Permit {
        let turn = {
            let mut state = self.state();
            let (sender, turn) = oneshot::channel();
            state.waiting.push_back(sender);
            turn
        };
        self.let_in();
        turn.await.expect("the sender waits in the queue of a gate that this future keeps")
    }

    /// The server asked for patience: from now on, one request alone finds out whether it has recovered.
    pub(crate) fn narrow(&self) {
        self.state().narrow = true;
    }

    /// The server answers.
    pub(crate) fn widen(&self) {
        self.state().narrow = false;
        self.let_in();
    }

    fn let_in(&self) {
        loop {
            let next = {
                let mut state = self.state();
                let width = if state.narrow { 1 } else { state.width };
                if state.running >= width {
                    return;
                }
                let Some(next) = state.waiting.pop_front() else { return };
                state.running += 1;
                next
            };
            // Where the waiting future was dropped, so is the permit, which lets the next one in. That must happen without
            // the lock.
            drop(next.send(Permit(self.clone())));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.0.state().running -= 1;
        self.0.let_in();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn poll<F: Future>(future: &mut Pin<&mut F>) -> Option<F::Output> {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    #[test]
    fn as_many_as_fit_go_through_in_order() {
        let gate = Gate::new(2);
        let (mut a, mut b, mut c, mut d) =
            (pin!(gate.enter()), pin!(gate.enter()), pin!(gate.enter()), pin!(gate.enter()));
        let first = poll(&mut a).expect("there is room");
        let _second = poll(&mut b).expect("there is room");
        assert!(poll(&mut c).is_none());
        assert!(poll(&mut d).is_none());
        drop(first);
        assert!(poll(&mut d).is_none(), "c came before");
        let third = poll(&mut c).expect("the first has left");
        drop(third);
        assert!(poll(&mut d).is_some());
    }

    #[test]
    fn who_gives_up_leaves_no_hole() {
        let gate = Gate::new(1);
        let first = poll(&mut pin!(gate.enter())).expect("there is room");
        {
            let mut called_and_gone = Box::pin(gate.enter());
            assert!(poll(&mut called_and_gone.as_mut()).is_none());
            let mut gone = Box::pin(gate.enter());
            assert!(poll(&mut gone.as_mut()).is_none());
            drop(gone);
            drop(first);
            // It has its permit by now, and never looks.
        }
        assert!(poll(&mut pin!(gate.enter())).is_some());
        assert_eq!(gate.state().running, 0);
    }

    #[test]
    fn a_narrow_gate_lets_one_through() {
        let gate = Gate::new(8);
        let first = poll(&mut pin!(gate.enter())).expect("there is room");
        gate.narrow();
        let (mut b, mut c) = (pin!(gate.enter()), pin!(gate.enter()));
        assert!(poll(&mut b).is_none());
        drop(first);
        let second = poll(&mut b).expect("the first has left");
        assert!(poll(&mut c).is_none());
        gate.widen();
        assert!(poll(&mut c).is_some());
        drop(second);
    }
}

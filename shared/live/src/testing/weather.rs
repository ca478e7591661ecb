//! Decides which calls fail, and runs futures without a clock.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::port::Trouble;

/// The position within a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// The call hasn't taken effect yet.
    Before,
    /// The call took effect, but the caller doesn't know.
    After,
}

/// Decides which calls fail.
pub trait Weather {
    /// Whether a call fails here.
    ///
    /// # Errors
    /// Returns the error that the caller gets.
    fn allow_call(&self, gate: Gate, what: &'static str) -> Result<(), Trouble>;

    /// How many seconds a call takes.
    fn seconds_for(&self, _what: &'static str) -> i64 {
        0
    }

    /// Whether a gate yields to other tasks.
    fn gives_way(&self) -> bool {
        false
    }
}

/// No call fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calm;

impl Weather for Calm {
    fn allow_call(&self, _: Gate, _: &'static str) -> Result<(), Trouble> {
        Ok(())
    }
}

/// Runs a future that waits only for the twins.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Is pending once.
pub(super) async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        // A combinator that waits for many futures polls only those that were woken.
        context.waker().wake_by_ref();
        if std::mem::replace(&mut gave, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

//! What goes wrong, and running a future without a clock.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::port::Trouble;

/// Where in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Nothing has happened yet.
    Before,
    /// It took effect; the caller does not know.
    After,
}

/// Decides what goes wrong.
pub trait Weather {
    /// Whether a call fails here.
    ///
    /// # Errors
    /// The trouble that the caller is given.
    fn at(&self, gate: Gate, what: &'static str) -> Result<(), Trouble>;

    /// How many seconds a call takes.
    fn takes(&self, _what: &'static str) -> i64 {
        0
    }

    /// Whether a gate gives way to others.
    fn gives_way(&self) -> bool {
        false
    }
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy, Default)]
pub struct Calm;

impl Weather for Calm {
    fn at(&self, _: Gate, _: &'static str) -> Result<(), Trouble> {
        Ok(())
    }
}

/// Runs a future that waits for nobody but the twins.
pub fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Pending once.
pub(super) async fn give_way() {
    let mut gave = false;
    std::future::poll_fn(|context| {
        // Whoever waits for many futures at once polls only those that woke.
        context.waker().wake_by_ref();
        if std::mem::replace(&mut gave, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

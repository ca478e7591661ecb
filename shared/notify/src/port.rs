//! The outside world of every notifier, in addition to the ports of the live crate: the service's
//! secret, and pauses.

use std::future::Future;

use rolewatch_live::port::{Clock, Subscribers, Table, Topic, Trouble};

use crate::secret::Secret;

/// The ports that AWS implements: the outbox, the operations topic and its subscribers, the clock.
pub trait DeliveryPorts: Table + Topic + Subscribers + Clock {}

impl<A: Table + Topic + Subscribers + Clock> DeliveryPorts for A {}

/// Where the service's URL or token is kept.
pub trait Vault {
    /// Reads its current value, bypassing every cache.
    fn secret(&self) -> impl Future<Output = Result<Secret, Trouble>>;
}

/// Pauses.
pub trait Pause {
    /// Waits for a number of seconds.
    fn pause(&self, seconds: u32) -> impl Future<Output = ()>;
}

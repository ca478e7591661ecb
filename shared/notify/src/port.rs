//! What lies outside of every notifier, beside the ports that the whole project shares: the secret
//! of the service that it tells, and waiting.

use std::future::Future;

use rolewatch_live::port::{Clock, Subscribers, Table, Topic, Trouble};

use crate::secret::Secret;

/// The side of AWS: the outbox, the operations topic and who receives it, the time.
pub trait DeliveryPorts: Table + Topic + Subscribers + Clock {}

impl<A: Table + Topic + Subscribers + Clock> DeliveryPorts for A {}

/// Where the URL or token of the service is kept.
pub trait Vault {
    /// Its value now, past every cache.
    fn secret(&self) -> impl Future<Output = Result<Secret, Trouble>>;
}

/// Waiting.
pub trait Pause {
    /// Waits some seconds.
    fn pause(&self, seconds: u32) -> impl Future<Output = ()>;
}

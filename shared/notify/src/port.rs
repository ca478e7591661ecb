//! What lies outside of delivery, beside the ports that the whole house shares: Slack itself, the
//! secret, waiting.

use std::future::Future;

use rolewatch_live::port::{Clock, Subscribers, Table, Topic, Trouble};

use super::secret::{Secret, Target};

/// The side of AWS: the outbox, the operations topic and who receives it, the time.
pub trait Aws: Table + Topic + Subscribers + Clock {}

impl<A: Table + Topic + Subscribers + Clock> Aws for A {}

/// A call of Slack.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where to; only what the list of hosts allows can be one.
    pub target: Target,
    /// JSON.
    pub body: String,
}

/// What Slack answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After`, in seconds.
    pub retry_after: Option<u32>,
    /// The beginning of the body; 64 KiB are enough.
    pub body: String,
}

/// Slack, by HTTP. No redirect is followed.
pub trait Post {
    /// Posts JSON. An error says that no answer came; whether Slack took it is not known.
    fn post(&self, call: Call) -> impl Future<Output = Result<Reply, Trouble>>;
}

/// Where the webhook URL or bot token is kept.
pub trait Vault {
    /// Its value now, past every cache.
    fn secret(&self) -> impl Future<Output = Result<Secret, Trouble>>;
}

/// The topic that Amazon Q Developer in chat applications listens to.
pub trait Chatroom {
    /// Publishes a custom notification. Repeating it shows it again.
    fn announce(&self, body: String) -> impl Future<Output = Result<(), Trouble>>;
}

/// Waiting.
pub trait Pause {
    /// Waits some seconds.
    fn pause(&self, seconds: u32) -> impl Future<Output = ()>;
}

//! The outside world of the delivery to Slack, in addition to the ports of every notifier: Slack
//! itself and Amazon Q Developer.

use std::future::Future;

use rolewatch_live::port::Trouble;

use super::credential::CallTarget;

/// A call to Slack.
#[derive(Debug, Clone)]
pub struct Call {
    /// The destination, which only the list of hosts can create.
    pub target: CallTarget,
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
    /// The beginning of the body. 64 KiB are enough.
    pub body: String,
}

/// Slack over HTTP. Redirects aren't followed.
pub trait Post {
    /// Posts JSON. An error means that no answer came; Slack may or may not have accepted it.
    fn post(&self, call: Call) -> impl Future<Output = Result<Reply, Trouble>>;
}

/// The topic that Amazon Q Developer in chat applications listens to.
pub trait Chatroom {
    /// Publishes a custom notification. Repeating it shows it again.
    fn announce(&self, body: String) -> impl Future<Output = Result<(), Trouble>>;
}

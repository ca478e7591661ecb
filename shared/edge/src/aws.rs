//! The ports over AWS.
//!
//! Connect once, while the function starts; the clients share one pool of connections. Each adapter
//! is a cargo feature of its own, so that a function does not carry clients that it does not need.

#[cfg(feature = "aws-archive")]
mod archive;
#[cfg(feature = "aws-auditor")]
mod auditor;
#[cfg(feature = "aws-bucket")]
mod bucket;
mod clock;
mod connection;
#[cfg(any(
    feature = "aws-archive",
    feature = "aws-auditor",
    feature = "aws-guard"
))]
mod delegate;
#[cfg(feature = "aws-directory")]
mod directory;
#[cfg(feature = "aws-guard")]
mod guard;
#[cfg(feature = "aws-bucket")]
mod logs;
#[cfg(feature = "aws-bucket")]
mod notifications;
#[cfg(feature = "aws-notifier")]
mod notifier;
#[cfg(feature = "aws-queue")]
mod queue;
#[cfg(any(feature = "aws-directory", feature = "aws-trail"))]
mod reader_credentials;
#[cfg(feature = "aws-bucket")]
mod regional;
#[cfg(feature = "aws-secrets")]
mod secrets;
#[cfg(feature = "aws-directory")]
mod setup;
#[cfg(feature = "aws-states")]
mod states;
#[cfg(feature = "aws-table")]
mod table;
#[cfg(feature = "aws-topic")]
mod topic;
#[cfg(feature = "aws-trail")]
mod trail;
mod trouble;

#[cfg(feature = "aws-archive")]
pub use archive::ArchiveAws;
#[cfg(feature = "aws-auditor")]
pub use auditor::AuditorAws;
#[cfg(feature = "aws-bucket")]
pub use bucket::{Before, Replaced, StateBucket};
pub use clock::SystemClock;
pub use connection::Connection;
#[cfg(feature = "aws-directory")]
pub use directory::ReaderRoles;
#[cfg(feature = "aws-guard")]
pub use guard::GuardAws;
#[cfg(feature = "aws-bucket")]
pub use logs::LogBuckets;
#[cfg(feature = "aws-bucket")]
pub use notifications::{Listener, Notifications, Notified};
#[cfg(feature = "aws-notifier")]
pub use notifier::NotifierAws;
#[cfg(feature = "aws-queue")]
pub use queue::EventQueue;
#[cfg(any(feature = "aws-directory", feature = "aws-trail"))]
pub use reader_credentials::ReaderCredentials;
#[cfg(feature = "aws-secrets")]
pub use secrets::Secrets;
#[cfg(feature = "aws-states")]
pub use states::{Execution, StateMachine};
#[cfg(feature = "aws-table")]
pub use table::Tables;
#[cfg(feature = "aws-topic")]
pub use topic::Topics;
#[cfg(feature = "aws-trail")]
pub use trail::Histories;

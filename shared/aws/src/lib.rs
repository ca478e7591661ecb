//! The ports over AWS.
//!
//! Connect once, while the function starts; the clients share one pool of connections. A function
//! links only the clients that it constructs.
//!
//! | room | what it holds |
//! |---|---|
//! | `guard`, `auditor`, `archive`, `notifier` | everything that one function reaches, in one value |
//! | `table` | ledger and outbox in DynamoDB |
//! | `queue`, `topic` | SQS and SNS |
//! | `bucket`, `logs`, `regional`, `notifications` | S3: the stack's bucket, buckets of logs in any Region |
//! | `reader_credentials` | credentials of the reader role in every account |
//! | `directory`, `setup`, `trail` | IAM and CloudTrail's event history of every account |
//! | `secrets` | Secrets Manager and Systems Manager |
//! | `states` | Step Functions |
//! | `connection`, `clock`, `trouble` | what all clients share: connection, clock, what an error means |
//! | `time` | every limit of time |

mod archive;
mod auditor;
mod bucket;
mod clock;
mod connection;
mod delegate;
mod directory;
mod guard;
mod logs;
mod notifications;
mod notifier;
mod queue;
mod reader_credentials;
mod regional;
mod secrets;
mod setup;
mod states;
mod table;
mod time;
mod topic;
mod trail;
mod trouble;

pub use archive::ArchiveAws;
pub use auditor::AuditorAws;
pub use bucket::{Before, Replaced, StateBucket};
pub use clock::SystemClock;
pub use connection::Connection;
pub use directory::ReaderRoles;
pub use guard::GuardAws;
pub use logs::LogBuckets;
pub use notifications::{Listener, Notifications, Notified};
pub use notifier::NotifierAws;
pub use queue::EventQueue;
pub use reader_credentials::ReaderCredentials;
pub use secrets::Secrets;
pub use states::{Execution, StateMachine};
pub use table::Tables;
pub use topic::Topics;
pub use trail::Histories;

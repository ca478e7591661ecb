//! The ports, implemented with AWS.
//!
//! Connect once, when the function starts. The clients share one connection pool. A function links
//! only the clients that it constructs.
//!
//! | module | what it holds |
//! |---|---|
//! | `functions` | what only the Lambda functions use; the command-line tool is built without it |
//! | `rosters` | rosters of IAM, for the command-line tool, and of Identity Center |
//! | `table`, `stack` | ledger and outbox in DynamoDB; what belongs to a stack, by its name |
//! | `details` | what IAM returns about an account, as the AWS CLI prints it |
//! | `bucket`, `logs`, `regional`, `notifications` | S3: the stack's bucket, buckets of logs in any
//! Region |
//! | `states` | Step Functions |
//! | `connection`, `clock`, `trouble` | what all clients share: connection, clock, what an error
//! means |
//! | `time` | every time limit |

mod bucket;
mod clock;
mod connection;
#[cfg(any(feature = "functions", feature = "rosters"))]
mod details;
#[cfg(feature = "functions")]
mod functions;
mod logs;
mod notifications;
mod regional;
#[cfg(any(feature = "functions", feature = "rosters"))]
mod rosters;
#[cfg(feature = "tables")]
mod stack;
mod states;
#[cfg(feature = "tables")]
mod table;
mod time;
mod trouble;

pub use bucket::{Before, Replaced, StateBucket};
pub use clock::SystemClock;
pub use connection::Connection;
#[cfg(feature = "functions")]
pub use functions::{
    ArchiveAws, AuditorAws, CenterReader, EventQueue, GuardAws, Histories, NotifierAws,
    ReaderCredentials, ReaderRoles, Secrets, Topics,
};
pub use logs::LogBuckets;
pub use notifications::{Listener, Notifications, Notified};
#[cfg(feature = "rosters")]
pub use rosters::AccountRosters;
#[cfg(any(feature = "functions", feature = "rosters"))]
pub use rosters::CenterRosters;
#[cfg(feature = "tables")]
pub use stack::StackParts;
pub use states::{Execution, StateMachine};
#[cfg(feature = "tables")]
pub use table::Tables;

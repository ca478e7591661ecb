//! Where rolewatch meets AWS and Slack.
//!
//! The engine (`rolewatch-guard`) judges data; this crate gathers the data and delivers the
//! findings. What lies outside is reached through the ports of [`port`], so that the same code runs
//! over AWS and over twins in memory.

#[cfg(feature = "aws-base")]
pub mod aws;
pub mod digest;
pub mod inbox;
pub mod ledger;
mod operations;
pub mod outbox;
pub mod port;
pub mod probe;
pub mod quarantine;
pub mod recipients;
pub mod resend;
pub mod rulebook;
pub mod settings;
pub mod settle;
pub mod setup;
pub mod slack;
pub mod snapshots;
pub mod telemetry;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod watch;
pub mod wire;

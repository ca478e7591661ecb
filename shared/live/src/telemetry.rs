//! What the functions report about themselves: metrics, as lines in the embedded metric format, and
//! logs, as lines of JSON.
//!
//! Neither contains the body of an event, a message or a secret. Access keys are shown by their
//! last four characters ([`last_four`]).

mod log;
mod metrics;

pub use log::{Level, init, last_four};
pub use metrics::{Count, Latency, Metrics, NAMESPACE};

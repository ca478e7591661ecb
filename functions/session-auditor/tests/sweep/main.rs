//! session-auditor watches sessions to their end, over twins of everything outside, and with the
//! real guard behind the queue.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that can't continue has failed"
)]

mod live;
mod overlaps;
mod promises;
mod rosters;
mod same_findings;
mod telling;

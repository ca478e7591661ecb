//! Sessions watched to their end, with the real guard behind the queue, over twins of everything
//! outside.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod live;
mod overlaps;
mod promises;
mod rosters;
mod same_findings;
mod telling;

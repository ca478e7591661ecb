//! The promises of slack-notifier, over twins in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't continue has failed"
)]

mod digest;
mod faults;
mod folding;
mod promises;
mod recipients;
mod twin;
mod unread;

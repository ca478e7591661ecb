//! archive-auditor over twins of everything outside: it recovers what EventBridge missed from the
//! trail's log files.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't continue has failed"
)]

mod changed;
mod probes;
mod recovery;
mod sweep;
mod tampered;
mod trail;
mod withheld;

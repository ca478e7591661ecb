//! archive-auditor over twins of everything outside.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod changed;
mod probes;
mod recovery;
mod sweep;
mod tampered;
mod trail;
mod withheld;

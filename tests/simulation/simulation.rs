//! The live guard over twins of everything outside: the same findings as the plain audit, whatever order, and whatever goes wrong.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "../promises/organisation.rs"]
mod organisation;
mod same_findings;

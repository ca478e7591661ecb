//! Synthetic CloudTrail: a story of switches, told as the records that AWS would write of it.
//!
//! For the rules' cases, the property tests and the benchmarks; documentation accounts only.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a story that cannot be told is a broken test"
)]

mod elsewhere;
mod half;
mod people;
mod steps;
mod story;

pub use elsewhere::Elsewhere;
pub use steps::{IamStep, SwitchStep};
pub use story::{Story, Verdicts};

/// The account of the people.
pub const PEOPLE: &str = "111122223333";

/// The account of the elevated role.
pub const PRODUCTION: &str = "444455556666";

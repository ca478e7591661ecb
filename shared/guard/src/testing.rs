//! Synthetic CloudTrail: builds the records that AWS would write for a story of switches.
//!
//! Used by the rules' cases, the property tests and the benchmarks. Only AWS's documentation
//! accounts occur in it.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a story that cannot be told is a broken test"
)]

mod center;
mod elsewhere;
mod federated;
mod half;
mod login;
mod people;
mod steps;
mod story;
pub mod templates;

pub use center::{CenterStep, STORE, group_id, user_id};
pub use elsewhere::Elsewhere;
pub use login::LoginAct;
pub use steps::{IamStep, SwitchStep};
pub use story::{Story, Verdicts};

/// The account of the people.
pub const PEOPLE: &str = "111122223333";

/// The account that Identity Center is in.
pub const MANAGEMENT: &str = "555566667777";

/// The account of the elevated role.
pub const PRODUCTION: &str = "444455556666";

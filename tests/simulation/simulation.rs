//! The live guard over twins of everything outside: the same findings as the plain audit, in any
//! order of events, and whatever goes wrong.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that can't continue has failed"
)]

mod at_once;
mod bounded;
mod center;
mod cloud;
mod delivery;
mod details;
mod digest;
mod first_seen;
mod iam_regions;
mod invocation;
#[path = "../company/mod.rs"]
#[expect(dead_code, unused_imports, reason = "other tests need more of it")]
mod made_up_company;
mod nothing_lost;
mod once;
mod opened_once;
#[path = "../promises/organisation.rs"]
mod organisation;
mod probes;
mod reach;
mod rosters;
mod same_findings;
mod setups;
mod sizes;
mod slack;
mod spoiled;
mod stored_meanwhile;
mod storm;
mod sums;
mod tampering;
mod turns;
mod unread;
mod updates;
mod walks;
mod week;

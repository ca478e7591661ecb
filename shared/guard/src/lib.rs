//! The pure engine of rolewatch: CloudTrail records in, findings out.
//!
//! The world is data: records become facts ([`seen`]), facts are joined into dossiers, rules judge
//! dossiers against a policy and rosters. Nothing here does I/O, reads a clock or an environment
//! variable, or knows an AWS SDK.

pub mod arn;
pub mod catalogue;
pub mod delivery;
pub mod envelope;
pub mod iam;
pub mod id;
pub mod intake;
pub mod json;
pub mod moment;
pub mod partition;
pub mod policy;
pub mod probe;
pub mod review;
pub mod revoke;
pub mod roster;
pub mod rule;
pub mod said;
pub mod seen;
pub mod tamper;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod time;
pub mod untrusted;
pub mod world;

mod dossier;
mod elevated;
mod finding;
mod judge;
mod proof;
mod record;
mod rules;

pub use dossier::{Origin, OriginKind, Person, Switch, SwitchKey};
pub use elevated::{Elevated, RolesMet, UnmatchedEntry, needles, unmatched};
pub use finding::{CallerShown, Finding, NotAFinding, Subject, Verdict};
pub use judge::{
    AskedAlone, ExaminedSwitch, FileTotals, FindingTotals, Judgement, RecordTotals, RefusedSummary,
    Scope, SuppressedFinding, SwitchStanding, SwitchSummary, SwitchTotals, Tally, Totals, judge,
    standings,
};
pub use proof::Proof;

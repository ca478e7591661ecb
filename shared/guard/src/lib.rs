//! The pure engine of rolewatch: CloudTrail records in, findings out.
//!
//! Nothing here does I/O, reads a clock or an environment variable, or knows an AWS SDK.
//!
//! # Rooms
//!
//! Each imports only what stands above it in its list or in a list before it.
//!
//! Ground:
//! - [`time`]: every limit of time, what AWS does apart from what rolewatch chose.
//! - [`moment`]: event time in whole seconds, and spans of it.
//! - [`id`]: accounts, event ids, and the key of a record.
//! - [`untrusted`]: text that a caller chose, made harmless to show.
//! - [`json`]: the one place where an event or a record is parsed.
//! - [`partition`]: what is known of AWS's partitions.
//! - [`arn`]: ARNs taken apart and put together, and IAM's glob.
//! - [`rule`]: what a rule is, as data.
//! - [`catalogue`]: every rule, by code.
//!
//! From a record to what it says:
//! - `record`: a CloudTrail record as AWS writes it; it alone names CloudTrail's fields.
//! - [`delivery`]: how a record came, and so whose it is.
//! - [`policy`]: the file `rolewatch.yaml`.
//! - [`seen`]: who did what, with which proof, by one record.
//! - [`world`]: all that is known, whatever order it came in.
//!
//! From what is known to findings:
//! - [`roster`]: who was in which group, and bore which name, at a moment.
//! - `elevated`: which roles the policy means.
//! - `dossier`: all that is known of one switch, joined; the chain back to its origin; MFA.
//! - [`steps`]: what to do about a finding, one list a rule.
//! - `finding`: what a rule found; the contract of every output.
//! - [`tamper`]: calls that would blind the guard itself.
//! - `rules`: one file a rule, with its documentation, its check and its cases.
//! - `judge`: all rules over all that is known.
//! - [`revoke`]: how to end a session before its time.
//!
//! The set-up, judged without any log:
//! - [`iam`]: IAM policies as data, and requests decided by them.
//! - [`review`]: what IAM allows that the policy forbids, one file a rule.
//!
//! What takes records in:
//! - [`said`]: one record, opened once for all that is asked of it.
//! - [`envelope`]: an event of EventBridge, and whether it is evidence.
//! - [`probe`]: rolewatch's own probes, known by their records.
//! - [`intake`]: many records into a world, counted.

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
pub mod steps;
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
mod record;
mod rules;

pub use dossier::{Origin, OriginKind, Person, Proof, Switch, SwitchKey};
pub use elevated::{Elevated, RolesMet, UnmatchedEntry, needles, unmatched};
pub use finding::{CallerShown, Finding, NotAFinding, Subject, Verdict};
pub use judge::{
    AskedAlone, ExaminedSwitch, FileTotals, FindingTotals, Judgement, RecordTotals, RefusedSummary,
    Scope, SuppressedFinding, SwitchStanding, SwitchSummary, SwitchTotals, Tally, Totals, judge,
    standings,
};

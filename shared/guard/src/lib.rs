//! The pure engine of rolewatch: CloudTrail records in, findings out.
//!
//! Nothing here does I/O, reads a clock or an environment variable, or uses an AWS SDK.
//!
//! # Rooms
//!
//! Each imports only what is above it in its list or in a list before it.
//!
//! Ground:
//! - [`time`]: every time limit; those of AWS are separate from those that rolewatch chose.
//! - [`moment`]: event time in whole seconds, and durations.
//! - [`id`]: accounts, event ids, and the key of a record.
//! - [`untrusted`]: text that a caller chose, made safe to show.
//! - [`json`]: the only place where an event or a record is parsed.
//! - [`partition`]: what is known about AWS's partitions.
//! - [`arn`]: ARNs split and built, and IAM's glob.
//! - [`text`]: sentences in English and Japanese; [`language`].
//! - [`rule`]: what a rule is, as data.
//! - [`catalogue`]: every rule, by code.
//!
//! From a record to what it says:
//! - `record`: a CloudTrail record as AWS writes it. Only this module names CloudTrail's fields.
//! - [`delivery`]: how a record was delivered, and so which account it belongs to.
//! - [`policy`]: the file `rolewatch.yaml`.
//! - [`seen`]: who did what, with which proof, according to one record.
//! - [`world`]: everything that is known, independent of the order of arrival.
//!
//! From what is known to findings:
//! - [`roster`]: who was in which group, and who had which name, at a moment.
//! - `elevated`: which roles the policy names.
//! - `dossier`: everything known about one switch; the chain back to its origin; MFA.
//! - [`steps`]: what to do about a finding, one list for each rule.
//! - `finding`: the finding of a rule; the contract of every output.
//! - [`tamper`]: calls that would disable the guard itself.
//! - `rules`: one file for each rule, with its documentation, its check and its cases.
//! - `judge`: runs all rules on everything that is known.
//! - [`revoke`]: how to end a session early.
//!
//! The setup, judged without logs:
//! - [`iam`]: IAM policies as data, and the evaluation of requests.
//! - [`review`]: what IAM allows but the policy forbids, one file for each rule.
//! - [`take`]: rosters as `rolewatch roster take` writes them, from what AWS lists.
//!
//! Reading records:
//! - [`said`]: one record, parsed once for everything that needs it.
//! - [`envelope`]: an EventBridge event, and whether it is evidence.
//! - [`probe`]: rolewatch's own probes, recognized by their records.
//! - [`intake`]: many records into a world, counted.

pub mod arn;
pub mod catalogue;
pub mod delivery;
pub mod directory;
pub mod envelope;
pub mod iam;
pub mod id;
pub mod intake;
pub mod json;
pub mod language;
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
pub mod take;
pub mod tamper;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod text;
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
pub use finding::{
    CALLS_SHOWN, CallCount, CallerShown, EvidenceShown, Finding, FindingContext, FirstSeen,
    MissingSource, NotAFinding, SessionShown, SettledBy, Subject, USER_AGENT_KEPT, UsesShown,
    Verdict,
};
pub use judge::{
    AnswerShown, AskedAlone, ChainLink, ExaminedSwitch, FileTotals, FindingTotals, Judgement,
    MembershipShown, RecordPart, RecordTotals, RefusedSummary, Scope, SessionRow,
    SuppressedFinding, SwitchStanding, SwitchStory, SwitchSummary, SwitchTotals, Tally,
    TimelineEntry, Totals, judge, standings,
};

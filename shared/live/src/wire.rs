//! The SNS messages: a finding as `rolewatch audit --format ndjson` prints it, plus what the live
//! guard adds.

mod alert;
mod digest;
mod state;

pub use alert::{Alert, MOST_EVENTS};
pub(crate) use alert::{NewAlert, in_japanese};
pub use digest::{
    Broken, Digest, Ending, Held, Listed, MOST_LISTED, Open, Silent, Stretch, TurnedOff,
    Unanswered, UnreadDirectory,
};
use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;
pub use rolewatch_guard::{CallCount, CallerShown, EvidenceShown, SessionShown};
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use state::AlertState;

use crate::recipients::Recipients;

/// The additional fields of a review finding, with their names in `ndjson`. In such a finding,
/// `role` is also the subject, and `caller` is who changed the setup, with an empty name if nobody
/// was seen doing so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The subject's account.
    pub account: String,
    /// The ARN that was judged: a role, a group or a user.
    pub subject: String,
    /// The location of the statement, in words.
    pub place: Option<String>,
    /// The current statement.
    pub statement: Option<Value>,
    /// The replacement: one statement, a list of several, or an empty list if the statement has to
    /// be deleted.
    pub fix: Option<Value>,
    /// The conditions that an unproven answer depends on.
    pub undecided: Vec<String>,
}

/// When and how often sessions were used. Every count is a lower bound: two events may be counted
/// as one, but none is counted twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses {
    /// The first use.
    pub first: Moment,
    /// The last use.
    pub last: Moment,
    /// Lower bound for the number of read calls.
    pub reads: u64,
    /// Lower bound for the number of other calls.
    pub writes: u64,
    /// Lower bound for the number of calls made in the console.
    pub console: u64,
    /// Lower bound for the number of calls made by API, from a program or the command line.
    pub api: u64,
    /// Lower bound for the number of calls that failed.
    #[serde(default)]
    pub errors: u64,
    /// The most frequent calls, writes before reads. Each count is a lower bound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallCount>,
}

/// Whether a switch is the person's first one into the role, in what the ledger still has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSeen {
    /// Whether no earlier switch is known.
    pub in_role: bool,
    /// Whether none of the latest earlier switches into the role came from this address. `None` if
    /// an address isn't known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_source_ip: Option<bool>,
    /// For how many days the ledger keeps a switch. A younger ledger has seen less.
    pub days: u32,
}

/// Other findings about the IAM setup that were found together with one. They are in the digest, and
/// nobody gets an alert about them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundTogether {
    /// How many there are, without the one that is alerted.
    pub others: usize,
    /// How many of the others are violations.
    pub violations: usize,
    /// The worst of the others, worst first.
    pub worst: Vec<FoundToo>,
}

/// One of several findings about the IAM setup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundToo {
    /// The ID.
    pub id: String,
    /// `RW101`.
    pub rule: String,
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: Severity,
    /// The ARN that was judged.
    pub subject: String,
}

/// The status of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The finding is open.
    Open,
    /// The finding is open, and the session that it is about has ended.
    Ended,
    /// Later evidence disproved the finding, or another finding replaced it.
    Withdrawn,
}

/// An account and its name in the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedAccount {
    /// Twelve digits.
    pub id: String,
    /// The account's name in the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who receives the operations topic's e-mail, sent when this changed from somebody to nobody or
/// back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientsChanged {
    /// Increases with every change, and the highest version is current. An odd version says that
    /// nobody is left, an even one that somebody is there again.
    pub version: u64,
    /// Who receives it now.
    pub recipients: Recipients,
    /// Since when, as seen by the sweeps.
    pub since: Moment,
}

/// A message on the findings topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TopicMessage {
    /// A finding, boxed for its size.
    Alert(Box<Alert>),
    /// The daily summary, boxed for its size.
    Digest {
        /// Its content.
        digest: Box<Digest>,
    },
    /// The last recipient of e-mail is gone, or there is one again.
    Recipients {
        /// Its content.
        recipients: RecipientsChanged,
    },
    /// The guard passes it on to show that the whole path works. No person is notified.
    Heartbeat {
        /// When the schedule fired.
        heartbeat: Moment,
    },
}

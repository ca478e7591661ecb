//! What a reader of a finding needs besides its sentence: where the call came from, how long the
//! session is valid, what it did, and which records prove it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::moment::Moment;
use crate::untrusted::{harmless, harmless_up_to};

/// The most characters of a user agent that are kept. The caller chooses it freely.
pub const USER_AGENT_KEPT: usize = 200;

/// The most records in [`FindingContext::evidence`]; a finding's `events` names all.
pub(super) const EVIDENCE_SHOWN: usize = 20;

/// The most calls in [`UsesShown::calls`].
pub const CALLS_SHOWN: usize = 10;

/// The circumstances of a finding. They explain it and don't decide it. Every text is safe to
/// print, but not escaped yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindingContext {
    /// The address of the browser or the program that made the call. `None` if no record shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The program that made the call, as it named itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The Region in which the first record was logged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The session; of several sessions, the last one. `None` for attempts that were denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionShown>,
    /// The calls that were made with the sessions. `None` if none is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uses: Option<UsesShown>,
    /// The first records that prove the finding, in the order of its `events`, at most
    /// [`EVIDENCE_SHOWN`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceShown>,
    /// Whether the switch is the first of its kind. `None` for attempts that were denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<FirstSeen>,
    /// What would settle an unproven finding. `None` if it isn't unproven, or nothing is known that
    /// would.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
}

/// A session, as a finding shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionShown {
    /// The session's name, which the caller may choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The last four characters of the access key that was issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When the credentials expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_until: Option<Moment>,
    /// When the person left the role in the console. The credentials may still work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
}

/// The calls that were made with the sessions of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsesShown {
    /// The time of the first call.
    pub first: Moment,
    /// The time of the last call.
    pub last: Moment,
    /// The number of calls that only read.
    pub reads: u64,
    /// The number of other calls.
    pub writes: u64,
    /// The number of calls that failed. They are also counted as reads or writes.
    #[serde(default)]
    pub errors: u64,
    /// Whether the numbers are estimates, because there were many calls.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// The most frequent calls, writes before reads, at most [`CALLS_SHOWN`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<CallCount>,
}

/// A call and how often it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCount {
    /// `eventName`.
    pub name: String,
    /// How often it was made.
    pub count: u64,
    /// Whether it may have changed something.
    pub write: bool,
}

impl CallCount {
    /// The most frequent calls, writes before reads, at most [`CALLS_SHOWN`]. `by_name` has the
    /// counts, by whether the call writes and by its name.
    pub fn most_frequent(by_name: BTreeMap<(bool, String), u64>) -> Vec<Self> {
        let mut calls: Vec<Self> = Vec::with_capacity(by_name.len());
        for ((write, name), count) in by_name {
            calls.push(Self { name, count, write });
        }
        // A stable sort: calls that were made equally often stay in the order of their names.
        calls.sort_by_key(|call| (Reverse(call.write), Reverse(call.count)));
        calls.truncate(CALLS_SHOWN);
        calls
    }
}

/// A record that proves a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceShown {
    /// `eventID`.
    pub event: String,
    /// `eventName`. `None` if only the id is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account whose trail has the record.
    pub account: String,
    /// The account's name in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// `awsRegion`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// `eventTime`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Moment>,
}

/// What would most likely settle an unproven finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SettledBy {
    /// What is missing.
    pub what: MissingSource,
    /// The account, or the identity store.
    pub of: String,
    /// The account's name in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A source that rolewatch reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingSource {
    /// The logs of an account.
    Logs,
    /// A roster of an account or an identity store.
    Roster,
}

/// Whether a switch is the first of its kind, in what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstSeen {
    /// Whether the person wasn't seen entering the role before.
    pub in_role: bool,
    /// Whether the person wasn't seen entering an elevated role from this address before. `None` if
    /// the address isn't known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_source_ip: Option<bool>,
    /// The earliest moment that was read.
    pub since: Moment,
}

impl FindingContext {
    /// The context as another engine wrote it, with every text made safe to print.
    #[must_use]
    pub(super) fn cleaned(mut self) -> Self {
        let clean = |text: &mut Option<String>| {
            if let Some(text) = text {
                *text = harmless_up_to(text, USER_AGENT_KEPT);
            }
        };
        clean(&mut self.source_ip);
        clean(&mut self.user_agent);
        clean(&mut self.region);
        if let Some(session) = &mut self.session {
            clean(&mut session.name);
            clean(&mut session.key);
        }
        if let Some(settled) = &mut self.settled_by {
            settled.of = harmless(&settled.of);
            clean(&mut settled.name);
        }
        for call in self.uses.iter_mut().flat_map(|uses| &mut uses.calls) {
            call.name = harmless(&call.name);
        }
        for record in &mut self.evidence {
            record.event = harmless(&record.event);
            record.account = harmless(&record.account);
            clean(&mut record.name);
            clean(&mut record.account_name);
            clean(&mut record.region);
        }
        self
    }
}

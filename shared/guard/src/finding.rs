//! A rule's finding: the contract for what the CLI prints and the live guard sends.

mod caller_shown;
mod context;
mod settled_by;
mod shown;
mod written;

pub use caller_shown::CallerShown;
pub use context::{
    CALLS_SHOWN, CallCount, EvidenceShown, FindingContext, FirstSeen, MissingSource, SessionShown,
    SettledBy, USER_AGENT_KEPT, UsesShown,
};
pub(crate) use shown::{CallSource, EntryTimes, SwitchIndex};
pub use written::NotAFinding;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dossier::SwitchKey;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
use crate::policy::{PolicyHash, Severity};
use crate::text::Text;

/// A rule's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The rule was kept, and the evidence shows it.
    Allow,
    /// The rule was broken, and the evidence shows it.
    Violation,
    /// The evidence shows neither.
    Unproven,
    /// The rule doesn't apply to this switch.
    NotApplicable,
}

impl Verdict {
    /// The word in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Violation => "violation",
            Self::Unproven => "unproven",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// One finding. The field names are a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The code, such as `RW002`.
    pub rule: &'static str,
    /// The name, such as `switch-without-mfa`.
    pub name: &'static str,
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// The severity.
    pub severity: Severity,
    /// Event time.
    pub time: Moment,
    /// The role's ARN.
    pub role: String,
    /// The origin.
    pub caller: CallerShown,
    /// The finding in one sentence.
    pub message: Text,
    /// The CloudTrail events that prove it.
    pub events: Vec<EventId>,
    /// The same for the same finding, whichever half of the evidence arrived.
    pub id: String,
    /// The version of the policy that it was judged by.
    pub policy: PolicyHash,
    /// Ids of findings that this one replaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supersedes: Vec<String>,
    /// Whether the person gave themselves the membership that allowed the switch.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub self_granted: bool,
    /// Whether it's about attempts that were denied.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
    /// The role's owner in the policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Where the call came from, and what the session did.
    #[serde(flatten)]
    pub context: FindingContext,
    /// The switches and records that it's about, used to keep findings up to date.
    #[serde(skip)]
    pub subject: Subject,
}

/// The switches and records that a finding is about, without its other evidence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The switches.
    pub switches: Vec<SwitchKey>,
    /// The records of the switches, or of denied attempts.
    pub records: Vec<RecordKey>,
}

impl Serialize for EventId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for AccountId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// The id of a finding: 32 hexadecimal digits of a SHA-256 over what it is about.
pub(crate) fn finding_id(rule: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(rule.as_bytes());
    for part in parts {
        // The length prefix distinguishes `ab`+`c` from `a`+`bc`.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = String::with_capacity(32);
    // 128 bits are enough to distinguish ids; they aren't signatures.
    for byte in hash.finalize().iter().take(16) {
        for nibble in [byte >> 4, byte & 15] {
            id.extend(char::from_digit(nibble.into(), 16));
        }
    }
    id
}

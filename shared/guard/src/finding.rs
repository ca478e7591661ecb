//! What a rule found: the contract that the CLI prints and the live guard sends.

mod caller_shown;
mod written;

pub use caller_shown::CallerShown;
pub use written::NotAFinding;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::dossier::SwitchKey;
use crate::id::{AccountId, EventId, RecordKey};
use crate::moment::Moment;
use crate::policy::{PolicyHash, Severity};

/// How a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The rule was kept, and what was read shows it.
    Allow,
    /// The rule was broken, and what was read shows it.
    Violation,
    /// What was read can show neither.
    Unproven,
    /// The rule does not speak of this switch.
    NotApplicable,
}

impl Verdict {
    /// As it is written in reports.
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
    /// `RW002`.
    pub rule: &'static str,
    /// `switch-without-mfa`.
    pub name: &'static str,
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// How bad it is.
    pub severity: Severity,
    /// Event time.
    pub time: Moment,
    /// The role's ARN.
    pub role: String,
    /// The origin.
    pub caller: CallerShown,
    /// One sentence.
    pub message: String,
    /// The CloudTrail events that prove it.
    pub events: Vec<EventId>,
    /// The same for the same finding, whichever half of the evidence came.
    pub id: String,
    /// The version of the policy that judged it.
    pub policy: PolicyHash,
    /// Ids of findings that this one replaces.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supersedes: Vec<String>,
    /// Whether the person gave themselves the membership that allowed the switch.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub self_granted: bool,
    /// Whom the policy names as the role's owner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it is about, for those who keep findings up to date.
    #[serde(skip)]
    pub subject: Subject,
}

/// The switches and records that a finding is about, without what else proves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The switches.
    pub switches: Vec<SwitchKey>,
    /// Their records, or those of refused attempts.
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
pub(crate) fn id_of(rule: &str, parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(rule.as_bytes());
    for part in parts {
        // The length in front keeps `ab`+`c` and `a`+`bc` apart.
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let mut id = String::with_capacity(32);
    // 128 bits: ids are told apart, not signed.
    for byte in hash.finalize().iter().take(16) {
        for nibble in [byte >> 4, byte & 15] {
            id.extend(char::from_digit(nibble.into(), 16));
        }
    }
    id
}

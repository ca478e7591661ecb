//! A finding as it is published.

#[cfg(test)]
mod tests;

use rolewatch_guard::arn::partition_of;
use rolewatch_guard::language::Language;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{Policy, PolicyHash, Severity};
use rolewatch_guard::text::Text;
use rolewatch_guard::untrusted::harmless;
use rolewatch_guard::{EvidenceShown, SessionShown, Verdict};
use serde::{Deserialize, Serialize};

use super::{CallerShown, FirstSeen, FoundTogether, NamedAccount, Reviewed, Status, Uses};

/// The most event IDs in a message. `events_total` says how many there are.
pub const MOST_EVENTS: usize = 20;

/// A finding as it is published. The field names are a contract. The first ones are those of `ndjson`,
/// without `message_ja`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// `RW002`.
    pub rule: String,
    /// `switch-without-mfa`.
    pub name: String,
    /// `violation` or `unproven`.
    pub verdict: Verdict,
    /// `low`, `medium`, `high` or `critical`.
    pub severity: Severity,
    /// Event time.
    pub time: Moment,
    /// The role's ARN.
    pub role: String,
    /// The caller at the origin of the chain.
    pub caller: CallerShown,
    /// One sentence in English. All text in it is safe to print but not escaped yet.
    pub message: String,
    /// The same sentence in Japanese. `None`: it has no Japanese form, or the alert is from a
    /// version without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ja: Option<String>,
    /// The CloudTrail events that prove it, mints first, at most [`MOST_EVENTS`].
    pub events: Vec<String>,
    /// The ID, the same for every version of the finding.
    pub id: String,
    /// The hash of the policy that the finding was judged by.
    pub policy: String,
    /// The IDs of findings that this one replaces.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supersedes: Vec<String>,
    /// Whether the person gave themselves the membership that allowed the switch.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub self_granted: bool,
    /// Whether it's about attempts that were denied.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub denied: bool,
    /// The role's owner, as named in the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// How many events there are in all.
    pub events_total: usize,
    /// Increases with every change of this finding. The highest version is current.
    pub version: u64,
    /// The finding's status.
    pub status: Status,
    /// The role's account.
    pub role_account: NamedAccount,
    /// The name of the caller's account in the policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller_account_name: Option<String>,
    /// The address from which the call or the browser came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_ip: Option<String>,
    /// The program that made the call, as it named itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// The Region in which the first event was logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The session; of several sessions, the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SessionShown>,
    /// The records behind `events`, in the same order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EvidenceShown>,
    /// What the sessions were used for, as known when this version was made. More use alone doesn't
    /// make a new version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<Uses>,
    /// Whether the person was in the role before, as known when the finding was first noticed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_seen: Option<FirstSeen>,
    /// For a finding of the review: what it quotes.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Reviewed>,
    /// For a finding of the review: what else was found at the same time, if it was too much for an
    /// alert each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub together: Option<FoundTogether>,
    /// When rolewatch first noticed it.
    pub noticed: Moment,
}

/// A sentence in Japanese, if it has a form of its own.
pub(crate) fn in_japanese(sentence: &Text) -> Option<String> {
    let japanese = sentence.in_language(Language::Japanese);
    (*japanese != **sentence).then(|| japanese.into_owned())
}

/// What findings of switches and of the review have in common, each value in its own type.
/// Everything else in a new alert follows from it.
#[derive(Debug)]
pub(crate) struct NewAlert<'a> {
    pub(crate) rule: &'static str,
    pub(crate) name: &'static str,
    pub(crate) verdict: Verdict,
    pub(crate) severity: Severity,
    pub(crate) time: Moment,
    /// The ARN of the role or the subject.
    pub(crate) role: &'a str,
    /// Twelve digits, or empty if the ARN names no account.
    pub(crate) role_account: &'a str,
    pub(crate) caller: CallerShown,
    pub(crate) message: &'a Text,
    /// All event IDs.
    pub(crate) events: Vec<String>,
    pub(crate) id: &'a str,
    pub(crate) policy: PolicyHash,
}

impl Alert {
    /// The first version of a finding, noticed at `now`. `policy` names the accounts.
    pub(crate) fn first_version(new: NewAlert<'_>, policy: &Policy, now: Moment) -> Self {
        let name_of = |id: &str| {
            let name = policy.account_name(id.parse().ok()?)?;
            Some(harmless(name))
        };
        let events_total = new.events.len();
        let mut events = new.events;
        events.truncate(MOST_EVENTS);
        Self {
            rule: new.rule.to_owned(),
            name: new.name.to_owned(),
            verdict: new.verdict,
            severity: new.severity,
            time: new.time,
            role: new.role.to_owned(),
            message: new.message.to_string(),
            message_ja: in_japanese(new.message),
            events,
            id: new.id.to_owned(),
            policy: new.policy.to_string(),
            supersedes: Vec::new(),
            self_granted: false,
            denied: false,
            owner: None,
            events_total,
            version: 1,
            status: Status::Open,
            role_account: NamedAccount {
                id: new.role_account.to_owned(),
                name: name_of(new.role_account),
            },
            caller_account_name: new.caller.account.as_deref().and_then(name_of),
            caller: new.caller,
            source_ip: None,
            user_agent: None,
            region: None,
            session: None,
            evidence: Vec::new(),
            uses: None,
            first_seen: None,
            reviewed: None,
            together: None,
            noticed: now,
        }
    }

    /// The partition from the role's ARN or, if that has none, from the caller's.
    pub fn partition(&self) -> Option<&str> {
        partition_of(&self.role).or_else(|| partition_of(self.caller.arn.as_deref()?))
    }
}

//! The daily summary as it is published.

use rolewatch_guard::Verdict;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;
use serde::{Deserialize, Serialize};

use super::NamedAccount;
use crate::recipients::Recipients;

/// The most entries of a list. `total` says how many there are.
pub const MOST_LISTED: usize = 10;

/// What happened in a day, and what is open at its end. All text in it is safe to print but not
/// escaped yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The moment for which the digest was made, from the schedule (RFC 3339, UTC). A digest that
    /// is delivered twice has the same ID and is shown once.
    pub id: String,
    /// The start of the period.
    pub since: Moment,
    /// The end of the period.
    pub until: Moment,
    /// Switches into elevated roles that began in the period.
    pub switches: usize,
    /// How many people made them.
    pub people: usize,
    /// How long people were seen holding those roles, in seconds.
    pub elevated: i64,
    /// Held time by person and role, longest first.
    pub held: Listed<Held>,
    /// The longest stretch.
    pub longest: Option<Stretch>,
    /// Switches that are over and were never seen used.
    pub unused: Listed<Stretch>,
    /// Rules that were broken, counting findings first noticed in the period. Worst severity first.
    pub broken: Vec<Broken>,
    /// Unproven findings of the last seven days, worst severity first.
    pub unproven: Listed<Open>,
    /// Alerts that nobody acknowledged, of any age, oldest first.
    pub unacknowledged: Listed<Open>,
    /// Accounts of the policy, or Regions of them, without any record in the period.
    pub silent: Listed<Silent>,
    /// Accounts with Regions from which a probe didn't come back at the last run.
    #[serde(default)]
    pub unanswered: Listed<Unanswered>,
    /// Suppressions that have ended or soon will.
    pub suppressions: Listed<Ending>,
    /// Rules that the policy turns off, by code.
    #[serde(default)]
    pub rules_off: Listed<TurnedOff>,
    /// Who receives the operations topic's e-mail: this digest, alarms, and alerts that Slack
    /// doesn't accept. `None`: it couldn't be determined.
    #[serde(default)]
    pub recipients: Option<Recipients>,
    /// Messages put into quarantine yesterday and today (UTC). `None`: they couldn't be counted.
    pub quarantined: Option<usize>,
    /// Identity Center's directory, if it wasn't read for a day.
    #[serde(default)]
    pub unread_directory: Option<UnreadDirectory>,
    /// People who signed in at Identity Center without MFA in the period.
    #[serde(default)]
    pub signed_in_without_mfa: Listed<String>,
    /// People of Identity Center who entered an elevated role in the period and whom the latest
    /// roster doesn't list.
    #[serde(default)]
    pub unlisted: Listed<String>,
}

/// A directory of Identity Center that wasn't read for a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadDirectory {
    /// The identity store: `d-1234567890`.
    pub store: String,
    /// The time of its latest roster.
    pub last: Moment,
}

/// The first entries of a list, and its total length.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// How many entries there are in all.
    pub total: usize,
    /// At most [`MOST_LISTED`] of them.
    pub first: Vec<T>,
}

/// What one person did with one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The person's display name.
    pub who: String,
    /// The role's ARN.
    pub role: String,
    /// How often the person entered the role.
    pub switches: usize,
    /// How long the person was seen holding it, in seconds.
    pub seconds: i64,
}

/// A continuous time in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The person's display name.
    pub who: String,
    /// The role's ARN.
    pub role: String,
    /// When it began.
    pub began: Moment,
    /// Its length in seconds.
    pub seconds: i64,
}

/// How often a rule was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// `RW002`.
    pub rule: String,
    /// The worst severity among them.
    pub severity: Severity,
    /// How many findings.
    pub count: usize,
}

/// A finding that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Its id.
    pub id: String,
    /// `RW001`.
    pub rule: String,
    /// `violation` or `unproven`. Digests of older versions don't say which.
    #[serde(default = "violation")]
    pub verdict: Verdict,
    /// The person's display name.
    pub who: String,
    /// The role's ARN.
    pub role: String,
    /// For an unproven finding, the event time. For an unacknowledged one, since when it has been
    /// due.
    pub time: Moment,
    /// Its sentence in English.
    pub message: String,
    /// The same in Japanese. `None`: the alert doesn't have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_ja: Option<String>,
}

fn violation() -> Verdict {
    Verdict::Violation
}

/// An account, or Regions of it, without any record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silent {
    /// The account.
    pub account: NamedAccount,
    /// The silent Regions. Empty: all.
    pub regions: Vec<String>,
    /// The hour of the last record. `None`: there never was one.
    pub last: Option<Moment>,
}

/// An account with Regions from which a probe didn't come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// The account.
    pub account: NamedAccount,
    /// The Regions concerned.
    pub regions: Vec<String>,
    /// When the first unanswered probe was sent.
    pub since: Moment,
    /// Why the reader role couldn't be assumed. `None`: it was assumed, but no event arrived.
    pub why: Option<String>,
}

/// A suppression that has ended or soon will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The rule.
    pub rule: String,
    /// The caller whose findings it hides.
    pub caller: String,
    /// Who is responsible for it.
    pub owner: String,
    /// Its last day (UTC).
    pub until: String,
    /// Whether it has expired.
    pub over: bool,
}

/// A rule that the policy turns off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TurnedOff {
    /// `RW013`.
    pub rule: String,
    /// Why.
    pub reason: String,
}

impl<T> Listed<T> {
    /// Keeps the first entries of a list.
    pub fn first_of(all: Vec<T>) -> Self {
        Self {
            total: all.len(),
            first: all.into_iter().take(MOST_LISTED).collect(),
        }
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self {
            total: 0,
            first: Vec::new(),
        }
    }
}

impl Digest {
    /// Whether nobody has to do anything.
    pub fn is_quiet(&self) -> bool {
        self.broken.is_empty()
            && self.recipients == Some(Recipients::Confirmed)
            && self.quarantined == Some(0)
            && [
                self.unproven.total,
                self.unacknowledged.total,
                self.silent.total,
                self.suppressions.total,
            ] == [0; 4]
            && self.unanswered.total == 0
            && self.unread_directory.is_none()
            && self.signed_in_without_mfa.total == 0
            && self.unlisted.total == 0
    }
}

//! The daily summary on the wire.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Severity;
use serde::{Deserialize, Serialize};

use super::NamedAccount;
use crate::recipients::Recipients;

/// The most entries of a list on the wire; `total` tells how many there are.
pub const MOST_LISTED: usize = 10;

/// What happened in a day, and what is open at its end. Every text in it is harmless to print, not
/// yet escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The moment that it was made for, RFC 3339, UTC: the schedule's, so that what is delivered
    /// twice is told once.
    pub id: String,
    /// From when it counts.
    pub since: Moment,
    /// Until when.
    pub until: Moment,
    /// Switches into elevated roles that began then.
    pub switches: usize,
    /// By how many people.
    pub people: usize,
    /// For how long they were seen to hold those roles, in seconds.
    pub elevated: i64,
    /// By person and role, the longest first.
    pub held: Listed<Held>,
    /// The longest stretch.
    pub longest: Option<Stretch>,
    /// Switches that are over and were never seen used.
    pub unused: Listed<Stretch>,
    /// Rules that were broken, by what was noticed in that time, the worst first.
    pub broken: Vec<Broken>,
    /// What is neither proved nor disproved, of the last seven days, the worst first.
    pub unproven: Listed<Open>,
    /// Alerts that nobody acknowledged, of any age, the oldest first.
    pub unacknowledged: Listed<Open>,
    /// Accounts of the policy, or regions of them, of which nothing was heard in that time.
    pub silent: Listed<Silent>,
    /// Accounts from whose Regions a probe didn't come back, as of the last run.
    #[serde(default)]
    pub unanswered: Listed<Unanswered>,
    /// Suppressions that have ended or soon will.
    pub suppressions: Listed<Ending>,
    /// Who receives the e-mail of the operations topic: this digest's, alarms, and alerts that
    /// Slack doesn't take. `None`: it could not be found out.
    #[serde(default)]
    pub recipients: Option<Recipients>,
    /// Messages put into quarantine yesterday and today, by UTC. `None`: they could not be
    /// counted.
    pub quarantined: Option<usize>,
}

/// The first few, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed<T> {
    /// How many there are in all.
    pub total: usize,
    /// At most [`MOST_LISTED`] of them.
    pub first: Vec<T>,
}

/// What one person did with one role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What to call the person.
    pub who: String,
    /// The role's ARN.
    pub role: String,
    /// How often it was entered.
    pub switches: usize,
    /// For how long it was seen held, in seconds.
    pub seconds: i64,
}

/// One time in a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// What to call the person.
    pub who: String,
    /// The role's ARN.
    pub role: String,
    /// When it began.
    pub began: Moment,
    /// How long it was, in seconds.
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
    /// What to call the person.
    pub who: String,
    /// The role's ARN.
    pub role: String,
    /// Of what is unproven, event time; of what is not acknowledged, since when.
    pub time: Moment,
    /// Its sentence, in English.
    pub message: String,
}

/// An account, or regions of it, of which nothing was heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silent {
    /// The account.
    pub account: NamedAccount,
    /// Which of its regions; empty: all.
    pub regions: Vec<String>,
    /// The hour in which something was heard last. `None`: never.
    pub last: Option<Moment>,
}

/// An account, and Regions of it from which a probe didn't come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unanswered {
    /// The account.
    pub account: NamedAccount,
    /// Which Regions.
    pub regions: Vec<String>,
    /// When the first probe was sent that has no answer.
    pub since: Moment,
    /// Why the reader role could not be entered. `None`: it was entered, and no event came.
    pub why: Option<String>,
}

/// A suppression that has ended or soon will.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// The rule.
    pub rule: String,
    /// Whose findings it hides.
    pub caller: String,
    /// Who answers for it.
    pub owner: String,
    /// Its last day, UTC.
    pub until: String,
    /// That is over.
    pub over: bool,
}

impl<T> Listed<T> {
    /// The first of a list.
    pub fn of(all: Vec<T>) -> Self {
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
    }
}

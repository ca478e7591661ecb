//! What was told of a finding: how that ended, what changed since, and which findings were told
//! together. Every notifier speaks of it in the same words.

use rolewatch_guard::moment::Moment;
use rolewatch_live::wire::{AlertState, Status};
use serde::{Deserialize, Serialize};

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryOutcome {
    /// Its first message is in Slack.
    Delivered,
    /// Its message was changed, or a follow-up was posted.
    Updated,
    /// It changed nothing that readers were told, and a message that can't be edited need not be
    /// repeated for it.
    Quiet,
    /// It is counted and listed with the message of another finding.
    Folded,
    /// Slack doesn't take it; it went to the operations topic, where somebody's confirmed e-mail
    /// subscription receives it.
    Mailed,
    /// It was withdrawn before anybody was told.
    Unseen,
    /// It, or a later version of it, was acknowledged before.
    Duplicate,
}

impl DeliveryOutcome {
    /// As the acknowledgement has it.
    pub const fn how(self) -> &'static str {
        match self {
            Self::Delivered | Self::Updated | Self::Quiet | Self::Duplicate => "slack",
            Self::Folded => "folded",
            Self::Mailed => "mail",
            Self::Unseen => "withdrawn",
        }
    }
}

/// What has changed since the message before, where that one can't be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Unproven before, now a violation.
    Proven,
    /// More severe than before.
    MoreSevere,
    /// The session has ended.
    Ended,
    /// It doesn't stand.
    Withdrawn,
    /// It was withdrawn and stands again.
    Reopened,
    /// Anything else.
    Other,
}

impl Change {
    /// What lies between two states of a finding.
    pub fn between(before: &AlertState, now: &AlertState) -> Option<Self> {
        if before == now {
            return None;
        }
        Some(match (before.status, now.status) {
            (Status::Withdrawn, Status::Open | Status::Ended) => Self::Reopened,
            (_, Status::Withdrawn) => Self::Withdrawn,
            // More severe comes before ended: a reader who saw less would not look again.
            _ if now.weight().0 && !before.weight().0 => Self::Proven,
            _ if now.weight() > before.weight() => Self::MoreSevere,
            (Status::Open, Status::Ended) => Self::Ended,
            _ => Self::Other,
        })
    }
}

/// A finding that was told by the message of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The finding's id.
    pub id: String,
    /// Its version.
    pub version: u64,
    /// What became of it.
    pub status: Status,
    /// Event time.
    pub time: Moment,
    /// The first event that proves it.
    pub event: Option<String>,
    /// Where that was logged.
    pub region: Option<String>,
}

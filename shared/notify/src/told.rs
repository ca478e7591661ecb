//! The delivery of a finding: its outcome, what changed since, and which findings were delivered
//! together. Every notifier uses the same terms.

use rolewatch_guard::moment::Moment;
use rolewatch_live::wire::{AlertState, Status};
use serde::{Deserialize, Serialize};

/// The outcome of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryOutcome {
    /// Its first message is in Slack.
    Delivered,
    /// Its message was changed, or a follow-up was posted.
    Updated,
    /// Nothing changed for readers, and a message that can't be edited doesn't need to be repeated
    /// for it.
    Quiet,
    /// It is counted and listed in the message of another finding.
    Folded,
    /// Slack doesn't accept it. It went to the operations topic, where a confirmed e-mail
    /// subscription receives it.
    Mailed,
    /// It was withdrawn before anybody was told.
    Unseen,
    /// This version or a later one was already acknowledged.
    Duplicate,
}

impl DeliveryOutcome {
    /// The word for the acknowledgment row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered | Self::Updated | Self::Quiet | Self::Duplicate => "slack",
            Self::Folded => "folded",
            Self::Mailed => "mail",
            Self::Unseen => "withdrawn",
        }
    }
}

/// What has changed since the previous message, if that message can't be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was unproven and is now a violation.
    Proven,
    /// It is more severe than before.
    MoreSevere,
    /// The session has ended.
    Ended,
    /// It was withdrawn.
    Withdrawn,
    /// It was withdrawn and is open again.
    Reopened,
    /// Anything else.
    Other,
}

impl Change {
    /// The change between two states of a finding.
    pub fn between(before: &AlertState, now: &AlertState) -> Option<Self> {
        if before == now {
            return None;
        }
        Some(match (before.status, now.status) {
            (Status::Withdrawn, Status::Open | Status::Ended) => Self::Reopened,
            (_, Status::Withdrawn) => Self::Withdrawn,
            // "More severe" takes precedence over "ended": a reader who saw a lower severity
            // wouldn't look again.
            _ if now.weight().0 && !before.weight().0 => Self::Proven,
            _ if now.weight() > before.weight() => Self::MoreSevere,
            (Status::Open, Status::Ended) => Self::Ended,
            _ => Self::Other,
        })
    }
}

/// A finding that was delivered in the message of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeat {
    /// The finding's ID.
    pub id: String,
    /// Its version.
    pub version: u64,
    /// Its status.
    pub status: Status,
    /// Event time.
    pub time: Moment,
    /// The first event that proves it.
    pub event: Option<String>,
    /// The Region in which that event was logged.
    pub region: Option<String>,
}

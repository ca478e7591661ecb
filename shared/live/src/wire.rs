//! The SNS message: a finding as `rolewatch audit --format ndjson` prints it, and what the live
//! guard adds.

mod alert;
mod digest;
mod state;

pub(crate) use alert::NewAlert;
pub use alert::{Alert, MOST_EVENTS};
pub use digest::{
    Broken, Digest, Ending, Held, Listed, MOST_LISTED, Open, Silent, Stretch, Unanswered,
};
pub use rolewatch_guard::CallerShown;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use state::AlertState;

use crate::recipients::Recipients;

/// What a finding of the review has of its own, with the names of its `ndjson`. Of such a finding,
/// `role` is the subject too, and `caller` who changed the setup, with an empty name where nobody
/// was seen to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The account of the subject.
    pub account: String,
    /// The ARN judged: a role, a group, a user.
    pub subject: String,
    /// Where the statement stands, in words.
    pub place: Option<String>,
    /// The statement as it stands.
    pub statement: Option<Value>,
    /// What is to stand in its place: one statement, a list of several, an empty list where it is
    /// to go.
    pub fix: Option<Value>,
    /// The conditions that an unproven answer hangs on.
    pub undecided: Vec<String>,
}

/// When and how often sessions were used. Every count is a least: of two events one may stand for
/// both, and none is counted twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uses {
    /// The first use.
    pub first: Moment,
    /// The last use.
    pub last: Moment,
    /// At least so many calls that only read.
    pub reads: u64,
    /// At least so many other calls.
    pub writes: u64,
    /// At least so many of all calls were made in the console.
    pub console: u64,
    /// At least so many of all calls were made by API: a program, the command line.
    pub api: u64,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It stands.
    Open,
    /// It stands, and the session that it is about has ended.
    Ended,
    /// Evidence that came later shows that it is not so, or another finding says it better.
    Withdrawn,
}

/// An account and what the policy calls it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedAccount {
    /// Twelve digits.
    pub id: String,
    /// What the policy calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Who receives e-mail of the operations topic, when that changed from somebody to nobody or back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecipientsChanged {
    /// Counts up with every change; the higher one is right. An odd one says that nobody is left,
    /// an even one that somebody is there again.
    pub version: u64,
    /// Who does now.
    pub recipients: Recipients,
    /// Since when, as far as it was seen.
    pub since: Moment,
}

/// A message on the findings topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TopicMessage {
    /// A finding, boxed for its size.
    Alert(Box<Alert>),
    /// The daily summary, boxed likewise.
    Digest {
        /// What it says.
        digest: Box<Digest>,
    },
    /// The last person who received e-mail is gone, or somebody is there again.
    Recipients {
        /// What it says.
        recipients: RecipientsChanged,
    },
    /// The guard sends it on to show that the whole path works. Nobody is told.
    Heartbeat {
        /// When the schedule fired.
        heartbeat: Moment,
    },
}

//! What lies outside, as narrow as can be: a table, a queue, topics and who reads them, objects,
//! IAM's own answer about groups, CloudTrail's event history.
//!
//! Every method may be called again after a reply was lost; each says what a repetition does.

use std::fmt::Display;
use std::future::Future;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;
use serde::{Deserialize, Serialize};

/// Which of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKind {
    /// Facts, append-only.
    Ledger,
    /// Findings, and what became of them.
    Outbox,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
    /// What the row says, mostly JSON.
    pub body: String,
    /// Where only the least or the greatest is kept: by what, compared as text.
    pub rank: String,
    /// Counted up by every [`Table::replace`]; 0 for rows that are only kept.
    pub version: u64,
    /// When the row may be forgotten.
    pub expires: Option<Moment>,
}

/// Which row stays when the key is taken already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The one that is there.
    First,
    /// The one with the lesser rank.
    Least,
    /// The one with the greater rank.
    Greatest,
}

/// What became of a row that was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepOutcome {
    /// It is there now.
    Written,
    /// Another one is there and stays.
    Known,
}

/// Which sort keys, both ends included. Empty ends are open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyRange {
    /// The least.
    pub from: String,
    /// The greatest; any key that starts with it counts as well.
    pub to: String,
}

/// Something outside did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Too many calls; later it may work.
    #[error("{what} was throttled")]
    Throttled {
        /// Which call.
        what: String,
    },
    /// No answer, or one that says so. Whether the call took effect is not known.
    #[error("{what} failed (retryable): {why}")]
    Unreachable {
        /// Which call.
        what: String,
        /// In its own words, without secrets.
        why: String,
    },
    /// It was refused and will be again.
    #[error("{what} failed: {why}")]
    Refused {
        /// Which call.
        what: String,
        /// In its own words, without secrets.
        why: String,
    },
}

impl Trouble {
    /// Too many calls.
    pub fn throttled(what: impl Into<String>) -> Self {
        Self::Throttled { what: what.into() }
    }

    /// No answer.
    pub fn unreachable(what: impl Into<String>, why: &(impl Display + ?Sized)) -> Self {
        Self::Unreachable {
            what: what.into(),
            why: why.to_string(),
        }
    }

    /// Refused, and it will be again.
    pub fn refused(what: impl Into<String>, why: &(impl Display + ?Sized)) -> Self {
        Self::Refused {
            what: what.into(),
            why: why.to_string(),
        }
    }

    /// A row that does not say what rows of its key say.
    pub fn unreadable_row(row: &Row, why: &(impl Display + ?Sized)) -> Self {
        Self::refused(format!("reading row `{}` `{}`", row.pk, row.sk), why)
    }
}

/// Ledger and outbox. Reads see every earlier write.
pub trait Table {
    /// Puts a row unless the one under its key stays. Repeating it changes nothing.
    fn keep(
        &self,
        place: TableKind,
        row: Row,
        keep: Keep,
    ) -> impl Future<Output = Result<KeepOutcome, Trouble>>;

    /// Puts a row with `version` one above `seen`, if the row there still has version `seen` (0:
    /// there is none). `false`: it has not.
    fn replace(
        &self,
        place: TableKind,
        row: Row,
        seen: u64,
    ) -> impl Future<Output = Result<bool, Trouble>>;

    /// The rows of a partition, by sort key.
    fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> impl Future<Output = Result<Vec<Row>, Trouble>>;

    /// At most `most` rows of a partition, those with the greatest sort keys, the greatest first.
    /// Fewer: there are no others.
    fn latest(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
        most: usize,
    ) -> impl Future<Output = Result<Vec<Row>, Trouble>>;
}

/// The queues that feed switch-guard.
pub trait Queue {
    /// Sends a message to be delivered after `delay` seconds, at most 900, however many events
    /// wait. Repeating it delivers it again.
    fn send(&self, body: String, delay: u32) -> impl Future<Output = Result<(), Trouble>>;

    /// The same for what may wait for its turn behind all events, and would keep switches waiting.
    fn send_behind(&self, body: String, delay: u32) -> impl Future<Output = Result<(), Trouble>>;
}

/// What is published to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A finding, or a heartbeat, for everybody who subscribed to findings: JSON, and the
    /// attributes of filter policies.
    Finding {
        /// The message.
        body: String,
        /// `rule`, `verdict`, `severity`, `account`.
        attributes: Vec<(&'static str, String)>,
    },
    /// Something is wrong with rolewatch itself, for those who run it.
    Operations {
        /// At most 100 characters of ASCII.
        subject: String,
        /// Sentences.
        body: String,
    },
}

/// SNS. Repeating a notice delivers it again.
pub trait Topic {
    /// Publishes.
    fn publish(&self, notice: Notice) -> impl Future<Output = Result<(), Trouble>>;
}

/// A subscription of the operations topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, `sqs`, `https` and so on.
    pub protocol: String,
    /// Its ARN, or a word in place of it: `PendingConfirmation`, `Deleted`.
    pub arn: String,
}

/// A page of subscriptions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubscriptionPage {
    /// At most 100.
    pub subscriptions: Vec<Subscription>,
    /// What the next page is asked for with. None: that was all.
    pub next: Option<String>,
}

/// Who is subscribed to the operations topic.
pub trait Subscribers {
    /// `sns:ListSubscriptionsByTopic`, one page. Nothing is changed, so it can be repeated.
    fn subscribers(
        &self,
        token: Option<&str>,
    ) -> impl Future<Output = Result<SubscriptionPage, Trouble>>;
}

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredObject {
    /// Its bytes, its entity tag, and when it was last written.
    Found {
        /// What it holds.
        bytes: Vec<u8>,
        /// Which version of it.
        etag: String,
        /// When it was written.
        written: Moment,
    },
    /// The entity tag is the one that was given.
    Unchanged,
    /// There is none under this key.
    Missing,
}

/// The bucket of the stack: policy, rosters, quarantine.
pub trait Bucket {
    /// Reads an object, unless it still has the entity tag `known`.
    fn get(
        &self,
        key: &str,
        known: Option<&str>,
    ) -> impl Future<Output = Result<StoredObject, Trouble>>;

    /// Keys and entity tags of the objects under a prefix, by key.
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<(String, String)>, Trouble>>;

    /// Writes an object. Repeating it writes it again.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), Trouble>>;

    /// Deletes an object; the bucket keeps its versions. Repeating it changes nothing.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), Trouble>>;
}

/// The most bytes of a log file, as stored, that are read. CloudTrail's own are smaller by far.
pub const LARGEST_LOG: u64 = 128 << 20;

/// A log file that was to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFile {
    /// Its bytes, as stored.
    Found(Vec<u8>),
    /// There is none under this key.
    Missing,
    /// It has so many bytes, more than [`LARGEST_LOG`], and was not read.
    TooLarge(u64),
}

/// A part of what lies under a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyPage {
    /// Keys, in their order, and bytes as stored.
    pub keys: Vec<(String, u64)>,
    /// There are others after them, so `keys` has a last one.
    pub more: bool,
}

/// Buckets of logs, which others write. Nothing is changed there, so everything can be repeated.
pub trait Logs {
    /// Reads an object.
    fn read(&self, bucket: &str, key: &str) -> impl Future<Output = Result<LogFile, Trouble>>;

    /// Keys under a prefix that come after `after`, at most a thousand.
    fn keys(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
    ) -> impl Future<Output = Result<KeyPage, Trouble>>;

    /// What follows a prefix up to and with the next `/`, each once.
    fn folders(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<String>, Trouble>>;
}

/// What IAM says of a user's groups, now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupsNow {
    /// Name and id (`AGPA…`) of each group.
    Member(Vec<(String, String)>),
    /// No user of that name.
    NoSuchUser,
}

/// IAM of the trusted accounts, through their reader roles.
pub trait Directory {
    /// `iam:ListGroupsForUser`, all pages.
    fn groups_of(
        &self,
        account: AccountId,
        user_name: &str,
    ) -> impl Future<Output = Result<GroupsNow, Trouble>>;

    /// `iam:GetAccountAuthorizationDetails`, users and groups, all pages. The snapshot has no time:
    /// the reading begins before the first page and ends after the last, and shows each user as
    /// of some moment in between.
    fn details(&self, account: AccountId) -> impl Future<Output = Result<Snapshot, Trouble>>;

    /// `iam:GetAccountAuthorizationDetails`, everything, all pages, with `MaxSessionDuration` of
    /// `iam:ListRoles` in each role: JSON as `rolewatch_guard::review::Input` reads it.
    fn setup(&self, account: AccountId) -> impl Future<Output = Result<String, Trouble>>;
}

/// What `cloudtrail:LookupEvents` finds records by. A question has exactly one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LookBy {
    /// A resource that the record names. AssumeRole names the key that it issued, and the session
    /// (`AROA…:session`).
    ResourceName(String),
    /// The key that signed the request.
    AccessKeyId(String),
    /// Who called: the user's name, of a role's session its name.
    Username(String),
    /// `eventID`.
    EventId(String),
}

/// A question to the event history of one account and region, which reaches back 90 days and holds
/// management events only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Question {
    /// Whose records.
    pub account: AccountId,
    /// Logged where.
    pub region: String,
    /// Which.
    pub by: LookBy,
    /// Not before this second, by event time.
    pub from: Moment,
    /// Not after this second.
    pub to: Moment,
}

/// A page of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// At most 50 records, as CloudTrail wrote them, the latest first.
    pub records: Vec<String>,
    /// What the next page is asked for with. None: that was all.
    pub next: Option<String>,
}

/// The event history of every trusted account, through the reader roles.
pub trait Trail {
    /// `cloudtrail:LookupEvents`, one page. Two calls a second are allowed for an account and
    /// region; whoever implements this waits as long as that takes. A `token` is good for its
    /// own question only, and not for ever.
    fn lookup(
        &self,
        question: &Question,
        token: Option<&str>,
    ) -> impl Future<Output = Result<EventPage, Trouble>>;
}

/// The reader role of every trusted account, entered for no other reason than that the
/// call is recorded.
pub trait Prober {
    /// `sts:AssumeRole` of an account's reader role, by the endpoint of a Region, which is where
    /// CloudTrail records it. The credentials are thrown away. Repeating it enters again.
    fn probe(&self, account: AccountId, region: &str) -> impl Future<Output = Result<(), Trouble>>;
}

/// The one clock.
pub trait Clock {
    /// Now, to the second.
    fn now(&self) -> Moment;
}

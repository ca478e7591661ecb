//! The outside world, as narrow interfaces: a table, a queue, topics and their subscribers,
//! objects, IAM's own answer about groups, CloudTrail's event history.
//!
//! Every method may be called again after a reply was lost. Each one documents what repeating it
//! does.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::future::Future;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::IdentityCenter;
use rolewatch_guard::roster::Snapshot;
use rolewatch_guard::take::{StoreGrants, StoreReading};
use serde::{Deserialize, Serialize};

/// Which of the two tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TableKind {
    /// Facts. Append-only.
    Ledger,
    /// Findings and their delivery.
    Outbox,
}

/// One row of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
    /// The content of the row, mostly JSON.
    pub body: String,
    /// For rows of which only the least or the greatest is kept: the value to compare, as text.
    pub rank: String,
    /// Incremented by every [`Table::replace`]; 0 for rows that are only kept.
    pub version: u64,
    /// When the row may be deleted.
    pub expires: Option<Moment>,
}

/// Which row wins if the key already exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// The existing row.
    First,
    /// The row with the lower rank.
    Least,
    /// The row with the higher rank.
    Greatest,
}

/// The result of keeping a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeepOutcome {
    /// The row was written.
    Written,
    /// Another row exists and wins.
    Known,
}

/// A range of sort keys, both ends included. An empty end is open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct KeyRange {
    /// The lower end.
    pub from: String,
    /// The upper end. Keys that start with it are included.
    pub to: String,
}

/// An outside service didn't do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Too many calls. A later call may succeed.
    #[error("{what} was throttled")]
    Throttled {
        /// Which call.
        what: String,
    },
    /// No answer, or an answer that says the service is unavailable. The call may or may not have
    /// taken effect.
    #[error("{what} failed (retryable): {why}")]
    Unreachable {
        /// Which call.
        what: String,
        /// The service's own words, without secrets.
        why: String,
    },
    /// The call was refused, and repeating it won't help.
    #[error("{what} failed: {why}")]
    Refused {
        /// Which call.
        what: String,
        /// The service's own words, without secrets.
        why: String,
    },
}

impl Trouble {
    /// Creates a [`Trouble::Throttled`].
    pub fn throttled(what: impl Into<String>) -> Self {
        Self::Throttled { what: what.into() }
    }

    /// Creates a [`Trouble::Unreachable`].
    pub fn unreachable(what: impl Into<String>, why: &(impl Display + ?Sized)) -> Self {
        Self::Unreachable {
            what: what.into(),
            why: why.to_string(),
        }
    }

    /// Creates a [`Trouble::Refused`].
    pub fn refused(what: impl Into<String>, why: &(impl Display + ?Sized)) -> Self {
        Self::Refused {
            what: what.into(),
            why: why.to_string(),
        }
    }

    /// The error for a row whose content doesn't match its key.
    pub fn unreadable_row(row: &Row, why: &(impl Display + ?Sized)) -> Self {
        Self::refused(format!("reading row `{}` `{}`", row.pk, row.sk), why)
    }
}

/// The ledger and the outbox. Reads see every earlier write.
pub trait Table {
    /// Writes a row unless the existing row under its key wins. Repeating it changes nothing.
    fn keep(
        &self,
        place: TableKind,
        row: Row,
        keep: Keep,
    ) -> impl Future<Output = Result<KeepOutcome, Trouble>>;

    /// Writes rows whose content follows from their keys, so that it doesn't matter which of
    /// several equal ones stays. If it fails, some of them may be written. Repeating it changes
    /// nothing but the time when the rows may be deleted.
    fn keep_all(
        &self,
        place: TableKind,
        rows: Vec<Row>,
    ) -> impl Future<Output = Result<(), Trouble>> {
        async move {
            for row in rows {
                self.keep(place, row, Keep::First).await?;
            }
            Ok(())
        }
    }

    /// Writes a row with `version` set to `seen + 1`, if the stored row still has version `seen`
    /// (0: no row exists). Returns `false` if it doesn't.
    fn replace(
        &self,
        place: TableKind,
        row: Row,
        seen: u64,
    ) -> impl Future<Output = Result<bool, Trouble>>;

    /// Returns the rows of a partition in the order of their sort keys.
    fn query(
        &self,
        place: TableKind,
        pk: &str,
        span: &KeyRange,
    ) -> impl Future<Output = Result<Vec<Row>, Trouble>>;

    /// Returns at most `most` rows of a partition, those with the greatest sort keys, greatest
    /// first. If there are fewer than `most`, the partition has no others.
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
    /// Sends a message that is delivered after `delay` seconds, at most 900, no matter how many
    /// events are waiting. Repeating it delivers the message again.
    fn send(&self, body: String, delay: u32) -> impl Future<Output = Result<(), Trouble>>;

    /// Like `send`, but through the queue of events: for messages that may wait behind all events
    /// and would otherwise delay switches.
    fn send_behind(&self, body: String, delay: u32) -> impl Future<Output = Result<(), Trouble>>;
}

/// A message to publish, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A finding or a heartbeat for every subscriber of the findings topic: JSON, and the
    /// attributes that filter policies use.
    Finding {
        /// The message.
        body: String,
        /// `rule`, `verdict`, `severity`, `account`.
        attributes: Vec<(&'static str, String)>,
    },
    /// A notice for those who run rolewatch: something is wrong with rolewatch itself.
    Operations {
        /// At most 100 ASCII characters.
        subject: String,
        /// Plain text, in whole sentences.
        body: String,
    },
}

/// SNS. Repeating a notice delivers it again.
pub trait Topic {
    /// Publishes a notice.
    fn publish(&self, notice: Notice) -> impl Future<Output = Result<(), Trouble>>;
}

/// A subscription of the operations topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// `email`, `sqs`, `https` and so on.
    pub protocol: String,
    /// Its ARN, or a word instead of an ARN: `PendingConfirmation`, `Deleted`.
    pub arn: String,
}

/// A page of subscriptions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SubscriptionPage {
    /// At most 100 subscriptions.
    pub subscriptions: Vec<Subscription>,
    /// The token for the next page. `None`: this is the last page.
    pub next: Option<String>,
}

/// The subscriptions of the operations topic.
pub trait Subscribers {
    /// `sns:ListSubscriptionsByTopic`, one page. It changes nothing, so it can be repeated.
    fn subscribers(
        &self,
        token: Option<&str>,
    ) -> impl Future<Output = Result<SubscriptionPage, Trouble>>;
}

/// The result of reading an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredObject {
    /// The object exists, and its entity tag isn't the given one.
    Found {
        /// Its content.
        bytes: Vec<u8>,
        /// Its entity tag.
        etag: String,
        /// When it was last written.
        written: Moment,
    },
    /// The object still has the given entity tag.
    Unchanged,
    /// No object has this key.
    Missing,
}

/// The stack's bucket: policy, rosters, quarantine.
pub trait Bucket {
    /// Reads an object, unless it still has the entity tag `known`.
    fn get(
        &self,
        key: &str,
        known: Option<&str>,
    ) -> impl Future<Output = Result<StoredObject, Trouble>>;

    /// Lists keys and entity tags of the objects under a prefix, in the order of the keys.
    fn list(&self, prefix: &str) -> impl Future<Output = Result<Vec<(String, String)>, Trouble>>;

    /// Writes an object. Repeating it writes it again.
    fn put(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = Result<(), Trouble>>;

    /// Deletes an object. The bucket keeps its old versions. Repeating it changes nothing.
    fn delete(&self, key: &str) -> impl Future<Output = Result<(), Trouble>>;
}

/// The largest log file that is read, in bytes as stored. CloudTrail's own files are far smaller.
pub const LARGEST_LOG: u64 = 128 << 20;

/// The result of reading a log file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogFile {
    /// Its bytes, as stored.
    Found(Vec<u8>),
    /// No object has this key.
    Missing,
    /// The file has this many bytes, more than [`LARGEST_LOG`], and wasn't read.
    TooLarge(u64),
}

/// One page of the keys under a prefix.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyPage {
    /// Keys in order, each with the object's size in bytes as stored.
    pub keys: Vec<(String, u64)>,
    /// More keys follow. `keys` isn't empty in that case.
    pub more: bool,
}

/// Buckets of logs, which others write. Nothing is changed there, so every call can be repeated.
pub trait Logs {
    /// Reads an object.
    fn read(&self, bucket: &str, key: &str) -> impl Future<Output = Result<LogFile, Trouble>>;

    /// Lists at most a thousand keys under a prefix, starting after `after`.
    fn keys(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
    ) -> impl Future<Output = Result<KeyPage, Trouble>>;

    /// Lists the folders under a prefix: what follows the prefix, up to and including the next `/`,
    /// each once.
    fn folders(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<String>, Trouble>>;
}

/// IAM's current answer about a user's groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupsNow {
    /// The name and ID (`AGPA…`) of each group.
    Member(Vec<(String, String)>),
    /// No user has that name.
    NoSuchUser,
}

/// Identity Center's current answer about a user's groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreGroupsNow {
    /// The ids of those groups in which the user is.
    Member(BTreeSet<String>),
    /// The user, or one of the groups, doesn't exist.
    NotThere,
    /// The stack doesn't read Identity Center.
    NotRead,
}

/// IAM of the trusted accounts, and Identity Center, through the reader roles.
pub trait Directory {
    /// `iam:ListGroupsForUser`, all pages.
    fn groups_of(
        &self,
        account: AccountId,
        user_name: &str,
    ) -> impl Future<Output = Result<GroupsNow, Trouble>>;

    /// `identitystore:IsMemberInGroups` for a user and some groups, by id.
    fn store_groups_of(
        &self,
        place: &CenterPlace,
        user: &str,
        groups: &[String],
    ) -> impl Future<Output = Result<StoreGroupsNow, Trouble>>;

    /// `iam:GetAccountAuthorizationDetails`, users and groups, all pages. The snapshot has no time:
    /// the reading begins before the first page and ends after the last, and shows each user as of
    /// some moment in between.
    fn details(&self, account: AccountId) -> impl Future<Output = Result<Snapshot, Trouble>>;

    /// `iam:GetAccountAuthorizationDetails`, everything, all pages, with the `MaxSessionDuration`
    /// from `iam:ListRoles` added to each role. Returns JSON that `rolewatch_guard::review::Input`
    /// reads.
    fn setup(&self, account: AccountId) -> impl Future<Output = Result<String, Trouble>>;
}

/// The attribute by which `cloudtrail:LookupEvents` finds records. A question has exactly one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum LookBy {
    /// A resource that the record names. AssumeRole records name the key that was issued and the
    /// session (`AROA…:session`).
    ResourceName(String),
    /// The key that signed the request.
    AccessKeyId(String),
    /// The caller's user name. For a role session this is the session name.
    Username(String),
    /// `eventID`.
    EventId(String),
}

/// A question to the event history of one account and Region. The history reaches back 90 days and
/// holds management events only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Question {
    /// The account whose records are searched.
    pub account: AccountId,
    /// The Region in which the records were logged.
    pub region: String,
    /// The attribute to search by.
    pub by: LookBy,
    /// The first second to include, by event time.
    pub from: Moment,
    /// The last second to include.
    pub to: Moment,
}

/// One page of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventPage {
    /// At most 50 records, as CloudTrail wrote them, latest first.
    pub records: Vec<String>,
    /// The token for the next page. `None`: this is the last page.
    pub next: Option<String>,
}

/// Where Identity Center is administered: what the policy says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CenterPlace {
    /// The account that administers the directory.
    pub account: AccountId,
    /// The home Region.
    pub region: String,
    /// The identity store: `d-1234567890`.
    pub store: String,
}

impl CenterPlace {
    /// The place that the policy names.
    pub fn of_policy(center: &IdentityCenter) -> Self {
        Self {
            account: center.directory_account,
            region: center.home().to_owned(),
            store: center.identity_store.to_string(),
        }
    }
}

/// Identity Center, through the reader role of the account that administers it.
pub trait IdentityStore {
    /// Users, groups and memberships, all pages. The reading has no time: it shows each group as of
    /// some moment between its beginning and its end.
    fn people(&self, place: &CenterPlace) -> impl Future<Output = Result<StoreReading, Trouble>>;

    /// Permission sets, and who may take them in which account, all pages.
    fn grants(&self, place: &CenterPlace) -> impl Future<Output = Result<StoreGrants, Trouble>>;
}

/// The event history of every trusted account, through the reader roles.
pub trait Trail {
    /// `cloudtrail:LookupEvents`, one page. AWS allows two calls a second per account and Region;
    /// an implementation waits as long as that takes. A `token` is valid only for its own question,
    /// and it expires.
    fn lookup(
        &self,
        question: &Question,
        token: Option<&str>,
    ) -> impl Future<Output = Result<EventPage, Trouble>>;
}

/// The reader role of every trusted account, assumed only so that CloudTrail records the call.
pub trait Prober {
    /// `sts:AssumeRole` on an account's reader role through the STS endpoint of a Region, which is
    /// where CloudTrail records it. The credentials are discarded. Repeating it assumes the role
    /// again.
    fn probe(&self, account: AccountId, region: &str) -> impl Future<Output = Result<(), Trouble>>;
}

/// The only clock.
pub trait Clock {
    /// The current time, to the second.
    fn now(&self) -> Moment;
}

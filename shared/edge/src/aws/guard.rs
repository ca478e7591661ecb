//! All that switch-guard reaches.

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::roster::Snapshot;

use super::bucket::StateBucket;
use super::clock::SystemClock;
use super::connection::Connection;
use super::directory::ReaderRoles;
use super::queue::EventQueue;
use super::table::Tables;
use super::topic::Topics;
use crate::port::{Bucket, Clock, Directory, GroupsNow, Keep, Kept, Notice, Object, Place, Queue, Row, Span, Table, Topic, Trouble};
use crate::settings::GuardSettings;

/// switch-guard's ports over AWS, all in one.
#[derive(Debug)]
pub struct GuardAws {
    /// Ledger and outbox.
    pub tables: Tables,
    /// Its own queue.
    pub queue: EventQueue,
    /// Findings and operations.
    pub topics: Topics,
    /// Policy, rosters, quarantine.
    pub bucket: StateBucket,
    /// Groups, in every account.
    pub directory: ReaderRoles<SystemClock>,
}

impl GuardAws {
    /// Makes every client, and opens no connection; [`Tables::warm`] does.
    pub async fn connect(settings: &GuardSettings) -> Self {
        let connection = Connection::of_function().await;
        Self {
            tables: Tables::new(&connection, settings.tables.clone()),
            queue: EventQueue::new(&connection, settings.queue_url.clone()),
            topics: Topics::new(&connection, Some(settings.findings_topic.clone()), settings.operations_topic.clone()),
            bucket: StateBucket::new(&connection, settings.bucket.clone()),
            directory: ReaderRoles::new(&connection, settings.operations_topic.partition(), &settings.own.reader_role, SystemClock),
        }
    }
}

impl Table for GuardAws {
    async fn keep(&self, place: Place, row: Row, keep: Keep) -> Result<Kept, Trouble> {
        self.tables.keep(place, row, keep).await
    }

    async fn replace(&self, place: Place, row: Row, seen: u64) -> Result<bool, Trouble> {
        self.tables.replace(place, row, seen).await
    }

    async fn query(&self, place: Place, pk: &str, span: &Span) -> Result<Vec<Row>, Trouble> {
        self.tables.query(place, pk, span).await
    }
}

impl Queue for GuardAws {
    async fn send(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.queue.send(body, delay).await
    }
}

impl Topic for GuardAws {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.topics.publish(notice).await
    }
}

impl Bucket for GuardAws {
    async fn get(&self, key: &str, known: Option<&str>) -> Result<Object, Trouble> {
        self.bucket.get(key, known).await
    }

    async fn list(&self, prefix: &str) -> Result<Vec<(String, String)>, Trouble> {
        self.bucket.list(prefix).await
    }

    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), Trouble> {
        self.bucket.put(key, bytes).await
    }

    async fn delete(&self, key: &str) -> Result<(), Trouble> {
        self.bucket.delete(key).await
    }
}

impl Directory for GuardAws {
    async fn groups_of(&self, account: AccountId, user_name: &str) -> Result<GroupsNow, Trouble> {
        self.directory.groups_of(account, user_name).await
    }

    async fn details(&self, account: AccountId) -> Result<Snapshot, Trouble> {
        self.directory.details(account).await
    }
}

impl Clock for GuardAws {
    fn now(&self) -> Moment {
        SystemClock.now()
    }
}

//! All that archive-auditor reaches.

use rolewatch_guard::moment::Moment;

use super::bucket::StateBucket;
use super::clock::SystemClock;
use super::connection::Connection;
use super::logs::LogBuckets;
use super::queue::EventQueue;
use super::table::Tables;
use super::topic::Topics;
use crate::port::{Bucket, Clock, Keep, Kept, Listed, LogFile, Logs, Notice, Object, Place, Queue, Row, Span, Table, Topic, Trouble};
use crate::settings::ArchiveSettings;

/// archive-auditor's ports over AWS, all in one.
#[derive(Debug)]
pub struct ArchiveAws {
    /// Ledger and outbox.
    pub tables: Tables,
    /// The queue of switch-guard.
    pub queue: EventQueue,
    /// Operations; it has none for findings.
    pub topics: Topics,
    /// Policy, rosters, quarantine, history.
    pub bucket: StateBucket,
    /// What trails wrote.
    pub logs: LogBuckets,
}

impl ArchiveAws {
    /// Makes every client, and opens no connection.
    pub async fn connect(settings: &ArchiveSettings) -> Self {
        let connection = Connection::of_function().await;
        Self {
            tables: Tables::new(&connection, settings.tables.clone()),
            queue: EventQueue::new(&connection, settings.queue_url.clone()),
            topics: Topics::new(&connection, None, settings.operations_topic.clone()),
            bucket: StateBucket::new(&connection, settings.bucket.clone()),
            logs: LogBuckets::new(&connection),
        }
    }
}

impl Table for ArchiveAws {
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

impl Queue for ArchiveAws {
    async fn send(&self, body: String, delay: u32) -> Result<(), Trouble> {
        self.queue.send(body, delay).await
    }
}

impl Topic for ArchiveAws {
    async fn publish(&self, notice: Notice) -> Result<(), Trouble> {
        self.topics.publish(notice).await
    }
}

impl Bucket for ArchiveAws {
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

impl Logs for ArchiveAws {
    async fn read(&self, bucket: &str, key: &str) -> Result<LogFile, Trouble> {
        self.logs.read(bucket, key).await
    }

    async fn keys(&self, bucket: &str, prefix: &str, after: &str) -> Result<Listed, Trouble> {
        self.logs.keys(bucket, prefix, after).await
    }

    async fn folders(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Trouble> {
        self.logs.folders(bucket, prefix).await
    }
}

impl Clock for ArchiveAws {
    fn now(&self) -> Moment {
        SystemClock.now()
    }
}

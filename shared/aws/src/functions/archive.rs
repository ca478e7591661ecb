//! All that archive-auditor reaches.

use super::delegate::delegate;
use super::queue::EventQueue;
use super::table::Tables;
use super::topic::Topics;
use crate::bucket::StateBucket;
use crate::connection::Connection;
use crate::logs::LogBuckets;
use rolewatch_live::port::{self, KeyPage, LogFile, Logs, Trouble};
use rolewatch_live::settings::ArchiveSettings;

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
            tables: Tables::new(&connection, settings.stack.tables.clone()),
            queue: EventQueue::new(&connection, settings.stack.queue_url.clone(), None),
            topics: Topics::new(&connection, None, settings.stack.operations_topic.clone()),
            // Lists of log files, extracts and findings go there.
            bucket: StateBucket::new(
                &Connection::for_large_objects().await,
                settings.stack.bucket.clone(),
            ),
            logs: LogBuckets::new(&connection),
        }
    }
}

delegate!(ArchiveAws: Table, Queue, Topic, Bucket, Clock);

impl Logs for ArchiveAws {
    async fn read(&self, bucket: &str, key: &str) -> Result<LogFile, Trouble> {
        self.logs.read(bucket, key).await
    }

    async fn keys(&self, bucket: &str, prefix: &str, after: &str) -> Result<KeyPage, Trouble> {
        self.logs.keys(bucket, prefix, after).await
    }

    async fn folders(&self, bucket: &str, prefix: &str) -> Result<Vec<String>, Trouble> {
        self.logs.folders(bucket, prefix).await
    }
}

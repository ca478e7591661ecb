//! The ports of archive-auditor.

use super::delegate::delegate;
use super::queue::EventQueue;
use super::topic::Topics;
use crate::bucket::StateBucket;
use crate::connection::Connection;
use crate::logs::LogBuckets;
use crate::table::Tables;
use rolewatch_live::port::{self, KeyPage, LogFile, Logs, Trouble};
use rolewatch_live::settings::ArchiveSettings;

/// All of archive-auditor's ports, implemented with AWS.
#[derive(Debug)]
pub struct ArchiveAws {
    /// Ledger and outbox.
    pub tables: Tables,
    /// switch-guard's queue.
    pub queue: EventQueue,
    /// The operations topic. There is no topic for findings.
    pub topics: Topics,
    /// Policy, rosters, quarantine, history.
    pub bucket: StateBucket,
    /// Buckets that trails write to.
    pub logs: LogBuckets,
}

impl ArchiveAws {
    /// Creates every client, but opens no connection.
    pub async fn connect(settings: &ArchiveSettings) -> Self {
        let connection = Connection::of_function().await;
        Self {
            tables: Tables::new(&connection, settings.stack.tables.clone()),
            queue: EventQueue::new(&connection, settings.stack.queue_url.clone(), None),
            topics: Topics::new(&connection, None, settings.stack.operations_topic.clone()),
            // Lists of log files, extracts and findings are written there.
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

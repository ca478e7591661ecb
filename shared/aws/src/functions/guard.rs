//! The ports of switch-guard.

use std::sync::Arc;

use rolewatch_guard::id::AccountId;

use super::delegate::delegate;
use super::directory::ReaderRoles;
use super::queue::EventQueue;
use super::reader_credentials::ReaderCredentials;
use super::topic::Topics;
use crate::bucket::StateBucket;
use crate::clock::SystemClock;
use crate::connection::Connection;
use crate::table::Tables;
use rolewatch_live::port;
use rolewatch_live::settings::GuardSettings;

/// All of switch-guard's ports, implemented with AWS.
#[derive(Debug)]
pub struct GuardAws {
    /// Ledger and outbox.
    pub tables: Tables,
    /// Its own queue.
    pub queue: EventQueue,
    /// The topics for findings and operations.
    pub topics: Topics,
    /// Policy, rosters, quarantine.
    pub bucket: StateBucket,
    /// Groups of every account.
    pub directory: ReaderRoles<SystemClock>,
}

impl GuardAws {
    /// Creates every client, but opens no connection. [`Tables::warm`] opens one.
    pub async fn connect(settings: &GuardSettings) -> Self {
        let connection = Connection::of_function().await;
        let partition = settings.stack.operations_topic.partition();
        let credentials = ReaderCredentials::new(
            &connection,
            partition,
            &settings.own.reader_role,
            SystemClock,
        );
        Self {
            tables: Tables::new(&connection, settings.stack.tables.clone()),
            queue: EventQueue::new(
                &connection,
                settings.stack.queue_url.clone(),
                settings.switch_queue_url.clone(),
            ),
            topics: Topics::new(
                &connection,
                Some(settings.findings_topic.clone()),
                settings.stack.operations_topic.clone(),
            ),
            bucket: StateBucket::new(&connection, settings.stack.bucket.clone()),
            directory: ReaderRoles::new(&connection, Arc::new(credentials))
                .asking_center(settings.center_account),
        }
    }
}

delegate!(GuardAws: Table, Queue, Topic, Bucket, Directory, Clock);

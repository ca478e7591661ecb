//! The ports of session-auditor.

use std::sync::Arc;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::take::{StoreGrants, StoreReading};

use super::center::CenterReader;
use super::delegate::delegate;
use super::directory::ReaderRoles;
use super::queue::EventQueue;
use super::reader_credentials::ReaderCredentials;
use super::topic::Topics;
use super::trail::Histories;
use crate::bucket::StateBucket;
use crate::clock::SystemClock;
use crate::connection::Connection;
use crate::table::Tables;
use rolewatch_live::port::{
    self, CenterPlace, EventPage, IdentityStore, Prober, Question, Trail, Trouble,
};
use rolewatch_live::settings::AuditorSettings;

/// All of session-auditor's ports, implemented with AWS.
#[derive(Debug)]
pub struct AuditorAws {
    /// Ledger and outbox.
    pub tables: Tables,
    /// The guard's queue.
    pub queue: EventQueue,
    /// The topics for findings and operations.
    pub topics: Topics,
    /// Policy, rosters, quarantine.
    pub bucket: StateBucket,
    /// The event history of every account.
    pub histories: Histories<SystemClock>,
    /// The reader role's credentials in every account.
    pub credentials: Arc<ReaderCredentials<SystemClock>>,
    /// Users and groups of every account.
    pub directory: ReaderRoles<SystemClock>,
    /// Identity Center.
    pub center: CenterReader<SystemClock>,
}

impl AuditorAws {
    /// Creates every client, but opens no connection.
    pub async fn connect(settings: &AuditorSettings) -> Self {
        let connection = Connection::of_function().await;
        let partition = settings.stack.operations_topic.partition();
        let credentials = Arc::new(ReaderCredentials::new(
            &connection,
            partition,
            &settings.reader_role,
            SystemClock,
        ));
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
            histories: Histories::new(&connection, Arc::clone(&credentials)),
            directory: ReaderRoles::new(&connection, Arc::clone(&credentials)),
            center: CenterReader::new(&connection, Arc::clone(&credentials)),
            credentials,
        }
    }
}

delegate!(AuditorAws: Table, Queue, Topic, Subscribers, Bucket, Directory, Clock);

impl Trail for AuditorAws {
    async fn lookup(&self, question: &Question, token: Option<&str>) -> Result<EventPage, Trouble> {
        self.histories.lookup(question, token).await
    }
}

impl IdentityStore for AuditorAws {
    async fn people(&self, place: &CenterPlace) -> Result<StoreReading, Trouble> {
        self.center.people(place).await
    }

    async fn grants(&self, place: &CenterPlace) -> Result<StoreGrants, Trouble> {
        self.center.grants(place).await
    }
}

impl Prober for AuditorAws {
    async fn probe(&self, account: AccountId, region: &str) -> Result<(), Trouble> {
        self.credentials.probe(account, region).await
    }
}

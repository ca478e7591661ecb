//! The ports of slack-notifier, except Slack.

use super::secrets::Secrets;
use super::topic::Topics;
use crate::connection::Connection;
use crate::table::Tables;
use rolewatch_live::settings::NotifierSettings;

/// slack-notifier's ports that AWS implements.
#[derive(Debug)]
pub struct NotifierAws {
    /// The outbox. There is no ledger.
    pub tables: Tables,
    /// The operations topic and, through [`Topics::publish_on`], the topic for chat applications.
    /// There is no topic for findings.
    pub topics: Topics,
    /// Slack's secret.
    pub secrets: Secrets,
}

impl NotifierAws {
    /// Creates every client, but opens no connection. [`Tables::warm`] opens one.
    pub async fn connect(settings: &NotifierSettings) -> Self {
        let connection = Connection::of_function().await;
        Self {
            tables: Tables::new(&connection, settings.tables()),
            topics: Topics::new(&connection, None, settings.operations_topic.clone()),
            secrets: Secrets::new(&connection, settings.slack_secret.clone()),
        }
    }
}

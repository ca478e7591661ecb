//! All that slack-notifier reaches, but for Slack.

use super::secrets::Secrets;
use super::table::Tables;
use super::topic::Topics;
use crate::connection::Connection;
use rolewatch_live::settings::NotifierSettings;

/// slack-notifier's side of AWS.
#[derive(Debug)]
pub struct NotifierAws {
    /// The outbox; it has no ledger.
    pub tables: Tables,
    /// Operations, and by [`Topics::publish_on`] the topic of chat applications; it has none for
    /// findings.
    pub topics: Topics,
    /// Slack's secret.
    pub secrets: Secrets,
}

impl NotifierAws {
    /// Makes every client, and opens no connection; [`Tables::warm`] does.
    pub async fn connect(settings: &NotifierSettings) -> Self {
        let connection = Connection::of_function().await;
        Self {
            tables: Tables::new(&connection, settings.tables()),
            topics: Topics::new(&connection, None, settings.operations_topic.clone()),
            secrets: Secrets::new(&connection, settings.slack_secret.clone()),
        }
    }
}

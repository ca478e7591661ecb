//! CloudTrail's event history of every account, through the account's reader role.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_sdk_cloudtrail::config::Region;
use aws_sdk_cloudtrail::config::retry::RetryConfig;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use rolewatch_guard::id::AccountId;
use tokio::time::{Instant, sleep_until};

use super::reader_credentials::ReaderCredentials;
use super::time::LOOKUP_PACE;
use crate::connection::Connection;
use crate::trouble::{refused, trouble};
use rolewatch_live::port::{Clock, EventPage, LookBy, Question, Trail, Trouble};

/// The most records on a page.
const PAGE: i32 = 50;

/// The event histories.
#[derive(Debug)]
pub struct Histories<C> {
    connection: Connection,
    credentials: Arc<ReaderCredentials<C>>,
    /// When each account and Region may be called next.
    turns: Mutex<BTreeMap<(AccountId, String), Instant>>,
}

impl<C: Clock> Histories<C> {
    /// Creates the client. Opens no connection.
    pub fn new(connection: &Connection, credentials: Arc<ReaderCredentials<C>>) -> Self {
        Self {
            connection: connection.clone(),
            credentials,
            turns: Mutex::default(),
        }
    }

    /// Waits until the account and Region may be called.
    async fn wait_for_turn(&self, account: AccountId, region: &str) {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let next = turns
                .entry((account, region.to_owned()))
                .or_insert_with(Instant::now);
            let turn = (*next).max(Instant::now());
            *next = turn + LOOKUP_PACE;
            turn
        };
        sleep_until(turn).await;
    }
}

fn attribute(by: &LookBy) -> (LookupAttributeKey, &str) {
    match by {
        LookBy::ResourceName(name) => (LookupAttributeKey::ResourceName, name),
        LookBy::AccessKeyId(key) => (LookupAttributeKey::AccessKeyId, key),
        LookBy::Username(name) => (LookupAttributeKey::Username, name),
        LookBy::EventId(id) => (LookupAttributeKey::EventId, id),
    }
}

impl<C: Clock> Trail for Histories<C> {
    async fn lookup(&self, question: &Question, token: Option<&str>) -> Result<EventPage, Trouble> {
        let (account, region) = (question.account, &question.region);
        let what = format!("cloudtrail:LookupEvents in account {account} and {region}");
        let credentials = self.credentials.credentials(account).await?;
        let (key, value) = attribute(&question.by);
        let attribute = LookupAttribute::builder()
            .attribute_key(key)
            .attribute_value(value)
            .build();
        let attribute = attribute.map_err(|error| refused(&what, &error.to_string()))?;
        // A throttled call isn't retried at once. It waits for the next run.
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.connection.config)
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .retry_config(RetryConfig::disabled())
            .build();
        self.wait_for_turn(account, region).await;
        let answer = aws_sdk_cloudtrail::Client::from_conf(config)
            .lookup_events()
            .lookup_attributes(attribute)
            .start_time(DateTime::from_secs(question.from.epoch_seconds()))
            .end_time(DateTime::from_secs(question.to.epoch_seconds()))
            .max_results(PAGE)
            .set_next_token(token.map(str::to_owned))
            .send()
            .await;
        let answer =
            answer.map_err(|error| self.credentials.hand_on(account, trouble(&what, &error)))?;
        let mut records = Vec::new();
        for event in answer.events.unwrap_or_default() {
            if let Some(record) = event.cloud_trail_event {
                records.push(record);
            } else {
                tracing::warn!(%account, region, event = ?event.event_id, "the event history lists an event without its record");
            }
        }
        Ok(EventPage {
            records,
            next: answer.next_token,
        })
    }
}

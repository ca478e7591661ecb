//! CloudTrail's event history of every account, through the reader role there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_cloudtrail::config::retry::RetryConfig;
use aws_sdk_cloudtrail::config::{Credentials, Region};
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use tokio::time::{Instant, sleep_until};

use super::connection::Connection;
use super::trouble::{refused, trouble};
use crate::port::{Clock, LookBy, Page, Question, Trail, Trouble};

/// How rolewatch's own sessions are called, in CloudTrail and in the trust policy of the reader roles.
const SESSION: &str = "rolewatch";

/// For how long it is let in, in seconds: the least that STS grants.
const LIFETIME: i32 = 900;

/// How long before their end credentials are renewed, in seconds: a call must fit in.
const RENEWED: i64 = 120;

/// CloudTrail allows two calls a second in each account and region.
const PACE: Duration = Duration::from_millis(500);

/// The most records of a page.
const PAGE: i32 = 50;

/// The event histories. Credentials are kept until shortly before they expire.
#[derive(Debug)]
pub struct Histories<C> {
    connection: Connection,
    sts: aws_sdk_sts::Client,
    partition: String,
    role: String,
    clock: C,
    doors: Mutex<BTreeMap<AccountId, Door>>,
    /// When each account and region may be called next.
    turns: Mutex<BTreeMap<(AccountId, String), Instant>>,
}

/// A way into an account.
#[derive(Debug, Clone)]
struct Door {
    credentials: Credentials,
    closes: Moment,
}

impl<C: Clock> Histories<C> {
    /// Opens nothing yet. `role` is the name, without a path, that the role has in every account; `partition` is mostly `aws`.
    pub fn new(connection: &Connection, partition: &str, role: &str, clock: C) -> Self {
        Self {
            connection: connection.clone(),
            sts: aws_sdk_sts::Client::new(&connection.config),
            partition: partition.to_owned(),
            role: role.to_owned(),
            clock,
            doors: Mutex::default(),
            turns: Mutex::default(),
        }
    }

    async fn door(&self, account: AccountId) -> Result<Credentials, Trouble> {
        let now = self.clock.now();
        let known = self.doors.lock().unwrap_or_else(PoisonError::into_inner).get(&account).cloned();
        if let Some(door) = known.filter(|door| door.closes.seconds_since(now) > RENEWED) {
            return Ok(door.credentials);
        }
        let door = self.open(account).await?;
        let credentials = door.credentials.clone();
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).insert(account, door);
        Ok(credentials)
    }

    async fn open(&self, account: AccountId) -> Result<Door, Trouble> {
        let what = format!("sts:AssumeRole in account {account}");
        let role = format!("arn:{}:iam::{account}:role/{}", self.partition, self.role);
        let entered = self.sts.assume_role().role_arn(role).role_session_name(SESSION).duration_seconds(LIFETIME).send().await;
        let entered = entered.map_err(|error| trouble(&what, &error))?;
        let issued = entered.credentials.ok_or_else(|| refused(&what, "it gave no credentials"))?;
        let closes = Moment::from_epoch_seconds(issued.expiration.secs());
        let credentials = Credentials::new(issued.access_key_id, issued.secret_access_key, Some(issued.session_token), None, SESSION);
        Ok(Door { credentials, closes })
    }

    /// What was let in before may have been shut out since.
    fn shut(&self, account: AccountId) {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).remove(&account);
    }

    /// Waits until the account and region may be called.
    async fn turn(&self, account: AccountId, region: &str) {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let next = turns.entry((account, region.to_owned())).or_insert_with(Instant::now);
            let turn = (*next).max(Instant::now());
            *next = turn + PACE;
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
    async fn lookup(&self, question: &Question, token: Option<&str>) -> Result<Page, Trouble> {
        let (account, region) = (question.account, &question.region);
        let what = format!("cloudtrail:LookupEvents in account {account} and {region}");
        let credentials = self.door(account).await?;
        let (key, value) = attribute(&question.by);
        let attribute = LookupAttribute::builder().attribute_key(key).attribute_value(value).build();
        let attribute = attribute.map_err(|error| refused(&what, &error.to_string()))?;
        // Whoever is throttled waits for the next run instead of trying at once.
        let config = aws_sdk_cloudtrail::config::Builder::from(&self.connection.config)
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .retry_config(RetryConfig::disabled())
            .build();
        self.turn(account, region).await;
        let answer = aws_sdk_cloudtrail::Client::from_conf(config)
            .lookup_events()
            .lookup_attributes(attribute)
            .start_time(DateTime::from_secs(question.from.epoch_seconds()))
            .end_time(DateTime::from_secs(question.to.epoch_seconds()))
            .max_results(PAGE)
            .set_next_token(token.map(str::to_owned))
            .send()
            .await;
        let answer = answer.map_err(|error| {
            let trouble = trouble(&what, &error);
            if matches!(trouble, Trouble::Refused { .. }) {
                self.shut(account);
            }
            trouble
        })?;
        let mut records = Vec::new();
        for event in answer.events.unwrap_or_default() {
            if let Some(record) = event.cloud_trail_event {
                records.push(record);
            } else {
                tracing::warn!(%account, region, event = ?event.event_id, "the event history names an event without its record");
            }
        }
        Ok(Page { records, next: answer.next_token })
    }
}

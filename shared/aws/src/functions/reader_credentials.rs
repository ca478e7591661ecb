//! Credentials of the reader role in other accounts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_config::SdkConfig;
use aws_sdk_sts::config::{Builder, Credentials, Region};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::probe;

use super::time::{READER_SESSION, RENEWED};
use crate::connection::Connection;
use crate::trouble::{refused, trouble};
use rolewatch_live::port::{Clock, Prober, Trouble};

/// The name of rolewatch's own sessions in CloudTrail.
const SESSION: &str = "rolewatch";

/// One set of credentials per account, cached until shortly before it expires.
#[derive(Debug)]
pub struct ReaderCredentials<C> {
    config: SdkConfig,
    sts: aws_sdk_sts::Client,
    partition: String,
    role: String,
    clock: C,
    open: Mutex<BTreeMap<AccountId, IssuedCredentials>>,
}

/// The credentials for an account.
#[derive(Debug, Clone)]
struct IssuedCredentials {
    credentials: Credentials,
    closes: Moment,
}

impl<C: Clock> ReaderCredentials<C> {
    /// Opens no connection. `role` is the role's name, without a path, which is the same in every
    /// account. `partition` is mostly `aws`.
    pub fn new(connection: &Connection, partition: &str, role: &str, clock: C) -> Self {
        Self {
            config: connection.config.clone(),
            sts: aws_sdk_sts::Client::new(&connection.config),
            partition: partition.to_owned(),
            role: role.to_owned(),
            clock,
            open: Mutex::default(),
        }
    }

    /// The credentials for an account.
    pub(super) async fn credentials(&self, account: AccountId) -> Result<Credentials, Trouble> {
        let now = self.clock.now();
        let known = self
            .open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&account)
            .cloned();
        if let Some(kept) = known.filter(|kept| kept.closes.seconds_since(now) > RENEWED) {
            return Ok(kept.credentials);
        }
        let kept = self.assume_reader(account).await?;
        let credentials = kept.credentials.clone();
        self.open
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(account, kept);
        Ok(credentials)
    }

    async fn assume_reader(&self, account: AccountId) -> Result<IssuedCredentials, Trouble> {
        let what = format!("sts:AssumeRole in account {account}");
        let entered = self
            .sts
            .assume_role()
            .role_arn(self.role_arn(account))
            .role_session_name(SESSION)
            .duration_seconds(READER_SESSION)
            .send()
            .await;
        let entered = entered.map_err(|error| trouble(&what, &error))?;
        let issued = entered
            .credentials
            .ok_or_else(|| refused(&what, "the answer contains no credentials"))?;
        let closes = Moment::from_epoch_seconds(issued.expiration.secs());
        let credentials = Credentials::new(
            issued.access_key_id,
            issued.secret_access_key,
            Some(issued.session_token),
            None,
            SESSION,
        );
        Ok(IssuedCredentials {
            credentials,
            closes,
        })
    }

    fn role_arn(&self, account: AccountId) -> String {
        format!("arn:{}:iam::{account}:role/{}", self.partition, self.role)
    }

    /// Passes on the error of a call in an account. Permissions may have been removed since the
    /// role was assumed, so after a refusal the cached credentials are dropped.
    pub(super) fn hand_on(&self, account: AccountId, trouble: Trouble) -> Trouble {
        if matches!(trouble, Trouble::Refused { .. }) {
            self.open
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&account);
        }
        trouble
    }
}

impl<C: Clock> Prober for ReaderCredentials<C> {
    async fn probe(&self, account: AccountId, region: &str) -> Result<(), Trouble> {
        let what = format!("sts:AssumeRole in account {account} and {region}");
        // Bypasses all cached credentials and calls in the Region in question, because the record
        // of this very call is what has to arrive from there.
        let config = Builder::from(&self.config)
            .region(Region::new(region.to_owned()))
            .build();
        let entered = aws_sdk_sts::Client::from_conf(config)
            .assume_role()
            .role_arn(self.role_arn(account))
            .role_session_name(probe::SESSION)
            .duration_seconds(READER_SESSION)
            .send()
            .await;
        entered.map(drop).map_err(|error| trouble(&what, &error))
    }
}

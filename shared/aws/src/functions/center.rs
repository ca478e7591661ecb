//! Identity Center of the company, through the reader role of the account that administers it.

use std::future::Future;
use std::sync::Arc;

use rolewatch_guard::take::{StoreGrants, StoreReading};
use rolewatch_guard::untrusted::harmless;
use rolewatch_live::port::{CenterPlace, Clock, IdentityStore, Trouble};
use tokio::time::timeout;

use super::reader_credentials::ReaderCredentials;
use super::time::STORE_READING;
use crate::connection::Connection;
use crate::rosters::CenterRosters;
use crate::trouble::refused;

/// The reader role of the account that administers Identity Center.
#[derive(Debug)]
pub struct CenterReader<C> {
    connection: Connection,
    credentials: Arc<ReaderCredentials<C>>,
}

impl<C: Clock> CenterReader<C> {
    /// Opens no connection.
    pub fn new(connection: &Connection, credentials: Arc<ReaderCredentials<C>>) -> Self {
        Self {
            connection: connection.clone(),
            credentials,
        }
    }

    async fn rosters(&self, place: &CenterPlace) -> Result<CenterRosters, Trouble> {
        let credentials = self.credentials.credentials(place.account).await?;
        let connection = self.connection.acting_as(credentials, &place.region);
        Ok(CenterRosters::new(&connection))
    }

    /// A reading that isn't done in time is given up, so that the function can say so.
    async fn in_time<T>(
        &self,
        place: &CenterPlace,
        reading: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let done = timeout(STORE_READING, reading).await.unwrap_or_else(|_| {
            let seconds = STORE_READING.as_secs();
            let what = format!("reading identity store {}", place.store);
            Err(refused(
                &what,
                &format!("it takes longer than {seconds} seconds"),
            ))
        });
        done.map_err(|trouble| self.credentials.hand_on(place.account, trouble))
    }
}

impl<C: Clock> IdentityStore for CenterReader<C> {
    async fn people(&self, place: &CenterPlace) -> Result<StoreReading, Trouble> {
        let rosters = self.rosters(place).await?;
        self.in_time(place, async {
            let (reading, _) = rosters.directory(&place.store).await?;
            Ok(reading)
        })
        .await
    }

    async fn grants(&self, place: &CenterPlace) -> Result<StoreGrants, Trouble> {
        let rosters = self.rosters(place).await?;
        self.in_time(place, async {
            let instances = rosters.instances().await?;
            let instance = instances.iter().find(|one| one.store == place.store);
            let instance = instance.ok_or_else(|| {
                let stores: Vec<String> =
                    instances.iter().map(|one| harmless(&one.store)).collect();
                let there = if stores.is_empty() {
                    "none".to_owned()
                } else {
                    stores.join(", ")
                };
                let why = format!(
                    "no instance that account {} can read in {} has the identity store {} of the \
                     policy; there is {there}",
                    place.account, place.region, place.store
                );
                refused("sso:ListInstances", &why)
            })?;
            rosters.grants(&instance.arn).await
        })
        .await
    }
}

//! From which Regions of an account records arrived, when, and where IAM's events are recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::partition::may_record_iam;
use rolewatch_guard::world::World;

use super::keys;
use crate::port::{KeyRange, Table, TableKind, Trouble};

/// The hour of the latest record, for each Region of an account. Regions without any record are
/// left out.
///
/// # Errors
/// Returns the table's error.
pub async fn heard_of<T: Table>(
    table: &T,
    account: AccountId,
) -> Result<BTreeMap<String, Moment>, Trouble> {
    let rows = table
        .query(
            TableKind::Ledger,
            &keys::regions(account),
            &KeyRange::default(),
        )
        .await?;
    let read = |hour: &str| {
        hour.parse::<i64>()
            .ok()
            .map(|hour| Moment::from_epoch_seconds(hour.saturating_mul(3_600)))
    };
    let plain = rows
        .into_iter()
        .filter(|row| keys::iam_region(&row.sk).is_none());
    Ok(plain
        .filter_map(|row| Some((row.sk, read(&row.rank)?)))
        .collect())
}

/// What is known about the logs of some accounts.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The Regions with a log for an account.
    logs: BTreeSet<(AccountId, Arc<str>)>,
    /// The hours in which a Region's log had a record about an account.
    hours: BTreeSet<(AccountId, Arc<str>, Moment)>,
    /// The Regions in which an account's own IAM events are recorded.
    iam: BTreeSet<(AccountId, Arc<str>)>,
    /// The period that matters of each account's logs.
    periods: BTreeMap<AccountId, (Moment, Moment)>,
    /// The Regions in which the IAM events of any account are recorded.
    iam_of_any: BTreeSet<Arc<str>>,
}

impl Heard {
    /// Takes in one row.
    pub(super) fn take_row(&mut self, pk: &str, sk: &str) {
        if pk == keys::IAM_REGIONS {
            self.iam_of_any.extend(keys::iam_region(sk).map(Arc::from));
        } else if let Some((account, region)) = keys::heard_of(pk) {
            let hour = sk
                .parse::<i64>()
                .ok()
                .map(|hour| Moment::from_epoch_seconds(hour.saturating_mul(3_600)));
            self.hours
                .extend(hour.map(|hour| (account, Arc::from(region), hour)));
        } else if let Some(account) = pk
            .strip_prefix("regions#")
            .and_then(|account| account.parse().ok())
        {
            match keys::iam_region(sk) {
                Some(region) => self.iam.insert((account, Arc::from(region))),
                None => self.logs.insert((account, Arc::from(sk))),
            };
        }
    }

    /// Notes that it matters whether an account's logs have a gap between two moments.
    pub(super) fn want(&mut self, account: AccountId, from: Moment, to: Moment) {
        let known = self.periods.entry(account).or_insert((from, to));
        *known = (known.0.min(from), known.1.max(to));
    }

    /// Where to look for the hours, in the Regions in which the accounts' IAM events are or may be
    /// recorded.
    pub(super) fn questions(&self) -> Vec<(String, KeyRange)> {
        let matters = |log: &&(AccountId, Arc<str>)| {
            may_record_iam(&log.1) || self.iam.contains(*log) || self.iam_of_any.contains(&log.1)
        };
        let question = |(account, region): &(AccountId, Arc<str>)| {
            let (from, to) = self.periods.get(account)?;
            let hours = KeyRange {
                from: keys::hour(*from),
                to: keys::hour(*to),
            };
            Some((keys::heard(*account, region), hours))
        };
        let logs = self.logs.iter().filter(matters);
        logs.filter_map(question).collect()
    }

    /// Adds this knowledge to `world`.
    pub(super) fn add_to_world(&self, world: &mut World) {
        for (account, region) in &self.logs {
            world.hear_of_log(*account, region);
        }
        for (account, region, hour) in &self.hours {
            world.hear_of(*account, region, *hour);
        }
        for (account, region) in &self.iam {
            world.hear_of_iam(Some(*account), region);
        }
        for region in &self.iam_of_any {
            world.hear_of_iam(None, region);
        }
    }
}

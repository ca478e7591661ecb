//! From which Regions of an account records arrived, when, and where IAM's events are recorded.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::partition::may_record_iam;
use rolewatch_guard::roster::CenterLog;
use rolewatch_guard::world::World;

use super::keys;
use crate::port::{KeyRange, Table, TableKind, Trouble};
use crate::time::DAY_OR_TWO;
use rolewatch_guard::time::HOUR;

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
    /// The periods that matter of the logs of Identity Center.
    center: BTreeMap<(AccountId, Arc<str>), CenterPeriod>,
}

/// A period of a Region's log.
#[derive(Debug, Clone, Copy)]
struct CenterPeriod {
    from: Moment,
    to: Moment,
    /// The nearest records before and after it matter too.
    whole_gaps: bool,
    /// The hours near it were asked for.
    asked: bool,
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
    pub(super) fn questions(&mut self) -> Vec<(String, KeyRange)> {
        let mut center = self.center_questions();
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
        center.extend(logs.filter_map(question));
        center
    }

    /// Notes that it matters whether a log of Identity Center has a gap.
    pub(super) fn want_center(&mut self, log: &CenterLog) {
        let key = (log.account, Arc::clone(&log.region));
        let wanted = CenterPeriod {
            from: log.from,
            to: log.to,
            whole_gaps: log.whole_gaps,
            asked: false,
        };
        let known = self.center.entry(key).or_insert(wanted);
        if known.from <= log.from && log.to <= known.to && (known.whole_gaps || !log.whole_gaps) {
            return;
        }
        *known = CenterPeriod {
            from: known.from.min(log.from),
            to: known.to.max(log.to),
            whole_gaps: known.whole_gaps || log.whole_gaps,
            asked: false,
        };
    }

    /// Where to look for the hours of Identity Center's logs: near the period first, and where
    /// nothing was heard there, everywhere.
    fn center_questions(&mut self) -> Vec<(String, KeyRange)> {
        let mut questions = Vec::new();
        for ((account, region), period) in &mut self.center {
            let pk = keys::heard(*account, region);
            let margin = if period.whole_gaps { DAY_OR_TWO } else { 0 };
            let near = KeyRange {
                from: keys::hour(period.from.plus_seconds(-margin)),
                to: keys::hour(period.to.plus_seconds(margin)),
            };
            if !std::mem::replace(&mut period.asked, true) {
                questions.push((pk, near));
                continue;
            }
            if !period.whole_gaps {
                continue;
            }
            let mut heard = self
                .hours
                .iter()
                .filter(|(of, in_region, _)| of == account && in_region == region)
                .map(|(_, _, hour)| *hour);
            let is_before = |hour: Moment| hour <= period.from;
            let is_after = |hour: Moment| hour.plus_seconds(HOUR) > period.to;
            if !heard.clone().any(is_before) {
                let from = String::new();
                questions.push((
                    pk.clone(),
                    KeyRange {
                        from,
                        to: near.from,
                    },
                ));
            }
            if !heard.any(is_after) {
                let to = String::new();
                questions.push((pk, KeyRange { from: near.to, to }));
            }
        }
        questions
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

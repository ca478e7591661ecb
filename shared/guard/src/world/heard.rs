//! Of which accounts and Regions anything was heard, hour by hour, and where IAM's events are
//! recorded.
//!
//! Each partition of AWS records IAM's events in one of its Regions. Only silence there can hide a
//! change of membership. The logs show which Region that is: whatever IAM recorded is recorded
//! there.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::id::AccountId;
use crate::moment::{Moment, Span};
use crate::partition::{GLOBAL, KNOWN, KnownPartition};
use crate::seen::Service;
use crate::time::HOUR;

/// What a Region's log holds of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// A use of an elevated role's session. Not all of a service's log is read, so its silence
    /// would prove nothing.
    Use,
    /// A record of STS, sign-in, IAM or SSO.
    Identity,
    /// A record of IAM: this is a Region in which IAM's events are recorded.
    Iam,
}

impl Log {
    /// What a record of a service tells of the log of the Region in which it was recorded.
    pub fn of(service: Service, region: &str) -> Self {
        match service {
            // Until 2021 events of global services bore `global` in place of a Region. They show
            // that a log is there, not where it is.
            Service::Iam if region != GLOBAL => Self::Iam,
            Service::Iam | Service::Sts | Service::SignIn | Service::Sso => Self::Identity,
            // The directory is in one account and Region. Its silence elsewhere says nothing, and
            // no rule asks about it yet.
            Service::Directory | Service::SsoOauth | Service::Other => Self::Use,
        }
    }
}

/// Everything that was heard, of every account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeardLogs {
    accounts: BTreeMap<AccountId, OfAccount>,
    /// Where any account's IAM events were recorded.
    iam: BTreeSet<Arc<str>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OfAccount {
    regions: BTreeMap<Arc<str>, Hours>,
    /// Where this account's IAM events were recorded.
    iam: BTreeSet<Arc<str>>,
}

/// Hours: of each day since 1970, a bit for each of its 24.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Hours(BTreeMap<i64, u32>);

impl Hours {
    fn add(&mut self, time: Moment) {
        let hour = time.epoch_seconds().div_euclid(HOUR);
        // A bit an hour: years of logs of many accounts and Regions fit into little, and joining is
        // an OR, so it knows no order.
        *self.0.entry(hour.div_euclid(24)).or_default() |= 1 << hour.rem_euclid(24);
    }

    fn join(&mut self, other: Self) {
        for (day, hours) in other.0 {
            *self.0.entry(day).or_default() |= hours;
        }
    }

    /// Of those from one moment to another, the first second, in order.
    fn between(&self, from: Moment, to: Moment) -> impl Iterator<Item = Moment> {
        let hour = |moment: Moment| moment.epoch_seconds().div_euclid(HOUR);
        let (from, to) = (hour(from), hour(to));
        let days = self.0.range(from.div_euclid(24)..=to.div_euclid(24));
        let hours = days.flat_map(|(day, hours)| {
            let of_day = (0..24).filter(move |hour| (hours >> hour) & 1 == 1);
            of_day.map(move |hour| day * 24 + hour)
        });
        hours
            .filter(move |hour| (from..=to).contains(hour))
            .map(|hour| Moment::from_epoch_seconds(hour * HOUR))
    }
}

impl HeardLogs {
    /// That a Region's log holds a record of an account.
    pub(crate) fn hear(&mut self, account: AccountId, region: &Arc<str>, log: Log, time: Moment) {
        let of_account = self.accounts.entry(account).or_default();
        if log == Log::Iam {
            if !of_account.iam.contains(region) {
                of_account.iam.insert(Arc::clone(region));
            }
            if !self.iam.contains(region) {
                self.iam.insert(Arc::clone(region));
            }
        }
        // Not `entry`: that would copy the name for each of millions of records.
        let hours = match of_account.regions.get_mut(region) {
            Some(hours) => hours,
            None => of_account.regions.entry(Arc::clone(region)).or_default(),
        };
        if log != Log::Use {
            hours.add(time);
        }
    }

    /// That an account has a log in a Region, where only that is known.
    pub(crate) fn visit(&mut self, account: AccountId, region: &Arc<str>) {
        self.accounts
            .entry(account)
            .or_default()
            .regions
            .entry(Arc::clone(region))
            .or_default();
    }

    /// That IAM's events are recorded in a Region: of this account, or of somebody.
    pub(crate) fn learn(&mut self, account: Option<AccountId>, region: &Arc<str>) {
        if let Some(account) = account {
            self.accounts
                .entry(account)
                .or_default()
                .iam
                .insert(Arc::clone(region));
        }
        self.iam.insert(Arc::clone(region));
    }

    pub(super) fn join(&mut self, other: Self) {
        self.iam.extend(other.iam);
        for (account, theirs) in other.accounts {
            let ours = self.accounts.entry(account).or_default();
            ours.iam.extend(theirs.iam);
            for (region, hours) in theirs.regions {
                ours.regions.entry(region).or_default().join(hours);
            }
        }
    }

    /// The Regions in which an account's IAM events are recorded; empty if nothing shows that.
    ///
    /// Mostly it is one. Where there are more, a change may be in any of them, so none may be
    /// silent. What AWS says of the partitions that it has today counts beside the logs: a
    /// record in an odd place must not make up for silence where the events are.
    pub(crate) fn iam_regions(
        &self,
        account: AccountId,
        partition: Option<&str>,
    ) -> BTreeSet<&str> {
        let of_account = self.accounts.get(&account);
        let is_heard =
            |region: &str| of_account.is_some_and(|heard| heard.regions.contains_key(region));
        let known = KNOWN.iter().filter(|known| match partition {
            Some(partition) => known.partition == partition,
            // No two partitions have a Region in common.
            None => is_heard(known.iam_region),
        });
        let seen = of_account
            .into_iter()
            .flat_map(|heard| &heard.iam)
            .map(|region| &**region);
        let own: BTreeSet<&str> = known
            .map(|KnownPartition { iam_region, .. }| *iam_region)
            .chain(seen)
            .collect();
        if !own.is_empty() {
            return own;
        }
        // The others' Region is this account's too, if it is one of the same partition: then the
        // account has a log there.
        self.iam
            .iter()
            .map(|region| &**region)
            .filter(|region| is_heard(region))
            .collect()
    }

    /// The first silence of a Region's log about an account between two moments that is longer than
    /// `longest`.
    pub(crate) fn silence(
        &self,
        account: AccountId,
        region: &str,
        (from, to): (Moment, Moment),
        longest: Span,
    ) -> Option<(Moment, Moment)> {
        let mut last = from;
        for hour in self.hours(account, region).between(from, to) {
            // An hour that was heard from counts to its last second, so silence is never overstated
            // because records are only known by the hour.
            if hour.seconds_since(last) > longest.seconds() {
                return Some((last, hour));
            }
            last = last.max(hour.plus_seconds(HOUR - 1));
        }
        (to.seconds_since(last) > longest.seconds()).then_some((last, to))
    }

    /// The hours in which a Region's log was heard of.
    fn hours(&self, account: AccountId, region: &str) -> Cow<'_, Hours> {
        let regions = self.accounts.get(&account).map(|heard| &heard.regions);
        let of = |region: &str| regions.and_then(|regions| regions.get(region));
        // Old records under `global` are IAM's too, wherever the Region is today.
        match (of(region), of(GLOBAL)) {
            (Some(hours), None) | (None, Some(hours)) => Cow::Borrowed(hours),
            (Some(hours), Some(global)) => {
                let mut both = hours.clone();
                both.join(global.clone());
                Cow::Owned(both)
            }
            (None, None) => Cow::Owned(Hours::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    type Told = (u8, u8, u8, i64);

    fn heard(told: &[Told]) -> HeardLogs {
        let mut heard = HeardLogs::default();
        for (account, region, log, hour) in told {
            let log = [Log::Use, Log::Identity, Log::Iam][usize::from(*log)];
            let region: Arc<str> =
                Arc::from(["us-east-1", "nova-lyra-2", GLOBAL][usize::from(*region)]);
            heard.hear(
                account_of(*account),
                &region,
                log,
                Moment::from_epoch_seconds(hour * HOUR),
            );
        }
        heard
    }

    fn account_of(number: u8) -> AccountId {
        format!("{number}").repeat(12).parse().unwrap()
    }

    fn told() -> impl Strategy<Value = Vec<Told>> {
        prop::collection::vec((1..4_u8, 0..3_u8, 0..3_u8, -60..60_i64), 0..12)
    }

    fn joined(mut a: HeardLogs, b: HeardLogs) -> HeardLogs {
        a.join(b);
        a
    }

    proptest! {
        #[test]
        fn joining_knows_no_order_and_no_repetition(a in told(), b in told(), c in told()) {
            let (x, y, z) = (heard(&a), heard(&b), heard(&c));
            prop_assert_eq!(joined(x.clone(), y.clone()), joined(y.clone(), x.clone()));
            prop_assert_eq!(joined(joined(x.clone(), y.clone()), z.clone()), joined(x.clone(), joined(y.clone(), z)));
            prop_assert_eq!(joined(x.clone(), x.clone()), x.clone());
            prop_assert_eq!(joined(x, y), heard(&[a, b].concat()), "as if all of it had been told to one");
        }

        #[test]
        fn silence_is_found_where_hours_are_far_apart(hours in prop::collection::btree_set(-80..80_i64, 0..12), from in -80..0_i64, length in 0..160_i64) {
            let told: Vec<Told> = hours.iter().map(|hour| (1, 0, 1, *hour)).collect();
            let (from, to) = (from * HOUR, (from + length) * HOUR);
            let moment = Moment::from_epoch_seconds;
            let found = heard(&told).silence(account_of(1), "us-east-1", (moment(from), moment(to)), Span::from_seconds(24 * HOUR));
            // The ends of the way, and the beginning and the last second of each hour on it.
            let edges: Vec<i64> = hours.iter().map(|hour| hour * HOUR).filter(|begin| (from..=to).contains(begin)).collect();
            let ends = std::iter::once(from).chain(edges.iter().map(|begin| begin + HOUR - 1));
            let begins = edges.iter().copied().chain([to]);
            let longest = ends.zip(begins).map(|(end, begin)| begin - end).max().unwrap_or_default();
            prop_assert_eq!(found.is_some(), longest > 24 * HOUR, "{:?}", found);
        }
    }

    #[test]
    fn a_use_shows_that_there_is_a_log_and_no_more() {
        let used = heard(&[(1, 1, 0, 0), (2, 1, 2, 0)]);
        assert_eq!(
            used.iam_regions(account_of(1), Some("aws-nova")),
            BTreeSet::from(["nova-lyra-2"])
        );
        let (from, to) = (
            Moment::from_epoch_seconds(-20 * HOUR),
            Moment::from_epoch_seconds(20 * HOUR),
        );
        assert!(
            used.silence(
                account_of(1),
                "nova-lyra-2",
                (from, to),
                Span::from_seconds(24 * HOUR)
            )
            .is_some()
        );
        assert!(
            used.silence(
                account_of(2),
                "nova-lyra-2",
                (from, to),
                Span::from_seconds(24 * HOUR)
            )
            .is_none()
        );
    }

    #[test]
    fn what_is_known_of_a_partition_is_required_beside_what_the_logs_show() {
        let odd = heard(&[(1, 1, 2, 0), (1, 0, 1, 0)]);
        let both = BTreeSet::from(["nova-lyra-2", "us-east-1"]);
        assert_eq!(odd.iam_regions(account_of(1), Some("aws")), both);
        assert_eq!(
            odd.iam_regions(account_of(1), None),
            both,
            "the account is heard from in a Region of `aws`"
        );
        assert_eq!(
            odd.iam_regions(account_of(1), Some("aws-nova")),
            BTreeSet::from(["nova-lyra-2"])
        );
        assert_eq!(
            Log::of(Service::Iam, GLOBAL),
            Log::Identity,
            "`global` is not a Region"
        );
    }
}

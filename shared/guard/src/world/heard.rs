//! The hours in which records about each account arrived from each Region, and the Regions where
//! IAM events are recorded.
//!
//! Each partition of AWS records IAM events in one of its Regions. Only silence in that Region can
//! hide a change of membership. The logs show which Region it is: the one with IAM's records.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::id::AccountId;
use crate::moment::{Moment, Span};
use crate::partition::{GLOBAL, KNOWN, KnownPartition};
use crate::seen::Service;
use crate::time::HOUR;

/// What a Region's log contains about an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// A use of an elevated role's session. Only a part of a service's log is read, so its silence
    /// wouldn't prove anything.
    Use,
    /// A record of STS, sign-in, IAM or SSO.
    Identity,
    /// A record of IAM, so IAM events are recorded in this Region.
    Iam,
}

impl Log {
    /// What a service's record shows about the log of the Region that recorded it.
    pub fn for_service(service: Service, region: &str) -> Self {
        match service {
            // Until 2021, events of global services had `global` as their Region. They show that
            // there is a log, but not where.
            Service::Iam if region != GLOBAL => Self::Iam,
            Service::Iam
            | Service::Sts
            | Service::SignIn
            | Service::Sso
            | Service::SsoOauth
            | Service::Directory => Self::Identity,
            Service::Other => Self::Use,
        }
    }
}

/// What was heard of every account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HeardLogs {
    accounts: BTreeMap<AccountId, OfAccount>,
    /// The Regions in which any account's IAM events were recorded.
    iam: BTreeSet<Arc<str>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct OfAccount {
    regions: BTreeMap<Arc<str>, Hours>,
    /// The Regions in which this account's IAM events were recorded.
    iam: BTreeSet<Arc<str>>,
}

/// A set of hours: for each day since 1970, one bit for each of its 24 hours.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Hours(BTreeMap<i64, u32>);

impl Hours {
    fn add(&mut self, time: Moment) {
        let hour = time.epoch_seconds().div_euclid(HOUR);
        // With one bit per hour, years of logs of many accounts and Regions need little memory, and
        // joining is an OR, which doesn't depend on order.
        *self.0.entry(hour.div_euclid(24)).or_default() |= 1 << hour.rem_euclid(24);
    }

    fn join(&mut self, other: Self) {
        for (day, hours) in other.0 {
            *self.0.entry(day).or_default() |= hours;
        }
    }

    /// The first second of the last hour that doesn't begin after a moment.
    fn last_up_to(&self, moment: Moment) -> Option<Moment> {
        let hour = moment.epoch_seconds().div_euclid(HOUR);
        let mut days = self.0.range(..=hour.div_euclid(24)).rev();
        days.find_map(|(day, hours)| {
            let of_day = (0..24).rev().filter(|hour| (hours >> hour) & 1 == 1);
            of_day
                .map(|known| day * 24 + known)
                .find(|known| *known <= hour)
        })
        .map(|hour| Moment::from_epoch_seconds(hour * HOUR))
    }

    /// The first second of the first hour that doesn't end before a moment.
    fn first_from(&self, moment: Moment) -> Option<Moment> {
        let hour = moment.epoch_seconds().div_euclid(HOUR);
        let mut days = self.0.range(hour.div_euclid(24)..);
        days.find_map(|(day, hours)| {
            let of_day = (0..24).filter(|hour| (hours >> hour) & 1 == 1);
            of_day
                .map(|known| day * 24 + known)
                .find(|known| *known >= hour)
        })
        .map(|hour| Moment::from_epoch_seconds(hour * HOUR))
    }

    /// The first second of each hour from one moment to another, in order.
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
    /// Notes that a Region's log has a record about an account.
    pub(crate) fn note_heard(
        &mut self,
        account: AccountId,
        region: &Arc<str>,
        log: Log,
        time: Moment,
    ) {
        let of_account = self.accounts.entry(account).or_default();
        if log == Log::Iam {
            if !of_account.iam.contains(region) {
                of_account.iam.insert(Arc::clone(region));
            }
            if !self.iam.contains(region) {
                self.iam.insert(Arc::clone(region));
            }
        }
        // `entry` would copy the name for each of millions of records.
        let hours = match of_account.regions.get_mut(region) {
            Some(hours) => hours,
            None => of_account.regions.entry(Arc::clone(region)).or_default(),
        };
        if log != Log::Use {
            hours.add(time);
        }
    }

    /// Notes that an account has a log in a Region, if nothing more is known.
    pub(crate) fn note_region(&mut self, account: AccountId, region: &Arc<str>) {
        self.accounts
            .entry(account)
            .or_default()
            .regions
            .entry(Arc::clone(region))
            .or_default();
    }

    /// Notes that IAM events of this account, or of any account, are recorded in a Region.
    pub(crate) fn note_iam_region(&mut self, account: Option<AccountId>, region: &Arc<str>) {
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
    /// Usually there is one. If there are more, a change may be in any of them, so none of them may
    /// be silent. What AWS documents about today's partitions is used as well as the logs: a record
    /// in an unexpected Region must not make up for silence in the right one.
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
            // No two partitions share a Region.
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
        // The Region of other accounts' IAM events counts for this account too if it's in the same
        // partition, which is the case if this account has a log there.
        self.iam
            .iter()
            .map(|region| &**region)
            .filter(|region| is_heard(region))
            .collect()
    }

    /// The first period between two moments that is longer than `longest` and has no record of the
    /// account in a Region's log.
    pub(crate) fn silence(
        &self,
        account: AccountId,
        region: &str,
        (from, to): (Moment, Moment),
        longest: Span,
    ) -> Option<(Moment, Moment)> {
        let mut last = from;
        for hour in self.hours_heard(account, region).between(from, to) {
            // An hour with a record counts up to its last second, so that the silence isn't
            // overstated because only hours are stored.
            if hour.seconds_since(last) > longest.seconds() {
                return Some((last, hour));
            }
            last = last.max(hour.plus_seconds(HOUR - 1));
        }
        (to.seconds_since(last) > longest.seconds()).then_some((last, to))
    }

    /// A window made wider, up to the nearest hours before and after it in which the Region's log
    /// was heard. Where nothing was heard before or after it, its own end stays. `None`: nothing
    /// was ever heard.
    pub(crate) fn wider(
        &self,
        account: AccountId,
        region: &str,
        (from, to): (Moment, Moment),
    ) -> Option<(Moment, Moment)> {
        let hours = self.hours_heard(account, region);
        if hours.0.is_empty() {
            return None;
        }
        // The hour that was heard counts to its last second.
        let (before, after) = (hours.last_up_to(from), hours.first_from(to));
        Some((
            before.map_or(from, |hour| from.min(hour.plus_seconds(HOUR - 1))),
            after.map_or(to, |hour| to.max(hour)),
        ))
    }

    /// The hours in which a Region's log had a record of the account.
    fn hours_heard(&self, account: AccountId, region: &str) -> Cow<'_, Hours> {
        let regions = self.accounts.get(&account).map(|heard| &heard.regions);
        let of = |region: &str| regions.and_then(|regions| regions.get(region));
        // Old records under `global` are IAM's too, whichever Region IAM uses today.
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

    fn heard_logs(told: &[Told]) -> HeardLogs {
        let mut heard = HeardLogs::default();
        for (account, region, log, hour) in told {
            let log = [Log::Use, Log::Identity, Log::Iam][usize::from(*log)];
            let region: Arc<str> =
                Arc::from(["us-east-1", "nova-lyra-2", GLOBAL][usize::from(*region)]);
            heard.note_heard(
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

    fn told_strategy() -> impl Strategy<Value = Vec<Told>> {
        prop::collection::vec((1..4_u8, 0..3_u8, 0..3_u8, -60..60_i64), 0..12)
    }

    fn joined(mut a: HeardLogs, b: HeardLogs) -> HeardLogs {
        a.join(b);
        a
    }

    proptest! {
        #[test]
        fn joining_knows_no_order_and_no_repetition(a in told_strategy(), b in told_strategy(), c in told_strategy()) {
            let (x, y, z) = (heard_logs(&a), heard_logs(&b), heard_logs(&c));
            prop_assert_eq!(joined(x.clone(), y.clone()), joined(y.clone(), x.clone()));
            prop_assert_eq!(joined(joined(x.clone(), y.clone()), z.clone()), joined(x.clone(), joined(y.clone(), z)));
            prop_assert_eq!(joined(x.clone(), x.clone()), x.clone());
            prop_assert_eq!(joined(x, y), heard_logs(&[a, b].concat()), "as if all of it had been told to one");
        }

        #[test]
        fn silence_is_found_where_hours_are_far_apart(hours in prop::collection::btree_set(-80..80_i64, 0..12), from in -80..0_i64, length in 0..160_i64) {
            let told: Vec<Told> = hours.iter().map(|hour| (1, 0, 1, *hour)).collect();
            let (from, to) = (from * HOUR, (from + length) * HOUR);
            let moment = Moment::from_epoch_seconds;
            let found = heard_logs(&told).silence(account_of(1), "us-east-1", (moment(from), moment(to)), Span::from_seconds(24 * HOUR));
            // The ends of the range, and the first and last second of each hour in it.
            let edges: Vec<i64> = hours.iter().map(|hour| hour * HOUR).filter(|begin| (from..=to).contains(begin)).collect();
            let ends = std::iter::once(from).chain(edges.iter().map(|begin| begin + HOUR - 1));
            let begins = edges.iter().copied().chain([to]);
            let longest = ends.zip(begins).map(|(end, begin)| begin - end).max().unwrap_or_default();
            prop_assert_eq!(found.is_some(), longest > 24 * HOUR, "{:?}", found);
        }
    }

    #[test]
    fn a_use_shows_that_there_is_a_log_and_no_more() {
        let used = heard_logs(&[(1, 1, 0, 0), (2, 1, 2, 0)]);
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
        let odd = heard_logs(&[(1, 1, 2, 0), (1, 0, 1, 0)]);
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
            Log::for_service(Service::Iam, GLOBAL),
            Log::Identity,
            "`global` is not a Region"
        );
    }
}

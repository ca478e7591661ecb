//! The uses of one session, reduced to the first and the last one of each quarter of an hour.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::calls::CallSample;
use crate::arn::RoleArn;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::seen::{RecordAbout, StoreUser, Use};

/// What all uses of one set of credentials have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionKey {
    /// `AROA…:session`.
    pub session: Arc<str>,
    /// `creationDate`.
    pub created: Option<Moment>,
    /// The access key that signed.
    pub key: Option<Arc<str>>,
}

impl SessionKey {
    pub(super) fn map_strings(self, mut keep: impl FnMut(Arc<str>) -> Arc<str>) -> Self {
        Self {
            session: keep(self.session),
            created: self.created,
            key: self.key.map(keep),
        }
    }
}

/// A use. Uses are ordered by time, then by record.
#[derive(Debug, Clone)]
pub struct UseAt {
    /// `eventTime`.
    pub time: Moment,
    /// The record.
    pub record: RecordKey,
    /// The call's name, and where it came from.
    pub about: Arc<RecordAbout>,
}

impl PartialEq for UseAt {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for UseAt {}

impl PartialOrd for UseAt {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UseAt {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.time, &self.record).cmp(&(other.time, &other.record))
    }
}

/// The first and last use, and those between them that are kept. Equal times are ordered by id, so
/// the result doesn't depend on order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseFold {
    /// The first use and its record.
    pub first: UseAt,
    /// The last use and its record.
    pub last: UseAt,
    /// Of each quarter of an hour, the first and the last use, unless they are the fields above.
    /// Sorted. This shows whether the session was used between two moments, in limited memory.
    between: Vec<UseAt>,
    /// The role: the smallest ARN seen.
    pub role: RoleArn,
    /// Whether any use showed that AWS gave the session to a workload.
    pub delivered_by_service: bool,
    /// Whether any use showed that `aws login` or an agent works with the session.
    pub by_login: bool,
    /// The people in Identity Center that uses named, limited to the smallest few. Two already
    /// contradict each other, and the smallest of a union don't depend on its order.
    pub people: BTreeSet<StoreUser>,
    /// The calls that were made.
    pub calls: CallSample,
}

/// The quarter of an hour of a moment, counted from 1970. Of the uses of a session in each, only
/// the first and the last are kept.
pub fn quarter_of_hour(time: Moment) -> i64 {
    time.epoch_seconds().div_euclid(15 * 60)
}

fn quarter(at: &UseAt) -> i64 {
    quarter_of_hour(at.time)
}

/// The number of people that are kept for one session.
const PEOPLE_KEPT: usize = 4;

impl UseFold {
    pub(super) fn from_use(
        used: Use,
        record: &RecordKey,
        about: &Arc<RecordAbout>,
    ) -> (SessionKey, Self) {
        let at = UseAt {
            time: used.time,
            record: record.clone(),
            about: Arc::clone(about),
        };
        let calls = CallSample::of_use(&used, &at);
        let key = SessionKey {
            session: used.session,
            created: used.created,
            key: used.key,
        };
        (
            key,
            Self {
                first: at.clone(),
                last: at,
                between: Vec::new(),
                role: used.role,
                delivered_by_service: used.delivered_by_service,
                by_login: used.login.is_some(),
                people: used.on_behalf_of.into_iter().collect(),
                calls,
            },
        )
    }

    /// The uses that are kept, by time.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &UseAt> {
        let ends = (self.first != self.last).then_some(&self.last);
        std::iter::once(&self.first)
            .chain(&self.between)
            .chain(ends)
    }

    fn keep(&mut self, at: UseAt) {
        // The usual case: the next record of a session.
        let previous = self.between.last().unwrap_or(&self.first);
        if at > self.last && self.last != self.first && quarter(previous) == quarter(&at) {
            self.last = at;
            return;
        }
        let mut kept: Vec<UseAt> = self.kept().cloned().collect();
        match kept.binary_search(&at) {
            Err(place) => kept.insert(place, at),
            // Copies may differ in what they say about the call. The greatest one is kept, so the
            // order has no effect.
            Ok(place) => match kept.get_mut(place) {
                Some(known) if known.about < at.about => *known = at,
                _ => return,
            },
        }
        self.set_kept(&kept);
    }

    /// Takes over uses, sorted and each once, and leaves out what isn't kept.
    fn set_kept(&mut self, uses: &[UseAt]) {
        let mut kept: Vec<UseAt> = Vec::with_capacity(uses.len());
        for of_quarter in uses.chunk_by(|one, next| quarter(one) == quarter(next)) {
            let (first, rest) = (of_quarter.first(), of_quarter.get(1..).unwrap_or_default());
            kept.extend(first.into_iter().chain(rest.last()).cloned());
        }
        let mut between = kept.into_iter();
        if let Some(first) = between.next() {
            self.last = between.next_back().unwrap_or_else(|| first.clone());
            self.first = first;
            self.between = between.collect();
        }
    }

    pub(crate) fn join(&mut self, other: Self) {
        for at in other.kept() {
            self.keep(at.clone());
        }
        if other.role < self.role {
            self.role = other.role;
        }
        self.delivered_by_service |= other.delivered_by_service;
        self.by_login |= other.by_login;
        self.calls.join(other.calls);
        self.people.extend(other.people);
        while self.people.len() > PEOPLE_KEPT {
            self.people.pop_last();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::EventId;

    fn used(second: i64, number: u8) -> UseAt {
        let record = RecordKey {
            account: "444455556666".parse().unwrap(),
            event: EventId::Uuid([number; 16]),
        };
        UseAt {
            time: Moment::from_epoch_seconds(second),
            record,
            about: Arc::new(RecordAbout {
                name: Arc::from("ListBuckets"),
                region: None,
                source_ip: None,
                user_agent: None,
            }),
        }
    }

    fn fold(uses: &[UseAt]) -> UseFold {
        let mut folds = uses.iter().map(|at| UseFold {
            first: at.clone(),
            last: at.clone(),
            between: Vec::new(),
            role: RoleArn::parse("arn:aws:iam::444455556666:role/UpdateApp").unwrap(),
            delivered_by_service: false,
            by_login: false,
            people: BTreeSet::new(),
            calls: CallSample::default(),
        });
        let mut all = folds.next().unwrap();
        folds.for_each(|one| all.join(one));
        all
    }

    proptest! {
        #[test]
        fn the_first_and_last_of_each_quarter_are_kept_in_any_order(
            mut uses in prop::collection::vec((0_i64..9_000, any::<u8>()).prop_map(|(second, number)| used(second, number)), 1..40),
            split in 0_usize..40,
            order in any::<prop::sample::Index>(),
        ) {
            let all = fold(&uses);
            let (one, other) = uses.split_at(split.min(uses.len() - 1).max(1).min(uses.len()));
            let mut joined = fold(one);
            if !other.is_empty() {
                joined.join(fold(other));
            }
            prop_assert_eq!(&joined, &all);
            joined.join(all.clone());
            prop_assert_eq!(&joined, &all, "a repetition changes nothing");
            let middle = order.index(uses.len());
            uses.rotate_left(middle);
            prop_assert_eq!(&fold(&uses), &all);
            uses.sort();
            let ends = |of_quarter: &[UseAt]| {
                BTreeSet::from([of_quarter[0].clone(), of_quarter[of_quarter.len() - 1].clone()])
            };
            let expected: Vec<UseAt> = uses
                .chunk_by(|one, next| quarter(one) == quarter(next))
                .flat_map(ends)
                .collect();
            prop_assert_eq!(all.kept().cloned().collect::<Vec<_>>(), expected);
        }
    }
}

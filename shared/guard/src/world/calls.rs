//! The calls of one session, counted so that no record counts twice and memory stays limited.
//!
//! Up to [`KEPT`] calls, the counts are exact. Of more calls, those with the smallest hashes are
//! kept: a random sample that doesn't depend on the order, repetition or splitting of the records.
//! The counts are then estimated from the sample.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::uses::UseAt;
use crate::finding::CallCount;
use crate::seen::{RecordAbout, Use};
use crate::untrusted::harmless;

/// The most calls that are kept of one session.
const KEPT: usize = 256;

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Call {
    /// The hash of the record's id.
    hash: u64,
    about: Arc<RecordAbout>,
    write: bool,
    failed: bool,
}

/// A sample of the calls of a session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallSample {
    /// Sorted by hash, each hash once, at most [`KEPT`].
    calls: Vec<Call>,
    /// Whether there were more calls than are kept.
    more: bool,
}

/// How many calls there were.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CallTotals {
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) errors: u64,
    pub(crate) estimated: bool,
    /// By name, and whether the call may have changed something.
    by_name: BTreeMap<(bool, String), u64>,
}

impl CallSample {
    pub(super) fn of_use(used: &Use, at: &UseAt) -> Self {
        let mut hasher = DefaultHasher::new();
        at.record.hash(&mut hasher);
        Self {
            calls: vec![Call {
                hash: hasher.finish(),
                about: Arc::clone(&at.about),
                write: !used.read_only,
                failed: used.failed,
            }],
            more: false,
        }
    }

    /// INVARIANT (order): the smallest hashes of a union don't depend on the order of joining. Of
    /// copies that differ, the greatest is kept.
    pub(super) fn join(&mut self, other: Self) {
        for call in other.calls {
            self.add(call);
        }
        self.more |= other.more;
    }

    fn add(&mut self, call: Call) {
        match self
            .calls
            .binary_search_by_key(&call.hash, |known| known.hash)
        {
            Ok(at) => {
                if let Some(known) = self.calls.get_mut(at)
                    && *known < call
                {
                    *known = call;
                }
            }
            Err(at) if at < KEPT => {
                self.calls.insert(at, call);
                if self.calls.len() > KEPT {
                    self.calls.pop();
                    self.more = true;
                }
            }
            Err(_) => self.more = true,
        }
    }

    /// How many calls each kept one stands for, in thousandths: 1,000 if the counts are exact.
    fn weight(&self) -> u64 {
        let largest = self.calls.last().map_or(0, |call| call.hash);
        if !self.more || largest == 0 {
            return 1_000;
        }
        // The hashes are spread evenly, so the largest of `k` is at the fraction `k / n` of all
        // values, for `n` calls.
        let whole = u128::from(u64::MAX) * 1_000 / u128::from(largest);
        u64::try_from(whole).unwrap_or(u64::MAX)
    }
}

impl CallTotals {
    /// Adds the calls of one session.
    pub(crate) fn add(&mut self, sample: &CallSample) {
        let weight = sample.weight();
        self.estimated |= sample.more;
        let mut by_name: BTreeMap<(bool, &str), u64> = BTreeMap::new();
        let (mut reads, mut writes, mut errors) = (0, 0, 0);
        for call in &sample.calls {
            if call.write {
                writes += 1;
            } else {
                reads += 1;
            }
            errors += u64::from(call.failed);
            *by_name.entry((call.write, &call.about.name)).or_default() += 1;
        }
        let scaled = |count: u64| count.saturating_mul(weight) / 1_000;
        self.reads += scaled(reads);
        self.writes += scaled(writes);
        self.errors += scaled(errors);
        for ((write, name), count) in by_name {
            *self.by_name.entry((write, harmless(name))).or_default() += scaled(count);
        }
    }

    /// The most frequent calls, writes before reads.
    pub(crate) fn calls(self) -> Vec<CallCount> {
        CallCount::most_frequent(self.by_name)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(number: u64) -> Call {
        let mut hasher = DefaultHasher::new();
        number.hash(&mut hasher);
        Call {
            hash: hasher.finish(),
            about: Arc::new(RecordAbout {
                name: Arc::from(if number.is_multiple_of(4) {
                    "PutObject"
                } else {
                    "ListBuckets"
                }),
                region: None,
                source_ip: None,
                user_agent: None,
            }),
            write: number.is_multiple_of(4),
            failed: number.is_multiple_of(8),
        }
    }

    fn sample(numbers: &[u64]) -> CallSample {
        let mut sample = CallSample::default();
        for number in numbers {
            sample.add(call(*number));
        }
        sample
    }

    fn totals(sample: &CallSample) -> CallTotals {
        let mut totals = CallTotals::default();
        totals.add(sample);
        totals
    }

    #[test]
    fn few_calls_are_counted_exactly() {
        let numbers: Vec<u64> = (0..100).collect();
        let totals = totals(&sample(&numbers));
        assert_eq!((totals.reads, totals.writes, totals.errors), (75, 25, 13));
        assert!(!totals.estimated);
        let calls: Vec<_> = totals
            .calls()
            .into_iter()
            .map(|call| (call.name, call.count))
            .collect();
        assert_eq!(
            calls,
            [("PutObject".to_owned(), 25), ("ListBuckets".to_owned(), 75)]
        );
    }

    #[test]
    fn many_calls_are_estimated_in_limited_memory() {
        let numbers: Vec<u64> = (0..20_000).collect();
        let sample = sample(&numbers);
        assert_eq!(sample.calls.len(), KEPT);
        let totals = totals(&sample);
        assert!(totals.estimated);
        let all = totals.reads + totals.writes;
        assert!((15_000..25_000).contains(&all), "{all}");
    }

    proptest! {
        #[test]
        fn order_repetition_and_splitting_change_nothing(
            mut numbers in prop::collection::vec(0_u64..2_000, 1..900),
            split in any::<prop::sample::Index>(),
        ) {
            let all = sample(&numbers);
            let (one, other) = numbers.split_at(split.index(numbers.len()));
            let mut joined = sample(other);
            joined.join(sample(one));
            prop_assert_eq!(&joined, &all);
            joined.join(all.clone());
            prop_assert_eq!(&joined, &all);
            numbers.reverse();
            prop_assert_eq!(&sample(&numbers), &all);
        }
    }
}

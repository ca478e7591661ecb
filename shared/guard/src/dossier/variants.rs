//! All readings of a switch whose records contradict each other.

use std::collections::BTreeMap;

use super::{Half, Switch};
use crate::id::RecordKey;

/// The most readings that are judged separately.
const MOST: usize = 64;

impl<'w> Switch<'w> {
    /// Every reading of this switch. `None` in the list is the reading in which the switch didn't
    /// happen. Without contradictions, there is one reading.
    ///
    /// Returns `None` if there are too many readings. `conflicting` has the number of readings of
    /// each record.
    pub(crate) fn readings(
        &self,
        conflicting: &BTreeMap<&RecordKey, usize>,
    ) -> Option<Vec<Option<Switch<'w>>>> {
        if self.conflicting.is_empty() {
            return Some(vec![Some(self.clone())]);
        }
        let mut readings: Vec<Vec<Half<'w>>> = vec![Vec::new()];
        let mut by_record: BTreeMap<&RecordKey, Vec<&Half<'w>>> = BTreeMap::new();
        for half in &self.halves {
            by_record.entry(half.record).or_default().push(half);
        }
        let (sure, doubtful): (Vec<_>, Vec<_>) = by_record
            .into_iter()
            .partition(|(record, _)| !conflicting.contains_key(record));
        for (record, copies) in doubtful {
            // In some readings the record isn't a half of this switch: it has another session or
            // key, or isn't a mint.
            let elsewhere = conflicting
                .get(record)
                .is_some_and(|all| *all > copies.len());
            if readings
                .len()
                .saturating_mul(copies.len() + usize::from(elsewhere))
                > MOST
            {
                // The numbers of readings multiply. So many never arise by accident, and doing it
                // on purpose must not stop the judgment.
                return None;
            }
            let mut next = Vec::new();
            for reading in &readings {
                for copy in &copies {
                    let mut with = reading.clone();
                    with.push((*copy).clone());
                    next.push(with);
                }
                if elsewhere {
                    next.push(reading.clone());
                }
            }
            readings = next;
        }
        for reading in &mut readings {
            reading.extend(
                sure.iter()
                    .flat_map(|(_, halves)| halves)
                    .map(|half| (*half).clone()),
            );
            // In the order in which halves were joined, so that a reading equals the switch that
            // these copies alone would have made.
            reading.sort_by(|a, b| {
                (a.mint.time, a.record, a.mint).cmp(&(b.mint.time, b.record, b.mint))
            });
        }
        Some(
            readings
                .into_iter()
                .map(|halves| self.with_halves(halves))
                .collect(),
        )
    }

    fn with_halves(&self, halves: Vec<Half<'w>>) -> Option<Self> {
        (!halves.is_empty() || !self.steps.is_empty() || self.used.is_some()).then(|| Self {
            halves,
            ..self.clone()
        })
    }
}

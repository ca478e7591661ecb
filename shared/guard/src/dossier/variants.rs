//! A switch whose records contradict each other, once for each way in which it could have been.

use std::collections::BTreeMap;

use super::{Half, Switch};
use crate::id::RecordKey;

/// More readings than this are not told apart.
const MOST: usize = 64;

impl<'w> Switch<'w> {
    /// Every reading of this switch; `None` is the reading in which it never was. One reading if
    /// nothing contradicts.
    ///
    /// `None` in place of the list: there are too many to tell. `conflicting` has the number of
    /// readings of each record.
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
            // Some readings of the record make no half of this switch: another session, another
            // key, no mint at all.
            let elsewhere = conflicting
                .get(record)
                .is_some_and(|all| *all > copies.len());
            if readings
                .len()
                .saturating_mul(copies.len() + usize::from(elsewhere))
                > MOST
            {
                // Readings multiply. Nobody makes so many by accident, and whoever does it on
                // purpose must not stop the judgement.
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
            // In the order in which halves were joined, so that a reading is what the switch would
            // have been if only these copies had come.
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

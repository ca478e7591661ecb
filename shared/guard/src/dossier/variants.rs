//! A switch whose records contradict each other, once for each way in which it could have been.

use std::collections::BTreeSet;

use super::{Half, Switch, in_force};
use crate::id::RecordKey;
use crate::world::World;

/// More contradictions than this are not told apart further.
const MOST: usize = 16;

impl<'w> Switch<'w> {
    /// Every reading of this switch; `None` is the reading in which it never was. One reading if nothing contradicts.
    pub(crate) fn readings(&self, world: &'w World) -> Vec<Option<Switch<'w>>> {
        if self.conflicting.is_empty() {
            return vec![Some(self.clone())];
        }
        let mut readings: Vec<Vec<Half<'w>>> = vec![Vec::new()];
        let mut done: BTreeSet<&RecordKey> = BTreeSet::new();
        for half in &self.halves {
            if !done.insert(half.record) {
                continue;
            }
            let copies: Vec<&Half<'w>> = self.halves.iter().filter(|other| other.record == half.record).collect();
            let in_all = world.records.get(half.record).map_or(1, |versions| in_force(versions).len());
            let elsewhere = in_all > copies.len();
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
            next.truncate(MOST);
            readings = next;
        }
        readings.into_iter().map(|halves| self.with_halves(halves)).collect()
    }

    fn with_halves(&self, halves: Vec<Half<'w>>) -> Option<Self> {
        (!halves.is_empty() || !self.steps.is_empty() || self.used.is_some()).then(|| Self { halves, ..self.clone() })
    }
}

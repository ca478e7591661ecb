//! Decides which versions of a record count, and which records contradict themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::{Version, Versions, World};
use crate::id::RecordKey;
use crate::seen::Fact;

impl World {
    /// The number of records whose copies contradict each other.
    pub fn conflicts(&self) -> usize {
        contradicted(self).len()
    }
}

/// The versions of a record that count: a correction replaces what it corrects.
fn in_force(versions: &Versions) -> Vec<&Version> {
    let corrected: Vec<_> = versions
        .iter()
        .filter(|version| version.correction.is_some())
        .collect();
    // An `addendum` with the same event id corrects the copy that came before it. Several different
    // corrections contradict each other, just as copies do.
    if corrected.is_empty() {
        versions.iter().collect()
    } else {
        corrected
    }
}

/// Records whose content isn't certain, because copies differ or a record has several corrections;
/// with the number of readings of each.
pub(crate) fn contradicted(world: &World) -> BTreeMap<&RecordKey, usize> {
    let mut found: BTreeMap<&RecordKey, usize> = BTreeMap::new();
    let mut corrections: BTreeMap<&RecordKey, BTreeSet<&RecordKey>> = BTreeMap::new();
    for (key, versions) in &world.records {
        let counted = in_force(versions);
        if counted.len() > 1 {
            found.insert(key, counted.len());
        }
        for original in counted
            .iter()
            .filter_map(|version| version.correction.as_ref()?.original.as_ref())
        {
            corrections.entry(original).or_default().insert(key);
        }
    }
    // A correction may also have an event id of its own and name the original. If two of them name
    // the same original, the records don't show which one is the latest.
    for rivals in corrections.into_values().filter(|rivals| rivals.len() > 1) {
        for rival in &rivals {
            // Each of them may be the one that doesn't count.
            *found.entry(rival).or_insert(1) += 1;
        }
    }
    found
}

/// Every fact that counts, in no particular order. A record whose copies contradict each other
/// yields several.
pub(crate) fn facts_in_force(world: &World) -> impl Iterator<Item = (&RecordKey, &Fact)> {
    // An original that a correction names no longer counts, whichever of the two was read first.
    let replaced: BTreeSet<&RecordKey> = world
        .records
        .values()
        .flat_map(Versions::iter)
        .filter_map(|version| version.correction.as_ref()?.original.as_ref())
        .collect();
    world
        .records
        .iter()
        .filter(move |(key, _)| !replaced.contains(key))
        .flat_map(|(key, versions)| {
            in_force(versions)
                .into_iter()
                .map(move |version| (key, &version.fact))
        })
}

//! Which old snapshots to keep.

use std::collections::BTreeMap;

use crate::time::FACTS_KEPT;
use rolewatch_guard::moment::Moment;

/// So many of the newest stay: a switch of today has one before it, also when one or two could not
/// be taken.
const NEWEST: usize = 3;

/// A week, in seconds.
const WEEK: i64 = 7 * 86_400;

/// The keys of the snapshots of one account that can go.
///
/// The guard reads all that are there whenever it starts, so they must be few: the newest, and of
/// each week the first, so that what is kept today is kept tomorrow. What lies between says nothing
/// that the changes in the ledger do not.
pub(super) fn superfluous(mut snapshots: Vec<(Moment, String)>) -> Vec<String> {
    snapshots.sort();
    let Some(newest) = snapshots.last().map(|(taken, _)| *taken) else {
        return Vec::new();
    };
    let thinned = snapshots.len().saturating_sub(NEWEST);
    let mut weeks: BTreeMap<i64, Moment> = BTreeMap::new();
    let mut go = Vec::new();
    for (taken, key) in snapshots.into_iter().take(thinned) {
        let first = *weeks
            .entry(taken.epoch_seconds().div_euclid(WEEK))
            .or_insert(taken)
            == taken;
        if !first || newest.seconds_since(taken) > FACTS_KEPT {
            go.push(key);
        }
    }
    go
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A snapshot a day, for so many days, each time without those that can go.
    fn after(days: i64) -> Vec<i64> {
        let begin = Moment::from_epoch_seconds(1_772_420_400);
        let mut kept: Vec<(Moment, String)> = Vec::new();
        for day in 0..days {
            kept.push((begin.plus_seconds(day * 86_400), day.to_string()));
            let go = superfluous(kept.clone());
            kept.retain(|(_, key)| !go.contains(key));
        }
        kept.iter().map(|(_, key)| key.parse().unwrap()).collect()
    }

    #[test]
    fn the_newest_stay_and_of_each_week_the_first() {
        assert_eq!(after(3), [0, 1, 2]);
        let kept = after(30);
        assert!(kept.ends_with(&[27, 28, 29]), "{kept:?}");
        let weeks: Vec<i64> = kept
            .windows(2)
            .map(|pair| pair[1] - pair[0])
            .filter(|apart| *apart == 7)
            .collect();
        assert!(weeks.len() >= 3 && kept[0] == 0, "{kept:?}");
    }

    #[test]
    fn they_stay_few() {
        let kept = after(400);
        assert!(kept.len() <= 17 && kept[0] >= 400 - 91, "{kept:?}");
    }

    #[test]
    fn of_two_in_one_second_one_stays() {
        let at = Moment::from_epoch_seconds(1_772_420_400);
        let snapshots = (0..5).map(|number| (at, number.to_string())).collect();
        assert!(superfluous(snapshots).len() < 5);
    }
}

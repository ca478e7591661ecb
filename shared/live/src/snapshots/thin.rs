//! Decides which old snapshots to keep.

use std::collections::BTreeMap;

use crate::time::FACTS_KEPT;
use rolewatch_guard::moment::Moment;

/// How many of the newest snapshots are kept, so that today's switch has an earlier one even if one
/// or two couldn't be taken.
const NEWEST: usize = 3;

/// A week, in seconds.
const WEEK: i64 = 7 * 86_400;

/// The keys of the snapshots of one account that can be deleted.
///
/// The guard reads all snapshots whenever it starts, so there must be few. Kept are the newest ones
/// and the first of each week, so that what is kept today is still kept tomorrow. The ones in
/// between say nothing that the changes in the ledger don't say.
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

    /// One snapshot a day for this many days, thinned out after each.
    fn kept_after(days: i64) -> Vec<i64> {
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
        assert_eq!(kept_after(3), [0, 1, 2]);
        let kept = kept_after(30);
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
        let kept = kept_after(400);
        assert!(kept.len() <= 17 && kept[0] >= 400 - 91, "{kept:?}");
    }

    #[test]
    fn of_two_in_one_second_one_stays() {
        let at = Moment::from_epoch_seconds(1_772_420_400);
        let snapshots = (0..5).map(|number| (at, number.to_string())).collect();
        assert!(superfluous(snapshots).len() < 5);
    }
}

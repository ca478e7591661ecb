//! Many findings at once: the first reading of a badly kept account, or a new policy. One alert tells
//! how many there are and names the worst. The others are reported without an alert.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rolewatch_guard::Verdict;

use crate::outbox::StoredFinding;
use crate::wire::{Alert, AlertState, FoundTogether, FoundToo};

/// How many findings may come at once with an alert each, and how many the one alert names.
const FEW: usize = 5;

/// Combines new findings into one alert if there are more than [`FEW`]. Those that were alerted
/// before, and came back, keep alerts of their own.
pub(super) fn combine(states: &mut BTreeMap<String, StoredFinding>, new: &BTreeSet<String>) {
    let untold = new.iter().filter_map(|id| states.get(id));
    let untold = untold.filter(|stored| stored.state.published == 0);
    let mut by_weight: Vec<&Alert> = untold.map(|stored| &stored.state.alert).collect();
    if by_weight.len() <= FEW {
        return;
    }
    by_weight.sort_by_key(|alert| (Reverse(AlertState::from_alert(alert).weight()), &alert.id));
    let Some((first, others)) = by_weight.split_first() else {
        return;
    };
    let quiet: Vec<String> = others.iter().map(|alert| alert.id.clone()).collect();
    let first = first.id.clone();
    let together = FoundTogether {
        others: others.len(),
        violations: others
            .iter()
            .filter(|alert| alert.verdict == Verdict::Violation)
            .count(),
        // With the alerted one, FEW are named.
        worst: others
            .iter()
            .take(FEW - 1)
            .map(|alert| found_too(alert))
            .collect(),
    };
    for id in quiet {
        if let Some(stored) = states.get_mut(&id) {
            stored.state.quiet = true;
        }
    }
    if let Some(stored) = states.get_mut(&first) {
        stored.state.alert.together = Some(together);
    }
}

fn found_too(alert: &Alert) -> FoundToo {
    FoundToo {
        id: alert.id.clone(),
        rule: alert.rule.clone(),
        verdict: alert.verdict,
        severity: alert.severity,
        subject: alert.role.clone(),
    }
}

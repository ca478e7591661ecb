//! Assigns uses of sessions to switches.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Switch, SwitchKey, UsedSpan};
use crate::elevated::Elevated;
use crate::moment::Moment;
use crate::time::chosen::SAME_CALL;
use crate::world::{SessionKey, UseFold, World};

/// Joins uses to their switches. A session that no mint and no SwitchRole record explains is a
/// switch of its own.
pub(super) fn attach<'w>(
    switches: &mut Vec<Switch<'w>>,
    world: &'w World,
    elevated: &Elevated<'w>,
) {
    let sessions = SessionIndex::new(switches);
    let mut alone: BTreeMap<SwitchKey, Switch<'w>> = BTreeMap::new();
    let mut folds: Vec<(&SessionKey, &UseFold)> = world.uses.iter().collect();
    // Several folds may make one switch, whose role comes from the last fold. Sorting makes the
    // last one deterministic.
    folds.sort_by_key(|(key, _)| *key);
    for (key, fold) in folds {
        // During reading, a use is kept if its role may be elevated or its record shows the person
        // of a permission set. Now that ids and rosters are known, this is decided.
        let Some(found) = elevated.find(&fold.role, Some(&key.session)) else {
            continue;
        };
        let switch = if let Some(at) = sessions.find(switches, key, fold) {
            switches.get_mut(at)
        } else {
            // Without a creation time, the first use is the earliest time at which the session is
            // known to exist.
            let second = key.created.unwrap_or(fold.first.time);
            let id = SwitchKey {
                second,
                session: Arc::clone(&key.session),
                issued: None,
            };
            let switch = alone.entry(id.clone()).or_insert_with(|| Switch::empty(id));
            switch.role = Some(found.arn);
            switch.policy = Some(found.policy);
            Some(switch)
        };
        if let Some(switch) = switch {
            let used = UsedSpan::from_fold(fold);
            switch.used = Some(switch.used.map_or(used, |known| known.join(used)));
            switch.uses.push(fold);
        }
    }
    switches.extend(alone.into_values());
}

/// Elevated switches by what a use shows of its session. Each list is sorted by second.
#[derive(Default)]
struct SessionIndex {
    by_key: HashMap<(Arc<str>, Arc<str>), Vec<usize>>,
    by_second: HashMap<(Arc<str>, Moment), Vec<usize>>,
    /// Sessions of permission sets, by the seconds beside that of the call.
    beside: HashMap<(Arc<str>, Moment), Vec<usize>>,
}

impl SessionIndex {
    fn new(switches: &[Switch<'_>]) -> Self {
        let mut sessions = Self::default();
        let mut sorted: Vec<usize> = (0..switches.len())
            .filter(|at| {
                switches
                    .get(*at)
                    .is_some_and(|switch| switch.policy.is_some())
            })
            .collect();
        sorted.sort_by_key(|at| switches.get(*at).map(|switch| switch.key.clone()));
        for (at, switch) in sorted
            .iter()
            .filter_map(|at| Some((*at, switches.get(*at)?)))
        {
            let session = &switch.key.session;
            if let Some(issued) = &switch.key.issued {
                sessions
                    .by_key
                    .entry((Arc::clone(session), Arc::clone(issued)))
                    .or_default()
                    .push(at);
            }
            let mut seconds = vec![switch.key.second];
            seconds.extend(switch.halves.iter().map(|half| half.mint.time));
            seconds.sort_unstable();
            seconds.dedup();
            if !switch.has_mint() {
                // Its time comes from the SwitchRole record, which may be some seconds off the
                // mint.
                seconds = (-SAME_CALL..=SAME_CALL)
                    .map(|off| switch.key.second.plus_seconds(off))
                    .collect();
            }
            if switch.has_mint()
                && switch
                    .role
                    .as_ref()
                    .is_some_and(|role| role.permission_set().is_some())
            {
                for off in [-1, 1] {
                    let beside = (Arc::clone(session), switch.key.second.plus_seconds(off));
                    sessions.beside.entry(beside).or_default().push(at);
                }
            }
            for second in seconds {
                sessions
                    .by_second
                    .entry((Arc::clone(session), second))
                    .or_default()
                    .push(at);
            }
        }
        sessions
    }

    /// Finds the switch of a use: by the issued key for API sessions, by session and creation time
    /// for console sessions, whose keys change.
    fn find(&self, switches: &[Switch<'_>], key: &SessionKey, fold: &UseFold) -> Option<usize> {
        let second = |at: &usize| switches.get(*at).map(|switch| switch.key.second);
        if let Some(used) = &key.key
            && let Some(all) = self
                .by_key
                .get(&(Arc::clone(&key.session), Arc::clone(used)))
        {
            // Access keys are reused. Of several mints of this key, the last one before the use
            // counts, if its session can have been created then.
            let begun = all.partition_point(|at| {
                second(at).is_some_and(|second| second <= fold.first.time.plus_seconds(SAME_CALL))
            });
            let fits = |at: &&usize| {
                key.created.is_none_or(|created| {
                    switches
                        .get(**at)
                        .is_some_and(|switch| switch.began_at(created, SAME_CALL))
                })
            };
            if let Some(at) = all.get(..begun).unwrap_or_default().iter().rev().find(fits) {
                return Some(*at);
            }
        }
        let created = (Arc::clone(&key.session), key.created?);
        let Some(all) = self.by_second.get(&created) else {
            // `creationDate` can be a second off the call. Where several calls can be meant, one of
            // them issued the session, so it isn't an unknown one. The first of them is as good as
            // any other.
            return self.beside.get(&created)?.first().copied();
        };
        let switch = |at: &usize| switches.get(*at);
        // A mint in exactly that second comes first, then one that the console made.
        all.iter()
            .min_by_key(|at| {
                switch(at)
                    .map(|switch| (!switch.has_mint(), !switch.by_console(), switch.key.clone()))
            })
            .copied()
    }
}

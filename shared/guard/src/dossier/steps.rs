//! Console steps and uses to their switches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Switch, SwitchKey, Used};
use crate::elevated::Elevated;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::seen::{ConsoleAct, ConsoleStep};
use crate::time::{aws::LONGEST_SESSION, chosen::SAME_CALL};
use crate::world::{SessionKey, UseFold, World};

/// Joins SwitchRole, RenewRole and ExitRole. A step that no mint explains is a switch of its own.
///
/// Gives back how many steps are in roles that the policy may mean, if they only showed their path.
pub(super) fn attach<'w>(
    switches: &mut Vec<Switch<'w>>,
    steps: &[(&'w RecordKey, &'w ConsoleStep)],
    elevated: &Elevated<'w>,
) -> usize {
    let mut by_session: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    let mut by_person: HashMap<(Arc<str>, Arc<str>), Vec<usize>> = HashMap::new();
    // Most switches are made by API; only what a step names is worth an index.
    let sessions: BTreeSet<&str> = steps
        .iter()
        .filter_map(|(_, step)| step.session.as_deref())
        .collect();
    let people: BTreeSet<&str> = steps
        .iter()
        .filter(|(_, step)| step.session.is_none())
        .flat_map(|(_, step)| [&step.from_id, &step.from])
        .flatten()
        .map(|person| &**person)
        .collect();
    for (at, switch) in switches.iter().enumerate() {
        if sessions.contains(&*switch.key.session) {
            by_session
                .entry(Arc::clone(&switch.key.session))
                .or_default()
                .push(at);
        }
        // The user's own copy of SwitchRole has no session id: person and role have to do.
        if let (Some(role), Some(caller)) = (&switch.role, switch.caller()) {
            for person in [&caller.principal_id, &caller.arn]
                .into_iter()
                .flatten()
                .filter(|person| people.contains(&***person))
            {
                by_person
                    .entry((Arc::clone(person), Arc::from(role.as_str())))
                    .or_default()
                    .push(at);
            }
        }
    }
    for at in by_session.values_mut().chain(by_person.values_mut()) {
        at.sort_by_key(|at| switches.get(*at).map(|switch| switch.key.clone()));
    }
    let mut alone: Vec<(&'w RecordKey, &'w ConsoleStep)> = Vec::new();
    for (record, step) in steps
        .iter()
        .filter(|(_, step)| step.act != ConsoleAct::Exit)
    {
        let near = |candidates: Option<&Vec<usize>>| nearest(switches, candidates?, step);
        let found = match &step.session {
            Some(session) => near(by_session.get(session)),
            None => [&step.from_id, &step.from]
                .into_iter()
                .flatten()
                .find_map(|person| {
                    let role = Arc::from(step.role.as_ref()?.as_str());
                    near(by_person.get(&(Arc::clone(person), role)))
                }),
        };
        match found.and_then(|at| switches.get_mut(at)) {
            Some(switch) => switch.steps.push((record, step)),
            None => alone.push((record, step)),
        }
    }
    alone.extend(
        steps
            .iter()
            .filter(|(_, step)| step.act == ConsoleAct::Exit),
    );
    let mut unexplained = Vec::new();
    for (record, step) in alone {
        // A renewal without a mint of its own prolongs the session that was entered before; leaving
        // needs one as well.
        let earlier = step
            .session
            .as_ref()
            .filter(|_| step.act != ConsoleAct::Enter)
            .and_then(|session| {
                let candidates = by_session.get(session)?;
                let next = candidates.partition_point(|at| {
                    switches
                        .get(*at)
                        .is_some_and(|switch| switch.key.second <= step.time)
                });
                let before = *candidates.get(next.checked_sub(1)?)?;
                switches
                    .get(before)
                    .filter(|switch| step.time.seconds_since(switch.key.second) <= LONGEST_SESSION)
                    .map(|_| before)
            });
        match earlier.and_then(|at| switches.get_mut(at)) {
            Some(switch) if step.act == ConsoleAct::Renew => {
                switch.renewed = switch.renewed.max(Some(step.time));
            }
            Some(_) => {}
            None => unexplained.push((record, step)),
        }
    }
    let doubtful = unexplained
        .iter()
        .filter_map(|(_, step)| Some((step.role.as_ref()?, step.session.as_deref())));
    let doubtful = doubtful
        .filter(|(role, id)| elevated.find(role, *id).is_none() && elevated.under_some_path(role))
        .count();
    switches.extend(alone_in(&unexplained, elevated));
    exits(switches, steps);
    doubtful
}

/// The switch within five seconds that the console can have made: one that AWS says it made, then
/// the nearest.
fn nearest(switches: &[Switch<'_>], candidates: &[usize], step: &ConsoleStep) -> Option<usize> {
    let second = |at: &usize| switches.get(*at).map(|switch| switch.key.second);
    let begin = candidates.partition_point(|at| {
        second(at).is_some_and(|second| second < step.time.plus_seconds(-SAME_CALL))
    });
    candidates
        .get(begin..)?
        .iter()
        .map_while(|at| {
            Some((
                *at,
                switches
                    .get(*at)
                    .filter(|switch| switch.key.second <= step.time.plus_seconds(SAME_CALL))?,
            ))
        })
        .filter(|(_, switch)| switch.may_be_entered_by(step.from.as_deref()))
        .min_by_key(|(_, switch)| {
            let said = switch
                .halves
                .iter()
                .any(|half| half.mint.caller.from_console);
            (
                !said,
                switch.key.second.seconds_since(step.time).abs(),
                switch.key.clone(),
            )
        })
        .map(|(at, _)| at)
}

/// Steps in elevated roles that no mint explains; the copies of one step become one switch.
fn alone_in<'w>(
    steps: &[(&'w RecordKey, &'w ConsoleStep)],
    elevated: &Elevated<'w>,
) -> Vec<Switch<'w>> {
    let mut made: Vec<Switch<'w>> = Vec::new();
    let mut by_second: BTreeMap<Moment, Vec<usize>> = BTreeMap::new();
    let (with_session, without): (Vec<_>, Vec<_>) =
        steps.iter().partition(|(_, step)| step.session.is_some());
    for (record, step) in with_session.into_iter().chain(without) {
        let Some(found) = step
            .role
            .as_ref()
            .and_then(|role| elevated.find(role, step.session.as_deref()))
        else {
            continue;
        };
        let around =
            by_second.range(step.time.plus_seconds(-SAME_CALL)..=step.time.plus_seconds(SAME_CALL));
        let same = around.flat_map(|(_, at)| at).copied().find(|at| {
            made.get(*at).is_some_and(|switch| {
                let others = || switch.steps.iter().map(|(_, other)| other);
                switch.role.as_ref() == Some(&found.arn)
                    && others().all(|other| {
                        other.session.is_none()
                            || step.session.is_none()
                            || other.session == step.session
                    })
                    && others().any(|other| other.from.is_some() && other.from == step.from)
            })
        });
        if let Some(switch) = same.and_then(|at| made.get_mut(at)) {
            switch.steps.push((record, step));
            continue;
        }
        let session = step.session.clone().unwrap_or_else(|| {
            let person = step
                .from_id
                .as_deref()
                .or(step.from.as_deref())
                .unwrap_or("somebody");
            Arc::from(format!("{person} in {}", found.arn))
        });
        let mut switch = Switch::empty(SwitchKey {
            second: step.time,
            session,
            issued: None,
        });
        switch.role = Some(found.arn);
        switch.policy = Some(found.policy);
        switch.steps.push((record, step));
        by_second.entry(step.time).or_default().push(made.len());
        made.push(switch);
    }
    made
}

/// Leaving a role ends the console session that was open then, if it is the same person who leaves.
fn exits<'w>(switches: &mut [Switch<'w>], steps: &[(&'w RecordKey, &'w ConsoleStep)]) {
    let mut by_session: BTreeMap<&str, Vec<&ConsoleStep>> = BTreeMap::new();
    for (_, step) in steps
        .iter()
        .filter(|(_, step)| step.act == ConsoleAct::Exit)
    {
        if let Some(session) = &step.session {
            by_session.entry(session).or_default().push(step);
        }
    }
    for switch in switches.iter_mut().filter(|switch| switch.by_console()) {
        let Some(exits) = by_session.get(&*switch.key.session) else {
            continue;
        };
        let until = switch
            .granted_until()
            .unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST_SESSION));
        let begin = exits.partition_point(|exit| exit.time < switch.key.second);
        let open = exits
            .get(begin..)
            .unwrap_or_default()
            .iter()
            .take_while(|exit| exit.time <= until);
        switch.exited = open
            .map(|exit| (exit, exit.from.as_deref()))
            .find(|(_, from)| switch.may_be_entered_by(*from))
            .map(|(exit, _)| exit.time);
    }
}

/// Elevated switches by what a use tells of its session; each list by second.
#[derive(Default)]
struct Sessions {
    by_key: HashMap<(Arc<str>, Arc<str>), Vec<usize>>,
    by_second: HashMap<(Arc<str>, Moment), Vec<usize>>,
}

impl Sessions {
    fn of(switches: &[Switch<'_>]) -> Self {
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
                // Dated by its SwitchRole record, which may be some seconds off the mint.
                seconds = (-SAME_CALL..=SAME_CALL)
                    .map(|off| switch.key.second.plus_seconds(off))
                    .collect();
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

    /// By the issued key for API sessions, by session and creation time for the console's, which
    /// change their keys.
    fn find(&self, switches: &[Switch<'_>], key: &SessionKey, fold: &UseFold) -> Option<usize> {
        let second = |at: &usize| switches.get(*at).map(|switch| switch.key.second);
        if let Some(used) = &key.key
            && let Some(all) = self
                .by_key
                .get(&(Arc::clone(&key.session), Arc::clone(used)))
        {
            // Recycled access keys: of several mints of this key, the last one before its use, if
            // it can have been created then.
            let begun = all.partition_point(|at| {
                second(at).is_some_and(|second| second <= fold.first.0.plus_seconds(SAME_CALL))
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
        let all = self
            .by_second
            .get(&(Arc::clone(&key.session), key.created?))?;
        let switch = |at: &usize| switches.get(*at);
        // A mint of that very second first, then one that the console made.
        all.iter()
            .min_by_key(|at| {
                switch(at)
                    .map(|switch| (!switch.has_mint(), !switch.by_console(), switch.key.clone()))
            })
            .copied()
    }
}

/// Joins uses to their switches. A session that no mint and no SwitchRole explains is a switch of
/// its own.
pub(super) fn uses<'w>(switches: &mut Vec<Switch<'w>>, world: &'w World, elevated: &Elevated<'w>) {
    let sessions = Sessions::of(switches);
    let mut alone: BTreeMap<SwitchKey, Switch<'w>> = BTreeMap::new();
    let mut folds: Vec<(&SessionKey, &UseFold)> = world.uses.iter().collect();
    folds.sort_by_key(|(key, _)| *key);
    for (key, fold) in folds {
        let Some(found) = elevated.find(&fold.role, Some(&key.session)) else {
            continue;
        };
        let switch = if let Some(at) = sessions.find(switches, key, fold) {
            switches.get_mut(at)
        } else {
            let second = key.created.unwrap_or(fold.first.0);
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
            let used = Used::of(fold);
            switch.used = Some(switch.used.map_or(used, |known| known.join(used)));
        }
    }
    switches.extend(alone.into_values());
}

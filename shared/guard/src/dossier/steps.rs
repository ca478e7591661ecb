//! Console steps and uses to their switches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Switch, SwitchKey, Used};
use crate::elevated::Elevated;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::seen::{ConsoleAct, ConsoleStep};
use crate::world::{SessionKey, UseFold, World};

/// The console writes SwitchRole and its AssumeRole within this many seconds of each other.
const SAME_STEP: i64 = 5;

/// A console session lasts twelve hours at most.
const LONGEST_CONSOLE: i64 = 12 * 3_600;

/// Joins SwitchRole, RenewRole and ExitRole. A SwitchRole or RenewRole that no mint explains is a switch of its own.
pub(super) fn attach<'w>(switches: &mut Vec<Switch<'w>>, steps: &[(&'w RecordKey, &'w ConsoleStep)], elevated: &Elevated<'w>) {
    let mut by_session: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    let mut by_person: HashMap<(Arc<str>, Arc<str>), Vec<usize>> = HashMap::new();
    // Most switches are made by API; only what a step names is worth an index.
    let sessions: BTreeSet<&str> = steps.iter().filter_map(|(_, step)| step.session.as_deref()).collect();
    let people: BTreeSet<&str> = steps
        .iter()
        .filter(|(_, step)| step.session.is_none())
        .flat_map(|(_, step)| [&step.from_id, &step.from])
        .flatten()
        .map(|person| &**person)
        .collect();
    for (at, switch) in switches.iter().enumerate() {
        if sessions.contains(&*switch.key.session) {
            by_session.entry(Arc::clone(&switch.key.session)).or_default().push(at);
        }
        // The user's own copy of SwitchRole has no session id: person and role have to do.
        if let (Some(role), Some(caller)) = (&switch.role, switch.caller()) {
            for person in [&caller.principal_id, &caller.arn].into_iter().flatten().filter(|person| people.contains(&***person)) {
                by_person.entry((Arc::clone(person), Arc::from(role.as_str()))).or_default().push(at);
            }
        }
    }
    let none = Vec::new();
    let mut alone: Vec<(&'w RecordKey, &'w ConsoleStep)> = Vec::new();
    for (record, step) in steps.iter().filter(|(_, step)| step.act != ConsoleAct::Exit) {
        let near = |candidates: &[usize]| nearest(switches, candidates, step.time);
        let found = match &step.session {
            Some(session) => near(by_session.get(session).unwrap_or(&none)),
            None => [&step.from_id, &step.from].into_iter().flatten().find_map(|person| {
                let role = Arc::from(step.role.as_ref()?.as_str());
                near(by_person.get(&(Arc::clone(person), role)).unwrap_or(&none))
            }),
        };
        match found.and_then(|at| switches.get_mut(at)) {
            Some(switch) => switch.steps.push((record, step)),
            None => alone.push((record, step)),
        }
    }
    let mut later = Vec::new();
    for (record, step) in alone {
        // A renewal without a mint of its own prolongs the session that was entered before.
        let earlier = step.session.as_ref().filter(|_| step.act == ConsoleAct::Renew).and_then(|session| {
            let before = by_session.get(session)?.iter().copied();
            before
                .filter(|at| switches.get(*at).is_some_and(|s| (0..=LONGEST_CONSOLE).contains(&step.time.seconds_since(s.key.second))))
                .max_by_key(|at| switches.get(*at).map(|switch| switch.key.clone()))
        });
        match earlier.and_then(|at| switches.get_mut(at)) {
            Some(switch) => switch.renewed = switch.renewed.max(Some(step.time)),
            None => later.push((record, step)),
        }
    }
    switches.extend(unexplained(&later, elevated));
    exits(switches, steps);
}

/// The switch within five seconds: one that AWS says the console made, then the nearest.
fn nearest(switches: &[Switch<'_>], candidates: &[usize], time: Moment) -> Option<usize> {
    candidates
        .iter()
        .filter_map(|at| Some((*at, switches.get(*at)?)))
        .filter(|(_, switch)| switch.key.second.seconds_since(time).abs() <= SAME_STEP)
        .min_by_key(|(_, switch)| {
            let said = switch.halves.iter().any(|half| half.mint.caller.from_console);
            (!said, switch.key.second.seconds_since(time).abs(), switch.key.clone())
        })
        .map(|(at, _)| at)
}

/// Steps into elevated roles that no mint explains; the two copies of one step become one switch.
fn unexplained<'w>(steps: &[(&'w RecordKey, &'w ConsoleStep)], elevated: &Elevated<'w>) -> Vec<Switch<'w>> {
    let mut made: Vec<Switch<'w>> = Vec::new();
    let (with_session, without): (Vec<_>, Vec<_>) = steps.iter().partition(|(_, step)| step.session.is_some());
    for (record, step) in with_session.into_iter().chain(without) {
        let Some(found) = step.role.as_ref().and_then(|role| elevated.find(role, step.session.as_deref())) else {
            continue;
        };
        let same = made.iter_mut().find(|switch| {
            switch.key.second.seconds_since(step.time).abs() <= SAME_STEP
                && switch.role.as_ref() == Some(&found.arn)
                && switch.steps.iter().all(|(_, other)| other.session.is_none() || step.session.is_none() || other.session == step.session)
                && switch.steps.iter().any(|(_, other)| other.from.is_some() && other.from == step.from)
        });
        if let Some(switch) = same {
            switch.steps.push((record, step));
            continue;
        }
        let session = step.session.clone().unwrap_or_else(|| {
            let person = step.from_id.as_deref().or(step.from.as_deref()).unwrap_or("somebody");
            Arc::from(format!("{person} in {}", found.arn))
        });
        let mut switch = Switch::empty(SwitchKey { second: step.time, session, issued: None });
        switch.role = Some(found.arn);
        switch.policy = Some(found.policy);
        switch.steps.push((record, step));
        made.push(switch);
    }
    made
}

/// Leaving a role ends the console sessions in it that were open then.
fn exits<'w>(switches: &mut [Switch<'w>], steps: &[(&'w RecordKey, &'w ConsoleStep)]) {
    let mut by_session: BTreeMap<&str, Vec<Moment>> = BTreeMap::new();
    for (_, step) in steps.iter().filter(|(_, step)| step.act == ConsoleAct::Exit) {
        if let Some(session) = &step.session {
            by_session.entry(session).or_default().push(step.time);
        }
    }
    for switch in switches.iter_mut().filter(|switch| switch.by_console()) {
        let Some(exits) = by_session.get(&*switch.key.session) else { continue };
        let until = switch.granted_until().unwrap_or_else(|| switch.key.second.plus_seconds(LONGEST_CONSOLE));
        switch.exited = exits.iter().copied().find(|exit| (switch.key.second..=until).contains(exit));
    }
}

/// Joins uses: by the issued key for API sessions, by session and creation time for the console's, which change their keys.
pub(super) fn uses<'w>(switches: &mut Vec<Switch<'w>>, world: &'w World, elevated: &Elevated<'w>) {
    let mut by_session: HashMap<Arc<str>, Vec<usize>> = HashMap::new();
    for (at, switch) in switches.iter().enumerate().filter(|(_, switch)| switch.policy.is_some()) {
        by_session.entry(Arc::clone(&switch.key.session)).or_default().push(at);
    }
    let mut alone: BTreeMap<SwitchKey, Switch<'w>> = BTreeMap::new();
    let mut folds: Vec<(&SessionKey, &UseFold)> = world.uses.iter().collect();
    folds.sort_by_key(|(key, _)| *key);
    for (key, fold) in folds {
        let Some(found) = elevated.find(&fold.role, Some(&key.session)) else { continue };
        let candidates = by_session.get(&key.session).map_or(&[][..], Vec::as_slice);
        let switch = if let Some(at) = pick(switches, candidates, key, fold) {
            switches.get_mut(at)
        } else {
            let second = key.created.unwrap_or(fold.first.0);
            let id = SwitchKey { second, session: Arc::clone(&key.session), issued: None };
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

fn pick(switches: &[Switch<'_>], candidates: &[usize], key: &SessionKey, fold: &UseFold) -> Option<usize> {
    let all = || candidates.iter().filter_map(|at| Some((*at, switches.get(*at)?)));
    // Recycled access keys: of several mints of this key, the last one before its use.
    let by_key = all()
        .filter(|(_, switch)| switch.key.issued.is_some() && switch.key.issued == key.key)
        .filter(|(_, switch)| switch.key.second.seconds_since(fold.first.0) <= SAME_STEP)
        .max_by_key(|(_, switch)| switch.key.second);
    if let Some((at, _)) = by_key {
        return Some(at);
    }
    let created = key.created?;
    let near = |seconds: i64| {
        let by_time = all().filter(move |(_, switch)| switch.key.second.seconds_since(created).abs() <= seconds);
        by_time.min_by_key(|(_, switch)| (!switch.by_console(), switch.key.clone())).map(|(at, _)| at)
    };
    near(0).or_else(|| {
        // A console-only switch is dated by its SwitchRole record, which may be some seconds off its mint.
        let alone: BTreeSet<usize> = all().filter(|(_, switch)| !switch.has_mint()).map(|(at, _)| at).collect();
        near(SAME_STEP).filter(|at| alone.contains(at))
    })
}

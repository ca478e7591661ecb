//! Assigns console steps to switches.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::{Switch, SwitchKey};
use crate::elevated::Elevated;
use crate::id::RecordKey;
use crate::moment::Moment;
use crate::seen::{ConsoleAct, ConsoleStep};
use crate::time::{aws::LONGEST_SESSION, chosen::SAME_CALL};

/// A step with its record.
type RecordedStep<'w> = (&'w RecordKey, &'w ConsoleStep);

/// Joins SwitchRole, RenewRole and ExitRole. A step that no mint explains is a switch of its own.
///
/// Returns the number of steps in roles that the policy may match: the records don't show the
/// roles' paths.
pub(super) fn attach<'w>(
    switches: &mut Vec<Switch<'w>>,
    steps: &[RecordedStep<'w>],
    elevated: &Elevated<'w>,
) -> usize {
    let candidates = StepCandidates::new(switches, steps);
    // SwitchRole has no request id, no issued key and no `sharedEventID`. Only session and time tie
    // it to a mint.
    let mut alone = join_nearest(switches, steps, &candidates);
    alone.extend(
        steps
            .iter()
            .filter(|(_, step)| step.act == ConsoleAct::Exit),
    );
    // RenewRole may come with or without its own mint; ExitRole never has one. Steps without a mint
    // belong to the session that was entered before.
    let unexplained = join_earlier(switches, &alone, &candidates);
    let doubtful = unexplained
        .iter()
        .filter(|(_, step)| is_doubtful(step, elevated))
        .count();
    switches.extend(alone_in(&unexplained, elevated));
    end_left_sessions(switches, steps);
    doubtful
}

/// Whether the policy may match the step's role, whose path the record doesn't show.
fn is_doubtful(step: &ConsoleStep, elevated: &Elevated<'_>) -> bool {
    step.role.as_ref().is_some_and(|role| {
        elevated.find(role, step.session.as_deref()).is_none() && elevated.under_some_path(role)
    })
}

/// The switches that a step may belong to, by what the step shows of them. Each list is sorted by
/// second.
#[derive(Default)]
struct StepCandidates {
    by_session: HashMap<Arc<str>, Vec<usize>>,
    /// By person and role: the user's own copy of SwitchRole has no session id.
    by_person: HashMap<(Arc<str>, Arc<str>), Vec<usize>>,
}

impl StepCandidates {
    /// Most switches are made by API, so only those that a step may mean are indexed.
    fn new(switches: &[Switch<'_>], steps: &[RecordedStep<'_>]) -> Self {
        let mut sessions: BTreeSet<&str> = BTreeSet::new();
        let mut people: BTreeSet<&str> = BTreeSet::new();
        for (_, step) in steps {
            match &step.session {
                Some(session) => {
                    sessions.insert(session);
                }
                None => people.extend(named_in(step).map(|person| &**person)),
            }
        }
        let mut candidates = Self::default();
        for (at, switch) in switches.iter().enumerate() {
            if sessions.contains(&*switch.key.session) {
                let session = Arc::clone(&switch.key.session);
                candidates.by_session.entry(session).or_default().push(at);
            }
            candidates.add_people(at, switch, &people);
        }
        let lists = candidates.by_session.values_mut();
        for list in lists.chain(candidates.by_person.values_mut()) {
            list.sort_by_key(|at| switches.get(*at).map(|switch| switch.key.clone()));
        }
        candidates
    }

    fn add_people(&mut self, at: usize, switch: &Switch<'_>, people: &BTreeSet<&str>) {
        let (Some(role), Some(caller)) = (&switch.role, switch.caller()) else {
            return;
        };
        // A step names its person by id or by ARN, depending on the account that the copy is from.
        for person in [&caller.principal_id, &caller.arn].into_iter().flatten() {
            if people.contains(&**person) {
                let key = (Arc::clone(person), Arc::from(role.as_str()));
                self.by_person.entry(key).or_default().push(at);
            }
        }
    }

    /// The switch that this step made, or the renewal that it made with a mint of its own.
    fn nearest(&self, switches: &[Switch<'_>], step: &ConsoleStep) -> Option<usize> {
        if let Some(session) = &step.session {
            return nearest(switches, self.by_session.get(session)?, step);
        }
        let role = step.role.as_ref()?;
        named_in(step).find_map(|person| {
            let key = (Arc::clone(person), Arc::from(role.as_str()));
            nearest(switches, self.by_person.get(&key)?, step)
        })
    }

    /// The switch that entered the step's session at some time before it.
    fn earlier(&self, switches: &[Switch<'_>], step: &ConsoleStep) -> Option<usize> {
        // An entry begins a session; an earlier session is a different entry.
        if step.act == ConsoleAct::Enter {
            return None;
        }
        let candidates = self.by_session.get(step.session.as_ref()?)?;
        // The last switch of this session up to the step. An earlier one of the same name had ended
        // or been renewed.
        let next = candidates.partition_point(|at| {
            switches
                .get(*at)
                .is_some_and(|switch| switch.key.second <= step.time)
        });
        let before = *candidates.get(next.checked_sub(1)?)?;
        let entered = switches.get(before)?.key.second;
        (step.time.seconds_since(entered) <= LONGEST_SESSION).then_some(before)
    }
}

/// The person who switched, by id and by ARN.
fn named_in(step: &ConsoleStep) -> impl Iterator<Item = &Arc<str>> {
    [&step.from_id, &step.from].into_iter().flatten()
}

/// Assigns SwitchRole and RenewRole to the mints that they made. Returns the steps whose mint
/// wasn't read.
fn join_nearest<'w>(
    switches: &mut [Switch<'w>],
    steps: &[RecordedStep<'w>],
    candidates: &StepCandidates,
) -> Vec<RecordedStep<'w>> {
    let mut alone = Vec::new();
    for (record, step) in steps {
        if step.act == ConsoleAct::Exit {
            continue;
        }
        let found = candidates.nearest(switches, step);
        match found.and_then(|at| switches.get_mut(at)) {
            Some(switch) => switch.steps.push((record, step)),
            None => alone.push((*record, *step)),
        }
    }
    alone
}

/// Assigns renewals without their own mint, and exits, to the session that was entered before.
/// Returns the steps without an earlier entry.
fn join_earlier<'w>(
    switches: &mut [Switch<'w>],
    alone: &[RecordedStep<'w>],
    candidates: &StepCandidates,
) -> Vec<RecordedStep<'w>> {
    let mut unexplained = Vec::new();
    for (record, step) in alone {
        let earlier = candidates.earlier(switches, step);
        match earlier.and_then(|at| switches.get_mut(at)) {
            Some(switch) if step.act == ConsoleAct::Renew => {
                switch.renewed = switch.renewed.max(Some(step.time));
            }
            Some(_) => {}
            None => unexplained.push((*record, *step)),
        }
    }
    unexplained
}

/// The switch within five seconds that the console can have made: preferably one that AWS says it
/// made, then the nearest.
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
        .filter(|(_, switch)| {
            let earlier = || candidates.iter().filter_map(|at| switches.get(*at));
            step.from.is_some() || may_be_unnamed(switch, earlier())
        })
        .min_by_key(|(_, switch)| {
            // Nearness is only a guess.
            (
                !switch.is_called_by_console(),
                switch.key.second.seconds_since(step.time).abs(),
                switch.key.clone(),
            )
        })
        .map(|(at, _)| at)
}

/// Whether a step that doesn't say who switched can have made this switch. RenewRole doesn't say it.
///
/// The caller of an API call chooses the session's name, and a console renews its session without
/// being asked. So a renewal near a call shows nothing about a call that somebody else made, or the
/// same person from elsewhere. Whoever renews a session is the one who entered it.
fn may_be_unnamed<'s, 'w: 's>(
    switch: &Switch<'w>,
    mut of_session: impl Iterator<Item = &'s Switch<'w>>,
) -> bool {
    switch.is_called_by_console()
        || switch.caller_half().is_none()
        || of_session.any(|earlier| {
            let since = switch.key.second.seconds_since(earlier.key.second);
            (1..=LONGEST_SESSION).contains(&since)
                && earlier.by_console()
                && switch.has_caller_of(earlier)
        })
}

/// Steps in elevated roles that no mint explains. The copies of one step become one switch.
fn alone_in<'w>(
    steps: &[(&'w RecordKey, &'w ConsoleStep)],
    elevated: &Elevated<'w>,
) -> Vec<Switch<'w>> {
    let mut made: Vec<Switch<'w>> = Vec::new();
    let mut by_second: BTreeMap<Moment, Vec<usize>> = BTreeMap::new();
    // The role account's copy has the session, the user's own has none. Copies with a session come
    // first, so that a copy without one finds its switch.
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
            // No real session has this name: `AROA…:name` can't contain a space.
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

/// Leaving a role ends the console session that is open then, if the same person leaves.
fn end_left_sessions<'w>(switches: &mut [Switch<'w>], steps: &[(&'w RecordKey, &'w ConsoleStep)]) {
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
            // The caller chooses a session's name, so two people may use the same one. An exit by
            // somebody else ends nothing here.
            .find(|(_, from)| switch.may_be_entered_by(*from))
            .map(|(exit, _)| exit.time);
    }
}

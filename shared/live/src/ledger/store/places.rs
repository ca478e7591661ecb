//! The keys under which a fact is stored: everything by which another fact may look for it.

use std::collections::BTreeSet;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::seen::{Caller, Fact, IamChange, SeenRecord};

use super::{Arrival, elevated};
use crate::ledger::keys::{self, Kind};

/// For each place of a record: the partition, and the sort key without the record at its end.
pub(super) fn places(seen: &SeenRecord, policy: &Policy) -> Vec<(String, String)> {
    let mut places = Vec::new();
    match &seen.fact {
        Some(Fact::Mint(mint)) => {
            let at = Kind::Mint.sort_key(mint.time, "");
            places.extend(
                mint.session
                    .as_deref()
                    .map(|session| (keys::session(session), at.clone())),
            );
            places.extend(
                mint.issued
                    .as_deref()
                    .map(|key| (keys::issued(key), at.clone())),
            );
            places.extend(
                mint.shared
                    .as_ref()
                    .map(|shared| (keys::shared(&shared.to_string()), at.clone())),
            );
            if mint.role.as_ref().is_some_and(elevated(policy)) {
                let people = [&mint.caller.principal_id, &mint.caller.arn];
                places.extend(
                    people
                        .into_iter()
                        .flatten()
                        .map(|person| (keys::who(person), at.clone())),
                );
            }
            places.extend(child_places(&mint.caller, mint.time));
        }
        Some(Fact::Console(step)) => match &step.session {
            Some(session) => {
                places.push((keys::session(session), Kind::Step.sort_key(step.time, "")));
            }
            None => places.extend(
                [&step.from_id, &step.from]
                    .into_iter()
                    .flatten()
                    .map(|person| (keys::who(person), Kind::Step.sort_key(step.time, ""))),
            ),
        },
        Some(Fact::Denial(denial)) => places.extend(child_places(&denial.caller, denial.time)),
        Some(Fact::IamChange(change)) => {
            places.extend(places_of_change(change));
            places.extend(child_places(&change.by, change.time));
        }
        Some(Fact::IdentityCenter(event)) => places.extend(child_places(&event.by, event.time)),
        Some(Fact::Nothing) | None => {}
    }
    places
}

/// Where a change is stored: under everything that it changes, and under a group that it names.
fn places_of_change(change: &IamChange) -> Vec<(String, String)> {
    let second = keys::second(change.time);
    let mut places: Vec<(String, String)> = change
        .entities()
        .iter()
        .map(|entity| (keys::about(entity), format!("c#{second}#")))
        .collect();
    places.extend(change.group_joined_or_left().map(|group| {
        let at = format!("{}#", keys::second_backward(change.time));
        (keys::mentions(change.account, group), at)
    }));
    // The previous version of rolewatch looks there.
    let also = format!("{}{second}#", keys::ALSO_HERE);
    places.push((keys::iam(change.account), also));
    places
}

/// Where use of a session is stored to wait for that session's mint.
fn child_places(caller: &Caller, time: Moment) -> Vec<(String, String)> {
    let mut places = Vec::new();
    if let Some(key) = caller.key.as_deref().filter(|key| key.starts_with("ASIA")) {
        places.push((keys::issued(key), Kind::Child.sort_key(time, "")));
    }
    if let (Some(session), Some(created)) = (
        caller.role_session(),
        caller.session.as_ref().and_then(|context| context.created),
    ) {
        places.push((keys::session(session), Kind::Child.sort_key(created, "")));
    }
    places
}

/// The partitions of sessions that show everything that a record says about them.
pub(in crate::ledger) fn session_partitions(
    arrival: &Arrival,
    policy: &Policy,
) -> BTreeSet<String> {
    let family = arrival.family.iter().map(|(seen, _)| seen);
    let all = std::iter::once(&arrival.seen).chain(family);
    let is_elsewhere = |seen: &SeenRecord| {
        matches!(
            seen.fact,
            Some(Fact::IamChange(_) | Fact::IdentityCenter(_))
        )
    };
    if arrival.learned.is_some() || all.clone().any(is_elsewhere) {
        return BTreeSet::new();
    }
    let mut partitions: BTreeSet<String> = all
        .flat_map(|seen| places(seen, policy))
        .map(|(pk, _)| pk)
        .filter(|pk| pk.starts_with(keys::SESSION))
        .collect();
    // Only the first and the last use are kept there, so what another one is the first to show may
    // be stored elsewhere only.
    let used = arrival.seen.used.as_ref();
    let used = used.filter(|_| arrival.use_stored && arrival.shows.is_empty());
    partitions.extend(used.map(|used| keys::session(&used.session)));
    partitions
}

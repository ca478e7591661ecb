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

#[cfg(test)]
mod tests {
    use rolewatch_guard::seen::{Reading, read, reduced};
    use rolewatch_guard::testing::Story;
    use serde_json::{Value, json};

    use super::*;
    use crate::ledger::store_record;
    use crate::testing::{Calm, Twin, run};

    /// The partitions of sessions that show everything about each of the records, which are stored
    /// one after the other.
    fn partitions_of(story: &Story, records: &[Value]) -> Vec<BTreeSet<String>> {
        let policy = story.policy();
        let twin = Twin::new(Calm, story.now());
        let partitions = |record: &Value| {
            let text = record.to_string();
            let Reading::Seen(seen) = read(text.as_bytes(), &elevated(&policy)).unwrap() else {
                panic!("not relevant: {record}");
            };
            let body = reduced(text.as_bytes()).unwrap();
            let stored = store_record(&twin, &policy, *seen, body, true, story.now());
            session_partitions(&run(stored).unwrap(), &policy)
        };
        records.iter().map(partitions).collect()
    }

    #[test]
    fn a_use_between_the_first_and_the_last_may_be_known_elsewhere_only() {
        let mut story = Story::new();
        let switch = story.switch("dora").with_mfa().only_uses();
        drop(switch.used_after(60).used_after(90).used_after(120));
        let [first, between, last] = story.records() else {
            panic!("{:#?}", story.records());
        };
        let order = [first, last, between].map(Clone::clone);
        let found = partitions_of(&story, &order);
        let [first, last, between] = &*found else {
            panic!("{found:?}");
        };
        assert_eq!((first.len(), last.len(), between.len()), (1, 1, 0));
    }

    #[test]
    fn a_change_that_a_session_makes_is_known_elsewhere_too() {
        let mut story = Story::new();
        story.iam(0, "admin").adds("tom", "Testers");
        story.later(60);
        drop(story.switch("dora").with_mfa().used_after(60));
        let identity = story.records().last().unwrap()["userIdentity"].clone();
        story.later(60);
        story.iam(0, "admin").removes("tom", "Testers");
        let mut records = story.records().to_vec();
        let removal = records.last_mut().unwrap();
        removal["userIdentity"] = identity;
        assert_eq!(removal["eventName"], json!("RemoveUserFromGroup"));
        let found = partitions_of(&story, &records);
        let counts: Vec<usize> = found.iter().map(BTreeSet::len).collect();
        // The change before, both halves, a use, and the change by the session.
        assert_eq!(counts, [0, 1, 1, 1, 0]);
    }
}

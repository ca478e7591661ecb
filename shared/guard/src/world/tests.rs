//! Joining is commutative, associative and idempotent for facts of Identity Center too, which no
//! finding shows yet.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::seen::{Reading, read};

/// Events of one person each, some with the same id but different content, and uses of one session
/// by several people.
fn records() -> Vec<Value> {
    let mut records = Vec::new();
    for (at, (source, name)) in [
        ("signin", "UserAuthentication"),
        ("sso", "GetRoleCredentials"),
        ("sso-directory", "AddMemberToGroup"),
        ("identitystore-scim", "PatchGroup"),
        ("sso", "DeleteAccountAssignment"),
        ("sso-oauth", "CreateToken"),
    ]
    .into_iter()
    .enumerate()
    {
        for person in ["u1", "u2"] {
            records.push(record(source, name, at, person));
        }
    }
    for person in 0..6_usize {
        let person = format!("u{person}");
        let mut used = record("ec2", "DescribeInstances", 100 + person.len(), &person);
        used["eventID"] = json!(format!("use-{person}"));
        let identity = &mut used["userIdentity"];
        identity["type"] = json!("AssumedRole");
        identity["principalId"] = json!("AROAEXAMPLE:nell");
        identity["arn"] =
            json!("arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_Admin_0123/nell");
        identity["accessKeyId"] = json!("ASIAEXAMPLE");
        if person == "u2" {
            identity["sessionContext"] = json!({"signInSessionArn": "arn:aws:signin:session/1"});
        }
        records.push(used);
    }
    records
}

fn record(source: &str, name: &str, event: usize, person: &str) -> Value {
    json!({
        "userIdentity": {
            "type": "IdentityCenterUser",
            "accountId": "111122223333",
            "onBehalfOf": {
                "userId": person,
                "identityStoreArn": "arn:aws:identitystore::111122223333:identitystore/d-1",
            },
        },
        "eventTime": "2026-03-02T09:00:00Z",
        "eventSource": format!("{source}.amazonaws.com"),
        "eventName": name,
        "awsRegion": "us-east-1",
        "requestParameters": {"groupId": "g", "id": "g", "member": {"memberId": person}},
        "eventID": format!("event-{event}"),
        "recipientAccountId": "111122223333",
    })
}

fn world_of<'r>(records: impl Iterator<Item = &'r Value>) -> World {
    let mut world = World::default();
    for record in records {
        match read(record.to_string().as_bytes(), &|_| true) {
            Ok(Reading::Seen(seen)) => world.add(*seen),
            other => panic!("{other:?}"),
        };
    }
    world
}

fn is_same(one: &World, other: &World) -> bool {
    one.records == other.records && one.uses == other.uses && one.latest == other.latest
}

#[test]
fn two_contents_of_one_record_are_both_kept_and_a_sessions_people_are_bounded() {
    let world = world_of(records().iter());
    assert_eq!(world.records.len(), 6);
    assert_eq!(world.len(), 12);
    let [fold] = world.uses.values().collect::<Vec<_>>()[..] else {
        panic!("{:?}", world.uses);
    };
    let people: Vec<&str> = fold.people.iter().map(|person| &*person.user).collect();
    assert_eq!(people, ["u0", "u1", "u2", "u3"]);
}

proptest! {
    #[test]
    fn any_order_repetition_and_split_joins_to_the_same(
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
        parts in 1_usize..5,
    ) {
        let records = records();
        let straight = world_of(records.iter());
        let mut all: Vec<&Value> = records.iter().collect();
        all.extend(order.iter().map(|at| at.get(&records)));
        for (at, other) in order.iter().enumerate() {
            let (a, b) = (at % all.len(), other.index(all.len()));
            all.swap(a, b);
        }
        let worlds: Vec<World> = (0..parts)
            .map(|part| world_of(all.iter().copied().skip(part).step_by(parts)))
            .collect();
        let joined = worlds.iter().cloned().fold(World::default(), World::join);
        let tree = worlds.into_iter().rev().reduce(|a, b| b.join(a)).unwrap();
        prop_assert!(is_same(&straight, &joined));
        prop_assert!(is_same(&straight, &tree));
        prop_assert!(is_same(&straight, &joined.clone().join(joined)));
    }
}

//! Snapshots of Identity Center over the twins.

use rolewatch_guard::directory::StoreSnapshot;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::take::{
    StoreAssignment, StoreGrants, StoreGroup, StoreMember, StoreMembership, StorePermissionSet,
    StoreReading, StoreUser,
};

use serde_json::Value;

use super::{SnapshotCounts, take_center};
use crate::digest;
use crate::port::Notice;
use crate::rulebook::{POLICY_KEY, Rulebook, Shelf, taken_at};
use crate::testing::{Calm, Twin, run};

const CENTER: &str = "\
identity_center:
  account: management
  directory_account: security
  regions: [ap-northeast-1, us-east-1]
  identity_store: d-1234567890
";

const POLICY: &str = "\
version: 1
accounts:
  \"111122223333\": development
  \"444455556666\": production
  \"555566667777\": management
  \"777788889999\": security
roles:
  - arn: arn:aws:iam::444455556666:role/UpdateApp
    groups: [development/Developers]
";

fn begin() -> Moment {
    "2026-03-02T03:00:00Z".parse().unwrap()
}

fn with_policy(policy: &str) -> (Twin<Calm>, Rulebook) {
    let twin = Twin::new(Calm, begin());
    let object = (policy.as_bytes().to_vec(), begin());
    twin.objects
        .borrow_mut()
        .insert(POLICY_KEY.to_owned(), object);
    let book = run(Shelf::default().current(&twin, begin()))
        .unwrap()
        .clone();
    (twin, book)
}

fn company() -> (Twin<Calm>, Rulebook) {
    with_policy(&format!("{POLICY}{CENTER}"))
}

/// The directory with these members of the group `g1`.
fn reading(members: &[&str]) -> StoreReading {
    let user = |id: &str| StoreUser {
        user_id: id.to_owned(),
        user_name: Some(id.to_uppercase()),
        user_status: Some("ENABLED".to_owned()),
    };
    let membership = |id: &&str| StoreMembership {
        membership_id: format!("m-{id}"),
        group_id: "g1".to_owned(),
        member_id: StoreMember {
            user_id: Some((*id).to_owned()),
        },
        created_at: None,
    };
    StoreReading {
        users: vec![user("u1"), user("u2")],
        groups: vec![StoreGroup {
            group_id: "g1".to_owned(),
            display_name: Some("Platform".to_owned()),
        }],
        group_memberships: members.iter().map(membership).collect(),
    }
}

fn grants() -> StoreGrants {
    let arn = "arn:aws:sso:::permissionSet/ssoins-1/ps-1".to_owned();
    StoreGrants {
        permission_sets: vec![StorePermissionSet {
            permission_set_arn: arn.clone(),
            name: "ProductionAdmin".to_owned(),
            session_duration: None,
        }],
        account_assignments: vec![StoreAssignment {
            account_id: "444455556666".to_owned(),
            permission_set_arn: arn,
            principal_type: "GROUP".to_owned(),
            principal_id: "g1".to_owned(),
        }],
    }
}

fn set_readings(twin: &Twin<Calm>, readings: Vec<(StoreReading, i64)>) {
    let store = "d-1234567890".to_owned();
    twin.stores.borrow_mut().insert(store, readings);
    *twin.grants.borrow_mut() = grants();
}

/// Keys and contents of the stored rosters.
fn rosters(twin: &Twin<Calm>) -> Vec<(String, Value)> {
    let objects = twin.objects.borrow();
    let stored = objects.iter().filter(|(key, _)| key.starts_with("roster/"));
    stored
        .map(|(key, (bytes, _))| {
            // The audit reads it too.
            StoreSnapshot::read(bytes, taken_at(key)).unwrap();
            (key.clone(), serde_json::from_slice(bytes).unwrap())
        })
        .collect()
}

/// The ids of the users, and of those who are in the group.
fn people(roster: &Value) -> (Vec<&str>, Vec<&str>) {
    let ids = |key: &str, pointer: &str| {
        let entries = roster[key].as_array().unwrap().iter();
        entries
            .map(|entry| entry.pointer(pointer).unwrap().as_str().unwrap())
            .collect()
    };
    (
        ids("Users", "/UserId"),
        ids("GroupMemberships", "/MemberId/UserId"),
    )
}

fn notices(twin: &Twin<Calm>) -> Vec<String> {
    let topics = twin.topics.borrow();
    let told = topics.iter().filter_map(|notice| match notice {
        Notice::Operations { body, .. } => Some(body.clone()),
        Notice::Finding { .. } => None,
    });
    told.collect()
}

const WRITTEN: SnapshotCounts = SnapshotCounts {
    written: 1,
    known: 0,
    failed: 0,
    left: 0,
};
const FAILED: SnapshotCounts = SnapshotCounts {
    written: 0,
    failed: 1,
    ..WRITTEN
};

#[test]
fn the_directory_and_its_grants_are_stored_with_the_second_between_two_readings() {
    let (twin, book) = company();
    set_readings(&twin, vec![(reading(&["u1"]), 4)]);
    let taken = run(take_center(&twin, &book, begin(), None)).unwrap();
    assert_eq!(taken, WRITTEN);
    let stored = rosters(&twin);
    let (key, roster) = &stored[0];
    assert_eq!(
        (stored.len(), key.as_str()),
        (1, "roster/d-1234567890@2026-03-02T030004Z.json")
    );
    assert_eq!(people(roster), (vec!["u1", "u2"], vec!["u1"]));
    assert_eq!(roster["AccountAssignments"][0]["PrincipalId"], "g1");
    assert_eq!(roster["PermissionSets"][0]["Name"], "ProductionAdmin");
    // The same run again, and then the next day's.
    let again = run(take_center(&twin, &book, begin(), None)).unwrap();
    assert_eq!((again.known, again.written), (1, 0));
    let tomorrow = begin().plus_seconds(86_400);
    twin.clock.set(tomorrow);
    assert_eq!(
        run(take_center(&twin, &book, tomorrow, None)).unwrap(),
        WRITTEN
    );
    assert_eq!(rosters(&twin).len(), 2);
    assert!(notices(&twin).is_empty());
}

#[test]
fn about_a_user_who_never_rests_the_snapshot_says_nothing() {
    let (twin, book) = company();
    let readings = [&["u1", "u2"][..], &["u1"], &["u1", "u2"], &["u1"]];
    set_readings(&twin, readings.map(|one| (reading(one), 2)).to_vec());
    assert_eq!(
        run(take_center(&twin, &book, begin(), None)).unwrap(),
        WRITTEN
    );
    let (_, roster) = rosters(&twin).remove(0);
    assert_eq!(people(&roster), (vec!["u1"], vec!["u1"]));
}

#[test]
fn a_refusal_is_told_once_a_day_and_says_what_to_set() {
    let (twin, book) = company();
    for _ in 0..2 {
        assert_eq!(
            run(take_center(&twin, &book, begin(), None)).unwrap(),
            FAILED
        );
    }
    let told = notices(&twin);
    assert_eq!(told.len(), 1, "{told:?}");
    for part in [
        "account 777788889999 and Region ap-northeast-1",
        "IdentityCenterAccount=777788889999",
        "IdentityCenterRegion=ap-northeast-1",
    ] {
        assert!(told[0].contains(part), "{told:?}");
    }
    assert!(rosters(&twin).is_empty());
}

#[test]
fn without_the_policys_word_nothing_is_read() {
    let (twin, book) = with_policy(POLICY);
    set_readings(&twin, vec![(reading(&["u1"]), 4)]);
    assert_eq!(
        run(take_center(&twin, &book, begin(), None)).unwrap(),
        FAILED
    );
    assert!(notices(&twin)[0].contains("`identity_center`"));
    assert!(rosters(&twin).is_empty());
}

#[test]
fn what_cannot_be_done_in_time_is_told_and_half_a_reading_is_not_stored() {
    let (twin, book) = company();
    set_readings(&twin, vec![(reading(&["u1"]), 100)]);
    let deadline = Some(begin().plus_seconds(200));
    assert_eq!(
        run(take_center(&twin, &book, begin(), deadline)).unwrap(),
        FAILED
    );
    assert!(notices(&twin)[0].contains("time ran out"));
    assert!(rosters(&twin).is_empty());
}

#[test]
fn the_digest_says_if_the_directory_was_not_read_for_a_day() {
    let (twin, book) = company();
    let unread = |time: Moment| {
        let digest = run(digest::gather(&twin, &book, time)).unwrap();
        digest.unread_directory.map(|unread| unread.last)
    };
    // Without any roster, nobody wants them.
    assert_eq!(unread(begin()), None);
    set_readings(&twin, vec![(reading(&["u1"]), 4)]);
    run(take_center(&twin, &book, begin(), None)).unwrap();
    let taken = begin().plus_seconds(4);
    assert_eq!(unread(taken.plus_seconds(25 * 3_600)), None);
    assert_eq!(unread(taken.plus_seconds(27 * 3_600)), Some(taken));
}

#[test]
fn a_new_policy_may_say_where_identity_center_is() {
    let (_, book) = with_policy(POLICY);
    assert!(book.policy.identity_center.is_none());
    let (twin, book) = company();
    assert!(book.policy.identity_center.is_some());
    // Unchanged, and then broken: what the last good one said stays.
    let mut shelf = Shelf::default();
    for (seconds, text) in [(0, None), (120, None), (240, Some("version: 7\n"))] {
        if let Some(text) = text {
            let object = (text.as_bytes().to_vec(), begin());
            twin.objects
                .borrow_mut()
                .insert(POLICY_KEY.to_owned(), object);
        }
        let now = begin().plus_seconds(seconds);
        let book = run(shelf.current(&twin, now)).unwrap();
        assert!(
            book.policy.identity_center.is_some(),
            "after {seconds} seconds"
        );
    }
    let book = run(Shelf::default().current(&twin, begin()))
        .unwrap()
        .clone();
    assert!(book.policy.identity_center.is_some(), "a new process");
}

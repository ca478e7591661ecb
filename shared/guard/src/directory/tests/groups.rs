//! Memberships that are in the logs or in rosters, and nothing hidden.

use super::*;

const DAY: i64 = 86_400;

#[test]
fn the_last_change_before_the_moment_decides_else_the_first_after_it_inverted() {
    let mut store = Store::new();
    store.adds(100, "u", "g");
    store.removes(200, "u", "g");
    assert_eq!(store.told("u", "g", 50), "none");
    assert_eq!(store.told("u", "g", 150), "member");
    assert_eq!(store.told("u", "g", 250), "none");
    assert_eq!(store.began("u", "g", 150), Some((100, true)));
    for second in [100, 200] {
        assert_eq!(
            store.told("u", "g", second),
            "the membership changed in the same second as the switch"
        );
    }
    let mut store = Store::new();
    store.removes(200, "u", "g");
    assert_eq!(store.told("u", "g", 100), "member");
    assert_eq!(store.began("u", "g", 100), None);
    assert_eq!(
        store.told("u", "other", 100),
        "there is no roster of identity store d-1234567890, and the logs don't show any change to this membership"
    );
}

#[test]
fn every_path_by_which_members_come_and_go_is_read() {
    let mut store = Store::new();
    store.adds_as(100, "u", "g", "m1");
    store.deletes_membership(200, "m1");
    assert_eq!(store.told("u", "g", 150), "member");
    assert_eq!(store.told("u", "g", 250), "none");
    let mut store = Store::with_roster(&lists(&["u", "v"], &["g"], &[("u", "g", None)]), Some(100));
    store.deletes_membership(200, "u-g");
    assert_eq!(store.told("u", "g", 150), "member");
    assert_eq!(store.told("u", "g", 250), "none");
    assert_eq!(
        store.told("v", "g", 250),
        "none",
        "it was explained by the roster"
    );
}

#[test]
fn additions_and_removals_in_one_second_leave_the_outcome_unknown() {
    let mut store = Store::new();
    store.adds(100, "u", "g");
    store.removes(100, "u", "g");
    assert_eq!(
        store.told("u", "g", 200),
        "the changes at 2026-03-02T09:01:40Z don't show whether the user was in the group after them"
    );
    store.adds(300, "u", "g");
    assert_eq!(store.told("u", "g", 200), "none", "by the next change");
    assert_eq!(store.told("u", "g", 400), "member");
}

#[test]
fn a_roster_holds_before_and_after_it_while_the_logs_are_whole() {
    let listed = lists(&["u", "v"], &["g"], &[("u", "g", None)]);
    for taken in [Some(1_000), None] {
        let store = Store::with_roster(&listed, taken);
        for at in [0, 1_000, 2_000] {
            assert_eq!(store.told("u", "g", at), "member");
            assert_eq!(store.told("v", "g", at), "none");
            assert_eq!(store.told("v", "other", at), "none");
            assert_eq!(
                store.told("w", "g", at),
                "the roster of identity store d-1234567890 doesn't list user id w"
            );
        }
    }
    let mut store = Store::with_roster(&listed, Some(0));
    store.heard = false;
    assert_eq!(
        store.told("u", "g", DAY),
        "member",
        "no silence is longer than a day"
    );
    assert_eq!(
        store.told("u", "g", DAY + 1),
        "the logs of account 111122223333 in eu-west-1 have a gap from 2026-03-02T09:00:00Z to \
         2026-03-03T09:00:01Z, between the switch and the roster"
    );
}

#[test]
fn both_accounts_that_administer_the_directory_must_be_heard() {
    let mut store = Store::with_roster(&lists(&["u"], &["g"], &[("u", "g", None)]), Some(0));
    store.settings.directory_account = DELEGATE.parse().unwrap();
    assert_eq!(store.told("u", "g", 2 * DAY), "member");
    let mut lonely = store.world();
    lonely.heard = World::default().heard;
    for account in [MANAGEMENT, DELEGATE] {
        lonely.hear_of(
            account.parse().unwrap(),
            &Arc::from("eu-west-1"),
            moment(DAY),
        );
        let directory = Directory::new(&lonely, &store.rosters, &store.settings);
        let told = directory.membership("u", "g", moment(2 * DAY));
        let whole = matches!(told, Membership::Member { .. });
        assert_eq!(
            whole,
            account == DELEGATE,
            "one account's logs aren't enough: {told:?}"
        );
    }
}

#[test]
fn rosters_that_disagree_without_a_change_between_them_prove_nothing() {
    let mut store = Store::with_roster(&lists(&["u"], &["g"], &[("u", "g", None)]), Some(0));
    store.roster(&lists(&["u"], &["g"], &[]), Some(1_000));
    assert_eq!(
        store.told("u", "g", 500),
        "the rosters of identity store d-1234567890 contradict each other, and the logs don't show the change"
    );
    assert_eq!(
        store.told("u", "g", 2_000),
        "none",
        "the last one is the nearest"
    );
    store.removes(700, "u", "g");
    assert_eq!(store.told("u", "g", 500), "member");
}

#[test]
fn a_roster_that_shows_already_what_the_next_change_made_is_not_overruled_by_it() {
    let mut store = Store::with_roster(&lists(&["u"], &["g"], &[("u", "g", None)]), Some(0));
    store.adds(1_000, "u", "g");
    assert_eq!(
        store.told("u", "g", 500),
        "member",
        "the addition added nothing"
    );
    assert_eq!(store.told("u", "g", 1_500), "member");
    assert_eq!(
        store.began("u", "g", 1_500),
        None,
        "it began before the roster"
    );
    let mut store = Store::with_roster(&lists(&["u"], &["g"], &[]), Some(0));
    store.removes(1_000, "u", "g");
    assert_eq!(
        store.told("u", "g", 500),
        "the user left the group at 2026-03-02T09:16:40Z, but a roster of identity store d-1234567890 \
         doesn't list them in it, and the logs don't show who added them"
    );
}

#[test]
fn leaving_and_rejoining_starts_anew() {
    let mut store = Store::with_roster(&lists(&["u"], &["g"], &[("u", "g", None)]), Some(0));
    store.removes(100, "u", "g");
    store.adds(200, "u", "g");
    store.adds(300, "u", "g");
    assert_eq!(store.began("u", "g", 400), Some((200, true)));
}

#[test]
fn an_incomplete_roster_proves_who_is_listed_and_nobody_else() {
    let mut listed = lists(&["u", "v"], &["g"], &[("u", "g", None)]);
    listed["NextToken"] = json!("more");
    let store = Store::with_roster(&listed, Some(0));
    assert_eq!(store.told("u", "g", 100), "member");
    assert_eq!(
        store.told("v", "g", 100),
        "the roster of identity store d-1234567890 is incomplete, so a user's absence from the group proves nothing"
    );
}

#[test]
fn a_membership_begins_anew_after_a_roster_that_does_not_list_it() {
    let listed = [("u", "g", None)];
    let began = |rosters: &[(i64, bool)], additions: &[i64]| {
        let mut store = Store::new();
        for (taken, is_member) in rosters {
            let members = if *is_member { &listed[..] } else { &[] };
            store.roster(&lists(&["u"], &["g"], members), Some(*taken));
        }
        for at in additions {
            store.adds(*at, "u", "g");
        }
        store.began("u", "g", 600)
    };
    assert_eq!(began(&[(300, false)], &[100, 500]), Some((500, true)));
    assert_eq!(began(&[(300, true)], &[100, 500]), Some((100, true)));
    assert_eq!(
        began(&[(50, true), (300, false)], &[500]),
        Some((500, true))
    );
    assert_eq!(began(&[(300, false), (400, true)], &[100, 500]), None);
    assert_eq!(began(&[(50, true)], &[500]), None);
}

#[test]
fn the_beginning_that_a_roster_shows_counts_although_the_user_is_removed_later() {
    let listed = lists(&["u"], &["g"], &[("u", "g", Some(250))]);
    let mut store = Store::with_roster(&listed, Some(300));
    store.removes(500, "u", "g");
    assert_eq!(store.began("u", "g", 400), Some((250, false)));
}

/// A roster beyond a gap in the logs proves nothing, so it neither contradicts what the creation or
/// another roster shows, nor takes it away.
#[test]
fn a_roster_beyond_a_gap_proves_nothing() {
    let listed = [("u", "g", None)];
    for members in [&[][..], &listed] {
        let mut store = Store::with_roster(&lists(&["u"], &["g"], members), Some(9 * DAY));
        store.heard = false;
        store.creates_user(100, "u", "nell");
        assert_eq!(store.told("u", "g", 200), "none");
    }
    let mut store = Store::with_roster(&lists(&["u"], &["g"], &[]), Some(0));
    store.roster(&lists(&["u"], &["g"], &listed), Some(9 * DAY));
    assert!(store.told("u", "g", 100).contains("contradict each other"));
    store.heard = false;
    assert_eq!(store.told("u", "g", 100), "none");
}

#[test]
fn a_created_id_is_in_no_group_and_a_deleted_one_neither() {
    let mut store = Store::new();
    store.creates_user(100, "u", "nell");
    let record = store.console(200, "CreateGroup", json!({"displayName": "New"}));
    record["responseElements"] = json!({"group": {"groupId": "new"}});
    assert_eq!(store.told("u", "g", 50), "none", "there was no such user");
    assert_eq!(store.told("u", "g", 150), "none");
    assert_eq!(
        store.told("v", "new", 150),
        "none",
        "there was no such group"
    );
    assert_eq!(store.told("v", "new", 250), "none");
    store.removes(400, "u", "g");
    assert_eq!(
        store.told("u", "g", 300),
        "the user or the group was created at 2026-03-02T09:01:40Z, but the logs don't show who added the user after that"
    );
    for (name, id) in [("DeleteUser", "u"), ("DeleteGroup", "g")] {
        let listed = lists(&["u", "v"], &["g"], &[("u", "g", None), ("v", "g", None)]);
        let mut store = Store::with_roster(&listed, Some(0));
        let request = json!({"userId": id, "groupId": id});
        store.console(1_000, name, request);
        assert_eq!(store.told("u", "g", 999), "member");
        assert!(
            store
                .told("u", "g", 1_000)
                .contains("deleted in the same second")
        );
        match store.membership("u", "g", 1_001) {
            Membership::NotMember { evidence } => assert_eq!(evidence.len(), 1),
            other => panic!("{other:?}"),
        }
        let others = if id == "u" { "member" } else { "none" };
        assert_eq!(store.told("v", "g", 1_001), others);
    }
}

#[test]
fn a_deletion_inverted_says_nothing_about_the_time_before() {
    for (name, request) in [
        ("DeleteUser", json!({"userId": "u"})),
        ("DeleteGroup", json!({"groupId": "g"})),
    ] {
        let mut store = Store::new();
        store.console(1_000, name, request);
        store.roster(&lists(&["u"], &["h"], &[]), Some(2_000));
        assert_eq!(
            store.told("u", "g", 500),
            "the user or the group was deleted at 2026-03-02T09:16:40Z, so it isn't known who was in the group then",
            "a later roster doesn't either"
        );
    }
}

#[test]
fn a_listed_membership_says_nothing_about_the_time_before_it_began() {
    let store = Store::with_roster(
        &lists(&["u"], &["g"], &[("u", "g", Some(500))]),
        Some(1_000),
    );
    for (at, told) in [(501, "member"), (1_000, "member"), (2_000, "member")] {
        assert_eq!(store.told("u", "g", at), told);
        assert_eq!(store.began("u", "g", at), Some((500, false)));
    }
    assert_eq!(
        store.told("u", "g", 499),
        "a roster shows that the membership began at 2026-03-02T09:08:20Z, and the logs don't show \
         that, so it isn't known who was in the group then"
    );
    assert!(
        store
            .told("u", "g", 500)
            .starts_with("in the same second as the switch, a roster")
    );
}

#[test]
fn the_record_of_an_addition_says_more_than_its_time_in_a_roster() {
    let mut store = Store::with_roster(
        &lists(&["u"], &["g"], &[("u", "g", Some(499))]),
        Some(1_000),
    );
    store.adds(500, "u", "g");
    assert_eq!(store.told("u", "g", 400), "none");
    assert_eq!(store.began("u", "g", 600), Some((500, true)));
    assert_eq!(store.began("u", "g", 2_000), Some((500, true)));
}

#[test]
fn a_membership_that_began_after_the_last_change_in_the_logs_is_newer_than_it() {
    let mut store = Store::with_roster(
        &lists(&["u"], &["g"], &[("u", "g", Some(500))]),
        Some(1_000),
    );
    store.removes(300, "u", "g");
    store.removes(3_000, "u", "g");
    assert_eq!(store.told("u", "g", 400), "none");
    assert_eq!(store.told("u", "g", 600), "member");
    assert_eq!(store.told("u", "g", 2_000), "member");
    assert_eq!(store.told("u", "g", 3_001), "none");
}

#[test]
fn a_time_in_a_roster_that_contradicts_the_logs_proves_nothing() {
    let mut store = Store::with_roster(
        &lists(&["u"], &["g"], &[("u", "g", Some(100))]),
        Some(1_000),
    );
    store.removes(300, "u", "g");
    assert!(
        store
            .told("u", "g", 400)
            .starts_with("a roster lists a membership that began")
    );
}

#[test]
fn only_this_store_and_the_accounts_that_administer_it_count() {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut store = Store::with_roster(&lists(&["u"], &["g"], &[]), Some(0));
        store.settings.directory_account = DELEGATE.parse().unwrap();
        change(store.adds(100, "u", "g"));
        store.told("u", "g", 200)
    };
    assert_eq!(changed(&|_| {}), "member");
    assert_eq!(
        changed(&|record| record["recipientAccountId"] = json!(DELEGATE)),
        "member"
    );
    assert_eq!(
        changed(&|record| record["recipientAccountId"] = json!("777788889999")),
        "none"
    );
    assert_eq!(
        changed(&|record| record["requestParameters"]["identityStoreId"] = json!("d-2")),
        "none"
    );
    assert_eq!(
        changed(&|record| record["requestParameters"]["identityStoreId"] = Value::Null),
        "member",
        "SCIM names no store"
    );
    assert_eq!(
        changed(&|record| record["errorCode"] = json!("AccessDenied")),
        "none"
    );
    let mut store = Store::new();
    let mut listed = lists(&["u"], &["g"], &[("u", "g", None)]);
    listed["IdentityStoreId"] = json!("d-2");
    let other = StoreSnapshot::read(listed.to_string().as_bytes(), Some(moment(0))).unwrap();
    store.rosters.add_store(other);
    assert!(store.told("u", "g", 100).starts_with("there is no roster"));
}

#[test]
fn copies_that_contradict_each_other_are_sure_of_nothing() {
    let mut store = Store::with_roster(&lists(&["u", "v"], &["g"], &[]), Some(0));
    store.adds(100, "u", "g");
    store.contradicted("member", json!({"memberId": "v"}));
    for user in ["u", "v"] {
        assert_eq!(store.told(user, "g", 50), "none");
        assert!(
            store.told(user, "g", 200).starts_with("the changes at "),
            "{user}"
        );
    }
    let mut store = Store::with_roster(&lists(&["u", "v"], &["g"], &[("u", "g", None)]), Some(0));
    store.about_user(100, "DeleteUser", "u");
    store.contradicted("userId", json!("v"));
    assert_eq!(store.told("u", "g", 50), "member");
    assert!(
        store
            .told("u", "g", 200)
            .starts_with("the copies of a record")
    );
}

#[test]
fn a_group_in_the_policy_is_the_one_in_the_latest_roster_else_the_last_in_the_logs() {
    let by_name = |name: &str| StoreGroupName::ByName(name.to_owned());
    let mut store = Store::new();
    let record = store.console(100, "CreateGroup", json!({"displayName": "Platform"}));
    record["responseElements"] = json!({"group": {"groupId": "p1"}});
    let renamed = json!({
        "groupId": "p2",
        "operations": [{"attributePath": "displayName", "attributeValue": "PLATFORM"}],
    });
    store.console(200, "UpdateGroup", renamed);
    let group = |store: &Store, name: &str| store.ask(|directory| directory.group(&by_name(name)));
    assert_eq!(group(&store, "platform").as_deref(), Some("p2"));
    assert_eq!(group(&store, "g"), None);
    store.roster(&lists(&[], &["g", "platform"], &[]), Some(50));
    assert_eq!(group(&store, "platform").as_deref(), Some("platform"));
    assert_eq!(group(&store, "G").as_deref(), Some("g"));
    store.ask(|directory| {
        assert_eq!(directory.group(&StoreGroupName::Everybody), None);
        let by_id = StoreGroupName::ById("x".to_owned());
        assert_eq!(directory.group(&by_id).as_deref(), Some("x"));
    });
}

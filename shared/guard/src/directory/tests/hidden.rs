//! Changes of memberships that records hide.

use super::*;

fn member() -> Value {
    lists(
        &["u", "v"],
        &["g", "h"],
        &[("u", "g", None), ("u", "h", None)],
    )
}

#[test]
fn nothing_is_proven_across_a_hidden_change_of_the_group() {
    for name in ["PatchGroup", "PutGroup"] {
        let mut store = Store::with_roster(&member(), Some(0));
        store.scim(1_000, name, "g");
        assert_eq!(store.told("u", "g", 999), "member");
        assert!(
            store
                .told("u", "g", 1_000)
                .starts_with("in the same second as the switch, the group")
        );
        for user in ["u", "v"] {
            assert_eq!(
                store.told(user, "g", 1_001),
                "the group was changed at 2026-03-02T09:16:40Z, and the record doesn't show how, so \
                 it isn't known who was in the group then"
            );
        }
        assert_eq!(store.told("u", "h", 1_001), "member", "another group");
        store.roster(
            &lists(&["u", "v"], &["g"], &[("v", "g", None)]),
            Some(2_000),
        );
        assert_eq!(
            store.told("u", "g", 999),
            "member",
            "by the roster of its side"
        );
        assert_eq!(store.told("u", "g", 1_001), "none");
        assert_eq!(store.told("v", "g", 999), "none");
        assert_eq!(store.told("v", "g", 1_001), "member");
    }
}

#[test]
fn changes_prove_nothing_across_it_either() {
    let mut store = Store::new();
    store.adds(100, "u", "g");
    store.scim(1_000, "PatchGroup", "g");
    store.removes(2_000, "u", "g");
    for (at, told) in [
        (50, "none"),
        (500, "member"),
        (1_500, "member"),
        (2_500, "none"),
    ] {
        assert_eq!(store.told("u", "g", at), told);
    }
    store.scim(1_600, "PatchGroup", "g");
    assert!(
        store
            .told("u", "g", 1_500)
            .starts_with("the group was changed at"),
        "between two"
    );
}

#[test]
fn a_hidden_change_with_no_group_is_one_of_every_group() {
    let mut store = Store::with_roster(&member(), Some(0));
    store.scim(1_000, "PatchGroup", "");
    for group in ["g", "h"] {
        assert!(
            store
                .told("u", group, 1_001)
                .starts_with("a group was changed at"),
            "{group}"
        );
        assert_eq!(store.told("u", group, 999), "member");
    }
}

#[test]
fn a_deleted_membership_that_nothing_explains_may_be_any() {
    let mut store = Store::with_roster(&member(), Some(0));
    store.deletes_membership(1_000, "unheard-of");
    for (user, group) in [("u", "g"), ("v", "h")] {
        assert!(
            store
                .told(user, group, 1_001)
                .starts_with("a membership was deleted at")
        );
    }
    assert_eq!(store.told("u", "g", 999), "member");
    store.adds_as(500, "v", "h", "unheard-of");
    assert_eq!(
        store.told("u", "g", 1_001),
        "member",
        "its creation explains it"
    );
    assert_eq!(store.told("v", "h", 1_001), "none");
    store.adds_as(600, "v", "g", "unheard-of");
    assert!(
        store
            .told("u", "g", 1_001)
            .starts_with("a membership was deleted at"),
        "two explanations"
    );
}

#[test]
fn the_time_at_which_a_membership_began_reaches_across() {
    let listed = |created| lists(&["u"], &["g"], &[("u", "g", Some(created))]);
    let mut store = Store::with_roster(&listed(100), Some(2_000));
    store.heard = false;
    store.scim(1_000, "PatchGroup", "g");
    store.deletes_membership(1_500, "unheard-of");
    for at in [101, 999, 1_000, 1_001, 1_500, 1_999] {
        assert_eq!(store.began("u", "g", at), Some((100, false)), "at {at}");
    }
    assert!(store.told("u", "g", 100).starts_with("in the same second"));
    assert!(store.told("u", "g", 50).contains("began at"));
    let mut store = Store::with_roster(&listed(1_000), Some(2_000));
    store.scim(1_000, "PatchGroup", "g");
    assert_eq!(
        store.told("u", "g", 1_001),
        "member",
        "added by the hidden change itself"
    );
    assert!(store.told("u", "g", 999).contains("so it isn't known"));
    let mut store = Store::with_roster(&listed(100), None);
    store.scim(1_000, "PatchGroup", "g");
    assert!(
        store.told("u", "g", 999).contains("isn't known"),
        "nobody knows when it was taken"
    );
}

#[test]
fn the_first_members_of_a_group_may_be_hidden() {
    for (body, told) in [(json!({"members": {}}), None), (json!({}), Some("none"))] {
        let mut store = Store::new();
        let request = json!({"httpBody": body, "tenantId": "t"});
        store.record(1_000, "identitystore-scim", "CreateGroup", request)["responseElements"] =
            json!({"id": "g"});
        assert_eq!(store.told("u", "g", 999), "none", "there was no such group");
        match told {
            Some(told) => assert_eq!(store.told("u", "g", 1_001), told),
            None => assert!(
                store
                    .told("u", "g", 1_001)
                    .starts_with("the group was created with members")
            ),
        }
        store.creates_user(2_000, "v", "v");
        assert_eq!(
            store.told("v", "g", 2_001),
            "none",
            "nobody is added before they exist"
        );
    }
}

#[test]
fn a_roster_taken_in_the_second_of_a_hidden_change_may_be_of_either_side() {
    let mut store = Store::with_roster(&member(), Some(1_000));
    store.scim(1_000, "PatchGroup", "g");
    for at in [999, 1_001] {
        assert!(store.told("u", "g", at).contains("isn't known"));
    }
}

#[test]
fn rejoining_after_a_hidden_change_is_a_beginning() {
    let mut store = Store::with_roster(&member(), Some(0));
    store.scim(1_000, "PatchGroup", "g");
    store.adds(2_000, "u", "g");
    assert_eq!(store.began("u", "g", 3_000), Some((2_000, true)));
}

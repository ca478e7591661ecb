//! Users who are disabled.

use super::*;

fn member() -> Store {
    Store::with_roster(
        &lists(&["u", "v"], &["g"], &[("u", "g", None), ("v", "g", None)]),
        Some(0),
    )
}

#[test]
fn a_disabled_user_is_no_member_whatever_a_roster_lists() {
    let mut store = member();
    store.about_user(1_000, "DisableUser", "u");
    store.about_user(3_000, "EnableUser", "u");
    store.roster(&lists(&["u"], &["g"], &[("u", "g", Some(1))]), Some(4_000));
    assert_eq!(store.told("u", "g", 999), "member");
    match store.membership("u", "g", 2_000) {
        Membership::NotMember { evidence } => assert_eq!(evidence.len(), 1),
        other => panic!("{other:?}"),
    }
    assert_eq!(store.told("u", "g", 3_001), "member");
    for second in [1_000, 3_000] {
        assert!(
            store
                .told("u", "g", second)
                .starts_with("the user changed in the same second")
        );
    }
    assert_eq!(store.told("v", "g", 2_000), "member");
    assert_eq!(store.told("u", "unknown", 2_000), "none");
}

#[test]
fn a_hidden_change_of_a_user_may_disable_or_enable_them() {
    for name in ["PatchUser", "PutUser"] {
        let mut store = member();
        store.scim(1_000, name, "u");
        assert_eq!(store.told("u", "g", 999), "member");
        assert_eq!(
            store.told("u", "g", 1_001),
            "the user was changed at 2026-03-02T09:16:40Z, and the record doesn't show whether that disabled them"
        );
        assert_eq!(store.told("v", "g", 1_001), "member");
        store.about_user(5_000, "DisableUser", "u");
        assert_eq!(
            store.told("u", "g", 1_001),
            "member",
            "they were enabled until then"
        );
        store.scim(3_000, name, "u");
        assert!(
            store
                .told("u", "g", 1_001)
                .starts_with("the user was changed")
        );
        assert_eq!(store.told("u", "g", 3_001), "member");
    }
    let mut store = member();
    store.about_user(500, "DisableUser", "u");
    store.scim(1_000, "PutUser", "u");
    assert_eq!(store.told("u", "g", 501), "none");
    assert!(
        store
            .told("u", "g", 1_001)
            .starts_with("the user was changed")
    );
}

#[test]
fn who_signs_in_is_not_disabled() {
    let mut store = member();
    store.scim(1_000, "PutUser", "u");
    store.sign_in(2_000, "UserAuthentication", Some("u"), None);
    assert_eq!(store.told("u", "g", 1_001), "member");
    assert_eq!(store.told("u", "g", 9_000), "member");
    store.scim(5_000, "PutUser", "u");
    assert!(
        store
            .told("u", "g", 9_000)
            .starts_with("the user was changed"),
        "on the other side of it"
    );
    for change in [
        |record: &mut Value| {
            record["serviceEventDetails"] = json!({"UserAuthentication": "Failure"});
        },
        |record: &mut Value| act_for(record, "d-2", "u"),
    ] {
        let mut store = member();
        store.scim(1_000, "PutUser", "u");
        change(store.sign_in(2_000, "UserAuthentication", Some("u"), None));
        assert!(
            store
                .told("u", "g", 3_000)
                .starts_with("the user was changed")
        );
    }
}

#[test]
fn a_hidden_change_of_anybody_is_such_a_change_and_a_rename_to_a_hidden_name_is_not() {
    let mut store = member();
    let operations =
        json!([{"attributePath": "userName", "attributeValue": "HIDDEN_DUE_TO_SECURITY_REASONS"}]);
    store.console(
        1_000,
        "UpdateUser",
        json!({"userId": "u", "operations": operations}),
    );
    store.scim(2_000, "PutUser", "");
    // The record shows that the name changed, and nothing else.
    assert_eq!(store.told("u", "g", 1_001), "member");
    assert_eq!(store.told("v", "g", 1_001), "member");
    assert!(
        store
            .told("v", "g", 2_001)
            .starts_with("the user was changed at 2026-03-02T09:33:20Z")
    );
    assert!(
        store
            .told("v", "g", 2_000)
            .starts_with("the user changed in the same second")
    );
}

#[test]
fn copies_that_contradict_each_other_may_have_disabled_somebody() {
    let mut store = member();
    store.about_user(1_000, "DisableUser", "u");
    store.contradicted("userId", json!("v"));
    for user in ["u", "v"] {
        assert!(
            store
                .told(user, "g", 1_001)
                .starts_with("the user was changed")
        );
        assert_eq!(store.told(user, "g", 999), "member");
    }
}

#[test]
fn a_roster_that_says_so_shows_who_is_disabled() {
    let listed = |status: &str| {
        let mut listed = lists(&["u"], &["g"], &[("u", "g", None)]);
        listed["Users"][0]["UserStatus"] = json!(status);
        listed
    };
    let mut store = Store::with_roster(&listed("DISABLED"), Some(1_000));
    let open = "a roster lists the user as disabled, and the logs don't show when that was";
    assert_eq!(store.told("u", "g", 500), open);
    store.roster(&listed("DISABLED"), Some(3_000));
    assert_eq!(store.told("u", "g", 2_000), "none");
    store.roster(&listed("ENABLED"), Some(5_000));
    assert_eq!(store.told("u", "g", 4_000), open);
    assert_eq!(store.told("u", "g", 6_000), "member");
    store.scim(7_000, "PutUser", "u");
    assert!(
        store
            .told("u", "g", 8_000)
            .starts_with("the user was changed")
    );
    store.roster(&listed("ENABLED"), Some(9_000));
    assert_eq!(store.told("u", "g", 8_000), "member");
}

#[test]
fn who_was_enabled_later_may_have_been_disabled_before() {
    let mut store = member();
    store.about_user(1_000, "EnableUser", "u");
    assert!(
        store
            .told("u", "g", 500)
            .starts_with("the user was enabled later")
    );
    store.sign_in(400, "UserAuthentication", Some("u"), None);
    assert_eq!(store.told("u", "g", 500), "member");
}

#[test]
fn everybody_is_who_exists_and_is_not_disabled() {
    let mut store = Store::new();
    store.creates_user(100, "u", "u");
    store.about_user(200, "DisableUser", "u");
    store.about_user(300, "EnableUser", "u");
    store.about_user(400, "DeleteUser", "u");
    let told = |at: i64| {
        store.ask(
            |directory| match directory.is_in_directory("u", moment(at)) {
                Membership::Member { .. } => "member",
                Membership::NotMember { .. } => "none",
                Membership::Unproven { .. } => "unproven",
            },
        )
    };
    let expected = [
        (99, "none"),
        (150, "member"),
        (200, "unproven"),
        (250, "none"),
        (350, "member"),
        (400, "unproven"),
        (401, "none"),
    ];
    for (at, what) in expected {
        assert_eq!(told(at), what, "at {at}");
    }
}

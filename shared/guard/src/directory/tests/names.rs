//! Who bore which name.

use super::*;

fn called(user: &str, name: &str) -> Value {
    json!({"Users": [{"UserId": user, "UserName": name}], "Groups": [], "GroupMemberships": []})
}

#[test]
fn a_roster_shows_names_and_case_is_not_looked_at() {
    let store = Store::with_roster(&called("u", "Nell"), Some(0));
    for at in [-500, 0, 500] {
        assert_eq!(store.named("nELL", at), one("u"));
        assert_eq!(store.named("tom", at), Bearer::Unknown);
    }
    store.ask(|directory| {
        assert_eq!(directory.name_at("u", moment(5)).as_deref(), Some("Nell"));
        assert_eq!(directory.name_at("v", moment(5)), None);
        assert_eq!(directory.name_of("u").as_deref(), Some("Nell"));
        assert_eq!(directory.name_of("v"), None);
    });
}

#[test]
fn creations_renames_and_deletions_are_followed() {
    let mut store = Store::new();
    store.creates_user(100, "u", "nell");
    store.renames(200, "u", "eleanor");
    store.about_user(300, "DeleteUser", "u");
    let expected = [
        (50, "nell", Bearer::Unknown),
        (150, "nell", one("u")),
        (150, "eleanor", Bearer::Unknown),
        (250, "nell", Bearer::Unknown),
        (250, "eleanor", one("u")),
        (350, "eleanor", Bearer::Unknown),
    ];
    for (at, name, bearer) in expected {
        assert_eq!(store.named(name, at), bearer, "{name} at {at}");
    }
    for (at, name) in [
        (100, "nell"),
        (200, "nell"),
        (200, "eleanor"),
        (300, "eleanor"),
    ] {
        assert_eq!(
            store.named(name, at),
            Bearer::Unknown,
            "{name} in the second {at}"
        );
        store.ask(|directory| assert_eq!(directory.name_at("u", moment(at)), None));
    }
    store.ask(|directory| {
        assert_eq!(directory.name_at("u", moment(150)).as_deref(), Some("nell"));
        assert_eq!(
            directory.name_at("u", moment(250)).as_deref(),
            Some("eleanor")
        );
        assert_eq!(directory.name_at("u", moment(350)), None);
        assert_eq!(directory.name_of("u").as_deref(), Some("eleanor"));
    });
}

#[test]
fn a_change_of_somebody_else_in_that_second_does_not_matter() {
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.creates_user(100, "v", "tom");
    store.renames(200, "v", "thomas");
    for at in [100, 200] {
        assert_eq!(store.named("nell", at), one("u"));
    }
}

#[test]
fn a_user_created_again_under_an_old_name_is_another_person() {
    let mut store = Store::new();
    store.creates_user(100, "u", "nell");
    store.about_user(200, "DeleteUser", "u");
    store.creates_user(300, "v", "NELL");
    assert_eq!(store.named("nell", 150), one("u"));
    assert_eq!(store.named("nell", 250), Bearer::Unknown);
    assert_eq!(store.named("nell", 350), one("v"));
}

#[test]
fn a_name_that_somebody_gets_was_free_before() {
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.creates_user(300, "v", "nell");
    assert_eq!(
        store.named("nell", 250),
        one("u"),
        "whoever deleted the first isn't in the logs"
    );
    assert_eq!(store.named("nell", 350), one("v"));
    store.ask(|directory| assert_eq!(directory.name_at("u", moment(350)), None));
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.console(300, "CreateUser", json!({"userName": "nell"}));
    assert_eq!(
        store.named("nell", 350),
        Bearer::Unknown,
        "the id of the new one isn't shown"
    );
    assert_eq!(store.named("nell", 250), one("u"));
}

#[test]
fn two_users_with_one_name_at_once_are_not_told_apart() {
    let mut both = called("u", "nell");
    both["Users"]
        .as_array_mut()
        .unwrap()
        .push(json!({"UserId": "v", "UserName": "Nell"}));
    let two = Bearer::OneOf(vec!["u".into(), "v".into()]);
    let store = Store::with_roster(&both, Some(0));
    assert_eq!(store.named("nell", 100), two);
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.roster(&called("v", "nell"), Some(1_000));
    assert_eq!(
        store.named("nell", 500),
        two,
        "one before and another after"
    );
    assert_eq!(store.named("nell", -1), one("u"));
    assert_eq!(store.named("nell", 1_500), one("v"));
    store.ask(|directory| assert_eq!(directory.name_at("u", moment(500)), None));
}

#[test]
fn a_name_beyond_a_gap_in_the_logs_proves_nothing() {
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.roster(&called("v", "nell"), Some(9 * 86_400));
    assert_eq!(
        store.named("nell", 500),
        Bearer::OneOf(vec!["u".into(), "v".into()])
    );
    store.heard = false;
    assert_eq!(store.named("nell", 500), one("u"));
    assert_eq!(store.named("nell", 4 * 86_400), Bearer::Unknown);
    assert_eq!(store.named("nell", 9 * 86_400 - 500), one("v"));
}

#[test]
fn who_is_seen_with_a_name_in_that_second_bears_it() {
    let mut store = Store::with_roster(&called("v", "nell"), Some(1_000));
    store.sign_in(500, "UserAuthentication", Some("u"), Some("nell"));
    assert_eq!(store.named("nell", 500), one("u"));
    assert_eq!(
        store.named("nell", 501),
        Bearer::OneOf(vec!["u".into(), "v".into()])
    );
}

#[test]
fn a_hidden_change_is_like_a_gap() {
    for id in ["u", ""] {
        let mut store = Store::with_roster(&called("u", "nell"), Some(0));
        store.scim(100, "PutUser", id);
        assert_eq!(store.named("nell", 99), one("u"));
        assert_eq!(store.named("nell", 100), Bearer::Unknown);
        assert_eq!(store.named("nell", 101), Bearer::Unknown);
        store.ask(|directory| assert_eq!(directory.name_at("u", moment(101)), None));
        store.roster(&called("u", "nell"), Some(500));
        assert_eq!(store.named("nell", 101), one("u"), "by the roster after it");
        store.roster(&called("u", "eleanor"), Some(400));
        assert_eq!(store.named("eleanor", 200), one("u"));
        assert_eq!(store.named("nell", 200), Bearer::Unknown);
    }
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.renames(100, "u", "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(store.named("nell", 99), one("u"));
    assert_eq!(store.named("nell", 101), Bearer::Unknown);
}

#[test]
fn a_hidden_change_of_one_who_lost_the_name_before_does_not_matter() {
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.renames(100, "u", "eleanor");
    store.creates_user(200, "v", "nell");
    store.renames(300, "u", "ellie");
    for at in [299, 300, 301] {
        assert_eq!(store.named("nell", at), one("v"));
    }
    store.scim(400, "PutUser", "u");
    assert_eq!(store.named("nell", 401), one("v"));
}

#[test]
fn copies_that_contradict_each_other_teach_no_name() {
    let mut store = Store::with_roster(&called("u", "nell"), Some(0));
    store.creates_user(100, "v", "tom");
    store.contradicted("userName", json!("nell"));
    assert_eq!(store.named("nell", 50), one("u"));
    assert_eq!(store.named("nell", 150), Bearer::Unknown);
    assert_eq!(store.named("tom", 150), Bearer::Unknown);
}

#[test]
fn an_undated_roster_is_of_the_present() {
    let mut store = Store::with_roster(&called("u", "eleanor"), None);
    assert_eq!(store.named("eleanor", 100), one("u"));
    store.renames(200, "u", "ellie");
    assert_eq!(
        store.named("eleanor", 100),
        Bearer::Unknown,
        "it was taken later, or the name came back"
    );
    let mut store = Store::with_roster(&called("u", "nell"), None);
    store.about_user(200, "DeleteUser", "u");
    assert_eq!(
        store.named("nell", 100),
        one("u"),
        "it lists them, so it was taken before that"
    );
    assert_eq!(store.named("nell", 300), Bearer::Unknown);
}

#[test]
fn a_roster_beyond_a_gap_does_not_hide_an_undated_one() {
    let mut store = Store::with_roster(&called("u", "nell"), None);
    store.roster(&called("u", "nell"), Some(9 * 86_400));
    store.heard = false;
    assert_eq!(store.named("nell", 500), one("u"));
}

#[test]
fn names_of_other_stores_and_accounts_mean_nothing() {
    let mut store = Store::new();
    store.creates_user(100, "u", "nell")["recipientAccountId"] = json!("777788889999");
    store.creates_user(100, "u", "nell")["requestParameters"]["identityStoreId"] = json!("d-2");
    assert_eq!(store.named("nell", 150), Bearer::Unknown);
}

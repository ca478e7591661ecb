//! Whom an event is about, and names that records show together with an id.

use super::*;
use crate::seen::Fact;

fn bearer_of(store: &Store, record: &Value) -> Bearer {
    let event = match read(record.to_string().as_bytes(), &|_| false).unwrap() {
        Reading::Seen(seen) => match seen.fact {
            Some(Fact::IdentityCenter(event)) => event,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    store.ask(|directory| directory.person_of(&event))
}

/// The person of the record at this place.
fn person(store: &Store, at: usize) -> Bearer {
    bearer_of(store, &store.records[at])
}

#[test]
fn the_id_decides_and_that_of_another_store_means_nothing() {
    let mut store = Store::new();
    store.creates_user(0, "u", "nell");
    let id = "v";
    act_for(
        store.sign_in(100, "UserAuthentication", None, Some("nell")),
        STORE,
        id,
    );
    act_for(
        store.sign_in(100, "UserAuthentication", None, Some("nell")),
        "d-2",
        id,
    );
    assert_eq!(person(&store, 1), one("v"));
    assert_eq!(person(&store, 2), Bearer::Unknown);
}

#[test]
fn records_of_one_sign_in_share_ids_and_names() {
    let mut store = Store::new();
    store.sign_in(100, "CredentialChallenge", None, Some("nell"));
    store.sign_in(105, "UserAuthentication", Some("u"), None);
    assert_eq!(person(&store, 0), one("u"));
    assert_eq!(store.named("nell", 1_000), one("u"), "and teach the name");
    let mut store = Store::with_roster(
        &json!({"Users": [{"UserId": "u", "UserName": "nell"}], "Groups": [], "GroupMemberships": []}),
        Some(0),
    );
    store.sign_in(100, "CredentialChallenge", None, Some("nell"));
    store.sign_in(105, "UserAuthentication", None, None);
    assert_eq!(
        person(&store, 1),
        one("u"),
        "by the name of the other record"
    );
    store.sign_in(106, "CredentialChallenge", None, Some("tom"));
    assert_eq!(person(&store, 1), Bearer::Unknown, "two names");
    store.sign_in(107, "UserAuthentication", Some("v"), None);
    assert_eq!(person(&store, 1), one("v"));
    store.sign_in(108, "UserAuthentication", Some("w"), None);
    assert_eq!(
        person(&store, 1),
        Bearer::OneOf(vec!["v".into(), "w".into()])
    );
    assert_eq!(
        store.named("tom", 200),
        Bearer::Unknown,
        "whose name that is isn't known"
    );
    act_for(
        store.sign_in(109, "UserAuthentication", None, None),
        "d-2",
        "x",
    );
    assert_eq!(person(&store, 1), Bearer::Unknown);
}

#[test]
fn a_name_alone_is_that_of_its_bearer_at_its_time() {
    let mut store = Store::new();
    store.creates_user(0, "u", "nell");
    store.about_user(100, "DeleteUser", "u");
    store.creates_user(200, "v", "nell");
    for at in [50, 100, 150, 250] {
        store.record(at, "sso", "Federate", json!(null))["userIdentity"]["userName"] =
            json!("Nell");
    }
    assert_eq!(person(&store, 3), one("u"));
    assert_eq!(person(&store, 4), Bearer::Unknown);
    assert_eq!(person(&store, 5), Bearer::Unknown);
    assert_eq!(person(&store, 6), one("v"));
    let mut elsewhere = store.records[6].clone();
    elsewhere["recipientAccountId"] = json!("777788889999");
    assert_eq!(
        bearer_of(&store, &elsewhere),
        Bearer::Unknown,
        "of another Identity Center"
    );
    store.record(250, "sso", "Federate", json!(null));
    assert_eq!(person(&store, 7), Bearer::Unknown, "it shows nothing");
}

#[test]
fn any_record_with_a_name_and_an_id_teaches_the_name() {
    let mut store = Store::new();
    let record = store.record(100, "sso", "GetRoleCredentials", json!(null));
    record["userIdentity"]["userName"] = json!("Nell");
    act_for(record, STORE, "u");
    assert_eq!(store.named("nell", 500), one("u"));
    store.ask(|directory| assert_eq!(directory.name_of("u").as_deref(), Some("Nell")));
    store.records[0]["userIdentity"]["onBehalfOf"]["identityStoreArn"] =
        json!("x:identitystore/d-2");
    assert_eq!(store.named("nell", 500), Bearer::Unknown);
}

#[test]
fn the_name_of_a_role_session_teaches_nothing() {
    let mut store = Store::new();
    let record = store.record(100, "sso-directory", "DisableUser", json!({"userId": "x"}));
    record["userIdentity"] = json!({
        "type": "AssumedRole",
        "userName": "nell",
        "principalId": "AROAEXAMPLE:nell",
        "arn": "arn:aws:sts::111122223333:assumed-role/Admin/nell",
    });
    act_for(record, STORE, "u");
    assert_eq!(store.named("nell", 500), Bearer::Unknown);
    store.records[0]["userIdentity"]["onBehalfOf"] = Value::Null;
    store.creates_user(0, "v", "nell");
    assert_eq!(person(&store, 0), Bearer::Unknown);
}

#[test]
fn copies_that_contradict_each_other_teach_nothing() {
    let mut store = Store::new();
    store.sign_in(100, "UserAuthentication", Some("u"), Some("nell"));
    let mut copy = store.records[0].clone();
    copy["additionalEventData"]["UserName"] = json!("tom");
    store.records.push(copy);
    assert_eq!(store.named("nell", 100), Bearer::Unknown);
}

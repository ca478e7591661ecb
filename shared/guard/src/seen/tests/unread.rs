//! A detail that can't be read is reported, hides nothing else, and never counts as absent.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::odd_values::{odd_durations, odd_expirations, odd_parts, odd_proofs};
use super::{every_kind, reading};
use crate::seen::{Fact, Mint, Reading, RecordProblem, SeenRecord, reduced};
use crate::testing::Story;

/// Values that fit no member of a record: neither a text nor an object that CloudTrail writes.
fn out_of_shape() -> [Value; 4] {
    [
        json!({}),
        json!([]),
        json!(["x", {"y": "a secret"}]),
        json!({"x": {"y": "a secret"}}),
    ]
}

/// Every place in a record, including objects and lists.
fn places(value: &Value) -> Vec<String> {
    fn collect_places(value: &Value, at: &str, places: &mut Vec<String>) {
        let inside: Vec<(String, &Value)> = match value {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| (name.clone(), value))
                .collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, value)| (at.to_string(), value))
                .collect(),
            _ => Vec::new(),
        };
        for (name, value) in inside {
            let at = format!("{at}/{name}");
            collect_places(value, &at, places);
            places.push(at);
        }
    }
    let mut places = Vec::new();
    collect_places(value, "", &mut places);
    places
}

/// Whether an event is one of Identity Center. The sign-in service writes other events too.
fn is_of_identity_center(record: &Value) -> bool {
    let text = |member: &str| record[member].as_str().unwrap_or_default();
    let source = text("eventSource");
    let signs_in = ["UserAuthentication", "CreateOAuth2Token"].contains(&text("eventName"));
    source.starts_with("sso")
        || source.starts_with("identitystore")
        || (source == "signin.amazonaws.com" && signs_in)
}

/// Whether Identity Center may hide this value, which it does by writing `{}`.
fn may_be_hidden(record: &Value, place: &str) -> bool {
    let part = place.split('/').nth(1).unwrap_or_default();
    is_of_identity_center(record)
        && match part {
            "requestParameters" | "responseElements" => {
                place.matches('/').count() > 1
                    && !place.ends_with("/maxAuthenticationAge")
                    && !place.ends_with("/operations")
            }
            "additionalEventData" => place.ends_with("/UserName"),
            "serviceEventDetails" => place.ends_with("/role_name"),
            _ => false,
        }
}

#[test]
fn only_identity_center_hides_values() {
    let hidden = |source: &str, name: &str| {
        let record = json!({"eventSource": source, "eventName": name});
        may_be_hidden(&record, "/requestParameters/groupId")
            || may_be_hidden(&record, "/additionalEventData/UserName")
    };
    for (source, name) in [
        ("sso.amazonaws.com", "CreateAccountAssignment"),
        ("sso-directory.amazonaws.com", "AddMemberToGroup"),
        ("identitystore-scim.amazonaws.com", "PatchGroup"),
        ("signin.amazonaws.com", "UserAuthentication"),
        ("signin.amazonaws.com", "CreateOAuth2Token"),
    ] {
        assert!(hidden(source, name), "{source} {name}");
    }
    for (source, name) in [
        ("signin.amazonaws.com", "SwitchRole"),
        ("sts.amazonaws.com", "AssumeRole"),
        ("iam.amazonaws.com", "UserAuthentication"),
    ] {
        assert!(!hidden(source, name), "{source} {name}");
    }
}

/// Puts a value at a place. An object in place of an object, an empty list in place of a list, and
/// hidden values aren't odd.
fn put(record: &mut Value, plain: &Value, place: &str, value: Value) {
    let Some(before) = plain.pointer(place) else {
        return;
    };
    let same =
        (before.is_object() && value.is_object()) || (before.is_array() && value == json!([]));
    let hidden = value == json!({}) && may_be_hidden(plain, place);
    if let Some(slot) = record.pointer_mut(place).filter(|_| !same && !hidden) {
        *slot = value;
    }
}

fn problems(reading: &Reading) -> &[RecordProblem] {
    match reading {
        Reading::Seen(seen) => &seen.unread,
        Reading::Service(_) | Reading::NotRelevant => &[],
    }
}

/// Checks the rules: what changes the reading is reported, and the reduced record reads like the
/// whole one.
fn assert_laws(plain: &Reading, changed: &Value) {
    let text = changed.to_string();
    let Ok(said) = reading(&text) else { return };
    assert!(
        said == *plain || !problems(&said).is_empty(),
        "passes in silence: {text}\n{said:?}"
    );
    let kept = reduced(text.as_bytes()).unwrap();
    assert_eq!(reading(&kept).as_ref(), Ok(&said), "{kept}\nof {text}");
    assert!(!kept.contains("a secret"), "{kept}");
}

#[test]
fn whatever_is_out_of_shape_is_named() {
    for record in every_kind() {
        let plain = reading(&record.to_string()).unwrap();
        for place in places(&record) {
            for value in out_of_shape() {
                let mut changed = record.clone();
                put(&mut changed, &record, &place, value);
                assert_laws(&plain, &changed);
            }
        }
    }
}

#[test]
fn only_what_identifies_a_record_and_what_it_is_about_is_its_end() {
    let mut ends: Vec<String> = Vec::new();
    for record in every_kind() {
        for place in places(&record) {
            for value in out_of_shape() {
                let mut changed = record.clone();
                put(&mut changed, &record, &place, value);
                if reading(&changed.to_string()).is_err() {
                    ends.push(place.clone());
                }
            }
        }
    }
    ends.sort();
    ends.dedup();
    let names = [
        "groupName",
        "newGroupName",
        "newUserName",
        "serialNumber",
        "userName",
    ]
    .map(|name| format!("/requestParameters/{name}"));
    let mut expected: Vec<String> = [
        "eventID",
        "eventName",
        "eventSource",
        "eventTime",
        "recipientAccountId",
    ]
    .map(|name| format!("/{name}"))
    .into();
    expected.push("/requestParameters".to_owned());
    expected.extend(names);
    // For a use, nothing else leads to the session.
    expected
        .extend(["/userIdentity", "/userIdentity/arn", "/userIdentity/type"].map(str::to_owned));
    assert_eq!(ends, expected);
}

proptest! {
    #[test]
    fn several_at_once_are_named_too(kind in 0_usize..100, at in proptest::collection::vec((any::<prop::sample::Index>(), 0_usize..4), 2..5)) {
        let records = every_kind();
        let record = &records[kind % records.len()];
        let plain = reading(&record.to_string()).unwrap();
        let places = places(record);
        let mut changed = record.clone();
        for (place, value) in at {
            put(&mut changed, record, &places[place.index(places.len())], out_of_shape()[value].clone());
        }
        assert_laws(&plain, &changed);
    }
}

fn read_seen(record: &Value) -> SeenRecord {
    match reading(&record.to_string()).unwrap() {
        Reading::Seen(seen) => *seen,
        other => panic!("{other:?}"),
    }
}

fn mint_of(seen: &SeenRecord) -> &Mint {
    match &seen.fact {
        Some(Fact::Mint(mint)) => mint,
        other => panic!("{other:?}"),
    }
}

/// The record of a switch, with this value at that place.
fn switch_with(place: &str, value: Value) -> Value {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .with_serial("arn:aws:iam::111122223333:mfa/dora")
        .only_caller_half();
    let mut record = story.records()[0].clone();
    record["addendum"] = json!({"reason": "DELIVERY_DELAY", "originalEventID": "00000000-0000-4000-8000-000000000009"});
    match record.pointer_mut(place) {
        Some(slot) => *slot = value,
        None => record[place.trim_start_matches('/')] = value,
    }
    record
}

#[test]
fn a_value_that_cloudtrail_never_writes_is_named_with_its_field() {
    let odd = [
        odd_expirations(),
        odd_durations(),
        odd_proofs(),
        odd_parts(),
    ];
    for (place, value) in odd.concat() {
        let record = switch_with(&place, value.clone());
        let seen = read_seen(&record);
        let field = place
            .replace("/0", "[]")
            .trim_start_matches('/')
            .replace('/', ".");
        assert_eq!(seen.unread.len(), 1, "{place} {value}: {:?}", seen.unread);
        assert!(
            seen.unread[0]
                .to_string()
                .starts_with(&format!("`{field}` ")),
            "{place} {value}: {}",
            seen.unread[0]
        );
        assert_eq!(
            mint_of(&seen).role.as_ref().unwrap().as_str(),
            "arn:aws:iam::444455556666:role/UpdateApp",
            "the rest counts"
        );
        assert_laws(&Reading::NotRelevant, &record);
    }
}

#[test]
fn what_is_absent_or_empty_is_not_unread() {
    for place in [
        "/responseElements/credentials/expiration",
        "/requestParameters/durationSeconds",
        "/requestParameters/serialNumber",
        "/userIdentity/sessionContext",
        "/userIdentity/sessionContext/attributes",
        "/userIdentity/sessionContext/attributes/creationDate",
        "/userIdentity/sessionContext/attributes/mfaAuthenticated",
        "/userIdentity/sessionContext/sessionIssuer",
        "/requestParameters",
        "/responseElements",
        "/resources",
        "/sharedEventID",
        "/addendum",
        "/errorMessage",
    ] {
        for value in [Value::Null, json!("")] {
            let seen = read_seen(&switch_with(place, value.clone()));
            assert_eq!(seen.unread, [], "{place} {value}");
        }
    }
}

#[test]
fn the_fact_tells_what_is_unread_from_what_is_absent() {
    let unread = |place: &str, value: Value| {
        let seen = read_seen(&switch_with(place, value));
        let (mint, context) = (mint_of(&seen), seen.caller.session.clone().unwrap());
        let grant = mint.grant.as_ref().unwrap();
        (
            grant.unread.expiration,
            grant.unread.duration,
            grant.unread.serial,
            context.mfa_unread,
            context.created_unread,
        )
    };
    let none = (false, false, false, false, false);
    for value in [Value::Null, json!("")] {
        assert_eq!(unread("/responseElements", value.clone()), none);
        assert_eq!(unread("/requestParameters", value.clone()), none);
        assert_eq!(
            unread("/userIdentity/sessionContext/attributes", value),
            none
        );
    }
    for value in out_of_shape() {
        let part = value != json!({}) && !value.is_object();
        for place in ["/responseElements", "/responseElements/credentials"] {
            assert_eq!(
                unread(place, value.clone()),
                (part, false, false, false, false),
                "{place} {value}"
            );
        }
        assert_eq!(
            unread("/requestParameters", value.clone()),
            (false, part, part, false, false),
            "{value}"
        );
        for place in [
            "/userIdentity/sessionContext",
            "/userIdentity/sessionContext/attributes",
        ] {
            assert_eq!(
                unread(place, value.clone()),
                (false, false, false, part, part),
                "{place} {value}"
            );
        }
    }
}

#[test]
fn a_step_of_the_console_counts_unless_it_failed() {
    let mut story = Story::new();
    story.switch("dave").by_console().only_switch_role();
    let step = |outcome: Value| {
        let mut record = story.records()[0].clone();
        record["responseElements"] = outcome;
        let seen = read_seen(&record);
        (
            matches!(seen.fact, Some(Fact::Console(_))),
            seen.unread.len(),
        )
    };
    for outcome in [
        Value::Null,
        json!(""),
        json!({}),
        json!({"SwitchRole": "Success"}),
        json!({"SwitchRole": ""}),
        json!({"SwitchRole": null}),
    ] {
        assert_eq!(step(outcome.clone()), (true, 0), "{outcome}");
    }
    for outcome in [
        json!({"SwitchRole": "Failure"}),
        json!({"SwitchRole": "FAILURE"}),
    ] {
        assert_eq!(step(outcome.clone()), (false, 0), "{outcome}");
    }
    for outcome in [
        json!({"SwitchRole": "perhaps"}),
        json!({"SwitchRole": {}}),
        json!("Success"),
        json!([]),
    ] {
        assert_eq!(step(outcome.clone()), (true, 1), "{outcome}");
    }
}

#[test]
fn a_step_that_enters_a_role_shows_which_one() {
    let mut story = Story::new();
    story.switch("dave").by_console().only_switch_role();
    let record = &story.records()[0];
    assert_eq!(record["userIdentity"]["type"], "AssumedRole");
    for arn in [
        Value::Null,
        json!(""),
        json!(7),
        json!("arn:aws:iam::111122223333:user/dave"),
    ] {
        let mut record = record.clone();
        record["userIdentity"]["arn"] = arn.clone();
        let problem = RecordProblem::Missing("userIdentity.arn");
        assert_eq!(reading(&record.to_string()), Err(problem), "{arn}");
    }
}

#[test]
fn a_user_whose_name_cannot_be_read_is_not_the_caller() {
    let mut story = Story::new();
    story
        .iam(0, "admin")
        .enrols("dora", "arn:aws:iam::111122223333:mfa/device");
    let mut record = story.records()[0].clone();
    record["requestParameters"]["userName"] = json!({});
    assert_eq!(
        reading(&record.to_string()),
        Err(RecordProblem::Unlike {
            field: "requestParameters.userName"
        })
    );
    record["requestParameters"]["userName"] = Value::Null;
    assert!(
        reading(&record.to_string()).is_ok(),
        "IAM takes the caller's own name"
    );
}

#[test]
fn whether_a_call_failed_shows_in_the_credentials_that_it_issued() {
    let record = switch_with("/errorCode", json!([]));
    assert_eq!(
        read_seen(&record).unread,
        [RecordProblem::Unlike { field: "errorCode" }]
    );
    assert!(mint_of(&read_seen(&record)).issued.is_some());
    let mut record = switch_with("/errorCode", json!({}));
    record["responseElements"] = Value::Null;
    assert_eq!(
        reading(&record.to_string()),
        Err(RecordProblem::Unlike { field: "errorCode" })
    );
}

#[test]
fn no_role_is_held_longer_than_twelve_hours_at_a_time_and_no_credentials_longer_than_a_day_and_a_half()
 {
    let of = |api: &str, duration: i64| {
        let mut record = switch_with("/requestParameters/durationSeconds", json!(duration));
        record["eventName"] = json!(api);
        read_seen(&record).unread.len()
    };
    for api in [
        "AssumeRole",
        "AssumeRoleWithSAML",
        "AssumeRoleWithWebIdentity",
    ] {
        assert_eq!(
            [43_200, 43_201, 129_600].map(|duration| of(api, duration)),
            [0, 1, 1],
            "{api}"
        );
    }
    for api in ["GetSessionToken", "GetFederationToken"] {
        assert_eq!(
            [43_201, 129_600, 129_601].map(|duration| of(api, duration)),
            [0, 0, 1],
            "{api}"
        );
    }
}

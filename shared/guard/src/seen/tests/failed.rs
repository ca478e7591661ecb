//! An empty `errorCode` isn't a failure, for every kind of record.

use serde_json::{Value, json};

use super::{every_kind, reading};
use crate::delivery::Delivery;
use crate::review::change;
use crate::seen::identity_center::Outcome;
use crate::seen::{Fact, Reading, reduced};
use crate::tamper::{GuardedResources, tampering};

/// What pipelines write when CloudTrail writes nothing.
const NO_ERROR: [(&str, Value); 4] = [
    ("errorCode", Value::Null),
    ("errorMessage", Value::Null),
    ("errorCode", Value::String(String::new())),
    ("errorMessage", Value::String(String::new())),
];

fn with_field(record: &Value, (field, value): &(&str, Value)) -> String {
    let mut record = record.clone();
    record[*field] = value.clone();
    record.to_string()
}

#[test]
fn a_record_with_an_empty_error_says_what_it_says_without() {
    let mut services = 0;
    for record in every_kind() {
        let plain = record.to_string();
        let said = reading(&plain).unwrap();
        assert!(!matches!(said, Reading::NotRelevant), "{plain}");
        services += usize::from(matches!(said, Reading::Service(_)));
        for more in &NO_ERROR {
            let filled = with_field(&record, more);
            assert_eq!(reading(&filled).unwrap(), said, "{more:?}: {plain}");
            // A copy from such a pipeline is the same row of the ledger.
            assert_eq!(
                reduced(filled.as_bytes()),
                reduced(plain.as_bytes()),
                "{more:?}: {plain}"
            );
        }
    }
    assert_eq!(
        services, 1,
        "a service's mint of a role that nobody listed is kept as a stub"
    );
}

#[test]
fn any_other_text_is_an_error() {
    for record in every_kind() {
        for code in [" ", "-", "AccessDenied", "0"] {
            let failed = with_field(&record, &("errorCode", json!(code)));
            match reading(&failed).unwrap() {
                Reading::Seen(seen) => {
                    assert_eq!(seen.error.as_deref(), Some(code), "{failed}");
                    match seen.fact {
                        None | Some(Fact::Denial(_)) => {}
                        Some(Fact::IdentityCenter(event)) => {
                            assert_eq!(event.outcome, Outcome::Failure, "{failed}");
                        }
                        other => panic!("{other:?}"),
                    }
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn a_call_that_blinds_the_guard_or_changes_the_setup_did_not_fail_either() {
    let identity = json!({"type": "IAMUser", "userName": "tom", "arn": "arn:aws:iam::111122223333:user/tom", "accountId": "111122223333"});
    let record = |source: &str, name: &str, parameters: Value| {
        json!({
            "eventTime": "2026-03-02T09:00:00Z", "eventSource": source, "eventName": name, "awsRegion": "us-east-1",
            "eventID": "5f0c2ad4-5d1e-4c9b-9a51-000000000001", "recipientAccountId": "111122223333",
            "userIdentity": identity, "requestParameters": parameters,
        })
    };
    let stop = record("cloudtrail.amazonaws.com", "StopLogging", Value::Null);
    let trust = record(
        "iam.amazonaws.com",
        "UpdateAssumeRolePolicy",
        json!({"roleName": "UpdateApp", "policyDocument": "{}"}),
    );
    let guarded = GuardedResources::default();
    let of = |text: &str| {
        (
            tampering(text.as_bytes(), Delivery::default(), &guarded).unwrap(),
            change(text.as_bytes(), Delivery::default()).unwrap(),
        )
    };
    let (tampered, changed) = (of(&stop.to_string()), of(&trust.to_string()));
    assert!(
        tampered
            .0
            .as_ref()
            .is_some_and(|call| call.failed.is_none())
            && changed.1.is_some(),
        "{tampered:?} {changed:?}"
    );
    for more in &NO_ERROR {
        assert_eq!(of(&with_field(&stop, more)), tampered, "{more:?}");
        assert_eq!(of(&with_field(&trust, more)), changed, "{more:?}");
    }
    let failed = with_field(&stop, &("errorCode", json!(" ")));
    assert!(of(&failed).0.is_none_or(|call| call.failed.is_some()));
}

/// Values that aren't texts, for places where CloudTrail only writes texts.
fn no_texts() -> [Value; 5] {
    [json!(0), json!(5), json!(false), json!(true), json!([])]
}

#[test]
fn an_error_that_is_no_text_is_none_where_credentials_were_issued_and_unread_elsewhere() {
    for record in every_kind() {
        for code in no_texts() {
            let odd = with_field(&record, &("errorCode", code.clone()));
            match reading(&odd) {
                Err(problem) => assert!(problem.to_string().contains("errorCode"), "{problem}"),
                Ok(Reading::Seen(seen)) => {
                    assert!(
                        seen.error.is_none() && seen.unread.len() == 1,
                        "{odd}: {seen:?}"
                    );
                    assert!(!matches!(seen.fact, Some(Fact::Denial(_))), "{odd}");
                }
                // A service's session is part of chains even if something else in its record is
                // odd.
                Ok(Reading::Service(_)) => {}
                Ok(other) => panic!("{odd}: {other:?}"),
            }
        }
    }
}

#[test]
fn a_record_that_does_not_say_of_which_service_or_call_it_is_is_unread() {
    for record in every_kind() {
        let values = no_texts()
            .into_iter()
            .chain([Value::Null, json!(""), json!(" ")]);
        for value in values {
            let odd = with_field(&record, &("eventSource", value));
            assert!(
                reading(&odd)
                    .unwrap_err()
                    .to_string()
                    .contains("eventSource"),
                "{odd}"
            );
        }
        let mut without = record.clone();
        without.as_object_mut().unwrap().remove("eventSource");
        assert!(
            reading(&without.to_string())
                .unwrap_err()
                .to_string()
                .contains("eventSource"),
            "{without}"
        );
        let is_use = !["sts.", "signin.", "iam.", "sso."]
            .iter()
            .any(|own| record["eventSource"].as_str().unwrap().starts_with(own));
        for value in no_texts() {
            let odd = with_field(&record, &("eventName", value));
            match reading(&odd) {
                Err(problem) => assert!(problem.to_string().contains("eventName"), "{problem}"),
                Ok(Reading::Seen(seen)) => {
                    assert!(is_use && seen.unread.len() == 1, "{odd}: {seen:?}");
                }
                Ok(other) => panic!("{odd}: {other:?}"),
            }
        }
    }
}

#[test]
fn an_insight_has_no_service_of_its_own_and_is_not_relevant() {
    let insight = json!({
        "eventVersion": "1.08", "eventTime": "2026-03-06T00:04:00Z", "awsRegion": "us-east-1",
        "eventID": "1794558f-2c77-4ecf-8887-8bf6b6fe4326", "eventType": "AwsCloudTrailInsight",
        "recipientAccountId": "444455556666", "insightDetails": {"state": "Start", "eventSource": "ec2.amazonaws.com"},
    });
    assert_eq!(reading(&insight.to_string()), Ok(Reading::NotRelevant));
}

//! Changes of the setup. A change that EventBridge missed still causes a reading of the account,
//! and the finding names who made it.

use rolewatch_guard::testing::Story;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::trail::{auditor, guarded, key, log_file, notify, prepare, put, records_sent};

fn noon() -> Twin<Calm> {
    let twin = Twin::new(Calm, "2026-03-05T12:00:00Z".parse().unwrap());
    prepare(&twin, &Story::new());
    twin
}

fn change(number: u32, account: &str, kind: &str, name: &str) -> Value {
    json!({
        "eventVersion": "1.11", "eventType": "AwsApiCall", "eventID": format!("00000000-0000-4000-b000-{number:012}"),
        "eventTime": "2026-03-05T11:30:00Z", "awsRegion": "us-east-1", "recipientAccountId": account, "eventSource": "iam.amazonaws.com",
        "eventName": name, "requestParameters": {"groupName": "Testers", "userName": "tess", "policyName": "Enter"}, "responseElements": null, "sourceIPAddress": "192.0.2.60",
        "userIdentity": {"type": kind, "principalId": "AIDAEXAMPLEMIA", "userName": "mia", "accountId": account, "arn": format!("arn:aws:iam::{account}:user/mia")},
    })
}

fn put_file(twin: &Twin<Calm>, folder: &str, records: &[&Value]) -> String {
    let key = key(folder, "us-east-1", twin.clock.get(), "EXAMPLE1");
    put(twin, &key, log_file(records));
    key
}

#[test]
fn a_change_that_was_withheld_is_recovered_and_one_that_was_delivered_is_not() {
    let (twin, mut guard) = (noon(), Guard::new(guarded()));
    let (delivered, withheld) = (
        change(1, "111122223333", "IAMUser", "PutGroupPolicy"),
        change(2, "111122223333", "IAMUser", "PutGroupPolicy"),
    );
    let event = json!({"source": "aws.iam", "account": "111122223333", "detail": delivered});
    run(guard.handle(&twin, &to_raw_value(&event).unwrap(), None)).unwrap();
    twin.queue.take();
    let log = put_file(&twin, "111122223333", &[&delivered, &withheld]);
    let report = notify(&mut auditor(), &twin, &[log]);
    assert_eq!(
        (
            report.missed.into_values().sum::<u64>(),
            report.records_unread
        ),
        (1, 0)
    );
    assert_eq!(records_sent(&twin), [withheld]);
}

#[test]
fn what_was_never_to_arrive_is_not_sent() {
    let twin = noon();
    let (of_nobody, by_service, refused) = (
        change(1, "999988887777", "IAMUser", "PutGroupPolicy"),
        change(2, "111122223333", "AWSService", "AddUserToGroup"),
        change(3, "111122223333", "IAMUser", "PutGroupPolicy"),
    );
    let mut refused = refused;
    refused["errorCode"] = "AccessDenied".into();
    let logs = [
        put_file(&twin, "999988887777", &[&of_nobody]),
        put_file(&twin, "111122223333", &[&by_service, &refused]),
    ];
    let report = notify(&mut auditor(), &twin, &logs);
    assert_eq!(
        (
            report.missed.len(),
            report.records_unread,
            records_sent(&twin).len()
        ),
        (0, 0, 0)
    );
}

#[test]
fn a_service_that_changes_a_role_or_a_policy_is_forwarded() {
    let twin = noon();
    let (trust, policy) = (
        change(1, "111122223333", "AWSService", "UpdateAssumeRolePolicy"),
        change(2, "111122223333", "AWSService", "PutGroupPolicy"),
    );
    let log = put_file(&twin, "111122223333", &[&trust, &policy]);
    notify(&mut auditor(), &twin, &[log]);
    assert_eq!(records_sent(&twin).len(), 2);
}

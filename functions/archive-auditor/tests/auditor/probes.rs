//! The guard's own probes are also in the trail. There, they don't show whether EventBridge works.

use rolewatch_guard::testing::Story;
use rolewatch_live::port::TableKind;
use rolewatch_live::testing::{Calm, Twin};
use serde_json::{Value, json};

use crate::trail::{auditor, key, log_file, notify, prepare, put, records_sent};

const SPOKE: &str = "444455556666";

fn noon() -> Twin<Calm> {
    let twin = Twin::new(Calm, "2026-03-05T12:00:00Z".parse().unwrap());
    prepare(&twin, &Story::new());
    twin
}

fn entered(number: u32, session: &str) -> Value {
    let role = format!("arn:aws:iam::{SPOKE}:role/rolewatch-reader");
    json!({
        "eventVersion": "1.08", "eventType": "AwsApiCall", "eventID": format!("00000000-0000-4000-b000-{number:012}"),
        "eventTime": "2026-03-05T11:30:00Z", "awsRegion": "eu-west-1", "recipientAccountId": SPOKE,
        "eventSource": "sts.amazonaws.com", "eventName": "AssumeRole", "sourceIPAddress": "192.0.2.60",
        "userIdentity": {"type": "AWSAccount", "principalId": "AROAHUBEXAMPLE:x", "accountId": "123456789012"},
        "requestParameters": {"roleArn": role, "roleSessionName": session},
        "responseElements": {
            "credentials": {"accessKeyId": format!("ASIAEXAMPLE{number}"), "expiration": "Mar 5, 2026, 11:45:00 AM"},
            "assumedRoleUser": {"assumedRoleId": format!("AROAREADEREXAMPLE:{session}")},
        },
        "resources": [{"type": "AWS::IAM::Role", "ARN": role}],
    })
}

#[test]
fn a_probe_in_the_trail_is_neither_missed_nor_sent_and_answers_nothing() {
    let twin = noon();
    let other = entered(2, "rolewatch");
    let log = key(SPOKE, "eu-west-1", twin.clock.get(), "EXAMPLE1");
    put(
        &twin,
        &log,
        log_file(&[&entered(1, "rolewatch-probe"), &other]),
    );
    let report = notify(&mut auditor(), &twin, &[log]);
    assert_eq!(
        (
            report.missed.into_values().sum::<u64>(),
            report.records_unread
        ),
        (1, 0)
    );
    assert_eq!(records_sent(&twin), [other]);
    assert!(
        !twin
            .rows
            .borrow()
            .contains_key(&(TableKind::Ledger, "probes".to_owned()))
    );
}

#[test]
fn a_probe_in_the_folder_of_another_account_was_put_there_by_somebody() {
    let twin = noon();
    let log = key("111122223333", "eu-west-1", twin.clock.get(), "EXAMPLE1");
    put(&twin, &log, log_file(&[&entered(1, "rolewatch-probe")]));
    assert_eq!(notify(&mut auditor(), &twin, &[log]).records_unread, 1);
}

//! Which records are recovered and counted as missed: those that the ledger lacks and that a rule
//! would have forwarded.

use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_live::telemetry::Count;
use rolewatch_live::testing::{Calm, Twin};
use serde_json::{Value, json};

use super::{event_ids, store_record, story_in_one_file};
use crate::trail::{auditor, deliver, key, log_file, notify, prepare, put, records_sent};

#[test]
fn what_the_ledger_does_not_know_is_sent_as_the_trail_has_it() {
    let (story, twin, keys) = story_in_one_file();
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(story.records()));
    assert_eq!(report.files, keys.len() as u64);
    assert_eq!(
        report.missed.values().sum::<u64>(),
        story.records().len() as u64
    );
    let metrics = report.metrics("archive-auditor");
    assert_eq!(metrics.counted(Count::Missed), story.records().len() as u64);
    assert!(
        report
            .missed
            .keys()
            .any(|[account, region]| account == "111122223333" && region == "us-east-1"),
        "{report:?}"
    );
}

#[test]
fn what_was_seen_through_is_not_sent_again() {
    let (story, twin, keys) = story_in_one_file();
    for record in &story.records()[1..] {
        store_record(&twin, record);
    }
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(
        event_ids(&records_sent(&twin)),
        event_ids(&story.records()[..1])
    );
    assert_eq!(report.missed.values().sum::<u64>(), 1);
}

#[test]
fn an_event_that_may_be_under_way_is_sent_but_not_counted_as_missed() {
    let (story, twin, keys) = story_in_one_file();
    let first: Moment = story.records()[0]["eventTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    twin.clock.set(first.plus_seconds(599));
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(story.records()));
    assert_eq!(
        (report.missed.len(), report.early),
        (0, story.records().len() as u64)
    );
}

#[test]
fn a_record_that_is_known_in_other_words_is_judged_but_was_not_missed() {
    let (story, twin, keys) = story_in_one_file();
    for record in story.records() {
        let mut other = record.clone();
        other["sourceIPAddress"] = "203.0.113.99".into();
        store_record(&twin, &other);
    }
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(story.records()));
    assert_eq!(
        (report.missed.len(), report.early),
        (0, story.records().len() as u64)
    );
}

#[test]
fn what_the_rules_do_not_let_through_is_not_recovered() {
    let (story, twin, _) = story_in_one_file();
    let base = &story.records()[0];
    let other = |change: &dyn Fn(&mut Value)| {
        let mut record = base.clone();
        change(&mut record);
        record
    };
    let service = json!({"type": "AWSService", "invokedBy": "ec2.amazonaws.com"});
    let records = [
        other(&|record| record["eventName"] = "GetCallerIdentity".into()),
        other(&|record| {
            record["eventSource"] = "iam.amazonaws.com".into();
            record["eventName"] = "ListUsers".into();
        }),
        other(&|record| {
            record["userIdentity"] = service.clone();
            record["requestParameters"]["roleArn"] = "arn:aws:iam::111122223333:role/worker".into();
        }),
        other(&|record| record["eventSource"] = "s3.amazonaws.com".into()),
    ];
    let account = base["recipientAccountId"].as_str().unwrap();
    let key = key(account, "us-east-1", twin.clock.get(), "EXAMPLE2");
    put(&twin, &key, log_file(&records.iter().collect::<Vec<_>>()));
    let report = notify(&mut auditor(), &twin, &[key]);
    assert_eq!(
        (
            event_ids(&records_sent(&twin)),
            report.records_unread,
            report.files
        ),
        (Vec::new(), 0, 1)
    );
}

#[test]
fn a_service_that_enters_an_elevated_role_is_recovered() {
    let mut story = Story::new();
    story.service_switch("ec2.amazonaws.com");
    assert_eq!(story.records()[0]["userIdentity"]["type"], "AWSService");
    let twin = Twin::new(Calm, story.now().plus_seconds(3_600));
    prepare(&twin, &story);
    let elevated: Vec<Value> = story
        .records()
        .iter()
        .filter(|record| {
            record["requestParameters"]["roleArn"] == "arn:aws:iam::444455556666:role/UpdateApp"
        })
        .cloned()
        .collect();
    assert!(!elevated.is_empty(), "{:?}", story.records());
    let keys = deliver(&twin, &story);
    notify(&mut auditor(), &twin, &keys);
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(&elevated));
}

//! Records are recovered from every form of log file, and after every form of notification.

use rolewatch_live::testing::{run, unnamed};
use serde_json::{Value, json};

use super::{alerts, event_ids, notes, store_record, story_in_one_file};
use crate::trail::{auditor, created, gzip, key, log_file, notify, put, records_sent};

#[test]
fn a_record_that_does_not_say_whose_it_is_is_sent_with_the_account_of_its_folder() {
    let (story, twin, keys) = story_in_one_file();
    let files: Vec<Vec<u8>> = keys
        .iter()
        .map(|key| {
            let account = key.split('/').nth(1).unwrap();
            let own = story
                .records()
                .iter()
                .filter(|record| record["recipientAccountId"] == account)
                .map(unnamed);
            log_file(&own.collect::<Vec<_>>().iter().collect::<Vec<_>>())
        })
        .collect();
    for (key, file) in keys.iter().zip(files) {
        put(&twin, key, file);
    }
    // The ledger has the same record, which arrived with its account.
    store_record(&twin, &story.records()[0]);
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(
        (report.records_unread, report.missed.values().sum::<u64>()),
        (0, story.records().len() as u64 - 1)
    );
    let mut sent: Vec<(Value, Value)> = Vec::new();
    for (_, body) in twin.queue.take() {
        let message: Value = serde_json::from_str(&body).unwrap();
        if message["recovered"] == "trail" {
            sent.push((
                message["account"].clone(),
                message["detail"]["eventID"].clone(),
            ));
        }
    }
    let mut wanted: Vec<(Value, Value)> = story.records()[1..]
        .iter()
        .map(|record| {
            (
                record["recipientAccountId"].clone(),
                record["eventID"].clone(),
            )
        })
        .collect();
    sent.sort_by_key(|(account, id)| format!("{account}{id}"));
    wanted.sort_by_key(|(account, id)| format!("{account}{id}"));
    assert_eq!(sent, wanted);
}

/// The text of a file with the records in another form than a trail's own.
fn in_form(form: &str, records: &[String]) -> String {
    let message =
        |record: &String| json!({"id": "1", "timestamp": 1_772_442_000_000_i64, "message": record});
    let messages: Vec<Value> = records.iter().map(message).collect();
    match form {
        "subscription" => json!({"messageType": "DATA_MESSAGE", "logEvents": messages}).to_string(),
        "filtered" => json!({ "events": messages }).to_string(),
        "exported" => records
            .iter()
            .flat_map(|record| ["2026-03-02T09:00:00.000Z ", record, "\n"])
            .collect(),
        "texts" => json!(records).to_string(),
        _ => json!({ "Records": records }).to_string(),
    }
}

#[test]
fn records_are_recovered_however_the_file_holds_them() {
    for form in [
        "subscription",
        "filtered",
        "exported",
        "texts",
        "texts under Records",
    ] {
        let (story, twin, keys) = story_in_one_file();
        for key in &keys {
            let account = key.split('/').nth(1).unwrap();
            let own = story
                .records()
                .iter()
                .filter(|record| record["recipientAccountId"] == account);
            put(
                &twin,
                key,
                gzip(in_form(form, &own.map(ToString::to_string).collect::<Vec<_>>()).as_bytes()),
            );
        }
        let report = notify(&mut auditor(), &twin, &keys);
        assert_eq!(
            event_ids(&records_sent(&twin)),
            event_ids(story.records()),
            "{form}"
        );
        assert_eq!(
            (report.records_unread, report.files_unread),
            (0, 0),
            "{form}"
        );
        assert_eq!(
            report.missed.values().sum::<u64>(),
            story.records().len() as u64,
            "{form}"
        );
    }
}

#[test]
fn a_file_that_holds_more_than_is_held_at_a_time_is_recovered_whole() {
    let (story, twin, _) = story_in_one_file();
    let base = story
        .records()
        .iter()
        .find(|record| record["eventName"] == "AssumeRole")
        .unwrap();
    let padding = "x".repeat(200_000);
    let records: Vec<Value> = (0..400)
        .map(|at| {
            let mut record = base.clone();
            record["eventID"] = format!("00000000-0000-4000-9000-{at:012}").into();
            record["requestParameters"]["policy"] = padding.as_str().into();
            record
        })
        .collect();
    let key = key(
        base["recipientAccountId"].as_str().unwrap(),
        "us-east-1",
        twin.clock.get(),
        "EXAMPLE2",
    );
    put(&twin, &key, log_file(&records.iter().collect::<Vec<_>>()));
    notify(&mut auditor(), &twin, &[key]);
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(&records));
}

#[test]
fn digests_insights_and_other_objects_are_passed_over_in_silence() {
    let (_, twin, _) = story_in_one_file();
    let keys = [
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/02/d.json.gz",
        "AWSLogs/111122223333/CloudTrail-Insight/us-east-1/2026/03/02/i.json.gz",
        "AWSLogs/111122223333/Config/us-east-1/2026/3/2/c.json.gz",
        "elb/AWSLogs/111122223333/elasticloadbalancing/x.gz",
    ]
    .map(ToOwned::to_owned);
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!((report.ignored, report.files), (4, 0));
    assert_eq!((notes(&twin).len(), alerts(&twin)), (0, 0));
}

#[test]
fn an_event_of_the_bucket_and_a_notification_of_s3_can_be_fed_by_hand() {
    let (story, twin, keys) = story_in_one_file();
    let mut auditor = auditor();
    for (at, key) in keys.iter().enumerate() {
        let by_s3 = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"bucket": {"name": "trail-logs"}, "object": {"key": key}}}]});
        let payload = if at == 0 { by_s3 } else { created(key) };
        run(auditor.handle(
            &twin,
            &serde_json::value::to_raw_value(&payload).unwrap(),
            None,
        ))
        .unwrap();
    }
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(story.records()));
}

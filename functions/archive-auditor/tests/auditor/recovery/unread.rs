//! Files that can't be read, or don't belong to the trail: they are noted or set aside, and
//! everything else is recovered.

use serde_json::{Value, json};

use super::{alerts, event_ids, notes, story_in_one_file};
use crate::trail::{
    auditor, created, gzip, gzip_stored, key, log_file, notify, put, records_sent, run_batch,
};

#[test]
fn of_a_file_that_is_cut_off_the_rest_is_recovered_and_the_fault_is_noted_and_told() {
    let (story, twin, keys) = story_in_one_file();
    let account = story.records()[0]["recipientAccountId"].as_str().unwrap();
    let mut records: Vec<&Value> = story
        .records()
        .iter()
        .filter(|record| record["recipientAccountId"] == account)
        .collect();
    let filler = json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject", "padding": "x".repeat(300_000)});
    records.push(&filler);
    let whole = gzip_stored(json!({ "Records": records }).to_string().as_bytes());
    put(&twin, &keys[0], whole[..whole.len() - 100_000].to_vec());
    let report = notify(&mut auditor(), &twin, &keys[..1]);
    assert_eq!(records_sent(&twin).len(), records.len() - 1);
    assert_eq!(report.files_unread, 1);
    let notes = notes(&twin);
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0]["file"], format!("s3://trail-logs/{}", keys[0]));
    assert!(
        notes[0]["unread"][1]
            .as_str()
            .unwrap()
            .contains("truncated"),
        "{notes:?}"
    );
    assert_eq!(alerts(&twin), 1);
}

#[test]
fn an_empty_file_is_named_and_not_taken_for_a_quiet_hour() {
    let (_, twin, keys) = story_in_one_file();
    put(&twin, &keys[0], gzip(b""));
    let report = notify(&mut auditor(), &twin, &keys[..1]);
    assert_eq!((report.files_unread, notes(&twin).len()), (1, 1));
}

#[test]
fn a_record_that_cannot_be_read_is_noted_and_the_others_are_recovered() {
    let (story, twin, _) = story_in_one_file();
    let mut broken = story.records()[0].clone();
    broken["eventTime"] = "yesterday".into();
    let account = broken["recipientAccountId"].as_str().unwrap().to_owned();
    let good: Vec<&Value> = story
        .records()
        .iter()
        .filter(|record| record["recipientAccountId"] == account)
        .collect();
    let key = key(&account, "us-east-1", twin.clock.get(), "EXAMPLE2");
    put(&twin, &key, log_file(&[&[&broken], &*good].concat()));
    let report = notify(&mut auditor(), &twin, &[key]);
    assert_eq!(records_sent(&twin).len(), good.len());
    assert_eq!((report.records_unread, report.files_unread), (1, 0));
    assert!(
        notes(&twin)[0]["unread"][0]
            .as_str()
            .unwrap()
            .contains("record 1"),
        "{:?}",
        notes(&twin)
    );
}

#[test]
fn what_a_file_holds_beside_records_is_noted_and_they_are_recovered() {
    let (story, twin, keys) = story_in_one_file();
    for key in &keys {
        let own = story
            .records()
            .iter()
            .filter(|record| key.contains(record["recipientAccountId"].as_str().unwrap()));
        let mut records: Vec<Value> = own.cloned().collect();
        records.insert(0, json!({"foo": 1}));
        records.push(json!("START RequestId"));
        put(&twin, key, log_file(&records.iter().collect::<Vec<_>>()));
    }
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(event_ids(&records_sent(&twin)), event_ids(story.records()));
    assert_eq!(report.records_unread, 2 * keys.len() as u64);
    let noted = notes(&twin)[0]["unread"].to_string();
    assert!(
        noted.contains("record 1") && noted.contains("neither is nor contains a CloudTrail record"),
        "{noted}"
    );
}

#[test]
fn an_event_that_aws_did_not_send_is_noted_and_not_sent_on() {
    let (story, twin, _) = story_in_one_file();
    let account = story.records()[0]["recipientAccountId"]
        .as_str()
        .unwrap()
        .to_owned();
    let event = |source: &str, account: &str| {
        json!({"source": source, "account": account, "detail": story.records()[0]}).to_string()
    };
    let text = [
        event("com.example.app", &account),
        event("aws.sts", "999988887777"),
        event("aws.sts", &account),
    ]
    .join("\n");
    let key = key(&account, "us-east-1", twin.clock.get(), "EXAMPLE2");
    put(&twin, &key, gzip(text.as_bytes()));
    let report = notify(&mut auditor(), &twin, &[key]);
    assert_eq!(
        event_ids(&records_sent(&twin)),
        event_ids(&story.records()[..1])
    );
    assert_eq!(
        (
            report.quarantined,
            report.records_unread,
            report.files_unread
        ),
        (2, 0, 0)
    );
    let noted = notes(&twin)[0]["unread"].to_string();
    assert!(
        noted.contains("record 1")
            && noted.contains("com.example.app")
            && noted.contains("record 2"),
        "{noted}"
    );
}

#[test]
fn a_record_in_another_accounts_folder_is_no_evidence() {
    let (story, twin, _) = story_in_one_file();
    let key = key("999988887777", "us-east-1", twin.clock.get(), "EXAMPLE2");
    put(
        &twin,
        &key,
        log_file(&story.records().iter().collect::<Vec<_>>()),
    );
    let report = notify(&mut auditor(), &twin, &[key]);
    assert_eq!(event_ids(&records_sent(&twin)), Vec::<String>::new());
    assert_eq!(report.records_unread, story.records().len() as u64);
}

#[test]
fn a_message_of_another_bucket_or_of_nothing_is_put_aside() {
    let (_, twin, keys) = story_in_one_file();
    let elsewhere = created(&keys[0])
        .to_string()
        .replace("trail-logs", "somebodys-bucket");
    let (failed, report) = run_batch(&mut auditor(), &twin, &[elsewhere, "rubbish".to_owned()]);
    assert_eq!((failed.len(), report.quarantined, report.files), (0, 2, 0));
    assert_eq!(event_ids(&records_sent(&twin)), Vec::<String>::new());
    assert_eq!(
        twin.objects
            .borrow()
            .keys()
            .filter(|key| key.starts_with("quarantine/"))
            .count(),
        2
    );
}

#[test]
fn a_record_too_large_for_a_queue_is_put_aside_and_told() {
    let (story, twin, _) = story_in_one_file();
    let mut record = story.records()[0].clone();
    record["requestParameters"]["policy"] = "x".repeat(250_000).into();
    let key = key(
        record["recipientAccountId"].as_str().unwrap(),
        "us-east-1",
        twin.clock.get(),
        "EXAMPLE2",
    );
    put(&twin, &key, log_file(&[&record]));
    notify(&mut auditor(), &twin, &[key]);
    assert_eq!(event_ids(&records_sent(&twin)), Vec::<String>::new());
    assert_eq!((notes(&twin).len(), alerts(&twin)), (1, 1));
    assert_eq!(notes(&twin)[0]["detail"]["eventID"], record["eventID"]);
}

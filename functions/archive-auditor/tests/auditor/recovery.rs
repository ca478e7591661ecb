//! Files that the trail's bucket tells of.

use std::cell::RefCell;

use rolewatch_guard::moment::Moment;
use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::Story;
use rolewatch_live::ledger::mark_done;
use rolewatch_live::port::{Notice, Trouble};
use rolewatch_live::telemetry::Count;
use rolewatch_live::testing::{Calm, Gate, Twin, Weather, run, unnamed};
use serde_json::{Value, json};

use crate::trail::{
    auditor, batch, created, deliver, gzip, gzip_stored, key, log_file, notify, prepare, put, sent,
};

/// A story in one file, an hour later.
fn told() -> (Story, Twin<Calm>, Vec<String>) {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    let twin = Twin::new(Calm, story.now().plus_seconds(3_600));
    prepare(&twin, &story);
    let keys = deliver(&twin, &story);
    (story, twin, keys)
}

fn ids(records: &[Value]) -> Vec<String> {
    let mut ids: Vec<String> = records
        .iter()
        .map(|record| format!("{}{}", record["recipientAccountId"], record["eventID"]))
        .collect();
    ids.sort();
    ids
}

/// As the guard leaves it.
fn know(twin: &Twin<Calm>, record: &Value) {
    let text = record.to_string();
    let Ok(Reading::Seen(seen)) = read(text.as_bytes(), &|_| true) else {
        panic!("not relevant: {text}")
    };
    run(mark_done(
        twin,
        &seen.key,
        &reduced(text.as_bytes()).unwrap(),
        twin.clock.get(),
    ))
    .unwrap();
}

fn notes(twin: &Twin<Calm>) -> Vec<Value> {
    let objects = twin.objects.borrow();
    let notes = objects
        .iter()
        .filter(|(key, _)| key.starts_with("quarantine/"));
    notes
        .map(|(_, (bytes, _))| serde_json::from_slice(bytes).unwrap())
        .collect()
}

fn alerts(twin: &Twin<Calm>) -> usize {
    twin.topics
        .borrow()
        .iter()
        .filter(|notice| matches!(notice, Notice::Operations { .. }))
        .count()
}

#[test]
fn what_the_ledger_does_not_know_is_sent_as_the_trail_has_it() {
    let (story, twin, keys) = told();
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(ids(&sent(&twin)), ids(story.records()));
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
    let (story, twin, keys) = told();
    for record in &story.records()[1..] {
        know(&twin, record);
    }
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(ids(&sent(&twin)), ids(&story.records()[..1]));
    assert_eq!(report.missed.values().sum::<u64>(), 1);
}

#[test]
fn an_event_that_may_be_under_way_is_sent_but_not_counted_as_missed() {
    let (story, twin, keys) = told();
    let first: Moment = story.records()[0]["eventTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    twin.clock.set(first.plus_seconds(599));
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(ids(&sent(&twin)), ids(story.records()));
    assert_eq!(
        (report.missed.len(), report.early),
        (0, story.records().len() as u64)
    );
}

#[test]
fn a_record_that_is_known_in_other_words_is_judged_but_was_not_missed() {
    let (story, twin, keys) = told();
    for record in story.records() {
        let mut other = record.clone();
        other["sourceIPAddress"] = "203.0.113.99".into();
        know(&twin, &other);
    }
    let report = notify(&mut auditor(), &twin, &keys);
    assert_eq!(ids(&sent(&twin)), ids(story.records()));
    assert_eq!(
        (report.missed.len(), report.early),
        (0, story.records().len() as u64)
    );
}

#[test]
fn what_the_rules_do_not_let_through_is_not_recovered() {
    let (story, twin, _) = told();
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
        (ids(&sent(&twin)), report.records_unread, report.files),
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
    assert_eq!(ids(&sent(&twin)), ids(&elevated));
}

#[test]
fn digests_insights_and_other_objects_are_passed_over_in_silence() {
    let (_, twin, _) = told();
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
fn of_a_file_that_is_cut_off_the_rest_is_recovered_and_the_fault_is_noted_and_told() {
    let (story, twin, keys) = told();
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
    assert_eq!(sent(&twin).len(), records.len() - 1);
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
fn a_record_that_cannot_be_read_is_noted_and_the_others_are_recovered() {
    let (story, twin, _) = told();
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
    assert_eq!(sent(&twin).len(), good.len());
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
fn an_event_that_aws_did_not_send_is_noted_and_not_sent_on() {
    let (story, twin, _) = told();
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
    assert_eq!(ids(&sent(&twin)), ids(&story.records()[..1]));
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
fn a_record_that_does_not_say_whose_it_is_is_sent_with_the_account_of_its_folder() {
    let (story, twin, keys) = told();
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
    // It is the same record as the one that arrived and said whose it is.
    know(&twin, &story.records()[0]);
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

/// The text of a file that holds the records in a form other than a trail's own.
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
        let (story, twin, keys) = told();
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
        assert_eq!(ids(&sent(&twin)), ids(story.records()), "{form}");
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
fn what_a_file_holds_beside_records_is_noted_and_they_are_recovered() {
    let (story, twin, keys) = told();
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
    assert_eq!(ids(&sent(&twin)), ids(story.records()));
    assert_eq!(report.records_unread, 2 * keys.len() as u64);
    let noted = notes(&twin)[0]["unread"].to_string();
    assert!(
        noted.contains("record 1") && noted.contains("not a CloudTrail record"),
        "{noted}"
    );
}

#[test]
fn a_record_in_another_accounts_folder_is_no_evidence() {
    let (story, twin, _) = told();
    let key = key("999988887777", "us-east-1", twin.clock.get(), "EXAMPLE2");
    put(
        &twin,
        &key,
        log_file(&story.records().iter().collect::<Vec<_>>()),
    );
    let report = notify(&mut auditor(), &twin, &[key]);
    assert_eq!(ids(&sent(&twin)), Vec::<String>::new());
    assert_eq!(report.records_unread, story.records().len() as u64);
}

#[test]
fn a_message_of_another_bucket_or_of_nothing_is_put_aside() {
    let (_, twin, keys) = told();
    let elsewhere = created(&keys[0])
        .to_string()
        .replace("trail-logs", "somebodys-bucket");
    let (failed, report) = batch(&mut auditor(), &twin, &[elsewhere, "rubbish".to_owned()]);
    assert_eq!((failed.len(), report.quarantined, report.files), (0, 2, 0));
    assert_eq!(ids(&sent(&twin)), Vec::<String>::new());
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
fn a_file_that_holds_more_than_is_held_at_a_time_is_recovered_whole() {
    let (story, twin, _) = told();
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
    assert_eq!(ids(&sent(&twin)), ids(&records));
}

#[test]
fn a_record_too_large_for_a_queue_is_put_aside_and_told() {
    let (story, twin, _) = told();
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
    assert_eq!(ids(&sent(&twin)), Vec::<String>::new());
    assert_eq!((notes(&twin).len(), alerts(&twin)), (1, 1));
    assert_eq!(notes(&twin)[0]["detail"]["eventID"], record["eventID"]);
}

/// Fails the one call that it counts down to.
struct FailsAt(RefCell<usize>);

impl Weather for FailsAt {
    fn at(&self, _: Gate, what: &'static str) -> Result<(), Trouble> {
        let mut left = self.0.borrow_mut();
        *left = left.wrapping_sub(1);
        if *left == 0 {
            Err(Trouble::Throttled {
                what: what.to_owned(),
            })
        } else {
            Ok(())
        }
    }
}

#[test]
fn wherever_it_is_stopped_the_message_comes_again_and_all_is_recovered() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    let mut stopped = 0;
    for at in 1..400 {
        let twin = Twin::new(FailsAt(RefCell::new(at)), story.now().plus_seconds(3_600));
        prepare(&twin, &story);
        let keys = deliver(&twin, &story);
        let bodies: Vec<String> = keys.iter().map(|key| created(key).to_string()).collect();
        let mut auditor = auditor();
        let (failed, _) = batch(&mut auditor, &twin, &bodies);
        let mut all = sent(&twin);
        if failed.is_empty() {
            assert_eq!(ids(&all), ids(story.records()));
            break;
        }
        stopped += 1;
        let again: Vec<String> = failed
            .iter()
            .map(|id| bodies[id.parse::<usize>().unwrap()].clone())
            .collect();
        let (failed, _) = batch(&mut auditor, &twin, &again);
        assert!(failed.is_empty(), "stopped at call {at}");
        all.extend(sent(&twin));
        let mut ids = ids(&all);
        ids.dedup();
        assert_eq!(ids, self::ids(story.records()), "stopped at call {at}");
    }
    assert!((20..399).contains(&stopped), "{stopped}");
}

#[test]
fn an_event_of_the_bucket_and_a_notification_of_s3_can_be_fed_by_hand() {
    let (story, twin, keys) = told();
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
    assert_eq!(ids(&sent(&twin)), ids(story.records()));
}

#[test]
fn an_empty_file_is_named_and_not_taken_for_a_quiet_hour() {
    let (_, twin, keys) = told();
    put(&twin, &keys[0], gzip(b""));
    let report = notify(&mut auditor(), &twin, &keys[..1]);
    assert_eq!((report.files_unread, notes(&twin).len()), (1, 1));
}

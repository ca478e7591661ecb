//! Calls that would blind the guard, if EventBridge doesn't deliver them. It may well miss a call
//! that disables a rule.

use std::path::Path;

use rolewatch_guard::seen::{Reading, read, reduced};
use rolewatch_guard::testing::Story;
use rolewatch_live::ledger::mark_done;
use rolewatch_live::outbox::FindingState;
use rolewatch_live::port::TableKind;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::Guard;

use crate::trail::{auditor, guarded, key, log_file, notify, prepare, put, records_sent};

/// The record in an event of `events/tamper`.
fn record(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../events/tamper")
        .join(format!("{name}.json"));
    serde_json::from_str::<Value>(&std::fs::read_to_string(path).unwrap()).unwrap()["detail"].take()
}

/// A world with a policy, on Thursday at noon.
fn thursday() -> Twin<Calm> {
    let story = Story::new();
    let twin = Twin::new(Calm, "2026-03-05T12:00:00Z".parse().unwrap());
    prepare(&twin, &story);
    twin
}

fn put_file(twin: &Twin<Calm>, folder: &str, name: &str, records: &[&Value]) -> String {
    let key = key(folder, "us-east-1", twin.clock.get(), name);
    put(twin, &key, log_file(records));
    key
}

/// Delivers the record as EventBridge does.
fn deliver(twin: &Twin<Calm>, guard: &mut Guard, record: &Value) {
    let event =
        json!({"source": "aws.events", "account": record["recipientAccountId"], "detail": record});
    run(guard.handle(twin, &to_raw_value(&event).unwrap(), None)).unwrap();
}

/// The guard handles the messages in its queue.
fn handle(twin: &Twin<Calm>, guard: &mut Guard) {
    for (_, body) in twin.queue.take() {
        let batch = json!({"Records": [{"messageId": "1", "body": body}]});
        let (response, _) = run(guard.handle(twin, &to_raw_value(&batch).unwrap(), None)).unwrap();
        assert!(response.batch_item_failures.is_empty());
    }
}

/// The records of the RW201 findings in the outbox, and the number of published alerts.
fn tampering_found(twin: &Twin<Calm>) -> (Vec<String>, usize) {
    let rows = twin.rows.borrow();
    let states = rows
        .iter()
        .filter(|((place, pk), _)| *place == TableKind::Outbox && pk.starts_with("finding#"));
    let alerts = states.map(|(_, rows)| {
        serde_json::from_str::<FindingState>(&rows["state"].body)
            .unwrap()
            .alert
    });
    let mut events: Vec<String> = alerts
        .filter(|alert| alert.rule == "RW201")
        .flat_map(|alert| alert.events)
        .collect();
    events.sort();
    (events, twin.topics.borrow().len())
}

fn id(record: &Value) -> String {
    record["eventID"].as_str().unwrap().to_owned()
}

#[test]
fn a_call_that_was_withheld_is_recovered_counted_and_found_once() {
    let (twin, call) = (thursday(), record("events-DisableRule"));
    let first = put_file(&twin, "444455556666", "EXAMPLE1", &[&call]);
    let report = notify(&mut auditor(), &twin, &[first]);
    let place = ["444455556666".to_owned(), "us-east-1".to_owned()];
    assert_eq!(
        (
            report.missed.get(&place),
            report.early,
            report.records_unread
        ),
        (Some(&1), 0, 0)
    );
    handle(&twin, &mut Guard::new(guarded()));
    assert_eq!(tampering_found(&twin), (vec![id(&call)], 1));
    // A second file contains it too.
    let second = put_file(&twin, "444455556666", "EXAMPLE2", &[&call, &call]);
    let report = notify(&mut auditor(), &twin, &[second]);
    assert_eq!(
        (report.missed.len(), report.early, records_sent(&twin).len()),
        (0, 0, 0)
    );
    assert_eq!(tampering_found(&twin), (vec![id(&call)], 1));
}

#[test]
fn a_call_that_was_delivered_is_neither_sent_again_nor_missed() {
    let (twin, mut guard) = (thursday(), Guard::new(guarded()));
    // For an IAM call, the ledger also has the record. For an SQS call, there is only the finding.
    let (delivered, of_iam, withheld) = (
        record("events-DisableRule"),
        record("iam-DeleteRolePolicy"),
        record("sqs-PurgeQueue"),
    );
    deliver(&twin, &mut guard, &delivered);
    deliver(&twin, &mut guard, &of_iam);
    let production = put_file(&twin, "444455556666", "EXAMPLE1", &[&delivered, &of_iam]);
    let hub = put_file(&twin, "123456789012", "EXAMPLE1", &[&withheld]);
    let report = notify(&mut auditor(), &twin, &[production, hub]);
    let place = ["123456789012".to_owned(), "us-east-1".to_owned()];
    assert_eq!(
        (report.missed.into_iter().collect::<Vec<_>>(), report.early),
        (vec![(place, 1)], 0)
    );
    assert_eq!(records_sent(&twin), [withheld]);
}

#[test]
fn a_call_that_may_be_under_way_is_sent_but_not_counted_as_missed() {
    let (twin, call) = (thursday(), record("events-DisableRule"));
    twin.clock.set("2026-03-05T02:39:59Z".parse().unwrap());
    let report = notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "444455556666", "EXAMPLE1", &[&call])],
    );
    assert_eq!(
        (report.missed.len(), report.early, records_sent(&twin).len()),
        (0, 1, 1)
    );
}

#[test]
fn what_is_not_the_guards_own_is_not_recovered() {
    let twin = thursday();
    let other: Value = serde_json::from_str(
        &record("events-DisableRule")
            .to_string()
            .replace("rolewatch", "shop"),
    )
    .unwrap();
    let report = notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "444455556666", "EXAMPLE1", &[&other])],
    );
    assert_eq!(
        (
            records_sent(&twin).len(),
            report.missed.len(),
            report.records_unread
        ),
        (0, 0, 0)
    );
}

#[test]
fn calls_that_the_rules_watch_in_the_hub_alone_are_recovered_there_alone() {
    let (twin, call) = (thursday(), record("lambda-DeleteFunction20150331"));
    let mut elsewhere = call.clone();
    elsewhere["recipientAccountId"] = "444455556666".into();
    let mut in_tokyo = call.clone();
    in_tokyo["awsRegion"] = "ap-northeast-1".into();
    let tokyo = key(
        "123456789012",
        "ap-northeast-1",
        twin.clock.get(),
        "EXAMPLE1",
    );
    put(&twin, &tokyo, log_file(&[&in_tokyo]));
    let report = notify(
        &mut auditor(),
        &twin,
        &[
            put_file(&twin, "444455556666", "EXAMPLE1", &[&elsewhere]),
            tokyo,
        ],
    );
    assert_eq!(
        (
            records_sent(&twin).len(),
            report.missed.len(),
            report.records_unread
        ),
        (0, 0, 0)
    );
    notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "123456789012", "EXAMPLE1", &[&call])],
    );
    assert_eq!(records_sent(&twin), [call]);
}

/// An elevated session deletes a function in its own account that has the name of the guard's.
fn by_an_elevated_session() -> Value {
    let mut call = record("lambda-DeleteFunction20150331");
    call["recipientAccountId"] = "444455556666".into();
    let text = call
        .to_string()
        .replace("Administrator", "UpdateApp")
        .replace("123456789012", "444455556666");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn an_elevated_session_is_forwarded_whatever_it_does_and_so_is_its_call_recovered() {
    let (twin, call) = (thursday(), by_an_elevated_session());
    notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "444455556666", "EXAMPLE1", &[&call])],
    );
    handle(&twin, &mut Guard::new(guarded()));
    assert_eq!(tampering_found(&twin).0, [id(&call)]);
    // The ledger has both the use and the call now.
    let report = notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "444455556666", "EXAMPLE2", &[&call])],
    );
    assert_eq!(
        (report.missed.len(), report.early, records_sent(&twin).len()),
        (0, 0, 0)
    );
}

#[test]
fn a_record_that_arrived_before_its_call_was_watched_is_sent_but_was_not_missed() {
    let (twin, call) = (thursday(), by_an_elevated_session());
    let text = call.to_string();
    let Ok(Reading::Seen(seen)) = read(text.as_bytes(), &|_| true) else {
        panic!("not relevant: {text}")
    };
    run(mark_done(
        &twin,
        &seen.key,
        &reduced(text.as_bytes()).unwrap(),
        twin.clock.get(),
    ))
    .unwrap();
    let report = notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "444455556666", "EXAMPLE1", &[&call])],
    );
    assert_eq!(
        (report.missed.len(), report.early, records_sent(&twin).len()),
        (0, 1, 1)
    );
}

#[test]
fn a_call_that_was_told_before_the_guard_was_stopped_is_sent_but_was_not_missed() {
    let (twin, call) = (thursday(), by_an_elevated_session());
    deliver(&twin, &mut Guard::new(guarded()), &call);
    twin.rows
        .borrow_mut()
        .retain(|(place, _), _| *place == TableKind::Outbox);
    twin.queue.take();
    let report = notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "444455556666", "EXAMPLE1", &[&call])],
    );
    assert_eq!(
        (report.missed.len(), report.early, records_sent(&twin).len()),
        (0, 1, 1)
    );
}

#[test]
fn a_call_in_another_accounts_folder_is_no_evidence() {
    let (twin, call) = (thursday(), record("events-DisableRule"));
    let report = notify(
        &mut auditor(),
        &twin,
        &[put_file(&twin, "999988887777", "EXAMPLE1", &[&call])],
    );
    assert_eq!(
        (
            records_sent(&twin).len(),
            report.missed.len(),
            report.records_unread
        ),
        (0, 0, 1)
    );
}

#[test]
fn every_call_that_is_watched_is_found_in_a_log_file() {
    let names =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/tamper"))
            .unwrap();
    let names = names.map(|entry| {
        entry
            .unwrap()
            .path()
            .file_stem()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    });
    let calls: Vec<Value> = names.map(|name| record(&name)).collect();
    assert!(calls.len() > 60);
    let twin = thursday();
    for account in ["123456789012", "444455556666"] {
        let of_account: Vec<&Value> = calls
            .iter()
            .filter(|call| call["recipientAccountId"] == account)
            .collect();
        let report = notify(
            &mut auditor(),
            &twin,
            &[put_file(&twin, account, "EXAMPLE1", &of_account)],
        );
        assert_eq!(
            (
                report.missed.values().sum::<u64>(),
                records_sent(&twin).len()
            ),
            (of_account.len() as u64, of_account.len()),
            "{account}"
        );
    }
}

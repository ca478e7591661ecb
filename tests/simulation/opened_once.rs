//! Each event is parsed once as a message and once as a record, whatever it contains. Each row of
//! the ledger is parsed at most once each time it is read.

use rolewatch_guard::json::parsed;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::{Guard, JudgementReport};

use crate::invocation::guarded;
use crate::same_findings::{envelope, prepare};

/// What one invocation parsed.
#[derive(Debug)]
struct Parses {
    /// How often it parsed the event, as a message or as a record.
    event: usize,
    /// Rows of the ledger that were parsed more often than they were read.
    rows: Vec<String>,
    report: JudgementReport,
}

/// Another event in the same batch, so that there is something to sort.
const OTHER: &str = "{}";

/// Passes the guard one event, through its queue.
fn handle(guard: &mut Guard, twin: &Twin<Calm>, record: &Value) -> Parses {
    let body = envelope(record).to_string();
    let message = |body: &str| json!({"messageId": "one", "body": body, "attributes": {"ApproximateReceiveCount": "1"}});
    let payload = to_raw_value(&json!({"Records": [message(OTHER), message(&body)]})).unwrap();
    twin.bodies_read.replace(Some(Vec::new()));
    let deadline = twin.clock.get().plus_seconds(900);
    let (handled, texts) =
        parsed::during(|| run(guard.handle(twin, &payload, Some(deadline))).unwrap());
    let read = twin.bodies_read.take().unwrap();
    assert!(handled.0.batch_item_failures.is_empty());
    let record = record.to_string();
    let (event, rows): (Vec<String>, Vec<String>) = texts
        .into_iter()
        .filter(|text| text != OTHER)
        .partition(|text| *text == body || *text == record);
    let times = |texts: &[String], row: &String| texts.iter().filter(|text| *text == row).count();
    Parses {
        event: event.len(),
        rows: rows
            .iter()
            .filter(|row| times(&rows, row) > times(&read, row))
            .cloned()
            .collect(),
        report: handled.1,
    }
}

fn assert_once(what: &str, parses: &Parses) {
    assert_eq!(parses.event, 2, "{what}: {parses:?}");
    assert!(parses.rows.is_empty(), "{what}: {parses:?}");
}

/// A switch with its use, and a guard that knows its probes.
fn begin() -> (Guard, Twin<Calm>, Story) {
    let mut story = Story::new();
    story
        .switch_to("dora", "UpdateApp")
        .with_mfa()
        .used_after(60);
    let twin = Twin::new(
        Calm,
        Moment::from_epoch_seconds(story.now().epoch_seconds() + 600),
    );
    prepare(&twin, &story);
    let hub = "444455556666".parse().unwrap();
    (Guard::new(guarded()).with_hub(hub), twin, story)
}

#[test]
fn a_switch_and_its_copy_are_opened_once() {
    let (mut guard, twin, story) = begin();
    for record in story.records() {
        assert_once("new", &handle(&mut guard, &twin, record));
    }
    for record in story.records() {
        let again = handle(&mut guard, &twin, record);
        assert_eq!(again.report.duplicate, 1);
        assert_once("known", &again);
    }
}

#[test]
fn a_call_against_the_guard_is_opened_once() {
    let (mut guard, twin, story) = begin();
    let mut call = story.records()[0].clone();
    for (member, value) in [
        ("eventID", json!("00000000-0000-4000-a000-000000000009")),
        ("eventSource", json!("events.amazonaws.com")),
        ("eventName", json!("DisableRule")),
        ("requestParameters", json!({"name": "rolewatch-spoke-use"})),
        ("responseElements", Value::Null),
    ] {
        call[member] = value;
    }
    let told = handle(&mut guard, &twin, &call);
    assert_eq!(told.report.settled.found, 1, "{told:?}");
    assert_once("tampering", &told);
}

#[test]
fn a_change_of_the_set_up_is_opened_once() {
    let (mut guard, twin, mut story) = begin();
    for record in story.records() {
        handle(&mut guard, &twin, record);
    }
    story.iam(0, "admin").adds("dora", "Developers");
    let change = story.records().last().unwrap();
    let judged = handle(&mut guard, &twin, change);
    assert_eq!(judged.report.judged, 1, "{judged:?}");
    assert_once("set-up", &judged);
}

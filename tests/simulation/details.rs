//! One record at a time goes through the guard. A record with an unreadable detail is stored once
//! and counted once, and its event shows which account received it.

use std::path::Path;

use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use switch_guard::{Guard, JudgementReport};

struct Bench {
    twin: Twin<Calm>,
    guard: Guard,
}

fn event(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../events")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A switch with a detail that can't be read.
fn spoiled() -> Value {
    let mut event = event("assume-role-mfa-caller.json");
    event["detail"]["requestParameters"]["durationSeconds"] = json!(-1);
    event
}

impl Bench {
    fn new() -> Self {
        let now = "2026-03-20T00:00:00Z".parse().unwrap();
        let twin = Twin::new(Calm, now);
        let policy = std::fs::read(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/rolewatch.yaml"),
        )
        .unwrap();
        twin.objects
            .borrow_mut()
            .insert(POLICY_KEY.to_owned(), (policy, now));
        Self {
            twin,
            guard: Guard::default(),
        }
    }

    fn take(&mut self, payload: &Value) -> JudgementReport {
        run(self
            .guard
            .handle(&self.twin, &to_raw_value(payload).unwrap(), None))
        .unwrap()
        .1
    }

    /// Delivers the event as a message of the queue that was delivered before.
    fn take_again(&mut self, event: &Value) -> JudgementReport {
        let message = json!({"messageId": "1", "body": event.to_string(), "attributes": {"ApproximateReceiveCount": "2"}});
        self.take(&json!({"Records": [message]}))
    }

    /// The stored copies of records that were judged without some of their details.
    fn copies(&self) -> Vec<Value> {
        let objects = self.twin.objects.borrow();
        let copies = objects
            .iter()
            .filter(|(key, _)| key.starts_with("quarantine/") && key.contains("/details-"));
        copies
            .map(|(_, (bytes, _))| serde_json::from_slice(bytes).unwrap())
            .collect()
    }
}

#[test]
fn a_detail_that_cant_be_read_is_counted_once_and_its_record_kept_once() {
    let mut bench = Bench::new();
    let report = bench.take(&spoiled());
    assert_eq!(
        (
            report.received,
            report.judged,
            report.partly_unread,
            report.quarantined
        ),
        (1, 1, 1, 0)
    );
    assert_eq!(bench.copies(), [spoiled()]);
    // The record arrives again in another event, and the message itself arrives again.
    let mut other = spoiled();
    other["id"] = json!("5e3b2b5e-0000-4000-8000-00000000c0de");
    for report in [
        bench.take(&other),
        bench.take_again(&other),
        bench.take_again(&spoiled()),
    ] {
        assert_eq!(
            (report.duplicate, report.partly_unread),
            (1, 0),
            "{report:?}"
        );
    }
    assert_eq!(bench.copies(), [spoiled()]);
}

#[test]
fn a_record_that_is_read_in_full_is_not_kept() {
    let mut bench = Bench::new();
    let report = bench.take(&event("assume-role-mfa-caller.json"));
    assert_eq!(
        (report.judged, report.partly_unread, bench.copies().len()),
        (1, 0, 0)
    );
}

/// The owner's record only names the caller's account, which isn't the account that received it.
#[test]
fn a_record_that_doesnt_say_whose_it_is_is_its_events() {
    let mut silent = event("owner-half-known-user.json");
    assert_ne!(
        silent["detail"]["userIdentity"]["accountId"],
        silent["account"]
    );
    silent["detail"]
        .as_object_mut()
        .unwrap()
        .remove("recipientAccountId")
        .unwrap();
    let mut bench = Bench::new();
    let report = bench.take(&silent);
    assert_eq!((report.judged, report.quarantined), (1, 0), "{report:?}");
    // This is the same record, but it names its account itself.
    let report = bench.take(&event("owner-half-known-user.json"));
    assert_eq!(report.duplicate, 1, "{report:?}");
}

#[test]
fn what_identity_center_logs_is_taken_and_its_directorys_own_events_are_passed_over() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/identity-center");
    let mut bench = Bench::new();
    let mut taken = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let report = bench.take(&event(&format!("identity-center/{name}")));
        assert_eq!(
            (report.received, report.quarantined, report.partly_unread),
            (1, 0, 0),
            "{name}: {report:?}"
        );
        taken += 1;
    }
    assert!(taken > 10);
    let native = json!({
        "version": "0",
        "id": "5e3b2b5e-0000-4000-8000-00000000c0de",
        "detail-type": "User Created",
        "source": "aws.identitystore",
        "account": "123456789012",
        "region": "ap-northeast-1",
        "detail": {"identityStoreId": "d-1234567890", "userId": "u-1"},
    });
    let report = bench.take(&native);
    assert_eq!(
        (report.received, report.not_relevant, report.quarantined),
        (1, 1, 0),
        "{report:?}"
    );
    let objects = bench.twin.objects.borrow();
    assert!(!objects.keys().any(|key| key.starts_with("quarantine/")));
}

//! Events that AWS didn't send never count, whichever command reads them. They are counted and
//! named, and the audit doesn't treat them as missing.
//!
//! The world: tom, who isn't a developer, enters a role of the developers. Then somebody puts
//! events on the bus that would make him one. Their source isn't AWS, or their account differs from
//! that of their record.

use archive_auditor::ArchiveAuditor;
use rolewatch_guard::testing::Story;
use rolewatch_live::testing::{Calm, Twin, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome};

const PEOPLE: &str = "111122223333";

/// tom enters a role of the developers, although he isn't one.
fn switch() -> Story {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    story
}

/// Records that would make him a developer just before, and undo it later.
fn cover() -> Vec<Value> {
    let mut story = Story::new();
    story.count_from(1_000);
    story.iam(-7_200, "admin").adds("tom", "Developers");
    story.iam(7_200, "admin").removes("tom", "Developers");
    story.records().to_vec()
}

fn event(source: &str, account: &str, record: &Value) -> Value {
    json!({
        "version": "0", "id": "0d3a1b2c-EXAMPLE", "detail-type": "AWS API Call via CloudTrail", "source": source, "account": account,
        "time": record["eventTime"], "region": "us-east-1", "resources": [], "detail": record,
    })
}

/// Wraps a record in an event.
type Forge<'a> = &'a dyn Fn(&Value) -> Value;

/// Real events of the switch, and forged ones around `cover`.
fn bus(forged: impl Fn(&Value) -> Value) -> String {
    let story = switch();
    let cover = cover();
    let real = story.records().iter().map(|record| {
        event(
            "aws.sts",
            record["recipientAccountId"].as_str().unwrap(),
            record,
        )
    });
    let events = real.chain(cover.iter().map(forged));
    events
        .map(|event| event.to_string())
        .collect::<Vec<_>>()
        .join("\n")
}

fn bench(bus: &str) -> Bench {
    let bench = Bench::of(&switch());
    bench.write("archive/log.json", bus.as_bytes());
    bench
}

fn audit(bench: &Bench, format: &str) -> Outcome {
    bench.run(&["audit", "archive", "--format", format])
}

#[test]
fn the_cover_would_work_if_aws_had_sent_it() {
    let outcome = audit(
        &bench(&bus(|record| event("aws.iam", PEOPLE, record))),
        "ndjson",
    );
    assert!(
        outcome
            .findings()
            .iter()
            .all(|finding| finding["rule"] != "RW001"),
        "{}",
        outcome.stdout
    );
}

/// Ways to forge an event, each with the reason that rolewatch prints.
fn forgeries() -> [(&'static str, Forge<'static>); 5] {
    [
        ("com.example.app", &|record| {
            event("com.example.app", PEOPLE, record)
        }),
        ("no source", &|record| {
            let mut event = event("aws.iam", PEOPLE, record);
            event["source"] = Value::Null;
            event
        }),
        ("aws.partner/", &|record| {
            event("aws.partner/example.com/bus", PEOPLE, record)
        }),
        ("belongs to account 111122223333", &|record| {
            event("aws.iam", "999988887777", record)
        }),
        ("com.example.wrapped", &|record| {
            let mut event = event("com.example.wrapped", PEOPLE, record);
            // The record inside also looks like an event.
            event["detail"]["source"] = json!("aws.iam");
            event["detail"]["detail"] = record.clone();
            event
        }),
    ]
}

/// The events of a bus, one per line, as a list, and below a key.
fn written(bus: &str) -> [String; 3] {
    let events: Vec<Value> = bus
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    [
        bus.to_owned(),
        json!(events).to_string(),
        json!({ "Events": events }).to_string(),
    ]
}

#[test]
fn forged_events_change_no_finding_and_no_exit_code() {
    let honest = audit(&Bench::of(&switch()), "ndjson");
    assert_eq!(
        (honest.code, honest.findings().len()),
        (Some(1), 1),
        "{}",
        honest.stderr
    );
    for (why, forge) in forgeries() {
        for text in written(&bus(forge)) {
            let bench = bench(&text);
            let outcome = audit(&bench, "ndjson");
            assert_eq!(
                (outcome.code, &outcome.stdout),
                (honest.code, &honest.stdout),
                "{why}: {}",
                outcome.stderr
            );
            assert_eq!(
                outcome.stderr.matches("not evidence: ").count(),
                2,
                "{why}: {}",
                outcome.stderr
            );
            assert!(outcome.stderr.contains(why), "{why}: {}", outcome.stderr);
            assert!(
                outcome
                    .account()
                    .contains("4 records: 2 kept, 2 not evidence; 1 switch"),
                "{why}: {}",
                outcome.account()
            );
            let on_stdin = bench.run_with(&["audit", "-", "--format", "ndjson"], text.as_bytes());
            assert_eq!(
                (on_stdin.code, on_stdin.stdout),
                (honest.code, honest.stdout.clone()),
                "{why}: {}",
                on_stdin.stderr
            );
        }
    }
}

#[test]
fn they_are_named_in_the_report() {
    let bench = bench(&bus(|record| event("com.example.app", PEOPLE, record)));
    let table = audit(&bench, "table");
    for words in [
        "Not evidence: 2",
        "archive/log.json: record 3",
        "`com.example.app`",
    ] {
        assert!(table.stdout.contains(words), "{words}: {}", table.stdout);
    }
    assert!(!table.stdout.contains("INCOMPLETE"), "{}", table.stdout);
    let report: Value = serde_json::from_str(&audit(&bench, "json").stdout).unwrap();
    assert_eq!(
        (
            report["not_evidence_count"].as_u64(),
            report["unread_count"].as_u64()
        ),
        (Some(2), Some(0))
    );
    let named = &report["not_evidence"][1];
    assert_eq!(
        (&named["file"], &named["record"]),
        (&json!("archive/log.json"), &json!(4))
    );
    assert!(
        named["reason"]
            .as_str()
            .unwrap()
            .contains("com.example.app"),
        "{named}"
    );
    let records = &report["counts"]["records"];
    let of = |what: &str| records[what].as_u64().unwrap();
    assert_eq!(
        of("met"),
        of("kept") + of("not_relevant") + of("not_evidence") + of("unread"),
        "{records}"
    );
    assert_eq!(of("not_evidence"), 2);
}

#[test]
fn what_the_sender_chose_is_shown_as_text_and_clipped() {
    let source = format!("evil\u{1b}[2J\u{202e}\n{}", "x".repeat(5_000));
    let bench = bench(&bus(|record| event(&source, PEOPLE, record)));
    for format in ["table", "json", "ndjson"] {
        let outcome = audit(&bench, format);
        for text in [&outcome.stdout, &outcome.stderr] {
            assert!(
                !text.contains('\u{1b}')
                    && !text.contains('\u{202e}')
                    && !text.contains(&"x".repeat(300)),
                "{format}: {text}"
            );
        }
    }
}

#[test]
fn an_event_that_event_bridge_cannot_have_written_is_unread() {
    let record = cover().remove(0);
    let twice = event("aws.iam", PEOPLE, &record).to_string().replacen(
        '{',
        "{\"source\":\"com.example.app\",",
        1,
    );
    let bench = bench(&format!(
        "{}\n{twice}",
        bus(|record| event("com.example.app", PEOPLE, record))
    ));
    let outcome = audit(&bench, "ndjson");
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("record 5") && outcome.stderr.contains("duplicate field `source`"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.account().contains("2 not evidence, 1 unread"),
        "{}",
        outcome.account()
    );
}

#[test]
fn the_other_commands_leave_them_out_and_name_them_too() {
    let bench = bench(&bus(|record| event("com.example.app", PEOPLE, record)));
    let explained = bench.run(&["explain", "archive/log.json"]);
    assert_eq!(explained.code, Some(0), "{}", explained.stderr);
    assert!(
        !explained.stdout.contains("AddUserToGroup"),
        "{}",
        explained.stdout
    );
    assert!(
        explained.stderr.contains("record 3") && explained.account().contains("2 not evidence"),
        "{}",
        explained.stderr
    );
    let id = audit(&bench, "ndjson").findings()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let plan = bench.run(&[
        "revoke-plan",
        &id,
        "archive",
        "--as-of",
        "2026-03-02T09:10:00Z",
    ]);
    assert_eq!(plan.code, Some(0), "{}", plan.stderr);
    assert_eq!(
        plan.stderr.matches("not evidence: ").count(),
        2,
        "{}",
        plan.stderr
    );
}

#[test]
fn history_comes_to_the_same() {
    let bus = bus(|record| event("com.example.app", PEOPLE, record));
    let bench = bench(&bus);
    let twin = Twin::new(Calm, "2026-04-01T00:00:00Z".parse().unwrap());
    let story = switch();
    for (key, text) in [
        ("policy/rolewatch.yaml", story.policy_text()),
        ("roster/development.json", &story.roster_text().unwrap()),
    ] {
        twin.objects
            .borrow_mut()
            .insert(key.to_owned(), (text.as_bytes().to_vec(), twin.clock.get()));
    }
    twin.logs.borrow_mut().insert(
        ("trail-logs".to_owned(), "log.json".to_owned()),
        bus.into_bytes(),
    );
    for asked in [
        json!({"map": {"run": "run", "bucket": "trail-logs", "keys": ["log.json"]}}),
        json!({"reduce": {"run": "run", "since": null, "until": null}}),
    ] {
        run(ArchiveAuditor::new(None).handle(&twin, &to_raw_value(&asked).unwrap(), None)).unwrap();
    }
    let objects = twin.objects.borrow();
    let read =
        |name: &str| String::from_utf8(objects[&format!("history/run/{name}")].0.clone()).unwrap();
    let summary: Value = serde_json::from_str(&read("summary.json")).unwrap();
    let report: Value = serde_json::from_str(&audit(&bench, "json").stdout).unwrap();
    assert_eq!(summary["counts"], report["counts"]);
    assert_eq!(
        (
            summary["not_evidence_count"].as_u64(),
            summary["unread_count"].as_u64()
        ),
        (Some(2), Some(0))
    );
    let reasons = |document: &Value| {
        document["not_evidence"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["reason"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(reasons(&summary), reasons(&report));
    assert_eq!(read("findings.ndjson").lines().count(), 1);
}

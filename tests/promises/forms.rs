//! The same records give the same findings in every form of log file: on the command line, in
//! history, and through the fast path.

use std::io::Write;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::history::{Week, judged};
use crate::tool::Bench;

/// Ways to store logs: a name, and a function that writes records in that form.
pub(crate) fn forms(records: &[String]) -> Vec<(&'static str, String)> {
    let mut forms = as_cloudwatch_logs_writes(records);
    forms.extend(as_texts(records));
    forms.extend(as_query_results(records));
    forms.push(("events", json!({"Events": records}).to_string()));
    forms
}

/// As a subscription filter, `filter-log-events`, an export and `tail` write them.
fn as_cloudwatch_logs_writes(records: &[String]) -> Vec<(&'static str, String)> {
    let log_event = |record: &String| json!({"id": "3695", "timestamp": 1_772_442_000_000_i64, "message": record});
    let log_events: Vec<Value> = records.iter().map(log_event).collect();
    let subscription = |events: &[Value]| json!({"messageType": "DATA_MESSAGE", "owner": "111122223333", "logGroup": "trail", "logStream": "s", "subscriptionFilters": ["f"], "logEvents": events});
    let lines = |before: &str| -> String {
        let line = |record: &String| format!("{before} {}\n", on_one_line(record));
        records.iter().map(line).collect()
    };
    vec![
        ("subscription", subscription(&log_events).to_string()),
        (
            "subscriptions",
            log_events
                .iter()
                .map(|event| subscription(std::slice::from_ref(event)).to_string())
                .collect(),
        ),
        (
            "filtered",
            serde_json::to_string_pretty(&json!({"events": log_events, "searchedLogStreams": []}))
                .unwrap(),
        ),
        ("messages", json!(records).to_string()),
        ("exported", lines("2026-03-02T09:00:00.000Z")),
        (
            "tail",
            lines("2026-03-02T09:00:00+00:00 111122223333_CloudTrail_us-east-1"),
        ),
    ]
}

/// Each record as a quoted string, or on a line with others.
fn as_texts(records: &[String]) -> Vec<(&'static str, String)> {
    let quoted: Vec<String> = records
        .iter()
        .map(|record| json!(record).to_string())
        .collect();
    let lines: Vec<String> = records.iter().map(|record| on_one_line(record)).collect();
    vec![
        ("texts", quoted.join("\r\n")),
        ("texts in a row", quoted.concat()),
        ("tabs", lines.join("\t")),
    ]
}

/// Rows that each have the record in one of their columns.
fn as_query_results(records: &[String]) -> Vec<(&'static str, String)> {
    let rows = |row: &dyn Fn(&String) -> Value| json!(records.iter().map(row).collect::<Vec<_>>());
    vec![
        (
            "columns",
            rows(&|record| json!(["2026-03-02T09:00:00Z", record])).to_string(),
        ),
        (
            "named columns",
            rows(&|record| json!({"time": 1, "event": record})).to_string(),
        ),
    ]
}

fn on_one_line(record: &str) -> String {
    record.replace(['\n', '\t'], " ")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text).unwrap();
    gzip.finish().unwrap()
}

fn told() -> Story {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(60);
    story.switch("tom").with_mfa();
    story
}

fn texts(records: &[Value]) -> Vec<String> {
    records.iter().map(ToString::to_string).collect()
}

#[test]
fn every_way_to_hand_over_logs_gives_the_same_findings() {
    let story = told();
    let plain = Bench::of(&story).run(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(
        (plain.code, plain.findings().len()),
        (Some(1), 1),
        "{}",
        plain.stderr
    );
    for (name, text) in forms(&texts(story.records())) {
        let with_mark = format!("\u{feff}{text}");
        for (file, bytes) in [
            ("a/b/c/log.json", with_mark.into_bytes()),
            ("archive/log.gz", gzip(text.as_bytes())),
        ] {
            let bench = Bench::of(&story);
            std::fs::remove_file(bench.path("archive/log.json")).unwrap();
            bench.write(&format!("archive/{file}"), &bytes);
            let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
            assert_eq!(
                (outcome.code, outcome.stdout),
                (Some(1), plain.stdout.clone()),
                "{name}: {}",
                outcome.stderr
            );
            let explained = bench.run(&["explain", &format!("archive/{file}")]);
            assert!(
                explained.stdout.contains("tom") && explained.code != Some(3),
                "{name}: {explained:?}"
            );
        }
        let outcome =
            Bench::of(&story).run_with(&["audit", "-", "--format", "ndjson"], text.as_bytes());
        assert_eq!(
            (outcome.code, outcome.stdout),
            (Some(1), plain.stdout.clone()),
            "{name}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn what_is_not_a_record_is_named_and_the_run_incomplete() {
    let story = told();
    let plain = Bench::of(&story).run(&["audit", "archive", "--format", "ndjson"]);
    for odd in [
        "START RequestId: 1",
        "{\"level\":\"info\"}",
        "{\"eventName\":",
        "",
        "{\"a\":\"\u{0}\"}",
        "\u{85}",
    ] {
        let mut records = texts(story.records());
        records.push(odd.to_owned());
        for (name, text) in forms(&records) {
            let outcome =
                Bench::of(&story).run_with(&["audit", "-", "--format", "ndjson"], text.as_bytes());
            // An empty text between tabs isn't a column.
            let code = if (name, odd) == ("tabs", "") {
                Some(1)
            } else {
                Some(3)
            };
            assert_eq!(
                (outcome.code, &outcome.stdout),
                (code, &plain.stdout),
                "{name}: {odd}: {}",
                outcome.stderr
            );
        }
    }
}

#[test]
fn an_object_without_a_key_of_a_record_makes_the_run_incomplete() {
    let story = told();
    let mut records: Vec<Value> = story.records().to_vec();
    records.insert(
        1,
        json!({"id": 7, "name": "backup", "nested": story.records()[0]}),
    );
    let bench = Bench::of(&story);
    bench.write(
        "archive/log.json",
        json!({ "Records": records }).to_string().as_bytes(),
    );
    let outcome = bench.run(&["audit", "archive", "--format", "ndjson"]);
    assert_eq!(
        (outcome.code, outcome.findings().len()),
        (Some(3), 1),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("log.json: record 2 (byte ")
            && outcome
                .stderr
                .contains("neither is nor contains a CloudTrail record"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.account().contains("1 unread"),
        "{}",
        outcome.account()
    );
}

#[test]
fn history_reads_every_form_as_the_local_audit_does() {
    let plain = Week::new(|_| ()).audit("ndjson");
    let names: Vec<&str> = forms(&[]).into_iter().map(|(name, _)| name).collect();
    for (at, name) in names.into_iter().enumerate() {
        let week = Week::new(|logs| {
            for (_, bytes) in logs
                .iter_mut()
                .filter(|(key, _)| key.ends_with(".json.gz") && key.contains("/CloudTrail/"))
            {
                let log: Value = serde_json::from_reader(MultiGzDecoder::new(&**bytes)).unwrap();
                *bytes = gzip(
                    forms(&texts(log["Records"].as_array().unwrap()))
                        .swap_remove(at)
                        .1
                        .as_bytes(),
                );
            }
        });
        for batch in week.keys.chunks(40) {
            week.map("run", batch);
        }
        week.reduce("run");
        let local = week.audit("ndjson");
        assert_eq!(
            (local.code, &local.stdout),
            (plain.code, &plain.stdout),
            "{name}: {}",
            local.stderr
        );
        assert_eq!(
            judged(&week.written("history/run/findings.ndjson")),
            judged(&plain.stdout),
            "{name}"
        );
        let summary: Value =
            serde_json::from_str(&week.written("history/run/summary.json")).unwrap();
        assert_eq!(
            (&summary["unread"], &summary["unread_count"]),
            (&json!([]), &json!(0)),
            "{name}"
        );
    }
}

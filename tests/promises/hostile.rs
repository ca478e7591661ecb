//! Text that an attacker chose is only text: in no field does it break any output.

use rolewatch_guard::testing::Story;
use rolewatch_guard::untrusted::shows_as_itself;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome, project};

/// Moves the cursor, ends the line, reverses the direction, runs a formula, opens a tag, ends a
/// quote.
const HOSTILE: &str = "=cmd|' /C calc'!A0\u{1b}[2J\u{1b}]0;owned\u{7}\r\n\"},{\"rule\":\"RW000\"\u{202e}\u{200b}<script>&amp;`$(id)`,;\t\u{0}\u{9b}31m";

/// Every way to put the text into one string field of a record.
fn everywhere(record: &Value) -> Vec<Value> {
    fn paths(value: &Value, at: &str, out: &mut Vec<String>) {
        match value {
            Value::Object(map) => map
                .iter()
                .for_each(|(key, value)| paths(value, &format!("{at}/{key}"), out)),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .for_each(|(index, value)| paths(value, &format!("{at}/{index}"), out)),
            Value::String(_) => out.push(at.to_owned()),
            _ => {}
        }
    }
    let mut all = Vec::new();
    paths(record, "", &mut all);
    let mut out = Vec::new();
    for path in all {
        let slot = record
            .pointer(&path)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        for text in [
            HOSTILE.to_owned(),
            format!("{slot}{HOSTILE}"),
            format!("{HOSTILE}{slot}"),
            format!("{slot}{}", "あ".repeat(3_000)),
        ] {
            let mut changed = record.clone();
            if let Some(slot) = changed.pointer_mut(&path) {
                *slot = json!(text);
            }
            out.push(changed);
        }
    }
    out
}

fn archive() -> Bench {
    let mut story = Story::new();
    story.iam(-600, "tom").adds("tom", "Developers");
    story.iam(-600, "admin").renames_user("tess", "tessa");
    story.switch("tom").with_permanent_key().used_after(8_000);
    story.switch("stranger").only_owner_half();
    story.switch("tom").by_console().only_switch_role();
    story.chain("tom", "Jump");
    story.denied("tom", "UpdateApp");
    story.assume_root("tom", "555566667777");
    story.switch("nell").used_after(10).only_uses();
    let bench = Bench::of(&story);
    for (at, record) in story.records().iter().enumerate() {
        let mut records = everywhere(record);
        for (copy, changed) in records.iter_mut().enumerate() {
            // Copies with their own IDs, so that each one is judged. Otherwise it would only
            // contradict the first one.
            if changed["eventID"] == record["eventID"] {
                changed["eventID"] = json!(format!("00000000-0000-4000-9{at:03}-{copy:012x}"));
            }
        }
        bench.write(
            &format!("archive/{at}.json"),
            json!({"Records": records}).to_string().as_bytes(),
        );
    }
    bench
}

pub(crate) fn nothing_but_text(outcome: &Outcome) {
    for output in [&outcome.stdout, &outcome.stderr] {
        if let Some(bad) = output.chars().find(|c| *c != '\n' && !shows_as_itself(*c)) {
            let at = output.find(bad).unwrap();
            let from = (0..=at.saturating_sub(200))
                .rev()
                .find(|from| output.is_char_boundary(*from))
                .unwrap();
            panic!("{:?} was printed: {:?}", bad, &output[from..at]);
        }
        assert!(
            output.lines().all(|line| line.chars().count() < 20_000),
            "a line is far too long"
        );
    }
}

#[test]
fn no_format_prints_anything_but_text() {
    let bench = archive();
    for format in ["table", "json", "ndjson", "csv"] {
        let outcome = bench.run(&["audit", "archive", "--format", format]);
        assert_eq!(
            outcome.code,
            Some(3),
            "odd times and accounts are named: {}",
            outcome.account()
        );
        nothing_but_text(&outcome);
        match format {
            "json" => drop(serde_json::from_str::<Value>(&outcome.stdout).unwrap()),
            "ndjson" => assert!(outcome.findings().len() > 30, "{}", outcome.account()),
            "csv" => {
                for record in csv::ReaderBuilder::new()
                    .from_reader(outcome.stdout.as_bytes())
                    .records()
                {
                    let record = record.unwrap();
                    let formula = record
                        .iter()
                        .find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
                    assert_eq!(formula, None, "{record:?}");
                }
            }
            _ => assert!(!outcome.stdout.is_empty()),
        }
    }
}

#[test]
fn explaining_an_event_prints_nothing_but_text() {
    let bench = archive();
    let outcome = bench.run(&["explain", "archive/3.json"]);
    assert!(matches!(outcome.code, Some(0 | 3)), "{}", outcome.stderr);
    nothing_but_text(&outcome);
}

/// Every way to put a value of another type into one place of a record.
fn of_other_types(record: &Value) -> Vec<Value> {
    fn paths(value: &Value, at: &str, out: &mut Vec<String>) {
        let members: Vec<(String, &Value)> = match value {
            Value::Object(map) => map.iter().map(|(key, one)| (key.clone(), one)).collect(),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, one)| (index.to_string(), one))
                .collect(),
            _ => Vec::new(),
        };
        for (name, one) in members {
            let at = format!("{at}/{name}");
            paths(one, &at, out);
            out.push(at);
        }
    }
    let mut all = Vec::new();
    paths(record, "", &mut all);
    let deep = (0..40).fold(json!("x"), |inside, _| json!([{"x": inside}]));
    let mut out = Vec::new();
    for path in all {
        for value in [
            Value::Null,
            json!({}),
            json!([]),
            json!(""),
            json!(-1),
            json!(1e300),
            json!(true),
            deep.clone(),
        ] {
            let mut changed = record.clone();
            if let Some(slot) = changed.pointer_mut(&path) {
                *slot = value;
            }
            out.push(changed);
        }
    }
    out
}

#[test]
fn explaining_odd_events_of_identity_center_prints_nothing_but_text() {
    let bench = Bench::of(&Story::new());
    let folder = project().join("events/identity-center");
    let mut files = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read(file.unwrap().path()).unwrap();
        let event: Value = serde_json::from_slice(&text).unwrap();
        let record = &event["detail"];
        let mut records = everywhere(record);
        records.extend(of_other_types(record));
        for (at, changed) in records.iter_mut().enumerate() {
            if changed["eventID"] == record["eventID"] {
                changed["eventID"] = json!(format!("00000000-0000-4000-8000-{at:012x}"));
            }
        }
        bench.write(
            "odd.json",
            json!({"Records": records}).to_string().as_bytes(),
        );
        for args in [&["explain", "odd.json"][..], &["audit", "odd.json"]] {
            let outcome = bench.run(args);
            // Some of the records can't be read.
            assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
            nothing_but_text(&outcome);
        }
        files += 1;
    }
    assert!(files > 10);
}

#[test]
fn hostile_names_of_files_are_only_text() {
    let bench = archive();
    bench.write("archive/\u{1b}[2J\u{202e}bad\n.json", b"{]");
    nothing_but_text(&bench.run(&["audit", "archive"]));
    nothing_but_text(&bench.run(&["audit", "no\u{1b}[2Jsuch"]));
    nothing_but_text(&bench.run(&["explain", "RW\u{1b}[2J"]));
}

mod faults;
mod forms;
mod gzip;
mod limits;
mod messages;
mod records;
mod shapes;
mod windows;

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;
use crate::place::{RecordPlace, Unread};

/// Keeps everything that it receives.
#[derive(Default)]
struct Kept {
    records: Vec<(String, u64, u64)>,
    /// The EventBridge events, complete.
    events: Vec<String>,
    unread: Vec<Unread>,
}

impl Sink for Kept {
    fn record(&mut self, json: &[u8], at: &RecordPlace) {
        self.records.push((
            String::from_utf8(json.to_vec()).unwrap(),
            at.record,
            at.byte,
        ));
    }

    fn event(&mut self, json: &[u8], at: &RecordPlace) {
        let text = String::from_utf8(json.to_vec()).unwrap();
        // Text that ends where an object ends may not be JSON.
        let members: BTreeMap<String, Box<RawValue>> =
            serde_json::from_str(&text).unwrap_or_default();
        self.records.push((
            members
                .get("detail")
                .map_or("", |detail| detail.get())
                .to_owned(),
            at.record,
            at.byte,
        ));
        self.events.push(text);
    }

    fn unread(&mut self, problem: Unread) {
        self.unread.push(problem);
    }
}

impl Kept {
    fn texts(&self) -> Vec<&str> {
        self.records
            .iter()
            .map(|(json, ..)| json.as_str())
            .collect()
    }

    /// The problems as displayed, without the file's name.
    fn problems(&self) -> Vec<String> {
        self.unread
            .iter()
            .map(|unread| unread.to_string().trim_start_matches("log: ").to_owned())
            .collect()
    }
}

/// A reader that returns a few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl Read for Drip<'_> {
    fn read(&mut self, space: &mut [u8]) -> io::Result<usize> {
        let most = self.1.min(space.len());
        self.0.read(&mut space[..most])
    }
}

fn from_stream(bytes: &[u8], filter: &Filter) -> (Kept, Counts) {
    let mut kept = Kept::default();
    let counts = read_stream(
        Drip(bytes, 7_919),
        "log",
        filter,
        &mut Scratch::new(),
        &mut kept,
    );
    assert_eq!(
        counts.candidates + counts.passed_over + counts.insights + counts.records_unread,
        counts.records,
        "{counts:?}"
    );
    assert_eq!(
        counts.files_read + counts.files_failed + counts.files_not_relevant,
        1,
        "{counts:?}"
    );
    assert_eq!(counts.candidates, kept.records.len() as u64);
    (kept, counts)
}

/// Everything in the text. The result must be the same plain and compressed, at once and in small
/// pieces.
fn read_all_ways(bytes: &[u8]) -> (Kept, Counts) {
    let (kept, counts) = from_stream(bytes, &Filter::everything());
    if !bytes.starts_with(&MAGIC) {
        let (zipped, _) = from_stream(&gzip(bytes), &Filter::everything());
        assert_eq!(zipped.records, kept.records);
        assert_eq!(zipped.unread, kept.unread);
        let (in_members, _) = from_stream(
            &bytes.chunks(97).flat_map(gzip).collect::<Vec<u8>>(),
            &Filter::everything(),
        );
        if !bytes.is_empty() {
            assert_eq!(in_members.records, kept.records);
            assert_eq!(in_members.unread, kept.unread);
        }
    }
    (kept, counts)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn record(name: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.08","userIdentity":{{"type":"IAMUser"}},"eventSource":"sts.amazonaws.com","eventName":"{name}"}}"#
    )
}

/// Both texts as the two records of a file.
fn two_records() -> (String, String) {
    (record("AssumeRole"), record("GetSessionToken"))
}

fn log_event(message: &str) -> Value {
    json!({"id": "3695", "timestamp": 1_772_442_000_000_i64, "message": message})
}

fn subscription(messages: &[&str]) -> String {
    let events: Vec<Value> = messages.iter().map(|message| log_event(message)).collect();
    format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"111122223333","logGroup":"CloudTrail/logs","logStream":"s","subscriptionFilters":["f"],"logEvents":{}}}"#,
        json!(events)
    )
}

/// What CloudWatch Logs sends to test a subscription's destination.
const CONTROL: &str = r#"{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":1772442000000,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}"#;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

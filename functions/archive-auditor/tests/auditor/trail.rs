//! Stories as a trail writes them: log files by account, Region and delivery.

use std::collections::BTreeMap;
use std::io::Write;

use archive_auditor::{ArchiveAuditor, ArchiveReport, Hub, TrailBucket};
use flate2::Compression;
use flate2::write::GzEncoder;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::tamper::GuardedResources;
use rolewatch_guard::testing::Story;
use rolewatch_live::rulebook::POLICY_KEY;
use rolewatch_live::testing::{Twin, Weather, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

pub(crate) const BUCKET: &str = "trail-logs";

pub(crate) fn trail() -> TrailBucket {
    let hub = Hub {
        guarded: guarded(),
        account: "123456789012".parse().unwrap(),
        region: "us-east-1".to_owned(),
    };
    TrailBucket {
        bucket: BUCKET.to_owned(),
        prefix: String::new(),
        hub,
    }
}

/// The guarded resources of `events/tamper`.
pub(crate) fn guarded() -> GuardedResources {
    GuardedResources {
        stack: "rolewatch".to_owned(),
        trails: vec!["rolewatch-organization".to_owned()],
        reader_role: "rolewatch-reader".to_owned(),
        keys: vec![
            "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                .to_owned(),
        ],
        buckets: Vec::new(),
        others: Vec::new(),
    }
}

pub(crate) fn auditor() -> ArchiveAuditor {
    ArchiveAuditor::new(Some(trail()))
}

pub(crate) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Compresses nothing, so that a cut removes the end of the text.
pub(crate) fn gzip_stored(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn log_file(records: &[&Value]) -> Vec<u8> {
    gzip(json!({ "Records": records }).to_string().as_bytes())
}

/// The key of a file that is delivered at a given time.
pub(crate) fn key(account: &str, region: &str, delivered: Moment, name: &str) -> String {
    let time = delivered.to_string();
    let stamp = time[..16].replace(['-', ':'], "");
    format!(
        "AWSLogs/{account}/CloudTrail/{region}/{}/{account}_CloudTrail_{region}_{stamp}Z_{name}.json.gz",
        time[..10].replace('-', "/")
    )
}

pub(crate) fn put<W: Weather>(twin: &Twin<W>, key: &str, bytes: Vec<u8>) {
    twin.logs
        .borrow_mut()
        .insert((BUCKET.to_owned(), key.to_owned()), bytes);
}

/// Puts all records of a story into log files by account, Region and hour. Each file is delivered
/// five minutes after its last record. Returns the keys.
pub(crate) fn deliver<W: Weather>(twin: &Twin<W>, story: &Story) -> Vec<String> {
    let mut files: BTreeMap<(String, String, i64), Vec<&Value>> = BTreeMap::new();
    for record in story.records() {
        let text = |field: &str| record[field].as_str().unwrap().to_owned();
        let time: Moment = text("eventTime").parse().unwrap();
        files
            .entry((
                text("recipientAccountId"),
                text("awsRegion"),
                time.epoch_seconds() / 3_600,
            ))
            .or_default()
            .push(record);
    }
    let mut keys = Vec::new();
    for ((account, region, _), records) in files {
        let last = records
            .iter()
            .map(|record| {
                record["eventTime"]
                    .as_str()
                    .unwrap()
                    .parse::<Moment>()
                    .unwrap()
            })
            .max()
            .unwrap();
        let key = key(&account, &region, last.plus_seconds(300), "EXAMPLE");
        put(twin, &key, log_file(&records));
        keys.push(key);
    }
    keys
}

/// Puts policy and roster of a story where the functions look for them.
pub(crate) fn prepare<W: Weather>(twin: &Twin<W>, story: &Story) {
    let now = twin.clock.get();
    twin.objects.borrow_mut().insert(
        POLICY_KEY.to_owned(),
        (story.policy_text().as_bytes().to_vec(), now),
    );
    if let Some(roster) = story.roster_text() {
        twin.objects.borrow_mut().insert(
            "roster/development.json".to_owned(),
            (roster.into_bytes(), now),
        );
    }
}

pub(crate) fn created(key: &str) -> Value {
    json!({"source": "aws.s3", "detail-type": "Object Created", "detail": {"bucket": {"name": BUCKET}, "object": {"key": key}}})
}

/// Delivers a batch of the queue with a message per body. Returns the messages that failed.
pub(crate) fn run_batch<W: Weather>(
    auditor: &mut ArchiveAuditor,
    twin: &Twin<W>,
    bodies: &[String],
) -> (Vec<String>, ArchiveReport) {
    let messages: Vec<Value> =
        bodies.iter().enumerate().map(|(at, body)| json!({"messageId": at.to_string(), "body": body, "eventSource": "aws:sqs"})).collect();
    let payload = to_raw_value(&json!({ "Records": messages })).unwrap();
    let (answer, report) = run(auditor.handle(twin, &payload, None)).unwrap();
    let failed = answer["batchItemFailures"]
        .as_array()
        .unwrap()
        .iter()
        .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned());
    (failed.collect(), report)
}

/// Notifies the auditor of these files.
pub(crate) fn notify<W: Weather>(
    auditor: &mut ArchiveAuditor,
    twin: &Twin<W>,
    keys: &[String],
) -> ArchiveReport {
    let bodies: Vec<String> = keys.iter().map(|key| created(key).to_string()).collect();
    let (failed, report) = run_batch(auditor, twin, &bodies);
    assert_eq!(failed, [] as [String; 0]);
    report
}

/// Takes the records that were sent to switch-guard out of its queue.
pub(crate) fn records_sent<W: Weather>(twin: &Twin<W>) -> Vec<Value> {
    let messages = twin.queue.take();
    let records = messages.into_iter().filter_map(|(_, body)| {
        let message: Value = serde_json::from_str(&body).unwrap();
        // The queue also has the guard's own messages.
        (message["recovered"] == "trail").then(|| message["detail"].clone())
    });
    records.collect()
}

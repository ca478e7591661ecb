//! Logs that can't be read, or were deleted: history names and counts them like the local audit,
//! and judges the rest.

use std::io::{Read, Write};

use archive_auditor::ArchiveAuditor;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::week::BUCKET;
use super::{Week, judged};

/// Changes each record of every log file.
fn each_record(logs: &mut [(String, Vec<u8>)], change: impl Fn(&mut Value)) {
    for (key, bytes) in logs
        .iter_mut()
        .filter(|(key, _)| key.ends_with(".json.gz") && key.contains("/CloudTrail/"))
    {
        let mut text = String::new();
        GzDecoder::new(&**bytes).read_to_string(&mut text).unwrap();
        let mut log: Value = serde_json::from_str(&text).unwrap();
        let records = log["Records"]
            .as_array_mut()
            .unwrap_or_else(|| panic!("{key} holds no records"));
        records.iter_mut().for_each(&change);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(log.to_string().as_bytes()).unwrap();
        *bytes = gzip.finish().unwrap();
    }
}

#[test]
fn what_cannot_be_read_is_tolerated_and_named_as_the_local_audit_names_it() {
    let week = Week::new(|logs| {
        let at = logs
            .iter()
            .position(|(key, _)| key.contains("/CloudTrail/"))
            .unwrap();
        let length = logs[at].1.len();
        logs[at].1.truncate(length / 2);
        logs.push(("AWSLogs/zz.json".into(), b"<Error/>".to_vec()));
        logs.push(("AWSLogs/notes.txt".into(), b"no log".to_vec()));
    });
    week.map("run", &week.keys);
    week.reduce("run");
    let local = week.audit("ndjson");
    assert_eq!(local.code, Some(3));
    assert_eq!(
        judged(&week.written("history/run/findings.ndjson")),
        judged(&local.stdout)
    );
    let summary: Value = serde_json::from_str(&week.written("history/run/summary.json")).unwrap();
    let report: Value = serde_json::from_str(&week.audit("json").stdout).unwrap();
    assert_eq!(summary["counts"], report["counts"]);
    assert_eq!(
        (
            &summary["unread_count"],
            summary["counts"]["files"]["unreadable"].as_u64()
        ),
        (&report["unread_count"], Some(2))
    );
    let named = |document: &Value, before: &str| -> Vec<(String, String)> {
        let faults = document["unread"].as_array().unwrap().iter();
        let text = |fault: &Value, field: &str| fault[field].as_str().unwrap().to_owned();
        faults
            .map(|fault| {
                (
                    text(fault, "file").strip_prefix(before).unwrap().to_owned(),
                    text(fault, "reason"),
                )
            })
            .collect()
    };
    assert_eq!(
        named(&summary, "s3://trail-logs/"),
        named(&report, "archive/")
    );
}

#[test]
fn an_empty_error_fails_no_call() {
    let plain = Week::new(|_| ()).audit("ndjson");
    let week = Week::new(|logs| {
        each_record(logs, |record| {
            let fields = record.as_object_mut().unwrap();
            for field in ["errorCode", "errorMessage"] {
                fields.entry(field).or_insert_with(|| json!(""));
            }
        });
    });
    week.map("run", &week.keys);
    week.reduce("run");
    let filled = week.audit("ndjson");
    assert_eq!((filled.code, filled.account()), (Some(1), plain.account()));
    assert_eq!(filled.stdout, plain.stdout);
    assert_eq!(
        judged(&week.written("history/run/findings.ndjson")),
        judged(&plain.stdout)
    );
}

/// Gives every second event, by a digit of its ID, details in a form that AWS doesn't write.
fn make_details_odd(record: &mut Value) {
    if !record["eventID"]
        .as_str()
        .unwrap_or_default()
        .ends_with(['0', '2', '4', '6', '8', 'a', 'c', 'e'])
    {
        return;
    }
    for (place, odd) in [
        (
            "/responseElements/credentials/expiration",
            json!("1772445600"),
        ),
        (
            "/userIdentity/sessionContext/attributes",
            json!(["mfaAuthenticated"]),
        ),
        (
            "/requestParameters/durationSeconds",
            json!({"seconds": "a secret"}),
        ),
        ("/resources", json!("none")),
    ] {
        if let Some(slot) = record.pointer_mut(place) {
            *slot = odd;
        }
    }
}

#[test]
fn details_that_cannot_be_read_are_named_as_the_local_audit_names_them() {
    let week = Week::new(|logs| each_record(logs, make_details_odd));
    for batch in week.keys.chunks(7) {
        week.map("run", batch);
    }
    week.reduce("run");
    let local = week.audit("ndjson");
    assert_eq!(local.code, Some(3));
    assert_eq!(
        judged(&week.written("history/run/findings.ndjson")),
        judged(&local.stdout)
    );
    let summary: Value = serde_json::from_str(&week.written("history/run/summary.json")).unwrap();
    let report: Value = serde_json::from_str(&week.audit("json").stdout).unwrap();
    assert_eq!(
        (&summary["counts"], &summary["unread_count"]),
        (&report["counts"], &report["unread_count"])
    );
    assert!(
        summary["counts"]["records"]["partly_unread"].as_u64() > Some(20),
        "{}",
        summary["counts"]
    );
    assert_eq!(
        summary["counts"]["records"]["unread"], 0,
        "every record is judged"
    );
    let reasons = |document: &Value| -> Vec<String> {
        document["unread"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["reason"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(reasons(&summary), reasons(&report));
}

#[test]
fn files_that_are_gone_and_batches_that_are_lost_are_never_silent() {
    let week = Week::new(|_| ());
    let (first, rest) = week.keys.split_first().unwrap();
    week.twin
        .logs
        .borrow_mut()
        .remove(&(BUCKET.to_owned(), rest[0].clone()));
    week.map("run", rest);
    let lost = json!({"lost": {"run": "run", "bucket": BUCKET, "keys": [first], "cause": "Lambda.OutOfMemory\u{202e}"}});
    week.ask(&mut ArchiveAuditor::new(None), &lost).unwrap();
    let answer = week.reduce("run");
    assert_eq!(answer["unreadable"], 2);
    let summary: Value = serde_json::from_str(&week.written("history/run/summary.json")).unwrap();
    assert_eq!(summary["counts"]["files"]["unreadable"], 2);
    assert_eq!(summary["counts"]["files"]["met"], week.keys.len());
    let unread = summary["unread"].to_string();
    assert!(
        unread.contains("Lambda.OutOfMemory") && unread.contains("no such object"),
        "{unread}"
    );
    assert!(!unread.contains('\u{202e}'));
}

//! History read in parts and judged as a whole: the state machine's own steps, over the files that
//! the command reads.

mod week;

use std::fs;
use std::io::{Read, Write};

use archive_auditor::Auditor;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use week::BUCKET;
pub(crate) use week::Week;

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

/// Objects that are no log files: folders as S3 shows them, and keys that look like the end of a
/// line to some readers.
fn odd(logs: &mut Vec<(String, Vec<u8>)>, many: usize) {
    for number in 0..many {
        let name = [
            "notes.txt",
            "line\u{2028}end.txt",
            "\u{85}\u{1f}\"\\.txt",
            "folder/",
        ][number % 4];
        logs.push((format!("AWSLogs/{number:06}/{name}"), Vec::new()));
    }
}

/// Each line but for what only rosters on a laptop tell: the stack's have no policies.
pub(crate) fn judged(lines: &str) -> Vec<String> {
    let told = |line: &str| {
        line.split_once(",\"allowed_by\":")
            .map_or_else(|| line.to_owned(), |(judged, _)| format!("{judged}}}"))
    };
    lines.lines().map(told).collect()
}

#[test]
fn the_findings_are_those_of_the_local_audit_whatever_the_batches() {
    let week = Week::new(|_| ());
    let local = week.audit("ndjson");
    assert!(local.findings().len() > 20, "{}", local.stderr);
    let counts: Value =
        serde_json::from_str::<Value>(&week.audit("json").stdout).unwrap()["counts"].clone();
    for size in [1, 7, 1_000] {
        for backwards in [false, true] {
            let run = format!("run-{size}-{backwards}");
            let mut batches: Vec<&[String]> = week.keys.chunks(size).collect();
            if backwards {
                batches.reverse();
            }
            for batch in &batches {
                week.map(&run, batch);
            }
            // Step Functions may ask again for what was done.
            week.map(&run, batches[0]);
            week.reduce(&run);
            assert_eq!(
                judged(&week.written(&format!("history/{run}/findings.ndjson"))),
                judged(&local.stdout),
                "{run}"
            );
            let summary: Value =
                serde_json::from_str(&week.written(&format!("history/{run}/summary.json")))
                    .unwrap();
            assert_eq!(summary["counts"], counts, "{run}");
            assert_eq!(summary["unread"], json!([]));
        }
    }
}

/// Objects of the bucket alone: a disk takes no such names.
fn in_the_bucket(week: &Week, change: impl Fn(&mut Vec<(String, Vec<u8>)>)) -> usize {
    let mut logs = Vec::new();
    change(&mut logs);
    let folders = logs.iter().filter(|(key, _)| key.ends_with('/')).count();
    let mut objects = week.twin.logs.borrow_mut();
    objects.extend(
        logs.into_iter()
            .map(|(key, bytes)| ((BUCKET.to_owned(), key), bytes)),
    );
    objects.len() - folders
}

#[test]
fn every_file_is_listed_once_however_often_time_runs_out() {
    let week = Week::new(|_| ());
    let files = in_the_bucket(&week, |logs| odd(logs, 3_500));
    let local = week.audit("ndjson");
    // In time for everything, and in time for one page of a thousand.
    for (run, seconds, least) in [
        ("whole", None, 1),
        ("long", Some(900), 1),
        ("short", Some(100), 4),
    ] {
        let (passes, listed) = week.read(run, seconds);
        assert_eq!(
            (passes >= least, passes == 1),
            (true, least == 1),
            "{run}: {passes}"
        );
        assert_eq!(listed, files, "{run}");
        week.judge(run, &listed).unwrap();
        assert_eq!(
            judged(&week.written(&format!("history/{run}/findings.ndjson"))),
            judged(&local.stdout),
            "{run}"
        );
        let summary: Value =
            serde_json::from_str(&week.written(&format!("history/{run}/summary.json"))).unwrap();
        assert_eq!(summary["counts"]["files"]["met"], files, "{run}");
    }
}

#[test]
fn a_pass_that_is_repeated_changes_nothing_of_the_part_that_is_read() {
    let week = Week::new(|_| ());
    let files = in_the_bucket(&week, |logs| odd(logs, 3_500));
    let begin = json!({"after": null, "files": 0});
    let first = week.list("run", &begin, Some(900));
    assert_eq!(week.list("run", &begin, Some(900)), first, "the same again");
    let batches = week.batches(&first);
    // Lambda still runs what Step Functions gave up: it comes to another part, and writes it later
    // than the one that counts.
    let late = week.list("run", &begin, Some(100));
    assert_ne!(
        (&late["key"], &late["after"]),
        (&first["key"], &first["after"])
    );
    assert_eq!(week.batches(&first), batches);
    // Whichever answer the state machine goes on with, nothing is left out.
    let rest = week.list("run", &late, None);
    let mut keys: Vec<String> = [&late, &rest]
        .into_iter()
        .flat_map(|part| week.batches(part).concat())
        .collect();
    assert_eq!((keys.len(), &rest["files"]), (files, &json!(files)));
    assert!(batches.concat().starts_with(&keys[..100]) && keys.is_sorted());
    keys.dedup();
    assert_eq!(keys.len(), files);
}

#[test]
fn a_file_that_was_listed_and_of_which_nothing_is_known_fails_the_run() {
    let week = Week::new(|_| ());
    let (_, listed) = week.read("run", None);
    let extract = week
        .twin
        .objects
        .borrow()
        .keys()
        .find(|key| key.starts_with("history/run/extract/"))
        .unwrap()
        .clone();
    let kept = week.twin.objects.borrow_mut().remove(&extract).unwrap();
    let why = week.judge("run", &listed).unwrap_err();
    assert!(
        why.contains(&format!("{listed} files were listed")),
        "{why}"
    );
    week.twin.objects.borrow_mut().insert(extract, kept);
    week.judge("run", &listed).unwrap();
    let empty = week.list("empty", &json!({"after": "AWSLogs/~", "files": 0}), None);
    assert_eq!(
        empty,
        json!({"key": null, "batches": 0, "files": 0, "after": "AWSLogs/~", "more": false})
    );
    assert!(
        week.judge("empty", &empty["files"])
            .unwrap_err()
            .contains("is the prefix right?")
    );
}

#[test]
fn a_batch_that_was_read_after_all_is_not_lost() {
    let week = Week::new(|_| ());
    let (_, listed) = week.read("run", None);
    let batch = week
        .batches(&week.list("run", &json!({"after": null, "files": 0}), None))
        .swap_remove(0);
    let lost =
        json!({"lost": {"run": "run", "bucket": BUCKET, "keys": batch, "cause": "States.Timeout"}});
    week.ask(&mut Auditor::new(None), &lost).unwrap();
    assert_eq!(week.judge("run", &listed).unwrap()["unreadable"], 0);
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

#[test]
fn details_that_cannot_be_read_are_named_as_the_local_audit_names_them() {
    let week = Week::new(|logs| {
        each_record(logs, |record| {
            // Every second event, by a digit of its id.
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
        });
    });
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
    week.ask(&mut Auditor::new(None), &lost).unwrap();
    let answer = week.reduce("run");
    assert_eq!(answer["unreadable"], 2);
    let summary: Value = serde_json::from_str(&week.written("history/run/summary.json")).unwrap();
    assert_eq!(summary["counts"]["files"]["unreadable"], 2);
    assert_eq!(summary["counts"]["files"]["met"], week.keys.len());
    let unread = summary["unread"].to_string();
    assert!(
        unread.contains("Lambda.OutOfMemory") && unread.contains("nothing of this name"),
        "{unread}"
    );
    assert!(!unread.contains('\u{202e}'));
}

#[test]
fn extracts_of_another_policy_are_not_judged() {
    let week = Week::new(|_| ());
    week.map("run", &week.keys[..3]);
    let key = "policy/rolewatch.yaml".to_owned();
    let mut changed = week.twin.objects.borrow()[&key].clone();
    changed.0.extend_from_slice(b"\n# changed\n");
    week.twin.objects.borrow_mut().insert(key, changed);
    let asked = json!({"reduce": {"run": "run", "since": null, "until": null}});
    let why = week.ask(&mut Auditor::new(None), &asked).unwrap_err();
    assert!(why.contains("the policy was changed"), "{why}");
}

#[test]
fn an_extract_holds_no_secret_and_a_run_stays_in_its_folder() {
    let week = Week::new(|_| ());
    week.map("run", &week.keys);
    let objects = week.twin.objects.borrow();
    let extracts: Vec<&String> = objects
        .keys()
        .filter(|key| key.starts_with("history/run/extract/"))
        .collect();
    assert_eq!(extracts.len(), 1);
    let mut text = String::new();
    GzDecoder::new(&*objects[extracts[0]].0)
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.lines().count() > 100);
    for secret in ["sessionToken", "userAgent", "\"tags\""] {
        assert!(!text.contains(secret), "{secret}");
    }
    drop(objects);
    for run in ["", "../policy", "a/b", "a b"] {
        let asked = json!({"map": {"run": run, "bucket": BUCKET, "keys": []}});
        assert!(week.ask(&mut Auditor::new(None), &asked).is_err(), "{run}");
    }
}

#[test]
fn an_entry_that_only_just_misses_a_role_is_in_the_summary_as_in_the_local_report() {
    let mut used = rolewatch_guard::testing::Story::new();
    // Of this role there are uses alone, of which nothing is kept.
    used.switch_to("dora", "team/Archivist")
        .with_mfa()
        .used_after(600)
        .only_uses();
    let lines = used
        .records()
        .iter()
        .map(Value::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    let week = Week::new(|logs| logs.push(("AWSLogs/zz.json".into(), lines.clone().into_bytes())));
    let entry = |name: &str| {
        format!(
            "  - {{arn: 'arn:aws:iam::444455556666:role/{name}', groups: [development/Developers]}}\n"
        )
    };
    let policy = fs::read_to_string(week.bench.path("rolewatch.yaml")).unwrap();
    let policy = policy
        .replace("role/MigrateData", "role/data/Migrate*")
        .replace(
            "\nsuppress:",
            &format!("{}\nsuppress:", entry("teams/Archivist")),
        );
    week.bench.write("rolewatch.yaml", policy.as_bytes());
    week.twin.objects.borrow_mut().insert(
        "policy/rolewatch.yaml".to_owned(),
        (policy.into_bytes(), week.twin.clock.get()),
    );
    for batch in week.keys.chunks(9) {
        week.map("run", batch);
    }
    week.reduce("run");
    let summary: Value = serde_json::from_str(&week.written("history/run/summary.json")).unwrap();
    let said: Vec<&str> = summary["near_misses"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let arn = "arn:aws:iam::444455556666:role";
    for (entry, role) in [
        ("data/Migrate*", "MigrateData"),
        ("teams/Archivist", "team/Archivist"),
    ] {
        let asked = format!(
            "no role matches `{arn}/{entry}`; did you mean `{arn}/{role}`, which is in the logs?"
        );
        assert!(
            said.iter().any(|said| said.ends_with(&asked)),
            "{asked}: {said:?}"
        );
    }
    let local: Value = serde_json::from_str(&week.audit("json").stdout).unwrap();
    assert_eq!((said.len(), &summary["notices"]), (2, &local["notices"]));
}

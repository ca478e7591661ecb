//! Listing the bucket in passes: each object is listed exactly once, even if a step is repeated or
//! has little time.

use archive_auditor::ArchiveAuditor;
use serde_json::{Value, json};

use super::week::BUCKET;
use super::{Week, judged};

/// Objects that aren't log files: folders as S3 shows them, and keys that some readers would break
/// into two lines.
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

/// Objects that exist only in the bucket, because a file system doesn't allow their names.
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
    // With enough time for everything, and with enough for one page of a thousand.
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
    // Lambda may still run an invocation that Step Functions has given up. It lists a different
    // part, and writes it later than the one that counts.
    let late = week.list("run", &begin, Some(100));
    assert_ne!(
        (&late["key"], &late["after"]),
        (&first["key"], &first["after"])
    );
    assert_eq!(week.batches(&first), batches);
    // Whichever answer the state machine uses, nothing is left out.
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
            .contains("check the prefix")
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
    week.ask(&mut ArchiveAuditor::new(None), &lost).unwrap();
    assert_eq!(week.judge("run", &listed).unwrap()["unreadable"], 0);
}

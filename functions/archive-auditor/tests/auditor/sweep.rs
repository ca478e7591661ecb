//! The sweep finds log files for which no notification arrived.

use archive_auditor::{ArchiveAuditor, ArchiveReport};
use rolewatch_guard::moment::Moment;
use rolewatch_guard::testing::Story;
use rolewatch_live::port::Trouble;
use rolewatch_live::testing::{Calm, Twin, Weather, run};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::trail::{auditor, deliver, key, log_file, notify, prepare, put, records_sent};

fn run_sweep<W: Weather>(
    auditor: &mut ArchiveAuditor,
    twin: &Twin<W>,
    at: Moment,
    deadline: Option<Moment>,
) -> Result<(Value, ArchiveReport), Trouble> {
    run(auditor.handle(
        twin,
        &to_raw_value(&json!({"task": "sweep", "at": at})).unwrap(),
        deadline,
    ))
}

/// Two days of switches, an hour apart.
fn two_days() -> Story {
    let mut story = Story::new();
    for hour in 0..48 {
        story.switch(["dora", "tess"][hour % 2]).with_mfa();
        story.later(3_600);
    }
    story
}

#[test]
fn the_first_sweep_reads_the_last_day_of_every_account_and_region_and_the_next_only_what_is_new() {
    let story = two_days();
    let begin: Moment = story.records()[0]["eventTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let now = story.now();
    let twin = Twin::new(Calm, now);
    prepare(&twin, &story);
    let keys = deliver(&twin, &story);
    put(
        &twin,
        "AWSLogs/111122223333/CloudTrail-Digest/us-east-1/2026/03/03/d.json.gz",
        b"x".to_vec(),
    );
    put(
        &twin,
        "AWSLogs/not-an-account/CloudTrail/us-east-1/2026/03/03/x.json.gz",
        b"x".to_vec(),
    );
    let mut auditor = auditor();
    let (answer, report) =
        run_sweep(&mut auditor, &twin, begin.plus_seconds(40 * 3_600), None).unwrap();
    assert_eq!(
        (&answer["whole"], report.files),
        (&json!(true), 2 * 24 + 2 * 8),
        "to the end of what is there, from 24 hours before"
    );
    assert_eq!(
        records_sent(&twin).len(),
        usize::try_from(report.files).unwrap()
    );
    let (_, again) = run_sweep(&mut auditor, &twin, begin.plus_seconds(41 * 3_600), None).unwrap();
    assert_eq!((again.files, records_sent(&twin).len()), (0, 0));
    let late = key(
        "444455556666",
        "eu-west-1",
        begin.plus_seconds(38 * 3_600),
        "LATE",
    );
    put(&twin, &late, log_file(&[&story.records()[1]]));
    let (_, again) = run_sweep(&mut auditor, &twin, begin.plus_seconds(42 * 3_600), None).unwrap();
    assert_eq!(again.files, 1, "a file of a time that was swept before");
    assert!(keys.len() > 64);
}

#[test]
fn after_a_pause_nothing_is_left_out() {
    let story = two_days();
    let begin: Moment = story.records()[0]["eventTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let twin = Twin::new(Calm, story.now());
    prepare(&twin, &story);
    let mut auditor = auditor();
    run_sweep(&mut auditor, &twin, begin, None).unwrap();
    deliver(&twin, &story);
    let (_, report) = run_sweep(&mut auditor, &twin, story.now().plus_seconds(600), None).unwrap();
    assert_eq!(
        (report.files, records_sent(&twin).len()),
        (96, story.records().len())
    );
}

#[test]
fn a_sweep_that_has_no_time_left_goes_on_where_it_was() {
    let story = two_days();
    let now = story.now().plus_seconds(600);
    let twin = Twin::new(Calm, now);
    prepare(&twin, &story);
    deliver(&twin, &story);
    let mut auditor = auditor();
    let (answer, report) = run_sweep(&mut auditor, &twin, now, Some(now.plus_seconds(30))).unwrap();
    assert_eq!((&answer["whole"], report.files), (&json!(false), 0));
    let (answer, report) = run_sweep(&mut auditor, &twin, now.plus_seconds(60), None).unwrap();
    assert_eq!(answer["whole"], json!(true));
    assert!(report.files > 40, "{report:?}");
}

#[test]
fn what_was_told_of_is_not_swept_again() {
    let story = two_days();
    let now = story.now().plus_seconds(600);
    let twin = Twin::new(Calm, now);
    prepare(&twin, &story);
    let keys = deliver(&twin, &story);
    let mut auditor = auditor();
    notify(&mut auditor, &twin, &keys);
    records_sent(&twin);
    let (_, report) = run_sweep(&mut auditor, &twin, now, None).unwrap();
    assert_eq!((report.files, records_sent(&twin).len()), (0, 0));
}

#[test]
fn an_organizations_trail_is_swept_too() {
    let story = two_days();
    let now = story.now().plus_seconds(600);
    let twin = Twin::new(Calm, now);
    prepare(&twin, &story);
    deliver(&twin, &story);
    let logs = twin.logs.take();
    let moved = logs.into_iter().map(|((bucket, key), bytes)| {
        (
            (bucket, key.replace("AWSLogs/", "AWSLogs/o-example1234/")),
            bytes,
        )
    });
    *twin.logs.borrow_mut() = moved.collect();
    let (_, report) = run_sweep(&mut auditor(), &twin, now, None).unwrap();
    assert!(report.files > 40, "{report:?}");
}

#[test]
fn without_a_trail_or_with_another_task_it_says_so() {
    let story = Story::new();
    let twin = Twin::new(Calm, story.now());
    let why = run_sweep(&mut ArchiveAuditor::new(None), &twin, story.now(), None)
        .unwrap_err()
        .to_string();
    assert!(why.contains("ROLEWATCH_TRAIL_BUCKET"), "{why}");
    let payload = to_raw_value(&json!({"task": "swoop"})).unwrap();
    let why = run(auditor().handle(&twin, &payload, None))
        .unwrap_err()
        .to_string();
    assert!(why.contains("`swoop`"), "{why}");
}

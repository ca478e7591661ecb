//! If a record doesn't name the account that received it, its surroundings do, whichever command
//! reads it.
//!
//! The world: a story in which most records or events lack the account that received them.

use archive_auditor::ArchiveAuditor;
use rolewatch_guard::testing::Story;
use rolewatch_live::testing::{Calm, Twin, run, unnamed};
use serde_json::value::to_raw_value;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome};

const NAMES: &str = "roster/development.json";

/// tom, who isn't a developer, enters a role of production, uses it, and is denied it later.
fn story() -> Story {
    let mut story = Story::new();
    story.switch("tom").without_mfa().used_after(60);
    story.later(7_200);
    story.switch("dora").by_console().used_after(30);
    story.later(7_200);
    story.denied("tom", "UpdateApp");
    story.iam(60, "admin").adds("tess", "Developers");
    story.later(7_200);
    story.switch("tess").with_mfa();
    story
}

fn account(record: &Value) -> &str {
    record["recipientAccountId"].as_str().unwrap()
}

fn audit(bench: &Bench, args: &[&str]) -> Outcome {
    bench.run(&[&["audit", "--format", "ndjson"], args].concat())
}

/// Policy and roster, without logs.
fn bench(story: &Story) -> Bench {
    let bench = Bench::empty();
    bench.write("rolewatch.yaml", story.policy_text().as_bytes());
    bench.write(NAMES, story.roster_text().unwrap().as_bytes());
    bench
}

/// The names of one account's log files: with its folder and its own name, or with only one of
/// them.
fn paths(account: &str, number: usize) -> [String; 3] {
    let folder = format!("AWSLogs/o-example1234/{account}/CloudTrail/us-east-1/2026/03/02");
    let name = format!("{account}_CloudTrail_us-east-1_20260302T0905Z_EXAMPLE{number}.json");
    [
        format!("{folder}/{name}"),
        format!("{folder}/{number}.json"),
        name,
    ]
}

#[test]
fn a_path_says_whose_the_records_in_it_are() {
    let story = story();
    let expected = audit(&Bench::of(&story), &["archive"]);
    assert_eq!(expected.findings().len(), 3, "{}", expected.stdout);
    for way in 0..3 {
        let bench = bench(&story);
        for (at, record) in story.records().iter().enumerate() {
            let path = &paths(account(record), at)[way];
            bench.write(
                &format!("archive/{path}"),
                json!({ "Records": [unnamed(record)] })
                    .to_string()
                    .as_bytes(),
            );
        }
        let outcome = audit(&bench, &["archive"]);
        assert_eq!(
            (outcome.code, &outcome.stdout),
            (expected.code, &expected.stdout),
            "way {way}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_path_is_known_from_within_its_folders_too() {
    let story = story();
    let bench = bench(&story);
    let folder = "AWSLogs/111122223333/CloudTrail/us-east-1";
    let own: Vec<Value> = story
        .records()
        .iter()
        .filter(|record| account(record) == "111122223333")
        .map(unnamed)
        .collect();
    bench.write(
        &format!("{folder}/a.json"),
        json!({ "Records": own }).to_string().as_bytes(),
    );
    let up = "../../../../";
    let within = crate::tool::run_in(
        &bench.path(folder),
        &[
            "audit",
            "a.json",
            "--format",
            "ndjson",
            "--policy",
            &format!("{up}rolewatch.yaml"),
            "--roster",
            &format!("{up}{NAMES}"),
        ],
        b"",
    );
    let from_above = audit(&bench, &["AWSLogs"]);
    assert_eq!(
        (within.code, &within.stdout),
        (from_above.code, &from_above.stdout),
        "{}",
        within.stderr
    );
    assert!(within.findings().len() > 2, "{}", within.stderr);
}

#[test]
fn an_event_says_whose_its_record_is() {
    let story = story();
    let expected = audit(&Bench::of(&story), &["archive"]);
    let event = |record: &Value| json!({"source": "aws.sts", "account": account(record), "detail": unnamed(record)});
    let text: String = story
        .records()
        .iter()
        .map(|record| event(record).to_string())
        .collect();
    let bench = bench(&story);
    bench.write("archive/events.json", text.as_bytes());
    let outcome = audit(&bench, &["archive"]);
    assert_eq!(
        (outcome.code, &outcome.stdout),
        (expected.code, &expected.stdout),
        "{}",
        outcome.stderr
    );
    let on_stdin = bench.run_with(&["audit", "-", "--format", "ndjson"], text.as_bytes());
    assert_eq!(
        (on_stdin.code, &on_stdin.stdout),
        (expected.code, &expected.stdout),
        "{}",
        on_stdin.stderr
    );
}

#[test]
fn a_path_and_an_event_that_disagree_leave_the_record_unread() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let record = unnamed(&story.records()[0]);
    let bench = bench(&story);
    let event =
        json!({"source": "aws.sts", "account": "111122223333", "detail": record}).to_string();
    for path in &paths("999988887777", 1) {
        let path = bench
            .write(&format!("archive/{path}"), event.as_bytes())
            .display()
            .to_string();
        for args in [
            &["audit", "archive", "--format", "ndjson"][..],
            &["explain", &path],
        ] {
            let outcome = bench.run(args);
            assert_eq!(outcome.code, Some(3), "{args:?}: {}", outcome.stderr);
            let named = outcome
                .stderr
                .lines()
                .find(|line| line.contains("it isn't certain whose record this is"));
            assert!(
                named.is_some_and(
                    |line| line.contains("111122223333") && line.contains("999988887777")
                ),
                "{}",
                outcome.stderr
            );
        }
        std::fs::remove_file(path).unwrap();
    }
    // The record's own account decides.
    let said =
        json!({"source": "aws.sts", "account": "111122223333", "detail": story.records()[0]})
            .to_string();
    bench.write(
        &format!("archive/{}", paths("999988887777", 1)[0]),
        said.as_bytes(),
    );
    assert_eq!(audit(&bench, &["archive"]).code, Some(1));
}

#[test]
fn a_caller_says_whose_a_record_is_only_in_their_own_account() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    story.service_switch("lambda.amazonaws.com");
    let bench = bench(&story);
    let [caller, owner, service] = story.records() else {
        panic!("{:?}", story.records())
    };
    assert_eq!(
        (
            &owner["userIdentity"]["type"],
            &service["userIdentity"]["type"]
        ),
        (&json!("AWSAccount"), &json!("AWSService"))
    );
    let alone = |record: &Value| {
        bench.run_with(
            &["audit", "-", "--format", "ndjson"],
            record.to_string().as_bytes(),
        )
    };
    let (own, said) = (alone(&unnamed(caller)), alone(caller));
    assert_eq!(
        (own.code, &own.stdout),
        (Some(1), &said.stdout),
        "{}",
        own.stderr
    );
    for record in [owner, service] {
        let outcome = alone(&unnamed(record));
        assert_eq!(
            (outcome.code, outcome.findings().len()),
            (Some(3), 0),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("`recipientAccountId` is missing"),
            "{}",
            outcome.stderr
        );
    }
}

#[test]
fn explain_shows_the_account_that_the_path_names() {
    let mut story = Story::new();
    story.switch("tom").with_mfa();
    let bench = bench(&story);
    let owner = unnamed(&story.records()[1]);
    let path = bench.write(&paths("444455556666", 1)[0], owner.to_string().as_bytes());
    let outcome = bench.run(&["explain", &path.display().to_string()]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("account 444455556666, us-east-1"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn history_reads_the_same() {
    let story = story();
    let expected = audit(&Bench::of(&story), &["archive"]);
    let twin = Twin::new(Calm, "2026-04-01T00:00:00Z".parse().unwrap());
    for (key, text) in [
        ("policy/rolewatch.yaml", story.policy_text()),
        (NAMES, &story.roster_text().unwrap()),
    ] {
        twin.objects
            .borrow_mut()
            .insert(key.to_owned(), (text.as_bytes().to_vec(), twin.clock.get()));
    }
    let mut keys = Vec::new();
    for (at, record) in story.records().iter().enumerate() {
        let (key, text) = if at % 2 == 0 {
            (
                paths(account(record), at)[0].clone(),
                json!({ "Records": [unnamed(record)] }),
            )
        } else {
            (
                format!("{at}.json"),
                json!({"source": "aws.sts", "account": account(record), "detail": unnamed(record)}),
            )
        };
        twin.logs.borrow_mut().insert(
            ("trail-logs".to_owned(), key.clone()),
            text.to_string().into_bytes(),
        );
        keys.push(key);
    }
    for asked in [
        json!({"map": {"run": "run", "bucket": "trail-logs", "keys": keys}}),
        json!({"reduce": {"run": "run", "since": null, "until": null}}),
    ] {
        run(ArchiveAuditor::new(None).handle(&twin, &to_raw_value(&asked).unwrap(), None)).unwrap();
    }
    let objects = twin.objects.borrow();
    let findings = String::from_utf8(objects["history/run/findings.ndjson"].0.clone()).unwrap();
    assert_eq!(findings, expected.stdout);
    let summary: Value = serde_json::from_slice(&objects["history/run/summary.json"].0).unwrap();
    assert_eq!(summary["unread_count"], 0, "{summary}");
}

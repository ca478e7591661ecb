//! `rolewatch sessions`: every switch into an elevated role is listed, with what is known about it.

use rolewatch_guard::testing::Story;
use serde_json::{Value, json};

use crate::tool::{Bench, Outcome, project, run_in};

/// The synthetic week.
fn week(args: &[&str]) -> Outcome {
    let mut all = vec!["sessions", "events/archive"];
    all.extend(args);
    run_in(project(), &all, b"")
}

fn document(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn the_table_of_the_week() {
    let outcome = week(&[]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    for line in outcome.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    insta::assert_snapshot!("sessions_of_the_week", outcome.stdout);
}

#[test]
fn the_list_has_the_switches_of_the_audit_and_its_findings() {
    let audit = run_in(
        project(),
        &["audit", "events/archive", "--format", "json"],
        b"",
    );
    let outcome = week(&["--format", "json"]);
    assert_eq!(outcome.account(), audit.account());
    let (audit, listed) = (document(&audit), document(&outcome));
    let sessions = listed["sessions"].as_array().unwrap();
    let switches = audit["switches"].as_array().unwrap();
    assert_eq!(sessions.len(), switches.len());
    for (session, switch) in sessions.iter().zip(switches) {
        assert_eq!(session["entered"], switch["time"]);
        assert_eq!(session["caller"], switch["caller"]);
        assert_eq!(session["held_until"], switch["granted_until"]);
    }
    let broken = |code: &str| {
        let has = |session: &&Value| {
            let codes = session["violations"].as_array().unwrap();
            codes.contains(&json!(code))
        };
        sessions.iter().filter(has).count()
    };
    // RW004 and RW005 are about several sessions, and each of these has the code.
    assert_eq!(broken("RW002"), 1);
    assert_eq!(broken("RW004"), 3);
    assert_eq!(broken("RW005"), 5);
    let people = listed["people"].as_array().unwrap();
    let sum: u64 = people
        .iter()
        .map(|person| person["sessions"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, u64::try_from(sessions.len()).unwrap());
}

#[test]
fn no_cell_is_a_formula() {
    let outcome = week(&["--format", "csv"]);
    let mut rows = csv::Reader::from_reader(outcome.stdout.as_bytes());
    let header = rows.headers().unwrap().clone();
    let mut names = Vec::new();
    for row in rows.records() {
        let row = row.unwrap();
        for cell in &row {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
        let at = header.iter().position(|name| name == "session").unwrap();
        names.push(row[at].to_owned());
    }
    assert_eq!(names.len(), 46);
    assert!(names.contains(&"'=2+5+cmd".to_owned()), "{names:?}");
}

#[test]
fn filters_hide_sessions_and_a_typo_is_named() {
    let outcome = week(&["--caller", "carol", "--format", "json"]);
    let listed = document(&outcome);
    let sessions = listed["sessions"].as_array().unwrap();
    assert!(!sessions.is_empty());
    assert!(sessions.iter().all(|one| one["caller"]["name"] == "carol"));
    let outcome = week(&["--caller", "carrol"]);
    assert_eq!(outcome.code, Some(0));
    assert!(
        outcome.stdout.contains("The filters show no session."),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome
            .stderr
            .contains("no session is about the caller `carrol`; did you mean `carol`?"),
        "{}",
        outcome.stderr
    );
    let outcome = week(&["--account", "productoin"]);
    assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""));
}

#[test]
fn what_has_not_ended_is_marked() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().used_after(600);
    let bench = Bench::of(&story);
    let run = |args: &[&str]| bench.run(&[&["sessions", "archive"], args].concat());
    let outcome = run(&["--until", "2026-03-02T09:20:00Z"]);
    assert!(outcome.stdout.contains("20m+"), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("elevated for 20m so far"),
        "{}",
        outcome.stdout
    );
    let listed = document(&run(&["--until", "2026-03-03", "--format", "json"]));
    assert_eq!(listed["sessions"][0]["end"], "ended");
    assert_eq!(listed["sessions"][0]["held_seconds"], 3_600);
}

#[test]
fn an_empty_list_says_so_and_an_incomplete_one_exits_with_three() {
    let mut story = Story::new();
    story.denied("nell", "UpdateApp");
    let bench = Bench::of(&story);
    let outcome = bench.run(&["sessions", "archive"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .contains("The logs show no switch into an elevated role."),
        "{}",
        outcome.stdout
    );
    let outcome = bench.run(&["sessions", "archive", "--since", "2026-03-01"]);
    assert!(
        outcome.stdout.contains("in the requested period"),
        "{}",
        outcome.stdout
    );
    bench.write("archive/broken.json", b"{");
    let outcome = bench.run(&["sessions", "archive"]);
    assert_eq!(outcome.code, Some(3));
    assert!(outcome.stdout.contains("INCOMPLETE"), "{}", outcome.stdout);
    assert_eq!(bench.run(&["sessions", "archiv"]).code, Some(2));
    let period = ["--since", "2026-03-02", "--until", "2026-03-01"];
    let outcome = bench.run(&[&["sessions", "archive"], &period[..]].concat());
    assert_eq!(outcome.code, Some(2));
}

#[test]
fn ten_thousand_switches_are_listed() {
    let mut story = Story::new();
    for _ in 0..10_000 {
        story.switch("dora").with_mfa().used_after(60);
        story.later(7_200);
    }
    let bench = Bench::of(&story);
    let outcome = bench.run(&["sessions", "archive", "--format", "json"]);
    assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
    assert_eq!(
        document(&outcome)["sessions"].as_array().unwrap().len(),
        10_000
    );
}

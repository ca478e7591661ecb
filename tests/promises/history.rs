//! History is read in parts and judged as a whole, with the same findings as the command on the
//! same files.
//!
//! The world: the week of `events/archive`, in a directory and in a bucket, and the steps of the
//! state machine.

mod listing;
mod unread;
mod week;

use std::fs;
use std::io::Read;

use archive_auditor::ArchiveAuditor;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

use week::BUCKET;
pub(crate) use week::Week;

/// Each line, without what only local rosters show. The stack's rosters contain no policies.
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
            // Step Functions may request a finished step again.
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

#[test]
fn extracts_of_another_policy_are_not_judged() {
    let week = Week::new(|_| ());
    week.map("run", &week.keys[..3]);
    let key = "policy/rolewatch.yaml".to_owned();
    let mut changed = week.twin.objects.borrow()[&key].clone();
    changed.0.extend_from_slice(b"\n# changed\n");
    week.twin.objects.borrow_mut().insert(key, changed);
    let asked = json!({"reduce": {"run": "run", "since": null, "until": null}});
    let why = week
        .ask(&mut ArchiveAuditor::new(None), &asked)
        .unwrap_err();
    assert!(why.contains("the policy changed"), "{why}");
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
    for secret in ["sessionToken", "\"tags\""] {
        assert!(!text.contains(secret), "{secret}");
    }
    drop(objects);
    for run in ["", "../policy", "a/b", "a b"] {
        let asked = json!({"map": {"run": run, "bucket": BUCKET, "keys": []}});
        assert!(
            week.ask(&mut ArchiveAuditor::new(None), &asked).is_err(),
            "{run}"
        );
    }
}

/// The week, with two policy entries that each almost match a role in the logs.
fn with_near_misses() -> Week {
    let mut used = rolewatch_guard::testing::Story::new();
    // The logs contain only uses of this role, which history doesn't store.
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
    week
}

#[test]
fn an_entry_that_only_just_misses_a_role_is_in_the_summary_as_in_the_local_report() {
    let week = with_near_misses();
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

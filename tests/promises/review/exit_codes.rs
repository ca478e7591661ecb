//! Exit codes, and what stderr says about bad input.

use serde_json::{Value, json};

use super::{bench, company, text};
use crate::tool::{Bench, project};

#[test]
fn one_for_violations_at_or_over_fail_on_and_zero_below() {
    assert_eq!(company(&["--fail-on", "high"]).code, Some(1));
    let bench = bench();
    let policy = std::fs::read_to_string(bench.path("rolewatch.yaml"))
        .unwrap()
        .replace("severity: critical", "severity: high");
    bench.write("rolewatch.yaml", policy.as_bytes());
    assert_eq!(bench.run(&["review", "setup"]).code, Some(1));
    assert_eq!(
        bench
            .run(&["review", "setup", "--fail-on", "critical"])
            .code,
        Some(0)
    );
}

#[test]
fn two_without_a_policy_or_with_a_wrong_one() {
    let bench = Bench::empty();
    bench.write("setup/a.json", b"{}");
    let outcome = bench.run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("rolewatch.yaml"),
        "{}",
        outcome.stderr
    );
    assert_eq!(bench.run(&["review"]).code, Some(2));
    bench.write("bad.yaml", b"version: 1\nroles: 7\n");
    assert_eq!(
        bench.run(&["review", "setup", "--policy", "bad.yaml"]).code,
        Some(2)
    );
}

#[test]
fn three_for_a_file_that_is_cut_off_with_its_place_and_the_rest_is_judged() {
    let bench = bench();
    let whole = std::fs::read(project().join("events/review/development.json")).unwrap();
    bench.write("setup/cut.json", &whole[..whole.len() / 2]);
    let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
    assert_eq!(outcome.code, Some(3), "{}", outcome.stderr);
    let said = outcome
        .stderr
        .lines()
        .find(|line| line.contains("cut.json"))
        .unwrap_or_default();
    assert!(
        said.contains("EOF while parsing") && said.contains("line ") && said.contains("column "),
        "{said}"
    );
    assert!(
        outcome
            .findings()
            .iter()
            .any(|finding| finding["rule"] == "RW101"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.account().contains("4 files: 3 read, 1 unreadable"),
        "{}",
        outcome.account()
    );
}

#[test]
fn two_for_a_misspelled_path_with_what_was_meant() {
    let outcome = bench().run(&["review", "setup/developmnt.json", "setup/production.json"]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(
        outcome.stderr.contains("`setup/developmnt.json`: no such file or directory; did you mean `setup/development.json`?"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn three_for_what_is_no_such_output_and_for_a_missing_page() {
    let bench = bench();
    bench.write("setup/trail.json", b"{\"Records\": []}");
    let outcome = bench.run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome.stderr.contains("trail.json: neither the output of"),
        "{}",
        outcome.stderr
    );
    let mut details: Value = serde_json::from_slice(
        &std::fs::read(project().join("events/review/development.json")).unwrap(),
    )
    .unwrap();
    details["IsTruncated"] = json!(true);
    let bench = super::bench();
    bench.write("setup/development.json", details.to_string().as_bytes());
    let outcome = bench.run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome.stderr.contains("IsTruncated") && outcome.stdout.contains("INCOMPLETE"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn three_for_a_policy_of_iam_that_cannot_be_read_and_what_hangs_on_it_is_unproven() {
    let mut details: Value = serde_json::from_slice(
        &std::fs::read(project().join("events/review/production.json")).unwrap(),
    )
    .unwrap();
    details["RoleDetailList"][0]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] =
        json!("allow");
    let bench = bench();
    bench.write("setup/production.json", details.to_string().as_bytes());
    let outcome = bench.run(&["review", "setup", "--format", "ndjson"]);
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome
            .stderr
            .contains("UpdateApp: statement 1: `Effect` must be `Allow` or `Deny`"),
        "{}",
        outcome.stderr
    );
    let findings = outcome.findings();
    let of_role: Vec<&Value> = findings
        .iter()
        .filter(|finding| text(&finding["subject"]).ends_with("role/UpdateApp"))
        .collect();
    for rule in ["RW101", "RW102"] {
        assert!(
            of_role
                .iter()
                .any(|finding| finding["rule"] == rule && finding["verdict"] == "unproven"),
            "{rule}: {findings:#?}"
        );
    }
}

#[test]
fn stdin_is_a_file_too() {
    let bench = bench();
    let development = std::fs::read(project().join("events/review/development.json")).unwrap();
    let piped = bench.run_with(
        &[
            "review",
            "-",
            "setup/production.json",
            "setup/production-roles.json",
            "--format",
            "ndjson",
        ],
        &development,
    );
    assert_eq!(
        piped.stdout,
        bench.run(&["review", "setup", "--format", "ndjson"]).stdout
    );
    assert!(
        piped.account().starts_with("rolewatch: 3 files: 3 read;"),
        "{}",
        piped.stderr
    );
}

#[test]
fn three_for_what_was_packed_or_written_by_powershell_with_what_to_do() {
    let bench = bench();
    bench.write("setup/packed.json", b"\x1f\x8b\x08\x00rest");
    bench.write("setup/wide.json", b"\xff\xfe{\x00}\x00");
    let outcome = bench.run(&["review", "setup"]);
    assert_eq!(outcome.code, Some(3));
    for words in ["packed.json: it is compressed", "wide.json: it is UTF-16"] {
        assert!(
            outcome.stderr.contains(words),
            "{words}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn three_for_a_credential_report_that_is_none() {
    let bench = bench();
    bench.write("report.csv", b"user,password\nbob,1\n");
    let outcome = bench.run(&["review", "setup", "--credential-report", "report.csv"]);
    assert_eq!(outcome.code, Some(3));
    assert!(
        outcome.stderr.contains("report.csv") && outcome.stderr.contains("base64 -d"),
        "{}",
        outcome.stderr
    );
}

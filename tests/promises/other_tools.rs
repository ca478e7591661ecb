//! The formats that other tools take: OCSF, Security Hub's ASFF, and SARIF.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::tool::{Bench, Outcome, project, run_in};

const HUB: [&str; 2] = ["--asff-account=999999999999", "--asff-region=eu-west-1"];

fn week(format: &str, more: &[&str]) -> Outcome {
    let mut args = vec!["audit", "events/archive", "--format", format];
    args.extend(more);
    run_in(project(), &args, b"")
}

fn review(more: &[&str]) -> Outcome {
    let mut args = vec![
        "review",
        "events/review",
        "--credential-report=events/review/credentials.csv",
        "--access-analyzer=events/review/findings/access-analyzer.json",
        "--as-of=2026-03-09T00:00:00Z",
    ];
    args.extend(more);
    run_in(project(), &args, b"")
}

/// Whether a finding is unproven, and its sentence, by id.
type Answers = BTreeSet<(String, bool, String)>;

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

fn expected(findings: &[Value]) -> Answers {
    let answer = |finding: &Value| {
        let unproven = finding["verdict"] == "unproven";
        (text(&finding["id"]), unproven, text(&finding["message"]))
    };
    findings.iter().map(answer).collect()
}

#[test]
fn ocsf_has_every_finding_and_shows_which_are_unproven() {
    let (plain, ocsf) = (week("ndjson", &[]), week("ocsf", &[]));
    assert_eq!(ocsf.code, plain.code, "{}", ocsf.stderr);
    let events = ocsf.findings();
    let mut shown = Answers::new();
    for event in &events {
        assert_eq!(event["class_uid"], 2004);
        assert_eq!(event["type_uid"], 200_401);
        assert_eq!(event["metadata"]["version"], "1.5.0");
        assert_eq!(event["cloud"]["provider"], "AWS");
        let unproven = event["unmapped"]["verdict"] == "unproven";
        assert_eq!(event["confidence"] == "Low", unproven);
        assert_eq!(event["verdict"] == "Insufficient Data", unproven);
        assert_eq!(
            text(&event["status_detail"]).starts_with("unproven"),
            unproven
        );
        shown.insert((
            text(&event["finding_info"]["uid"]),
            unproven,
            text(&event["message"]),
        ));
    }
    assert_eq!(shown, expected(&plain.findings()));
    assert_eq!(shown.len(), events.len());
    let tess = events
        .iter()
        .find(|event| event["message"].to_string().contains("tess entered"));
    let tess = tess.expect("tess has a finding");
    assert_eq!(tess["time"], 1_772_530_800_000_i64);
    assert_eq!(tess["severity_id"], 4);
    assert_eq!(
        tess["resources"][0]["uid"],
        "arn:aws:iam::444455556666:role/UpdateApp"
    );
    let first = &tess["evidences"][0];
    assert_eq!(first["src_endpoint"]["ip"], "192.0.2.20");
    assert_eq!(
        first["actor"]["user"]["uid"],
        "arn:aws:iam::111122223333:user/tess"
    );
    assert_eq!(first["api"]["operation"], "AssumeRole");
}

#[test]
fn asff_has_every_finding_in_requests_that_one_account_can_send() {
    let (plain, asff) = (week("ndjson", &[]), week("asff", &HUB));
    assert_eq!(asff.code, plain.code, "{}", asff.stderr);
    let mut shown = Answers::new();
    for request in asff.findings() {
        let findings = request["Findings"].as_array().unwrap();
        assert!((1..=100).contains(&findings.len()));
        for finding in findings {
            assert_eq!(finding["AwsAccountId"], "999999999999");
            assert_eq!(
                finding["ProductArn"],
                "arn:aws:securityhub:eu-west-1:999999999999:product/999999999999/default"
            );
            let unproven = finding["ProductFields"]["rolewatch/Verdict"] == "unproven";
            assert_eq!(text(&finding["Title"]).ends_with("(unproven)"), unproven);
            shown.insert((
                text(&finding["ProductFields"]["rolewatch/FindingId"]),
                unproven,
                text(&finding["Description"]),
            ));
        }
    }
    assert_eq!(shown, expected(&plain.findings()));
}

#[test]
fn asff_without_the_importing_account_is_an_error_that_says_why() {
    for args in [&[][..], &HUB[..1], &HUB[1..]] {
        let outcome = week("asff", args);
        assert_eq!((outcome.code, &*outcome.stdout), (Some(2), ""));
        assert!(
            outcome
                .stderr
                .contains("needs `--asff-account` and `--asff-region`")
        );
    }
    let outcome = week("ndjson", &HUB);
    assert_eq!(outcome.code, Some(2));
    assert!(
        outcome.stderr.contains("only for `--format asff`"),
        "{}",
        outcome.stderr
    );
    for wrong in [
        "--asff-account=123",
        "--asff-region=Europe",
        "--asff-region=eu-west-1:x",
    ] {
        let outcome = week("asff", &[HUB[0], wrong]);
        assert_eq!(outcome.code, Some(2), "{wrong}");
    }
}

#[test]
fn sarif_has_every_finding_with_its_rule_and_its_file() {
    let (plain, sarif) = (review(&["--format=ndjson"]), review(&["--format=sarif"]));
    assert_eq!(sarif.code, plain.code, "{}", sarif.stderr);
    let log: Value = serde_json::from_str(&sarif.stdout).unwrap();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let codes: Vec<String> = rules.iter().map(|rule| text(&rule["id"])).collect();
    assert_eq!(
        codes,
        ["RW101", "RW102", "RW103", "RW104", "RW105", "RW106"]
    );
    let artifacts = run["artifacts"].as_array().unwrap();
    let mut shown = Answers::new();
    for result in run["results"].as_array().unwrap() {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(text(&result["ruleId"]), codes[index]);
        let place = &result["locations"][0];
        let file = &place["physicalLocation"]["artifactLocation"]["uri"];
        assert!(
            artifacts.iter().any(|one| one["location"]["uri"] == *file),
            "{file}"
        );
        assert!(project().join(text(file)).is_file(), "{file}");
        assert!(text(&place["logicalLocations"][0]["fullyQualifiedName"]).starts_with("arn:"));
        let message = text(&result["message"]["text"]);
        let sentence = message.strip_prefix("Unproven: ");
        let unproven = result["properties"]["verdict"] == "unproven";
        assert_eq!(sentence.is_some(), unproven, "{message}");
        assert!(!(unproven && result["level"] == "error"));
        shown.insert((
            text(&result["partialFingerprints"]["rolewatchFinding/v1"]),
            unproven,
            sentence.unwrap_or(&message).to_owned(),
        ));
    }
    assert_eq!(shown, expected(&plain.findings()));
}

#[test]
fn a_run_without_findings_is_valid_in_every_format() {
    let story = rolewatch_guard::testing::Story::new();
    let bench = Bench::of(&story);
    for format in ["ocsf", "asff"] {
        let mut args = vec!["audit", "archive", "--format", format];
        if format == "asff" {
            args.extend(HUB);
        }
        assert_eq!(bench.run(&args).stdout, "", "{format}");
    }
}

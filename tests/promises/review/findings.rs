//! The findings, and how each format prints them.

use std::collections::BTreeSet;

use rolewatch_guard::catalogue;
use serde_json::{Value, json};

use super::{bench, company, text};

#[test]
fn every_rule_fires_on_the_company_that_has_one_thing_wrong_for_each() {
    let outcome = company(&["--format", "ndjson"]);
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    let findings = outcome.findings();
    let fired: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding["verdict"] == "violation")
        .map(|finding| text(&finding["rule"]))
        .collect();
    assert_eq!(
        fired,
        catalogue::listed()
            .filter(|rule| rule.is_of_the_set_up())
            .map(|rule| rule.code)
            .collect(),
        "{findings:#?}"
    );
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let [rule, verdict, severity, subject, message] =
                ["rule", "verdict", "severity", "subject", "message"]
                    .map(|field| text(&finding[field]));
            format!("{rule} {verdict} {severity} {subject}: {message}")
        })
        .collect();
    insta::assert_snapshot!(
        "review",
        format!("{}\n\n{}", lines.join("\n"), outcome.account())
    );
}

#[test]
fn ndjson_has_the_fields_that_others_rely_on() {
    for finding in company(&["--format", "ndjson"]).findings() {
        for field in [
            "rule", "name", "verdict", "severity", "account", "subject", "message", "id", "policy",
        ] {
            assert!(
                finding[field].as_str().is_some_and(|text| !text.is_empty()),
                "{field} of {finding}"
            );
        }
        assert_eq!(
            (text(&finding["account"]).len(), text(&finding["id"]).len()),
            (12, 32)
        );
        assert!(
            text(&finding["subject"]).starts_with("arn:aws:iam::"),
            "{finding}"
        );
        let quoted = finding["statement"].is_object();
        assert_eq!(
            quoted,
            finding["rule"] != "RW106" && finding["statement"] != Value::Null
        );
        assert!(
            !quoted || finding["fix"].is_object() || finding["fix"].is_array(),
            "{finding}"
        );
    }
}

#[test]
fn the_statement_is_quoted_as_it_stands_with_the_one_that_corrects_it() {
    let findings = company(&["--format", "ndjson"]).findings();
    let finding = findings
        .iter()
        .find(|finding| finding["rule"] == "RW101" && finding["verdict"] == "violation")
        .unwrap();
    assert_eq!(
        finding["statement"]["Condition"],
        json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}})
    );
    assert_eq!(
        finding["fix"]["Condition"],
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
    );
    assert_eq!(
        finding["fix"]["Principal"],
        finding["statement"]["Principal"]
    );
}

#[test]
fn the_table_is_readable() {
    let outcome = company(&[]);
    assert!(
        outcome
            .stdout
            .lines()
            .all(|line| line.chars().count() <= 120 || line.contains("arn:")),
        "{}",
        outcome.stdout
    );
    insta::assert_snapshot!("review_table", outcome.stdout);
}

#[test]
fn csv_and_json_have_the_same_findings() {
    let lines = company(&["--format", "ndjson"]).findings();
    let csv = company(&["--format", "csv"]).stdout;
    assert!(
        csv.starts_with("rule,name,verdict,severity,account,subject,place,statement,fix,message,undecided,id,policy,near_misses\n"),
        "{csv}"
    );
    let document: Value = serde_json::from_str(&company(&["--format", "json"]).stdout).unwrap();
    assert_eq!(document["findings"], Value::Array(lines.clone()));
    assert_eq!(
        (&document["elevated"], &document["unread"]),
        (&json!(5), &json!([]))
    );
    for finding in lines {
        assert!(csv.contains(text(&finding["id"])), "{finding}");
    }
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    let bench = bench();
    let files = [
        "setup/development.json",
        "setup/production.json",
        "setup/production-roles.json",
    ];
    let run = |files: &[&str]| {
        let args: Vec<&str> = ["review", "--format", "ndjson"]
            .iter()
            .chain(files)
            .copied()
            .collect();
        bench.run(&args).stdout
    };
    let forwards = run(&files);
    assert!(!forwards.is_empty());
    assert_eq!(run(&[files[2], files[1], files[0]]), forwards);
    assert_eq!(run(&["setup"]), forwards);
}

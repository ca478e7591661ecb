//! What AWS allowed although the policy forbids it. The answer appears next to a finding, and never
//! influences the verdict.
//!
//! The world: the synthetic week, audited with authorization details as rosters, with and without
//! their policies.

use serde_json::{Value, json};

use crate::tool::{Bench, project, run_in};

const SETUP: [&str; 2] = [
    "events/review/development.json",
    "events/review/production.json",
];

/// A file without its policies.
fn bare(file: &str) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(object) => {
                object.retain(|key, _| !key.contains("Polic"));
                object.values_mut().for_each(strip);
            }
            Value::Array(values) => values.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut json: Value =
        serde_json::from_slice(&std::fs::read(project().join(file)).unwrap()).unwrap();
    strip(&mut json);
    json
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn audit(rosters: [&str; 2], format: &str) -> crate::tool::Outcome {
    audit_with(rosters, format, &[])
}

fn audit_with(rosters: [&str; 2], format: &str, options: &[&str]) -> crate::tool::Outcome {
    let [development, production] = rosters;
    let mut args = vec![
        "audit",
        "events/archive",
        "--roster",
        development,
        "--roster",
        production,
        "--format",
        format,
    ];
    args.extend(options);
    let outcome = run_in(project(), &args, b"");
    assert_eq!(outcome.code, Some(1), "{}", outcome.stderr);
    outcome
}

#[test]
fn policies_in_a_roster_explain_findings_and_change_none() {
    let with = audit(SETUP, "ndjson").findings();
    let bench = Bench::empty();
    let stripped = SETUP.map(|file| {
        bench
            .write(file, bare(file).to_string().as_bytes())
            .display()
            .to_string()
    });
    let without = audit([&stripped[0], &stripped[1]], "ndjson").findings();
    let mut explained = 0;
    let judged: Vec<Value> = with
        .into_iter()
        .map(|mut finding| {
            explained += usize::from(
                finding
                    .as_object_mut()
                    .unwrap()
                    .remove("allowed_by")
                    .is_some(),
            );
            finding
        })
        .collect();
    assert!(
        without
            .iter()
            .all(|finding| finding.get("allowed_by").is_none()),
        "no trust policy, nothing to tell"
    );
    assert_eq!(judged, without);
    assert!(explained > 0);
}

#[test]
fn the_statement_that_let_somebody_in_without_mfa_is_named_with_the_one_that_would_not_have() {
    let findings = audit(SETUP, "ndjson").findings();
    let carol = findings
        .iter()
        .find(|finding| finding["rule"] == "RW002" && finding["caller"]["name"] == "carol")
        .unwrap();
    let allowed = &carol["allowed_by"];
    assert_eq!(
        allowed["statements"][0]["policy"], "the trust policy of UpdateApp",
        "{allowed}"
    );
    let stopped = &allowed["stopped_by"][0]["by"][0];
    assert_eq!(
        stopped["Condition"]["Bool"],
        json!({"aws:MultiFactorAuthPresent": "true"}),
        "{allowed}"
    );
    let whole: Value = serde_json::from_str(&audit(SETUP, "json").stdout).unwrap();
    assert!(whole["findings"].as_array().unwrap().contains(carol));
    let table = one_line(&audit_with(SETUP, "table", &["--verbose"]).stdout);
    assert!(
        table.contains("AWS allowed it through the statement")
            && table.contains("The rosters were taken at an unknown time;"),
        "{table}"
    );
    let short = one_line(&audit(SETUP, "table").stdout);
    assert!(
        short.contains("allowed by the trust policy of UpdateApp, as far as the rosters show"),
        "{short}"
    );
}

#[test]
fn explain_tells_it_beside_the_rule() {
    let [development, production] = SETUP;
    let args = [
        "explain",
        "events/assume-role-no-mfa-permanent-key.json",
        "--roster",
        development,
        "--roster",
        production,
    ];
    let text = run_in(project(), &args, b"")
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(text.contains("AWS allowed it through"), "{text}");
}

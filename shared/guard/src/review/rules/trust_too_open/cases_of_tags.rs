//! No operator on a tag excludes an outsider, because outsiders set their own tags.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::review::testing::Company;

const RULE: &str = "RW102";
const TAG: &str = "aws:PrincipalTag/t";

/// Every operator of IAM that some tag value meets and another doesn't, with a value.
const OPERATORS: [(&str, &str); 27] = [
    ("StringEquals", "app"),
    ("StringNotEquals", "app"),
    ("StringEqualsIgnoreCase", "App"),
    ("StringNotEqualsIgnoreCase", "App"),
    ("StringLike", "ap?*"),
    ("StringNotLike", "ap?*"),
    ("ArnEquals", "arn:aws:sns:*:111122223333:app"),
    ("ArnNotEquals", "arn:aws:sns:*:111122223333:app"),
    ("ArnLike", "arn:aws:sns:*:111122223333:app"),
    ("ArnNotLike", "arn:aws:sns:*:111122223333:app"),
    ("Bool", "true"),
    ("BinaryEquals", "YXBw"),
    ("NumericEquals", "7"),
    ("NumericNotEquals", "7"),
    ("NumericLessThan", "7"),
    ("NumericLessThanEquals", "7.5"),
    ("NumericGreaterThan", "999999999999999"),
    ("NumericGreaterThanEquals", "1e15"),
    ("DateEquals", "2026-03-02"),
    ("DateNotEquals", "2026-03-02T09:00:00Z"),
    ("DateLessThan", "2026-03-02T09:00:00Z"),
    ("DateLessThanEquals", "2026"),
    ("DateGreaterThan", "2026-03-02T09:00:00+09:00"),
    ("DateGreaterThanEquals", "99999999999"),
    ("IpAddress", "203.0.113.0/24"),
    ("NotIpAddress", "203.0.113.0/24"),
    ("Null", "false"),
];

fn allowed_on(condition: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition});
    statement["Condition"]["StringEqualsIfExists"]["aws:PrincipalAccount"] = json!("999988887777");
    statement
}

fn is_found(statements: Value) -> bool {
    let found = Company::new().with_trust(statements).findings_by(RULE);
    found
        .iter()
        .any(|finding| finding.verdict == Verdict::Violation)
}

/// Each operator alone and with every prefix and suffix.
fn spelled(operator: &str) -> Vec<String> {
    let sets = ["", "ForAnyValue:", "ForAllValues:"];
    let spelled = sets
        .iter()
        .flat_map(|set| ["", "IfExists"].map(|end| format!("{set}{operator}{end}")));
    spelled
        .filter(|written| !operator.starts_with("Null") || written == "Null")
        .collect()
}

#[test]
fn no_operator_on_a_tag_keeps_outsiders_out() {
    let mut missed = Vec::new();
    for (operator, value) in OPERATORS {
        for written in spelled(operator) {
            // Combined with `Null`, an absent tag doesn't help.
            for present in [json!({}), json!({TAG: "false"})] {
                let mut condition = json!({"Null": present});
                condition[&written][TAG] = json!(value);
                if !is_found(allowed_on(condition.clone())) {
                    missed.push(format!("Allow {condition}"));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn no_operator_on_a_tag_denies_outsiders() {
    let mut missed = Vec::new();
    for (operator, value) in OPERATORS {
        for written in spelled(operator) {
            let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Condition": {&written: {TAG: value}}});
            let allow = allowed_on(json!({"Null": {TAG: "false"}}));
            let is_always_present = operator == "Null";
            if !is_always_present && !is_found(json!([allow, deny])) {
                missed.push(format!("Deny {written} {value}"));
            }
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

#[test]
fn a_tag_between_bounds_is_found_and_one_that_cannot_be_is_not() {
    for (condition, is_met) in [
        (
            json!({"NumericGreaterThan": {TAG: "1"}, "NumericLessThan": {TAG: "2"}}),
            true,
        ),
        (
            json!({"NumericGreaterThanEquals": {TAG: "2"}, "NumericLessThan": {TAG: "2"}}),
            false,
        ),
        (
            json!({"NumericLessThan": {TAG: ["7", "9"]}, "NumericNotEquals": {TAG: ["6", "7"]}}),
            true,
        ),
        (
            json!({"DateGreaterThan": {TAG: "2026"}, "DateLessThan": {TAG: "2026-01-01T00:00:01Z"}}),
            true,
        ),
        (
            json!({"DateGreaterThan": {TAG: "2026"}, "DateLessThanEquals": {TAG: "2026"}}),
            false,
        ),
        (
            json!({"IpAddress": {TAG: "203.0.113.0/24"}, "NotIpAddress": {TAG: ["203.0.113.0/25", "203.0.113.255"]}}),
            true,
        ),
        (
            json!({"IpAddress": {TAG: "203.0.113.0/24"}, "NotIpAddress": {TAG: ["203.0.113.0/25", "203.0.113.128/25"]}}),
            false,
        ),
        (json!({"IpAddress": {TAG: "2001:db8::/32"}}), true),
        (
            json!({"NotIpAddress": {TAG: "0.0.0.0/0"}, "Null": {TAG: "false"}}),
            true,
        ),
    ] {
        assert_eq!(
            is_found(allowed_on(condition.clone())),
            is_met,
            "{condition}"
        );
    }
}

#[test]
fn a_session_lasts_only_as_long_as_aws_lets_it() {
    let lasting = |operator: &str, seconds: &str| {
        is_found(allowed_on(
            json!({operator: {"sts:DurationSeconds": seconds}}),
        ))
    };
    assert!(lasting("NumericGreaterThan", "3600"));
    assert!(!lasting("NumericLessThan", "900") && !lasting("NumericGreaterThan", "43200"));
}

//! The operators for texts, numbers, dates, addresses and ARNs, each with one key.

use serde_json::json;

use super::conditions::expect;

#[test]
fn texts_are_equal_letter_by_letter() {
    expect(&[
        (
            json!({"StringEquals": {"aws:username": "dora"}}),
            json!({"aws:username": "dora"}),
            Some(true),
        ),
        (
            json!({"StringEquals": {"aws:username": "dora"}}),
            json!({"aws:username": "Dora"}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"aws:username": ["tom", "dora"]}}),
            json!({"AWS:UserName": "dora"}),
            Some(true),
        ),
        (
            json!({"StringEquals": {"aws:username": "d*"}}),
            json!({"aws:username": "dora"}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"aws:username": "dora"}}),
            json!({}),
            Some(false),
        ),
        (
            json!({"StringNotEquals": {"aws:username": ["tom", "dora"]}}),
            json!({"aws:username": "dora"}),
            Some(false),
        ),
        (
            json!({"StringNotEquals": {"aws:username": ["tom", "dora"]}}),
            json!({"aws:username": "eve"}),
            Some(true),
        ),
        // A negated operator matches if the key is absent.
        (
            json!({"StringNotEquals": {"aws:username": "dora"}}),
            json!({}),
            Some(true),
        ),
    ]);
}

#[test]
fn texts_without_case_and_texts_like_a_pattern() {
    expect(&[
        (
            json!({"StringEqualsIgnoreCase": {"aws:username": "DORA"}}),
            json!({"aws:username": "dora"}),
            Some(true),
        ),
        (
            json!({"StringNotEqualsIgnoreCase": {"aws:username": "DORA"}}),
            json!({"aws:username": "dora"}),
            Some(false),
        ),
        (
            json!({"StringLike": {"aws:username": "d?r*"}}),
            json!({"aws:username": "dora"}),
            Some(true),
        ),
        (
            json!({"StringLike": {"aws:username": "D*"}}),
            json!({"aws:username": "dora"}),
            Some(false),
        ),
        (
            json!({"StringNotLike": {"aws:username": "d*"}}),
            json!({"aws:username": "dora"}),
            Some(false),
        ),
    ]);
}

#[test]
fn every_operator_and_every_key_must_hold() {
    expect(&[
        // Two operators, or two keys of one operator, must both hold.
        (
            json!({"StringEquals": {"a:b": "1", "a:c": "2"}}),
            json!({"a:b": "1"}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"a:b": "1"}, "StringLike": {"a:c": "*"}}),
            json!({"a:b": "1", "a:c": "x"}),
            Some(true),
        ),
        (
            json!({"StringQuals": {"a:b": "1"}}),
            json!({"a:b": "1"}),
            None,
        ),
    ]);
}

#[test]
fn numbers() {
    let age = "aws:MultiFactorAuthAge";
    expect(&[
        (
            json!({"NumericLessThan": {age: "3600"}}),
            json!({age: "3599"}),
            Some(true),
        ),
        (
            json!({"NumericLessThan": {age: 3600}}),
            json!({age: "3600"}),
            Some(false),
        ),
        (
            json!({"NumericLessThanEquals": {age: 3600}}),
            json!({age: "3600"}),
            Some(true),
        ),
        (
            json!({"NumericGreaterThan": {age: "9"}}),
            json!({age: "10"}),
            Some(true),
        ),
        (
            json!({"NumericGreaterThanEquals": {age: "10.5"}}),
            json!({age: "10.5"}),
            Some(true),
        ),
        (
            json!({"NumericEquals": {age: ["1", "2"]}}),
            json!({age: "2"}),
            Some(true),
        ),
        (
            json!({"NumericNotEquals": {age: "2"}}),
            json!({}),
            Some(true),
        ),
        // Without MFA, the key for its age is absent.
        (
            json!({"NumericLessThan": {age: "3600"}}),
            json!({}),
            Some(false),
        ),
        (
            json!({"NumericLessThanIfExists": {age: "3600"}}),
            json!({}),
            Some(true),
        ),
        (
            json!({"NumericLessThan": {age: "soon"}}),
            json!({age: "1"}),
            None,
        ),
    ]);
}

#[test]
fn date_operators() {
    let now = "aws:CurrentTime";
    expect(&[
        (
            json!({"DateLessThan": {now: "2026-12-31T00:00:00Z"}}),
            json!({now: "2026-12-30T23:59:59Z"}),
            Some(true),
        ),
        (
            json!({"DateLessThan": {now: "2026-12-31"}}),
            json!({now: "2026-12-31T00:00:00Z"}),
            Some(false),
        ),
        (
            json!({"DateLessThan": {now: "2027"}}),
            json!({now: "2026-12-31T23:59:59Z"}),
            Some(true),
        ),
        (
            json!({"DateGreaterThan": {now: "2026-12"}}),
            json!({now: "2026-12-01T00:00:00.5Z"}),
            Some(true),
        ),
        (
            json!({"DateEquals": {now: "2026-12-31T00:00Z"}}),
            json!({now: "1798675200"}),
            Some(true),
        ),
        (
            json!({"DateLessThan": {now: "soon"}}),
            json!({now: "2026-12-31T00:00:00Z"}),
            None,
        ),
        (
            json!({"DateGreaterThanEquals": {now: "1798675200"}}),
            json!({now: "2026-12-31T00:00:00Z"}),
            Some(true),
        ),
        (
            json!({"DateNotEquals": {now: "2026-12-31T00:00:00Z"}}),
            json!({now: "2026-12-31T09:00:00+09:00"}),
            Some(false),
        ),
    ]);
}

#[test]
fn addresses() {
    let ip = "aws:SourceIp";
    expect(&[
        (
            json!({"IpAddress": {ip: "203.0.113.0/24"}}),
            json!({ip: "203.0.113.255"}),
            Some(true),
        ),
        (
            json!({"IpAddress": {ip: "203.0.113.0/24"}}),
            json!({ip: "203.0.114.0"}),
            Some(false),
        ),
        (
            json!({"IpAddress": {ip: ["192.0.2.1", "2001:DB8:1234:5678::/64"]}}),
            json!({ip: "2001:db8:1234:5678:1::"}),
            Some(true),
        ),
        (
            json!({"IpAddress": {ip: "192.0.2.1"}}),
            json!({ip: "192.0.2.2"}),
            Some(false),
        ),
        (
            json!({"IpAddress": {ip: "0.0.0.0/0"}}),
            json!({ip: "198.51.100.7"}),
            Some(true),
        ),
        (
            json!({"IpAddress": {ip: "0.0.0.0/0"}}),
            json!({ip: "2001:db8::1"}),
            Some(false),
        ),
        (
            json!({"NotIpAddress": {ip: "203.0.113.0/24"}}),
            json!({ip: "203.0.113.9"}),
            Some(false),
        ),
        (
            json!({"NotIpAddress": {ip: "203.0.113.0/24"}}),
            json!({}),
            Some(true),
        ),
        (
            json!({"IpAddress": {ip: "203.0.113.0/33"}}),
            json!({ip: "203.0.113.9"}),
            None,
        ),
    ]);
}

#[test]
fn arn_operators() {
    let arn = "aws:PrincipalArn";
    let role = "arn:aws:iam::444455556666:role/team/App";
    expect(&[
        (
            json!({"ArnLike": {arn: "arn:aws:iam::444455556666:role/*"}}),
            json!({arn: role}),
            Some(true),
        ),
        // `ArnEquals` is the same as `ArnLike`.
        (
            json!({"ArnEquals": {arn: "arn:aws:iam::*:role/team/A?p"}}),
            json!({arn: role}),
            Some(true),
        ),
        (
            json!({"ArnNotEquals": {arn: "arn:aws:iam::*:role/team/A?p"}}),
            json!({arn: role}),
            Some(false),
        ),
        (
            json!({"ArnNotLike": {arn: "arn:aws:iam::*:role/x"}}),
            json!({}),
            Some(true),
        ),
        (
            json!({"ArnLike": {arn: "arn:aws:iam*role/team/App"}}),
            json!({arn: role}),
            None,
        ),
        (
            json!({"StringLike": {arn: "arn:aws:iam*role/team/App"}}),
            json!({arn: role}),
            Some(true),
        ),
        (
            json!({"BinaryEquals": {"a:b": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}),
            json!({"a:b": "QmluYXJ5VmFsdWVJbkJhc2U2NA"}),
            Some(true),
        ),
    ]);
}

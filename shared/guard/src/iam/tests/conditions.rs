//! The condition operators where the IAM User Guide defines and does not exemplify; what it
//! exemplifies is in [`super::documented`].

use serde_json::{Value, json};

use crate::iam::{Context, Document, Held, Truth};

/// What a `Condition` block comes to.
pub(super) fn holds(block: &Value, context: &Context) -> Truth {
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}});
    Document::read(&policy).unwrap().statements[0].conditions_hold(context)
}

/// Keys with a text, a list, or `null` for unknown.
pub(super) fn context(keys: &Value) -> Context {
    keys.as_object()
        .unwrap()
        .iter()
        .fold(Context::complete(), |context, (key, value)| {
            let held = match value {
                Value::Null => Held::Unknown,
                Value::Array(values) => Held::Values(
                    values
                        .iter()
                        .map(|value| value.as_str().unwrap().to_owned())
                        .collect(),
                ),
                one => Held::Values(vec![one.as_str().unwrap().to_owned()]),
            };
            context.with_held(key, held)
        })
}

/// `true`, `false`, or `null` for open.
fn expect(cases: &[(Value, Value, Option<bool>)]) {
    for (block, keys, expected) in cases {
        let truth = holds(block, &context(keys));
        let found = match truth {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Open(_) => None,
        };
        assert_eq!(found, *expected, "{block} with {keys}");
    }
}

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
        // A negated operator matches where the key is absent.
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
        // Two operators, or two keys of one, must both hold.
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
fn flags_and_the_hole_in_bool_if_exists() {
    let mfa = "aws:MultiFactorAuthPresent";
    expect(&[
        (
            json!({"Bool": {mfa: "true"}}),
            json!({mfa: "true"}),
            Some(true),
        ),
        (
            json!({"Bool": {mfa: true}}),
            json!({mfa: "TRUE"}),
            Some(true),
        ),
        (
            json!({"Bool": {mfa: "true"}}),
            json!({mfa: "false"}),
            Some(false),
        ),
        // A permanent key carries no such key at all.
        (json!({"Bool": {mfa: "true"}}), json!({}), Some(false)),
        (
            json!({"BoolIfExists": {mfa: "true"}}),
            json!({}),
            Some(true),
        ),
        (json!({"Bool": {mfa: "false"}}), json!({}), Some(false)),
        (
            json!({"BoolIfExists": {mfa: "false"}}),
            json!({}),
            Some(true),
        ),
        (
            json!({"BoolIfExists": {mfa: "false"}}),
            json!({mfa: "true"}),
            Some(false),
        ),
        (json!({"Null": {mfa: "true"}}), json!({}), Some(true)),
        (
            json!({"Null": {mfa: "true"}}),
            json!({mfa: "false"}),
            Some(false),
        ),
        (
            json!({"Null": {mfa: false}}),
            json!({mfa: "false"}),
            Some(true),
        ),
        (json!({"Null": {mfa: "false"}}), json!({}), Some(false)),
        (
            json!({"Null": {mfa: ["true", "false"]}}),
            json!({mfa: null}),
            Some(true),
        ),
        (json!({"Null": {mfa: "false"}}), json!({mfa: null}), None),
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
        // Without MFA there is no age.
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
fn dates() {
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
fn arns() {
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

#[test]
fn several_values() {
    let tags = "aws:TagKeys";
    let all = json!({"ForAllValues:StringEquals": {tags: ["a", "b"]}});
    let any = json!({"ForAnyValue:StringEquals": {tags: ["a", "b"]}});
    expect(&[
        (all.clone(), json!({tags: ["a", "b", "a"]}), Some(true)),
        (all.clone(), json!({tags: ["a", "c"]}), Some(false)),
        // True of nothing.
        (all.clone(), json!({}), Some(true)),
        (all, json!({tags: []}), Some(true)),
        (any.clone(), json!({tags: ["c", "b"]}), Some(true)),
        (any.clone(), json!({tags: ["c"]}), Some(false)),
        (any, json!({}), Some(false)),
        (
            json!({"ForAllValues:StringNotEquals": {tags: ["a", "b"]}}),
            json!({tags: ["c", "a"]}),
            Some(false),
        ),
        (
            json!({"ForAllValues:StringNotEquals": {tags: ["a", "b"]}}),
            json!({tags: ["c", "d"]}),
            Some(true),
        ),
        (
            json!({"ForAnyValue:StringNotEquals": {tags: ["a", "b"]}}),
            json!({tags: ["c", "a"]}),
            Some(true),
        ),
        (
            json!({"ForAnyValue:StringEqualsIfExists": {tags: ["a"]}}),
            json!({}),
            Some(true),
        ),
        (
            json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*/ou-2/*"}}),
            json!({"aws:PrincipalOrgPaths": ["o-1/r/ou-2/x"]}),
            Some(true),
        ),
        // Without `ForAll…` or `ForAny…`, AWS says what comes of it only where both would say the
        // same.
        (
            json!({"StringEquals": {tags: "a"}}),
            json!({tags: ["a", "a"]}),
            Some(true),
        ),
        (
            json!({"StringEquals": {tags: "a"}}),
            json!({tags: ["a", "b"]}),
            None,
        ),
    ]);
}

#[test]
fn variables() {
    let name = "sts:RoleSessionName";
    let bound = json!({"StringEquals": {name: "${aws:username}"}});
    expect(&[
        (
            bound.clone(),
            json!({name: "dora", "aws:username": "dora"}),
            Some(true),
        ),
        (
            bound.clone(),
            json!({name: "tom", "aws:username": "dora"}),
            Some(false),
        ),
        (bound.clone(), json!({name: "dora"}), Some(false)),
        (bound, json!({name: "dora", "aws:username": null}), None),
        // Nothing is equal to a variable without a value, and so what is negated matches.
        (
            json!({"StringNotEquals": {name: "${aws:username}"}}),
            json!({name: "dora"}),
            Some(true),
        ),
        (
            json!({"StringNotEquals": {name: "${aws:username}"}}),
            json!({name: "dora", "aws:username": null}),
            None,
        ),
        (
            json!({"StringLike": {name: "${aws:username}-*"}}),
            json!({name: "dora-1", "aws:username": "dora"}),
            Some(true),
        ),
        (
            json!({"StringLike": {name: "${aws:username}-*"}}),
            json!({name: "tom-1", "aws:username": "d*"}),
            Some(false),
        ),
        (
            json!({"StringEquals": {"a:b": "${aws:PrincipalTag/team, 'none'}"}}),
            json!({"a:b": "none"}),
            Some(true),
        ),
        (
            json!({"StringEquals": {"a:b": "${aws:PrincipalTag/team, 'none'}"}}),
            json!({"a:b": "none", "aws:PrincipalTag/Team": "x"}),
            Some(false),
        ),
        (
            json!({"StringLike": {"a:b": "*${*}"}}),
            json!({"a:b": "x*"}),
            Some(true),
        ),
        (
            json!({"StringLike": {"a:b": "*${*}"}}),
            json!({"a:b": "xy"}),
            Some(false),
        ),
    ]);
}

#[test]
fn what_is_not_known_is_named() {
    let open = holds(
        &json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        &Context::partial(),
    );
    assert_eq!(
        open.reasons().collect::<Vec<_>>(),
        ["IpAddress aws:SourceIp 203.0.113.0/24"]
    );
    // Even `…IfExists` and `ForAllValues` may fail on a value that is there.
    assert!(
        !holds(
            &json!({"BoolIfExists": {"aws:SecureTransport": "true"}}),
            &Context::partial()
        )
        .is_yes()
    );
}

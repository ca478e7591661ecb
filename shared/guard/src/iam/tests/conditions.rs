//! Condition operators that the IAM User Guide defines without examples. Its examples are in
//! [`super::documented`].

use serde_json::{Value, json};

use crate::iam::{Context, ContextValue, IamDocument, Truth};

/// The result of a `Condition` block.
pub(super) fn evaluate_block(block: &Value, context: &Context) -> Truth {
    let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": block}});
    IamDocument::read(&policy).unwrap().statements[0].conditions_hold(context)
}

/// Keys with a text or a list, or with `null` for unknown.
pub(super) fn context(keys: &Value) -> Context {
    keys.as_object()
        .unwrap()
        .iter()
        .fold(Context::complete(), |context, (key, value)| {
            let held = match value {
                Value::Null => ContextValue::Unknown,
                Value::Array(values) => ContextValue::Values(
                    values
                        .iter()
                        .map(|value| value.as_str().unwrap().to_owned())
                        .collect(),
                ),
                one => ContextValue::Values(vec![one.as_str().unwrap().to_owned()]),
            };
            context.with_held(key, held)
        })
}

/// `true`, `false`, or `null` for open.
pub(super) fn expect(cases: &[(Value, Value, Option<bool>)]) {
    for (block, keys, expected) in cases {
        let truth = evaluate_block(block, &context(keys));
        let found = match truth {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Open(_) => None,
        };
        assert_eq!(found, *expected, "{block} with {keys}");
    }
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
        // A request with a permanent key doesn't carry this key.
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
fn several_values() {
    let tags = "aws:TagKeys";
    let all = json!({"ForAllValues:StringEquals": {tags: ["a", "b"]}});
    let any = json!({"ForAnyValue:StringEquals": {tags: ["a", "b"]}});
    expect(&[
        (all.clone(), json!({tags: ["a", "b", "a"]}), Some(true)),
        (all.clone(), json!({tags: ["a", "c"]}), Some(false)),
        // Holds for an empty set.
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
        // Without `ForAll…` or `ForAny…`, AWS only documents the result if both would give the
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
        // Nothing is equal to a variable without a value, so the negation matches.
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
    let open = evaluate_block(
        &json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        &Context::partial(),
    );
    assert_eq!(
        open.reasons().collect::<Vec<_>>(),
        ["IpAddress aws:SourceIp 203.0.113.0/24"]
    );
    // Even `…IfExists` and `ForAllValues` may fail if there is a value.
    assert!(
        !evaluate_block(
            &json!({"BoolIfExists": {"aws:SecureTransport": "true"}}),
            &Context::partial()
        )
        .is_yes()
    );
}

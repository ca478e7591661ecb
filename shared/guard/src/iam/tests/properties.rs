//! Properties that must hold for every set of policies.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::iam::{
    AccessRequest, Context, ContextValue, Governing, IamDocument, Identity, PolicyPlace,
    PolicyText, Requester, ResourceSide, Truth, decide,
};

const ROLE: &str = "arn:aws:iam::444455556666:role/UpdateApp";

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> {
    proptest::sample::select(words)
}

fn condition() -> impl Strategy<Value = Value> {
    let operator = one_of(&[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringEqualsIfExists",
        "Bool",
        "BoolIfExists",
        "Null",
        "ForAllValues:StringEquals",
        "ForAnyValue:StringNotLike",
        "NumericLessThan",
        "ArnLike",
    ]);
    let key = one_of(&[
        "aws:MultiFactorAuthPresent",
        "aws:username",
        "sts:ExternalId",
    ]);
    let value = one_of(&["true", "false", "dora", "d*", "${aws:username}", "7"]);
    (operator, key, value).prop_map(|(operator, key, value)| json!({operator: {key: value}}))
}

fn statement() -> impl Strategy<Value = Value> {
    let effect = prop_oneof![3 => Just("Allow"), 1 => Just("Deny")];
    let action = (
        one_of(&["Action", "NotAction"]),
        one_of(&["sts:AssumeRole", "sts:*", "*", "iam:*", "STS:assumerole"]),
    );
    let resource = (
        one_of(&["Resource", "NotResource"]),
        one_of(&[ROLE, "*", "arn:aws:iam::*:role/Up*", "arn:aws:s3:::x"]),
    );
    (effect, action, resource, proptest::option::of(condition())).prop_map(
        |(effect, action, resource, condition)| {
            let mut statement =
                json!({"Effect": effect, action.0: action.1, resource.0: resource.1});
            if let Some(condition) = condition {
                statement["Condition"] = condition;
            }
            statement
        },
    )
}

fn context() -> impl Strategy<Value = Context> {
    let held = || {
        let value = one_of(&["true", "false", "dora", "7"])
            .prop_map(|value| ContextValue::Values(vec![value.to_owned()]));
        prop_oneof![
            Just(ContextValue::Absent),
            Just(ContextValue::Unknown),
            value
        ]
    };
    (held(), held(), held()).prop_map(|(mfa, name, external)| {
        Context::complete()
            .with_held("aws:MultiFactorAuthPresent", mfa)
            .with_held("aws:username", name)
            .with_held("sts:ExternalId", external)
    })
}

fn allowed(statements: &[Value], context: &Context) -> Truth {
    let policy =
        IamDocument::read(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
    let trust = json!({"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}});
    let trust = IamDocument::read(&trust).unwrap();
    let caller = Requester::user(
        "111122223333".parse().unwrap(),
        "arn:aws:iam::111122223333:user/dora",
    );
    let owner = "444455556666".parse().unwrap();
    let request = AccessRequest {
        caller: &caller,
        action: "sts:AssumeRole",
        resource: ROLE,
        owner,
        context,
    };
    let place = || PolicyPlace::Inline {
        holder: caller.arn.clone(),
        name: "p".into(),
    };
    let identity = Identity {
        policies: vec![Governing {
            place: place(),
            text: PolicyText::Read(&policy),
        }],
        boundary: None,
    };
    let trust = ResourceSide::Trust(Governing {
        place: PolicyPlace::Resource,
        text: PolicyText::Read(&trust),
    });
    decide(&request, &identity, &trust).allowed
}

proptest! {
    #[test]
    fn the_order_of_statements_and_their_repetition_do_not_matter(
        statements in proptest::collection::vec(statement(), 0..6), context in context(), turn in 0_usize..6,
    ) {
        let expected = allowed(&statements, &context);
        let mut turned = statements.clone();
        turned.rotate_left(turn.min(statements.len()));
        prop_assert_eq!(&allowed(&turned, &context), &expected);
        turned.reverse();
        turned.extend(statements);
        prop_assert_eq!(&allowed(&turned, &context), &expected);
    }

    #[test]
    fn a_deny_that_applies_wins_over_anything(statements in proptest::collection::vec(statement(), 0..6), context in context()) {
        let mut denied = statements;
        denied.push(json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": ROLE}));
        prop_assert_eq!(allowed(&denied, &context), Truth::No);
    }

    #[test]
    fn more_that_allows_never_forbids_and_more_that_denies_never_allows(
        statements in proptest::collection::vec(statement(), 0..6), more in statement(), context in context(),
    ) {
        let before = allowed(&statements, &context);
        let with = statements.iter().cloned().chain([more.clone()]).collect::<Vec<_>>();
        let after = allowed(&with, &context);
        if more["Effect"] == "Allow" {
            prop_assert!(!before.is_yes() || after.is_yes(), "{:?} {:?}", before, after);
            prop_assert!(!after.is_no() || before.is_no(), "{:?} {:?}", before, after);
        } else {
            prop_assert!(!after.is_yes() || before.is_yes(), "{:?} {:?}", before, after);
            prop_assert!(!before.is_no() || after.is_no(), "{:?} {:?}", before, after);
        }
    }

    /// A definite answer with less knowledge stays the same with more, whatever the unknown turns
    /// out to be.
    #[test]
    fn an_answer_that_is_decided_holds_whatever_the_unknown_is(
        statements in proptest::collection::vec(statement(), 0..6), value in one_of(&["", "true", "false", "dora", "7", "x"]),
        key in one_of(&["aws:MultiFactorAuthPresent", "aws:username", "sts:ExternalId"]), context in context(),
    ) {
        let unknown = allowed(&statements, &context.clone().with_held(key, ContextValue::Unknown));
        let held = if value.is_empty() { ContextValue::Absent } else { ContextValue::Values(vec![value.to_owned()]) };
        let known = allowed(&statements, &context.with_held(key, held));
        prop_assert!((known.is_yes() || !unknown.is_yes()) && (known.is_no() || !unknown.is_no()), "{:?} {:?}", unknown, known);
    }
}

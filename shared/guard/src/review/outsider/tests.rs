//! Random trust policies, evaluated for random people of other accounts.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::iam::{
    AccessRequest, Context, Governing, IamDocument, Identity, PolicyPlace, PolicyText, Requester,
    ResourceSide, decide,
};
use crate::id::AccountId;
use crate::review::testing::{Company, ROLE};

const ACCOUNTS: [&str; 4] = [
    "999988887777",
    "999988880000",
    "555555555555",
    "123456789012",
];

fn one_of(words: &'static [&'static str]) -> impl Strategy<Value = &'static str> + Clone {
    proptest::sample::select(words)
}

fn condition() -> impl Strategy<Value = (String, &'static str, Vec<&'static str>)> {
    let operator = one_of(&[
        "StringEquals",
        "StringNotEquals",
        "StringLike",
        "StringNotLike",
        "StringEqualsIgnoreCase",
        "StringEqualsIfExists",
        "StringNotLikeIfExists",
        "ForAnyValue:StringLike",
        "ForAllValues:StringLike",
        "ForAnyValue:StringNotEquals",
    ]);
    let account = proptest::collection::vec(
        one_of(&[
            "999988887777",
            "99998888*",
            "111122223333",
            "*7777",
            "5555????????",
            "${aws:ResourceAccount}",
        ]),
        1..3,
    );
    let arn = proptest::collection::vec(
        one_of(&[
            "arn:aws:iam::999988887777:*",
            "arn:aws:iam::*:user/dora",
            "arn:aws:iam::99998888*:role/*",
            "arn:aws:iam::111122223333:*",
            "arn:aws:iam::${aws:PrincipalAccount}:user/*",
            "*:role/Deploy",
        ]),
        1..3,
    );
    let name = proptest::collection::vec(
        one_of(&["dora", "d*", "tom", "${aws:PrincipalTag/team}"]),
        1..3,
    );
    let org = proptest::collection::vec(one_of(&["o-ours567890", "o-*", "o-theirs890"]), 1..3);
    let arns = one_of(&[
        "ArnEquals",
        "ArnNotEquals",
        "ArnLike",
        "ArnNotLike",
        "ArnLikeIfExists",
    ]);
    prop_oneof![
        (operator.clone(), account).prop_map(|(operator, values)| (
            operator.to_owned(),
            "aws:PrincipalAccount",
            values
        )),
        (operator.clone(), arn.clone()).prop_map(|(operator, values)| (
            operator.to_owned(),
            "aws:PrincipalArn",
            values
        )),
        (arns, arn).prop_map(|(operator, values)| (
            operator.to_owned(),
            "aws:PrincipalArn",
            values
        )),
        (operator.clone(), name.clone()).prop_map(|(operator, values)| (
            operator.to_owned(),
            "aws:username",
            values
        )),
        (operator.clone(), name).prop_map(|(operator, values)| (
            operator.to_owned(),
            "aws:PrincipalTag/team",
            values
        )),
        (operator, org).prop_map(|(operator, values)| (
            operator.to_owned(),
            "aws:PrincipalOrgID",
            values
        )),
        one_of(&[
            "aws:PrincipalOrgID",
            "aws:username",
            "aws:PrincipalTag/team"
        ])
        .prop_flat_map(|key| {
            one_of(&["true", "false"]).prop_map(move |value| ("Null".to_owned(), key, vec![value]))
        }),
    ]
}

fn condition_block() -> impl Strategy<Value = Value> {
    proptest::collection::vec(condition(), 0..3).prop_map(|conditions| {
        let mut block = json!({});
        for (operator, key, values) in conditions {
            block[operator][key] = json!(values);
        }
        block
    })
}

fn statement() -> impl Strategy<Value = Value> {
    let principal = one_of(&[
        "*",
        "*",
        "*",
        "999988887777",
        "111122223333",
        "arn:aws:iam::999988887777:role/Deploy",
    ]);
    let whose = (
        prop_oneof![4 => Just("Principal"), 1 => Just("NotPrincipal")],
        prop_oneof![2 => Just("Allow"), 1 => Just("Deny")],
    );
    (whose, principal, condition_block()).prop_map(|((whose, effect), principal, condition)| {
        // NotPrincipal with `*` matches nobody.
        let whose = if principal == "*" { "Principal" } else { whose };
        json!({"Effect": effect, whose: {"AWS": principal}, "Action": "sts:AssumeRole", "Condition": condition})
    })
}

/// Somebody of an account outside, with what their requests carry.
fn outsider() -> impl Strategy<Value = (Requester, Context)> {
    let who = (
        proptest::sample::select(ACCOUNTS.to_vec()),
        any::<bool>(),
        one_of(&["dora", "tom", "Deploy", "team/Deploy"]),
    );
    let org = one_of(&["", "o-theirs890", "o-0someother"]);
    (who, one_of(&["", "dora", "tom", "app"]), org).prop_map(
        |((account, is_user, name), team, org)| {
            let id: AccountId = account.parse().unwrap();
            let arn = format!(
                "arn:aws:iam::{account}:{}/{name}",
                if is_user { "user" } else { "role" }
            );
            let caller = if is_user {
                Requester::user(id, &arn)
            } else {
                Requester::session(id, &arn, "ci")
            };
            let last = name.rsplit('/').next().unwrap();
            let context = Context::complete()
                .with_value("aws:PrincipalAccount", account)
                .with_value("aws:ResourceAccount", "444455556666")
                .with_value("aws:PrincipalArn", &arn)
                .with_value("sts:RoleSessionName", "ci");
            let context = if is_user {
                context.with_value("aws:username", last)
            } else {
                context
            };
            let context = if team.is_empty() {
                context
            } else {
                context.with_value("aws:PrincipalTag/team", team)
            };
            (
                caller,
                if org.is_empty() {
                    context
                } else {
                    context.with_value("aws:PrincipalOrgID", org)
                },
            )
        },
    )
}

fn is_let_in(statements: &[Value], (caller, context): &(Requester, Context)) -> bool {
    let trust =
        IamDocument::read(&json!({"Version": "2012-10-17", "Statement": statements})).unwrap();
    let all = IamDocument::read(
        &json!({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    )
    .unwrap();
    let place = PolicyPlace::Inline {
        holder: caller.arn.clone(),
        name: "p".into(),
    };
    let identity = Identity {
        policies: vec![Governing {
            place,
            text: PolicyText::Read(&all),
        }],
        boundary: None,
    };
    let side = ResourceSide::Trust(Governing {
        place: PolicyPlace::Resource,
        text: PolicyText::Read(&trust),
    });
    let owner = "444455556666".parse().unwrap();
    decide(
        &AccessRequest {
            caller,
            action: "sts:AssumeRole",
            resource: ROLE,
            owner,
            context,
        },
        &identity,
        &side,
    )
    .allowed
    .is_yes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// RW102 finds everybody whom AWS allows from outside the trusted accounts. The finding is only
    /// unproven if the policy checks an organization, which nobody can choose to be in, or names
    /// somebody incompletely.
    #[test]
    fn whoever_comes_in_from_outside_is_found(
        statements in proptest::collection::vec(statement(), 1..4), people in proptest::collection::vec(outsider(), 12),
    ) {
        let let_in: Vec<_> = people.iter().filter(|person| is_let_in(&statements, person)).collect();
        let found = Company::new().with_trust(json!(statements)).findings_by("RW102");
        prop_assert!(let_in.is_empty() || !found.is_empty(), "{:?} is let in by {}", let_in, json!(statements));
        let is_sure = found.iter().any(|finding| finding.verdict == Verdict::Violation);
        let may_be_open = json!(statements).to_string();
        let may_be_open = may_be_open.contains("PrincipalOrgID") || may_be_open.contains("NotPrincipal");
        prop_assert!(let_in.is_empty() || is_sure || may_be_open, "{:?} is let in by {}", let_in, json!(statements));
    }

    /// A printed correction denies everybody who was allowed by what it corrects.
    #[test]
    fn corrections_keep_them_out(
        statements in proptest::collection::vec(statement(), 1..4), people in proptest::collection::vec(outsider(), 12),
    ) {
        let mut company = Company::new().with_trust(json!(statements));
        for _ in 0..4 {
            let Some(finding) = company.findings_by("RW102").into_iter().find(|finding| finding.verdict == Verdict::Violation) else { break };
            if statements.iter().filter(|statement| Some(*statement) == finding.statement.as_ref()).count() > 1 {
                return Ok(());
            }
            company = company.with_fix(&finding);
        }
        let left = company.trust_statements();
        if company.findings_by("RW102").is_empty() {
            let let_in: Vec<_> = people.iter().filter(|person| is_let_in(&left, person)).collect();
            prop_assert!(let_in.is_empty(), "{:?} is let in by {}", let_in, json!(left));
        }
        prop_assert!(!company.findings_by("RW102").iter().any(|finding| finding.verdict == Verdict::Violation), "{}", json!(left));
    }
}

//! Permissions boundaries: whom they limit, and whom they don't because a trust policy names them.

use serde_json::json;

use super::evaluation::{
    ANNA, Case, DEVELOPMENT, DORA, PRODUCTION, account, anna, assume, dora, root_arn, trust_policy,
};
use crate::iam::{Context, Requester, Truth};

#[test]
fn a_boundary_limits_what_the_identity_may_and_not_a_user_whom_the_trust_policy_names() {
    let reads = || json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let all = || json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .within(reads())
            .trusted(trust_policy(&root_arn(DEVELOPMENT)))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        dora()
            .with_identity_policy(assume())
            .within(all())
            .trusted(trust_policy(&root_arn(DEVELOPMENT)))
            .allowed(),
        Truth::Yes
    );
    assert_eq!(
        dora()
            .within(all())
            .trusted(trust_policy(&root_arn(DEVELOPMENT)))
            .allowed(),
        Truth::No,
        "a boundary grants nothing"
    );
    assert_eq!(
        anna()
            .within(reads())
            .trusted(trust_policy(&json!({"AWS": ANNA})))
            .allowed(),
        Truth::Yes
    );
    let deny = json!([all(), {"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}]);
    assert_eq!(
        anna()
            .within(deny)
            .trusted(trust_policy(&json!({"AWS": ANNA})))
            .allowed(),
        Truth::No
    );
}

#[test]
fn a_boundary_limits_a_role_that_the_trust_policy_names_and_not_a_session() {
    let reads = || json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let role = "arn:aws:iam::444455556666:role/Jump";
    let session = || Case {
        caller: Requester::session(account(PRODUCTION), role, "s"),
        ..dora()
    };
    assert_eq!(
        session()
            .within(reads())
            .trusted(trust_policy(&json!({"AWS": role})))
            .allowed(),
        Truth::No
    );
    assert_eq!(
        session()
            .trusted(trust_policy(&json!({"AWS": role})))
            .allowed(),
        Truth::Yes
    );
    let named = json!({"AWS": "arn:aws:sts::444455556666:assumed-role/Jump/s"});
    assert_eq!(
        session()
            .within(reads())
            .trusted(trust_policy(&named))
            .allowed(),
        Truth::Yes
    );
}

/// `reference_policies_elements_principal`, *IAM role principals*: boundaries "do not limit
/// permissions granted using the `aws:PrincipalArn` condition key with a wildcard in the
/// `Principal` element, unless the identity-based policies contain an explicit deny".
#[test]
fn a_boundary_does_not_limit_a_wildcard_for_a_certain_arn() {
    let reads = || json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let everyone = |operator: &str, arn: &str| {
        let condition = json!({operator: {"aws:PrincipalArn": arn}});
        let trusting = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": condition});
        let mut case = anna().trusted(trusting);
        case.context = Context::complete().with_value("aws:PrincipalArn", ANNA);
        case
    };
    assert_eq!(
        everyone("ArnEquals", ANNA).within(reads()).allowed(),
        Truth::Yes
    );
    assert_eq!(
        everyone("ArnLike", DORA).within(reads()).allowed(),
        Truth::No
    );
    let denies = json!([reads(), {"Effect": "Deny", "Action": "sts:*", "Resource": "*"}]);
    assert_eq!(
        everyone("ArnEquals", ANNA).within(denies).allowed(),
        Truth::No
    );
    // It doesn't say so for a condition that only excludes one ARN, nor for a bare `*`.
    assert!(matches!(
        everyone("ArnNotEquals", DORA).within(reads()).allowed(),
        Truth::Open(_)
    ));
    assert!(matches!(
        anna()
            .within(reads())
            .trusted(trust_policy(&json!("*")))
            .allowed(),
        Truth::Open(_)
    ));
}

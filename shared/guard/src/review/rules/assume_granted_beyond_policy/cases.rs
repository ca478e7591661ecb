//! Users, groups and roles whose policies allow them to enter.

use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE};

const RULE: &str = "RW104";
const TESTERS: &str = "arn:aws:iam::111122223333:group/Testers";

fn allow(action: &str, resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

#[test]
fn silent_where_only_the_group_of_the_policy_may() {
    Company::new().silent(RULE);
    // Members of the group may have the same permission twice.
    Company::new()
        .user_policy("dora", allow("sts:*", &json!("*")))
        .silent(RULE);
}

#[test]
fn fires_for_a_group_and_takes_the_role_out_of_its_statement() {
    let other = "arn:aws:iam::444455556666:role/Reports";
    let finding = Company::new()
        .group_policy("Testers", allow("sts:AssumeRole", &json!([ROLE, other])))
        .only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (Verdict::Violation, TESTERS)
    );
    assert!(
        finding.message.contains("group Testers (tom) can enter UpdateApp in production; the policy allows development/Developers"),
        "{}",
        finding.message
    );
    assert_eq!(finding.fix, Some(allow("sts:AssumeRole", &json!([other]))));
    let whole = Company::new()
        .group_policy("Testers", allow("sts:AssumeRole", &json!(ROLE)))
        .only_finding(RULE);
    assert_eq!(
        whole.fix,
        Some(json!([])),
        "nothing else is in the statement, so it goes"
    );
}

#[test]
fn fires_for_wildcards_not_action_and_not_resource_and_denies_beside_them() {
    let denial = json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": ROLE});
    for statement in [
        allow("*", &json!("*")),
        allow("sts:Assume*", &json!("arn:aws:iam::444455556666:role/*")),
        json!({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": "arn:aws:iam::444455556666:role/Other"}),
    ] {
        let finding = Company::new()
            .user_policy("tom", statement.clone())
            .only_finding(RULE);
        assert_eq!(finding.subject, "arn:aws:iam::111122223333:user/tom");
        assert_eq!(finding.fix, Some(json!([statement, denial])));
        Company::new()
            .user_policy("tom", json!([statement, denial]))
            .silent(RULE);
    }
}

#[test]
fn managed_policies_count_in_their_default_version() {
    let attached =
        json!([{"PolicyName": "Wide", "PolicyArn": "arn:aws:iam::111122223333:policy/Wide"}]);
    let company = Company::new()
        .managed(DEVELOPMENT, "Wide", allow("sts:AssumeRole", &json!("*")))
        .change(
            "GroupDetailList",
            "Testers",
            "AttachedManagedPolicies",
            attached.clone(),
        );
    let finding = company.only_finding(RULE);
    assert_eq!(
        finding.place.as_deref(),
        Some(
            "managed policy arn:aws:iam::111122223333:policy/Wide of arn:aws:iam::111122223333:group/Testers"
        )
    );
    let missing = Company::new()
        .change(
            "GroupDetailList",
            "Testers",
            "AttachedManagedPolicies",
            attached,
        )
        .only_finding(RULE);
    assert_eq!(missing.verdict, Verdict::Unproven);
    assert!(
        missing.undecided[0].contains("is not in the authorization details"),
        "{:?}",
        missing.undecided
    );
}

#[test]
fn a_permission_boundary_keeps_out() {
    let bounded = |statements: Value| {
        Company::new()
            .managed(DEVELOPMENT, "Limit", statements)
            .group_policy("Testers", allow("*", &json!("*")))
            .change(
                "UserDetailList",
                "tom",
                "PermissionsBoundary",
                json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Limit"}),
            )
    };
    bounded(allow("s3:*", &json!("*"))).silent(RULE);
    bounded(allow("sts:*", &json!("*"))).assert_fires(RULE);
}

#[test]
fn a_group_that_nobody_is_in_is_tried_too() {
    let company = Company::new()
        .group(DEVELOPMENT, "Interns")
        .group_policy("Interns", allow("sts:*", &json!("*")));
    assert!(
        company
            .only_finding(RULE)
            .message
            .contains("group Interns (no member yet)")
    );
}

#[test]
fn roles_may_only_chain_where_the_policy_says_so() {
    let trust =
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"});
    let company = || {
        let service = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
        Company::new().with_trust(trust.clone()).role(
            DEVELOPMENT,
            "Server",
            service,
            allow("sts:AssumeRole", &json!(ROLE)),
        )
    };
    assert_eq!(
        company().only_finding(RULE).subject,
        "arn:aws:iam::111122223333:role/Server"
    );
    company()
        .policy("chaining: deny ", "chaining: allow")
        .silent(RULE);
    company()
        .policy("identities: [iam-user] ", "identities: [iam-user, service]")
        .silent(RULE);
}

#[test]
fn a_user_whom_the_trust_policy_names_in_its_own_account_needs_nothing_else() {
    let anna = "arn:aws:iam::444455556666:user/anna";
    let trust = json!({"Effect": "Allow", "Principal": {"AWS": [DEVELOPMENT, anna]}, "Action": "sts:AssumeRole"});
    let finding = Company::new()
        .user(PRODUCTION, "anna", &[])
        .with_trust(trust)
        .only_finding(RULE);
    assert_eq!(
        (finding.subject.as_str(), finding.place.as_deref()),
        (
            anna,
            Some("the trust policy of arn:aws:iam::444455556666:role/UpdateApp")
        )
    );
    assert_eq!(
        finding.fix.unwrap()["Principal"],
        json!({"AWS": "arn:aws:iam::111122223333:root"})
    );
}

#[test]
fn unproven_where_it_hangs_on_the_request() {
    let mut statement = allow("sts:AssumeRole", &json!(ROLE));
    statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    let finding = Company::new()
        .group_policy("Testers", statement)
        .only_finding(RULE);
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert_eq!(finding.undecided, ["IpAddress aws:SourceIp 203.0.113.0/24"]);
}

#[test]
fn what_is_sure_is_told_before_what_hangs_on_a_condition() {
    let mut narrow = allow("sts:AssumeRole", &json!(ROLE));
    narrow["Condition"] = json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}});
    let finding = Company::new()
        .user_policy("tom", json!([narrow, allow("sts:*", &json!("*"))]))
        .only_finding(RULE);
    assert_eq!(
        (finding.verdict, &finding.statement),
        (Verdict::Violation, &Some(allow("sts:*", &json!("*"))))
    );
}

#[test]
fn unproven_for_a_trusted_account_that_was_not_given() {
    let finding = Company::new().without(DEVELOPMENT).only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (Verdict::Unproven, "arn:aws:iam::111122223333:root")
    );
}

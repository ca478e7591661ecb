//! Cases that are violations, clean, or unproven.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

use serde_json::json;

use crate::finding::Verdict;
use crate::review::testing::{Company, mfa_condition};
use crate::text::Text;

const RULE: &str = "RW101";

fn demanding(condition: serde_json::Value) -> Company {
    Company::new().with_trust(json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole",
        "Condition": condition}))
}

#[test]
fn silent_where_the_trust_policy_demands_mfa() {
    Company::new().silent(RULE);
    demanding(json!({"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})).silent(RULE);
    demanding(json!({"Null": {"aws:MultiFactorAuthAge": "false"}})).silent(RULE);
}

#[test]
fn fires_without_a_condition_and_prints_the_statement_with_one() {
    let company = demanding(json!({}));
    let finding = company.only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.subject.as_str()),
        (
            Verdict::Violation,
            "arn:aws:iam::444455556666:role/UpdateApp"
        )
    );
    assert!(
        finding.message.starts_with(
            "dora can enter UpdateApp in production without MFA, with a permanent access key and"
        ),
        "{}",
        finding.message
    );
    assert_eq!(finding.fix.unwrap()["Condition"], mfa_condition());
}

#[test]
fn fires_for_bool_if_exists_which_lets_permanent_keys_through() {
    let company = demanding(
        json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"sts:RoleSessionName": "${aws:username}"}}),
    );
    let finding = company.only_finding(RULE);
    assert!(
        finding
            .message
            .contains("with a permanent access key: `BoolIfExists`"),
        "{}",
        finding.message
    );
    let fixed = finding.fix.unwrap();
    assert_eq!(
        fixed["Condition"],
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}, "StringEquals": {"sts:RoleSessionName": "${aws:username}"}})
    );
}

#[test]
fn silent_where_the_groups_policy_or_a_deny_demands_it_instead() {
    let grant = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::444455556666:role/UpdateApp", "Condition": mfa_condition()});
    demanding(json!({}))
        .group_policy("Developers", json!([grant]))
        .silent(RULE);
    let deny = |operator: &str| json!({"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {operator: {"aws:MultiFactorAuthPresent": "false"}}});
    let allow = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"});
    Company::new()
        .with_trust(json!([allow, deny("BoolIfExists")]))
        .silent(RULE);
    // `Bool` doesn't match requests without the key.
    let finding = Company::new()
        .with_trust(json!([allow, deny("Bool")]))
        .only_finding(RULE);
    assert!(
        finding
            .message
            .contains("without MFA, with a permanent access key:"),
        "{}",
        finding.message
    );
}

#[test]
fn a_condition_on_what_the_caller_chooses_is_no_obstacle() {
    demanding(json!({"StringEquals": {"sts:ExternalId": "sesame"}})).assert_fires(RULE);
    demanding(json!({"StringNotEquals": {"sts:RoleSessionName": "dora"}})).assert_fires(RULE);
    demanding(json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}))
        .assert_fires(RULE);
    demanding(json!({"StringEquals": {"aws:username": "tom"}})).silent(RULE);
}

#[test]
fn unproven_where_it_hangs_on_the_request_or_on_an_account_that_is_missing() {
    let finding =
        demanding(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})).only_finding(RULE);
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert_eq!(finding.undecided, ["IpAddress aws:SourceIp 203.0.113.0/24"]);
    let finding = demanding(json!({}))
        .without("111122223333")
        .only_finding(RULE);
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert!(
        finding.message.contains("people in development"),
        "{}",
        finding.message
    );
    Company::new().without("111122223333").silent(RULE);
    let finding = Company::new().without("444455556666").only_finding(RULE);
    assert_eq!(finding.verdict, Verdict::Unproven);
}

/// Developers has no members; tom is in Testers.
fn with_empty_group(condition: serde_json::Value) -> Company {
    demanding(condition).change("UserDetailList", "dora", "GroupList", json!([]))
}

#[test]
fn an_empty_group_silences_nothing() {
    let finding = with_empty_group(json!({})).only_finding(RULE);
    assert_eq!(finding.verdict, Verdict::Violation);
    let says = "whoever joins group Developers, which is empty today, can enter UpdateApp in production without MFA, with a permanent access key and";
    assert!(finding.message.starts_with(says), "{}", finding.message);
    assert_eq!(finding.fix.unwrap()["Condition"], mfa_condition());
    with_empty_group(json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}))
        .assert_fires(RULE);
    with_empty_group(mfa_condition()).silent(RULE);
    // If there are no users at all, an invented one joins.
    demanding(json!({}))
        .change_all("UserDetailList", json!([]))
        .assert_fires(RULE);
    // For anybody in the group, whatever the condition.
    with_empty_group(json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}))
        .assert_fires(RULE);
    with_empty_group(json!({"StringEquals": {"aws:username": "nobody"}})).silent(RULE);
    let named = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/tom"}, "Action": "sts:AssumeRole"});
    with_empty_group(json!({}))
        .with_trust(named)
        .assert_fires(RULE);
}

#[test]
fn an_empty_group_whose_own_policy_demands_mfa_is_silent() {
    let grant = |condition: serde_json::Value| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": condition});
    with_empty_group(json!({}))
        .group_policy("Developers", grant(mfa_condition()))
        .silent(RULE);
    let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}});
    with_empty_group(json!({}))
        .group_policy("Developers", json!([grant(json!({})), deny]))
        .silent(RULE);
    let accounts = json!({"StringEquals": {"aws:ResourceAccount": "444455556666"}});
    with_empty_group(json!({}))
        .group_policy("Developers", grant(accounts))
        .assert_fires(RULE);
}

#[test]
fn what_binds_everybody_who_could_join_counts_and_what_binds_one_does_not() {
    let deny = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}});
    with_empty_group(json!({}))
        .user_policy("tom", deny.clone())
        .assert_fires(RULE);
    let finding = with_empty_group(json!({}))
        .user_policy("tom", deny.clone())
        .user_policy("dora", deny)
        .only_finding(RULE);
    assert_eq!(
        (finding.verdict, finding.undecided),
        (
            Verdict::Unproven,
            vec![Text::data("who joins it: no current user could enter")]
        )
    );
}

#[test]
fn where_chaining_is_allowed_mfa_is_asked_for_at_the_role_before() {
    let jump = "arn:aws:iam::111122223333:role/Jump";
    let session = "arn:aws:sts::111122223333:assumed-role/Jump/build";
    let enters =
        |role: &str| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role});
    let company = |principal: &str, condition: serde_json::Value| {
        let trust =
            json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
        let before = json!({"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole", "Condition": condition});
        Company::new()
            .with_trust(trust)
            .policy("chaining: deny ", "chaining: allow")
            .role(
                "111122223333",
                "Jump",
                before,
                enters("arn:aws:iam::444455556666:role/UpdateApp"),
            )
            .group_policy("Developers", enters(jump))
    };
    for principal in [session, jump] {
        let company = |condition| company(principal, condition);
        let finding = company(json!({})).only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Violation, jump)
        );
        assert!(
            finding.message.contains(
                "dora can enter UpdateApp in production through role Jump in development"
            ),
            "{}",
            finding.message
        );
        company(json!({})).with_fix(&finding).silent(RULE);
        company(mfa_condition()).silent(RULE);
        company(json!({"StringEquals": {"aws:username": "tom"}})).silent(RULE);
        company(json!({}))
            .policy("chaining: allow", "chaining: deny ")
            .silent(RULE);
        company(json!({}))
            .policy("mfa: required ", "mfa: optional ")
            .silent(RULE);
    }
    let named = json!({"StringEquals": {"sts:RoleSessionName": "${aws:username}"}});
    company(session, named.clone()).silent(RULE);
    company(jump, named).assert_fires(RULE);
}

#[test]
fn unproven_for_an_account_that_was_not_given_and_that_everybody_on_a_condition_means() {
    let everybody = |account: &str| {
        Company::new().without("111122223333").with_trust(
            json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:PrincipalAccount": account}}}),
        )
    };
    assert_eq!(
        everybody("111122223333").only_finding(RULE).verdict,
        Verdict::Unproven
    );
    everybody("444455556666").silent(RULE);
}

#[test]
fn a_service_in_the_same_statement_is_not_asked_for_mfa() {
    let statement = json!({"Sid": "Both", "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": "111122223333", "Service": "ec2.amazonaws.com"}});
    let fix = Company::new()
        .with_trust(statement)
        .only_finding(RULE)
        .fix
        .unwrap();
    assert_eq!(fix[0]["Principal"], json!({"AWS": "111122223333"}));
    assert_eq!(fix[0]["Condition"], mfa_condition());
    assert_eq!(
        (&fix[1]["Principal"], fix[1].get("Condition")),
        (&json!({"Service": "ec2.amazonaws.com"}), None)
    );
}

//! Foreign accounts that conditions allow, in every spelling, and similar policies that don't allow
//! any.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::policy::Severity;
use crate::review::ReviewFinding;
use crate::review::testing::{Company, mfa_condition};

const RULE: &str = "RW102";
const FOREIGN: &str = "999988887777";
const ACCOUNT: &str = "aws:PrincipalAccount";
const ARN: &str = "aws:PrincipalArn";
const ORG: &str = "aws:PrincipalOrgID";
const PATHS: &str = "aws:PrincipalOrgPaths";

/// Everybody, under a condition.
fn trusting_everybody(condition: Value) -> Company {
    trusting(json!("*"), condition)
}

fn trusting(principal: Value, condition: Value) -> Company {
    Company::new().with_trust(json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}))
}

/// Everybody with MFA, and a Deny.
fn except(denied: Value, condition: Value) -> Company {
    let mut deny = json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Condition": condition});
    deny.as_object_mut()
        .unwrap()
        .extend(denied.as_object().unwrap().clone());
    let allow = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": mfa_condition()});
    Company::new().with_trust(json!([allow, deny]))
}

fn everybody_but(condition: Value) -> Company {
    except(json!({"Principal": "*"}), condition)
}

/// What is found for each of them; `None`: nothing.
fn expect(verdict: Option<Verdict>, companies: impl IntoIterator<Item = (String, Company)>) {
    let wrong: Vec<String> = companies
        .into_iter()
        .map(|(what, company)| (what, company.findings_by(RULE)))
        .filter(|(_, found)| {
            let verdicts: Vec<Verdict> = found.iter().map(|finding| finding.verdict).collect();
            verdicts != verdict.into_iter().collect::<Vec<_>>()
        })
        .map(|(what, found)| format!("{what}: {found:#?}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn all_on(conditions: Vec<Value>) -> impl Iterator<Item = (String, Company)> {
    conditions
        .into_iter()
        .map(|condition| (condition.to_string(), trusting_everybody(condition)))
}

fn all_but(conditions: Vec<Value>) -> impl Iterator<Item = (String, Company)> {
    conditions
        .into_iter()
        .map(|condition| (format!("Deny {condition}"), everybody_but(condition)))
}

#[test]
fn an_account_that_a_condition_names_is_let_in_by_every_operator() {
    let conditions = vec![
        json!({"StringEquals": {ACCOUNT: FOREIGN}}),
        json!({"StringEquals": {"AWS:principalaccount": ["111122223333", FOREIGN]}}),
        json!({"StringEqualsIgnoreCase": {ACCOUNT: FOREIGN}}),
        json!({"StringEqualsIfExists": {ACCOUNT: FOREIGN}}),
        json!({"StringLike": {ACCOUNT: FOREIGN}}),
        json!({"StringLike": {ACCOUNT: "9999*"}}),
        json!({"StringLike": {ACCOUNT: "*7777"}}),
        json!({"StringLike": {ACCOUNT: "????88887777"}}),
        json!({"StringLike": {ACCOUNT: "1111222233??"}}),
        json!({"ForAnyValue:StringEquals": {ACCOUNT: [FOREIGN]}}),
        json!({"ForAllValues:StringLike": {ACCOUNT: ["99998888*"]}}),
        json!({"NumericEquals": {ACCOUNT: FOREIGN}}),
        json!({"StringNotEquals": {ACCOUNT: "111122223333"}}),
        json!({"StringNotEqualsIgnoreCase": {ACCOUNT: ["111122223333", "444455556666"]}}),
        json!({"StringNotLike": {ACCOUNT: "1111*"}}),
        json!({"StringNotEquals": {ACCOUNT: "${aws:ResourceAccount}"}}),
        json!({"Null": {ACCOUNT: "false"}}),
    ];
    expect(Some(Verdict::Violation), all_on(conditions));
}

#[test]
fn an_arn_that_a_condition_names_is_let_in_by_every_operator() {
    let role = "arn:aws:iam::999988887777:role/team/Deploy";
    let conditions = vec![
        json!({"StringEquals": {ARN: role}}),
        json!({"StringEqualsIgnoreCase": {ARN: role.to_ascii_uppercase()}}),
        json!({"StringLike": {ARN: "arn:aws:iam::999988887777:*"}}),
        json!({"StringLike": {ARN: "arn:aws:iam::99998888*:role/*"}}),
        json!({"StringLike": {ARN: "*:999988887777:*"}}),
        json!({"StringLike": {ARN: "arn:aws:iam:*role/team/Deploy"}}),
        json!({"StringLikeIfExists": {ARN: "arn:aws:iam::999988887777:user/*"}}),
        json!({"ArnEquals": {ARN: role}}),
        json!({"ArnEquals": {ARN: "arn:aws:iam::9999????7777:user/d??a"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:user/d?ra"}}),
        json!({"ArnLike": {ARN: "arn:*:iam::99998888????:*"}}),
        json!({"ArnLike": {ARN: ["arn:aws:iam::111122223333:*", "arn:aws:iam::999988887777:role/*"]}}),
        json!({"ForAnyValue:ArnLike": {ARN: role}}),
        json!({"ArnNotEquals": {ARN: "arn:aws:iam::111122223333:role/Deploy"}}),
        json!({"ArnNotLike": {ARN: ["arn:aws:iam::111122223333:*", "arn:aws:iam::444455556666:*"]}}),
        json!({"StringNotLike": {ARN: "arn:aws:iam::111122223333:*"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::${aws:PrincipalAccount}:role/Deploy"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::${aws:PrincipalTag/account}:user/*"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::*:user/${aws:username}"}}),
    ];
    expect(Some(Verdict::Violation), all_on(conditions));
}

#[test]
fn conditions_are_met_together() {
    let conditions = vec![
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:PrincipalTag/team": "app"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "StringLike": {"aws:PrincipalTag/team": ["app-*", "ops-?"]}, "Null": {"aws:PrincipalTag/team": "false"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "StringNotEquals": {"aws:PrincipalTag/team": "app"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:PrincipalTag/of": "${aws:PrincipalAccount}"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "sts:RoleSessionName": "${aws:PrincipalTag/name}"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:username": "${aws:PrincipalTag/name}"}}),
        json!({"StringEquals": {"aws:username": "${aws:PrincipalTag/name}", "aws:PrincipalTag/name": "dora"}}),
        json!({"StringEquals": {"sts:RoleSessionName": ["${aws:username}"]}, "StringLike": {"sts:RoleSessionName": "dora*"}}),
        json!({"StringEquals": {ACCOUNT: ["${aws:PrincipalTag/of}"], "aws:PrincipalTag/of": FOREIGN}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::*:role/${aws:PrincipalTag/name}"}, "StringEquals": {"aws:PrincipalTag/name": "Deploy"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:PrincipalType": "AssumedRole"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:username": "dora"}}),
        json!({"StringLike": {ACCOUNT: "9999*", ARN: "*:user/dora"}}),
        json!({"StringLike": {ACCOUNT: "9999*"}, "ArnLike": {ARN: "arn:aws:iam::*7777:role/*Admin"}}),
        json!({"StringLike": {ACCOUNT: "9999*"}, "StringNotLike": {ACCOUNT: "99999*"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:role/*"}, "ArnNotLike": {ARN: "arn:aws:iam::999988887777:role/z*"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "Null": {"aws:MultiFactorAuthPresent": "true"}}),
        json!({"StringLike": {"aws:userid": "*:deployer"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "StringLike": {"aws:userid": "AROA*:*"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:SourceIdentity": "dora"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "Bool": {"aws:PrincipalIsAWSService": "false"}}),
    ];
    expect(Some(Verdict::Violation), all_on(conditions));
}

#[test]
fn a_deny_for_everybody_else_leaves_those_that_it_spares() {
    let conditions = vec![
        json!({"StringNotEquals": {ACCOUNT: ["111122223333", FOREIGN]}}),
        json!({"StringNotEqualsIfExists": {ACCOUNT: FOREIGN}}),
        json!({"StringNotLike": {ACCOUNT: ["1111*", "9999*"]}}),
        json!({"StringNotEqualsIgnoreCase": {ACCOUNT: FOREIGN}}),
        json!({"StringEquals": {ACCOUNT: "555555555555"}}),
        json!({"ArnNotLike": {ARN: ["arn:aws:iam::111122223333:*", "arn:aws:iam::999988887777:role/Deploy"]}}),
        json!({"ArnNotEquals": {ARN: "arn:aws:iam::999988887777:user/dora"}}),
        json!({"StringNotLike": {ARN: "arn:aws:iam::99998888*:user/*"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::555555555555:*"}}),
        json!({"ForAnyValue:StringNotEquals": {ACCOUNT: FOREIGN}}),
        json!({"ArnNotEquals": {ARN: ["*:role/Deploy", "arn:aws:iam::*:user/dora"]}}),
        // It only denies if both conditions hold.
        json!({"StringNotEquals": {ACCOUNT: "111122223333", "aws:PrincipalTag/team": "app"}}),
        json!({"StringNotEquals": {ACCOUNT: "111122223333"}, "ArnNotLike": {ARN: "arn:aws:iam::*:role/Deploy"}}),
        json!({"StringNotEquals": {ACCOUNT: "111122223333"}, "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
    ];
    expect(Some(Verdict::Violation), all_but(conditions));
    let named = |denied: Value| (denied.to_string(), except(denied, json!({})));
    let spared = vec![
        named(
            json!({"Principal": {"AWS": ["555555555555", "arn:aws:iam::999988887777:role/Deploy"]}}),
        ),
        named(
            json!({"NotPrincipal": {"AWS": ["111122223333", FOREIGN, "arn:aws:iam::999988887777:user/dora"]}}),
        ),
        named(
            json!({"NotPrincipal": {"AWS": [FOREIGN, "arn:aws:iam::999988887777:role/Deploy", "arn:aws:sts::999988887777:assumed-role/Deploy/ci"]}}),
        ),
    ];
    expect(Some(Verdict::Violation), spared);
    let two = json!([
        {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"},
        {"Effect": "Deny", "Principal": "*", "Action": "sts:*", "Condition": {"StringNotLike": {ACCOUNT: ["1111*", "9999*"]}}},
        {"Effect": "Deny", "Principal": "*", "Action": "*", "Condition": {"ArnNotLike": {ARN: ["arn:aws:iam::*:role/*"]}}},
        {"Effect": "Deny", "Principal": {"AWS": "999999999999"}, "Action": "sts:AssumeRole"},
    ]);
    expect(
        Some(Verdict::Violation),
        [("two denials".to_owned(), Company::new().with_trust(two))],
    );
}

#[test]
fn silent_where_nobody_outside_can_meet_the_conditions() {
    let conditions = vec![
        json!({"StringEquals": {ACCOUNT: ["111122223333", "444455556666"]}}),
        json!({"StringLike": {ACCOUNT: "111122223333"}}),
        json!({"StringEquals": {ACCOUNT: "${aws:ResourceAccount}"}}),
        json!({"StringEquals": {ACCOUNT: "9999*"}}),
        json!({"StringLike": {ACCOUNT: "99998888"}}),
        json!({"Null": {ACCOUNT: "true"}}),
        json!({"ArnLike": {ARN: ["arn:aws:iam::111122223333:*", "arn:aws:iam::444455556666:role/*"]}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::${aws:ResourceAccount}:role/*"}}),
        json!({"ArnEquals": {ARN: "arn:aws-cn:iam::999988887777:role/Deploy"}}),
        json!({"StringEquals": {ARN: "arn:aws:iam::999988887777:role/*"}}),
        // The key contains the ARN of the role, not of its session, and root users can't assume
        // roles.
        json!({"ArnLike": {ARN: "arn:aws:sts::999988887777:assumed-role/Deploy/ci"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:root"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "ArnLike": {ARN: "arn:aws:iam::111122223333:*"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "StringNotLike": {ACCOUNT: "9999*"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:PrincipalType": "Account"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:role/*"}, "StringEquals": {"aws:username": "dora"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "Bool": {"aws:PrincipalIsAWSService": "true"}}),
        json!({"Bool": {"aws:ViaAWSService": "true"}}),
        json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        json!({"StringEquals": {"aws:userid": "AIDADORAEXAMPLE"}}),
        json!({"StringLike": {"aws:userid": "AROAUPDATEAPPEXAMPLE:*"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN, "aws:PrincipalTag/a": ["x"]}, "Null": {"aws:PrincipalTag/a": "true"}}),
    ];
    expect(None, all_on(conditions));
    let denied = vec![
        json!({"StringNotEquals": {ACCOUNT: ["111122223333", "444455556666"]}}),
        json!({"StringNotLike": {ACCOUNT: "111122223333"}}),
        json!({"ArnNotLike": {ARN: "arn:aws:iam::111122223333:*"}}),
        json!({"StringNotEqualsIfExists": {ACCOUNT: "${aws:ResourceAccount}"}}),
        json!({"StringNotLike": {ARN: ["arn:aws:iam::111122223333:user/*", "arn:aws:iam::999988887777:root"]}}),
        json!({"Null": {ACCOUNT: "false"}}),
    ];
    expect(None, all_but(denied));
    let named = |denied: Value| (denied.to_string(), except(denied, json!({})));
    expect(
        None,
        [named(
            json!({"NotPrincipal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:user/dora"]}}),
        )],
    );
    expect(None, [named(json!({"Principal": {"AWS": "*"}}))]);
    // A named account, under conditions that only another account meets.
    for condition in [
        json!({"StringEquals": {ACCOUNT: "111122223333"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::111122223333:*"}}),
        json!({"StringNotEquals": {ACCOUNT: FOREIGN}}),
    ] {
        expect(
            None,
            [(
                condition.to_string(),
                trusting(json!({"AWS": [FOREIGN, "111122223333"]}), condition),
            )],
        );
    }
    expect(
        None,
        [(
            "ours".to_owned(),
            trusting(
                json!({"AWS": "111122223333"}),
                json!({"StringEquals": {ACCOUNT: FOREIGN}}),
            ),
        )],
    );
}

#[test]
fn a_named_account_is_let_in_on_conditions_that_it_can_meet() {
    for condition in [
        json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:role/Deploy*"}}),
        json!({"StringEquals": {ACCOUNT: FOREIGN}}),
        json!({"StringEqualsIfExists": {ORG: "o-12345678ab"}}),
        json!({"StringLike": {"aws:userid": "*:ci"}}),
    ] {
        let finding =
            trusting(json!({"AWS": ["111122223333", FOREIGN]}), condition).only_finding(RULE);
        assert_eq!(finding.verdict, Verdict::Violation);
        assert!(
            finding.message.contains("account 999988887777"),
            "{}",
            finding.message
        );
        assert_eq!(
            finding.fix.unwrap()["Principal"],
            json!({"AWS": "arn:aws:iam::111122223333:root"})
        );
    }
    for session in [
        "arn:aws:sts::999988887777:assumed-role/Deploy/ci",
        "arn:aws:iam::999988887777:role/Deploy",
    ] {
        for condition in [
            json!({}),
            json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:role/*Deploy"}}),
        ] {
            expect(
                Some(Verdict::Violation),
                [(
                    session.to_owned(),
                    trusting(json!({"AWS": session}), condition),
                )],
            );
        }
        let other = json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:role/Other"}});
        expect(
            None,
            [(session.to_owned(), trusting(json!({"AWS": session}), other))],
        );
    }
    let pathed = json!({"ArnLike": {ARN: "arn:aws:iam::999988887777:role/team/Deploy"}});
    let session = json!({"AWS": "arn:aws:sts::999988887777:assumed-role/Deploy/ci"});
    expect(
        Some(Verdict::Violation),
        [("its path is theirs".to_owned(), trusting(session, pathed))],
    );
}

#[test]
fn a_key_of_the_organization_that_may_be_absent_lets_in_every_account_that_is_in_none() {
    let conditions = vec![
        json!({"StringEqualsIfExists": {ORG: "o-12345678ab"}}),
        json!({"StringLikeIfExists": {ORG: "o-12345678ab"}}),
        json!({"StringEqualsIgnoreCaseIfExists": {ORG: "o-12345678ab"}}),
        json!({"StringEqualsIfExists": {ORG: "${aws:ResourceOrgID}"}}),
        json!({"StringNotEquals": {ORG: "o-12345678ab"}}),
        json!({"StringNotEqualsIfExists": {ORG: "o-12345678ab"}}),
        json!({"StringNotLike": {ORG: "o-1234*"}}),
        json!({"Null": {ORG: "true"}}),
        json!({"Null": {PATHS: "true"}}),
        json!({"ForAllValues:StringEquals": {ORG: "o-12345678ab"}}),
        json!({"ForAllValues:StringLike": {PATHS: ["o-12345678ab/r-ab12/ou-ab12-11111111/*"]}}),
        json!({"ForAllValues:StringNotLike": {PATHS: ["o-12345678ab/*"]}}),
        json!({"ForAllValues:StringLikeIfExists": {PATHS: ["o-12345678ab/*"]}}),
        json!({"ForAnyValue:StringLikeIfExists": {PATHS: ["o-12345678ab/*"]}}),
        json!({"StringEqualsIfExists": {ORG: "o-12345678ab"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        json!({"StringEqualsIfExists": {ORG: "o-12345678ab", "aws:PrincipalTag/team": "app"}}),
    ];
    let none = "isn't in an organization";
    for condition in &conditions {
        let found: Vec<ReviewFinding> = trusting_everybody(condition.clone()).findings_by(RULE);
        let [finding] = &*found else {
            panic!("{condition}: {found:#?}")
        };
        assert_eq!(finding.verdict, Verdict::Violation, "{condition}");
        assert!(
            finding.message.contains(none),
            "{condition}: {}",
            finding.message
        );
    }
    let denied = vec![
        json!({"StringEquals": {ORG: "o-0thersxyz"}}),
        json!({"StringNotEquals": {ORG: "o-12345678ab"}, "Null": {ORG: "false"}}),
        json!({"ForAnyValue:StringNotEquals": {ORG: "o-12345678ab"}}),
        json!({"ForAnyValue:StringNotLike": {PATHS: ["o-12345678ab/*"]}}),
        json!({"ForAnyValue:StringLike": {PATHS: ["o-0thersxyz/*"]}}),
    ];
    expect(Some(Verdict::Violation), all_but(denied));
}

#[test]
fn any_other_organization_is_somebodys() {
    let conditions = vec![
        json!({"Null": {ORG: "false"}}),
        json!({"StringLike": {ORG: "o-*"}}),
        json!({"ForAnyValue:StringLike": {PATHS: "o-*/*"}}),
        json!({"StringNotEquals": {ORG: "o-12345678ab"}, "Null": {ORG: "false"}}),
        json!({"StringNotLike": {ORG: ["o-o*", "o-12345678ab"]}, "Null": {ORG: false}}),
    ];
    for condition in conditions {
        let finding = trusting_everybody(condition.clone()).only_finding(RULE);
        assert_eq!(finding.verdict, Verdict::Violation, "{condition}");
        assert!(
            finding.message.contains("other organizations"),
            "{condition}: {}",
            finding.message
        );
    }
}

#[test]
fn who_is_in_an_organization_cant_be_told() {
    let conditions = vec![
        json!({"StringEquals": {ORG: "o-12345678ab"}}),
        json!({"StringLike": {ORG: "o-12345678a?"}}),
        json!({"StringEquals": {ORG: "${aws:ResourceOrgID}"}}),
        json!({"ForAnyValue:StringLike": {PATHS: ["o-12345678ab/r-ab12/*"]}}),
        json!({"ForAllValues:StringLike": {PATHS: ["o-12345678ab/*"]}, "Null": {PATHS: "false"}}),
        json!({"StringEquals": {ORG: "o-12345678ab", ACCOUNT: FOREIGN}}),
        json!({"StringEqualsIfExists": {ORG: "o-12345678ab"}, "Null": {ORG: "false"}}),
    ];
    expect(Some(Verdict::Unproven), all_on(conditions));
    let denied = vec![
        json!({"StringNotEquals": {ORG: "o-12345678ab"}}),
        json!({"StringNotEqualsIfExists": {ORG: "o-12345678ab"}}),
        json!({"StringNotEquals": {ORG: "${aws:ResourceOrgID}"}}),
        json!({"ForAllValues:StringNotLike": {PATHS: ["o-12345678ab/*"]}}),
    ];
    expect(Some(Verdict::Unproven), all_but(denied));
    // Our own accounts contain nobody else, in any organization.
    expect(
        None,
        all_on(vec![
            json!({"StringEqualsIfExists": {ORG: "o-12345678ab"}, "StringEquals": {ACCOUNT: "111122223333"}}),
        ]),
    );
}

#[test]
fn unproven_where_it_depends_on_what_no_file_shows() {
    let conditions = vec![
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
        json!({"StringEquals": {"aws:userid": "AIDASOMEBODYEXAMPLE"}}),
        json!({"StringLike": {"aws:userid": "AROASOMEBODYEXAMPLE:*"}}),
        json!({"ArnLike": {ARN: "arn:aws:iam::999988887777"}}),
        json!({"StringQuals": {ACCOUNT: FOREIGN}}),
    ];
    expect(Some(Verdict::Unproven), all_on(conditions));
}

#[test]
fn the_finding_names_the_account_and_what_to_put_there_instead() {
    let both = trusting_everybody(json!({"StringEquals": {ACCOUNT: ["111122223333", FOREIGN]}}))
        .only_finding(RULE);
    assert!(
        both.message.contains(
            "trusts `*`, and the conditions allow account 999988887777, outside the accounts in the policy"
        ),
        "{}",
        both.message
    );
    assert!(
        both.message.ends_with("requires no external ID") && both.severity == Severity::High,
        "{}",
        both.message
    );
    assert_eq!(
        both.fix.unwrap()["Principal"],
        json!({"AWS": "arn:aws:iam::111122223333:root"})
    );
    let alone = trusting_everybody(
        json!({"StringEquals": {ACCOUNT: FOREIGN}, "Bool": {"aws:MultiFactorAuthPresent": "true"}}),
    )
    .only_finding(RULE);
    assert_eq!(
        alone.fix,
        Some(json!([])),
        "nobody of ours can meet it, so the statement goes"
    );
    let id =
        trusting_everybody(json!({"StringEquals": {ACCOUNT: FOREIGN, "sts:ExternalId": "sesame"}}))
            .only_finding(RULE);
    assert_eq!(id.severity, Severity::Medium);
    let wide = trusting_everybody(json!({"StringLike": {ACCOUNT: "9999*"}})).only_finding(RULE);
    assert!(
        wide.message
            .contains("accounts that are not in the policy, such as 9999"),
        "{}",
        wide.message
    );
}

#[test]
fn a_zone_of_hundreds_of_accounts_is_told_from_its_neighbors() {
    let zone: Vec<String> = (0..400)
        .map(|at| format!("  \"2{at:011}\": account-{at}\n"))
        .collect();
    let zone = zone.concat();
    let company = |condition: Value| {
        trusting_everybody(condition).policy("accounts:\n", &format!("accounts:\n{zone}"))
    };
    company(json!({"StringLike": {ACCOUNT: "2*"}})).assert_fires(RULE);
    company(json!({"StringLike": {ACCOUNT: "2000000000??"}})).silent(RULE);
}

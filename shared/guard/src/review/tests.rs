//! Properties of every finding.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]

use serde_json::{Value, json};

use super::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE};
use crate::finding::Verdict;
use crate::text::Text;

fn allow(action: &str, resource: &Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn trust_statement(principal: Value, condition: Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition})
}

const ANNA: &str = "arn:aws:iam::444455556666:user/anna";

/// Setups with one error each.
pub(super) fn flawed_companies() -> Vec<Company> {
    let attached =
        json!([{"PolicyName": "Wide", "PolicyArn": "arn:aws:iam::111122223333:policy/Wide"}]);
    let mfa = super::testing::mfa_condition;
    vec![
        Company::new().with_trust(trust_statement(json!({"AWS": DEVELOPMENT}), json!({}))),
        Company::new().with_trust(trust_statement(
            json!({"AWS": DEVELOPMENT}),
            json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}),
        )),
        Company::new().with_trust(trust_statement(
            json!({"AWS": DEVELOPMENT, "Service": "ec2.amazonaws.com"}),
            json!({}),
        )),
        Company::new().with_trust(trust_statement(json!("*"), mfa())),
        Company::new().with_trust(trust_statement(json!({"AWS": "*"}), json!({}))),
        Company::new().with_trust(trust_statement(
            json!({"AWS": [DEVELOPMENT, "999988887777"]}),
            mfa(),
        )),
        Company::new().with_trust(json!([
            trust_statement(json!({"AWS": DEVELOPMENT}), mfa()),
            trust_statement(json!({"AWS": "999988887777"}), mfa())
        ])),
        Company::new().lasting("UpdateApp", 43_200),
        Company::new().policy("max_session: 1h  ", "max_session: 15m "),
        Company::new().group_policy(
            "Testers",
            allow(
                "sts:AssumeRole",
                &json!([ROLE, "arn:aws:iam::444455556666:role/Other"]),
            ),
        ),
        Company::new().group_policy("Testers", allow("sts:*", &json!("*"))),
        Company::new().user_policy(
            "tom",
            json!({"Effect": "Allow", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::x"}),
        ),
        Company::new()
            .managed(DEVELOPMENT, "Wide", allow("*", &json!("*")))
            .change(
                "GroupDetailList",
                "Developers",
                "AttachedManagedPolicies",
                attached,
            ),
        Company::new()
            .user(PRODUCTION, "anna", &[])
            .with_trust(trust_statement(json!({"AWS": [DEVELOPMENT, ANNA]}), mfa())),
        Company::new()
            .policy("mfa: required ", "mfa: optional ")
            .with_trust(trust_statement(json!({"AWS": DEVELOPMENT}), json!({})))
            .role(
                DEVELOPMENT,
                "Server",
                trust_statement(json!({"Service": "ec2.amazonaws.com"}), json!({})),
                allow("sts:AssumeRole", &json!("*")),
            ),
    ]
}

/// A correction that doesn't fix the problem would be worse than none.
#[test]
fn what_a_finding_prints_as_its_fix_silences_it_and_nothing_new_is_found() {
    for (at, company) in flawed_companies().into_iter().enumerate() {
        let mut company = company;
        let mut rounds = 0;
        loop {
            let findings = company.review().findings;
            let Some(finding) = findings
                .iter()
                .find(|finding| finding.verdict == Verdict::Violation)
            else {
                assert!(findings.is_empty(), "{at}: {findings:#?}");
                break;
            };
            rounds += 1;
            assert!(rounds <= 6, "{at}: {finding:#?}");
            let before = findings.len();
            company = company.with_fix(finding);
            let after = company.review().findings;
            assert!(
                !after.iter().any(|other| other.id == finding.id),
                "{at}: {finding:#?}"
            );
            assert!(
                after.len() < before
                    || after
                        .iter()
                        .all(|other| findings.iter().any(|known| known.rule == other.rule)),
                "{at}: {after:#?}"
            );
        }
        assert!(rounds > 0, "{at}: nothing was wrong");
    }
}

#[test]
fn the_order_of_files_and_entries_does_not_matter() {
    for company in flawed_companies() {
        let forwards = company.review().findings;
        assert_eq!(company.turned_round().review().findings, forwards);
    }
}

#[test]
fn a_suppression_hides_until_its_day_and_never_for_a_critical_role() {
    let wide = || Company::new().group_policy("Testers", allow("sts:*", &json!("*")));
    let hide = |company: Company| {
        company.policy(
            "  - {rule: RW003, caller: \"arn:aws:iam::111122223333:user/batch\"",
            "  - {rule: RW104, caller: \"*\"",
        )
    };
    let review = hide(wide()).review();
    assert_eq!((review.findings.len(), review.suppressed.len()), (0, 1));
    let review = hide(wide()).policy("2026-12-31", "2026-02-28").review();
    assert_eq!((review.findings.len(), review.suppressed.len()), (1, 0));
    let review = hide(wide())
        .policy("severity: high ", "severity: critical ")
        .review();
    assert_eq!((review.findings.len(), review.suppressed.len()), (1, 0));
}

#[test]
fn names_of_the_policy_that_nothing_bears_are_told() {
    let company = Company::new()
        .policy("role/UpdateApp", "role/UpdateApps")
        .policy("development/Developers]", "development/Developer] ");
    let review = company.review();
    let arn = "arn:aws:iam::444455556666:role";
    let asked = Text::data(format!(
        "line 35 of the policy: no role matches `{arn}/UpdateApps`; did you mean `{arn}/UpdateApp`, which is in the authorization details?"
    ));
    assert_eq!(
        (review.notices.first(), &review.near_misses),
        (Some(&asked), &vec![asked.clone()])
    );
    let notices = review.notices;
    let far = Company::new()
        .policy("role/UpdateApp", "role/BreakGlass")
        .review();
    let said = Text::data(format!(
        "line 35 of the policy: no role in the authorization details matches `{arn}/BreakGlass`"
    ));
    assert!(
        far.near_misses.is_empty() && far.notices.contains(&said),
        "{:?}",
        far.notices
    );
    assert!(
        notices
            .iter()
            .any(|notice| notice.contains("group development/Developer doesn't exist")),
        "{notices:?}"
    );
}

#[test]
fn two_states_of_one_account_are_refused() {
    let details = |group: &str| json!({"UserDetailList": [{"UserName": "dora", "UserId": "AIDADORAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/dora", "GroupList": [group]}]});
    let mut setup = super::Setup::default();
    let read = |value: Value| super::Input::read(value.to_string().as_bytes()).unwrap();
    setup.add(read(details("Developers"))).unwrap();
    setup.add(read(details("Developers"))).unwrap();
    let why = setup.add(read(details("Testers"))).unwrap_err();
    assert_eq!(
        why,
        "arn:aws:iam::111122223333:user/dora differs from another file of account 111122223333"
    );
}

/// Two findings with the same id would replace each other in the outbox endlessly.
#[test]
fn every_finding_has_an_id_of_its_own() {
    let several = json!({"Effect": "Allow", "Principal": {"AWS": [DEVELOPMENT, "999988887777"], "Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]},
        "Action": "sts:AssumeRole"});
    for company in flawed_companies()
        .into_iter()
        .chain([Company::new().with_trust(several)])
    {
        let mut ids: Vec<String> = company
            .review()
            .findings
            .into_iter()
            .map(|finding| finding.id)
            .collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}

#[test]
fn a_rule_of_the_review_that_is_off_loses_exactly_its_findings_and_is_named() {
    let plain = |findings: Vec<super::ReviewFinding>| {
        let texts = findings
            .into_iter()
            .map(|one| (one.rule, one.subject, one.message));
        texts.collect::<Vec<_>>()
    };
    let fired = std::cell::Cell::new(0);
    for company in flawed_companies() {
        let before = plain(company.review().findings);
        for (rule, _) in &super::rules::CHECKS {
            let off = format!(
                "rules: {{{}: {{enabled: false, reason: r}}}}\nroles:\n",
                rule.code
            );
            let review = company.clone().policy("roles:\n", &off).review();
            let mut kept = before.clone();
            kept.retain(|(code, ..)| *code != rule.code);
            fired.set(fired.get() + before.len() - kept.len());
            assert_eq!(plain(review.findings), kept, "{}", rule.code);
            assert_eq!(review.rules_off.len(), 1);
            let named = format!("{} {} is turned off", rule.code, rule.name);
            assert!(
                review
                    .notices
                    .iter()
                    .any(|notice| notice.starts_with(&named))
            );
            let unasked = |notice: &Text| notice.contains("was not checked");
            assert!(rule.code != "RW106" || !review.notices.iter().any(unasked));
        }
    }
    assert!(fired.get() > 10);
}

#[test]
fn a_severity_of_the_policy_is_that_of_every_finding_of_the_review() {
    for company in flawed_companies() {
        for finding in company.review().findings {
            let low = format!(
                "rules: {{{}: {{severity: low, reason: r}}}}\nroles:\n",
                finding.rule
            );
            let changed = company.clone().policy("roles:\n", &low);
            for found in changed.findings_by(finding.rule) {
                assert_eq!(
                    found.severity,
                    crate::policy::Severity::Low,
                    "{}",
                    finding.rule
                );
            }
        }
    }
}

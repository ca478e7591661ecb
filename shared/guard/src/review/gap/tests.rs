//! What depends on something that wasn't supplied is unproven: never clean, and never wrongly a
//! violation.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::DetailList;
use crate::finding::Verdict;
use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE, mfa_condition};
use crate::review::tests::flawed_companies;
use crate::review::{Account, Gap, Review};

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn violations(review: &Review) -> BTreeSet<&str> {
    let violations = review
        .findings
        .iter()
        .filter(|finding| finding.verdict == Verdict::Violation);
    violations.map(|finding| finding.id.as_str()).collect()
}

/// The rules with one of these verdicts.
fn rules_with(review: &Review, verdicts: &[Verdict]) -> BTreeSet<&'static str> {
    review
        .findings
        .iter()
        .filter(|finding| verdicts.contains(&finding.verdict))
        .map(|finding| finding.rule)
        .collect()
}

fn gaps(review: &Review) -> BTreeSet<Gap> {
    review
        .findings
        .iter()
        .flat_map(|finding| finding.wanting.gaps.iter().copied())
        .collect()
}

#[test]
fn without_a_list_nothing_is_worse_and_no_rule_that_fired_is_silent() {
    for (at, company) in flawed_companies().into_iter().enumerate() {
        let whole = company.review();
        for (account, list) in [DEVELOPMENT, PRODUCTION]
            .into_iter()
            .flat_map(|account| DetailList::ALL.map(|list| (account, list)))
        {
            // Without its only list, a file doesn't show its account.
            if account == PRODUCTION && list == DetailList::Roles {
                continue;
            }
            let company = flawed_companies()
                .swap_remove(at)
                .lacking(account, list.key());
            let lacking = company.review();
            let what = format!(
                "{at}, without {} of {account}: {:#?}",
                list.key(),
                lacking.findings
            );
            assert!(
                violations(&lacking).is_subset(&violations(&whole)),
                "worse: {what}"
            );
            let told = rules_with(&lacking, &[Verdict::Violation, Verdict::Unproven]);
            assert!(
                rules_with(&whole, &[Verdict::Violation]).is_subset(&told),
                "silent: {what}"
            );
        }
    }
}

#[test]
fn without_the_users_nobody_says_that_a_group_lets_its_members_in() {
    let open =
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"});
    let grows = json!([
        allow("sts:AssumeRole", ROLE),
        allow("iam:AddUserToGroup", "*")
    ]);
    let company = || {
        let company = Company::new()
            .with_trust(open.clone())
            .group_policy("Testers", allow("sts:AssumeRole", ROLE));
        company.group_policy("Developers", grows.clone())
    };
    // Both might have a boundary that denies them.
    assert_eq!(
        rules_with(&company().review(), &[Verdict::Violation]),
        BTreeSet::from(["RW101", "RW104", "RW105"])
    );
    let review = company().lacking(DEVELOPMENT, "UserDetailList").review();
    assert_eq!(
        rules_with(&review, &[Verdict::Violation]),
        BTreeSet::new(),
        "{:#?}",
        review.findings
    );
    assert_eq!(
        rules_with(&review, &[Verdict::Unproven]),
        BTreeSet::from(["RW101", "RW104", "RW105"])
    );
}

#[test]
fn users_of_a_group_that_was_not_listed_are_in_it_all_the_same() {
    let company = || {
        Company::new()
            .user_policy("dora", allow("sts:AssumeRole", ROLE))
            .lacking(DEVELOPMENT, "GroupDetailList")
    };
    let of_dora = |company: Company| {
        let found = company.findings_by("RW104").into_iter();
        found
            .filter(|finding| finding.subject.ends_with("user/dora"))
            .map(|finding| finding.verdict)
            .collect::<Vec<_>>()
    };
    assert_eq!(of_dora(company()), []);
    let by_id = |company: Company| {
        company.policy(
            "groups: [development/Developers] ",
            "groups: [\"111122223333/AGPADEVELOPERSEXAMPLE\"] ",
        )
    };
    assert_eq!(of_dora(by_id(company())), [Verdict::Unproven]);
    assert_eq!(
        of_dora(by_id(
            Company::new().user_policy("dora", allow("sts:AssumeRole", ROLE))
        )),
        []
    );
}

#[test]
fn a_role_that_was_not_listed_is_unproven_by_every_rule_that_judges_roles() {
    let company = Company::new()
        .group(PRODUCTION, "Operators")
        .lacking(PRODUCTION, "RoleDetailList");
    let review = company.review();
    let of_role = review
        .findings
        .iter()
        .filter(|finding| finding.subject == ROLE);
    let judged: BTreeSet<&str> = of_role.map(|finding| finding.rule).collect();
    assert_eq!(
        judged,
        BTreeSet::from(["RW101", "RW102", "RW103", "RW104", "RW105"])
    );
    let gap = Gap {
        account: PRODUCTION.parse().unwrap(),
        part: super::MissingPart::List(DetailList::Roles),
    };
    assert_eq!(gaps(&review), BTreeSet::from([gap]));
    assert!(
        review.findings[0]
            .message
            .contains("no list of roles (RoleDetailList) for production was supplied"),
        "{:#?}",
        review.findings
    );
}

#[test]
fn a_pattern_of_every_account_is_unproven_in_those_that_were_not_given() {
    let company = || {
        Company::new().policy(
            "arn:aws:iam::444455556666:role/UpdateApp",
            "arn:aws:iam::*:role/UpdateApp",
        )
    };
    company().silent("RW102");
    let subjects: Vec<String> = company()
        .without(PRODUCTION)
        .findings_by("RW102")
        .into_iter()
        .map(|finding| finding.subject)
        .collect();
    assert_eq!(subjects, [ROLE]);
}

#[test]
fn a_page_that_was_not_given_may_have_whatever_is_asked_for() {
    let review = Company::new()
        .change_in(DEVELOPMENT, "IsTruncated", json!(true))
        .review();
    assert_eq!(rules_with(&review, &[Verdict::Violation]), BTreeSet::new());
    assert!(
        rules_with(&review, &[Verdict::Unproven]).is_superset(&BTreeSet::from(["RW104", "RW105"])),
        "{:#?}",
        review.findings
    );
    let wild = Company::new()
        .policy("role/UpdateApp", "role/*")
        .change_in(PRODUCTION, "IsTruncated", json!(true))
        .review();
    assert!(
        wild.findings.iter().any(|finding| finding.rule == "RW102"),
        "more roles may match: {:#?}",
        wild.findings
    );
}

#[test]
fn whoever_has_a_device_is_unproven_without_the_members() {
    let company = || {
        Company::new()
            .credential("dora", true)
            .credential("tom", true)
    };
    company().silent("RW106");
    for list in ["UserDetailList", "GroupDetailList"] {
        let finding = company().lacking(DEVELOPMENT, list).only_finding("RW106");
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (
                Verdict::Unproven,
                "arn:aws:iam::111122223333:group/Developers"
            )
        );
    }
}

#[test]
fn only_what_depends_on_nothing_else_counts_as_wanting_something() {
    let review = Company::new().without(DEVELOPMENT).review();
    assert!(
        review
            .findings
            .iter()
            .all(|finding| !finding.wanting.gaps.is_empty()),
        "{:#?}",
        review.findings
    );
    let address = json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole",
        "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}});
    let finding = Company::new()
        .with_trust(address)
        .without(DEVELOPMENT)
        .only_finding("RW101");
    assert_eq!(
        (finding.undecided.len(), finding.wanting.gaps.len()),
        (2, 0),
        "{finding:#?}"
    );
    let whole = Company::new().with_trust(
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole",
        "Condition": mfa_condition()}),
    );
    assert_eq!(gaps(&whole.review()), BTreeSet::new());
}

#[test]
fn where_chaining_is_allowed_roles_that_were_not_given_are_needed_for_mfa() {
    let company = || Company::new().policy("chaining: deny ", "chaining: allow ");
    company().silent("RW101");
    let finding = company().with_trust(
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"}),
    );
    let finding = finding
        .group_policy("Developers", json!([]))
        .lacking(DEVELOPMENT, "RoleDetailList")
        .only_finding("RW101");
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert!(
        finding.message.contains("RoleDetailList"),
        "{}",
        finding.message
    );
}

#[test]
fn lists_of_several_files_of_an_account_add_up() {
    let company = Company::new()
        .lacking(DEVELOPMENT, "UserDetailList")
        .lacking(DEVELOPMENT, "Policies");
    let users = json!({"UserDetailList": [{"UserName": "dora", "UserId": "AIDADORAEXAMPLE", "Arn": "arn:aws:iam::111122223333:user/dora",
        "GroupList": ["Developers"]}], "Policies": []});
    let missing = |company: &Company| {
        company
            .setup()
            .accounts()
            .flat_map(Account::missing_lists)
            .collect::<Vec<_>>()
    };
    assert_eq!(missing(&company), [DetailList::Users, DetailList::Policies]);
    assert_eq!(missing(&company.with_file(users)), []);
}

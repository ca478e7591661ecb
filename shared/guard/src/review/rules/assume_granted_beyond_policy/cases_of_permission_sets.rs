//! Who can take a permission set.

use serde_json::{Value, json};

use crate::finding::Verdict;
use crate::review::ReviewFinding;
use crate::review::testing::center::{
    ADMIN, ADMIN_ENTRY, ADMIN_ROLE, assignment, roster, roster_and,
};
use crate::review::testing::{Company, PRODUCTION};

const RULE: &str = "RW104";

fn company(entry: &str, roster: Value) -> Company {
    Company::new().with_entry_of_center(entry).with_file(roster)
}

fn assigned(entry: &str, kind: &str, principal: &str) -> Company {
    company(
        entry,
        roster_and("AccountAssignments", assignment(kind, principal)),
    )
}

fn only(company: &Company) -> ReviewFinding {
    company.only_finding(RULE)
}

#[test]
fn silent_for_the_groups_of_the_entry() {
    company(ADMIN_ENTRY, roster()).silent(RULE);
    for groups in [
        "[identity-center/platform]",
        "[identity-center/Platform, identity-center/Others]",
    ] {
        let entry = format!("{{permission_set: Admin, groups: {groups}}}");
        company(&entry, roster()).silent(RULE);
    }
}

#[test]
fn fires_for_another_group_and_says_how_to_delete_the_assignment() {
    let finding = only(&assigned(ADMIN_ENTRY, "GROUP", "g-testers"));
    assert_eq!(finding.verdict, Verdict::Violation);
    assert_eq!(finding.subject, "arn:aws:identitystore:::group/g-testers");
    assert_eq!(finding.account.to_string(), PRODUCTION);
    assert_eq!(finding.statement, Some(assignment("GROUP", "g-testers")));
    assert_eq!(finding.fix, Some(json!([])));
    let message = finding.message;
    for words in [
        "group Testers (1 member) can take permission set Admin in production, but the policy \
         allows only identity-center/Platform",
        "--instance-arn arn:aws:sso:::instance/ssoins-7223EXAMPLE",
        "--target-id 444455556666 --principal-type GROUP --principal-id g-testers`",
    ] {
        assert!(message.contains(words), "{words} in {message}");
    }
}

#[test]
fn fires_for_a_user_even_in_an_allowed_group() {
    let finding = only(&assigned(ADMIN_ENTRY, "USER", "u-nell"));
    assert_eq!(finding.verdict, Verdict::Violation);
    assert!(
        finding.message.starts_with("user nell can take")
            && finding.message.contains("stays when the user leaves it"),
        "{}",
        finding.message
    );
    let finding = only(&assigned(ADMIN_ENTRY, "USER", "u-pat"));
    assert!(!finding.message.contains("stays"), "{}", finding.message);
}

#[test]
fn silent_where_no_group_is_asked_for_or_everybody_is_allowed() {
    for groups in ["[]", "[identity-center/*]"] {
        let entry = format!("{{permission_set: Admin, groups: {groups}}}");
        assigned(&entry, "USER", "u-pat").silent(RULE);
        assigned(&entry, "GROUP", "g-testers").silent(RULE);
    }
}

#[test]
fn an_entry_applies_only_in_its_accounts() {
    let entry =
        "{permission_set: Admin, accounts: [development], groups: [identity-center/Platform]}";
    assigned(entry, "GROUP", "g-testers").silent(RULE);
    let other = "{permission_set: Admins, groups: [identity-center/Platform]}";
    assigned(other, "GROUP", "g-testers").silent(RULE);
}

#[test]
fn an_arn_that_matches_the_sets_roles_counts_too() {
    let entry = |arn: &str| {
        format!(
            "{{arn: \"{arn}\", groups: [identity-center/Platform], identities: [identity-center]}}"
        )
    };
    let center = "arn:aws:iam::444455556666:role/aws-reserved/sso.amazonaws.com";
    for arn in [
        ADMIN_ROLE,
        &format!("{center}/*AWSReservedSSO_Admin_*"),
        &format!("{center}/ap-northeast-1/AWSReservedSSO_Admin_*"),
        "arn:aws:iam::*:role/*Admin*",
    ] {
        assigned(&entry(arn), "GROUP", "g-testers").assert_fires(RULE);
        company(&entry(arn), roster()).silent(RULE);
    }
    let elsewhere = format!("{center}/us-west-2/AWSReservedSSO_Admin_*");
    assigned(&entry(&elsewhere), "GROUP", "g-testers").silent(RULE);
}

#[test]
fn an_entry_that_does_not_allow_people_of_identity_center_allows_no_assignment() {
    let entry = "{arn: \"arn:aws:iam::*:role/*Admin*\", groups: [development/Developers]}";
    let finding = only(&company(entry, roster()));
    assert!(
        finding
            .message
            .contains("doesn't allow people of Identity Center"),
        "{}",
        finding.message
    );
}

#[test]
fn unproven_for_groups_users_and_sets_that_the_roster_does_not_list() {
    for (kind, principal) in [("GROUP", "g-gone"), ("USER", "u-gone")] {
        let finding = only(&assigned(ADMIN_ENTRY, kind, principal));
        assert_eq!(finding.verdict, Verdict::Unproven);
        assert!(
            finding
                .message
                .contains(&format!("doesn't list {} {principal}", kind.to_lowercase())),
            "{}",
            finding.message
        );
    }
    let mut other = assignment("GROUP", "g-platform");
    other["PermissionSetArn"] = json!(format!("{ADMIN}-other"));
    let finding = only(&company(
        ADMIN_ENTRY,
        roster_and("AccountAssignments", other),
    ));
    assert_eq!(finding.verdict, Verdict::Unproven);
}

#[test]
fn unproven_for_one_of_two_groups_with_the_name() {
    let twin = json!({"GroupId": "g-twin", "DisplayName": "PLATFORM"});
    let finding = only(&company(ADMIN_ENTRY, roster_and("Groups", twin)));
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert!(
        finding.message.contains("several groups"),
        "{}",
        finding.message
    );
}

#[test]
fn unproven_if_the_roster_is_cut_off() {
    let mut cut = roster_and("AccountAssignments", assignment("GROUP", "g-testers"));
    cut["NextToken"] = json!("more");
    let mut found = company(ADMIN_ENTRY, cut).findings_by(RULE);
    found.sort_by_key(|finding| finding.verdict == Verdict::Unproven);
    let verdicts: Vec<Verdict> = found.iter().map(|finding| finding.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Violation, Verdict::Unproven],
        "{found:#?}"
    );
    assert!(
        found[0].message.contains("(at least 1 member)"),
        "{found:#?}"
    );
}

#[test]
fn the_accounts_details_are_not_needed() {
    // Without the roster, nothing shows who can enter in an account that wasn't supplied.
    let entry =
        "{permission_set: Admin, accounts: [production], groups: [identity-center/Platform]}";
    let without = || {
        Company::new()
            .with_entry_of_center(entry)
            .without(PRODUCTION)
    };
    let about_set = |company: &Company| {
        let mut found = company.findings_by(RULE);
        found.retain(|finding| finding.subject.contains("AWSReservedSSO"));
        found.len()
    };
    assert_eq!(about_set(&without()), 1);
    assert_eq!(about_set(&without().with_file(roster())), 0);
}

#[test]
fn a_note_says_what_nobody_can_judge() {
    let note = |company: Company| {
        let notices = company.review().notices;
        let note = notices.into_iter().find(|note| note.starts_with("RW104"));
        note.unwrap_or_default()
    };
    let none = note(Company::new().with_entry_of_center(ADMIN_ENTRY));
    assert!(
        none.contains("can't tell who can take permission set `Admin`: no roster")
            && none.contains("AccountAssignments (docs/audit.md"),
        "{none}"
    );
    let mut short = roster();
    short.as_object_mut().unwrap().remove("AccountAssignments");
    let short = note(company(ADMIN_ENTRY, short));
    assert!(short.contains("has no AccountAssignments;"), "{short}");
    assert_eq!(note(company(ADMIN_ENTRY, roster())), "");
    assert_eq!(note(Company::new()), "");
}

#[test]
fn notes_name_what_the_roster_does_not_have() {
    let entry = "{permission_set: Admn, groups: [identity-center/Platfrom]}";
    let notices = company(entry, roster()).review().notices.join("\n");
    assert!(
        notices.contains("permission set Admn isn't in the roster")
            && notices.contains("group identity-center/Platfrom isn't in the roster"),
        "{notices}"
    );
    let mut other = roster();
    other["IdentityStoreId"] = json!("d-0000000000");
    let notices = company(ADMIN_ENTRY, other.clone())
        .review()
        .notices
        .join("\n");
    assert!(
        notices.contains("the roster of identity store d-0000000000 isn't used"),
        "{notices}"
    );
    let notices = Company::new().with_file(other).review().notices.join("\n");
    assert!(
        notices.contains("the policy has no `identity_center`"),
        "{notices}"
    );
}

#[test]
fn what_a_roster_says_is_only_text() {
    let mut odd = roster_and("AccountAssignments", assignment("GROUP", "g; rm -rf /"));
    odd["Groups"]
        .as_array_mut()
        .unwrap()
        .push(json!({"GroupId": "g; rm -rf /", "DisplayName": "a\u{202e}b"}));
    let message = only(&company(ADMIN_ENTRY, odd)).message;
    assert!(
        !message.contains("rm -rf") && !message.contains('\u{202e}'),
        "{message}"
    );
}

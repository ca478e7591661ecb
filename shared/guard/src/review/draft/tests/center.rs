//! Permission sets, pipelines, and roles that only people of their own account enter.

use serde_json::{Value, json};

use super::*;
use crate::policy::{AllowedIdentity, Mfa, WebIdentities};
use crate::review::testing::center::{ADMIN, assignment, roster, roster_and};

/// The company with the role that Identity Center created in production.
fn company() -> Company {
    let saml = json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithSAML",
        "Principal": {"Federated": "arn:aws:iam::444455556666:saml-provider/AWSSSO_0_DO_NOT_DELETE"}});
    let role =
        "aws-reserved/sso.amazonaws.com/ap-northeast-1/AWSReservedSSO_Admin_0123456789abcdef";
    Company::new().role(PRODUCTION, role, saml, json!([]))
}

/// The same, in an organization that development manages.
fn managed() -> Company {
    let trust =
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"});
    company().role(
        PRODUCTION,
        "OrganizationAccountAccessRole",
        trust,
        json!([]),
    )
}

fn sets(policy: &Policy) -> Vec<&str> {
    let roles = policy.roles.iter();
    roles.filter_map(|role| role.arn.permission_set()).collect()
}

#[test]
fn a_permission_set_is_drafted_with_its_groups_and_accounts() {
    let (text, policy) = drafted(&managed().with_file(roster()));
    let center = policy.identity_center.as_ref().unwrap();
    assert_eq!(center.account.to_string(), DEVELOPMENT, "{text}");
    assert_eq!(center.regions, ["ap-northeast-1"]);
    let role = policy
        .roles
        .iter()
        .find(|role| role.arn.permission_set() == Some("Admin"))
        .unwrap();
    assert_eq!(role.arn.account(), Some(PRODUCTION.parse().unwrap()));
    let groups: Vec<&str> = role
        .store_groups
        .iter()
        .map(|group| group.written.as_str())
        .collect();
    assert_eq!(groups, ["identity-center/Platform"]);
    assert_eq!(role.max_session.map(Span::seconds), Some(4 * 3_600));
    assert!(text.contains("Platform (1 member)"), "{text}");
}

#[test]
fn what_no_file_shows_is_a_word_in_capitals_in_a_comment() {
    let (text, policy) = drafted(&company().with_file(roster()));
    assert_eq!(policy.identity_center, None);
    assert_eq!(sets(&policy), [] as [&str; 0]);
    for words in [
        "#   account: ACCOUNT ",
        "#   regions: [ap-northeast-1] ",
        "#   identity_store: \"d-1234567890\"",
        "  # - permission_set: \"Admin\"\n  #   accounts: [production]",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let (text, _) = drafted(&Company::new().with_file(roster()));
    assert!(text.contains("regions: [REGION]"), "{text}");
}

#[test]
fn without_a_roster_the_draft_says_what_is_missing() {
    let (text, policy) = drafted(&company());
    assert_eq!(policy.identity_center, None);
    assert!(
        text.contains("with these permission sets: Admin.") && text.contains("supply a roster"),
        "{text}"
    );
    assert!(!drafted(&Company::new()).0.contains("Identity Center"));
}

#[test]
fn users_and_accounts_that_are_not_supplied_are_told() {
    let mut roster = roster_and("AccountAssignments", assignment("USER", "u-pat"));
    let mut elsewhere = assignment("GROUP", "g-platform");
    elsewhere["AccountId"] = json!("777788889999");
    roster["AccountAssignments"]
        .as_array_mut()
        .unwrap()
        .push(elsewhere);
    let (text, policy) = drafted(&managed().with_file(roster));
    assert!(text.contains("Assigned to users directly: pat"), "{text}");
    assert!(text.contains("assigned in 777788889999"), "{text}");
    assert_eq!(sets(&policy), ["Admin"]);
    // Without a group, the entry would allow everybody.
    let mut only_user = crate::review::testing::center::roster();
    only_user["AccountAssignments"] = json!([assignment("USER", "u-pat")]);
    let (text, policy) = drafted(&managed().with_file(only_user));
    assert_eq!(sets(&policy), [] as [&str; 0], "{text}");
}

#[test]
fn a_group_whose_name_does_not_say_which_it_is_gets_its_id() {
    for (name, other) in [
        ("Platform", "PLATFORM"),
        ("All *", "x"),
        (" a", "x"),
        ("a/b", "x"),
    ] {
        let mut roster = roster_and("Groups", json!({"GroupId": "g-2", "DisplayName": other}));
        roster["Groups"][0]["DisplayName"] = json!(name);
        let (text, policy) = drafted(&managed().with_file(roster));
        assert!(
            text.contains("groups: [\"identity-center/g-platform\"]"),
            "{text}"
        );
        assert_eq!(sets(&policy), ["Admin"]);
    }
}

#[test]
fn what_a_policy_would_not_accept_is_a_comment() {
    for (key, odd) in [("Name", "Ad min: #\""), ("Name", "x\ny: 1"), ("Name", "")] {
        let mut roster = roster();
        roster["PermissionSets"][0][key] = json!(odd);
        let (text, policy) = drafted(&managed().with_file(roster));
        assert_eq!(sets(&policy), [] as [&str; 0], "{text}");
    }
    let mut roster = roster();
    roster["IdentityStoreId"] = json!("d-1\n  account: x");
    let (_, policy) = drafted(&managed().with_file(roster));
    assert_eq!(policy.identity_center, None);
    let mut cut = crate::review::testing::center::roster();
    cut["NextToken"] = json!("more");
    assert!(
        drafted(&managed().with_file(cut))
            .0
            .contains("isn't complete")
    );
    assert!(ADMIN.starts_with("arn:aws:sso"));
}

fn pipeline(condition: &Value) -> (String, Policy) {
    let github = "arn:aws:iam::444455556666:oidc-provider/token.actions.githubusercontent.com";
    let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": github}, "Condition": condition});
    drafted(&Company::new().role(PRODUCTION, "Deploy", trust, json!([])))
}

fn web(subject: Option<&str>) -> AllowedIdentity {
    AllowedIdentity::WebIdentity(WebIdentities {
        provider: Some("token.actions.githubusercontent.com".to_owned()),
        subject: subject.map(str::to_owned),
    })
}

#[test]
fn a_pipeline_is_drafted_with_its_provider_and_subjects() {
    let main = "repo:example/app:ref:refs/heads/main";
    let (text, policy) = pipeline(&json!({"StringLike": {
        "token.actions.githubusercontent.com:sub": [main, "repo:example/lib:*"],
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}));
    let role = policy
        .roles
        .iter()
        .find(|role| role.arn.as_str().ends_with("Deploy"))
        .unwrap_or_else(|| panic!("{text}"));
    assert_eq!(
        role.identities,
        [web(Some(main)), web(Some("repo:example/lib:*"))]
    );
    assert_eq!(role.mfa, MfaByKind::same_for_all(Mfa::Optional));
    assert!(
        role.groups.is_empty() && policy.warnings.is_empty(),
        "{:?}",
        policy.warnings
    );
}

#[test]
fn a_pipeline_without_a_subject_says_so() {
    for condition in [
        json!({}),
        json!({"StringLike": {"token.actions.githubusercontent.com:sub": "*"}}),
        json!({"StringNotEquals": {"token.actions.githubusercontent.com:sub": "repo:x"}}),
    ] {
        let (text, policy) = pipeline(&condition);
        assert!(
            policy
                .roles
                .iter()
                .any(|role| role.identities == [web(None)]),
            "{text}"
        );
        assert!(text.contains("doesn't say which subject"), "{text}");
    }
    let odd = json!({"StringEquals": {"token.actions.githubusercontent.com:sub": "a b"}});
    let (text, policy) = pipeline(&odd);
    assert_eq!(policy.roles.len(), 1, "{text}");
    assert!(
        text.contains("  # - arn: arn:aws:iam::444455556666:role/Deploy"),
        "{text}"
    );
}

#[test]
fn a_role_for_people_of_its_own_account_is_drafted_if_a_group_opens_it() {
    let own =
        json!({"Effect": "Allow", "Principal": {"AWS": PRODUCTION}, "Action": "sts:AssumeRole"});
    let arn = "arn:aws:iam::444455556666:role/Own";
    let enters = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": arn});
    let company = || {
        Company::new()
            .role(PRODUCTION, "Own", own.clone(), json!([]))
            .group(PRODUCTION, "Operators")
    };
    let (text, policy) = drafted(&company().group_policy("Operators", enters));
    let role = policy.roles.iter().find(|role| role.arn.as_str() == arn);
    let role = role.unwrap_or_else(|| panic!("{text}"));
    assert_eq!(role.groups[0].written, "production/Operators");
    assert!(
        text.contains("only identities of its own account"),
        "{text}"
    );
    assert_eq!(drafted(&company()).1.roles.len(), 1);
}

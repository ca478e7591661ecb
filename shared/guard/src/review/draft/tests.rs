//! What a draft contains, and what it leaves to its reader.

use serde_json::json;

use super::*;
use crate::moment::Span;
use crate::policy::{Mfa, MfaByKind, Policy, Severity};
use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE, mfa_condition};

fn drafted(company: &Company) -> (String, Policy) {
    let names = [(DEVELOPMENT, "development"), (PRODUCTION, "production")]
        .map(|(id, name)| (id.parse().unwrap(), name.to_owned()));
    let text = draft_policy(&company.setup(), &BTreeMap::from(names));
    let policy =
        Policy::read(text.as_bytes(), "draft").unwrap_or_else(|errors| panic!("{errors}\n{text}"));
    (text, policy)
}

#[test]
fn a_draft_has_the_role_its_groups_and_its_limit_and_is_a_valid_policy() {
    let (text, policy) = drafted(&Company::new());
    let [role] = &policy.roles[..] else {
        panic!("{text}")
    };
    assert_eq!(
        (role.arn.as_str(), role.mfa, role.severity),
        (ROLE, MfaByKind::same_for_all(Mfa::Required), Severity::High)
    );
    assert_eq!(
        role.groups
            .iter()
            .map(|group| group.written.as_str())
            .collect::<Vec<_>>(),
        ["development/Developers"]
    );
    assert_eq!(role.max_session.map(Span::seconds), Some(3_600));
    assert!(
        text.contains("IAM requires it of everyone today") && text.contains("(1 member)"),
        "{text}"
    );
}

#[test]
fn what_is_to_be_decided_is_said() {
    let trust = json!({"Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": {"AWS": [DEVELOPMENT, "999988887777"], "Service": "ec2.amazonaws.com"}});
    let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let company = Company::new()
        .with_trust(trust)
        .user_policy("tom", all.clone())
        .change(
            "RoleDetailList",
            "UpdateApp",
            "RolePolicyList",
            json!([{"PolicyName": "all", "PolicyDocument": {"Statement": all}}]),
        )
        .change(
            "RoleDetailList",
            "UpdateApp",
            "MaxSessionDuration",
            json!(null),
        );
    let (text, policy) = drafted(&company);
    for words in [
        "\"999988887777\": NAME",
        "Can enter without any group: tom",
        "doesn't require it of dora and tom",
        "ec2.amazonaws.com too",
        "the role can do anything",
        "# max_session",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(policy.roles[0].severity, Severity::Critical);
}

#[test]
fn sessions_that_are_named_the_role_itself_and_empty_groups_are_told() {
    let jump =
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"});
    let session = "arn:aws:sts::111122223333:assumed-role/Jump/alice";
    let trust = json!({"Effect": "Allow", "Principal": {"AWS": [session, ROLE]}, "Action": "sts:AssumeRole"});
    let enters = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE});
    let company = Company::new()
        .change(
            "RoleDetailList",
            "UpdateApp",
            "AssumeRolePolicyDocument",
            json!({"Version": "2012-10-17", "Statement": [jump, trust]}),
        )
        .change("UserDetailList", "dora", "GroupList", json!([]))
        .role(DEVELOPMENT, "Jump", jump.clone(), enters);
    let (text, policy) = drafted(&company);
    assert_eq!(policy.roles[0].groups.len(), 1, "{text}");
    for words in [
        "sessions of Jump and the role itself can enter too",
        "doesn't require it of whoever joins Developers today",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn a_role_that_nobodys_group_opens_is_a_comment() {
    let (text, policy) = drafted(&Company::new().group_policy("Developers", json!([])));
    assert_eq!(policy.roles, []);
    assert!(text.contains(&format!("# - arn: {ROLE}")), "{text}");
}

#[test]
fn roles_of_services_and_of_ones_own_account_are_left_out() {
    let service = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let own =
        json!({"Effect": "Allow", "Principal": {"AWS": PRODUCTION}, "Action": "sts:AssumeRole"});
    let company = Company::new()
        .role(PRODUCTION, "Server", service, json!([]))
        .role(PRODUCTION, "Own", own, json!([]));
    let (_, policy) = drafted(&company);
    assert_eq!(policy.roles.len(), 1);
}

#[test]
fn what_list_roles_tells_of_sessions_counts_as_well() {
    let roles = json!({"Roles": [{"Arn": ROLE, "MaxSessionDuration": 7_200}]});
    let company = Company::new()
        .change(
            "RoleDetailList",
            "UpdateApp",
            "MaxSessionDuration",
            json!(null),
        )
        .with_file(roles);
    assert_eq!(
        drafted(&company).1.roles[0].max_session.map(Span::seconds),
        Some(7_200)
    );
}

#[test]
fn only_those_who_can_enter_are_named_and_only_other_accounts() {
    let (text, _) = drafted(&Company::new());
    assert!(
        !text.contains("without any group") && !text.contains("tom"),
        "{text}"
    );
    let both = json!({"Effect": "Allow", "Principal": {"AWS": [DEVELOPMENT, PRODUCTION]}, "Action": "sts:AssumeRole", "Condition": mfa_condition()});
    let (text, _) = drafted(&Company::new().with_trust(both));
    assert!(
        text.contains("# The trust policy allows development.\n"),
        "{text}"
    );
    let own =
        json!({"Effect": "Allow", "Principal": {"AWS": PRODUCTION}, "Action": "sts:AssumeRole"});
    let linked =
        json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole"});
    let path = "aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForExample";
    let company = Company::new().role(PRODUCTION, "Own", own, json!([])).role(
        PRODUCTION,
        path,
        linked,
        json!([]),
    );
    let (text, _) = drafted(&company);
    assert!(
        !text.contains("role/Own") && !text.contains("AWSServiceRole"),
        "{text}"
    );
}

#[test]
fn everybody_is_told_as_such() {
    let anybody = json!({"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Condition": mfa_condition()});
    let (text, _) = drafted(&Company::new().with_trust(anybody));
    assert!(
        text.contains("# The trust policy allows everyone (`*`)."),
        "{text}"
    );
}

#[test]
fn an_account_is_called_by_a_word_that_yaml_leaves_alone_and_that_no_other_bears() {
    let called = |name: &str| {
        let names = [(DEVELOPMENT, name), (PRODUCTION, "production")]
            .map(|(id, name)| (id.parse().unwrap(), name.to_owned()));
        let text = draft_policy(&Company::new().setup(), &BTreeMap::from(names));
        let policy = Policy::read(text.as_bytes(), "draft")
            .unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        policy
            .account_name(DEVELOPMENT.parse().unwrap())
            .map(str::to_owned)
    };
    assert_eq!(called("dev-2").as_deref(), Some("dev-2"));
    for name in ["", "no", "NULL", "y", "2dev", "a b", "a: b", "a#b"] {
        assert_eq!(
            called(name).as_deref(),
            Some("account-111122223333"),
            "{name}"
        );
    }
    let twice = [DEVELOPMENT, PRODUCTION].map(|id| (id.parse().unwrap(), "company".to_owned()));
    let text = draft_policy(&Company::new().setup(), &BTreeMap::from(twice));
    assert!(
        text.contains("\"111122223333\": company ")
            && text.contains("\"444455556666\": account-444455556666 "),
        "{text}"
    );
}

#[test]
fn names_that_iam_would_not_give_do_not_break_the_draft() {
    let odd = "Update: #App\"";
    let group = "Dev: #\"]";
    let trust = json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole", "Condition": mfa_condition()});
    let role = format!("arn:aws:iam::{PRODUCTION}:role/{odd}");
    let enters = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role});
    let company = Company::new()
        .role(PRODUCTION, odd, trust, json!([]))
        .group(DEVELOPMENT, group)
        .group_policy(group, enters);
    let text = draft_policy(&company.setup(), &BTreeMap::new());
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    assert!(
        lines.contains(&format!("- arn: {}", json!(role)).as_str()),
        "{text}"
    );
    assert!(
        lines.contains(
            &format!(
                "groups: [{}]",
                json!(format!("account-{DEVELOPMENT}/{group}"))
            )
            .as_str()
        ),
        "{text}"
    );
}

#[test]
fn only_a_role_that_may_do_anything_is_critical() {
    let severity = |statement: serde_json::Value| {
        let policies = json!([{"PolicyName": "own", "PolicyDocument": {"Statement": statement}}]);
        drafted(&Company::new().change("RoleDetailList", "UpdateApp", "RolePolicyList", policies))
            .1
            .roles[0]
            .severity
    };
    assert_eq!(
        severity(json!({"Effect": "Allow", "Action": ["s3:Get*", "*"], "Resource": "*"})),
        Severity::Critical
    );
    for less in [
        json!({"Effect": "Deny", "Action": "*", "Resource": "*"}),
        json!({"Effect": "Allow", "NotAction": "*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "NotResource": "*"}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::reports/*"}),
    ] {
        assert_eq!(severity(less.clone()), Severity::High, "{less}");
    }
}

#[test]
fn members_that_were_not_given_are_no_number() {
    let (text, _) = drafted(&Company::new().lacking(DEVELOPMENT, "UserDetailList"));
    assert!(
        text.contains("development/Developers (its members were not supplied)"),
        "{text}"
    );
    assert!(
        text.contains("# UserDetailList of this account was not supplied"),
        "{text}"
    );
    assert!(
        text.contains("whether IAM requires it today depends on users who were not supplied"),
        "{text}"
    );
}

mod center;

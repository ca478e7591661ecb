//! RW105 group-can-grow-itself
//!
//! ## What it does
//! Fires when people who may enter an elevated role can extend that access themselves: add members
//! to the group, change the group's policies (inline, attached, or a version of an attached managed
//! policy), or change the role's trust policy, policies or boundary. rolewatch tries a member with
//! only the group's policies, each member with all of their policies, and a session of the role
//! itself.
//!
//! ## Why it matters
//! A group protects a role only as long as somebody outside the group decides who is in it. Whoever
//! can rewrite the role's trust policy from a session can keep their access after they leave the
//! group.
//!
//! ## Blind spots
//! - rolewatch doesn't check indirect ways: changing one's own policies (`iam:PutUserPolicy`),
//!   creating users or keys, passing roles to services, resetting somebody's password. The
//!   correction removes only the direct ways, so whoever has `iam:*` keeps the indirect ones.
//! - An administrator who is a member is reported too. That is intended: such a person can grant
//!   themselves anything.
//! - Unproven: the answer depends on a condition on the request, or on users, groups, roles or
//!   policies that weren't supplied.
//!
//! ## What to do
//! 1. Apply the fix that the finding shows.
//! 2. Look for changes that were made this way: AddUserToGroup, PutGroupPolicy,
//!    UpdateAssumeRolePolicy (RW010).
//! 3. Have someone outside the group administer it.
//!
//! If the finding is unproven:
//! 1. Check whether members can meet the condition. If they can, remove the permission.
//! 2. Supply what the finding says is missing, or use a condition that the files can answer: on a
//!    name, a tag, or MFA.

mod ways;

use super::not_given::{groups_not_given, not_given};
use crate::arn::account_of;
use crate::review::account::{Account, Group, HolderPolicies};
use crate::review::attempt::Entrant;
use crate::review::view::ElevatedTarget;
use crate::review::{ReviewDraft, SetupView};
use crate::text;
use ways::{AllowedGroup, Thing, WaysToGrow};

/// Actions that add members to a group, or change its permissions.
const OF_GROUP: [&str; 5] = [
    "iam:AddUserToGroup",
    "iam:PutGroupPolicy",
    "iam:AttachGroupPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DetachGroupPolicy",
];

/// Actions that open a role to more callers, or change its permissions.
const OF_ROLE: [&str; 7] = [
    "iam:UpdateAssumeRolePolicy",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
];

/// Actions that change a managed policy.
const OF_POLICY: [&str; 2] = ["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"];

pub(super) fn check(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let mut found = WaysToGrow::default();
    for target in &view.elevated {
        let own: Vec<AllowedGroup<'_>> = view.groups_of(target.rules).collect();
        for (account, group) in &own {
            let mut things = things_of_group(account, group);
            if account.id == target.account.id {
                things.extend(things_of_role(target));
            }
            found.by_member(account, group, target, &own, &things);
        }
        let mut things = things_of_role(target);
        for (_, group) in own
            .iter()
            .filter(|(account, _)| account.id == target.account.id)
        {
            things.extend(things_of_group(target.account, group));
        }
        let session = Entrant::role(target.account, target.role);
        found.add(
            &session,
            &target.role.arn,
            target.rules.severity,
            &own,
            &things,
            None,
        );
    }
    let mut drafts = found.drafts(view);
    drafts.extend(groups_not_given(
        view,
        |_| true,
        |group| text!("whether members of {group} can extend the group", group),
    ));
    let roles = not_given(
        view,
        |_| true,
        |role| {
            text!(
                "whether sessions of {role} can extend who can enter it",
                role
            )
        },
    );
    // For an account that wasn't supplied at all, the other rules already report each role.
    drafts.extend(roles.into_iter().filter(|draft| !draft.wants_account()));
    drafts
}

fn things_of_group(account: &Account, group: &Group) -> Vec<Thing> {
    let own = OF_GROUP.iter().map(|action| (*action, group.arn.clone()));
    own.chain(things_of_policies(account, &group.policies))
        .collect()
}

fn things_of_role(target: &ElevatedTarget<'_>) -> Vec<Thing> {
    let own = OF_ROLE
        .iter()
        .map(|action| (*action, target.role.arn.clone()));
    own.chain(things_of_policies(target.account, &target.role.policies))
        .collect()
}

/// Customer managed policies. Nobody can change AWS managed ones.
fn things_of_policies<'a>(
    account: &Account,
    policies: &'a HolderPolicies,
) -> impl Iterator<Item = Thing> + 'a {
    let id = account.id;
    let own = policies
        .attached
        .iter()
        .filter(move |arn| account_of(arn) == Some(id));
    own.flat_map(|arn| OF_POLICY.iter().map(move |action| (*action, arn.clone())))
}

#[cfg(test)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]
mod cases {
    use serde_json::{Value, json};

    use crate::finding::Verdict;
    use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE, mfa_condition};

    const RULE: &str = "RW105";
    const DEVELOPERS: &str = "arn:aws:iam::111122223333:group/Developers";

    fn with_assume(statement: Value) -> Value {
        json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}, statement])
    }

    #[test]
    fn silent_where_others_decide() {
        Company::new().silent(RULE);
        let other = json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "arn:aws:iam::111122223333:group/Readers"});
        Company::new()
            .group_policy("Developers", with_assume(other))
            .silent(RULE);
        // Testers may administer Developers, but aren't allowed to enter the role.
        Company::new()
            .group_policy(
                "Testers",
                json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "*"}),
            )
            .silent(RULE);
    }

    #[test]
    fn fires_where_members_may_add_members_and_takes_that_away() {
        let adds = json!({"Effect": "Allow", "Action": ["iam:AddUserToGroup", "iam:ListGroups"], "Resource": DEVELOPERS});
        let finding = Company::new()
            .group_policy("Developers", with_assume(adds))
            .only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Violation, DEVELOPERS)
        );
        assert!(
            finding
                .message
                .contains("call iam:AddUserToGroup on Developers in development"),
            "{}",
            finding.message
        );
        assert_eq!(finding.fix.unwrap()["Action"], json!(["iam:ListGroups"]));
        let wide = json!({"Effect": "Allow", "Action": "iam:*Group*", "Resource": "*"});
        let finding = Company::new()
            .group_policy("Developers", with_assume(wide))
            .only_finding(RULE);
        assert_eq!(finding.fix.unwrap()[1]["Effect"], "Deny");
    }

    #[test]
    fn fires_where_members_may_write_a_policy_that_is_attached_to_the_group() {
        let arn = "arn:aws:iam::111122223333:policy/Switch";
        let attached = json!([{"PolicyName": "Switch", "PolicyArn": arn}]);
        let company = Company::new()
            .managed(DEVELOPMENT, "Switch", with_assume(json!({"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": arn})))
            .change("GroupDetailList", "Developers", "AttachedManagedPolicies", attached);
        assert!(
            company
                .only_finding(RULE)
                .message
                .contains("iam:CreatePolicyVersion on Switch")
        );
    }

    #[test]
    fn a_member_who_is_also_an_administrator_is_found_as_such() {
        let company = Company::new()
            .group(DEVELOPMENT, "Admins")
            .group_policy(
                "Admins",
                json!({"Effect": "Allow", "NotAction": "sts:*", "Resource": "*"}),
            )
            .user(DEVELOPMENT, "ingrid", &["Developers", "Admins"]);
        assert_eq!(
            company.only_finding(RULE).subject,
            "arn:aws:iam::111122223333:user/ingrid"
        );
    }

    #[test]
    fn fires_where_the_role_may_write_its_own_trust_policy() {
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole", "Condition": mfa_condition()});
        let policy = |statements: Value| json!([{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}]);
        let company = |action: &str| {
            let statements = json!({"Effect": "Allow", "Action": action, "Resource": "arn:aws:iam::444455556666:role/*"});
            Company::new().with_trust(trust.clone()).change(
                "RoleDetailList",
                "UpdateApp",
                "RolePolicyList",
                policy(statements),
            )
        };
        assert_eq!(
            company("iam:UpdateAssumeRolePolicy")
                .only_finding(RULE)
                .subject,
            ROLE
        );
        company("iam:GetRole").silent(RULE);
    }

    #[test]
    fn unproven_where_it_hangs_on_the_request_or_the_account_is_missing() {
        let statement = json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}});
        let finding = Company::new()
            .group_policy("Developers", with_assume(statement))
            .only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.undecided.len()),
            (Verdict::Unproven, 1)
        );
        assert_eq!(
            Company::new()
                .without(DEVELOPMENT)
                .only_finding(RULE)
                .subject,
            DEVELOPERS
        );
    }

    #[test]
    fn a_group_beside_the_role_is_held_against_both() {
        let statement = json!({"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": ROLE});
        let company = Company::new()
            .policy(
                "groups: [development/Developers] ",
                "groups: [production/Operators]",
            )
            .group(PRODUCTION, "Operators")
            .group_policy("Operators", json!([statement]))
            .group_policy("Developers", json!([]));
        assert_eq!(
            company.only_finding(RULE).subject,
            "arn:aws:iam::444455556666:group/Operators"
        );
    }
}

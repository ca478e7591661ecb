//! RW105 group-can-grow-itself
//!
//! ## What it does
//! Fires when those whom the policy lets into an elevated role may widen that themselves: add members to the group, change the group's policies
//! (inline, attached, or a version of a managed one that is attached), or change the role's trust policy, policies or boundary. Tried are a
//! member by the group's own policies, each member by all of theirs, and a session of the role itself.
//!
//! ## Why it matters
//! A group decides who is let in only as long as others decide who is in the group. A role that may write its own trust policy stays open after
//! the person has left the group.
//!
//! ## Blind spots
//! - Other ways to the same end are not followed: writing policies of one's own (`iam:PutUserPolicy`), creating users or keys, passing roles to
//!   services, resetting somebody's password. So whoever has `iam:*` keeps such ways; the correction takes away the short ones alone.
//! - An administrator who is a member is found too; that is meant, for such a person grants themselves what they like.
//! - Unproven: it depends on a condition on the request, or on users, groups, roles or policies that were not given.
//!
//! ## What to do
//! 1. Put the corrected statement into the policy that is named. Let somebody administer the group who is not in it.
//! 2. Look in the logs for what was changed this way: AddUserToGroup, PutGroupPolicy, UpdateAssumeRolePolicy; RW010 tells of self-granted membership.
//! 3. Unproven: take the condition out, or make it one on what the files tell (a name, a tag, MFA).

use std::collections::{BTreeMap, BTreeSet};

use super::not_given::{groups_not_given, not_given};
use crate::iam::{AppliedStatement, PolicyPlace, Truth};
use crate::id::AccountId;
use crate::policy::Severity;
use crate::review::account::{Account, Group, HolderPolicies};
use crate::review::attempt::{Authentication, Entrant};
use crate::review::gap::{DetailList, Gap, lacking};
use crate::review::view::{ElevatedTarget, listed, name_of};
use crate::review::{ReviewDraft, SetupView, fix};
use crate::untrusted::harmless;

/// What makes a group grow, or gives it other rights.
const OF_GROUP: [&str; 5] = [
    "iam:AddUserToGroup",
    "iam:PutGroupPolicy",
    "iam:AttachGroupPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DetachGroupPolicy",
];

/// What opens a role wider, or gives it other rights.
const OF_ROLE: [&str; 7] = [
    "iam:UpdateAssumeRolePolicy",
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:DeleteRolePermissionsBoundary",
];

/// What changes a managed policy.
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
        |group| format!("whether members of {group} may widen the group"),
    ));
    let roles = not_given(
        view,
        |_| true,
        |role| format!("whether sessions of {role} may widen who enters it"),
    );
    // Of an account that was not given at all, the other rules say enough of each role.
    drafts.extend(roles.into_iter().filter(|draft| !draft.wants_account()));
    drafts
}

/// A group of the policy, in its account.
type AllowedGroup<'a> = (&'a Account, &'a Group);

/// An action and what it would be done to.
type Thing = (&'static str, String);

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

/// Managed policies of the account itself; those of AWS nobody changes.
fn things_of_policies<'a>(
    account: &Account,
    policies: &'a HolderPolicies,
) -> impl Iterator<Item = Thing> + 'a {
    let id = account.id.to_string();
    let own = policies
        .attached
        .iter()
        .filter(move |arn| arn.split(':').nth(4) == Some(&id));
    own.flat_map(|arn| OF_POLICY.iter().map(move |action| (*action, arn.clone())))
}

/// A statement by which somebody may widen what lets them in.
struct WayToGrow<'a> {
    account: AccountId,
    severity: Severity,
    /// `None`: no statement that was given.
    grant: Option<AppliedStatement<'a>>,
    things: BTreeSet<Thing>,
    open: Option<BTreeSet<String>>,
}

#[derive(Default)]
struct WaysToGrow<'a>(BTreeMap<(String, PolicyPlace, String), WayToGrow<'a>>);

impl<'a> WaysToGrow<'a> {
    /// A group's members, by the group's own policies and by their others.
    fn by_member(
        &mut self,
        account: &'a Account,
        group: &'a Group,
        target: &ElevatedTarget<'a>,
        allowed: &[AllowedGroup<'_>],
        things: &[Thing],
    ) {
        for user in account.members(group) {
            self.add(
                &Entrant::user(account, user),
                &user.arn,
                target.rules.severity,
                allowed,
                things,
                None,
            );
        }
        if account.members(group).next().is_none() {
            let gap = account.gap(DetailList::Users);
            self.add(
                &Entrant::member(account, group),
                &group.arn,
                target.rules.severity,
                allowed,
                things,
                gap,
            );
        }
    }

    /// `gap`: what was not given of those whom the entrant stands for.
    fn add(
        &mut self,
        entrant: &Entrant<'a>,
        own: &str,
        severity: Severity,
        allowed: &[AllowedGroup<'_>],
        things: &[Thing],
        gap: Option<Gap>,
    ) {
        for thing in things {
            let (action, resource) = thing;
            let decision = lacking(entrant.can(action, resource, Authentication::WithMfa), gap);
            if decision.allowed.is_no() {
                continue;
            }
            let sure = decision.allowed.is_yes();
            let grants = decision
                .identity
                .into_iter()
                .filter(|grant| !sure || grant.applies.is_yes())
                .map(Some);
            let mut grants: Vec<Option<AppliedStatement<'a>>> = grants.collect();
            if grants.is_empty() {
                // A policy whose document was not given may grant it.
                grants.push(None);
            }
            for grant in grants {
                // What the group itself grants is about the group; what another one grants to a
                // member is about the member.
                let holder = grant
                    .as_ref()
                    .and_then(|grant| grant.place.holder())
                    .unwrap_or(own);
                let of_group = allowed.iter().any(|(_, group)| group.arn == holder);
                let subject = if of_group {
                    holder.to_owned()
                } else {
                    own.to_owned()
                };
                let place = grant
                    .as_ref()
                    .map_or(PolicyPlace::Resource, |grant| grant.place.clone());
                let quoted = grant
                    .as_ref()
                    .map(|grant| grant.statement.json.to_string())
                    .unwrap_or_default();
                let key = (subject, place, quoted);
                let way = self.0.entry(key).or_insert_with(|| WayToGrow {
                    account: entrant.caller.account,
                    severity,
                    grant,
                    things: BTreeSet::new(),
                    open: Some(BTreeSet::new()),
                });
                way.things.insert(thing.clone());
                way.severity = way.severity.max(severity);
                match (&decision.allowed, &mut way.open) {
                    (Truth::Open(reasons), Some(open)) => open.extend(reasons.iter().cloned()),
                    _ => way.open = None,
                }
            }
        }
    }

    fn drafts(self, view: &SetupView<'_>) -> Vec<ReviewDraft> {
        self.0
            .into_iter()
            .map(|((subject, ..), way)| way.draft(view, &subject))
            .collect()
    }
}

impl WayToGrow<'_> {
    fn draft(self, view: &SetupView<'_>, subject: &str) -> ReviewDraft {
        let who = if subject.contains(":group/") {
            format!("members of group {}", name_of(subject))
        } else if subject.contains(":role/") {
            format!("sessions of role {}", name_of(subject))
        } else {
            name_of(subject)
        };
        let actions: BTreeSet<&str> = self.things.iter().map(|(action, _)| *action).collect();
        let resources: BTreeSet<&str> = self
            .things
            .iter()
            .map(|(_, resource)| resource.as_str())
            .collect();
        let on = listed(resources.iter().map(|arn| name_of(arn)));
        let does = format!(
            "call {} on {on} in {}",
            listed(actions.iter().map(ToString::to_string)),
            view.account_shown(self.account)
        );
        let actions: Vec<&str> = actions.into_iter().collect();
        let resources: Vec<&str> = resources.into_iter().collect();
        let elsewhere = self
            .grant
            .as_ref()
            .map(|grant| fix::elsewhere(&grant.place))
            .unwrap_or_default();
        let draft = match self.open {
            None => {
                let message =
                    format!("{who} may widen what lets them in: they may {does}{elsewhere}");
                ReviewDraft::violation(self.severity, self.account, subject, message)
            }
            Some(reasons) => {
                let hangs = listed(reasons.iter().map(|reason| harmless(reason)));
                ReviewDraft::unproven(
                    self.severity,
                    self.account,
                    subject,
                    format!("whether {who} may {does} hangs on {hangs}{elsewhere}"),
                )
                .hanging_on(reasons)
            }
        };
        let Some(grant) = self.grant else {
            return draft;
        };
        let fix = fix::without(&grant, &actions, &resources);
        draft.quoting(&grant.place, &grant.statement.json, fix)
    }
}

#[cfg(test)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "a test reads better with what it makes up written in place"
)]
mod cases {
    use serde_json::{Value, json};

    use crate::finding::Verdict;
    use crate::review::testing::{Company, DEVELOPMENT, PRODUCTION, ROLE, mfa};

    const RULE: &str = "RW105";
    const DEVELOPERS: &str = "arn:aws:iam::111122223333:group/Developers";

    fn and(statement: Value) -> Value {
        json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE}, statement])
    }

    #[test]
    fn silent_where_others_decide() {
        Company::new().silent(RULE);
        let other = json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "arn:aws:iam::111122223333:group/Readers"});
        Company::new()
            .group_policy("Developers", and(other))
            .silent(RULE);
        // Testers may administer Developers: they are not let in themselves.
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
            .group_policy("Developers", and(adds))
            .one(RULE);
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
            .group_policy("Developers", and(wide))
            .one(RULE);
        assert_eq!(finding.fix.unwrap()[1]["Effect"], "Deny");
    }

    #[test]
    fn fires_where_members_may_write_a_policy_that_is_attached_to_the_group() {
        let arn = "arn:aws:iam::111122223333:policy/Switch";
        let attached = json!([{"PolicyName": "Switch", "PolicyArn": arn}]);
        let company = Company::new()
            .managed(DEVELOPMENT, "Switch", and(json!({"Effect": "Allow", "Action": "iam:CreatePolicyVersion", "Resource": arn})))
            .change("GroupDetailList", "Developers", "AttachedManagedPolicies", attached);
        assert!(
            company
                .one(RULE)
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
            company.one(RULE).subject,
            "arn:aws:iam::111122223333:user/ingrid"
        );
    }

    #[test]
    fn fires_where_the_role_may_write_its_own_trust_policy() {
        let trust = json!({"Effect": "Allow", "Principal": {"AWS": DEVELOPMENT}, "Action": "sts:AssumeRole", "Condition": mfa()});
        let policy = |statements: Value| json!([{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}]);
        let company = |action: &str| {
            let statements = json!({"Effect": "Allow", "Action": action, "Resource": "arn:aws:iam::444455556666:role/*"});
            Company::new().trust(trust.clone()).change(
                "RoleDetailList",
                "UpdateApp",
                "RolePolicyList",
                policy(statements),
            )
        };
        assert_eq!(
            company("iam:UpdateAssumeRolePolicy").one(RULE).subject,
            ROLE
        );
        company("iam:GetRole").silent(RULE);
    }

    #[test]
    fn unproven_where_it_hangs_on_the_request_or_the_account_is_missing() {
        let statement = json!({"Effect": "Allow", "Action": "iam:AddUserToGroup", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}});
        let finding = Company::new()
            .group_policy("Developers", and(statement))
            .one(RULE);
        assert_eq!(
            (finding.verdict, finding.undecided.len()),
            (Verdict::Unproven, 1)
        );
        assert_eq!(
            Company::new().without(DEVELOPMENT).one(RULE).subject,
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
            company.one(RULE).subject,
            "arn:aws:iam::444455556666:group/Operators"
        );
    }
}

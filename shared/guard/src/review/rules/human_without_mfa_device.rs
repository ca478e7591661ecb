//! RW106 human-without-mfa-device
//!
//! ## What it does
//! Fires when a user who may enter a role that requires MFA has no MFA device, according to the
//! account's credential report (`mfa_active`). The rule runs only if you supply at least one
//! credential report.
//!
//! ## Why it matters
//! A person without a device can't enter the role the right way, so one day somebody will make an
//! exception. Also, a thief who has this person's password or key may be able to enroll a device.
//! From then on, the thief passes every MFA check as this person.
//!
//! ## Blind spots
//! - A report can be up to four hours old. It says that there is a device, but not who holds it.
//!   RW015 finds devices that were enrolled just before a switch.
//! - Users outside the groups, the root user, and people who sign in through an identity provider
//!   aren't checked.
//! - Unproven: the user isn't in the account's report, the account has no report, or the group's
//!   members weren't supplied.
//!
//! ## What to do
//! 1. Have the person enroll a device, with somebody who knows them present.
//! 2. For users without MFA, deny everything except enrolling a device.
//!
//! If the finding is unproven:
//! 1. Download a fresh credential report for the account, made after the user was created.
//! 2. Check in the report whether the person has a device.

use crate::text;
use std::collections::BTreeMap;

use super::not_given::groups_not_given;
use crate::id::AccountId;
use crate::policy::{IdentityKind, RolePolicy, Severity};
use crate::review::{ReviewDraft, SetupView};
use crate::untrusted::harmless;

pub(super) fn check(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    if !view.setup.has_credentials() {
        return Vec::new();
    }
    let required = |rules: &RolePolicy| {
        rules.allows(IdentityKind::IamUser) && rules.mfa.requires(IdentityKind::IamUser)
    };
    // Each user is listed once, with the highest severity of the roles.
    let mut users: BTreeMap<&str, (AccountId, &str, String, Severity)> = BTreeMap::new();
    for rules in view.policy.roles.iter().filter(|rules| required(rules)) {
        for (account, group) in view.groups_of(rules) {
            for user in account.members(group) {
                let entry = (
                    account.id,
                    user.name.as_str(),
                    harmless(&rules.arn.to_string()),
                    rules.severity,
                );
                let known = users.entry(&user.arn).or_insert_with(|| entry.clone());
                if rules.severity > known.3 {
                    *known = entry;
                }
            }
        }
    }
    let drafts = users.into_iter().filter_map(|(arn, (account, name, role, severity))| {
        let (name, shown) = (harmless(name), view.account_shown(account));
        match view.setup.has_mfa(arn) {
            Some(true) => None,
            Some(false) => {
                let message = text!(
                    "{name} in {account} has no MFA device, and the policy requires MFA to enter {role}",
                    name,
                    account = shown,
                    role
                );
                Some(ReviewDraft::violation(severity, account, arn, message))
            }
            None => {
                let message = if view.setup.has_credentials_of(account) {
                    text!(
                        "can't tell whether {name} in {account} has an MFA device: the account's credential report has no line for them",
                        name,
                        account = shown
                    )
                } else {
                    text!(
                        "can't tell whether {name} in {account} has an MFA device: the account's credential report was not supplied",
                        name,
                        account = shown
                    )
                };
                Some(ReviewDraft::unproven(severity, account, arn, message))
            }
        }
    });
    drafts
        .chain(groups_not_given(view, required, |group| {
            text!("whether members of {group} have MFA devices", group)
        }))
        .collect()
}

#[cfg(test)]
mod cases {
    use crate::finding::Verdict;
    use crate::review::testing::{Company, DEVELOPMENT};

    const RULE: &str = "RW106";

    #[test]
    fn fires_for_a_member_without_a_device() {
        let finding = Company::new()
            .credential("dora", false)
            .credential("tom", false)
            .only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Violation, "arn:aws:iam::111122223333:user/dora")
        );
        assert_eq!((finding.statement, finding.fix), (None, None));
    }

    #[test]
    fn silent_with_a_device_without_a_report_and_where_mfa_is_not_asked_for() {
        Company::new().credential("dora", true).silent(RULE);
        Company::new().silent(RULE);
        assert!(
            Company::new()
                .review()
                .notices
                .iter()
                .any(|notice| notice.contains("RW106 was not checked"))
        );
        Company::new()
            .policy("mfa: required ", "mfa: optional ")
            .credential("dora", false)
            .silent(RULE);
    }

    #[test]
    fn unproven_for_a_member_whom_the_report_does_not_know() {
        let finding = Company::new()
            .credential("dora", true)
            .user(DEVELOPMENT, "dave", &["Developers"])
            .only_finding(RULE);
        assert_eq!(
            (finding.verdict, finding.subject.as_str()),
            (Verdict::Unproven, "arn:aws:iam::111122223333:user/dave")
        );
    }
}

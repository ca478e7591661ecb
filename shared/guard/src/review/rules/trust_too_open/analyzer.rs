//! Findings of IAM Access Analyzer, in addition to what the trust policies show.

use crate::text;
use std::collections::BTreeSet;

use super::accounts::account_of;
use super::statements::of_role;
use crate::iam::Principal;
use crate::policy::Severity;
use crate::review::account::{Account, Role};
use crate::review::view::{ElevatedTarget, listed};
use crate::review::{ReviewDraft, SetupView};
use crate::untrusted::harmless;

/// Roles that only Access Analyzer names.
pub(super) fn unlisted(view: &SetupView<'_>) -> Vec<ReviewDraft> {
    let named: BTreeSet<&str> = view
        .setup
        .outsiders()
        .map(|outsider| outsider.role.as_str())
        .collect();
    let mut drafts = Vec::new();
    // Checking a role needs the limits of some entry. It doesn't matter which one, because
    // identities aren't judged here.
    let Some(any) = view.policy.roles.first() else {
        return drafts;
    };
    for account in view.setup.accounts() {
        for role in account
            .roles
            .values()
            .filter(|role| named.contains(role.arn.as_str()))
        {
            if view
                .elevated
                .iter()
                .any(|target| target.role.arn == role.arn)
            {
                continue;
            }
            let target = ElevatedTarget {
                account,
                role,
                rules: any,
            };
            let mut found: Vec<ReviewDraft> = of_role(view, &target, false)
                .into_iter()
                .map(|draft| draft.with_severity(Severity::Medium))
                .collect();
            name_analyzer(view, account, role, Severity::Medium, &mut found);
            drafts.extend(found);
        }
    }
    drafts
}

/// Adds the findings of Access Analyzer to the findings that explain them. The rest is unproven.
pub(super) fn name_analyzer(
    view: &SetupView<'_>,
    account: &Account,
    role: &Role,
    severity: Severity,
    found: &mut Vec<ReviewDraft>,
) {
    let ids: Vec<String> = view
        .setup
        .outsiders()
        .filter(|outsider| outsider.role == role.arn)
        .map(|outsider| harmless(&outsider.finding))
        .collect();
    if ids.is_empty() {
        return;
    }
    let ids = listed(ids);
    if !found.is_empty() {
        let said = std::mem::take(found).into_iter().map(|draft| {
            draft.adding(text!(" (IAM Access Analyzer reports this too: {ids})", ids))
        });
        *found = said.collect();
        return;
    }
    // For Access Analyzer, every other account is outside. If a trusted account is allowed, it
    // explains the finding.
    let named = role
        .trust
        .iter()
        .flat_map(|trust| &trust.statements)
        .filter_map(|statement| statement.principal.as_ref());
    let mut named = named.flat_map(|principals| &principals.named);
    let explained = named.any(|principal| match principal {
        Principal::Account(_) | Principal::Arn(_) => {
            account_of(principal).is_some_and(|(other, _)| other != account.id)
        }
        Principal::Federated(_) | Principal::Everyone => true,
        _ => false,
    });
    if !explained {
        let place = text!(
            "{role} in {account}",
            role = harmless(&role.name),
            account = view.account_shown(account.id)
        );
        let message = text!(
            "IAM Access Analyzer reports that {place} can be entered from outside ({ids}), but the supplied trust policy doesn't show it: \
             one of the two is out of date",
            place,
            ids
        );
        found.push(ReviewDraft::unproven(
            severity, account.id, &role.arn, message,
        ));
    }
}

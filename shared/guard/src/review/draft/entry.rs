//! The entry of one role, with a comment on each decision to make.

use std::collections::{BTreeMap, BTreeSet};

use super::ways::{Ways, trusted};
use super::written::{push_line, yaml_scalar};
use crate::iam::{Effect, Principal};
use crate::id::AccountId;
use crate::moment::Span;
use crate::review::Setup;
use crate::review::account::{Account, Role};
use crate::review::view::listed;
use crate::revoke::ascii_json;
use crate::untrusted::harmless;

/// The entry of a role, if users can enter it. It's commented out if no group can be named.
pub(super) fn draft_entry(
    setup: &Setup,
    called: &BTreeMap<AccountId, String>,
    account: &Account,
    role: &Role,
) -> Option<String> {
    let from = outsiders(called, account, role);
    if from.is_empty() && !trusts_own_account(account, role) {
        return None;
    }
    let ways = Ways::find(setup, called, account.id, role);
    // Many roles trust their own account, in which nobody may enter them.
    if from.is_empty() && ways.groups.is_empty() && ways.alone.is_empty() {
        return None;
    }
    let mut text = String::from("\n");
    let from = if from.is_empty() {
        "only identities of its own account".to_owned()
    } else {
        listed(from).to_string()
    };
    push_line(&mut text, &format!("  # The trust policy allows {from}."));
    write_ways(&mut text, &ways);
    if ways.groups.is_empty() {
        push_line(
            &mut text,
            "  # No group was found through which anyone can enter, so this entry isn't complete. Decide which group should be allowed, then \
             uncomment:",
        );
        push_line(&mut text, &format!("  # - arn: {}", yaml_scalar(&role.arn)));
        push_line(&mut text, "  #   groups: [ACCOUNT/GROUP]");
        return Some(text);
    }
    push_line(&mut text, &format!("  - arn: {}", yaml_scalar(&role.arn)));
    let groups: Vec<String> = ways
        .groups
        .keys()
        .map(|group| ascii_json(&group.as_str().into()))
        .collect();
    push_line(&mut text, &format!("    groups: [{}]", groups.join(", ")));
    push_line(
        &mut text,
        &format!("    mfa: required        # {}", mfa_today(&ways)),
    );
    write_limits(&mut text, setup, role);
    write_callers(&mut text, &ways, role);
    write_severity(&mut text, account, role);
    Some(text)
}

pub(super) fn write_severity(text: &mut String, account: &Account, role: &Role) {
    let (severity, why) = if is_administrator(account, role) {
        ("critical", "the role can do anything")
    } else {
        ("high", "how bad would misuse be?")
    };
    push_line(
        text,
        &format!("    severity: {severity:<11}# low | medium | high | critical: {why}"),
    );
}

/// Whether the trust policy allows the account itself, or somebody in it.
fn trusts_own_account(account: &Account, role: &Role) -> bool {
    trusted(role).any(|principal| principal.account() == Some(account.id))
}

/// Writes whom the trust policy allows from other accounts.
fn outsiders(
    called: &BTreeMap<AccountId, String>,
    account: &Account,
    role: &Role,
) -> BTreeSet<String> {
    let mut outsiders = BTreeSet::new();
    for principal in trusted(role) {
        if matches!(principal, Principal::Everyone) {
            outsiders.insert("everyone (`*`)".to_owned());
            continue;
        }
        if let Some(id) = principal.account().filter(|id| *id != account.id) {
            let name = called.get(&id).cloned();
            outsiders.insert(name.unwrap_or_else(|| format!("account {id}")));
        }
    }
    outsiders
}

/// Writes the groups through which people can enter today, and the users who need none.
fn write_ways(text: &mut String, ways: &Ways) {
    let by_group = listed(ways.groups.iter().map(|(group, members)| match members {
        None => format!("{} (its members were not supplied)", harmless(group)),
        Some(1) => format!("{} (1 member)", harmless(group)),
        Some(members) => format!("{} ({members} members)", harmless(group)),
    }));
    if !ways.groups.is_empty() {
        push_line(
            text,
            &format!(
                "  # The policies of these groups let their members enter: {by_group}. Keep those that you intend."
            ),
        );
    }
    if !ways.alone.is_empty() {
        push_line(
            text,
            &format!(
                "  # Can enter without any group: {}. Put them in a group, or remove their access.",
                listed(ways.alone.clone())
            ),
        );
    }
}

/// What IAM requires about MFA today.
fn mfa_today(ways: &Ways) -> String {
    if !ways.without_mfa.is_empty() {
        return format!(
            "IAM doesn't require it of {} today: `rolewatch review` shows where (RW101)",
            listed(ways.without_mfa.clone())
        );
    }
    if ways.groups.values().any(Option::is_none) {
        return "whether IAM requires it today depends on users who were not supplied".to_owned();
    }
    "IAM requires it of everyone today".to_owned()
}

fn write_limits(text: &mut String, setup: &Setup, role: &Role) {
    write_max_session(text, setup, role);
    push_line(
        text,
        "    # max_stretch: 2h    # how long may someone stay in the role continuously?",
    );
    push_line(text, "    # max_per_day: 4h    # how long in any 24 hours?");
    push_line(
        text,
        "    # min_membership: 1h # how long must someone have been in the group?",
    );
}

pub(super) fn write_max_session(text: &mut String, setup: &Setup, role: &Role) {
    match role.max_session.or_else(|| setup.duration(&role.arn)) {
        Some(seconds) => {
            let span = Span::from_seconds(seconds).to_string().replace(' ', "");
            push_line(
                text,
                &format!(
                    "    max_session: {span}      # MaxSessionDuration today. Would less be enough?"
                ),
            );
        }
        None => push_line(
            text,
            "    # max_session: 1h    # how long is enough? What IAM allows today was not supplied: `aws iam list-roles` shows it",
        ),
    }
}

/// Writes who can enter besides users: sessions of other roles, services and identity providers.
fn write_callers(text: &mut String, ways: &Ways, role: &Role) {
    if !ways.roles.is_empty() {
        push_line(
            text,
            &format!(
                "    # chaining: allow    # sessions of {} can enter too. Should they?",
                listed(ways.roles.clone())
            ),
        );
    }
    let others: BTreeSet<String> = trusted(role)
        .filter_map(|principal| match principal {
            Principal::Service(name) | Principal::Federated(name) => Some(harmless(name)),
            _ => None,
        })
        .collect();
    if !others.is_empty() {
        push_line(
            text,
            &format!(
                "    # identities: [iam-user, …]   # the trust policy allows {} too. Should it?",
                listed(others)
            ),
        );
    }
}

/// Whether a policy of the role allows everything on everything.
fn is_administrator(account: &Account, role: &Role) -> bool {
    let identity = account.of_role(role);
    identity.policies.iter().any(|policy| {
        let crate::iam::PolicyText::Read(document) = &policy.text else {
            return false;
        };
        document.statements.iter().any(|statement| {
            let all = |patterns: &[String]| patterns.iter().any(|pattern| pattern == "*");
            statement.effect == Effect::Allow
                && !statement.action.all_but
                && all(&statement.action.patterns)
                && statement
                    .resource
                    .as_ref()
                    .is_some_and(|scope| !scope.all_but && all(&scope.patterns))
        })
    })
}

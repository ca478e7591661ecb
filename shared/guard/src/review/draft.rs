//! A policy file to start from: what the set-up does today, with what there is to decide.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::Setup;
use super::account::{Account, Role};
use super::attempt::{Entrant, Proof, WITHOUT_MFA, best, best_of_session};
use super::gap::List;
use super::joining::joining;
use super::session;
use super::view::{listed, name_of};
use crate::iam::{Effect, Principal};
use crate::id::AccountId;
use crate::moment::Span;
use crate::revoke::ascii;
use crate::untrusted::harmless;

/// Drafts `rolewatch.yaml`: the roles that users of other accounts can enter today, the groups by
/// which they can, and limits. `names` says how accounts are to be called, where somebody knows.
pub fn draft(setup: &Setup, names: &BTreeMap<AccountId, String>) -> String {
    let called = called(setup, names);
    let mut text = String::from(
        "# Drafted by `rolewatch init` from what IAM allows today. It is a start: go through every comment, decide, then delete it.\n\
         # `rolewatch policy check` tells whether it can be used, `rolewatch review` what IAM allows beyond it.\n\
         version: 1\n\n\
         # The zone of trust: every account whose people may switch roles, and every account that has such a role. The names are yours.\n\
         accounts:\n",
    );
    for account in setup.accounts() {
        let (users, groups, roles) = account.counts();
        let name = called.get(&account.id).cloned().unwrap_or_default();
        line(
            &mut text,
            &format!(
                "  \"{}\": {name}   # {users} users, {groups} groups, {roles} roles",
                account.id
            ),
        );
        let missing: Vec<&str> = account.missing_lists().into_iter().map(List::key).collect();
        if !missing.is_empty() {
            line(
                &mut text,
                &format!(
                    "  # {} of this account was not given, so more people may be able to enter than",
                    missing.join(", ")
                ),
            );
            line(
                &mut text,
                "  # the entries below say, and roles may be missing. Take the details again without `--filter`.",
            );
        }
    }
    for (account, roles) in trusted_and_not_given(setup) {
        let roles = listed(roles);
        line(
            &mut text,
            &format!(
                "  # \"{account}\": NAME   # trusted by {roles}; nothing of it was given. Yours? Then give its authorization"
            ),
        );
        line(
            &mut text,
            "  #                        details too. A third party's? Then its callers break RW007 until it stands here.",
        );
    }
    text.push_str("\n# deny (default) | allow: AssumeRoot, the short-lived root session in a member account.\nassume_root: deny\n\n");
    text.push_str("# The elevated roles; the first entry that matches rules. Roles that users of other accounts cannot enter are left out: add those that are\n");
    text.push_str("# dangerous and entered otherwise (by people of their own account, by single sign-on, by pipelines).\n");
    let entries: Vec<String> = roles(setup)
        .filter_map(|(account, role)| entry(setup, &called, account, role))
        .collect();
    if entries.iter().any(|entry| entry.contains("\n  - arn:")) {
        text.push_str("roles:\n");
    } else {
        text.push_str("# None was found that can be written down as it is.\nroles: []\n");
    }
    text.extend(entries);
    text
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    writeln!(text, "{line}").ok();
}

/// A scalar of YAML: as it is where IAM would take it, else in quotes with escapes.
fn plain(arn: &str) -> String {
    let known = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/:".contains(c);
    if arn.chars().all(known) {
        arn.to_owned()
    } else {
        ascii(&arn.into())
    }
}

/// Names of accounts, each used once.
fn called(setup: &Setup, names: &BTreeMap<AccountId, String>) -> BTreeMap<AccountId, String> {
    let mut called: BTreeMap<AccountId, String> = BTreeMap::new();
    for account in setup.accounts() {
        let plain = |name: &&String| {
            name.starts_with(|c: char| c.is_ascii_alphabetic())
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        };
        let word = |name: &&String| {
            !matches!(
                name.to_ascii_lowercase().as_str(),
                "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
            )
        };
        let name = names
            .get(&account.id)
            .filter(plain)
            .filter(word)
            .filter(|name| !called.values().any(|other| other == *name));
        let name = name
            .cloned()
            .unwrap_or_else(|| format!("account-{}", account.id));
        called.insert(account.id, name);
    }
    called
}

fn roles(setup: &Setup) -> impl Iterator<Item = (&Account, &Role)> {
    let roles = setup
        .accounts()
        .flat_map(|account| account.roles.values().map(move |role| (account, role)));
    roles.filter(|(_, role)| !role.is_service_linked())
}

/// Whom a trust policy lets in, as it names them.
fn trusted(role: &Role) -> impl Iterator<Item = &Principal> {
    let allows = role
        .trust
        .iter()
        .flat_map(|trust| &trust.statements)
        .filter(|statement| statement.effect == Effect::Allow);
    allows
        .filter_map(|statement| statement.principal.as_ref())
        .flat_map(|principals| &principals.named)
}

fn trusted_and_not_given(setup: &Setup) -> BTreeMap<AccountId, BTreeSet<String>> {
    let mut unknown: BTreeMap<AccountId, BTreeSet<String>> = BTreeMap::new();
    for (_, role) in roles(setup) {
        for account in trusted(role)
            .filter_map(Principal::account)
            .filter(|account| setup.account(*account).is_none())
        {
            unknown
                .entry(account)
                .or_default()
                .insert(harmless(&role.name));
        }
    }
    unknown
}

/// Who of the other accounts can enter a role.
#[derive(Default)]
struct Ways {
    /// Groups as the policy names them, with how many members they have; `None`: nobody said.
    groups: BTreeMap<String, Option<usize>>,
    /// Users by a policy of their own, or by the trust policy.
    alone: BTreeSet<String>,
    /// Users who need no MFA.
    without_mfa: BTreeSet<String>,
    roles: BTreeSet<String>,
}

fn ways(
    setup: &Setup,
    called: &BTreeMap<AccountId, String>,
    owner: AccountId,
    role: &Role,
) -> Ways {
    let mut ways = Ways::default();
    let named: Vec<_> = session::named(role).collect();
    for account in setup.accounts() {
        let name = called.get(&account.id).cloned().unwrap_or_default();
        for user in account.users.values() {
            let entrant = Entrant::user(account, user);
            let decision = best(&entrant, owner, role);
            if decision.allowed.is_no() {
                continue;
            }
            let holders: BTreeSet<&str> = decision
                .identity
                .iter()
                .filter_map(|grant| grant.place.holder())
                .collect();
            let groups = account
                .groups
                .values()
                .filter(|group| holders.contains(group.arn.as_str()));
            let by_group: Vec<_> = groups
                .map(|group| {
                    (
                        format!("{name}/{}", group.name),
                        Some(account.members(group).count()),
                    )
                })
                .collect();
            if by_group.is_empty() {
                ways.alone.insert(harmless(&user.name));
            }
            ways.groups.extend(by_group);
            if WITHOUT_MFA
                .iter()
                .any(|proof| entrant.enter(owner, role, *proof).allowed.is_yes())
            {
                ways.without_mfa.insert(harmless(&user.name));
            }
        }
        for group in account
            .groups
            .values()
            .filter(|group| account.members(group).next().is_none())
        {
            if best(&Entrant::member(account, group), owner, role)
                .allowed
                .is_no()
            {
                continue;
            }
            let members = if account.gap(List::Users).is_none() {
                Some(0)
            } else {
                None
            };
            ways.groups
                .insert(format!("{name}/{}", group.name), members);
            let comes_in = |proof: &Proof| {
                joining(account, group, owner, role, *proof)
                    .is_some_and(|decision| decision.allowed.is_yes())
            };
            if WITHOUT_MFA.iter().any(comes_in) {
                ways.without_mfa
                    .insert(format!("whoever joins {}", harmless(&group.name)));
            }
        }
        for other in account.roles.values() {
            let any = Entrant::role(account, other);
            let called = session::called(&any, (account, other), (owner, role), &named);
            let mut sessions = std::iter::once(&any).chain(&called);
            if sessions.any(|session| !best_of_session(session, owner, role).allowed.is_no()) {
                ways.roles.insert(if other.arn == role.arn {
                    "the role itself".to_owned()
                } else {
                    name_of(&other.arn)
                });
            }
        }
    }
    ways
}

/// The entry of a role, if users of other accounts can enter it; as a comment, where no group could
/// be named.
fn entry(
    setup: &Setup,
    called: &BTreeMap<AccountId, String>,
    account: &Account,
    role: &Role,
) -> Option<String> {
    let from: BTreeSet<String> = trusted(role)
        .filter_map(|principal| match principal {
            Principal::Everyone => Some("everybody (`*`)".to_owned()),
            other => other
                .account()
                .filter(|other| *other != account.id)
                .map(|id| called.get(&id).cloned().unwrap_or(format!("account {id}"))),
        })
        .collect();
    if from.is_empty() {
        return None;
    }
    let ways = ways(setup, called, account.id, role);
    let mut text = String::from("\n");
    line(
        &mut text,
        &format!("  # The trust policy lets in {}.", listed(from)),
    );
    let by_group = listed(ways.groups.iter().map(|(group, members)| match members {
        None => format!("{} (its members were not given)", harmless(group)),
        Some(1) => format!("{} (1 member)", harmless(group)),
        Some(members) => format!("{} ({members} members)", harmless(group)),
    }));
    if !ways.groups.is_empty() {
        line(
            &mut text,
            &format!(
                "  # Policies of these groups let their members enter: {by_group}. Leave those that are meant."
            ),
        );
    }
    if !ways.alone.is_empty() {
        line(
            &mut text,
            &format!(
                "  # Without any group: {}. Put them into a group, or take it from them.",
                listed(ways.alone)
            ),
        );
    }
    if ways.groups.is_empty() {
        line(
            &mut text,
            "  # No group was found by which anybody enters, so there is nothing to write down yet. Decide which group is to, then take the marks away:",
        );
        line(&mut text, &format!("  # - arn: {}", plain(&role.arn)));
        line(&mut text, "  #   groups: [ACCOUNT/GROUP]");
        return Some(text);
    }
    line(&mut text, &format!("  - arn: {}", plain(&role.arn)));
    let groups: Vec<String> = ways
        .groups
        .keys()
        .map(|group| ascii(&group.as_str().into()))
        .collect();
    line(&mut text, &format!("    groups: [{}]", groups.join(", ")));
    let mfa = if ways.without_mfa.is_empty() && ways.groups.values().any(Option::is_none) {
        "whether IAM demands it today depends on users who were not given".to_owned()
    } else if ways.without_mfa.is_empty() {
        "IAM demands it of everybody today".to_owned()
    } else {
        format!(
            "IAM does not demand it of {} today: `rolewatch review` tells where (RW101)",
            listed(ways.without_mfa)
        )
    };
    line(&mut text, &format!("    mfa: required        # {mfa}"));
    match role.max_session.or_else(|| setup.duration(&role.arn)) {
        Some(seconds) => {
            let span = Span::from_seconds(seconds).to_string().replace(' ', "");
            line(
                &mut text,
                &format!(
                    "    max_session: {span}      # MaxSessionDuration today. Is less enough?"
                ),
            );
        }
        None => line(
            &mut text,
            "    # max_session: 1h    # how long is enough? What IAM allows today was not given: `aws iam list-roles` tells",
        ),
    }
    line(
        &mut text,
        "    # max_stretch: 2h    # how long may somebody stay in on end?",
    );
    line(
        &mut text,
        "    # max_per_day: 4h    # how long in any 24 hours?",
    );
    line(
        &mut text,
        "    # min_membership: 1h # how long must somebody have been in the group?",
    );
    if !ways.roles.is_empty() {
        line(
            &mut text,
            &format!(
                "    # chaining: allow    # sessions of {} can enter too. Are they meant to?",
                listed(ways.roles)
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
        line(
            &mut text,
            &format!(
                "    # identities: [iam-user, …]   # the trust policy lets in {} too. Are they meant?",
                listed(others)
            ),
        );
    }
    let (severity, why) = if is_administrator(account, role) {
        ("critical", "the role may do anything")
    } else {
        ("high", "how bad is a misuse?")
    };
    line(
        &mut text,
        &format!("    severity: {severity:<11}# low | medium | high | critical: {why}"),
    );
    Some(text)
}

/// Whether a policy of the role allows everything on everything.
fn is_administrator(account: &Account, role: &Role) -> bool {
    let identity = account.of_role(role);
    identity.policies.iter().any(|policy| {
        let crate::iam::Text::Read(document) = policy.text else {
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

#[cfg(test)]
mod tests;

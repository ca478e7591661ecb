//! Finds who can enter a role from other accounts today.

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::AssumedRoleArn;
use crate::iam::{Effect, Principal};
use crate::id::AccountId;
use crate::review::Setup;
use crate::review::account::{Account, Group, Role, User};
use crate::review::attempt::{Entrant, WITHOUT_MFA, best_entry, best_of_session};
use crate::review::gap::DetailList;
use crate::review::joining::joining;
use crate::review::session;
use crate::review::view::name_of;
use crate::untrusted::harmless;

/// Who can enter a role from other accounts.
#[derive(Default)]
pub(super) struct Ways {
    /// Groups as the policy names them, with their number of members; `None`: unknown.
    pub(super) groups: BTreeMap<String, Option<usize>>,
    /// Users who can enter through a policy of their own, or through the trust policy.
    pub(super) alone: BTreeSet<String>,
    /// Users who can enter without MFA.
    pub(super) without_mfa: BTreeSet<String>,
    pub(super) roles: BTreeSet<String>,
}

impl Ways {
    /// `called`: the names of the accounts in the draft.
    pub(super) fn find(
        setup: &Setup,
        called: &BTreeMap<AccountId, String>,
        owner: AccountId,
        role: &Role,
    ) -> Self {
        let target = RoleToEnter {
            owner,
            role,
            named: session::named_sessions(role).collect(),
        };
        let mut ways = Self::default();
        for account in setup.accounts() {
            let name = called.get(&account.id).map_or("", String::as_str);
            for user in account.users.values() {
                ways.add_user(account, name, user, &target);
            }
            for group in account.groups.values() {
                if account.members(group).next().is_none() {
                    ways.add_empty_group(account, name, group, &target);
                }
            }
            for other in account.roles.values() {
                ways.add_role(account, other, &target);
            }
        }
        ways
    }

    fn add_user(&mut self, account: &Account, name: &str, user: &User, target: &RoleToEnter<'_>) {
        let entrant = Entrant::user(account, user);
        let decision = best_entry(&entrant, target.owner, target.role);
        if decision.allowed.is_no() {
            return;
        }
        let holders: BTreeSet<&str> = decision
            .identity
            .iter()
            .filter_map(|grant| grant.place.holder())
            .collect();
        let mut by_group = false;
        for group in account.groups.values() {
            if holders.contains(group.arn.as_str()) {
                by_group = true;
                let members = account.members(group).count();
                self.groups
                    .insert(format!("{name}/{}", group.name), Some(members));
            }
        }
        if !by_group {
            self.alone.insert(harmless(&user.name));
        }
        let needs_no_mfa = WITHOUT_MFA.iter().any(|proof| {
            let decision = entrant.decide_entry(target.owner, target.role, *proof);
            decision.allowed.is_yes()
        });
        if needs_no_mfa {
            self.without_mfa.insert(harmless(&user.name));
        }
    }

    /// For a group without members, tries somebody who would join it.
    fn add_empty_group(
        &mut self,
        account: &Account,
        name: &str,
        group: &Group,
        target: &RoleToEnter<'_>,
    ) {
        let member = Entrant::member(account, group);
        if best_entry(&member, target.owner, target.role)
            .allowed
            .is_no()
        {
            return;
        }
        let members = if account.gap(DetailList::Users).is_none() {
            Some(0)
        } else {
            None
        };
        self.groups
            .insert(format!("{name}/{}", group.name), members);
        let needs_no_mfa = WITHOUT_MFA.iter().any(|proof| {
            joining(account, group, target.owner, target.role, *proof)
                .is_some_and(|decision| decision.allowed.is_yes())
        });
        if needs_no_mfa {
            self.without_mfa
                .insert(format!("whoever joins {}", harmless(&group.name)));
        }
    }

    fn add_role(&mut self, account: &Account, other: &Role, target: &RoleToEnter<'_>) {
        let (owner, role) = (target.owner, target.role);
        let any = Entrant::role(account, other);
        let called = session::called(&any, (account, other), (owner, role), &target.named);
        let mut sessions = std::iter::once(&any).chain(&called);
        if sessions.any(|session| !best_of_session(session, owner, role).allowed.is_no()) {
            self.roles.insert(if other.arn == role.arn {
                "the role itself".to_owned()
            } else {
                name_of(&other.arn)
            });
        }
    }
}

/// The role to enter.
struct RoleToEnter<'a> {
    owner: AccountId,
    role: &'a Role,
    /// The session names that its trust policy requires.
    named: Vec<AssumedRoleArn<'a>>,
}

/// The principals that a trust policy allows.
pub(super) fn trusted(role: &Role) -> impl Iterator<Item = &Principal> {
    let allows = role
        .trust
        .iter()
        .flat_map(|trust| &trust.statements)
        .filter(|statement| statement.effect == Effect::Allow);
    allows
        .filter_map(|statement| statement.principal.as_ref())
        .flat_map(|principals| &principals.named)
}

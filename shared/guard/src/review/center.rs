//! Who can take a permission set: the assignments in a roster of Identity Center.

use crate::text;
use crate::text::Text;
use std::collections::BTreeSet;

use super::setup::Setup;
use super::view::{ElevatedTarget, SetupView, listed};
use crate::arn::permission_set::{PATH, PREFIX, of_role};
use crate::arn::{AWS, glob_matches, partition_of};
use crate::directory::{ListedPermissionSet, StoreSnapshot};
use crate::id::AccountId;
use crate::policy::{Policy, RolePolicy, StoreGroupName};
use crate::untrusted::harmless;

/// Where Identity Center's home Region isn't part of the roles' path.
const WITHOUT_REGION: &str = "us-east-1";

/// The roster of the policy's identity store; `None`: none was supplied.
pub(super) fn store_of<'a>(setup: &'a Setup, policy: &Policy) -> Option<&'a StoreSnapshot> {
    let settings = policy.identity_center.as_ref()?;
    setup
        .stores()
        .find(|snapshot| snapshot.store == settings.identity_store)
}

impl<'a> SetupView<'a> {
    /// The permission set of this ARN, if the roster lists it.
    pub(super) fn listed_set(&self, arn: &str) -> Option<&'a ListedPermissionSet> {
        self.listed_sets().iter().find(|set| *set.arn == *arn)
    }

    /// The permission set of this name, if the roster lists it.
    pub(super) fn set_named(&self, name: &str) -> Option<&'a ListedPermissionSet> {
        self.listed_sets().iter().find(|set| *set.name == *name)
    }

    /// The permission sets in the roster.
    pub(super) fn listed_sets(&self) -> &'a [ListedPermissionSet] {
        let sets = self
            .store
            .and_then(|store| store.permission_sets.as_deref());
        sets.unwrap_or_default()
    }

    /// Whether the roster shows who can take which permission set.
    pub(super) fn has_assignments(&self) -> bool {
        self.store
            .is_some_and(|store| store.permission_sets.is_some() && store.assignments.is_some())
    }

    /// The entry that applies to a permission set in an account.
    pub(super) fn rules_of_set(
        &self,
        set: &ListedPermissionSet,
        account: AccountId,
    ) -> Option<&'a RolePolicy> {
        let role = self.role_of_set(set, account);
        let applies = |rules: &&RolePolicy| match &role {
            SetRole::Supplied(arn) => rules.arn.matches_text(arn),
            SetRole::MadeUp(arn) => {
                rules.arn.matches_text(arn)
                    || (has_suffix_of(rules.arn.as_str(), &set.name, arn)
                        && rules.arn.may_be_in(account))
            }
        };
        self.policy.roles.iter().find(applies)
    }

    /// The role of a permission set in an account.
    fn role_of_set(&self, set: &ListedPermissionSet, account: AccountId) -> SetRole {
        let supplied = self.setup.account(account).and_then(|account| {
            let mut roles = account.roles.keys();
            roles.find(|arn| of_role(arn) == Some(&*set.name))
        });
        if let Some(arn) = supplied {
            return SetRole::Supplied(arn.clone());
        }
        let partition = partition_of(&set.arn).unwrap_or(AWS);
        let settings = self.policy.identity_center.as_ref();
        let region = match settings.map_or(WITHOUT_REGION, |settings| settings.home()) {
            WITHOUT_REGION => String::new(),
            home => format!("{home}/"),
        };
        let name = &set.name;
        SetRole::MadeUp(format!(
            "arn:{partition}:iam::{account}:role/{PATH}{region}{PREFIX}{name}_0000000000000000"
        ))
    }

    /// The accounts in which a permission set can be taken, as far as the files show.
    pub(super) fn accounts_of_set(&self, set: &ListedPermissionSet) -> BTreeSet<AccountId> {
        let assignments = self.store.and_then(|store| store.assignments.as_deref());
        let Some(assignments) = assignments else {
            return self.policy.accounts.keys().copied().collect();
        };
        let assigned = assignments
            .iter()
            .filter(|one| one.permission_set == set.arn)
            .map(|one| one.account);
        let with_role = self
            .setup
            .accounts()
            .filter(|account| {
                let mut roles = account.roles.keys();
                roles.any(|arn| of_role(arn) == Some(&*set.name))
            })
            .map(|account| account.id);
        assigned.chain(with_role).collect()
    }

    /// Information about permission sets that isn't a finding.
    pub(super) fn center_notices(&self) -> Vec<Text> {
        let mut notices = self.unused_stores();
        notices.extend(self.unjudged_sets());
        let Some(store) = self.store else {
            return notices;
        };
        for rules in &self.policy.roles {
            for group in &rules.store_groups {
                let is_listed = match &group.group {
                    StoreGroupName::Everybody => true,
                    StoreGroupName::ById(id) => store.groups.contains_key(id.as_str()),
                    StoreGroupName::ByName(name) => has_group(store, name),
                };
                if !is_listed {
                    notices.push(text!("group {group} isn't in the roster of Identity Center (line {line} of the policy)", group = harmless(&group.written), line = rules.groups_line));
                }
            }
            let set = rules.arn.permission_set();
            if let Some(set) = set.filter(|_| store.permission_sets.is_some())
                && self.set_named(set).is_none()
            {
                notices.push(text!("permission set {set} isn't in the roster of Identity Center (line {line} of the policy)", set = harmless(set), line = rules.line));
            }
        }
        notices
    }

    /// Rosters of identity stores that aren't the policy's.
    fn unused_stores(&self) -> Vec<Text> {
        let own = self.policy.identity_center.as_ref();
        let mut notices = Vec::new();
        for snapshot in self.setup.stores() {
            let store = harmless(&snapshot.store);
            match own {
                Some(own) if own.identity_store == snapshot.store => {}
                Some(own) => notices.push(text!(
                    "the roster of identity store {store} isn't used: `identity_center` in the \
                     policy has `identity_store: {identity_store}`",
                    store,
                    identity_store = harmless(&own.identity_store)
                )),
                None => notices.push(text!(
                    "the roster of identity store {store} isn't used: the policy has no \
                     `identity_center`",
                    store
                )),
            }
        }
        notices
    }

    /// Permission sets of the policy, if nothing shows who can take them.
    fn unjudged_sets(&self) -> Option<Text> {
        if self.has_assignments() {
            return None;
        }
        let entries = self
            .policy
            .roles
            .iter()
            .filter(|rules| is_about_sets(rules));
        let mut sets: BTreeSet<Text> = entries.map(|rules| rules.arn.quoted()).collect();
        sets.extend(self.elevated.iter().filter_map(elevated_set));
        if sets.is_empty() {
            return None;
        }
        let why = match self.store {
            None => text!("no roster of Identity Center was supplied"),
            Some(store) => {
                let lists = [
                    ("PermissionSets", store.permission_sets.is_none()),
                    ("AccountAssignments", store.assignments.is_none()),
                ];
                let missing = lists.into_iter().filter(|(_, is_missing)| *is_missing);
                text!(
                    "the roster of Identity Center has no {names}",
                    names = listed(missing.map(|(key, _)| key))
                )
            }
        };
        Some(text!(
            "RW104 can't tell who can take {names}: {why}; supply a roster with PermissionSets and \
             AccountAssignments (docs/audit.md shows how to take one)",
            names = listed(sets),
            why
        ))
    }
}

/// The role of a permission set in an account.
enum SetRole {
    /// By its ARN in the account's details.
    Supplied(String),
    /// With a suffix that is made up, because nothing shows it.
    MadeUp(String),
}

/// Whether a pattern is for the roles of a permission set and begins like a role whose suffix is
/// made up. Its own suffix then is one that nothing else shows.
fn has_suffix_of(pattern: &str, set: &str, made_up: &str) -> bool {
    let front = pattern.rsplit_once('_').map(|(front, _)| front);
    of_role(pattern) == Some(set)
        && front.is_some_and(|front| glob_matches(&format!("{front}_*"), made_up))
}

/// Whether an entry names permission sets, or is a pattern only for their roles.
pub(super) fn is_about_sets(rules: &RolePolicy) -> bool {
    rules.arn.permission_set().is_some() || rules.arn.as_str().contains(PREFIX)
}

/// The permission set of a role that was supplied, unless its entry names permission sets itself.
fn elevated_set(target: &ElevatedTarget<'_>) -> Option<Text> {
    let set = of_role(&target.role.arn).filter(|_| !is_about_sets(target.rules))?;
    Some(text!("permission set `{set}`", set = harmless(set)))
}

/// Whether any group bears a name, which several may.
fn has_group(store: &StoreSnapshot, name: &str) -> bool {
    let lower = name.to_lowercase();
    store
        .groups
        .values()
        .any(|known| known.to_lowercase() == lower)
}

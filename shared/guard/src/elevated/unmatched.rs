//! Entries of the policy that match no role, with the roles that were probably meant.

mod sentence;

use std::collections::BTreeSet;

use super::{Elevated, matches_under_some_path};
use crate::arn::RoleArn;
use crate::id::AccountId;
use crate::policy::{Miss, Policy, RolePattern, RolePolicy};
use crate::roster::Rosters;
use crate::seen::Fact;
use crate::world::{Versions, World};

/// An entry that matches no known role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmatchedEntry {
    /// The line in the policy file where the entry begins, counted from 1.
    pub line: usize,
    /// The entry's `arn`.
    pub pattern: RolePattern,
    /// The roles that it misses most narrowly. Empty: no role is near.
    pub near: Vec<RoleArn>,
    place: RoleSource,
}

/// Where a role is known from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RoleSource {
    /// Records of them were read.
    Logs,
    /// A roster of their account lists them.
    Roster,
    /// Authorization details list them.
    Details,
}

impl UnmatchedEntry {
    /// Whether there is a role that was probably meant.
    pub fn is_near_miss(&self) -> bool {
        !self.near.is_empty()
    }
}

/// The entries that match no role in the logs or in a roster, and those that narrowly miss roles in
/// the logs.
///
/// `near`: roles from records that were read but not kept, as [`RolesMet`](super::RolesMet) noted
/// them.
pub fn unmatched(
    world: &World,
    policy: &Policy,
    rosters: &Rosters,
    near: &BTreeSet<RoleArn>,
) -> Vec<UnmatchedEntry> {
    let elevated = Elevated::with_known_roles(policy, world, rosters);
    let logs = in_logs(world, &elevated);
    let listed: BTreeSet<KnownRole> = rosters
        .iter()
        .flat_map(|snapshot| snapshot.roles.values())
        .map(|role| KnownRole::with_whole_arn(role.clone()))
        .collect();
    let named: BTreeSet<KnownRole> = logs
        .iter()
        .cloned()
        .chain(near.iter().map(|role| KnownRole::maybe_part(role.clone())))
        .collect();
    let accounts = named
        .iter()
        .chain(&listed)
        .map(|known| known.role.account())
        .collect();
    let search = EntrySearch {
        strays: StrayRoles::new(policy, &named),
        unlisted: StrayRoles::new(policy, &listed),
        refused: refused(world),
        listed: &listed,
        accounts,
    };
    entries(policy)
        .filter(|entry| !logs.iter().any(|known| known.may_be_meant_by(entry)))
        .filter_map(|entry| search.unmatched(entry))
        .collect()
}

/// The roles to search for an entry that matches no role in the logs.
struct EntrySearch<'a> {
    /// Roles in the logs that no entry matches.
    strays: StrayRoles<'a>,
    /// Roles in rosters that no entry matches.
    unlisted: StrayRoles<'a>,
    /// Roles that only denied attempts named.
    refused: BTreeSet<KnownRole>,
    /// All roles in rosters.
    listed: &'a BTreeSet<KnownRole>,
    /// The accounts of all these roles.
    accounts: BTreeSet<AccountId>,
}

impl EntrySearch<'_> {
    fn unmatched(&self, entry: &RolePolicy) -> Option<UnmatchedEntry> {
        let exists = self.listed.iter().any(|known| known.may_be_meant_by(entry));
        // If the entry's own role exists, a role with a similar name is a different one. A role
        // that somebody was denied counts too: it's unlikely that the caller and the policy's
        // author misspelled its name in the same way.
        let meant = exists
            || self
                .refused
                .iter()
                .any(|known| known.may_be_meant_by(entry));
        let is_right = |miss: Miss| match miss {
            Miss::Word | Miss::Letter | Miss::Ending => !meant,
            // A role with the same name in another account is normal. It's only a mistake if
            // nothing at all is known about the account in the entry.
            Miss::Account => entry
                .arn
                .account()
                .is_some_and(|account| !self.accounts.contains(&account)),
            _ => true,
        };
        let mut near = self.strays.nearest_to(entry, is_right);
        let mut place = RoleSource::Logs;
        if near.is_empty() {
            if self.has_roster_of(entry) {
                place = RoleSource::Roster;
            }
            if !exists {
                near = self.unlisted.nearest_to(entry, |miss| {
                    !matches!(miss, Miss::Word | Miss::Ending) && is_right(miss)
                });
            }
            if !near.is_empty() {
                place = RoleSource::Roster;
            }
        }
        // An entry whose role exists but wasn't used is only reported if another role that was used
        // is a near miss.
        (!near.is_empty() || !exists).then(|| UnmatchedEntry {
            line: entry.line,
            pattern: entry.arn.clone(),
            near,
            place,
        })
    }

    /// Whether a roster lists the roles of the entry's account.
    fn has_roster_of(&self, entry: &RolePolicy) -> bool {
        let mut listed = self.listed.iter();
        entry
            .arn
            .account()
            .is_some_and(|account| listed.any(|known| known.role.account() == account))
    }
}

/// The entries that match none of these roles. All of these roles exist.
pub(crate) fn unmatched_among(
    roles: impl IntoIterator<Item = RoleArn>,
    policy: &Policy,
) -> Vec<UnmatchedEntry> {
    let roles: BTreeSet<KnownRole> = roles.into_iter().map(KnownRole::with_whole_arn).collect();
    let accounts: BTreeSet<AccountId> = roles.iter().map(|known| known.role.account()).collect();
    // All paths are known, so a role with another path isn't the one that an entry means.
    let matched = |known: &KnownRole| {
        policy
            .roles
            .iter()
            .any(|entry| entry.arn.matches(&known.role))
    };
    let candidates = StrayRoles(
        roles
            .iter()
            .filter(|known| !matched(known))
            .map(|known| &known.role)
            .collect(),
    );
    let unmatched =
        entries(policy).filter(|entry| !roles.iter().any(|known| entry.arn.matches(&known.role)));
    let with_near = unmatched.map(|entry| {
        let slip = entry
            .arn
            .account()
            .is_some_and(|account| !accounts.contains(&account));
        let near = candidates.nearest_to(entry, |miss| miss != Miss::Account || slip);
        UnmatchedEntry {
            line: entry.line,
            pattern: entry.arn.clone(),
            near,
            place: RoleSource::Details,
        }
    });
    with_near.collect()
}

/// A known role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct KnownRole {
    role: RoleArn,
    /// Whether the ARN may lack the role's path.
    part: bool,
}

impl KnownRole {
    fn with_whole_arn(role: RoleArn) -> Self {
        Self { role, part: false }
    }

    fn maybe_part(role: RoleArn) -> Self {
        Self {
            part: !role.has_path(),
            role,
        }
    }

    /// Whether the entry matches, or may match, this role.
    fn may_be_meant_by(&self, entry: &RolePolicy) -> bool {
        let role = &self.role;
        // The engine does the same: without a path, it finds the entry by name.
        let by_name = || {
            RoleArn::parse(entry.arn.as_str())
                .is_ok_and(|ours| ours.account() == role.account() && ours.name() == role.name())
        };
        entry.arn.matches(role)
            || entry.arn.matches_without_path(role)
            || (!role.has_path() && !entry.arn.has_wildcards() && by_name())
            || (self.part && matches_under_some_path(&entry.arn, role))
    }
}

/// Each pattern of the policy, once.
fn entries(policy: &Policy) -> impl Iterator<Item = &RolePolicy> {
    let mut known = BTreeSet::new();
    policy
        .roles
        .iter()
        .filter(move |entry| known.insert(&entry.arn))
}

/// Roles that no entry matches. Only these can be what an entry was meant to match.
struct StrayRoles<'a>(Vec<&'a RoleArn>);

impl<'a> StrayRoles<'a> {
    fn new(policy: &Policy, roles: &'a BTreeSet<KnownRole>) -> Self {
        let strays = with_paths(roles).into_iter().filter(|known| {
            !policy
                .roles
                .iter()
                .any(|entry| known.may_be_meant_by(entry))
        });
        Self(strays.map(|known| &known.role).collect())
    }

    /// The roles that an entry misses most narrowly, if they are near enough.
    fn nearest_to(&self, entry: &RolePolicy, is_right: impl Fn(Miss) -> bool) -> Vec<RoleArn> {
        let mut nearest: Option<Miss> = None;
        let mut roles: Vec<RoleArn> = Vec::new();
        for role in &self.0 {
            let Some(miss) = entry.arn.near_miss(role).filter(|miss| is_right(*miss)) else {
                continue;
            };
            // Only the most likely mistake is reported. Nobody would read a list of everything that
            // is similar.
            if nearest.is_none_or(|nearest| miss < nearest) {
                nearest = Some(miss);
                roles.clear();
            }
            if nearest == Some(miss) && !roles.contains(role) {
                roles.push((*role).clone());
            }
        }
        roles
    }
}

/// Roles that were entered, or whose sessions were used.
fn in_logs(world: &World, elevated: &Elevated<'_>) -> BTreeSet<KnownRole> {
    let mut known = BTreeSet::new();
    let mut add = |role: &RoleArn, session: Option<&str>, whole: bool| {
        let role = elevated.full_arn(role, session);
        known.insert(if whole {
            KnownRole::with_whole_arn(role)
        } else {
            KnownRole::maybe_part(role)
        });
    };
    for version in world.records.values().flat_map(Versions::iter) {
        match &version.fact {
            Fact::Mint(mint) => mint
                .role
                .iter()
                .for_each(|role| add(role, mint.session.as_deref(), !mint.omitted)),
            Fact::Console(step) => step
                .role
                .iter()
                .for_each(|role| add(role, step.session.as_deref(), false)),
            _ => {}
        }
    }
    world
        .uses
        .iter()
        .for_each(|(key, fold)| add(&fold.role, Some(&key.session), false));
    known.extend(
        world
            .roles
            .values()
            .flatten()
            .cloned()
            .map(KnownRole::with_whole_arn),
    );
    known
}

/// Roles that somebody tried to enter. It isn't known whether they exist.
fn refused(world: &World) -> BTreeSet<KnownRole> {
    let facts = world
        .records
        .values()
        .flat_map(Versions::iter)
        .map(|version| &version.fact);
    let tried = facts.filter_map(|fact| {
        if let Fact::Denial(denial) = fact {
            denial.role.clone()
        } else {
            None
        }
    });
    tried.map(KnownRole::with_whole_arn).collect()
}

/// The roles without duplicates whose ARN only lacks the path: an account has no two roles with the
/// same name.
fn with_paths(roles: &BTreeSet<KnownRole>) -> Vec<&KnownRole> {
    let name = |role: &RoleArn| (role.account(), role.name().to_ascii_lowercase());
    let placed: BTreeSet<_> = roles
        .iter()
        .filter(|known| known.role.has_path())
        .map(|known| name(&known.role))
        .collect();
    roles
        .iter()
        .filter(|known| !known.part || !placed.contains(&name(&known.role)))
        .collect()
}

#[cfg(test)]
mod tests;

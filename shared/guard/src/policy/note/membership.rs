//! Warnings about `groups` and `min_membership`.

use super::quoted;
use crate::policy::read::ReadRole;
use crate::policy::{IdentityKind, RolePolicy, StoreGroupName};
use crate::text;
use crate::text::Text;
use crate::untrusted::harmless;

/// Warnings about groups of identity types that may not enter, and about a limit for members
/// where no group is named.
pub(super) fn without_effect(read: &ReadRole) -> Vec<Text> {
    let (role, from) = (&read.policy, &read.from);
    let (users, center) = (
        role.allows(IdentityKind::IamUser),
        role.allows(IdentityKind::IdentityCenter),
    );
    // An entry can't lift a limit of `defaults`, so there it's meant for the other entries.
    let limit = role.min_membership.is_some() && !from.is_default("min_membership");
    if !users && !center {
        let why = || {
            text!(
                "has no effect: only IAM users and people of Identity Center are in groups, and `identities` includes neither"
            )
        };
        let groups = has_groups(role).then(|| {
            if from.is_default("groups") {
                text!(
                    "`groups` of `defaults` {why}; if no group counts, write `groups: []` here",
                    why = why()
                )
            } else {
                text!("`groups` {why}", why = why())
            }
        });
        let limit = limit.then(|| text!("`min_membership` {why}", why = why()));
        return groups.into_iter().chain(limit).collect();
    }
    let mut texts = Vec::new();
    // In `defaults`, each group is meant for the entries that allow its kind.
    if !from.is_default("groups") {
        let iam = role.groups.iter().map(|group| &group.written);
        let store = role.store_groups.iter().map(|group| &group.written);
        texts.extend(unused(iam, users, IdentityKind::IamUser));
        texts.extend(unused(store, center, IdentityKind::IdentityCenter));
    }
    if limit && !has_groups(role) {
        texts.push(text!("`min_membership` has no effect: `groups` is empty"));
    }
    texts
}

fn has_groups(role: &RolePolicy) -> bool {
    !(role.groups.is_empty() && role.store_groups.is_empty())
}

/// A warning about groups of a kind that may not enter.
fn unused<'g>(
    groups: impl Iterator<Item = &'g String>,
    enters: bool,
    kind: IdentityKind,
) -> Option<Text> {
    let shown: Vec<String> = groups.map(|group| harmless(group)).collect();
    (!enters && !shown.is_empty()).then(|| {
        text!(
            "{groups} in `groups` has no effect: `identities` doesn't include `{kind}`",
            groups = quoted(shown.iter().map(String::as_str)),
            kind = kind.as_str()
        )
    })
}

/// A warning about groups of the identity store that are listed besides everybody in it.
pub(super) fn beside_everybody(role: &RolePolicy) -> Option<Text> {
    let is_everybody = |name: &StoreGroupName| *name == StoreGroupName::Everybody;
    let mut groups = role.store_groups.iter();
    let everybody = groups.find(|group| is_everybody(&group.group))?;
    let others = role
        .store_groups
        .iter()
        .filter(|group| !is_everybody(&group.group));
    let others: Vec<String> = others.map(|group| harmless(&group.written)).collect();
    (!others.is_empty()).then(|| {
        text!(
            "{groups} in `groups` has no effect: `{everybody}` already allows everybody in the directory",
            groups = quoted(others.iter().map(String::as_str)),
            everybody = everybody.written
        )
    })
}

//! A roster of Identity Center: what the AWS CLI lists of an identity store, in one JSON file.

mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use read::StoreSnapshotError;

use crate::id::AccountId;
use crate::moment::{Moment, Span};
use crate::seen::identity_center::Principal;

/// Users, groups and memberships of one identity store at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StoreSnapshot {
    /// The identity store: `d-1234567890`.
    pub store: Arc<str>,
    /// When it was taken. `None`: nobody said.
    pub taken: Option<Moment>,
    /// A list is cut off, or has an entry that can't be used. Who is absent may only be missing.
    pub incomplete: bool,
    /// Users by id.
    pub users: BTreeMap<Arc<str>, ListedUser>,
    /// The groups' names by id.
    pub groups: BTreeMap<Arc<str>, Arc<str>>,
    /// It says something only about memberships in these groups. `None`: about all groups.
    pub only_groups: Option<BTreeSet<Arc<str>>>,
    /// The permission sets. `None`: the file doesn't list them.
    pub permission_sets: Option<Vec<ListedPermissionSet>>,
    /// Who may take which permission set. `None`: the file doesn't list them.
    pub assignments: Option<Vec<ListedAssignment>>,
    /// Sorted by user and group, each pair once.
    memberships: Vec<ListedMembership>,
    /// Indices into the memberships, sorted by the id of the membership.
    by_membership: Vec<u32>,
    /// The users who bear a name, in lower case.
    users_by_name: BTreeMap<Arc<str>, Vec<Arc<str>>>,
    /// The group of a name, in lower case. `None`: there are several.
    groups_by_name: BTreeMap<String, Option<Arc<str>>>,
}

/// A user in such a roster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedUser {
    /// The name then. Empty: the list has none.
    pub name: Arc<str>,
    /// Whether the user could sign in. `None`: the list doesn't say.
    pub enabled: Option<bool>,
}

/// A member of a group in such a roster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ListedMembership {
    pub(super) user: Arc<str>,
    pub(super) group: Arc<str>,
    /// When the user was added.
    pub(crate) created: Option<Moment>,
    /// The id of the membership.
    id: Arc<str>,
}

/// A permission set in such a roster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedPermissionSet {
    /// Its ARN, by which assignments name it.
    pub arn: Arc<str>,
    /// Its name, by which the access portal names it.
    pub name: Arc<str>,
    /// How long its sessions last. `None`: the list doesn't say.
    pub session: Option<Span>,
}

/// An assignment in such a roster.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedAssignment {
    /// The account in which the permission set may be taken.
    pub account: AccountId,
    /// The ARN of the permission set.
    pub permission_set: Arc<str>,
    /// Who may take it.
    pub principal: Principal,
}

impl StoreSnapshot {
    /// What Identity Center answered about one user and some groups, at a second. Unless it is
    /// `settled`, a group in which the user isn't says nothing.
    pub fn of_answer(
        store: &str,
        user: &str,
        (asked, member): (BTreeSet<Arc<str>>, &BTreeSet<Arc<str>>),
        taken: Moment,
        settled: bool,
    ) -> Self {
        let user: Arc<str> = Arc::from(user);
        let listed = ListedUser {
            name: Arc::from(""),
            enabled: None,
        };
        let membership = |group: &Arc<str>| ListedMembership {
            user: Arc::clone(&user),
            group: Arc::clone(group),
            created: None,
            id: Arc::from(""),
        };
        Self {
            store: Arc::from(store),
            taken: Some(taken),
            incomplete: !settled,
            users: BTreeMap::from([(Arc::clone(&user), listed)]),
            groups: BTreeMap::new(),
            only_groups: Some(asked),
            permission_sets: None,
            assignments: None,
            memberships: member.iter().map(membership).collect(),
            by_membership: Vec::new(),
            users_by_name: BTreeMap::new(),
            groups_by_name: BTreeMap::new(),
        }
    }

    /// The listed membership of a user in a group.
    pub(crate) fn listed(&self, user: &str, group: &str) -> Option<&ListedMembership> {
        let at = self
            .memberships
            .binary_search_by(|known| (&*known.user, &*known.group).cmp(&(user, group)))
            .ok()?;
        self.memberships.get(at)
    }

    /// Whether the user was a member. `None`: the snapshot can't tell.
    pub(crate) fn is_member(&self, user: &str, group: &str) -> Option<bool> {
        if self.listed(user, group).is_some() {
            return Some(true);
        }
        let lists_group = self.only_groups.as_ref();
        let lists_group = lists_group.is_none_or(|groups| groups.contains(group));
        (!self.incomplete && lists_group && self.users.contains_key(user)).then_some(false)
    }

    /// How many users the list has as members of a group.
    pub(crate) fn members(&self, group: &str) -> usize {
        let of_group = |one: &&ListedMembership| *one.group == *group;
        self.memberships.iter().filter(of_group).count()
    }

    /// The listed groups of a user, by id.
    pub(crate) fn groups_of(&self, user: &str) -> impl Iterator<Item = &Arc<str>> {
        let begin = self.memberships.partition_point(|one| *one.user < *user);
        let others = self.memberships.get(begin..).unwrap_or_default();
        let of_user = others.iter().take_while(move |one| *one.user == *user);
        of_user.map(|one| &one.group)
    }

    /// Whose membership has this id: the user and the group.
    pub fn of_membership(&self, id: &str) -> Option<(&Arc<str>, &Arc<str>)> {
        let membership = |index: &u32| self.memberships.get(usize::try_from(*index).ok()?);
        let at = self
            .by_membership
            .binary_search_by(|index| membership(index).map(|known| &*known.id).cmp(&Some(id)))
            .ok()?;
        let found = membership(self.by_membership.get(at)?)?;
        Some((&found.user, &found.group))
    }

    /// The users who bear a name, which is given in lower case.
    pub(super) fn users_named(&self, lower: &str) -> &[Arc<str>] {
        self.users_by_name.get(lower).map_or(&[], Vec::as_slice)
    }

    /// The one group of this name.
    pub(crate) fn group_named(&self, name: &str) -> Option<&Arc<str>> {
        self.groups_by_name.get(&name.to_lowercase())?.as_ref()
    }
}

#[cfg(test)]
mod tests;

//! The switches that are judged again in turns: those of one partition, from the latest down.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rolewatch_guard::arn::RoleArn;
use rolewatch_guard::moment::Moment;
use rolewatch_guard::policy::{GroupName, GroupRef, Policy};
use rolewatch_guard::roster::{Entity, Handle};
use serde::{Deserialize, Serialize};

use crate::ledger::index::IndexEntry;
use crate::ledger::keys;
use crate::port::KeyRange;

/// Switches that lie in one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    pub(crate) partition: String,
    /// Only those made in roles to which the policy lets one of these groups; all, if there are
    /// none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) groups: BTreeSet<String>,
    /// Since when it is open. None: nothing is left to do.
    pub(crate) since: Option<Moment>,
    /// The entry that was judged last.
    pub(crate) at: Option<String>,
    /// After the oldest entry it goes on with the latest, down to this one.
    until: Option<String>,
    /// It has gone on with the latest.
    round: bool,
    /// How often it was asked for.
    pub(crate) asked: u64,
}

impl Walk {
    pub(crate) fn whole(partition: String) -> Self {
        Self::of_groups(partition, BTreeSet::new())
    }

    pub(crate) fn of_groups(partition: String, groups: BTreeSet<String>) -> Self {
        Self {
            partition,
            groups,
            since: None,
            at: None,
            until: None,
            round: false,
            asked: 0,
        }
    }

    /// Asked for once more.
    pub(super) fn ask(&mut self, other: Self, now: Moment) {
        self.asked += 1;
        if self.since.is_none() {
            *self = Self {
                since: Some(now),
                asked: self.asked,
                ..other
            };
            return;
        }
        self.groups = if self.groups.is_empty() || other.groups.is_empty() {
            BTreeSet::new()
        } else {
            &self.groups | &other.groups
        };
        self.again();
    }

    /// Comes round once more to where it is.
    pub(crate) fn again(&mut self) {
        self.until.clone_from(&self.at);
        self.round = false;
    }

    /// What is still to be read before it has to turn round.
    pub(crate) fn span(&self) -> KeyRange {
        let from = self
            .until
            .clone()
            .filter(|_| self.round)
            .unwrap_or_default();
        KeyRange {
            from,
            to: self.at.clone().unwrap_or_default(),
        }
    }

    /// Judged down to this entry. None: there is none below.
    pub(crate) fn came_to(&mut self, at: Option<String>) {
        if at.is_some() {
            self.at = at;
        } else if self.round || self.until.is_none() {
            self.since = None;
        } else {
            (self.at, self.round) = (None, true);
        }
    }

    /// Whether an entry is what the walk is about: one that was made in a role to which the policy
    /// lets one of the groups. What can't be told is.
    pub(crate) fn is_about(&self, entry: &IndexEntry, policy: &Policy) -> bool {
        let role = entry
            .role
            .as_deref()
            .and_then(|role| RoleArn::parse(role).ok());
        let named = |groups: &[GroupRef]| {
            groups
                .iter()
                .any(|group| self.groups.contains(&group_key(group)))
        };
        let by_role =
            role.and_then(|role| policy.role_for(&role).map(|limits| named(&limits.groups)));
        self.groups.is_empty() || by_role.unwrap_or(true)
    }
}

/// A group of the policy, as facts about it are looked up.
pub(crate) fn group_key(group: &GroupRef) -> String {
    let handle = match &group.group {
        GroupName::ByName(name) => Handle::name(name),
        GroupName::ById(id) => Handle::Id(id.as_str().into()),
    };
    keys::asks(&Entity::Group(group.account, handle))
}

//! The switches of one partition, judged again in turns from the latest to the oldest.

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

/// A walk through the switches of one partition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    pub(crate) partition: String,
    /// Judges only switches into roles that allow one of these groups in the policy. If empty,
    /// judges all.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) groups: BTreeSet<String>,
    /// Judges only entries from this one on. `None`: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    floor: Option<String>,
    /// Since when the walk is open. `None`: nothing is left to do.
    pub(crate) since: Option<Moment>,
    /// The entry that was judged last.
    pub(crate) at: Option<String>,
    /// After the oldest entry, the walk continues with the latest, down to this entry.
    until: Option<String>,
    /// The walk has continued with the latest entry.
    round: bool,
    /// How often the walk was requested.
    pub(crate) asked: u64,
}

impl Walk {
    pub(crate) fn over_all(partition: String) -> Self {
        Self::of_groups(partition, BTreeSet::new())
    }

    /// Only over the switches since a moment. `None`: over all.
    pub(crate) fn since(partition: String, moment: Option<Moment>) -> Self {
        Self {
            floor: moment.map(keys::second),
            ..Self::over_all(partition)
        }
    }

    pub(crate) fn of_groups(partition: String, groups: BTreeSet<String>) -> Self {
        Self {
            partition,
            groups,
            floor: None,
            since: None,
            at: None,
            until: None,
            round: false,
            asked: 0,
        }
    }

    /// Takes in one more request.
    pub(super) fn ask_once_more(&mut self, other: Self, now: Moment) {
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
        // Without a floor on either side, there is none.
        self.floor = self.floor.take().min(other.floor);
        self.repeat_to_here();
    }

    /// Makes the walk go around once more, up to its current position.
    pub(crate) fn repeat_to_here(&mut self) {
        self.until.clone_from(&self.at);
        self.round = false;
    }

    /// The entries to read before the walk ends or goes around.
    pub(crate) fn unread_range(&self) -> KeyRange {
        let from = self
            .until
            .clone()
            .filter(|_| self.round)
            .max(self.floor.clone())
            .unwrap_or_default();
        KeyRange {
            from,
            to: self.at.clone().unwrap_or_default(),
        }
    }

    /// Notes that everything down to this entry was judged. `None`: the oldest entry was reached.
    pub(crate) fn came_to(&mut self, at: Option<String>) {
        if at.is_some() {
            self.at = at;
        } else if self.round || self.until.is_none() {
            self.since = None;
        } else {
            (self.at, self.round) = (None, true);
        }
    }

    /// Whether the walk has to judge an entry: one into a role that allows one of the walk's groups
    /// in the policy. If that can't be told, the entry is judged.
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

/// The key under which facts about a group of the policy are looked up.
pub(crate) fn group_key(group: &GroupRef) -> String {
    let handle = match &group.group {
        GroupName::ByName(name) => Handle::name(name),
        GroupName::ById(id) => Handle::Id(id.as_str().into()),
    };
    keys::asks(&Entity::Group(group.account, handle))
}

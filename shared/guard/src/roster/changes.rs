//! The IAM changes of the logs in order, with the names in them resolved to ids.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::names::Names;
use super::{Bearer, IamId};
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::seen::{Caller, Fact, IamChange, IamChangeKind};
use crate::world::{World, facts_in_force};

/// The enrollment of an MFA device for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The account of the user.
    pub account: AccountId,
    /// The user.
    pub user: Bearer,
    /// The device.
    pub serial: Arc<str>,
    /// Whether all copies of the record agree.
    pub sure: bool,
    /// When it was enrolled.
    pub time: Moment,
    /// The record that shows it.
    pub record: RecordKey,
}

/// A user entered or left a group, or may have done so.
#[derive(Debug, Clone)]
pub(crate) struct GroupChange {
    pub(crate) time: Moment,
    pub(crate) record: RecordKey,
    pub(crate) by: Arc<Caller>,
}

/// When a user or group was created or deleted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Existence {
    pub(super) created: Option<Moment>,
    pub(super) deleted: Option<Moment>,
}

/// All changes of one membership in one second.
#[derive(Debug)]
pub(crate) struct Second {
    pub(crate) time: Moment,
    /// `None`: opposite changes in one second, so the outcome is unknown.
    pub(crate) added: Option<bool>,
    pub(crate) changes: Vec<GroupChange>,
}

/// The beginning of a membership.
pub(crate) struct Lasting<'s> {
    /// The first addition.
    pub(crate) first: &'s Second,
    /// The last time before it at which the user was out, or may have been.
    pub(crate) out: Option<Moment>,
}

impl Second {
    /// Adds a change to the changes of its membership. Changes come oldest first.
    pub(crate) fn note(seconds: &mut Vec<Self>, added: Option<bool>, change: GroupChange) {
        match seconds.last_mut().filter(|last| last.time == change.time) {
            Some(last) => {
                // Added and removed in one second: the records don't show which came last.
                last.added = last.added.filter(|known| added == Some(*known));
                last.changes.push(change);
            }
            None => seconds.push(Self {
                time: change.time,
                added,
                changes: vec![change],
            }),
        }
    }

    /// Of all changes up to a moment: the first of the additions that weren't undone before it.
    /// `left`: when a roster last showed that the user wasn't a member.
    ///
    /// Adding a member again changes nothing, so the membership began with the first of several
    /// additions. It begins anew if the user left in between and the logs don't show it.
    pub(crate) fn last_lasting(before: &[Self], left: Option<Moment>) -> Option<Lasting<'_>> {
        let additions = before.iter().rev();
        let count = additions
            .take_while(|second| second.added == Some(true))
            .count();
        let (undone, run) = before.split_at(before.len() - count);
        let from = left.map_or(0, |left| run.partition_point(|second| second.time < left));
        // Where no addition came after the roster, the change decides against it.
        let (first, left) = match run.get(from) {
            Some(first) => (first, left),
            None => (run.first()?, None),
        };
        let undone = undone.last().map(|second| second.time);
        Some(Lasting {
            first,
            out: undone.max(left),
        })
    }

    /// The records of its changes.
    pub(crate) fn records(&self) -> Vec<RecordKey> {
        let records = self.changes.iter().map(|change| change.record.clone());
        records.collect()
    }
}

#[derive(Default)]
pub(super) struct RosterChanges {
    /// Sorted by second.
    pub(super) memberships: HashMap<(AccountId, IamId, IamId), Vec<Second>>,
    pub(super) users: HashMap<(AccountId, IamId), Existence>,
    pub(super) groups: HashMap<(AccountId, IamId), Existence>,
    pub(super) enrolments: Vec<Enrolment>,
    /// Indices into the enrolments, oldest first.
    pub(super) by_user: HashMap<(AccountId, IamId), Vec<usize>>,
    pub(super) by_serial: HashMap<Arc<str>, Vec<usize>>,
}

/// All IAM changes in force, oldest first. Changes of the same second are sorted by record id,
/// which says nothing about their order.
pub(super) fn in_order(world: &World) -> Vec<(&RecordKey, &IamChange)> {
    let mut changes: Vec<_> = facts_in_force(world)
        .filter_map(|(key, fact)| match fact {
            Fact::IamChange(change) => Some((key, &**change)),
            _ => None,
        })
        .collect();
    changes.sort_by(|a, b| (a.1.time, a.0, a.1).cmp(&(b.1.time, b.0, b.1)));
    changes
}

impl RosterChanges {
    pub(super) fn resolve(
        iam: &[(&RecordKey, &IamChange)],
        users: &BTreeMap<AccountId, Names>,
        groups: &BTreeMap<AccountId, Names>,
        contradicted: &BTreeMap<&RecordKey, usize>,
    ) -> Self {
        let mut out = Self::default();
        let bearer = |books: &BTreeMap<AccountId, Names>, change: &IamChange, name: &str| {
            books
                .get(&change.account)
                .map_or(Bearer::Unknown, |names| names.bearer(name, change.time))
        };
        // Copies that contradict each other make a change unsure.
        let sure = |record: &RecordKey| !contradicted.contains_key(record);
        for (record, change) in iam {
            match &change.what {
                IamChangeKind::AddUserToGroup { user, group }
                | IamChangeKind::RemoveUserFromGroup { user, group } => {
                    let added = matches!(change.what, IamChangeKind::AddUserToGroup { .. });
                    out.membership(
                        record,
                        change,
                        &bearer(users, change, user),
                        &bearer(groups, change, group),
                        sure(record).then_some(added),
                    );
                }
                IamChangeKind::EnableMfa { user, serial } => out.enrolments.push(Enrolment {
                    account: change.account,
                    user: bearer(users, change, user),
                    sure: sure(record),
                    serial: Arc::clone(serial),
                    time: change.time,
                    record: (*record).clone(),
                }),
                IamChangeKind::Create { .. }
                | IamChangeKind::Delete { .. }
                | IamChangeKind::Rename { .. }
                | IamChangeKind::DeactivateMfa { .. } => {}
            }
        }
        for (at, enrolment) in out.enrolments.iter().enumerate() {
            out.by_serial
                .entry(Arc::clone(&enrolment.serial))
                .or_default()
                .push(at);
            // The enrollment counts for every user who may have had the name: missing one would be
            // worse than listing one too many.
            for user in enrolment.user.ids() {
                out.by_user
                    .entry((enrolment.account, user))
                    .or_default()
                    .push(at);
            }
        }
        for (books, existence) in [(users, &mut out.users), (groups, &mut out.groups)] {
            for (account, names) in books {
                for (id, created, deleted) in names.lifetimes() {
                    existence.insert((*account, id), Existence { created, deleted });
                }
            }
        }
        out
    }

    fn membership(
        &mut self,
        record: &RecordKey,
        change: &IamChange,
        user: &Bearer,
        group: &Bearer,
        added: Option<bool>,
    ) {
        let (users, groups) = (user.ids(), group.ids());
        // If several users may have had the name, each of them gets an unsure change.
        let sure = users.len() == 1 && groups.len() == 1;
        for user in &users {
            for group in &groups {
                let slot = self
                    .memberships
                    .entry((change.account, Arc::clone(user), Arc::clone(group)))
                    .or_default();
                let added = added.filter(|_| sure);
                let one = GroupChange {
                    time: change.time,
                    record: record.clone(),
                    by: Arc::clone(&change.by),
                };
                Second::note(slot, added, one);
            }
        }
    }
}

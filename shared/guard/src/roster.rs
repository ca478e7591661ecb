//! Who is in which group at a time: snapshots, plus the IAM changes before and after them.
//!
//! Ids decide, never names. A renamed user is the same person. A user created again under an old
//! name is a different one.

mod answer;
mod bearer;
mod changes;
mod entity;
pub mod file_name;
mod index;
mod membership;
mod names;
mod related;
mod rosters;
mod snapshot;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

pub use answer::{Addition, Began, Membership};
pub(crate) use answer::{before_change, created_without_addition, unclear};
pub use bearer::{Bearer, IamId};
pub use changes::Enrolment;
pub(crate) use changes::{GroupChange, Second};
pub use entity::{Asked, CenterLog, Entity, Handle};
pub use index::RosterIndex;
pub(crate) use membership::GAP;
pub use related::{first_to_name_group, related, stirred};
pub use rosters::Rosters;
pub use snapshot::{Snapshot, SnapshotError, SnapshotUser, UserArn};

use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::policy::{GroupName, GroupRef};
use crate::seen::{Caller, Fact, NamedKind};
use crate::world::{World, contradicted};
use changes::RosterChanges;
use names::Names;

/// What the logs and the snapshots together show about users and groups.
pub struct Roster<'a> {
    rosters: &'a Rosters,
    world: &'a World,
    users: BTreeMap<AccountId, Names>,
    groups: BTreeMap<AccountId, Names>,
    changes: RosterChanges,
    /// What was asked about since the last [`Roster::take_asked`].
    asked: RefCell<Asked>,
}

impl<'a> Roster<'a> {
    /// Builds the histories of names and memberships.
    pub fn new(world: &'a World, rosters: &'a Rosters) -> Self {
        let iam = changes::in_order(world);
        let users = names::name_books(NamedKind::User, &iam, world, rosters);
        let groups = names::name_books(NamedKind::Group, &iam, world, rosters);
        let changes = RosterChanges::resolve(&iam, &users, &groups, &contradicted(world));
        Self {
            rosters,
            world,
            users,
            groups,
            changes,
            asked: RefCell::default(),
        }
    }

    /// What was asked about since the last call. The answers can only change with facts about it.
    pub(crate) fn take_asked(&self) -> Asked {
        self.asked.take()
    }

    /// Notes that the origin of this caller was asked for, who changed something.
    pub(crate) fn asked_about_caller(&self, caller: &Caller) {
        let callers = &mut self.asked.borrow_mut().callers;
        if !callers.contains(caller) {
            callers.insert(caller.clone());
        }
    }

    /// Notes that it was asked whether an account's log has a gap.
    pub(crate) fn asked_about_log(&self, account: AccountId, from: Moment, to: Moment) {
        self.asked.borrow_mut().logs.insert((account, from, to));
    }

    /// Marks the user as asked about, when an earlier answer is used again.
    pub(crate) fn asked_about_user(&self, account: AccountId, id: &str) {
        self.asked
            .borrow_mut()
            .entities
            .insert(Entity::User(account, Handle::Id(Arc::from(id))));
    }

    /// The user who had the name at `at`. If nothing shows it, the answer doesn't depend on what is
    /// known of other users of the account.
    pub fn user_named(&self, account: AccountId, name: &str, at: Moment) -> Bearer {
        self.asked
            .borrow_mut()
            .entities
            .insert(Entity::User(account, Handle::name(name)));
        self.users.get(&account).map_or_else(
            || Names::default().bearer(name, at),
            |names| names.bearer(name, at),
        )
    }

    /// The group that had the name at `at`.
    pub fn group_named(&self, account: AccountId, name: &str, at: Moment) -> Bearer {
        self.groups
            .get(&account)
            .map_or(Bearer::Unknown, |names| names.bearer(name, at))
    }

    /// The id of a group in the policy. It's the same for every moment: the group with this name in
    /// the roster, else the last one in the logs.
    pub fn group(&self, group: &GroupRef) -> Option<IamId> {
        self.asked.borrow_mut().groups.insert(group.entity());
        match &group.group {
            GroupName::ById(id) => Some(Arc::from(id.as_str())),
            GroupName::ByName(name) => {
                let in_snapshot = self
                    .rosters
                    .snapshots_of(group.account)
                    .filter_map(|s| s.group_id(name))
                    .next_back();
                in_snapshot.or_else(|| self.groups.get(&group.account)?.last_bearer(name))
            }
        }
    }

    /// The user's name for messages: the latest one known.
    pub fn user_name(&self, account: AccountId, id: &str) -> Option<Arc<str>> {
        self.asked_about_user(account, id);
        self.users.get(&account)?.name_of(id)
    }

    /// The user's name at a moment. `None`: it isn't known, or the user didn't exist then.
    pub fn user_name_at(&self, account: AccountId, id: &str, at: Moment) -> Option<Arc<str>> {
        self.users.get(&account)?.name_at(id, at)
    }

    /// The group's name at a moment. `None`: it isn't known, or the group didn't exist then.
    pub fn group_name_at(&self, account: AccountId, id: &str, at: Moment) -> Option<Arc<str>> {
        self.groups.get(&account)?.name_at(id, at)
    }

    /// When a change of users, groups or assignments was made, and by whom.
    pub(crate) fn changed_by(&self, record: &RecordKey) -> Option<(Moment, &Arc<Caller>)> {
        match self.world.records.get(record)?.iter().next()?.fact {
            Fact::IamChange(ref change) => Some((change.time, &change.by)),
            Fact::IdentityCenter(ref event) => Some((event.time, &event.by)),
            _ => None,
        }
    }

    /// When the user was deleted, if the logs show it.
    pub fn user_deleted(&self, account: AccountId, id: &str) -> Option<Moment> {
        self.changes.users.get(&(account, Arc::from(id)))?.deleted
    }

    /// The user's ARN, if a snapshot has it.
    pub fn user_arn(&self, account: AccountId, id: &str) -> Option<String> {
        self.asked_about_user(account, id);
        self.rosters
            .snapshots_of(account)
            .rev()
            .filter_map(|snapshot| snapshot.users.get(id))
            .find_map(|user| user.arn())
    }

    /// The account's partition, if a snapshot shows it.
    pub fn partition(&self, account: AccountId) -> Option<&str> {
        self.rosters.partition(account)
    }

    /// Whether anything is known of this user: a snapshot, a change, or a record with both name and
    /// id.
    pub fn knows_user(&self, account: AccountId, id: &str) -> bool {
        self.user_name(account, id).is_some()
    }

    /// Whether there is a roster of the account.
    pub fn has_roster(&self, account: AccountId) -> bool {
        self.rosters.has_roster(account)
    }

    /// The account's snapshots, oldest first, those of unknown time last.
    pub fn snapshots(&self, account: AccountId) -> impl Iterator<Item = &Snapshot> {
        self.rosters.snapshots_of(account)
    }

    /// The latest enrollment up to `at` of a device that belongs, or may belong, to this user.
    pub fn enrolled_by(&self, account: AccountId, user: &str, at: Moment) -> Option<&Enrolment> {
        self.asked_about_user(account, user);
        self.latest(self.changes.by_user.get(&(account, Arc::from(user)))?, at)
    }

    /// The latest enrollment of this device up to `at`.
    pub fn enrolled(&self, serial: &str, at: Moment) -> Option<&Enrolment> {
        self.asked
            .borrow_mut()
            .entities
            .insert(Entity::Device(Arc::from(serial)));
        self.latest(self.changes.by_serial.get(serial)?, at)
    }

    fn latest(&self, indices: &[usize], at: Moment) -> Option<&Enrolment> {
        let time = |index: &usize| {
            self.changes
                .enrolments
                .get(*index)
                .map(|enrolment| enrolment.time)
        };
        let begun = indices.partition_point(|index| time(index).is_some_and(|time| time <= at));
        self.changes
            .enrolments
            .get(*indices.get(begun.checked_sub(1)?)?)
    }
}

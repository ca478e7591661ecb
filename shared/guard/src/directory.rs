//! The identity store of IAM Identity Center: who bore which name, who was in which group, and how
//! people signed in, at a moment.
//!
//! Ids decide, never names: a name can change and be given to somebody else. An id counts only
//! together with its store.

mod activity;
mod asked;
mod assignments;
mod changes;
mod membership;
mod names;
mod silence;
mod snapshot;
mod status;
#[cfg(test)]
mod tests;
mod workflow;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) use activity::{Activity, FailedPortalCall, SignInProof, UserPortalCall, UserSignIn};
pub(crate) use assignments::SetInAccount;
pub use snapshot::{
    ListedAssignment, ListedPermissionSet, ListedUser, StoreSnapshot, StoreSnapshotError,
};

use crate::moment::Moment;
use crate::policy::{IdentityCenter, StoreGroupName};
use crate::roster::{Asked, Bearer, Membership, Rosters};
use crate::seen::{CenterEvent, CenterSubject};
use crate::world::World;
use changes::DirectoryChanges;

/// What the logs and the snapshots together tell about one identity store.
pub(crate) struct Directory<'w> {
    pub(crate) settings: &'w IdentityCenter,
    world: &'w World,
    rosters: &'w Rosters,
    changes: DirectoryChanges,
    /// What was asked about since the last [`Directory::take_asked`].
    asked: RefCell<Asked>,
}

impl<'w> Directory<'w> {
    /// Orders what is known of names and memberships.
    pub(crate) fn new(
        world: &'w World,
        rosters: &'w Rosters,
        settings: &'w IdentityCenter,
    ) -> Self {
        Self {
            settings,
            world,
            rosters,
            changes: DirectoryChanges::read(world, rosters, settings),
            asked: RefCell::default(),
        }
    }

    /// The user whom an event is about: by its id in this store, by the id that its
    /// `AuthWorkflowID` shows elsewhere, or by the name that it shows.
    pub(crate) fn person_of(&self, event: &CenterEvent) -> Bearer {
        if let Some(person) = &event.on_behalf_of {
            return if person.store == self.settings.identity_store {
                Bearer::One(Arc::clone(&person.user))
            } else {
                Bearer::Unknown
            };
        }
        if !self.settings.is_administered_in(event.account) {
            return Bearer::Unknown;
        }
        let sign_in = workflow::workflow_of(event)
            .filter(|_| event.account == self.settings.account)
            .and_then(|workflow| self.changes.sign_ins.get(workflow));
        if let Some(sign_in) = sign_in {
            let users: Vec<Arc<str>> = sign_in.users.iter().map(Arc::clone).collect();
            match users.as_slice() {
                _ if sign_in.elsewhere => return Bearer::Unknown,
                [] => {}
                [user] => return Bearer::One(Arc::clone(user)),
                _ => return Bearer::OneOf(users),
            }
        }
        let own = event.shown_name().map(|name| &**name);
        match own.or_else(|| sign_in?.name()) {
            Some(name) => self.user_named(name, event.time),
            None => Bearer::Unknown,
        }
    }

    /// The names, in lower case, that the records of a sign-in show: its own, else those of the
    /// records that it shares its workflow with.
    pub(crate) fn sign_in_names(&self, event: &CenterEvent) -> BTreeSet<String> {
        if let Some(name) = event.shown_name() {
            return BTreeSet::from([name.to_lowercase()]);
        }
        let workflow = workflow::workflow_of(event);
        let shared = workflow.and_then(|workflow| self.changes.sign_ins.get(workflow));
        shared.map_or_else(BTreeSet::new, |shared| shared.names.clone())
    }

    /// Who bore a user name at `at`. In the second of a creation, deletion or rename of it that is
    /// unknown.
    pub(crate) fn user_named(&self, name: &str, at: Moment) -> Bearer {
        self.bearer(&name.to_lowercase(), at)
    }

    /// The name that a user is known to have borne at `at`.
    pub(crate) fn name_at(&self, user: &str, at: Moment) -> Option<Arc<str>> {
        self.known_name(user, at)
    }

    /// Every name that the user was seen with, in lower case.
    pub(crate) fn names_ever(&self, user: &str) -> BTreeSet<String> {
        self.all_names(user)
    }

    /// The latest name that is known of a user, for messages.
    pub(crate) fn name_of(&self, user: &str) -> Option<Arc<str>> {
        self.latest_name(user)
    }

    /// The id that a group in the policy stands for, at every moment the same: the one with the
    /// name in the latest roster that has one, else the last in the logs. `None` for everybody.
    pub(crate) fn group(&self, group: &StoreGroupName) -> Option<Arc<str>> {
        match group {
            StoreGroupName::Everybody => None,
            StoreGroupName::ById(id) => Some(Arc::from(id.as_str())),
            StoreGroupName::ByName(name) => {
                let mut listed = self.store_rosters().rev();
                let listed = listed.find_map(|roster| roster.group_named(name)).cloned();
                listed.or_else(|| {
                    self.asked_about(CenterSubject::group_name(name));
                    let by_name = &self.changes.groups_by_name;
                    by_name.get(&name.to_lowercase())?.clone()
                })
            }
        }
    }

    /// Whether the user could act as a member of the group at `at`. A disabled user is no member.
    pub(crate) fn membership(&self, user: &str, group: &str, at: Moment) -> Membership {
        let listed = self.listed_member(user, group, at);
        self.unless_disabled(user, at, listed)
    }

    /// The seconds after one moment, up to another, at which somebody may have lost or got access as
    /// a member of a group. `None`: of everybody.
    pub(crate) fn access_changes(
        &self,
        user: &str,
        group: Option<&Arc<str>>,
        (after, until): (Moment, Moment),
    ) -> BTreeSet<Moment> {
        self.asked_about_user(user);
        if let Some(group) = group {
            self.asked_about_membership(user, group);
        }
        let mut found = self.changes.status.seconds(user);
        found.extend(self.changes.lives(user, group));
        if let Some(group) = group {
            found.extend(self.membership_seconds(user, group));
        }
        found.retain(|time| after < *time && *time <= until);
        found
    }

    /// Whether the user could act as one of everybody in the directory at `at`.
    pub(crate) fn is_in_directory(&self, user: &str, at: Moment) -> Membership {
        self.in_directory(user, at)
    }

    /// The rosters of the store, oldest first, those of unknown time last.
    fn store_rosters(&self) -> impl DoubleEndedIterator<Item = &StoreSnapshot> {
        self.rosters.of_store(&self.settings.identity_store)
    }
}

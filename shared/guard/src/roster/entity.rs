//! Users, groups and devices, as a fact or a question refers to them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::IamId;
use crate::id::AccountId;
use crate::moment::Moment;
use crate::policy::{GroupName, GroupRef};
use crate::seen::{Caller, CenterSubject, IamChange, IamChangeKind, NameSeen, NamedKind};

/// What identifies a user or group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handle {
    /// A name, in lower case.
    Name(Arc<str>),
    /// `AIDA…`, `AGPA…`.
    Id(IamId),
}

impl Handle {
    /// Letter case is folded, because IAM never has two names that differ only in case.
    pub fn name(name: &str) -> Self {
        Self::Name(Arc::from(name.to_lowercase()))
    }
}

/// Something that records are about, identified by one of its names or ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A user of an account.
    User(AccountId, Handle),
    /// A group of an account.
    Group(AccountId, Handle),
    /// An MFA device, by its serial.
    Device(Arc<str>),
    /// Something in IAM Identity Center.
    Center(CenterSubject),
}

/// What an answer depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Users and devices. A fact about one of them can change the answer.
    pub entities: BTreeSet<Entity>,
    /// Groups, as the policy names them.
    pub groups: BTreeSet<Entity>,
    /// Role sessions that changed something, and whose person was asked for.
    pub callers: BTreeSet<Caller>,
    /// Periods of more than a day in which the account's log may have a gap.
    pub logs: BTreeSet<(AccountId, Moment, Moment)>,
    /// Periods in which the log of Identity Center may have a gap.
    pub center_logs: BTreeSet<CenterLog>,
}

/// A period in which the log of Identity Center's account may have a gap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CenterLog {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Arc<str>,
    /// The first second.
    pub from: Moment,
    /// The last second.
    pub to: Moment,
    /// A gap that began earlier or ended later counts as well, however long it is.
    pub whole_gaps: bool,
}

impl Asked {
    /// Only what Identity Center was asked about.
    #[must_use]
    pub fn of_center(&self) -> Self {
        let entities = self.entities.iter();
        let center = entities.filter(|entity| matches!(entity, Entity::Center(_)));
        Self {
            entities: center.cloned().collect(),
            center_logs: self.center_logs.clone(),
            ..Self::default()
        }
    }

    /// Adds what another answer depends on.
    pub fn join(&mut self, other: &Self) {
        self.entities.extend(other.entities.iter().cloned());
        self.groups.extend(other.groups.iter().cloned());
        self.callers.extend(other.callers.iter().cloned());
        self.logs.extend(&other.logs);
        self.center_logs.extend(other.center_logs.iter().cloned());
    }
}

impl GroupRef {
    /// The group, as the policy names it.
    pub fn entity(&self) -> Entity {
        let handle = match &self.group {
            GroupName::ById(id) => Handle::Id(Arc::from(id.as_str())),
            GroupName::ByName(name) => Handle::name(name),
        };
        Entity::Group(self.account, handle)
    }
}

impl Entity {
    fn new(what: NamedKind, account: AccountId, handle: Handle) -> Self {
        match what {
            NamedKind::User => Self::User(account, handle),
            NamedKind::Group => Self::Group(account, handle),
        }
    }
}

impl IamChange {
    /// The changed entities, with every name and id in the record. A change of a membership only
    /// lists the user: about the group, it shows only that its name exists.
    pub fn entities(&self) -> BTreeSet<Entity> {
        let account = self.account;
        let named = |what: NamedKind, name: &str| Entity::new(what, account, Handle::name(name));
        match &self.what {
            IamChangeKind::AddUserToGroup { user, .. }
            | IamChangeKind::RemoveUserFromGroup { user, .. } => {
                BTreeSet::from([named(NamedKind::User, user)])
            }
            IamChangeKind::Create { what, name, id } => {
                let by_id = id
                    .iter()
                    .map(|id| Entity::new(*what, account, Handle::Id(Arc::clone(id))));
                by_id.chain([named(*what, name)]).collect()
            }
            IamChangeKind::Delete { what, name } => BTreeSet::from([named(*what, name)]),
            IamChangeKind::Rename { what, from, to } => {
                BTreeSet::from([named(*what, from), named(*what, to)])
            }
            IamChangeKind::EnableMfa { user, serial }
            | IamChangeKind::DeactivateMfa { user, serial } => BTreeSet::from([
                named(NamedKind::User, user),
                Entity::Device(Arc::clone(serial)),
            ]),
        }
    }

    /// The name, at that time, of the group whose membership was changed.
    pub fn group_joined_or_left(&self) -> Option<&Arc<str>> {
        match &self.what {
            IamChangeKind::AddUserToGroup { group, .. }
            | IamChangeKind::RemoveUserFromGroup { group, .. } => Some(group),
            _ => None,
        }
    }
}

impl NameSeen {
    /// The user, by name and by id.
    pub fn entities(&self) -> [Entity; 2] {
        [Handle::name(&self.name), Handle::Id(Arc::clone(&self.id))]
            .map(|handle| Entity::User(self.account, handle))
    }
}

//! Users, groups and devices as a fact or a question names them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::IamId;
use crate::id::AccountId;
use crate::seen::{IamChange, IamChangeKind, NameSeen, NamedKind};

/// What a user or group is found by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handle {
    /// A name, in lower case.
    Name(Arc<str>),
    /// `AIDA…`, `AGPA…`.
    Id(IamId),
}

impl Handle {
    /// IAM names differ in more than case, so case is folded.
    pub fn name(name: &str) -> Self {
        Self::Name(Arc::from(name.to_lowercase()))
    }
}

/// Something that IAM changes, by one of its names or ids.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Entity {
    /// A user of an account.
    User(AccountId, Handle),
    /// A group of an account.
    Group(AccountId, Handle),
    /// An MFA device, by its serial.
    Device(Arc<str>),
}

impl Entity {
    fn of(what: NamedKind, account: AccountId, handle: Handle) -> Self {
        match what {
            NamedKind::User => Self::User(account, handle),
            NamedKind::Group => Self::Group(account, handle),
        }
    }
}

impl IamChange {
    /// What was changed, by every name and id in the record. A membership is its user's: of the
    /// group it says no more than that it has a name.
    pub fn entities(&self) -> BTreeSet<Entity> {
        let account = self.account;
        let named = |what: NamedKind, name: &str| Entity::of(what, account, Handle::name(name));
        match &self.what {
            IamChangeKind::AddUserToGroup { user, .. }
            | IamChangeKind::RemoveUserFromGroup { user, .. } => {
                BTreeSet::from([named(NamedKind::User, user)])
            }
            IamChangeKind::Create { what, name, id } => {
                let by_id = id
                    .iter()
                    .map(|id| Entity::of(*what, account, Handle::Id(Arc::clone(id))));
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

    /// The group whose membership was changed, by its name then.
    pub fn group_joined_or_left(&self) -> Option<&Arc<str>> {
        match &self.what {
            IamChangeKind::AddUserToGroup { group, .. }
            | IamChangeKind::RemoveUserFromGroup { group, .. } => Some(group),
            _ => None,
        }
    }
}

impl NameSeen {
    /// The user, by name and id.
    pub fn entities(&self) -> [Entity; 2] {
        [Handle::name(&self.name), Handle::Id(Arc::clone(&self.id))]
            .map(|handle| Entity::User(self.account, handle))
    }
}

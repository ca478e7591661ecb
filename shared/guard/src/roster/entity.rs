//! Users, groups and devices as a fact or a question names them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::IamId;
use crate::id::AccountId;
use crate::seen::{Change, IamChange, NameSeen, Named};

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
    fn of(what: Named, account: AccountId, handle: Handle) -> Self {
        match what {
            Named::User => Self::User(account, handle),
            Named::Group => Self::Group(account, handle),
        }
    }
}

impl IamChange {
    /// What was changed, by every name and id in the record. A membership is its user's: of the
    /// group it says no more than that it has a name.
    pub fn entities(&self) -> BTreeSet<Entity> {
        let account = self.account;
        let named = |what: Named, name: &str| Entity::of(what, account, Handle::name(name));
        match &self.what {
            Change::AddUserToGroup { user, .. } | Change::RemoveUserFromGroup { user, .. } => {
                BTreeSet::from([named(Named::User, user)])
            }
            Change::Create { what, name, id } => {
                let by_id = id
                    .iter()
                    .map(|id| Entity::of(*what, account, Handle::Id(Arc::clone(id))));
                by_id.chain([named(*what, name)]).collect()
            }
            Change::Delete { what, name } => BTreeSet::from([named(*what, name)]),
            Change::Rename { what, from, to } => {
                BTreeSet::from([named(*what, from), named(*what, to)])
            }
            Change::EnableMfa { user, serial } | Change::DeactivateMfa { user, serial } => {
                BTreeSet::from([named(Named::User, user), Entity::Device(Arc::clone(serial))])
            }
        }
    }

    /// The group whose membership was changed, by its name then.
    pub fn group_joined_or_left(&self) -> Option<&Arc<str>> {
        match &self.what {
            Change::AddUserToGroup { group, .. } | Change::RemoveUserFromGroup { group, .. } => {
                Some(group)
            }
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

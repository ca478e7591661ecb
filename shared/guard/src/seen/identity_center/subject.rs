//! What a record of Identity Center is about.
//!
//! INVARIANT (subjects): an answer about one of these depends only on records that list it among
//! their subjects, and on records that share a sign-in or a membership with one of those.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    CenterEvent, CenterKind, DirectoryChangeKind, GrantChange, Outcome, PortalCall, TokenApi,
};
use crate::id::AccountId;
use crate::moment::Moment;
use crate::seen::{CallerKind, NamedKind};

/// Something in Identity Center that a record or a question is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CenterSubject {
    /// A user, by id: their names, memberships, sign-ins and devices.
    User(Arc<str>),
    /// A user name, in lower case.
    UserName(Arc<str>),
    /// A group, by id. Memberships are stored under the users.
    Group(Arc<str>),
    /// A group's name, in lower case.
    GroupName(Arc<str>),
    /// All users or groups: a change whose record doesn't show what it changed.
    Anybody,
    /// The calls of the access portal for a permission set in an account, in one minute.
    Portal {
        /// The account.
        account: AccountId,
        /// The name of the permission set.
        set: Arc<str>,
        /// Minutes since 1970.
        minute: i64,
    },
    /// The portal session that an application received, by its `credentialId`.
    Credential(Arc<str>),
    /// A permission set, by name.
    PermissionSet(Arc<str>),
    /// The assignments of a permission set, by its ARN, in an account.
    Assignments(AccountId, Arc<str>),
    /// The changes of an account's assignments whose records don't show which ones.
    HiddenAssignments(AccountId),
    /// How long a sign-in is valid.
    SignInLength,
    /// Whether a role, by its id, is one of a permission set.
    Role(Arc<str>),
    /// The people whom a role session's own calls name. `AROA…:session`.
    Session(Arc<str>),
}

impl CenterSubject {
    /// A user name.
    pub fn user_name(name: &str) -> Self {
        Self::UserName(Arc::from(name.to_lowercase()))
    }

    /// A group's name.
    pub fn group_name(name: &str) -> Self {
        Self::GroupName(Arc::from(name.to_lowercase()))
    }

    /// The calls of the access portal in the minute of a moment.
    pub fn portal(account: AccountId, set: &str, at: Moment) -> Self {
        Self::Portal {
            account,
            set: Arc::from(set),
            minute: at.epoch_seconds().div_euclid(60),
        }
    }

    fn named(what: NamedKind, id: &Arc<str>) -> Self {
        match what {
            NamedKind::User => Self::User(Arc::clone(id)),
            NamedKind::Group => Self::Group(Arc::clone(id)),
        }
    }

    fn name_of(what: NamedKind, name: &str) -> Self {
        match what {
            NamedKind::User => Self::user_name(name),
            NamedKind::Group => Self::group_name(name),
        }
    }
}

/// What records share that belong together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CenterLink {
    /// The steps of one sign-in, by `AuthWorkflowID`.
    SignIn(Arc<str>),
    /// The creation and the deletion of a membership, by its id.
    Membership(Arc<str>),
}

impl CenterEvent {
    /// The name that the record shows, and that is a user's of the directory. The name of a role
    /// session is chosen by whoever made the session.
    pub fn shown_name(&self) -> Option<&Arc<str>> {
        if let CenterKind::SignIn(sign_in) = &self.what
            && sign_in.name.is_some()
        {
            return sign_in.name.as_ref();
        }
        match self.by.kind {
            CallerKind::IdentityCenter | CallerKind::Other(_) => self.by.user_name.as_ref(),
            _ => None,
        }
    }

    /// Everything that the record is about.
    pub fn subjects(&self) -> BTreeSet<CenterSubject> {
        let mut found = self.people();
        match &self.what {
            CenterKind::SignIn(_) => {}
            CenterKind::Portal(call) => found.extend(self.portal(call)),
            CenterKind::Directory(change) => found.extend(changed(&change.what)),
            CenterKind::Grant(change) => found.extend(granted(change)),
            CenterKind::Token(call) => {
                let issued = call.issued.as_ref();
                let issued = issued.filter(|_| call.api == TokenApi::CreateTokenWithIam);
                found.extend(issued.map(|issued| CenterSubject::Credential(Arc::clone(issued))));
            }
        }
        found
    }

    /// What the record shares with others.
    pub fn link(&self) -> Option<CenterLink> {
        match &self.what {
            CenterKind::SignIn(sign_in) => sign_in.workflow.clone().map(CenterLink::SignIn),
            CenterKind::Directory(change) => match &change.what {
                DirectoryChangeKind::MemberAdded {
                    membership: Some(membership),
                    ..
                }
                | DirectoryChangeKind::MembershipDeleted { membership } => {
                    Some(CenterLink::Membership(Arc::clone(membership)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether the record only shows that somebody was there: under which name, and how they
    /// signed in. What it says matters from its second on, or from the last such record before it.
    pub fn is_sight(&self) -> bool {
        matches!(self.what, CenterKind::SignIn(_) | CenterKind::Portal(_))
    }

    /// Whom the record shows, by id and name. A record of any kind teaches the name of its caller.
    fn people(&self) -> BTreeSet<CenterSubject> {
        let id = self.on_behalf_of.as_ref().map(|person| &person.user);
        let name = self.shown_name().filter(|name| !name.is_empty());
        if !matches!(self.what, CenterKind::SignIn(_)) && (id.is_none() || name.is_none()) {
            return BTreeSet::new();
        }
        let id = id.map(|id| CenterSubject::User(Arc::clone(id)));
        id.into_iter()
            .chain(name.map(|name| CenterSubject::user_name(name)))
            .collect()
    }

    fn portal(&self, call: &PortalCall) -> Option<CenterSubject> {
        let (account, set) = (call.account?, call.permission_set.as_deref()?);
        let counts = self.outcome != Outcome::Failure;
        counts.then(|| CenterSubject::portal(account, set, self.time))
    }
}

fn changed(what: &DirectoryChangeKind) -> Vec<CenterSubject> {
    match what {
        DirectoryChangeKind::MemberAdded { user, .. }
        | DirectoryChangeKind::MemberRemoved { user, .. }
        | DirectoryChangeKind::Active { user, .. }
        | DirectoryChangeKind::MfaEnrolled { user, .. }
        | DirectoryChangeKind::MfaRemoved { user, .. } => {
            vec![CenterSubject::User(Arc::clone(user))]
        }
        DirectoryChangeKind::MembershipDeleted { .. } => vec![CenterSubject::Anybody],
        DirectoryChangeKind::Created { what, id, name, .. } => {
            let id = id.iter().map(|id| CenterSubject::named(*what, id));
            let name = name.iter();
            id.chain(name.map(|name| CenterSubject::name_of(*what, name)))
                .collect()
        }
        DirectoryChangeKind::Deleted { what, id } => vec![CenterSubject::named(*what, id)],
        DirectoryChangeKind::Renamed { what, id, to } => {
            let to = to.iter().map(|name| CenterSubject::name_of(*what, name));
            to.chain([CenterSubject::named(*what, id)]).collect()
        }
        DirectoryChangeKind::Unknown { what, id } => vec![
            id.as_ref()
                .map_or(CenterSubject::Anybody, |id| CenterSubject::named(*what, id)),
        ],
    }
}

fn granted(change: &GrantChange) -> Option<CenterSubject> {
    match change {
        GrantChange::Assignment {
            permission_set: Some(set),
            account: Some(account),
            principal: Some(_),
            ..
        } => Some(CenterSubject::Assignments(*account, Arc::clone(set))),
        GrantChange::Assignment { account, .. } => {
            Some(account.map_or(CenterSubject::Anybody, CenterSubject::HiddenAssignments))
        }
        GrantChange::PermissionSet { name, .. } => name.clone().map(CenterSubject::PermissionSet),
        GrantChange::SignInLasts(_) => Some(CenterSubject::SignInLength),
    }
}

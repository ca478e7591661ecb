//! The identity store of IAM Identity Center: who bore which name, who was in which group, and how
//! people signed in, at a moment.
//!
//! Ids decide, never names: a name can change and be given to somebody else. An id counts only
//! together with its store.

mod activity;
mod snapshot;

use std::sync::Arc;

pub(crate) use activity::{Activity, FailedPortalCall, SignInProof, UserPortalCall, UserSignIn};
pub use snapshot::{StoreSnapshot, StoreSnapshotError};

use crate::moment::Moment;
use crate::policy::{IdentityCenter, StoreGroupName};
use crate::roster::{Bearer, Membership, Rosters};
use crate::seen::CenterEvent;
use crate::world::World;

/// What the logs and the snapshots together tell about one identity store.
pub(crate) struct Directory<'w> {
    pub(crate) settings: &'w IdentityCenter,
    world: &'w World,
    rosters: &'w Rosters,
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
        }
    }

    /// The user whom an event is about: by its id in this store, by the id that its
    /// `AuthWorkflowID` shows elsewhere, or by the name that it shows.
    pub(crate) fn person_of(&self, _event: &CenterEvent) -> Bearer {
        Bearer::Unknown
    }

    /// Who bore a user name at `at`. In the second of a creation, deletion or rename of it that is
    /// unknown.
    pub(crate) fn user_named(&self, _name: &str, _at: Moment) -> Bearer {
        Bearer::Unknown
    }

    /// The name that a user is known to have borne at `at`.
    pub(crate) fn name_at(&self, _user: &str, _at: Moment) -> Option<Arc<str>> {
        None
    }

    /// The latest name that is known of a user, for messages.
    pub(crate) fn name_of(&self, _user: &str) -> Option<Arc<str>> {
        None
    }

    /// The id that a group in the policy stands for, at every moment the same.
    pub(crate) fn group(&self, _group: &StoreGroupName) -> Option<Arc<str>> {
        None
    }

    /// Whether the user could act as a member of the group at `at`. A disabled user is no member.
    pub(crate) fn membership(&self, _user: &str, _group: &str, _at: Moment) -> Membership {
        Membership::Unproven {
            missing: String::new(),
        }
    }

    /// A silence of the logs during which a sign-in from one moment to another may be missing.
    pub(crate) fn sign_in_silence(&self, _window: (Moment, Moment)) -> Option<String> {
        None
    }
}

//! The users, groups and devices that are asked about, and what ties them together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rolewatch_guard::id::AccountId;
use rolewatch_guard::policy::Policy;
use rolewatch_guard::roster::{Entity, Handle};
use rolewatch_guard::seen::{IamChange, IamChangeKind};

/// INVARIANT (related): whatever is tied to something wanted is wanted too, no matter which of the
/// two was known first. So a user is asked about under every name and id.
#[derive(Debug, Default)]
pub(super) struct RelatedEntities {
    wanted: BTreeSet<Entity>,
    ties: BTreeMap<Entity, BTreeSet<Entity>>,
    /// Those of `wanted` that weren't taken yet.
    fresh: Vec<Entity>,
}

impl RelatedEntities {
    /// Wants an entity, and everything tied to it.
    pub(super) fn want(&mut self, entity: Entity) {
        let mut open = vec![entity];
        while let Some(entity) = open.pop() {
            if self.wanted.insert(entity.clone()) {
                open.extend(self.ties.get(&entity).into_iter().flatten().cloned());
                self.fresh.push(entity);
            }
        }
    }

    /// Notes that two entities are, or may be, the same user or group.
    pub(super) fn tie(&mut self, one: &Entity, other: &Entity) {
        for (one, other) in [(one, other), (other, one)] {
            let tied = self.ties.entry(one.clone()).or_default();
            if tied.insert(other.clone()) && self.wanted.contains(one) {
                self.want(other.clone());
            }
        }
    }

    /// Ties what a change ties: a new user's name and id, or the names before and after.
    pub(super) fn tie_by_change(&mut self, change: &IamChange) {
        if matches!(
            change.what,
            IamChangeKind::Create { id: Some(_), .. } | IamChangeKind::Rename { .. }
        ) {
            let mut both = change.entities().into_iter();
            if let (Some(one), Some(other)) = (both.next(), both.next()) {
                self.tie(&one, &other);
            }
        }
    }

    /// Ties a user's name to an id.
    pub(super) fn tie_user(&mut self, account: AccountId, name: &str, id: &str) {
        self.tie(
            &Entity::User(account, Handle::name(name)),
            &Entity::User(account, Handle::Id(Arc::from(id))),
        );
    }

    /// Ties a group's name to an id.
    pub(super) fn tie_group(&mut self, account: AccountId, name: &str, id: &str) {
        self.tie(
            &Entity::Group(account, Handle::name(name)),
            &Entity::Group(account, Handle::Id(Arc::from(id))),
        );
    }

    /// An entity that is wanted and wasn't returned before.
    pub(super) fn take_fresh(&mut self) -> Option<Entity> {
        self.fresh.pop()
    }

    /// Whether something wanted wasn't taken yet.
    pub(super) fn has_fresh(&self) -> bool {
        !self.fresh.is_empty()
    }

    /// Everything that is wanted.
    pub(super) fn wanted(&self) -> &BTreeSet<Entity> {
        &self.wanted
    }

    /// Has everything wanted taken once more.
    pub(super) fn again(&mut self) {
        self.fresh = self.wanted.iter().cloned().collect();
    }
}

/// The accounts in which the previous version of rolewatch stored what it knew about an entity. A
/// device doesn't show its account.
pub(super) fn accounts_of(entity: &Entity, policy: &Policy) -> BTreeSet<AccountId> {
    match entity {
        Entity::User(account, _) | Entity::Group(account, _) => BTreeSet::from([*account]),
        Entity::Center(_) => BTreeSet::new(),
        Entity::Device(serial) => {
            let own = serial.split(':').nth(4).and_then(|part| part.parse().ok());
            let groups = policy.roles.iter().flat_map(|role| &role.groups);
            groups.map(|group| group.account).chain(own).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entity(number: u8) -> Entity {
        let account = "111122223333".parse().unwrap();
        let handle = if number.is_multiple_of(2) {
            Handle::name(&format!("n{number}"))
        } else {
            Handle::Id(Arc::from(format!("i{number}")))
        };
        Entity::User(account, handle)
    }

    /// What is tied to one of the wanted entities, directly or through others.
    fn closure(ties: &[(u8, u8)], wanted: &[u8]) -> BTreeSet<Entity> {
        let mut found: BTreeSet<u8> = wanted.iter().copied().collect();
        loop {
            let before = found.len();
            for (one, other) in ties {
                if found.contains(one) || found.contains(other) {
                    found.extend([one, other]);
                }
            }
            if found.len() == before {
                return found.into_iter().map(entity).collect();
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_tied_is_wanted_in_any_order(
            ties in prop::collection::vec((0_u8..12, 0_u8..12), 0..12),
            wanted in prop::collection::vec(0_u8..12, 0..3),
            first in 0_usize..3,
        ) {
            let mut related = RelatedEntities::default();
            let (before, after) = wanted.split_at(first.min(wanted.len()));
            let (early, late) = ties.split_at(ties.len() / 2);
            for (wanted, ties) in [(before, early), (after, late)] {
                for one in wanted {
                    related.want(entity(*one));
                }
                for (one, other) in ties {
                    related.tie(&entity(*one), &entity(*other));
                }
            }
            prop_assert_eq!(related.wanted(), &closure(&ties, &wanted));
            let taken: BTreeSet<Entity> = std::iter::from_fn(|| related.take_fresh()).collect();
            prop_assert_eq!(&taken, related.wanted());
        }
    }
}

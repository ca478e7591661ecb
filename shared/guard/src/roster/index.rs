//! Finds users and groups in rosters without going through all of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::{Entity, Handle, IamId, Rosters, Snapshot};
use crate::id::AccountId;

/// The users of all rosters by name. Ids are looked up in the rosters themselves.
#[derive(Debug, Clone, Default)]
pub struct RosterIndex {
    /// The hash of a lower-case name, and an id that some roster shows with it. Sorted.
    users: HashMap<AccountId, Vec<(u64, IamId)>>,
}

impl RosterIndex {
    /// Builds the index of these rosters.
    pub fn new(rosters: &Rosters) -> Self {
        let mut users: HashMap<AccountId, Vec<(u64, IamId)>> = HashMap::new();
        let mut before: Option<&Snapshot> = None;
        for snapshot in rosters.iter() {
            let before = before
                .replace(snapshot)
                .filter(|before| before.account == snapshot.account);
            let known = |id: &IamId, name: &str| {
                before
                    .and_then(|before| before.users.get(id))
                    .is_some_and(|user| *user.name == *name)
            };
            // Nearly everybody is in every roster, under the same name.
            let new = snapshot
                .users
                .iter()
                .filter(|(id, user)| !known(id, &user.name))
                .map(|(id, user)| (hash_of(&user.name.to_lowercase()), Arc::clone(id)));
            users.entry(snapshot.account).or_default().extend(new);
        }
        for of_account in users.values_mut() {
            of_account.sort_unstable();
            of_account.dedup();
            of_account.shrink_to_fit();
        }
        Self { users }
    }

    /// Everything that one of the rosters ties to an entity: the names of an id, and the ids of a
    /// name.
    pub fn tied_to(&self, rosters: &Rosters, entity: &Entity) -> BTreeSet<Entity> {
        match entity {
            Entity::User(account, Handle::Id(id)) => rosters
                .snapshots_of(*account)
                .filter_map(|snapshot| snapshot.users.get(id))
                .map(|user| Entity::User(*account, Handle::name(&user.name)))
                .collect(),
            Entity::User(account, Handle::Name(name)) => self
                .ids_of(*account, name)
                .filter(|id| bears(rosters, *account, id, name))
                .map(|id| Entity::User(*account, Handle::Id(Arc::clone(id))))
                .collect(),
            Entity::Group(account, Handle::Name(name)) => rosters
                .snapshots_of(*account)
                .filter_map(|snapshot| snapshot.group_id(name))
                .map(|id| Entity::Group(*account, Handle::Id(id)))
                .collect(),
            Entity::Group(account, Handle::Id(id)) => rosters
                .snapshots_of(*account)
                .filter_map(|snapshot| snapshot.group_names.get(id))
                .map(|name| Entity::Group(*account, Handle::name(name)))
                .collect(),
            Entity::Device(_) | Entity::Center(_) => BTreeSet::new(),
        }
    }

    /// Ids that may have had a lower-case name, and maybe others.
    fn ids_of(&self, account: AccountId, name: &str) -> impl Iterator<Item = &IamId> {
        let hash = hash_of(name);
        let all = self.users.get(&account).map_or(&[][..], Vec::as_slice);
        let from = all.partition_point(|(known, _)| *known < hash);
        let rest = all.get(from..).unwrap_or_default();
        rest.iter()
            .take_while(move |(known, _)| *known == hash)
            .map(|(_, id)| id)
    }
}

fn hash_of(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

/// Whether a roster shows the id with this lower-case name.
fn bears(rosters: &Rosters, account: AccountId, id: &str, name: &str) -> bool {
    rosters
        .snapshots_of(account)
        .filter_map(|snapshot| snapshot.users.get(id))
        .any(|user| user.name.to_lowercase() == name)
}

impl Rosters {
    /// The same rosters with nobody and no group but these. What they show of these is the same.
    #[must_use]
    pub fn about(&self, entities: &BTreeSet<Entity>) -> Self {
        let mut out = Self::default();
        for snapshot in self.iter() {
            out.add(snapshot.about(entities));
        }
        out.stores.clone_from(&self.stores);
        out
    }

    /// Whether one of the account's rosters lists the account, and not only one user or group.
    pub(crate) fn has_roster(&self, account: AccountId) -> bool {
        self.snapshots_of(account).any(|snapshot| !snapshot.partial)
    }
}

impl Snapshot {
    fn about(&self, entities: &BTreeSet<Entity>) -> Self {
        let mut out = Self {
            account: self.account,
            partition: self.partition.clone(),
            taken: self.taken,
            truncated: self.truncated,
            partial: self.partial,
            roles: Arc::clone(&self.roles),
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            group_names: BTreeMap::new(),
        };
        for entity in entities {
            match entity {
                Entity::User(account, Handle::Id(id)) if *account == self.account => {
                    let listed = self.users.get_key_value(id);
                    out.users
                        .extend(listed.map(|(id, user)| (Arc::clone(id), Arc::clone(user))));
                }
                Entity::Group(account, Handle::Name(name)) if *account == self.account => {
                    let listed = self.groups.get_key_value(&**name);
                    out.groups
                        .extend(listed.map(|(name, id)| (name.clone(), Arc::clone(id))));
                }
                Entity::Group(account, Handle::Id(id)) if *account == self.account => {
                    let listed = self.group_names.get_key_value(id);
                    out.group_names
                        .extend(listed.map(|(id, name)| (Arc::clone(id), Arc::clone(name))));
                }
                Entity::User(..) | Entity::Group(..) | Entity::Device(_) | Entity::Center(_) => {}
            }
        }
        out
    }
}

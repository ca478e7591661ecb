//! All rosters that were given, in their order.

use std::sync::Arc;

use super::Snapshot;
use crate::directory::StoreSnapshot;
use crate::id::AccountId;

/// All snapshots that were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rosters {
    /// Shared, because every judgment copies the list.
    snapshots: Vec<Arc<Snapshot>>,
    pub(super) stores: Vec<Arc<StoreSnapshot>>,
}

impl Rosters {
    /// Adds a snapshot. The order of adding doesn't matter.
    pub fn add(&mut self, snapshot: impl Into<Arc<Snapshot>>) {
        let snapshot = snapshot.into();
        let order = |s: &Snapshot| (s.account, s.taken.is_none(), s.taken);
        let at = self
            .snapshots
            // INVARIANT (order): sorted by account and time, those of unknown time last, so that
            // the order of adding has no effect.
            .partition_point(|known| (order(known), known) < (order(&snapshot), &snapshot));
        if self.snapshots.get(at) != Some(&snapshot) {
            self.snapshots.insert(at, snapshot);
        }
    }

    /// The account's snapshots, oldest first, those of unknown time last.
    pub fn snapshots_of(&self, account: AccountId) -> impl DoubleEndedIterator<Item = &Snapshot> {
        let from = self
            .snapshots
            .partition_point(|snapshot| snapshot.account < account);
        let to = self
            .snapshots
            .partition_point(|snapshot| snapshot.account <= account);
        self.snapshots
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|snapshot| &**snapshot)
    }

    /// The account's partition, if one of its snapshots shows it.
    pub fn partition(&self, account: AccountId) -> Option<&str> {
        self.snapshots_of(account)
            .find_map(|snapshot| snapshot.partition.as_deref())
    }

    /// Whether a roster of the account lists a group of this name.
    pub fn lists_group(&self, account: AccountId, name: &str) -> bool {
        self.snapshots_of(account)
            .any(|snapshot| snapshot.group_id(name).is_some())
    }

    /// Adds a snapshot of an identity store; the order of adding doesn't matter.
    pub fn add_store(&mut self, snapshot: impl Into<Arc<StoreSnapshot>>) {
        let snapshot = snapshot.into();
        let order = |s: &StoreSnapshot| (Arc::clone(&s.store), s.taken.is_none(), s.taken);
        let at = self
            .stores
            // INVARIANT (order): sorted like the snapshots of accounts.
            .partition_point(|known| (order(known), known) < (order(&snapshot), &snapshot));
        if self.stores.get(at) != Some(&snapshot) {
            self.stores.insert(at, snapshot);
        }
    }

    /// The snapshots of identity stores, without those of accounts.
    #[must_use]
    pub fn only_stores(&self) -> Self {
        Self {
            snapshots: Vec::new(),
            stores: self.stores.clone(),
        }
    }

    /// The snapshots of an identity store, oldest first, those of unknown time last.
    pub fn of_store(&self, store: &str) -> impl DoubleEndedIterator<Item = &StoreSnapshot> {
        let from = self.stores.partition_point(|known| &*known.store < store);
        let to = self.stores.partition_point(|known| &*known.store <= store);
        let of_store = self.stores.get(from..to).unwrap_or_default();
        of_store.iter().map(|snapshot| &**snapshot)
    }

    /// All snapshots of identity stores.
    pub fn stores(&self) -> impl DoubleEndedIterator<Item = &StoreSnapshot> {
        self.stores.iter().map(|snapshot| &**snapshot)
    }

    /// All snapshots of accounts.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Snapshot> {
        self.snapshots.iter().map(|snapshot| &**snapshot)
    }
}

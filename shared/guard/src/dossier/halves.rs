//! Joins halves to switches: by the issued key and the session, and by `sharedEventID`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Half, Switch, SwitchKey};
use crate::id::RecordKey;
use crate::time::chosen::SAME_CALL;

pub(super) fn join<'w>(
    mut halves: Vec<Half<'w>>,
    conflicting: &BTreeMap<&'w RecordKey, usize>,
) -> Vec<Switch<'w>> {
    // In a cross-account call, each account gets its own record with its own event id. Both have
    // the same `sharedEventID`, issued key and session.
    halves.sort_by(|a, b| (a.mint.time, a.record, a.mint).cmp(&(b.mint.time, b.record, b.mint)));
    let mut groups = DisjointSets::new(halves.len());
    // INVARIANT (order): halves are sorted, so "the one before" doesn't depend on the order in
    // which they came.
    let mut by_key: HashMap<(&str, &str), usize> = HashMap::new();
    let mut by_shared: HashMap<&crate::id::EventId, usize> = HashMap::new();
    for (at, half) in halves.iter().enumerate() {
        let mint = half.mint;
        if let Some(issued) = &mint.issued {
            // The key alone isn't enough, because AWS reuses access key ids. Two mints of one key
            // within seconds, for the same session, are one call.
            let key = (mint.session.as_deref().unwrap_or_default(), &**issued);
            if let Some(before) = by_key.insert(key, at)
                && halves
                    .get(before)
                    .is_some_and(|other| mint.time.seconds_since(other.mint.time) <= SAME_CALL)
            {
                groups.unite(before, at);
            }
        }
        // AWS writes a `sharedEventID` for services too, where nothing is cross-account. So it only
        // joins records that could be one call in every other respect.
        if let Some(shared) = &mint.shared
            && let Some(before) = by_shared.insert(shared, at)
            && halves
                .get(before)
                .is_some_and(|other| may_be_one_call(other, half))
        {
            groups.unite(before, at);
        }
    }
    let mut members: BTreeMap<usize, Vec<Half<'w>>> = BTreeMap::new();
    for (at, half) in halves.into_iter().enumerate() {
        members.entry(groups.find(at)).or_default().push(half);
    }
    members
        .into_values()
        .filter_map(|halves| switch(halves, conflicting))
        .collect()
}

fn may_be_one_call(a: &Half<'_>, b: &Half<'_>) -> bool {
    let issued_agree =
        a.mint.issued.is_none() || b.mint.issued.is_none() || a.mint.issued == b.mint.issued;
    // Two records in one account are two calls, whatever they share: each account gets one copy of
    // a call.
    a.mint.api == b.mint.api && a.record.account != b.record.account && issued_agree
}

fn switch<'w>(
    halves: Vec<Half<'w>>,
    conflicting: &BTreeMap<&'w RecordKey, usize>,
) -> Option<Switch<'w>> {
    // The halves are sorted by time, so the earlier one gives the switch its time. That doesn't
    // depend on which half was read first.
    let first = halves.first()?;
    let session = halves.iter().find_map(|half| half.mint.session.clone());
    // A record without a session is a switch of its own.
    let session = session
        .unwrap_or_else(|| Arc::from(format!("{} {}", first.record.account, first.record.event)));
    let key = SwitchKey {
        second: first.mint.time,
        session,
        issued: halves.iter().find_map(|half| half.mint.issued.clone()),
    };
    let conflicting = halves
        .iter()
        .map(|half| half.record)
        .filter(|record| conflicting.contains_key(record))
        .collect();
    Some(Switch {
        halves,
        conflicting,
        ..Switch::empty(key)
    })
}

/// A partition of numbered items into sets (disjoint sets).
pub(crate) struct DisjointSets(Vec<usize>);

impl DisjointSets {
    /// Each item in a set of its own.
    pub(crate) fn new(len: usize) -> Self {
        Self((0..len).collect())
    }

    /// The set that this item is in, identified by its smallest member.
    pub(crate) fn find(&mut self, at: usize) -> usize {
        let mut root = at;
        while let Some(parent) = self.0.get(root).copied()
            && parent != root
        {
            root = parent;
        }
        // Path compression: every item on the way now points to the root.
        let mut walk = at;
        while let Some(slot) = self.0.get_mut(walk)
            && *slot != root
        {
            walk = std::mem::replace(slot, root);
        }
        root
    }

    /// Joins the sets of these two items.
    pub(crate) fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(slot) = self.0.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
}

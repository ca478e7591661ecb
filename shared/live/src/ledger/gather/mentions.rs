//! The changes that name a group of the policy, if no roster lists the group.
//!
//! A group of the policy has an id only if something names it. If that is only a change of
//! somebody's membership, one such change is enough, no matter who joined or left: the earliest one
//! that counts. Its copies and corrections are read too. If they leave it uncertain, more changes
//! are read, and at last all.

use std::collections::BTreeMap;
use std::sync::Arc;

use rolewatch_guard::id::{AccountId, RecordKey};
use rolewatch_guard::seen::SeenRecord;

/// How many more changes are read than before.
const GROWTH: usize = 8;

/// What was read about a group that no roster lists.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// How many changes were asked for.
    most: usize,
    /// There are no others.
    all: bool,
    records: Vec<RecordKey>,
}

impl Mentions {
    /// What was read when this many changes were asked for.
    pub(super) fn new(most: usize, rows: usize, records: Vec<RecordKey>) -> Self {
        Self {
            most,
            all: rows < most,
            records,
        }
    }

    /// How many changes to ask for next. `None`: what was read is enough.
    pub(super) fn next(
        &self,
        facts: &BTreeMap<(RecordKey, Arc<str>), SeenRecord>,
    ) -> Option<usize> {
        let is_enough = self.all || self.records.iter().any(|one| is_certain(one, facts));
        (!is_enough).then(|| self.most.saturating_mul(GROWTH).max(1))
    }
}

/// Groups by account and lower-case name.
pub(super) type UnlistedGroups = BTreeMap<(AccountId, Arc<str>), Mentions>;

/// Whether a record has one version, and no correction.
fn is_certain(record: &RecordKey, facts: &BTreeMap<(RecordKey, Arc<str>), SeenRecord>) -> bool {
    let mut own = facts
        .range((record.clone(), Arc::from(""))..)
        .take_while(|((key, _), _)| key == record);
    let is_single = own
        .next()
        .is_some_and(|(_, seen)| seen.correction.is_none())
        && own.next().is_none();
    let corrects = |seen: &SeenRecord| {
        let correction = seen.correction.as_ref();
        correction.is_some_and(|one| one.original.as_ref() == Some(record))
    };
    is_single && !facts.values().any(corrects)
}

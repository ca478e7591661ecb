//! Everything that is known: facts by the id of their record, and merged hints.
//!
//! INVARIANT (order): a world is a join of its parts. [`World::join`] is commutative, associative
//! and idempotent, because every part is a set union, a minimum or a maximum. So the order,
//! repetition and splitting of the input has no effect on it.

mod calls;
mod heard;
mod in_force;
mod strings;
mod uses;

use std::cmp::Ordering;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub use calls::CallSample;
pub(crate) use calls::CallTotals;
pub(crate) use heard::HeardLogs;
pub use heard::Log;
pub(crate) use in_force::{contradicted, facts_in_force};
pub use uses::{SessionKey, UseAt, UseFold, quarter_of_hour};

use crate::arn::RoleArn;
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::seen::{Correction, Fact, NameSeen, RecordAbout, SeenRecord, ServiceMint, ServiceSeen};
use strings::Strings;

/// One distinct content of a record. More than one under the same id is a conflict, unless one
/// corrects the other.
#[derive(Debug, Clone)]
pub struct Version {
    /// What the record says.
    pub fact: Fact,
    /// Present if the record corrects or repeats another one.
    pub correction: Option<Box<Correction>>,
    /// The call's name, and where it came from. Copies that differ only in this are the same.
    pub about: Arc<RecordAbout>,
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_fact = self.fact.cmp(&other.fact);
        by_fact.then_with(|| self.correction.cmp(&other.correction))
    }
}

impl Version {
    /// Takes over what an equal copy says about the call. The greatest one is kept, so the order of
    /// the copies has no effect.
    fn join_about(&mut self, copy: &Self) {
        if copy.about > self.about {
            self.about = Arc::clone(&copy.about);
        }
    }
}

/// The versions of one record; nearly always there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// All copies agree.
    One(Version),
    /// Copies differ. Sorted, without duplicates.
    Many(Vec<Version>),
}

impl Versions {
    fn add(&mut self, version: Version) -> AddOutcome {
        match self {
            // Log files are sometimes delivered twice, and two trails record everything twice. The
            // same content is the same fact.
            Self::One(known) if *known == version => {
                known.join_about(&version);
                AddOutcome::Duplicate
            }
            Self::One(known) => {
                let mut both = vec![known.clone(), version];
                both.sort();
                *self = Self::Many(both);
                AddOutcome::Conflicting
            }
            Self::Many(known) => match known.binary_search(&version) {
                Ok(at) => {
                    if let Some(known) = known.get_mut(at) {
                        known.join_about(&version);
                    }
                    AddOutcome::Duplicate
                }
                Err(at) => {
                    known.insert(at, version);
                    AddOutcome::Conflicting
                }
            },
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Version> {
        match self {
            Self::One(version) => std::slice::from_ref(version).iter(),
            Self::Many(versions) => versions.iter(),
        }
    }
}

/// The result of adding a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// The record wasn't known.
    New,
    /// The same content was already known.
    Duplicate,
    /// Different content is known under the same id.
    Conflicting,
    /// The record has no fact to keep under its id.
    Nothing,
}

/// The first and the last time at which a name and an id were seen together.
pub(crate) type NameSpan = (Moment, Moment);

/// Everything that is known.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub(crate) records: HashMap<RecordKey, Versions>,
    pub(crate) uses: HashMap<SessionKey, UseFold>,
    pub(crate) names: BTreeMap<(AccountId, Arc<str>, Arc<str>), NameSpan>,
    pub(crate) roles: BTreeMap<Arc<str>, BTreeSet<RoleArn>>,
    pub(crate) heard: HeardLogs,
    pub(crate) services: HashSet<ServiceMint>,
    latest: Option<Moment>,
    earliest: Option<Moment>,
    strings: Strings,
}

impl World {
    /// Adds what one record says.
    pub fn add(&mut self, seen: SeenRecord) -> AddOutcome {
        // In an archive, the time of the latest record is used as "now". A record that isn't there
        // by then may still arrive.
        self.note_time(seen.time);
        if let Some(region) = &seen.region {
            self.heard.note_heard(
                seen.key.account,
                region,
                Log::for_service(seen.service, region),
                seen.time,
            );
        }
        let about = self.strings.about(seen.about);
        if let Some(used) = seen.used {
            let (key, fold) = UseFold::from_use(used, &seen.key, &about);
            self.fold_use(key, fold);
        }
        if let Some(NameSeen {
            account,
            name,
            id,
            time,
        }) = seen.named
        {
            self.fold_name((account, name, id), (time, time));
        }
        if let Some((id, role)) = seen.role {
            self.roles.entry(id).or_default().insert(role);
        }
        // A record without a fact counts as heard and as a hint, but its copies can't contradict
        // each other.
        let Some(mut fact) = seen.fact else {
            return AddOutcome::Nothing;
        };
        self.strings.intern_fact(&mut fact);
        self.add_version(
            seen.key,
            Version {
                fact,
                correction: seen.correction.map(Box::new),
                about,
            },
        )
    }

    /// Adds a service's entry into a role that isn't elevated.
    pub fn add_service(&mut self, seen: ServiceSeen) -> AddOutcome {
        self.note_time(seen.time);
        if let Some(region) = &seen.region {
            self.heard
                .note_heard(seen.stub.account(), region, Log::Identity, seen.time);
        }
        if self.services.insert(seen.stub) {
            AddOutcome::New
        } else {
            AddOutcome::Duplicate
        }
    }

    /// Notes that a Region's log has a record of STS, sign-in, IAM or SSO about an account in the
    /// hour of `time`, if nothing more is known.
    pub fn hear_of(&mut self, account: AccountId, region: &Arc<str>, time: Moment) {
        self.heard.note_heard(account, region, Log::Identity, time);
    }

    /// Notes that a Region has a log about an account, if nothing more is known.
    pub fn hear_of_log(&mut self, account: AccountId, region: &Arc<str>) {
        self.heard.note_region(account, region);
    }

    /// Notes that IAM events of this account, or of any account, are recorded in a Region, if
    /// nothing more is known.
    pub fn hear_of_iam(&mut self, account: Option<AccountId>, region: &Arc<str>) {
        self.heard.note_iam_region(account, region);
    }

    /// Everything that either world knows.
    #[must_use]
    pub fn join(mut self, mut other: Self) -> Self {
        // The smaller world is added to the larger one. This may swap the two, which doesn't matter
        // because joining is commutative.
        if other.records.len() > self.records.len() {
            return other.join(self);
        }
        self.latest = self.latest.max(other.latest);
        if let Some(earliest) = other.earliest {
            self.note_time(earliest);
        }
        self.heard.join(other.heard);
        if other.services.len() > self.services.len() {
            std::mem::swap(&mut self.services, &mut other.services);
        }
        self.services.extend(other.services);
        for (key, fold) in other.uses {
            self.fold_use(key, fold);
        }
        for (key, span) in other.names {
            self.fold_name(key, span);
        }
        for (id, roles) in other.roles {
            self.roles.entry(id).or_default().extend(roles);
        }
        for (key, versions) in other.records {
            match versions {
                Versions::One(mut version) => {
                    self.strings.intern_fact(&mut version.fact);
                    version.about = self.strings.about(version.about);
                    self.add_version(key, version);
                }
                Versions::Many(versions) => {
                    for version in versions {
                        self.add_version(key.clone(), version);
                    }
                }
            }
        }
        self
    }

    /// The time of the latest relevant record. It's the default for `as_of`.
    pub fn latest(&self) -> Option<Moment> {
        self.latest
    }

    /// The time of the earliest relevant record.
    pub(crate) fn earliest(&self) -> Option<Moment> {
        self.earliest
    }

    fn note_time(&mut self, time: Moment) {
        self.latest = self.latest.max(Some(time));
        self.earliest = Some(self.earliest.map_or(time, |known| known.min(time)));
    }

    /// The time of a record that is kept under its id, and what it says about the call.
    pub(crate) fn about(&self, record: &RecordKey) -> Option<(Moment, &RecordAbout)> {
        let versions = self.records.get(record)?.iter();
        // Copies that contradict each other are about the same call nearly always.
        let mut known = versions.filter_map(|one| Some((one.fact.time()?, &*one.about)));
        known.next()
    }

    /// The number of different records that are kept under their own id.
    pub fn len(&self) -> usize {
        self.records
            .values()
            .map(|versions| versions.iter().count())
            .sum::<usize>()
            + self.services.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty() && self.services.is_empty() && self.uses.is_empty()
    }

    fn add_version(&mut self, key: RecordKey, version: Version) -> AddOutcome {
        match self.records.entry(key) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(Versions::One(version));
                AddOutcome::New
            }
            std::collections::hash_map::Entry::Occupied(mut slot) => slot.get_mut().add(version),
        }
    }

    fn fold_use(&mut self, key: SessionKey, fold: UseFold) {
        let key = key.map_strings(|text| self.strings.intern(text));
        match self.uses.entry(key) {
            std::collections::hash_map::Entry::Vacant(slot) => {
                slot.insert(fold);
            }
            std::collections::hash_map::Entry::Occupied(mut slot) => slot.get_mut().join(fold),
        }
    }

    fn fold_name(&mut self, key: (AccountId, Arc<str>, Arc<str>), (first, last): NameSpan) {
        match self.names.entry(key) {
            Entry::Vacant(slot) => {
                slot.insert((first, last));
            }
            Entry::Occupied(mut slot) => {
                let span = slot.get_mut();
                *span = (span.0.min(first), span.1.max(last));
            }
        }
    }
}

#[cfg(test)]
mod tests;

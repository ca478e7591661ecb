//! All that is known: facts by the id of their record, and folded hints.
//!
//! INVARIANT (order): a world is a join of its parts. [`World::join`] is commutative, associative
//! and idempotent, because every part is a set union, a minimum or a maximum; so the order,
//! repetition and splitting of what was read cannot show in it.

mod heard;
mod in_force;
mod strings;
mod uses;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

pub(crate) use heard::HeardLogs;
pub use heard::Log;
pub(crate) use in_force::{contradicted, facts_in_force};
pub use uses::{SessionKey, UseFold};

use crate::arn::RoleArn;
use crate::id::{AccountId, RecordKey};
use crate::moment::Moment;
use crate::seen::{Correction, Fact, NameSeen, SeenRecord, ServiceMint, ServiceSeen};
use strings::Strings;

/// One distinct content of a record: more than one under the same id is a conflict, unless one
/// corrects the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// What it says.
    pub fact: Fact,
    /// It corrects or repeats another record.
    pub correction: Option<Box<Correction>>,
}

/// The versions of one record; nearly always one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Versions {
    /// All copies agree.
    One(Version),
    /// Copies differ; sorted, without repetition.
    Many(Vec<Version>),
}

impl Versions {
    fn add(&mut self, version: Version) -> AddOutcome {
        match self {
            // Log files are delivered twice now and then, and two trails record everything twice.
            // The same content is the same fact.
            Self::One(known) if *known == version => AddOutcome::Duplicate,
            Self::One(known) => {
                let mut both = vec![known.clone(), version];
                both.sort();
                *self = Self::Many(both);
                AddOutcome::Conflicting
            }
            Self::Many(known) => match known.binary_search(&version) {
                Ok(_) => AddOutcome::Duplicate,
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

/// What became of a record that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddOutcome {
    /// It was not known.
    New,
    /// The same was known already.
    Duplicate,
    /// Another content is known under the same id.
    Conflicting,
    /// It holds nothing that is kept under its id.
    Nothing,
}

/// When a pair of name and id was seen, first and last.
pub(crate) type NameSpan = (Moment, Moment);

/// All that is known.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub(crate) records: HashMap<RecordKey, Versions>,
    pub(crate) uses: HashMap<SessionKey, UseFold>,
    pub(crate) names: BTreeMap<(AccountId, Arc<str>, Arc<str>), NameSpan>,
    pub(crate) roles: BTreeMap<Arc<str>, BTreeSet<RoleArn>>,
    pub(crate) heard: HeardLogs,
    pub(crate) services: HashSet<ServiceMint>,
    latest: Option<Moment>,
    strings: Strings,
}

impl World {
    /// Adds what one record says.
    pub fn add(&mut self, seen: SeenRecord) -> AddOutcome {
        // The latest record stands for "now" in an archive: what has not been heard of by then may
        // still come.
        self.latest = self.latest.max(Some(seen.time));
        if let Some(region) = &seen.region {
            self.heard.hear(
                seen.key.account,
                region,
                Log::of(seen.service, region),
                seen.time,
            );
        }
        if let Some(used) = seen.used {
            let (key, fold) = UseFold::of(used, &seen.key);
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
        // Such a record counts as heard, and as a hint, but there is nothing that two copies of it
        // could contradict each other about.
        let Some(mut fact) = seen.fact else {
            return AddOutcome::Nothing;
        };
        self.strings.share(&mut fact);
        self.add_version(
            seen.key,
            Version {
                fact,
                correction: seen.correction.map(Box::new),
            },
        )
    }

    /// Adds a service's mint of a role that nobody listed.
    pub fn add_service(&mut self, seen: ServiceSeen) -> AddOutcome {
        self.latest = self.latest.max(Some(seen.time));
        if let Some(region) = &seen.region {
            self.heard
                .hear(seen.stub.account(), region, Log::Identity, seen.time);
        }
        if self.services.insert(seen.stub) {
            AddOutcome::New
        } else {
            AddOutcome::Duplicate
        }
    }

    /// That a Region's log holds something of STS, sign-in, IAM or SSO about an account in the hour
    /// of `time`, where only that is known.
    pub fn hear_of(&mut self, account: AccountId, region: &Arc<str>, time: Moment) {
        self.heard.hear(account, region, Log::Identity, time);
    }

    /// That a Region has a log about an account, where only that is known.
    pub fn hear_of_log(&mut self, account: AccountId, region: &Arc<str>) {
        self.heard.visit(account, region);
    }

    /// That IAM's events of this account, or of any, are recorded in a Region, where only that is
    /// known.
    pub fn hear_of_iam(&mut self, account: Option<AccountId>, region: &Arc<str>) {
        self.heard.learn(account, region);
    }

    /// Everything that either knows.
    #[must_use]
    pub fn join(mut self, mut other: Self) -> Self {
        // The smaller world goes into the larger one. That may turn the order round, which does not
        // matter: joining is commutative.
        if other.records.len() > self.records.len() {
            return other.join(self);
        }
        self.latest = self.latest.max(other.latest);
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
                    self.strings.share(&mut version.fact);
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

    /// The latest time of anything relevant: `as_of` when no other is given.
    pub fn latest(&self) -> Option<Moment> {
        self.latest
    }

    /// How many different records are kept under an id of their own.
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
        let key = key.map(|text| self.strings.keep(text));
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

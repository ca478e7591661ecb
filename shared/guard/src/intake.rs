//! Reads many records into a world, and counts what happened to each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::arn::RoleArn;
use crate::delivery::Delivery;
use crate::elevated::RolesMet;
use crate::envelope::{self, NotUsed};
use crate::moment::Moment;
use crate::policy::Policy;
use crate::seen::{Reading, RecordProblem, read_from};
use crate::world::{AddOutcome, World};

/// What happened to the records: the sum of `of_use`, `not_relevant`, `not_evidence` and `unread`
/// is the number of records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeCounts {
    /// Records added to the world.
    pub of_use: u64,
    /// The records of use that are copies of others.
    pub duplicates: u64,
    /// The duplicates that contradict another copy.
    pub contradicting: u64,
    /// Records that the engine doesn't use.
    pub not_relevant: u64,
    /// Records in events that AWS didn't send.
    pub not_evidence: u64,
    /// Relevant records that can't be read.
    pub unread: u64,
    /// The records of use with details that can't be read.
    pub partly_unread: u64,
}

impl IntakeCounts {
    /// Adds the counts of another intake.
    pub fn merge(&mut self, other: Self) {
        self.of_use += other.of_use;
        self.duplicates += other.duplicates;
        self.contradicting += other.contradicting;
        self.not_relevant += other.not_relevant;
        self.not_evidence += other.not_evidence;
        self.unread += other.unread;
        self.partly_unread += other.partly_unread;
    }
}

/// Reads records. Intakes of different records can be joined in any order.
pub struct Intake<'p> {
    met: RolesMet<'p>,
    world: World,
    kept: IntakeCounts,
    /// The number of facts added to the world, including copies.
    facts: u64,
    range: Option<(Moment, Moment)>,
}

/// The result of reading.
pub struct TakenIn {
    /// The content of the records.
    pub world: World,
    /// What happened to the records.
    pub kept: IntakeCounts,
    /// The times of the first and the last relevant record.
    pub range: Option<(Moment, Moment)>,
    /// Roles in the records, kept or not, that an entry of the policy narrowly misses.
    pub near: BTreeSet<RoleArn>,
}

impl<'p> Intake<'p> {
    /// An empty intake. The policy decides which roles' uses are kept.
    pub fn new(policy: &'p Policy) -> Self {
        Self {
            met: RolesMet::new(policy),
            world: World::default(),
            kept: IntakeCounts::default(),
            facts: 0,
            range: None,
        }
    }

    /// Reads one record. Returns its details that can't be read; the rest of it counts.
    ///
    /// # Errors
    /// If a relevant record can't be read. It's counted.
    pub fn take_record(
        &mut self,
        json: &[u8],
        delivery: Delivery<'_>,
    ) -> Result<Vec<RecordProblem>, RecordProblem> {
        let reading = read_from(json, delivery, &|role| self.met.may_be_elevated(role));
        self.add(reading)
    }

    fn add(
        &mut self,
        reading: Result<Reading, RecordProblem>,
    ) -> Result<Vec<RecordProblem>, RecordProblem> {
        let (time, unread) = match reading {
            Ok(Reading::Seen(mut seen)) => {
                let (time, unread) = (seen.time, std::mem::take(&mut seen.unread));
                self.facts += u64::from(self.world.add(*seen) != AddOutcome::Nothing);
                (time, unread)
            }
            Ok(Reading::Service(seen)) => {
                let time = seen.time;
                self.facts += 1;
                self.world.add_service(seen);
                (time, Vec::new())
            }
            Ok(Reading::NotRelevant) => {
                self.kept.not_relevant += 1;
                return Ok(Vec::new());
            }
            Err(problem) => {
                self.kept.unread += 1;
                return Err(problem);
            }
        };
        self.kept.of_use += 1;
        self.kept.partly_unread += u64::from(!unread.is_empty());
        self.range = Some(self.range.map_or((time, time), |(first, last)| {
            (first.min(time), last.max(time))
        }));
        Ok(unread)
    }

    /// Reads the record of an EventBridge event like [`Self::take_record`] does, if AWS sent the event.
    ///
    /// # Errors
    /// If AWS didn't send the event, or the event or its record can't be read. It's counted.
    pub fn take_event(
        &mut self,
        json: &[u8],
        delivery: Delivery<'_>,
    ) -> Result<Vec<RecordProblem>, NotUsed> {
        match envelope::open(json) {
            Ok(event) => {
                let reading = event.read(delivery, &|role| self.met.may_be_elevated(role));
                Ok(self.add(reading)?)
            }
            Err(why) => {
                *match why {
                    NotUsed::NotEvidence(_) => &mut self.kept.not_evidence,
                    NotUsed::Unreadable(_) => &mut self.kept.unread,
                } += 1;
                Err(why)
            }
        }
    }

    /// Adds the counts of records that were counted elsewhere and not passed on.
    pub fn count(&mut self, other: IntakeCounts) {
        self.kept.merge(other);
    }

    /// Adds near misses that were found elsewhere.
    pub fn note_near(&mut self, roles: impl IntoIterator<Item = RoleArn>) {
        self.met.add(roles);
    }

    /// Joins two intakes.
    #[must_use]
    pub fn join(mut self, other: Self) -> Self {
        self.world = self.world.join(other.world);
        self.met.add(other.met.into_near());
        self.kept.merge(other.kept);
        self.facts += other.facts;
        self.range = match (self.range, other.range) {
            (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
            (a, b) => a.or(b),
        };
        self
    }

    /// The complete result.
    pub fn finish(mut self) -> TakenIn {
        self.kept.duplicates = self
            .facts
            .saturating_sub(u64::try_from(self.world.len()).unwrap_or(u64::MAX));
        self.kept.contradicting = u64::try_from(self.world.conflicts()).unwrap_or(u64::MAX);
        TakenIn {
            world: self.world,
            kept: self.kept,
            range: self.range,
            near: self.met.into_near(),
        }
    }
}

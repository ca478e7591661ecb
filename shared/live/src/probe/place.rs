//! An account in a Region, when it was probed, and whether it answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::{PROBE_CLOCKS, PROBE_ON_ITS_WAY};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

/// An account in a Region.
pub(super) type Spot = (AccountId, String);

/// What is known of the probes of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SentProbes {
    /// When the first one was sent that has no answer.
    pub(super) since: Moment,
    /// When the last one was sent.
    pub(super) last: Moment,
    /// Why that one failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    /// It was refused, and will be again.
    #[serde(default)]
    pub(super) is_refused: bool,
}

/// That a place is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// When the first probe was sent that has no answer.
    pub since: Moment,
    /// Why the reader role could not be entered. `None`: it was entered, and no event came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is known of all places.
#[derive(Debug, Default)]
pub(super) struct ProbeKnowledge {
    pub(super) asked: BTreeMap<Spot, SentProbes>,
    /// The event time of the latest answer.
    pub(super) answered: BTreeMap<Spot, Moment>,
}

impl ProbeKnowledge {
    /// When the first probe was sent that has no answer; `None`: all have, or none was sent.
    pub(super) fn since(&self, spot: &Spot) -> Option<Moment> {
        let asked = self.asked.get(spot)?;
        match self
            .answered
            .get(spot)
            .map(|time| time.plus_seconds(PROBE_CLOCKS))
        {
            Some(answered) if answered >= asked.last => None,
            // Of those in between, the last one is known.
            Some(answered) if answered >= asked.since => Some(asked.last),
            _ => Some(asked.since),
        }
    }

    /// Whether a place is silent: a probe has had its time, and has no answer.
    pub(super) fn silence(&self, spot: &Spot, now: Moment) -> Option<Silence> {
        let since = self
            .since(spot)
            .filter(|since| now.seconds_since(*since) >= PROBE_ON_ITS_WAY)?;
        Some(Silence {
            since,
            why: self.asked.get(spot).and_then(|asked| asked.why.clone()),
        })
    }

    /// Those first that were not probed for longest.
    pub(super) fn by_turns(&self, spots: BTreeSet<Spot>) -> Vec<Spot> {
        let mut spots: Vec<Spot> = spots.into_iter().collect();
        spots.sort_by_key(|spot| self.asked.get(spot).map(|asked| asked.last));
        spots
    }
}

//! An account in a Region: when it was probed, and whether it answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::time::{PROBE_CLOCKS, PROBE_ON_ITS_WAY};
use rolewatch_guard::id::AccountId;
use rolewatch_guard::moment::Moment;
use serde::{Deserialize, Serialize};

/// An account in a Region.
pub(super) type Spot = (AccountId, String);

/// What is known about the probes of a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SentProbes {
    /// When the first unanswered probe was sent.
    pub(super) since: Moment,
    /// When the last probe was sent.
    pub(super) last: Moment,
    /// Why the last probe failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<String>,
    /// The last probe was refused, so repeating it won't help.
    #[serde(default)]
    pub(super) is_refused: bool,
}

/// Why and since when a place is silent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// When the first unanswered probe was sent.
    pub since: Moment,
    /// Why the reader role couldn't be assumed. `None`: it was assumed, but no event arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What is known about all places.
#[derive(Debug, Default)]
pub(super) struct ProbeKnowledge {
    pub(super) asked: BTreeMap<Spot, SentProbes>,
    /// The event time of the latest answer from each place.
    pub(super) answered: BTreeMap<Spot, Moment>,
}

impl ProbeKnowledge {
    /// When the first unanswered probe was sent. `None`: every probe was answered, or none was
    /// sent.
    pub(super) fn unanswered_since(&self, spot: &Spot) -> Option<Moment> {
        let asked = self.asked.get(spot)?;
        match self
            .answered
            .get(spot)
            .map(|time| time.plus_seconds(PROBE_CLOCKS))
        {
            Some(answered) if answered >= asked.last => None,
            // Of the probes after the answer, only the time of the last one is known.
            Some(answered) if answered >= asked.since => Some(asked.last),
            _ => Some(asked.since),
        }
    }

    /// Why a place is silent: a probe had enough time and wasn't answered. `None`: it isn't silent.
    pub(super) fn silence(&self, spot: &Spot, now: Moment) -> Option<Silence> {
        let since = self
            .unanswered_since(spot)
            .filter(|since| now.seconds_since(*since) >= PROBE_ON_ITS_WAY)?;
        Some(Silence {
            since,
            why: self.asked.get(spot).and_then(|asked| asked.why.clone()),
        })
    }

    /// Orders the places by when they were last probed, longest ago first.
    pub(super) fn by_turns(&self, spots: BTreeSet<Spot>) -> Vec<Spot> {
        let mut spots: Vec<Spot> = spots.into_iter().collect();
        spots.sort_by_key(|spot| self.asked.get(spot).map(|asked| asked.last));
        spots
    }
}

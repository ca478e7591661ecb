//! What of the world is judged.

use crate::moment::Moment;

/// As of when, and which switches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// "Now", for what depends on it. `None`: the latest event time in the world.
    pub as_of: Option<Moment>,
    /// Only switches at or after this moment are judged. All facts stay known.
    pub since: Option<Moment>,
    /// Only switches before this moment are judged. All facts stay known.
    pub until: Option<Moment>,
}

impl Scope {
    pub(super) fn holds(&self, time: Moment) -> bool {
        self.meets(time, time)
    }

    /// Whether anything from `begin` to `end` lies in the scope.
    pub(super) fn meets(&self, begin: Moment, end: Moment) -> bool {
        self.since.is_none_or(|since| since <= end) && self.until.is_none_or(|until| begin < until)
    }
}

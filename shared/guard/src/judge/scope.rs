//! The part of the world that is judged.

use crate::moment::Moment;

/// The time that counts as "now", and the switches to judge.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope {
    /// The time that counts as "now". `None`: the latest event time in the world.
    pub as_of: Option<Moment>,
    /// Only switches at or after this moment are judged. All facts stay known.
    pub since: Option<Moment>,
    /// Only switches before this moment are judged. All facts stay known.
    pub until: Option<Moment>,
}

impl Scope {
    pub(super) fn contains(&self, time: Moment) -> bool {
        self.overlaps(time, time)
    }

    /// Whether any moment from `begin` to `end` is in the scope.
    pub(super) fn overlaps(&self, begin: Moment, end: Moment) -> bool {
        self.since.is_none_or(|since| since <= end) && self.until.is_none_or(|until| begin < until)
    }
}

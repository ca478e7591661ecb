//! Every limit of time of this function, once, in seconds.

use rolewatch_guard::time::{DAY, HOUR};

/// EventBridge has so long for an event before it counts as missed. Log files are written five
/// minutes or more after their events, and EventBridge mostly takes less.
pub(crate) const MISSED: i64 = 600;

/// What CloudTrail delivers later than the rest, and EventBridge not at all, is still found: a sweep
/// looks back so much further than the one before it ended.
pub(crate) const SWEEPS_OVERLAP: i64 = 6 * HOUR;

/// How far the first sweep looks back.
pub(crate) const FIRST_SWEEP: i64 = DAY;

/// How far any sweep looks back.
pub(crate) const LONGEST_SWEEP: i64 = 7 * DAY;

/// No message, and no file of a sweep, takes longer. With less time left, none is begun.
pub(crate) const FILE_TAKES: i64 = 60;

/// With less time left, no further page of keys is asked for. A page takes up to 10 seconds, and
/// writing the part up to 55.
pub(crate) const PAGE_TAKES: i64 = 120;

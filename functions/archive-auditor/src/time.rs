//! Every time limit of this function, in seconds.

use rolewatch_guard::time::{DAY, HOUR};

/// After this long, an event that EventBridge hasn't delivered counts as missed. Log files are
/// written five minutes or more after their events, and EventBridge mostly takes less.
pub(crate) const MISSED: i64 = 600;

/// How much further back than the end of the previous sweep a sweep looks. It finds log files that
/// CloudTrail delivered late and events that EventBridge didn't deliver at all.
pub(crate) const SWEEPS_OVERLAP: i64 = 6 * HOUR;

/// How far the first sweep looks back.
pub(crate) const FIRST_SWEEP: i64 = DAY;

/// How far any sweep looks back.
pub(crate) const LONGEST_SWEEP: i64 = 7 * DAY;

/// No message, and no file of a sweep, takes longer. With less time left, none is begun.
pub(crate) const FILE_TAKES: i64 = 60;

/// With less time left, no further page of keys is requested. A page takes up to 10 seconds, and
/// writing the part up to 55.
pub(crate) const PAGE_TAKES: i64 = 120;

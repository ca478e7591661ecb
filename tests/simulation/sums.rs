//! The sums over all invocations that ended.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use rolewatch_live::resend::Resent;
use rolewatch_live::watch;

/// The sums of all functions.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) received: u64,
    pub(crate) ended: u64,
    pub(crate) quarantined: u64,
    pub(crate) crashes: u64,
    pub(crate) unaccounted: bool,
    /// Alerts that the notifier never received, or didn't finish.
    pub(crate) lost: usize,
    /// Records that were never delivered, as the guard counts them.
    pub(crate) recovered: u64,
    /// Records of log files that the ledger didn't have although they were due.
    pub(crate) missed: u64,
    /// Log files, records and messages that archive-auditor couldn't read.
    pub(crate) unread: u64,
    pub(crate) swept: Swept,
}

/// The sums of the sweeps.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Swept {
    pub(crate) runs: u64,
    pub(crate) overlaps: u64,
    pub(crate) failed: u64,
    pub(crate) lookups: u64,
    pub(crate) throttled: u64,
    pub(crate) refused: u64,
    pub(crate) stopped: u64,
    pub(crate) closed: u64,
    pub(crate) unanswered: u64,
    pub(crate) recovered: u64,
    pub(crate) resent: u64,
}

impl Swept {
    pub(crate) fn count(&mut self, swept: watch::Swept, resent: Resent) {
        *self += Self {
            runs: 1,
            overlaps: 0,
            failed: 0,
            lookups: swept.lookups,
            throttled: swept.throttled,
            refused: swept.refused,
            stopped: u64::from(swept.stopped),
            closed: swept.closed,
            unanswered: swept.unanswered,
            recovered: swept.recovered,
            resent: resent.published,
        };
    }
}

impl AddAssign for Swept {
    fn add_assign(&mut self, other: Self) {
        self.runs += other.runs;
        self.overlaps += other.overlaps;
        self.failed += other.failed;
        self.lookups += other.lookups;
        self.throttled += other.throttled;
        self.refused += other.refused;
        self.stopped += other.stopped;
        self.closed += other.closed;
        self.unanswered += other.unanswered;
        self.recovered += other.recovered;
        self.resent += other.resent;
    }
}

/// Which calls failed, before or after their effect (true means after), and how often.
pub(crate) type Failed = BTreeMap<(&'static str, bool), u64>;

pub(crate) fn add_failed(sum: &mut Failed, more: Failed) {
    for (what, count) in more {
        *sum.entry(what).or_default() += count;
    }
}

//! How long a role was held, as far as the records show.

use rolewatch_guard::SessionRow;
use rolewatch_guard::moment::Moment;
use serde::Serialize;

/// Whether a session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SessionEnd {
    /// The credentials have expired, or the person left the role.
    Ended,
    /// At the time that counts as now, the role could still be held.
    Ongoing,
    /// No record shows when it ends.
    Unknown,
}

impl SessionEnd {
    /// The word in reports.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ended => "ended",
            Self::Ongoing => "ongoing",
            Self::Unknown => "unknown",
        }
    }
}

/// The time in which a role was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HeldTime {
    pub(crate) from: Moment,
    /// Until now if it is ongoing, and until the last call if its end is unknown.
    pub(crate) until: Moment,
    pub(crate) end: SessionEnd,
}

impl HeldTime {
    pub(crate) fn of_row(row: &SessionRow, as_of: Option<Moment>) -> Self {
        let from = row.time;
        let (until, end) = match (row.held_until, as_of) {
            (Some(until), Some(now)) if now < until => (now, SessionEnd::Ongoing),
            (Some(until), _) => (until, SessionEnd::Ended),
            (None, _) => {
                let last = row.uses.as_ref().map(|uses| uses.last);
                (last.unwrap_or(from), SessionEnd::Unknown)
            }
        };
        // The clocks of AWS services differ, so a use may be a second before its switch.
        let until = until.max(from);
        Self { from, until, end }
    }

    pub(crate) fn seconds(self) -> i64 {
        self.until.seconds_since(self.from)
    }
}

/// The number of seconds in at least one of the periods.
pub(crate) fn seconds_covered(mut periods: Vec<HeldTime>) -> i64 {
    periods.sort_by_key(|period| period.from);
    let mut total = 0;
    let mut covered: Option<Moment> = None;
    for period in periods {
        let from = covered.map_or(period.from, |until| until.max(period.from));
        total += period.until.seconds_since(from).max(0);
        covered = covered.max(Some(period.until));
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: i64, until: i64) -> HeldTime {
        HeldTime {
            from: Moment::from_epoch_seconds(from),
            until: Moment::from_epoch_seconds(until),
            end: SessionEnd::Ended,
        }
    }

    #[test]
    fn time_that_sessions_share_counts_once() {
        let sum = |periods: &[(i64, i64)]| {
            seconds_covered(periods.iter().map(|(a, b)| period(*a, *b)).collect())
        };
        assert_eq!(sum(&[]), 0);
        assert_eq!(sum(&[(0, 10), (20, 30)]), 20);
        assert_eq!(sum(&[(5, 30), (0, 10)]), 30);
        assert_eq!(sum(&[(0, 100), (10, 20), (30, 110)]), 110);
        assert_eq!(sum(&[(0, 10), (0, 10)]), 10);
    }
}

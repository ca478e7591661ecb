//! RW005 daily-budget-spent
//!
//! ## What it does
//! Fires when one person held one elevated role for more than `max_per_day` within any 24 hours.
//! Overlapping time counts once. If observed use exceeds the limit, the finding is a violation. If
//! only the granted time does, it is unproven.
//!
//! ## Why it matters
//! Many short stretches can add up to a whole day of elevated access.
//!
//! ## Blind spots
//! - As in RW004, rolewatch doesn't see use that the trail doesn't log.
//! - Idle time inside a session counts.
//!
//! ## What to do
//! 1. Unless you know what the session is for, end it: `rolewatch revoke-plan ID` prints the
//!    commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Ask the person what keeps them in the role. Check what the sessions did.
//! 3. Recurring work belongs in a pipeline with a role of its own.
//! 4. If people are meant to do this work by hand, raise `max_per_day`.
//!
//! If the finding is unproven:
//! 1. Can wait until morning: only the granted time exceeds the limit, not observed use.
//! 2. Grant shorter sessions, or log the data events that would show use.

use super::held_sessions::{FindingDraft, HeldSessions, HeldTime, Interval, OverLimit};
use crate::moment::{Moment, Span};
use crate::text;
use crate::time::DAY;

pub(super) fn check(held: &HeldSessions<'_, '_>) -> Vec<FindingDraft> {
    let Some(limit) = held.rules.max_per_day else {
        return Vec::new();
    };
    held.drafts(
        |intervals| spans_over_limit(intervals, limit),
        |run, time| {
            let (who, place, reached, at) = (held.person_shown(run), held.role_in_account(), run.reached, run.crossing);
            match time {
                HeldTime::Observed => text!("{who} used {place} for {reached} within 24 hours and passed the limit of {limit} at {at}", who, place, reached, limit, at),
                HeldTime::Granted => text!("{who} was granted {place} for {reached} within 24 hours and passed the limit of {limit} at {at}; the recorded use \
                     doesn't show whether they held it that long{at_most}", who, place, reached, limit, at, at_most = held.at_most(run)),
            }
        },
    )
}

/// The longest periods in which, at every moment, more than `limit` of the last 24 hours was held.
fn spans_over_limit(intervals: &[Interval], limit: Span) -> Vec<OverLimit> {
    let held = Union::new(intervals);
    // The time held in the 24 hours up to a moment is piecewise linear. Its slope only changes
    // where an interval begins or ends, or leaves the window a day later. So only those moments
    // have to be checked, not every second.
    let mut turns: Vec<i64> = held
        .spans
        .iter()
        .flat_map(|(from, to)| [*from, *to, from.saturating_add(DAY), to.saturating_add(DAY)])
        .collect();
    turns.sort_unstable();
    turns.dedup();
    let limit = limit.seconds();
    let mut runs: Vec<OverLimit> = Vec::new();
    let mut open: Option<(i64, i64)> = None;
    // Between two such moments, the time held within the window grows or shrinks by one second per
    // second, or stays the same.
    for pair in turns.windows(2) {
        let &[begin, end] = pair else { continue };
        let (at_begin, at_end) = (held.within_day_before(begin), held.within_day_before(end));
        if at_begin <= limit && at_end > limit {
            // The line rises by one second per second, so this is the exact second at which the
            // limit is exceeded.
            open = Some((begin + (limit - at_begin), at_end));
        }
        if let Some((from, most)) = &mut open {
            *most = (*most).max(at_begin).max(at_end);
            if at_end <= limit {
                runs.push(run(intervals, *from, begin + (at_begin - limit), *most));
                open = None;
            }
        }
    }
    runs
}

fn run(intervals: &[Interval], from: i64, to: i64, most: i64) -> OverLimit {
    let contributing = intervals.iter().filter(|interval| {
        let (begin, end) = (interval.from.epoch_seconds(), interval.to.epoch_seconds());
        begin < end && begin < to && end > from.saturating_sub(DAY)
    });
    let crossing = Moment::from_epoch_seconds(from);
    OverLimit {
        from: crossing,
        to: Moment::from_epoch_seconds(to),
        crossing,
        reached: Span::from_seconds(most),
        sessions: contributing.map(|interval| interval.session).collect(),
    }
}

/// Intervals without overlap, in seconds since 1970, and the time held before each of them.
struct Union {
    spans: Vec<(i64, i64)>,
    before: Vec<i64>,
}

impl Union {
    fn new(intervals: &[Interval]) -> Self {
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for interval in intervals
            .iter()
            .filter(|interval| interval.from < interval.to)
        {
            let (from, to) = (interval.from.epoch_seconds(), interval.to.epoch_seconds());
            match spans.last_mut() {
                // Two sessions at the same time count once.
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => spans.push((from, to)),
            }
        }
        let mut sum = 0;
        let before = spans
            .iter()
            .map(|(from, to)| {
                let so_far = sum;
                sum += to - from;
                so_far
            })
            .collect();
        Self { spans, before }
    }

    /// The total time held up to `at`.
    fn held_until(&self, at: i64) -> i64 {
        let next = self.spans.partition_point(|(from, _)| *from < at);
        let Some(last) = next.checked_sub(1) else {
            return 0;
        };
        match (self.spans.get(last), self.before.get(last)) {
            (Some((from, to)), Some(before)) => before + at.min(*to) - from,
            _ => 0,
        }
    }

    fn within_day_before(&self, at: i64) -> i64 {
        self.held_until(at) - self.held_until(at.saturating_sub(DAY))
    }
}

#[cfg(test)]
mod cases {
    use super::*;
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_many_short_stretches_within_24_hours_wherever_they_begin() {
        let mut story = Story::new();
        for _ in 0..5 {
            story.switch("dora").with_mfa().used_after(3_000);
            story.later(5 * 3_600);
        }
        assert_eq!(story.verdict("RW005"), Verdicts::Violation);
    }

    #[test]
    fn silent_when_they_are_spread_wider() {
        let mut story = Story::new();
        for _ in 0..10 {
            story
                .switch("dora")
                .with_mfa()
                .used_after(3_000)
                .lasting(3_000);
            story.later(6 * 3_600);
        }
        assert_eq!(story.verdict("RW005"), Verdicts::Silent);
    }

    #[test]
    fn unproven_when_only_granted() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().lasting(4 * 3_600 + 1);
        assert_eq!(story.verdict("RW005"), Verdicts::Unproven);
    }

    fn intervals(spans: &[(i64, i64)]) -> Vec<Interval> {
        let moment = Moment::from_epoch_seconds;
        spans
            .iter()
            .enumerate()
            .map(|(session, (from, to))| Interval {
                from: moment(*from),
                to: moment(*to),
                session,
            })
            .collect()
    }

    #[test]
    fn the_crossing_is_the_second_at_which_the_budget_was_spent() {
        let runs = spans_over_limit(
            &intervals(&[(0, 3 * 3_600), (10 * 3_600, 12 * 3_600)]),
            Span::from_seconds(4 * 3_600),
        );
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].crossing.epoch_seconds(), 11 * 3_600);
        assert_eq!(runs[0].to.epoch_seconds(), DAY + 3_600);
        assert_eq!(runs[0].reached.seconds(), 5 * 3_600);
        assert_eq!(runs[0].sessions, [0, 1]);
    }

    #[test]
    fn only_sessions_within_the_window_contribute() {
        let hour = 3_600;
        let spans = [
            (0, hour),
            (30 * hour, 33 * hour),
            (35 * hour, 37 * hour),
            (80 * hour, 81 * hour),
        ];
        let runs = spans_over_limit(&intervals(&spans), Span::from_seconds(4 * hour));
        assert_eq!(
            runs.iter()
                .map(|run| run.sessions.clone())
                .collect::<Vec<_>>(),
            [[1, 2]]
        );
    }

    #[test]
    fn exactly_the_budget_is_within_it() {
        assert!(
            spans_over_limit(
                &intervals(&[(0, 3_600), (7_200, 10_800)]),
                Span::from_seconds(7_200)
            )
            .is_empty()
        );
    }

    proptest::proptest! {
        /// Compares the result with counting every second.
        #[test]
        fn runs_agree_with_counting(spans in proptest::collection::vec((0_i64..400, 0_i64..120), 0..8), limit in 1_i64..200) {
            // A day of 300 "seconds" would be enough, but the window is fixed, so the seconds are
            // scaled.
            let unit = DAY / 300;
            let scaled: Vec<(i64, i64)> = { let mut s: Vec<_> = spans.iter().map(|(from, len)| (from * unit, (from + len) * unit)).collect(); s.sort_unstable(); s };
            let runs = spans_over_limit(&intervals(&scaled), Span::from_seconds(limit * unit));
            let over_at = |t: i64| {
                let seconds = (t - 300..t).filter(|second| spans.iter().any(|(from, len)| (*from..from + len).contains(second))).count();
                i64::try_from(seconds).unwrap() > limit
            };
            for t in 0..1_000 {
                let inside = runs.iter().any(|run| run.from.epoch_seconds() < t * unit && t * unit < run.to.epoch_seconds());
                proptest::prop_assert_eq!(inside, over_at(t), "at {}", t);
            }
        }
    }
}

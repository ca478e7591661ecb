//! RW004 elevated-too-long
//!
//! ## What it does
//! Fires when one stretch in an elevated role exceeds the role's `max_stretch`. A stretch is all
//! sessions of one person in one role that overlap or follow each other within 15 minutes. All
//! roles that a permission set ever had in an account count as one. If observed use exceeds the
//! limit, the finding is a violation. If only the granted time does, it is unproven.
//!
//! ## Why it matters
//! Elevated access is for a task, not for a day. If somebody renews a session every hour, each
//! session is short, but the access lasts all day.
//!
//! ## Blind spots
//! - Object reads and writes are data events, which most trails don't log. The real last use may be
//!   later than the last one seen.
//! - Idle time inside a session counts.
//! - A session whose lifetime can't be read counts as granted for twelve hours, the longest that
//!   AWS grants.
//!
//! ## What to do
//! 1. Unless you know what the session is for, end it: `rolewatch revoke-plan ID` prints the
//!    commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Ask the person whether the work is done. If it is, have them leave the role.
//! 3. If a script renews the session automatically, stop it.
//! 4. If the task regularly takes this long, move it to a pipeline with a role of its own, or raise
//!    `max_stretch`.
//!
//! If the finding is unproven:
//! 1. Can wait until morning: only the granted time exceeds the limit, not observed use.
//! 2. Grant shorter sessions (`max_session` and the role's maximum session duration), or log the
//!    data events that would show use.

use super::held_sessions::{FindingDraft, HeldSessions, HeldTime, Interval, OverLimit};
use crate::moment::Span;
use crate::text;
use crate::time::chosen::STRETCH_PAUSE;

pub(super) fn check(held: &HeldSessions<'_, '_>) -> Vec<FindingDraft> {
    let Some(limit) = held.rules.max_stretch else {
        return Vec::new();
    };
    held.drafts(
        |intervals| stretches(intervals).into_iter().filter(|stretch| stretch.reached > limit).map(|s| crossing(s, limit)).collect(),
        |stretch, time| {
            let (who, place) = (held.person_shown(stretch), held.role_in_account());
            let (from, to, length) = (stretch.from, stretch.to, stretch.reached);
            match time {
                HeldTime::Observed => text!("{who} used {place} for {length} continuously, from {from} to {to}, longer than the {limit} allowed", who, place, length, from, to, limit),
                HeldTime::Granted => text!("{who} was granted {place} for {length} continuously, from {from} to {to}, longer than the {limit} allowed; the \
                     recorded use doesn't show whether they held it that long{at_most}", who, place, length, from, to, limit, at_most = held.at_most(stretch)),
            }
        },
    )
}

fn crossing(stretch: OverLimit, limit: Span) -> OverLimit {
    OverLimit {
        crossing: stretch.from.plus_seconds(limit.seconds()),
        ..stretch
    }
}

/// Joins intervals that overlap or are at most fifteen minutes apart, from end to next mint.
fn stretches(intervals: &[Interval]) -> Vec<OverLimit> {
    let mut stretches: Vec<OverLimit> = Vec::new();
    for interval in intervals {
        match stretches.last_mut() {
            // A person who lets a session end and enters again at once holds the role without a
            // real break.
            Some(open) if interval.from.seconds_since(open.to) <= STRETCH_PAUSE => {
                open.to = open.to.max(interval.to);
                open.sessions.push(interval.session);
                open.reached = Span::from_seconds(open.to.seconds_since(open.from));
            }
            _ => stretches.push(OverLimit {
                from: interval.from,
                to: interval.to,
                crossing: interval.from,
                reached: Span::from_seconds(interval.to.seconds_since(interval.from)),
                sessions: vec![interval.session],
            }),
        }
    }
    stretches
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_use_over_the_limit_and_not_at_it() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(7_201);
        assert_eq!(story.verdict("RW004"), Verdicts::Violation);
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(7_200);
        assert_eq!(story.verdict("RW004"), Verdicts::Silent);
    }

    #[test]
    fn sessions_at_most_fifteen_minutes_apart_are_one_stretch() {
        for (pause, expected) in [(900, Verdicts::Violation), (901, Verdicts::Silent)] {
            let mut story = Story::new();
            story
                .switch("dora")
                .with_mfa()
                .lasting(3_500)
                .used_after(3_500);
            story.later(3_500 + pause);
            story.switch("dora").with_mfa().used_after(3_600);
            assert_eq!(story.verdict("RW004"), expected, "{pause}");
        }
    }

    #[test]
    fn unproven_when_only_granted() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().lasting(43_200);
        assert_eq!(story.verdict("RW004"), Verdicts::Unproven);
    }

    #[test]
    fn a_violation_hides_the_unproven_finding_on_the_same_span() {
        let mut story = Story::new();
        story
            .switch("dora")
            .with_mfa()
            .lasting(43_200)
            .used_after(7_201);
        assert_eq!(story.verdict("RW004"), Verdicts::Violation);
    }

    #[test]
    fn silent_when_the_console_left_in_time() {
        let mut story = Story::new();
        story
            .switch("dora")
            .by_console()
            .lasting(43_200)
            .left_after(600);
        assert_eq!(story.verdict("RW004"), Verdicts::Silent);
    }

    #[test]
    fn two_people_do_not_add_up() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(7_000);
        story.later(7_000);
        story.switch("dave").with_mfa().used_after(7_000);
        assert_eq!(story.verdict("RW004"), Verdicts::Silent);
    }
}

#[cfg(test)]
mod cases_of_center {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn a_role_that_was_provisioned_anew_is_the_same_permission_set() {
        let mut story = Story::of_center();
        story.takes("nell", "Admin").used_after(3_600);
        story.later(3_600);
        story
            .takes("nell", "Admin")
            .with_suffix("fedcba9876543210")
            .used_after(3_601);
        assert_eq!(story.verdict("RW004"), Verdicts::Violation);
        assert_eq!(story.finding("RW004").caller.name, "nell");
    }
}

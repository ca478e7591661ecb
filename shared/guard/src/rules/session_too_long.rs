//! RW003 session-too-long
//!
//! ## What it does
//! Fires when one set of credentials is valid for longer than the role's `max_session`. The
//! lifetime is the time from the call that issued them to the expiration that STS granted. For a
//! permission set it is the duration that Identity Center asked for, in the console too.
//!
//! ## Why it matters
//! Credentials on a laptop work until they expire, no matter who holds them. A short lifetime is
//! the cheapest way to limit a leak.
//!
//! ## Blind spots
//! - The answer is unproven if the record shows neither an expiration nor a readable requested
//!   duration.
//! - Console switches aren't checked, because the console chooses their lifetime.
//! - RW004 and RW005 check how long the role was really used.
//!
//! ## What to do
//! 1. Unless you know what the session is for, end it: `rolewatch revoke-plan ID` prints the
//!    commands, or choose Revoke sessions on the role's page in IAM.
//! 2. Ask the person why they needed such a long session.
//! 3. Lower the role's maximum session duration in IAM to `max_session`, so that STS refuses longer
//!    sessions.
//! 4. Look for `duration_seconds` in the person's AWS profile, or `--duration-seconds` in a script.
//!
//! If the finding is unproven:
//! 1. Check the event: it has no expiration, which is unusual.
//! 2. Check what the session did.

use super::view::{RuleAnswer, SwitchView};
use crate::moment::{Moment, Span};
use crate::seen::Grant;
use crate::text;
use crate::time::chosen::SAME_CALL;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let Some(limit) = view.role.max_session else {
        return RuleAnswer::not_applicable(text!("the policy sets no max_session"));
    };
    if let Some(silenced) = view.silenced() {
        return silenced;
    }
    let of_set = view.switch.is_of_permission_set();
    if view.switch.by_console() && !of_set {
        return RuleAnswer::not_applicable(text!("a console switch"));
    }
    let granted = view
        .switch
        .grants()
        .find_map(|grant| lifetime(grant, view.time(), of_set));
    let (who, place) = (view.person_shown(), view.role_in_account());
    match granted.map(|(seconds, slack)| {
        (
            Span::from_seconds(seconds),
            Span::from_seconds(seconds - slack),
        )
    }) {
        None => {
            let why = if view.switch.lifetime_unread() {
                text!("the record's expiration can't be read")
            } else {
                text!("the record shows no expiration")
            };
            RuleAnswer::unproven(text!(
                "can't tell how long the credentials that {who} got for {place} are valid: {why}",
                who,
                place,
                why
            ))
        }
        Some((granted, at_least)) if at_least > limit => RuleAnswer::violation(text!(
            "{who} got credentials for {place} that are valid for {granted}, longer than the {limit} allowed",
            who,
            place,
            granted,
            limit
        )),
        Some((granted, _)) => RuleAnswer::allow(text!(
            "granted {granted} of at most {limit}",
            granted,
            limit
        )),
    }
}

/// The lifetime that STS granted, in seconds, and by how much it may be too much.
fn lifetime(grant: &Grant, issued: Moment, of_set: bool) -> Option<(i64, i64)> {
    let until = grant
        .expiration
        .map(|expiration| expiration.seconds_since(issued));
    if !of_set {
        return granted_by_sts(until, grant.duration_seconds).map(|seconds| (seconds, 0));
    }
    // The expiration of a permission set's session is counted from a moment beside the event's.
    let asked = grant.duration_seconds.map(|seconds| (seconds, 0));
    asked.or_else(|| until.map(|seconds| (seconds, SAME_CALL)))
}

/// STS can grant less than was asked for. Where it granted what was asked for, the expiration may
/// be counted from a moment beside the event's.
fn granted_by_sts(until: Option<i64>, asked: Option<i64>) -> Option<i64> {
    match (until, asked) {
        (Some(until), Some(asked)) if (until - asked).abs() <= SAME_CALL => Some(asked),
        _ => until.or(asked),
    }
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_above_the_limit_and_not_at_it() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().lasting(3_601);
        assert_eq!(story.verdict("RW003"), Verdicts::Violation);
        let mut story = Story::new();
        story.switch("dora").with_mfa().lasting(3_600);
        assert_eq!(story.verdict("RW003"), Verdicts::Silent);
    }

    #[test]
    fn silent_for_the_console() {
        let mut story = Story::new();
        story.switch("dora").by_console().lasting(43_200);
        assert_eq!(story.verdict("RW003"), Verdicts::Silent);
    }

    #[test]
    fn unproven_where_the_lifetime_cannot_be_read() {
        let told = |duration: serde_json::Value| {
            let mut story = Story::new();
            story.switch("dora").with_mfa();
            story.retold(|record| {
                record["responseElements"]["credentials"]["expiration"] = "1772445600".into();
                record["requestParameters"]["durationSeconds"] = duration.clone();
            })
        };
        for unread in [serde_json::Value::Null, (-1).into(), "1h".into()] {
            assert_eq!(
                told(unread.clone()).verdict("RW003"),
                Verdicts::Unproven,
                "{unread}"
            );
        }
        // Without a readable expiration, the requested duration counts.
        assert_eq!(told(3_600.into()).verdict("RW003"), Verdicts::Silent);
        assert_eq!(told(3_601.into()).verdict("RW003"), Verdicts::Violation);
    }

    #[test]
    fn what_was_granted_decides_not_the_second_from_which_it_is_counted() {
        let granted = |asked: i64, seconds: i64| {
            let mut story = Story::new();
            story.switch("dora").with_mfa().lasting(seconds);
            let asked_for = |record: &mut serde_json::Value| {
                record["requestParameters"]["durationSeconds"] = asked.into();
            };
            story.retold(asked_for).verdict("RW003")
        };
        assert_eq!(granted(3_600, 3_601), Verdicts::Silent);
        assert_eq!(granted(3_601, 3_600), Verdicts::Violation);
        assert_eq!(granted(7_200, 1_550), Verdicts::Silent);
        assert_eq!(granted(3_600, 7_200), Verdicts::Violation);
    }

    #[test]
    fn unproven_without_an_expiration() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().without_expiration();
        assert_eq!(story.verdict("RW003"), Verdicts::Unproven);
    }
}

#[cfg(test)]
mod cases_of_center {
    use serde_json::Value;

    use crate::testing::{Story, Verdicts};

    fn verdict(seconds: i64, with_duration: bool) -> Verdicts {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").lasting(seconds));
        let story = story.retold(|record| {
            if !with_duration && record["eventName"] == "AssumeRoleWithSAML" {
                record["requestParameters"]["durationSeconds"] = Value::Null;
            }
        });
        story.verdict("RW003")
    }

    #[test]
    fn the_duration_that_was_asked_for_decides_and_else_the_expiration_within_five_seconds() {
        assert_eq!(verdict(3_600, true), Verdicts::Silent);
        assert_eq!(verdict(3_601, true), Verdicts::Violation);
        // The story's records expire one second before the duration is over.
        assert_eq!(verdict(3_606, false), Verdicts::Silent);
        assert_eq!(verdict(3_607, false), Verdicts::Violation);
    }
}

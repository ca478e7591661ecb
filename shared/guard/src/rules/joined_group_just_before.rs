//! RW010 joined-group-just-before
//!
//! ## What it does
//! Fires when somebody enters an elevated role too soon after joining the group that allows it: the
//! logs show that they joined less than the role's `min_membership` before the switch. If several
//! groups allow the switch, the oldest membership counts. If the person added themselves, the
//! finding is one step more severe.
//!
//! ## Why it matters
//! Whoever can change groups can add themselves, switch, and remove themselves within a minute. If
//! you check the group later, you see nothing unusual.
//!
//! ## Blind spots
//! - A membership whose start isn't in the logs counts as old. For groups of Identity Center, a
//!   roster's `CreatedAt` shows the start too.
//! - A membership change in the same second as the switch makes the membership itself unproven
//!   (RW001).
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Self-granted: remove the person from the group, and treat their account as compromised until
//!    they explain it on another channel.
//! 3. Granted by another: ask the person and whoever added them, on another channel, who requested
//!    the membership and why. The events name both. If nobody requested it, remove the person from
//!    the group.
//! 4. Check what else was changed by whoever added the person.
//! 5. Self-granted: make sure that nobody in this group has permission to change it.
//!
//! If the finding is unproven:
//! 1. Ask who granted the membership.
//! 2. Check what the session did.

use super::view::{RuleAnswer, SwitchView};
use crate::id::RecordKey;
use crate::moment::Span;
use crate::roster::{Began, Membership};
use crate::text;
use crate::text::Text;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let Some(limit) = view.role.min_membership else {
        return RuleAnswer::not_applicable(text!("the policy sets no min_membership"));
    };
    if let Some(silenced) = view.silenced_unless_known() {
        return silenced;
    }
    if view.outside_trust().is_some() || view.origin.broken.is_some() {
        return RuleAnswer::not_applicable(text!("no membership to check"));
    }
    let mut youngest_allowed = None;
    for (group, membership) in view.memberships() {
        match membership {
            Membership::Member { began: None, .. } => {
                return RuleAnswer::allow(text!("the membership is older than the logs"));
            }
            Membership::Member {
                began: Some(began), ..
            } => {
                let older = youngest_allowed
                    .as_ref()
                    .is_none_or(|(_, known): &(_, Began)| began.time < known.time);
                if older {
                    youngest_allowed = Some((group, began));
                }
            }
            Membership::NotMember { .. } | Membership::Unproven { .. } => {}
        }
    }
    let Some((group, began)) = youngest_allowed else {
        return RuleAnswer::not_applicable(text!("no membership is proven; RW001 reports that"));
    };
    let age = Span::from_seconds(view.time().seconds_since(began.time));
    let records: Vec<RecordKey> = began
        .addition
        .iter()
        .map(|one| one.record.clone())
        .collect();
    if age >= limit {
        return RuleAnswer::allow(text!("member for {age}", age)).with_events(records);
    }
    let (joined, self_granted) = joined(view, group, &began);
    let severity = if self_granted {
        view.role.severity.raised()
    } else {
        view.role.severity
    };
    let mut answer = RuleAnswer::violation(text!(
        "{who} entered {place} {age} after {joined}; the policy requires {limit}",
        who = view.person_shown(),
        place = view.role_in_account(),
        age,
        joined,
        limit
    ))
    .with_events(records)
    .with_severity(severity);
    answer.self_granted = self_granted;
    answer
}

/// How the person joined the group, in words, and whether they added themselves.
fn joined(view: &SwitchView<'_, '_>, group: &str, began: &Began) -> (Text, bool) {
    let Some(addition) = &began.addition else {
        return (
            text!(
                "being added to {group} (a roster shows when; the logs don't show by whom)",
                group
            ),
            false,
        );
    };
    let by = view
        .tracer
        .behind(&addition.by, began.time, addition.by.arn.as_deref());
    if by.person == view.origin.person {
        return (text!("adding themselves to {group}", group), true);
    }
    let granter = crate::untrusted::harmless(&by.name);
    (
        text!("being added to {group} by {granter}", group, granter),
        false,
    )
}

#[cfg(test)]
mod cases {
    use crate::policy::Severity;
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_just_after_joining_and_not_at_the_limit() {
        let mut story = Story::new();
        story.iam(-3_599, "admin").adds("tom", "Developers");
        story.switch("tom").with_mfa();
        assert_eq!(story.verdict("RW010"), Verdicts::Violation);
        let finding = story.finding("RW010");
        assert!(!finding.self_granted);
        assert_eq!(
            finding.message,
            "tom entered UpdateApp in production 59m 59s after being added to \
             development/Developers by admin; the policy requires 1h"
        );
        assert_eq!(story.verdict("RW001"), Verdicts::Silent);
        let mut story = Story::new();
        story.iam(-3_600, "admin").adds("tom", "Developers");
        story.switch("tom").with_mfa();
        assert_eq!(story.verdict("RW010"), Verdicts::Silent);
    }

    #[test]
    fn one_step_more_severe_when_self_granted() {
        let mut story = Story::new();
        story.iam(-60, "tom").adds("tom", "Developers");
        story.switch("tom").with_mfa();
        let finding = story.finding("RW010");
        assert_eq!(finding.severity, Severity::Critical);
        assert!(finding.self_granted);
        assert_eq!(
            finding.message,
            "tom entered UpdateApp in production 1m after adding themselves to \
             development/Developers; the policy requires 1h"
        );
    }

    #[test]
    fn silent_for_a_membership_older_than_the_logs() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW010"), Verdicts::Silent);
    }

    #[test]
    fn an_addition_that_changed_nothing_does_not_make_a_membership_young() {
        let mut story = Story::new();
        story.iam(-90_000, "admin").adds("tom", "Developers");
        story.iam(-60, "admin").adds("tom", "Developers");
        story.switch("tom").with_mfa();
        assert_eq!(story.verdict("RW010"), Verdicts::Silent);
    }
}

#[cfg(test)]
mod cases_of_center {
    use crate::policy::Severity;
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_just_after_joining_and_not_at_the_limit() {
        for (before, expected) in [(-3_599, Verdicts::Violation), (-3_600, Verdicts::Silent)] {
            let mut story = Story::of_center();
            story.joins(before, "nora", "nick", "Platform");
            drop(story.takes("nick", "Admin"));
            assert_eq!(story.verdict("RW010"), expected, "{before}");
        }
    }

    #[test]
    fn one_step_more_severe_when_self_granted() {
        for (by, severity) in [("nick", Severity::Critical), ("nora", Severity::High)] {
            let mut story = Story::of_center();
            story.joins(-60, by, "nick", "Platform");
            drop(story.takes("nick", "Admin"));
            let finding = story.finding("RW010");
            assert_eq!(
                (finding.severity, finding.self_granted),
                (severity, by == "nick")
            );
        }
    }
}

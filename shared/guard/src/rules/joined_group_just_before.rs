//! RW010 joined-group-just-before
//!
//! ## What it does
//! Fires when the logs show that the membership which allows the switch began less than the role's `min_membership` before it. Of
//! several memberships the oldest counts. If the person added themselves, it is one step more severe.
//!
//! ## Why it matters
//! Add, switch, remove: whoever may change groups can lend themselves any right for a minute, and a check made later sees nothing.
//!
//! ## Blind spots
//! A membership whose beginning is not in the logs counts as old. A change in the very second of the switch makes the membership
//! itself unproven (RW001).
//!
//! ## What to do
//! 1. Ask who asked for the membership and who granted it; the finding's events name both.
//! 2. If nobody did, remove it, end the session and look at what else the granter changed.

use super::view::{RuleAnswer, SwitchView};
use crate::moment::Span;
use crate::roster::Membership;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let Some(limit) = view.role.min_membership else {
        return RuleAnswer::not_applicable("the policy sets no min_membership");
    };
    if let Some(silenced) = view.silenced_unless_iam_user() {
        return silenced;
    }
    if view.outside_trust().is_some() || view.origin.broken.is_some() {
        return RuleAnswer::not_applicable("no membership to judge");
    }
    let mut youngest_allowed = None;
    for (group, membership) in view.memberships() {
        match membership {
            Membership::Member { began: None, .. } => {
                return RuleAnswer::allow("the membership is older than the logs");
            }
            Membership::Member {
                began: Some(began), ..
            } => {
                let older = youngest_allowed
                    .as_ref()
                    .is_none_or(|(_, known): &(_, crate::roster::Began)| began.time < known.time);
                if older {
                    youngest_allowed = Some((group, began));
                }
            }
            Membership::NotMember { .. } | Membership::Unproven { .. } => {}
        }
    }
    let Some((group, began)) = youngest_allowed else {
        return RuleAnswer::not_applicable("no membership is proved; RW001 says so");
    };
    let age = Span::from_seconds(view.time().seconds_since(began.time));
    if age >= limit {
        return RuleAnswer::allow(format!("member for {age}")).with_events([began.record]);
    }
    let by = view
        .tracer
        .behind(&began.by, began.time, began.by.arn.as_deref());
    let self_granted = by.person == view.origin.person;
    let granter = if self_granted {
        "themselves".to_owned()
    } else {
        crate::untrusted::harmless(&by.name)
    };
    let severity = if self_granted {
        view.role.severity.raised()
    } else {
        view.role.severity
    };
    RuleAnswer::violation(format!(
        "{} entered {} {age} after being added to {} by {granter}; the policy asks for {limit}",
        view.who(),
        view.place(),
        group.written
    ))
    .with_events([began.record])
    .with_severity(severity)
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
        assert_eq!(story.finding("RW010").severity, Severity::Critical);
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

//! RW013 unused-elevation
//!
//! ## What it does
//! Reports that somebody entered an elevated role and never used it: the logs contain no call by
//! the session, neither with the issued key nor from the console. rolewatch waits until fifteen
//! minutes after the session ended, because records arrive late. The rule runs only if the role's
//! own account logged the switch, because otherwise its logs may be missing. The severity is low.
//! The finding is always unproven, because a missing record doesn't prove that there was no use.
//!
//! ## Why it matters
//! Nobody should switch to a role that they don't need. An unused session helps only whoever steals
//! it.
//!
//! ## Blind spots
//! - Object reads and writes are data events, which most trails don't log. A session that did
//!   nothing else looks unused.
//! - The live guard sees only the calls that are forwarded to it.
//! - A denied call counts as use, and so does entering another role from the session.
//! - Switches by services aren't checked.
//!
//! ## What to do
//! 1. Ask the person what the switch was for.
//! 2. Find the profile or the browser tab that enters the role for no reason.
//!
//! If the finding is unproven:
//! 1. Can wait until morning: no use was logged, which doesn't prove that there was none.
//! 2. Ask the person what the switch was for. The usual cause is a profile that always enters the
//!    role, or a tab left open.
//! 3. If the work is on S3 objects or DynamoDB items, log their data events.

use super::view::{RuleAnswer, SwitchView};
use crate::dossier::OriginKind;
use crate::moment::Moment;
use crate::policy::{IdentityKind, Severity};
use crate::text;
use crate::time::aws::{DELIVERY, LONGEST_SESSION};

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if let Some(silenced) = view.silenced() {
        return silenced;
    }
    let switch = view.switch;
    if !switch.has_mint() {
        return RuleAnswer::not_applicable(text!(
            "the logs contain only the console's own record of this switch"
        ));
    }
    if view.origin.kind == OriginKind::Listed(IdentityKind::Service) {
        return RuleAnswer::not_applicable(text!("the caller is a service, not a person"));
    }
    if switch.is_renewal() {
        return RuleAnswer::not_applicable(text!("the console renewed an earlier session"));
    }
    let owner = switch.role.as_ref().map(crate::arn::RoleArn::account);
    if !switch
        .halves
        .iter()
        .any(|half| Some(half.record.account) == owner)
    {
        return RuleAnswer::not_applicable(text!(
            "the logs contain no record of this switch from the role's account, so some of that account's logs may be missing"
        ));
    }
    let continued = view.tracer.continued(switch);
    if switch.used.is_some() || continued.iter().any(|other| other.used.is_some()) {
        return RuleAnswer::allow(text!("it was used"));
    }
    let Some(until) = continued
        .iter()
        .filter_map(|other| other.may_be_held_until())
        .chain(switch.may_be_held_until())
        .max()
    else {
        return RuleAnswer::not_applicable(text!(
            "the record doesn't show how long it could be used"
        ));
    };
    let until = until.min(view.time().plus_seconds(LONGEST_SESSION));
    if view
        .as_of
        .is_none_or(|as_of: Moment| as_of.seconds_since(until) < DELIVERY)
    {
        return RuleAnswer::not_applicable(text!(
            "it may still be used, or its activity may not have reached us yet"
        ));
    }
    let ended = if switch.lifetime_unread() {
        text!("ended, at the latest at {until}", until)
    } else {
        text!("ended at {until}", until)
    };
    let sentence = text!(
        "{who} entered {place}, but no use was logged before the session {ended}; most logs don't include object reads and writes",
        who = view.person_shown(),
        place = view.role_in_account(),
        ended
    );
    RuleAnswer::unproven(sentence).with_severity(Severity::Low)
}

#[cfg(test)]
mod cases {
    use crate::finding::Finding;
    use crate::judge::{Scope, judge};
    use crate::policy::Severity;
    use crate::testing::{Story, Verdicts};

    /// The findings this many seconds later.
    fn findings_after(story: &Story, seconds: i64) -> Vec<Finding> {
        let scope = Scope {
            as_of: Some(story.now().plus_seconds(seconds)),
            ..Scope::default()
        };
        let judgement = judge(
            &story.world_of(story.records()),
            &story.policy(),
            &story.rosters(),
            scope,
            &mut |_| (),
        );
        judgement
            .findings
            .into_iter()
            .filter(|finding| finding.rule == "RW013")
            .collect()
    }

    #[test]
    fn unproven_and_low_fifteen_minutes_after_the_session_ended() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(findings_after(&story, 4_499), []);
        let findings = findings_after(&story, 4_500);
        assert_eq!(findings.len(), 1);
        assert_eq!(
            (findings[0].severity, findings[0].verdict),
            (Severity::Low, crate::Verdict::Unproven)
        );
    }

    #[test]
    fn a_session_whose_end_cannot_be_read_is_waited_for_as_long_as_any_lasts() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        let story = story.retold(|record| {
            record["responseElements"]["credentials"]["expiration"] = "1772445600".into();
            record["requestParameters"]["durationSeconds"] = "1h".into();
        });
        assert_eq!(findings_after(&story, 43_200 + 899), []);
        assert!(
            findings_after(&story, 43_200 + 900)[0]
                .message
                .contains("at the latest")
        );
    }

    #[test]
    fn silent_when_it_was_used_by_key_or_console() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(3_000);
        story.switch("dave").by_console().used_after(10);
        assert_eq!(findings_after(&story, 86_400), []);
    }

    #[test]
    fn silent_when_another_role_was_entered_from_it() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        story.later(60);
        story.switch_to("dora", "Jump").from_own_session();
        assert_eq!(findings_after(&story, 86_400), []);
    }

    #[test]
    fn silent_without_the_logs_of_the_roles_account() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_caller_half();
        story.switch("dave").by_console().only_switch_role();
        assert_eq!(findings_after(&story, 86_400), []);
    }

    #[test]
    fn silent_for_services_and_refusals() {
        let mut story = Story::new().with_policy_line(
            "    max_session: 1h\n",
            "    identities: [iam-user, service]\n",
        );
        story.service_switch("ec2.amazonaws.com");
        story.denied("dora", "UpdateApp");
        assert_eq!(findings_after(&story, 86_400), []);
    }

    #[test]
    fn silent_for_identities_that_another_rule_speaks_of() {
        let mut story =
            Story::new().with_policy_line("    max_session: 1h\n", "    identities: [service]\n");
        story.switch("dora").with_mfa();
        assert_eq!(findings_after(&story, 86_400), []);
        assert_eq!(story.verdict("RW012"), Verdicts::Violation);
    }

    #[test]
    fn no_console_is_waited_for_longer_than_any_lasts() {
        let mut story = Story::new();
        story.switch("dora").by_console().lasting(43_200);
        story.later(43_000);
        story.switch("dora").as_renewal();
        assert_eq!(findings_after(&story, 200 + 899), []);
        assert_eq!(
            findings_after(&story, 200 + 900).len(),
            1,
            "the last renewal was for an hour more"
        );
    }

    #[test]
    fn leaving_ends_the_session() {
        let mut story = Story::new();
        story
            .switch("dora")
            .by_console()
            .lasting(43_200)
            .left_after(600);
        assert_eq!(findings_after(&story, 1_499), []);
        assert_eq!(findings_after(&story, 1_500).len(), 1);
    }

    #[test]
    fn one_entry_with_its_renewals_is_one_finding_and_used_if_any_of_them_is() {
        let renewed = |used: bool| {
            let mut story = Story::new();
            story.switch("dora").by_console();
            story.later(3_300);
            let renewal = story.switch("dora").as_renewal();
            drop(if used {
                renewal.used_after(30)
            } else {
                renewal
            });
            story
        };
        assert_eq!(findings_after(&renewed(true), 86_400), []);
        assert_eq!(
            findings_after(&renewed(false), 4_499),
            [],
            "the renewed session may still be used"
        );
        assert_eq!(findings_after(&renewed(false), 4_500).len(), 1);
    }

    #[test]
    fn another_entry_under_the_same_name_is_another_matter() {
        let mut story = Story::new();
        story.switch("dora").by_console().left_after(600);
        story.later(7_200);
        story.switch("dora").by_console().used_after(60);
        story.later(3_300);
        story.switch("dora").as_renewal().used_after(30);
        assert_eq!(findings_after(&story, 86_400).len(), 1);
    }

    #[test]
    fn silent_by_itself_while_nothing_later_is_known() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW013"), Verdicts::Silent);
    }
}

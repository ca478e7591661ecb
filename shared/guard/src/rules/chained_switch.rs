//! RW011 chained-switch
//!
//! ## What it does
//! Fires when somebody enters an elevated role through the API from a role session, although the
//! policy says `chaining: deny`. The session may be of another role or of the same one.
//!
//! ## Why it matters
//! Each step of a chain starts a new session of up to an hour. Whoever enters the role again before
//! the hour is over can stay in it forever. Each step also makes it harder to find the original
//! caller.
//!
//! ## Blind spots
//! - A console switch isn't a chain, even if the person is already in another role: AWS authorizes
//!   it for the original identity.
//!
//! ## What to do
//! 1. End the sessions of every role in the chain: `rolewatch revoke-plan ID` prints the commands,
//!    or choose Revoke sessions on the role's page in IAM.
//! 2. Follow the chain in the events back to the person, and ask them, on another channel, what it
//!    was for.
//! 3. Deny `sts:AssumeRole` to the roles in between, or remove them from the trust policy.
//! 4. If people are meant to enter through another role, set `chaining: allow` for this role.
//!
//! If the finding is unproven:
//! 1. Follow the chain in the events back to the person.
//! 2. Check what the session did.

use super::view::{RuleAnswer, SwitchView};
use crate::policy::AllowOrDeny;
use crate::text;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if view.role.chaining == AllowOrDeny::Allow {
        return RuleAnswer::not_applicable(text!("the policy allows role chaining"));
    }
    if view.origin.mint_missing {
        return RuleAnswer::not_applicable(text!(
            "the logs don't contain the call that issued this session; RW006 reports that"
        ));
    }
    if view.switch.by_console() {
        return RuleAnswer::allow(text!(
            "a console switch is authorized by the original identity"
        ));
    }
    let Some(caller) = view.switch.caller() else {
        return RuleAnswer::allow(text!("entered by the console"));
    };
    let Some(session) = caller.role_session() else {
        return RuleAnswer::allow(text!("entered by the original identity"));
    };
    let from = caller.assumed_role().map_or_else(
        || {
            text!(
                "the role session {session}",
                session = crate::untrusted::harmless(session)
            )
        },
        |arn| {
            text!(
                "a session of role {role}",
                role = crate::untrusted::harmless(arn.role_name)
            )
        },
    );
    RuleAnswer::violation(text!(
        "{who} entered {place} from {from} instead of directly",
        who = view.person_shown(),
        place = view.role_in_account(),
        from
    ))
    .with_events(view.origin.links.iter().cloned())
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_a_switch_from_another_role() {
        let mut story = Story::new();
        story.chain("dora", "Jump");
        assert_eq!(story.verdict("RW011"), Verdicts::Violation);
    }

    #[test]
    fn fires_for_the_role_entering_itself() {
        let mut story = Story::new();
        story.chain("dora", "UpdateApp");
        assert_eq!(story.verdict("RW011"), Verdicts::Violation);
    }

    #[test]
    fn silent_for_a_direct_switch_and_for_the_console() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        story.switch("dora").by_console();
        assert_eq!(story.verdict("RW011"), Verdicts::Silent);
    }
}

#[cfg(test)]
mod cases_of_center {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn taking_a_permission_set_is_no_chain_and_a_role_entered_from_it_is_one() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin"));
        assert_eq!(story.verdict("RW011"), Verdicts::Silent);
        story.later(60);
        drop(story.takes("nell", "ReadOnly").goes_on_to("UpdateApp"));
        let finding = story.finding("RW011");
        assert_eq!(finding.caller.name, "nell");
    }
}

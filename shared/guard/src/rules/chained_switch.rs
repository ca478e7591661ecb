//! RW011 chained-switch
//!
//! ## What it does
//! Fires when an elevated role was entered by API from another role's session, or from a session of the role itself, while the policy
//! says `chaining: deny`.
//!
//! ## Why it matters
//! Each hop starts a new clock: by entering a role again before the hour is over, a session lives for ever. Each hop also hides who
//! called one step further.
//!
//! ## Blind spots
//! A console switch is authorised by the original identity even when the person is in another role, so it is no chain.
//!
//! ## What to do
//! 1. Follow the chain in the events of the finding back to the person.
//! 2. Deny `sts:AssumeRole` to the roles in between, or take them out of the trust policy.
//! 3. Where a chain is the intended way in, say `chaining: allow` for the role.

use super::view::{RuleAnswer, SwitchView};
use crate::policy::AllowOrDeny;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if view.role.chaining == AllowOrDeny::Allow {
        return RuleAnswer::not_applicable("the policy allows chains");
    }
    if view.origin.mint_missing {
        return RuleAnswer::not_applicable("the mint is not in the archive; RW006 says so");
    }
    if view.switch.by_console() {
        return RuleAnswer::allow("a console switch is authorised by the original identity");
    }
    let Some(caller) = view.switch.caller() else {
        return RuleAnswer::allow("entered by the console");
    };
    let Some(session) = caller.role_session() else {
        return RuleAnswer::allow("entered by the original identity");
    };
    let from = caller.assumed_role().map_or_else(
        || format!("the role session {}", crate::untrusted::harmless(session)),
        |arn| {
            format!(
                "a session of role {}",
                crate::untrusted::harmless(arn.role_name)
            )
        },
    );
    RuleAnswer::violation(format!(
        "{} entered {} from {from}, not as themselves",
        view.who(),
        view.place()
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

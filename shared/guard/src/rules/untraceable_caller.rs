//! RW006 untraceable-caller
//!
//! ## What it does
//! Says that no person can be established behind a switch: the caller's half is missing and nothing names the id in the other one, the
//! start of a chain was not read, or only the use of a session was. It is unproven by nature.
//!
//! ## Why it matters
//! A switch without a person can be judged by no other rule. It is a hole in the logs, or somebody's way around them.
//!
//! ## Blind spots
//! A person can be established and still be somebody else: stolen credentials look like their owner. Session names and source identities
//! are chosen by the caller, so they establish nobody.
//!
//! ## What to do
//! 1. Read the logs of the account that the finding names, of every region, from twelve hours before the switch, if the account is yours.
//! 2. If there are none, give that account a trail; an account inside the zone of trust should have one.

use super::view::{RuleAnswer, SwitchView};
use crate::dossier::OriginKind;
use crate::policy::IdentityKind;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if !view.origin.mint_missing
        && let Some(silenced) = view.silenced()
    {
        return silenced;
    }
    if view.origin.kind == OriginKind::Listed(IdentityKind::Service) {
        return RuleAnswer::not_applicable("the caller is a service, no person");
    }
    match &view.origin.broken {
        Some(why) => RuleAnswer::unproven(format!(
            "nobody can be established behind {} in {}: {why}",
            view.who(),
            view.place()
        ))
        .with_events(view.origin.links.iter().cloned()),
        None => {
            RuleAnswer::allow("the person is known").with_events(view.origin.links.iter().cloned())
        }
    }
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn unproven_when_nothing_names_the_id() {
        let mut story = Story::new();
        story.switch("stranger").with_mfa().only_owner_half();
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
    }

    #[test]
    fn silent_when_the_roster_knows_the_id() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_owner_half();
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn unproven_once_for_a_session_whose_mint_was_not_read() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60).only_uses();
        assert_eq!(story.verdict("RW006"), Verdicts::Unproven);
        assert_eq!(story.findings().len(), 1);
    }
}

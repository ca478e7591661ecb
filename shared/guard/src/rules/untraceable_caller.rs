//! RW006 untraceable-caller
//!
//! ## What it does
//! Reports a switch for which no person can be identified. Either the caller's account's record of
//! the call is missing and nothing else names the user id, or the start of a role chain is missing,
//! or only the use of a session was logged. The finding is always unproven.
//!
//! ## Why it matters
//! No other rule can check a switch without a person. It is a gap in the logs, or somebody's way
//! around them.
//!
//! ## Blind spots
//! - A person who is identified can still be somebody else: stolen credentials look like their
//!   owner's.
//! - Callers choose session names and source identities themselves, so these identify nobody.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Find the record of the call in the caller's account.
//!
//! If the finding is unproven:
//! 1. Treat the session as hostile until you know whose it is: check what it is doing. If it isn't
//!    routine work, end it: `rolewatch revoke-plan ID` prints the commands, or choose Revoke
//!    sessions on the role's page in IAM.
//! 2. Own account: supply the logs of the account that the finding names, from every Region,
//!    starting twelve hours before the switch. If that account has no trail, create one.
//! 3. Foreign account: ask the account's owner who made the call.

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

//! RW007 caller-outside-trust
//!
//! ## What it does
//! Fires when somebody enters an elevated role from an account that isn't one of the policy's
//! `accounts`.
//!
//! ## Why it matters
//! A trust policy that names a foreign account is a classic back door. It survives every password
//! change and every new key.
//!
//! ## Blind spots
//! - SAML users, web identities and services don't call from an account. RW012 checks these.
//! - For any other caller, the answer is unproven if the record shows no account, or one that can't
//!   be read.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Remove the account from the role's trust policy.
//! 3. Find out who added it: look for `UpdateAssumeRolePolicy` and `CreateRole` in CloudTrail.
//! 4. If it turns out that the account is yours, add it to `accounts` in the policy before you
//!    trust it again.
//!
//! If the finding is unproven:
//! 1. Check what the session is doing.
//! 2. Check which accounts the role's trust policy names.

use super::view::{RuleAnswer, SwitchView};
use crate::seen::CallerKind;
use crate::text;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if view.origin.mint_missing {
        return RuleAnswer::not_applicable(text!(
            "the logs don't contain the call that issued this session; RW006 reports that"
        ));
    }
    match view.switch.caller_account() {
        None if has_account(view) => RuleAnswer::unproven(text!(
            "can't tell which account {who} entered {place} from: the record doesn't show it",
            who = view.person_shown(),
            place = view.role_in_account()
        )),
        None => RuleAnswer::not_applicable(text!("the caller doesn't belong to an account")),
        Some(account) if view.policy.trusts(account) => {
            RuleAnswer::allow(text!("the caller's account is in the policy"))
        }
        Some(account) => RuleAnswer::violation(text!(
            "{who} entered {place} from account {account}, which is not one of the accounts in the policy",
            who = view.person_shown(),
            place = view.role_in_account(),
            account
        )),
    }
}

/// Whether callers of this kind belong to an account, which the record then must show.
fn has_account(view: &SwitchView<'_, '_>) -> bool {
    let outside = |kind: &CallerKind| {
        matches!(
            kind,
            CallerKind::Service | CallerKind::Saml | CallerKind::WebIdentity
        )
    };
    view.switch
        .caller()
        .is_some_and(|caller| !outside(&caller.kind))
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_a_foreign_account_and_leaves_the_group_alone() {
        let mut story = Story::new();
        story.switch("eve").from_account("999988887777").with_mfa();
        assert_eq!(story.verdict("RW007"), Verdicts::Violation);
        assert_eq!(story.verdict("RW001"), Verdicts::Silent);
    }

    #[test]
    fn fires_when_only_the_role_owner_saw_it() {
        let mut story = Story::new();
        story
            .switch("eve")
            .from_account("999988887777")
            .only_owner_half();
        assert_eq!(story.verdict("RW007"), Verdicts::Violation);
    }

    #[test]
    fn unproven_where_the_account_cannot_be_read() {
        for unread in [
            serde_json::Value::Null,
            "your account".into(),
            serde_json::json!({}),
        ] {
            let mut story = Story::new();
            story
                .switch("eve")
                .from_account("999988887777")
                .only_owner_half();
            let story = story.retold(|record| record["userIdentity"]["accountId"] = unread.clone());
            assert_eq!(story.verdict("RW007"), Verdicts::Unproven, "{unread}");
        }
    }

    #[test]
    fn silent_inside_the_zone() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW007"), Verdicts::Silent);
    }
}

//! RW012 unexpected-identity
//!
//! ## What it does
//! Fires when the identity behind a switch is of a kind that the role's `identities` doesn't list.
//! The kinds are `iam-user`, `identity-center`, `saml`, `web-identity` and `service`. Without
//! `identities`, only `iam-user` is allowed. Root users and federated users can't be listed, so the
//! rule always fires for them.
//!
//! ## Why it matters
//! rolewatch can check groups and MFA for IAM users, and for people of Identity Center if the
//! policy says where Identity Center is (`identity_center`). Other identities skip these checks, so
//! the policy has to allow them explicitly.
//!
//! A user counts as `identity-center` only if the SAML provider and the role are both Identity
//! Center's own. Anybody can give a SAML provider a similar name; its users count as `saml`.
//!
//! ## Blind spots
//! - rolewatch doesn't check whether a SAML user used MFA, or which of the provider's groups they
//!   are in. Without `identity_center` in the policy, the same is true of people of Identity Center.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Find out, on another channel, who or what used this way in. Check what the session did.
//! 3. Remove the identity from the role's trust policy. An instance or a function needs a role of
//!    its own, not an elevated one.
//! 4. Only if its owner confirms that this way in is intended, list its kind under the role's
//!    `identities`.
//!
//! If the finding is unproven:
//! 1. Check what the session did.
//! 2. Supply the logs of the account where the chain starts; the finding names it.

use super::view::{RuleAnswer, SwitchView};
use crate::dossier::OriginKind;
use crate::policy::IdentityKind;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if view.origin.mint_missing {
        return RuleAnswer::not_applicable(
            "the logs don't contain the call that issued this session; RW006 reports that",
        );
    }
    let kind = match view.origin.kind {
        OriginKind::Listed(kind) if view.role.allows(kind) => {
            return RuleAnswer::allow(format!("{kind} is allowed"));
        }
        OriginKind::Listed(IdentityKind::IamUser) => "an IAM user",
        OriginKind::Listed(IdentityKind::IdentityCenter) => "an Identity Center user",
        OriginKind::Listed(IdentityKind::Saml) => "a SAML user",
        OriginKind::Listed(IdentityKind::WebIdentity) => "a web identity",
        OriginKind::Listed(IdentityKind::Service) => "a service",
        OriginKind::Root => "a root user",
        OriginKind::Federated => "a federated user",
        OriginKind::Unknown => {
            let why = view
                .origin
                .broken
                .as_deref()
                .unwrap_or("the records don't show it");
            return RuleAnswer::unproven(format!(
                "can't tell what type of identity {} had when entering {}: {why}",
                view.person_shown(),
                view.role_in_account()
            ))
            .with_events(view.origin.links.iter().cloned());
        }
    };
    let admitted: Vec<_> = view
        .role
        .identities
        .iter()
        .map(ToString::to_string)
        .collect();
    RuleAnswer::violation(format!(
        "{} entered {} as {kind}; the policy allows only {}",
        view.person_shown(),
        view.role_in_account(),
        admitted.join(", ")
    ))
    .with_events(view.origin.links.iter().cloned())
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_a_service_and_says_nothing_else() {
        let mut story = Story::new();
        story.service_switch("ec2.amazonaws.com");
        assert_eq!(story.verdict("RW012"), Verdicts::Violation);
        assert_eq!(story.findings().len(), 1);
    }

    #[test]
    fn silent_for_an_iam_user() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        assert_eq!(story.verdict("RW012"), Verdicts::Silent);
    }

    #[test]
    fn unproven_when_the_start_of_the_chain_was_not_read() {
        let mut story = Story::new();
        story.chain_without_start("dora", "Jump");
        assert_eq!(story.verdict("RW012"), Verdicts::Unproven);
    }
}

#[cfg(test)]
mod cases_of_center {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn only_a_role_that_aws_made_shows_identity_center() {
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin").goes_on_to("UpdateApp"));
        assert_eq!(story.verdict("RW012"), Verdicts::Silent);
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin"));
        let forged = story.retold(|record| {
            let role = &mut record["requestParameters"]["roleArn"];
            if role.is_string() {
                *role = "arn:aws:iam::444455556666:role/UpdateApp".into();
            }
        });
        assert_eq!(forged.verdict("RW012"), Verdicts::Violation, "that is saml");
    }
}

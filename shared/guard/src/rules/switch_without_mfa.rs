//! RW002 switch-without-mfa
//!
//! ## What it does
//! Fires when a person enters an elevated role without multi-factor authentication (MFA). Only the
//! person's own call counts. It used MFA if it succeeded and named an MFA device, or if
//! `mfaAuthenticated` is true for the session that made it. With role chaining, the first call of
//! the chain decides.
//!
//! For people of IAM Identity Center, the sign-ins at the access portal decide. Every successful
//! sign-in that the session can come from counts; `sign_in_lasts` says how long a sign-in lasts. If
//! each used a second factor, MFA is proven. If each used only a password, the rule fires. This
//! needs `identity_center` in the policy.
//!
//! For a SAML user, the session tag that the policy names (`mfa_tag`) decides. Without such a tag,
//! and for a web identity, the answer is unproven if the policy requires MFA of them.
//!
//! ## Why it matters
//! Whoever finds a leaked permanent access key can enter every role that its user may enter. A
//! second factor at the switch stops that.
//!
//! ## Blind spots
//! - The role's own account logs MFA only if the call named a device. If it didn't, and the record
//!   in the caller's account is missing, the answer is unproven.
//! - The answer is also unproven if `mfaAuthenticated` or the device in the call can't be read.
//! - A `SwitchRole` record never shows MFA.
//! - What a role session's own records say about MFA proves nothing.
//! - No record ties a sign-in at Identity Center to a session. If the sign-ins differ, or one may be
//!   missing, the answer is unproven.
//! - Identity Center doesn't record how an external identity provider checked the person. The answer
//!   is unproven unless the policy says `external_idp: trusted`.
//! - A person whose device Identity Center remembers signs in with only a password, so the rule
//!   fires.
//! - Somebody who approves a device code for an attacker (device-code phishing) signs in with MFA.
//!
//! ## What to do
//! 1. End the session: `rolewatch revoke-plan ID` prints the commands, or choose Revoke sessions on
//!    the role's page in IAM.
//! 2. Ask the person, on another channel, whether they made the call.
//! 3. If they didn't, deactivate the access key and respond as you do to a stolen key. For a user of
//!    Identity Center, reset the password and remove MFA devices that they don't know.
//! 4. Require MFA in the role's trust policy: a `Bool` condition on `aws:MultiFactorAuthPresent`,
//!    not `BoolIfExists`. For Identity Center, require MFA at every sign-in in its settings.
//!
//! If the finding is unproven:
//! 1. Ask the person, on another channel, whether they used MFA.
//! 2. Own account: supply the logs of the account that the finding names. Only the caller's account
//!    records MFA for every call.
//! 3. Foreign account: ask the account's owner for the record of this call. Only the caller's
//!    account records MFA for every call.

use super::admission::{TagProof, missing_tag};
use super::view::{RuleAnswer, SwitchView};
use crate::dossier::OriginKind;
use crate::dossier::Proof;
use crate::policy::IdentityKind;
use crate::text;
use crate::untrusted::harmless;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    if !view.origin.must_use_mfa(view.role) {
        return RuleAnswer::not_applicable(text!("the policy doesn't require MFA"));
    }
    if let OriginKind::Listed(IdentityKind::Saml | IdentityKind::WebIdentity) = view.origin.kind {
        return view.silenced().unwrap_or_else(|| by_provider(view));
    }
    if let Some(silenced) = view.silenced_unless_known() {
        return silenced;
    }
    let (who, place) = (view.person_shown(), view.role_in_account());
    let mut events = view.origin.links.clone();
    if let Some(evidence) = &view.origin.center {
        events.extend(evidence.records().cloned());
    }
    match (&view.origin.proof, view.origin.kind) {
        (Proof::Proved { .. }, _) => RuleAnswer::allow(text!("MFA was used")).with_events(events),
        (Proof::Disproved { how }, _) => RuleAnswer::violation(text!(
            "{who} entered {place} without MFA: {how}",
            who,
            place,
            how
        ))
        .with_events(events),
        (Proof::Unproven { missing }, _) => RuleAnswer::unproven(text!(
            "can't tell whether {who} used MFA when entering {place}: {missing}",
            who,
            place,
            missing
        ))
        .with_events(events),
        (Proof::NotAsked, OriginKind::Unknown) => RuleAnswer::unproven(text!(
            "can't tell whether {who} used MFA when entering {place}",
            who,
            place
        )),
        (Proof::NotAsked, _) => RuleAnswer::not_applicable(text!("not a user's own call")),
    }
}

/// The MFA of a user whom an identity provider vouches for.
fn by_provider(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let (who, place) = (view.person_shown(), view.role_in_account());
    let links = view.origin.links.iter().cloned();
    let missing = match view.saml_proof().map(|proof| proof.mfa) {
        Some(TagProof::Proved(tag)) => {
            return RuleAnswer::allow(text!("session tag {tag}", tag = tag.to_string()))
                .with_events(links);
        }
        Some(TagProof::Disproved { tag, found }) => {
            return RuleAnswer::violation(text!("{who} entered {place} without MFA: session tag `{key}` was `{found}`, not `{value}`", who, place, key = harmless(&tag.key), found = harmless(found), value = harmless(&tag.value)))
            .with_events(links);
        }
        Some(TagProof::Missing { tag, why }) => missing_tag(tag, why),
        Some(TagProof::NotAsked) => {
            text!(
                "AWS doesn't record how a SAML user signed in, and the policy names no session tag (`mfa_tag`) that shows it"
            )
        }
        None if view.origin.kind == OriginKind::Listed(IdentityKind::Saml) => {
            text!("the record doesn't show which identity provider it was")
        }
        None => text!("AWS doesn't record how a web identity signed in"),
    };
    RuleAnswer::unproven(text!(
        "can't tell whether {who} used MFA when entering {place}: {missing}",
        who,
        place,
        missing
    ))
    .with_events(links)
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod cases_of_center;
#[cfg(test)]
mod cases_of_providers;

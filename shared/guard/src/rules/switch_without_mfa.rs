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
//! - A device that Identity Center remembers signs in with a password alone, and is reported.
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
use crate::untrusted::harmless;

pub(super) fn check(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let is_asked = match view.origin.kind {
        OriginKind::Listed(kind) => view.role.mfa.requires(kind),
        _ => view.role.may_require_mfa(),
    };
    if !is_asked {
        return RuleAnswer::not_applicable("the policy doesn't require MFA");
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
        (Proof::Proved { .. }, _) => RuleAnswer::allow("MFA was used").with_events(events),
        (Proof::Disproved { how }, _) => {
            RuleAnswer::violation(format!("{who} entered {place} without MFA: {how}"))
                .with_events(events)
        }
        (Proof::Unproven { missing }, _) => RuleAnswer::unproven(format!(
            "can't tell whether {who} used MFA when entering {place}: {missing}"
        ))
        .with_events(events),
        (Proof::NotAsked, OriginKind::Unknown) => RuleAnswer::unproven(format!(
            "can't tell whether {who} used MFA when entering {place}"
        )),
        (Proof::NotAsked, _) => RuleAnswer::not_applicable("not a user's own call"),
    }
}

/// The MFA of a user whom an identity provider vouches for.
fn by_provider(view: &SwitchView<'_, '_>) -> RuleAnswer {
    let (who, place) = (view.person_shown(), view.role_in_account());
    let links = view.origin.links.iter().cloned();
    let missing = match view.saml_proof().map(|proof| proof.mfa) {
        Some(TagProof::Proved(tag)) => {
            return RuleAnswer::allow(format!("session tag {tag}")).with_events(links);
        }
        Some(TagProof::Disproved { tag, found }) => {
            return RuleAnswer::violation(format!(
                "{who} entered {place} without MFA: session tag `{}` was `{}`, not `{}`",
                harmless(&tag.key),
                harmless(found),
                harmless(&tag.value)
            ))
            .with_events(links);
        }
        Some(TagProof::Missing { tag, why }) => missing_tag(tag, why),
        Some(TagProof::NotAsked) => {
            "AWS doesn't record how a SAML user signed in, and the policy names no session tag (`mfa_tag`) that shows it".to_owned()
        }
        None if view.origin.kind == OriginKind::Listed(IdentityKind::Saml) => {
            "the record doesn't show which identity provider it was".to_owned()
        }
        None => "AWS doesn't record how a web identity signed in".to_owned(),
    };
    RuleAnswer::unproven(format!(
        "can't tell whether {who} used MFA when entering {place}: {missing}"
    ))
    .with_events(links)
}

#[cfg(test)]
mod cases_of_providers {
    use crate::testing::{Story, Verdicts};

    fn story(identities: &str, mfa: &str) -> Story {
        let keys = format!("    chaining: allow\n    mfa: {mfa}\n    identities: [{identities}]\n");
        Story::with_policy_lines("    groups: []\n", &keys)
    }

    #[test]
    fn the_session_tag_shows_mfa() {
        let tagged = "{saml: {mfa_tag: mfa=true}}";
        for (identities, tags, expected) in [
            (tagged, vec![("mfa", "true")], Verdicts::Silent),
            (tagged, vec![("mfa", "false")], Verdicts::Violation),
            (tagged, vec![], Verdicts::Unproven),
            ("saml", vec![("mfa", "true")], Verdicts::Unproven),
        ] {
            for chained in [false, true] {
                let mut story = story(identities, "required");
                if chained {
                    story.saml_chain("Okta", "sam", &tags);
                } else {
                    story.saml_switch("Okta", "sam", &tags);
                }
                assert_eq!(story.verdict("RW002"), expected, "{identities} {tags:?}");
            }
        }
    }

    #[test]
    fn an_entry_without_a_tag_hides_nothing() {
        let two = "{saml: {provider: Okta, mfa_tag: mfa=true}}, {saml: {provider: Okta}}";
        let mut story = story(two, "required");
        story.saml_switch("Okta", "sam", &[("mfa", "false")]);
        assert_eq!(story.verdict("RW002"), Verdicts::Violation);
    }

    #[test]
    fn nothing_is_said_where_nothing_is_asked() {
        let mut story = story("saml", "{saml: optional}");
        story.saml_switch("Okta", "sam", &[]);
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
    }

    #[test]
    fn nothing_shows_the_mfa_of_a_web_identity() {
        let mut story = story("web-identity", "required");
        story.web_switch("accounts.google.com", "1234");
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }
}

#[cfg(test)]
mod cases {
    use crate::testing::{Story, Verdicts};

    #[test]
    fn fires_for_a_permanent_key_without_a_device() {
        let mut story = Story::new();
        story.switch("dora").with_permanent_key();
        assert_eq!(story.verdict("RW002"), Verdicts::Violation);
    }

    #[test]
    fn fires_for_a_session_opened_without_mfa() {
        let mut story = Story::new();
        story.switch("dora").without_mfa();
        assert_eq!(story.verdict("RW002"), Verdicts::Violation);
    }

    #[test]
    fn silent_for_a_session_with_mfa_and_for_a_device_in_the_call() {
        let mut story = Story::new();
        story.switch("dora").with_mfa();
        story
            .switch("dora")
            .with_permanent_key()
            .with_serial("arn:aws:iam::111122223333:mfa/dora");
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
    }

    #[test]
    fn asks_for_what_the_policy_asks_of_the_kind_at_hand() {
        for (mfa, verdict) in [
            ("{iam-user: optional}", Verdicts::Silent),
            ("{service: optional}", Verdicts::Violation),
            (
                "{iam-user: required, service: optional}",
                Verdicts::Violation,
            ),
        ] {
            let keys = format!("    mfa: {mfa}\n    identities: [iam-user, service]\n");
            let mut story = Story::new().with_policy_line("    max_session: 1h\n", &keys);
            story.switch("dora").without_mfa();
            assert_eq!(story.verdict("RW002"), verdict, "{mfa}");
        }
    }

    #[test]
    fn unproven_when_only_the_role_owners_half_came() {
        let mut story = Story::new();
        story.switch("dora").with_mfa().only_owner_half();
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }

    #[test]
    fn silent_when_the_role_owners_half_shows_the_device() {
        let mut story = Story::new();
        story
            .switch("dora")
            .with_permanent_key()
            .with_serial("arn:aws:iam::111122223333:mfa/dora")
            .only_owner_half();
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
    }

    #[test]
    fn unproven_for_a_temporary_key_without_its_context() {
        let mut story = Story::new();
        story.switch("dora").without_session_context();
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }

    #[test]
    fn unproven_for_a_switch_role_record_alone() {
        let mut story = Story::new();
        story.switch("dora").by_console().only_switch_role();
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }
}

#[cfg(test)]
mod cases_of_center {
    use serde_json::json;

    use crate::testing::{Story, Verdicts, user_id};

    /// nell signs in with these factors, in this order, a minute apart, and takes the permission
    /// set.
    fn verdict(sign_ins: &[&str]) -> Verdicts {
        story(sign_ins).verdict("RW002")
    }

    fn story(sign_ins: &[&str]) -> Story {
        let mut story = Story::of_center();
        for factors in sign_ins {
            story.signs_in("nell", factors);
            story.later(60);
        }
        drop(story.takes("nell", "Admin"));
        story
    }

    #[test]
    fn a_second_factor_proves_and_a_password_disproves() {
        for factor in ["TOTP", "WEBAUTHN", "RESYNC_TOTP"] {
            let both = format!("PASSWORD,{factor}");
            assert_eq!(verdict(&[&both]), Verdicts::Silent, "{both}");
            assert_eq!(verdict(&[factor]), Verdicts::Silent, "{factor}");
        }
        assert_eq!(verdict(&["EXTERNAL_IDP,TOTP"]), Verdicts::Silent);
        assert_eq!(verdict(&["PASSWORD"]), Verdicts::Violation);
        assert_eq!(verdict(&["PASSWORD,EMAIL_OTP"]), Verdicts::Violation);
        assert_eq!(
            verdict(&["PASSWORD", "PASSWORD,EMAIL_OTP"]),
            Verdicts::Violation
        );
    }

    #[test]
    fn unproven_where_the_sign_ins_cannot_tell() {
        for sign_ins in [
            &[][..],
            &["EMAIL_OTP"],
            &["EXTERNAL_IDP"],
            &["PASSWORD,SMOKE_SIGNAL"],
            &["PASSWORD", "PASSWORD,TOTP"],
            &["PASSWORD,TOTP", "EMAIL_OTP"],
        ] {
            assert_eq!(verdict(sign_ins), Verdicts::Unproven, "{sign_ins:?}");
        }
    }

    /// The identity provider changed nell in the second of her second sign-in, so it can't be told
    /// whose that was. Its name is in the sign-in's first record or in the one with the factors.
    #[test]
    fn a_sign_in_that_may_be_theirs_leaves_it_unproven() {
        for named_first in [true, false] {
            let mut story = Story::of_center();
            story.signs_in("nell", "PASSWORD,TOTP");
            story.later(60);
            let nobody = json!({"type": "Unknown", "accountId": "555566667777"});
            story.tell_center(json!({
                "userIdentity": nobody,
                "eventSource": "identitystore-scim.amazonaws.com",
                "eventName": "PutUser",
                "requestParameters": {"id": user_id("nell"), "tenantId": "t"},
            }));
            for (step, named) in [
                ("CredentialChallenge", named_first),
                ("UserAuthentication", !named_first),
            ] {
                let mut more = json!({"AuthWorkflowID": "w", "CredentialType": "PASSWORD"});
                if named {
                    more["UserName"] = "nell".into();
                }
                story.tell_center(json!({
                    "userIdentity": nobody,
                    "eventSource": "signin.amazonaws.com",
                    "eventName": step,
                    "additionalEventData": more,
                    "serviceEventDetails": {step: "Success"},
                }));
            }
            story.later(60);
            drop(story.takes("nell", "Admin"));
            assert_eq!(story.verdict("RW002"), Verdicts::Unproven, "{named_first}");
        }
    }

    #[test]
    fn an_external_provider_counts_only_if_it_is_trusted() {
        let policy = "  identity_store: d-1234567890\n";
        let mut story = Story::of_center()
            .with_policy_line(policy, &format!("{policy}  external_idp: trusted\n"));
        story.signs_in("nell", "EXTERNAL_IDP");
        drop(story.takes("nell", "Admin"));
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
    }

    #[test]
    fn the_window_is_as_long_as_a_sign_in_lasts_with_both_ends() {
        for (before, expected) in [(28_800, Verdicts::Silent), (28_801, Verdicts::Unproven)] {
            let mut story = Story::of_center();
            story.signs_in("nell", "TOTP");
            story.later(before);
            drop(story.takes("nell", "Admin"));
            assert_eq!(story.verdict("RW002"), expected, "{before}");
        }
        let mut story = Story::of_center();
        drop(story.takes("nell", "Admin"));
        story.signs_in("nell", "TOTP");
        assert_eq!(
            story.verdict("RW002"),
            Verdicts::Silent,
            "in the same second"
        );
    }

    #[test]
    fn a_change_of_the_setting_counts_from_its_second_on() {
        for (age, expected) in [("PT1H", Verdicts::Unproven), ("PT12H", Verdicts::Silent)] {
            let mut story = Story::of_center();
            story.signs_in("nell", "TOTP");
            story.later(2 * 3_600);
            let sessions = json!({"maxAuthenticationAge": age});
            story.tell_center(json!({
                "userIdentity": {"type": "IAMUser", "accountId": "555566667777"},
                "eventSource": "sso.amazonaws.com",
                "eventName": "UpdateSsoConfiguration",
                "requestParameters": {"ssoConfiguration": {"sessionConfiguration": sessions}},
            }));
            drop(story.takes("nell", "Admin"));
            assert_eq!(story.verdict("RW002"), expected, "{age}");
        }
    }

    #[test]
    fn another_ones_sign_in_and_a_failed_one_say_nothing() {
        let mut story = Story::of_center();
        story.signs_in("nora", "PASSWORD");
        story.signs_in("nell", "TOTP");
        drop(story.takes("nell", "Admin"));
        assert_eq!(story.verdict("RW002"), Verdicts::Silent);
        let failed = story.retold(|record| {
            if record["additionalEventData"]["CredentialType"] == "TOTP" {
                record["serviceEventDetails"]["UserAuthentication"] = "Failure".into();
            }
        });
        assert_eq!(failed.verdict("RW002"), Verdicts::Unproven);
    }

    #[test]
    fn unproven_for_a_portal_session_that_an_application_got() {
        let mut story = story(&["TOTP"]);
        story.tell_center(json!({
            "userIdentity": {"type": "AssumedRole", "accountId": "555566667777", "arn": "arn:aws:sts::555566667777:assumed-role/App/i"},
            "eventSource": "sso-oauth.amazonaws.com",
            "eventName": "CreateTokenWithIAM",
            "additionalEventData": {"identitycenter:CredentialId": "EXAMPLE-token"},
        }));
        story.later(60);
        drop(
            story
                .takes("nell", "Admin")
                .with_credential("EXAMPLE-token"),
        );
        let finding = story.finding("RW002");
        assert!(
            finding.message.contains("assumed-role/App/i"),
            "{}",
            finding.message
        );
    }

    #[test]
    fn unproven_when_the_call_of_nobody_known_came_from_such_a_session() {
        let mut story = Story::of_center();
        story.signs_in("nell", "TOTP");
        story.tell_center(json!({
            "eventSource": "sso-oauth.amazonaws.com",
            "eventName": "CreateTokenWithIAM",
            "additionalEventData": {"identitycenter:CredentialId": "EXAMPLE-token"},
        }));
        story.later(60);
        let taken = story.takes("nell", "Admin");
        drop(taken.with_credential("EXAMPLE-token"));
        let story = story.retold(|record| {
            if record["eventName"] == "GetRoleCredentials" {
                record["userIdentity"]["onBehalfOf"].take();
            }
        });
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
        assert_eq!(story.verdict("RW006"), Verdicts::Silent);
    }

    #[test]
    fn a_chain_is_judged_by_the_sign_ins_before_its_start() {
        for (factors, expected) in [
            ("TOTP", Verdicts::Silent),
            ("PASSWORD", Verdicts::Violation),
        ] {
            let mut story = Story::of_center();
            story.signs_in("nell", factors);
            drop(story.takes("nell", "ReadOnly").goes_on_to("UpdateApp"));
            assert_eq!(story.verdict("RW002"), expected, "{factors}");
        }
    }

    #[test]
    fn unproven_where_a_sign_in_may_be_missing() {
        for (silence, expected) in [(80_000, Verdicts::Silent), (144_000, Verdicts::Unproven)] {
            let mut story = Story::of_center();
            story.signs_in("nora", "TOTP");
            story.later(silence);
            story.signs_in("nell", "TOTP");
            drop(story.takes("nell", "Admin"));
            assert_eq!(story.verdict("RW002"), expected, "{silence}");
        }
    }

    #[test]
    fn a_sign_in_in_another_account_proves_nothing() {
        let story = story(&["TOTP"]).retold(|record| {
            if record["eventName"] == "UserAuthentication" {
                record["recipientAccountId"] = "111122223333".into();
            }
        });
        assert_eq!(story.verdict("RW002"), Verdicts::Unproven);
    }
}

//! Switches by people of Identity Center.

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
    let mut story =
        Story::of_center().with_policy_line(policy, &format!("{policy}  external_idp: trusted\n"));
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

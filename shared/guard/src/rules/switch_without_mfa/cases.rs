//! Switches by IAM users.

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

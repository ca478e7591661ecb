//! Halves: what the copy of a single account proves.

use super::*;

#[test]
fn the_callers_half_alone_proves_everything() {
    let mut story = Story::new();
    story.switch("dora").with_mfa().only_caller_half();
    assert_eq!(rules(&story.findings()), []);
}

#[test]
fn a_switch_gets_each_finding_once_and_under_one_id_whichever_half_came() {
    let finding = |part: u8| {
        let mut story = Story::new();
        let switch = story
            .switch("tom")
            .with_permanent_key()
            .with_serial("arn:aws:iam::111122223333:mfa/tom");
        match part {
            0 => drop(switch.only_caller_half()),
            1 => drop(switch.only_owner_half()),
            _ => drop(switch),
        }
        let findings = story.findings();
        assert_eq!(rules(&findings), [("RW001", Verdict::Violation)], "{part}");
        findings.into_iter().next().unwrap()
    };
    let (caller, owner, both) = (finding(0), finding(1), finding(2));
    assert_eq!(caller.id, owner.id);
    assert_eq!(caller.id, both.id);
    assert_eq!(both.events.len(), 2, "both halves prove it");
    assert_eq!(owner.caller.name, "tom", "the roster knows the id");
}

#[test]
fn a_same_account_switch_is_one_record_and_nothing_is_missing() {
    let mut story = Story::new()
        .with_policy_line("[development/Developers]", "[production/Developers]")
        .without_roster();
    story.switch("dora").from_account("444455556666").with_mfa();
    assert_eq!(story.records().len(), 1);
    assert_eq!(story.verdict("RW002"), Verdicts::Silent);
    assert_eq!(story.verdict("RW006"), Verdicts::Silent);
}

#[test]
fn the_role_owners_half_of_an_unknown_id_is_unproven_and_names_the_silent_account() {
    let mut story = Story::new();
    story.switch("stranger").with_mfa().only_owner_half();
    let findings = story.findings();
    assert!(
        findings
            .iter()
            .all(|finding| finding.verdict == Verdict::Unproven)
    );
    for rule in ["RW001", "RW002", "RW006"] {
        let finding = story.finding(rule);
        assert!(
            finding
                .message
                .contains("the record of this switch from account 111122223333 is missing"),
            "{}",
            finding.message
        );
    }
}

#[test]
fn a_switch_role_record_alone_names_the_person_and_leaves_mfa_unproven() {
    let mut story = Story::new();
    story.switch("tom").by_console().only_switch_role();
    assert_eq!(
        rules(&story.findings()),
        [("RW001", Verdict::Violation), ("RW002", Verdict::Unproven)]
    );
    assert_eq!(
        story.finding("RW001").caller.arn.as_deref(),
        Some("arn:aws:iam::111122223333:user/tom")
    );
}

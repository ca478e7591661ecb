//! Chains: rolewatch judges the person at the start.

use super::*;

#[test]
fn the_person_at_the_start_of_a_chain_is_judged() {
    let mut story = Story::new();
    story.chain("tom", "Jump");
    assert_eq!(story.finding("RW001").caller.name, "tom");
    assert_eq!(
        rules(&story.findings()),
        [("RW001", Verdict::Violation), ("RW011", Verdict::Violation)]
    );
}

#[test]
fn the_mint_at_the_start_decides_mfa_whatever_the_session_says_of_itself() {
    // In every story, the session's own MFA flag is "false".
    let mut story = Story::new();
    story.chain("dora", "Jump");
    assert_eq!(story.verdict("RW002"), Verdicts::Silent);
}

#[test]
fn a_chain_whose_start_was_not_read_is_unproven_and_says_where_to_look() {
    let mut story = Story::new();
    story.chain_without_start("dora", "Jump");
    let finding = story.finding("RW006");
    assert_eq!(finding.verdict, Verdict::Unproven);
    assert!(
        finding
            .message
            .contains("in the logs of account 111122223333"),
        "{}",
        finding.message
    );
}

#[test]
fn roles_that_nobody_listed_are_silent_themselves() {
    let mut story = Story::new();
    story
        .switch_to("tom", "ReadOnly")
        .with_permanent_key()
        .lasting(43_200);
    assert_eq!(story.judgement().switches.len(), 0);
    assert_eq!(rules(&story.findings()), []);
}

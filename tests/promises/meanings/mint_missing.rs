//! Sessions for which the call that issued them is missing.

use super::*;

#[test]
fn a_session_whose_mint_was_not_read_is_timed_from_its_creation_and_said_once() {
    let mut story = Story::new();
    story
        .switch("dora")
        .with_mfa()
        .used_after(7_300)
        .only_uses();
    assert_eq!(
        rules(&story.findings()),
        [("RW006", Verdict::Unproven), ("RW004", Verdict::Violation)]
    );
    assert!(
        story
            .finding("RW006")
            .message
            .contains("the logs don't contain the call that issued this session")
    );
}

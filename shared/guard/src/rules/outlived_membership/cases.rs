//! Switches by IAM users.

use crate::testing::{Story, Verdicts};

#[test]
fn fires_for_use_more_than_five_minutes_after_leaving_the_group() {
    for (after, expected) in [(900, Verdicts::Silent), (901, Verdicts::Violation)] {
        let mut story = Story::new();
        drop(story.switch("dora").with_mfa().used_after(after));
        story.iam(600, "admin").removes("dora", "Developers");
        assert_eq!(story.verdict("RW016"), expected, "{after}");
    }
}

#[test]
fn says_when_access_ended_and_by_whom() {
    let mut story = Story::new();
    drop(story.switch("dora").with_mfa().used_after(1_200));
    story.iam(600, "admin").removes("dora", "Developers");
    let finding = story.finding("RW016");
    assert_eq!(
        finding.message,
        "dora used UpdateApp in production until 2026-03-02T09:20:00Z, although their access \
         ended at 2026-03-02T09:10:00Z (changed by admin); the credentials are valid until \
         2026-03-02T10:00:00Z"
    );
    assert!(finding.events.len() >= 3, "{:?}", finding.events);
}

#[test]
fn use_after_coming_back_does_not_count() {
    for (between, expected) in [(None, Verdicts::Silent), (Some(1_000), Verdicts::Violation)] {
        let mut story = Story::new();
        let step = story.switch("dora").with_mfa().used_after(60);
        let step = match between {
            Some(between) => step.used_after(between),
            None => step,
        };
        drop(step.used_after(3_000));
        story.iam(600, "admin").removes("dora", "Developers");
        story.iam(1_800, "admin").adds("dora", "Developers");
        assert_eq!(story.verdict("RW016"), expected, "{between:?}");
    }
}

#[test]
fn whoever_ended_another_membership_long_ago_is_not_named() {
    let mut story = Story::new().with_policy_line(
        "[development/Developers]",
        "[development/Testers, development/Developers]",
    );
    story.iam(-90_000, "alice").adds("dora", "Testers");
    story.iam(-80_000, "alice").removes("dora", "Testers");
    drop(story.switch("dora").with_mfa().used_after(1_200));
    story.iam(600, "bob").removes("dora", "Developers");
    let finding = story.finding("RW016");
    assert!(
        finding.message.contains("(changed by bob)"),
        "{}",
        finding.message
    );
}

#[test]
fn fires_when_the_user_or_the_group_was_deleted() {
    for group in [false, true] {
        let mut story = Story::new();
        drop(story.switch("dora").with_mfa().used_after(1_200));
        let change = story.iam(600, "admin");
        if group {
            change.deletes_group("Developers");
        } else {
            change.deletes_user("dora");
        }
        assert_eq!(story.verdict("RW016"), Verdicts::Violation, "{group}");
    }
}

#[test]
fn use_in_the_second_of_a_later_change_counts() {
    let mut story = Story::new();
    drop(story.switch("dora").with_mfa().used_after(1_000));
    story.iam(600, "admin").removes("dora", "Developers");
    story.iam(1_000, "admin").removes("dora", "Developers");
    assert_eq!(story.verdict("RW016"), Verdicts::Violation);
}

#[test]
fn silent_when_there_was_no_access_to_lose() {
    let mut story = Story::new();
    drop(story.switch("tom").with_mfa().used_after(3_000));
    story.iam(600, "admin").adds("tom", "Developers");
    story.iam(700, "admin").removes("tom", "Developers");
    assert_eq!(story.verdict("RW016"), Verdicts::Silent);
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
}

#[test]
fn silent_when_another_group_still_allows_it() {
    let mut story = Story::new().with_policy_line(
        "[development/Developers]",
        "[development/Developers, development/Testers]",
    );
    story.iam(-7_200, "admin").adds("dora", "Testers");
    drop(story.switch("dora").with_mfa().used_after(3_000));
    story.iam(600, "admin").removes("dora", "Developers");
    assert_eq!(story.verdict("RW016"), Verdicts::Silent);
    story.iam(900, "admin").removes("dora", "Testers");
    assert_eq!(story.verdict("RW016"), Verdicts::Violation);
}

#[test]
fn a_removal_that_was_undone_at_once_counts_for_nothing() {
    let mut story = Story::new();
    drop(story.switch("dora").with_mfa().used_after(3_000));
    story.iam(600, "admin").removes("dora", "Developers");
    story.iam(601, "admin").adds("dora", "Developers");
    assert_eq!(story.verdict("RW016"), Verdicts::Silent);
}

//! Names and IDs: users that were renamed, deleted or created again.

use super::*;

#[test]
fn a_renamed_user_is_the_same_person() {
    // The roster was taken after the rename. The earlier change has the old name.
    let mut story = Story::new();
    story
        .iam(-200_000, "admin")
        .removes("dorothy", "Developers");
    story.iam(-100_000, "admin").renames_user("dorothy", "dora");
    story.switch("dora").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
}

#[test]
fn a_user_created_again_under_an_old_name_is_another_person() {
    let mut story = Story::new();
    story.iam(-300_000, "admin").adds("newt", "Developers");
    story.iam(-200_000, "admin").deletes_user("newt");
    story.iam(-100_000, "admin").creates_user("newt", "newt");
    story.switch("newt").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
}

#[test]
fn a_user_created_and_added_in_one_second_is_a_member() {
    let mut story = Story::new();
    story.iam(-100_000, "admin").creates_user("newt", "newt");
    story.iam(-100_000, "admin").adds("newt", "Developers");
    story.switch("newt").with_mfa();
    assert_eq!(rules(&story.findings()), []);
}

#[test]
fn a_group_name_stands_for_the_id_that_bears_it_in_the_roster_at_every_moment() {
    // Another group had this name before. Its members were in that other group.
    let mut story = Story::new();
    story
        .iam(-300_000, "admin")
        .creates_group("Developers", "OldDevelopers");
    story.iam(-200_000, "admin").adds("tom", "Developers");
    story
        .iam(-150_000, "admin")
        .renames_group("Developers", "Retired");
    story
        .iam(-100_000, "admin")
        .creates_group("Developers", "Developers");
    story.switch("tom").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
}

#[test]
fn a_renamed_group_keeps_its_members() {
    let mut story = Story::new().without_roster();
    story
        .iam(-300_000, "admin")
        .creates_group("Builders", "Developers");
    story.iam(-200_000, "admin").adds("tom", "Builders");
    story
        .iam(-100_000, "admin")
        .renames_group("Builders", "Developers");
    story.switch("tom").with_mfa();
    assert_eq!(rules(&story.findings()), []);
}

#[test]
fn a_group_may_be_written_by_its_id() {
    let mut story =
        Story::new().with_policy_line("development/Developers", "development/AGPADEVELOPERSXXXXXX");
    story.switch("dora").with_mfa().used_after(60);
    story.later(10_000);
    story.switch("tom").with_mfa();
    assert_eq!(rules(&story.findings()), [("RW001", Verdict::Violation)]);
}

#[test]
fn names_are_compared_without_case() {
    let mut story = Story::new();
    story.iam(-100_000, "admin").removes("DORA", "developers");
    story.switch("dora").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
}

//! Membership at the second of the switch.

use super::*;

#[test]
fn the_last_change_before_the_switch_decides_over_the_roster() {
    let mut story = Story::new();
    story.iam(-100_000, "admin").removes("dora", "Developers");
    story.switch("dora").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    assert_eq!(
        story.finding("RW001").events.len(),
        3,
        "both halves, and the removal"
    );
}

#[test]
fn else_the_first_change_after_it_inverted() {
    let mut story = Story::new();
    story.iam(60, "admin").adds("dora", "Developers");
    story.switch("dora").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Violation);
    let mut story = Story::new().without_roster();
    story.iam(60, "admin").removes("tom", "Developers");
    story.switch("tom").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Silent);
}

#[test]
fn joined_and_left_around_the_switch_is_seen_though_the_roster_shows_nothing() {
    let mut story = Story::new();
    story.iam(-60, "tom").adds("tom", "Developers");
    story.switch("tom").with_mfa();
    story.iam(60, "tom").removes("tom", "Developers");
    assert_eq!(rules(&story.findings()), [("RW010", Verdict::Violation)]);
}

#[test]
fn a_change_in_the_very_second_is_unproven() {
    let mut story = Story::new();
    story.iam(0, "admin").adds("dora", "Developers");
    story.switch("dora").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
}

#[test]
fn opposite_changes_in_one_second_leave_it_unknown_until_the_next() {
    let mut story = Story::new();
    story.iam(-90_000, "admin").adds("dora", "Developers");
    story.iam(-90_000, "admin").removes("dora", "Developers");
    story.switch("dora").with_mfa();
    assert_eq!(story.verdict("RW001"), Verdicts::Unproven);
    story.iam(-80_000, "admin").adds("dora", "Developers");
    assert_eq!(story.verdict("RW001"), Verdicts::Silent);
}

#[test]
fn failed_changes_are_ignored() {
    let mut story = Story::new();
    story.iam(-90_000, "tom").adds("tom", "Developers");
    let mut record = story.records()[0].clone();
    record["errorCode"] = json!("AccessDenied");
    record["requestParameters"] = json!(null);
    let mut told = Story::new();
    told.add_record(record);
    told.switch("tom").with_mfa();
    assert_eq!(told.verdict("RW001"), Verdicts::Violation);
}

#[test]
fn absence_from_a_truncated_roster_proves_nothing() {
    let truncated = |user: &str| {
        let mut story = Story::new();
        story.switch(user).with_mfa();
        let text = story
            .roster_text()
            .unwrap()
            .replace("\"IsTruncated\":false", "\"IsTruncated\":true");
        let mut rosters = rolewatch_guard::roster::Rosters::default();
        rosters.add(rolewatch_guard::roster::Snapshot::read(text.as_bytes(), None).unwrap());
        let findings = judge(
            &story.world_of(story.records()),
            &story.policy(),
            &rosters,
            Scope::default(),
            &mut |_| (),
        )
        .findings;
        rules(&findings)
            .first()
            .copied()
            .map(|(_, verdict)| verdict)
    };
    assert_eq!(truncated("dora"), None, "a member that is listed is one");
    assert_eq!(truncated("tom"), Some(Verdict::Unproven));
}

#[test]
fn a_gap_in_the_iam_log_before_the_roster_was_taken_makes_it_unproven_and_is_named() {
    let after = |hours: i64, chatter: bool| {
        let mut story = Story::new();
        story.switch("dora").with_mfa().used_after(60);
        let taken = story.now().plus_seconds(hours * 3_600);
        if chatter {
            // Records about other people show that the logs cover this time.
            for hour in (0..hours).step_by(12) {
                story
                    .iam(hour * 3_600, "admin")
                    .enrols("tess", "arn:aws:iam::111122223333:mfa/tess");
            }
        }
        let mut rosters = rolewatch_guard::roster::Rosters::default();
        let text = story.roster_text().unwrap();
        rosters.add(rolewatch_guard::roster::Snapshot::read(text.as_bytes(), Some(taken)).unwrap());
        judge(
            &story.world_of(story.records()),
            &story.policy(),
            &rosters,
            Scope::default(),
            &mut |_| (),
        )
        .findings
    };
    assert_eq!(rules(&after(24, false)), []);
    assert_eq!(rules(&after(72, true)), []);
    let findings = after(72, false);
    assert_eq!(rules(&findings), [("RW001", Verdict::Unproven)]);
    assert!(
        findings[0]
            .message
            .contains("have a gap from 2026-03-02T09:"),
        "{}",
        findings[0].message
    );
}

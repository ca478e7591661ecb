//! Suppression.

use super::*;

fn with(rule: &str, until: &str, severity: &str) -> Story {
    let entry = format!(
        "    severity: {severity}\nsuppress:\n  - {{rule: {rule}, caller: \"arn:aws:iam::111122223333:user/t*\", reason: migration, owner: platform, until: {until}}}\n"
    );
    let mut story = Story::new().with_policy_line("    min_mfa_age: 1h\n", &entry);
    story.switch("tom").with_mfa();
    story
}

#[test]
fn hides_by_event_time_up_to_the_end_of_the_day() {
    let judgement = with("RW001", "2026-03-02", "high").judgement();
    assert_eq!(
        (judgement.findings.len(), judgement.suppressed.len()),
        (0, 1)
    );
    let judgement = with("RW001", "2026-03-01", "high").judgement();
    assert_eq!(
        (judgement.findings.len(), judgement.suppressed.len()),
        (1, 0)
    );
    assert!(
        judgement
            .notices
            .iter()
            .any(|notice| notice.contains("expired on 2026-03-01")),
        "{:?}",
        judgement.notices
    );
}

#[test]
fn a_critical_roles_findings_cannot_be_hidden() {
    let judgement = with("RW001", "2026-03-02", "critical").judgement();
    assert_eq!(
        (judgement.findings.len(), judgement.suppressed.len()),
        (1, 0)
    );
}
